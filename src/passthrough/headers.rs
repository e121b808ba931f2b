//! Header fields on their way through (RFC 9110 section 7.6): what concerns one connection alone stays behind, what says
//! where the client is, is said by this server, and everything else goes on as it came.

use std::net::IpAddr;

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONNECTION, CONTENT_LENGTH, EXPECT, FORWARDED, HOST, TE, TRANSFER_ENCODING, UPGRADE},
};

use crate::config::ServerSettings;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static X_FORWARDED_SSL: HeaderName = HeaderName::from_static("x-forwarded-ssl");
static X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// Fields of one connection, besides those that `Connection` names.
const OF_THE_CONNECTION: [&str; 6] = [
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "transfer-encoding",
    "upgrade",
];

/// Longest list of addresses that is passed on, in bytes.
const LONGEST_LIST: usize = 1024;

/// Who asks, and what is believed of it.
pub(super) struct Client<'a> {
    pub(super) peer: IpAddr,
    /// Whether clients reach this server by HTTPS.
    pub(super) secure: bool,
    pub(super) server: &'a ServerSettings,
}

/// The protocol that a request wants to change to.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let named = |value: &HeaderValue| {
        let words = value.to_str().unwrap_or_default().split(',');
        words
            .into_iter()
            .any(|word| word.trim().eq_ignore_ascii_case("upgrade"))
    };
    let wants = headers.get_all(CONNECTION).iter().any(named);
    // Changing to HTTP/2 would hide requests from this server.
    let is_http = |value: &&HeaderValue| value.as_bytes().to_ascii_lowercase().starts_with(b"h2");
    let protocol = headers.get(UPGRADE).filter(|_| wants);
    protocol.filter(|value| !is_http(value)).cloned()
}

/// Says that the protocol changes.
pub(super) fn insert_upgrade(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol);
}

/// Turns the fields of a request into those that GitLab gets.
pub(super) fn towards_gitlab(headers: &mut HeaderMap, client: &Client<'_>, upgrade: bool) {
    let protocol = headers.get(UPGRADE).filter(|_| upgrade).cloned();
    let trailers = headers.get(TE).is_some_and(|value| {
        let value = value.to_str().unwrap_or_default();
        value
            .split(',')
            .any(|word| word.trim().eq_ignore_ascii_case("trailers"))
    });
    let believed = client.server.trusts(client.peer);
    let list = headers
        .get(&X_FORWARDED_FOR)
        .filter(|_| believed)
        .and_then(addresses);
    let real = headers
        .get(&X_REAL_IP)
        .filter(|_| believed)
        .and_then(address);
    drop_connection_fields(headers);
    headers.remove(TE);
    // It has been met: the client sends its body as fast as GitLab takes it.
    headers.remove(EXPECT);
    drop_claims(headers);
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    if let Some(protocol) = protocol {
        insert_upgrade(headers, protocol);
    }
    let peer = client.peer.to_canonical().to_string();
    let list = match list {
        Some(list) => format!("{list}, {peer}"),
        None => peer.clone(),
    };
    let mut insert = |name: &HeaderName, text: &str| {
        // Addresses and words are header values by construction.
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name.clone(), value);
        }
    };
    insert(&X_FORWARDED_FOR, &list);
    insert(&X_REAL_IP, &real.unwrap_or(peer));
    insert(
        &X_FORWARDED_PROTO,
        if client.secure { "https" } else { "http" },
    );
    if client.secure {
        insert(&X_FORWARDED_SSL, "on");
    }
}

/// Whether the length of GitLab's answer can be read in one way only (RFC 9112 section 6.3).
pub(super) fn is_plainly_framed(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else {
        return true;
    };
    coding.as_bytes().eq_ignore_ascii_case(b"chunked")
        && codings.next().is_none()
        && !headers.contains_key(CONTENT_LENGTH)
}

/// Turns the fields of GitLab's answer into those that the client gets.
pub(super) fn from_gitlab(headers: &mut HeaderMap) {
    drop_connection_fields(headers);
}

fn drop_connection_fields(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|word| word.trim().parse().ok())
        // The length and the host are not the connection's, whatever it says.
        .filter(|name: &HeaderName| !matches!(name.as_str(), "content-length" | "host"))
        .collect();
    for name in named {
        headers.remove(name);
    }
    headers.remove(CONNECTION);
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
    headers.remove(TRANSFER_ENCODING);
}

/// Drops what a client says of itself and its way here, also in the spelling that Rack takes for the same name, and framing in
/// that spelling: GitLab would read a request's end where nobody else does.
fn drop_claims(headers: &mut HeaderMap) {
    let claims: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let name = name.as_str();
            let respelled = name.replace('_', "-");
            is_claim(name) || name.contains('_') && (is_claim(&respelled) || is_framing(&respelled))
        })
        .cloned()
        .collect();
    for name in claims {
        headers.remove(name);
    }
}

