//! What the rooms below report, turned into replies: each cause once, exhaustively. What is the server's own
//! failure goes along to the log.

use std::time::Duration;

use super::ApiError;
use crate::{
    auth::{AuthError, CredentialsError},
    gateway::GatewayError,
    keys::SecretsError,
    params::{ParamsError, ValidationError},
    store::StoreError,
    upstream::UpstreamError,
};

impl From<SecretsError> for ApiError {
    fn from(error: SecretsError) -> Self {
        Self::Internal.caused("no token could be made", &error)
    }
}

impl From<CredentialsError> for ApiError {
    fn from(error: CredentialsError) -> Self {
        match error {
            CredentialsError::Unusable => Self::BadRequest,
            CredentialsError::Twice => Self::TwoTokens,
        }
    }
}

impl From<ParamsError> for ApiError {
    fn from(error: ParamsError) -> Self {
        match error {
            ParamsError::InvalidJson => Self::InvalidJson,
            ParamsError::Limit(text) => Self::JsonLimit(text),
            ParamsError::UnsupportedMediaType(given) => Self::MediaType(given),
            ParamsError::Malformed => Self::BadRequest,
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Unknown => Self::Unauthorized,
            AuthError::Expired => Self::TokenExpired,
            AuthError::Revoked(_) => Self::TokenRevoked,
            AuthError::Blocked => Self::Blocked,
            AuthError::Scope => Self::InsufficientScope("ai_features api read_api"),
            AuthError::Account(reason) => Self::Account(reason),
            AuthError::Store(error) => error.into(),
            AuthError::Away => Self::Unavailable(5),
        }
    }
}

impl From<ValidationError> for ApiError {
    fn from(error: ValidationError) -> Self {
        Self::Parameters(error.to_string())
    }
}

impl From<GatewayError> for ApiError {
    fn from(error: GatewayError) -> Self {
        let reply = match &error {
            GatewayError::TooLarge => return Self::TooLargeForGateway,
            GatewayError::Disabled => return Self::NotEntitled,
            GatewayError::Upstream(UpstreamError::Busy) => Self::Unavailable(1),
            GatewayError::Upstream(UpstreamError::Open(wait)) => {
                Self::Unavailable(whole_seconds(*wait))
            }
            GatewayError::Upstream(
                UpstreamError::ResponseTimeout(_)
                | UpstreamError::Idle(_)
                | UpstreamError::Whole(_),
            ) => Self::GatewayTimeout(None),
            GatewayError::Late(seconds) => Self::GatewayTimeout(Some(*seconds)),
            GatewayError::Model(error) if error.is_late() => Self::GatewayTimeout(None),
            GatewayError::Model(error) => error
                .retry_after()
                .map_or(Self::BadGateway, Self::Unavailable),
            GatewayError::Unavailable(seconds) => Self::Unavailable(*seconds),
            GatewayError::Signing(_) => Self::Internal,
            GatewayError::Upstream(_)
            | GatewayError::Credential
            | GatewayError::Status(_)
            | GatewayError::Malformed(_)
            | GatewayError::NoToken(_) => Self::BadGateway,
        };
        reply.caused("no answer from the gateway", &error)
    }
}

impl From<UpstreamError> for ApiError {
    fn from(error: UpstreamError) -> Self {
        let reply = match &error {
            UpstreamError::Busy | UpstreamError::Open(_) => Self::Unavailable(1),
            UpstreamError::ResponseTimeout(_)
            | UpstreamError::Idle(_)
            | UpstreamError::Whole(_) => Self::GatewayTimeout(None),
            UpstreamError::Connect(..)
            | UpstreamError::ConnectTimeout(..)
            | UpstreamError::Exchange(_)
            | UpstreamError::Cut(_)
            | UpstreamError::Switched => Self::BadGateway,
        };
        reply.caused("no answer from the GitLab behind", &error)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(5).caused("the database does not answer", &error)
    }
}

/// Rounded up, so that who waits as long as told does not come too early.
fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).map_or(u32::MAX, |seconds| seconds.max(1))
}
