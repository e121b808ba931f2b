//! Finds out what a model server is: its kind, its models, and whether the one that is asked can fill in the middle. Used at
//! start, again while a server is not there, and by `doctor`; each failure says in one line what to do about it.
//!
//! The kind is told by what only one kind answers, since several imitate each other's lists of models.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    family,
    server::{Address, Fim, Server, open_gate},
};
use crate::{
    config::{FimTemplate, ModelKind, ModelServer, ProxySettings},
    upstream::{Clocks, EndpointError, Upstream, UpstreamError},
};

/// Largest answer that is looked at; lists of models can be long.
const LARGEST: usize = 4 * 1024 * 1024;

/// Models whose abilities are asked for one by one, and names that a message lists.
const MOST_ASKED: usize = 8;
const MOST_NAMED: usize = 12;

/// Paths of APIs that are taken for the URL of a server, the longest first.
const PATHS: &[&str] = &[
    "/chat/completions",
    "/fim/completions",
    "/completions",
    "/models",
    "/api/generate",
    "/api/chat",
    "/api/tags",
    "/infill",
];

/// What a probe has found.
pub struct Found {
    /// The server and its model.
    pub server: Server,
    /// Every model there.
    pub models: Vec<String>,
}

/// Why a model server cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The URL is none.
    #[error(transparent)]
    Url(#[from] EndpointError),
    /// Nothing answers.
    #[error("{url} does not answer ({reason}); start the model server, or mend model.url")]
    Unreachable {
        /// The URL.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The key is wanted or refused.
    #[error("{url} refuses with {status}; set model.api_key to a key that it takes")]
    Key {
        /// The URL.
        url: String,
        /// Its status.
        status: StatusCode,
    },
    /// The API is one step further down.
    #[error("{0} has its API below /v1; set model.url = \"{0}/v1\"")]
    BelowV1(String),
    /// The URL is that of one question.
    #[error("{url} is a path of the API, not where it begins; set model.url = \"{base}\"")]
    Path {
        /// The URL.
        url: String,
        /// What of it is the server's.
        base: String,
    },
    /// The model is not ready yet.
    #[error("{0} is still loading its model; wait, it is asked again every few seconds")]
    Loading(String),
    /// Something else answers.
    #[error("{0} answers, but not as a model server does; mend model.url, or set model.kind")]
    Unknown(String),
    /// It is another kind of server.
    #[error("{url} is of the kind \"{found}\", not \"{given}\"; set model.kind = \"{found}\"")]
    OtherKind {
        /// The URL.
        url: String,
        /// The configured kind.
        given: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// The model is not there.
    #[error("{url} has no model '{name}'; set model.name to one that it has: {there}")]
    UnknownModel {
        /// The URL.
        url: String,
        /// The configured name.
        name: String,
        /// Those there are.
        there: String,
    },
    /// There is no model at all.
    #[error("{0} has no model; load one that can fill in the middle, such as qwen2.5-coder")]
    NoModel(String),
    /// It is not clear which model is meant.
    #[error(
        "{url} has several models, none known to fill in the middle; set model.name to one of: {there}"
    )]
    Several {
        /// The URL.
        url: String,
        /// Those there are.
        there: String,
    },
}

/// Asks a configured server what it is. `limit` is the time for each question.
pub async fn probe(given: &ModelServer, limit: Duration) -> Result<Found, ProbeError> {
    let kind = match (given.kind, is_mistral(&given.url)) {
        (ModelKind::Mistral, _) | (ModelKind::Auto, true) => ModelKind::Mistral,
        (kind, _) => Probe::kind(given, kind, limit).await?,
    };
    let probe = Probe::new(kind, given, limit)?;
    let models = probe.models().await?;
    let server = probe.choose(given, &models).await?;
    Ok(Found { server, models })
}

/// Looks for a server on this machine with a model that can fill in the middle, at all ports at once; the first port wins.
pub async fn detect(ports: &[u16], own: u16, limit: Duration) -> Option<Found> {
    let mut tasks = Vec::new();
    for port in ports.iter().filter(|port| **port != own) {
        let given = ModelServer {
            kind: ModelKind::Auto,
            url: format!("http://127.0.0.1:{port}"),
            name: None,
            api_key: None,
            template: FimTemplate::Auto,
            ca_file: None,
            // What is on this machine is asked directly.
            proxies: ProxySettings::default(),
        };
        let probe = async move { timeout(limit, probe(&given, limit)).await.ok()?.ok() };
        tasks.push(tokio::spawn(probe));
    }
    let mut first = None;
    for task in tasks {
        let found = task.await.ok().flatten();
        first = first.or(found.filter(|found| found.server.fim.is_some()));
    }
    first
}

