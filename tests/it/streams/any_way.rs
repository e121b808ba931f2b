//! However an upstream stream is split and wherever it is cut, the client gets the whole text or a visible break: never a
//! part that passes for the whole.

use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{RngSeed, TestRunner},
};
use serde_json::Value;

use super::{END, START, content, document};
use crate::support::{FakeGateway, Reply, TestServer, chunk, soon};

/// In which form the gateway writes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Events,
    Text,
    Json,
}

/// How the gateway ends.
#[derive(Debug, Clone, Copy)]
enum Ending {
    Whole,
    Closed(Index),
    Reset(Index),
}

#[derive(Debug, Clone)]
struct Case {
    pieces: Vec<String>,
    form: Form,
    chunked: bool,
    reads_events: bool,
    splits: Vec<Index>,
    ending: Ending,
}

fn cases() -> impl Strategy<Value = Case> {
    let forms = prop_oneof![Just(Form::Events), Just(Form::Text), Just(Form::Json)];
    let endings = prop_oneof![
        Just(Ending::Whole),
        any::<Index>().prop_map(Ending::Closed),
        any::<Index>().prop_map(Ending::Reset),
    ];
    (
        prop::collection::vec("[ -~\n\u{e9}\u{4e16}\u{1f600}]{1,12}", 1..5),
        forms,
        any::<bool>(),
        any::<bool>(),
        prop::collection::vec(any::<Index>(), 0..6),
        endings,
    )
        .prop_map(
            |(pieces, form, chunked, reads_events, splits, ending)| Case {
                pieces,
                form,
                chunked,
                reads_events,
                splits,
                ending,
            },
        )
}

// === impl Case ===

impl Case {
    /// The whole answer as the gateway would write it.
    fn answer(&self) -> Vec<u8> {
        let (kind, parts) = match self.form {
            Form::Events => {
                let events = self.pieces.iter().map(|piece| content(piece));
                let start = std::iter::once(START.to_owned());
                let all = start.chain(events).chain([END.to_owned()]);
                (
                    "text/event-stream\r\nX-Streaming-Format: sse",
                    all.collect(),
                )
            }
            // Gateways call bare text events all the same.
            Form::Text => ("text/event-stream", self.pieces.clone()),
            Form::Json => {
                let document = document(&self.text()).to_string();
                ("application/json", vec![document])
            }
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n");
        let mut bytes = head.into_bytes();
        if self.chunked {
            bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            for part in &parts {
                bytes.extend(chunk(part));
            }
            bytes.extend(b"0\r\n\r\n");
        } else {
            let body = parts.concat();
            bytes.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes());
        }
        bytes
    }

    fn text(&self) -> String {
        self.pieces.concat()
    }

    /// What the client got, which has to be right for how the gateway ended.
    fn judge(&self, reply: &Reply) -> Result<(), TestCaseError> {
        let is_whole = reply.status == 200 && reply.whole;
        if matches!(self.ending, Ending::Whole) {
            prop_assert!(is_whole, "{} {}", reply.status, reply.text());
        } else {
            prop_assert!(!is_whole, "a part passes for the whole: {}", reply.text());
        }
        if reply.status != 200 {
            prop_assert!(matches!(reply.status, 502..=504), "{}", reply.status);
            return Ok(());
        }
        let text = self.told(reply);
        if is_whole {
            prop_assert_eq!(text, self.text());
        } else {
            prop_assert!(self.text().starts_with(&text), "{text:?}");
        }
        Ok(())
    }

    /// The text in a reply, as far as it goes.
    fn told(&self, reply: &Reply) -> String {
        if !self.reads_events {
            let bytes = &reply.body;
            let whole = match std::str::from_utf8(bytes) {
                Ok(_) => bytes.len(),
                Err(error) => error.valid_up_to(),
            };
            return String::from_utf8_lossy(&bytes[..whole]).into_owned();
        }
        let text = reply.text();
        let events = text.split_inclusive("\n\n");
        events
            .filter_map(|event| {
                let data = event
                    .strip_prefix("event: content_chunk\ndata: ")?
                    .strip_suffix("\n\n")?;
                let data: Value = serde_json::from_str(data).unwrap();
                Some(data["choices"][0]["delta"]["content"].as_str()?.to_owned())
            })
            .collect()
    }

    async fn run(&self, server: &TestServer, gateway: &FakeGateway) -> Result<(), TestCaseError> {
        let request = server.stream();
        let request = if self.reads_events {
            request.reading_events()
        } else {
            request
        };
        let reply = request.send();
        tokio::pin!(reply);
        let answer = self.answer();
        let end = match self.ending {
            Ending::Whole => answer.len(),
            Ending::Closed(at) | Ending::Reset(at) => at.index(answer.len()),
        };
        let mut splits: Vec<usize> = self.splits.iter().map(|at| at.index(end + 1)).collect();
        splits.sort_unstable();
        splits.push(end);
        let mut kept = None;
        let reply = soon(async {
            loop {
                // A connection that was kept and ends without a byte is tried again, with another one.
                let mut exchange = tokio::select! {
                    biased;
                    reply = &mut reply => break reply,
                    exchange = gateway.next() => exchange,
                };
                let mut begin = 0;
                for &at in &splits {
                    exchange.write(&answer[begin..at]).await;
                    tokio::task::yield_now().await;
                    begin = at;
                }
                match self.ending {
                    Ending::Whole => kept = Some(exchange),
                    Ending::Closed(_) => exchange.close(),
                    Ending::Reset(_) => exchange.reset(),
                }
            }
        })
        .await;
        drop(kept);
        self.judge(&reply)
    }
}

#[test]
fn the_client_gets_the_whole_text_or_a_visible_break() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // The database's connections are closed by tasks, whoever drops them.
    let _inside = runtime.enter();
    let (server, gateway) = runtime.block_on(async {
        let gateway = FakeGateway::start().await;
        gateway.hold();
        // Breaks in a row are what this is about.
        let server = TestServer::builder()
            .gateway(&gateway)
            .set("limits.completions", "0")
            .set("gateway.breaker_failures", "0")
            .start()
            .await;
        (server, gateway)
    });
    let config = ProptestConfig {
        cases: 300,
        failure_persistence: None,
        // The same cases each time.
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(&cases(), |case| {
            runtime.block_on(case.run(&server, &gateway))
        })
        .unwrap();
    runtime.block_on(server.finish());
}
