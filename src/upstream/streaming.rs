//! Requests and answers of any length, as they pass through to a GitLab: bodies go on piece by piece in both directions, as
//! fast as the slower side takes them, and only silence ends them. Called by `passthrough`. Its connections are kept apart
//! from those to gateways, which carry small requests and have clocks of their own.

use std::{
    io,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body as Incoming, HttpBody};
use bytes::Bytes;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Frame, Incoming as Answered, SizeHint},
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, Sleep, sleep_until, timeout_at},
};

use super::{
    Endpoint, UpstreamError,
    watched::{Heard, Watched},
};

/// Most bytes of the head of an answer.
const LARGEST_HEAD: usize = 64 * 1024;

/// Connections that wait for the next request, and how long. GitLab's own servers wait longer.
const MOST_IDLE: usize = 64;
const LONGEST_IDLE: Duration = Duration::from_secs(15);

/// A client of one upstream for requests of any length.
pub struct Streaming {
    endpoint: Endpoint,
    connect: Duration,
    idle: Duration,
    pool: Arc<Pool>,
}

/// The sending half of a connection.
pub(super) struct Sender {
    requests: SendRequest<Upload>,
    heard: Heard,
}

/// Connections that wait, the youngest last.
#[derive(Default)]
struct Pool(Mutex<Vec<(Instant, Sender)>>);

/// The body of a request on its way through.
struct Upload {
    inner: Incoming,
    progress: Arc<Progress>,
}

/// How far an upload has come.
struct Progress {
    moved_at: Mutex<Instant>,
    ended: AtomicBool,
}

/// The body of an answer on its way through. Dropping it early ends the exchange upstream too.
pub struct StreamedBody {
    inner: Answered,
    /// Given back to the pool when the body is whole.
    sender: Option<Sender>,
    pool: Arc<Pool>,
    progress: Arc<Progress>,
    idle: Duration,
    silent_since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Sender {
    /// Begins HTTP/1.1 on `stream`.
    pub(super) async fn begin<S>(stream: S) -> io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let heard = Heard::default();
        let (requests, connection) = http1::Builder::new()
            .max_header_size(LARGEST_HEAD)
            .handshake(TokioIo::new(Watched::new(stream, heard.clone())))
            .await
            .map_err(io::Error::other)?;
        // Its failures reach whoever waits for an answer; the task ends with the connection.
        tokio::spawn(async move { drop(connection.with_upgrades().await) });
        Ok(Self { requests, heard })
    }
}

// === impl Streaming ===

impl Streaming {
    /// A client of `endpoint` with a limit for connecting and one for silence.
    pub fn new(endpoint: Endpoint, connect: Duration, idle: Duration) -> Self {
        Self {
            endpoint,
            connect,
            idle,
            pool: Arc::default(),
        }
    }

    /// Where requests go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Longest silence of what passes through.
    pub fn longest_silence(&self) -> Duration {
        self.idle
    }

