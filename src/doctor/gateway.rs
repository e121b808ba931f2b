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
    let finding = if app.settings.gateway.url.is_some() {
        Finding::doubtful(
            REACHED,
            format!("{summary}, and nobody is asked at {KEY}"),
            "set gateway.kind = \"ai_gateway\" (or \"gitlab\") to ask there",
        )
    } else {
        Finding::good(REACHED, summary)
    };
    (vec![finding], None)
}

pub(super) async fn ai_gateway(app: &App) -> Known {
    const HEALTH: &str = "/monitoring/healthz";
    let url = app.settings.gateway.url.as_deref().unwrap_or_default();
    let asked = ask(app, url, HEALTH, None).await;
    let ahead = asked.as_ref().ok().and_then(|small| small.ahead);
    let reached = match asked {
        Err(error) => unreached(app, &error, url, HEALTH).await,
        Ok(small) if small.is_document() => Finding::good(REACHED, url),
        Ok(small) => {
            let right = match another_path(app, url, HEALTH).await {
                None => redirected_by_scheme(app, &small, url, HEALTH).await,
                found => found,
            };
            let otherwise =
                format!("this is no AI Gateway: check {KEY}, without the path of an endpoint");
            astray(&small, (url, HEALTH), right, otherwise)
        }
    };
    let mut findings = vec![reached];
    findings.extend(model_endpoint(app));
    (findings, ahead)
}

/// Somebody answers, but not as whom the settings name; `right` is where that one is found.
fn astray(
    small: &Small,
    (url, path): (&str, &str),
    right: Option<String>,
    otherwise: String,
) -> Finding {
    let detail = if small.status.is_success() {
        format!("{url} answers something else to {path}")
    } else {
        format!("{url} answers {} to {path}", small.status)
    };
    let remedy = match right {
        Some(right) => format!("set {KEY} = \"{right}\""),
        None if small.status.is_redirection() => {
            format!("redirects are not followed: put the URL that it leads to into {KEY}")
        }
        None => otherwise,
    };
    Finding::bad(REACHED, detail, remedy)
}

/// What speaks TLS answers plain HTTP with 400; what stands in front of it sends on to the other scheme.
async fn redirected_by_scheme(
    app: &App,
    small: &Small,
    url: &str,
    path: &'static str,
) -> Option<String> {
    if small.status != StatusCode::BAD_REQUEST && !small.status.is_redirection() {
        return None;
    }
    another_scheme(app, url, path).await
}

/// The gateway of GitLab.com, and the one in a program like this, live below `/ai`; one's own does not, and none lives below
/// the path of an endpoint.
async fn another_path(app: &App, url: &str, health: &'static str) -> Option<String> {
    let other = match url.strip_suffix("/ai") {
        Some(shorter) => shorter.to_owned(),
        None => format!("{url}/ai"),
    };
    let path = url
        .find("://")
        .and_then(|at| url[at + 3..].find('/').map(|path| at + 3 + path));
    let origin = path.map(|path| url[..path].to_owned());
    let below = origin.as_ref().map(|origin| format!("{origin}/ai"));
    for other in [Some(other), below, origin].into_iter().flatten() {
        if let Ok(small) = ask(app, &other, health, None).await
            && small.is_document()
        {
            return Some(other);
        }
    }
    None
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
            None => {
                let right = redirected_by_scheme(app, &small, url, VERSION).await;
                let otherwise = format!("this is no GitLab: check {KEY}, without /api/v4");
                astray(&small, (url, VERSION), right, otherwise)
            }
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
