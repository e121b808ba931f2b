//! What a connection is doing. The socket's clocks go by it, and the requests on the connection set it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What the connection is doing, shared with the requests on it.
#[derive(Debug, Default)]
pub struct Activity {
    busy: AtomicBool,
    /// Replies that are complete: a quick one begins and ends between two reads, and nobody sees it busy.
    ended: AtomicU64,
    draining: AtomicBool,
}

impl Activity {
    /// A request has been read and is being answered.
    pub fn begin(&self) {
        self.busy.store(true, Ordering::Release);
    }

    /// Its reply is complete.
    pub fn end(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
        self.busy.store(false, Ordering::Release);
    }

    /// From now on the connection ends as soon as no request is being answered.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether a request is being answered.
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    /// How many replies have been completed.
    pub fn ended(&self) -> u64 {
        self.ended.load(Ordering::Relaxed)
    }

    /// Whether the connection is to end.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
