//! Everything that is not a success leaves through [`ApiError`]: status, body in GitLab's shape, headers, and the fixed
//! word for the access line. Called by middleware and handlers; rooms below know no HTTP and return causes of their own,
//! which are turned into replies here. Failures of the server leave their cause on the reply, and the edge logs it
//! with the request's identifier.

mod causes;
mod oauth;

pub use oauth::OAuthRefusal;

use std::sync::Arc;

use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::limits::Decision;

static ERROR_ORIGIN: HeaderName = HeaderName::from_static("x-gitlab-error-origin");

/// A JSON reply; the text is JSON already.
pub fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A JSON reply from a value.
pub fn json_value(status: StatusCode, value: &serde_json::Value) -> Response {
    json(status, value.to_string())
}

/// What went wrong, in the words of the API.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request is malformed in a way that has no further words.
    #[error("malformed request")]
    BadRequest,
    /// The body is framed in a way that is not understood.
    #[error("the body is framed in a way that is not understood")]
    Framing,
    /// The body is no JSON.
    #[error("the body is no JSON")]
    InvalidJson,
    /// The body exceeds a limit of JSON.
    #[error("{0}")]
    JsonLimit(&'static str),
    /// The body is of a type that is not read.
    #[error("media type not supported")]
    MediaType(String),
    /// Parameters are missing or wrong.
    #[error("parameters are missing or wrong")]
    Parameters(String),
    /// Header and parameter both carry an access token.
    #[error("two access tokens")]
    TwoTokens,
    /// No credential, or one that nobody knows.
    #[error("not authenticated")]
    Unauthorized,
    /// Not authenticated, and too much or too slow a body to wait for its end.
    #[error("not authenticated, body not read")]
    UnauthorizedUnread,
    /// The user may not use Code Suggestions.
    #[error("the user may not use Code Suggestions")]
    NotEntitled,
    /// The token has expired.
    #[error("the token has expired")]
    TokenExpired,
    /// The token has been revoked.
    #[error("the token has been revoked")]
    TokenRevoked,
    /// `/oauth/token/info` was asked about something that is no access token of an application.
    #[error("no access token of an application")]
    TokenUnknownHere,
    /// An application is refused in the words of OAuth 2.0.
    #[error("an application is refused")]
    OAuth(OAuthRefusal),
    /// A question about a personal access token, asked with another kind of token.
    #[error("not a personal access token")]
    NotAPersonalToken,
    /// The token may not be used for this; the text lists the scopes that may.
    #[error("the token lacks a scope")]
    InsufficientScope(&'static str),
    /// The user is blocked.
    #[error("the user is blocked")]
    Blocked,
    /// The user's account is in no state to be used, for the reason given.
    #[error("the account of the user is not active")]
    Account(Arc<str>),
    /// The request is to be done in somebody else's name.
    #[error("asked for in another user's name")]
    Sudo,
    /// Not allowed.
    #[error("forbidden")]
    Forbidden,
    /// A form that no page of ours made for this browser.
    #[error("a form from elsewhere")]
    ForeignForm,
    /// Direct connections are not handed out.
    #[error("direct connections are disabled")]
    DirectConnectionsDisabled,
    /// The instance switch is off.
    #[error("the instance switch is off")]
    SwitchedOff,
    /// What was asked for does not exist.
    #[error("not found")]
    NotFound,
    /// No project has that number or path.
    #[error("no such project")]
    ProjectNotFound,
    /// What was asked for is not done for a token of that kind.
    #[error("not done for such a token")]
    MethodNotAllowed,
    /// No such route.
    #[error("no such route")]
    NoRoute,
    /// Version 3 of the API is gone.
    #[error("API version 3")]
    ApiV3,
    /// The client took too long to send.
    #[error("the client took too long")]
    RequestTimeout,
    /// The body is larger than the server reads.
    #[error("the body is too large")]
    TooLarge,
    /// What would be sent to the gateway is larger than it may be.
    #[error("too large for the gateway")]
    TooLargeForGateway,
    /// The request target is too long.
    #[error("the target is too long")]
    TargetTooLong,
    /// The user has used up the limit of that name.
    #[error("too many requests")]
    RateLimited {
        /// The decision of the limiter.
        decision: Decision,
        /// Name of the limit.
        name: &'static str,
        /// Whether the reply is marked as the server's own.
        marked: bool,
        /// Seconds since the epoch at which the window ends.
        resets_at: i64,
    },
    /// The gateway failed.
    #[error("the gateway failed")]
    BadGateway,
    /// The gateway was too late; the number of seconds after which to try again, if it says one.
    #[error("the gateway was too late")]
    GatewayTimeout(Option<u32>),
    /// Not now; the number of seconds after which to try again.
    #[error("not available")]
    Unavailable(u32),
    /// A defect of the server.
    #[error("internal error")]
    Internal,
    /// One of the above, and why, for the log.
    #[error("{}", .0.reply)]
    Caused(Box<Caused>),
}

/// A reply, and the failure behind it, which no client is told.
#[derive(Debug)]
pub struct Caused {
    reply: ApiError,
    cause: Cause,
}

/// Why a reply is a failure of this server or of one behind it; left on the response for the log.
#[derive(Debug, Clone)]
pub struct Cause {
    /// What has failed.
    pub what: &'static str,
    /// How, with every cause of it.
    pub error: String,
}

impl ApiError {
    fn caused(self, what: &'static str, error: &dyn std::error::Error) -> Self {
        let causes = std::iter::successors(Some(error), |error| error.source());
        let told: Vec<String> = causes.map(ToString::to_string).collect();
        let cause = Cause {
            what,
            error: told.join(": "),
        };
        Self::Caused(Box::new(Caused { reply: self, cause }))
    }

    /// The reply, whatever its cause.
    pub fn reply(&self) -> &Self {
        match self {
            Self::Caused(caused) => &caused.reply,
            reply => reply,
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest
            | Self::Framing
            | Self::InvalidJson
            | Self::JsonLimit(_)
            | Self::Parameters(_)
            | Self::TwoTokens
            | Self::NotAPersonalToken => StatusCode::BAD_REQUEST,
            Self::Unauthorized
            | Self::UnauthorizedUnread
            | Self::NotEntitled
            | Self::TokenExpired
            | Self::TokenRevoked
            | Self::TokenUnknownHere => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope(_)
            | Self::Blocked
            | Self::Account(_)
            | Self::Sudo
            | Self::Forbidden
            | Self::ForeignForm
            | Self::DirectConnectionsDisabled => StatusCode::FORBIDDEN,
            Self::SwitchedOff | Self::NotFound | Self::ProjectNotFound | Self::NoRoute => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::ApiV3 => StatusCode::GONE,
            Self::TooLarge | Self::TooLargeForGateway => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::OAuth(refusal) => refusal.status(),
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::BadGateway => StatusCode::BAD_GATEWAY,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::GatewayTimeout(_) => StatusCode::GATEWAY_TIMEOUT,
            Self::Caused(caused) => caused.reply.status(),
        }
    }

    /// The fixed word for the access line and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::Framing => "framing",
            Self::InvalidJson => "invalid_json",
            Self::JsonLimit(_) => "json_limit",
            Self::MediaType(_) => "media_type",
            Self::Parameters(_) => "parameters",
            Self::TwoTokens => "two_tokens",
            Self::Unauthorized | Self::UnauthorizedUnread => "unauthorized",
            Self::OAuth(refusal) => refusal.error,
            Self::NotEntitled => "not_entitled",
            Self::TokenExpired => "token_expired",
            Self::TokenRevoked => "token_revoked",
            Self::TokenUnknownHere => "token_unknown_here",
            Self::NotAPersonalToken => "not_a_personal_token",
            Self::InsufficientScope(_) => "insufficient_scope",
            Self::Blocked => "blocked",
            Self::Account(_) => "account",
            Self::Sudo => "sudo",
            Self::Forbidden => "forbidden",
            Self::ForeignForm => "foreign_form",
            Self::DirectConnectionsDisabled => "direct_connections_disabled",
            Self::SwitchedOff => "switched_off",
            Self::NotFound => "not_found",
            Self::ProjectNotFound => "project_not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NoRoute => "no_route",
            Self::ApiV3 => "api_v3",
            Self::RequestTimeout => "request_timeout",
            Self::TooLarge => "too_large",
            Self::TooLargeForGateway => "too_large_for_gateway",
            Self::TargetTooLong => "target_too_long",
            Self::RateLimited { .. } => "rate_limited",
            Self::BadGateway => "bad_gateway",
            Self::GatewayTimeout(_) => "gateway_timeout",
            Self::Unavailable(_) => "unavailable",
            Self::Internal => "internal",
            Self::Caused(caused) => caused.reply.code(),
        }
    }

    fn body(&self) -> String {
        match self {
            Self::BadRequest | Self::Framing => "Bad Request".to_owned(),
            Self::InvalidJson => error("Invalid JSON format"),
            Self::JsonLimit(text) => error(text),
            Self::MediaType(given) => error(&format!("The provided content-type '{given}' is not supported.")),
            Self::Parameters(text) => error(text),
            Self::TwoTokens => {
                described("invalid_request", "Both Authorization header and payload includes access token.")
            }
            Self::Unauthorized | Self::UnauthorizedUnread | Self::NotEntitled => message("401 Unauthorized"),
            Self::OAuth(refusal) => refusal.body(),
            Self::TokenExpired => described("invalid_token", EXPIRED),
            Self::TokenRevoked => described("invalid_token", REVOKED),
            Self::TokenUnknownHere => json!({
                "error": "invalid_token",
                "error_description": INVALID,
                "state": "unauthorized",
            })
            .to_string(),
            Self::InsufficientScope(accepted) => json!({
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
                "scope": accepted,
            })
            .to_string(),
            Self::NotAPersonalToken => message(
                "400 Bad request - This endpoint requires token type to be a personal access token",
            ),
            Self::Blocked => message("403 Forbidden - Your account has been blocked."),
            Self::Account(reason) => message(&format!("403 Forbidden - {reason}")),
            Self::Sudo => message("403 Forbidden - Must be admin to use sudo"),
            Self::Forbidden | Self::ForeignForm => message("403 Forbidden"),
            Self::DirectConnectionsDisabled => message("403 Forbidden - Direct connections are disabled"),
            Self::SwitchedOff | Self::NotFound => message("404 Not Found"),
            Self::ProjectNotFound => message("404 Project Not Found"),
            Self::MethodNotAllowed => message("405 Method Not Allowed"),
            Self::NoRoute => error("404 Not Found"),
            Self::RequestTimeout => message("408 Request Timeout"),
            Self::ApiV3 => error("API V3 is no longer supported. Use API V4 instead."),
            Self::TooLarge | Self::TooLargeForGateway => message("413 Request Entity Too Large"),
            Self::TargetTooLong => message("414 URI Too Long"),
            Self::RateLimited { .. } => json!({
                "message": { "error": "This endpoint has been requested too many times. Try again later." }
            })
            .to_string(),
            Self::Internal => message("500 Internal Server Error"),
            Self::BadGateway => message("502 Bad Gateway"),
            Self::Unavailable(_) => message("503 Service Unavailable"),
            Self::GatewayTimeout(_) => message("504 Gateway Timeout"),
            Self::Caused(caused) => caused.reply.body(),
        }
    }

    /// Whether `X-GitLab-Error-Origin` tells that the refusal is the server's own and not the gateway's.
    fn marked(&self) -> bool {
        match self {
            Self::SwitchedOff | Self::NotEntitled | Self::TooLargeForGateway => true,
            Self::RateLimited { marked, .. } => *marked,
            _ => false,
        }
    }

    fn challenge(&self) -> Option<String> {
        let bearer = |realm: &str, text: &str| {
            format!(r#"Bearer realm="{realm}", error="invalid_token", error_description="{text}""#)
        };
        match self {
            Self::TokenExpired => Some(bearer("Protected by OAuth 2.0", EXPIRED)),
            Self::TokenRevoked => Some(bearer("Protected by OAuth 2.0", REVOKED)),
            Self::TokenUnknownHere => Some(bearer("Doorkeeper", INVALID)),
            Self::OAuth(refusal) => refusal.challenge(),
            _ => None,
        }
    }
}

