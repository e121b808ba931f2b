//! Bodies of the AI Gateway's endpoints, checked as it checks them: `None` is its 422. Fields that nobody knows are passed over.
//! The second version takes a file, the third and fourth take components, of which the first decides.

use axum::http::{HeaderMap, header::CONTENT_TYPE};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::metadata;
use crate::{
    model::{Ask, Brief},
    params::{ContextItem, ContextKind},
    prompt::{language, payload},
    routes,
};

/// Most characters of each text around the cursor, of short texts and of names of context.
const MOST_CONTENT: usize = 100_000;
const MOST_SHORT: usize = 255;
const MOST_NAME: usize = 1_024;
/// Most characters of an item of context: of the second version, of the others.
const MOST_CONTEXT: usize = 500_000;
const MOST_CONTEXT_COMPONENT: usize = 100_000;
const MOST_PROMPT: usize = 400_000;
const MOST_ITEMS: usize = 100;
const MOST_TELEMETRY: usize = 10;
const MOST_CHOICES: i64 = 4;

const PROVIDERS: &[&str] = &[
    "anthropic",
    "vertex-ai",
    "litellm",
    "codestral",
    "fireworks_ai",
    "amazon_q",
    "gitlab",
];
const COMPONENT_PROVIDERS: &[&str] = &["vertex-ai", "anthropic", "amazon_q"];
const PROMPT_VERSIONS: &[&str] = &[
    "^1.0.0",
    "1.0.0",
    "1.1.0-dev",
    "1.2.0-dev",
    "1.2.0",
    "2.0.0",
    "2.0.1",
    "2.0.2-dev",
    "3.0.2-dev",
];

/// What is asked for, by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Completions, second version.
    Completions,
    /// Generations, second version.
    Generations,
    /// Both, third version.
    Components,
    /// Both, fourth version.
    Suggestions,
}

/// A checked request.
pub(super) struct Asked {
    /// Whether the answer is to be streamed.
    pub(super) streamed: bool,
    project: Option<String>,
    file: Current,
    choices: usize,
    context: Vec<ContextItem>,
    brief: Option<Brief>,
}

#[derive(Deserialize)]
struct Current {
    file_name: String,
    content_above_cursor: String,
    content_below_cursor: String,
    language_identifier: Option<String>,
}

#[derive(Deserialize)]
struct SecondVersion {
    prompt_version: u8,
    prompt: Option<Value>,
    project_path: Option<String>,
    project_id: Option<Value>,
    current_file: Current,
    model_provider: Option<String>,
    #[serde(default)]
    model_name: Named,
    model_endpoint: Option<String>,
    model_api_key: Option<String>,
    model_identifier: Option<String>,
    stream: Option<bool>,
    choices_count: Option<i64>,
    #[serde(default)]
    context: Vec<Item>,
    #[serde(default)]
    telemetry: Vec<Telemetry>,
    prompt_id: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    content: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be checked")]
struct Telemetry {
    requests: i64,
    accepts: i64,
    errors: i64,
}

#[derive(Deserialize)]
struct Components {
    prompt_components: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "type")]
    kind: String,
    payload: Value,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    source: String,
    version: String,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(flatten)]
    file: Current,
    model_provider: Option<String>,
    stream: Option<bool>,
    choices_count: Option<i64>,
    prompt: Option<Value>,
    prompt_id: Option<String>,
    prompt_version: Option<String>,
    prompt_enhancer: Option<Enhancer>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Enhancer {
    examples_array: Option<Vec<Example>>,
    related_files: Option<Vec<String>>,
    related_snippets: Option<Vec<String>>,
    libraries: Option<Vec<String>>,
    user_instruction: Option<String>,
}

#[derive(Deserialize)]
struct Example {
    #[serde(default)]
    example: String,
    #[serde(default)]
    response: String,
}

/// A text whose absence is not the same as null.
#[derive(Default, PartialEq, Eq)]
enum Named {
    #[default]
    Absent,
    Null,
    Text(String),
}

// === impl Endpoint ===

impl Endpoint {
    /// The endpoint at a path.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            routes::AI_COMPLETIONS | routes::AI_CODE_COMPLETIONS => Some(Self::Completions),
            routes::AI_GENERATIONS => Some(Self::Generations),
            routes::AI_COMPONENTS => Some(Self::Components),
            routes::AI_SUGGESTIONS => Some(Self::Suggestions),
            _ => None,
        }
    }

    /// What a token without the scope is told.
    pub(super) fn refusal(self) -> &'static str {
        match self {
            Self::Completions => "Unauthorized to access code completions",
            Self::Generations => "Unauthorized to access code generations",
            Self::Components | Self::Suggestions => "Unauthorized to access code suggestions",
        }
    }

    /// Whether the body consists of components, and the answer has the form that belongs to them.
    pub(super) fn tells_components(self) -> bool {
        matches!(self, Self::Components | Self::Suggestions)
    }
}

