//! A model server that is known: where it is, what it speaks, which model is asked, and how a question to it is written.
//! Made by `probe`, asked by the parent module.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT},
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{
    family::{self, Family, Guard},
    window::Window,
};
use crate::{
    clock::Clock,
    config::{ModelKind, ModelServer},
    upstream::{Breaker, Endpoint, EndpointError, Gate, ProxyVariables, Route, TlsFiles},
};

/// Most texts to stop at that OpenAI's API takes.
const MOST_STOPS: usize = 4;

/// How even a model is, when one answer is wanted, and when several are.
const TEMPERATURE: f64 = 0.0;
const TEMPERATURE_OF_FURTHER: f64 = 0.6;
const TEMPERATURE_OF_CHAT: f64 = 0.2;

/// Where a server is and how it is addressed.
#[derive(Clone)]
pub struct Address {
    /// The kind; neither `auto` nor `engine`.
    pub kind: ModelKind,
    /// The URL as it was given.
    pub url: String,
    /// The URL, taken apart.
    pub endpoint: Endpoint,
    /// What proves us.
    pub key: Option<HeaderValue>,
}

/// Who puts the markers around the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fim {
    /// We do.
    Family(&'static Family),
    /// The server does.
    Server,
}

/// A model server with the model that is asked there.
pub struct Server {
    /// Where it is.
    pub address: Address,
    /// Name of the model, as the server spells it; llama-server takes the path of the file for one.
    pub model: String,
    /// How it fills in the middle, if it can.
    pub fim: Option<Fim>,
    /// Whether it can be talked to.
    pub chats: bool,
}

/// What is wanted of a model.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Most tokens of the answer.
    pub max_tokens: usize,
    /// Whether the answer ends with the line.
    pub one_line: bool,
    /// Which of several answers it is, from 0.
    pub choice: usize,
    /// Characters that may be sent, from which servers that ask for it learn how much to keep ready.
    pub context_chars: usize,
}

/// A question, ready to be sent.
pub struct Call {
    path: &'static str,
    body: Bytes,
}

/// A turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: &'static str,
    /// What is said.
    pub content: String,
}

// === impl Address ===

impl Address {
    /// The address of a server of that kind.
    pub fn new(kind: ModelKind, given: &ModelServer) -> Result<Self, EndpointError> {
        let url = given.url.as_str();
        let base = match kind {
            ModelKind::OpenAi => openai_base(url),
            _ => url.strip_suffix("/v1").unwrap_or(url).to_owned(),
        };
        let route = Route {
            tls: TlsFiles {
                roots: given.ca_file.as_deref(),
                client: None,
            },
            proxy: ProxyVariables {
                https: &given.proxies.https,
                no: &given.proxies.no,
            },
        };
        let key = given.api_key.as_ref().and_then(|key| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose())).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Ok(Self {
            kind,
            url: url.to_owned(),
            endpoint: Endpoint::new(&base, route)?,
            key,
        })
    }

    /// A request for a path below the address.
    pub fn request(
        &self,
        endpoint: &Endpoint,
        (method, path): (Method, &'static str),
        body: Bytes,
    ) -> Request<Full<Bytes>> {
        let mut headers = HeaderMap::with_capacity(6);
        headers.insert(HOST, endpoint.authority().clone());
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("code-suggestions/", env!("CARGO_PKG_VERSION"))),
        );
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        if method == Method::POST {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(key) = &self.key {
            headers.insert(AUTHORIZATION, key.clone());
        }
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = endpoint.target(path);
        *request.headers_mut() = headers;
        request
    }
}

/// A gate that is always open: places and failures of model servers are minded by those who ask them.
pub(super) fn open_gate() -> Gate {
    Gate {
        in_flight: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        breaker: Arc::new(Breaker::new(
            "model server",
            0,
            Duration::ZERO,
            Clock::System,
        )),
    }
}

/// OpenAI's API is below `/v1`, unless the URL has a path of its own.
fn openai_base(url: &str) -> String {
    let uri: hyper::Uri = url.parse().unwrap_or_default();
    if uri.path().trim_matches('/').is_empty() {
        format!("{}/v1", url.trim_end_matches('/'))
    } else {
        url.to_owned()
    }
}

// === impl Server ===

impl Server {
    /// The question for a completion; `None` if this server cannot be asked for one.
    pub fn completion(&self, window: &Window, wish: &Wish) -> Option<Call> {
        let fim = self.fim?;
        let body = match self.address.kind {
            ModelKind::Ollama => self.ollama(fim, window, wish),
            ModelKind::LlamaServer => self.llama_server(window, wish),
            ModelKind::Mistral => self.mistral(window, wish),
            ModelKind::Auto | ModelKind::Engine | ModelKind::OpenAi => {
                self.openai(fim, window, wish)
            }
        };
        let path = match self.address.kind {
            ModelKind::Ollama => "/api/generate",
            ModelKind::LlamaServer => "/infill",
            ModelKind::Mistral => "/v1/fim/completions",
            ModelKind::Auto | ModelKind::Engine | ModelKind::OpenAi => "/completions",
        };
        Some(Call::new(path, &body))
    }

