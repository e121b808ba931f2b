//! Who looks at a page, known by a cookie, and what they send. A form counts only with a token that is bound to that cookie
//! and that none but our own pages can hold; what browsers tell about where a form comes from has to agree.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header::SET_COOKIE, request::Parts},
    response::Response,
};

use super::{
    failure::{Failure, see_other},
    frame::{ForWhom, Frame, Notice, html},
};
use crate::{
    auth::{Session, random_text},
    middleware::{Fields, Notes, SESSION_COOKIE, cookie, is_from_here},
    reply::ApiError,
    routes,
    state::App,
    store::User,
};

/// What a browser that nobody is signed in with is known by, so that the sign-in form can be bound to it.
const VISIT_COOKIE: &str = "code_suggestions_visit";

/// Name of the field that proves where a form comes from: GitLab's own.
const FORM_TOKEN: &str = "authenticity_token";

/// Who looks at a page.
pub(super) struct Visitor {
    session: Option<Session>,
    /// What form tokens are bound to.
    cookie: String,
    /// Cookies that go along with the answer.
    set: Vec<HeaderValue>,
    /// Where the visitor is.
    pub(super) address: IpAddr,
}

impl Visitor {
    /// Who sends this request.
    pub(super) async fn of(app: &App, parts: &Parts) -> Result<Self, Failure> {
        let notes = parts.extensions.get::<Arc<Notes>>();
        let mut visitor = Self {
            session: None,
            cookie: String::new(),
            set: Vec::new(),
            address: notes.map_or(Ipv4Addr::UNSPECIFIED.into(), |notes| notes.client),
        };
        if let Some(given) = cookie(&parts.headers, SESSION_COOKIE)
            && let Some(session) = app.sessions.session(given).await?
        {
            if let Some(notes) = parts.extensions.get::<Arc<Notes>>() {
                notes.set_user(session.user.id);
            }
            given.clone_into(&mut visitor.cookie);
            visitor.session = Some(session);
        } else if let Some(given) = cookie(&parts.headers, VISIT_COOKIE) {
            given.clone_into(&mut visitor.cookie);
        } else {
            visitor.cookie = random_text::<16>()?;
            let visit = visitor.cookie.clone();
            visitor.set_cookie(app, VISIT_COOKIE, &visit, None);
        }
        Ok(visitor)
    }

    /// The session, if anybody is signed in.
    pub(super) fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The session; who has none is led to the sign-in page and from there back here.
    pub(super) fn signed_in(&self, app: &App, parts: &Parts) -> Result<&Session, Failure> {
        self.session.as_ref().ok_or_else(|| {
            let here = parts
                .uri
                .path_and_query()
                .map_or("/", axum::http::uri::PathAndQuery::as_str);
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("return_to", here);
            let base = &app.instance.base_path;
            let query = query.finish();
            Failure::Elsewhere(format!("{base}{}?{query}", routes::SIGN_IN))
        })
    }

    /// The administrator who is signed in.
    pub(super) fn admin(&self, app: &App, parts: &Parts) -> Result<&User, Failure> {
        let session = self.signed_in(app, parts)?;
        if session.user.admin {
            Ok(&session.user)
        } else {
            Err(ApiError::Forbidden.into())
        }
    }

    /// The form that the visitor sends.
    pub(super) async fn form(
        &self,
        app: &App,
        parts: &Parts,
        body: Body,
    ) -> Result<Fields, Failure> {
        if !is_from_here(app, &parts.headers) {
            return Err(ApiError::ForeignForm.into());
        }
        let form = Fields::of_form(app, parts, body).await?;
        if !app
            .secret
            .is_form_token(&self.cookie, form.text(FORM_TOKEN))
        {
            return Err(ApiError::ForeignForm.into());
        }
        Ok(form)
    }

    /// What stands around a page for this visitor.
    pub(super) fn frame(&self, app: &App, title: &'static str, path: &'static str) -> Frame {
        let user = self.session.as_ref().map(|session| &session.user);
        Frame {
            path,
            user: user.map(|user| user.username.to_string()),
            sees: match user {
                None => ForWhom::Anybody,
                Some(user) if user.admin => ForWhom::Admins,
                Some(_) => ForWhom::Users,
            },
            form_token: app.secret.form_token(&self.cookie),
            ..Frame::bare(app, title)
        }
    }

    /// From now on the browser is signed in with that cookie.
    pub(super) fn begin(&mut self, app: &App, cookie: &str) {
        let lifetime = app.settings.web.session_lifetime.as_secs();
        self.set_cookie(app, SESSION_COOKIE, cookie, Some(lifetime));
        self.set_cookie(app, VISIT_COOKIE, "", Some(0));
    }

    /// The browser is signed in no more.
    pub(super) fn end(&mut self, app: &App) {
        self.set_cookie(app, SESSION_COOKIE, "", Some(0));
    }

    /// Answers with a page.
    pub(super) fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        self.carry(html(status, page))
    }

    /// Answers by leading to another page of this server.
    pub(super) fn lead(&self, app: &App, path: &str) -> Response {
        self.carry(see_other(&format!("{}{path}", app.instance.base_path)))
    }

    /// Puts the cookies on an answer.
    pub(super) fn carry(&self, mut response: Response) -> Response {
        for cookie in &self.set {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        response
    }

    fn set_cookie(&mut self, app: &App, name: &str, value: &str, lifetime: Option<u64>) {
        let base = &app.instance.base_path;
        let path = if base.is_empty() { "/" } else { base };
        let secure = if app.instance.external_url.starts_with("https:") {
            "; Secure"
        } else {
            ""
        };
        let age = lifetime.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
        let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{age}");
        self.set.extend(HeaderValue::from_str(&cookie));
    }
}

/// What was just done, from a query of ours: one of fixed words, so that a link cannot make a page say anything.
pub(super) fn done(parts: &Parts, words: &[(&str, &'static str)]) -> Option<Notice> {
    let query = Fields::of_query(&parts.uri);
    let given = query.get("done")?;
    words
        .iter()
        .find(|(word, _)| *word == given)
        .map(|(_, text)| Notice::good(*text))
}

/// The switch that a form sets, with the word for it.
pub(super) fn switch(form: &Fields) -> Result<(bool, &'static str), Failure> {
    match form.text("code_suggestions") {
        "on" => Ok((true, "on")),
        "off" => Ok((false, "off")),
        _ => Err(ApiError::BadRequest.into()),
    }
}

/// Where to go after signing in: a page of this server and nothing else, whatever a link says.
pub(super) fn return_to(given: &str) -> &str {
    let path = given.split(['?', '#']).next().unwrap_or_default();
    let plain = given
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let known = routes::template(path) != routes::OTHER;
    if plain && known { given } else { routes::HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_a_foreign_place_after_signing_in() {
        for right in [
            "/",
            "/-/playground",
            "/oauth/authorize?client_id=a&redirect_uri=vscode%3A%2F%2Fx",
        ] {
            assert_eq!(return_to(right), right);
        }
        for wrong in [
            "",
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/../evil",
            "/-/playground/../../x",
            "/?\r\nSet-Cookie: a=b",
            "@evil.example",
        ] {
            assert_eq!(return_to(wrong), "/", "{wrong:?}");
        }
    }
}
