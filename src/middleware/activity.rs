//! What a connection is doing. The socket's clocks go by it, and the requests on the connection set it.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

/// What the connection is doing, shared with the requests on it.
#[derive(Debug, Default)]
pub struct Activity {
    /// Requests that are being answered; HTTP/2 has many at once.
    busy: AtomicUsize,
    /// Replies that are complete: a quick one begins and ends between two reads, and nobody sees it busy.
    ended: AtomicU64,
    draining: AtomicBool,
    /// Whether the connection has become a tunnel, which no request ends any more.
    tunnelled: AtomicBool,
    /// Whether an answer is under way that ends where the connection does.
    unended: AtomicBool,
    /// Milliseconds that the client may take to read on, if not those of the settings.
    patience: AtomicU64,
}

impl Activity {
    /// A request has been read and is being answered.
    pub fn begin(&self) {
        self.busy.fetch_add(1, Ordering::Release);
    }

    /// Its reply is complete.
    pub fn end(&self) {
        let last = self.busy.load(Ordering::Acquire) <= 1;
        if last && !self.tunnelled.load(Ordering::Relaxed) {
            self.patience.store(0, Ordering::Relaxed);
        }
        self.ended.fetch_add(1, Ordering::Relaxed);
        self.busy.fetch_sub(1, Ordering::Release);
    }

    /// From now on the connection ends as soon as no request is being answered.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether a request is being answered.
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire) > 0 || self.is_tunnel()
    }

    /// Until the present reply is complete, the client may stop reading for so long.
    pub fn be_patient(&self, silence: Duration) {
        let millis = u64::try_from(silence.as_millis()).unwrap_or(u64::MAX);
        self.patience.fetch_max(millis, Ordering::Relaxed);
    }

    /// How long the client may stop reading, if that differs from the settings.
    pub fn patience(&self) -> Option<Duration> {
        let millis = self.patience.load(Ordering::Relaxed);
        (millis > 0).then(|| Duration::from_millis(millis))
    }

    /// From now on the connection carries bytes of another protocol, whose end is not this one's business.
    pub fn become_tunnel(&self) {
        self.tunnelled.store(true, Ordering::Release);
    }

    /// Whether it carries bytes of another protocol.
    pub fn is_tunnel(&self) -> bool {
        self.tunnelled.load(Ordering::Acquire)
    }

    /// Says whether an answer without a length and without chunks, as clients of HTTP/1.0 get them (RFC 9112 section 6.3), is
    /// still to come to its end.
    pub fn owes_an_end(&self, owed: bool) {
        self.unended.store(owed, Ordering::Release);
    }

    /// Whether an end of the connection in good order would be taken for that of an answer.
    pub fn is_unended(&self) -> bool {
        self.unended.load(Ordering::Acquire)
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
