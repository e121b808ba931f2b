//! Bind, serve, drain. One thread per core, each with a runtime, a listener and upstream connections of its own: the kernel
//! spreads connections over the listeners (`SO_REUSEPORT`), and a request never crosses threads. A runtime that steals
//! work costs 2 to 4 µs a request more, which is a quarter of what a bare proxy costs.

mod bell;
mod guard;
mod http2;
mod listen;
mod router;

pub use listen::{Bound, ListenError};
pub use router::router;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    middleware::{Activity, Peer, edge},
    state::App,
};
use bell::Bell;
use guard::{Clocks, Guarded};

/// Largest head of a request.
const LARGEST_HEAD: usize = 64 * 1024;

/// The two signals of a stop.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// No new requests; running ones finish.
    pub drain: CancellationToken,
    /// Running ones are broken off.
    pub abort: CancellationToken,
}

impl Stop {
    /// Ends with the first of the two signals.
    async fn given(self) {
        tokio::select! {
            () = self.drain.cancelled() => {}
            () = self.abort.cancelled() => {}
        }
    }
}

/// One serving thread: accepts on `listener` until told to drain, then waits for its connections.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, app: Arc<App>, stop: Stop) {
    let connections = TaskTracker::new();
    let worker = Arc::new(Worker {
        router: router(&app),
        app,
        stop,
    });
    loop {
        let accepted = tokio::select! {
            biased;
            () = worker.stop.drain.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                connections.spawn(Arc::clone(&worker).connection(stream, address, tls.clone()));
            }
            Err(error) => {
                // Out of descriptors, most likely: connections that end give some back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if let Some(front) = &worker.app.front {
        front.tunnels.drain();
    }
    connections.wait().await;
    if let Some(front) = &worker.app.front {
        tokio::select! {
            () = front.tunnels.ended() => {}
            () = worker.stop.abort.cancelled() => {}
        }
    }
}

struct Worker {
    router: Router,
    app: Arc<App>,
    stop: Stop,
}

impl Worker {
    async fn connection(
        self: Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        tls: Option<TlsAcceptor>,
    ) {
        // Small answers must not wait for more to come.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        self.app.metrics.connections.inc();
        let head_time = self.app.settings.server.header_timeout;
        match tls {
            None => {
                let begun = tokio::select! {
                    begun = http2::is_begun(&stream, head_time) => begun,
                    () = self.stop.clone().given() => None,
                };
                if let Some(begun) = begun {
                    self.http(stream, address, begun, break_off).await;
                }
            }
            // Boxed, since TLS is far larger than everything that a connection without it would keep room for.
            Some(tls) => {
                let served = async {
                    let accepted = timeout(head_time, tls.accept(stream));
                    let accepted = self.stop.abort.run_until_cancelled(accepted).await;
                    if let Some(Ok(Ok(stream))) = accepted {
                        let chosen = http2::is_chosen(&stream);
                        let break_off = |stream: &TlsStream<_>| break_off(stream.get_ref().0);
                        self.http(stream, address, chosen, break_off).await;
                    }
                };
                Box::pin(served).await;
            }
        }
        self.app.metrics.connections.dec();
    }

    async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        socket: S,
        address: SocketAddr,
        is_http2: bool,
        break_off: fn(&S),
    ) {
        let activity = Arc::new(Activity::default());
        let server = &self.app.settings.server;
        let clocks = if is_http2 {
            http2::clocks(server)
        } else {
            Clocks {
                head: server.header_timeout,
                idle: server.idle_timeout,
                write: server.body_timeout,
                farewell: Duration::ZERO,
            }
        };
        let first = server.header_timeout;
        let guarded = Guarded::new(socket, Arc::clone(&activity), clocks, first, break_off);
        let io = TokioIo::new(guarded);
        let peer = Peer { address, activity };
        if is_http2 {
            // Boxed, since connections of the other kind would keep room for it too.
            Box::pin(http2::serve(self, io, peer)).await;
        } else {
            self.http1(io, peer).await;
        }
    }

    async fn http1<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        io: TokioIo<Guarded<S>>,
        peer: Peer,
    ) {
        let activity = Arc::clone(&peer.activity);
        let service = service_fn(|request: Request<Incoming>| {
            let (app, router, peer) = (&self.app, &self.router, peer.clone());
            async move {
                let reply = |request, notes| router::answer(app, router, request, notes);
                let request = request.map(Body::new);
                Ok::<_, Infallible>(edge(Arc::clone(app), reply, peer, request).await)
            }
        });
        let connection = http1::Builder::new()
            .max_buf_size(LARGEST_HEAD)
            .max_header_size(LARGEST_HEAD)
            // More than a hundred fields hyper refuses by itself; told so, it would fill the room for them before every head.
            // The socket's guard has this clock, and knows a head from an idle connection.
            .header_read_timeout(None)
            .serve_connection(io, service)
            .with_upgrades();
        tokio::pin!(connection);
        tokio::select! {
            biased;
            // How it ended concerns nobody: the requests on it have been accounted for one by one.
            _ended = connection.as_mut() => return,
            () = Bell::new(self.stop.clone().given()) => {}
        }
        activity.drain();
        connection.as_mut().graceful_shutdown();
        self.stop.abort.run_until_cancelled(connection).await;
    }
}

/// Has a socket end with a reset. One that is gone already needs none.
fn break_off(socket: &TcpStream) {
    drop(socket.set_zero_linger());
}

/// Answers one request without a connection, as tests do.
pub async fn answer(app: &Arc<App>, request: Request) -> axum::response::Response {
    let peer = Peer {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        activity: Arc::default(),
    };
    let router = router(app);
    let reply = |request, notes| router::answer(app, &router, request, notes);
    edge(Arc::clone(app), reply, peer, request)
        .await
        .map(Body::new)
}
