//! Connections that have changed to another protocol, such as WebSockets: bytes go back and forth until a side ends or
//! both are silent for too long. When the server stops, a tunnel ends at its first second of silence.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    time::{Instant, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What is read at once.
const PIECE: usize = 16 * 1024;

/// Silence after which a tunnel ends while the server stops.
const SILENCE_AT_THE_END: Duration = Duration::from_secs(1);

/// The tunnels of one serving thread.
#[derive(Debug, Default)]
pub struct Tunnels {
    running: TaskTracker,
    draining: CancellationToken,
}

impl Tunnels {
    /// Carries bytes between the two sides once both are there; silence of `longest` ends it.
    pub fn open<A, B, E>(
        &self,
        near: impl Future<Output = Result<A, E>> + Send + 'static,
        far: impl Future<Output = Result<B, E>> + Send + 'static,
        longest: Duration,
    ) where
        A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        E: Send + 'static,
    {
        let draining = self.draining.clone();
        self.running.spawn(async move {
            let (Ok(near), Ok(far)) = tokio::join!(near, far) else {
                return;
            };
            carry(near, far, longest, &draining).await;
        });
    }

    /// From now on tunnels end when they are silent.
    pub fn drain(&self) {
        self.draining.cancel();
        self.running.close();
    }

    /// Waits until there are none.
    pub async fn ended(&self) {
        self.running.wait().await;
    }
}

async fn carry<A, B>(near: A, far: B, longest: Duration, draining: &CancellationToken)
where
    A: AsyncRead + AsyncWrite,
    B: AsyncRead + AsyncWrite,
{
    let moved = Moved(Mutex::new(Instant::now()));
    let (near_reader, near_writer) = split(near);
    let (far_reader, far_writer) = split(far);
    let both = async {
        // How either ended is told to the other side by closing it.
        drop(tokio::join!(
            pump(near_reader, far_writer, &moved),
            pump(far_reader, near_writer, &moved),
        ));
    };
    let silent = async {
        tokio::select! {
            () = moved.silence_of(longest) => return,
            () = draining.cancelled() => {}
        }
        moved.silence_of(SILENCE_AT_THE_END).await;
    };
    tokio::select! {
        () = both => {}
        () = silent => {}
    }
}

async fn pump<R, W>(mut reader: R, mut writer: W, moved: &Moved) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut piece = vec![0; PIECE];
    loop {
        let length = match reader.read(&mut piece).await {
            Ok(0) | Err(_) => return writer.shutdown().await,
            Ok(length) => length,
        };
        moved.now();
        writer.write_all(&piece[..length]).await?;
        writer.flush().await?;
        moved.now();
    }
}

/// When bytes last moved, in either direction.
struct Moved(Mutex<Instant>);

impl Moved {
    fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    async fn silence_of(&self, longest: Duration) {
        loop {
            let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            sleep_until(last + longest).await;
            if last == *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio::io::duplex;

    use super::*;

    fn at_once<T>(side: T) -> std::future::Ready<Result<T, Infallible>> {
        std::future::ready(Ok(side))
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_go_both_ways_until_a_side_ends() {
        let tunnels = Tunnels::default();
        let (mut client, near) = duplex(64);
        let (far, mut server) = duplex(64);
        tunnels.open(at_once(near), at_once(far), Duration::from_hours(1));
        client.write_all(b"ping").await.unwrap();
        let mut four = [0; 4];
        server.read_exact(&mut four).await.unwrap();
        server.write_all(b"pong").await.unwrap();
        client.read_exact(&mut four).await.unwrap();
        assert_eq!(&four, b"pong");
        client.shutdown().await.unwrap();
        assert_eq!(server.read(&mut four).await.unwrap(), 0);
        // The other direction is still open.
        server.write_all(b"bye!").await.unwrap();
        client.read_exact(&mut four).await.unwrap();
        drop(server);
        tunnels.drain();
        tunnels.ended().await;
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_a_tunnel_and_sooner_when_the_server_stops() {
        for (draining, seconds) in [(false, 3600), (true, 1)] {
            let tunnels = Tunnels::default();
            let (_client, near) = duplex(64);
            let (far, _server) = duplex(64);
            tunnels.open(at_once(near), at_once(far), Duration::from_hours(1));
            let begun = Instant::now();
            if draining {
                tunnels.drain();
            } else {
                tunnels.running.close();
            }
            tunnels.ended().await;
            assert_eq!(begun.elapsed().as_secs(), seconds);
        }
    }
}
