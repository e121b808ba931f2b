//! A signal that hardly ever comes, waited for beside something that is polled all the time. Used by connections, which wait
//! for the stop of the server.
//!
//! Asking for a stop takes locks that all threads share, and a connection is polled several times a request: the question is
//! asked once, and again only when an answer has rung.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// A future that is polled only when it has woken, however often this is.
pub(super) struct Bell<F> {
    signal: Pin<Box<F>>,
    rope: Arc<Rope>,
}

/// What the signal pulls.
struct Rope {
    rung: AtomicBool,
    listener: AtomicWaker,
}

impl<F: Future<Output = ()>> Bell<F> {
    /// Waits for `signal`.
    pub(super) fn new(signal: F) -> Self {
        Self {
            signal: Box::pin(signal),
            // Nobody has asked yet.
            rope: Arc::new(Rope {
                rung: AtomicBool::new(true),
                listener: AtomicWaker::new(),
            }),
        }
    }
}

impl<F: Future<Output = ()>> Future for Bell<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Registered before the look, so that a ring in between is not lost.
        self.rope.listener.register(context.waker());
        if !self.rope.rung.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        self.rope.rung.store(false, Ordering::Release);
        let waker = Waker::from(Arc::clone(&self.rope));
        self.signal.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.listener.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, future::poll_fn};

    use tokio_util::sync::CancellationToken;

    use super::*;

    #[tokio::test]
    async fn it_is_asked_once_and_when_it_has_rung() {
        let token = CancellationToken::new();
        let asked = Cell::new(0);
        let signal = {
            let mut cancelled = Box::pin(token.cancelled());
            let asked = &asked;
            poll_fn(move |context| {
                asked.set(asked.get() + 1);
                cancelled.as_mut().poll(context)
            })
        };
        let mut bell = Bell::new(signal);
        for _ in 0..3 {
            let polled = poll_fn(|context| Poll::Ready(Pin::new(&mut bell).poll(context)));
            assert!(polled.await.is_pending());
        }
        assert_eq!(asked.get(), 1);
        token.cancel();
        bell.await;
        assert_eq!(asked.get(), 2);
    }

    #[tokio::test]
    async fn it_wakes_whoever_waits() {
        let token = CancellationToken::new();
        let waiting = tokio::spawn(Bell::new(token.clone().cancelled_owned()));
        tokio::task::yield_now().await;
        token.cancel();
        waiting.await.unwrap();
    }
}
