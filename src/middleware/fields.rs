//! The fields of forms and queries, flat and small: what web pages and the endpoints of OAuth take. Code Suggestions have a
//! reader of their own, which knows nesting and megabytes.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Uri, header::CONTENT_TYPE, request::Parts},
};
use serde_json::Value;

use super::{Notes, read_strangers_body};
use crate::{reply::ApiError, state::App};

/// Fields by name, in the order in which they came.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields of a query.
    pub fn of_query(uri: &Uri) -> Self {
        Self(pairs(uri.query().unwrap_or_default().as_bytes()))
    }

    /// The fields of a form that a browser sends.
    pub async fn of_form(app: &App, parts: &Parts, body: Body) -> Result<Self, ApiError> {
        let body = read(app, parts, body).await?;
        match media_type(parts).as_str() {
            FORM => Ok(Self(pairs(&body))),
            other => Err(ApiError::MediaType(other.to_owned())),
        }
    }

    /// The fields that an application sends: a form, JSON, or the query alone. RFC 6749 knows the form only; JetBrains
    /// editors send the query, and GitLab takes all three.
    pub async fn of_application(app: &App, parts: &Parts, body: Body) -> Result<Self, ApiError> {
        let body = read(app, parts, body).await?;
        let Self(mut fields) = Self::of_query(&parts.uri);
        match media_type(parts).as_str() {
            _ if body.is_empty() => {}
            "application/json" => fields.extend(members(&body)?),
            "" | FORM => fields.extend(pairs(&body)),
            other => return Err(ApiError::MediaType(other.to_owned())),
        }
        Ok(Self(fields))
    }

    /// The first field of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The first field of that name, or nothing.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Every field of that name.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0
            .iter()
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether any of these names is given more than once.
    pub fn repeats(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.all(name).nth(1).is_some())
    }
}

async fn read(app: &App, parts: &Parts, body: Body) -> Result<Bytes, ApiError> {
    let body = read_strangers_body(app, &parts.headers, body).await?;
    if let Some(notes) = parts.extensions.get::<Arc<Notes>>() {
        notes.set_bytes_in(body.len());
    }
    Ok(body)
}

const FORM: &str = "application/x-www-form-urlencoded";

fn media_type(parts: &Parts) -> String {
    let value = parts.headers.get(CONTENT_TYPE).map(HeaderValue::to_str);
    let value = value.and_then(Result::ok).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn members(text: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let Ok(Value::Object(members)) = serde_json::from_slice(text) else {
        return Err(ApiError::InvalidJson);
    };
    let texts = members.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        _ => None,
    });
    Ok(texts.collect())
}
