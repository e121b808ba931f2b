//! The one way out: a pooled HTTP/1.1 client with separate clocks for connecting, the head of an answer, silence in its
//! body and the whole of it. Called by `gateway` only. Every serving thread has one of its own, so that a request never
//! crosses threads.
//!
//! hyper's connection is used directly: its pooled client and what is built on it cost 2 to 5 µs a request more, and neither
//! tells a connection that had gone stale from a request that failed.

mod body;
mod connect;
mod pool;
mod watched;

pub use body::UpstreamBody;
pub use connect::{Endpoint, EndpointError};

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, StatusCode};
use tokio::{sync::Semaphore, time::timeout};

use connect::Sender;
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
    /// No connection could be made.
    #[error("no connection to {0}")]
    Connect(String, #[source] std::io::Error),
    /// No connection was made in time.
    #[error("no connection to {0} within {1:?}")]
    ConnectTimeout(String, Duration),
    /// The exchange broke off before the head of an answer, or the head is no HTTP.
    #[error("no usable answer")]
    Exchange(#[source] hyper::Error),
    /// No head of an answer came in time.
    #[error("no answer within {0:?}")]
    ResponseTimeout(Duration),
    /// The body broke off.
    #[error("the answer broke off")]
    Cut(#[source] hyper::Error),
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

/// A client of one upstream.
pub struct Upstream {
    endpoint: Endpoint,
    clocks: Clocks,
    pool: Arc<Pool>,
    in_flight: Arc<Semaphore>,
}

impl Upstream {
    /// A client of `endpoint`; `in_flight` bounds requests over all clients that share it.
    pub fn new(endpoint: Endpoint, clocks: Clocks, in_flight: Arc<Semaphore>) -> Self {
        Self {
            endpoint,
            clocks,
            pool: Arc::new(Pool::default()),
            in_flight,
        }
    }

    /// Sends the request that `make` builds and returns as soon as the head of the answer is there. `make` is called a
    /// second time only when a kept connection turned out to be closed before any byte of an answer.
    pub async fn send(
        &self,
        make: impl Fn(&Endpoint) -> Request<Full<Bytes>>,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        let permit = Arc::clone(&self.in_flight)
            .try_acquire_owned()
            .map_err(|_| UpstreamError::Busy)?;
        let exchange = async {
            if let Some(sender) = self.pool.take() {
                let heard = sender.heard.clone();
                match Self::exchange(sender, make(&self.endpoint)).await {
                    // The other side had closed it: nothing of an answer has come.
                    Err(_) if !heard.anything() => {}
                    other => return other.map_err(UpstreamError::Exchange),
                }
            }
            let sender = self.endpoint.connect(self.clocks.connect).await?;
            Self::exchange(sender, make(&self.endpoint))
                .await
                .map_err(UpstreamError::Exchange)
        };
        let (sender, response) = timeout(self.clocks.response, exchange)
            .await
            .map_err(|_| UpstreamError::ResponseTimeout(self.clocks.response))??;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(UpstreamError::Switched);
        }
        let lease = pool::Lease::new(sender, Arc::clone(&self.pool));
        Ok(response.map(|body| UpstreamBody::new(body, lease, permit, self.clocks)))
    }

    /// Where requests go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    async fn exchange(
        mut sender: Sender,
        request: Request<Full<Bytes>>,
    ) -> Result<(Sender, Response<hyper::body::Incoming>), hyper::Error> {
        sender.heard.clear();
        sender.requests.ready().await?;
        let response = sender.requests.send_request(request).await?;
        Ok((sender, response))
    }
}
