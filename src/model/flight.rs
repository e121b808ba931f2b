//! Questions under way, over all serving threads: a newer question about the same file by the same user ends the older one,
//! and whoever asks what is being asked already waits for that answer. Used by the parent module.
//!
//! What is kept is bounded by the requests under way: each takes its entries away when it ends, however it ends.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A SHA-256 digest.
pub(super) type Digest = [u8; 32];

/// How a question has ended for those who wait for it too.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// With these suggestions.
    Texts(Arc<[String]>),
    /// A newer question has ended it.
    Superseded,
    /// Without an answer.
    Failed,
}

/// Questions under way.
#[derive(Default)]
pub(super) struct Flights(Mutex<State>);

#[derive(Default)]
struct State {
    last_number: u64,
    newest: HashMap<Digest, (u64, CancellationToken)>,
    asked: HashMap<Digest, (u64, watch::Receiver<Option<Outcome>>)>,
}

/// What to do about a question.
pub(super) enum Turn {
    /// Ask.
    Lead(Lead),
    /// Wait: the same is being asked.
    Follow(watch::Receiver<Option<Outcome>>),
}

/// The right to ask.
pub(super) struct Lead {
    flights: Arc<Flights>,
    number: u64,
    place: Digest,
    question: Digest,
    superseded: CancellationToken,
    outcome: watch::Sender<Option<Outcome>>,
}

// === impl Flights ===

impl Flights {
    /// Takes part in a question about a place; `place` tells user and file, `question` everything that is asked.
    pub(super) fn join(self: &Arc<Self>, place: Digest, question: Digest) -> Turn {
        let mut state = self.state();
        let newest = state.newest.get(&place).map(|(number, _)| *number);
        if let Some((number, outcome)) = state.asked.get(&question)
            && newest == Some(*number)
        {
            return Turn::Follow(outcome.clone());
        }
        state.last_number += 1;
        let number = state.last_number;
        let superseded = CancellationToken::new();
        if let Some((_, older)) = state.newest.insert(place, (number, superseded.clone())) {
            older.cancel();
        }
        let (outcome, asked) = watch::channel(None);
        state.asked.insert(question, (number, asked));
        Turn::Lead(Lead {
            flights: Arc::clone(self),
            number,
            place,
            question,
            superseded,
            outcome,
        })
    }

    /// Ends the question about a place, since a newer one has been answered without asking.
    pub(super) fn end(&self, place: &Digest) {
        if let Some((_, older)) = self.state().newest.remove(place) {
            older.cancel();
        }
    }

    /// A number that no other question has.
    pub(super) fn number(&self) -> u64 {
        let mut state = self.state();
        state.last_number += 1;
        state.last_number
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Lead ===

impl Lead {
    /// Waits until a newer question about the same place has come.
    pub(super) async fn superseded(&self) {
        self.superseded.cancelled().await;
    }

    /// Tells those who wait how it ended.
    pub(super) fn finish(self, outcome: Outcome) {
        self.outcome.send_replace(Some(outcome));
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        let mut state = self.flights.state();
        let is_ours = |number: u64| number == self.number;
        if state
            .newest
            .get(&self.place)
            .is_some_and(|(number, _)| is_ours(*number))
        {
            state.newest.remove(&self.place);
        }
        if state
            .asked
            .get(&self.question)
            .is_some_and(|(number, _)| is_ours(*number))
        {
            state.asked.remove(&self.question);
        }
    }
}

/// Waits for the end of a question that another asks; `None` if that one has left without an end.
pub(super) async fn outcome(mut asked: watch::Receiver<Option<Outcome>>) -> Option<Outcome> {
    asked.wait_for(Option::is_some).await.ok()?.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(turn: Turn) -> Lead {
        match turn {
            Turn::Lead(lead) => lead,
            Turn::Follow(_) => panic!("somebody asks already"),
        }
    }

    #[tokio::test]
    async fn the_newest_question_about_a_place_wins() {
        let flights = Arc::new(Flights::default());
        let older = lead(flights.join([1; 32], [1; 32]));
        let elsewhere = lead(flights.join([2; 32], [2; 32]));
        let newer = lead(flights.join([1; 32], [3; 32]));
        older.superseded().await;
        assert!(!newer.superseded.is_cancelled() && !elsewhere.superseded.is_cancelled());
        drop(older);
        let newest = lead(flights.join([1; 32], [4; 32]));
        newer.superseded().await;
        assert!(!newest.superseded.is_cancelled());
        flights.end(&[1; 32]);
        newest.superseded().await;
    }

    #[tokio::test]
    async fn nobody_waits_for_a_question_that_has_been_ended() {
        let flights = Arc::new(Flights::default());
        let first = lead(flights.join([1; 32], [1; 32]));
        let second = lead(flights.join([1; 32], [2; 32]));
        first.superseded().await;
        let again = lead(flights.join([1; 32], [1; 32]));
        second.superseded().await;
        drop((first, second));
        assert!(!again.superseded.is_cancelled());
        assert!(matches!(flights.join([1; 32], [1; 32]), Turn::Follow(_)));
    }

    #[tokio::test]
    async fn who_asks_the_same_waits_for_the_answer() {
        let flights = Arc::new(Flights::default());
        let first = lead(flights.join([1; 32], [1; 32]));
        let Turn::Follow(second) = flights.join([1; 32], [1; 32]) else {
            panic!("asked twice");
        };
        let Turn::Follow(third) = flights.join([1; 32], [1; 32]) else {
            panic!("asked twice");
        };
        first.finish(Outcome::Texts(["x".to_owned()].into()));
        let Some(Outcome::Texts(texts)) = outcome(second).await else {
            panic!("no texts");
        };
        assert_eq!(texts[0], "x");
        assert!(matches!(outcome(third).await, Some(Outcome::Texts(_))));
        assert!(
            matches!(flights.join([1; 32], [1; 32]), Turn::Lead(_)),
            "it is over"
        );
    }

    #[tokio::test]
    async fn whoever_leaves_leaves_nothing() {
        let flights = Arc::new(Flights::default());
        let first = lead(flights.join([1; 32], [1; 32]));
        let Turn::Follow(second) = flights.join([1; 32], [1; 32]) else {
            panic!("asked twice");
        };
        drop(first);
        assert!(outcome(second).await.is_none());
        let state = flights.state();
        assert!(state.newest.is_empty() && state.asked.is_empty());
    }
}
