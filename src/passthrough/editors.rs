//! Endpoints of which editors need more than an older or smaller GitLab says: its version, when that alone would keep Code
//! Suggestions off, and the events of suggestions, which it need not know. Everybody else's requests pass.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_LENGTH, ETAG, USER_AGENT},
    },
    response::Response,
};
use http_body_util::{BodyExt, Limited};
use serde_json::Value;

use super::pass;
use crate::{api::usage, reply::ApiError, state::App};

/// First version that editors take for one with Code Suggestions.
const NEEDED: (u32, u32, u32) = (16, 8, 0);
const NEEDED_TEXT: &str = "16.8.0";

/// Longest description of a version, in bytes.
const LONGEST: usize = 64 * 1024;

/// `GET /api/v4/version` and `/metadata`: what GitLab says, lifted for language servers as far as they need.
pub async fn version(
    State(app): State<Arc<App>>,
    mut request: Request,
) -> Result<Response, ApiError> {
    let editor = is_language_server(request.headers());
    if editor {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    let answer = pass(State(app), request).await?;
    if !editor || answer.status() != StatusCode::OK {
        return Ok(answer);
    }
    let (mut parts, body) = answer.into_parts();
    let body = Limited::new(body, LONGEST).collect().await;
    let text = body.map_err(|_| ApiError::BadGateway)?.to_bytes();
    let Some(lifted) = lifted(&text) else {
        return Ok(Response::from_parts(parts, Body::from(text)));
    };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(ETAG);
    Ok(Response::from_parts(parts, Body::from(lifted)))
}

/// `POST /api/v4/usage_data/track_event`: events of language servers are this server's, those of GitLab's own pages are not.
pub async fn track_event(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, ApiError> {
    if is_language_server(request.headers()) {
        usage::track_event(State(app), request).await
    } else {
        pass(State(app), request).await
    }
}

/// Whether a language server asks, as GitLab tells one (`lib/gitlab/api_authentication`, language server restrictions).
fn is_language_server(headers: &HeaderMap) -> bool {
    let agent = headers
        .get(USER_AGENT)
        .map_or(&b""[..], |agent| agent.as_bytes());
    let names = |word: &str| memchr::memmem::find(agent, word.as_bytes()).is_some();
    headers.contains_key("x-gitlab-language-server-version")
        || names("gitlab-language-server")
        || names("code-completions-language-server-experiment")
}

/// The description with the version that editors need; `None` if it has that.
fn lifted(text: &[u8]) -> Option<String> {
    let mut described: Value = serde_json::from_slice(text).ok()?;
    if number(described["version"].as_str()?)? >= NEEDED {
        return None;
    }
    described["version"] = NEEDED_TEXT.into();
    Some(described.to_string())
}

/// The numbers that a version begins with. A text without them is newer than everything for editors.
fn number(version: &str) -> Option<(u32, u32, u32)> {
    let mut words = version.split(|character: char| !character.is_ascii_digit());
    let mut next = || words.next()?.parse().ok();
    Some((next()?, next()?, next()?))
}
