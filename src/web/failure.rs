//! Why there is no page: a refusal, which gets a page of its own, or a visitor who has to sign in first.

use axum::{
    http::{HeaderValue, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};

use crate::{
    auth::{OAuthError, SignInError},
    gateway::GatewayError,
    keys::SecretsError,
    params::{ParamsError, ValidationError},
    reply::ApiError,
    store::StoreError,
};

/// Why there is no page.
pub(super) enum Failure {
    /// The request is refused.
    Refused(ApiError),
    /// Somebody else's page or an old one sent the form.
    Elsewhere(String),
}

/// Left on a response for the layer that makes a page of it.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) title: &'static str,
    pub(super) text: String,
}

/// An answer that leads to another place.
pub(super) fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return ApiError::BadRequest.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, location);
    response
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = match self {
            Self::Refused(error) => error,
            Self::Elsewhere(location) => return see_other(&location),
        };
        let (title, text) = explained(&error);
        let refusal = Refusal { title, text };
        let mut response = error.into_response();
        response.extensions_mut().insert(refusal);
        response
    }
}

fn explained(error: &ApiError) -> (&'static str, String) {
    let (title, text) = match error.reply() {
        ApiError::ForeignForm => (
            "Form refused",
            "This form was not sent by a page of this server that is still good. Go back, reload the page and try again.",
        ),
        ApiError::Forbidden => (
            "Not allowed",
            "This page is for administrators of this server.",
        ),
        ApiError::NotFound => ("Not found", "What was asked for does not exist any more."),
        ApiError::OAuth(refusal) => return ("Not authorized", refusal.description.to_string()),
        ApiError::Unavailable(_) => (
            "Not available",
            "The server cannot answer just now. Try again in a moment.",
        ),
        ApiError::Internal => ("Internal error", "Something went wrong on this server."),
        _ => (
            "Malformed request",
            "The server could not read this request.",
        ),
    };
    (title, text.to_owned())
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(match error {
            StoreError::NoUser(_) | StoreError::NoToken(_) => ApiError::NotFound,
            error => error.into(),
        })
    }
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<SecretsError> for Failure {
    fn from(error: SecretsError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<ParamsError> for Failure {
    fn from(error: ParamsError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<ValidationError> for Failure {
    fn from(error: ValidationError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => error.into(),
            SignInError::Secrets(error) => error.into(),
            SignInError::Wrong | SignInError::Link | SignInError::Password(_) => {
                ApiError::BadRequest.into()
            }
            SignInError::TooMany(seconds) => {
                ApiError::Unavailable(seconds.try_into().unwrap_or(u32::MAX)).into()
            }
        }
    }
}
