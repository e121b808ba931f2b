//! The gateway in this binary: a model server if there is one, else the in-context engine, which also answers completions
//! when the server fails or is too slow. The engine works on threads of its own, so that a long file of one user does
//! not hold up the connections of others.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use super::{
    Answer, Asker, DirectAccess, GatewayError, Question, Suggested, UnitPrimitive, Writing, asking,
    headers,
};
use crate::{
    clock::Clock,
    config::ModelSettings,
    engine::{self, ContextFile, Engine, Options, Prompt},
    ids::Instance,
    keys::{SigningKeys, UserTokenClaims},
    model::{Ask, ModelClient, ModelError, Written},
    prompt::gateway_language,
    upstream::UpstreamError,
};

/// Time in which an editor that asks directly must be answered (it waits 5 s), and the least of it that the engine gets
/// after a model server has failed.
const EDITORS_TIME: Duration = Duration::from_millis(4800);
const SECOND_CHANCE: Duration = Duration::from_millis(500);

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
    models: ModelClient,
    settings: ModelSettings,
    instance: Arc<Instance>,
    key: Arc<SigningKeys>,
    clock: Clock,
}

impl Builtin {
    /// A gateway for `instance` over shared engines and model servers; `in_flight` bounds the questions under way.
    pub fn new(
        (engines, in_flight): (Arc<Engines>, Arc<Semaphore>),
        models: ModelClient,
        settings: ModelSettings,
        instance: Arc<Instance>,
        key: Arc<SigningKeys>,
        clock: Clock,
    ) -> Self {
        Self {
            engines,
            in_flight,
            models,
            settings,
            instance,
            key,
            clock,
        }
    }

    /// Asks for suggestions; no answer to a completion in time is an answer without suggestions.
    pub(super) async fn suggest(&self, question: Question<'_>) -> Result<Answer, GatewayError> {
        let ask = asking::ask(&question);
        self.answer(&ask, question.request.stream).await
    }

    /// Asks for suggestions, to be told as they are written if `streamed`.
    pub async fn answer(&self, ask: &Ask, streamed: bool) -> Result<Answer, GatewayError> {
        let asked_at = Instant::now();
        let place = Arc::clone(&self.in_flight)
            .try_acquire_owned()
            .map_err(|_| UpstreamError::Busy)?;
        if ask.brief.is_some() || streamed {
            return match self.models.write(ask).await {
                Ok(written) => self.written(ask, written, streamed, place).await,
                Err(error) => self.instead(ask, error, asked_at).await,
            };
        }
        match self.models.complete(ask).await {
            Ok(found) => {
                let model = (found.engine, found.model);
                Ok(suggested(ask, found.texts, model))
            }
            Err(error) => self.instead(ask, error, asked_at).await,
        }
    }

    /// Makes a token with which an editor asks `/ai` below the URL by which it knows this server.
    pub(super) fn direct_access(&self, asker: &Asker<'_>) -> Result<DirectAccess, GatewayError> {
        let instance = &self.instance;
        let now = self.clock.unix();
        let claims = UserTokenClaims::new(&asker.global_user_id, &instance.id, instance.realm, now)
            .for_user(asker.user_id);
        Ok(DirectAccess {
            base_url: format!("{}/ai", instance.url_for(asker.host)),
            token: self.key.sign(&claims)?,
            expires_at: claims.exp,
            headers: headers::identity(instance, asker, UnitPrimitive::CompleteCode),
            model_details: None,
        })
    }

    async fn written(
        &self,
        ask: &Ask,
        mut written: Written,
        streamed: bool,
        place: OwnedSemaphorePermit,
    ) -> Result<Answer, GatewayError> {
        if streamed {
            return Ok(Answer::Written(Box::new(Writing {
                written,
                _place: place,
            })));
        }
        let text = match written.whole().await {
            Err(ModelError::Superseded) => String::new(),
            whole => whole?,
        };
        let texts = if text.is_empty() {
            Vec::new()
        } else {
            vec![text]
        };
        Ok(suggested(ask, texts, (written.engine, written.model)))
    }

