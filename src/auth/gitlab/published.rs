//! Keys that the GitLab behind this server publishes, as they stand in the merged set at `/oauth/discovery/keys`: an AI Gateway
//! has one address for all who sign, and finds GitLab's keys and ours there. Called by the handler of that path. They are
//! kept for a minute, fetched by one task for all who wait, and told by their public members only.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::{Method, Request, StatusCode, header::HOST};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use serde_json::{Map, Value};
use tokio::sync::{Notify, Semaphore};

use super::{LIMIT, client::Away};
use crate::{
    clock::Clock,
    routes,
    upstream::{Breaker, Clocks, Endpoint, EndpointError, Gate, Route, Upstream},
};

/// How long keys are kept.
const KEPT: Duration = Duration::from_mins(1);

/// Time until GitLab is asked again after it has not said any.
const AGAIN: Duration = Duration::from_secs(10);

/// Largest set that is read, in bytes, and most keys of one.
const LARGEST: usize = 256 * 1024;
const MOST_KEYS: usize = 32;

/// Members of asymmetric keys that are public (RFC 7517 section 4, RFC 7518 sections 6.2.1 and 6.3.1, RFC 8037 section 2).
const PUBLIC: [&str; 13] = [
    "kty", "use", "key_ops", "alg", "kid", "x5c", "x5t", "x5t#S256", "n", "e", "crv", "x", "y",
];

/// The keys of one GitLab.
pub struct PublishedKeys {
    endpoint: Endpoint,
    clock: Clock,
    state: Mutex<State>,
    arrived: Notify,
}

type Keys = Option<Arc<[Value]>>;

#[derive(Default)]
struct State {
    /// What GitLab said last, and until when that counts.
    last: Option<(Keys, Duration)>,
    fetching: bool,
}

enum Step {
    Use(Keys),
    Wait,
    Fetch,
}

// === impl PublishedKeys ===

impl PublishedKeys {
    /// The keys of the GitLab at `url`, reached by `route`.
    pub fn new(url: &str, route: Route<'_>, clock: Clock) -> Result<Arc<Self>, EndpointError> {
        Ok(Arc::new(Self {
            endpoint: Endpoint::new(url, route)?,
            clock,
            state: Mutex::default(),
            arrived: Notify::new(),
        }))
    }

    /// The keys; `None` while GitLab does not say them.
    pub async fn get(self: &Arc<Self>) -> Option<Arc<[Value]>> {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            // From here on no arrival is missed.
            arrived.as_mut().enable();
            match self.state().next(self.clock.monotonic()) {
                Step::Use(keys) => return keys,
                Step::Wait => {}
                Step::Fetch => {
                    let this = Arc::clone(self);
                    // Whoever asked may leave; the others go on waiting.
                    tokio::spawn(async move { this.fetch_and_tell().await });
                }
            }
            arrived.await;
        }
    }

    async fn fetch_and_tell(&self) {
        let fetched = self.fetch().await;
        let now = self.clock.monotonic();
        let mut state = self.state();
        state.fetching = false;
        state.last = Some(match fetched {
            Ok(keys) => (Some(keys), now + KEPT),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "no keys of the GitLab behind"
                );
                (None, now + AGAIN)
            }
        });
        drop(state);
        self.arrived.notify_waiters();
    }

    async fn fetch(&self) -> Result<Arc<[Value]>, Away> {
        let clocks = Clocks {
            connect: LIMIT,
            response: LIMIT,
            idle: LIMIT,
            whole: LIMIT,
        };
        let gate = Gate {
            in_flight: Arc::new(Semaphore::new(1)),
            breaker: Arc::new(Breaker::new("gitlab", 0, AGAIN, self.clock.clone())),
        };
        let upstream = Upstream::new(self.endpoint.clone(), clocks, gate);
        let answer = upstream.send(question).await?;
        if answer.status() != StatusCode::OK {
            return Err(Away::Status(answer.status()));
        }
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        let body = body.map_err(|_| Away::Malformed)?.to_bytes();
        let set: Value = serde_json::from_slice(&body).map_err(|_| Away::Malformed)?;
        let keys = set["keys"].as_array().ok_or(Away::Malformed)?;
        Ok(keys.iter().filter_map(public).take(MOST_KEYS).collect())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What to do; a fetch counts as begun.
    fn next(&mut self, now: Duration) -> Step {
        match &self.last {
            Some((keys, until)) if now < *until => Step::Use(keys.clone()),
            _ if self.fetching => Step::Wait,
            _ => {
                self.fetching = true;
                Step::Fetch
            }
        }
    }
}

fn question(endpoint: &Endpoint) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::default());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = endpoint.target(routes::KEYS);
    request
        .headers_mut()
        .insert(HOST, endpoint.authority().clone());
    request
}

/// The public half of a key; `None` if it has none.
fn public(key: &Value) -> Option<Value> {
    if !matches!(key["kty"].as_str()?, "RSA" | "EC" | "OKP") {
        return None;
    }
    let members = key.as_object()?.iter();
    let members = members.filter(|(name, _)| PUBLIC.contains(&name.as_str()));
    let members = members.map(|(name, value)| (name.clone(), value.clone()));
    Some(Value::Object(members.collect::<Map<_, _>>()))
}

/// Adds keys to those of ours, each once: a key with the name or the numbers of one that is there already is left out.
pub fn merge(keys: &mut Vec<Value>, more: &[Value]) {
    for key in more {
        let is_it = |known: &Value| {
            let same_name = !key["kid"].is_null() && known["kid"] == key["kid"];
            let numbers = ["kty", "n", "e", "crv", "x", "y"];
            same_name || numbers.iter().all(|name| known[name] == key[name])
        };
        if !keys.iter().any(is_it) {
            keys.push(key.clone());
        }
    }
}
