//! Answers that end with their connection, without TLS's word for an end: nobody can tell them from a cut.

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::{ANSWER, Authority};
use crate::support::{Run, TestServer, command, okc};

/// Answers over TLS whose end is that of the connection, and for which TLS has no word: but for the question after its health.
async fn ends_without_word(acceptor: TlsAcceptor, stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(acceptor.accept(stream).await?);
    let (mut first, mut length) = (String::new(), 0);
    stream.read_line(&mut first).await?;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        match line.to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    stream.read_exact(&mut vec![0; length]).await?;
    let (announced, body) = if first.starts_with("GET /monitoring/healthz ") {
        ("Content-Length: 2\r\n", "{}")
    } else {
        ("", ANSWER)
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let answer = format!("{head}{announced}\r\n{body}");
    stream.write_all(answer.as_bytes()).await?;
    stream.flush().await?;
    let (connection, _) = stream.get_mut().get_mut();
    connection.shutdown().await?;
    connection.read_to_end(&mut Vec::new()).await.map(drop)
}

#[tokio::test]
async fn an_answer_that_may_be_cut_is_refused_and_explained() {
    let authority = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = authority.acceptor(&[], false);
    let accepting = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(ends_without_word(acceptor.clone(), stream));
        }
    });
    let roots = authority.path("ca.pem");
    let settings = [
        ("gateway.kind", "ai_gateway"),
        ("gateway.url", &format!("https://localhost:{port}")),
        ("gateway.ca_file", roots.to_str().unwrap()),
    ];
    let builder = settings
        .iter()
        .fold(TestServer::builder(), |builder, (key, value)| {
            builder.set(key, value)
        });
    let server = builder.start().await;
    server.complete(&okc()).send().await.has_status(502);
    server.finish().await;

    let folder = tempfile::tempdir().unwrap();
    let mut doctor = command(folder.path(), &["doctor"]);
    for (key, value) in settings {
        let name = key.to_uppercase().replace('.', "__");
        doctor.env(format!("CODE_SUGGESTIONS__{name}"), value);
    }
    let run = tokio::task::spawn_blocking(move || Run::of(doctor));
    let told = run.await.unwrap().stdout;
    assert!(told.contains("✓ gateway"), "{told}");
    assert!(told.contains("without sending TLS close_notify"), "{told}");
    assert!(told.contains("say the length of its answers"), "{told}");
    accepting.abort();
}
