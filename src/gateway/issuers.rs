//! GitLab instances that use the built-in gateway as their AI Gateway: their keys are found as OpenID Connect Discovery 1.0
//! says, from the URLs in `gateway.trusted_issuers` and nowhere else, and kept for a day. Asked by the handlers below `/ai`.
//!
//! A token with the name of a key that is not known may come from an instance that has a new one, or from anybody: keys are
//! fetched anew at most once a minute, by one task for all who wait.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::{Method, Request, StatusCode, Uri, header::HOST};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tokio::sync::{Notify, Semaphore};

use crate::{
    clock::Clock,
    config::{ProxySettings, Settings},
    keys::{ForeignClaims, PublicKeys, claimed_issuer, claimed_key},
    upstream::{
        Breaker, Clocks, Endpoint, EndpointError, Gate, ProxyVariables, Route, TlsFiles, Upstream,
        UpstreamError,
    },
};

/// Time for each of the two requests.
const FETCH_TIME: Duration = Duration::from_secs(10);

/// How long keys are used.
const KEPT: Duration = Duration::from_hours(24);

/// Time between two fetches: when there are keys, and when there are none.
const AGAIN: Duration = Duration::from_mins(1);
const AGAIN_WITHOUT: Duration = Duration::from_secs(10);

/// Largest discovery document and key set.
const LARGEST: usize = 256 * 1024;

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// Instances whose tokens are taken.
pub struct Issuers {
    issuers: Vec<Arc<Issuer>>,
    clock: Clock,
}

struct Issuer {
    url: String,
    ca_file: Option<PathBuf>,
    proxies: ProxySettings,
    keys: Mutex<Keys>,
    arrived: Notify,
}

#[derive(Default)]
struct Keys {
    current: Option<(Arc<PublicKeys>, Duration)>,
    tried_at: Option<Duration>,
    fetching: bool,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Url(#[from] EndpointError),
    #[error("it cannot be asked")]
    Upstream(#[from] UpstreamError),
    #[error("it answers {0}")]
    Status(StatusCode),
    #[error("its answer is too large or no JSON")]
    Malformed,
    #[error("its keys are said to be elsewhere than below its own address")]
    Elsewhere,
    #[error("it publishes no RSA key of 2048 bits or more")]
    NoKey,
}

// === impl Issuers ===

impl Issuers {
    /// The instances that the settings name.
    pub fn new(settings: &Settings, clock: Clock) -> Self {
        let gateway = &settings.gateway;
        let issuer = |url: &String| {
            Arc::new(Issuer {
                url: url.clone(),
                ca_file: gateway.ca_file.clone(),
                proxies: settings.proxies.clone(),
                keys: Mutex::default(),
                arrived: Notify::new(),
            })
        };
        Self {
            issuers: gateway.trusted_issuers.iter().map(issuer).collect(),
            clock,
        }
    }

    /// The claims of a token that one of the instances has signed and that is valid now.
    pub async fn verify(&self, token: &str) -> Option<ForeignClaims> {
        let claimed = claimed_issuer(token)?;
        let name = claimed_key(token);
        let is_it = |issuer: &&Arc<Issuer>| issuer.url == claimed.trim_end_matches('/');
        let issuer = self.issuers.iter().find(is_it)?;
        let keys = issuer.keys(name.as_deref(), &self.clock).await?;
        keys.verify(token, &claimed, self.clock.unix())
    }
}

// === impl Issuer ===

impl Issuer {
    /// The keys, fetched if they are not at hand or lack the one of that name.
    async fn keys(self: &Arc<Self>, name: Option<&str>, clock: &Clock) -> Option<Arc<PublicKeys>> {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            // From here on no arrival is missed.
            arrived.as_mut().enable();
            match self.state().next(name, clock.monotonic()) {
                Step::Use(keys) => return keys,
                Step::Wait => {}
                Step::Fetch => {
                    let (issuer, clock) = (Arc::clone(self), clock.clone());
                    // Whoever asked may leave; the others go on waiting.
                    tokio::spawn(async move { issuer.fetch_and_tell(&clock).await });
                }
            }
            arrived.await;
        }
    }

    async fn fetch_and_tell(&self, clock: &Clock) {
        let fetched = self.fetch(clock).await;
        let mut state = self.state();
        state.fetching = false;
        match fetched {
            Ok(keys) => state.current = Some((Arc::new(keys), clock.monotonic())),
            Err(error) => tracing::warn!(
                issuer = self.url,
                error = &error as &dyn std::error::Error,
                "no keys of a trusted issuer"
            ),
        }
        drop(state);
        self.arrived.notify_waiters();
    }

    async fn fetch(&self, clock: &Clock) -> Result<PublicKeys, FetchError> {
        let discovery = self.document(&self.url, DISCOVERY, clock).await?;
        let place = discovery["jwks_uri"].as_str().unwrap_or_default();
        if !is_same_origin(place, &self.url) {
            return Err(FetchError::Elsewhere);
        }
        let keys = PublicKeys::from_set(&self.document(place, "", clock).await?);
        if keys.is_empty() {
            return Err(FetchError::NoKey);
        }
        Ok(keys)
    }

    /// The JSON document at a path below a URL.
    async fn document(
        &self,
        url: &str,
        path: &'static str,
        clock: &Clock,
    ) -> Result<Value, FetchError> {
        let clocks = Clocks {
            connect: FETCH_TIME,
            response: FETCH_TIME,
            idle: FETCH_TIME,
            whole: FETCH_TIME,
        };
        let route = Route {
            tls: TlsFiles {
                roots: self.ca_file.as_deref(),
                client: None,
            },
            proxy: ProxyVariables {
                https: &self.proxies.https,
                no: &self.proxies.no,
            },
        };
        let gate = Gate {
            in_flight: Arc::new(Semaphore::new(1)),
            breaker: Arc::new(Breaker::new("issuer", 0, Duration::ZERO, clock.clone())),
        };
        let upstream = Upstream::new(Endpoint::new(url, route)?, clocks, gate);
        let response = upstream.send(|endpoint| get(endpoint, path)).await?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let mut body = response.into_body();
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let data = frame?.into_data().unwrap_or_default();
            if whole.len() + data.len() > LARGEST {
                return Err(FetchError::Malformed);
            }
            whole.extend_from_slice(&data);
        }
        serde_json::from_slice(&whole).map_err(|_| FetchError::Malformed)
    }

