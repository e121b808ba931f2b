//! Records kept at hand, so that the database stays off the way of a request. Emptied as soon as anybody else has written
//! to the database; bounded, since what is looked up comes from clients.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use quick_cache::{Equivalent, Weighter, sync::Cache};

use super::{Store, StoreError};
use crate::clock::Clock;

/// Records by what they are looked up by. What is not there is remembered too, so that guessing costs the guesser more
/// than the database.
pub struct Kept<K, V> {
    store: Arc<Store>,
    clock: Clock,
    records: Cache<K, Option<Arc<V>>, Weight>,
    version: AtomicI64,
}

/// What a record takes of the room. One that is there takes one.
#[derive(Debug, Clone, Copy)]
struct Weight {
    /// One that is not there.
    missing: u64,
}

impl<K, V> Weighter<K, Option<Arc<V>>> for Weight {
    fn weight(&self, _: &K, record: &Option<Arc<V>>) -> u64 {
        record.as_ref().map_or(self.missing, |_| 1)
    }
}

impl<K: Eq + Hash + Clone, V> Kept<K, V> {
    /// At most `most` records of `store`.
    pub fn new(store: Arc<Store>, clock: Clock, most: usize) -> Self {
        Self::with_more_found(store, clock, most, 1)
    }

    /// The same, or `times` as many if all of them are there: those are as many as the database holds, the others as many as
    /// strangers make up.
    pub fn with_more_found(store: Arc<Store>, clock: Clock, most: usize, times: u32) -> Self {
        let missing = u64::from(times);
        let room = u64::try_from(most).unwrap_or(u64::MAX);
        Self {
            store,
            clock,
            records: Cache::with_weighter(most, room.saturating_mul(missing), Weight { missing }),
            version: AtomicI64::new(0),
        }
    }

    /// The record for `key`, looked up with `look_up` unless it is at hand.
    pub async fn get(
        &self,
        key: K,
        look_up: impl AsyncFnOnce(&Store) -> Result<Option<V>, StoreError>,
    ) -> Result<Option<Arc<V>>, StoreError> {
        let version = self.current();
        if let Some(known) = self.records.get(&key) {
            return Ok(known);
        }
        // Rare, and far larger than everything that is there for what is at hand.
        let known = Box::pin(look_up(&self.store)).await?.map(Arc::new);
        // Whoever saw a write meanwhile has emptied this already; what was read before must not go in after.
        if self.version.load(Ordering::Acquire) == version {
            self.records.insert(key, known.clone());
        }
        Ok(known)
    }

    /// What is at hand for `key`; `None` if it would have to be looked up.
    pub fn at_hand<Q>(&self, key: &Q) -> Option<Option<Arc<V>>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.current();
        self.records.get(key)
    }

    /// The version of the database, with nothing at hand that is older.
    fn current(&self) -> i64 {
        let version = self.store.version(self.clock.lately());
        // Read first: the line is shared by all threads and written only when something changes.
        if self.version.load(Ordering::Acquire) != version
            && self.version.swap(version, Ordering::AcqRel) != version
        {
            self.records.clear();
        }
        version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn kept(found: bool) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path()).unwrap());
        let kept = Kept::<u32, ()>::with_more_found(store, Clock::manual(0), 64, 16);
        for key in 0..4096 {
            let record = kept.get(key, async |_| Ok(found.then_some(()))).await;
            assert_eq!(record.unwrap().is_some(), found);
        }
        (0..4096).filter(|key| kept.at_hand(key).is_some()).count()
    }

    #[tokio::test]
    async fn there_is_more_room_for_what_is_there() {
        let (there, missing) = (kept(true).await, kept(false).await);
        assert!((512..=1024).contains(&there), "{there}");
        assert!((32..=64).contains(&missing), "{missing}");
    }
}
