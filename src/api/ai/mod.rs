//! The built-in gateway's own endpoints below `/ai`, as GitLab's AI Gateway has them (its version of August 2026). Editors ask
//! for completions with the token that `direct_access` gave them, and a GitLab that `gateway.trusted_issuers` names asks for
//! everything with tokens of its own.
//!
//! Checks come in the AI Gateway's order: the token, also where there is no route; the route; the body; the scope. What a
//! request says about models is checked and not obeyed: the settings of this server decide.

mod access;
mod body;
mod metadata;
mod told;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, ORIGIN},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::code_suggestions::{completions, governed};
use crate::{
    gateway::{Answer, Builtin},
    keys::UserTokenClaims,
    middleware::{Notes, read_body},
    reply::{self, ApiError},
    routes,
    state::App,
    suggestions::{self, Form},
    telemetry::Outcome,
};
use access::{Holder, Refused};
use body::{Asked, Endpoint};

/// Everything below `/ai` that needs a token.
pub async fn serve(State(app): State<Arc<App>>, request: Request) -> Response {
    let Some(gateway) = app.gateway.builtin() else {
        return ApiError::NoRoute.into_response();
    };
    let from_a_page = request.headers().contains_key(ORIGIN);
    let mut response = answered(&app, gateway, request).await;
    if from_a_page {
        let any = HeaderValue::from_static("*");
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_ORIGIN, any);
    }
    response
}

