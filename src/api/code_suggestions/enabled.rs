//! `POST /api/v4/code_suggestions/enabled`: whether a project may use Code Suggestions (GitLab 16.7 and later). Success is
//! the number 200 as a body, which is what GitLab answers.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
};

use super::admitted;
use crate::{
    api::Reply,
    auth::Caller,
    config::UnknownProject,
    params::EnabledRequest,
    reply::{self, ApiError},
    state::{App, Shared},
};

/// Answers for one project.
pub async fn enabled(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (_, admitted) = admitted(&app, request).await?;
    let path = EnabledRequest::from_params(&admitted.params)?.project_path;
    match project_switch(&app, &admitted.caller, &path).await? {
        None => Err(ApiError::NotFound),
        Some(false) => Err(ApiError::Forbidden),
        Some(true) => Ok(reply::json(StatusCode::OK, "200")),
    }
}

/// The switch that governs a project; `None` if there is no such project for the caller.
pub(crate) async fn project_switch(
    app: &Shared,
    caller: &Caller,
    path: &str,
) -> Result<Option<bool>, ApiError> {
    if path.trim().is_empty() {
        return Ok(None);
    }
    if let Some(gitlab) = app.auth.gitlab() {
        let Some(project) = gitlab.project(caller, path).await? else {
            return Ok(None);
        };
        let governed = app.governed(&project.path).await?;
        let switch = governed.and_then(|governed| governed.code_suggestions);
        return Ok(Some(switch.unwrap_or(true)));
    }
    let governed = app.governed(path).await?;
    let known = governed
        .as_ref()
        .is_some_and(|governed| governed.id.is_some());
    let switch = governed.and_then(|governed| governed.code_suggestions);
    Ok(match app.settings.projects.unknown {
        UnknownProject::Reject if !known => None,
        UnknownProject::Allow | UnknownProject::Reject => Some(switch.unwrap_or(true)),
    })
}
