//! The way to a gateway and to a GitLab over TLS: roots of one's own, a certificate to show, HTTP/2 where it is offered, and a proxy between.

use std::{
    convert::Infallible,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    Request, Response, Version,
    body::{Frame, Incoming},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

mod unended;

use crate::support::{Answer, Builder, TestServer, gitlab, okc, okc_with};

const ANSWER: &str = r#"{"id":"1","choices":[{"text":"hi","index":0}]}"#;

/// A certificate authority of nobody's, and what it has signed for the gateway and for its clients.
struct Authority {
    folder: TempDir,
}

/// What a request looked like when it arrived.
#[derive(Debug, Clone)]
struct Arrived {
    version: Version,
    authority: Option<String>,
    host: bool,
}

/// A gateway that speaks TLS.
struct TlsGateway {
    address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let write = |name: &str, text: String| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write("ca.pem", authority.pem());
        for (name, host) in [("server", "localhost"), ("client", "client")] {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
            let certificate = params.signed_by(&key, &authority).unwrap();
            write(&format!("{name}.crt"), certificate.pem());
            write(&format!("{name}.key"), key.serialize_pem());
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn certificates(&self, name: &str) -> Vec<CertificateDer<'static>> {
        let certificates = CertificateDer::pem_file_iter(self.path(name)).unwrap();
        certificates.map(Result::unwrap).collect()
    }

    fn acceptor(&self, protocols: &[&str], asks_for_certificate: bool) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if asks_for_certificate {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(self.certificates("ca.pem"));
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::from_pem_file(self.path("server.key")).unwrap();
        let mut config = builder
            .with_single_cert(self.certificates("server.crt"), key)
            .unwrap();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

impl TlsGateway {
    async fn start(acceptor: TlsAcceptor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (record, count) = (Arc::clone(&arrived), Arc::clone(&connections));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, record) = (acceptor.clone(), Arc::clone(&record));
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(connection(acceptor, stream, record));
            }
        });
        Self {
            address,
            arrived,
            connections,
            accepting,
        }
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// A server that is to ask it, trusting `authority`.
    fn server(&self, authority: &Authority) -> Builder {
        TestServer::builder()
            .set("gateway.kind", "ai_gateway")
            .set(
                "gateway.url",
                &format!("https://localhost:{}", self.address.port()),
            )
            .set(
                "gateway.ca_file",
                authority.path("ca.pem").to_str().unwrap(),
            )
    }
}

impl Drop for TlsGateway {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connection(acceptor: TlsAcceptor, stream: TcpStream, record: Arc<Mutex<Vec<Arrived>>>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let many = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let service = service_fn(|request: Request<Incoming>| {
        record.lock().unwrap().push(Arrived {
            version: request.version(),
            authority: request.uri().authority().map(ToString::to_string),
            host: request.headers().contains_key("host"),
        });
        answer(request)
    });
    let stream = TokioIo::new(stream);
    if many {
        let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        drop(http.serve_connection(stream, service).await);
    } else {
        let http = hyper::server::conn::http1::Builder::new();
        drop(http.serve_connection(stream, service).await);
    }
}

/// Events for generations, which end with an error when the file is called `cut.rb`; a document for everything else.
async fn answer(
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, std::io::Error>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&body);
    if path != "/v4/code/suggestions" {
        let body = Full::new(Bytes::from(ANSWER)).map_err(|never| match never {});
        let response = Response::builder().header("content-type", "application/json");
        return Ok(response.body(body.boxed()).unwrap());
    }
    let mut pieces = vec![Ok(Frame::data(Bytes::from(
        "event: stream_start\ndata: {}\n\n",
    )))];
    if text.contains("cut.rb") {
        pieces.push(Err(std::io::Error::other("cut")));
    } else {
        let end = "event: stream_end\ndata: null\n\n";
        pieces.push(Ok(Frame::data(Bytes::from(end))));
    }
    let body = StreamBody::new(futures_util::stream::iter(pieces));
    let response = Response::builder()
        .header("content-type", "text/event-stream")
        .header("x-streaming-format", "sse");
    Ok(response.body(BodyExt::boxed(body)).unwrap())
}

