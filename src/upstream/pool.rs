//! Connections kept for the next request: at most 64, at most 30 s, the youngest first, so that a quiet hour closes
//! most of them. A connection comes back only after a whole answer.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::connect::Sender;

const MOST_IDLE: usize = 64;
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// Idle connections of one upstream.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<(Instant, Sender)>>);

/// A connection in use, given back when its answer is whole.
pub(super) struct Lease {
    sender: Option<Sender>,
    pool: Arc<Pool>,
}

impl Pool {
    pub(super) fn take(&self) -> Option<Sender> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((since, sender)) = idle.pop() {
            if since.elapsed() > LONGEST_IDLE {
                // Those below have waited longer still.
                idle.clear();
            } else if !sender.requests.is_closed() {
                return Some(sender);
            }
        }
        None
    }

    fn put(&self, sender: Sender) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() >= MOST_IDLE {
            idle.remove(0);
        }
        idle.push((Instant::now(), sender));
    }
}

impl Lease {
    pub(super) fn new(sender: Sender, pool: Arc<Pool>) -> Self {
        Self {
            sender: Some(sender),
            pool,
        }
    }

    /// The answer is whole: the connection may be used again.
    pub(super) fn finish(&mut self) {
        if let Some(sender) = self.sender.take()
            && !sender.requests.is_closed()
        {
            self.pool.put(sender);
        }
    }
}
