//! Asks model servers on behalf of one serving thread: waits for a place, sends the question, reads and tidies the answer.
//! Called by the built-in gateway.
//!
//! Every question ends by a deadline, dropping it closes its connection at once, and no more is read of an answer than is
//! shown.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use hyper::StatusCode;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout_at},
};

use super::{
    Ask, ModelError, Models, Role,
    answer::Answer,
    chat,
    flight::{self, Digest, Outcome, Turn},
    memory,
    server::{Call, Server, Wish},
    tidy::{Place, Position, Tidy, Writer},
    window::Window,
    written::Written,
};
use crate::upstream::{Clocks, Upstream};

/// Characters next to the cursor that decide where an answer ends.
const NEAR: usize = 4_000;

/// Suggestions of a model server.
#[derive(Debug, Clone)]
pub struct Suggestions {
    /// Different texts, best first; none is an answer too.
    pub texts: Vec<String>,
    /// The kind of server.
    pub engine: &'static str,
    /// The model.
    pub model: String,
}

/// Asks model servers over connections of its own.
pub struct ModelClient {
    models: Arc<Models>,
    kept: Mutex<Vec<Kept>>,
}

/// Connections to a server, under the clocks of a role.
struct Kept {
    server: Arc<Server>,
    role: Role,
    upstream: Arc<Upstream>,
}

// === impl ModelClient ===

impl ModelClient {
    /// A client of those servers.
    pub fn new(models: Arc<Models>) -> Self {
        Self {
            models,
            kept: Mutex::default(),
        }
    }

    /// Suggestions for a completion.
    pub async fn complete(&self, ask: &Ask) -> Result<Suggestions, ModelError> {
        let role = Role::Completion;
        let server = self.models.server(role).ok_or(ModelError::NoServer)?;
        let place = place_of(ask);
        let done = |texts: &[String]| Suggestions {
            texts: texts.to_vec(),
            engine: server.address.kind.as_str(),
            model: server.shown_model().to_owned(),
        };
        if let Some(texts) = self
            .models
            .memory
            .recall(&remembered_at(ask, &place), &ask.above)
        {
            self.models.flights.end(&place);
            return Ok(done(&texts));
        }
        self.admit(role)?;
        let until = Instant::now() + self.limit(role);
        let texts = self.take_part(&server, ask, place, until).await?;
        Ok(done(&texts))
    }

    /// A generation or a completion as it is written. Returns when the first text is there, or the end.
    pub async fn write(&self, ask: &Ask) -> Result<Written, ModelError> {
        let role = match ask.brief {
            Some(_) => Role::Generation,
            None => Role::Completion,
        };
        let server = self.models.server(role).ok_or(ModelError::NoServer)?;
        self.admit(role)?;
        let until = Instant::now() + self.limit(role);
        let lead = loop {
            // Streams are not shared: each client reads at its own speed.
            let number = self.models.flights.number();
            let question = memory::digest(&[b"stream", &number.to_le_bytes()]);
            if let Turn::Lead(lead) = self.models.flights.join(place_of(ask), question) {
                break lead;
            }
        };
        let begun = tokio::select! {
            biased;
            () = lead.superseded() => Err(ModelError::Superseded),
            begun = self.begin(&server, role, ask, until) => begun,
        };
        let mut written = begun.map_err(|error| self.models.noted(role, error))?;
        written.judged_for(&self.models, role);
        written.led_by(lead);
        Ok(written)
    }

