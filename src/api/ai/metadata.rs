//! What a request says about models: checked, so that a mistake is told, and obeyed by nobody. GitLab's AI Gateway sends a
//! request with mistaken metadata to its default model, code and all; here it is a 422.

use serde_json::Value;

const MOST_NAME: usize = 50;
const MOST_URL: usize = 255;
const MOST_KEY: usize = 2_000;
const MOST_IDENTIFIER: usize = 1_000;

/// Names of models that an administrator can choose in GitLab.
const NAMES: &[&str] = &[
    "mistral",
    "mixtral",
    "codestral",
    "llama3",
    "codellama",
    "gpt",
    "codegemma",
    "deepseekcoder",
    "claude_3",
    "gemini",
    "qwen",
    "general",
];
const FEATURES: &[&str] = &["code_completions", "code_generations"];

/// Whether `model_metadata` is absent or right.
pub(super) fn is_acceptable(metadata: Option<&Value>) -> bool {
    let Some(metadata) = metadata.filter(|metadata| !metadata.is_null()) else {
        return true;
    };
    let text = |name: &str| match &metadata[name] {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(text.as_str())),
        _ => None,
    };
    let fits = |name: &str, most: usize| {
        text(name).is_some_and(|text| text.is_none_or(|text| text.chars().count() <= most))
    };
    let is_one_of = |name: &str, words: &[&str]| {
        text(name)
            .flatten()
            .is_some_and(|text| words.contains(&text))
    };
    match text("provider").flatten() {
        None => false,
        Some("gitlab") => {
            fits("identifier", MOST_IDENTIFIER)
                && (text("identifier").flatten().is_some()
                    || is_one_of("feature_setting", FEATURES))
        }
        Some("amazon_q") => is_one_of("name", &["amazon_q"]) && fits("role_arn", MOST_URL),
        Some(_) => {
            is_one_of("name", NAMES)
                && text("endpoint").is_some_and(is_url)
                && fits("api_key", MOST_KEY)
                && fits("identifier", MOST_IDENTIFIER)
        }
    }
}

/// Whether the name, URL, key and identifier of a model beside a file are within their sizes.
pub(super) fn is_model(fields: [&Option<String>; 4]) -> bool {
    let sizes = [MOST_NAME, MOST_URL, MOST_KEY, MOST_IDENTIFIER];
    fields.into_iter().zip(sizes).all(|(field, most)| {
        field
            .as_ref()
            .is_none_or(|text| text.trim().chars().count() <= most)
    })
}

fn is_url(endpoint: Option<&str>) -> bool {
    let Some(endpoint) = endpoint else {
        return true;
    };
    let uri: Result<axum::http::Uri, _> = endpoint.parse();
    endpoint.len() <= MOST_URL
        && uri.is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
        })
}
