//! Whether whoever writes the code is reached, and the mistakes that people make with its URL.

use std::time::Duration;

use axum::http::{
    HeaderValue, Method, Request, StatusCode,
    header::{AUTHORIZATION, DATE, HOST},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use serde_json::Value;

use super::{
    Finding,
    explain::{Place, remedy, told},
    here,
};
use crate::{
    config::ModelProvider,
    state::{App, route},
    upstream::{Endpoint, Upstream, UpstreamError},
};

/// Name of the finding without which nothing more can be tried.
pub(super) const REACHED: &str = "gateway";

/// Time for one question.
const TIME: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 1024 * 1024;

const KEY: &str = "gateway.url";

/// First GitLab whose completions have the parameters of today.
const OLDEST: (u32, u32) = (16, 8);

/// A small answer.
struct Small {
    status: StatusCode,
    /// Seconds by which its clock is ahead.
    ahead: Option<i64>,
    body: Bytes,
}

/// What is known of the gateway, and by how many seconds its clock is ahead.
pub(super) type Known = (Vec<Finding>, Option<i64>);

pub(super) fn builtin(app: &App) -> Known {
    let summary = app.models.summary();
    (vec![Finding::good(REACHED, summary)], None)
}

pub(super) async fn ai_gateway(app: &App) -> Known {
    const HEALTH: &str = "/monitoring/healthz";
    let url = app.settings.gateway.url.as_deref().unwrap_or_default();
    let asked = ask(app, url, HEALTH, None).await;
    let ahead = asked.as_ref().ok().and_then(|small| small.ahead);
    let reached = match asked {
        Err(error) => unreached(app, &error, url, HEALTH).await,
        Ok(small) if small.status.is_success() => Finding::good(REACHED, url),
        Ok(small) => {
            let detail = format!("{url} answers {} to {HEALTH}", small.status);
            let right = match another_path(app, url, HEALTH).await {
                // What speaks TLS answers plain HTTP with 400.
                None if small.status == StatusCode::BAD_REQUEST => {
                    another_scheme(app, url, HEALTH).await
                }
                found => found,
            };
            match right {
                Some(right) => Finding::bad(REACHED, detail, format!("set {KEY} = \"{right}\"")),
                None => Finding::bad(
                    REACHED,
                    detail,
                    format!("this is no AI Gateway: check {KEY}, without the path of an endpoint"),
                ),
            }
        }
    };
    let mut findings = vec![reached];
    findings.extend(model_endpoint(app));
    (findings, ahead)
}

/// The gateway of GitLab.com, and the one in a program like this, live below `/ai`; one's own does not.
async fn another_path(app: &App, url: &str, health: &'static str) -> Option<String> {
    let other = match url.strip_suffix("/ai") {
        Some(shorter) => shorter.to_owned(),
        None => format!("{url}/ai"),
    };
    let small = ask(app, &other, health, None).await.ok()?;
    small.status.is_success().then_some(other)
}

/// Model servers with OpenAI's API have it below `/v1`, and the gateway does not add that.
fn model_endpoint(app: &App) -> Option<Finding> {
    let model = &app.settings.gateway.model;
    let own = |provider| matches!(provider, ModelProvider::Openai | ModelProvider::Litellm);
    let without = |endpoint: &&String| !endpoint.trim_end_matches('/').ends_with("/v1");
    let models = [Some(model), model.generation.as_deref()];
    let endpoint = models
        .into_iter()
        .flatten()
        .filter(|model| model.provider().is_some_and(own))
        .filter_map(|model| model.endpoint.as_ref())
        .find(without)?;
    Some(Finding::doubtful(
        "model endpoint",
        format!("{endpoint} does not end in /v1"),
        format!(
            "unless the model server wants it so, set gateway.model.endpoint = \"{}/v1\"",
            endpoint.trim_end_matches('/')
        ),
    ))
}

pub(super) async fn gitlab(app: &App) -> Known {
    const VERSION: &str = "/api/v4/version";
    let settings = &app.settings.gateway;
    let url = settings.url.as_deref().unwrap_or_default();
    let Some(token) = &settings.token else {
        let finding = Finding::bad(
            REACHED,
            format!("{url} cannot be asked without a token"),
            "set gateway.token or gateway.token_file to a personal access token with the scope api",
        );
        return (vec![finding], None);
    };
    let asked = ask(app, url, VERSION, Some(token.expose())).await;
    let ahead = asked.as_ref().ok().and_then(|small| small.ahead);
    let finding = match asked {
        Err(error) => unreached(app, &error, url, VERSION).await,
        Ok(small) if small.status == StatusCode::UNAUTHORIZED => Finding::bad(
            REACHED,
            format!("{url} does not take the token"),
            "make a personal access token with the scope api there and put it into gateway.token",
        ),
        Ok(small) => match version(&small) {
            Some(text) if is_older(&text) => Finding::doubtful(
                REACHED,
                format!("{url} is GitLab {text}"),
                "completions want GitLab 16.8 or later",
            ),
            Some(text) => Finding::good(REACHED, format!("{url} is GitLab {text}")),
            None => Finding::bad(
                REACHED,
                format!("{url} answers {} to /api/v4/version", small.status),
                format!("this is no GitLab: check {KEY}, without /api/v4"),
            ),
        },
    };
    (vec![finding], ahead)
}

fn version(small: &Small) -> Option<String> {
    let body: Value = serde_json::from_slice(&small.body).ok()?;
    let text = body["version"].as_str()?;
    Some(text.chars().take(40).filter(|c| !c.is_control()).collect())
}

fn is_older(version: &str) -> bool {
    let mut numbers = version
        .split(['.', '-'])
        .map_while(|part| part.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) => (major, minor) < OLDEST,
        _ => false,
    }
}

