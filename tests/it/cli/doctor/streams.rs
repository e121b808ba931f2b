//! Whether streams arrive as they are sent, by way of proxies of every kind.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
};

use super::{findings, found};
use crate::{
    cli::command_with,
    support::{Program, soon},
};

/// What a proxy does with answers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// Passes each piece on at once.
    Piecewise,
    /// Passes on whole answers.
    Whole,
    /// Passes on the first piece of a stream and then closes.
    Cut,
    /// Has another server for what is posted.
    Elsewhere,
    /// Does not know streams.
    Without,
}

const NOT_FOUND: &[u8] =
    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Carries requests to the address that it is told of as soon as that is known.
async fn proxy(way: Way) -> (SocketAddr, tokio::sync::watch::Sender<Option<SocketAddr>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, server) = tokio::sync::watch::channel(None);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let mut server = server.clone();
            tokio::spawn(async move {
                let server = server.wait_for(Option::is_some).await.unwrap().unwrap();
                // A side that closes ends the other; nobody is told of it.
                drop(carry(client, server, way).await);
            });
        }
    });
    (address, sender)
}

async fn carry(mut client: TcpStream, server: SocketAddr, way: Way) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let text = String::from_utf8(head).unwrap();
    let is_stream = text.contains("stream_probe");
    let posts = text.starts_with("POST");
    if is_stream && (way == Way::Without || way == Way::Elsewhere && posts) {
        return client.write_all(NOT_FOUND).await;
    }
    let mut server = TcpStream::connect(server).await?;
    let text = text.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    server.write_all(text.as_bytes()).await?;
    let mut passed = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let length = server.read(&mut piece).await?;
        passed.extend_from_slice(&piece[..length]);
        let ended = length == 0;
        if way == Way::Whole && !ended {
            continue;
        }
        client.write_all(&passed).await?;
        let begun = String::from_utf8_lossy(&passed).contains("event: ");
        if ended || way == Way::Cut && begun {
            return Ok(());
        }
        passed.clear();
    }
}

/// What is said of streams by that way, and of the URL.
async fn said(way: Way) -> (Value, Value) {
    let folder = tempfile::tempdir().unwrap();
    let (address, sender) = proxy(way).await;
    let url = format!("http://{address}");
    let settings = [("server.external_url", url.as_str())];
    let program = Program::start(command_with(folder.path(), &settings, &[]));
    sender.send(Some(program.address)).unwrap();
    let findings = soon(findings(folder.path(), &settings, &[])).await;
    assert_eq!(program.stop().code, Some(0));
    (
        found(&findings, "streams").clone(),
        found(&findings, "external URL").clone(),
    )
}

#[tokio::test]
async fn streams_that_pass_a_proxy_piece_by_piece_are_told_from_those_that_do_not() {
    let cases = [
        (Way::Piecewise, "ok", ""),
        (Way::Whole, "warning", "proxy_buffering off in nginx"),
        (Way::Cut, "failed", "look at"),
        (Way::Elsewhere, "skipped", ""),
        (Way::Without, "warning", "/api/v4/code_suggestions/"),
    ];
    for (way, status, remedy) in cases {
        let (streams, url) = said(way).await;
        assert_eq!(url["status"], "ok", "{way:?}: {url}");
        assert_eq!(streams["status"], status, "{way:?}: {streams}");
        let told = streams["remedy"].as_str().unwrap_or_default();
        assert!(told.contains(remedy), "{way:?}: {streams}");
    }
}

#[tokio::test]
async fn streams_are_not_looked_at_where_the_url_does_not_lead_here() {
    let folder = tempfile::tempdir().unwrap();
    // Its address is nobody else's, and it does not listen.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    let settings = [("server.external_url", url.as_str())];
    let findings = findings(folder.path(), &settings, &[]).await;
    let (streams, url) = (
        found(&findings, "streams"),
        found(&findings, "external URL"),
    );
    assert_eq!(streams["status"], "skipped", "{streams}");
    assert_eq!(url["status"], "warning");
    let detail = url["detail"].as_str().unwrap();
    assert!(detail.contains("is not reached from here"), "{detail}");
}
