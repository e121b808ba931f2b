//! Checks of `[gateway]`: where it is, what it is sent to prove ourselves, and the model that it is told to use. The model is
//! checked with care because the gateway does not complain about a wrong one: it falls back to a hosted model, code and all.

use std::path::Path;

use crate::config::{
    CompletionsApi, ConfigSecret, GatewayAuth, GatewayKind, GatewayModelSettings, GatewaySettings,
    GenerationsApi, ModelProvider,
    rules::{certificate, destination, http_url, private_key, secret},
};

/// More are no setting but a mistake.
const MOST_IN_FLIGHT: usize = 1_000_000;

/// Families that the gateway has prompts for behind its second version, and further ones behind the later versions.
const FAMILIES: [&str; 9] = [
    "codestral",
    "codellama",
    "codegemma",
    "deepseekcoder",
    "mistral",
    "mixtral",
    "llama3",
    "gpt",
    "claude_3",
];
const LATER_FAMILIES: [&str; 3] = ["qwen", "gemini", "general"];

/// Most characters that the gateway takes.
const LONGEST_ENDPOINT: usize = 255;
const LONGEST_KEY: usize = 2000;
const LONGEST_IDENTIFIER: usize = 1000;

/// Checks `[gateway]`, and reads the files that it names.
pub(super) fn check(gateway: &mut GatewaySettings, problems: &mut Vec<String>) {
    secret(
        "gateway.token",
        &mut gateway.token,
        gateway.token_file.as_deref(),
        problems,
    );
    tls(gateway, problems);
    models(gateway, problems);
    if !(1..=MOST_IN_FLIGHT).contains(&gateway.max_in_flight) {
        problems.push(format!(
            "gateway.max_in_flight: must be from 1 to {MOST_IN_FLIGHT}"
        ));
    }
    let switch = ("gateway.allow_plain_http", gateway.allow_plain_http);
    for issuer in &mut gateway.trusted_issuers {
        if let Err(problem) = destination(issuer, switch) {
            problems.push(format!("gateway.trusted_issuers: {problem}"));
        }
        *issuer = issuer.trim_end_matches('/').to_owned();
    }
    if gateway.kind == GatewayKind::Builtin {
        return;
    }
    let Some(url) = &gateway.url else {
        problems.push(format!(
            "gateway.url: needed when gateway.kind is \"{}\"",
            gateway.kind.as_str()
        ));
        return;
    };
    if let Err(problem) = destination(url, switch) {
        problems.push(format!("gateway.url: {problem}"));
    }
    gateway.url = Some(url.trim_end_matches('/').to_owned());
    if gateway.auth == GatewayAuth::Static && gateway.token.is_none() {
        problems.push("gateway.token: needed when gateway.auth is \"static\"".to_owned());
    }
}

fn tls(gateway: &GatewaySettings, problems: &mut Vec<String>) {
    let (chain, key) = (&gateway.client_cert_file, &gateway.client_key_file);
    if chain.is_some() != key.is_some() {
        problems.push(
            "gateway.client_cert_file: belongs together with client_key_file; give both or neither"
                .to_owned(),
        );
        return;
    }
    let files = [
        ("ca_file", &gateway.ca_file, certificate as fn(&Path) -> _),
        ("client_cert_file", chain, certificate),
        ("client_key_file", key, private_key),
    ];
    for (name, path, check) in files {
        if let Some(path) = path
            && let Err(reason) = check(path)
        {
            problems.push(format!("gateway.{name}: {}: {reason}", path.display()));
        }
    }
}

fn models(gateway: &mut GatewaySettings, problems: &mut Vec<String>) {
    let later = (
        gateway.completions_api == CompletionsApi::V4,
        gateway.generations_api != GenerationsApi::V2,
    );
    let model = &mut gateway.model;
    // A section without keys chooses nothing.
    model.generation = model
        .generation
        .take()
        .filter(|model| model.provider().is_some());
    let separate = model.generation.is_some();
    if let Some(generation) = &mut model.generation {
        self::model("gateway.model.generation", generation, later.1, problems);
        if generation.generation.is_some() {
            problems.push("gateway.model.generation.generation: is no setting".to_owned());
        }
    }
    self::model(
        "gateway.model",
        model,
        later.0 && (separate || later.1),
        problems,
    );
    let for_generations = model.generation.as_deref().unwrap_or(model).provider();
    let own = matches!(
        for_generations,
        Some(ModelProvider::Openai | ModelProvider::Litellm)
    );
    if gateway.generations_api == GenerationsApi::V2 && !own {
        problems.push(
            "gateway.generations_api: \"v2\" needs a model server of your own in gateway.model"
                .to_owned(),
        );
    }
    if gateway.kind != GatewayKind::AiGateway && (model.provider().is_some() || separate) {
        problems.push(
            "gateway.model: is told to GitLab's AI Gateway, which gateway.kind does not choose; \
             the model of the built-in gateway is set in [model]"
                .to_owned(),
        );
    }
}

fn model(key: &str, model: &mut GatewayModelSettings, later: bool, problems: &mut Vec<String>) {
    let Some(provider) = model.provider() else {
        return;
    };
    secret(
        &format!("{key}.api_key"),
        &mut model.api_key,
        model.api_key_file.as_deref(),
        problems,
    );
    let mut problem = |name: &str, text: &str| problems.push(format!("{key}.{name}: {text}"));
    let too_long = |text: Option<&str>, most| text.is_some_and(|text| text.chars().count() > most);
    if too_long(model.identifier.as_deref(), LONGEST_IDENTIFIER) {
        problem("identifier", "the gateway takes at most 1000 characters");
    }
    if provider == ModelProvider::Gitlab {
        if model.identifier.is_none() {
            problem("identifier", "needed when provider is \"gitlab\"");
        }
        if model.name.is_some() || model.endpoint.is_some() || model.api_key.is_some() {
            problem(
                "provider",
                "\"gitlab\" takes an identifier and no name, endpoint or api_key",
            );
        }
        return;
    }
    match &model.name {
        None => problem("name", "needed for a model server of your own"),
        Some(name) => {
            let known = FAMILIES.contains(&name.as_str())
                || later && LATER_FAMILIES.contains(&name.as_str());
            if !known {
                let more = if later {
                    LATER_FAMILIES.as_slice()
                } else {
                    &[]
                };
                let families = [FAMILIES.as_slice(), more].concat().join(", ");
                problem(
                    "name",
                    &format!("the gateway does not know '{name}'; it knows {families}"),
                );
            }
        }
    }
    match &model.endpoint {
        None => problem("endpoint", "needed for a model server of your own"),
        Some(url) => {
            if let Err(reason) = http_url(url) {
                problem("endpoint", &reason);
            }
        }
    }
    if too_long(model.endpoint.as_deref(), LONGEST_ENDPOINT) {
        problem("endpoint", "the gateway takes at most 255 characters");
    }
    let key = model.api_key.as_ref().map(ConfigSecret::expose);
    if too_long(key, LONGEST_KEY) {
        problem("api_key", "the gateway takes at most 2000 characters");
    }
}
