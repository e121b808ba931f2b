//! `[model]`: the model behind the built-in gateway, for completions and, where it differs, for generations. Read by the
//! rooms `model` and `gateway`. What `[model.generation]` leaves out is taken from `[model]`.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

use super::{
    ConfigSecret, ProxySettings, rules,
    values::{duration, list, words},
};

/// Most requests at a model server, and most that may wait for one.
const MOST: usize = 100_000;

/// `[model]`: which model writes the code, and within which limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// The kind of model server.
    pub kind: ModelKind,
    /// URL of the model server.
    pub url: Option<String>,
    /// Name of the model there; chosen when absent.
    pub name: Option<String>,
    /// Key for the model server.
    pub api_key: Option<ConfigSecret>,
    /// File with the key.
    pub api_key_file: Option<PathBuf>,
    /// PEM file with further roots to trust.
    pub ca_file: Option<PathBuf>,
    /// Whether plain HTTP may leave this machine.
    pub allow_plain_http: bool,
    /// How text is put around the cursor.
    pub template: FimTemplate,
    /// Whether model servers on this machine are looked for.
    pub autodetect: bool,
    /// Ports at which they are looked for.
    #[serde(deserialize_with = "list")]
    pub autodetect_ports: Vec<u16>,
    /// Time for a completion.
    #[serde(with = "duration")]
    pub deadline: Duration,
    /// Tokens of a completion.
    pub max_tokens: usize,
    /// Characters of code that a model reads.
    pub context_chars: usize,
    /// Requests at a model server at once.
    pub max_in_flight: usize,
    /// Requests that may wait for one of those places.
    pub max_queued: usize,
    /// What differs for generations.
    pub generation: GenerationSettings,
}

/// `[model.generation]`: another model for generations, and their limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerationSettings {
    /// The kind of model server.
    pub kind: Option<ModelKind>,
    /// URL of the model server.
    pub url: Option<String>,
    /// Name of the model there.
    pub name: Option<String>,
    /// Key for the model server.
    pub api_key: Option<ConfigSecret>,
    /// File with the key.
    pub api_key_file: Option<PathBuf>,
    /// Time for a whole generation.
    #[serde(with = "duration")]
    pub deadline: Duration,
    /// Tokens of a generation.
    pub max_tokens: usize,
    /// Characters of code that a model reads.
    pub context_chars: Option<usize>,
}

words! {
    /// Kinds of model servers.
    pub enum ModelKind {
        /// Found out by asking.
        Auto = "auto",
        /// None: the engine in this binary alone.
        Engine = "engine",
        /// OpenAI's API, as vLLM, LM Studio, LiteLLM and TGI speak it.
        OpenAi = "openai",
        /// Ollama.
        Ollama = "ollama",
        /// llama.cpp's server.
        LlamaServer = "llama_server",
        /// Mistral's API.
        Mistral = "mistral",
    }
}

words! {
    /// Ways to put text around the cursor, by model family.
    pub enum FimTemplate {
        /// Chosen by the model's name.
        Auto = "auto",
        /// The server does it: text below the cursor goes along as `suffix`.
        Suffix = "suffix",
        /// Qwen2.5-Coder, Qwen3-Coder.
        QwenCoder = "qwen_coder",
        /// StarCoder, StarCoder 2, CodeQwen.
        StarCoder = "starcoder",
        /// DeepSeek-Coder.
        DeepSeekCoder = "deepseek_coder",
        /// Code Llama.
        CodeLlama = "codellama",
        /// CodeGemma.
        CodeGemma = "codegemma",
        /// Codestral.
        Codestral = "codestral",
        /// Granite 3.3 and later.
        Granite = "granite",
        /// Granite Code.
        GraniteCode = "granite_code",
        /// Stable Code.
        StableCode = "stable_code",
        /// SantaCoder.
        SantaCoder = "santacoder",
    }
}

/// A model server as it is configured.
#[derive(Debug, Clone)]
pub struct ModelServer {
    /// The kind; never the engine.
    pub kind: ModelKind,
    /// Its URL.
    pub url: String,
    /// Name of the model.
    pub name: Option<String>,
    /// Key.
    pub api_key: Option<ConfigSecret>,
    /// Way to put text around the cursor.
    pub template: FimTemplate,
    /// PEM file with further roots to trust.
    pub ca_file: Option<PathBuf>,
    /// The proxy on the way.
    pub proxies: ProxySettings,
}

/// Time that editors give a completion for which they ask directly, and a stream (GitLab's language server 8.54).
const EDITORS_WAIT: Duration = Duration::from_secs(5);
const EDITORS_WAIT_FOR_STREAMS: Duration = Duration::from_secs(15);

// === impl ModelSettings ===

impl ModelSettings {
    /// The server for completions, if one is configured.
    pub fn completion_server(&self, proxies: &ProxySettings) -> Option<ModelServer> {
        let given = (self.kind, self.url.as_deref()?, self.name.as_ref());
        server(given, self, proxies)
    }

