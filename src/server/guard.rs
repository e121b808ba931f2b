//! A client's connection under its clocks. hyper has one clock for heads, and its graceful stop waits for clients that
//! have sent half a head; this wraps the socket instead and knows what the connection is doing.

use std::{
    io, mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use crate::{clock::Alarm, middleware::Activity};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

/// The clocks of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clocks {
    /// First byte of a connection, and a whole head.
    pub(super) head: Duration,
    /// Between requests.
    pub(super) idle: Duration,
    /// A client that does not read.
    pub(super) write: Duration,
    /// From the stop of the server to the end of a connection on which nothing is being answered.
    pub(super) farewell: Duration,
}

/// The socket of a connection, under its clocks.
pub(super) struct Guarded<S> {
    socket: S,
    activity: Arc<Activity>,
    clocks: Clocks,
    /// When the wait for the present head or the next request ends.
    read_by: Instant,
    waiting: Waiting,
    /// Replies that had ended at the last look.
    ended: u64,
    read_alarm: Alarm,
    stalled_until: Option<Instant>,
    write_alarm: Alarm,
    /// Set once the server stops and nothing is being answered.
    leaves_by: Option<Instant>,
    /// Set once this side has ended: how long what the other still sends is thrown away.
    lingers_until: Option<Instant>,
    /// What has been read before anybody asked for it.
    ahead: Vec<u8>,
    /// Whether anybody has asked for bytes since the last look.
    asked: bool,
    /// Whether whoever asked last found nothing, and so asks again when there is something.
    awaits: bool,
    /// Has the socket end as what is broken ends, and not in good order.
    break_off: fn(&S),
}

/// Time for a client to notice that its request has been answered before it had sent all of it. A socket that is closed on
/// what it has not read takes the answer with it (RFC 9112 section 9.6).
const LINGER: Duration = Duration::from_secs(5);

/// Bytes that are read behind a request while it is being answered. hyper reads none there as long as it has some, even the empty
/// line that old clients send, and so would never learn that the client has left.
const AHEAD: usize = 8 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// For the first byte or the rest of a head.
    Head,
    /// For the next request.
    Idle,
    /// For nothing: a request is being answered.
    Busy,
}

impl<S> Guarded<S> {
    /// Puts a fresh connection under its clocks; `first` is the time for its first request.
    pub(super) fn new(
        socket: S,
        activity: Arc<Activity>,
        clocks: Clocks,
        first: Duration,
        break_off: fn(&S),
    ) -> Self {
        Self {
            socket,
            activity,
            clocks,
            read_by: Instant::now() + first,
            waiting: Waiting::Head,
            ended: 0,
            read_alarm: Alarm::default(),
            stalled_until: None,
            write_alarm: Alarm::default(),
            leaves_by: None,
            lingers_until: None,
            ahead: Vec::new(),
            asked: false,
            awaits: false,
            break_off,
        }
    }

    fn note_phase(&mut self) {
        if self.activity.is_busy() {
            self.waiting = Waiting::Busy;
            return;
        }
        let ended = self.activity.ended();
        if mem::replace(&mut self.ended, ended) != ended {
            self.waiting = Waiting::Idle;
            self.read_by = Instant::now() + self.clocks.idle;
        }
    }

    fn note_bytes(&mut self) {
        if self.waiting == Waiting::Idle {
            self.waiting = Waiting::Head;
            self.read_by = Instant::now() + self.clocks.head;
        }
    }
}

/// The end of the connection is the end of an answer that has no other: a reset is none.
impl<S> Drop for Guarded<S> {
    fn drop(&mut self) {
        if self.activity.is_unended() {
            (self.break_off)(&self.socket);
        }
    }
}