    /// Asks, or waits for the answer to the same question.
    async fn take_part(
        &self,
        server: &Arc<Server>,
        ask: &Ask,
        place: Digest,
        until: Instant,
    ) -> Result<Arc<[String]>, ModelError> {
        let window = self.window(ask, Role::Completion);
        let question = question_of(server, ask, &place);
        loop {
            let lead = match self.models.flights.join(place, question) {
                Turn::Lead(lead) => lead,
                Turn::Follow(asked) => match timeout_at(until, flight::outcome(asked)).await {
                    Ok(Some(Outcome::Texts(texts))) => return Ok(texts),
                    Ok(Some(Outcome::Superseded)) => return Err(ModelError::Superseded),
                    Ok(Some(Outcome::Failed)) | Err(_) => return Err(ModelError::Shared),
                    // Whoever asked has left; it is our turn.
                    Ok(None) => continue,
                },
            };
            let asked = tokio::select! {
                biased;
                () = lead.superseded() => Err(ModelError::Superseded),
                asked = self.choices(server, ask, &window, until) => asked,
            };
            return match asked {
                Ok(texts) => {
                    let texts: Arc<[String]> = texts.into();
                    self.models.post(Role::Completion).breaker.succeeded();
                    let at = remembered_at(ask, &place);
                    self.models.memory.remember(at, &ask.above, &texts);
                    lead.finish(Outcome::Texts(Arc::clone(&texts)));
                    Ok(texts)
                }
                Err(ModelError::Superseded) => {
                    lead.finish(Outcome::Superseded);
                    Err(ModelError::Superseded)
                }
                Err(error) => {
                    lead.finish(Outcome::Failed);
                    Err(self.models.noted(Role::Completion, error))
                }
            };
        }
    }

    /// As many different suggestions as are wanted, or as the server has.
    async fn choices(
        &self,
        server: &Arc<Server>,
        ask: &Ask,
        window: &Window,
        until: Instant,
    ) -> Result<Vec<String>, ModelError> {
        let one = async |choice| {
            let mut written = self
                .fill(server, (Role::Completion, choice), ask, window, until)
                .await?;
            written.whole().await
        };
        let mut texts: Vec<String> = Vec::new();
        let mut failure = None;
        for answer in join_all((0..ask.choices.max(1)).map(one)).await {
            match answer {
                Ok(text)
                    if text.is_empty() || texts.iter().any(|known| known.trim() == text.trim()) => {
                }
                Ok(text) => texts.push(text),
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) if texts.is_empty() => Err(error),
            _ => Ok(texts),
        }
    }

    /// Starts to write, by conversation where the model knows how to.
    async fn begin(
        &self,
        server: &Arc<Server>,
        role: Role,
        ask: &Ask,
        until: Instant,
    ) -> Result<Written, ModelError> {
        let window = self.window(ask, role);
        let mut written = match &ask.brief {
            Some(brief) if server.chats => {
                let chars = self.models.settings.generation_chars();
                let messages = chat::messages(&window, brief, chars, server.guard());
                let call = server.chat(&messages, self.models.settings.generation.max_tokens);
                match self
                    .send(
                        server,
                        role,
                        &call,
                        Tidy::new(place(ask), Writer::Chat, server.spoken_tokens()),
                        until,
                    )
                    .await
                {
                    // A model without a form for conversations may still be able to go on with the text.
                    Err(ModelError::Status(status))
                        if server.fim.is_some() && status.is_client_error() =>
                    {
                        self.fill(server, (role, 0), ask, &window, until).await?
                    }
                    other => other?,
                }
            }
            _ => self.fill(server, (role, 0), ask, &window, until).await?,
        };
        written.begin().await?;
        Ok(written)
    }

    /// Asks to fill in the middle.
    async fn fill(
        &self,
        server: &Arc<Server>,
        (role, choice): (Role, usize),
        ask: &Ask,
        window: &Window,
        until: Instant,
    ) -> Result<Written, ModelError> {
        let settings = &self.models.settings;
        let place = place(ask);
        let (writer, max_tokens) = match ask.brief {
            Some(_) => (Writer::Filling, settings.generation.max_tokens),
            None => (Writer::Completion, settings.max_tokens),
        };
        let wish = Wish {
            max_tokens,
            one_line: place.position() == Position::Inside,
            choice,
            context_chars: settings.context_chars.max(settings.generation_chars()),
        };
        let call = server
            .completion(window, &wish)
            .ok_or(ModelError::NoServer)?;
        self.send(
            server,
            role,
            &call,
            Tidy::new(place, writer, server.tokens()),
            until,
        )
        .await
    }