async fn unreached(app: &App, error: &UpstreamError, url: &str, path: &'static str) -> Finding {
    let remedy = match another_scheme(app, url, path).await {
        Some(right) => format!("it speaks the other scheme: write {KEY} = \"{right}\""),
        None => remedy(error, Place { url, key: KEY }),
    };
    Finding::bad(REACHED, told(error), remedy)
}

/// The URL with the other of the two schemes, if somebody answers to that one.
async fn another_scheme(app: &App, url: &str, path: &'static str) -> Option<String> {
    let other = match url.strip_prefix("https://") {
        Some(rest) => format!("http://{rest}"),
        None => format!("https://{}", url.strip_prefix("http://")?),
    };
    ask(app, &other, path, None).await.ok().map(|_| other)
}

/// Asks for a path below `url`, with the settings of the gateway.
async fn ask(
    app: &App,
    url: &str,
    path: &'static str,
    token: Option<&str>,
) -> Result<Small, UpstreamError> {
    let endpoint = Endpoint::new(url, route(&app.settings))
        .map_err(|error| UpstreamError::Connect(url.to_owned(), std::io::Error::other(error)))?;
    let upstream = Upstream::new(endpoint, app.clocks(), app.gate());
    let make = |endpoint: &Endpoint| {
        let mut request = Request::new(Full::new(Bytes::new()));
        *request.method_mut() = Method::GET;
        *request.uri_mut() = endpoint.target(path);
        let headers = request.headers_mut();
        headers.insert(HOST, endpoint.authority().clone());
        if let Some(token) = token
            && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}"))
        {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        request
    };
    let response = upstream.send_within(TIME, make).await?;
    let (parts, body) = response.into_parts();
    let date = parts.headers.get(DATE).and_then(|date| date.to_str().ok());
    let body = Limited::new(body, LARGEST_ANSWER).collect().await;
    Ok(Small {
        status: parts.status,
        ahead: date.and_then(here::ahead),
        body: body.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes),
    })
}
