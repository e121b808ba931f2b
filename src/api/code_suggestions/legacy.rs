//! What editors of 2023 ask: `POST /api/v4/code_suggestions/tokens` (GitLab 16.1 and 16.2) and `GET /api/v4/ml/ai-assist`
//! (GitLab 15.9 to 16.x). A token that has been handed out stays good for its hour, whatever happens to the switches.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
};
use serde_json::json;

use super::{asker, completions::into_response};
use crate::{
    api::{Reply, notes},
    auth::{CODE_SUGGESTIONS, require_scope},
    keys::LegacyClaims,
    middleware::{admit, authenticated},
    reply::{self, ApiError},
    state::App,
    store::{Scope, Scopes},
    suggestions,
};

const MAY_READ: Scopes = Scopes::of(&[Scope::Api, Scope::ReadApi]);

/// Hands out a token for a model gateway.
pub async fn tokens(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let admitted = admit(&app, &parts, notes(&parts)?, body, CODE_SUGGESTIONS).await?;
    let enabled = app.is_enabled().await?;
    if let Some(gitlab) = app.gateway.gitlab() {
        let usable = enabled && gitlab.has_token() && admitted.caller.user.code_suggestions;
        if !usable {
            return Err(ApiError::Unauthorized);
        }
        let notes = notes(&parts)?;
        let id = &notes.request_id;
        let asker = asker(&app, &admitted.caller, &parts, id, (None, None)).await;
        let answer = gitlab.legacy_token(&asker).await?;
        return Ok(into_response(suggestions::relayed(answer)?));
    }
    if !enabled {
        return Err(ApiError::NotFound);
    }
    if !admitted.caller.user.code_suggestions {
        return Err(ApiError::Unauthorized);
    }
    let instance = &app.instance;
    let claims = LegacyClaims::new(&instance.external_url, instance.realm, app.clock.unix());
    let token = json!({
        "access_token": app.key.sign_without_key_id(&claims)?,
        "expires_in": LegacyClaims::LIFETIME,
        "created_at": claims.iat,
    });
    let mut response = reply::json_value(StatusCode::CREATED, &token);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Tells whether the user may use Code Suggestions.
pub async fn ai_assist(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let caller = authenticated(&app, &parts).await?;
    require_scope(&caller, MAY_READ).map_err(|_| ApiError::InsufficientScope("api read_api"))?;
    if !app.is_enabled().await? {
        return Err(ApiError::NotFound);
    }
    let allowed = json!({ "user_is_allowed": caller.user.code_suggestions });
    Ok(reply::json_value(StatusCode::OK, &allowed))
}
