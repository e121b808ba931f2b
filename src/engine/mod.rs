//! The in-context engine: completes code from the text around the cursor and from tables learned beforehand.
//!
//! Called by the built-in gateway from a blocking thread. The decision: it stays silent rather than guess, so every
//! suggestion carries how often ones like it were right.

mod asked;
mod body;
mod calibration;
mod candidate;
mod cold;
mod decode;
mod echo;
mod facts;
mod finish;
mod function;
mod guard;
mod hasher;
mod history;
mod kept;
mod language;
mod lexer;
mod lines;
mod loops;
mod manner;
mod model;
mod number;
mod path;
mod place;
mod predict;
mod render;
mod repeat;
mod request;
mod sequence;
mod spacing;
mod surroundings;
mod symbols;
#[cfg(test)]
mod tests;
#[cfg(feature = "training")]
pub mod training;
mod words;

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use body::{Ranks, ShapeTable};
use cold::Tables;
use decode::Decoder;
use kept::Shelf;
use model::Model;
use path::Path;
use request::Request;
use spacing::Spacing;
use surroundings::Surroundings;
use symbols::Vocabulary;

/// A file that is open beside the one being edited.
#[derive(Clone, Copy, Debug)]
pub struct ContextFile<'a> {
    /// Its name or path.
    pub name: &'a str,
    /// Its text.
    pub content: &'a str,
}

/// What is to be continued.
#[derive(Clone, Copy, Debug)]
pub struct Prompt<'a> {
    /// The name or path of the file.
    pub file_name: &'a str,
    /// The text above the cursor.
    pub above: &'a str,
    /// The text below the cursor.
    pub below: &'a str,
    /// Other open files, the most relevant first.
    pub context: &'a [ContextFile<'a>],
    /// Who asks about which file, in any words: what was read for one request is kept for the next of the same name.
    pub session: Option<&'a str>,
    /// What the user asked for in words; carried for callers, as this engine reads what stands in the file and nothing else.
    pub instruction: Option<&'a str>,
}

/// What kind of text is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// The rest of a line or block, only when sure.
    Completion,
    /// The body of a function or the next lines, as good as it gets.
    Generation,
}

/// How much may be spent on a suggestion.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What kind of text is wanted.
    pub task: Task,
    /// The most tokens of one suggestion.
    pub max_tokens: usize,
    /// How many different suggestions are wanted, at most four.
    pub choices: usize,
    /// How many characters around the cursor are read.
    pub context_chars: usize,
    /// When to answer with what is there.
    pub deadline: Option<Instant>,
}

/// Text that may follow the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The text.
    pub text: String,
    /// How often suggestions like this one are right, from 0 to 1.
    pub confidence: f32,
}

/// The engine with its learned tables; made once and shared.
pub struct Engine {
    vocabulary: Arc<Vocabulary>,
    /// Read when the first empty body is met, since most requests have none.
    tables: OnceLock<Tables>,
    spacing: Spacing,
    model: Option<Model>,
    shelf: Shelf,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").finish_non_exhaustive()
    }
}

// === impl Engine ===

impl Engine {
    /// Reads the tables that are compiled in.
    pub fn new() -> Self {
        let words = Vocabulary::new(include_str!("tables/vocabulary.txt"));
        let vocabulary = Arc::new(words.with_strangers(include_str!("tables/strangers.txt")));
        let model = Model::read(vocabulary.size(), include_bytes!("tables/network.bin"));
        Self {
            vocabulary,
            tables: OnceLock::new(),
            spacing: Spacing::read(include_bytes!("tables/spacing.bin")),
            model,
            shelf: Shelf::default(),
        }
    }

    /// Texts that may follow the cursor, best first; none when nothing is sure enough.
    pub fn suggest(&self, prompt: &Prompt<'_>, options: &Options) -> Vec<Suggestion> {
        let kept = prompt.session.and_then(|session| self.shelf.take(session));
        let tables = (&self.vocabulary, &self.spacing);
        let request = Request::read(prompt, options, tables, kept);
        let shown = self.continue_text(&request, options, true);
        if let Some(session) = prompt.session {
            let others = kept::others(prompt, options.context_chars);
            self.shelf.put(session, request.keep(others));
        }
        if shown.is_empty()
            && options.task == Task::Generation
            && !options.deadline.is_some_and(has_passed)
        {
            return self.function(prompt, options).into_iter().collect();
        }
        shown
    }

    /// The function that a comment above the cursor asks for, if its name tells what it does.
    fn function(&self, prompt: &Prompt<'_>, options: &Options) -> Option<Suggestion> {
        let asked = asked::function(prompt)?;
        let above = [prompt.above, &asked.head].concat();
        let begun = Prompt {
            above: &above,
            session: None,
            ..*prompt
        };
        let request = Request::read(&begun, options, (&self.vocabulary, &self.spacing), None);
        let bodies = cold::bodies(&request, &|| self.tables());
        let body = bodies.into_iter().next()?;
        let sure = body.told && asked.takes(&body.text, body.share);
        sure.then(|| Suggestion {
            text: asked.head + &body.text,
            confidence: body.share,
        })
    }

    /// The likeliest texts however unsure, best first; for measuring the model.
    pub fn guess(&self, prompt: &Prompt<'_>, options: &Options) -> Vec<Suggestion> {
        let request = Request::read(prompt, options, (&self.vocabulary, &self.spacing), None);
        self.continue_text(&request, options, false)
    }

    fn continue_text(
        &self,
        request: &Request<'_, '_>,
        options: &Options,
        sure: bool,
    ) -> Vec<Suggestion> {
        let is_late = || options.deadline.is_some_and(has_passed);
        let Some(model) = self
            .model
            .as_ref()
            .filter(|_| !is_late() && !finish::is_hopeless(request))
        else {
            return Vec::new();
        };
        let surroundings = Surroundings::of(request, cold::enclosing(request).as_ref());
        let mut decoder = Decoder::new(request, model, &surroundings, options.task);
        let mut paths = decoder.line(
            Path::start(request),
            options.max_tokens.clamp(1, 200),
            &is_late,
        );
        lines::go_on(&mut decoder, request, &mut paths, options, &is_late);
        let mut bodies = cold::bodies(request, &|| self.tables());
        bodies.extend(guard::guarded(request));
        bodies.extend(loops::gathered(request));
        finish::choose(request, &paths, &bodies, options, sure)
    }

    /// The tables for bodies, read when first needed.
    fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| Tables {
            shapes: ShapeTable::read(include_str!("tables/shapes.tsv")),
            ranks: Ranks::read(include_bytes!("tables/ranks.bin")),
        })
    }

    /// The likeliest token right after the cursor, a half-typed word counting as whole; for measuring the model.
    pub fn next_token(&self, prompt: &Prompt<'_>, options: &Options) -> Option<String> {
        let request = Request::read(prompt, options, (&self.vocabulary, &self.spacing), None);
        let surroundings = Surroundings::of(&request, cold::enclosing(&request).as_ref());
        Decoder::new(
            &request,
            self.model.as_ref()?,
            &surroundings,
            Task::Generation,
        )
        .token()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long the work takes is no matter of the time of day"
)]
fn has_passed(deadline: Instant) -> bool {
    Instant::now() >= deadline
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

/// The name under which replies mention the engine.
pub fn engine_name() -> &'static str {
    "in-context"
}
