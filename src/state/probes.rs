//! Streams that `doctor` sends to itself, to see whether what stands in front of this server holds them back. Used by the
//! handlers of that path. Whether a piece has arrived is told by an answer that only a reader of it can know, and not by
//! a clock, which would judge the machine.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};
use uuid::Uuid;

/// Time for the answer to the first piece.
const PATIENCE: Duration = Duration::from_secs(3);

/// Streams under way at once.
const MOST: usize = 4;

/// The streams under way.
#[derive(Debug, Default)]
pub struct StreamProbes(Mutex<Vec<Running>>);

#[derive(Debug)]
struct Running {
    ticket: String,
    word: Option<Uuid>,
    answered: Arc<Notify>,
}

/// One stream under way; it is over when this is dropped.
#[derive(Debug)]
pub struct StreamProbe {
    probes: Arc<StreamProbes>,
    ticket: String,
    answered: Arc<Notify>,
}

// === impl StreamProbes ===

impl StreamProbes {
    /// Begins a stream for a ticket that has been checked; `None` while one runs for it, or too many run.
    pub fn begin(self: &Arc<Self>, ticket: &str) -> Option<StreamProbe> {
        let mut running = self.running();
        if running.len() >= MOST || running.iter().any(|one| one.ticket == ticket) {
            return None;
        }
        let probe = StreamProbe {
            probes: Arc::clone(self),
            ticket: ticket.to_owned(),
            answered: Arc::default(),
        };
        running.push(Running {
            ticket: ticket.to_owned(),
            word: None,
            answered: Arc::clone(&probe.answered),
        });
        Some(probe)
    }

    /// Takes the word of a piece from whoever has read it; `false` if no stream that runs waits for that word.
    pub fn answer(&self, word: Uuid) -> bool {
        let mut running = self.running();
        let found = running.iter_mut().find(|one| one.word == Some(word));
        let Some(one) = found else {
            return false;
        };
        one.word = None;
        one.answered.notify_one();
        true
    }

    fn running(&self) -> MutexGuard<'_, Vec<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl StreamProbe ===

impl StreamProbe {
    /// What the next piece says, and whoever has read it says back.
    pub fn next_word(&self) -> Uuid {
        let word = Uuid::new_v4();
        let mut running = self.probes.running();
        if let Some(one) = running.iter_mut().find(|one| one.ticket == self.ticket) {
            one.word = Some(word);
        }
        word
    }

    /// Waits for the answer; `false` if none comes.
    pub async fn is_answered(&self) -> bool {
        timeout(PATIENCE, self.answered.notified()).await.is_ok()
    }
}

impl Drop for StreamProbe {
    fn drop(&mut self) {
        self.probes
            .running()
            .retain(|one| one.ticket != self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stream_is_answered_by_its_own_word_alone() {
        let probes = Arc::new(StreamProbes::default());
        let (first, second) = (probes.begin("a").unwrap(), probes.begin("b").unwrap());
        let (word, _) = (first.next_word(), second.next_word());
        assert!(!probes.answer(Uuid::new_v4()));
        assert!(probes.answer(word));
        assert!(!probes.answer(word), "an answer counts once");
        assert!(first.is_answered().await);
        assert!(!first.is_answered().await);
        assert!(!second.is_answered().await);
        let word = first.next_word();
        drop(first);
        assert!(!probes.answer(word));
    }

    #[test]
    fn streams_are_few_and_one_for_a_ticket() {
        let probes = Arc::new(StreamProbes::default());
        let first = probes.begin("a").unwrap();
        assert!(probes.begin("a").is_none());
        let others: Vec<_> = ["b", "c", "d"]
            .into_iter()
            .map(|ticket| probes.begin(ticket).unwrap())
            .collect();
        assert!(probes.begin("e").is_none());
        drop(first);
        let last = probes.begin("e");
        assert!(last.is_some());
        drop(others);
    }
}
