//! Where answers to an application may be sent (RFC 6749 section 3.1.2, RFC 8252 section 7). Called by the command that
//! registers applications and by every authorization. Compared as text, so that no two readings of a URI can differ; the port
//! of a loopback address alone is free, since an editor takes whichever it gets.

/// Where VS Code and JetBrains editors wait for the answer.
pub const EDITOR_REDIRECTS: [&str; 2] = [
    "vscode://gitlab.gitlab-workflow/authentication",
    "http://127.0.0.1/api/oauth/gitlab/authorization",
];

/// Schemes that a browser runs or reads itself.
const REFUSED: [&str; 8] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "ws",
    "wss",
];

const LONGEST: usize = 1024;

/// Whether answers may be sent there at all: `https`, `http` on this machine, or a scheme of an application's own.
pub fn is_redirect_uri(uri: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\^`{|};,#".contains(&byte);
    let Some((scheme, rest)) = uri.split_once("://") else {
        return false;
    };
    let authority = authority(rest).0;
    let named = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte)
        });
    let host = match scheme {
        "http" => is_loopback(authority) || is_host(authority, "localhost"),
        _ => !authority.is_empty(),
    };
    named
        && host
        && uri.len() <= LONGEST
        && uri.bytes().all(plain)
        && !authority.contains('@')
        && !REFUSED.contains(&scheme)
}

/// Whether `given` is one of the places that were registered.
pub fn may_redirect(registered: &[String], given: &str) -> bool {
    is_redirect_uri(given)
        && registered
            .iter()
            .any(|known| known == given || same_but_for_port(known, given))
}

/// RFC 8252 section 7.3: any port of a loopback address.
fn same_but_for_port(known: &str, given: &str) -> bool {
    let (Some(known), Some(given)) = (known.strip_prefix("http://"), given.strip_prefix("http://"))
    else {
        return false;
    };
    let ((known, known_rest), (given, given_rest)) = (authority(known), authority(given));
    LOOPBACK
        .iter()
        .any(|host| is_host(known, host) && is_host(given, host))
        && known_rest == given_rest
}

const LOOPBACK: [&str; 2] = ["127.0.0.1", "[::1]"];

fn is_loopback(authority: &str) -> bool {
    LOOPBACK.iter().any(|host| is_host(authority, host))
}

/// Whether an authority is that host, with a port or without.
fn is_host(authority: &str, host: &str) -> bool {
    match authority.strip_prefix(host) {
        Some("") => true,
        Some(port) => port.strip_prefix(':').is_some_and(|digits| {
            digits.parse::<u16>().is_ok() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }),
        None => false,
    }
}

fn authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_run_or_send_abroad_in_plain_text_is_no_place() {
        for right in EDITOR_REDIRECTS {
            assert!(is_redirect_uri(right), "{right}");
        }
        assert!(is_redirect_uri("https://editor.example:8443/callback?x=1"));
        assert!(is_redirect_uri("http://localhost:1234/callback"));
        for wrong in [
            "",
            "vscode",
            "vscode:x",
            "vscode://",
            "javascript://a/%0aalert(1)",
            "JavaScript://a/",
            "data://text/html,x",
            "http://editor.example/callback",
            "http://127.0.0.1.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://127.0.0.1:80@evil.example/",
            "http://127.0.0.1:99999/",
            "https://user@editor.example/",
            "https://editor.example/#fragment",
            "https://editor.example/a b",
            "https://editor.example/\r\nx: y",
            "https://editor.example/;script-src",
            "https://editor.example\\@evil.example/",
            "https://caf\u{e9}.example/",
        ] {
            assert!(!is_redirect_uri(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn places_are_compared_as_text_but_for_the_port_of_a_loopback_address() {
        let registered = [
            EDITOR_REDIRECTS[0],
            EDITOR_REDIRECTS[1],
            "https://a.example/b",
            "http://localhost/c",
        ]
        .map(str::to_owned);
        for right in [
            EDITOR_REDIRECTS[0],
            EDITOR_REDIRECTS[1],
            "http://127.0.0.1:63342/api/oauth/gitlab/authorization",
            "https://a.example/b",
        ] {
            assert!(may_redirect(&registered, right), "{right}");
        }
        for wrong in [
            "vscode://gitlab.gitlab-workflow/authentication/",
            "vscode://gitlab.gitlab-workflow:80/authentication",
            "vscode://evil/authentication",
            "http://127.0.0.1:63342/api/oauth/gitlab/authorization/../x",
            "http://127.0.0.1:63342/api/oauth/gitlab/authorization?x",
            "http://[::1]:63342/api/oauth/gitlab/authorization",
            "http://127.0.0.1:+80/api/oauth/gitlab/authorization",
            "http://localhost:63342/api/oauth/gitlab/authorization",
            "http://localhost:1/c",
            "https://127.0.0.1/api/oauth/gitlab/authorization",
            "https://a.example:8443/b",
            "https://a.example/B",
            "https://a.example/b/",
        ] {
            assert!(!may_redirect(&registered, wrong), "{wrong}");
        }
    }
}