struct Probe {
    upstream: Upstream,
    address: Address,
}

impl Probe {
    fn new(kind: ModelKind, given: &ModelServer, limit: Duration) -> Result<Self, ProbeError> {
        let address = Address::new(kind, given)?;
        let clocks = Clocks {
            connect: limit,
            response: limit,
            idle: limit,
            whole: limit,
        };
        let upstream = Upstream::new(address.endpoint.clone(), clocks, open_gate());
        Ok(Self { upstream, address })
    }

    /// The kind of server at a URL: the one that is given, if it is true.
    async fn kind(
        given: &ModelServer,
        kind: ModelKind,
        limit: Duration,
    ) -> Result<ModelKind, ProbeError> {
        let told = |kind| Self::is_of(given, kind, limit);
        if kind != ModelKind::Auto && told(kind).await? {
            return Ok(kind);
        }
        // llama-server answers for Ollama and OpenAI as well, Ollama for OpenAI.
        for candidate in [ModelKind::LlamaServer, ModelKind::Ollama, ModelKind::OpenAi] {
            if candidate == kind || !told(candidate).await? {
                continue;
            }
            if kind == ModelKind::Auto {
                return Ok(candidate);
            }
            return Err(ProbeError::OtherKind {
                url: given.url.clone(),
                given: kind.as_str(),
                found: candidate.as_str(),
            });
        }
        let deeper = ModelServer {
            url: format!("{}/v1", given.url),
            ..given.clone()
        };
        if !given.url.ends_with("/v1") && Self::is_of(&deeper, ModelKind::OpenAi, limit).await? {
            return Err(ProbeError::BelowV1(given.url.clone()));
        }
        let url = given.url.clone();
        match PATHS.iter().find_map(|path| url.strip_suffix(path)) {
            Some(base) => Err(ProbeError::Path {
                base: base.to_owned(),
                url,
            }),
            None => Err(ProbeError::Unknown(url)),
        }
    }

