//! `stream: true`: whatever the gateway writes takes the form that the client reads, piece by piece, and is never a JSON
//! document (decisions 5 and 6).

mod any_way;

use futures_util::future::join_all;
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};

use crate::support::{Answer, End, FakeGateway, Reply, Request, TestServer, chunk, okc_with, soon};

const SSE: &str = "text/event-stream; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

const START: &str = "event: stream_start\ndata: {\"metadata\":{\"model\":{\"engine\":\"e\",\"name\":\"n\"},\"region\":\"r\",\"timestamp\":1}}\n\n";
const END: &str = "event: stream_end\ndata: null\n\n";

fn content(text: &str) -> String {
    let chunk = json!({ "choices": [{ "delta": { "content": text }, "index": 0 }] });
    format!("event: content_chunk\ndata: {chunk}\n\n")
}

fn text_answer(pieces: &[&str]) -> Answer {
    let mut bytes = Answer::text_head();
    for piece in pieces {
        bytes.extend(format!("{:x}\r\n{piece}\r\n", piece.len()).into_bytes());
    }
    bytes.extend(b"0\r\n\r\n");
    Answer::bytes(bytes)
}

fn document(text: &str) -> Value {
    json!({
        "id": "1",
        "model": { "engine": "e", "name": "n", "lang": "ruby" },
        "choices": [{ "text": text, "index": 0 }],
    })
}

fn json_answer(text: &str) -> Answer {
    Answer::json(200, &document(text))
}

/// The events of a reply: name and data.
#[track_caller]
fn events(reply: &Reply) -> Vec<(String, Value)> {
    assert_eq!(reply.field("content-type").as_deref(), Some(SSE));
    assert_eq!(reply.field("x-streaming-format").as_deref(), Some("sse"));
    let text = reply.text();
    assert!(text.is_ascii() && text.ends_with("\n\n"), "{text}");
    text.trim_end()
        .split("\n\n")
        .filter(|event| !event.starts_with(':'))
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let data = data.strip_prefix("data: ").unwrap();
            (
                name.strip_prefix("event: ").unwrap().to_owned(),
                serde_json::from_str(data).unwrap(),
            )
        })
        .collect()
}

/// The text that an editor would put together from a reply with events.
#[track_caller]
fn told(reply: &Reply) -> String {
    let events = events(reply);
    let (first, last) = (events.first().unwrap(), events.last().unwrap());
    assert_eq!(first.0, "stream_start");
    assert!(first.1["metadata"].is_object(), "{first:?}");
    assert_eq!(last, &("stream_end".to_owned(), Value::Null));
    events[1..events.len() - 1]
        .iter()
        .map(|(name, data)| {
            assert_eq!(name, "content_chunk");
            data["choices"][0]["delta"]["content"].as_str().unwrap()
        })
        .collect()
}