fn generation(file_name: &str) -> serde_json::Value {
    let mut body = okc_with(serde_json::json!({ "intent": "generation", "stream": true }));
    body["current_file"]["file_name"] = file_name.into();
    body
}

#[tokio::test]
async fn roots_of_ones_own_are_trusted_and_strangers_are_not() {
    let authority = Authority::new();
    let gateway = TlsGateway::start(authority.acceptor(&["http/1.1"], false)).await;
    let server = gateway.server(&authority).start().await;
    server.complete(&okc()).send().await.has_status(200);
    assert_eq!(gateway.arrived()[0].version, Version::HTTP_11);
    server.finish().await;

    let server = gateway.server(&Authority::new()).start().await;
    server.complete(&okc()).send().await.has_status(502);
    assert_eq!(gateway.arrived().len(), 1);
    server.finish().await;
}

#[tokio::test]
async fn a_certificate_is_shown_to_whoever_asks_for_one() {
    let authority = Authority::new();
    let gateway = TlsGateway::start(authority.acceptor(&[], true)).await;
    let server = gateway.server(&authority).start().await;
    server.complete(&okc()).send().await.has_status(502);
    server.finish().await;

    let file = |name: &str| authority.path(name).to_str().unwrap().to_owned();
    let server = gateway
        .server(&authority)
        .set("gateway.client_cert_file", &file("client.crt"))
        .set("gateway.client_key_file", &file("client.key"))
        .start()
        .await;
    server.complete(&okc()).send().await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn http_2_is_spoken_where_it_is_offered() {
    let authority = Authority::new();
    let gateway = TlsGateway::start(authority.acceptor(&["h2", "http/1.1"], false)).await;
    let server = gateway.server(&authority).start().await;
    let reply = server.complete(&okc()).send().await.has_status(200);
    assert_eq!(reply.text(), ANSWER);
    let replies = join_all((0..20).map(|_| server.complete(&okc()).send())).await;
    for reply in replies {
        assert_eq!(reply.has_status(200).text(), ANSWER);
    }
    let arrived = gateway.arrived();
    assert_eq!(arrived.len(), 21);
    let authority = format!("localhost:{}", gateway.address.port());
    for request in arrived {
        assert_eq!(request.version, Version::HTTP_2);
        assert_eq!(request.authority.as_ref(), Some(&authority));
        assert!(!request.host, "{request:?}");
    }
    assert_eq!(gateway.connections.load(Ordering::SeqCst), 1);
    server.finish().await;
}

#[tokio::test]
async fn streams_of_http_2_pass_and_break_visibly() {
    let authority = Authority::new();
    let gateway = TlsGateway::start(authority.acceptor(&["h2"], false)).await;
    let server = gateway.server(&authority).start().await;
    let ask = |file: &str| {
        let request = server.complete(&generation(file));
        request.header("X-Supports-Sse-Streaming", "true").send()
    };
    let whole = ask("a.rb").await.has_status(200);
    assert!(
        whole.whole && whole.text().contains("stream_end"),
        "{}",
        whole.text()
    );
    let cut = ask("cut.rb").await;
    assert!(!(cut.whole && cut.status == 200), "a cut stream ended well");
    // The others on the connection are not touched.
    assert!(ask("a.rb").await.has_status(200).whole);
    assert_eq!(gateway.connections.load(Ordering::SeqCst), 1);
    server.finish().await;
}

#[tokio::test]
async fn https_goes_through_the_proxy_of_the_environment() {
    let authority = Authority::new();
    let gateway = TlsGateway::start(authority.acceptor(&["h2"], false)).await;
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let tunnels = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&tunnels);
    let accepting = tokio::spawn(async move {
        while let Ok((stream, _)) = proxy.accept().await {
            tokio::spawn(tunnel(stream, Arc::clone(&record)));
        }
    });
    let through = gateway
        .server(&authority)
        .variable("HTTPS_PROXY", &format!("http://name:word@{address}"))
        .start()
        .await;
    through.complete(&okc()).send().await.has_status(200);
    let expected = format!(
        "CONNECT localhost:{} HTTP/1.1 Basic bmFtZTp3b3Jk",
        gateway.address.port()
    );
    assert_eq!(*tunnels.lock().unwrap(), [expected]);
    through.finish().await;

    let direct = gateway
        .server(&authority)
        .variable("https_proxy", &format!("http://{address}"))
        .variable("NO_PROXY", "localhost")
        .start()
        .await;
    direct.complete(&okc()).send().await.has_status(200);
    assert_eq!(tunnels.lock().unwrap().len(), 1);
    direct.finish().await;
    accepting.abort();
}

