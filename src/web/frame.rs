//! What stands around the content of every page: title, navigation, who is signed in, and the word on what was just done.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::assets;
use crate::{reply::ApiError, routes, state::App};

/// A page that the navigation leads to.
pub(super) struct Entry {
    /// Its path.
    pub(super) path: &'static str,
    /// What it is called.
    pub(super) title: &'static str,
    /// Who is led there.
    pub(super) for_whom: ForWhom,
}

/// Whom a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ForWhom {
    /// Everybody.
    Anybody,
    /// Whoever is signed in.
    Users,
    /// Administrators.
    Admins,
}

/// The navigation: one line for each page.
const PAGES: &[Entry] = &[
    page(routes::HOME, "Connect", ForWhom::Anybody),
    page(routes::PLAYGROUND, "Playground", ForWhom::Users),
    page(routes::ACCESS_TOKENS, "Access tokens", ForWhom::Users),
    page(routes::PREFERENCES, "Preferences", ForWhom::Users),
    page(routes::ADMIN, "Instance", ForWhom::Admins),
    page(routes::ADMIN_USERS, "Users", ForWhom::Admins),
    page(routes::ADMIN_PROJECTS, "Projects", ForWhom::Admins),
    page(routes::ADMIN_USAGE, "Usage", ForWhom::Admins),
];

const fn page(path: &'static str, title: &'static str, for_whom: ForWhom) -> Entry {
    Entry {
        path,
        title,
        for_whom,
    }
}

/// A word on what was just done or not done.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    pub(super) good: bool,
    pub(super) text: String,
}

/// What stands around a page.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Path of the external URL, before every link.
    pub(super) base: String,
    pub(super) title: &'static str,
    /// Path of the page itself.
    pub(super) path: &'static str,
    /// Name of the user.
    pub(super) user: Option<String>,
    pub(super) sees: ForWhom,
    /// What every form carries.
    pub(super) form_token: String,
    /// Of style, script and icon.
    pub(super) version: &'static str,
    pub(super) notice: Option<Notice>,
}

impl Notice {
    pub(super) fn good(text: impl Into<String>) -> Self {
        Self {
            good: true,
            text: text.into(),
        }
    }

    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self {
            good: false,
            text: text.into(),
        }
    }
}

impl Frame {
    /// A frame for a page that anybody may get.
    pub(super) fn bare(app: &App, title: &'static str) -> Self {
        Self {
            base: app.instance.base_path.clone(),
            title,
            path: "",
            user: None,
            sees: ForWhom::Anybody,
            form_token: String::new(),
            version: &assets::VERSION,
            notice: None,
        }
    }

    pub(super) fn with(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice;
        self
    }

    pub(super) fn pages(&self) -> impl Iterator<Item = &'static Entry> {
        let sees = self.sees;
        PAGES.iter().filter(move |page| page.for_whom <= sees)
    }
}

/// A page as a reply.
pub(super) fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => {
            let mut response = Response::new(text.into());
            *response.status_mut() = status;
            response.headers_mut().insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            );
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            ApiError::Internal.into_response()
        }
    }
}
