//! A connection to an upstream as bytes: it sends a request, reads the head of the answer, and gives out what follows.
//! Called by the client and by the bodies of its answers; nothing runs beside a request, so dropping whoever holds the
//! connection closes it.
//!
//! A request is still being sent while its answer is read: a gateway may refuse a large one before it has all of it.

use std::{
    io::{self, Cursor},
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

use bytes::{Buf, Bytes, BytesMut, buf::Chain};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Instant,
};
use tokio_util::io::{poll_read_buf, poll_write_buf};

use super::{
    WireError,
    head::{self, Head},
};
use crate::clock::Alarm;

/// Least and most that is read at once. Answers to completions fit into the least, and streams come in small pieces.
const LEAST_READ: usize = 2 * 1024;
const MOST_READ: usize = 64 * 1024;

/// Most interim heads before an answer. One is common; of more than a few nothing good comes.
const MOST_INTERIM: u8 = 16;

/// TCP, or whatever else bytes go over.
pub(super) enum Socket {
    /// TCP.
    Tcp(TcpStream),
    /// TLS, perhaps through a tunnel.
    Other(Box<dyn Stream>),
}

/// A stream of bytes in both directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A request as text, in the parts that it was made of: they are sent together without being copied together.
pub(super) struct Message(Chain<MessageHead, Chain<&'static [u8], Bytes>>);

/// Request line and fields, and further fields.
type MessageHead = Chain<Cursor<Vec<u8>>, Bytes>;

/// A connection and what has been read of it beyond the last message.
pub(super) struct Wire {
    socket: Socket,
    unsent: Option<Message>,
    pub(super) unread: BytesMut,
    /// Whether anything has come since the last request began.
    heard: bool,
    /// Interim heads since then.
    interim: u8,
    /// For whoever waits for an answer, one after the other.
    pub(super) alarm: Alarm,
}

impl Wire {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket,
            unsent: None,
            unread: BytesMut::new(),
            heard: false,
            interim: 0,
            alarm: Alarm::default(),
        }
    }

    /// Begins a request.
    pub(super) fn ask(&mut self, message: Message) {
        self.unsent = Some(message);
        self.heard = false;
        self.interim = 0;
    }

    /// Whether a byte of the answer has come. Only without one is it certain that the request has not been answered in part,
    /// and may be sent again.
    pub(super) fn heard(&self) -> bool {
        self.heard
    }

    /// Whether the last request has been sent whole.
    pub(super) fn has_sent(&self) -> bool {
        self.unsent.is_none()
    }

    /// Whether the other side has said nothing, not even farewell, since the last answer ended.
    pub(super) fn is_idle(&mut self) -> bool {
        let mut nobody = Context::from_waker(Waker::noop());
        self.unread.is_empty() && self.poll_fill(&mut nobody, LEAST_READ).is_pending()
    }

    /// Sends what is left of the request and waits for the head of the final answer until `deadline`.
    pub(super) fn poll_head(
        &mut self,
        context: &mut Context<'_>,
        deadline: Instant,
    ) -> Poll<Result<Head, WireError>> {
        let head = self.poll_answer(context);
        if head.is_ready() {
            return head;
        }
        let late = self.alarm.poll_at(deadline, context);
        late.map(|()| Err(WireError::Late))
    }

    /// The same without an end; interim heads are passed over.
    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Result<Head, WireError>> {
        let sent = self.poll_send(context);
        loop {
            if !self.unread.is_empty()
                && let Some(head) = head::take(&mut self.unread)?
            {
                if head.is_interim() {
                    self.interim += 1;
                    if self.interim > MOST_INTERIM {
                        let error = WireError::Malformed("it begins again and again");
                        return Poll::Ready(Err(error));
                    }
                    continue;
                }
                return Poll::Ready(Ok(head));
            }
            let read = match self.poll_fill(context, LEAST_READ) {
                // The answer to a request that could not be sent may have come before the connection broke.
                Poll::Pending => match sent {
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
                    Poll::Ready(Ok(())) | Poll::Pending => return Poll::Pending,
                },
                Poll::Ready(read) => read?,
            };
            if read == 0 {
                return Poll::Ready(Err(WireError::Ended));
            }
        }
    }

    /// Reads more, at least about `wanted` if that much is there; 0 at the end.
    pub(super) fn poll_more(
        &mut self,
        context: &mut Context<'_>,
        wanted: usize,
    ) -> Poll<Result<usize, WireError>> {
        if self.unsent.is_some() {
            // Should it fail, the answer says more than the failure does; its end will be seen.
            let _sent = self.poll_send(context);
        }
        self.poll_fill(context, wanted).map_err(WireError::from)
    }

    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(unsent) = &mut self.unsent {
            if !unsent.0.has_remaining() {
                ready!(Pin::new(&mut self.socket).poll_flush(context))?;
                self.unsent = None;
                break;
            }
            if ready!(poll_write_buf(
                Pin::new(&mut self.socket),
                context,
                &mut unsent.0
            ))? == 0
            {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_fill(&mut self, context: &mut Context<'_>, wanted: usize) -> Poll<io::Result<usize>> {
        self.unread.reserve(wanted.clamp(LEAST_READ, MOST_READ));
        let read = ready!(poll_read_buf(
            Pin::new(&mut self.socket),
            context,
            &mut self.unread
        ))?;
        self.heard |= read > 0;
        Poll::Ready(Ok(read))
    }
}

// === impl Message ===

impl Message {
    /// The request line and fields, further fields, and the body.
    pub(super) fn new(head: Vec<u8>, fields: Bytes, body: Bytes) -> Self {
        let head = Cursor::new(head).chain(fields);
        Self(head.chain((&b"\r\n"[..]).chain(body)))
    }
}

// === impl Socket ===

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_read(context, buffer),
            Self::Other(socket) => Pin::new(socket).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_write(context, bytes),
            Self::Other(socket) => Pin::new(socket).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_write_vectored(context, parts),
            Self::Other(socket) => Pin::new(socket).poll_write_vectored(context, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Tcp(socket) => socket.is_write_vectored(),
            Self::Other(socket) => socket.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_flush(context),
            Self::Other(socket) => Pin::new(socket).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_shutdown(context),
            Self::Other(socket) => Pin::new(socket).poll_shutdown(context),
        }
    }
}
