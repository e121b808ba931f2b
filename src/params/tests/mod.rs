//! Tests across the files of this room: requests as they arrive, refusals and forwarded bodies as they leave.

mod cases;
mod forms;
mod forwarding;
mod properties;
mod reading;
mod typed;

use bytes::Bytes;
use futures_executor::block_on;
use serde_json::{Value, json};

use super::{CompletionRequest, Params, ParamsError};

const FORM: &str = "application/x-www-form-urlencoded";

/// Reads a body that is declared as JSON.
fn from_json(body: &str) -> Result<Params, ParamsError> {
    read(Some("application/json"), None, body.as_bytes())
}

fn read(
    content_type: Option<&str>,
    query: Option<&str>,
    body: &[u8],
) -> Result<Params, ParamsError> {
    block_on(Params::read(
        content_type.map(str::as_bytes),
        query,
        Bytes::copy_from_slice(body),
    ))
}

/// A small valid request with further members merged into it.
fn with(change: Value) -> Value {
    let mut body = json!({
        "current_file": {"file_name": "a.rb", "content_above_cursor": "x", "content_below_cursor": "y"},
        "intent": "completion",
    });
    if let (Some(body), Value::Object(change)) = (body.as_object_mut(), change) {
        body.extend(change);
    }
    body
}

/// The same with one member of `current_file` changed.
fn with_file(name: &str, value: Value) -> Value {
    let mut body = with(json!({}));
    body["current_file"][name] = value;
    body
}

fn request(body: &Value) -> CompletionRequest {
    CompletionRequest::from_params(from_json(&body.to_string()).unwrap()).unwrap()
}

/// The message of the refusal, or nothing if the request is accepted.
fn refusal(body: &str) -> Option<String> {
    CompletionRequest::from_params(from_json(body).unwrap())
        .err()
        .map(|error| error.to_string())
}

fn forwarded(request: &CompletionRequest, added: &[(&str, &str)]) -> Value {
    serde_json::from_slice(&request.forward(added)).unwrap()
}

/// The limit that was exceeded, if one was.
fn limit(result: Result<Params, ParamsError>) -> Option<&'static str> {
    match result {
        Err(ParamsError::Limit(limit)) => Some(limit),
        Ok(_) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// The parameters as one JSON value.
fn value(params: &Params) -> Value {
    serde_json::from_slice(params.json()).unwrap()
}
