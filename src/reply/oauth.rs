//! Refusals in the words of OAuth 2.0 (RFC 6749 sections 4.1.2.1 and 5.2) with the sentences of Doorkeeper, which GitLab
//! answers with. The same words go to an application in a body, or on the way back through the browser.

use std::borrow::Cow;

use axum::http::StatusCode;

use super::{ApiError, described};
use crate::auth::OAuthError;

/// A refusal that an application can read.
#[derive(Debug)]
pub struct OAuthRefusal {
    status: StatusCode,
    /// The word of the RFC.
    pub error: &'static str,
    /// The sentence behind it.
    pub description: Cow<'static, str>,
}

impl OAuthRefusal {
    fn new(status: StatusCode, error: &'static str, description: &'static str) -> Self {
        Self {
            status,
            error,
            description: description.into(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn body(&self) -> String {
        described(self.error, &self.description)
    }

    pub(super) fn challenge(&self) -> Option<String> {
        let (error, text) = (self.error, &self.description);
        (self.status == StatusCode::UNAUTHORIZED).then(|| {
            format!(r#"Bearer realm="Doorkeeper", error="{error}", error_description="{text}""#)
        })
    }
}

impl From<OAuthError> for ApiError {
    fn from(error: OAuthError) -> Self {
        let bad = |error, text| OAuthRefusal::new(StatusCode::BAD_REQUEST, error, text);
        let refusal = match error {
            OAuthError::Store(error) => return error.into(),
            OAuthError::Secrets(error) => return error.into(),
            OAuthError::InvalidRequest(description) => OAuthRefusal {
                status: StatusCode::BAD_REQUEST,
                error: "invalid_request",
                description: description.into(),
            },
            OAuthError::InvalidClient => OAuthRefusal::new(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "Client authentication failed due to unknown client, no client authentication included, or unsupported \
                 authentication method.",
            ),
            OAuthError::InvalidGrant => bad(
                "invalid_grant",
                "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used \
                 in the authorization request, or was issued to another client.",
            ),
            OAuthError::UnauthorizedClient => OAuthRefusal::new(
                StatusCode::FORBIDDEN,
                "unauthorized_client",
                "You are not authorized to revoke this token",
            ),
            OAuthError::UnsupportedGrantType => bad(
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server.",
            ),
            OAuthError::UnsupportedResponseType => bad(
                "unsupported_response_type",
                "The authorization server does not support this response type.",
            ),
            OAuthError::InvalidScope => bad(
                "invalid_scope",
                "The requested scope is invalid, unknown, or malformed.",
            ),
            OAuthError::AccessDenied => bad(
                "access_denied",
                "The resource owner or authorization server denied the request.",
            ),
        };
        Self::OAuth(refusal)
    }
}
