//! Questions to GitLab's REST and GraphQL API. A question carries the caller's token and nothing else of the caller's
//! request; answers are small or no answers.

use std::{fmt, sync::Arc, time::Duration};

use axum::http::{
    HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::LIMIT;
use crate::{
    clock::Clock,
    upstream::{Breaker, Clocks, Endpoint, EndpointError, Gate, Route, Upstream, UpstreamError},
};

/// Longest answer that is read, in bytes. A user or a project is a few kilobytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// Questions under way at once.
const MOST_QUESTIONS: usize = 256;

/// Longest token that is asked about, in bytes. GitLab's own have less than 100.
const LONGEST_TOKEN: usize = 1024;

static PRIVATE_TOKEN: HeaderName = HeaderName::from_static("private-token");

/// Asks one GitLab.
pub struct Client {
    upstream: Upstream,
}

/// A token as its kind is presented to GitLab. It shows nothing of itself when printed.
#[derive(Clone)]
pub struct Credential {
    kind: Kind,
    token: SecretString,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Personal,
    OAuth,
}

/// GitLab's answer, read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    body: Bytes,
}

/// Questions in a row without an answer after which GitLab counts as away, and the time between two tries then.
const FAILURES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(5);

/// Why GitLab has not said anything that could be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Away {
    #[error("GitLab does not answer")]
    Upstream(#[from] UpstreamError),
    #[error("GitLab took longer than {LIMIT:?}")]
    Late,
    #[error("GitLab answers {0}")]
    Status(StatusCode),
    #[error("GitLab's answer is larger than {LONGEST_ANSWER} bytes")]
    Long,
    #[error("GitLab's answer is not what its API says")]
    Malformed,
}

// === impl Client ===

impl Client {
    /// A client of the GitLab at `url`, reached by `route`.
    pub fn new(url: &str, route: Route<'_>, clock: Clock) -> Result<Self, EndpointError> {
        let clocks = Clocks {
            connect: LIMIT,
            response: LIMIT,
            idle: LIMIT,
            whole: LIMIT,
        };
        let gate = Gate {
            in_flight: Arc::new(Semaphore::new(MOST_QUESTIONS)),
            breaker: Arc::new(Breaker::new("gitlab", FAILURES, PAUSE, clock)),
        };
        Ok(Self {
            upstream: Upstream::new(Endpoint::new(url, route)?, clocks, gate),
        })
    }

    pub(super) async fn get(&self, path: &str, credential: &Credential) -> Result<Answer, Away> {
        self.ask(Method::GET, path, Bytes::new(), credential).await
    }

    /// Asks GraphQL, which takes tokens that the REST API refuses for their scopes; returns the data, or `None` for a token
    /// that it refuses too. Anything else, such as a 429, says nothing of the token.
    pub(super) async fn query(
        &self,
        query: &str,
        variables: &Value,
        credential: &Credential,
    ) -> Result<Option<Value>, Away> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self
            .ask(Method::POST, "/api/graphql", body.into(), credential)
            .await?;
        let is_judged = [
            StatusCode::OK,
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
        ];
        if !is_judged.contains(&answer.status) {
            return Err(Away::Status(answer.status));
        }
        let mut document: Value = answer.read()?;
        Ok(Some(document["data"].take()).filter(Value::is_object))
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        credential: &Credential,
    ) -> Result<Answer, Away> {
        let (name, value) = credential.field();
        let make = |endpoint: &Endpoint| {
            let mut request = Request::new(Full::new(body.clone()));
            *request.method_mut() = method.clone();
            *request.uri_mut() = endpoint.target_of(path);
            let headers = request.headers_mut();
            headers.insert(HOST, endpoint.authority().clone());
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
            let agent = concat!("code-suggestions/", env!("CARGO_PKG_VERSION"));
            headers.insert(USER_AGENT, HeaderValue::from_static(agent));
            if method == Method::POST {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            headers.insert(name.clone(), value.clone());
            request
        };
        let (head, body) = self.upstream.send(make).await?.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER)
            .collect()
            .await
            .map_err(|error| match error.downcast::<UpstreamError>() {
                Ok(error) => Away::Upstream(*error),
                Err(error) if error.is::<LengthLimitError>() => Away::Long,
                Err(_) => Away::Malformed,
            })?;
        Ok(Answer {
            status: head.status,
            body: body.to_bytes(),
        })
    }
}

// === impl Answer ===

impl Answer {
    /// The body as what the API says it is.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Away> {
        serde_json::from_slice(&self.body).map_err(|_| Away::Malformed)
    }
}

// === impl Credential ===

impl Credential {
    pub(super) fn personal(token: &str) -> Self {
        Self::new(Kind::Personal, token)
    }

    pub(super) fn oauth(token: &str) -> Self {
        Self::new(Kind::OAuth, token)
    }

    fn new(kind: Kind, token: &str) -> Self {
        Self {
            kind,
            token: token.into(),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// What the digest is made of: a token that is no personal one may still be an OAuth one.
    pub(super) fn named(&self) -> SecretString {
        format!("{:?} {}", self.kind, self.token.expose_secret()).into()
    }

    /// Whether GitLab has to be asked at all: a token is short and plain (RFC 6750 section 2.1), and no JWT, which this
    /// server mints for others.
    pub(super) fn is_well_formed(&self) -> bool {
        let token = self.token.expose_secret();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        let is_jwt = token.starts_with("eyJ") && token.matches('.').count() == 2;
        (1..=LONGEST_TOKEN).contains(&token.len()) && token.bytes().all(plain) && !is_jwt
    }

    fn field(&self) -> (HeaderName, HeaderValue) {
        let token = self.token.expose_secret();
        let (name, text) = match self.kind {
            Kind::Personal => (PRIVATE_TOKEN.clone(), token.to_owned()),
            Kind::OAuth => (AUTHORIZATION, format!("Bearer {token}")),
        };
        // What is no header value is not well-formed, and nothing is asked about it.
        let mut value =
            HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        (name, value)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({:?}, [hidden])", self.kind)
    }
}

/// One segment of a path (RFC 3986 section 2.3), slashes included.
pub(super) fn segment(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digit = |number: u8| char::from(DIGITS[usize::from(number)]);
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_token_is_asked_about() {
        for (token, expected) in [
            ("glpat-abc_DEF-123", true),
            ("glpat-Qm9v.01.0w1abcdef", true),
            (&"0123456789abcdef".repeat(4), true),
            ("", false),
            ("with blank", false),
            ("line\r\nbreak", false),
            ("caf\u{e9}", false),
            ("eyJhbGciOi.eyJpc3Mi.c2ln", false),
            (&"x".repeat(1025), false),
        ] {
            let credential = Credential::personal(token);
            assert_eq!(credential.is_well_formed(), expected, "{token}");
        }
    }

    #[test]
    fn a_credential_hides_itself() {
        let shown = format!("{:?}", Credential::oauth("secret"));
        assert_eq!(shown, "Credential(OAuth, [hidden])");
    }

    #[test]
    fn a_path_is_one_segment() {
        assert_eq!(segment("grp/sub/p.x"), "grp%2Fsub%2Fp.x");
        assert_eq!(segment("a b?#%\u{e9}"), "a%20b%3F%23%25%C3%A9");
    }
}
