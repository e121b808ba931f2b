//! One question about a thing at a time: whoever asks while it is under way waits for its answer. The question is a task
//! of its own, so that it goes on when the one who began it has left.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

/// Questions under way, by what they are about.
pub(super) struct Flights<K, V>(Arc<UnderWay<K, V>>);

type UnderWay<K, V> = Mutex<HashMap<K, watch::Receiver<Option<V>>>>;

impl<K, V> Flights<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    /// The answer to the question about `key`, which is asked unless it is under way. `None` if it was broken off, as
    /// questions are when the server stops.
    pub(super) async fn join<Q>(&self, key: K, question: impl FnOnce() -> Q) -> Option<V>
    where
        Q: Future<Output = V> + Send + 'static,
    {
        let mut answer = self.receiver(key, question);
        let answered = answer.wait_for(Option::is_some).await.ok()?;
        answered.clone()
    }

    fn receiver<Q>(&self, key: K, question: impl FnOnce() -> Q) -> watch::Receiver<Option<V>>
    where
        Q: Future<Output = V> + Send + 'static,
    {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = under_way.get(&key) {
            return answer.clone();
        }
        let (sender, receiver) = watch::channel(None);
        under_way.insert(key.clone(), receiver.clone());
        let landing = Landing {
            under_way: Arc::clone(&self.0),
            key,
        };
        let question = question();
        tokio::spawn(async move {
            let answer = question.await;
            // Whoever asks from here on asks anew.
            drop(landing);
            drop(sender.send(Some(answer)));
        });
        receiver
    }
}

/// Takes a question off the list, also when its task is broken off.
struct Landing<K: Eq + Hash, V> {
    under_way: Arc<UnderWay<K, V>>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        under_way.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn questions_about_the_same_are_one_and_survive_their_asker() {
        let flights = Flights::<&str, usize>::new();
        let asked = Arc::new(AtomicUsize::new(0));
        let go = Arc::new(Notify::new());
        let question = || {
            let (asked, go) = (Arc::clone(&asked), Arc::clone(&go));
            async move {
                go.notified().await;
                asked.fetch_add(1, Ordering::SeqCst)
            }
        };
        let first = flights.receiver("a", question);
        let others = [flights.join("a", question), flights.join("a", question)];
        drop(first);
        go.notify_one();
        let answers = futures_util::future::join_all(others).await;
        assert_eq!(answers, [Some(0), Some(0)]);
        go.notify_one();
        assert_eq!(flights.join("a", question).await, Some(1));
        assert!(flights.0.lock().unwrap().is_empty());
    }
}
