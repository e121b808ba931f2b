//! The users: add, block, switch, and a new sign-in link for whoever has lost the way in.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
};

use crate::{
    auth::SignInError,
    clock::iso_date,
    middleware::Fields,
    reply::ApiError,
    routes,
    state::App,
    store::{NewUser, StoreError, User, UserSwitch, UserSwitches},
    web::{
        PageReply,
        failure::Failure,
        frame::{Frame, Notice},
        visitor::{Visitor, done},
    },
};

#[derive(Template)]
#[template(path = "admin_users.html", config = "src/web/askama.toml")]
struct UsersPage {
    frame: Frame,
    users: Vec<Shown>,
    /// A new link with the name of its user, shown here and nowhere again.
    link: Option<(String, String)>,
}

struct Shown {
    name: String,
    admin: bool,
    blocked: bool,
    switches: UserSwitches,
    created: String,
    /// The administrator who looks, who is not to be locked out by a slip.
    own: bool,
}

impl Shown {
    fn of((user, switches): (User, UserSwitches), looks: &User) -> Self {
        Self {
            own: user.id == looks.id,
            name: user.username.into(),
            admin: user.admin,
            blocked: user.blocked,
            switches,
            created: iso_date(user.created_at),
        }
    }
}

/// What was done, for the page after it.
enum Done {
    /// A word that the page knows.
    Word(&'static str),
    /// A link for a user.
    Link(String, String),
    /// Nothing; the reason.
    Not(String),
}

/// The users.
pub(in crate::web) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let admin = visitor.admin(&app, &parts)?;
    let words = [
        ("blocked", "The user is blocked and signed out."),
        ("unblocked", "The user is not blocked any more."),
        ("on", "Code Suggestions are allowed for the user."),
        ("off", "Code Suggestions are off for the user."),
    ];
    let page = page(&app, &visitor, admin, None).await?;
    let frame = page.frame.clone().with(done(&parts, &words));
    Ok(visitor.page(StatusCode::OK, &UsersPage { frame, ..page }))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    admin: &User,
    link: Option<(String, String)>,
) -> Result<UsersPage, Failure> {
    let users = app.store.users_with_switches().await?;
    Ok(UsersPage {
        frame: visitor.frame(app, "Users", routes::ADMIN_USERS),
        users: users
            .into_iter()
            .map(|user| Shown::of(user, admin))
            .collect(),
        link,
    })
}

/// Adds or changes a user.
pub(in crate::web) async fn change(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let admin = visitor.admin(&app, &parts)?;
    let form = visitor.form(&app, &parts, body).await?;
    match changed(&app, admin, &form).await? {
        Done::Word(word) => Ok(visitor.lead(&app, &format!("{}?done={word}", routes::ADMIN_USERS))),
        Done::Link(name, link) => {
            let url = routes::sign_in_link(&app.instance.external_url, &link);
            let page = page(&app, &visitor, admin, Some((name, url))).await?;
            Ok(visitor.page(StatusCode::CREATED, &page))
        }
        Done::Not(reason) => {
            let mut page = page(&app, &visitor, admin, None).await?;
            page.frame.notice = Some(Notice::bad(reason));
            Ok(visitor.page(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

async fn changed(app: &App, admin: &User, form: &Fields) -> Result<Done, Failure> {
    let name = form.text("name").trim().to_owned();
    let (switch, on, word) = match form.text("action") {
        "add" => return add(app, name, form.get("admin").is_some()).await,
        "link" => return link(app, name).await,
        "block" if name.eq_ignore_ascii_case(&admin.username) => {
            return Ok(Done::Not("You cannot block yourself.".to_owned()));
        }
        "block" => (UserSwitch::Blocked, true, "blocked"),
        "unblock" => (UserSwitch::Blocked, false, "unblocked"),
        "on" => (UserSwitch::CodeSuggestions, true, "on"),
        "off" => (UserSwitch::CodeSuggestions, false, "off"),
        _ => return Err(ApiError::BadRequest.into()),
    };
    app.store.switch_user(name, switch, on).await?;
    Ok(Done::Word(word))
}

async fn add(app: &App, name: String, admin: bool) -> Result<Done, Failure> {
    let new = match NewUser::try_new(name, admin, app.clock.unix()) {
        Ok(new) => new,
        Err(error) => return Ok(Done::Not(format!("{error}."))),
    };
    match app.store.add_user(new).await {
        Ok(user) => link(app, user.username.into()).await,
        Err(error @ StoreError::UserExists(_)) => Ok(Done::Not(format!("{error}."))),
        Err(error) => Err(error.into()),
    }
}

async fn link(app: &App, name: String) -> Result<Done, Failure> {
    match app.sessions.make_link(&name).await {
        Ok(link) => Ok(Done::Link(name, link)),
        Err(SignInError::Store(error)) => Err(error.into()),
        Err(other) => Err(other.into()),
    }
}
