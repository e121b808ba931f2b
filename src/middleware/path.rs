//! One spelling for every path, so that routes, limits and logs judge the same one (RFC 3986 section 6.2.2).

use std::borrow::Cow;

/// The path below `base` in its one spelling: no doubled or trailing slashes, unreserved characters decoded. `None` if
/// it is not below `base`; `Err` if it holds something that cannot be a path.
pub(super) fn canonical<'a>(path: &'a str, base: &str) -> Result<Option<Cow<'a, str>>, Malformed> {
    let path = if path.contains('%') {
        Cow::Owned(decode_unreserved(path)?)
    } else {
        Cow::Borrowed(path)
    };
    let path = if path.contains("//") || (path.len() > 1 && path.ends_with('/')) {
        Cow::Owned(single_slashes(&path))
    } else {
        path
    };
    if base.is_empty() {
        return Ok(Some(path));
    }
    let below = match path.strip_prefix(base) {
        Some("") => Some("/".to_owned()),
        Some(rest) if rest.starts_with('/') => Some(rest.to_owned()),
        _ => None,
    };
    Ok(below.map(Cow::Owned))
}

/// A path with percent signs that encode nothing, NUL or text that is no UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

fn decode_unreserved(path: &str) -> Result<String, Malformed> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut kept = String::with_capacity(path.len());
    let bytes = path.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] != b'%' {
            decoded.push(bytes[index]);
            kept.push(char::from(bytes[index]));
            index += 1;
            continue;
        }
        let digits = path.get(index + 1..index + 3).ok_or(Malformed)?;
        let byte = u8::from_str_radix(digits, 16).map_err(|_| Malformed)?;
        if byte == 0 || digits.starts_with('+') {
            return Err(Malformed);
        }
        decoded.push(byte);
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            kept.push(char::from(byte));
        } else {
            kept.push_str(&path[index..index + 3]);
        }
        index += 3;
    }
    match String::from_utf8(decoded) {
        Ok(_) => Ok(kept),
        Err(_) => Err(Malformed),
    }
}

fn single_slashes(path: &str) -> String {
    let mut single = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        single.push('/');
        single.push_str(segment);
    }
    if single.is_empty() {
        single.push('/');
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(path: &str, base: &str) -> Option<String> {
        canonical(path, base).unwrap().map(Cow::into_owned)
    }

    #[test]
    fn every_spelling_becomes_one() {
        for (path, expected) in [
            ("/api/v4/x", "/api/v4/x"),
            ("/api/v4/x/", "/api/v4/x"),
            ("//api///v4/x//", "/api/v4/x"),
            ("/", "/"),
            ("//", "/"),
            ("/%61pi/v4/%78", "/api/v4/x"),
            ("/api/v4/projects/grp%2Fon", "/api/v4/projects/grp%2Fon"),
            ("/caf%C3%A9", "/caf%C3%A9"),
        ] {
            assert_eq!(spelled(path, "").as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn routes_live_below_the_base() {
        assert_eq!(spelled("/gitlab/api", "/gitlab").as_deref(), Some("/api"));
        assert_eq!(spelled("/gitlab", "/gitlab").as_deref(), Some("/"));
        assert_eq!(spelled("/gitlab/", "/gitlab").as_deref(), Some("/"));
        assert_eq!(spelled("/gitlabs/api", "/gitlab"), None);
        assert_eq!(spelled("/api", "/gitlab"), None);
    }

    #[test]
    fn what_cannot_be_a_path_is_refused() {
        for path in ["/%", "/%4", "/%zz", "/%00", "/%ff", "/%+4", "/%C3"] {
            assert_eq!(canonical(path, ""), Err(Malformed), "{path}");
        }
    }
}
