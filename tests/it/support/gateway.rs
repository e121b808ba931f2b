//! The other side: an HTTP/1.1 gateway on a socket of its own that records what it is asked and answers as it is told,
//! byte by byte, with every fault that a gateway can have. A test either sets the answer to everything ([`FakeGateway::answers`])
//! or takes single exchanges into its own hands ([`FakeGateway::hold`]).

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Mutex as AsyncMutex, mpsc, watch},
    task::JoinHandle,
};

use super::{
    soon,
    wire::{Framing, Head, Piece, Wire},
};

/// A request that reached the gateway.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
    /// Which connection it came on, counted from 0.
    pub(crate) connection: usize,
}

/// What the gateway does with a request.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    bytes: Vec<u8>,
    end: End,
}

/// What becomes of the connection after an answer's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It waits for the next request.
    Keep,
    /// It ends in good order.
    Close,
    /// It ends with a reset.
    Reset,
    /// Nothing more comes, and it stays open until the client leaves.
    Silence,
}

/// An exchange in the hands of the test.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) request: Recorded,
    wire: Wire,
}

/// The gateway.
#[derive(Debug)]
pub(crate) struct FakeGateway {
    shared: Arc<Shared>,
    address: SocketAddr,
    held: AsyncMutex<mpsc::UnboundedReceiver<Exchange>>,
    accepting: Mutex<JoinHandle<()>>,
    /// Keeps the address from others while nobody listens there.
    _place: TcpSocket,
}

/// An answer by what is asked.
pub(crate) type Script = fn(&Recorded) -> Answer;

#[derive(Debug)]
struct Shared {
    answer: Mutex<Answer>,
    script: Mutex<Option<Script>>,
    /// Answers to method and target, in front of the one to everything.
    routes: Mutex<HashMap<String, Answer>>,
    requests: Mutex<Vec<Recorded>>,
    holding: AtomicBool,
    connections: AtomicUsize,
    left: watch::Sender<usize>,
    hold: mpsc::UnboundedSender<Exchange>,
}

// === impl Answer ===

impl Answer {
    /// These bytes, whatever they are.
    pub(crate) fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            end: End::Keep,
        }
    }

    /// A status with a body of that type.
    pub(crate) fn new(status: u16, content_type: &str, body: &str) -> Self {
        Self::with(status, &[("Content-Type", content_type)], body)
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", &body.to_string())
    }

    /// A status with these fields and a body.
    pub(crate) fn with(status: u16, fields: &[(&str, &str)], body: &str) -> Self {
        let fields: String = fields
            .iter()
            .flat_map(|(name, value)| [*name, ": ", *value, "\r\n"])
            .collect();
        Self::bytes(format!(
            "HTTP/1.1 {status} Status\r\n{fields}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Server-sent events, one chunk each, with the end of the body.
    pub(crate) fn events(events: &[&str]) -> Self {
        let mut bytes = Self::events_head();
        for event in events {
            bytes.extend(chunk(event));
        }
        bytes.extend(LAST_CHUNK);
        Self::bytes(bytes)
    }

    /// The head of a stream of events.
    pub(crate) fn events_head() -> Vec<u8> {
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nX-Streaming-Format: sse\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec()
    }

    /// The head of a stream of bare text, which older gateways call events all the same.
    pub(crate) fn text_head() -> Vec<u8> {
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec()
    }

    pub(crate) fn then(mut self, end: End) -> Self {
        self.end = end;
        self
    }
}

impl Default for Answer {
    /// The answer of the contract's stub.
    fn default() -> Self {
        Self::new(
            200,
            "application/json",
            r#"{"id":"1","choices":[{"text":"hi","index":0}]}"#,
        )
    }
}

/// A chunk of a chunked body.
pub(crate) fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

pub(super) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

// === impl FakeGateway ===

impl FakeGateway {
    #[expect(
        clippy::unused_async,
        reason = "whoever starts something waits for it, and it needs a runtime"
    )]
    pub(crate) async fn start() -> Self {
        let place = bound(SocketAddr::from(([127, 0, 0, 1], 0)));
        let address = place.local_addr().unwrap();
        let (hold, exchanges) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            answer: Mutex::new(Answer::default()),
            script: Mutex::new(None),
            routes: Mutex::default(),
            requests: Mutex::new(Vec::new()),
            holding: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            left: watch::Sender::new(0),
            hold,
        });
        Self {
            accepting: Mutex::new(accept(&shared, address)),
            shared,
            address,
            held: AsyncMutex::new(exchanges),
            _place: place,
        }
    }

    /// A gateway that answers everything alike.
    pub(crate) async fn answering(answer: Answer) -> Self {
        let gateway = Self::start().await;
        gateway.answers(answer);
        gateway
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on everything is answered so.
    pub(crate) fn answers(&self, answer: Answer) {
        self.shared.holding.store(false, Ordering::SeqCst);
        *self.shared.script.lock().unwrap() = None;
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// From now on each request is answered as the script says.
    pub(crate) fn follows(&self, script: Script) {
        self.shared.holding.store(false, Ordering::SeqCst);
        *self.shared.script.lock().unwrap() = Some(script);
    }

    /// From now on a request for that method and target is answered so, whatever becomes of the others.
    pub(crate) fn routes(&self, target: &str, answer: Answer) {
        let mut routes = self.shared.routes.lock().unwrap();
        routes.insert(target.to_owned(), answer);
    }

    /// Requests for that method and target.
    pub(crate) fn asked(&self, target: &str) -> Vec<Recorded> {
        let mut requests = self.requests();
        requests.retain(|request| request.target() == target);
        requests
    }

    /// From now on every exchange waits for the test to take it with [`Self::next`].
    pub(crate) fn hold(&self) {
        self.shared.holding.store(true, Ordering::SeqCst);
    }

    /// The next exchange that is held.
    #[track_caller]
    pub(crate) fn next(&self) -> impl Future<Output = Exchange> {
        soon(async { self.held.lock().await.recv().await.expect("an exchange") })
    }

    /// What it has been asked since it was last forgotten.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub(crate) fn forget(&self) {
        self.shared.requests.lock().unwrap().clear();
    }

    /// The one request there was.
    #[track_caller]
    pub(crate) fn only_request(&self) -> Recorded {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "requests at the gateway: {requests:#?}");
        requests.into_iter().next().unwrap()
    }

    /// Connections that have been made to it.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Waits until so many clients have left connections on which the gateway was silent.
    #[track_caller]
    pub(crate) fn clients_left(&self, number: usize) -> impl Future<Output = ()> {
        let mut left = self.shared.left.subscribe();
        soon(async move {
            left.wait_for(|left| *left >= number).await.unwrap();
        })
    }

    /// From now on nobody listens at its address.
    pub(crate) async fn stop(&self) {
        self.accepting.lock().unwrap().abort();
        soon(async {
            while !self.accepting.lock().unwrap().is_finished() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Listens again.
    pub(crate) fn start_again(&self) {
        *self.accepting.lock().unwrap() = accept(&self.shared, self.address);
    }
}

impl Drop for FakeGateway {
    fn drop(&mut self) {
        self.accepting.lock().unwrap().abort();
    }
}

/// A socket of that address. One that does not listen refuses whoever comes, and is no hindrance to one that does.
fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

fn accept(shared: &Arc<Shared>, address: SocketAddr) -> JoinHandle<()> {
    let listener: TcpListener = bound(address).listen(1024).unwrap();
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(Arc::clone(&shared).connection(stream));
        }
    })
}