/// What a proxy does with CONNECT; it notes the request's first line and credentials.
async fn tunnel(stream: TcpStream, record: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let (mut first, mut credentials) = (String::new(), String::new());
    stream.read_line(&mut first).await.unwrap();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("proxy-authorization")
        {
            value.trim().clone_into(&mut credentials);
        }
    }
    record
        .lock()
        .unwrap()
        .push(format!("{} {credentials}", first.trim()));
    let target = first.split(' ').nth(1).unwrap();
    let mut upstream = TcpStream::connect(target).await.unwrap();
    stream
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .unwrap();
    drop(copy_bidirectional(&mut stream, &mut upstream).await);
}

/// Speaks TLS for a GitLab that does not; returns its address.
async fn secured(gitlab: SocketAddr, acceptor: TlsAcceptor) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let accepting = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut near) = acceptor.accept(stream).await else {
                    return;
                };
                let mut far = TcpStream::connect(gitlab).await.unwrap();
                drop(copy_bidirectional(&mut near, &mut far).await);
            });
        }
    });
    (url, accepting)
}

/// A server whose users live in that GitLab, and a project of alice's in a request.
async fn beside(url: &str, roots: &Authority) -> TestServer {
    let roots = roots.path("ca.pem");
    TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("proxy.gitlab_url", url)
        .set("identity.gitlab.ca_file", roots.to_str().unwrap())
        .start()
        .await
}

#[tokio::test]
async fn roots_of_ones_own_count_for_gitlab() {
    let authority = Authority::new();
    let gitlab = gitlab::gitlab().await;
    gitlab.routes("GET /group/project", Answer::new(200, "text/plain", "page"));
    let acceptor = authority.acceptor(&["http/1.1"], false);
    let (url, accepting) = secured(gitlab.address(), acceptor).await;
    let server = beside(&url, &authority).await;
    let ask = |server: &TestServer, project: &str| {
        let body = okc_with(serde_json::json!({ "project_path": project }));
        server.complete(&body).bearer(gitlab::ALICE).send()
    };
    ask(&server, "grp/on").await.has_status(200);
    let asked = gitlab.requests();
    for (what, target) in [
        ("identity", "GET /api/v4/user"),
        ("projects", "GET /api/v4/projects/grp%2Fon"),
    ] {
        let found = asked.iter().any(|asked| asked.target() == target);
        assert!(found, "{what}: {asked:#?}");
    }
    let page = server.request("GET", "/group/project").send().await;
    assert_eq!(page.has_status(200).text(), "page");
    server.finish().await;

    let stranger = beside(&url, &Authority::new()).await;
    gitlab.forget();
    ask(&stranger, "grp/on").await.has_status(503);
    let page = stranger.request("GET", "/group/project").send().await;
    page.has_status(502);
    assert_eq!(gitlab.requests().len(), 0);
    stranger.finish().await;
    accepting.abort();
}