// === impl Asked ===

impl Asked {
    /// Reads and checks a body.
    pub(super) fn read(endpoint: Endpoint, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let media_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let media_type = media_type.split(';').next()?.trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return None;
        }
        let body: Value = serde_json::from_slice(body).ok()?;
        if !metadata::is_acceptable(body.get("model_metadata")) {
            return None;
        }
        if endpoint.tells_components() {
            Self::from_components(serde_json::from_value(body).ok()?)
        } else {
            let generation = endpoint == Endpoint::Generations;
            Self::from_file(serde_json::from_value(body).ok()?, generation)
        }
    }

    /// Whether a generation is asked for.
    pub(super) fn is_generation(&self) -> bool {
        self.brief.is_some()
    }

    /// The question for a model.
    pub(super) fn into_ask(self, user: String) -> Ask {
        let file = self.file;
        Ask {
            user,
            project: self.project,
            file_name: file.file_name.trim().to_owned(),
            above: file.content_above_cursor.as_str().into(),
            below: file.content_below_cursor.as_str().into(),
            context: self.context,
            choices: self.choices,
            brief: self.brief,
        }
    }

    fn from_file(body: SecondVersion, generation: bool) -> Option<Self> {
        let project = body.project_path.as_deref().map(str::trim);
        let shorts = [
            project,
            body.current_file.language_identifier.as_deref(),
            body.prompt_id.as_deref(),
        ];
        let names_model = body.model_provider.is_none() || body.model_name != Named::Null;
        let model_name = match body.model_name {
            Named::Text(name) => Some(name),
            Named::Absent | Named::Null => None,
        };
        let items = body.context.len() <= MOST_ITEMS && body.telemetry.len() <= MOST_TELEMETRY;
        let is_fine = (1..=3).contains(&body.prompt_version)
            && body.current_file.is_fine()
            && shorts.into_iter().all(|text| fits(text, MOST_SHORT))
            && metadata::is_model([
                &model_name,
                &body.model_endpoint,
                &body.model_api_key,
                &body.model_identifier,
            ])
            && is_one_of(body.model_provider.as_deref(), PROVIDERS)
            && names_model
            && items
            && is_number(body.project_id.as_ref());
        let instruction = prompt(body.prompt_version, body.prompt.as_ref(), generation)?;
        if !is_fine {
            return None;
        }
        let context = body
            .context
            .into_iter()
            .map(|item| item.checked(MOST_CONTEXT));
        let context = context.collect::<Option<Vec<_>>>()?;
        let brief = generation.then(|| {
            let given = Some(instruction.as_str()).filter(|text| !text.trim().is_empty());
            Brief {
                instruction: payload::wording(None, given).to_owned(),
                examples: examples(&body.current_file.file_name),
                ..Brief::default()
            }
        });
        Some(Self {
            streamed: body.stream.unwrap_or(false),
            project: project.map(str::to_owned),
            file: body.current_file,
            choices: choices(body.choices_count),
            context,
            brief,
        })
    }

    fn from_components(body: Components) -> Option<Self> {
        let mut components = body.prompt_components;
        let fit = |component: &Component| component.metadata.as_ref().is_none_or(Metadata::is_fine);
        if components.is_empty() || components.len() > MOST_ITEMS || !components.iter().all(fit) {
            return None;
        }
        let first = components.remove(0);
        let generation = match first.kind.as_str() {
            "code_editor_completion" => false,
            "code_editor_generation" => true,
            _ => return None,
        };
        let payload: Payload = serde_json::from_value(first.payload).ok()?;
        if !payload.is_fine(generation) {
            return None;
        }
        let mut context = Vec::new();
        for component in components {
            if component.kind != "code_context" {
                continue;
            }
            let item: Item = serde_json::from_value(component.payload).ok()?;
            context.push(item.checked(MOST_CONTEXT_COMPONENT)?);
        }
        let brief = generation.then(|| {
            let enhancer = payload.prompt_enhancer.unwrap_or_default();
            enhancer.into_brief(&payload.file.file_name)
        });
        Some(Self {
            streamed: payload.stream.unwrap_or(false),
            project: None,
            choices: choices(payload.choices_count),
            file: payload.file,
            // A generation is told of other files by its enhancer.
            context: if generation { Vec::new() } else { context },
            brief,
        })
    }
}

