//! A browser as far as the pages need one: it keeps cookies, knows the form token of the page that it saw last, and says
//! where its requests come from.

use std::{cell::RefCell, collections::BTreeMap};

use super::{Reply, Request, TestServer};

/// A browser with cookies of its own.
pub(crate) struct Browser<'a> {
    server: &'a TestServer,
    /// Path of the external URL.
    base: &'static str,
    cookies: RefCell<BTreeMap<String, String>>,
    form_token: RefCell<String>,
    /// What a proxy says of the way here.
    forwarded_for: Option<String>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a TestServer) -> Self {
        Self::below(server, "")
    }

    /// A browser for a server whose external URL has a path.
    pub(crate) fn below(server: &'a TestServer, base: &'static str) -> Self {
        Self {
            server,
            base,
            cookies: RefCell::default(),
            form_token: RefCell::default(),
            forwarded_for: None,
        }
    }

    /// The same browser behind a proxy that says so of it.
    pub(crate) fn forwarded_for(mut self, addresses: &str) -> Self {
        self.forwarded_for = Some(addresses.to_owned());
        self
    }

    /// A browser that is signed in by a one-time link.
    pub(crate) async fn signed_in(server: &'a TestServer, username: &str) -> Self {
        let browser = Self::new(server);
        browser.sign_in(username).await;
        browser
    }

    /// Signs in by a one-time link.
    pub(crate) async fn sign_in(&self, username: &str) {
        let link = self.server.shared.sessions.make_link(username);
        let link = link.await.unwrap();
        let page = format!("/users/sign_in?link={link}");
        self.get(&page).await.has_status(200);
        self.post("/users/sign_in", &[("link", &link)])
            .await
            .has_status(303);
    }

    /// What the browser sends along with every request.
    pub(crate) fn request(&self, method: &'static str, path: &str) -> Request {
        let cookies: Vec<_> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = self.server.request(method, &format!("{}{path}", self.base));
        if let Some(addresses) = &self.forwarded_for {
            request = request.header("X-Forwarded-For", addresses);
        }
        if cookies.is_empty() {
            request
        } else {
            request.header("Cookie", &cookies.join("; "))
        }
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.remember(self.request("GET", path).send().await)
    }

    /// Sends a form of the page that was opened last.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = self
            .request("POST", path)
            .header("Origin", "http://gitlab.test")
            .header("Sec-Fetch-Site", "same-origin");
        let request = request.body(FORM, self.form(fields));
        self.remember(request.send().await)
    }

    /// The body of a form, with its token.
    pub(crate) fn form(&self, fields: &[(&str, &str)]) -> String {
        form(&[fields, &[("authenticity_token", &self.form_token())]].concat())
    }

    /// The token of the page that was opened last.
    pub(crate) fn form_token(&self) -> String {
        self.form_token.borrow().clone()
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// Sets a cookie, as an attacker or a user could.
    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .borrow_mut()
            .insert(name.to_owned(), value.to_owned());
    }

    fn remember(&self, reply: Reply) -> Reply {
        let set = reply.field("set-cookie").unwrap_or_default();
        for cookie in set.split(", ").filter(|cookie| !cookie.is_empty()) {
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let path = if self.base.is_empty() { "/" } else { self.base };
            assert!(
                attributes.contains("HttpOnly")
                    && attributes.contains("SameSite=Lax")
                    && attributes.contains(&format!("Path={path};")),
                "{cookie}"
            );
            if attributes.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
        let marker = "name=\"authenticity_token\" value=\"";
        if let Some((_, rest)) = reply.text().split_once(marker) {
            let token = rest.split('"').next().unwrap();
            token.clone_into(&mut self.form_token.borrow_mut());
        }
        reply
    }
}

/// The media type of forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The body of a form.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
