//! Where a client is, seen past the proxies in front of this server. Called by `edge` once for each request. Only what proxies
//! of the settings say counts, read from the nearest on: what stands before the first stranger may be anybody's invention.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::ServerSettings;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Most proxies in a row.
const MOST_PROXIES: usize = 16;

/// The address of the client on a connection from `peer`.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, server: &ServerSettings) -> IpAddr {
    let mut nearest = peer.to_canonical();
    if !server.trusts(nearest) {
        return nearest;
    }
    let lines = headers.get_all(&X_FORWARDED_FOR).into_iter();
    let named = lines.rev().flat_map(|line| words(line).rev());
    for word in named.take(MOST_PROXIES) {
        let Some(address) = parsed(word) else {
            break;
        };
        nearest = address;
        if !server.trusts(nearest) {
            break;
        }
    }
    nearest
}

fn words(line: &HeaderValue) -> impl DoubleEndedIterator<Item = &str> {
    // A line that is no text is one word that is no address.
    line.to_str().unwrap_or("?").split(',')
}

/// An address as proxies write it: bare, in brackets, or with the port.
fn parsed(word: &str) -> Option<IpAddr> {
    let word = word.trim();
    let bare = word.trim_start_matches('[').trim_end_matches(']');
    let with_port = || word.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = bare.parse().ok().or_else(with_port)?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    fn seen(peer: &str, trusted: &str, lines: &[&str]) -> String {
        let environment = [(
            "CODE_SUGGESTIONS__SERVER__TRUSTED_PROXIES".to_owned(),
            trusted.to_owned(),
        )];
        let settings = load(&Sources {
            file: None,
            environment: environment.into_iter().collect(),
        })
        .unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(&X_FORWARDED_FOR, value);
        }
        address(peer.parse().unwrap(), &headers, &settings.server).to_string()
    }

    #[test]
    fn a_client_is_the_first_stranger_behind_trusted_proxies() {
        const OURS: &str = "127.0.0.0/8,10.1.0.0/16,fd00::/8";
        let cases: [(&str, &[&str], &str); 16] = [
            ("127.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("::ffff:127.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
            ("127.0.0.1", &["203.0.113.9", "10.1.2.3"], "203.0.113.9"),
            ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
            ("127.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("127.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("127.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &["10.1.9.9, 10.1.2.3"], "10.1.9.9"),
            // What a client says of itself stands before what the proxy adds.
            ("127.0.0.1", &["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            (
                "127.0.0.1",
                &["10.1.0.1", "198.51.100.1, 203.0.113.9"],
                "203.0.113.9",
            ),
            ("127.0.0.1", &["203.0.113.9, unknown"], "127.0.0.1"),
            ("127.0.0.1", &["\u{e9}"], "127.0.0.1"),
            // Nobody else's word counts at all.
            ("203.0.113.7", &["127.0.0.1"], "203.0.113.7"),
            ("10.2.0.1", &["127.0.0.1"], "10.2.0.1"),
        ];
        for (peer, lines, expected) in cases {
            assert_eq!(seen(peer, OURS, lines), expected, "{peer} {lines:?}");
        }
        let elsewhere = seen("127.0.0.1", "192.0.2.0/24", &["203.0.113.9"]);
        assert_eq!(elsewhere, "127.0.0.1");
    }

    #[test]
    fn a_list_without_end_is_read_for_a_while() {
        let list = vec!["127.0.0.1"; 10_000].join(",");
        let lines = [&*format!("203.0.113.9,{list}")];
        assert_eq!(seen("127.0.0.1", "127.0.0.0/8", &lines), "127.0.0.1");
    }
}
