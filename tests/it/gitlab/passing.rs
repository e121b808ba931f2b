//! What passes through to a GitLab and back: bodies piece by piece, changes of protocol, faults, clients that leave, and
//! connections that are kept.

use tokio::net::TcpListener;

use super::in_front;
use crate::support::{
    Answer, Builder, Connection, End, FakeGateway, Framing, Piece, Request, TestServer, Wire, soon,
};

/// A server in front of whatever listens at that address.
fn before(address: std::net::SocketAddr) -> Builder {
    TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("proxy.gitlab_url", &format!("http://{address}"))
}

/// Accepts one connection.
async fn accepted(listener: &TcpListener) -> Wire {
    soon(async { Wire::new(listener.accept().await.unwrap().0) }).await
}

#[tokio::test]
async fn bodies_go_on_piece_by_piece_in_both_directions_without_a_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = before(listener.local_addr().unwrap())
        .set("server.max_body_bytes", "1024")
        .start()
        .await;
    let mut client = Connection::open(server.address).await;
    client
        .write("POST /upload HTTP/1.1\r\nHost: gitlab.test\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nTE: trailers\r\n\r\n5\r\nfirst\r\n")
        .await;
    let mut gitlab = accepted(&listener).await;
    let head = soon(gitlab.head()).await.unwrap().unwrap();
    let mut framing = head.framing(Framing::Ended);
    assert_eq!(framing, Framing::Chunks);
    assert_eq!(
        soon(gitlab.piece(&mut framing)).await,
        Piece::Data(b"first".to_vec())
    );
    // More than a request of the API may have.
    let big = "x".repeat(300_000);
    client
        .write(format!("{:x}\r\n{big}\r\n0\r\nX-Sum: 9\r\n\r\n", big.len()))
        .await;
    let mut received = 0;
    while received < big.len() {
        match soon(gitlab.piece(&mut framing)).await {
            Piece::Data(data) => received += data.len(),
            other => panic!("{other:?}"),
        }
    }
    let end = soon(gitlab.through("\r\n\r\n")).await;
    assert!(end.contains("0\r\nx-sum: 9\r\n"), "{end:?}");
    gitlab
        .write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Total\r\n\r\n3\r\none\r\n")
        .await
        .unwrap();
    let first = soon(client.through("one\r\n")).await;
    assert!(first.contains("3\r\none\r\n"), "{first:?}");
    gitlab
        .write(b"3\r\ntwo\r\n0\r\nX-Total: 2\r\n\r\n")
        .await
        .unwrap();
    let rest = soon(client.through("\r\n\r\n")).await;
    assert_eq!(rest, "3\r\ntwo\r\n0\r\nx-total: 2\r\n\r\n");
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = before(listener.local_addr().unwrap()).start().await;
    let mut client = Connection::open(server.address).await;
    client
        .write("PUT /pack HTTP/1.1\r\nHost: gitlab.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        .await;
    assert_eq!(
        soon(client.through("\r\n\r\n")).await,
        "HTTP/1.1 100 Continue\r\n\r\n"
    );
    client.write("pack").await;
    let mut gitlab = accepted(&listener).await;
    let head = soon(gitlab.head()).await.unwrap().unwrap();
    assert_eq!(head.field("expect"), None);
    let mut framing = head.framing(Framing::Ended);
    assert_eq!(
        soon(gitlab.piece(&mut framing)).await,
        Piece::Data(b"pack".to_vec())
    );
    gitlab
        .write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(client.reply().await.status, 201);
    server.finish().await;
}

#[tokio::test]
async fn a_web_socket_echoes_and_ends_with_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = before(listener.local_addr().unwrap())
        .set("server.idle_timeout", "1s")
        .set("server.header_timeout", "1s")
        .start()
        .await;
    let mut client = Connection::open(server.address).await;
    client
        .write("GET /-/cable HTTP/1.1\r\nHost: gitlab.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Protocol: actioncable-v1-json\r\n\r\n")
        .await;
    let mut gitlab = accepted(&listener).await;
    let head = soon(gitlab.head()).await.unwrap().unwrap();
    assert_eq!(head.field("upgrade").as_deref(), Some("websocket"));
    assert_eq!(head.field("connection").as_deref(), Some("upgrade"));
    assert_eq!(head.field("sec-websocket-key").as_deref(), Some("x"));
    gitlab
        .write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\nhello")
        .await
        .unwrap();
    let opened = soon(client.through("hello")).await;
    assert!(opened.starts_with("HTTP/1.1 101 "), "{opened}");
    assert!(opened.contains("sec-websocket-accept: y\r\n"), "{opened}");
    for number in 0..3 {
        let text = format!("\u{0}binary {number}\u{1}");
        client.write(&text).await;
        assert_eq!(soon(gitlab.through("\u{1}")).await, text);
        gitlab.write(text.as_bytes()).await.unwrap();
        assert_eq!(soon(client.through("\u{1}")).await, text);
    }
    // Neither side says anything any more: the server does not wait for its grace.
    server.finish().await;
    client.ended().await;
}

