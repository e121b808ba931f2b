//! Identity for machines: tokens, `/oauth/token/info` and `/oauth/userinfo`, the discovery document and the public keys. A
//! gateway that trusts this host finds the key of our tokens through the last two (OpenID Connect Discovery 1.0, RFC 7517).

mod tokens;

pub use tokens::{introspect, issue, revoke};

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, CACHE_CONTROL},
    },
    response::Response,
};
use serde_json::{Value, json};

use super::{Reply, user::web_url};
use crate::{
    auth::{APPLICATION_SCOPES, gitlab::merge},
    middleware::{AuthOrApiError, authenticated},
    reply::{self, ApiError},
    routes,
    state::App,
};

const KEPT_FOR_A_DAY: &str = "max-age=86400, public, must-revalidate, no-transform";
const KEPT_FOR_AN_HOUR: &str = "max-age=3600, public, must-revalidate, no-transform";

/// Details of an OAuth access token. Personal access tokens are not described here, as in GitLab.
pub async fn token_info(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let caller = match authenticated(&app, &parts).await {
        Err(AuthOrApiError::Auth(error)) if error.is_undecided() => return Err(error.into()),
        Err(AuthOrApiError::Auth(_)) => return Err(ApiError::TokenUnknownHere),
        other => other?,
    };
    let application = caller
        .application
        .as_ref()
        .ok_or(ApiError::TokenUnknownHere)?;
    let scopes: Vec<_> = caller.scopes.names().collect();
    let left = caller
        .expires_at
        .map(|expires_at| expires_at - app.clock.unix());
    let info = json!({
        "resource_owner_id": caller.user.id,
        "scope": scopes,
        "expires_in": left,
        "application": { "uid": application },
        "created_at": caller.created_at,
        "scopes": scopes,
        "expires_in_seconds": left,
    });
    Ok(reply::json_value(StatusCode::OK, &info))
}

/// Whose access token that is, in the words of OpenID Connect Core 1.0, section 5.3.
pub async fn user_info(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let caller = authenticated(&app, &parts).await?;
    let user = &caller.user;
    let info = json!({
        "sub": user.id.to_string(),
        "name": user.username,
        "nickname": user.username,
        "preferred_username": user.username,
        "profile": web_url(&app, user),
    });
    Ok(reply::json_value(StatusCode::OK, &info))
}

/// Where everything about identity is. Names only what there is: without web pages nobody can authorize anything here.
pub async fn discovery(State(app): State<Arc<App>>) -> Response {
    let url = &app.instance.external_url;
    let keys = if app.is_beside_gitlab() {
        routes::OWN_KEYS
    } else {
        routes::KEYS
    };
    let mut document = json!({
        "issuer": url,
        "jwks_uri": format!("{url}{keys}"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "name", "nickname", "preferred_username", "profile",
        ],
    });
    if app.has_pages() {
        let endpoints = json!({
            "authorization_endpoint": format!("{url}{}", routes::AUTHORIZE),
            "token_endpoint": format!("{url}{}", routes::TOKEN),
            "revocation_endpoint": format!("{url}{}", routes::REVOKE),
            "introspection_endpoint": format!("{url}{}", routes::INTROSPECT),
            "userinfo_endpoint": format!("{url}{}", routes::USER_INFO),
            "scopes_supported": APPLICATION_SCOPES.names().collect::<Vec<_>>(),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
        });
        if let (Some(document), Value::Object(endpoints)) = (document.as_object_mut(), endpoints) {
            document.extend(endpoints);
        }
    }
    reply::json_value(StatusCode::OK, &document)
}

/// The public keys; in front of a GitLab its own as well, since tokens of both are looked up here.
pub async fn keys(State(app): State<Arc<App>>) -> Response {
    let mut keys = app.key.public_jwks();
    let mut cached = KEPT_FOR_A_DAY;
    if let Some(behind) = &app.keys_behind {
        match behind.get().await {
            Some(theirs) => merge(&mut keys, &theirs),
            // Whoever keeps these must not go without GitLab's for long.
            None => cached = "max-age=10, public, must-revalidate, no-transform",
        }
    }
    key_set(&keys, cached)
}

/// The public keys of this server alone: beside a GitLab the path of all keys is GitLab's.
pub async fn own_keys(State(app): State<Arc<App>>) -> Response {
    key_set(&app.key.public_jwks(), KEPT_FOR_A_DAY)
}

/// The same by GitLab's own name for it.
pub async fn connector_keys(State(app): State<Arc<App>>) -> Response {
    key_set(&app.key.public_jwks(), KEPT_FOR_AN_HOUR)
}

/// What may be done with a document that is there to be read.
pub async fn options() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let allowed = HeaderValue::from_static("OPTIONS, GET, HEAD");
    response.headers_mut().insert(ALLOW, allowed);
    response
}

fn key_set(keys: &[Value], cached: &'static str) -> Response {
    let mut response = reply::json_value(StatusCode::OK, &json!({ "keys": keys }));
    let cached = HeaderValue::from_static(cached);
    response.headers_mut().insert(CACHE_CONTROL, cached);
    response
}
