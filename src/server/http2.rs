//! HTTP/2 with clients (RFC 9113): over TLS when both sides name it, and with prior knowledge without. Called by `server` for the
//! connections that begin so. Requests are turned into what they would be in HTTP/1.1 and take the same way from there. No
//! extended CONNECT (RFC 8441): WebSockets come by HTTP/1.1, which browsers speak for them anyway.

use std::{
    collections::HashMap,
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    http::{
        HeaderValue, Method, Request, Response, StatusCode, Uri,
        header::{COOKIE, HOST},
        uri::PathAndQuery,
    },
};
use bytes::Bytes;
use hyper::{
    body::{Frame, Incoming, SizeHint},
    server::conn::http2::Builder,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_rustls::server::TlsStream;

use super::{
    LARGEST_HEAD, Worker,
    guard::{Clocks, Guarded},
    router,
};
use crate::{
    config::ServerSettings,
    middleware::{Peer, edge},
};

/// How the protocol is called in a TLS handshake (RFC 9113 section 3.2).
pub(super) const NAME: &[u8] = b"h2";

/// The method of a connection's preface, which is no method of a request (RFC 9113 section 3.4).
const PREFACE: &[u8; 3] = b"PRI";

/// Most fields in a head, as hyper takes them by itself over HTTP/1.
const MOST_FIELDS: usize = 100;

/// Requests under way on one connection.
const MOST_STREAMS: u32 = 128;

/// Requests that a client may take back before they have been looked at, and frames for requests that are no more: a client that
/// opens and resets without end is sent away (CVE-2023-44487, CVE-2025-8671).
const MOST_TAKEN_BACK: usize = 32;

/// Bytes that a client may send before they are taken: of one body, and on a connection.
const WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// Bytes of one answer that wait for its client.
const LARGEST_BACKLOG: usize = 256 * 1024;

/// Largest piece of a body that is sent or taken at once.
const LARGEST_FRAME: u32 = 64 * 1024;

/// Time for both sides to tell each other that a connection ends (RFC 9113 section 6.8).
const FAREWELL: Duration = Duration::from_secs(1);

/// Answers of one connection that wait for the client to take more of them, each with the time since when.
#[derive(Debug, Default)]
struct Waiting {
    since: Mutex<HashMap<u64, Instant>>,
    next: AtomicU64,
}

/// The body of an answer; its place among those that wait is known.
struct Answer {
    inner: Body,
    waiting: Arc<Waiting>,
    number: u64,
}

/// Whether a client that has just connected begins with HTTP/2; `None` if it says nothing in time. Its bytes stay where
/// they are.
pub(super) async fn is_begun(stream: &TcpStream, time: Duration) -> Option<bool> {
    let mut begun = [0; PREFACE.len()];
    let length = timeout(time, stream.peek(&mut begun)).await.ok()?.ok()?;
    // In pieces as small as that it is sent by nobody who means it.
    Some(length == PREFACE.len() && begun == *PREFACE)
}

/// Whether a handshake has ended with HTTP/2.
pub(super) fn is_chosen<S>(stream: &TlsStream<S>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(NAME)
}

/// The clocks of a connection: the guard sees bytes, and not which of them are heads.
pub(super) fn clocks(server: &ServerSettings) -> Clocks {
    Clocks {
        head: server.idle_timeout,
        idle: server.idle_timeout,
        write: server.body_timeout,
        farewell: FAREWELL,
    }
}

/// Serves one connection to its end.
pub(super) async fn serve<S>(worker: &Worker, io: TokioIo<Guarded<S>>, peer: Peer)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::clone(&peer.activity);
    let waiting = Arc::<Waiting>::default();
    let (app, routes) = (Arc::clone(&worker.app), worker.router.clone());
    let answers = Arc::clone(&waiting);
    let service = service_fn(move |request: Request<Incoming>| {
        let (app, routes) = (Arc::clone(&app), routes.clone());
        let (peer, answers) = (peer.clone(), Arc::clone(&answers));
        async move {
            let request = match as_in_http1(request) {
                Ok(request) => request,
                Err(status) => {
                    // Without anything more, as in HTTP/1.1.
                    let mut refusal = Response::new(Answer::new(Body::empty(), answers));
                    *refusal.status_mut() = status;
                    return Ok::<_, Infallible>(refusal);
                }
            };
            let reply = |request, notes| router::answer(&app, &routes, request, notes);
            let reply = edge(Arc::clone(&app), reply, peer, request).await;
            Ok(reply.map(|body| Answer::new(Body::new(body), answers)))
        }
    });
    let connection = Builder::new(TokioExecutor::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_pending_accept_reset_streams(MOST_TAKEN_BACK)
        .max_local_error_reset_streams(MOST_TAKEN_BACK)
        .max_header_list_size(u32::try_from(LARGEST_HEAD).unwrap_or(u32::MAX))
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(LARGEST_BACKLOG)
        .max_frame_size(LARGEST_FRAME)
        .serve_connection(io, service);
    tokio::pin!(connection);
    let patience = worker.app.settings.server.body_timeout;
    let mut ticks = interval((patience / 4).max(Duration::from_millis(10)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut draining = false;
    loop {
        tokio::select! {
            biased;
            // How it ended concerns nobody: the requests on it have been accounted for one by one.
            ended = connection.as_mut() => break drop(ended),
            () = worker.stop.abort.cancelled() => break,
            () = worker.stop.drain.cancelled(), if !draining => {
                draining = true;
                activity.drain();
                connection.as_mut().graceful_shutdown();
            }
            _ = ticks.tick() => {
                // What the socket takes says nothing of a client that opens no window.
                if waiting.is_older_than(activity.patience().unwrap_or(patience)) {
                    break;
                }
            }
        }
    }
}

/// A request as it would have come by HTTP/1.1 (RFC 9113 sections 8.2.3 and 8.3.1), or the status of one that could not have.
fn as_in_http1(request: Request<Incoming>) -> Result<Request<Body>, StatusCode> {
    let (mut parts, body) = request.into_parts();
    // A target that was not given reads as the root otherwise.
    if parts.method == Method::CONNECT || parts.uri.path().is_empty() {
        return Err(StatusCode::BAD_REQUEST);
    }
    if let Some(authority) = parts.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str());
        let host = host.map_err(|_| StatusCode::BAD_REQUEST)?;
        parts.headers.insert(HOST, host);
    }
    let target = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    parts.uri = target.parse::<Uri>().map_err(|_| StatusCode::BAD_REQUEST)?;
    let cookies: Vec<_> = parts.headers.get_all(COOKIE).iter().collect();
    if cookies.len() > 1 {
        let cookies: Vec<_> = cookies.iter().map(|value| value.as_bytes()).collect();
        let joined = HeaderValue::from_bytes(&cookies.join(&b"; "[..]));
        let joined = joined.map_err(|_| StatusCode::BAD_REQUEST)?;
        parts.headers.insert(COOKIE, joined);
    }
    if parts.headers.len() > MOST_FIELDS {
        return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    Ok(Request::from_parts(parts, Body::new(body)))
}

// === impl Waiting ===

impl Waiting {
    fn since(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_older_than(&self, limit: Duration) -> bool {
        self.since().values().any(|since| since.elapsed() > limit)
    }
}

// === impl Answer ===

impl Answer {
    fn new(inner: Body, waiting: Arc<Waiting>) -> Self {
        let number = waiting.next.fetch_add(1, Ordering::Relaxed);
        Self {
            inner,
            waiting,
            number,
        }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // hyper asks for more when there is room for it.
        self.waiting.since().remove(&self.number);
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        if matches!(frame, Some(Ok(_))) {
            self.waiting.since().insert(self.number, Instant::now());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.waiting.since().remove(&self.number);
    }
}
