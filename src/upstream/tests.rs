use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::BodyExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::clock::Clock;

const CLOCKS: Clocks = Clocks {
    connect: Duration::from_secs(5),
    response: Duration::from_secs(5),
    idle: Duration::from_secs(5),
    whole: Duration::from_secs(20),
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
    let gateway = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        asked(&mut stream, 3).await;
        stream.write_all(ANSWER).await.unwrap();
        stream
    };
    let client = async { text(upstream.send(post(3)).await.unwrap()).await };
    let (_, mut stream) = tokio::join!(client, gateway);
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    assert!((30..=36).contains(&begun.elapsed().as_secs()));
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
    assert!(begun.elapsed().as_secs() <= 6);
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
