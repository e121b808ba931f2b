//! The outermost function of a request: gives it an identifier and its one path, calls the routes, adds what every reply
//! carries, and starts the account that becomes the access line.

use std::{borrow::Cow, net::SocketAddr, sync::Arc};

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Response, Uri, Version,
        header::{HOST, REFERER, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS},
        uri::PathAndQuery,
    },
    response::IntoResponse,
};
use percent_encoding::percent_decode;

use super::{
    activity::Activity,
    body::{Account, ReplyBody},
    client,
    cors::CrossOrigin,
    front::{self, Way},
    notes::Notes,
    path,
};
use crate::{
    ids::RequestId,
    reply::{ApiError, Cause, ReasonCode},
    routes,
    state::App,
};

/// What the access line says of a client that left before there was a reply; it is never sent.
const CLIENT_LEFT: u16 = 499;

/// Longest request target in bytes.
const LONGEST_TARGET: usize = 8 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const META: HeaderName = HeaderName::from_static("x-gitlab-meta");

/// Whom a connection leads to.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The other side's address.
    pub address: SocketAddr,
    /// What the connection is doing.
    pub activity: Arc<Activity>,
}

/// The format suffix of the path, which is a parameter.
#[derive(Debug, Clone)]
pub struct Format(pub String);

/// A request that is for the GitLab behind this server.
#[derive(Debug, Clone, Copy)]
pub struct ForGitLab;

/// An answer that is not this server's, and goes out without anything added.
#[derive(Debug, Clone, Copy)]
pub struct Untouched;

/// Answers a request with what `routes` make of it; they have an answer for everything.
pub async fn edge<F: Future<Output = axum::response::Response>>(
    app: Arc<App>,
    routes: impl FnOnce(Request, Arc<Notes>) -> F,
    peer: Peer,
    mut request: Request,
) -> Response<ReplyBody> {
    let begun = app.clock.monotonic();
    peer.activity.begin();
    let given = request.headers().get(REQUEST_ID).map(HeaderValue::as_bytes);
    let server = &app.settings.server;
    let client = client::address(peer.address.ip(), request.headers(), server);
    let notes = Arc::new(Notes::new(RequestId::choose(given), client));
    let method = method_name(request.method());
    let mut account = Account {
        app: Arc::clone(&app),
        activity: Arc::clone(&peer.activity),
        notes: Arc::clone(&notes),
        begun,
        method,
        route: routes::OTHER,
        status: CLIENT_LEFT,
        reason: None,
        bytes_out: 0,
        whole: false,
    };
    let version = request.version();
    let mut cross_origin = CrossOrigin::No;
    let response = match canonicalize(&app, &mut request) {
        Ok(route) => {
            account.route = route;
            if route != crate::routes::GITLAB {
                cross_origin = CrossOrigin::of(&app, &request);
            }
            let extensions = request.extensions_mut();
            // Completions ask nobody where they come from, and are many.
            if route != crate::routes::COMPLETIONS {
                extensions.insert(peer.address);
            }
            if app.front.is_some() {
                extensions.insert(Arc::clone(&peer.activity));
            }
            if route == crate::routes::GITLAB {
                extensions.insert(ForGitLab);
            }
            match cross_origin.preflight(&request) {
                Some(answer) => answer,
                None => routes(request, Arc::clone(&notes)).await,
            }
        }
        Err(error) => error.into_response(),
    };
    let (mut parts, body) = response.into_parts();
    if parts.extensions.get::<Untouched>().is_none() {
        common_headers(&mut parts.headers, &notes.request_id);
        cross_origin.mark(&mut parts.headers);
    }
    if let Some(cause) = parts.extensions.get::<Cause>() {
        let request_id = notes.request_id.as_str();
        tracing::error!(request_id, error = cause.error, "{}", cause.what);
    }
    account.status = parts.status.as_u16();
    account.reason = parts.extensions.get::<ReasonCode>().map(|reason| reason.0);
    Response::from_parts(parts, ReplyBody::new(body, version, account))
}

