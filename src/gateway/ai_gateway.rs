//! GitLab's AI Gateway, asked as GitLab itself asks it: v2 for completions, v4 for generations. Its refusals pass to the
//! client, its failures become this server's own, and nothing that broke off is taken for an answer.

use std::{sync::Arc, time::Duration};

use axum::http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER,
        TRANSFER_ENCODING,
    },
};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{
    Answer, Asker, DirectAccess, GatewayError, InstanceToken, Question, StreamBody, TokenRefusal,
    UnitPrimitive, encoded, headers,
};
use crate::{
    clock::Clock,
    config::{GatewayAuth, GatewaySettings},
    ids::Instance,
    prompt::{intent::Task, payload},
    upstream::{Endpoint, Upstream, UpstreamBody, UpstreamError},
};

/// Largest answer that is not streamed, and largest refusal that is passed on.
const LARGEST_DOCUMENT: usize = 4 * 1024 * 1024;
const LARGEST_REFUSAL: usize = 64 * 1024;

/// Longest that a client is told to wait for a gateway.
const LONGEST_WAIT: u32 = 300;

/// Time for a token: every completion of an editor waits for it.
const TOKEN_TIME: Duration = Duration::from_secs(3);

/// Model that GitLab asks for when nobody has chosen one (GitLab 19.3).
const MODEL_PROVIDER: &str = "fireworks_ai";
const MODEL_NAME: &str = "codestral-2508";

/// A client of the AI Gateway.
pub struct AiGateway {
    upstream: Upstream,
    /// Asks for tokens under shorter clocks.
    tokens: Upstream,
    base_url: String,
    credential: Credential,
    instance: Arc<Instance>,
    completion: headers::Template,
    generation: headers::Template,
    clock: Clock,
}

enum Credential {
    SelfSigned(Arc<InstanceToken>),
    Static(HeaderValue),
    None,
}

impl AiGateway {
    /// A client of the gateway at `base_url`.
    pub fn new(
        base_url: String,
        upstreams: (Upstream, Upstream),
        settings: &GatewaySettings,
        token: Arc<InstanceToken>,
        instance: Arc<Instance>,
        clock: Clock,
    ) -> Self {
        let credential = match (settings.auth, &settings.token) {
            (GatewayAuth::SelfSigned, _) => Credential::SelfSigned(token),
            (GatewayAuth::Static, Some(secret)) => HeaderValue::from_str(&format!(
                "Bearer {}",
                secret.expose()
            ))
            .map_or(Credential::None, |mut value| {
                value.set_sensitive(true);
                Credential::Static(value)
            }),
            (GatewayAuth::Static | GatewayAuth::None, _) => Credential::None,
        };
        let (upstream, tokens) = upstreams;
        Self {
            upstream,
            tokens,
            base_url,
            credential,
            completion: headers::Template::new(&instance, UnitPrimitive::CompleteCode),
            generation: headers::Template::new(&instance, UnitPrimitive::GenerateCode),
            instance,
            clock,
        }
    }

    /// The clocks for token requests, from those for everything else.
    pub fn token_clocks(clocks: crate::upstream::Clocks) -> crate::upstream::Clocks {
        crate::upstream::Clocks {
            connect: clocks.connect.min(TOKEN_TIME),
            response: clocks.response.min(TOKEN_TIME),
            idle: clocks.idle.min(TOKEN_TIME),
            whole: clocks.whole.min(TOKEN_TIME),
        }
    }

    /// Asks for suggestions.
    pub(super) async fn suggest(&self, question: Question<'_>) -> Result<Answer, GatewayError> {
        let Question {
            request,
            task,
            asker,
        } = question;
        let (path, unit, body) = match task {
            Task::Completion => {
                let provider = format!("\"{MODEL_PROVIDER}\"");
                let name = format!("\"{MODEL_NAME}\"");
                let added = [
                    ("prompt_version", "1"),
                    ("model_provider", provider.as_str()),
                    ("model_name", name.as_str()),
                ];
                (
                    "/v2/code/completions",
                    UnitPrimitive::CompleteCode,
                    encoded(request, &added, 0)?,
                )
            }
            Task::Generation {
                trigger,
                instruction,
            } => {
                let components = payload::generation(request, *trigger, *instruction);
                let added = [("prompt_components", components.as_str())];
                let uncut = payload::uncut_chars(request);
                (
                    "/v4/code/suggestions",
                    UnitPrimitive::GenerateCode,
                    encoded(request, &added, uncut)?,
                )
            }
        };
        let head = self.head(asker, unit)?;
        let response = self
            .upstream
            .send(|endpoint| post(endpoint, path, &head, &body))
            .await?;
        answer(response, request.stream).await
    }