    async fn send(
        &self,
        server: &Arc<Server>,
        role: Role,
        call: &Call,
        tidy: Tidy,
        until: Instant,
    ) -> Result<Written, ModelError> {
        let permit = self.place(role, until).await?;
        let upstream = self.upstream(server, role);
        let sent = upstream.send(|endpoint| call.request(&server.address, endpoint));
        let late = |_| ModelError::Late(self.limit(role));
        let response = timeout_at(until, sent).await.map_err(late)??;
        let status = response.status();
        let answer = Answer::new(response).inspect_err(|_| {
            if status == StatusCode::NOT_FOUND {
                self.models.forget(role);
            }
        })?;
        Ok(Written::new((answer, tidy), server, permit, until))
    }

    /// A place among the questions at the server; only so many may wait for one, and none longer than its deadline. Who gets
    /// none has not been failed by the server.
    async fn place(&self, role: Role, until: Instant) -> Result<OwnedSemaphorePermit, ModelError> {
        let post = self.models.post(role);
        if let Ok(permit) = Arc::clone(&post.places).try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting =
            Waiting::new(&post.waiting, self.models.settings.max_queued).ok_or(ModelError::Full)?;
        let place = Arc::clone(&post.places).acquire_owned();
        match timeout_at(until, place).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(ModelError::Full),
        }
    }

    /// Whether the server may be asked, which has not failed too often lately.
    fn admit(&self, role: Role) -> Result<(), ModelError> {
        let admitted = self.models.post(role).breaker.admit();
        admitted.map(drop).map_err(|wait| {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            ModelError::Resting(seconds.max(1))
        })
    }

    fn limit(&self, role: Role) -> Duration {
        match role {
            Role::Completion => self.models.settings.deadline,
            Role::Generation => self.models.settings.generation.deadline,
        }
    }

    fn window(&self, ask: &Ask, role: Role) -> Window {
        let chars = match role {
            Role::Completion => self.models.settings.context_chars,
            Role::Generation => self.models.settings.generation_chars(),
        };
        Window::new(
            &ask.file_name,
            (&ask.above, &ask.below),
            &ask.context,
            chars,
        )
    }

    fn upstream(&self, server: &Arc<Server>, role: Role) -> Arc<Upstream> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |kept: &&Kept| Arc::ptr_eq(&kept.server, server) && kept.role == role;
        if let Some(kept) = kept.iter().find(is_it) {
            return Arc::clone(&kept.upstream);
        }
        let limit = self.limit(role);
        let clocks = Clocks {
            connect: limit,
            response: limit,
            idle: limit,
            whole: limit,
        };
        let upstream = Arc::new(Upstream::new(
            server.address.endpoint.clone(),
            clocks,
            super::server::open_gate(),
        ));
        kept.retain(|kept| kept.role != role);
        kept.push(Kept {
            server: Arc::clone(server),
            role,
            upstream: Arc::clone(&upstream),
        });
        upstream
    }
}

/// One more that waits for a place.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let before = waiting.fetch_add(1, Ordering::AcqRel);
        let waits = Self(waiting);
        (before < most).then_some(waits)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn place(ask: &Ask) -> Place {
    Place::new(
        &ask.file_name,
        &ask.above.decode_last(NEAR),
        &ask.below.decode_first(NEAR),
    )
}

/// User, file and kind of question: of these the newest wins.
fn place_of(ask: &Ask) -> Digest {
    let project = ask.project.as_deref().unwrap_or_default();
    let kind: &[u8] = if ask.brief.is_some() {
        b"generation"
    } else {
        b"completion"
    };
    memory::digest(&[
        kind,
        ask.user.as_bytes(),
        project.as_bytes(),
        ask.file_name.as_bytes(),
    ])
}

/// What an answer that is to be remembered belongs to, beside the text above.
fn remembered_at(ask: &Ask, place: &Digest) -> Digest {
    memory::digest(&[place, &ask.choices.to_le_bytes(), ask.below.raw()])
}

/// Everything that the answer depends on.
fn question_of(server: &Server, ask: &Ask, place: &Digest) -> Digest {
    let choices = ask.choices.to_le_bytes();
    let mut parts: Vec<&[u8]> = vec![
        place,
        server.model.as_bytes(),
        &choices,
        ask.above.raw(),
        ask.below.raw(),
    ];
    for item in &ask.context {
        parts.extend([item.name.raw(), item.content.raw()]);
    }
    memory::digest(&parts)
}

#[cfg(test)]
mod tests;
