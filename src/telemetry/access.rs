//! One line per request, from a fixed list of fields, written in batches by a thread of its own: the request only
//! appends to a buffer, with a line that it has made before, since all serving threads share that buffer. When the reader of the log is stuck, lines beyond 8 MiB are dropped and counted rather than kept.
//!
//! Fields: `timestamp`, `level`, `message`, `request_id`, `client` (address), `method`, `route` (the template, never the path), `status`,
//! `duration_ms`, `bytes_in`, `bytes_out`, `user` (number), `upstream_status`, `reason` (a fixed word), `cut` (whether the
//! client got less than the whole). A client that left before there was a reply has the status 499.

use std::{
    cell::RefCell,
    io::{self, Write},
    mem,
    net::IpAddr,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use crate::{clock::iso8601_millis, config::LogFormat};

const LARGEST_BUFFER: usize = 8 * 1024 * 1024;
const BATCH: Duration = Duration::from_millis(50);

/// One request, when it is over.
#[derive(Debug)]
pub struct AccessLine<'a> {
    /// Time of the end, since the epoch.
    pub at: Duration,
    /// Identifier of the request, plain by construction.
    pub request_id: &'a str,
    /// Where the client is.
    pub client: IpAddr,
    /// Method, from a fixed set.
    pub method: &'static str,
    /// Template of the route.
    pub route: &'a str,
    /// Status of the reply.
    pub status: u16,
    /// From the head of the request to the end of the reply.
    pub took: Duration,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the reply's body.
    pub bytes_out: u64,
    /// Number of the user.
    pub user: Option<i64>,
    /// Status that the gateway answered.
    pub upstream_status: Option<u16>,
    /// Why a request was refused.
    pub reason: Option<&'static str>,
    /// Whether the client got less than the whole reply.
    pub cut: bool,
}

/// Where access lines go.
pub struct AccessLog {
    format: LogFormat,
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    lines: Mutex<Vec<u8>>,
    filled: Condvar,
    stopping: AtomicBool,
    dropped: AtomicU64,
}

/// A line that a thread is making.
#[derive(Default)]
struct Draft {
    line: Vec<u8>,
    /// The last timestamp and the second that it belongs to: a busy second writes it once.
    timestamp: String,
    second: Option<u64>,
}

thread_local! {
    static DRAFT: RefCell<Draft> = RefCell::default();
}

impl AccessLog {
    /// A log that writes to `out`.
    pub fn start(format: LogFormat, out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            lines: Mutex::default(),
            filled: Condvar::new(),
            stopping: AtomicBool::new(false),
            dropped: AtomicU64::new(0),
        });
        let for_writer = Arc::clone(&shared);
        let writer = std::thread::Builder::new()
            .name("access-log".into())
            .spawn(move || for_writer.write_to(out))?;
        Ok(Self {
            format,
            shared,
            writer: Mutex::new(Some(writer)),
        })
    }

    /// Adds a line.
    pub fn record(&self, line: &AccessLine<'_>) {
        DRAFT.with_borrow_mut(|draft| {
            draft.set_time(line.at);
            draft.line.clear();
            match self.format {
                LogFormat::Json => line.write_json(&draft.timestamp, &mut draft.line),
                LogFormat::Text => line.write_text(&draft.timestamp, &mut draft.line),
            }
            draft.line.push(b'\n');
            self.shared.append(&draft.line);
        });
    }

    /// Writes what is left and ends.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        self.shared.filled.notify_one();
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(writer) = writer {
            // A writer that panicked has nothing left to say.
            drop(writer.join());
        }
    }
}

impl Shared {
    fn append(&self, line: &[u8]) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() > LARGEST_BUFFER {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let was_empty = lines.is_empty();
        lines.extend_from_slice(line);
        drop(lines);
        if was_empty {
            self.filled.notify_one();
        }
    }

