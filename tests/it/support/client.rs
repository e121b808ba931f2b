//! The client: requests that read as sentences, replies that show themselves when they are not what was expected, and a
//! bare connection for everything that no well-behaved client does.

use std::{net::SocketAddr, panic::Location};

use serde_json::Value;
use tokio::net::TcpStream;

use super::{
    soon,
    wire::{Framing, Head, Piece, Wire},
};

/// A request in the making.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    address: SocketAddr,
    method: &'static str,
    target: String,
    fields: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// A reply that has been read as far as it went.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
    /// Whether the transfer ended as its framing says.
    pub(crate) whole: bool,
}

/// A reply that is still being read.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub(crate) head: Head,
    connection: Connection,
    framing: Framing,
    text: String,
}

/// A connection, as bare as it comes.
#[derive(Debug)]
pub(crate) struct Connection {
    wire: Wire,
}

// === impl Request ===

impl Request {
    pub(crate) fn new(address: SocketAddr, method: &'static str, target: &str) -> Self {
        Self {
            address,
            method,
            target: target.to_owned(),
            fields: Vec::new(),
            body: None,
        }
    }

    /// Puts a field into the head, next to any other of that name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes every field of that name away.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields
            .retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.without("authorization")
            .header("Authorization", &format!("Bearer {token}"))
    }

    /// Without any credential.
    pub(crate) fn anonymous(self) -> Self {
        self.without("authorization")
    }

    /// Adds to the query.
    pub(crate) fn query(mut self, query: &str) -> Self {
        let separator = if self.target.contains('?') { '&' } else { '?' };
        self.target = format!("{}{separator}{query}", self.target);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.without("content-type")
            .header("Content-Type", content_type)
            .raw_body(body)
    }

    /// A body without saying what it is.
    pub(crate) fn raw_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Says that the client reads server-sent events.
    pub(crate) fn reading_events(self) -> Self {
        self.header("X-Supports-Sse-Streaming", "true")
    }

    /// The request as bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let mut field = |name: &str, value: &str| text.extend([name, ": ", value, "\r\n"]);
        field("Host", "gitlab.test");
        for (name, value) in &self.fields {
            field(name, value);
        }
        if let Some(body) = &self.body {
            field("Content-Length", &body.len().to_string());
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }

    /// Sends the request on a connection of its own and reads the reply to its end.
    #[track_caller]
    pub(crate) fn send(&self) -> impl Future<Output = Reply> + use<> {
        let open = self.open();
        soon(async move { open.await.rest().await })
    }

    /// Sends the request on a connection of its own and reads the head of the reply.
    #[track_caller]
    pub(crate) fn open(&self) -> impl Future<Output = Transfer> + use<> {
        let (address, bytes, head_only) = (self.address, self.bytes(), self.method == "HEAD");
        soon(async move {
            let mut connection = Connection::open(address).await;
            // A server that refuses early may have closed its side before all has been written.
            let written = connection.wire.write(&bytes).await;
            match connection.reply_to(head_only).await {
                Some(transfer) => transfer,
                None => panic!("no reply; written: {written:?}"),
            }
        })
    }
}

// === impl Connection ===

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self {
            wire: Wire::new(TcpStream::connect(address).await.unwrap()),
        }
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.wire.write(bytes.as_ref()).await.unwrap();
    }

    /// Writes what may be refused before it has been taken.
    pub(crate) async fn try_write(&mut self, bytes: impl AsRef<[u8]>) {
        drop(self.wire.write(bytes.as_ref()).await);
    }

    pub(crate) async fn finish_writing(&mut self) {
        self.wire.finish_writing().await.unwrap();
    }

    /// Everything up to and with that text, whatever it is.
    pub(crate) async fn through(&mut self, text: &str) -> String {
        self.wire.through(text).await
    }

    /// The next reply, whole.
    #[track_caller]
    pub(crate) fn reply(&mut self) -> impl Future<Output = Reply> {
        let place = Location::caller();
        soon(async move {
            let Ok(Some(head)) = self.wire.head().await else {
                panic!("{place}: the connection ended without a reply");
            };
            let mut framing = framing_of(&head);
            let (body, whole) = rest(&mut self.wire, &mut framing).await;
            Reply {
                status: head.status(),
                head,
                body,
                whole,
            }
        })
    }

    /// The next reply, or `None` when the connection ends instead.
    pub(crate) async fn reply_or_end(&mut self) -> Option<Reply> {
        soon(async {
            let head = self.wire.head().await.ok()??;
            let mut framing = framing_of(&head);
            let (body, whole) = rest(&mut self.wire, &mut framing).await;
            Some(Reply {
                status: head.status(),
                head,
                body,
                whole,
            })
        })
        .await
    }

    /// Waits until the server has ended the connection; returns what it had sent before and nobody had taken.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> impl Future<Output = String> {
        soon(async move {
            self.wire.ended().await;
            String::from_utf8_lossy(self.wire.leftover()).into_owned()
        })
    }

    async fn reply_to(mut self, head_only: bool) -> Option<Transfer> {
        let head = self.wire.head().await.ok()??;
        let framing = if head_only {
            Framing::Ended
        } else {
            framing_of(&head)
        };
        Some(Transfer {
            head,
            connection: self,
            framing,
            text: String::new(),
        })
    }
}

fn framing_of(head: &Head) -> Framing {
    match head.status() {
        100..200 | 204 | 304 => Framing::Ended,
        _ => head.framing(Framing::UntilClose),
    }
}

async fn rest(wire: &mut Wire, framing: &mut Framing) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        match wire.piece(framing).await {
            Piece::Data(data) => body.extend(data),
            Piece::End => return (body, true),
            Piece::Broken => return (body, false),
        }
    }
}

// === impl Transfer ===

impl Transfer {
    pub(crate) fn status(&self) -> u16 {
        self.head.status()
    }

    /// What has been read of the body.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Reads on until the body holds `text`; the rest has not been asked for.
    #[track_caller]
    pub(crate) fn reaches(&mut self, text: &str) -> impl Future<Output = ()> {
        let place = Location::caller();
        soon(async move {
            while !self.text.contains(text) {
                match self.connection.wire.piece(&mut self.framing).await {
                    Piece::Data(data) => self.text.push_str(&String::from_utf8_lossy(&data)),
                    other => panic!("{place}: {other:?} before {text:?} in {:?}", self.text),
                }
            }
        })
    }

    /// Reads one more piece.
    pub(crate) async fn more(&mut self) {
        match soon(self.connection.wire.piece(&mut self.framing)).await {
            Piece::Data(data) => self.text.push_str(&String::from_utf8_lossy(&data)),
            other => panic!("{other:?} after {:?}", self.text),
        }
    }

    /// The whole reply.
    pub(crate) async fn rest(mut self) -> Reply {
        let (body, whole) = rest(&mut self.connection.wire, &mut self.framing).await;
        let mut text = self.text.into_bytes();
        text.extend(body);
        Reply {
            status: self.head.status(),
            head: self.head,
            body: text,
            whole,
        }
    }

    /// The client leaves with the reply unread.
    pub(crate) fn leave(self) {
        drop(self);
    }
}

// === impl Reply ===

impl Reply {
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.head.field(name)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The reply, which has to have that status and a whole body.
    #[track_caller]
    pub(crate) fn has_status(self, status: u16) -> Self {
        assert!(
            self.status == status && self.whole,
            "{status} expected, got {} ({}): {}",
            self.status,
            if self.whole { "whole" } else { "broken" },
            self.text()
        );
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }
}
