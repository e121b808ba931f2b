//! The one way out: a pooled client of HTTP/1.1 and HTTP/2 with separate clocks for connecting, the head of an answer, silence in its
//! body and the whole of it. Called by `gateway` and `auth`; what
//! passes through to a GitLab has a client without an end, [`Streaming`]. Every serving thread has one of its own, so that a request never
//! crosses threads.
//!
//! HTTP/1.1 is spoken here directly, with `httparse` for heads. A client that runs beside its requests, as hyper's does,
//! costs a request a tenth more: two switches between tasks, and twice the buffers. Answers are read more strictly than the
//! standard asks for: what could be framed in two ways is refused. HTTP/2 is left to hyper.

mod body;
mod breaker;
mod connect;
mod exchange;
mod fields;
mod framing;
mod head;
mod pool;
mod proxy;
mod streaming;
mod tls;
mod tunnel;
mod watched;
mod wire;

pub use body::UpstreamBody;
pub use breaker::Breaker;
pub use connect::{Endpoint, EndpointError, Route};
pub use fields::Fields;
pub use proxy::ProxyVariables;
pub use streaming::{StreamedBody, Streaming};
pub use tls::{TlsError, TlsFiles};
pub use tunnel::Tunnels;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, StatusCode};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

use breaker::Pass;
use exchange::{Failure, Outgoing, Source};
use pool::Pool;

/// How long each part of an exchange may take.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    /// Until the connection is there, TLS included.
    pub connect: Duration,
    /// From the request to the head of the answer.
    pub response: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// The whole body.
    pub whole: Duration,
}