    fn write_to(&self, mut out: impl Write) {
        let mut batch = Vec::new();
        loop {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            while lines.is_empty() {
                if self.stopping.load(Ordering::SeqCst) {
                    return;
                }
                // The time-out covers a stop that was signalled just before the wait began.
                let waited = self.filled.wait_timeout(lines, Duration::from_secs(1));
                lines = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            mem::swap(&mut *lines, &mut batch);
            drop(lines);
            let dropped = self.dropped.swap(0, Ordering::Relaxed);
            if dropped > 0 {
                tracing::warn!(
                    dropped,
                    "access lines dropped: the log is not read fast enough"
                );
            }
            if out.write_all(&batch).and_then(|()| out.flush()).is_err() {
                // Nobody reads the log any more; there is no better place to say so.
            }
            batch.clear();
            if !self.stopping.load(Ordering::SeqCst) {
                std::thread::sleep(BATCH);
            }
        }
    }
}

impl Draft {
    /// Brings the timestamp up to `now`: all of it if the second is a new one, else the milliseconds only.
    fn set_time(&mut self, now: Duration) {
        if self.second != Some(now.as_secs()) {
            self.second = Some(now.as_secs());
            self.timestamp = iso8601_millis(now);
            return;
        }
        // The form ends in `.123Z`.
        let kept = self.timestamp.len().saturating_sub(4);
        self.timestamp.truncate(kept);
        // One more digit in front keeps the zeros.
        let mut digits = itoa::Buffer::new();
        self.timestamp
            .push_str(&digits.format(1000 + now.subsec_millis())[1..]);
        self.timestamp.push('Z');
    }
}

impl AccessLine<'_> {
    /// `INFO`, or `ERROR` for failures of the server.
    fn level(&self) -> &'static str {
        if self.status >= 500 { "ERROR" } else { "INFO" }
    }

    /// Written by hand: every part is a number, a word of ours or plain text, so that nothing needs to be escaped.
    fn write_json(&self, timestamp: &str, out: &mut Vec<u8>) {
        let mut line = Line(out);
        line.texts(&[
            r#"{"timestamp":""#,
            timestamp,
            r#"","level":""#,
            self.level(),
        ]);
        line.texts(&[r#"","message":"request","request_id":""#, self.request_id]);
        line.address(r#"","client":""#, self.client);
        line.texts(&[r#"","method":""#, self.method, r#"","route":""#, self.route]);
        line.number(r#"","status":"#, self.status);
        let micros = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX);
        line.number(r#","duration_ms":"#, micros / 1000);
        line.texts(&[".", &itoa::Buffer::new().format(1000 + micros % 1000)[1..]]);
        line.number(r#","bytes_in":"#, self.bytes_in);
        line.number(r#","bytes_out":"#, self.bytes_out);
        if let Some(user) = self.user {
            line.number(r#","user":"#, user);
        }
        if let Some(status) = self.upstream_status {
            line.number(r#","upstream_status":"#, status);
        }
        if let Some(reason) = self.reason {
            line.texts(&[r#","reason":""#, reason, "\""]);
        }
        line.texts(&[if self.cut { r#","cut":true}"# } else { "}" }]);
    }

    fn write_text(&self, timestamp: &str, out: &mut Vec<u8>) {
        let mut line = Line(out);
        line.texts(&[timestamp, if self.status >= 500 { " " } else { "  " }]);
        line.texts(&[self.level()]);
        line.number(" ", self.status);
        line.texts(&[" ", self.method, " ", self.route]);
        line.texts(&[&format!(" {:.1} ms", self.took.as_secs_f64() * 1000.0)]);
        line.address(" client=", self.client);
        line.texts(&[" id=", self.request_id]);
        if let Some(user) = self.user {
            line.number(" user=", user);
        }
        if let Some(status) = self.upstream_status {
            line.number(" upstream=", status);
        }
        if let Some(reason) = self.reason {
            line.texts(&[" reason=", reason]);
        }
        if self.cut {
            line.texts(&[" cut"]);
        }
    }
}

/// A line that grows.
struct Line<'a>(&'a mut Vec<u8>);

impl Line<'_> {
    fn texts(&mut self, texts: &[&str]) {
        for text in texts {
            self.0.extend_from_slice(text.as_bytes());
        }
    }

    fn number(&mut self, before: &str, number: impl itoa::Integer) {
        self.texts(&[before, itoa::Buffer::new().format(number)]);
    }

    fn address(&mut self, before: &str, address: IpAddr) {
        match address {
            IpAddr::V4(address) => {
                let [first, rest @ ..] = address.octets();
                self.number(before, first);
                for octet in rest {
                    self.number(".", octet);
                }
            }
            IpAddr::V6(address) => self.texts(&[before, &address.to_string()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(status: u16) -> AccessLine<'static> {
        AccessLine {
            at: Duration::from_millis(1_795_255_200_007),
            request_id: "id",
            client: "2001:db8::7".parse().unwrap(),
            method: "POST",
            route: "/api/v4/code_suggestions/completions",
            status,
            took: Duration::from_micros(1250),
            bytes_in: 10,
            bytes_out: 20,
            user: Some(42),
            upstream_status: None,
            reason: None,
            cut: false,
        }
    }

    #[test]
    fn every_line_is_written_before_the_end() {
        let memory = Memory::default();
        let log = AccessLog::start(LogFormat::Json, memory.clone()).unwrap();
        for status in 200..300 {
            log.record(&line(status));
        }
        log.stop();
        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 100);
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&first["status"], &first["user"]),
            (&200.into(), &42.into())
        );
        assert!(first.get("reason").is_none());
    }

    #[test]
    fn json_lines_have_these_fields() {
        let mut out = Vec::new();
        let at = "2026-11-21T10:00:00.007Z";
        line(200).write_json(at, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"timestamp":"2026-11-21T10:00:00.007Z","level":"INFO","message":"request","request_id":"id","client":"2001:db8::7","method":"POST","route":"/api/v4/code_suggestions/completions","status":200,"duration_ms":1.250,"bytes_in":10,"bytes_out":20,"user":42}"#
        );
        let mut out = Vec::new();
        let failed = AccessLine {
            user: None,
            upstream_status: Some(500),
            reason: Some("bad_gateway"),
            cut: true,
            ..line(502)
        };
        failed.write_json(at, &mut out);
        let written: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let expected = serde_json::json!({
            "timestamp": at, "level": "ERROR", "message": "request", "request_id": "id", "client": "2001:db8::7", "method": "POST",
            "route": "/api/v4/code_suggestions/completions", "status": 502, "duration_ms": 1.25, "bytes_in": 10,
            "bytes_out": 20, "upstream_status": 500, "reason": "bad_gateway", "cut": true,
        });
        assert_eq!(written, expected);
    }

    #[test]
    fn the_time_is_the_lines_own() {
        let mut draft = Draft::default();
        for (millis, expected) in [
            (1_795_255_200_007, "2026-11-21T10:00:00.007Z"),
            (1_795_255_200_999, "2026-11-21T10:00:00.999Z"),
            (1_795_255_201_000, "2026-11-21T10:00:01.000Z"),
            (1_795_255_200_050, "2026-11-21T10:00:00.050Z"),
        ] {
            draft.set_time(Duration::from_millis(millis));
            assert_eq!(draft.timestamp, expected);
        }
    }

    #[test]
    fn text_lines_are_for_people() {
        let mut out = Vec::new();
        line(200).write_text("2026-11-21T10:00:00Z", &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "2026-11-21T10:00:00Z  INFO 200 POST /api/v4/code_suggestions/completions 1.2 ms client=2001:db8::7 id=id user=42"
        );
    }
}
