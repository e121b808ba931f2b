//! Small questions to an upstream, each on a connection of its own. Asked by the looks at gateways and at GitLab, with the
//! settings that count for that upstream.

use std::{sync::Arc, time::Duration};

use axum::http::{
    HeaderValue, Method, Request, StatusCode,
    header::{AUTHORIZATION, DATE, HOST},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::here;
use crate::{
    state::{App, route, route_to_gitlab},
    upstream::{Breaker, Clocks, Endpoint, Gate, Route, Upstream, UpstreamError},
};

/// Where a GitLab says which version it is.
pub(super) const VERSION: &str = "/api/v4/version";

/// Time for one question.
const TIME: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 1024 * 1024;

/// First GitLab whose completions have the parameters of today, and that editors take for one with Code Suggestions.
const OLDEST: (u32, u32) = (16, 8);

/// How an upstream is asked.
pub(super) struct Questions<'a> {
    route: Route<'a>,
    clocks: Clocks,
    gate: Gate,
}

/// A small answer.
pub(super) struct Small {
    pub(super) status: StatusCode,
    /// Seconds by which its clock is ahead.
    pub(super) ahead: Option<i64>,
    body: Bytes,
}

// === impl Questions ===

impl<'a> Questions<'a> {
    /// With the settings of the gateway.
    pub(super) fn to_gateway(app: &'a App) -> Self {
        Self {
            route: route(&app.settings),
            clocks: app.clocks(),
            gate: app.gate(),
        }
    }

    /// With those of GitLab.
    pub(super) fn to_gitlab(app: &'a App) -> Self {
        Self {
            route: route_to_gitlab(&app.settings),
            clocks: Clocks {
                connect: app.settings.proxy.connect_timeout,
                response: TIME,
                idle: TIME,
                whole: TIME,
            },
            gate: Gate {
                in_flight: Arc::new(Semaphore::new(1)),
                breaker: Arc::new(Breaker::new("doctor", 0, Duration::ZERO, app.clock.clone())),
            },
        }
    }

    /// Asks for a path below `url`.
    pub(super) async fn get(
        &self,
        url: &str,
        path: &'static str,
        token: Option<&str>,
    ) -> Result<Small, UpstreamError> {
        let endpoint = Endpoint::new(url, self.route).map_err(|error| {
            UpstreamError::Connect(url.to_owned(), std::io::Error::other(error))
        })?;
        let upstream = Upstream::new(endpoint, self.clocks, self.gate.clone());
        let make = |endpoint: &Endpoint| {
            let mut request = Request::new(Full::new(Bytes::new()));
            *request.method_mut() = Method::GET;
            *request.uri_mut() = endpoint.target(path);
            let headers = request.headers_mut();
            headers.insert(HOST, endpoint.authority().clone());
            if let Some(token) = token
                && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}"))
            {
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
            request
        };
        let response = upstream.send_within(TIME, make).await?;
        let (parts, body) = response.into_parts();
        let date = parts.headers.get(DATE).and_then(|date| date.to_str().ok());
        let body = Limited::new(body, LARGEST_ANSWER).collect().await;
        Ok(Small {
            status: parts.status,
            ahead: date.and_then(here::ahead),
            body: body.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes),
        })
    }
}

// === impl Small ===

impl Small {
    /// The version that a GitLab says it is.
    pub(super) fn version(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let text = body["version"].as_str()?;
        Some(text.chars().take(40).filter(|c| !c.is_control()).collect())
    }

    /// Whether it is a success and JSON, which a web page is not.
    pub(super) fn is_document(&self) -> bool {
        self.status.is_success() && serde_json::from_slice::<Value>(&self.body).is_ok()
    }

    /// Whether a refusal is put as GitLab's API puts it.
    pub(super) fn is_refusal_of_gitlab(&self) -> bool {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        matches!(
            self.status,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        ) && (body["message"].is_string() || body["error"].is_string())
    }
}

/// Whether a version is too old for editors.
pub(super) fn is_older(version: &str) -> bool {
    let mut numbers = version
        .split(['.', '-'])
        .map_while(|part| part.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) => (major, minor) < OLDEST,
        _ => false,
    }
}

/// The URL with the other of the two schemes.
pub(super) fn with_other_scheme(url: &str) -> Option<String> {
    match url.strip_prefix("https://") {
        Some(rest) => Some(format!("http://{rest}")),
        None => Some(format!("https://{}", url.strip_prefix("http://")?)),
    }
}
