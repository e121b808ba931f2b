//! The use case: a checked request becomes a completion or a generation, the gateway is asked, and what it answers takes
//! the form that the client can read. Called by the handlers of `completions` and of the built-in gateway.

mod shape;
pub mod sse;

pub use shape::{Form, Shaped};

use crate::{
    clock::Clock,
    gateway::{Asker, Gateway, GatewayError, Question},
    params::CompletionRequest,
    prompt::intent,
};

/// Decides what is wanted, asks the gateway and shapes its answer.
pub async fn suggest(
    gateway: &Gateway,
    request: &CompletionRequest,
    asker: &Asker<'_>,
    form: Form,
    clock: &Clock,
) -> Result<Shaped, GatewayError> {
    let task = intent::detect(&intent::IntentInput::from(request));
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

/// Asks the gateway for what has been decided and shapes its answer.
pub async fn answer(
    gateway: &Gateway,
    question: Question<'_>,
    form: Form,
    clock: &Clock,
) -> Result<Shaped, GatewayError> {
    let answer = gateway.suggest(question).await?;
    shape::shape(answer, form, clock.unix())
}