async fn answered(app: &App, gateway: &Builtin, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if is_preflight(&parts) {
        return preflight(&parts.headers);
    }
    let holder = match access::holder(app, &parts.headers).await {
        Ok(holder) => holder,
        Err(refused) => return refused.into_response(),
    };
    // A token outlives what it was made for: blocks and switches end it before its time.
    if let Some(number) = holder.number() {
        match app.still_serves(number).await {
            Ok(true) => {}
            Ok(false) => return Refused::BadToken.into_response(),
            Err(error) => return ApiError::from(error).into_response(),
        }
    }
    let path = parts.uri.path();
    let is_token = path == routes::AI_USER_TOKEN;
    let endpoint = Endpoint::of(path);
    if !is_token && endpoint.is_none() {
        return detail(StatusCode::NOT_FOUND, "Not Found");
    }
    if parts.method != Method::POST {
        let mut response = detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let answered = match endpoint {
        Some(endpoint) => suggest(app, gateway, endpoint, (&parts, body), &holder).await,
        None => user_token(app, &parts.headers, &holder),
    };
    answered.unwrap_or_else(IntoResponse::into_response)
}

/// `GET /ai/monitoring/healthz`.
pub async fn healthz() -> Response {
    reply::json(StatusCode::OK, "{}")
}

/// `GET /ai/v1/models/definitions`: that this server decides which model is asked.
pub async fn models(State(app): State<Arc<App>>) -> Response {
    if app.gateway.builtin().is_none() {
        return ApiError::NoRoute.into_response();
    }
    reply::json_value(StatusCode::OK, &told::models())
}

async fn suggest(
    app: &App,
    gateway: &Builtin,
    endpoint: Endpoint,
    (parts, body): (&Parts, Body),
    holder: &Holder,
) -> Result<Response, ApiError> {
    let body = read_body(app, &parts.headers, body).await?;
    let Some(asked) = Asked::read(endpoint, &parts.headers, &body) else {
        return Ok(detail(StatusCode::UNPROCESSABLE_ENTITY, "Validation error"));
    };
    if !holder.may(endpoint, asked.is_generation()) {
        return Ok(detail(StatusCode::FORBIDDEN, endpoint.refusal()));
    }
    let request_id = parts
        .extensions
        .get::<Arc<Notes>>()
        .map_or("", |notes| notes.request_id.as_str());
    let streamed = asked.streamed;
    let mut ask = asked.into_ask(holder.user(&parts.headers, request_id));
    let project = governed(app, ask.project.as_deref()).await?;
    let exclusions = project
        .as_ref()
        .and_then(|project| project.exclusions.as_ref());
    let asked = match exclusions {
        Some(exclusions) if exclusions.excludes(&ask.file_name) => {
            Ok(Answer::Suggested(suggestions::none(&ask.file_name)))
        }
        exclusions => {
            let is_kept = |name: &str| !exclusions.is_some_and(|rules| rules.excludes(name));
            ask.context.retain(|item| is_kept(&item.name.decode()));
            let asked = gateway.answer(&ask, streamed).await;
            app.metrics.gateway(outcome(&asked));
            asked
        }
    };
    let model = asked.as_ref().ok().and_then(Answer::model);
    let form = form(endpoint, streamed);
    let who = (holder.number(), &parts.headers);
    completions::count(app, who, &ask.file_name, form, model);
    let answer = asked?;
    match answer {
        Answer::Suggested(suggested) if !streamed => {
            let flags = told::flags(&parts.headers);
            let now = app.clock.unix();
            let document = if endpoint.tells_components() {
                told::suggestions(&suggested, &flags, now)
            } else {
                told::completion(&suggested, &flags, now)
            };
            Ok(reply::json_value(StatusCode::OK, &document))
        }
        answer => {
            let shaped = suggestions::shaped(answer, form, &app.clock)?;
            Ok(told::streamed(shaped))
        }
    }
}

fn outcome<E>(asked: &Result<Answer, E>) -> Outcome {
    match asked {
        Err(_) => Outcome::Failed,
        Ok(Answer::Suggested(suggested)) if suggested.texts.is_empty() => Outcome::Empty,
        Ok(_) => Outcome::Answered,
    }
}

/// The form of an answer: only the fourth version has events.
fn form(endpoint: Endpoint, streamed: bool) -> Form {
    match (streamed, endpoint) {
        (false, _) => Form::Document,
        (true, Endpoint::Suggestions) => Form::Events,
        (true, _) => Form::Text,
    }
}

/// A token with which an editor asks for completions itself; made for instances only.
fn user_token(app: &App, headers: &HeaderMap, holder: &Holder) -> Result<Response, ApiError> {
    let Holder::Instance(instance) = holder else {
        return Ok(detail(StatusCode::FORBIDDEN, NO_TOKEN));
    };
    if !holder.has("complete_code") {
        return Ok(detail(StatusCode::FORBIDDEN, NO_TOKEN));
    }
    let text = |name: &str| access::text(headers, name).to_owned();
    let user = text("x-gitlab-global-user-id");
    if user.is_empty() {
        return Ok(detail(
            StatusCode::BAD_REQUEST,
            "Missing X-Gitlab-Global-User-Id header",
        ));
    }
    let or = |claim: &String, header| {
        if claim.is_empty() {
            text(header)
        } else {
            claim.clone()
        }
    };
    let realm = or(&instance.gitlab_realm, "x-gitlab-realm");
    let instance_id = or(&instance.gitlab_instance_id, "x-gitlab-instance-id");
    let claims = UserTokenClaims::new(&user, &instance_id, &realm, app.clock.unix());
    let token = app.key.sign(&claims)?;
    let body = json!({ "token": token, "expires_at": claims.exp });
    Ok(reply::json_value(StatusCode::OK, &body))
}

const NO_TOKEN: &str = "Unauthorized to create user access token";

fn detail(status: StatusCode, text: &str) -> Response {
    reply::json_value(status, &json!({ "detail": text }))
}

fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS && parts.headers.contains_key("access-control-request-method")
}

/// Any page may ask, as none has a token unless it was given one; no credential of a browser goes along.
fn preflight(headers: &HeaderMap) -> Response {
    let mut response = Response::new(Body::from("OK"));
    let answer = response.headers_mut();
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "POST"),
        ("access-control-max-age", "600"),
    ] {
        answer.insert(name, HeaderValue::from_static(value));
    }
    if let Some(asked) = headers.get("access-control-request-headers") {
        answer.insert("access-control-allow-headers", asked.clone());
    }
    response
}
