//! The body of an answer, under its clocks. It holds the connection and the place among the requests under way until it
//! has ended; dropping it early closes the connection, which is how a client that leaves cancels its request upstream.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep, sleep_until},
};

use super::{Clocks, UpstreamError, pool::Lease};

/// The body of an answer.
pub struct UpstreamBody {
    incoming: Incoming,
    lease: Lease,
    _permit: OwnedSemaphorePermit,
    clocks: Clocks,
    ends_at: Instant,
    silent_since: Option<Instant>,
    /// Made when the body is first waited for; answers that are there already need none.
    timer: Option<Pin<Box<Sleep>>>,
}

impl UpstreamBody {
    pub(super) fn new(
        incoming: Incoming,
        lease: Lease,
        permit: OwnedSemaphorePermit,
        clocks: Clocks,
    ) -> Self {
        let ends_at = Instant::now() + clocks.whole;
        Self {
            incoming,
            lease,
            _permit: permit,
            clocks,
            ends_at,
            silent_since: None,
            timer: None,
        }
    }

    fn poll_clocks(&mut self, context: &mut Context<'_>) -> Poll<UpstreamError> {
        let silent_since = *self.silent_since.get_or_insert_with(Instant::now);
        let deadline = self.ends_at.min(silent_since + self.clocks.idle);
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(if deadline == self.ends_at {
            UpstreamError::Whole(self.clocks.whole)
        } else {
            UpstreamError::Idle(self.clocks.idle)
        })
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = UpstreamError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UpstreamError>>> {
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.silent_since = None;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(UpstreamError::Cut(error)))),
            Poll::Ready(None) => {
                self.lease.finish();
                Poll::Ready(None)
            }
            Poll::Pending => self.poll_clocks(context).map(|error| Some(Err(error))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for UpstreamBody {
    fn drop(&mut self) {
        // A reader that knows the length does not ask for the end a second time.
        if self.incoming.is_end_stream() {
            self.lease.finish();
        }
    }
}
