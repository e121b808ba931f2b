//! The body of an answer, under its clocks. It holds the connection and the place among the requests under way until it
//! has ended; dropping it early closes the connection, which is how a client that leaves cancels its request upstream.

use std::{
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use super::{
    Clocks, UpstreamError, WireError,
    exchange::{Many, Source},
    framing::{Framing, Piece},
    pool::Pool,
    wire::Wire,
};
use crate::clock::Alarm;

/// The body of an answer.
pub struct UpstreamBody {
    state: State,
    /// Where a connection of HTTP/1.1 goes when the answer is whole; nowhere if it cannot be used again.
    pool: Option<Arc<Pool>>,
    _permit: OwnedSemaphorePermit,
    clocks: Clocks,
    ends_at: Instant,
    silent_since: Option<Instant>,
    /// The connection's own, where it has one.
    alarm: Alarm,
}

enum State {
    /// The rest comes from a connection of HTTP/1.1.
    One(Box<Wire>, Framing),
    /// The rest comes from a stream of HTTP/2; its connection has one user less when it ends.
    Many { incoming: Incoming, _user: Many },
    /// The body was whole.
    Ended,
    /// It was not.
    Failed,
}

impl UpstreamBody {
    pub(super) fn new(
        source: Source,
        pool: Arc<Pool>,
        permit: OwnedSemaphorePermit,
        clocks: Clocks,
    ) -> Self {
        let (state, alarm, keeps) = match source {
            Source::One(mut wire, framing, keeps) => {
                let alarm = mem::take(&mut wire.alarm);
                (State::One(wire, framing), alarm, keeps)
            }
            Source::Many(user, incoming) => {
                let state = State::Many {
                    incoming,
                    _user: user,
                };
                (state, Alarm::default(), false)
            }
        };
        let mut body = Self {
            state,
            pool: keeps.then_some(pool),
            _permit: permit,
            clocks,
            ends_at: Instant::now() + clocks.whole,
            silent_since: None,
            alarm,
        };
        body.finish_if_done();
        body
    }

    /// Lets go of the connection as soon as the answer is whole: a reader that knows the length does not ask for the end.
    fn finish_if_done(&mut self) {
        let done = match &self.state {
            State::One(_, framing) => framing.is_done(),
            State::Many { incoming, .. } => incoming.is_end_stream(),
            State::Ended | State::Failed => false,
        };
        if done {
            self.finish();
        }
    }

    /// The answer is whole: the connection may be used again, unless it holds more than was asked for.
    fn finish(&mut self) {
        let state = mem::replace(&mut self.state, State::Ended);
        if let (State::One(mut wire, _), Some(pool)) = (state, self.pool.take())
            && wire.has_sent()
            && wire.unread.is_empty()
        {
            wire.alarm = mem::take(&mut self.alarm);
            pool.put(wire);
        }
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, UpstreamError>> {
        let piece = match &mut self.state {
            State::One(wire, framing) => poll_wire(wire, framing, context),
            State::Many { incoming, .. } => poll_stream(incoming, context),
            State::Ended => Poll::Ready(Ok(Piece::End)),
            // Whoever asks again must not take the failure for an end.
            State::Failed => Poll::Ready(Err(WireError::Ended)),
        };
        match piece {
            Poll::Ready(piece) => Poll::Ready(piece.map_err(UpstreamError::Cut)),
            Poll::Pending => self.poll_clocks(context).map(Err),
        }
    }

    fn poll_clocks(&mut self, context: &mut Context<'_>) -> Poll<UpstreamError> {
        let silent_since = *self.silent_since.get_or_insert_with(Instant::now);
        let deadline = self.ends_at.min(silent_since + self.clocks.idle);
        ready!(self.alarm.poll_at(deadline, context));
        Poll::Ready(if deadline == self.ends_at {
            UpstreamError::Whole(self.clocks.whole)
        } else {
            UpstreamError::Idle(self.clocks.idle)
        })
    }
}

fn poll_wire(
    wire: &mut Wire,
    framing: &mut Framing,
    context: &mut Context<'_>,
) -> Poll<Result<Piece, WireError>> {
    loop {
        match framing.take(&mut wire.unread)? {
            Piece::More => {}
            found => return Poll::Ready(Ok(found)),
        }
        if ready!(wire.poll_more(context, framing.left()))? == 0 {
            return Poll::Ready(match framing {
                // Such an answer never keeps its connection: there is none any more.
                Framing::UntilEnd => Ok(Piece::End),
                Framing::Length(_) | Framing::Chunks(_) => Err(WireError::Ended),
            });
        }
    }
}

/// Trailers have not been asked for, so they go no further.
fn poll_stream(
    incoming: &mut Incoming,
    context: &mut Context<'_>,
) -> Poll<Result<Piece, WireError>> {
    loop {
        match ready!(Pin::new(&mut *incoming).poll_frame(context)) {
            // A stream that is given up "without error" looks ended, but only its last frame or its length says that it is whole;
            // whoever does not want the rest of a request gives up after a whole answer (RFC 9113 section 8.1).
            None if !incoming.is_end_stream() && incoming.size_hint().exact() != Some(0) => {
                return Poll::Ready(Err(WireError::Ended));
            }
            None => return Poll::Ready(Ok(Piece::End)),
            Some(frame) => {
                if let Ok(data) = frame?.into_data() {
                    return Poll::Ready(Ok(Piece::Data(data)));
                }
            }
        }
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = UpstreamError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UpstreamError>>> {
        let this = self.get_mut();
        Poll::Ready(match ready!(this.poll_piece(context)) {
            Ok(Piece::Data(data)) => {
                this.silent_since = None;
                this.finish_if_done();
                Some(Ok(Frame::data(data)))
            }
            Ok(Piece::End | Piece::More) => {
                if let State::One(_, Framing::UntilEnd) = this.state {
                    this.pool = None;
                }
                this.finish();
                None
            }
            Err(error) => {
                this.state = State::Failed;
                Some(Err(error))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.state {
            State::One(_, Framing::Length(left)) => SizeHint::with_exact(*left),
            State::Many { incoming, .. } => incoming.size_hint(),
            State::Ended => SizeHint::with_exact(0),
            State::One(..) | State::Failed => SizeHint::default(),
        }
    }
}