/// Puts the path into its one spelling; returns the template of its route.
fn canonicalize(app: &App, request: &mut Request) -> Result<&'static str, ApiError> {
    let uri = request.uri();
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    if target.len() > LONGEST_TARGET {
        return Err(ApiError::TargetTooLong);
    }
    if !is_plainly_framed(request) {
        return Err(ApiError::Framing);
    }
    let path = path::canonical(uri.path(), &app.instance.base_path)
        .map_err(|path::Malformed| ApiError::BadRequest)?
        .or_else(|| discovery_at_root(app, uri.path()))
        .ok_or(ApiError::NoRoute)?;
    let (path, format) = if app.front.is_some() {
        match front::way(uri.path(), path).map_err(|path::Malformed| ApiError::BadRequest)? {
            Way::Ours(path, format) => (path, format.map(Format)),
            Way::Nobodys => return Err(ApiError::NoRoute),
            Way::Theirs(path) => return passed_on(request, &path),
        }
    } else {
        match routes::without_format(&path) {
            Some((stem, format)) => (stem.to_owned().into(), Some(Format(format.to_owned()))),
            None => (path, None),
        }
    };
    let referer = request.headers().get(REFERER);
    if referer.is_some_and(|referer| !is_text(referer.as_bytes())) {
        return Err(ApiError::BadRequest);
    }
    let route = routes::template(&path);
    if path != uri.path() {
        let target = match uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.into_owned(),
        };
        *request.uri_mut() = target.parse::<Uri>().map_err(|_| ApiError::BadRequest)?;
    }
    if let Some(format) = format {
        request.extensions_mut().insert(format);
    }
    Ok(route)
}

/// The path of the discovery document, if that is asked for outside the base path: an AI Gateway asks for it at the root of the
/// host, whatever path the URL has that it is given. In front of a GitLab it is not this server's.
fn discovery_at_root(app: &App, path: &str) -> Option<Cow<'static, str>> {
    let asked = path::canonical(path, "").ok().flatten();
    let is_it = asked.as_deref() == Some(routes::OPENID) && app.front.is_none();
    is_it.then_some(Cow::Borrowed(routes::OPENID))
}

/// Whether a URL stands for text, as GitLab demands of a `Referer`.
fn is_text(url: &[u8]) -> bool {
    let decoded = percent_decode(url).decode_utf8();
    decoded.is_ok_and(|text| !text.contains('\0'))
}

/// Whether a head can be read in one way only.
fn is_plainly_framed(request: &Request) -> bool {
    let headers = request.headers();
    // RFC 9112 section 6.1: a coding that is not understood, or chunks in chunks, leave the length of the body unknown.
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let chunks = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    let is_framed = codings.next().is_none_or(chunks) && codings.next().is_none();
    // RFC 9112 section 3.2: HTTP/1.1 names the host, and no request names two.
    let hosts = headers.get_all(HOST).iter().count();
    is_framed && hosts <= 1 && (hosts == 1 || request.version() != Version::HTTP_11)
}

/// Puts the path of a request for the GitLab behind into the spelling in which it is passed on.
fn passed_on(request: &mut Request, path: &str) -> Result<&'static str, ApiError> {
    let uri = request.uri();
    if uri.scheme().is_some() {
        return Err(ApiError::BadRequest);
    }
    if path != uri.path() {
        let target = match uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        *request.uri_mut() = target.parse::<Uri>().map_err(|_| ApiError::BadRequest)?;
    }
    Ok(routes::GITLAB)
}

fn common_headers(headers: &mut HeaderMap, request_id: &RequestId) {
    // The fields here and those that hyper adds, so that the map grows once.
    headers.reserve(6);
    // Pages ask for more than the API does, which has nothing that could be framed.
    headers
        .entry(X_FRAME_OPTIONS)
        .or_insert(HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let id = request_id.as_str();
    // The identifier is plain text by construction; should it ever not be, the reply goes without.
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    let meta = [r#"{"correlation_id":""#, id, r#"","version":"1"}"#].concat();
    if let Ok(meta) = HeaderValue::try_from(meta) {
        headers.insert(META, meta);
    }
}

/// Methods by name; everything that is none of the known ones is one.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
