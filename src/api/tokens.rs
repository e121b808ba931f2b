//! The personal access token that asks: `/api/v4/personal_access_tokens/self`, described, revoked and replaced by a new one
//! (GitLab 17.10 and later). Editors check a token with the first.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL, request::Parts},
    response::Response,
};
use serde_json::{Value, json};

use super::{Reply, notes};
use crate::{
    auth::{AuthError, Caller, make_token},
    clock::{iso_date, iso8601, parse_date},
    middleware::{AuthOrApiError, admit, authenticated},
    reply::{self, ApiError},
    state::App,
    store::{Rotation, Scope, Scopes, StoredToken},
};

const DAY: i64 = 86_400;

/// Life of a new token when nothing is said, and its longest, as in GitLab.
const WEEK: i64 = 7 * DAY;
const YEAR: i64 = 365 * DAY;

const MAY_ROTATE: Scopes = Scopes::of(&[Scope::Api, Scope::SelfRotate]);

/// Describes the token; any scope will do.
pub async fn describe(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let caller = personal(&app, &parts).await?;
    let mut described = described(&caller);
    described["last_used_at"] = iso8601(app.clock.unix()).into();
    Ok(reply::json_value(StatusCode::OK, &described))
}

/// Revokes the token; any scope will do.
pub async fn revoke(State(app): State<Arc<App>>, request: Request) -> Reply {
    ours(&app)?;
    let (parts, _) = request.into_parts();
    let caller = personal(&app, &parts).await?;
    app.store.revoke_token(caller.id, app.clock.unix()).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// Revokes the token and makes a new one, which is told here only.
pub async fn rotate(State(app): State<Arc<App>>, request: Request) -> Reply {
    ours(&app)?;
    let (parts, body) = request.into_parts();
    let now = app.clock.unix();
    let admitted = match admit(&app, &parts, notes(&parts)?, body, MAY_ROTATE).await {
        Err(ApiError::TokenRevoked) => {
            end_family(&app, &parts).await?;
            return Err(ApiError::TokenRevoked);
        }
        Err(ApiError::InsufficientScope(_)) => {
            return Err(ApiError::InsufficientScope("api self_rotate"));
        }
        admitted => admitted?,
    };
    if admitted.caller.application.is_some() {
        return Err(ApiError::MethodNotAllowed);
    }
    let expires_at = match admitted.params.text("expires_at") {
        None => now - now.rem_euclid(DAY) + WEEK,
        Some(date) => expiry(&date, now)?,
    };
    let (token, digest) = make_token(&app.secret)?;
    let rotation = Rotation {
        id: admitted.caller.id,
        digest,
        now,
        expires_at,
    };
    let rotated = app.store.rotate_token(rotation).await?;
    let mut described = described(&rotated.ok_or(ApiError::TokenRevoked)?);
    described["token"] = token.into();
    let mut response = reply::json_value(StatusCode::OK, &described);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Whoever asks to replace a token that has been replaced already may have stolen it, or the holder of the new one has.
async fn end_family(app: &App, parts: &Parts) -> Result<(), ApiError> {
    if let Err(AuthOrApiError::Auth(AuthError::Revoked(Some(id)))) = authenticated(app, parts).await
    {
        app.store.revoke_family(id, app.clock.unix()).await?;
    }
    Ok(())
}

fn expiry(date: &str, now: i64) -> Result<i64, ApiError> {
    let refused = |text: &str| ApiError::Parameters(format!("expires_at {text}"));
    let expires_at = parse_date(date).ok_or_else(|| refused("is invalid"))?;
    if expires_at <= now {
        return Err(refused("must be in the future"));
    }
    if expires_at > now + YEAR {
        return Err(refused(&format!("must be before {}", iso_date(now + YEAR))));
    }
    Ok(expires_at)
}

/// Tokens that live in a GitLab are revoked and replaced there.
fn ours(app: &App) -> Result<(), ApiError> {
    match app.auth.gitlab() {
        None => Ok(()),
        Some(_) => Err(ApiError::NoRoute),
    }
}

async fn personal(app: &App, parts: &Parts) -> Result<Caller, ApiError> {
    let caller = authenticated(app, parts).await?;
    if caller.application.is_some() {
        return Err(ApiError::NotAPersonalToken);
    }
    Ok(caller)
}

fn described(token: &StoredToken) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "revoked": false,
        "created_at": iso8601(token.created_at),
        "description": null,
        "scopes": token.scopes.names().collect::<Vec<_>>(),
        "user_id": token.user.id,
        "last_used_at": null,
        "active": true,
        "granular": false,
        "expires_at": token.expires_at.map(iso_date),
    })
}
