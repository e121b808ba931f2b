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
#[derive(Clone)]
struct Asked {
    members: Map<String, Value>,
}

/// An operation, taken apart if it has a field of ours.
struct Single {
    asked: Asked,
    plan: Option<Plan>,
}

/// What one request asks: an operation, or a list of them as GitLab takes it too.
struct Operations {
    all: Vec<Single>,
    is_batch: bool,
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
    let Some(mut operations) = Operations::parse(&body) else {
        return pass_on(Request::from_parts(parts, body.into())).await;
    };
    let caller = match authenticated(&app, &parts).await {
        Ok(caller) => caller,
        Err(AuthOrApiError::Auth(error)) if error.is_undecided() => return Err(error.into()),
        // GitLab refuses in its own words, or knows a session of its own.
        Err(_) => return pass_on(Request::from_parts(parts, body.into())).await,
    };
    let ask = async |operations: &Operations| {
        let answer = pass_on(rewritten(&parts, operations)).await?;
        Answered::read(answer, operations).await
    };
    let mut answered = ask(&operations).await?;
    // A field that only some GitLabs have may be what they were refused for.
    let (refused, fewer) = operations.without_optional(&answered);
    if !refused.is_empty() {
        let mut second = ask(&fewer).await?;
        if !operations.is_batch {
            answered = second;
        } else if second.documents.len() == refused.len() {
            for (place, document) in refused.iter().zip(second.documents.drain(..)) {
                answered.documents[*place] = document;
            }
        }
        for (place, single) in refused.into_iter().zip(fewer.all) {
            operations.all[place] = single;
        }
    }
    for (single, document) in operations.all.iter().zip(&mut answered.documents) {
        answered.is_filled |= fill_in(&app, &caller, single, document).await?;
    }
    Ok(answered.into_response(operations.is_batch))
}

/// Puts our fields into what GitLab said to an operation; `false` when nothing of it is of any concern here.
async fn fill_in(
    app: &App,
    caller: &Caller,
    single: &Single,
    document: &mut Value,
) -> Result<bool, ApiError> {
    let (Some(plan), Some(data)) = (&single.plan, data(document)) else {
        return Ok(false);
    };
    let mut data = data.clone();
    let own = merge::Own::look_up(app, caller, &data).await?;
    merge::fill_in(&mut data, plan, single.asked.variables(), &own);
    document["data"] = Value::Object(data);
    Ok(true)
}

/// What was asked for, if it came without errors.
fn data(document: &Value) -> Option<&Map<String, Value>> {
    let failed = |errors: &Value| !errors.as_array().is_none_or(Vec::is_empty);
    let whole = !document.get("errors").is_some_and(failed);
    document.get("data").filter(|_| whole)?.as_object()
}

/// Whether GitLab did not understand the operation.
fn is_refusal(document: &Value) -> bool {
    document["errors"].is_array() && !document["data"].is_object()
}

/// The request that asks the rest of GitLab.
fn rewritten(parts: &Parts, operations: &Operations) -> Request {
    let mut request = Request::from_parts(parts.clone(), Body::from(operations.rest()));
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

/// A list as JSON, or the only document of what is none.
fn written(mut documents: impl Iterator<Item = Value>, is_batch: bool) -> String {
    if is_batch {
        Value::Array(documents.collect()).to_string()
    } else {
        documents.next().unwrap_or_default().to_string()
    }
}

// === impl Operations ===

impl Operations {
    /// `None` for what is neither an operation nor a list of them as JSON, and where none has a field of ours.
    fn parse(body: &[u8]) -> Option<Self> {
        let document = serde_json::from_slice(body).ok()?;
        let is_batch = matches!(document, Value::Array(_));
        let all = match document {
            Value::Array(items) => items.into_iter().map(Single::parse).collect(),
            item => Single::parse(item).map(|single| vec![single]),
        };
        let all: Vec<Single> = all?;
        let concerned = all.iter().any(|single| single.plan.is_some());
        concerned.then_some(Self { all, is_batch })
    }

    /// The body that asks the rest of GitLab.
    fn rest(&self) -> String {
        written(self.all.iter().map(Single::rest), self.is_batch)
    }

    /// The places of operations that GitLab has refused and might answer without the fields that not every one has, and these.
    fn without_optional(&self, answered: &Answered) -> (Vec<usize>, Self) {
        let pairs = self.all.iter().zip(&answered.documents).enumerate();
        let (places, all) = pairs
            .filter_map(|(place, (single, document))| {
                let plan = single.plan.as_ref()?;
                if !plan.has_optional || !is_refusal(document) {
                    return None;
                }
                let asked = single.asked.clone();
                let plan = Some(Plan::new(&asked, true)?);
                Some((place, Single { asked, plan }))
            })
            .unzip();
        let is_batch = self.is_batch;
        (places, Self { all, is_batch })
    }
}

// === impl Single ===

impl Single {
    fn parse(document: Value) -> Option<Self> {
        let Value::Object(members) = document else {
            return None;
        };
        let asked = Asked { members };
        let named = fields::NAMES
            .iter()
            .any(|name| asked.query().contains(name));
        let plan = named.then(|| Plan::new(&asked, false)).flatten();
        Some(Self { asked, plan })
    }

    fn rest(&self) -> Value {
        let mut members = self.asked.members.clone();
        if let Some(plan) = &self.plan {
            members.insert("query".to_owned(), plan.rest.clone().into());
        }
        Value::Object(members)
    }
}

// === impl Asked ===

impl Asked {
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
    /// One for each operation; none for what does not answer them.
    documents: Vec<Value>,
    /// Whether the text is not what is in the documents any more.
    is_filled: bool,
}

impl Answered {
    async fn read(answer: Response, operations: &Operations) -> Result<Self, ApiError> {
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await;
        let text = body.map_err(|_| ApiError::BadGateway)?.to_bytes();
        let document = if parts.status == StatusCode::OK {
            serde_json::from_slice(&text).unwrap_or_default()
        } else {
            Value::Null
        };
        let documents = match document {
            Value::Array(documents) if operations.is_batch => documents,
            document @ Value::Object(_) if !operations.is_batch => vec![document],
            _ => Vec::new(),
        };
        let answers_all = documents.len() == operations.all.len();
        Ok(Self {
            parts,
            text,
            documents: if answers_all { documents } else { Vec::new() },
            is_filled: false,
        })
    }

    fn into_response(mut self, is_batch: bool) -> Response {
        if !self.is_filled {
            return Response::from_parts(self.parts, Body::from(self.text));
        }
        for name in [CONTENT_LENGTH, ETAG] {
            self.parts.headers.remove(name);
        }
        let text = written(self.documents.into_iter(), is_batch);
        Response::from_parts(self.parts, Body::from(text))
    }
}
