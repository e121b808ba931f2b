//! Failures on the way to an upstream, in the words of whoever has to mend them.

use std::{error::Error, io};

use crate::upstream::UpstreamError;

/// What an upstream is called and where its settings are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// URL of the upstream.
    pub(super) url: &'a str,
    /// Key of that URL.
    pub(super) key: &'a str,
}

impl Place<'_> {
    /// The key of the file with further roots.
    fn roots(&self) -> String {
        match self.section() {
            // Both ways to a GitLab go by the same roots.
            "proxy" => "identity.gitlab.ca_file".to_owned(),
            section => format!("{section}.ca_file"),
        }
    }

    /// The section of the settings.
    fn section(&self) -> &str {
        self.key.rsplit_once('.').map_or("", |(section, _)| section)
    }
}

/// What happened, with every cause.
pub(super) fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = cause.source();
    }
    text
}

/// What to do about it.
pub(super) fn remedy(error: &UpstreamError, place: Place<'_>) -> String {
    let Place { url, key } = place;
    match error {
        UpstreamError::Connect(_, source) => of_connecting(source, place),
        UpstreamError::ConnectTimeout(..) => format!(
            "nothing answers there: check host and port in {key}, a firewall between, or HTTPS_PROXY if the way out is a proxy"
        ),
        UpstreamError::Exchange(_) | UpstreamError::Cut(_) if ends_handshake(error, url) => {
            of_alert(place)
        }
        UpstreamError::Cut(_) if ends_without_word(error) => format!(
            "its connections end without the word that TLS has for it (close_notify), so an answer that only ends with them may be \
             half of one: have {key}, or what stands in front of it, say the length of its answers or send them in chunks"
        ),
        UpstreamError::Exchange(_) if url.starts_with("http:") => format!(
            "it does not answer in HTTP: if it speaks HTTPS, write {key} = \"https{}\"",
            &url["http".len()..]
        ),
        UpstreamError::ResponseTimeout(_) | UpstreamError::Idle(_) | UpstreamError::Whole(_) => {
            "it accepts connections but is too slow: look at its own log and at what stands behind it"
                .to_owned()
        }
        UpstreamError::Busy | UpstreamError::Open(_) => "try again in a moment".to_owned(),
        UpstreamError::Exchange(_) | UpstreamError::Cut(_) | UpstreamError::Switched => {
            format!("it breaks connections off: check that {key} is the right server")
        }
    }
}

fn of_connecting(error: &io::Error, place: Place<'_>) -> String {
    let Place { url, key } = place;
    if let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return of_tls(tls, place);
    }
    let text = error.to_string();
    if text.contains("the proxy answered") {
        "the proxy of HTTPS_PROXY refuses the tunnel: allow this host there, or put it into NO_PROXY"
            .to_owned()
    } else if text.contains("the proxy") {
        "the proxy of HTTPS_PROXY is not reached: check that variable, or put this host into NO_PROXY".to_owned()
    } else if error.kind() == io::ErrorKind::ConnectionRefused {
        format!("nothing listens there: is it running, and is the port in {key} right?")
    } else if text.contains("lookup") || text.contains("resolve") {
        format!("the host name is not known on this machine: check {key} and the resolver")
    } else if url.starts_with("https:") && is_end(error) {
        plain(place)
    } else {
        format!("check {key} and the network in between")
    }
}

/// Whether the other side has ended the handshake when this side held it for done, as it does in TLS 1.3 when it misses a
/// certificate (RFC 8446 section 4.4.2.4).
fn ends_handshake(error: &UpstreamError, url: &str) -> bool {
    // Within HTTP/2 nothing but the words is left of the cause.
    url.starts_with("https:") && told(error).contains("received fatal alert")
}

/// Whether the other side has ended its connection without saying in TLS that it does (RFC 8446 section 6.1).
fn ends_without_word(error: &UpstreamError) -> bool {
    told(error).contains("close_notify")
}

fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
    )
}

