//! Whoever asks: `GET /api/v4/user`, with which editors add an account.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::Reply;
use crate::{
    auth::require_scope,
    clock::iso8601,
    middleware::authenticated,
    reply::{self, ApiError},
    state::{App, Shared},
    store::{Scope, Scopes, User},
};

const ACCEPTED: Scopes = Scopes::of(&[Scope::Api, Scope::ReadApi, Scope::ReadUser]);

/// Describes the user.
pub async fn current_user(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let caller = authenticated(&app, &parts).await?;
    require_scope(&caller, ACCEPTED)
        .map_err(|_| ApiError::InsufficientScope("api read_api read_user"))?;
    Ok(reply::json_value(
        StatusCode::OK,
        &described(&app, &caller.user),
    ))
}

fn described(app: &Shared, user: &User) -> Value {
    let mut described = json!({
        "id": user.id,
        "username": user.username,
        "public_email": null,
        "name": user.username,
        "state": "active",
        "locked": false,
        "avatar_url": null,
        "web_url": web_url(app, user),
        "created_at": iso8601(user.created_at),
        "bio": "",
        "location": "",
        "bot": false,
        "last_sign_in_at": null,
        "confirmed_at": iso8601(user.created_at),
        "email": null,
        "commit_email": null,
        "external": false,
        "private_profile": false,
        "two_factor_enabled": false,
        "can_create_group": false,
        "can_create_project": false,
    });
    if user.admin {
        described["is_admin"] = true.into();
        described["note"] = Value::Null;
        described["namespace_id"] = user.id.into();
    }
    described
}

/// The page of a user, as GitLab places it.
pub(crate) fn web_url(app: &Shared, user: &User) -> String {
    format!("{}/{}", app.instance.external_url, user.username)
}