    /// The question for a generation, as a conversation.
    pub fn chat(&self, messages: &[Message], max_tokens: usize) -> Call {
        let path = match self.address.kind {
            ModelKind::OpenAi => "/chat/completions",
            _ => "/v1/chat/completions",
        };
        let turns: Vec<Value> = messages
            .iter()
            .map(|message| json!({ "role": message.role, "content": message.content }))
            .collect();
        let body = json!({
            "model": self.model,
            "messages": turns,
            "max_tokens": max_tokens,
            "temperature": TEMPERATURE_OF_CHAT,
            "stream": true,
        });
        Call::new(path, &body)
    }

    /// Name of the model as clients and administrators read it.
    pub fn shown_model(&self) -> &str {
        family::file_stem(&self.model)
    }

    /// Tokens of this model that are never shown.
    pub fn tokens(&self) -> Vec<&'static str> {
        match self.family() {
            Some(family) => family.stops().to_vec(),
            None => family::all_tokens().collect(),
        }
    }

    /// Tokens that are never shown of what is said in a conversation.
    pub fn spoken_tokens(&self) -> Vec<&'static str> {
        self.tokens().into_iter().chain(family::turns()).collect()
    }

    /// What keeps this model's tokens out of what it reads.
    pub fn guard(&self) -> Guard {
        Guard::new(self.family())
    }

    fn family(&self) -> Option<&'static Family> {
        match self.fim {
            Some(Fim::Family(family)) => Some(family),
            Some(Fim::Server) | None => family::kin(&self.model),
        }
    }

    fn openai(&self, fim: Fim, window: &Window, wish: &Wish) -> Value {
        let mut body = json!({
            "model": self.model,
            "max_tokens": wish.max_tokens,
            "temperature": temperature(wish),
            "stream": true,
        });
        if wish.choice > 0 {
            body["seed"] = wish.choice.into();
        }
        let mut stops = Vec::new();
        match fim {
            Fim::Family(family) => {
                body["prompt"] = family.prompt(window).into();
                stops.extend(family.stops());
            }
            Fim::Server => {
                body["prompt"] = self.with_context(window).into();
                if !window.below.is_empty() {
                    body["suffix"] = self.guard().neutral(&window.below).into();
                }
            }
        }
        if wish.one_line {
            stops.insert(0, "\n");
        }
        stops.truncate(MOST_STOPS);
        if !stops.is_empty() {
            body["stop"] = stops.into();
        }
        body
    }

    fn ollama(&self, fim: Fim, window: &Window, wish: &Wish) -> Value {
        let mut stops = Vec::new();
        if wish.one_line {
            stops.push("\n");
        }
        let mut body = json!({ "model": self.model, "stream": true });
        match fim {
            Fim::Family(family) => {
                body["prompt"] = family.prompt(window).into();
                body["raw"] = true.into();
                stops.extend(family.stops());
            }
            Fim::Server => {
                body["prompt"] = self.with_context(window).into();
                // Without a suffix Ollama would take the text for something said to the model.
                let below = if window.below.is_empty() {
                    "\n"
                } else {
                    &window.below
                };
                body["suffix"] = self.guard().neutral(below).into();
            }
        }
        body["options"] = json!({
            "num_predict": wish.max_tokens,
            "temperature": temperature(wish),
            "seed": wish.choice,
            "stop": stops,
            // What does not fit is cut off at the beginning, markers and all. The same for every question: another
            // size makes Ollama load the model anew.
            "num_ctx": (wish.context_chars * 2 / 5 + wish.max_tokens).next_multiple_of(1024),
        });
        body
    }

    fn mistral(&self, window: &Window, wish: &Wish) -> Value {
        let mut body = json!({
            "model": self.model,
            "prompt": self.with_context(window),
            "max_tokens": wish.max_tokens,
            "temperature": temperature(wish),
            "stream": true,
        });
        if !window.below.is_empty() {
            body["suffix"] = self.guard().neutral(&window.below).into();
        }
        if wish.choice > 0 {
            body["random_seed"] = wish.choice.into();
        }
        if wish.one_line {
            body["stop"] = json!(["\n"]);
        }
        body
    }

    fn llama_server(&self, window: &Window, wish: &Wish) -> Value {
        let guard = self.guard();
        let extra: Vec<Value> = window
            .context
            .iter()
            .map(|file| json!({ "filename": guard.neutral(&file.name), "text": guard.neutral(&file.content) }))
            .collect();
        let stops: &[&str] = if wish.one_line { &["\n"] } else { &[] };
        json!({
            "input_prefix": guard.neutral(&window.above),
            "input_suffix": guard.neutral(&window.below),
            "input_extra": extra,
            "prompt": "",
            "n_predict": wish.max_tokens,
            "temperature": temperature(wish),
            "seed": wish.choice,
            "stop": stops,
            "cache_prompt": true,
            "stream": true,
        })
    }

    fn with_context(&self, window: &Window) -> String {
        let guard = self.guard();
        format!(
            "{}{}",
            window.as_comments(guard),
            guard.neutral(&window.above)
        )
    }
}

fn temperature(wish: &Wish) -> f64 {
    if wish.choice == 0 {
        TEMPERATURE
    } else {
        TEMPERATURE_OF_FURTHER
    }
}

// === impl Call ===

impl Call {
    fn new(path: &'static str, body: &Value) -> Self {
        Self {
            path,
            body: body.to_string().into(),
        }
    }

    /// The request for it.
    pub fn request(&self, address: &Address, endpoint: &Endpoint) -> Request<Full<Bytes>> {
        address.request(endpoint, (Method::POST, self.path), self.body.clone())
    }
}
