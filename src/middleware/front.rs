//! Whose path it is, in front of a GitLab. Whatever GitLab could take for a path of ours is not passed on, however it is
//! spelled: GitLab's parts do not agree on encoded slashes, dot segments, letter case and suffixes.

use std::borrow::Cow;

use super::path::Malformed;
use crate::routes;

/// How often an encoding may be encoded itself before that alone is a reason to refuse.
const MOST_DECODINGS: usize = 4;

/// Whose path it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// Ours, with the format suffix that it carries.
    Ours(Cow<'a, str>, Option<String>),
    /// GitLab's, in the one spelling in which it is passed on.
    Theirs(String),
    /// Nobody's: another spelling of a path of ours.
    Nobodys,
}

/// Judges the canonical form of a path; `raw` is how the client wrote it.
pub(super) fn way<'a>(raw: &str, canonical: Cow<'a, str>) -> Result<Way<'a>, Malformed> {
    if routes::is_ours_in_front(&canonical) && !has_format_of_route(&canonical) {
        return Ok(Way::Ours(canonical, None));
    }
    if let Some((stem, format)) = routes::without_format(&canonical) {
        let (stem, format) = (stem.to_owned(), format.to_owned());
        if routes::is_ours_in_front(&stem) {
            return Ok(Way::Ours(stem.into(), Some(format)));
        }
    }
    if !canonical.starts_with('/')
        || canonical
            .split('/')
            .any(|segment| matches!(segment, "." | ".."))
    {
        return Err(Malformed);
    }
    if could_be_ours(&canonical)? {
        return Ok(Way::Nobodys);
    }
    let mut path = canonical.into_owned();
    // A path with a slash at its end is another one for some of GitLab's pages.
    if raw.ends_with('/') && !path.ends_with('/') {
        path.push('/');
    }
    Ok(Way::Theirs(path))
}

fn has_format_of_route(path: &str) -> bool {
    routes::template(path) == routes::OTHER && routes::without_format(path).is_some()
}

/// Whether some reading of a path leads to one of ours: decoded once more or more often, with its dots resolved, in lower
/// case, without what follows a dot or a semicolon.
fn could_be_ours(canonical: &str) -> Result<bool, Malformed> {
    let mut path = canonical.to_ascii_lowercase();
    for _ in 0..MOST_DECODINGS {
        if routes::is_ours_in_front(&plain(&path)) {
            return Ok(true);
        }
        let Some(decoded) = decoded(&path) else {
            return Ok(false);
        };
        path = decoded;
    }
    Err(Malformed)
}

/// A path without anything that servers read differently.
fn plain(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment.split(';').next().unwrap_or_default()),
        }
    }
    let without_suffix = segments.pop().map(|last| {
        let is_hidden = last.starts_with('.');
        if is_hidden {
            last
        } else {
            last.split('.').next().unwrap_or_default()
        }
    });
    segments.extend(without_suffix);
    let mut plain = String::with_capacity(path.len());
    for segment in segments {
        plain.push('/');
        plain.push_str(segment.trim());
    }
    plain
}

