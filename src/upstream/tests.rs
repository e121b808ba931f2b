use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use http_body_util::BodyExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{exchange::Connection, *};
use crate::clock::Clock;

const CLOCKS: Clocks = Clocks {
    connect: Duration::from_mins(1),
    response: Duration::from_mins(1),
    idle: Duration::from_mins(1),
    whole: Duration::from_mins(1),
};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// A client of a listener on a free port.
async fn upstream() -> (Upstream, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let endpoint = Endpoint::new(&url, Route::default()).unwrap();
    let gate = Gate {
        in_flight: Arc::new(Semaphore::new(200)),
        breaker: Arc::new(Breaker::new(
            "test",
            5,
            Duration::from_secs(1),
            Clock::System,
        )),
    };
    (Upstream::new(endpoint, CLOCKS, gate), listener)
}

fn post(size: usize) -> impl Fn(&Endpoint) -> Request<Full<Bytes>> {
    move |endpoint| {
        let body = Full::new(Bytes::from(vec![b'x'; size]));
        Request::post(endpoint.target("/path")).body(body).unwrap()
    }
}

/// Reads a request whole.
async fn asked(stream: &mut TcpStream, size: usize) {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await.unwrap());
    }
    stream.read_exact(&mut vec![0; size]).await.unwrap();
}

async fn text(response: Response<UpstreamBody>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn a_refusal_may_come_before_the_request_is_through() {
    let (upstream, listener) = upstream().await;
    let size = 32 << 20;
    let gateway = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}";
        stream.write_all(refusal).await.unwrap();
        stream
    };
    let (response, stream) = tokio::join!(upstream.send(post(size)), gateway);
    let response = response.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(text(response).await, "{}");
    assert!(upstream.pool.take().is_none(), "half a request was sent");
    drop(stream);
}

#[tokio::test]
async fn an_answer_that_begins_early_gets_the_rest_of_its_request() {
    let (upstream, listener) = upstream().await;
    let size = 32 << 20;
    let gateway = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(&ANSWER[..ANSWER.len() - 1]).await.unwrap();
        asked(&mut stream, size).await;
        stream.write_all(b"}").await.unwrap();
        stream
    };
    let client = async { text(upstream.send(post(size)).await.unwrap()).await };
    let (body, _stream) = tokio::join!(client, gateway);
    assert_eq!(body, "{}");
    assert!(upstream.pool.take().is_some());
}

#[tokio::test]
async fn connections_that_nobody_uses_are_closed() {
    let (upstream, listener) = upstream().await;
    let begun = tokio::time::Instant::now();
    let gateway = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        asked(&mut stream, 3).await;
        stream.write_all(ANSWER).await.unwrap();
        stream
    };
    let client = async { text(upstream.send(post(3)).await.unwrap()).await };
    let (_, mut stream) = tokio::join!(client, gateway);
    tokio::time::pause();
    let idle_from = tokio::time::Instant::now();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(begun.elapsed().as_secs() >= 30);
    assert!(idle_from.elapsed().as_secs() <= 36);
}

#[tokio::test]
async fn connections_that_the_other_side_ends_are_given_back() {
    let (upstream, listener) = upstream().await;
    let gateway = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        asked(&mut stream, 3).await;
        stream.write_all(ANSWER).await.unwrap();
        stream.shutdown().await.unwrap();
        stream
    };
    let client = async { text(upstream.send(post(3)).await.unwrap()).await };
    let (_, mut stream) = tokio::join!(client, gateway);
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(begun.elapsed().as_secs() < 30, "long before its time");
}

#[tokio::test]
async fn at_most_so_many_connections_are_kept() {
    let (upstream, listener) = upstream().await;
    let open = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&open);
    let gateway = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let open = Arc::clone(&counted);
            open.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                asked(&mut stream, 3).await;
                stream.write_all(ANSWER).await.unwrap();
                while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    let mut answers = Vec::new();
    for _ in 0..80 {
        answers.push(upstream.send(post(3)).await.unwrap());
    }
    for answer in answers {
        text(answer).await;
    }
    while open.load(Ordering::SeqCst) > 64 {
        tokio::task::yield_now().await;
    }
    let mut kept = 0;
    while upstream.pool.take().is_some() {
        kept += 1;
    }
    assert_eq!(kept, 64);
    gateway.abort();
}