// === impl Named, Current, Item, Metadata, Payload, Enhancer ===

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::deserialize(deserializer)?;
        Ok(text.map_or(Self::Null, Self::Text))
    }
}

impl Current {
    fn is_fine(&self) -> bool {
        fits(Some(self.file_name.trim()), MOST_SHORT)
            && fits(self.language_identifier.as_deref(), MOST_SHORT)
            && fits(Some(&self.content_above_cursor), MOST_CONTENT)
            && fits(Some(&self.content_below_cursor), MOST_CONTENT)
    }
}

impl Item {
    fn checked(self, most: usize) -> Option<ContextItem> {
        let is_fine = fits(Some(&self.kind), MOST_NAME)
            && fits(Some(&self.name), MOST_NAME)
            && fits(Some(&self.content), most);
        is_fine.then(|| ContextItem {
            kind: match self.kind.as_str() {
                "file" => Some(ContextKind::File),
                "snippet" => Some(ContextKind::Snippet),
                _ => None,
            },
            name: self.name.as_str().into(),
            content: self.content.as_str().into(),
        })
    }
}

impl Metadata {
    fn is_fine(&self) -> bool {
        fits(Some(&self.source), MOST_SHORT) && fits(Some(&self.version), MOST_SHORT)
    }
}

impl Payload {
    fn is_fine(&self, generation: bool) -> bool {
        let prompt = match &self.prompt {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => fits(Some(text), MOST_PROMPT),
            Some(Value::Array(_)) => !generation,
            Some(_) => false,
        };
        self.file.is_fine()
            && prompt
            && is_one_of(self.model_provider.as_deref(), COMPONENT_PROVIDERS)
            && (!generation
                || (is_one_of(self.prompt_id.as_deref(), &["code_suggestions/generations"])
                    && is_one_of(self.prompt_version.as_deref(), PROMPT_VERSIONS)))
    }
}

impl Enhancer {
    fn into_brief(self, file_name: &str) -> Brief {
        let told = self.examples_array.map(|examples| {
            let pairs = examples.into_iter();
            pairs.map(|pair| (pair.example, pair.response)).collect()
        });
        let instruction = self.user_instruction.unwrap_or_default();
        let given = Some(instruction.as_str()).filter(|text| !text.trim().is_empty());
        Brief {
            instruction: payload::wording(None, given).to_owned(),
            examples: told.unwrap_or_else(|| examples(file_name)),
            related_files: self.related_files.unwrap_or_default(),
            related_snippets: self.related_snippets.unwrap_or_default(),
            libraries: self.libraries.unwrap_or_default(),
        }
    }
}

fn examples(file_name: &str) -> Vec<(String, String)> {
    let examples = payload::examples(language::of(file_name).name, None);
    examples
        .map(|(code, response)| (code.to_owned(), response.to_owned()))
        .collect()
}

/// The instruction in the prompt of the second version; `None` if the prompt is not what its version says.
fn prompt(version: u8, prompt: Option<&Value>, required: bool) -> Option<String> {
    match (version, prompt) {
        (1, _) => Some(String::new()),
        (_, None | Some(Value::Null)) => (!required).then(String::new),
        (2, Some(Value::String(text))) => Some(text.clone()),
        (3, Some(Value::Array(messages))) => {
            let mut instruction = String::new();
            for message in messages {
                let (role, content) = (message["role"].as_str()?, message["content"].as_str()?);
                match role {
                    "user" => instruction.push_str(content),
                    "system" | "assistant" => {}
                    _ => return None,
                }
            }
            Some(instruction)
        }
        _ => None,
    }
}

fn choices(count: Option<i64>) -> usize {
    usize::try_from(count.unwrap_or(1).clamp(1, MOST_CHOICES)).unwrap_or(1)
}

/// Whether a text, if there is one, has at most so many characters.
fn fits(text: Option<&str>, most: usize) -> bool {
    text.is_none_or(|text| text.len() <= most || text.chars().count() <= most)
}

fn is_one_of(word: Option<&str>, words: &[&str]) -> bool {
    word.is_none_or(|word| words.contains(&word))
}

/// A number, or a text of one, or nothing.
fn is_number(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Number(number)) => number.is_i64() || number.is_u64(),
        Some(Value::String(text)) => text.trim().parse::<i64>().is_ok(),
        Some(_) => false,
    }
}
