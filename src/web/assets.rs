//! Style, script and icon, compiled in. Pages name them with a digest of what they hold, so a browser may keep them for
//! good and still never has an old one.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::{
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const STYLE: &str = include_str!("assets/app.css");
const SCRIPT: &str = include_str!("assets/app.js");
const ICON: &str = include_str!("assets/icon.svg");

/// Changes whenever any of them does.
pub(super) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all = [STYLE, SCRIPT, ICON].concat();
    let digest = digest::digest(&digest::SHA256, all.as_bytes());
    let mut text = URL_SAFE_NO_PAD.encode(digest);
    text.truncate(12);
    text
});

/// The style sheet.
pub(super) async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

/// The script.
pub(super) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

/// The icon.
pub(super) async fn icon() -> Response {
    asset("image/svg+xml", ICON)
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    response
}
