//! Signing in, by password or one-time link, and out. Opening a link signs nobody in: programs that look at what
//! messages link to would use it up; the button does.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::Response,
};

use super::{
    PageReply,
    failure::Failure,
    frame::{Frame, Notice},
    visitor::{Visitor, return_to},
};
use crate::{auth::SignInError, middleware::Fields, routes, state::App};

#[derive(Template)]
#[template(path = "sign_in.html", config = "src/web/askama.toml")]
struct SignInPage {
    frame: Frame,
    return_to: String,
    username: String,
    /// A link, and whom it would sign in.
    link: Option<(String, String)>,
}

/// The form, or the button of a link.
pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let query = Fields::of_query(&parts.uri);
    let return_to = return_to(query.text("return_to")).to_owned();
    let mut page = SignInPage {
        frame: visitor.frame(&app, "Sign in", routes::SIGN_IN),
        return_to,
        username: String::new(),
        link: None,
    };
    if let Some(link) = query.get("link") {
        match app.sessions.link_user(link).await? {
            Some(user) => page.link = Some((link.to_owned(), user.username.into())),
            None => page.frame.notice = Some(Notice::bad(USED_LINK)),
        }
    } else if visitor.session().is_some() {
        return Ok(visitor.lead(&app, &page.return_to));
    }
    Ok(visitor.page(StatusCode::OK, &page))
}

const USED_LINK: &str = "This link has been used or has expired. Ask for a new one.";

/// Signs in.
pub(super) async fn sign_in(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, body) = request.into_parts();
    let mut visitor = Visitor::of(&app, &parts).await?;
    let form = visitor.form(&app, &parts, body).await?;
    let result = if let Some(link) = form.get("link") {
        app.sessions.sign_in_by_link(link).await
    } else {
        let (username, password) = (form.text("username"), form.text("password").to_owned());
        let address = visitor.address;
        app.sessions.sign_in(username, password, address).await
    };
    let return_to = return_to(form.text("return_to"));
    match result {
        Ok(new) => {
            // Whoever used this browser before is not signed in any more.
            if let Some(session) = visitor.session() {
                app.sessions.end(session).await?;
            }
            visitor.begin(&app, &new.cookie);
            Ok(visitor.lead(&app, return_to))
        }
        Err(error) => {
            let page = SignInPage {
                frame: visitor.frame(&app, "Sign in", routes::SIGN_IN),
                return_to: return_to.to_owned(),
                username: form.text("username").to_owned(),
                link: None,
            };
            refused(&visitor, page, error)
        }
    }
}

fn refused(
    visitor: &Visitor,
    mut page: SignInPage,
    error: SignInError,
) -> Result<Response, Failure> {
    let (status, text, wait) = match error {
        SignInError::Wrong => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "User name or password is wrong.",
            None,
        ),
        SignInError::Link => (StatusCode::UNPROCESSABLE_ENTITY, USED_LINK, None),
        SignInError::TooMany(seconds) => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many attempts. Wait a few minutes, or ask for a sign-in link.",
            Some(seconds),
        ),
        other => return Err(other.into()),
    };
    page.frame.notice = Some(Notice::bad(text));
    let mut response = visitor.page(status, &page);
    if let Some(seconds) = wait {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// Signs out.
pub(super) async fn sign_out(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, body) = request.into_parts();
    let mut visitor = Visitor::of(&app, &parts).await?;
    visitor.form(&app, &parts, body).await?;
    if let Some(session) = visitor.session() {
        app.sessions.end(session).await?;
    }
    visitor.end(&app);
    Ok(visitor.lead(&app, routes::HOME))
}
