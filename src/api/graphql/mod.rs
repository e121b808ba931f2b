//! `POST /api/graphql`: what editors ask at start and for each project (GitLab 16.8 and later). A token that is no good is
//! refused as a whole; without a token there is no current user. Introspection works. A list of operations gets a list of answers.

mod schema;

pub use schema::{CONTEXTS, Schema, schema};

use std::sync::Arc;

use async_graphql::{PathSegment, ServerError, Variables};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::yield_now;

use super::Reply;
use crate::{
    auth::{AuthError, Caller},
    middleware::{AuthOrApiError, authenticated, read_body, read_strangers_body},
    reply::{self, ApiError},
    state::App,
    store::{Scope, Scopes},
};

/// Longest query text, in characters; of a list, that of all together.
const LONGEST_QUERY: usize = 10_000;

/// Operations of a list.
pub(super) const MOST_OPERATIONS: usize = 20;

/// Errors that are told of one operation, and characters of each.
const MOST_ERRORS: usize = 5;
const LONGEST_MESSAGE: usize = 200;

const ACCEPTED: Scopes = Scopes::of(&[Scope::Api, Scope::ReadApi, Scope::AiFeatures]);

#[derive(Deserialize)]
struct Asked {
    query: String,
    #[serde(default)]
    variables: Option<serde_json::Value>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

/// What a request asks for.
struct Operations {
    all: Vec<Asked>,
    is_list: bool,
}

/// Who asks, as resolvers see it.
#[derive(Clone)]
pub(super) struct Asking {
    app: Arc<App>,
    caller: Option<Caller>,
}

/// Answers an operation.
pub async fn execute(
    State(app): State<Arc<App>>,
    Extension(schema): Extension<Schema>,
    request: Request,
) -> Reply {
    let (parts, body) = request.into_parts();
    let caller = match authenticated(&app, &parts).await {
        Ok(caller) if caller.scopes.intersects(ACCEPTED) => Some(caller),
        Ok(_) => return Ok(refused(StatusCode::UNAUTHORIZED, "Invalid token")),
        Err(AuthOrApiError::Auth(AuthError::Unknown)) if !carries_credential(&parts) => None,
        Err(AuthOrApiError::Auth(error)) if error.is_undecided() => return Err(error.into()),
        Err(AuthOrApiError::Auth(_)) => {
            return Ok(refused(StatusCode::UNAUTHORIZED, "Invalid token"));
        }
        Err(AuthOrApiError::Api(error)) => return Err(error),
    };
    let body = match caller {
        Some(_) => read_body(&app, &parts.headers, body).await?,
        None => read_strangers_body(&app, &parts.headers, body).await?,
    };
    let is_json = parts.headers.get(CONTENT_TYPE).is_none_or(is_json);
    let asking = Asking { app, caller };
    let Some(Operations { all, is_list }) = Operations::read(&body).filter(|_| is_json) else {
        return Ok(refused(
            StatusCode::BAD_REQUEST,
            "The request is no GraphQL operation",
        ));
    };
    let characters: usize = all.iter().map(|one| one.query.chars().count()).sum();
    if all.len() > MOST_OPERATIONS || characters > LONGEST_QUERY {
        return Ok(refused(StatusCode::OK, "Query too large"));
    }
    let mut answers = Vec::with_capacity(all.len());
    for operation in all {
        // A thread serves many, and a list takes twenty times as long as one operation.
        yield_now().await;
        answers.push(answer(&schema, operation, asking.clone()).await?);
    }
    let answer = match answers.pop() {
        Some(only) if !is_list => only,
        last => answers.into_iter().chain(last).collect(),
    };
    Ok(reply::json_value(StatusCode::OK, &answer))
}

impl Operations {
    /// Those in a body; `None` if there is none.
    fn read(body: &[u8]) -> Option<Self> {
        let is_list = body.trim_ascii_start().starts_with(b"[");
        let all = if is_list {
            serde_json::from_slice(body).ok()?
        } else {
            vec![serde_json::from_slice(body).ok()?]
        };
        Some(Self { all, is_list }).filter(|operations| !operations.all.is_empty())
    }
}

async fn answer(schema: &Schema, operation: Asked, asking: Asking) -> Result<Value, ApiError> {
    let mut asked = async_graphql::Request::new(operation.query).variables(
        operation
            .variables
            .map_or_else(Variables::default, Variables::from_json),
    );
    if let Some(name) = operation.operation_name.filter(|name| !name.is_empty()) {
        asked = asked.operation_name(name);
    }
    let answer = schema.execute(asked.data(asking)).await;
    if !answer.errors.is_empty() {
        // Editors take data next to errors for a failure; there is never both.
        let told = answer.errors.iter().take(MOST_ERRORS);
        let errors: Vec<_> = told.map(shown).collect();
        return Ok(json!({ "errors": errors }));
    }
    let data = answer.data.into_json().map_err(|_| ApiError::Internal)?;
    Ok(json!({ "data": data }))
}

/// An error as GraphQL has it (October 2021, section 7.1.2): with the places in the document, and the place in the answer if it
/// came so far.
fn shown(error: &ServerError) -> Value {
    let mut shown = json!({ "message": in_short(error) });
    let places = error.locations.iter().take(MOST_ERRORS);
    let places: Vec<_> = places
        .map(|at| json!({ "line": at.line, "column": at.column }))
        .collect();
    if !places.is_empty() {
        shown["locations"] = places.into();
    }
    if !error.path.is_empty() {
        let path = error.path.iter().map(|segment| match segment {
            PathSegment::Field(name) => json!(name),
            PathSegment::Index(index) => json!(index),
        });
        shown["path"] = path.collect();
    }
    shown
}

/// What is wrong with an operation, without the lines of it that the parser shows.
fn in_short(error: &ServerError) -> String {
    match error.locations.first() {
        Some(at) if error.message.contains('\n') => {
            format!("Parse error at line {}, column {}", at.line, at.column)
        }
        _ => error.message.chars().take(LONGEST_MESSAGE).collect(),
    }
}

fn refused(status: StatusCode, message: &str) -> Response {
    reply::json_value(status, &json!({ "errors": [{ "message": message }] }))
}

fn is_json(value: &HeaderValue) -> bool {
    value
        .to_str()
        .is_ok_and(|text| text.to_ascii_lowercase().starts_with("application/json"))
}

fn carries_credential(parts: &axum::http::request::Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    parts.headers.contains_key("authorization")
        || parts.headers.contains_key("private-token")
        || query.contains("token=")
}