#[tokio::test]
async fn an_end_without_a_length_is_no_connection_to_keep() {
    let (upstream, listener) = upstream().await;
    let gateway = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        asked(&mut stream, 3).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\n\r\n{}")
            .await
            .unwrap();
    };
    let client = async { text(upstream.send(post(3)).await.unwrap()).await };
    let (body, ()) = tokio::join!(client, gateway);
    assert_eq!(body, "{}");
    assert!(upstream.pool.take().is_none());
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let (upstream, listener) = upstream().await;
    let gateway = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        asked(&mut stream, 0).await;
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        stream.write_all(head).await.unwrap();
        stream
    };
    let head = |endpoint: &Endpoint| {
        let request = Request::head(endpoint.target("/path"));
        request.body(Full::default()).unwrap()
    };
    let client = async { text(upstream.send(head).await.unwrap()).await };
    let (body, _stream) = tokio::join!(client, gateway);
    assert_eq!(body, "");
    assert!(upstream.pool.take().is_some());
}

/// Kinds of frames, and errors in them (RFC 9113 sections 6 and 7).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const GO_AWAY: u8 = 7;
const NO_ERROR: &[u8] = &[0, 0, 0, 0];
const INTERNAL_ERROR: &[u8] = &[0, 0, 0, 2];
const REFUSED: &[u8] = &[0, 0, 0, 7];

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `:status: 200` and a field, in HPACK.
const OK: &[u8] = &[0x88];
const FIELD: &[u8] = &[0, 1, b'x', 1, b'1'];

/// `content-length: 2`, by its number in the static table of HPACK (RFC 7541 appendix A).
const LENGTH: &[u8] = &[0x0f, 0x0d, 1, b'2'];

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags, 0, 0, 0, stream]].concat();
    [&head, payload].concat()
}

/// The end of the first request, for a reason.
fn reset(reason: &[u8]) -> Vec<u8> {
    frame(RESET, 0, 1, reason)
}

/// The end of the connection: nothing after the request `last` has been taken.
fn go_away(last: u8, reason: &[u8]) -> Vec<u8> {
    frame(GO_AWAY, 0, 0, &[&[0, 0, 0, last], reason].concat())
}

/// A connection of HTTP/2 that `upstream` keeps, at its other end.
async fn kept(upstream: &Upstream, listener: &TcpListener) -> TcpStream {
    let dialled = TcpStream::connect(listener.local_addr().unwrap());
    let (near, far) = tokio::join!(dialled, listener.accept());
    let connection = Connection::many(near.unwrap()).await.unwrap();
    upstream.pool.share(&connection);
    let (mut far, _) = far.unwrap();
    far.write_all(&frame(4, 0, 0, &[])).await.unwrap();
    let mut preface = [0; 24];
    far.read_exact(&mut preface).await.unwrap();
    far
}

/// Reads a request to its end.
async fn asked_by_frames(stream: &mut TcpStream) {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).await.unwrap();
        if matches!(head[3], DATA | HEADERS) && head[4] & END_STREAM != 0 {
            return;
        }
    }
}

/// What a kept connection of HTTP/2 that sends `frames` for an answer comes to.
async fn answered(frames: &[u8]) -> Result<Bytes, UpstreamError> {
    let (upstream, listener) = upstream().await;
    let mut stream = kept(&upstream, &listener).await;
    let gateway = async {
        asked_by_frames(&mut stream).await;
        stream.write_all(frames).await.unwrap();
    };
    let client = async {
        let response = upstream.send(post(3)).await?;
        let body = response.into_body().collect().await?;
        Ok(body.to_bytes())
    };
    let (answer, ()) = tokio::join!(client, gateway);
    assert!(listener.accept().now_or_never().is_none(), "asked again");
    answer
}

#[tokio::test]
async fn what_http_2_has_not_taken_is_asked_once_more() {
    for (case, frames) in [
        ("refused", reset(REFUSED)),
        ("going away", go_away(0, NO_ERROR)),
        ("going away in anger", go_away(0, INTERNAL_ERROR)),
        ("gone", Vec::new()),
    ] {
        let (upstream, listener) = upstream().await;
        let mut stream = kept(&upstream, &listener).await;
        let gateway = async {
            asked_by_frames(&mut stream).await;
            stream.write_all(&frames).await.unwrap();
            if frames.is_empty() {
                stream.shutdown().await.unwrap();
            }
            let (mut again, _) = listener.accept().await.unwrap();
            asked(&mut again, 3).await;
            again.write_all(ANSWER).await.unwrap();
        };
        let client = async { text(upstream.send(post(3)).await.unwrap()).await };
        let (body, ()) = timeout(Duration::from_mins(1), async {
            tokio::join!(client, gateway)
        })
        .await
        .unwrap_or_else(|_| panic!("{case}"));
        assert_eq!(body, "{}", "{case}");
    }
}