    /// What is answered where no model server does: the engine's suggestion if it is sure of one. A generation that a
    /// server has failed to write is a failure, since a sure guess at the next line is not what was asked for.
    async fn instead(
        &self,
        ask: &Ask,
        error: ModelError,
        asked_at: Instant,
    ) -> Result<Answer, GatewayError> {
        let deadline = match error {
            ModelError::NoServer if ask.brief.is_some() => self.settings.generation.deadline,
            ModelError::NoServer => self.settings.deadline,
            ModelError::Superseded => return Ok(suggested(ask, Vec::new(), engine_named())),
            error if ask.brief.is_some() => return Err(error.into()),
            _ => second_chance(asked_at.elapsed(), self.settings.deadline),
        };
        let work = Work::new(ask, &self.settings, deadline);
        let texts = timeout(deadline, self.think(work))
            .await
            .unwrap_or_default();
        Ok(suggested(ask, texts, engine_named()))
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

/// Time for the engine when a model server has failed after `elapsed`. Whoever gives the server longer than editors wait gives it
/// to the engine as well.
fn second_chance(elapsed: Duration, deadline: Duration) -> Duration {
    let left = EDITORS_TIME.max(deadline).saturating_sub(elapsed);
    left.max(SECOND_CHANCE).min(deadline)
}

fn suggested(ask: &Ask, texts: Vec<String>, (engine, model): (&'static str, String)) -> Answer {
    Answer::Suggested(Suggested {
        texts,
        engine,
        model,
        language: gateway_language::of(&ask.file_name),
    })
}

fn engine_named() -> (&'static str, String) {
    let model = concat!("code-suggestions-", env!("CARGO_PKG_VERSION"));
    (engine::engine_name(), model.to_owned())
}

/// A question with texts of its own, to be taken to another thread.
struct Work {
    /// Who asks about which file.
    session: String,
    file_name: String,
    above: String,
    below: String,
    context: Vec<(String, String)>,
    instruction: Option<String>,
    options: Options,
}

impl Work {
    fn new(ask: &Ask, settings: &ModelSettings, within: Duration) -> Self {
        let (task, max_tokens) = match ask.brief {
            None => (engine::Task::Completion, settings.max_tokens),
            Some(_) => (engine::Task::Generation, settings.generation.max_tokens),
        };
        let context = ask
            .context
            .iter()
            .map(|item| {
                (
                    item.name.decode().into_owned(),
                    item.content.decode().into_owned(),
                )
            })
            .collect();
        let project = ask.project.as_deref().unwrap_or("");
        Self {
            session: format!("{}\0{project}\0{}", ask.user, ask.file_name),
            file_name: ask.file_name.clone(),
            above: ask.above.decode().into_owned(),
            below: ask.below.decode().into_owned(),
            context,
            instruction: ask.brief.as_ref().map(|brief| brief.instruction.clone()),
            options: Options {
                task,
                max_tokens,
                choices: ask.choices,
                context_chars: settings.context_chars,
                deadline: deadline(within),
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
            session: Some(&self.session),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Sources};

    /// Editors wait 5 s for whom they ask directly (GitLab's language server 8.54).
    #[test]
    fn the_engine_answers_before_an_editor_stops_waiting() {
        let settings = config::load(&Sources::default()).unwrap().model;
        let ms = Duration::from_millis;
        assert_eq!(EDITORS_TIME, ms(4_800));
        for (elapsed, left) in [
            (0, 4_000),
            (800, 4_000),
            (1_000, 3_800),
            (4_000, 800),
            (4_300, 500),
            (9_000, 500),
        ] {
            let chance = second_chance(ms(elapsed), settings.deadline);
            assert_eq!(chance, ms(left), "after {elapsed} ms");
        }
        let last = settings.deadline + second_chance(settings.deadline, settings.deadline);
        assert_eq!(last, EDITORS_TIME);
        assert_eq!(
            second_chance(ms(100), ms(100)),
            ms(100),
            "a shorter deadline binds the engine too"
        );
        assert_eq!(second_chance(ms(1_000), ms(60_000)), ms(59_000));
        assert_eq!(second_chance(ms(60_000), ms(60_000)), ms(500));
    }
}