/// Fails at `deadline`.
fn poll_deadline(
    alarm: &mut Alarm,
    deadline: Instant,
    context: &mut Context<'_>,
) -> Poll<io::Error> {
    let late = alarm.poll_at(deadline, context);
    late.map(|()| io::ErrorKind::TimedOut.into())
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.note_phase();
        if this.waiting != Waiting::Busy && this.activity.is_draining() {
            let now = Instant::now();
            let leaves_by = *this.leaves_by.get_or_insert(now + this.clocks.farewell);
            if now >= leaves_by {
                // Nothing that has not been read whole will be answered any more.
                return Poll::Ready(Ok(()));
            }
            this.read_by = this.read_by.min(leaves_by);
        }
        this.asked = true;
        if !this.ahead.is_empty() {
            let length = this.ahead.len().min(buffer.remaining());
            buffer.put_slice(&this.ahead[..length]);
            this.ahead.drain(..length);
            if this.ahead.is_empty() {
                // Hardly ever needed twice, and kept by every connection otherwise.
                this.ahead = Vec::new();
            }
            this.note_bytes();
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.socket).poll_read(context, buffer);
        this.awaits = read.is_pending();
        match read {
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    this.note_bytes();
                }
                Poll::Ready(result)
            }
            Poll::Pending if this.waiting == Waiting::Busy => Poll::Pending,
            Poll::Pending => poll_deadline(&mut this.read_alarm, this.read_by, context).map(Err),
        }
    }
}

impl<S: AsyncWrite + Unpin> Guarded<S> {
    fn poll_stalled<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match written {
            Poll::Ready(result) => {
                self.stalled_until = None;
                Poll::Ready(result)
            }
            Poll::Pending => {
                let limit = self.activity.patience().unwrap_or(self.clocks.write);
                let deadline = *self
                    .stalled_until
                    .get_or_insert_with(|| Instant::now() + limit);
                poll_deadline(&mut self.write_alarm, deadline, context).map(Err)
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.socket).poll_write(context, bytes);
        this.poll_stalled(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.socket).poll_write_vectored(context, parts);
        this.poll_stalled(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.socket).poll_flush(context);
        this.note_phase();
        if this.waiting == Waiting::Idle {
            // The last read may have been while the request was being answered, and then nothing asks again: this sets
            // the clock, and when it fires the next read tells.
            let _armed = poll_deadline(&mut this.read_alarm, this.read_by, context);
        }
        if this.waiting == Waiting::Busy && !this.awaits && !this.activity.is_tunnel() {
            this.look_ahead(context)?;
        }
        this.poll_stalled(context, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.activity.is_unended() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if this.lingers_until.is_none() {
            let shut = Pin::new(&mut this.socket).poll_shutdown(context);
            ready!(this.poll_stalled(context, shut))?;
            this.lingers_until = Some(Instant::now() + LINGER);
        }
        this.poll_linger(context).map(Ok)
    }
}

impl<S: AsyncRead + Unpin> Guarded<S> {
    /// Reads on while a request is being answered and nobody else does; fails if the client has left, or has said that it
    /// sends no more, which hyper takes for leaving too.
    fn look_ahead(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if mem::take(&mut self.asked) {
            // Whoever asked just now may do so again at once, and needs no copy then.
            context.waker().wake_by_ref();
            return Ok(());
        }
        let mut scrap = [0; 1024];
        while self.ahead.len() < AHEAD {
            let room = scrap.len().min(AHEAD - self.ahead.len());
            let mut buffer = ReadBuf::new(&mut scrap[..room]);
            match Pin::new(&mut self.socket).poll_read(context, &mut buffer) {
                Poll::Pending => break,
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                Poll::Ready(read) => {
                    read?;
                    self.ahead.extend_from_slice(buffer.filled());
                }
            }
        }
        Ok(())
    }

    /// Throws away what the client still sends, until it ends too.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.lingers_until.unwrap_or_else(Instant::now);
        let mut scrap = [0; 4096];
        // The deadline is looked at between two pieces too: whoever sends without end does not get longer.
        while !self.activity.is_draining() && Instant::now() < deadline {
            let mut buffer = ReadBuf::new(&mut scrap);
            match Pin::new(&mut self.socket).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => break,
                Poll::Pending => {
                    return poll_deadline(&mut self.read_alarm, deadline, context).map(drop);
                }
            }
        }
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const CLOCKS: Clocks = Clocks {
        head: Duration::from_secs(10),
        idle: Duration::from_mins(1),
        write: Duration::from_secs(30),
        farewell: Duration::ZERO,
    };

    fn guarded(capacity: usize) -> (Guarded<DuplexStream>, DuplexStream, Arc<Activity>) {
        let (near, far) = duplex(capacity);
        let activity = Arc::new(Activity::default());
        (
            Guarded::new(near, Arc::clone(&activity), CLOCKS, CLOCKS.head, |_| {}),
            far,
            activity,
        )
    }