/// A path with every encoded byte decoded; `None` if there was none.
fn decoded(path: &str) -> Option<String> {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut changed = false;
    let mut index = 0;
    while index < bytes.len() {
        let encoded = path
            .get(index + 1..index + 3)
            .filter(|_| bytes[index] == b'%')
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = encoded {
            decoded.push(byte);
            changed = true;
            index += 3;
        } else {
            decoded.push(bytes[index]);
            index += 1;
        }
    }
    changed.then(|| String::from_utf8_lossy(&decoded).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::middleware::path::canonical;

    fn judged(raw: &str) -> Result<Way<'_>, Malformed> {
        way(raw, canonical(raw, "")?.unwrap())
    }

    #[test]
    fn paths_of_ours_are_ours_in_their_spellings() {
        for (raw, path) in [
            (
                "/api/v4/code_suggestions/completions",
                "/api/v4/code_suggestions/completions",
            ),
            (
                "//api/v4//code_suggestions/completions/",
                "/api/v4/code_suggestions/completions",
            ),
            (
                "/api/v4/code%5Fsuggestions/completions",
                "/api/v4/code_suggestions/completions",
            ),
            (
                "/api/v4/code_suggestions/completions.json",
                "/api/v4/code_suggestions/completions",
            ),
            (
                "/api/v4/code_suggestions/no_such",
                "/api/v4/code_suggestions/no_such",
            ),
            ("/api/v4/code_suggestions", "/api/v4/code_suggestions"),
            ("/api/graphql", "/api/graphql"),
            ("/-/readiness", "/-/readiness"),
            ("/oauth/discovery/keys", "/oauth/discovery/keys"),
            ("/ai/v2/completions", "/ai/v2/completions"),
        ] {
            let Ok(Way::Ours(ours, _)) = judged(raw) else {
                panic!("{raw}: {:?}", judged(raw));
            };
            assert_eq!(ours, path, "{raw}");
        }
    }

    #[test]
    fn everything_else_is_passed_on_in_one_spelling() {
        for (raw, path) in [
            ("/", "/"),
            ("/group/project", "/group/project"),
            ("/group/project/", "/group/project/"),
            ("/group//project", "/group/project"),
            (
                "/gr%6Fup/-/blob/main/a%20b%2Fc.rb",
                "/group/-/blob/main/a%20b%2Fc.rb",
            ),
            ("/api/v4/projects/grp%2Fon", "/api/v4/projects/grp%2Fon"),
            ("/api/v4/user", "/api/v4/user"),
            (
                "/api/v4/personal_access_tokens/self",
                "/api/v4/personal_access_tokens/self",
            ),
            ("/oauth/token", "/oauth/token"),
            (
                "/.well-known/openid-configuration",
                "/.well-known/openid-configuration",
            ),
            (
                "/group/code_suggestions/completions",
                "/group/code_suggestions/completions",
            ),
            (
                "/api/v4/code_suggestions_more",
                "/api/v4/code_suggestions_more",
            ),
            ("/ai", "/ai"),
            ("/ai/project", "/ai/project"),
            ("/p/-/raw/main/100%25.txt", "/p/-/raw/main/100%25.txt"),
        ] {
            assert_eq!(judged(raw), Ok(Way::Theirs(path.to_owned())), "{raw}");
        }
    }

    #[test]
    fn other_spellings_of_ours_are_nobodys() {
        for raw in [
            "/API/v4/code_suggestions/completions",
            "/api/v4/Code_Suggestions/completions",
            "/api%2Fv4/code_suggestions/completions",
            "/api/v4%2fcode_suggestions%2fcompletions",
            "/api/v4/code%255Fsuggestions/completions",
            "/api/v4/code%25255Fsuggestions/completions",
            "/api/v4/code_suggestions;x=1/completions",
            "/api/v4/x%2F..%2Fcode_suggestions/completions",
            "/api/v4\\code_suggestions\\completions",
            "/api/v4%5Ccode_suggestions",
            "/api/graphql.json",
            "/api/GraphQL",
            "/-/metrics.txt",
            "/-/health%2f",
            "/api/v4/version.",
            "/api/v4/version%20",
            "/api/v4/code_suggestions%2E",
        ] {
            let judged = judged(raw);
            let ours = matches!(judged, Ok(Way::Nobodys | Way::Ours(..)));
            assert!(ours, "{raw}: {judged:?}");
        }
    }

    #[test]
    fn dots_are_refused() {
        for raw in [
            "/api/v4/x/../code_suggestions/completions",
            "/./api/v4/code_suggestions",
            "/api/v4/%2e%2e/code_suggestions",
            "/group/..",
            "*",
            "/a%25252525252525b",
        ] {
            assert_eq!(judged(raw), Err(Malformed), "{raw}");
        }
    }
}