    fn state(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Step {
    Use(Option<Arc<PublicKeys>>),
    Wait,
    Fetch,
}

impl Keys {
    /// What to do for a token signed with the key of that name; a fetch counts as begun.
    fn next(&mut self, name: Option<&str>, now: Duration) -> Step {
        let current = self
            .current
            .as_ref()
            .filter(|(_, since)| now < *since + KEPT)
            .map(|(keys, _)| Arc::clone(keys));
        let suits = |keys: &Arc<PublicKeys>| name.is_none_or(|name| keys.knows(name));
        if current.as_ref().is_some_and(suits) {
            return Step::Use(current);
        }
        if self.fetching {
            return Step::Wait;
        }
        let pause = if current.is_some() {
            AGAIN
        } else {
            AGAIN_WITHOUT
        };
        if self.tried_at.is_some_and(|tried_at| now < tried_at + pause) {
            return Step::Use(current);
        }
        self.tried_at = Some(now);
        self.fetching = true;
        Step::Fetch
    }
}

fn get(endpoint: &Endpoint, path: &'static str) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::default());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = endpoint.target(path);
    request
        .headers_mut()
        .insert(HOST, endpoint.authority().clone());
    request
}

fn is_same_origin(place: &str, url: &str) -> bool {
    let origin = |url: &str| {
        let uri: Uri = url.parse().ok()?;
        Some((uri.scheme()?.clone(), uri.authority()?.clone()))
    };
    origin(place).is_some_and(|place| Some(place) == origin(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_where_their_issuer_is() {
        let url = "https://gitlab.example/root";
        for (place, same) in [
            ("https://gitlab.example/oauth/discovery/keys", true),
            ("https://gitlab.example:8443/keys", false),
            ("http://gitlab.example/keys", false),
            ("https://gitlab.example.evil/keys", false),
            ("https://user@gitlab.example/keys", false),
            ("/keys", false),
            ("", false),
        ] {
            assert_eq!(is_same_origin(place, url), same, "{place}");
        }
    }

    #[test]
    fn keys_are_fetched_once_a_day_or_for_a_new_name() {
        let at = Duration::from_secs;
        let mut keys = Keys::default();
        let none = || Arc::new(PublicKeys::from_set(&Value::Null));
        assert!(matches!(keys.next(None, at(0)), Step::Fetch));
        assert!(matches!(keys.next(None, at(1)), Step::Wait));
        keys.fetching = false;
        assert!(
            matches!(keys.next(None, at(9)), Step::Use(None)),
            "it has just failed"
        );
        assert!(matches!(keys.next(None, at(10)), Step::Fetch));
        keys.fetching = false;
        keys.current = Some((none(), at(10)));
        assert!(matches!(keys.next(None, at(11)), Step::Use(Some(_))));
        assert!(matches!(keys.next(Some("new"), at(69)), Step::Use(Some(_))));
        assert!(matches!(keys.next(Some("new"), at(70)), Step::Fetch));
        keys.fetching = false;
        assert!(matches!(keys.next(Some("new"), at(71)), Step::Use(Some(_))));
        assert!(matches!(keys.next(None, at(10 + 86_400)), Step::Fetch));
    }
}
