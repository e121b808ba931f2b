//! Where an upstream is and how a connection to it is made: TCP, perhaps through a proxy, and TLS.

use std::{io, sync::Arc, time::Duration};

use hyper::{
    Uri,
    http::{HeaderValue, uri::PathAndQuery},
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{
    UpstreamError,
    exchange::Connection,
    proxy::{Proxy, ProxyVariables},
    streaming,
    tls::{HTTP_2, TlsError, TlsFiles, client_config},
    wire::{Socket, Wire},
};

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
    proxy: Option<Proxy>,
}

/// How upstreams are reached, beyond their URL.
#[derive(Debug, Clone, Copy, Default)]
pub struct Route<'a> {
    /// Roots and certificates of one's own.
    pub tls: TlsFiles<'a>,
    /// The proxy on the way, if there is one.
    pub proxy: ProxyVariables<'a>,
}

/// A base URL that cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// It is no `http` or `https` URL.
    #[error("'{0}' is not an http or https URL")]
    Url(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] TlsError),
}

impl Endpoint {
    /// Takes a base URL apart.
    ///
    /// # Errors
    ///
    /// When the URL is none, or a file of `route` does not hold what it should.
    pub fn new(url: &str, route: Route<'_>) -> Result<Self, EndpointError> {
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
                connector: connector(client_config(route.tls)?),
                name,
                proxy: Proxy::for_uri(route.proxy, &uri),
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

    /// Path of the base URL, without a trailing slash.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
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
    pub(super) async fn connect(&self, limit: Duration) -> Result<Connection, UpstreamError> {
        let place = || format!("{}:{}", self.host, self.port);
        match timeout(limit, self.connect_unbounded()).await {
            Ok(connected) => connected.map_err(|error| UpstreamError::Connect(place(), error)),
            Err(_) => Err(UpstreamError::ConnectTimeout(place(), limit)),
        }
    }

    /// The same place without HTTP/2, for what cannot be carried by it: a change of protocol is one of HTTP/1.1.
    #[must_use]
    pub fn without_http2(mut self) -> Self {
        if let Some(tls) = &mut self.tls {
            let mut config = ClientConfig::clone(tls.connector.config());
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            tls.connector = connector(config);
        }
        self
    }

    /// A new connection for bodies of any length, which may change to another protocol.
    pub(super) async fn connect_streaming(
        &self,
        limit: Duration,
    ) -> Result<streaming::Sender, UpstreamError> {
        let place = || format!("{}:{}", self.host, self.port);
        let connecting = async {
            let Some(tls) = &self.tls else {
                return streaming::Sender::begin(self.dial().await?).await;
            };
            let name = tls.name.clone();
            match &tls.proxy {
                None => {
                    let stream = tls.connector.connect(name, self.dial().await?).await?;
                    streaming::Sender::begin(stream).await
                }
                Some(proxy) => {
                    let stream = proxy.tunnel(&self.host, self.port).await?;
                    let stream = tls.connector.connect(name, stream).await?;
                    streaming::Sender::begin(stream).await
                }
            }
        };
        match timeout(limit, connecting).await {
            Ok(connected) => connected.map_err(|error| UpstreamError::Connect(place(), error)),
            Err(_) => Err(UpstreamError::ConnectTimeout(place(), limit)),
        }
    }

    async fn connect_unbounded(&self) -> io::Result<Connection> {
        match &self.tls {
            None => Ok(Connection::One(Box::new(Wire::new(Socket::Tcp(
                self.dial().await?,
            ))))),
            Some(tls) => match &tls.proxy {
                None => tls.begin(self.dial().await?).await,
                Some(proxy) => tls.begin(proxy.tunnel(&self.host, self.port).await?).await,
            },
        }
    }

    async fn dial(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

impl Tls {
    async fn begin<S>(&self, stream: S) -> io::Result<Connection>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = self.connector.connect(self.name.clone(), stream).await?;
        if stream.get_ref().1.alpn_protocol() == Some(HTTP_2) {
            Connection::many(stream).await
        } else {
            let socket = Socket::Other(Box::new(stream));
            Ok(Connection::One(Box::new(Wire::new(socket))))
        }
    }
}

fn connector(config: ClientConfig) -> TlsConnector {
    TlsConnector::from(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_below_the_base_url() {
        let target = |url: &str| {
            Endpoint::new(url, Route::default())
                .unwrap()
                .target("/v2/code/completions")
                .to_string()
        };
        assert_eq!(target("http://gateway:5052"), "/v2/code/completions");
        assert_eq!(target("http://gateway/ai/"), "/ai/v2/code/completions");
        assert_eq!(
            Endpoint::new("http://[::1]:81", Route::default())
                .unwrap()
                .authority(),
            "[::1]:81"
        );
    }

    #[test]
    fn other_urls_are_refused() {
        for url in ["", "gateway", "ftp://gateway", "/path", "http://"] {
            assert!(Endpoint::new(url, Route::default()).is_err(), "{url}");
        }
    }
}
