//! What every page carries besides its content: what a browser may load and do there, and that nobody keeps it. Outermost
//! around the pages; failures get their page here, so that a handler can fail without knowing how that looks.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_FRAME_OPTIONS},
    },
    middleware::Next,
    response::Response,
};

use super::{
    failure::Refusal,
    frame::{Frame, html},
};
use crate::state::App;

/// Nothing foreign, nothing inline, in no frame (W3C CSP Level 3).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Lets the form of this page lead on to another place as well: browsers hold redirects after a form against the policy.
pub(super) fn policy_for(place: &str) -> String {
    POLICY.replace("form-action 'self'", &format!("form-action 'self' {place}"))
}

#[derive(Template)]
#[template(path = "failure.html", config = "src/web/askama.toml")]
struct FailurePage {
    frame: Frame,
    text: String,
}

/// Answers with a page that has all of it.
pub async fn dressed(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(Refusal { title, text }) = response.extensions_mut().remove() {
        let page = FailurePage {
            frame: Frame::bare(&app, title),
            text,
        };
        let (mut parts, _) = response.into_parts();
        parts.headers.remove("content-type");
        let (rendered, body) = html(parts.status, &page).into_parts();
        parts.headers.extend(rendered.headers);
        response = Response::from_parts(parts, body);
    }
    let headers = response.headers_mut();
    let carried: [(HeaderName, &'static str); 5] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
        (X_FRAME_OPTIONS, "DENY"),
        // Same-origin rather than none at all: without it browsers do not tell where a form comes from.
        (REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in carried {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
