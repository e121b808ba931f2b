//! What a connection is doing. The socket's clocks go by it, and the requests on the connection set it.

use std::sync::atomic::{AtomicBool, Ordering};

/// What the connection is doing, shared with the requests on it.
#[derive(Debug, Default)]
pub struct Activity {
    busy: AtomicBool,
    draining: AtomicBool,
}

impl Activity {
    /// A request has been read and is being answered.
    pub fn begin(&self) {
        self.busy.store(true, Ordering::Release);
    }

    /// Its reply is complete.
    pub fn end(&self) {
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

    /// Whether the connection is to end.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
