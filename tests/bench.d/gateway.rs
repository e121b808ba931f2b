//! The mock gateway: one thread that answers completions with a fixed document and generations with events without end,
//! at the rate that is asked for. It counts what it does, since the servers under test cannot be asked.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until},
};

use crate::{Outcome, wire::Wire};

const DOCUMENT: &str = r#"{"id":"id","model":{"engine":"mock","name":"mock","lang":"rust","tokens_consumption_metadata":{"input_tokens":1024,"output_tokens":32}},"object":"text_completion","created":1795219200,"metadata":{"enabled_feature_flags":[]},"choices":[{"text":"        self.speed += increment","index":0,"finish_reason":"length"}]}"#;

const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nX-Streaming-Format: sse\r\nTransfer-Encoding: chunked\r\n\r\n";
const STREAM_START: &str = "event: stream_start\r\ndata: {\"metadata\":{\"model\":{\"engine\":\"mock\",\"name\":\"mock\"},\"timestamp\":1795219200}}\r\n\r\n";
const CONTENT_CHUNK: &str = "event: content_chunk\r\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"self.@\"}}]}\r\n\r\n";

/// Bytes of a pack: 1 GiB.
pub(crate) const PACK: usize = 1024 * 1024 * 1024;

/// What stands in each event once and nowhere else.
pub(crate) const MARK: u8 = b'@';

/// A running mock gateway.
#[derive(Clone)]
pub(crate) struct Gateway {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicU64,
    micros_between_events: AtomicU64,
}

impl Gateway {
    /// Starts one on a free port.
    pub(crate) fn start() -> Outcome<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let gateway = Self {
            address: listener.local_addr()?,
            counts: Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let counts = Arc::clone(&gateway.counts);
        std::thread::Builder::new()
            .name("gateway".into())
            .spawn(move || runtime.block_on(accept(listener, counts)))?;
        Ok(gateway)
    }

    /// Connections made so far.
    pub(crate) fn connections(&self) -> u64 {
        self.counts.connections.load(Ordering::Relaxed)
    }

    /// Time between two events of each stream that begins from now on.
    pub(crate) fn pace(&self, between: Duration) {
        let micros = u64::try_from(between.as_micros()).unwrap_or(u64::MAX);
        self.counts
            .micros_between_events
            .store(micros, Ordering::Relaxed);
    }
}

async fn accept(listener: std::net::TcpListener, counts: Arc<Counts>) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let counts = Arc::clone(&counts);
        // Servers leave connections as they like; what went wrong with one shows in what clients get.
        tokio::spawn(async move { drop(converse(stream, &counts).await) });
    }
}

async fn converse(stream: TcpStream, counts: &Counts) -> io::Result<()> {
    let number = counts.connections.fetch_add(1, Ordering::Relaxed);
    let length = DOCUMENT.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{DOCUMENT}"
    );
    let mut wire = Wire::new(stream)?;
    while let Some(head) = wire.head().await? {
        wire.skip(head.content_length()?).await?;
        if head.begins_with("POST /v4/code/suggestions ") {
            return stream_events(&mut wire, counts, number).await;
        }
        if head.begins_with("GET ") {
            send_pack(&mut wire).await?;
        } else {
            wire.send(answer.as_bytes()).await?;
        }
    }
    Ok(())
}

/// Writes an answer as long as a pack of a large repository.
async fn send_pack(wire: &mut Wire) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\nContent-Length: {PACK}\r\n\r\n"
    );
    wire.send(head.as_bytes()).await?;
    let piece = vec![b'p'; 256 * 1024];
    for _ in 0..PACK / piece.len() {
        wire.send(&piece).await?;
    }
    Ok(())
}

/// Writes events until the reader leaves.
async fn stream_events(wire: &mut Wire, counts: &Counts, number: u64) -> io::Result<()> {
    let begin = format!("{STREAM_HEAD}{}", chunk(STREAM_START));
    wire.send(begin.as_bytes()).await?;
    let event = chunk(CONTENT_CHUNK);
    let micros = counts.micros_between_events.load(Ordering::Relaxed);
    let between = Duration::from_micros(micros);
    // Streams begin at once and would send at once; spread over the time between two events they do not.
    let offset = number.wrapping_mul(0x9e37_79b9) % micros.max(1);
    let mut next = Instant::now() + Duration::from_micros(offset);
    loop {
        tokio::select! {
            () = sleep_until(next) => wire.send(event.as_bytes()).await?,
            read = wire.piece() => {
                if read?.is_empty() {
                    return Ok(());
                }
                continue;
            }
        }
        next += between;
    }
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}