const EXPIRED: &str = "Token is expired. You can either do re-authorization or token refresh.";
const REVOKED: &str = "Token was revoked. You have to re-authorize from the user.";
const INVALID: &str = "The access token is invalid";

fn message(text: &str) -> String {
    json!({ "message": text }).to_string()
}

fn error(text: &str) -> String {
    json!({ "error": text }).to_string()
}

fn described(word: &str, text: &str) -> String {
    json!({ "error": word, "error_description": text }).to_string()
}

/// The word of [`ApiError::code`], left on a response for the access line.
#[derive(Debug, Clone, Copy)]
pub struct ReasonCode(pub &'static str);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Caused(caused) = self {
            let mut response = caused.reply.into_response();
            response.extensions_mut().insert(caused.cause);
            return response;
        }
        let mut response = json(self.status(), self.body());
        let headers = response.headers_mut();
        if matches!(self, Self::BadRequest | Self::Framing) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        }
        if self.marked() {
            headers.insert(ERROR_ORIGIN.clone(), HeaderValue::from_static("monolith"));
        }
        if let Some(challenge) = self
            .challenge()
            .and_then(|text| HeaderValue::from_str(&text).ok())
        {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        match &self {
            Self::RateLimited {
                decision,
                name,
                resets_at,
                ..
            } => {
                headers.insert(RETRY_AFTER, decision.retry_after().into());
                rate_limit_headers(headers, decision, name, *resets_at);
            }
            Self::Unavailable(seconds) | Self::GatewayTimeout(Some(seconds)) => {
                headers.insert(RETRY_AFTER, (*seconds).into());
            }
            // What was not read of the request must not be taken for the next one.
            Self::Framing
            | Self::UnauthorizedUnread
            | Self::TooLarge
            | Self::RequestTimeout
            | Self::TargetTooLong => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response.extensions_mut().insert(ReasonCode(self.code()));
        response
    }
}

/// The fields that tell a client how much of a limit is left.
pub fn rate_limit_headers(
    headers: &mut axum::http::HeaderMap,
    decision: &Decision,
    name: &'static str,
    resets_at: i64,
) {
    const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
    const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
    const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
    const NAME: HeaderName = HeaderName::from_static("ratelimit-name");

    let mut digits = itoa::Buffer::new();
    // Digits make a value; made from numbers it would take twice as long.
    let mut insert = |field, digits: &str| {
        if let Ok(value) = HeaderValue::from_str(digits) {
            headers.insert(field, value);
        }
    };
    insert(LIMIT, digits.format(decision.limit));
    insert(REMAINING, digits.format(decision.remaining));
    insert(RESET, digits.format(resets_at));
    headers.insert(NAME, HeaderValue::from_static(name));
}

#[cfg(test)]
mod tests;
