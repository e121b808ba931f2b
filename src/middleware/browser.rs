//! What browsers send along: cookies, and where a request comes from. A session's cookie counts for a change only together with
//! the form token that is bound to it, as in GitLab: a foreign page can make a browser send the one, but never knows the other.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{COOKIE, HOST, ORIGIN},
    request::Parts,
};

use crate::{
    auth::{Caller, Session},
    reply::ApiError,
    state::App,
};

/// Name of the cookie of a session.
pub const SESSION_COOKIE: &str = "code_suggestions_session";

static CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The value of the first cookie of that name (RFC 6265 section 4.2).
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(given, _)| *given == name)
        .map(|(_, value)| value)
}

/// Whether the browser says nothing to the contrary about a request that changes something. This refuses only; it
/// makes nothing good.
pub fn is_from_here(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(HeaderValue::to_str);
    let site = match text(&FETCH_SITE) {
        None => true,
        Some(site) => matches!(site, Ok("same-origin" | "none")),
    };
    let origin = match (text(&ORIGIN), text(&HOST)) {
        (None, _) => true,
        (Some(Ok(origin)), host) => {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            let host = host.and_then(Result::ok);
            // The address that pages are known by, or the one that this browser uses for us.
            is_origin(&app.instance.external_url, origin) || (host.is_some() && authority == host)
        }
        (Some(Err(_)), _) => false,
    };
    site && origin
}

fn is_origin(url: &str, origin: &str) -> bool {
    url.strip_prefix(origin)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whoever is signed in, if the request proves to come from a page of ours.
pub(super) async fn page_caller(app: &App, parts: &Parts) -> Result<Option<Caller>, ApiError> {
    let Some(given) = parts.headers.get(&CSRF_TOKEN) else {
        return Ok(None);
    };
    let Some(cookie) = cookie(&parts.headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    let given = given.to_str().unwrap_or_default();
    if !app.secret.is_form_token(cookie, given) || !is_from_here(app, &parts.headers) {
        return Ok(None);
    }
    let session = app.sessions.session(cookie).await?;
    Ok(session.map(Session::into_caller))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_told_apart_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; ab=2;c=x=y"));
        headers.append(COOKIE, HeaderValue::from_static("a=3; d="));
        for (name, value) in [
            ("a", Some("1")),
            ("ab", Some("2")),
            ("c", Some("x=y")),
            ("d", Some("")),
            ("b", None),
            ("", None),
        ] {
            assert_eq!(cookie(&headers, name), value, "{name}");
        }
    }

    #[test]
    fn an_origin_ends_where_the_path_begins() {
        let url = "https://host.example/gitlab";
        assert!(is_origin(url, "https://host.example"));
        for wrong in [
            "https://host.exam",
            "https://host",
            "",
            "null",
            "https://host.example.evil",
        ] {
            assert!(!is_origin(url, wrong), "{wrong}");
        }
    }
}