#[tokio::test]
async fn what_http_2_may_have_taken_is_not_asked_again() {
    for (case, frames) in [
        ("broken", reset(INTERNAL_ERROR)),
        ("given up", reset(NO_ERROR)),
        (
            "the last one taken",
            [go_away(1, NO_ERROR), reset(INTERNAL_ERROR)].concat(),
        ),
    ] {
        let answer = answered(&frames).await;
        assert!(matches!(answer, Err(UpstreamError::Exchange(_))), "{case}");
    }
}

#[tokio::test]
async fn only_the_last_frame_of_http_2_makes_an_answer_whole() {
    let head = frame(HEADERS, END_HEADERS, 1, OK);
    let piece = |flags| frame(DATA, flags, 1, b"ab");
    let trailer = frame(HEADERS, END_HEADERS | END_STREAM, 1, FIELD);
    for (case, frames, whole) in [
        ("data", [piece(END_STREAM), Vec::new()], true),
        (
            "nothing more",
            [piece(0), frame(DATA, END_STREAM, 1, b"")],
            true,
        ),
        ("trailers", [piece(0), trailer], true),
        (
            "whole, and given up",
            [piece(END_STREAM), reset(NO_ERROR)],
            true,
        ),
        ("given up", [piece(0), reset(NO_ERROR)], false),
        ("cancelled", [piece(0), reset(&[0, 0, 0, 8])], false),
        ("broken", [piece(0), reset(INTERNAL_ERROR)], false),
    ] {
        let answer = answered(&[head.clone(), frames.concat()].concat()).await;
        match (answer, whole) {
            (Ok(body), true) => assert_eq!(body, "ab", "{case}"),
            (Err(UpstreamError::Cut(_)), false) => {}
            (answer, _) => panic!("{case}: {answer:?}"),
        }
    }
    let measured = frame(HEADERS, END_HEADERS, 1, &[OK, LENGTH].concat());
    let answer = answered(&[measured, piece(0), reset(NO_ERROR)].concat()).await;
    assert_eq!(answer.unwrap(), "ab", "whole by its length, and given up");
}

#[tokio::test]
async fn heads_of_http_2_have_at_most_so_many_fields() {
    for (fields, fine) in [(100, true), (101, false)] {
        let head = [OK, &FIELD.repeat(fields)].concat();
        let answer = answered(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &head)).await;
        assert_eq!(answer.is_ok(), fine, "{fields}");
    }
}

#[tokio::test]
async fn no_more_requests_share_a_connection_than_the_other_side_takes() {
    let (upstream, listener) = upstream().await;
    let mut stream = kept(&upstream, &listener).await;
    // SETTINGS_MAX_CONCURRENT_STREAMS is 1 (RFC 9113 section 6.5.2); it has been read when the answer behind it has.
    let settings = frame(4, 0, 0, &[0, 3, 0, 0, 0, 1]);
    let answer = frame(HEADERS, END_HEADERS | END_STREAM, 1, OK);
    let gateway = async {
        asked_by_frames(&mut stream).await;
        let frames = [settings, answer].concat();
        stream.write_all(&frames).await.unwrap();
    };
    let client = async { text(upstream.send(post(3)).await.unwrap()).await };
    tokio::join!(client, gateway);
    let beside = async {
        // The other one has its place.
        asked_by_frames(&mut stream).await;
        let gateway = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            asked(&mut stream, 3).await;
            stream.write_all(ANSWER).await.unwrap();
            stream
        };
        let client = async { text(upstream.send(post(3)).await.unwrap()).await };
        tokio::join!(client, gateway).0
    };
    tokio::select! {
        biased;
        held = upstream.send(post(3)) => panic!("nobody answers: {:?}", held.map(drop)),
        body = beside => assert_eq!(body, "{}"),
    }
}

#[tokio::test]
async fn a_connection_on_which_a_request_waits_in_vain_is_left() {
    let (upstream, listener) = upstream().await;
    let stream = kept(&upstream, &listener).await;
    // Clients leave all the time: that alone says nothing of the connection.
    let early = upstream.send_within(Duration::from_hours(1), post(3));
    assert!(early.now_or_never().is_none());
    assert!(upstream.pool.take().is_some());
    // Nothing of what follows is waited for in this world.
    tokio::time::pause();
    let moment = Duration::from_secs(1);
    let late = upstream.send_within(moment, post(3)).await.map(drop);
    assert!(matches!(late, Err(UpstreamError::ResponseTimeout(_))));
    assert!(upstream.pool.take().is_none());
    drop(stream);

    tokio::time::resume();
    let stream = kept(&upstream, &listener).await;
    tokio::time::pause();
    let left = upstream.send_within(4 * moment, post(3));
    assert!(timeout(2 * moment, left).await.is_err());
    assert!(upstream.pool.take().is_none());
    drop(stream);
}
