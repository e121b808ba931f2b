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

use axum::response::Response;

use crate::reply::ApiError;

/// What every handler returns.
pub type Reply = Result<Response, ApiError>;