/// Why an exchange failed. Each clock has its own.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// Too many requests are under way.
    #[error("too many requests are under way")]
    Busy,
    /// The circuit breaker is open; the time until the next try.
    #[error("the upstream has not answered for a while; next try in {0:?}")]
    Open(Duration),
    /// No connection could be made.
    #[error("no connection to {0}")]
    Connect(String, #[source] std::io::Error),
    /// No connection was made in time.
    #[error("no connection to {0} within {1:?}")]
    ConnectTimeout(String, Duration),
    /// The exchange broke off before the head of an answer, or the head is no HTTP.
    #[error("no usable answer")]
    Exchange(#[source] WireError),
    /// No head of an answer came in time.
    #[error("no answer within {0:?}")]
    ResponseTimeout(Duration),
    /// The body broke off.
    #[error("the answer broke off")]
    Cut(#[source] WireError),
    /// The body fell silent.
    #[error("the answer fell silent for {0:?}")]
    Idle(Duration),
    /// The body took too long as a whole.
    #[error("the answer took longer than {0:?}")]
    Whole(Duration),
    /// The answer wants to speak another protocol.
    #[error("the answer switches protocols")]
    Switched,
}

/// What can go wrong on a connection.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// It broke.
    #[error("the connection broke")]
    Broken(#[from] std::io::Error),
    /// It ended before the answer did.
    #[error("the connection ended before the answer")]
    Ended,
    /// The answer is no HTTP, or not of a kind that can be trusted.
    #[error("the answer is malformed: {0}")]
    Malformed(&'static str),
    /// It did not come in time.
    #[error("the answer is late")]
    Late,
    /// It went wrong within HTTP/2, or in what passes through.
    #[error("the exchange failed")]
    Hyper(#[from] hyper::Error),
}

/// A client of one upstream.
pub struct Upstream {
    endpoint: Endpoint,
    clocks: Clocks,
    pool: Arc<Pool>,
    gate: Gate,
}

/// What stands before every request to an upstream, shared by all clients of it.
#[derive(Clone)]
pub struct Gate {
    /// Bounds requests under way.
    pub in_flight: Arc<Semaphore>,
    /// Refuses while the upstream is away.
    pub breaker: Arc<Breaker>,
}

impl Upstream {
    /// A client of `endpoint` behind `gate`.
    pub fn new(endpoint: Endpoint, clocks: Clocks, gate: Gate) -> Self {
        Self {
            endpoint,
            clocks,
            pool: Arc::new(Pool::default()),
            gate,
        }
    }

    /// Sends the request that `make` builds and returns as soon as the head of the answer is there. `make` is called a
    /// second time only when a kept connection turned out to be closed before any byte of an answer.
    pub async fn send(
        &self,
        make: impl Fn(&Endpoint) -> Request<Full<Bytes>>,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        self.send_within(self.clocks.response, make).await
    }

    /// The same with another limit for the head of the answer.
    pub async fn send_within(
        &self,
        limit: Duration,
        make: impl Fn(&Endpoint) -> Request<Full<Bytes>>,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        self.ask(limit, || Outgoing::Any(make(&self.endpoint)))
            .await
    }

    /// Sends a POST to a path below the base URL; returns as soon as the head of the answer is there.
    pub async fn post(
        &self,
        path: &'static str,
        fields: Fields,
        body: Bytes,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        self.post_within(self.clocks.response, path, fields, body)
            .await
    }

    /// The same with another limit for the head of the answer.
    pub async fn post_within(
        &self,
        limit: Duration,
        path: &'static str,
        fields: Fields,
        body: Bytes,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        let endpoint = &self.endpoint;
        let fields = Bytes::from(fields);
        self.ask(limit, || Outgoing::Post {
            endpoint,
            path,
            fields: fields.clone(),
            body: body.clone(),
        })
        .await
    }

    async fn ask<'a>(
        &'a self,
        limit: Duration,
        make: impl Fn() -> Outgoing<'a>,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        let breaker = &*self.gate.breaker;
        let pass = breaker.admit().map_err(UpstreamError::Open)?;
        let permit = Arc::clone(&self.gate.in_flight)
            .try_acquire_owned()
            .map_err(|_| UpstreamError::Busy)?;
        let watch = Watch::new((breaker, pass), limit / 4);
        let deadline = watch.since + limit;
        let kept = match self.pool.take() {
            Some(connection) => match connection.exchange(make(), deadline).await {
                // The other side had closed it: nothing of an answer has come.
                Err(Failure { unseen: true, .. }) => None,
                other => Some(other),
            },
            None => None,
        };
        let exchanged = match kept {
            Some(exchanged) => exchanged.map_err(|failure| failure.within(limit)),
            // Rare, and far larger than the rest of this future.
            None => Box::pin(self.ask_anew(make(), (limit, deadline))).await,
        };
        watch.judge(exchanged.is_ok());
        let response = exchanged?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(UpstreamError::Switched);
        }
        let pool = Arc::clone(&self.pool);
        Ok(response.map(|source| UpstreamBody::new(source, pool, permit, self.clocks)))
    }

    /// An exchange on a new connection.
    async fn ask_anew(
        &self,
        request: Outgoing<'_>,
        (limit, deadline): (Duration, Instant),
    ) -> Result<Response<Source>, UpstreamError> {
        let connecting = self.endpoint.connect(self.clocks.connect);
        let connection = timeout_at(deadline, connecting)
            .await
            .map_err(|_| UpstreamError::ResponseTimeout(limit))
            .flatten()?;
        self.pool.share(&connection);
        let exchanged = connection.exchange(request, deadline).await;
        exchanged.map_err(|failure| failure.within(limit))
    }

    /// Where requests go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl Failure {
    /// What it means to whoever waited for so long.
    fn within(self, limit: Duration) -> UpstreamError {
        match self.error {
            WireError::Late => UpstreamError::ResponseTimeout(limit),
            error => UpstreamError::Exchange(error),
        }
    }
}

/// Tells the breaker how a request ended, also when nobody waits for it any more: editors give up long before the clock
/// for the head does, and an upstream that only hangs would never be found out.
struct Watch<'a> {
    breaker: &'a Breaker,
    pass: Pass,
    since: Instant,
    patience: Duration,
    judged: bool,
}

impl<'a> Watch<'a> {
    fn new((breaker, pass): (&'a Breaker, Pass), patience: Duration) -> Self {
        Self {
            breaker,
            pass,
            since: Instant::now(),
            patience,
            judged: false,
        }
    }

    fn judge(mut self, answered: bool) {
        self.judged = true;
        if answered {
            self.breaker.succeeded();
        } else {
            self.breaker.failed_since(self.pass);
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.judged && self.since.elapsed() >= self.patience {
            self.breaker.failed_since(self.pass);
        }
    }
}

#[cfg(test)]
mod tests;