impl Shared {
    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let number = self.connections.fetch_add(1, Ordering::SeqCst);
        stream.set_nodelay(true).unwrap();
        let mut wire = Wire::new(stream);
        while let Some(request) = read_request(&mut wire, number).await {
            self.requests.lock().unwrap().push(request.clone());
            let route = self.routes.lock().unwrap().get(request.target()).cloned();
            if route.is_none() && self.holding.load(Ordering::SeqCst) {
                drop(self.hold.send(Exchange { request, wire }));
                return;
            }
            let script = *self.script.lock().unwrap();
            let answer = match (route, script) {
                (Some(answer), _) => answer,
                (None, Some(script)) => script(&request),
                (None, None) => self.answer.lock().unwrap().clone(),
            };
            if wire.write(&answer.bytes).await.is_err() {
                return;
            }
            match answer.end {
                End::Keep => {}
                End::Close => return,
                End::Reset => return wire.reset(),
                End::Silence => {
                    wire.ended().await;
                    self.left.send_modify(|left| *left += 1);
                    return;
                }
            }
        }
    }
}

async fn read_request(wire: &mut Wire, connection: usize) -> Option<Recorded> {
    let head = wire.head().await.ok()??;
    let mut framing = head.framing(Framing::Ended);
    let mut body = Vec::new();
    loop {
        match wire.piece(&mut framing).await {
            Piece::Data(data) => body.extend(data),
            Piece::End => break,
            Piece::Broken => return None,
        }
    }
    Some(Recorded {
        head,
        body,
        connection,
    })
}

// === impl Recorded ===

impl Recorded {
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.head.field(name)
    }

    /// Method and target.
    pub(crate) fn target(&self) -> &str {
        self.head.first_line.trim_end_matches(" HTTP/1.1")
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

// === impl Exchange ===

impl Exchange {
    /// Writes raw bytes of the answer.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.wire.write(bytes.as_ref()).await.unwrap();
    }

    /// Writes a chunk of the answer.
    pub(crate) async fn chunk(&mut self, text: &str) {
        self.write(chunk(text)).await;
    }

    /// Writes a chunk of the answer; whether there was somebody to take it.
    pub(crate) async fn try_chunk(&mut self, text: &str) -> bool {
        self.wire.write(&chunk(text)).await.is_ok()
    }

    /// Ends a chunked answer as it should end.
    pub(crate) async fn last_chunk(&mut self) {
        self.write(LAST_CHUNK).await;
    }

    /// Writes a whole answer.
    pub(crate) async fn answer(&mut self, answer: &Answer) {
        self.write(&answer.bytes).await;
    }

    /// Waits until the server has ended the connection.
    #[track_caller]
    pub(crate) fn left(&mut self) -> impl Future<Output = ()> {
        soon(self.wire.ended())
    }

    pub(crate) fn reset(self) {
        self.wire.reset();
    }

    /// The connection ends in good order.
    pub(crate) fn close(self) {
        drop(self);
    }
}