    async fn seconds_until_refused(read: impl Future<Output = io::Result<usize>>) -> u64 {
        let begun = Instant::now();
        assert_eq!(read.await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        begun.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_ends_after_the_head_time() {
        let (mut guarded, _far, _) = guarded(64);
        assert_eq!(seconds_until_refused(guarded.read_u8_as_len()).await, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_ends_after_the_idle_time_and_half_a_head_sooner() {
        let (mut guarded, mut far, activity) = guarded(64);
        activity.begin();
        far.write_all(b"x").await.unwrap();
        guarded.read_u8_as_len().await.unwrap();
        activity.end();
        assert_eq!(seconds_until_refused(guarded.read_u8_as_len()).await, 60);

        let (mut guarded, mut far, activity) = self::guarded(64);
        activity.begin();
        far.write_all(b"x").await.unwrap();
        guarded.read_u8_as_len().await.unwrap();
        activity.end();
        far.write_all(b"G").await.unwrap();
        guarded.read_u8_as_len().await.unwrap();
        assert_eq!(seconds_until_refused(guarded.read_u8_as_len()).await, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_left() {
        let (mut guarded, _far, activity) = guarded(4);
        activity.begin();
        let begun = Instant::now();
        let error = guarded.write_all(b"12345678").await.unwrap_err();
        assert_eq!(
            (error.kind(), begun.elapsed().as_secs()),
            (io::ErrorKind::TimedOut, 30)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_drained_connection_ends_once_it_is_not_busy() {
        let (mut guarded, mut far, activity) = guarded(64);
        activity.drain();
        far.write_all(b"GET").await.unwrap();
        assert_eq!(guarded.read_u8_as_len().await.unwrap(), 0);
        activity.begin();
        assert_eq!(guarded.read_u8_as_len().await.unwrap(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_leaves_is_noticed_behind_what_it_has_sent() {
        for behind in [1, 3000, AHEAD] {
            let (mut guarded, mut far, activity) = guarded(64 * 1024);
            far.write_all(&vec![b'x'; 10 + behind]).await.unwrap();
            guarded.read_exact(&mut [0; 10]).await.unwrap();
            activity.begin();
            guarded.flush().await.unwrap();
            guarded.flush().await.unwrap();
            drop(far);
            let left = guarded.flush().await.map_err(|error| error.kind());
            // What is behind would have to be kept all before its end is seen.
            let is_seen = behind < AHEAD;
            assert_eq!(left.is_err(), is_seen, "{behind}: {left:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_read_ahead_is_not_lost() {
        let (mut guarded, mut far, activity) = guarded(64 * 1024);
        let sent: Vec<u8> = (0..20_000_u32)
            .map(|number| number.to_le_bytes()[0])
            .collect();
        far.write_all(&sent).await.unwrap();
        let mut read = vec![0; 10];
        guarded.read_exact(&mut read).await.unwrap();
        activity.begin();
        for _ in 0..3 {
            guarded.flush().await.unwrap();
        }
        drop(far);
        activity.end();
        guarded.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, sent);
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_after_the_end_is_thrown_away_for_a_while() {
        for (leaves, seconds) in [(true, 0), (false, 5)] {
            let (mut guarded, mut far, activity) = guarded(4);
            activity.begin();
            let sending = tokio::spawn(async move {
                far.write_all(&[0; 10_000]).await.unwrap();
                let left = Some(far).filter(|_| !leaves);
                std::future::pending::<()>().await;
                drop(left);
            });
            let begun = Instant::now();
            guarded.shutdown().await.unwrap();
            assert_eq!(begun.elapsed().as_secs(), seconds);
            sending.abort();
        }
        let (mut guarded, _far, activity) = guarded(4);
        activity.drain();
        guarded.shutdown().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_drained_connection_may_have_time_to_say_so() {
        let (mut guarded, _far, activity) = guarded(64);
        guarded.clocks.farewell = Duration::from_secs(1);
        activity.drain();
        let begun = Instant::now();
        assert_eq!(guarded.read_u8_as_len().await.unwrap(), 0);
        assert_eq!(begun.elapsed().as_secs(), 1);
    }

    impl Guarded<DuplexStream> {
        async fn read_u8_as_len(&mut self) -> io::Result<usize> {
            self.read(&mut [0; 1]).await
        }
    }
}
