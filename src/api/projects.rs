//! `GET /api/v4/projects/:id`: a project by its number or its encoded path. Known are those that something has been set for;
//! of repositories this server knows nothing.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
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
    store::{self, Scope, Scopes},
};

const ACCEPTED: Scopes = Scopes::of(&[Scope::Api, Scope::ReadApi]);

/// Describes a project.
pub async fn project(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Reply {
    // What is here of the projects of a GitLab are switches, which are nobody's business but the administrator's.
    if app.auth.gitlab().is_some() {
        return Err(ApiError::NoRoute);
    }
    let (parts, _) = request.into_parts();
    let caller = authenticated(&app, &parts).await?;
    require_scope(&caller, ACCEPTED).map_err(|_| ApiError::InsufficientScope("api read_api"))?;
    let known = match id.parse() {
        Ok(number) => app.store.project(number).await?,
        Err(_) => app.store.governance(id).await?.and_then(|found| found.own),
    };
    // A path without a group above it is a group's.
    let (project, (namespace, name)) = known
        .as_ref()
        .and_then(|known| Some((known, known.path.rsplit_once('/')?)))
        .ok_or(ApiError::ProjectNotFound)?;
    Ok(reply::json_value(
        StatusCode::OK,
        &described(&app, project, namespace, name),
    ))
}

fn described(app: &Shared, project: &store::Project, namespace: &str, name: &str) -> Value {
    let host = &app.instance.external_url;
    let url = format!("{host}/{}", project.path);
    let created = iso8601(project.created_at);
    let group = namespace.rsplit('/').next().unwrap_or(namespace);
    json!({
        "id": project.id,
        "description": null,
        "name": name,
        "name_with_namespace": format!("{} / {name}", namespace.replace('/', " / ")),
        "path": name,
        "path_with_namespace": project.path,
        "created_at": created,
        "default_branch": null,
        "tag_list": [],
        "topics": [],
        "http_url_to_repo": format!("{url}.git"),
        "web_url": url,
        "readme_url": null,
        "avatar_url": null,
        "forks_count": 0,
        "star_count": 0,
        "last_activity_at": created,
        "visibility": "private",
        "archived": false,
        "empty_repo": true,
        "namespace": {
            "id": 0,
            "name": group,
            "path": group,
            "kind": "group",
            "full_path": namespace,
            "parent_id": null,
            "avatar_url": null,
            "web_url": format!("{host}/groups/{namespace}"),
        },
    })
}
