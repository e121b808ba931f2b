//! The built-in gateway's own endpoints below `/ai`, which editors ask directly with the token that `direct_access` gave
//! them. The identity fields must agree with the token, as with GitLab's AI Gateway.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::code_suggestions::{completions, governed};
use crate::{
    gateway::{Asker, Question},
    keys::UserTokenClaims,
    middleware::{Notes, read_body},
    params::{CompletionRequest, Params},
    prompt::intent,
    reply::{self, ApiError},
    state::App,
    suggestions,
};

/// Suggests code at the cursor to the holder of a user token.
pub async fn complete(State(app): State<Arc<App>>, request: Request) -> Response {
    if app.gateway.builtin().is_none() {
        return ApiError::NoRoute.into_response();
    }
    let (parts, body) = request.into_parts();
    let claims = match user(&app, &parts.headers) {
        Ok(claims) => claims,
        Err(refused) => return refused.into_response(),
    };
    match answer(&app, &parts, body, claims).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// `GET /ai/monitoring/healthz`.
pub async fn healthz() -> Response {
    reply::json(StatusCode::OK, "{}")
}

async fn answer(
    app: &App,
    parts: &Parts,
    body: axum::body::Body,
    claims: UserTokenClaims,
) -> Result<Response, ApiError> {
    let body = read_body(app, &parts.headers, body).await?;
    let content_type = parts
        .headers
        .get("content-type")
        .map(axum::http::HeaderValue::as_bytes);
    let params = Params::read(content_type, parts.uri.query(), body).await?;
    let mut request = CompletionRequest::from_params(params)?;
    let notes = parts
        .extensions
        .get::<Arc<Notes>>()
        .ok_or(ApiError::Internal)?;
    let user_id = claims.user_id;
    let asker = Asker {
        user_id: user_id.unwrap_or(0),
        global_user_id: claims.sub,
        request_id: &notes.request_id,
        language_server: None,
        project_id: None,
    };
    let form = completions::form(request.stream, &parts.headers);
    let project = governed(app, request.project_path.as_deref()).await?;
    let nothing = completions::without_excluded(app, &mut request, project.as_deref(), form);
    if let Some(nothing) = nothing {
        return Ok(nothing);
    }
    // This path is for completions whatever the text looks like.
    let task = intent::Task::Completion;
    let question = Question {
        request: &request,
        task: &task,
        asker: &asker,
    };
    let shaped = suggestions::answer(&app.gateway, question, form, &app.clock).await;
    let model = shaped
        .as_ref()
        .ok()
        .and_then(|shaped| shaped.model.as_deref());
    completions::count(app, (user_id, &parts.headers), &request, form, model);
    let shaped = shaped?;
    Ok(completions::into_response(shaped))
}

/// Why a token is refused, in the AI Gateway's words.
enum Refused {
    NoHeader,
    NoBearer,
    NotOidc,
    BadToken,
    Mismatch(&'static str),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let text = match self {
            Self::NoHeader => "No authorization header presented".to_owned(),
            Self::NoBearer => "Invalid authorization header".to_owned(),
            Self::NotOidc => {
                "Invalid authentication token type - only OIDC is supported".to_owned()
            }
            Self::BadToken => "Forbidden by auth provider".to_owned(),
            Self::Mismatch(header) => format!("Header mismatch '{header}'"),
        };
        reply::json_value(StatusCode::UNAUTHORIZED, &json!({ "error": text }))
    }
}

fn user(app: &App, headers: &HeaderMap) -> Result<UserTokenClaims, Refused> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let header = headers.get(AUTHORIZATION).ok_or(Refused::NoHeader)?;
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(Refused::NoBearer)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refused::NoBearer);
    }
    if text("x-gitlab-authentication-type") != "oidc" {
        return Err(Refused::NotOidc);
    }
    let claims = app
        .key
        .verify_user_token(token.trim(), app.clock.unix())
        .ok_or(Refused::BadToken)?;
    if !claims.scopes.iter().any(|scope| scope == "complete_code") {
        return Err(Refused::BadToken);
    }
    for (name, expected, shown) in [
        ("x-gitlab-realm", &claims.gitlab_realm, "X-Gitlab-Realm"),
        (
            "x-gitlab-instance-id",
            &claims.gitlab_instance_id,
            "X-Gitlab-Instance-Id",
        ),
        (
            "x-gitlab-global-user-id",
            &claims.sub,
            "X-Gitlab-Global-User-Id",
        ),
    ] {
        if text(name) != expected {
            return Err(Refused::Mismatch(shown));
        }
    }
    Ok(claims)
}
