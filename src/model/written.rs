//! An answer as it is being written, tidied line by line. Held by whoever passes it on; dropping it drops the question at the
//! model server.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout_at},
};

use super::{ModelError, Models, Role, answer::Answer, flight::Lead, server::Server, tidy::Tidy};

/// An answer on its way.
pub struct Written {
    /// The kind of server.
    pub engine: &'static str,
    /// The model.
    pub model: String,
    answer: Option<Answer>,
    tidy: Tidy,
    ready: VecDeque<String>,
    has_shown: bool,
    judge: Option<(Arc<Models>, Role)>,
    /// The right to ask, until a newer question about the same file takes it away.
    lead: Option<Lead>,
    until: Instant,
    limit: Duration,
    /// The place at the server is taken until the answer has ended.
    permit: Option<OwnedSemaphorePermit>,
}

// === impl Written ===

impl Written {
    pub(super) fn new(
        (answer, tidy): (Answer, Tidy),
        server: &Arc<Server>,
        permit: OwnedSemaphorePermit,
        until: Instant,
    ) -> Self {
        Self {
            engine: server.address.kind.as_str(),
            model: server.shown_model().to_owned(),
            answer: Some(answer),
            tidy,
            ready: VecDeque::new(),
            has_shown: false,
            judge: None,
            lead: None,
            until,
            limit: until.saturating_duration_since(Instant::now()),
            permit: Some(permit),
        }
    }

    /// Waits for the first text, or for the end if there is none.
    pub(super) async fn begin(&mut self) -> Result<(), ModelError> {
        if let Some(first) = self.read().await? {
            self.ready.push_front(first);
        }
        Ok(())
    }

    /// From now on, how the answer ends counts for or against the server.
    pub(super) fn judged_for(&mut self, models: &Arc<Models>, role: Role) {
        if self.answer.is_none() {
            models.post(role).breaker.succeeded();
        } else {
            self.judge = Some((Arc::clone(models), role));
        }
    }

    /// From now on a newer question about the same file ends the answer.
    pub(super) fn led_by(&mut self, lead: Lead) {
        self.lead = Some(lead).filter(|_| self.answer.is_some());
    }

    /// Whether there is no text at all; known as soon as the answer has begun.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.answer.is_none()
    }

    /// The next text that may be shown; `None` at the end. After a failure the answer is not whole.
    ///
    /// The deadline ends an answer of which whole lines have been shown, as the limit of tokens does: an editor would
    /// stop reading a second later. So does a newer question about the same file, whose answer is the one that is read.
    pub async fn next(&mut self) -> Result<Option<String>, ModelError> {
        match self.read().await {
            Err(ModelError::Superseded) => Ok(None),
            read => read,
        }
    }

    /// All of it.
    ///
    /// # Errors
    ///
    /// When it does not come to its end, a newer question included: a part is not the whole.
    pub async fn whole(&mut self) -> Result<String, ModelError> {
        let mut whole = String::new();
        while let Some(text) = self.read().await? {
            whole.push_str(&text);
        }
        Ok(whole)
    }

    async fn read(&mut self) -> Result<Option<String>, ModelError> {
        loop {
            if let Some(text) = self.ready.pop_front() {
                self.has_shown = true;
                return Ok(Some(text));
            }
            let Some(answer) = &mut self.answer else {
                return Ok(None);
            };
            let read = tokio::select! {
                biased;
                () = superseded(self.lead.as_ref()) => Err(ModelError::Superseded),
                read = timeout_at(self.until, answer.next()) => read.unwrap_or(Err(ModelError::Late(self.limit))),
            };
            let piece = match read {
                Ok(piece) => piece,
                Err(ModelError::Superseded) => {
                    // It says nothing about the server.
                    self.judge = None;
                    self.end();
                    return Err(ModelError::Superseded);
                }
                // The clocks of the connection run out at nearly the same time.
                Err(error) if self.has_shown && error.is_late() => {
                    tracing::info!(model = self.model, limit = ?self.limit, "the deadline has ended an answer");
                    self.end();
                    return Ok(None);
                }
                Err(error) => return Err(self.failed(error)),
            };
            let shown = match &piece {
                Some(piece) => self.tidy.push(piece),
                None => self.tidy.finish(answer.is_cut()),
            };
            if piece.is_none() || self.tidy.is_done() {
                self.end();
            }
            if !shown.is_empty() {
                self.ready.push_back(shown);
            }
        }
    }

    /// Counts a failure; whoever reads the answer logs it.
    fn failed(&mut self, error: ModelError) -> ModelError {
        if let Some((models, role)) = self.judge.take().filter(|_| error.is_fault()) {
            models.post(role).breaker.failed();
        }
        error
    }

    /// Lets go of the server; what it still writes is not wanted.
    fn end(&mut self) {
        if let Some((models, role)) = self.judge.take() {
            models.post(role).breaker.succeeded();
        }
        self.permit = None;
        self.lead = None;
        if let Some(answer) = self.answer.take() {
            answer.finish();
        }
    }
}

async fn superseded(lead: Option<&Lead>) {
    match lead {
        Some(lead) => lead.superseded().await,
        None => std::future::pending().await,
    }
}
