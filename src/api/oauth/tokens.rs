//! `POST /oauth/token`, `/oauth/revoke` and `/oauth/introspect` (RFC 6749 section 3.2, RFC 7009, RFC 7662), with the errors of
//! Doorkeeper, which is what GitLab answers with. All applications are public clients: nobody has a secret to show.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    api::Reply,
    auth::{Issued, OAuthError},
    middleware::{Fields, authenticated},
    reply::{self, ApiError},
    state::App,
};

/// Gives tokens for a code or a refresh token.
pub async fn issue(State(app): State<Arc<App>>, request: Request) -> Response {
    unstored(issued(&app, request).await)
}

async fn issued(app: &App, request: Request) -> Reply {
    let fields = fields(app, request).await?;
    let client_id = required(&fields, "client_id")?;
    let issued = match required(&fields, "grant_type")? {
        "authorization_code" => {
            let (code, redirect_uri) = (
                required(&fields, "code")?,
                required(&fields, "redirect_uri")?,
            );
            let verifier = required(&fields, "code_verifier")?;
            app.oauth
                .exchange(client_id, code, redirect_uri, verifier)
                .await?
        }
        "refresh_token" => {
            let token = required(&fields, "refresh_token")?;
            app.oauth.refresh(client_id, token).await?
        }
        _ => return Err(OAuthError::UnsupportedGrantType.into()),
    };
    Ok(reply::json_value(StatusCode::OK, &described(&issued)))
}

fn described(issued: &Issued) -> Value {
    json!({
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh_token,
        "scope": issued.scopes.names().collect::<Vec<_>>().join(" "),
        "created_at": issued.created_at,
    })
}

/// Revokes an access or refresh token and what belongs to it.
pub async fn revoke(State(app): State<Arc<App>>, request: Request) -> Response {
    unstored(revoked(&app, request).await)
}

async fn revoked(app: &App, request: Request) -> Reply {
    let fields = fields(app, request).await?;
    let token = required(&fields, "token")?;
    app.oauth.revoke(token, fields.get("client_id")).await?;
    Ok(reply::json(StatusCode::OK, "{}"))
}

/// Describes a token to the application that it was issued to, which proves itself by an access token of its own.
pub async fn introspect(State(app): State<Arc<App>>, request: Request) -> Response {
    unstored(introspected(&app, request).await)
}

async fn introspected(app: &App, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let caller = authenticated(app, &parts).await?;
    let asks = caller
        .application
        .as_ref()
        .ok_or(ApiError::TokenUnknownHere)?;
    let fields = Fields::of_application(app, &parts, body).await?;
    let token = app.auth.access_token(required(&fields, "token")?).await?;
    let inactive = json!({ "active": false });
    let described = match token {
        Some(token) if token.application.as_ref() == Some(asks) => json!({
            "active": true,
            "scope": token.scopes.names().collect::<Vec<_>>().join(" "),
            "client_id": asks,
            "token_type": "Bearer",
            "username": token.user.username,
            "sub": token.user.id.to_string(),
            "exp": token.expires_at,
            "iat": token.created_at,
        }),
        _ => inactive,
    };
    Ok(reply::json_value(StatusCode::OK, &described))
}

async fn fields(app: &App, request: Request) -> Result<Fields, ApiError> {
    let (parts, body) = request.into_parts();
    Fields::of_application(app, &parts, body).await
}

fn required<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, OAuthError> {
    if fields.repeats(&[name]) {
        return Err(OAuthError::InvalidRequest(format!(
            "The parameter {name} is given more than once."
        )));
    }
    fields
        .get(name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| OAuthError::InvalidRequest(format!("Missing required parameter: {name}.")))
}

/// Nothing here may be kept by anybody on the way (RFC 6749 section 5.1).
fn unstored(reply: Reply) -> Response {
    let mut response = reply.into_response();
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
