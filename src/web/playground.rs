//! The playground: an editor in the browser that asks this server's own completions endpoint, as an editor does, with the
//! session and its form token instead of an access token. What it costs counts like any other request of the user.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
};

use super::{PageReply, frame::Frame, visitor::Visitor};
use crate::{routes, state::App};

#[derive(Template)]
#[template(path = "playground.html", config = "src/web/askama.toml")]
struct PlaygroundPage {
    frame: Frame,
    completions: &'static str,
    sample: &'static str,
}

/// What stands in the editor at first.
const SAMPLE: &str = "class Car:
    def __init__(self):
        self.is_running = False
        self.speed = 0

    def start(self):
        self.is_running = True

    def increase_speed(self, increment):";

/// The editor.
pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    visitor.signed_in(&app, &parts)?;
    let page = PlaygroundPage {
        frame: visitor.frame(&app, "Playground", routes::PLAYGROUND),
        completions: routes::COMPLETIONS,
        sample: SAMPLE,
    };
    Ok(visitor.page(StatusCode::OK, &page))
}
