//! Which model the AI Gateway is to use, in the words of each version of its endpoints (GitLab 17 to 19.3). What can be said
//! once is written as JSON when the server starts; a request only splices it in.

use serde_json::{Value, json};

use super::{GatewayError, UnitPrimitive, encoded};
use crate::{
    config::{
        CompletionsApi, ConfigSecret, GatewayModelSettings, GatewaySettings, GenerationsApi,
        ModelProvider,
    },
    params::CompletionRequest,
    prompt::{intent::Task, payload},
};

/// Model that GitLab asks for when nobody has chosen one (GitLab 19.3).
const DEFAULT_PROVIDER: &str = "fireworks_ai";
const DEFAULT_NAME: &str = "codestral-2508";

/// The prompt of generations, by the gateway's name for it.
const GENERATIONS: &str = "\"code_suggestions/generations\"";

/// Endpoint and model for completions and for generations.
pub(super) struct Models {
    completions: CompletionsApi,
    generations: GenerationsApi,
    completion: Members,
    generation: Members,
    details: Option<Value>,
}

/// Members that name a model.
struct Members {
    /// For the second version of the endpoints: one member for each property.
    flat: Vec<(&'static str, String)>,
    /// For the later ones: the value of `model_metadata`, if there is one.
    metadata: Option<String>,
}

/// A request to the gateway: endpoint, what it is asked for, body.
pub(super) struct Asked {
    pub(super) path: &'static str,
    pub(super) unit: UnitPrimitive,
    pub(super) body: bytes::Bytes,
}

impl Models {
    /// The models that the settings choose.
    pub(super) fn from_config(settings: &GatewaySettings) -> Self {
        let model = &settings.model;
        let generation = model.generation.as_deref().unwrap_or(model);
        Self {
            completions: settings.completions_api,
            generations: settings.generations_api,
            completion: Members::of_completion(model),
            generation: Members::of_generation(generation),
            details: details(model),
        }
    }

    /// `model_details` of a direct connection; a self-hosted model has none.
    pub(super) fn details(&self) -> Option<&Value> {
        self.details.as_ref()
    }

    /// What the gateway is sent for `task`.
    pub(super) fn ask(
        &self,
        request: &CompletionRequest,
        task: &Task<'_>,
    ) -> Result<Asked, GatewayError> {
        match task {
            Task::Completion => self.completion(request),
            Task::Generation {
                trigger,
                instruction,
            } => {
                let components = payload::generation(request, *trigger, *instruction);
                self.generation(request, &components)
            }
        }
    }

    fn completion(&self, request: &CompletionRequest) -> Result<Asked, GatewayError> {
        let (path, body) = match self.completions {
            CompletionsApi::V2 => (
                "/v2/code/completions",
                encoded(request, &self.completion.flat(), 0)?,
            ),
            CompletionsApi::V4 => {
                let components = payload::completion_v4(request);
                let added = self.completion.beside(&components);
                ("/v4/code/suggestions", encoded(request, &added, 0)?)
            }
        };
        Ok(Asked {
            path,
            unit: UnitPrimitive::CompleteCode,
            body,
        })
    }

    fn generation(
        &self,
        request: &CompletionRequest,
        components: &str,
    ) -> Result<Asked, GatewayError> {
        let uncut = payload::uncut_chars(request);
        let (path, body) = match self.generations {
            GenerationsApi::V2 => {
                let mut added = self.generation.flat();
                added.push(("prompt_id", GENERATIONS));
                ("/v2/code/generations", encoded(request, &added, uncut)?)
            }
            GenerationsApi::V3 => (
                "/v3/code/completions",
                encoded(request, &self.generation.beside(components), uncut)?,
            ),
            GenerationsApi::V4 => (
                "/v4/code/suggestions",
                encoded(request, &self.generation.beside(components), uncut)?,
            ),
        };
        Ok(Asked {
            path,
            unit: UnitPrimitive::GenerateCode,
            body,
        })
    }
}

impl Members {
    fn of_completion(model: &GatewayModelSettings) -> Self {
        let flat = match model.provider() {
            None => vec![
                ("prompt_version", json!(1)),
                ("model_provider", json!(DEFAULT_PROVIDER)),
                ("model_name", json!(DEFAULT_NAME)),
            ],
            Some(ModelProvider::Gitlab) => vec![
                ("prompt_version", json!(1)),
                ("model_provider", json!("gitlab")),
                ("model_name", json!(model.identifier)),
            ],
            Some(ModelProvider::Openai | ModelProvider::Litellm) => self_hosted(model, Value::Null),
        };
        Self::new(flat, metadata(model, "code_completions"))
    }

    fn of_generation(model: &GatewayModelSettings) -> Self {
        // The second version of the endpoint insists on a prompt and builds its own when the given one is empty.
        Self::new(
            self_hosted(model, json!("")),
            metadata(model, "code_generations"),
        )
    }

    fn new(flat: Vec<(&'static str, Value)>, metadata: Option<Value>) -> Self {
        Self {
            flat: flat
                .into_iter()
                .map(|(name, value)| (name, value.to_string()))
                .collect(),
            metadata: metadata.map(|value| value.to_string()),
        }
    }

    fn flat(&self) -> Vec<(&str, &str)> {
        let mut members = Vec::with_capacity(self.flat.len() + 1);
        members.extend(self.flat.iter().map(|(name, json)| (*name, json.as_str())));
        members
    }

    fn beside<'a>(&'a self, components: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut members = vec![("prompt_components", components)];
        members.extend(
            self.metadata
                .iter()
                .map(|json| ("model_metadata", json.as_str())),
        );
        members
    }
}

fn self_hosted(model: &GatewayModelSettings, prompt: Value) -> Vec<(&'static str, Value)> {
    let mut members = vec![
        ("prompt_version", json!(2)),
        ("prompt", prompt),
        ("model_provider", json!("litellm")),
    ];
    let api_key = model.api_key.as_ref().map(ConfigSecret::expose);
    let given = [
        ("model_endpoint", model.endpoint.as_deref()),
        ("model_name", model.name.as_deref()),
        ("model_api_key", api_key),
        ("model_identifier", model.identifier.as_deref()),
    ];
    members.extend(
        given
            .into_iter()
            .filter_map(|(name, text)| Some((name, json!(text?)))),
    );
    members
}

fn metadata(model: &GatewayModelSettings, feature: &str) -> Option<Value> {
    match model.provider()? {
        ModelProvider::Gitlab => Some(json!({
            "provider": "gitlab",
            "feature_setting": feature,
            "identifier": model.identifier,
        })),
        provider @ (ModelProvider::Openai | ModelProvider::Litellm) => Some(json!({
            "provider": provider.as_str(),
            "name": model.name,
            "endpoint": model.endpoint,
            "api_key": model.api_key.as_ref().map(ConfigSecret::expose),
            "identifier": model.identifier.as_deref().unwrap_or_default(),
        })),
    }
}

fn details(model: &GatewayModelSettings) -> Option<Value> {
    match model.provider() {
        None => Some(json!({ "model_provider": DEFAULT_PROVIDER, "model_name": DEFAULT_NAME })),
        Some(ModelProvider::Gitlab) => {
            Some(json!({ "model_provider": "gitlab", "model_name": model.identifier }))
        }
        Some(ModelProvider::Openai | ModelProvider::Litellm) => None,
    }
}
