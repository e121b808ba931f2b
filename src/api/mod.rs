//! One file per family of endpoints: what a client asks, handed to a room, and what the room says, handed back.

pub mod ai;
pub mod code_suggestions;
pub mod graphql;
pub mod health;
pub mod instance;
pub mod oauth;
pub mod openapi;
pub mod projects;
pub mod tokens;
pub mod usage;
pub mod user;

use std::sync::Arc;

use axum::{http::request::Parts, response::Response};

use crate::{middleware::Notes, reply::ApiError};

/// What every handler returns.
pub type Reply = Result<Response, ApiError>;

/// The notes of a request; they are there for every request that came through the edge.
fn notes(parts: &Parts) -> Result<&Notes, ApiError> {
    parts
        .extensions
        .get::<Arc<Notes>>()
        .map(AsRef::as_ref)
        .ok_or(ApiError::Internal)
}
