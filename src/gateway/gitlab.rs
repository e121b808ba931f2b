//! Another GitLab, asked over its public API with one personal access token for the whole instance, as instances of GitLab
//! 16.1 and 16.2 were set up. Who asks here stays unknown there: neither credentials nor pseudonyms of users leave.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Answer, Asker, DirectAccess, GatewayError, GatewayTokens, MOST_CHARACTERS, Question,
    headers::{self, SOFTWARE},
    relay::{self, post, small_document},
    token::{Fresh, TOKEN_TIME, in_time},
};
use crate::{
    clock::Clock,
    config::{ConfigSecret, GatewaySettings},
    params::is_over,
    upstream::Upstream,
};

const SSE_SUPPORT: HeaderName = HeaderName::from_static("x-supports-sse-streaming");

/// What GitLab says of its limits (19.3).
const LIMITS: [HeaderName; 6] = [
    HeaderName::from_static("ratelimit-limit"),
    HeaderName::from_static("ratelimit-name"),
    HeaderName::from_static("ratelimit-observed"),
    HeaderName::from_static("ratelimit-remaining"),
    HeaderName::from_static("ratelimit-reset"),
    HeaderName::from_static("ratelimit-resettime"),
];

/// How GitLab knows a token request that another instance passes on (GitLab 16.1).
const PASSED_ON_BY: &str = concat!(
    "gitlab-workhorse (code-suggestions-",
    env!("CARGO_PKG_VERSION"),
    ")"
);

/// A client of another GitLab.
pub struct GitLabGateway {
    upstream: Upstream,
    /// What every request carries; nothing can be asked without a token.
    head: Option<HeaderMap>,
    tokens: Arc<GatewayTokens>,
    clock: Clock,
}

/// What GitLab answers to `direct_access`; further members are not handed on.
#[derive(Deserialize)]
struct Connection {
    base_url: String,
    token: String,
    expires_at: i64,
    headers: BTreeMap<String, String>,
    model_details: Option<Value>,
}

impl GitLabGateway {
    /// A client of the GitLab that `upstream` leads to.
    pub fn new(
        upstream: Upstream,
        settings: &GatewaySettings,
        tokens: Arc<GatewayTokens>,
        clock: Clock,
    ) -> Self {
        Self {
            upstream,
            head: settings.token.as_ref().and_then(common_fields),
            tokens,
            clock,
        }
    }

    /// Whether there is a token to ask with.
    pub fn has_token(&self) -> bool {
        self.head.is_some()
    }

    /// Asks for suggestions.
    pub(super) async fn suggest(&self, question: Question<'_>) -> Result<Answer, GatewayError> {
        let request = question.request;
        let body = Bytes::from(request.forward(&[]));
        if is_over(&body, 0, MOST_CHARACTERS) {
            return Err(GatewayError::TooLarge);
        }
        let mut head = self.head(question.asker)?;
        if request.stream {
            head.insert(SSE_SUPPORT, HeaderValue::from_static("true"));
        }
        let path = "/api/v4/code_suggestions/completions";
        let mut response = self
            .upstream
            .send(|endpoint| post(endpoint, path, &head, &body))
            .await?;
        hide_limits(response.headers_mut());
        relay::answer(response, request.stream).await
    }

    /// Details of a direct connection, which that GitLab makes for the account of the token: the same for everybody, until
    /// half the life of its token is over.
    pub(super) async fn direct_access(
        &self,
        asker: &Asker<'_>,
    ) -> Result<DirectAccess, GatewayError> {
        let now = self.clock.unix();
        let make = || self.make_connection(asker);
        let connection = in_time(TOKEN_TIME, self.tokens.connection(now, make)).await?;
        Ok(connection.value.clone())
    }

    async fn make_connection(
        &self,
        asker: &Asker<'_>,
    ) -> Result<Fresh<DirectAccess>, GatewayError> {
        let head = self.head(asker)?;
        let empty = Bytes::from_static(b"{}");
        let path = "/api/v4/code_suggestions/direct_access";
        let response = self
            .upstream
            .send_within(TOKEN_TIME, |endpoint| post(endpoint, path, &head, &empty))
            .await?;
        let (status, body) = small_document(response).await?;
        if !status.is_success() {
            return Err(GatewayError::Status(status));
        }
        let connection: Connection = serde_json::from_slice(&body)
            .map_err(|_| GatewayError::Malformed("no direct connection in the answer"))?;
        let expires_at = connection.expires_at;
        Ok(Fresh::new(connection.into(), self.clock.unix(), expires_at))
    }

    /// Passes a request for a token of GitLab 16.1 on.
    pub async fn legacy_token(&self, asker: &Asker<'_>) -> Result<Answer, GatewayError> {
        let mut head = self.head(asker)?;
        head.insert(USER_AGENT, HeaderValue::from_static(PASSED_ON_BY));
        let empty = Bytes::new();
        let path = "/api/v4/code_suggestions/tokens";
        let mut response = self
            .upstream
            .send(|endpoint| post(endpoint, path, &head, &empty))
            .await?;
        hide_limits(response.headers_mut());
        relay::answer(response, false).await
    }

    fn head(&self, asker: &Asker<'_>) -> Result<HeaderMap, GatewayError> {
        let mut head = self.head.clone().ok_or(GatewayError::Credential)?;
        headers::of_request(&mut head, asker);
        Ok(head)
    }
}

/// What is left of the limits there is left to the one account with which everybody here asks: it says nothing to a client, and
/// would tell one how busy the others are. `Retry-After` of a refusal is passed on.
fn hide_limits(fields: &mut HeaderMap) {
    for name in &LIMITS {
        fields.remove(name);
    }
}

fn common_fields(token: &ConfigSecret) -> Option<HeaderMap> {
    let mut credential = HeaderValue::from_str(&format!("Bearer {}", token.expose())).ok()?;
    credential.set_sensitive(true);
    let mut head = HeaderMap::with_capacity(8);
    head.insert(AUTHORIZATION, credential);
    head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    head.insert(USER_AGENT, HeaderValue::from_static(SOFTWARE));
    Some(head)
}

impl From<Connection> for DirectAccess {
    fn from(connection: Connection) -> Self {
        Self {
            base_url: connection.base_url,
            token: connection.token,
            expires_at: connection.expires_at,
            headers: connection
                .headers
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
            model_details: connection.model_details,
        }
    }
}
