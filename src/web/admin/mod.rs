//! Pages for administrators: the instance and its gateway here, users, projects and usage below.

pub(super) mod projects;
pub(super) mod usage;
pub(super) mod users;

use std::{sync::Arc, time::Duration};

use askama::Template;
use axum::{
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{StatusCode, request::Parts},
};
use serde_json::{Value, json};

use super::{
    PageReply,
    failure::Failure,
    frame::{Frame, Notice},
    visitor::{Visitor, done, switch},
};
use crate::{
    config::GatewayKind,
    gateway::Asker,
    middleware::Notes,
    params::{CompletionRequest, Params},
    reply::ApiError,
    routes,
    state::App,
    store::User,
    suggestions::{self, Form},
};

/// Longest answer to a check that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "admin.html", config = "src/web/askama.toml")]
struct InstancePage {
    frame: Frame,
    version: &'static str,
    gitlab_version: String,
    url: String,
    instance_id: String,
    users: usize,
    /// Whether the settings let the instance give suggestions at all.
    allowed: bool,
    on: bool,
    gateway: &'static str,
    gateway_url: Option<String>,
    ready: bool,
}

/// The instance and its gateway.
pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    visitor.admin(&app, &parts)?;
    let words = [
        ("on", "Code Suggestions are on for this instance."),
        ("off", "Code Suggestions are off for this instance."),
    ];
    page(&app, &visitor, done(&parts, &words)).await
}

async fn page(app: &App, visitor: &Visitor, notice: Option<Notice>) -> PageReply {
    let settings = &app.settings;
    let page = InstancePage {
        frame: visitor.frame(app, "Instance", routes::ADMIN).with(notice),
        version: env!("CARGO_PKG_VERSION"),
        gitlab_version: app.instance.version.clone(),
        url: app.instance.external_url.clone(),
        instance_id: app.instance.id.clone(),
        users: app.store.users().await?.len(),
        allowed: settings.instance.enabled,
        on: app.store.instance_switch().await?.unwrap_or(true),
        gateway: match settings.gateway.kind {
            GatewayKind::Builtin => "The gateway in this binary",
            GatewayKind::AiGateway => "GitLab's AI Gateway",
            GatewayKind::GitLab => "Another GitLab",
        },
        gateway_url: settings.gateway.url.clone(),
        ready: app.store.ping().await.is_ok(),
    };
    Ok(visitor.page(StatusCode::OK, &page))
}

/// Sets the switch of the instance, or asks the gateway whether it works.
pub(super) async fn change(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let admin = visitor.admin(&app, &parts)?;
    let form = visitor.form(&app, &parts, body).await?;
    if form.text("action") == "check" {
        let notice = checked(&app, &parts, admin).await;
        return page(&app, &visitor, Some(notice)).await;
    }
    let (on, word) = switch(&form)?;
    app.store.switch_instance(on).await?;
    Ok(visitor.lead(&app, &format!("{}?done={word}", routes::ADMIN)))
}

/// Asks the gateway for a small completion, the one way to know that it gives any.
async fn checked(app: &App, parts: &Parts, admin: &User) -> Notice {
    let begun = app.clock.monotonic();
    let answer = asked(app, parts, admin).await;
    let took = app.clock.monotonic().saturating_sub(begun);
    match answer {
        Ok((status, _)) if !status.is_success() => {
            Notice::bad(format!("The gateway refuses with status {status}."))
        }
        Ok((_, model)) => Notice::good(format!(
            "The gateway answers: {model}, {} ms.",
            whole_millis(took)
        )),
        Err(Failure::Refused(error)) => {
            Notice::bad(format!("The gateway gives no answer: {error}."))
        }
        Err(Failure::Elsewhere(_)) => Notice::bad("The gateway gives no answer."),
    }
}

fn whole_millis(took: Duration) -> u128 {
    took.as_millis()
}

async fn asked(app: &App, parts: &Parts, admin: &User) -> Result<(StatusCode, String), Failure> {
    let body = json!({
        "current_file": {
            "file_name": "check.py",
            "content_above_cursor": "def add(first, second):\n    return first + ",
            "content_below_cursor": "\n",
        },
        "intent": "completion",
    });
    let body = Bytes::from(body.to_string());
    let params = Params::read(Some(b"application/json"), None, body).await?;
    let request = CompletionRequest::from_params(params)?;
    let notes = parts.extensions.get::<Arc<Notes>>();
    let asker = Asker {
        user_id: admin.id,
        global_user_id: app.global_user_id(admin.id),
        request_id: &notes.ok_or(ApiError::Internal)?.request_id,
        language_server: None,
        project_id: None,
        host: None,
    };
    let gateway = (&app.gateway, app.features());
    let shaped =
        suggestions::suggest(gateway, &request, &asker, Form::Document, &app.clock).await?;
    let answer = to_bytes(shaped.body, LONGEST_ANSWER).await;
    let answer = answer.map_err(|_| ApiError::BadGateway)?;
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let told = |name: &str| {
        answer["model"][name]
            .as_str()
            .unwrap_or("not told")
            .to_owned()
    };
    Ok((
        shaped.status,
        format!("model {} ({})", told("name"), told("engine")),
    ))
}
