//! HTTP/1.1 as it stands on the wire (RFC 9112), read piece by piece for both sides of a test. A library would mend or hide
//! what tests look for: whether a transfer ended as its framing says, and what came in which piece.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A socket with what has been read ahead of it.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    ahead: Vec<u8>,
}

/// First line and fields of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    pub(crate) first_line: String,
    pub(crate) fields: Vec<(String, String)>,
}

/// How the body behind a head is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many more bytes.
    Length(usize),
    /// Chunks.
    Chunks,
    /// Everything until the connection ends.
    UntilClose,
    /// It has ended.
    Ended,
}

/// A step of reading a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Bytes, as they came: one chunk, or what one read gave.
    Data(Vec<u8>),
    /// The end, as the framing says.
    End,
    /// The connection ended or the framing broke before the end.
    Broken,
}

// === impl Head ===

impl Head {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
        let first_line = lines.next().unwrap_or_default().to_owned();
        let fields = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Self { first_line, fields }
    }

    /// The value of a field; several are joined as RFC 9110 section 5.3 joins them.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self
            .fields
            .iter()
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The status of a reply.
    pub(crate) fn status(&self) -> u16 {
        let status = self.first_line.split(' ').nth(1);
        status
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("no status line: {:?}", self.first_line))
    }

    pub(crate) fn framing(&self, without: Framing) -> Framing {
        if self.field("transfer-encoding").as_deref() == Some("chunked") {
            return Framing::Chunks;
        }
        match self.field("content-length").map(|length| length.parse()) {
            Some(Ok(length)) => Framing::Length(length),
            Some(Err(_)) => panic!("Content-Length is no number: {:?}", self.fields),
            None => without,
        }
    }
}

// === impl Wire ===

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            ahead: Vec::new(),
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Says that nothing more will be written.
    pub(crate) async fn finish_writing(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// Ends the connection with a reset instead of an orderly end.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// The next head; `None` when the connection ends before its first byte.
    pub(crate) async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(end) = find(&self.ahead, b"\r\n\r\n") {
                let head = Head::parse(&self.ahead[..end]);
                self.ahead.drain(..end + 4);
                return Ok(Some(head));
            }
            if self.more().await? == 0 {
                return if self.ahead.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        }
    }

    /// The next piece of a body; `framing` keeps what is left of it.
    pub(crate) async fn piece(&mut self, framing: &mut Framing) -> Piece {
        let piece = match *framing {
            Framing::Ended | Framing::Length(0) => Piece::End,
            Framing::Length(left) => match self.some(left).await {
                Some(data) => {
                    *framing = Framing::Length(left - data.len());
                    Piece::Data(data)
                }
                None => Piece::Broken,
            },
            Framing::UntilClose => match self.more().await {
                Ok(0) if self.ahead.is_empty() => Piece::End,
                Ok(_) => Piece::Data(std::mem::take(&mut self.ahead)),
                Err(_) => Piece::Broken,
            },
            Framing::Chunks => self.chunk().await.unwrap_or(Piece::Broken),
        };
        if !matches!(piece, Piece::Data(_)) {
            *framing = Framing::Ended;
        }
        piece
    }

    /// Everything up to and with that text, whatever it is.
    pub(crate) async fn through(&mut self, text: &str) -> String {
        loop {
            if let Some(start) = find(&self.ahead, text.as_bytes()) {
                let bytes = self.ahead.drain(..start + text.len());
                return String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned();
            }
            let read = self.more().await;
            assert!(
                matches!(read, Ok(1..)),
                "{read:?} before {text:?} in {:?}",
                String::from_utf8_lossy(&self.ahead)
            );
        }
    }

    /// Waits until the other side has ended the connection; what it still sends does not matter.
    pub(crate) async fn ended(&mut self) {
        while matches!(self.more().await, Ok(1..)) {}
    }

    /// Bytes that came after everything that has been taken.
    pub(crate) fn leftover(&self) -> &[u8] {
        &self.ahead
    }

    async fn chunk(&mut self) -> Option<Piece> {
        let line = self.line().await?;
        let length = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if length == 0 {
            while !self.line().await?.is_empty() {}
            return Some(Piece::End);
        }
        let mut data = Vec::with_capacity(length);
        while data.len() < length {
            data.extend(self.some(length - data.len()).await?);
        }
        self.line().await?.is_empty().then_some(Piece::Data(data))
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = find(&self.ahead, b"\r\n") {
                let line = String::from_utf8_lossy(&self.ahead[..end]).into_owned();
                self.ahead.drain(..end + 2);
                return Some(line);
            }
            if self.more().await.ok()? == 0 {
                return None;
            }
        }
    }

    async fn some(&mut self, most: usize) -> Option<Vec<u8>> {
        if self.ahead.is_empty() && self.more().await.ok()? == 0 {
            return None;
        }
        Some(self.ahead.drain(..most.min(self.ahead.len())).collect())
    }

    async fn more(&mut self) -> io::Result<usize> {
        self.stream.read_buf(&mut self.ahead).await
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
