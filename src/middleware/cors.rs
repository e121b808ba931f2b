//! Scripts of web pages from other hosts (Fetch standard, "CORS protocol"), such as editors in a browser. Which pages may ask is
//! a setting; a browser is never told to send or use cookies, so a page has what its user gave it and nothing more. What
//! everybody may know, every page may read. A preflight is answered here and asks nobody.

use axum::{
    body::Body,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
        },
    },
    response::Response,
};

use crate::{routes, state::Shared};

/// Where scripts have something to ask; the pages for people are for people.
const OPEN_TO_SCRIPTS: &[&str] = &[
    "/api/",
    "/ai/",
    "/oauth/",
    "/com.snowplowanalytics.snowplow/",
];

/// Identity and public keys, which GitLab lets every page read.
const OPEN_TO_ALL: &[&str] = &[
    routes::OPENID,
    routes::OAUTH_SERVER,
    routes::KEYS,
    routes::OWN_KEYS,
    routes::CONNECTOR_KEYS,
];

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// Fields of a reply that a script may read; an editor needs the first to tell events from text.
const EXPOSED: &str = "X-Streaming-Format, X-Request-Id, X-GitLab-Error-Origin, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Name";

/// Seconds that a browser may keep the answer to a preflight.
const KEPT: u32 = 7200;

/// Longest list of fields that a preflight may ask for, in bytes.
const LONGEST_LIST: usize = 1024;

/// Where a request comes from, as far as its reply depends on it.
pub(super) enum CrossOrigin {
    /// From nowhere that matters.
    No,
    /// The reply would be another one for another origin.
    Refused,
    /// From a page that may ask.
    Allowed(HeaderValue),
    /// Wherever it comes from, the reply is for everybody.
    Public,
}

impl CrossOrigin {
    /// Judges a request with a canonical path.
    pub(super) fn of(app: &Shared, request: &Request) -> Self {
        let origins = &app.settings.server.cors_origins;
        let origin = request.headers().get(ORIGIN);
        if origins.is_empty() && origin.is_none() {
            return Self::No;
        }
        let path = request.uri().path();
        if OPEN_TO_ALL.contains(&path) {
            return Self::Public;
        }
        if !OPEN_TO_SCRIPTS.iter().any(|open| path.starts_with(open)) {
            return Self::No;
        }
        let Some((value, text)) = origin.and_then(|value| Some((value, value.to_str().ok()?)))
        else {
            return Self::Refused;
        };
        if origins.contains(text) || app.instance.origin().eq_ignore_ascii_case(text) {
            Self::Allowed(value.clone())
        } else {
            Self::Refused
        }
    }

    /// The answer to a preflight from a page that may ask.
    pub(super) fn preflight(&self, request: &Request) -> Option<Response> {
        let asked = request.headers();
        let is_preflight = request.method() == Method::OPTIONS
            && asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !is_preflight || !matches!(self, Self::Allowed(_) | Self::Public) {
            return None;
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static(METHODS),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, KEPT.into());
        let fields = asked.get(ACCESS_CONTROL_REQUEST_HEADERS);
        if let Some(fields) = fields.filter(|fields| fields.len() <= LONGEST_LIST) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, fields.clone());
        }
        Some(response)
    }

    /// Puts on a reply what lets the page's script read it.
    pub(super) fn mark(self, headers: &mut HeaderMap) {
        let origin = match self {
            Self::No => return,
            Self::Public => HeaderValue::from_static("*"),
            Self::Refused | Self::Allowed(_) => {
                headers.append(VARY, HeaderValue::from_static("Origin"));
                let Self::Allowed(origin) = self else { return };
                origin
            }
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED),
        );
    }
}
