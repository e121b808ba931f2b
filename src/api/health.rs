//! Probes and metrics. The probes are open, by GitLab's names; metrics are for loopback and administrators, unless they
//! have an address of their own.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};

use super::Reply;
use crate::{
    middleware::authenticated,
    reply::{self, ApiError},
    state::App,
    telemetry::Metrics,
};

/// `GET /-/health`: the process answers.
pub async fn health() -> Response {
    let mut response = Response::new("GitLab OK".into());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

/// `GET /-/liveness`: the process answers.
pub async fn liveness() -> Response {
    reply::json(StatusCode::OK, r#"{"status":"ok"}"#)
}

/// `GET /-/readiness`: requests can be served.
pub async fn readiness(State(app): State<Arc<App>>) -> Response {
    if app.is_draining() {
        return reply::json(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"stopping"}"#);
    }
    match app.store.ping().await {
        Ok(()) => reply::json(
            StatusCode::OK,
            r#"{"status":"ok","db_check":[{"status":"ok"}]}"#,
        ),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "not ready");
            reply::json(
                StatusCode::SERVICE_UNAVAILABLE,
                r#"{"status":"failed","db_check":[{"status":"failed"}]}"#,
            )
        }
    }
}

/// `GET /-/metrics`, for loopback and administrators.
pub async fn metrics(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<SocketAddr>,
    request: Request,
) -> Reply {
    // A proxy on this machine passes on strangers, and says so.
    let direct = !["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    if !(peer.ip().is_loopback() && direct) {
        let (parts, _) = request.into_parts();
        if !authenticated(&app, &parts).await?.user.admin {
            return Err(ApiError::Forbidden);
        }
    }
    Ok(rendered(&app.metrics))
}

/// The metrics in their text format.
pub fn rendered(metrics: &Metrics) -> Response {
    let mut response = Response::new(metrics.render().into());
    let content_type =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
