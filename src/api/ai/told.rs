//! Documents of the AI Gateway's endpoints, in the forms of its version of August 2026.

use axum::{
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
    response::Response,
};
use serde_json::{Value, json};

use super::access::text;
use crate::{
    api::code_suggestions::completions::into_response,
    gateway::Suggested,
    suggestions::{Shaped, sse},
};

/// Most feature flags that are told back.
const MOST_FLAGS: usize = 100;

/// The flags that a GitLab says it has, which it wants to hear again.
pub(super) fn flags(headers: &HeaderMap) -> Vec<String> {
    let flags = text(headers, "x-gitlab-enabled-feature-flags").split(',');
    let named = flags.filter(|flag| !flag.is_empty()).take(MOST_FLAGS);
    named.map(str::to_owned).collect()
}

/// The answer of the second version.
pub(super) fn completion(suggested: &Suggested, flags: &[String], now: i64) -> Value {
    let mut model = model(suggested);
    model["region"] = sse::REGION.into();
    json!({
        "id": "id",
        "model": model,
        "experiments": [],
        "object": "text_completion",
        "created": now,
        "choices": choices(suggested),
        "metadata": { "enabled_feature_flags": flags },
    })
}

/// The answer of the third and fourth version.
pub(super) fn suggestions(suggested: &Suggested, flags: &[String], now: i64) -> Value {
    json!({
        "choices": choices(suggested),
        "metadata": {
            "model": model(suggested),
            "timestamp": now,
            "enabled_feature_flags": flags,
            "region": sse::REGION,
        },
        "model": model(suggested),
    })
}

fn model(suggested: &Suggested) -> Value {
    json!({ "engine": suggested.engine, "name": suggested.model, "lang": suggested.language })
}

fn choices(suggested: &Suggested) -> Vec<Value> {
    let texts = suggested.texts.iter().enumerate();
    texts
        .map(|(index, text)| json!({ "text": text, "index": index, "finish_reason": "length" }))
        .collect()
}

/// A stream; bare text is called a stream of events here, as readers know the form by `X-Streaming-Format`.
pub(super) fn streamed(shaped: Shaped) -> Response {
    let mut response = into_response(shaped);
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream; charset=utf-8"),
    );
    response
}

/// The list of models: one name that stands for whatever the settings say.
pub(super) fn models() -> Value {
    const NAME: &str = "code_suggestions";
    let feature = |feature: &str, unit: &str| {
        json!({
            "feature_setting": feature,
            "default_model": NAME,
            "default_models": [NAME],
            "models_for_tags": {},
            "models_for_size_preference": {},
            "selectable_models": [],
            "beta_models": [],
            "deprecated_models": [],
            "dev": null,
            "unit_primitives": [unit],
        })
    };
    json!({
        "models": [{
            "name": "Code Suggestions",
            "identifier": NAME,
            "provider": "code-suggestions",
            "deprecation": null,
            "description": "The model that this server's settings name",
            "cost_indicator": null,
        }],
        "unit_primitives": [
            feature("code_completions", "complete_code"),
            feature("code_generations", "generate_code"),
        ],
    })
}
