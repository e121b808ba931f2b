//! The use case: a checked request becomes a completion or a generation, the gateway is asked, and what it answers takes
//! the form that the client can read. Called by the handlers of `completions` and of the built-in gateway.

mod shape;
pub mod sse;

pub use shape::{Form, Shaped, as_it_is as relayed, events_head};

use crate::{
    clock::Clock,
    gateway::{Answer, Asker, Gateway, GatewayError, Question, Suggested},
    params::CompletionRequest,
    prompt::{
        gateway_language,
        intent::{self, Task},
    },
};

/// What this instance gives, whatever the gateway could do.
#[derive(Debug, Clone, Copy)]
pub struct Features {
    /// Completions.
    pub completions: bool,
    /// Generations.
    pub generations: bool,
}

/// Decides what is wanted, asks the gateway and shapes its answer.
pub async fn suggest(
    (gateway, features): (&Gateway, Features),
    request: &CompletionRequest,
    asker: &Asker<'_>,
    form: Form,
    clock: &Clock,
) -> Result<Shaped, GatewayError> {
    let task = intent::detect(&intent::IntentInput::from(request));
    let given = match task {
        Task::Completion => features.completions,
        Task::Generation { .. } => features.generations,
    };
    if !given {
        return Err(GatewayError::Disabled);
    }
    answer(
        gateway,
        Question {
            request,
            task: &task,
            asker,
        },
        form,
        clock,
    )
    .await
}

/// Gives an answer the form that is wanted.
pub fn shaped(answer: Answer, form: Form, clock: &Clock) -> Result<Shaped, GatewayError> {
    shape::shape(answer, form, clock.unix())
}

/// Asks the gateway for what has been decided and shapes its answer.
pub async fn answer(
    gateway: &Gateway,
    question: Question<'_>,
    form: Form,
    clock: &Clock,
) -> Result<Shaped, GatewayError> {
    let answer = gateway.suggest(question).await?;
    let model = answer.model().map(str::to_owned);
    let mut shaped = shape::shape(answer, form, clock.unix())?;
    shaped.model = model;
    Ok(shaped)
}

/// No suggestion for a file, without asking anybody.
pub fn nothing(file_name: &str, form: Form, clock: &Clock) -> Shaped {
    shape::suggested(none(file_name), form, clock.unix())
}

/// The same before it has a form.
pub fn none(file_name: &str) -> Suggested {
    Suggested {
        texts: Vec::new(),
        engine: "",
        model: String::new(),
        language: gateway_language::of(file_name),
    }
}