#[tokio::test]
async fn a_change_of_protocol_that_nobody_asked_for_is_a_502() {
    let answer =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let gitlab = FakeGateway::answering(Answer::bytes(answer)).await;
    let server = in_front(&gitlab).start().await;
    server.request("GET", "/group").send().await.has_status(502);
    server.finish().await;
}

#[tokio::test]
async fn faults_of_gitlab_are_never_a_whole_answer() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    let gitlab = FakeGateway::answering(Answer::bytes(cut).then(End::Close)).await;
    let server = in_front(&gitlab).start().await;
    let reply = server.request("GET", "/page").send().await;
    assert_eq!((reply.status, reply.whole), (200, false));
    gitlab.answers(Answer::bytes("garbage\r\n\r\n").then(End::Close));
    server.request("GET", "/page").send().await.has_status(502);
    gitlab.stop().await;
    server.request("GET", "/page").send().await.has_status(502);
    server.finish().await;

    gitlab.start_again();
    let server = in_front(&gitlab)
        .set("proxy.idle_timeout", "1s")
        .start()
        .await;
    gitlab.answers(Answer::bytes("").then(End::Silence));
    server.request("GET", "/page").send().await.has_status(504);
    gitlab.answers(Answer::bytes(cut).then(End::Silence));
    let reply = server.request("GET", "/page").send().await;
    assert_eq!((reply.status, reply.whole), (200, false));
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_request_behind() {
    let gitlab = FakeGateway::answering(
        Answer::bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
            .then(End::Silence),
    )
    .await;
    let server = in_front(&gitlab).start().await;
    let mut transfer = server.request("GET", "/long/poll").open().await;
    transfer.reaches("x").await;
    transfer.leave();
    gitlab.clients_left(1).await;
    gitlab.answers(Answer::bytes("").then(End::Silence));
    let mut client = Connection::open(server.address).await;
    client
        .write("GET /jobs/request HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    soon(async {
        while gitlab.requests().len() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(client);
    gitlab.clients_left(2).await;
    server.finish().await;
}

#[tokio::test]
async fn connections_are_kept_and_stale_ones_are_invisible() {
    let gitlab = FakeGateway::answering(Answer::new(200, "text/plain", "x")).await;
    let server = in_front(&gitlab).start().await;
    for _ in 0..5 {
        server.request("GET", "/page").send().await.has_status(200);
    }
    assert_eq!(gitlab.connections(), 1);
    // Its last answer on that connection is followed by its end.
    gitlab.answers(Answer::new(200, "text/plain", "x").then(End::Close));
    for _ in 0..5 {
        server.request("GET", "/page").send().await.has_status(200);
        server
            .request("POST", "/form")
            .raw_body("a=b")
            .send()
            .await
            .has_status(200);
    }
    server.finish().await;
}

#[tokio::test]
async fn a_gitlab_below_a_path_is_reached_below_it() {
    let gitlab = FakeGateway::answering(Answer::new(200, "text/plain", "x")).await;
    let server = TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("server.external_url", "https://host.test/gitlab")
        .set("proxy.gitlab_url", &format!("{}/gitlab/", gitlab.url()))
        .start()
        .await;
    let get = |target| Request::new(server.address, "GET", target);
    get("/gitlab/group/project?x=1")
        .send()
        .await
        .has_status(200);
    get("/gitlab/").send().await.has_status(200);
    let asked = gitlab.requests();
    assert_eq!(asked[0].target(), "GET /gitlab/group/project?x=1");
    assert_eq!(
        asked[0].field("x-forwarded-proto").as_deref(),
        Some("https")
    );
    assert_eq!(asked[1].target(), "GET /gitlab/");
    get("/other").send().await.has_status(404);
    // Who issues tokens below that path is for GitLab to say.
    get("/.well-known/openid-configuration")
        .send()
        .await
        .has_status(404);
    get("/gitlab/api/v4/code_suggestions/completions")
        .send()
        .await
        .has_status(404);
    get("/gitlab/-/readiness").send().await.has_status(200);
    assert_eq!(gitlab.requests().len(), 2);
    server.finish().await;
}
