//! Who asks the built-in gateway: a user with a token that was made here, or a trusted GitLab with a token of its own. The
//! identity fields must agree with the token, and refusals are worded as GitLab's AI Gateway words them.

use axum::{
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::body::Endpoint;
use crate::{
    keys::{ForeignClaims, UserTokenClaims},
    reply,
    state::App,
};

/// Longest token that is looked at, in bytes.
const LONGEST_TOKEN: usize = 4096;

/// Whoever holds a token.
pub(super) enum Holder {
    /// A user, for completions only.
    User(UserTokenClaims),
    /// A GitLab.
    Instance(ForeignClaims),
}

/// Why a token is refused, in the AI Gateway's words.
pub(super) enum Refused {
    NoHeader,
    NoBearer,
    NotOidc,
    BadToken,
    Mismatch(&'static str),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let text = match self {
            Self::NoHeader => "No authorization header presented".to_owned(),
            Self::NoBearer => "Invalid authorization header".to_owned(),
            Self::NotOidc => {
                "Invalid authentication token type - only OIDC is supported".to_owned()
            }
            Self::BadToken => "Forbidden by auth provider".to_owned(),
            Self::Mismatch(header) => format!("Header mismatch '{header}'"),
        };
        reply::json_value(StatusCode::UNAUTHORIZED, &json!({ "error": text }))
    }
}

/// The value of a field; empty if it is absent or no text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Checks the token and that the identity fields agree with it.
pub(super) async fn holder(app: &App, headers: &HeaderMap) -> Result<Holder, Refused> {
    let header = headers.get(AUTHORIZATION).ok_or(Refused::NoHeader)?;
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(Refused::NoBearer)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refused::NoBearer);
    }
    if text(headers, "x-gitlab-authentication-type") != "oidc" {
        return Err(Refused::NotOidc);
    }
    let token = token.trim();
    if token.len() > LONGEST_TOKEN || headers.get_all(AUTHORIZATION).iter().count() > 1 {
        return Err(Refused::BadToken);
    }
    let holder = match app.key.verify_user_token(token, app.clock.unix()) {
        Some(claims) => Holder::User(claims),
        None => Holder::Instance(app.issuers.verify(token).await.ok_or(Refused::BadToken)?),
    };
    holder.agrees_with(headers)?;
    Ok(holder)
}

// === impl Holder ===

impl Holder {
    fn agrees_with(&self, headers: &HeaderMap) -> Result<(), Refused> {
        const INSTANCE: &str = "X-Gitlab-Instance-Id";
        let (realm, instance, sub, sub_header) = match self {
            Self::User(claims) => (
                &claims.gitlab_realm,
                &claims.gitlab_instance_id,
                &claims.sub,
                "X-Gitlab-Global-User-Id",
            ),
            Self::Instance(claims) => (
                &claims.gitlab_realm,
                &claims.gitlab_instance_id,
                &claims.sub,
                INSTANCE,
            ),
        };
        for (claim, name) in [
            (realm, "X-Gitlab-Realm"),
            (instance, INSTANCE),
            (sub, sub_header),
        ] {
            if !claim.is_empty() && text(headers, name) != claim {
                return Err(Refused::Mismatch(name));
            }
        }
        Ok(())
    }

    /// The user's number, if this server has made the token for a user of its own.
    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::User(claims) => claims.user_id,
            Self::Instance(_) => None,
        }
    }

    /// Whether the token has a scope.
    pub(super) fn has(&self, scope: &str) -> bool {
        let scopes = match self {
            Self::User(claims) => &claims.scopes,
            Self::Instance(claims) => &claims.scopes,
        };
        scopes.iter().any(|known| known == scope)
    }

    /// Whether the token is good for an endpoint.
    pub(super) fn may(&self, endpoint: Endpoint, generation: bool) -> bool {
        let scope = if generation {
            "generate_code"
        } else {
            "complete_code"
        };
        let accepted = matches!(self, Self::Instance(_)) || endpoint == Endpoint::Completions;
        accepted && self.has(scope)
    }

    /// Whose question it is; a GitLab that does not say so asks for nobody in particular.
    pub(super) fn user(&self, headers: &HeaderMap, request_id: &str) -> String {
        match self {
            Self::User(claims) => claims.sub.clone(),
            Self::Instance(claims) => {
                let user = match text(headers, "x-gitlab-global-user-id") {
                    "" => request_id,
                    named => named,
                };
                format!("{} {user}", claims.sub)
            }
        }
    }
}