    async fn is_of(
        given: &ModelServer,
        kind: ModelKind,
        limit: Duration,
    ) -> Result<bool, ProbeError> {
        let probe = Self::new(kind, given, limit)?;
        let (path, member) = match kind {
            ModelKind::LlamaServer => ("/props", "default_generation_settings"),
            ModelKind::Ollama => ("/api/tags", "models"),
            _ => ("/models", "data"),
        };
        let (status, answer) = probe.ask(Method::GET, path, Bytes::new()).await?;
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let url = given.url.clone();
            return Err(ProbeError::Key { url, status });
        }
        // llama-server says so until it is ready.
        if kind == ModelKind::LlamaServer
            && status == StatusCode::SERVICE_UNAVAILABLE
            && answer["error"]["message"] == "Loading model"
        {
            return Err(ProbeError::Loading(given.url.clone()));
        }
        Ok(status.is_success() && answer.get(member).is_some())
    }

    async fn models(&self) -> Result<Vec<String>, ProbeError> {
        let (path, list, name) = match self.address.kind {
            ModelKind::Ollama => ("/api/tags", "models", "name"),
            ModelKind::OpenAi => ("/models", "data", "id"),
            _ => ("/v1/models", "data", "id"),
        };
        let (status, answer) = self.ask(Method::GET, path, Bytes::new()).await?;
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let url = self.address.url.clone();
            return Err(ProbeError::Key { url, status });
        }
        let names = answer[list].as_array().into_iter().flatten();
        Ok(names
            .filter_map(|model| model[name].as_str().map(str::to_owned))
            .collect())
    }

    async fn choose(self, given: &ModelServer, models: &[String]) -> Result<Server, ProbeError> {
        let url = || given.url.clone();
        let candidates: Vec<String> = match &given.name {
            Some(name) => vec![known(name, models).ok_or_else(|| ProbeError::UnknownModel {
                url: url(),
                name: name.clone(),
                there: named(models),
            })?],
            // Mistral lists dozens, of which one line fills in the middle.
            None if self.address.kind == ModelKind::Mistral => vec!["codestral-latest".to_owned()],
            None => models.to_vec(),
        };
        let mut ordered = candidates.clone();
        ordered.sort_by_key(|name| family::of(name).is_none());
        for name in ordered.iter().take(MOST_ASKED) {
            if let Some(fim) = self.fim(name, given.template).await? {
                return Ok(self.server(name.clone(), Some(fim)));
            }
        }
        match candidates.as_slice() {
            [] => Err(ProbeError::NoModel(url())),
            [only] => Ok(self.server(only.clone(), None)),
            _ => Err(ProbeError::Several {
                url: url(),
                there: named(models),
            }),
        }
    }

    /// How a model fills in the middle, if it can.
    async fn fim(&self, model: &str, set: FimTemplate) -> Result<Option<Fim>, ProbeError> {
        match self.address.kind {
            ModelKind::Mistral => return Ok(model.contains("codestral").then_some(Fim::Server)),
            ModelKind::LlamaServer => {
                let body = json!({ "input_prefix": "a", "input_suffix": "b", "n_predict": 1 });
                let (status, _) = self
                    .ask(Method::POST, "/infill", body.to_string().into())
                    .await?;
                return Ok(status.is_success().then_some(Fim::Server));
            }
            _ => {}
        }
        let family = family::named(set, model)
            .or_else(|| family::of(model).filter(|_| set == FimTemplate::Auto));
        if let Some(family) = family {
            return Ok(Some(Fim::Family(family)));
        }
        if set == FimTemplate::Suffix {
            return Ok(Some(Fim::Server));
        }
        if self.address.kind != ModelKind::Ollama {
            return Ok(None);
        }
        let body = json!({ "model": model });
        let (_, answer) = self
            .ask(Method::POST, "/api/show", body.to_string().into())
            .await?;
        let abilities = answer["capabilities"].as_array();
        let inserts =
            abilities.is_some_and(|abilities| abilities.iter().any(|ability| ability == "insert"));
        Ok(inserts.then_some(Fim::Server))
    }

    fn server(self, model: String, fim: Option<Fim>) -> Server {
        let chats = fim.is_none() || chats(&model);
        Server {
            address: self.address,
            model,
            fim,
            chats,
        }
    }

    /// Status and JSON of an answer; null if it is none.
    async fn ask(
        &self,
        method: Method,
        path: &'static str,
        body: Bytes,
    ) -> Result<(StatusCode, Value), ProbeError> {
        let asked = self
            .upstream
            .send(|endpoint| {
                self.address
                    .request(endpoint, (method.clone(), path), body.clone())
            })
            .await;
        let unreachable = |error: UpstreamError| ProbeError::Unreachable {
            url: self.address.url.clone(),
            reason: told(&error),
        };
        let (parts, mut body) = asked.map_err(unreachable)?.into_parts();
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let data = frame.map_err(unreachable)?.into_data().unwrap_or_default();
            if whole.len() + data.len() > LARGEST {
                return Ok((parts.status, Value::Null));
            }
            whole.extend_from_slice(&data);
        }
        Ok((
            parts.status,
            serde_json::from_slice(&whole).unwrap_or_default(),
        ))
    }
}

/// What happened, with its cause where that says more.
fn told(error: &UpstreamError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The name as the server spells it; Ollama leaves out `:latest`, llama-server may name the file with its folders.
fn known(name: &str, models: &[String]) -> Option<String> {
    let is = |model: &&String| {
        *model == name
            || model.strip_suffix(":latest") == Some(name)
            || family::file_stem(model) == family::file_stem(name)
    };
    models.iter().find(is).cloned()
}

fn named(models: &[String]) -> String {
    let mut names = models
        .iter()
        .take(MOST_NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if models.len() > MOST_NAMED {
        names.push_str(", …");
    }
    if names.is_empty() {
        "none".to_owned()
    } else {
        names
    }
}

/// Models that were never taught to talk say so in their names.
fn chats(model: &str) -> bool {
    let name = model.to_ascii_lowercase();
    let taught = ["instruct", "chat", "-it"]
        .iter()
        .any(|word| name.contains(word));
    let untaught = [
        "base",
        "starcoder",
        "santacoder",
        "stable-code",
        "-hf",
        "7b-code",
        "2b-code",
    ];
    taught || !untaught.iter().any(|word| name.contains(word))
}

fn is_mistral(url: &str) -> bool {
    let uri: hyper::Uri = url.parse().unwrap_or_default();
    let host = uri.host().unwrap_or_default();
    host == "mistral.ai" || host.ends_with(".mistral.ai")
}
