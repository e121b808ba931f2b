//! What the instance is: `GET /api/v4/version` and `/metadata`. Editors switch their features on by the version.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde_json::json;

use super::Reply;
use crate::{
    auth::require_scope,
    middleware::authenticated,
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