    /// Sends a request and returns as soon as the head of the answer is there. It is sent a second time only if a kept
    /// connection had been closed before any of it was written, or before any byte of an answer to a request that has
    /// no body and changes nothing (RFC 9110 section 9.2.2).
    pub async fn send(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<StreamedBody>, UpstreamError> {
        let progress = Arc::new(Progress {
            moved_at: Mutex::new(Instant::now()),
            ended: AtomicBool::new(request.body().is_end_stream()),
        });
        let mut request = request.map(|inner| Upload {
            inner,
            progress: Arc::clone(&progress),
        });
        while let Some(mut sender) = self.pool.take() {
            if sender.requests.ready().await.is_err() {
                continue;
            }
            sender.heard.clear();
            let heard = sender.heard.clone();
            let spare = copy(&request);
            match self.exchange(&mut sender, request, &progress).await? {
                Ok(answer) => return Ok(self.streamed(sender, answer, progress)),
                Err(Failed { unsent, error }) => {
                    let again = unsent.or(spare.filter(|_| !heard.anything()));
                    request = again.ok_or(UpstreamError::Exchange(error.into()))?;
                }
            }
        }
        let mut sender = self.endpoint.connect_streaming(self.connect).await?;
        match self.exchange(&mut sender, request, &progress).await? {
            Ok(answer) => Ok(self.streamed(sender, answer, progress)),
            Err(failed) => Err(UpstreamError::Exchange(failed.error.into())),
        }
    }

    /// Waits for the head of an answer for as long as the upload moves, and for the longest silence after that.
    async fn exchange(
        &self,
        sender: &mut Sender,
        request: Request<Upload>,
        progress: &Progress,
    ) -> Result<Result<Response<Answered>, Failed>, UpstreamError> {
        let mut answer = pin!(sender.requests.try_send_request(request));
        loop {
            let deadline = progress.moved_at() + self.idle;
            match timeout_at(deadline, answer.as_mut()).await {
                Ok(Ok(answer)) => return Ok(Ok(answer)),
                Ok(Err(mut error)) => {
                    return Ok(Err(Failed {
                        unsent: error.take_message(),
                        error: error.into_error(),
                    }));
                }
                Err(_) if progress.moved_at() + self.idle > deadline => {}
                Err(_) => return Err(UpstreamError::ResponseTimeout(self.idle)),
            }
        }
    }

    fn streamed(
        &self,
        sender: Sender,
        answer: Response<Answered>,
        progress: Arc<Progress>,
    ) -> Response<StreamedBody> {
        let switched = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
        answer.map(|inner| StreamedBody {
            inner,
            sender: Some(sender).filter(|_| !switched),
            pool: Arc::clone(&self.pool),
            progress,
            idle: self.idle,
            silent_since: None,
            timer: None,
        })
    }
}

/// An exchange that failed before the head of an answer.
struct Failed {
    /// The request, if none of it was written.
    unsent: Option<Request<Upload>>,
    error: hyper::Error,
}

/// A request that can be sent twice without harm.
fn copy(request: &Request<Upload>) -> Option<Request<Upload>> {
    let harmless = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !harmless || !request.body().is_end_stream() {
        return None;
    }
    let mut copy = Request::new(Upload {
        inner: Incoming::empty(),
        progress: Arc::clone(&request.body().progress),
    });
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    copy.headers_mut().clone_from(request.headers());
    Some(copy)
}

// === impl Pool ===

impl Pool {
    fn take(&self) -> Option<Sender> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((since, sender)) = idle.pop() {
            if since.elapsed() > LONGEST_IDLE {
                // Those below have waited longer still.
                idle.clear();
            } else if !sender.requests.is_closed() {
                return Some(sender);
            }
        }
        None
    }

    fn put(&self, sender: Sender) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() >= MOST_IDLE {
            idle.remove(0);
        }
        idle.push((Instant::now(), sender));
    }
}

// === impl Upload ===

impl Progress {
    fn moved_at(&self) -> Instant {
        *self.moved_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn move_on(&self) {
        *self.moved_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if polled.is_ready() {
            self.progress.move_on();
        }
        if matches!(polled, Poll::Ready(None)) || self.inner.is_end_stream() {
            self.progress.ended.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

// === impl StreamedBody ===

impl StreamedBody {
    fn finish(&mut self) {
        // A connection on which an upload has been left half-way carries nothing else.
        let uploaded = self.progress.ended.load(Ordering::Relaxed);
        if let Some(sender) = self.sender.take()
            && uploaded
            && !sender.requests.is_closed()
        {
            self.pool.put(sender);
        }
    }

    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<UpstreamError> {
        let since = *self.silent_since.get_or_insert_with(Instant::now);
        let deadline = since + self.idle;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer
            .as_mut()
            .poll(context)
            .map(|()| UpstreamError::Idle(self.idle))
    }
}

impl HttpBody for StreamedBody {
    type Data = Bytes;
    type Error = UpstreamError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UpstreamError>>> {
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.silent_since = None;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                Poll::Ready(Some(Err(UpstreamError::Cut(error.into()))))
            }
            Poll::Ready(None) => {
                self.finish();
                Poll::Ready(None)
            }
            Poll::Pending => self.poll_silence(context).map(|error| Some(Err(error))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for StreamedBody {
    fn drop(&mut self) {
        // A reader that knows the length does not ask for the end a second time.
        if self.inner.is_end_stream() {
            self.finish();
        }
    }
}
