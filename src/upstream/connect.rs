//! Where an upstream is and how a connection to it is made: TCP, and TLS with the platform's roots.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Uri,
    client::conn::http1::{self, SendRequest},
    http::{HeaderValue, uri::PathAndQuery},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, crypto::CryptoProvider, pki_types::ServerName};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{
    UpstreamError,
    watched::{Heard, Watched},
};

/// The sending half of a connection.
pub(super) struct Sender {
    pub(super) requests: SendRequest<Full<Bytes>>,
    pub(super) heard: Heard,
}

/// Most bytes of the head of an answer.
const LARGEST_HEAD: usize = 64 * 1024;

/// An upstream's base URL, taken apart once.
#[derive(Clone)]
pub struct Endpoint {
    host: String,
    port: u16,
    /// Value of `Host` (RFC 9110 section 7.2).
    authority: HeaderValue,
    /// Path of the base URL, without a trailing slash.
    prefix: String,
    tls: Option<Tls>,
}

#[derive(Clone)]
struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

/// A base URL that cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// It is no `http` or `https` URL.
    #[error("'{0}' is not an http or https URL")]
    Url(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
}

impl Endpoint {
    /// Takes a base URL apart.
    pub fn new(url: &str) -> Result<Self, EndpointError> {
        let wrong = || EndpointError::Url(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let port = authority
            .port_u16()
            .unwrap_or(if secure { 443 } else { 80 });
        let tls = if secure {
            let name = ServerName::try_from(host.clone()).map_err(|_| wrong())?;
            Some(Tls {
                connector: TlsConnector::from(Arc::new(tls_config()?)),
                name,
            })
        } else {
            None
        };
        Ok(Self {
            host,
            port,
            authority: HeaderValue::from_str(authority.as_str()).map_err(|_| wrong())?,
            prefix: uri.path().trim_end_matches('/').to_owned(),
            tls,
        })
    }

    /// Value of the `Host` field.
    pub fn authority(&self) -> &HeaderValue {
        &self.authority
    }

    /// Request target for a path below the base URL.
    pub fn target(&self, path: &'static str) -> Uri {
        if self.prefix.is_empty() {
            return Uri::from(PathAndQuery::from_static(path));
        }
        // The prefix came from a URL that had been parsed, so the two parse together as well.
        format!("{}{path}", self.prefix)
            .parse()
            .unwrap_or_else(|_| Uri::from_static("/"))
    }

    /// Request target for a path, perhaps with a query, that is put together at run time.
    pub fn target_of(&self, path: &str) -> Uri {
        format!("{}{path}", self.prefix)
            .parse()
            .unwrap_or_else(|_| Uri::from_static("/"))
    }

    /// A new connection.
    pub(super) async fn connect(&self, limit: Duration) -> Result<Sender, UpstreamError> {
        let place = || format!("{}:{}", self.host, self.port);
        match timeout(limit, self.connect_unbounded()).await {
            Ok(connected) => connected.map_err(|error| UpstreamError::Connect(place(), error)),
            Err(_) => Err(UpstreamError::ConnectTimeout(place(), limit)),
        }
    }

    async fn connect_unbounded(&self) -> io::Result<Sender> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => handshake(stream).await,
            Some(tls) => handshake(tls.connector.connect(tls.name.clone(), stream).await?).await,
        }
    }
}

async fn handshake<S>(stream: S) -> io::Result<Sender>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let heard = Heard::default();
    let (requests, connection) = http1::Builder::new()
        .max_buf_size(LARGEST_HEAD)
        .handshake(TokioIo::new(Watched::new(stream, heard.clone())))
        .await
        .map_err(io::Error::other)?;
    // Its failures reach whoever waits for an answer; the task ends with the connection.
    tokio::spawn(async move { drop(connection.await) });
    Ok(Sender { requests, heard })
}

fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_below_the_base_url() {
        let target = |url: &str| {
            Endpoint::new(url)
                .unwrap()
                .target("/v2/code/completions")
                .to_string()
        };
        assert_eq!(target("http://gateway:5052"), "/v2/code/completions");
        assert_eq!(target("http://gateway/ai/"), "/ai/v2/code/completions");
        assert_eq!(
            Endpoint::new("http://[::1]:81").unwrap().authority(),
            "[::1]:81"
        );
    }

    #[test]
    fn other_urls_are_refused() {
        for url in ["", "gateway", "ftp://gateway", "/path", "http://"] {
            assert!(Endpoint::new(url).is_err(), "{url}");
        }
    }
}
