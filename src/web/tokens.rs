//! The user's access tokens and connected editors. Editors open this page with `?name=…&scopes=…`, which fills in the form
//! and does no more. A new token is in the answer to the form and in no other page.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
};

use super::{
    PageReply,
    failure::Failure,
    frame::{Frame, Notice},
    visitor::{Visitor, done},
};
use crate::{
    auth::{Session, make_token},
    clock::{iso_date, parse_date},
    middleware::Fields,
    routes,
    state::App,
    store::{Grant, NewToken, Scopes, StoredToken},
};

/// Longest name of a token, in characters.
const LONGEST_NAME: usize = 255;

/// Scopes that the form offers, with what they open.
const OFFERED: &[(&str, &str)] = &[
    (
        "api",
        "Everything an editor needs. Choose this one for editor extensions.",
    ),
    (
        "ai_features",
        "Code Suggestions alone, for scripts and tests.",
    ),
    (
        "read_api",
        "Reading what the API tells about this instance.",
    ),
    ("read_user", "Reading your user name and number."),
];

#[derive(Template)]
#[template(path = "tokens.html", config = "src/web/askama.toml")]
struct TokensPage {
    frame: Frame,
    /// Shown here and nowhere again.
    made: Option<String>,
    name: String,
    expires_at: String,
    scopes: Vec<Offered>,
    tokens: Vec<Shown>,
    grants: Vec<Shown>,
}

struct Offered {
    name: &'static str,
    text: &'static str,
    chosen: bool,
}

/// A token or a connected editor.
struct Shown {
    id: i64,
    name: String,
    scopes: String,
    created: String,
    expires: Option<String>,
}

impl TokensPage {
    async fn load(
        app: &App,
        visitor: &Visitor,
        session: &Session,
        given: &Fields,
    ) -> Result<Self, Failure> {
        let now = app.clock.unix();
        let good = |token: &StoredToken| {
            !token.revoked && token.expires_at.is_none_or(|expires_at| expires_at > now)
        };
        let tokens = app.store.tokens_of(session.user.id).await?;
        let grants = app.store.grants_of(session.user.id, now).await?;
        let chosen: Vec<&str> = given
            .all("scopes")
            .flat_map(|scopes| scopes.split([',', ' ']))
            .collect();
        Ok(Self {
            frame: visitor.frame(app, "Access tokens", routes::ACCESS_TOKENS),
            made: None,
            name: given.text("name").chars().take(LONGEST_NAME).collect(),
            expires_at: given.text("expires_at").chars().take(10).collect(),
            scopes: OFFERED
                .iter()
                .map(|(name, text)| Offered {
                    name,
                    text,
                    chosen: chosen.contains(name),
                })
                .collect(),
            tokens: tokens.into_iter().filter(good).map(Shown::from).collect(),
            grants: grants.into_iter().map(Shown::from).collect(),
        })
    }
}

impl From<StoredToken> for Shown {
    fn from(token: StoredToken) -> Self {
        Self {
            id: token.id,
            name: token.name.into(),
            scopes: token.scopes.to_string(),
            created: iso_date(token.created_at),
            expires: token.expires_at.map(iso_date),
        }
    }
}

impl From<Grant> for Shown {
    fn from(grant: Grant) -> Self {
        Self {
            id: grant.id,
            name: grant.application_name,
            scopes: grant.scopes.to_string(),
            created: iso_date(grant.created_at),
            expires: None,
        }
    }
}

/// The form and the tokens.
pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let session = visitor.signed_in(&app, &parts)?;
    let query = Fields::of_query(&parts.uri);
    let mut page = TokensPage::load(&app, &visitor, session, &query).await?;
    let words = [
        ("revoked", "The token is revoked."),
        ("disconnected", "The editor is disconnected."),
    ];
    page.frame.notice = done(&parts, &words);
    Ok(visitor.page(StatusCode::OK, &page))
}

/// Makes or revokes a token, or disconnects an editor.
pub(super) async fn change(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let session = visitor.signed_in(&app, &parts)?;
    let form = visitor.form(&app, &parts, body).await?;
    let (user_id, now) = (session.user.id, app.clock.unix());
    let number = form.text("id").parse().unwrap_or(0);
    let done = match form.text("action") {
        "revoke" => {
            app.store.revoke_token_of(user_id, number, now).await?;
            "revoked"
        }
        "disconnect" => {
            app.store.revoke_grant_of(user_id, number, now).await?;
            "disconnected"
        }
        _ => return create(&app, &visitor, session, &form).await,
    };
    Ok(visitor.lead(&app, &format!("{}?done={done}", routes::ACCESS_TOKENS)))
}

async fn create(app: &App, visitor: &Visitor, session: &Session, form: &Fields) -> PageReply {
    let made = match wanted(app, form) {
        Err(problem) => Err(problem),
        Ok((name, scopes, expires_at)) => {
            let (token, digest) = make_token(&app.secret)?;
            let new = NewToken {
                username: session.user.username.to_string(),
                digest,
                name,
                scopes,
                created_at: app.clock.unix(),
                expires_at,
                application: None,
            };
            app.store.add_token(new).await?;
            Ok(token)
        }
    };
    match made {
        Ok(token) => {
            let mut page = TokensPage::load(app, visitor, session, &Fields::default()).await?;
            page.made = Some(token);
            Ok(visitor.page(StatusCode::CREATED, &page))
        }
        Err(problem) => {
            let mut page = TokensPage::load(app, visitor, session, form).await?;
            page.frame.notice = Some(Notice::bad(problem));
            Ok(visitor.page(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// Name, scopes and expiry of the token that the form asks for, or what is wrong with it.
fn wanted(app: &App, form: &Fields) -> Result<(String, Scopes, Option<i64>), &'static str> {
    let name = form.text("name").trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        return Err("Give the token a name.");
    }
    let scopes = form
        .all("scopes")
        .filter(|scope| OFFERED.iter().any(|(offered, _)| offered == scope))
        .filter_map(|scope| scope.parse().ok())
        .fold(Scopes::default(), Scopes::union);
    if scopes.is_empty() {
        return Err("Choose what the token may be used for.");
    }
    let expires_at = match form.text("expires_at") {
        "" => None,
        date => Some(parse_date(date).ok_or("An expiry date is written YYYY-MM-DD.")?),
    };
    if expires_at.is_some_and(|expires_at| expires_at <= app.clock.unix()) {
        return Err("The expiry date has to be in the future.");
    }
    Ok((name.to_owned(), scopes, expires_at))
}
