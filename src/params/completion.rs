//! A checked request for a completion or generation. Made by the completions handler; read by intent detection, the
//! payloads and the engines.

use std::fmt;

use super::{
    check::{Checked, ValidationError, check},
    read::Params,
    rules::COMPLETIONS,
    scan::Member,
    splice,
    text::Text,
    values::{Found, Values},
};

/// Choices that may be asked for at once.
const MAX_CHOICES: usize = 4;

/// What the client says it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// The rest of a line or block.
    Completion,
    /// Code from an instruction.
    Generation,
}

/// What called for a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenerationType {
    /// A comment that reads like an instruction.
    Comment,
    /// A function without a body.
    EmptyFunction,
    /// A file with hardly any code.
    SmallFile,
}

/// Where an item of the context comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextKind {
    /// A whole file.
    File,
    /// A part of one.
    Snippet,
}

/// One piece of code beside the current file.
#[derive(Clone, Debug)]
pub struct ContextItem {
    /// `None` where the client sent null.
    pub kind: Option<ContextKind>,
    /// The file's path or the snippet's name.
    pub name: Text,
    /// The code.
    pub content: Text,
}

/// The checked parameters of `POST /code_suggestions/completions`.
#[derive(Clone)]
pub struct CompletionRequest {
    /// Name or path of the current file.
    pub file_name: String,
    /// The text above the cursor, uncut.
    pub above: Text,
    /// The text below the cursor, uncut.
    pub below: Text,
    /// The intent, where the client states one.
    pub intent: Option<Intent>,
    /// The trigger, where the client states one.
    pub generation_type: Option<GenerationType>,
    /// Whether the reply is to be streamed.
    pub stream: bool,
    /// The full path of the project.
    pub project_path: Option<String>,
    /// What the user asks for in words.
    pub user_instruction: Option<String>,
    /// How many choices the client would show, at most four.
    pub choices_count: Option<usize>,
    /// Code from other files, in the order given.
    pub context: Vec<ContextItem>,
    /// The context that is left, in JSON, once something has been taken out.
    pub(super) retained: Option<Vec<u8>>,
    pub(super) params: Params,
    pub(super) checked: Checked,
}

// === impl CompletionRequest ===

impl CompletionRequest {
    /// Checks the parameters.
    ///
    /// # Errors
    ///
    /// Names every rule that is broken.
    pub fn from_params(params: Params) -> Result<Self, ValidationError> {
        let checked = check(COMPLETIONS, &params)?;
        let values = Values {
            params: &params,
            checked: &checked,
        };
        let text = |name| values.text(name).map(|found| found.decode());
        let content = |name| {
            values
                .field(name)
                .map(|found| found.text())
                .unwrap_or_default()
        };
        Ok(Self {
            file_name: values
                .field("file_name")
                .map(|found| found.decode())
                .unwrap_or_default(),
            above: content("content_above_cursor"),
            below: content("content_below_cursor"),
            intent: text("intent").and_then(|name| Intent::named(&name)),
            generation_type: text("generation_type").and_then(|name| GenerationType::named(&name)),
            stream: values.raw("stream").is_some_and(|(_, raw)| raw == b"true"),
            project_path: text("project_path"),
            user_instruction: text("user_instruction"),
            choices_count: choices_count(&params),
            context: context(values),
            retained: None,
            params,
            checked,
        })
    }

    /// Takes what `keep` refuses by its name out of the context, here and in what is forwarded.
    pub fn retain_context(&mut self, keep: impl Fn(&str) -> bool) {
        let kept: Vec<bool> = self
            .context
            .iter()
            .map(|item| keep(&item.name.decode()))
            .collect();
        if kept.iter().all(|kept| *kept) {
            return;
        }
        let values = Values {
            params: &self.params,
            checked: &self.checked,
        };
        let (source, items) = values.context();
        let mut json = vec![b'['];
        for (members, _) in items.iter().flatten().zip(&kept).filter(|(_, kept)| **kept) {
            splice::object(&mut json, source, members);
            json.push(b',');
        }
        splice::close(&mut json, b']');
        self.retained = Some(json);
        let mut kept = kept.into_iter();
        self.context.retain(|_| kept.next().unwrap_or(false));
    }
}

/// Source code and instructions are not for logs: only sizes and choices are shown.
impl fmt::Debug for CompletionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionRequest")
            .field("above", &self.above)
            .field("below", &self.below)
            .field("intent", &self.intent)
            .field("generation_type", &self.generation_type)
            .field("stream", &self.stream)
            .field("context", &self.context.len())
            .finish_non_exhaustive()
    }
}

/// The number of choices, brought into its range; what is no number is as good as absent.
fn choices_count(params: &Params) -> Option<usize> {
    let count: usize = params.text("choices_count")?.parse().ok()?;
    Some(count.clamp(1, MAX_CHOICES))
}

fn context(values: Values<'_>) -> Vec<ContextItem> {
    let (source, items) = values.context();
    let item = |members: &Vec<Member>| {
        let field = |name| Found::member(source, members, name);
        let text = |name| field(name).map(|found| found.text()).unwrap_or_default();
        ContextItem {
            kind: field("type").and_then(|found| ContextKind::named(&found.decode())),
            name: text("name"),
            content: text("content"),
        }
    };
    items.iter().flatten().map(item).collect()
}

// === impl Intent, GenerationType, ContextKind ===

impl Intent {
    fn named(name: &str) -> Option<Self> {
        match name {
            "completion" => Some(Self::Completion),
            "generation" => Some(Self::Generation),
            _ => None,
        }
    }
}

impl GenerationType {
    fn named(name: &str) -> Option<Self> {
        match name {
            "comment" => Some(Self::Comment),
            "empty_function" => Some(Self::EmptyFunction),
            "small_file" => Some(Self::SmallFile),
            _ => None,
        }
    }

    /// The name it has on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::EmptyFunction => "empty_function",
            Self::SmallFile => "small_file",
        }
    }
}

impl ContextKind {
    fn named(name: &str) -> Option<Self> {
        match name {
            "file" => Some(Self::File),
            "snippet" => Some(Self::Snippet),
            _ => None,
        }
    }
}