fn of_tls(error: &rustls::Error, place: Place<'_>) -> String {
    use rustls::CertificateError as Wrong;
    let Place { key, .. } = place;
    match error {
        rustls::Error::InvalidMessage(_) => plain(place),
        rustls::Error::InvalidCertificate(Wrong::UnknownIssuer) => {
            format!("its certificate comes from an authority that is not trusted here: put that authority's certificate into {}", place.roots())
        }
        rustls::Error::InvalidCertificate(
            Wrong::NotValidForName | Wrong::NotValidForNameContext { .. },
        ) => format!("its certificate is for another name: write that name into {key}"),
        rustls::Error::InvalidCertificate(
            Wrong::Expired
            | Wrong::ExpiredContext { .. }
            | Wrong::NotValidYet
            | Wrong::NotValidYetContext { .. },
        ) => "its certificate has expired or begins later: renew it there, or set this machine's clock".to_owned(),
        rustls::Error::AlertReceived(_) => of_alert(place),
        _ => of_odd_tls(),
    }
}

fn of_alert(place: Place<'_>) -> String {
    if place.section() == "gateway" {
        "it ended the handshake: if it asks for a certificate, set gateway.client_cert_file and gateway.client_key_file".to_owned()
    } else {
        of_odd_tls()
    }
}

fn of_odd_tls() -> String {
    "its TLS cannot be used; look at its certificate and log".to_owned()
}

fn plain(place: Place<'_>) -> String {
    format!(
        "it does not speak TLS: write {} = \"http{}\" (and {}.allow_plain_http = true if it is another machine)",
        place.key,
        place.url.strip_prefix("https").unwrap_or_default(),
        place.section()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_name_the_keys_of_their_upstream() {
        let wrong = |error: rustls::Error| {
            UpstreamError::Connect("host".to_owned(), io::Error::other(error))
        };
        let stranger = || {
            wrong(rustls::Error::InvalidCertificate(
                rustls::CertificateError::UnknownIssuer,
            ))
        };
        let plain = || {
            wrong(rustls::Error::InvalidMessage(
                rustls::InvalidMessage::InvalidContentType,
            ))
        };
        for (key, roots, switch) in [
            ("gateway.url", "gateway.ca_file", "gateway.allow_plain_http"),
            (
                "identity.gitlab.url",
                "identity.gitlab.ca_file",
                "identity.gitlab.allow_plain_http",
            ),
            (
                "proxy.gitlab_url",
                "identity.gitlab.ca_file",
                "proxy.allow_plain_http",
            ),
        ] {
            let url = "https://host";
            let place = Place { url, key };
            let told = remedy(&stranger(), place);
            assert!(told.ends_with(roots), "{told}");
            let told = remedy(&plain(), place);
            let right = format!("write {key} = \"http://host\" (and {switch} = true");
            assert!(told.contains(&right), "{told}");
        }
    }

    /// The beginning of what rustls says of it.
    const UNFINISHED: &str = "peer closed connection without sending TLS close_notify";

    #[test]
    fn what_stands_on_the_way_is_told_from_where_it_leads() {
        let place = Place {
            url: "https://host",
            key: "gateway.url",
        };
        let connect = |kind, text: &str| {
            let error = io::Error::new(kind, text.to_owned());
            UpstreamError::Connect("host:443".to_owned(), error)
        };
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired);
        for (error, words) in [
            (
                connect(
                    io::ErrorKind::ConnectionRefused,
                    "the proxy p:1: Connection refused",
                ),
                "the proxy of HTTPS_PROXY is not reached",
            ),
            (
                connect(io::ErrorKind::Other, "the proxy answered 407"),
                "the proxy of HTTPS_PROXY refuses",
            ),
            (
                connect(io::ErrorKind::ConnectionRefused, "Connection refused"),
                "nothing listens there",
            ),
            // In TLS 1.3 it comes when the handshake is over on this side.
            (
                UpstreamError::Exchange(io::Error::other(alert).into()),
                "gateway.client_cert_file",
            ),
            (
                UpstreamError::Cut(io::Error::other(UNFINISHED).into()),
                "have gateway.url, or what stands in front of it, say the length",
            ),
        ] {
            let told = remedy(&error, place);
            assert!(told.contains(words), "{error:?}: {told}");
        }
    }
}
