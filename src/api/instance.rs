//! What the instance is: `GET /api/v4/version` and `/metadata`, and `POST /api/v4/usage_data/track_event`. Editors
//! switch their features on by the version.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde_json::json;

use super::Reply;
use crate::{
    auth::{CODE_SUGGESTIONS, require_scope},
    middleware::{admit, authenticated},
    reply::{self, ApiError},
    state::App,
    store::{Scope, Scopes},
};

const ACCEPTED: Scopes = Scopes::of(&[
    Scope::Api,
    Scope::ReadApi,
    Scope::ReadUser,
    Scope::AiFeatures,
]);

/// Tells the version.
pub async fn version(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let caller = authenticated(&app, &parts).await?;
    require_scope(&caller, ACCEPTED)
        .map_err(|_| ApiError::InsufficientScope("ai_features api read_api read_user"))?;
    let version = json!({
        "version": app.instance.version,
        "revision": concat!("code-suggestions-", env!("CARGO_PKG_VERSION")),
        "kas": { "enabled": false, "externalUrl": null, "externalK8sProxyUrl": null, "version": null },
        "enterprise": true,
    });
    Ok(reply::json_value(StatusCode::OK, &version))
}

/// Takes an event of an editor. An empty object is the answer: editors read every success as JSON.
pub async fn track_event(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    admit(&app, &parts, body, CODE_SUGGESTIONS).await?;
    Ok(reply::json(StatusCode::OK, "{}"))
}
