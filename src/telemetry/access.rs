//! One line per request, from a fixed list of fields. The request appends it to the log's buffer, with a line that it has made
//! before, since all serving threads share that buffer.
//!
//! Fields: `timestamp`, `level`, `message`, `request_id`, `client` (address), `method`, `route` (the template, never the path), `status`,
//! `duration_ms`, `bytes_in`, `bytes_out`, `user` (number), `upstream_status`, `reason` (a fixed word), `cut` (whether the
//! client got less than the whole). A client that left before there was a reply has the status 499.

use std::{cell::RefCell, net::IpAddr, time::Duration};

use super::Lines;
use crate::{clock::iso8601_millis, config::LogFormat};

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
    lines: Lines,
    wanted: Wanted,
}

/// Which lines the log's level lets through.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    all: bool,
    failures: bool,
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
    /// A log of that format among those lines.
    pub fn new(format: LogFormat, lines: Lines, wanted: Wanted) -> Self {
        Self {
            format,
            lines,
            wanted,
        }
    }

    /// Adds a line.
    pub fn record(&self, line: &AccessLine<'_>) {
        let Wanted { all, failures } = self.wanted;
        let is_wanted = all || failures && line.is_failure();
        if !is_wanted {
            return;
        }
        DRAFT.with_borrow_mut(|draft| {
            draft.set_time(line.at);
            draft.line.clear();
            match self.format {
                LogFormat::Json => line.write_json(&draft.timestamp, &mut draft.line),
                LogFormat::Text => line.write_text(&draft.timestamp, &mut draft.line),
            }
            draft.line.push(b'\n');
            self.lines.append(&draft.line);
        });
    }
}

impl Wanted {
    /// By `log.level`, in which requests go by the name `code_suggestions::access`. Asked once: a filter does not change.
    pub fn by_level() -> Self {
        Self {
            all: tracing::enabled!(target: "code_suggestions::access", tracing::Level::INFO),
            failures: tracing::enabled!(target: "code_suggestions::access", tracing::Level::ERROR),
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
    /// Whether the server has failed.
    fn is_failure(&self) -> bool {
        self.status >= 500
    }

    /// `INFO`, or `ERROR` for failures of the server.
    fn level(&self) -> &'static str {
        if self.is_failure() { "ERROR" } else { "INFO" }
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
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

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
        let lines = Lines::start(memory.clone()).unwrap();
        let wanted = Wanted {
            all: true,
            failures: true,
        };
        let log = AccessLog::new(LogFormat::Json, lines.clone(), wanted);
        for status in 200..300 {
            log.record(&line(status));
        }
        lines.finish(Duration::from_mins(1));
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
    fn only_lines_that_are_wanted_are_written() {
        let memory = Memory::default();
        let lines = Lines::start(memory.clone()).unwrap();
        for (all, failures) in [(false, false), (false, true), (true, true)] {
            let log = AccessLog::new(LogFormat::Text, lines.clone(), Wanted { all, failures });
            log.record(&line(200));
            log.record(&line(502));
        }
        lines.finish(Duration::from_mins(1));
        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        let levels: Vec<_> = text
            .lines()
            .filter_map(|line| line.split_whitespace().nth(1))
            .collect();
        assert_eq!(levels, ["ERROR", "INFO", "ERROR"]);
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
