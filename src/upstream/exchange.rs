//! One exchange on one connection, HTTP/1.1 or HTTP/2. What differs between the two stays in here: how many requests share a
//! connection, how a request names its target, and when it is certain that a failed request was never seen.

use std::{
    error::Error,
    future::poll_fn,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use h2::Reason;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, Uri,
    body::Incoming,
    client::conn::http2,
    header::HOST,
    http::uri::{Authority, Scheme},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, timeout_at},
};

use super::{
    Endpoint, WireError, fields,
    framing::Framing,
    head::{self, Head, MOST_FIELDS},
    wire::{Message, Wire},
};

/// Most bytes of the head of an answer over HTTP/2.
const LARGEST_HEAD: u32 = 64 * 1024;

/// Requests that share a connection of HTTP/2: as many as every server is advised to take (RFC 9113 section 6.5.2), unless it
/// says that it takes fewer.
const MOST_STREAMS: usize = 100;

/// Silence on a connection of HTTP/2 after which the other side is asked whether it is there, and time for its answer.
const PING_AFTER: Duration = Duration::from_secs(15);
const PING_TIME: Duration = Duration::from_secs(5);

/// A connection, before or between exchanges.
pub(super) enum Connection {
    /// HTTP/1.1: one exchange after the other.
    One(Box<Wire>),
    /// HTTP/2: many exchanges at once.
    Many(Many),
}

/// A request before it is known how its connection speaks.
pub(super) enum Outgoing<'a> {
    /// Any; its target is a path and its `Host` names the server.
    Any(Request<Full<Bytes>>),
    /// A POST to a path below the base URL.
    Post {
        endpoint: &'a Endpoint,
        path: &'static str,
        fields: Bytes,
        body: Bytes,
    },
}

/// Where the body of an answer comes from.
pub(super) enum Source {
    /// What a connection of HTTP/1.1 brings, up to an end; and whether another exchange may follow.
    One(Box<Wire>, Framing, bool),
    /// A stream of a connection of HTTP/2.
    Many(Many, Incoming),
}

/// A connection of HTTP/2; every clone stands for an exchange, but for the one that is kept.
#[derive(Clone)]
pub(super) struct Many {
    requests: http2::SendRequest<Full<Bytes>>,
    users: Arc<Users>,
}

/// The exchanges that share a connection of HTTP/2: as many as there are handles to it.
struct Users {
    /// Whether one has waited in vain. Nobody else joins then: what holds up one of them, such as a window that is never
    /// opened, may hold up all, and a new connection knows nothing of it.
    stuck: AtomicBool,
    /// How many the other side takes at once.
    most: AtomicUsize,
}

/// Holds a connection of HTTP/2 for stuck when no head of an answer has come after so long, also when nobody waits for it any
/// more.
struct Suspicion<'a> {
    users: &'a Users,
    from: Instant,
    answered: bool,
}

/// An exchange that failed before the head of an answer.
pub(super) struct Failure {
    pub(super) error: WireError,
    /// The connection had ended before the other side can have seen anything.
    pub(super) unseen: bool,
}

impl Connection {
    /// Begins HTTP/2 on `stream`.
    pub(super) async fn many<S>(stream: S) -> io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (requests, mut connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_header_list_size(LARGEST_HEAD)
            .keep_alive_interval(PING_AFTER)
            .keep_alive_timeout(PING_TIME)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        let users = Arc::new(Users {
            stuck: AtomicBool::new(false),
            most: AtomicUsize::new(MOST_STREAMS),
        });
        // Whoever drives the connection is no user of it. It is driven with each request, so a limit that is told after one
        // counts from the next on.
        let told = Arc::downgrade(&users);
        let driven = poll_fn(move |context| {
            let ended = Pin::new(&mut connection).poll(context);
            if let Some(users) = told.upgrade() {
                let most = connection.current_max_send_streams();
                users.most.store(most, Ordering::Relaxed);
            }
            ended.map(drop)
        });
        tokio::spawn(driven);
        Ok(Self::Many(Many { requests, users }))
    }

    /// Sends a request and waits for the head of its answer until `deadline`.
    pub(super) async fn exchange(
        self,
        request: Outgoing<'_>,
        deadline: Instant,
    ) -> Result<Response<Source>, Failure> {
        match self {
            Self::One(mut wire) => {
                let asks_for_head = request.asks_for_head();
                wire.ask(request.into_text());
                match poll_fn(|context| wire.poll_head(context, deadline)).await {
                    Ok(head) => {
                        let Head {
                            response,
                            mut framing,
                            keeps,
                        } = head;
                        if asks_for_head {
                            framing = Framing::Length(0);
                        }
                        Ok(response.map(|()| Source::One(wire, framing, keeps)))
                    }
                    Err(error) => Err(Failure {
                        unseen: !wire.heard() && !matches!(error, WireError::Late),
                        error,
                    }),
                }
            }
            // Far larger than what the older protocol needs.
            Self::Many(many) => Box::pin(many.exchange(request.into_request(), deadline)).await,
        }
    }
}

