//! What a user decides for himself: whether Code Suggestions are wanted, and the password.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
};

use super::{
    PageReply,
    frame::{Frame, Notice},
    visitor::{Visitor, done, switch},
};
use crate::{
    auth::{Session, SignInError},
    middleware::Fields,
    routes,
    state::App,
    store::UserSwitch,
};

#[derive(Template)]
#[template(path = "preferences.html", config = "src/web/askama.toml")]
struct PreferencesPage {
    frame: Frame,
    /// Whether an administrator lets the user have suggestions.
    allowed: bool,
    wanted: bool,
    has_password: bool,
}

/// The preferences as they are.
pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let session = visitor.signed_in(&app, &parts)?;
    let words = [
        ("on", "Code Suggestions are on for you."),
        ("off", "Code Suggestions are off for you."),
        (
            "password",
            "The password is set. You are signed out everywhere else.",
        ),
    ];
    let notice = done(&parts, &words);
    page(&app, &visitor, session, (StatusCode::OK, notice)).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    (status, notice): (StatusCode, Option<Notice>),
) -> PageReply {
    let switches = app.store.switches_of(session.user.id).await?;
    let page = PreferencesPage {
        frame: visitor
            .frame(app, "Preferences", routes::PREFERENCES)
            .with(notice),
        allowed: switches.allowed,
        wanted: switches.wanted,
        has_password: app.sessions.has_password(&session.user).await?,
    };
    Ok(visitor.page(status, &page))
}

/// Sets one of them.
pub(super) async fn change(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let session = visitor.signed_in(&app, &parts)?;
    let form = visitor.form(&app, &parts, body).await?;
    if form.text("action") == "password" {
        return set_password(&app, &visitor, session, &form).await;
    }
    let (on, word) = switch(&form)?;
    let username = session.user.username.to_string();
    app.store
        .switch_user(username, UserSwitch::Wanted, on)
        .await?;
    Ok(visitor.lead(&app, &format!("{}?done={word}", routes::PREFERENCES)))
}

async fn set_password(app: &App, visitor: &Visitor, session: &Session, form: &Fields) -> PageReply {
    let (old, new) = (form.text("old_password"), form.text("new_password"));
    let (old, new, address) = (old.to_owned(), new.to_owned(), visitor.address);
    let changed = app.sessions.change_password(session, old, new, address);
    let text = match changed.await {
        Ok(()) => {
            let done = format!("{}?done=password", routes::PREFERENCES);
            return Ok(visitor.lead(app, &done));
        }
        Err(SignInError::Wrong) => "The present password is wrong.".to_owned(),
        Err(SignInError::Password(error)) => format!("The password was not set: {error}."),
        Err(other) => return Err(other.into()),
    };
    let shown = (StatusCode::UNPROCESSABLE_ENTITY, Some(Notice::bad(text)));
    page(app, visitor, session, shown).await
}
