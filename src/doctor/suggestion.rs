//! A real completion and a real generation, by the way that an editor's go.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::StatusCode,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::{
    Finding,
    explain::{Place, remedy, told},
};
use crate::{
    config::{GatewayAuth, GatewayKind},
    gateway::{Asker, GatewayError},
    ids::{Instance, RequestId},
    model::ModelError,
    params::{CompletionRequest, Params},
    routes,
    state::App,
    suggestions::{self, Form, Shaped},
};

pub(super) const COMPLETION: &str = "completion";
pub(super) const GENERATION: &str = "streamed generation";

/// Time that an editor gives a request, from its beginning to the end of the answer.
const EDITORS_PATIENCE: Duration = Duration::from_secs(15);

/// The file of both requests: enough code for a completion to be one.
const ABOVE: &str = "class Car:\n    def __init__(self):\n        self.is_running = False\n        self.speed = 0\n\n    \
    def start(self):\n        self.is_running = True\n        self.speed = 10\n\n    def increase_speed(self, increment):\n        ";

pub(super) async fn completion(app: &App) -> Finding {
    if !app.features().completions {
        return Finding::skipped(COMPLETION, "gateway.code_completions is false");
    }
    let started = Instant::now();
    let asked = timeout(EDITORS_PATIENCE, ask(app, "completion", Form::Document)).await;
    let (shaped, body) = match asked {
        Err(_) => return late(COMPLETION),
        Ok(Err(failure)) => return failure.found(COMPLETION, app),
        Ok(Ok(answer)) => answer,
    };
    if !shaped.is_success() {
        return refused(COMPLETION, shaped, &body, app);
    }
    let document: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = document["choices"][0]["text"].as_str().unwrap_or_default();
    let by = document["model"]["name"]
        .as_str()
        .unwrap_or("an unnamed model");
    let millis = started.elapsed().as_millis();
    if text.trim().is_empty() {
        return Finding::doubtful(
            COMPLETION,
            format!("{by} answered in {millis} ms, with no suggestion"),
            "an empty answer is allowed; if they all are, look at the log of the gateway and at the model",
        );
    }
    Finding::good(COMPLETION, format!("{by} answered in {millis} ms"))
}

pub(super) async fn generation(app: &App) -> Finding {
    if !app.features().generations {
        return Finding::skipped(GENERATION, "gateway.code_generations is false");
    }
    let started = Instant::now();
    let asked = timeout(EDITORS_PATIENCE, ask(app, "generation", Form::Events)).await;
    let (status, body) = match asked {
        Err(_) => return late(GENERATION),
        Ok(Err(failure)) => return failure.found(GENERATION, app),
        Ok(Ok(answer)) => answer,
    };
    if !status.is_success() {
        return refused(GENERATION, status, &body, app);
    }
    let text = String::from_utf8_lossy(&body);
    let pieces = text.matches("event: content_chunk").count();
    let millis = started.elapsed().as_millis();
    if !text.contains("event: stream_end") {
        return Finding::bad(
            GENERATION,
            format!("the stream ended after {millis} ms without its last event"),
            "look at the log of the gateway, and at what stands between it and this server",
        );
    }
    Finding::good(GENERATION, format!("{pieces} pieces in {millis} ms"))
}

/// Why there is no answer.
enum Failure {
    Gateway(GatewayError),
    Cut(String),
}

impl Failure {
    fn found(&self, name: &'static str, app: &App) -> Finding {
        match self {
            Self::Gateway(error) => Finding::bad(name, told(error), of_gateway(error, app)),
            Self::Cut(text) => Finding::bad(
                name,
                format!("the answer broke off: {text}"),
                "look at the log of the gateway: this is how it ends a stream whose model fails",
            ),
        }
    }
}

async fn ask(app: &App, intent: &str, form: Form) -> Result<(StatusCode, Bytes), Failure> {
    let body = json!({
        "current_file": {
            "file_name": "car.py",
            "content_above_cursor": ABOVE,
            "content_below_cursor": "",
        },
        "intent": intent,
        "stream": form == Form::Events,
    });
    let malformed = || Failure::Cut("the request could not be made".to_owned());
    let params = Params::read(Some(b"application/json"), None, body.to_string().into())
        .await
        .map_err(|_| malformed())?;
    let request = CompletionRequest::from_params(params).map_err(|_| malformed())?;
    let request_id = RequestId::choose(None);
    // Nobody in particular: no user has this number.
    let asker = Asker {
        user_id: 0,
        global_user_id: app.global_user_id(0),
        request_id: &request_id,
        language_server: None,
        project_id: None,
        host: None,
    };
    let gateway = (&app.gateway, app.features());
    let shaped: Shaped = suggestions::suggest(gateway, &request, &asker, form, &app.clock)
        .await
        .map_err(Failure::Gateway)?;
    let whole = collect(shaped.body).await.map_err(Failure::Cut)?;
    Ok((shaped.status, whole))
}

async fn collect(body: Body) -> Result<Bytes, String> {
    let whole = body.collect().await.map_err(|error| told(&error))?;
    Ok(whole.to_bytes())
}

fn late(name: &'static str) -> Finding {
    Finding::bad(
        name,
        format!("no whole answer within {} s", EDITORS_PATIENCE.as_secs()),
        "editors wait no longer: use a smaller model, or give the one there is a faster machine",
    )
}