#[tokio::test]
async fn whoever_reads_events_gets_events() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let text = "def caf\u{e9}\n  \"x\\\u{1f600}\"\nend\n";
    let answers = [
        ("events", Answer::events(&[START, &content(text), END])),
        ("text", text_answer(&[&text[..9], &text[9..]])),
        ("JSON", json_answer(text)),
    ];
    for (name, answer) in answers {
        gateway.answers(answer);
        for value in ["true", "1", "TRUE"] {
            let request = server.stream().header("X-Supports-Sse-Streaming", value);
            let reply = request.send().await.has_status(200);
            if name == "events" {
                assert_eq!(reply.field("content-type").as_deref(), Some(SSE));
                assert_eq!(
                    reply.text(),
                    format!("{START}{}{END}", content(text)),
                    "byte for byte"
                );
            } else {
                assert_eq!(told(&reply), text, "{name}");
            }
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn whoever_does_not_gets_text() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let text = "def caf\u{e9}\n  \"x\\\u{1f600}\"\nend\n";
    let answers = [
        (
            "events",
            Answer::events(&[START, &content(&text[..9]), &content(&text[9..]), END]),
        ),
        ("text", text_answer(&[&text[..9], &text[9..]])),
        ("JSON", json_answer(text)),
    ];
    for (name, answer) in answers {
        gateway.answers(answer);
        let requests = [
            server.stream(),
            server.stream().header("X-Supports-Sse-Streaming", "false"),
            server.stream().header("X-Supports-Sse-Streaming", "yes"),
        ];
        for request in requests {
            let reply = request.send().await.has_status(200);
            assert_eq!(reply.text(), text, "{name}");
            assert_eq!(reply.field("content-type").as_deref(), Some(TEXT), "{name}");
            assert_eq!(reply.field("x-streaming-format"), None, "{name}");
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn no_suggestion_is_an_empty_stream() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let none = Answer::json(200, &json!({ "id": "1", "choices": [] }));
    for answer in [none, json_answer(""), text_answer(&[])] {
        gateway.answers(answer);
        let reply = server.stream().send().await.has_status(200);
        assert_eq!(
            (
                reply.text().as_str(),
                reply.field("content-type").as_deref()
            ),
            ("", Some(TEXT))
        );
        let reply = server
            .stream()
            .reading_events()
            .send()
            .await
            .has_status(200);
        assert_eq!(told(&reply), "");
    }
    server.finish().await;
}

#[tokio::test]
async fn json_that_is_no_completion_is_a_bad_gateway() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    for body in [
        json!([1]),
        json!("text"),
        json!({ "choices": 3 }),
        json!({ "choices": [{ "text": 1 }] }),
    ] {
        gateway.answers(Answer::json(200, &body));
        server.stream().send().await.has_status(502);
        server
            .stream()
            .reading_events()
            .send()
            .await
            .has_status(502);
    }
    server.finish().await;
}

#[tokio::test]
async fn an_answer_that_was_not_to_be_streamed_is_passed_on_as_it_is() {
    let gateway = FakeGateway::answering(json_answer("hi")).await;
    let server = TestServer::before(&gateway).await;
    let request = server
        .complete(&okc_with(json!({ "stream": false })))
        .reading_events();
    let reply = request.send().await.has_status(200);
    assert_eq!(reply.json()["choices"][0]["text"], "hi");
    server.finish().await;
}

/// Has the gateway write one piece at a time, and the next only when the client has the one before.
async fn one_by_one(
    request: Request,
    gateway: &FakeGateway,
    head: Vec<u8>,
    piece: impl Fn(&str) -> String,
    end: &str,
) -> Reply {
    gateway.hold();
    let upstream = async {
        let mut exchange = gateway.next().await;
        exchange.write(&head).await;
        exchange.chunk(&piece("first")).await;
        exchange
    };
    let (mut reply, mut exchange) = tokio::join!(request.open(), upstream);
    reply.reaches("first").await;
    for text in ["second", "third"] {
        exchange.chunk(&piece(text)).await;
        reply.reaches(text).await;
    }
    if !end.is_empty() {
        exchange.chunk(end).await;
    }
    exchange.last_chunk().await;
    exchange.close();
    soon(reply.rest()).await.has_status(200)
}

#[tokio::test]
async fn pieces_reach_the_client_one_by_one() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let events = || server.stream().reading_events();
    let bare = |text: &str| text.to_owned();

    let reply = one_by_one(events(), &gateway, Answer::events_head(), content, END).await;
    assert_eq!(
        reply.text(),
        ["first", "second", "third"].map(content).concat() + END
    );

    let reply = one_by_one(events(), &gateway, Answer::text_head(), bare, "").await;
    let chunks = self::events(&reply);
    assert_eq!(told(&reply), "firstsecondthird");
    assert_eq!(chunks.len(), 5, "one event for each piece: {chunks:?}");

    let reply = one_by_one(
        server.stream(),
        &gateway,
        Answer::events_head(),
        content,
        END,
    )
    .await;
    assert_eq!(reply.text(), "firstsecondthird");

    let reply = one_by_one(server.stream(), &gateway, Answer::text_head(), bare, "").await;
    assert_eq!(reply.text(), "firstsecondthird");
    server.finish().await;
}

#[tokio::test]
async fn characters_that_are_split_between_pieces_stay_whole() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let mut bytes = Answer::text_head();
    for byte in "caf\u{e9} \u{1f600}".bytes() {
        bytes.extend([b'1', b'\r', b'\n', byte, b'\r', b'\n']);
    }
    bytes.extend(b"0\r\n\r\n");
    gateway.answers(Answer::bytes(bytes));
    let reply = server
        .stream()
        .reading_events()
        .send()
        .await
        .has_status(200);
    assert_eq!(told(&reply), "caf\u{e9} \u{1f600}");
    let reply = server.stream().send().await.has_status(200);
    assert_eq!(reply.text(), "caf\u{e9} \u{1f600}");
    server.finish().await;
}

