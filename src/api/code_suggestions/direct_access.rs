//! `POST /api/v4/code_suggestions/direct_access`: with what an editor asks the gateway itself (GitLab 17.0 and later). A
//! failure is a quick 403: a 5xx would delay every completion of the editor by 2.5 s.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header::HOST},
};
use serde_json::json;

use super::{Limit, admitted, asker, governed};
use crate::{
    api::{Reply, notes},
    gateway::{Asker, DirectAccess, GatewayError},
    params::DirectAccessRequest,
    reply::{self, ApiError},
    state::App,
};

/// Hands out a direct connection.
pub async fn direct_access(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, admitted) = admitted(&app, request).await?;
    let project_path = DirectAccessRequest::from_params(&admitted.params)?.project_path;
    if !app.settings.gateway.direct_access {
        return Err(ApiError::DirectConnectionsDisabled);
    }
    let limit = Limit {
        limiter: &app.limits.direct_access,
        name: "code_suggestions_direct_access",
        marked: false,
    };
    let counted = limit.count(&app, &admitted.caller).await?;
    if !app.features().completions {
        return Err(ApiError::Unauthorized);
    }
    let notes = notes(&parts)?;
    let project = governed(&app, project_path.as_deref()).await?;
    // A gateway elsewhere knows nothing of rules, so the completions of such a project have to come through here.
    let ruled = project
        .as_ref()
        .is_some_and(|project| project.exclusions.is_some());
    if ruled && app.gateway.builtin().is_none() {
        return Err(ApiError::DirectConnectionsDisabled);
    }
    let asker = asker(
        &app,
        &admitted.caller,
        &parts,
        &notes.request_id,
        (project_path.as_deref(), project.as_deref()),
    )
    .await;
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let asker = Asker { host, ..asker };
    match app.gateway.direct_access(&asker).await {
        Ok(details) => Ok(counted.mark(granted(details))),
        Err(GatewayError::NoToken(refusal)) => {
            let body = &refusal.body;
            let refused = json!({
                "message": "Token creation failed",
                "error_description": body["message"],
                "error_code": body["error_code"],
                "error": body["error"],
            });
            Ok(reply::json_value(refusal.status, &refused))
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(
                request_id = notes.request_id.as_str(),
                error,
                "no direct connection"
            );
            Err(ApiError::DirectConnectionsDisabled)
        }
    }
}

fn granted(details: DirectAccess) -> axum::response::Response {
    let headers: BTreeMap<_, _> = details.headers.into_iter().collect();
    let mut body = json!({
        "base_url": details.base_url,
        "token": details.token,
        "expires_at": details.expires_at,
        "headers": headers,
    });
    if let Some(model) = details.model_details {
        body["model_details"] = model;
    }
    let mut response = reply::json_value(StatusCode::CREATED, &body);
    response.headers_mut().insert(
        "cache-control",
        axum::http::HeaderValue::from_static("no-store"),
    );
    response
}
