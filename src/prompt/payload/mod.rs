//! The `prompt_components` of the gateway's newer endpoints. Called by the completions handler for every generation,
//! and for completions where the gateway's fourth version is configured.
//!
//! The texts go in as they were spelled in the request. GitLab sends those of a generation uncut and has the gateway
//! refuse them; here they are cut, and `uncut_chars` says what GitLab would have counted in addition.

mod examples;
#[cfg(test)]
mod tests;

use crate::params::{
    CompletionRequest, ContextItem, ContextKind, MAX_CONTENT_CHARS, Text, encoded_content_chars,
    splice,
};

use super::{intent::Trigger, language};
pub use examples::of as examples;

/// Characters around the cursor that are put into the prompt itself.
const MAX_TRIMMED_CHARS: usize = 50_000;
/// Characters of context that are put into the prompt.
const MAX_CONTEXT_CHARS: usize = 500_000;

const DEFAULT_INSTRUCTION: &str = "Generate the best possible code based on instructions.";
const SMALL_FILE_INSTRUCTION: &str = "Continue this file with code that fits what is already there.\n\
    If the cursor stands in an empty function, write the body of that function.";
const EMPTY_FUNCTION_INSTRUCTION: &str = "The cursor stands in an empty function: write its body.\n\
    Answer with that body only, without the head of the function.";

/// The value of `prompt_components` for a generation.
#[must_use]
pub fn generation(
    request: &CompletionRequest,
    trigger: Option<Trigger>,
    instruction: Option<&str>,
) -> String {
    let language = language::of(&request.file_name).name;
    let context = limited(&request.context);
    let mut out = open("code_editor_generation", request, language);
    splice::key(&mut out, b"prompt_enhancer");
    out.push(b'{');
    splice::member(
        &mut out,
        b"examples_array",
        &[examples::json(language, trigger).as_bytes()],
    );
    let above = request.above.last(MAX_TRIMMED_CHARS);
    let left = MAX_TRIMMED_CHARS.saturating_sub(request.above.chars());
    quoted(&mut out, b"trimmed_content_above_cursor", above);
    quoted(
        &mut out,
        b"trimmed_content_below_cursor",
        request.below.first(left),
    );
    related(&mut out, b"related_files", context, ContextKind::File);
    related(&mut out, b"related_snippets", context, ContextKind::Snippet);
    splice::member(&mut out, b"libraries", &[b"[]"]);
    text(&mut out, b"user_instruction", wording(trigger, instruction));
    splice::close(&mut out, b'}');
    out.push(b',');
    splice::member(
        &mut out,
        b"prompt_id",
        &[b"\"code_suggestions/generations\""],
    );
    splice::member(&mut out, b"prompt_version", &[b"\"^1.0.0\""]);
    finish(out)
}

/// The value of `prompt_components` for a completion.
#[must_use]
pub fn completion_v4(request: &CompletionRequest) -> String {
    finish(open(
        "code_editor_completion",
        request,
        language::of(&request.file_name).name,
    ))
}

/// The characters that cutting the texts took away from the component of a generation, as GitLab counts them: to be
/// added to those of the body before it is held against the limit.
#[must_use]
pub fn uncut_chars(request: &CompletionRequest) -> usize {
    let (above, below) = (request.above.raw(), request.below.raw());
    let above_cut = above.len() - request.above.last(MAX_CONTENT_CHARS).len();
    let below_kept = request.below.first(MAX_CONTENT_CHARS).len();
    encoded_content_chars(&above[..above_cut]) + encoded_content_chars(&below[below_kept..])
}

/// The user's words, or those that stand for a trigger.
#[must_use]
pub fn wording(trigger: Option<Trigger>, instruction: Option<&str>) -> &str {
    instruction
        .filter(|text| !text.trim().is_empty())
        .unwrap_or(match trigger {
            Some(Trigger::SmallFile) => SMALL_FILE_INSTRUCTION,
            Some(Trigger::EmptyFunction) => EMPTY_FUNCTION_INSTRUCTION,
            Some(Trigger::Comment) | None => DEFAULT_INSTRUCTION,
        })
}

/// Begins the component and its payload with what both kinds have.
fn open(kind: &str, request: &CompletionRequest, language: &str) -> Vec<u8> {
    let (above, below) = (
        request.above.last(MAX_CONTENT_CHARS),
        request.below.first(MAX_CONTENT_CHARS),
    );
    let mut out = Vec::with_capacity(2 * (above.len() + below.len()) + 4_096);
    out.extend_from_slice(b"[{");
    text(&mut out, b"type", kind);
    splice::key(&mut out, b"payload");
    out.push(b'{');
    text(&mut out, b"file_name", &request.file_name);
    quoted(&mut out, b"content_above_cursor", above);
    quoted(&mut out, b"content_below_cursor", below);
    text(&mut out, b"language_identifier", language);
    splice::member(
        &mut out,
        b"stream",
        &[if request.stream { b"true" } else { b"false" }],
    );
    out
}

/// Ends payload, component and array.
fn finish(mut out: Vec<u8>) -> String {
    splice::close(&mut out, b'}');
    out.extend_from_slice(b"}]");
    // Every part was a text of its own or a slice of one at character boundaries.
    String::from_utf8(out).unwrap_or_default()
}

/// Writes a member from a text.
fn text(out: &mut Vec<u8>, name: &[u8], value: &str) {
    quoted(out, name, Text::from(value).raw());
}

/// Writes a member from a text in its JSON spelling.
fn quoted(out: &mut Vec<u8>, name: &[u8], raw: &[u8]) {
    splice::member(out, name, &[b"\"", raw, b"\""]);
}

/// The items from the front that together are not too long.
fn limited(context: &[ContextItem]) -> &[ContextItem] {
    let mut total = 0;
    let fits = |item: &&ContextItem| {
        total += item.content.chars();
        total <= MAX_CONTEXT_CHARS
    };
    let count = context.iter().take_while(fits).count();
    &context[..count]
}

/// Writes the items of one kind, each as a text in tags.
fn related(out: &mut Vec<u8>, name: &[u8], context: &[ContextItem], kind: ContextKind) {
    let (tag, attribute): (&[u8], &[u8]) = match kind {
        ContextKind::File => (b"file_content", b"file_name"),
        ContextKind::Snippet => (b"snippet_content", b"name"),
    };
    splice::key(out, name);
    out.push(b'[');
    for item in context.iter().filter(|item| item.kind == Some(kind)) {
        let head: [&[u8]; 6] = [b"\"<", tag, b" ", attribute, br#"=\""#, item.name.raw()];
        let tail: [&[u8]; 5] = [br#"\">\n"#, item.content.raw(), br"\n</", tag, br#">\n","#];
        for part in head.into_iter().chain(tail) {
            out.extend_from_slice(part);
        }
    }
    splice::close(out, b']');
    out.push(b',');
}