fn of_gateway(error: &GatewayError, app: &App) -> String {
    let settings = &app.settings.gateway;
    let url = settings.url.as_deref().unwrap_or_default();
    match error {
        GatewayError::Upstream(error) => remedy(
            error,
            Place {
                url,
                key: "gateway.url",
            },
        ),
        GatewayError::Credential => of_credential(app),
        GatewayError::Status(status) if status.is_redirection() => {
            "redirects are not followed: put the URL that it leads to into gateway.url".to_owned()
        }
        GatewayError::Status(_) if settings.model.provider().is_some() => {
            "the AI Gateway says this to every failure of a model: check gateway.model.endpoint (with /v1), identifier and api_key, \
             that the model server knows that model, and that the gateway runs with AIGW_CUSTOM_MODELS__ENABLED=true; its log tells which"
                .to_owned()
        }
        GatewayError::Model(error) => of_model(error),
        GatewayError::Disabled => "gateway.code_completions or code_generations is false".to_owned(),
        _ => "look at the log of the gateway".to_owned(),
    }
}

fn of_model(error: &ModelError) -> String {
    let remedy = match error {
        late if late.is_late() => {
            "the model is too slow for editors: take a smaller one, a lower model.generation.max_tokens, or a faster machine"
        }
        ModelError::Key(_) => "set model.api_key to a key that it takes",
        ModelError::Busy(_) | ModelError::Full | ModelError::Resting(_) | ModelError::Shared => {
            "try again in a moment; model.max_in_flight says how many questions it gets at once"
        }
        _ => "look at the log of the model server",
    };
    remedy.to_owned()
}

fn of_credential(app: &App) -> String {
    let settings = &app.settings.gateway;
    let url = &app.instance.external_url;
    match (settings.kind, settings.auth) {
        (GatewayKind::AiGateway, GatewayAuth::SelfSigned) if app.is_beside_gitlab() => format!(
            "the gateway has to find this server's keys, which are not GitLab's: start it with AIGW_GITLAB_URL set to the \
             address of this server itself (server.listen, as the gateway reaches it) and not to {url}, see to it that it \
             reaches {url}{} too, and restart it (it keeps keys for a day); clocks must agree",
            routes::OWN_KEYS
        ),
        (GatewayKind::GitLab, _) => {
            "make a personal access token with the scope api there and put it into gateway.token"
                .to_owned()
        }
        (_, GatewayAuth::SelfSigned) => format!(
            "the gateway trusts another issuer: start it with AIGW_GITLAB_URL={url}, see to it that it reaches \
             {}, and restart it (it keeps keys for a day); clocks must agree",
            discovery(&app.instance)
        ),
        (_, GatewayAuth::Static) => "it does not take gateway.token: check the token".to_owned(),
        (_, GatewayAuth::None) => "it wants a credential: set gateway.auth".to_owned(),
    }
}

/// Where the gateway asks for the discovery document of this server: at the root of the host, whatever path the URL has.
fn discovery(instance: &Instance) -> String {
    let asked = format!("{}{}", instance.origin(), routes::OPENID);
    if instance.base_path.is_empty() {
        return asked;
    }
    format!(
        "{asked} (it asks without the path: what stands in front has to lead that to {}{})",
        instance.external_url,
        routes::OPENID
    )
}

/// The key that names the model which the gateway is told to use, and what it says: one of one's own goes by its family, one
/// that GitLab hosts by its identifier alone.
fn named_model<'a>(name: &str, app: &'a App) -> Option<(String, &'a str)> {
    let model = &app.settings.gateway.model;
    let (section, model) = match model.generation.as_deref() {
        Some(own) if name == GENERATION => ("gateway.model.generation", own),
        _ => ("gateway.model", model),
    };
    let keys = [("name", &model.name), ("identifier", &model.identifier)];
    keys.into_iter()
        .find_map(|(key, given)| Some((format!("{section}.{key}"), given.as_deref()?)))
}

fn refused(name: &'static str, status: StatusCode, body: &Bytes, app: &App) -> Finding {
    let detail = format!("the gateway answers {status}");
    let remedy = match (status, named_model(name, app)) {
        (StatusCode::UNPROCESSABLE_ENTITY, Some((key, model))) => format!(
            "this version of the gateway does not know the model '{model}' or the form of the request: \
             check {key}, and completions_api and generations_api for an older gateway"
        ),
        (StatusCode::UNPROCESSABLE_ENTITY, None) if name == COMPLETION => {
            "this version of the gateway does not know the model that GitLab asks for when none is named: name one in [gateway.model]"
                .to_owned()
        }
        (StatusCode::NOT_FOUND, _) if name == COMPLETION => {
            "the gateway is of another version: check gateway.completions_api".to_owned()
        }
        (StatusCode::UNPROCESSABLE_ENTITY | StatusCode::NOT_FOUND, _) => {
            "the gateway is of another version: try gateway.generations_api = \"v3\" or \"v2\""
                .to_owned()
        }
        (StatusCode::PAYMENT_REQUIRED, _) => "its quota is used up".to_owned(),
        (StatusCode::FORBIDDEN, _) => {
            "it does not grant this instance the scope: check its licence and the token".to_owned()
        }
        (StatusCode::TOO_MANY_REQUESTS, _) => {
            "it has been asked too often: try again later".to_owned()
        }
        _ => "look at the log of the gateway".to_owned(),
    };
    let words: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = ["detail", "message", "error"]
        .into_iter()
        .find_map(|name| words[name].as_str())
        // Older gateways repeat what they were sent in the details of a 422.
        .filter(|text| status != StatusCode::UNPROCESSABLE_ENTITY && text.len() < 200);
    match said {
        Some(text) => Finding::bad(name, format!("{detail}: {}", text.escape_debug()), remedy),
        None => Finding::bad(name, detail, remedy),
    }
}