impl Outgoing<'_> {
    /// Whether the answer has no body, whatever its head says (RFC 9112 section 6.3).
    fn asks_for_head(&self) -> bool {
        matches!(self, Self::Any(request) if request.method() == Method::HEAD)
    }

    /// The text of it for HTTP/1.1.
    fn into_text(self) -> Message {
        match self {
            Self::Any(request) => {
                let (request, body) = request.into_parts();
                let body = body.into_inner().unwrap_or_default();
                Message::new(head::write(&request, body.len()), Bytes::new(), body)
            }
            Self::Post {
                endpoint,
                path,
                fields,
                body,
            } => Message::new(head::begin_post(endpoint, path, body.len()), fields, body),
        }
    }

    /// The same for HTTP/2.
    fn into_request(self) -> Request<Full<Bytes>> {
        match self {
            Self::Any(request) => request,
            Self::Post {
                endpoint,
                path,
                fields,
                body,
            } => {
                let mut request = Request::new(Full::new(body));
                *request.method_mut() = Method::POST;
                *request.uri_mut() = endpoint.target(path);
                *request.headers_mut() = fields::map(&fields);
                let host = endpoint.authority().clone();
                request.headers_mut().insert(HOST, host);
                request
            }
        }
    }
}

impl Many {
    async fn exchange(
        mut self,
        request: Request<Full<Bytes>>,
        deadline: Instant,
    ) -> Result<Response<Source>, Failure> {
        let mut suspicion = Suspicion::of(&self.users, deadline);
        let sending = self.requests.try_send_request(absolute(request));
        let sent = timeout_at(deadline, sending).await;
        suspicion.answered = sent.is_ok();
        drop(suspicion);
        match sent {
            Ok(Ok(response)) if response.headers().len() > MOST_FIELDS => Err(Failure {
                unseen: false,
                error: WireError::Malformed("its head is too large"),
            }),
            Ok(Ok(response)) => Ok(response.map(|body| Source::Many(self, body))),
            Ok(Err(mut failed)) => Err(Failure {
                unseen: failed.take_message().is_some() || is_stale(failed.error()),
                error: failed.into_error().into(),
            }),
            Err(_) => Err(Failure {
                unseen: false,
                error: WireError::Late,
            }),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.requests.is_closed()
    }

    /// Whether nobody but the keeper of this clone uses the connection.
    pub(super) fn is_idle(&self) -> bool {
        Arc::strong_count(&self.users) == 1
    }

    /// Whether no exchange may join any more.
    pub(super) fn is_stuck(&self) -> bool {
        self.users.stuck.load(Ordering::Relaxed)
    }

    /// Whether another exchange may join.
    pub(super) fn has_room(&self) -> bool {
        let most = self.users.most.load(Ordering::Relaxed).min(MOST_STREAMS);
        Arc::strong_count(&self.users) <= most
    }
}

impl<'a> Suspicion<'a> {
    fn of(users: &'a Users, deadline: Instant) -> Self {
        let now = Instant::now();
        Self {
            users,
            from: now + deadline.saturating_duration_since(now) / 4,
            answered: false,
        }
    }
}

impl Drop for Suspicion<'_> {
    fn drop(&mut self) {
        if !self.answered && Instant::now() >= self.from {
            self.users.stuck.store(true, Ordering::Relaxed);
        }
    }
}

/// Whether a connection of HTTP/2 failed before the other side took the request: it refused it unread, said that it had taken its
/// last one before (RFC 9113 section 8.7), or was no longer there.
fn is_stale(error: &hyper::Error) -> bool {
    let Some(cause) = error.source() else {
        return false;
    };
    match cause.downcast_ref::<h2::Error>() {
        Some(error) if error.is_go_away() => error.is_remote(),
        Some(error) => error.is_remote() && error.reason() == Some(Reason::REFUSED_STREAM),
        None => cause.is::<io::Error>(),
    }
}

/// HTTP/2 has no `Host`: scheme and authority belong to the target (RFC 9113 section 8.3.1).
fn absolute(mut request: Request<Full<Bytes>>) -> Request<Full<Bytes>> {
    let host = request.headers_mut().remove(HOST);
    let authority = host.and_then(|host| Authority::try_from(host.as_bytes()).ok());
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(Scheme::HTTPS);
    parts.authority = authority;
    // Both came from a URL that had been parsed; without them the request fails as any malformed one does.
    *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
    request
}
