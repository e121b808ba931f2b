//! Completion or generation: what a request asks for where it does not say so itself. Called once per request by the
//! completions handler.
//!
//! The rules look at the end of the text above the cursor and at the first few lines of code, so hardly any of a long
//! file is ever decoded.

mod comment;
mod function;
mod line;
#[cfg(test)]
mod tests;

use crate::params::{CompletionRequest, GenerationType, Intent, Line, Text};

use super::language::{self, Language};

/// What called for a generation.
pub use crate::params::GenerationType as Trigger;

/// Lines of code from which on a file is not small.
const SMALL_FILE_LINES: usize = 5;

/// What the choice depends on.
#[derive(Clone, Copy)]
pub struct IntentInput<'a> {
    /// Name or path of the file.
    pub file_name: &'a str,
    /// The text above the cursor.
    pub above: &'a Text,
    /// The text below the cursor.
    pub below: &'a Text,
    /// What the client says it wants.
    pub intent: Option<Intent>,
    /// What the client says called for a generation.
    pub generation_type: Option<GenerationType>,
    /// What the user asks for in words.
    pub user_instruction: Option<&'a str>,
}

/// What is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task<'a> {
    /// The rest of a line or block.
    Completion,
    /// Code from an instruction.
    Generation {
        /// What called for it; `None` if the user did.
        trigger: Option<Trigger>,
        /// What the user asks for, without a trigger.
        instruction: Option<&'a str>,
    },
}

/// Chooses between completion and generation.
#[must_use]
pub fn detect<'a>(input: &IntentInput<'a>) -> Task<'a> {
    if input.intent == Some(Intent::Completion) {
        return Task::Completion;
    }
    if let Some(instruction) = input.user_instruction
        && !instruction.trim().is_empty()
    {
        return Task::Generation {
            trigger: None,
            instruction: Some(instruction),
        };
    }
    let stated = input
        .generation_type
        .or((input.intent == Some(Intent::Generation)).then_some(Trigger::Comment));
    match stated.or_else(|| trigger(input)) {
        None => Task::Completion,
        trigger => Task::Generation {
            trigger,
            instruction: None,
        },
    }
}

/// Looks for a trigger in the code.
fn trigger(input: &IntentInput<'_>) -> Option<Trigger> {
    let language = language::of(input.file_name);
    if comment::ends_in_instruction(input.above, language.comment) {
        Some(Trigger::Comment)
    } else if is_small(input, language) {
        Some(Trigger::SmallFile)
    } else if function::is_empty(language, input.above, input.below) {
        Some(Trigger::EmptyFunction)
    } else {
        None
    }
}

/// Whether both texts together have hardly any lines of code; counting ends as soon as there are enough.
fn is_small(input: &IntentInput<'_>, language: &Language) -> bool {
    let is_code = |line: &Line<'_>| {
        comment::is_plain_code(*line, language.comment).unwrap_or_else(|| {
            let line = line.decode();
            !comment::is_blank(&line) && !comment::is_comment(&line, language.comment)
        })
    };
    let (above, below) = (input.above.spelled_lines(), input.below.spelled_lines());
    above
        .chain(below)
        .filter(is_code)
        .take(SMALL_FILE_LINES)
        .count()
        < SMALL_FILE_LINES
}

// === impl IntentInput ===

impl<'a> From<&'a CompletionRequest> for IntentInput<'a> {
    fn from(request: &'a CompletionRequest) -> Self {
        Self {
            file_name: &request.file_name,
            above: &request.above,
            below: &request.below,
            intent: request.intent,
            generation_type: request.generation_type,
            user_instruction: request.user_instruction.as_deref(),
        }
    }
}
