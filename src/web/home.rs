//! The first page: how to connect an editor. Open to everybody, since it says no more than the URL that one has typed.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde_json::json;

use super::{PageReply, frame::Frame, visitor::Visitor};
use crate::{routes, state::App};

#[derive(Template)]
#[template(path = "home.html", config = "src/web/askama.toml")]
struct HomePage {
    frame: Frame,
    url: String,
    /// Applications for "Sign in with browser", with the setting that VS Code wants for each.
    applications: Vec<Application>,
}

struct Application {
    name: String,
    client_id: String,
    setting: String,
}

/// How to connect an editor.
pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let url = &app.instance.external_url;
    let applications = match visitor.session() {
        None => Vec::new(),
        Some(_) => app.store.applications().await?,
    };
    let applications = applications
        .into_iter()
        .map(|application| Application {
            setting: setting(url, &application.uid),
            name: application.name,
            client_id: application.uid,
        })
        .collect();
    let page = HomePage {
        frame: visitor.frame(&app, "Connect your editor", routes::HOME),
        url: url.clone(),
        applications,
    };
    Ok(visitor.page(StatusCode::OK, &page))
}

fn setting(url: &str, client_id: &str) -> String {
    let ids = json!({ url: client_id });
    format!("\"gitlab.authentication.oauthClientIds\": {ids}")
}
