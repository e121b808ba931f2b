//! HTTP/1.1 as far as this benchmark speaks it: heads, bodies of a declared length, and nothing else. Used on both sides
//! of the servers under test, so that the tools cost as little as possible of the two cores that they share with them.

use std::io;

use bytes::{Buf, BytesMut};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const READ_AT_ONCE: usize = 16 * 1024;
/// The same in the midst of a long body.
const MOST_AT_ONCE: usize = 256 * 1024;
const LARGEST_HEAD: usize = 64 * 1024;

/// A connection and what has been read of it beyond the last message.
pub(crate) struct Wire {
    stream: TcpStream,
    unread: BytesMut,
}

/// The head of a message.
pub(crate) struct Head {
    text: BytesMut,
}

impl Wire {
    /// Speaks over a connection.
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            unread: BytesMut::new(),
        })
    }

    /// Sends bytes.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The next head; `None` if the other side has closed before one began.
    pub(crate) async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(end) = memmem::find(&self.unread, b"\r\n\r\n") {
                return Ok(Some(Head {
                    text: self.unread.split_to(end + 4),
                }));
            }
            if self.unread.len() > LARGEST_HEAD {
                return Err(broken("a head without an end"));
            }
            if self.fill().await? == 0 {
                if self.unread.is_empty() {
                    return Ok(None);
                }
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Reads a body of `length` bytes and forgets it.
    pub(crate) async fn skip(&mut self, length: usize) -> io::Result<()> {
        let mut left = length;
        loop {
            let now = left.min(self.unread.len());
            self.unread.advance(now);
            left -= now;
            if left == 0 {
                return Ok(());
            }
            self.unread.reserve(left.min(MOST_AT_ONCE));
            if self.fill().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Whatever comes next, until the other side closes: then it is empty.
    pub(crate) async fn piece(&mut self) -> io::Result<BytesMut> {
        if self.unread.is_empty() {
            self.fill().await?;
        }
        Ok(self.unread.split())
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.unread.reserve(READ_AT_ONCE);
        self.stream.read_buf(&mut self.unread).await
    }
}

impl Head {
    /// Whether the first line begins with these words.
    pub(crate) fn begins_with(&self, words: &str) -> bool {
        self.text.starts_with(words.as_bytes())
    }

    /// The declared length of the body, 0 without one.
    pub(crate) fn content_length(&self) -> io::Result<usize> {
        for line in self.text.as_ref().split(|byte| *byte == b'\n') {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else {
                continue;
            };
            let (name, value) = line.split_at(colon);
            if name.eq_ignore_ascii_case(b"transfer-encoding") {
                return Err(broken("a body without a declared length"));
            }
            if name.eq_ignore_ascii_case(b"content-length") {
                let value = String::from_utf8_lossy(&value[1..]);
                return value.trim().parse().map_err(|_| broken("a wrong length"));
            }
        }
        Ok(0)
    }

    /// The first line, for messages.
    pub(crate) fn first_line(&self) -> String {
        let line = self.text.as_ref().split(|byte| *byte == b'\r').next();
        String::from_utf8_lossy(line.unwrap_or_default()).into_owned()
    }
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
