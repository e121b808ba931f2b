//! The web pages: rendered here from templates that are compiled in and escape whatever they are given. Every handler begins
//! with the [`visitor::Visitor`], who is the only way to read a form and to answer with a page. No page needs the script;
//! the playground alone does, since it asks the API itself.

mod admin;
mod assets;
mod authorize;
mod dress;
mod failure;
mod frame;
mod home;
mod playground;
mod preferences;
mod sign_in;
mod tokens;
mod visitor;

pub use dress::dressed;

use std::sync::Arc;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use crate::{routes, state::App};
use failure::Failure;

/// What every handler of a page returns.
type PageReply = Result<Response, Failure>;

/// The pages by their paths.
pub fn pages() -> Router<Arc<App>> {
    Router::new()
        .route(routes::HOME, get(home::show))
        .route(routes::SIGN_IN, get(sign_in::show).post(sign_in::sign_in))
        .route(routes::SIGN_OUT, post(sign_in::sign_out))
        .route(
            routes::ACCESS_TOKENS,
            get(tokens::show).post(tokens::change),
        )
        .route(
            routes::PREFERENCES,
            get(preferences::show).post(preferences::change),
        )
        .route(routes::PLAYGROUND, get(playground::show))
        .route(routes::ADMIN, get(admin::show).post(admin::change))
        .route(
            routes::ADMIN_USERS,
            get(admin::users::show).post(admin::users::change),
        )
        .route(
            routes::ADMIN_PROJECTS,
            get(admin::projects::show).post(admin::projects::change),
        )
        .route(routes::ADMIN_USAGE, get(admin::usage::show))
        .route(
            routes::AUTHORIZE,
            get(authorize::show).post(authorize::decide),
        )
        .route(routes::STYLE, get(assets::style))
        .route(routes::SCRIPT, get(assets::script))
        .route(routes::ICON, get(assets::icon))
}