fn is_claim(name: &str) -> bool {
    name.starts_with("x-forwarded-")
        || name.starts_with("x-original-")
        || name == FORWARDED.as_str()
        || matches!(
            name,
            "x-real-ip" | "x-rewrite-url" | "x-client-ip" | "x-sendfile-type" | "x-accel-mapping"
        )
}

/// The fields that say where a request ends and for whom it is: in the plain spelling they have been read and are written anew.
fn is_framing(name: &str) -> bool {
    let own = [CONTENT_LENGTH, HOST, CONNECTION];
    own.iter().any(|of_it| name == of_it) || OF_THE_CONNECTION.contains(&name)
}

fn addresses(value: &HeaderValue) -> Option<String> {
    let text = value
        .to_str()
        .ok()
        .filter(|text| text.len() <= LONGEST_LIST)?;
    let list: Vec<_> = text.split(',').map(str::trim).collect();
    list.iter()
        .all(|word| word.parse::<IpAddr>().is_ok())
        .then(|| list.join(", "))
}

fn address(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?.trim();
    text.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    fn map(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    fn listed(headers: &HeaderMap) -> Vec<String> {
        let mut listed: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        listed.sort_unstable();
        listed
    }

    fn passed(fields: &[(&str, &str)], peer: &str) -> Vec<String> {
        let mut headers = map(fields);
        let defaults = load(&Sources::default()).unwrap();
        let client = Client {
            peer: peer.parse().unwrap(),
            secure: true,
            server: &defaults.server,
        };
        let wants = upgrade(&headers).is_some();
        towards_gitlab(&mut headers, &client, wants);
        listed(&headers)
    }

    const SAID: [&str; 4] = [
        "x-forwarded-for: 192.0.2.7",
        "x-forwarded-proto: https",
        "x-forwarded-ssl: on",
        "x-real-ip: 192.0.2.7",
    ];

    #[test]
    fn what_strangers_claim_is_dropped() {
        let claims = [
            ("X-Forwarded-For", "10.0.0.1"),
            ("X_Forwarded_For", "10.0.0.1"),
            ("Transfer_Encoding", "chunked"),
            ("Content_Length", "5"),
            ("X-Forwarded-Host", "evil"),
            ("X-Forwarded-Proto", "http"),
            ("X-Real-IP", "10.0.0.1"),
            ("Forwarded", "for=10.0.0.1"),
            ("X-Original-URL", "/api/v4/code_suggestions/completions"),
            ("X-Rewrite-URL", "/api/v4/code_suggestions/completions"),
        ];
        assert_eq!(passed(&claims, "192.0.2.7"), SAID);
    }

    #[test]
    fn a_trusted_proxy_is_believed_what_it_says_of_addresses() {
        let said = [
            ("X-Forwarded-For", "203.0.113.9,10.0.0.1"),
            ("X-Real-IP", "203.0.113.9"),
        ];
        let passed = passed(&said, "127.0.0.1");
        assert_eq!(
            passed[0],
            "x-forwarded-for: 203.0.113.9, 10.0.0.1, 127.0.0.1"
        );
        assert_eq!(passed[3], "x-real-ip: 203.0.113.9");
        let odd = [("X-Forwarded-For", "unknown, \"x\"")];
        assert_eq!(
            self::passed(&odd, "127.0.0.1")[0],
            "x-forwarded-for: 127.0.0.1"
        );
    }

    #[test]
    fn fields_of_the_connection_stay_behind() {
        let fields = [
            ("Connection", "keep-alive, X-Secret"),
            ("X-Secret", "1"),
            ("Keep-Alive", "timeout=5"),
            ("Transfer-Encoding", "chunked"),
            ("Proxy-Authorization", "Basic eA=="),
            ("Expect", "100-continue"),
            ("TE", "gzip, trailers"),
            ("Upgrade", "websocket"),
        ];
        let mut expected = vec!["te: trailers".to_owned()];
        expected.extend(SAID.map(str::to_owned));
        assert_eq!(passed(&fields, "192.0.2.7"), expected);
    }

    #[test]
    fn a_change_of_protocol_is_asked_for_unless_it_is_to_http() {
        let socket = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Key", "k"),
        ];
        let passed = passed(&socket, "192.0.2.7");
        assert!(
            passed.contains(&"connection: upgrade".to_owned()),
            "{passed:?}"
        );
        assert!(
            passed.contains(&"upgrade: websocket".to_owned()),
            "{passed:?}"
        );
        for other in ["h2c", "H2C", "h2"] {
            assert_eq!(
                upgrade(&map(&[("Connection", "upgrade"), ("Upgrade", other)])),
                None
            );
        }
    }
}
