//! An answer as it is being written, tidied line by line. Held by whoever passes it on; dropping it drops the question at the
//! model server.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout_at},
};

use super::{ModelError, answer::Answer, server::Server, tidy::Tidy};

/// An answer on its way.
pub struct Written {
    /// The kind of server.
    pub engine: &'static str,
    /// The model.
    pub model: String,
    answer: Option<Answer>,
    tidy: Tidy,
    ready: VecDeque<String>,
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
            model: server.model.clone(),
            answer: Some(answer),
            tidy,
            ready: VecDeque::new(),
            until,
            limit: until.saturating_duration_since(Instant::now()),
            permit: Some(permit),
        }
    }

    /// Waits for the first text, or for the end if there is none.
    pub(super) async fn begin(&mut self) -> Result<(), ModelError> {
        if let Some(first) = self.next().await? {
            self.ready.push_front(first);
        }
        Ok(())
    }

    /// Whether there is no text at all; known as soon as the answer has begun.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.answer.is_none()
    }

    /// The next text that may be shown; `None` at the end. After a failure the answer is not whole.
    pub async fn next(&mut self) -> Result<Option<String>, ModelError> {
        loop {
            if let Some(text) = self.ready.pop_front() {
                return Ok(Some(text));
            }
            let Some(answer) = &mut self.answer else {
                return Ok(None);
            };
            let read = timeout_at(self.until, answer.next()).await;
            let piece = read.map_err(|_| ModelError::Late(self.limit))??;
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

    /// All of it.
    pub async fn whole(&mut self) -> Result<String, ModelError> {
        let mut whole = String::new();
        while let Some(text) = self.next().await? {
            whole.push_str(&text);
        }
        Ok(whole)
    }

    /// Lets go of the server; what it still writes is not wanted.
    fn end(&mut self) {
        self.permit = None;
        if let Some(answer) = self.answer.take() {
            answer.finish();
        }
    }
}
