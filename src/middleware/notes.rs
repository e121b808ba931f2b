//! What is learned about a request on its way in, for the access line on its way out.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicI64, AtomicU16, AtomicU64, Ordering},
};

use crate::ids::RequestId;

/// What is learned about a request while it is being answered, for the access line.
#[derive(Debug)]
pub struct Notes {
    /// Identifier of the request.
    pub request_id: RequestId,
    /// Where the client is.
    pub client: IpAddr,
    user: AtomicI64,
    upstream_status: AtomicU16,
    bytes_in: AtomicU64,
}

// === impl Notes ===

impl Notes {
    pub(super) fn new(request_id: RequestId, client: IpAddr) -> Self {
        Self {
            request_id,
            client,
            user: AtomicI64::new(0),
            upstream_status: AtomicU16::new(0),
            bytes_in: AtomicU64::new(0),
        }
    }

    /// Who asks.
    pub fn set_user(&self, user: i64) {
        self.user.store(user, Ordering::Relaxed);
    }

    /// What the gateway answered.
    pub fn set_upstream_status(&self, status: u16) {
        self.upstream_status.store(status, Ordering::Relaxed);
    }

    /// How much was read of the body.
    pub fn set_bytes_in(&self, bytes: usize) {
        self.bytes_in
            .store(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn user(&self) -> Option<i64> {
        Some(self.user.load(Ordering::Relaxed)).filter(|user| *user != 0)
    }

    pub(super) fn upstream_status(&self) -> Option<u16> {
        Some(self.upstream_status.load(Ordering::Relaxed)).filter(|status| *status != 0)
    }

    pub(super) fn bytes_in(&self) -> u64 {
        self.bytes_in.load(Ordering::Relaxed)
    }
}
