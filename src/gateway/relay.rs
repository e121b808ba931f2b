//! How another server's answer is read, whichever kind of gateway it is: its refusals pass to the client, its failures become
//! this server's own, and nothing that broke off is taken for an answer. Used by the gateways that ask over HTTP.

use std::mem;

use axum::http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{
        CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER, TRANSFER_ENCODING,
    },
};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use serde_json::json;

use super::{Answer, GatewayError, StreamBody, headers};
use crate::{
    params,
    upstream::{Endpoint, UpstreamBody},
};

/// Largest answer that is not streamed, and largest refusal that is passed on.
const LARGEST_DOCUMENT: usize = 4 * 1024 * 1024;
const LARGEST_REFUSAL: usize = 64 * 1024;

/// What is cheaper copied than kept where it is.
const SMALL: usize = 1024;

/// Longest that a client is told to wait for a gateway.
const LONGEST_WAIT: u32 = 300;

/// A POST below the base URL.
pub(super) fn post(
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

/// What the gateway answered; `streamed` tells whether a stream was asked for.
pub(super) async fn answer(
    response: Response<UpstreamBody>,
    streamed: bool,
) -> Result<Answer, GatewayError> {
    let (parts, body) = response.into_parts();
    // HTTP/2 marks the end of every answer (RFC 9113 section 8.1).
    let framed = parts.version == Version::HTTP_2 || is_framed(&parts.headers);
    match parts.status {
        StatusCode::UNAUTHORIZED => Err(GatewayError::Credential),
        StatusCode::SERVICE_UNAVAILABLE => {
            Err(GatewayError::Unavailable(sane_wait(&parts.headers)))
        }
        StatusCode::GATEWAY_TIMEOUT => Err(GatewayError::Late(sane_wait(&parts.headers))),
        status if status.is_client_error() => refusal(status, parts.headers, body).await,
        status if !status.is_success() => Err(GatewayError::Status(status)),
        _ if is_encoded(&parts.headers) => Err(GatewayError::Malformed(
            "it is compressed, which was not asked for",
        )),
        // Without a length or chunks the end of a stream cannot be told from a cut: only what proves whole may pass.
        status if streamed && framed && !is_json(&parts.headers) => {
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
    let model = params::text_within(&body, "model", "name")
        .map_err(|_| GatewayError::Malformed("it is no JSON"))?;
    let mut headers = headers::relayed(headers);
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    Ok(Answer::Document {
        status,
        headers,
        body,
        model,
    })
}

/// Refusals concern the request and reach the client with their words, if those are for programs to read.
async fn refusal(
    status: StatusCode,
    headers: HeaderMap,
    body: UpstreamBody,
) -> Result<Answer, GatewayError> {
    let retry_after = headers.get(RETRY_AFTER).cloned();
    let called_json = is_json(&headers);
    // Not every gateway calls it so; a lone number or word is no message.
    let is_message = |body: &[u8]| called_json || body.trim_ascii_start().starts_with(b"{");
    let body = match collect(body, LARGEST_REFUSAL).await {
        Ok(body) if is_message(&body) && params::is_json(&body) => body,
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
        model: None,
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

/// Status and body of an answer that can only be small: a success, or a refusal that concerns the client.
pub(super) async fn small_document(
    response: Response<UpstreamBody>,
) -> Result<(StatusCode, Bytes), GatewayError> {
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        return Err(GatewayError::Credential);
    }
    if !status.is_success() && !status.is_client_error() {
        return Err(GatewayError::Status(status));
    }
    let body = collect(response.into_body(), LARGEST_REFUSAL).await?;
    Ok((status, body))
}

/// The whole body, if it is not larger than `most` bytes; not copied when it came in one large piece.
async fn collect(mut body: UpstreamBody, most: usize) -> Result<Bytes, GatewayError> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if first.len() + whole.len() + data.len() > most {
            return Err(GatewayError::Malformed("it is too large"));
        }
        if first.is_empty() && whole.is_empty() {
            // Out of the connection's own buffer, which would have to be made anew while a part of it is kept.
            first = if data.len() <= SMALL {
                Bytes::copy_from_slice(&data)
            } else {
                data
            };
        } else {
            whole.extend_from_slice(&mem::take(&mut first));
            whole.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() {
        first
    } else {
        whole.freeze()
    })
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

/// Whether the body is another one than it would be by itself (RFC 9110 section 8.4).
fn is_encoded(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
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
