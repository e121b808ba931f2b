//! Answers of the last seconds: who types what was suggested gets the rest of it at once, and who asks again the same answer.
//! Used by the parent module before a model server is asked.
//!
//! Of the code only digests are kept; the suggestions themselves are forgotten after [`KEPT`], by a task that does not wait
//! for anybody to ask. Everything is kept per user.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lc_rs::digest::{Context, SHA256};

use super::flight::Digest;
use crate::{clock::Clock, params::Text};

/// How long an answer is kept.
pub(super) const KEPT: Duration = Duration::from_secs(10);

/// Places that are remembered at once, and answers of each.
const MOST_PLACES: usize = 4_096;
const MOST_ANSWERS: usize = 4;

/// Bytes before the cursor by which a place is known again.
const TAIL: usize = 4_096;

/// Answers of the last seconds.
pub(super) struct Memory {
    clock: Clock,
    places: Mutex<HashMap<Digest, Vec<Remembered>>>,
}

struct Remembered {
    /// Length and digest of the text above, as the client spelled it.
    length: usize,
    tail: Digest,
    texts: Arc<[String]>,
    until: Duration,
}

// === impl Memory ===

impl Memory {
    /// An empty memory.
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            places: Mutex::default(),
        }
    }

    /// What is left of an answer that was given at this place, after what has been typed since.
    pub(super) fn recall(&self, place: &Digest, above: &Text) -> Option<Vec<String>> {
        let now = self.clock.monotonic();
        let places = self.places();
        let remembered = places.get(place)?.iter().rev();
        remembered
            .filter(|answer| now < answer.until)
            .find_map(|answer| answer.after(above.raw()))
    }

    /// Remembers the answer for a place, for a while.
    pub(super) fn remember(self: &Arc<Self>, place: Digest, above: &Text, texts: &Arc<[String]>) {
        let until = self.clock.monotonic() + KEPT;
        let mut places = self.places();
        if places.len() >= MOST_PLACES && !places.contains_key(&place) {
            return;
        }
        let answers = places.entry(place).or_default();
        if answers.len() >= MOST_ANSWERS {
            answers.remove(0);
        }
        answers.push(Remembered {
            length: above.raw().len(),
            tail: tail(above.raw()),
            texts: Arc::clone(texts),
            until,
        });
        drop(places);
        let memory = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(KEPT).await;
            memory.forget(&place);
        });
    }

    fn forget(&self, place: &Digest) {
        let now = self.clock.monotonic();
        let mut places = self.places();
        let Some(answers) = places.get_mut(place) else {
            return;
        };
        answers.retain(|answer| now < answer.until);
        if answers.is_empty() {
            places.remove(place);
        }
    }

    fn places(&self) -> MutexGuard<'_, HashMap<Digest, Vec<Remembered>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Remembered ===

impl Remembered {
    fn after(&self, above: &[u8]) -> Option<Vec<String>> {
        let (before, typed) = above.split_at_checked(self.length)?;
        // Nobody types more than the longest suggestion before another question comes.
        let longest = self.texts.iter().map(String::len).max().unwrap_or(0);
        if typed.len() > 6 * longest || tail(before) != self.tail {
            return None;
        }
        let typed = Text::from_spelling(typed)?;
        let typed = typed.decode();
        let rests = self
            .texts
            .iter()
            .filter_map(|text| text.strip_prefix(&*typed));
        let rests: Vec<String> = rests
            .filter(|rest| !rest.is_empty())
            .map(str::to_owned)
            .collect();
        // That nothing was to be added is an answer too, but only to the same question.
        (!rests.is_empty() || (self.texts.is_empty() && typed.is_empty())).then_some(rests)
    }
}

/// The digest of parts of which none can pass for a part of another.
pub(super) fn digest(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&part.len().to_le_bytes());
        context.update(part);
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

fn tail(text: &[u8]) -> Digest {
    digest(&[&text[text.len().saturating_sub(TAIL)..]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> (Arc<Memory>, Clock) {
        let clock = Clock::manual(1_000);
        (Arc::new(Memory::new(clock.clone())), clock)
    }

    fn texts(texts: &[&str]) -> Arc<[String]> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[tokio::test]
    async fn what_is_typed_of_an_answer_leaves_the_rest() {
        let (memory, _) = memory();
        let place = digest(&[b"alice", b"a.py"]);
        memory.remember(place, &"x = ".into(), &texts(&["foo(\n  \"é\")", "bar"]));
        for (above, rest) in [
            ("x = ", Some(vec!["foo(\n  \"é\")", "bar"])),
            ("x = f", Some(vec!["oo(\n  \"é\")"])),
            ("x = foo(\n  \"é", Some(vec!["\")"])),
            ("x = b", Some(vec!["ar"])),
            ("x = z", None),
            ("x =", None),
            ("y = f", None),
            ("x = bar", None),
        ] {
            let recalled = memory.recall(&place, &above.into());
            let rest = rest.map(|rest| rest.into_iter().map(str::to_owned).collect());
            assert_eq!(recalled, rest, "{above:?}");
        }
        assert_eq!(
            memory.recall(&digest(&[b"bob", b"a.py"]), &"x = ".into()),
            None
        );
    }

    #[tokio::test(start_paused = true)]
    async fn answers_are_forgotten_after_seconds() {
        let (memory, clock) = memory();
        memory.remember([1; 32], &"x".into(), &texts(&["yz"]));
        memory.remember([1; 32], &"xyzab".into(), &texts(&[]));
        assert!(memory.recall(&[1; 32], &"xy".into()).is_some());
        assert_eq!(memory.recall(&[1; 32], &"xyzab".into()), Some(Vec::new()));
        assert_eq!(memory.recall(&[1; 32], &"xyzabc".into()), None);
        clock.advance(KEPT);
        assert!(memory.recall(&[1; 32], &"xy".into()).is_none());
        assert_eq!(memory.places().len(), 1);
        tokio::time::sleep(KEPT + Duration::from_secs(1)).await;
        assert!(memory.places().is_empty(), "nobody had to ask for that");
    }

    #[tokio::test]
    async fn places_are_bounded() {
        let (memory, _) = memory();
        for number in 0..MOST_PLACES + 100 {
            memory.remember(
                digest(&[&number.to_le_bytes()]),
                &"x".into(),
                &texts(&["y"]),
            );
        }
        assert_eq!(memory.places().len(), MOST_PLACES);
        for _ in 0..20 {
            memory.remember(
                digest(&[&0_usize.to_le_bytes()]),
                &"x".into(),
                &texts(&["y"]),
            );
        }
        assert!(
            memory
                .places()
                .values()
                .all(|answers| answers.len() <= MOST_ANSWERS)
        );
    }
}