    /// The server for generations, if it is not the one for completions; the inner `None` means that there is none.
    pub fn generation_server(&self, proxies: &ProxySettings) -> Option<Option<ModelServer>> {
        let own = &self.generation;
        if own.kind.is_none() && own.url.is_none() && own.name.is_none() {
            return None;
        }
        let elsewhere = own.url.is_some();
        let kind = own.kind.unwrap_or(if elsewhere {
            ModelKind::Auto
        } else {
            self.kind
        });
        let name = own
            .name
            .as_ref()
            .or(self.name.as_ref().filter(|_| !elsewhere));
        let url = own.url.as_ref().or(self.url.as_ref());
        let found = url.and_then(|url| server((kind, url, name), self, proxies));
        Some(found.map(|found| ModelServer {
            // A key is for one server: it does not go along to another.
            api_key: match &own.api_key {
                Some(key) => Some(key.clone()),
                None => found.api_key.filter(|_| !elsewhere),
            },
            ..found
        }))
    }

    /// Characters that a model reads for a generation.
    pub fn generation_chars(&self) -> usize {
        self.generation.context_chars.unwrap_or(self.context_chars)
    }

    /// Deadlines at which editors have stopped waiting, each in one line. The engine never takes so long, so they matter where a
    /// model server may be asked.
    pub fn outlasting_editors(&self, proxies: &ProxySettings) -> Vec<String> {
        let completes = self.completion_server(proxies).is_some() || self.looks_around();
        let generates = self
            .generation_server(proxies)
            .map_or(completes, |server| server.is_some());
        let roles = [
            ("model.deadline", completes, self.deadline, EDITORS_WAIT),
            (
                "model.generation.deadline",
                generates,
                self.generation.deadline,
                EDITORS_WAIT_FOR_STREAMS,
            ),
        ];
        let late = roles
            .into_iter()
            .filter(|(_, asks, deadline, wait)| *asks && deadline >= wait);
        late.map(|(key, _, deadline, wait)| {
            format!("{key} is {deadline:?}, and editors wait {wait:?}")
        })
        .collect()
    }

    /// Whether servers on this machine are to be looked for.
    pub fn looks_around(&self) -> bool {
        self.autodetect && self.kind == ModelKind::Auto && self.url.is_none()
    }
}

fn server(
    (kind, url, name): (ModelKind, &str, Option<&String>),
    settings: &ModelSettings,
    proxies: &ProxySettings,
) -> Option<ModelServer> {
    (kind != ModelKind::Engine).then(|| ModelServer {
        kind,
        url: url.to_owned(),
        name: name.cloned(),
        api_key: settings.api_key.clone(),
        template: settings.template,
        ca_file: settings.ca_file.clone(),
        proxies: proxies.clone(),
    })
}

/// Checks the settings, and reads the keys that are in files.
pub(super) fn problems(model: &mut ModelSettings, problems: &mut Vec<String>) {
    let own = &mut model.generation;
    rules::secret(
        "model.api_key",
        &mut model.api_key,
        model.api_key_file.as_deref(),
        problems,
    );
    rules::secret(
        "model.generation.api_key",
        &mut own.api_key,
        own.api_key_file.as_deref(),
        problems,
    );
    let switch = ("model.allow_plain_http", model.allow_plain_http);
    for (key, url) in [
        ("model.url", &mut model.url),
        ("model.generation.url", &mut own.url),
    ] {
        let Some(url) = url else { continue };
        if let Err(problem) = rules::destination(url, switch) {
            problems.push(format!("{key}: {problem}"));
        }
        *url = url.trim_end_matches('/').to_owned();
    }
    if let Some(path) = &model.ca_file
        && let Err(reason) = rules::certificate(path)
    {
        problems.push(format!("model.ca_file: {}: {reason}", path.display()));
    }
    let needs_url = |kind| !matches!(kind, ModelKind::Auto | ModelKind::Engine);
    if needs_url(model.kind) && model.url.is_none() {
        let kind = model.kind.as_str();
        problems.push(format!("model.url: needed when model.kind is \"{kind}\""));
    }
    if own.kind.is_some_and(needs_url) && own.url.is_none() && model.url.is_none() {
        problems.push("model.generation.url: needed for this model.generation.kind".to_owned());
    }
    let sizes = [
        model.max_tokens,
        model.context_chars,
        own.max_tokens,
        own.context_chars.unwrap_or(1),
    ];
    if sizes.contains(&0) {
        problems.push(
            "model.max_tokens and model.context_chars: must be at least 1, those of model.generation too".to_owned(),
        );
    }
    if !(1..=MOST).contains(&model.max_in_flight) || model.max_queued > MOST {
        problems.push(format!(
            "model.max_in_flight: must be from 1 to {MOST}, and model.max_queued at most {MOST}"
        ));
    }
}
