//! The way through a proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`): a tunnel (CONNECT, RFC 9110 section
//! 9.3.6), inside which the proxy sees nothing of the exchange. Only HTTPS goes through one.

use std::io;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{
    Method, Request, Uri,
    client::conn::http1,
    header::{HOST, HeaderValue, PROXY_AUTHORIZATION},
    upgrade::Upgraded,
};
use hyper_util::{
    client::proxy::matcher::{Intercept, Matcher},
    rt::TokioIo,
};
use tokio::net::TcpStream;

/// A proxy on the way to one upstream.
#[derive(Clone)]
pub(super) struct Proxy {
    host: String,
    port: u16,
    /// Whether it is asked in plain HTTP. One over TLS or SOCKS would be sent words, and credentials, that it does not expect.
    plain: bool,
    credentials: Option<HeaderValue>,
}

/// The usual variables, as they were set.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProxyVariables<'a> {
    /// `HTTPS_PROXY`.
    pub https: &'a str,
    /// `NO_PROXY`.
    pub no: &'a str,
}

impl Proxy {
    /// The proxy for requests to `uri`, if it is not to be asked directly.
    pub(super) fn for_uri(variables: ProxyVariables<'_>, uri: &Uri) -> Option<Self> {
        if excepts_all(variables.no) {
            return None;
        }
        let matcher = Matcher::builder()
            .https(variables.https)
            .no(variables.no)
            .build();
        let intercept: Intercept = matcher.intercept(uri)?;
        Some(Self {
            host: intercept.uri().host()?.trim_matches(['[', ']']).to_owned(),
            port: intercept.uri().port_u16().unwrap_or(80),
            plain: intercept.uri().scheme_str() == Some("http"),
            credentials: intercept.basic_auth().cloned(),
        })
    }

    /// A tunnel to `host` and `port`.
    pub(super) async fn tunnel(&self, host: &str, port: u16) -> io::Result<TokioIo<Upgraded>> {
        if !self.plain {
            let text = format!(
                "the proxy {}:{} is none of http://, and no others are known here",
                self.host, self.port
            );
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        let dialled = TcpStream::connect((self.host.as_str(), self.port)).await;
        // Else it would read as if the upstream were away.
        let stream = dialled.map_err(|error| {
            let text = format!("the proxy {}:{}: {error}", self.host, self.port);
            io::Error::new(error.kind(), text)
        })?;
        stream.set_nodelay(true)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the one connection that is no upstream but leads to one"
        )]
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(async move { drop(connection.with_upgrades().await) });
        // An address of version 6 stands in brackets (RFC 3986 section 3.2.2).
        let target = if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        };
        let response = sender
            .send_request(self.connect(&target)?)
            .await
            .map_err(io::Error::other)?;
        let status = response.status();
        if !status.is_success() {
            return Err(io::Error::other(format!("the proxy answered {status}")));
        }
        let upgraded = hyper::upgrade::on(response)
            .await
            .map_err(io::Error::other)?;
        Ok(TokioIo::new(upgraded))
    }

    fn connect(&self, target: &str) -> io::Result<Request<Empty<Bytes>>> {
        let mut request = Request::new(Empty::new());
        *request.method_mut() = Method::CONNECT;
        *request.uri_mut() = target.parse().map_err(io::Error::other)?;
        let host = HeaderValue::from_str(target).map_err(io::Error::other)?;
        request.headers_mut().insert(HOST, host);
        if let Some(credentials) = &self.credentials {
            request
                .headers_mut()
                .insert(PROXY_AUTHORIZATION, credentials.clone());
        }
        Ok(request)
    }
}

/// Whether `NO_PROXY` excepts every host, addresses too, for which the matcher takes no star: one alone, as with curl, or one in a
/// list, as with Go.
fn excepts_all(no: &str) -> bool {
    no.split(',').any(|entry| entry.trim() == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(https: &str, no: &str, uri: &str) -> Option<String> {
        let proxy = Proxy::for_uri(ProxyVariables { https, no }, &uri.parse().unwrap())?;
        Some(format!("{}:{}", proxy.host, proxy.port))
    }

    #[test]
    fn https_goes_through_the_proxy_unless_excepted() {
        let found = Some("proxy.corp:3128".to_owned());
        let given = "http://proxy.corp:3128";
        assert_eq!(proxy(given, "", "https://gateway.example.com"), found);
        assert_eq!(
            proxy("proxy.corp:3128", "", "https://gateway.example.com"),
            found
        );
        assert_eq!(
            proxy(given, "example.com", "https://gateway.example.com"),
            None
        );
        assert_eq!(proxy(given, "10.0.0.0/8", "https://10.1.2.3:5052"), None);
        assert_eq!(proxy(given, "*", "https://gateway.example.com"), None);
        assert_eq!(proxy(given, "", "http://gateway.example.com"), None);
        assert_eq!(proxy("", "", "https://gateway.example.com"), None);
    }

    #[test]
    fn a_star_excepts_names_and_addresses() {
        let hosts = ["gateway.example.com", "localhost", "127.0.0.1", "[::1]"];
        for (no, goes_through) in [
            ("*", false),
            (" * ", false),
            ("example.org,*", false),
            ("example.org, *", false),
            ("*.example.org", true),
            ("10.*", true),
            (",", true),
        ] {
            for host in hosts {
                let uri = format!("https://{host}:5052");
                let found = proxy("http://proxy.corp:3128", no, &uri);
                assert_eq!(found.is_some(), goes_through, "{no} {host}");
            }
        }
    }

    #[test]
    fn credentials_are_for_the_proxy() {
        let uri = "https://gateway.example.com".parse().unwrap();
        let https = "http://name:word@proxy:3128";
        let proxy = Proxy::for_uri(ProxyVariables { https, no: "" }, &uri).unwrap();
        let request = proxy.connect("gateway.example.com:443").unwrap();
        assert_eq!(request.uri(), "gateway.example.com:443");
        assert_eq!(request.headers()[PROXY_AUTHORIZATION], "Basic bmFtZTp3b3Jk");
    }

    #[tokio::test]
    async fn a_proxy_that_is_away_is_named() {
        let uri = "https://gateway.example.com".parse().unwrap();
        let https = "http://127.0.0.1:1";
        let proxy = Proxy::for_uri(ProxyVariables { https, no: "" }, &uri).unwrap();
        let error = proxy
            .tunnel("gateway.example.com", 443)
            .await
            .err()
            .unwrap();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        let told = error.to_string();
        assert!(told.starts_with("the proxy 127.0.0.1:1: "), "{told}");
    }

    #[tokio::test]
    async fn a_proxy_of_another_kind_is_not_asked() {
        let uri = "https://gateway.example.com".parse().unwrap();
        for https in [
            "https://name:word@127.0.0.1:1",
            "socks5://127.0.0.1:1",
            "socks5h://127.0.0.1:1",
        ] {
            let proxy = Proxy::for_uri(ProxyVariables { https, no: "" }, &uri).unwrap();
            let error = proxy
                .tunnel("gateway.example.com", 443)
                .await
                .err()
                .unwrap();
            assert_eq!(error.kind(), io::ErrorKind::Unsupported, "{https}: {error}");
        }
    }
}