    /// Asks for a token with which the editor asks the gateway itself.
    pub(super) async fn direct_access(
        &self,
        asker: &Asker<'_>,
    ) -> Result<DirectAccess, GatewayError> {
        let head = self.head(asker, UnitPrimitive::CompleteCode)?;
        let empty = Bytes::new();
        let response = self
            .tokens
            .send(|endpoint| post(endpoint, "/v1/code/user_access_token", &head, &empty))
            .await?;
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            return Err(GatewayError::Credential);
        }
        if !status.is_success() && !status.is_client_error() {
            return Err(GatewayError::Status(status));
        }
        let body = collect(response.into_body(), LARGEST_REFUSAL).await?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_client_error() {
            return Err(GatewayError::NoToken(Box::new(TokenRefusal {
                status,
                body,
            })));
        }
        let token = body["token"].as_str().filter(|token| !token.is_empty());
        let (Some(token), Some(expires_at)) = (token, body["expires_at"].as_i64()) else {
            return Err(GatewayError::Malformed("no token in the answer"));
        };
        Ok(DirectAccess {
            base_url: self.base_url.clone(),
            token: token.to_owned(),
            expires_at,
            headers: headers::identity(&self.instance, asker, UnitPrimitive::CompleteCode),
            model_details: Some(
                json!({ "model_provider": MODEL_PROVIDER, "model_name": MODEL_NAME }),
            ),
        })
    }

    fn head(&self, asker: &Asker<'_>, unit: UnitPrimitive) -> Result<HeaderMap, GatewayError> {
        let template = match unit {
            UnitPrimitive::CompleteCode => &self.completion,
            UnitPrimitive::GenerateCode => &self.generation,
        };
        let mut head = template.fill(asker, self.clock.since_epoch());
        match &self.credential {
            Credential::SelfSigned(token) => {
                head.insert(AUTHORIZATION, token.authorization()?);
            }
            Credential::Static(value) => {
                head.insert(AUTHORIZATION, value.clone());
            }
            Credential::None => {}
        }
        Ok(head)
    }
}

fn post(
    endpoint: &Endpoint,
    path: &'static str,
    head: &HeaderMap,
    body: &Bytes,
) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body.clone()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.target(path);
    *request.headers_mut() = head.clone();
    request
        .headers_mut()
        .insert(HOST, endpoint.authority().clone());
    request
}

async fn answer(response: Response<UpstreamBody>, streamed: bool) -> Result<Answer, GatewayError> {
    let (parts, body) = response.into_parts();
    let encoding = parts.headers.get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(GatewayError::Malformed(
            "it is compressed, which was not asked for",
        ));
    }
    match parts.status {
        StatusCode::UNAUTHORIZED => Err(GatewayError::Credential),
        StatusCode::SERVICE_UNAVAILABLE => {
            Err(GatewayError::Unavailable(sane_wait(&parts.headers)))
        }
        status if status.is_client_error() => refusal(status, parts.headers, body).await,
        status if !status.is_success() => Err(GatewayError::Status(status)),
        // Without a length or chunks the end of a stream cannot be told from a cut: only what proves whole may pass.
        status if streamed && is_framed(&parts.headers) && !is_json(&parts.headers) => {
            stream(status, parts.headers, body).await
        }
        status => document(status, parts.headers, body).await,
    }
}

async fn document(
    status: StatusCode,
    headers: HeaderMap,
    body: UpstreamBody,
) -> Result<Answer, GatewayError> {
    let body = collect(body, LARGEST_DOCUMENT).await?;
    serde_json::from_slice::<IgnoredAny>(&body)
        .map_err(|_| GatewayError::Malformed("it is no JSON"))?;
    let mut headers = headers::relayed(headers);
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    Ok(Answer::Document {
        status,
        headers,
        body,
    })
}

/// Refusals concern the request and reach the client with their words, if those are for programs to read.
async fn refusal(
    status: StatusCode,
    headers: HeaderMap,
    body: UpstreamBody,
) -> Result<Answer, GatewayError> {
    let retry_after = headers.get(RETRY_AFTER).cloned();
    let json = is_json(&headers);
    let body = match collect(body, LARGEST_REFUSAL).await {
        Ok(body) if json && serde_json::from_slice::<IgnoredAny>(&body).is_ok() => body,
        Ok(_) | Err(GatewayError::Malformed(_)) => {
            let reason = status.canonical_reason().unwrap_or("Refused");
            Bytes::from(json!({ "message": format!("{} {reason}", status.as_u16()) }).to_string())
        }
        Err(other) => return Err(other),
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(retry_after) = retry_after {
        headers.insert(RETRY_AFTER, retry_after);
    }
    Ok(Answer::Document {
        status,
        headers,
        body,
    })
}

async fn stream(
    status: StatusCode,
    headers: HeaderMap,
    mut body: UpstreamBody,
) -> Result<Answer, GatewayError> {
    if status != StatusCode::OK {
        return Err(GatewayError::Status(status));
    }
    if !matches!(
        media_type(&headers).as_str(),
        "text/event-stream" | "text/plain"
    ) {
        return Err(GatewayError::Malformed("it is neither a stream nor JSON"));
    }
    let first = loop {
        match body.frame().await {
            None => break None,
            Some(frame) => match frame?.into_data() {
                Ok(data) if data.is_empty() => {}
                Ok(data) => break Some(data),
                Err(_trailers) => break None,
            },
        }
    };
    let events = headers
        .get("x-streaming-format")
        .is_some_and(|format| format == "sse");
    let headers = headers::relayed(headers);
    let body = StreamBody::new(first, body);
    Ok(if events {
        Answer::Events { headers, body }
    } else {
        Answer::Text { headers, body }
    })
}

async fn collect(mut body: UpstreamBody, most: usize) -> Result<Bytes, GatewayError> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(late)?.into_data() else {
            continue;
        };
        if whole.len() + data.len() > most {
            return Err(GatewayError::Malformed("it is too large"));
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// Nothing has gone to the client yet: a body that does not come is a late answer, not a cut one.
fn late(error: UpstreamError) -> GatewayError {
    GatewayError::Upstream(error)
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/json"
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn is_framed(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
}

/// Seconds of `Retry-After`, within reason; a gateway that gives a date or nothing is asked again soon.
fn sane_wait(headers: &HeaderMap) -> u32 {
    headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map_or(5, |seconds: u32| seconds.clamp(1, LONGEST_WAIT))
}
