//! Records kept at hand, so that the database stays off the way of a request. Emptied as soon as anybody else has written
//! to the database; bounded, since what is looked up comes from clients.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use quick_cache::{Equivalent, sync::Cache};

use super::{Store, StoreError};
use crate::clock::Clock;

/// Records by what they are looked up by. What is not there is remembered too, so that guessing costs the guesser more
/// than the database.
pub struct Kept<K, V> {
    store: Arc<Store>,
    clock: Clock,
    records: Cache<K, Option<Arc<V>>>,
    version: AtomicI64,
}

impl<K: Eq + Hash + Clone, V> Kept<K, V> {
    /// At most `most` records of `store`.
    pub fn new(store: Arc<Store>, clock: Clock, most: usize) -> Self {
        Self {
            store,
            clock,
            records: Cache::new(most),
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
