//! One exchange on one connection, HTTP/1.1 or HTTP/2. What differs between the two stays in here: how many requests share a
//! connection, how a request names its target, and when it is certain that a failed request was never seen.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, Uri,
    body::Incoming,
    client::conn::{http1, http2},
    header::HOST,
    http::uri::{Authority, Scheme},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use super::watched::{Heard, Watched};

/// Most bytes of the head of an answer.
const LARGEST_HEAD: u16 = u16::MAX;

/// Requests that share a connection of HTTP/2: as many as every server is advised to take (RFC 9113 section 6.5.2).
const MOST_STREAMS: usize = 100;

/// Silence on a connection of HTTP/2 after which the other side is asked whether it is there, and time for its answer.
const PING_AFTER: Duration = Duration::from_secs(15);
const PING_TIME: Duration = Duration::from_secs(5);

/// A connection, before or between exchanges.
pub(super) enum Connection {
    /// One exchange after the other.
    One(One),
    /// Many exchanges at once.
    Many(Many),
}

/// A connection of HTTP/1.1.
pub(super) struct One {
    requests: http1::SendRequest<Full<Bytes>>,
    heard: Heard,
}

/// A connection of HTTP/2; every clone stands for an exchange, but for the one that is kept.
#[derive(Clone)]
pub(super) struct Many {
    requests: http2::SendRequest<Full<Bytes>>,
    users: Arc<()>,
}

/// An exchange that failed before the head of an answer.
pub(super) struct Failure {
    pub(super) error: hyper::Error,
    /// The connection had ended before the other side can have seen anything.
    pub(super) unseen: bool,
}

impl Connection {
    /// Begins HTTP/1.1 on `stream`.
    pub(super) async fn one<S>(stream: S) -> io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let heard = Heard::default();
        let (requests, connection) = http1::Builder::new()
            .max_buf_size(usize::from(LARGEST_HEAD) + 1)
            .handshake(TokioIo::new(Watched::new(stream, heard.clone())))
            .await
            .map_err(io::Error::other)?;
        // Its failures reach whoever waits for an answer; the task ends with the connection.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self::One(One { requests, heard }))
    }

    /// Begins HTTP/2 on `stream`.
    pub(super) async fn many<S>(stream: S) -> io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (requests, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_header_list_size(u32::from(LARGEST_HEAD))
            .keep_alive_interval(PING_AFTER)
            .keep_alive_timeout(PING_TIME)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self::Many(Many {
            requests,
            users: Arc::new(()),
        }))
    }

    /// Sends a request, whose target is a path and whose `Host` names the server, and waits for the head of its answer.
    pub(super) async fn exchange(
        self,
        request: Request<Full<Bytes>>,
    ) -> Result<(Self, Response<Incoming>), Failure> {
        match self {
            Self::One(mut one) => {
                one.heard.clear();
                match one.send(request).await {
                    Ok(response) => Ok((Self::One(one), response)),
                    Err(error) => Err(Failure {
                        error,
                        unseen: !one.heard.anything(),
                    }),
                }
            }
            Self::Many(mut many) => match many.requests.try_send_request(absolute(request)).await {
                Ok(response) => Ok((Self::Many(many), response)),
                Err(mut failed) => Err(Failure {
                    unseen: failed.take_message().is_some(),
                    error: failed.into_error(),
                }),
            },
        }
    }
}

impl One {
    async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        self.requests.ready().await?;
        self.requests.send_request(request).await
    }

    pub(super) fn is_closed(&self) -> bool {
        self.requests.is_closed()
    }
}

impl Many {
    pub(super) fn is_closed(&self) -> bool {
        self.requests.is_closed()
    }

    /// Whether nobody but the keeper of this clone uses the connection.
    pub(super) fn is_idle(&self) -> bool {
        Arc::strong_count(&self.users) == 1
    }

    /// Whether another exchange may join.
    pub(super) fn has_room(&self) -> bool {
        Arc::strong_count(&self.users) <= MOST_STREAMS
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
