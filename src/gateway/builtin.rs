//! The gateway in this binary: the in-context engine, asked on threads of its own so that a long file of one user does
//! not hold up the connections of others.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::timeout};

use super::{
    Answer, Asker, DirectAccess, GatewayError, Question, Suggested, UnitPrimitive, headers,
};
use crate::{
    clock::Clock,
    config::ModelSettings,
    engine::{self, ContextFile, Engine, Options, Prompt},
    ids::Instance,
    keys::{SigningKey, UserTokenClaims},
    params::CompletionRequest,
    prompt::{gateway_language, intent::Task},
    upstream::UpstreamError,
};

/// Tokens of a generation for each token of a completion.
const GENERATION_FACTOR: usize = 4;

/// Engines shared by all serving threads, and how many requests may think at once.
pub struct Engines {
    engine: Engine,
    places: Arc<Semaphore>,
}

impl Engines {
    /// The in-context engine, for as many requests at once as there are cores.
    pub fn for_this_machine() -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Arc::new(Self {
            engine: Engine::new(),
            places: Arc::new(Semaphore::new(cores)),
        })
    }
}

/// The gateway in this binary.
pub struct Builtin {
    engines: Arc<Engines>,
    in_flight: Arc<Semaphore>,
    settings: ModelSettings,
    instance: Arc<Instance>,
    key: Arc<SigningKey>,
    clock: Clock,
}

impl Builtin {
    /// A gateway for `instance` over shared engines; `in_flight` bounds the questions under way.
    pub fn new(
        (engines, in_flight): (Arc<Engines>, Arc<Semaphore>),
        settings: ModelSettings,
        instance: Arc<Instance>,
        key: Arc<SigningKey>,
        clock: Clock,
    ) -> Self {
        Self {
            engines,
            in_flight,
            settings,
            instance,
            key,
            clock,
        }
    }

    /// Asks the engine; no answer in time is an answer without suggestions.
    pub(super) async fn suggest(&self, question: Question<'_>) -> Result<Answer, GatewayError> {
        let _place = self
            .in_flight
            .try_acquire()
            .map_err(|_| UpstreamError::Busy)?;
        let work = Work::new(question.request, question.task, &self.settings);
        let language = gateway_language::of(&question.request.file_name);
        let texts = timeout(self.settings.deadline, self.think(work))
            .await
            .unwrap_or_default();
        Ok(Answer::Suggested(Suggested {
            texts,
            engine: engine::engine_name(),
            model: concat!("code-suggestions-", env!("CARGO_PKG_VERSION")).to_owned(),
            language,
        }))
    }

    /// Makes a token with which an editor asks `/ai` below the external URL.
    pub(super) fn direct_access(&self, asker: &Asker<'_>) -> Result<DirectAccess, GatewayError> {
        let instance = &self.instance;
        let now = self.clock.unix();
        let claims = UserTokenClaims::new(&asker.global_user_id, &instance.id, instance.realm, now);
        Ok(DirectAccess {
            base_url: format!("{}/ai", instance.external_url),
            token: self.key.sign(&claims)?,
            expires_at: claims.exp,
            headers: headers::identity(instance, asker, UnitPrimitive::CompleteCode),
            model_details: None,
        })
    }

    async fn think(&self, work: Work) -> Vec<String> {
        let Ok(place) = Arc::clone(&self.engines.places).acquire_owned().await else {
            return Vec::new();
        };
        let engines = Arc::clone(&self.engines);
        // The place goes along: a client that leaves does not make room while its question is still being thought about.
        let thought = tokio::task::spawn_blocking(move || {
            let _place = place;
            work.run(&engines.engine)
        })
        .await;
        thought.unwrap_or_else(|error| {
            tracing::error!(panicked = error.is_panic(), "the engine failed");
            Vec::new()
        })
    }
}

/// A question with texts of its own, to be taken to another thread.
struct Work {
    file_name: String,
    above: String,
    below: String,
    context: Vec<(String, String)>,
    instruction: Option<String>,
    options: Options,
}

impl Work {
    fn new(request: &CompletionRequest, task: &Task<'_>, settings: &ModelSettings) -> Self {
        let (engine_task, factor, instruction) = match task {
            Task::Completion => (engine::Task::Completion, 1, None),
            Task::Generation { .. } => (
                engine::Task::Generation,
                GENERATION_FACTOR,
                request.user_instruction.clone(),
            ),
        };
        let context = request
            .context
            .iter()
            .map(|item| {
                (
                    item.name.decode().into_owned(),
                    item.content.decode().into_owned(),
                )
            })
            .collect();
        Self {
            file_name: request.file_name.clone(),
            above: request.above.decode().into_owned(),
            below: request.below.decode().into_owned(),
            context,
            instruction,
            options: Options {
                task: engine_task,
                max_tokens: settings.max_tokens.saturating_mul(factor),
                choices: request.choices_count.unwrap_or(1),
                context_chars: settings.context_chars,
                deadline: deadline(settings.deadline),
            },
        }
    }

    fn run(&self, engine: &Engine) -> Vec<String> {
        let context: Vec<_> = self
            .context
            .iter()
            .map(|(name, content)| ContextFile { name, content })
            .collect();
        let prompt = Prompt {
            file_name: &self.file_name,
            above: &self.above,
            below: &self.below,
            context: &context,
            instruction: self.instruction.as_deref(),
        };
        let suggestions = engine.suggest(&prompt, &self.options);
        suggestions
            .into_iter()
            .map(|suggestion| suggestion.text)
            .filter(|text| !text.is_empty())
            .collect()
    }
}

fn deadline(within: Duration) -> Option<std::time::Instant> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine measures its own work, not the time of day"
    )]
    std::time::Instant::now().checked_add(within)
}