#[tokio::test]
async fn events_in_any_pieces_are_read_as_text() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let events = format!(
        ": hello\r\n\r\n{START}{}{}{END}",
        content("a\n"),
        content("b")
    );
    for size in [1, 7, 4096] {
        let mut bytes = Answer::events_head();
        for piece in events.as_bytes().chunks(size) {
            bytes.extend(format!("{:x}\r\n", piece.len()).into_bytes());
            bytes.extend_from_slice(piece);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        gateway.answers(Answer::bytes(bytes).then(End::Keep));
        let reply = server.stream().send().await.has_status(200);
        assert_eq!(reply.text(), "a\nb", "{size}");
    }
    server.finish().await;
}

#[tokio::test]
async fn events_without_the_last_one_are_not_taken_for_a_whole_text() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let half = "event: content_chunk\ndata: {\"choices\": [{\"delta\": {\"con";
    for (name, last, whole) in [
        ("nothing", "", false),
        ("half an event", half, false),
        ("the end", END, true),
        ("the end without an empty line", END.trim_end(), true),
    ] {
        let text = [&content("one "), last].concat();
        gateway.answers(Answer::events(&[START, &text]));
        let reply = server.stream().send().await;
        let got = (reply.status, reply.text(), reply.whole);
        assert_eq!(got, (200, "one ".to_owned(), whole), "{name}");
    }
    server.finish().await;
}

#[tokio::test]
async fn the_built_in_gateway_streams_in_both_forms() {
    let server = TestServer::builder().start().await;
    let reply = server.stream().send().await.has_status(200);
    assert_eq!(reply.field("content-type").as_deref(), Some(TEXT));
    let reply = server
        .stream()
        .reading_events()
        .send()
        .await
        .has_status(200);
    told(&reply);
    server.finish().await;
}

/// A stream takes four descriptors where client, server and gateway are one process, and the usual limit is 1024.
fn raise_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

#[tokio::test]
async fn a_thousand_clients_that_leave_end_a_thousand_requests() {
    const ALL: usize = 1000;
    const AT_ONCE: usize = 50;

    raise_descriptors();
    let mut begun = Answer::events_head();
    begun.extend(chunk(&content("first")));
    let gateway = FakeGateway::answering(Answer::bytes(begun).then(End::Silence)).await;
    let server = TestServer::before(&gateway).await;
    let request = server.stream().reading_events();
    let open = async || {
        let mut stream = request.open().await;
        stream.reaches("first").await;
        stream
    };
    let mut streams = Vec::new();
    while streams.len() < ALL {
        streams.extend(join_all((0..AT_ONCE).map(|_| open())).await);
    }
    assert_eq!(
        (gateway.connections(), gateway.requests().len()),
        (ALL, ALL)
    );
    for stream in streams {
        stream.leave();
    }
    gateway.clients_left(ALL).await;
    server.finish().await;
}
