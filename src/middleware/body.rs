//! The body of a reply on its way out: it is counted, and when it ends, whole or not, the access line is written and the
//! connection is told.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::{Buf, Bytes};
use hyper::{
    Version,
    body::{Frame, SizeHint},
};

use super::{activity::Activity, notes::Notes};
use crate::{
    state::App,
    telemetry::{AccessLine, Outcome},
};

/// The body of a reply.
pub struct ReplyBody {
    inner: Body,
    /// Why the reply breaks off, until it does.
    broken: Option<axum::Error>,
    /// Whether nothing but the end of the connection tells the client where it ends.
    unframed: bool,
    account: Account,
}

/// What the access line will say.
pub(super) struct Account {
    pub(super) app: Arc<App>,
    pub(super) activity: Arc<Activity>,
    pub(super) notes: Arc<Notes>,
    pub(super) begun: Duration,
    pub(super) method: &'static str,
    pub(super) route: &'static str,
    pub(super) status: u16,
    pub(super) reason: Option<&'static str>,
    pub(super) bytes_out: u64,
    pub(super) whole: bool,
}

impl ReplyBody {
    pub(super) fn new(inner: Body, version: Version, mut account: Account) -> Self {
        // An empty body is never asked for its end.
        account.whole = inner.is_end_stream();
        Self {
            unframed: version == Version::HTTP_10 && inner.size_hint().exact().is_none(),
            inner,
            broken: None,
            account,
        }
    }
}

impl HttpBody for ReplyBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(error) = self.broken.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Buf::remaining);
                self.account.bytes_out += u64::try_from(length).unwrap_or_default();
                self.account.whole = self.inner.is_end_stream();
            }
            Some(Err(_)) => {}
            None => self.account.whole = true,
        }
        if self.unframed {
            self.account.activity.owes_an_end(!self.account.whole);
        }
        match frame {
            // A connection that is broken off takes along what has not been sent: it gets its turn first.
            Some(Err(error)) => {
                self.account.note_cut(&error);
                self.broken = Some(error);
                context.waker().wake_by_ref();
                Poll::Pending
            }
            frame => Poll::Ready(frame),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The account is closed when the reply has ended, or when its client has gone and nobody waits for it any more.
impl Drop for Account {
    fn drop(&mut self) {
        self.activity.end();
        self.write();
    }
}

impl Account {
    fn note_cut(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::warn!(
            request_id = self.notes.request_id.as_str(),
            error,
            "a reply was cut"
        );
        self.app.metrics.gateway(Outcome::Cut);
    }

    fn write(&self) {
        let took = self.app.clock.monotonic().saturating_sub(self.begun);
        self.app
            .metrics
            .request(self.method, self.route, self.status, took);
        self.app.access.record(&AccessLine {
            at: self.app.clock.since_epoch(),
            request_id: self.notes.request_id.as_str(),
            client: self.notes.client,
            method: self.method,
            route: self.route,
            status: self.status,
            took,
            bytes_in: self.notes.bytes_in(),
            bytes_out: self.bytes_out,
            user: self.notes.user(),
            upstream_status: self.notes.upstream_status(),
            reason: self.reason,
            cut: !self.whole,
        });
    }
}
