//! `POST /api/graphql` in front of a GitLab. Of an operation that selects fields of Code Suggestions, which a GitLab without
//! them refuses as a whole, those fields are taken out, the rest is asked of GitLab, and the two answers become one. What
//! does not touch them passes byte for byte. Decided on the parsed document: names of operations are the client's own.

mod fields;
mod merge;
mod plan;
mod print;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
            IF_MODIFIED_SINCE, IF_NONE_MATCH,
        },
        request::Parts,
    },
    response::Response,
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::pass;
use crate::{
    auth::Caller,
    middleware::{AuthOrApiError, authenticated},
    reply::ApiError,
    state::App,
};
use plan::Plan;

/// Longest request that is looked into, in bytes; GitLab takes 10,000 characters of query.
const LONGEST_REQUEST: usize = 256 * 1024;

/// Longest answer that is filled in, in bytes.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// An operation as it was asked: with members that are of no concern here.
struct Asked {
    members: Map<String, Value>,
}

/// Answers an operation, with GitLab's help or by GitLab alone.
pub async fn execute(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    let pass_on = |request| pass(State(Arc::clone(&app)), request);
    if !is_plain_json(request.headers()) {
        return pass_on(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = match read(&app, &parts.headers, body).await? {
        Read::Whole(body) => body,
        Read::Longer(body) => return pass_on(Request::from_parts(parts, body)).await,
    };
    let plan = Asked::parse(&body).and_then(|asked| Some((Plan::new(&asked, false)?, asked)));
    let Some((plan, asked)) = plan else {
        return pass_on(Request::from_parts(parts, body.into())).await;
    };
    let caller = match authenticated(&app, &parts).await {
        Ok(caller) => caller,
        Err(AuthOrApiError::Auth(error)) if error.is_undecided() => return Err(error.into()),
        // GitLab refuses in its own words, or knows a session of its own.
        Err(_) => return pass_on(Request::from_parts(parts, body.into())).await,
    };
    let answer = pass_on(rewritten(&parts, &asked, &plan)).await?;
    let answered = Answered::read(answer).await?;
    if answered.data().is_some() {
        return fill_in(&app, &caller, &asked, &plan, answered).await;
    }
    // A field that only some GitLabs have may be what it was refused for.
    let Some(plan) = Plan::new(&asked, true).filter(|_| plan.has_optional && answered.is_refusal())
    else {
        return Ok(answered.into_response());
    };
    let answered = Answered::read(pass_on(rewritten(&parts, &asked, &plan)).await?).await?;
    fill_in(&app, &caller, &asked, &plan, answered).await
}

async fn fill_in(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    plan: &Plan,
    answered: Answered,
) -> Result<Response, ApiError> {
    let Some(mut data) = answered.data().cloned() else {
        return Ok(answered.into_response());
    };
    let own = merge::Own::look_up(app, caller, &data).await?;
    merge::fill_in(&mut data, plan, asked.variables(), &own);
    let mut document = answered.document;
    document["data"] = Value::Object(data);
    let mut parts = answered.parts;
    for name in [CONTENT_LENGTH, ETAG] {
        parts.headers.remove(name);
    }
    Ok(Response::from_parts(
        parts,
        Body::from(document.to_string()),
    ))
}

/// The request that asks the rest of GitLab.
fn rewritten(parts: &Parts, asked: &Asked, plan: &Plan) -> Request {
    let mut members = asked.members.clone();
    members.insert("query".to_owned(), plan.rest.clone().into());
    let body = Value::Object(members).to_string();
    let mut request = Request::from_parts(parts.clone(), Body::from(body));
    let headers = request.headers_mut();
    // The answer is read here.
    for name in [
        ACCEPT_ENCODING,
        CONTENT_LENGTH,
        IF_NONE_MATCH,
        IF_MODIFIED_SINCE,
    ] {
        headers.remove(name);
    }
    request
}

// === impl Asked ===

impl Asked {
    /// `None` for what is no single operation as JSON, and for one that names no field of ours.
    fn parse(body: &[u8]) -> Option<Self> {
        let Value::Object(members) = serde_json::from_slice(body).ok()? else {
            return None;
        };
        let asked = Self { members };
        fields::NAMES
            .iter()
            .any(|name| asked.query().contains(name))
            .then_some(asked)
    }

    fn query(&self) -> &str {
        self.members
            .get("query")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn operation_name(&self) -> Option<&str> {
        let name = self.members.get("operationName").and_then(Value::as_str);
        name.filter(|name| !name.is_empty())
    }

    fn variables(&self) -> &Value {
        self.members.get("variables").unwrap_or(&Value::Null)
    }
}

/// A body that has been looked into.
enum Read {
    Whole(Bytes),
    /// Longer than what is looked into, with everything that has been read put back.
    Longer(Body),
}

async fn read(app: &App, headers: &HeaderMap, body: Body) -> Result<Read, ApiError> {
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let declared = declared.and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > LONGEST_REQUEST) {
        return Ok(Read::Longer(body));
    }
    let mut pieces = body.into_data_stream();
    let mut whole = BytesMut::new();
    let reading = async {
        while let Some(piece) = pieces.next().await {
            whole.extend_from_slice(&piece.map_err(|_| ApiError::BadRequest)?);
            if whole.len() > LONGEST_REQUEST {
                return Ok::<_, ApiError>(false);
            }
        }
        Ok(true)
    };
    let in_time = timeout(app.settings.server.body_timeout, reading).await;
    let whole_read = in_time.map_err(|_| ApiError::RequestTimeout)??;
    let whole = whole.freeze();
    if whole_read {
        return Ok(Read::Whole(whole));
    }
    let read = stream::once(async { Ok::<_, axum::Error>(whole) });
    Ok(Read::Longer(Body::from_stream(read.chain(pieces))))
}

/// Uploads come as forms, and nobody sends an operation compressed.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let json = |value: &HeaderValue| {
        value
            .as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"application/json")
    };
    headers.get(CONTENT_TYPE).is_some_and(json) && !headers.contains_key(CONTENT_ENCODING)
}

/// GitLab's answer, read to its end.
struct Answered {
    parts: axum::http::response::Parts,
    text: Bytes,
    /// Null for what is no JSON.
    document: Value,
}

impl Answered {
    async fn read(answer: Response) -> Result<Self, ApiError> {
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await;
        let text = body.map_err(|_| ApiError::BadGateway)?.to_bytes();
        let document = if parts.status == StatusCode::OK {
            serde_json::from_slice(&text).unwrap_or_default()
        } else {
            Value::Null
        };
        Ok(Self {
            parts,
            text,
            document,
        })
    }

    /// What was asked for, if it came without errors.
    fn data(&self) -> Option<&Map<String, Value>> {
        let failed = |errors: &Value| !errors.as_array().is_none_or(Vec::is_empty);
        let whole = !self.document.get("errors").is_some_and(failed);
        self.document.get("data").filter(|_| whole)?.as_object()
    }

    /// Whether GitLab did not understand the operation.
    fn is_refusal(&self) -> bool {
        self.document["errors"].is_array() && !self.document["data"].is_object()
    }

    fn into_response(self) -> Response {
        Response::from_parts(self.parts, Body::from(self.text))
    }
}
