//! The load: requests as an editor sends them, over connections that are kept, as fast as they are answered or at a steady
//! rate; and streams that are read or just held open.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at},
};

use crate::{
    Outcome,
    gateway::MARK,
    wire::{Head, Wire},
};

/// Requests for one server, ready to be sent.
#[derive(Clone)]
pub(crate) struct Requests {
    address: SocketAddr,
    /// Sent in turn.
    texts: Arc<[Vec<u8>]>,
}

/// Connections to one server, kept between rounds.
pub(crate) struct Crowd {
    requests: Requests,
    wires: Vec<Wire>,
    sent: usize,
}

impl Requests {
    /// Requests with each of these tokens and this body in turn.
    pub(crate) fn new(address: SocketAddr, path: &str, tokens: &[String], body: &str) -> Self {
        let text = |token: &String| {
            let length = body.len();
            format!(
                "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nAccept: application/json\r\n\
                 User-Agent: code-completions-language-server-experiment (gitlab.vim/1.0.0)\r\n\
                 X-Gitlab-Language-Server-Version: 8.54.0\r\nX-Supports-Sse-Streaming: true\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            )
            .into_bytes()
        };
        Self {
            address,
            texts: tokens.iter().map(text).collect(),
        }
    }

    /// Opens connections for them.
    pub(crate) async fn crowd(&self, connections: usize) -> Outcome<Crowd> {
        let mut wires = Vec::with_capacity(connections);
        for _ in 0..connections {
            wires.push(Wire::new(TcpStream::connect(self.address).await?)?);
        }
        Ok(Crowd {
            requests: self.clone(),
            wires,
            sent: 0,
        })
    }

    fn text(&self, number: usize) -> &[u8] {
        &self.texts[number % self.texts.len()]
    }
}

impl Crowd {
    /// Sends so many requests, on every connection as soon as it has its last answer.
    pub(crate) async fn send(&mut self, requests: usize) -> Outcome {
        let mut senders = JoinSet::new();
        let crowd = self.wires.len();
        for (place, mut wire) in self.wires.drain(..).enumerate() {
            let texts = self.requests.clone();
            let first = self.sent + place;
            let last = self.sent + requests;
            senders.spawn(async move {
                for number in (first..last).step_by(crowd) {
                    exchange(&mut wire, texts.text(number)).await?;
                }
                io::Result::Ok(wire)
            });
        }
        self.sent += requests;
        while let Some(wire) = senders.join_next().await {
            self.wires.push(wire??);
        }
        Ok(())
    }

    /// Sends one request each `between`, beginning after `offset`; returns how long each took.
    pub(crate) async fn at_rate(
        &mut self,
        requests: usize,
        between: Duration,
        offset: Duration,
    ) -> Outcome<Vec<Duration>> {
        let mut ticks = interval_at(Instant::now() + offset, between);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut took = Vec::with_capacity(requests);
        let crowd = self.wires.len();
        for number in 0..requests {
            ticks.tick().await;
            let begun = Instant::now();
            exchange(&mut self.wires[number % crowd], self.requests.text(number)).await?;
            took.push(begun.elapsed());
        }
        Ok(took)
    }

    /// Turns each connection into a stream; returns when all have begun.
    pub(crate) async fn begin_streams(&mut self) -> Outcome {
        let text = self.requests.text(0);
        for wire in &mut self.wires {
            wire.send(text).await?;
        }
        for wire in &mut self.wires {
            answered(wire).await?;
            wire.piece().await?;
        }
        Ok(())
    }

    /// Reads the streams for that long; returns how many events came.
    pub(crate) async fn read_streams(&mut self, time: Duration) -> Outcome<usize> {
        let until = Instant::now() + time;
        let mut readers = JoinSet::new();
        for mut wire in self.wires.drain(..) {
            readers.spawn(async move {
                let mut events = 0;
                while let Ok(piece) = tokio::time::timeout_at(until, wire.piece()).await {
                    let piece = piece?;
                    if piece.is_empty() {
                        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
                    }
                    events += memchr::memchr_iter(MARK, &piece).count();
                }
                Ok((events, wire))
            });
        }
        let mut total = 0;
        while let Some(read) = readers.join_next().await {
            let (events, wire) = read??;
            total += events;
            self.wires.push(wire);
        }
        Ok(total)
    }
}

async fn exchange(wire: &mut Wire, request: &[u8]) -> io::Result<()> {
    wire.send(request).await?;
    let length = answered(wire).await?.content_length()?;
    wire.skip(length).await
}

/// Reads the head of an answer; anything but success ends the run, since it would cost less than an answer does.
async fn answered(wire: &mut Wire) -> io::Result<Head> {
    let head = wire.head().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
    if head.begins_with("HTTP/1.1 200 ") {
        Ok(head)
    } else {
        Err(io::Error::other(format!("answered {}", head.first_line())))
    }
}
