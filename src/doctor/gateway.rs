//! Whether whoever writes the code is reached, and the mistakes that people make with its URL.

use axum::http::StatusCode;

use super::{
    Finding,
    explain::{Place, remedy, told},
    question::{Questions, Small, VERSION, is_older, with_other_scheme},
};
use crate::{config::ModelProvider, state::App, upstream::UpstreamError};

/// Name of the finding without which nothing more can be tried.
pub(super) const REACHED: &str = "gateway";

const KEY: &str = "gateway.url";

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
        Ok(small) => match small.version() {
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

async fn unreached(app: &App, error: &UpstreamError, url: &str, path: &'static str) -> Finding {
    let remedy = match another_scheme(app, url, path).await {
        Some(right) => format!("it speaks the other scheme: write {KEY} = \"{right}\""),
        None => remedy(error, Place { url, key: KEY }),
    };
    Finding::bad(REACHED, told(error), remedy)
}

/// The URL with the other of the two schemes, if somebody answers to that one.
async fn another_scheme(app: &App, url: &str, path: &'static str) -> Option<String> {
    let other = with_other_scheme(url)?;
    ask(app, &other, path, None).await.ok().map(|_| other)
}

async fn ask(
    app: &App,
    url: &str,
    path: &'static str,
    token: Option<&str>,
) -> Result<Small, UpstreamError> {
    Questions::to_gateway(app).get(url, path, token).await
}
