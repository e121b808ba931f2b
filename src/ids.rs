//! Identifiers that travel through all rooms: of a request and of this instance.

use std::{borrow::Cow, sync::Arc};

use uuid::Uuid;

/// Longest identifier that is taken from a client.
const LONGEST: usize = 64;

/// Identifier of a request, in every answer and log line about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The client's own identifier if it is short and plain, else a new one.
    pub fn choose(given: Option<&[u8]>) -> Self {
        given.and_then(Self::plain).unwrap_or_else(|| {
            let mut buffer = Uuid::encode_buffer();
            Self(Uuid::new_v4().simple().encode_lower(&mut buffer).into())
        })
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn plain(given: &[u8]) -> Option<Self> {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if given.is_empty() || given.len() > LONGEST || !given.iter().all(plain) {
            return None;
        }
        std::str::from_utf8(given)
            .ok()
            .map(|text| Self(text.into()))
    }
}

/// What this instance is, as it tells clients and gateways.
#[derive(Debug, Clone)]
pub struct Instance {
    /// UUID made at first start.
    pub id: String,
    /// URL that clients use, without a trailing slash.
    pub external_url: String,
    /// Whether that URL is for clients on this machine only, since nobody has said by what name others know it.
    pub is_local_guess: bool,
    /// Path of that URL, empty at the root.
    pub base_path: String,
    /// Host of that URL, without a port.
    pub host_name: String,
    /// GitLab version that is reported.
    pub version: String,
    /// `self-managed` or `saas`.
    pub realm: &'static str,
}

impl Instance {
    /// An instance at `external_url`.
    pub fn new(id: String, external_url: String, version: String, realm: &'static str) -> Self {
        let uri: hyper::Uri = external_url.parse().unwrap_or_default();
        Self {
            id,
            base_path: uri.path().trim_end_matches('/').to_owned(),
            host_name: uri.host().unwrap_or("localhost").to_owned(),
            external_url,
            is_local_guess: false,
            version,
            realm,
        }
    }

    /// The URL for a client that knows this instance as `host`: the external URL, unless that is no more than a guess.
    pub fn url_for(&self, host: Option<&str>) -> Cow<'_, str> {
        let known: Option<hyper::http::uri::Authority> = host.and_then(|host| host.parse().ok());
        match (self.external_url.split_once("://"), known) {
            (Some((scheme, _)), Some(host))
                if self.is_local_guess && !host.as_str().contains('@') =>
            {
                Cow::Owned(format!("{scheme}://{host}"))
            }
            _ => Cow::Borrowed(&self.external_url),
        }
    }

    /// The external URL without its path: the root of the host.
    pub fn origin(&self) -> &str {
        let url = self.external_url.as_str();
        url.strip_suffix(&self.base_path).unwrap_or(url)
    }

    /// The version's numbers alone, without a suffix such as `-ee`.
    pub fn plain_version(&self) -> &str {
        self.version.split('-').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_clients_are_taken_if_plain() {
        assert_eq!(RequestId::choose(Some(b"abc-1.2_X")).as_str(), "abc-1.2_X");
        for odd in [&b""[..], b"a b", b"a\n", b"\xff", &[b'x'; 65]] {
            let made = RequestId::choose(Some(odd));
            assert_eq!(made.as_str().len(), 32, "{odd:?}");
        }
        assert_ne!(RequestId::choose(None), RequestId::choose(None));
    }

    #[test]
    fn an_instance_knows_its_url() {
        let url = "https://host.example:8443/gitlab";
        let instance = Instance::new("id".into(), url.into(), "18.7.0-ee".into(), "self-managed");
        assert_eq!(instance.base_path, "/gitlab");
        assert_eq!(instance.origin(), "https://host.example:8443");
        assert_eq!(instance.host_name, "host.example");
        assert_eq!(instance.plain_version(), "18.7.0");
        let root = Instance::new(
            "id".into(),
            "http://127.0.0.1:8080".into(),
            "18.7.0".into(),
            "saas",
        );
        assert_eq!(root.base_path, "");
        assert_eq!(root.origin(), "http://127.0.0.1:8080");
    }

    #[test]
    fn clients_elsewhere_get_the_host_that_they_asked() {
        let mut instance = Instance::new(
            "id".into(),
            "http://localhost:8080".into(),
            "18.7.0".into(),
            "saas",
        );
        let host = Some("10.0.0.7:9000");
        assert_eq!(instance.url_for(host), "http://localhost:8080");
        instance.is_local_guess = true;
        for (host, url) in [
            (host, "http://10.0.0.7:9000"),
            (Some("box"), "http://box"),
            (Some("me@box"), "http://localhost:8080"),
            (Some("a b/"), "http://localhost:8080"),
            (Some(""), "http://localhost:8080"),
            (None, "http://localhost:8080"),
        ] {
            assert_eq!(instance.url_for(host), url, "{host:?}");
        }
    }
}
