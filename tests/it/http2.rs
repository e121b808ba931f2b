//! HTTP/2 with clients: over TLS and with prior knowledge, beside HTTP/1.1 on the same address, and against clients that abuse it.

use std::{io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    Request, Response, StatusCode,
    body::{Frame, Incoming},
    client::conn::http2::{SendRequest, handshake},
    http::HeaderMap,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::support::{
    Answer, COMPLETIONS, Connection, FakeGateway, TestServer, gitlab as ce, okc, okc_with, soon,
};

const DOCUMENT: &str = r#"{"id":"1","choices":[{"text":"hi","index":0}]}"#;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

type Client = SendRequest<BoxBody<Bytes, io::Error>>;

async fn client<S>(stream: S) -> Client
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (client, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    // A test that fails shows it in what it waits for.
    tokio::spawn(async move { drop(connection.await) });
    client
}

async fn plain(address: SocketAddr) -> Client {
    client(TcpStream::connect(address).await.unwrap()).await
}

fn body(text: &str) -> BoxBody<Bytes, io::Error> {
    let text = Bytes::from(text.to_owned());
    Full::new(text).map_err(|never| match never {}).boxed()
}

fn post(path: &str, token: &str, text: &Value) -> Request<BoxBody<Bytes, io::Error>> {
    Request::post(format!("http://gitlab.test{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("x-supports-sse-streaming", "true")
        .body(body(&text.to_string()))
        .unwrap()
}

async fn whole(answer: Response<Incoming>) -> (StatusCode, String) {
    let status = answer.status();
    let text = soon(answer.into_body().collect()).await.unwrap().to_bytes();
    (status, String::from_utf8(text.to_vec()).unwrap())
}

#[tokio::test]
async fn many_completions_share_a_connection_without_tls() {
    let gateway = FakeGateway::answering(Answer::new(200, "application/json", DOCUMENT)).await;
    let server = TestServer::before(&gateway).await;
    let client = plain(server.address).await;
    let answers = (0..20).map(|_| {
        let mut client = client.clone();
        let request = post(COMPLETIONS, &server.tokens.api, &okc());
        async move { whole(soon(client.send_request(request)).await.unwrap()).await }
    });
    for (status, text) in join_all(answers).await {
        assert_eq!((status, text.as_str()), (StatusCode::OK, DOCUMENT));
    }
    // The same address goes on speaking the older one, also when its first letters come one by one.
    let mut old = Connection::open(server.address).await;
    old.write("P").await;
    old.write("UT /api/v4/user HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        .await;
    assert_eq!(old.reply().await.status, 404);
    server.complete(&okc()).send().await.has_status(200);
    drop((client, old));
    server.finish().await;
}

#[tokio::test]
async fn a_stream_arrives_event_by_event() {
    let gateway = FakeGateway::start().await;
    gateway.hold();
    let server = TestServer::before(&gateway).await;
    let mut client = plain(server.address).await;
    let asked = okc_with(serde_json::json!({ "intent": "generation", "stream": true }));
    let answer = client.send_request(post(COMPLETIONS, &server.tokens.api, &asked));
    let answer = tokio::spawn(answer);
    let mut exchange = soon(gateway.next()).await;
    exchange.write(Answer::events_head()).await;
    exchange
        .chunk("event: stream_start\ndata: {\"metadata\":{}}\n\n")
        .await;
    let mut answer = soon(answer).await.unwrap().unwrap().into_body();
    let mut text = String::new();
    for word in ["one", "two"] {
        let event = format!(
            "event: content_chunk\ndata: {{\"choices\":[{{\"delta\":{{\"content\":\"{word}\"}}}}]}}\n\n"
        );
        exchange.chunk(&event).await;
        // The next one is sent only when this one has been seen.
        while !text.contains(word) {
            let frame = soon(answer.frame()).await.unwrap().unwrap();
            text.push_str(&String::from_utf8_lossy(&frame.into_data().unwrap()));
        }
    }
    // A client that takes its request back ends it at the gateway too.
    drop(answer);
    soon(exchange.left()).await;
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn requests_pass_to_a_gitlab_as_they_would_by_http1() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Total\r\nKeep-Alive: timeout=5\r\n\r\n";
    let gitlab = FakeGateway::answering(Answer::bytes(format!(
        "{head}3\r\none\r\n0\r\nX-Total: 3\r\n\r\n"
    )))
    .await;
    let server = TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("proxy.gitlab_url", &gitlab.url())
        .start()
        .await;
    let mut client = plain(server.address).await;
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", "9".parse().unwrap());
    let frames = [
        Frame::data(Bytes::from("upload")),
        Frame::trailers(trailers),
    ];
    let frames = futures_util::stream::iter(frames.map(Ok));
    let request = Request::post("http://gitlab.test/group/project?x=%2F")
        .header("cookie", "a=1")
        .header("cookie", "b=2")
        .header("trailer", "x-sum")
        .body(BodyExt::boxed(StreamBody::new(frames)))
        .unwrap();
    let answer = soon(client.send_request(request)).await.unwrap();
    assert_eq!(answer.headers().get("keep-alive"), None);
    let collected = soon(answer.into_body().collect()).await.unwrap();
    assert_eq!(collected.trailers().unwrap()["x-total"], "3");
    assert_eq!(collected.to_bytes(), "one");
    let asked = gitlab.only_request();
    assert_eq!(asked.target(), "POST /group/project?x=%2F");
    assert_eq!(asked.body, b"upload");
    for (name, value) in [
        ("host", "gitlab.test"),
        ("cookie", "a=1; b=2"),
        ("x-forwarded-for", "127.0.0.1"),
    ] {
        assert_eq!(asked.field(name).as_deref(), Some(value), "{name}");
    }
    let connect = Request::connect("elsewhere.test:443").body(body(""));
    let refused = soon(client.send_request(connect.unwrap())).await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(gitlab.requests().len(), 1);
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn tls_clients_choose_between_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(path("crt"), made.cert.pem()).unwrap();
    std::fs::write(path("key"), made.signing_key.serialize_pem()).unwrap();
    let gitlab = ce::gitlab().await;
    let server = TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("proxy.gitlab_url", &gitlab.url())
        .set("server.tls.cert_file", &path("crt"))
        .set("server.tls.key_file", &path("key"))
        .start()
        .await;
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(path("crt")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let cases: [(&[&str], Option<&str>); 4] = [
        (&["h2", "http/1.1"], Some("h2")),
        (&["h2"], Some("h2")),
        (&["http/1.1"], Some("http/1.1")),
        (&[], None),
    ];
    for (offered, chosen) in cases {
        let mut config = config.clone();
        config.alpn_protocols = offered
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TcpStream::connect(server.address).await.unwrap();
        let mut stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap();
        let spoken = stream.get_ref().1.alpn_protocol();
        assert_eq!(spoken, chosen.map(str::as_bytes), "{offered:?}");
        if chosen == Some("h2") {
            let request = Request::get("https://localhost/api/v4/user")
                .header("private-token", ce::ALICE)
                .body(body(""));
            let answer = soon(client(stream).await.send_request(request.unwrap())).await;
            let (status, text) = whole(answer.unwrap()).await;
            assert!(status == 200 && text.contains("alice"), "{text}");
        } else {
            let request =
                "GET /-/liveness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = [0; 12];
            soon(stream.read_exact(&mut answer)).await.unwrap();
            assert_eq!(&answer, b"HTTP/1.1 200");
        }
    }
    server.finish().await;
}

/// A frame (RFC 9113 section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `GET` of a short path without TLS for a host, in HPACK with nothing but literals and the static table.
fn get(path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).unwrap()];
    block.extend(path.as_bytes());
    block.extend([0x41, 1, b'x']);
    block
}

/// Frames that come until the server closes: kind and payload.
async fn until_closed(stream: &mut TcpStream) -> Vec<(u8, Vec<u8>)> {
    let mut bytes = Vec::new();
    // A reset after the end is an end.
    drop(soon(stream.read_to_end(&mut bytes)).await);
    let mut frames = Vec::new();
    let mut rest = bytes.as_slice();
    while let [a, b, c, kind, _, _, _, _, _, after @ ..] = rest {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        frames.push((*kind, after[..length.min(after.len())].to_vec()));
        rest = after.get(length..).unwrap_or_default();
    }
    frames
}

#[tokio::test]
async fn a_client_that_opens_and_resets_without_end_is_sent_away() {
    let server = TestServer::builder().start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    for number in 0..2000 {
        let id = 1 + 2 * number;
        bytes.extend(frame(
            HEADERS,
            END_HEADERS | END_STREAM,
            id,
            &get("/-/health"),
        ));
        bytes.extend(frame(RST_STREAM, 0, id, &8_u32.to_be_bytes()));
    }
    // The server may close before it has read all.
    drop(stream.write_all(&bytes).await);
    let frames = until_closed(&mut stream).await;
    let goodbye = frames.iter().find(|(kind, _)| *kind == GOAWAY);
    let (_, payload) = goodbye.unwrap_or_else(|| panic!("{frames:?}"));
    // ENHANCE_YOUR_CALM (RFC 9113 section 7).
    assert_eq!(payload[4..8], 11_u32.to_be_bytes());
    server
        .request("GET", "/-/liveness")
        .send()
        .await
        .has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn a_request_without_a_path_is_none_for_the_root() {
    let server = TestServer::builder()
        .set("server.idle_timeout", "300ms")
        .start()
        .await;
    let (method, scheme, authority) = (0x82, 0x86, [0x41, 1, b'x']);
    let empty = [&[method, scheme, 0x04, 0][..], &authority].concat();
    for (case, block, fine) in [
        ("a path", get("/-/health"), true),
        ("no path", vec![method, scheme], false),
        ("an empty path", empty, false),
        (
            "a host and no path",
            [&[method, scheme][..], &authority].concat(),
            false,
        ),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let mut bytes = PREFACE.to_vec();
        bytes.extend(frame(SETTINGS, 0, 0, &[]));
        bytes.extend(frame(HEADERS, END_HEADERS | END_STREAM, 1, &block));
        stream.write_all(&bytes).await.unwrap();
        let frames = until_closed(&mut stream).await;
        // The first field is the status, and these stand in HPACK's table.
        let status = |number| {
            let of = |(kind, payload): &(u8, Vec<u8>)| *kind == HEADERS && payload[0] == number;
            frames.iter().any(of)
        };
        let (ok, bad_request) = (status(0x88), status(0x8C));
        let reset = frames.iter().any(|(kind, _)| *kind == RST_STREAM);
        assert_eq!(
            (ok, bad_request || reset),
            (fine, !fine),
            "{case}: {frames:?}"
        );
    }
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_opens_no_window_is_left() {
    let long = "x".repeat(1024 * 1024);
    let gitlab = FakeGateway::answering(Answer::new(200, "text/plain", &long)).await;
    let server = TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("proxy.gitlab_url", &gitlab.url())
        .set("proxy.idle_timeout", "300ms")
        .start()
        .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut bytes = PREFACE.to_vec();
    // SETTINGS_INITIAL_WINDOW_SIZE is 4: sixteen bytes of an answer, and no more.
    bytes.extend(frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 16]));
    bytes.extend(frame(
        HEADERS,
        END_HEADERS | END_STREAM,
        1,
        &get("/group/project"),
    ));
    stream.write_all(&bytes).await.unwrap();
    let frames = until_closed(&mut stream).await;
    assert!(
        frames.iter().any(|(kind, _)| *kind == HEADERS),
        "{frames:?}"
    );
    server.finish().await;
}

#[tokio::test]
async fn limits_are_told_and_heads_are_bounded() {
    let server = TestServer::builder().start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    let mut head = [0; 9];
    soon(stream.read_exact(&mut head)).await.unwrap();
    assert_eq!(head[3], SETTINGS);
    let mut payload = vec![0; usize::from(head[2])];
    soon(stream.read_exact(&mut payload)).await.unwrap();
    let told = |name: u16| {
        let mut settings = payload.chunks(6);
        let found = settings.find(|setting| setting[..2] == name.to_be_bytes());
        found.map(|setting| u32::from_be_bytes(setting[2..].try_into().unwrap()))
    };
    // SETTINGS_MAX_CONCURRENT_STREAMS and SETTINGS_MAX_HEADER_LIST_SIZE.
    assert_eq!((told(3), told(6)), (Some(128), Some(64 * 1024)));

    let mut client = plain(server.address).await;
    let mut many = Request::get("http://gitlab.test/-/liveness");
    for number in 0..200 {
        many = many.header(format!("x-{number}"), "1");
    }
    let answer = soon(client.send_request(many.body(body("")).unwrap())).await;
    assert_eq!(answer.unwrap().status(), 431);
    let long = Request::get("http://gitlab.test/-/liveness").header("x", "y".repeat(70_000));
    let answer = soon(client.send_request(long.body(body("")).unwrap())).await;
    assert!(!answer.is_ok_and(|answer| answer.status() == 200));
    drop((client, stream));
    server.finish().await;
}

#[tokio::test]
async fn a_stop_lets_requests_finish_and_ends_silent_connections() {
    let gateway = FakeGateway::start().await;
    gateway.hold();
    let server = TestServer::before(&gateway).await;
    // One that has said nothing yet, of which the server does not know what it will speak.
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut client = plain(server.address).await;
    let request = post(COMPLETIONS, &server.tokens.api, &okc());
    let answer = tokio::spawn(client.send_request(request));
    let mut exchange = soon(gateway.next()).await;
    server.drain();
    assert_eq!(soon(silent.read(&mut [0; 1])).await.unwrap(), 0);
    exchange
        .answer(&Answer::new(200, "application/json", DOCUMENT))
        .await;
    let (status, text) = whole(soon(answer).await.unwrap().unwrap()).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, DOCUMENT));
    server.finish().await;
}
