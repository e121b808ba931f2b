//! The consent page of OAuth 2.0 (RFC 6749 section 4.1): what an application asks for, and the user's answer. Whom the answer
//! goes to is settled before anything else: an application or place that nobody registered gets a page here and never a
//! redirect.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CONTENT_SECURITY_POLICY},
    response::Response,
};

use super::{
    PageReply,
    dress::policy_for,
    failure::{Failure, see_other},
    frame::Frame,
    visitor::Visitor,
};
use crate::{
    auth::{APPLICATION_SCOPES, Approval, OAuthError, is_challenge, may_redirect},
    middleware::Fields,
    reply::ApiError,
    routes,
    state::App,
    store::{Application, Scope, Scopes},
};

/// Parameters that may stand once (RFC 6749 section 3.1).
const PARAMETERS: [&str; 7] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
];

/// What the scopes mean, in the words of the page.
const MEANINGS: &[(&str, &str)] = &[
    (
        "api",
        "Ask for code suggestions and read your user name, as you",
    ),
    ("read_api", "Read what the API tells about this instance"),
    ("read_user", "Read your user name and number"),
    ("ai_features", "Ask for code suggestions, as you"),
];

#[derive(Template)]
#[template(path = "authorize.html", config = "src/web/askama.toml")]
struct ConsentPage {
    frame: Frame,
    application: String,
    /// Where the answer goes, as far as it tells the user anything.
    place: String,
    meanings: Vec<&'static str>,
    /// The request itself, which the form sends back.
    fields: Vec<(&'static str, String)>,
}

/// Where an answer goes.
struct Client {
    application: Application,
    redirect_uri: String,
    state: Option<String>,
}

/// What is asked for, checked.
struct Asked {
    scopes: Scopes,
    challenge: String,
}

impl Client {
    async fn of(app: &App, fields: &Fields) -> Result<Self, OAuthError> {
        if fields.repeats(&PARAMETERS) {
            let text = "A parameter of the request is given more than once.";
            return Err(OAuthError::InvalidRequest(text.to_owned()));
        }
        let application = app.oauth.application(fields.text("client_id")).await?;
        let redirect_uri = fields.text("redirect_uri");
        if !may_redirect(&application.redirect_uris, redirect_uri) {
            let text = "The redirect URI included is not valid.";
            return Err(OAuthError::InvalidRequest(text.to_owned()));
        }
        Ok(Self {
            application,
            redirect_uri: redirect_uri.to_owned(),
            state: fields.get("state").map(str::to_owned),
        })
    }

    /// The way back to the application, with these parameters (RFC 6749 section 4.1.2).
    fn answer(&self, parameters: &[(&str, &str)]) -> Response {
        let separator = if self.redirect_uri.contains('?') {
            '&'
        } else {
            '?'
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        see_other(&format!(
            "{}{separator}{}",
            self.redirect_uri,
            query.finish()
        ))
    }

    fn refuse(&self, error: OAuthError) -> PageReply {
        match ApiError::from(error) {
            ApiError::OAuth(refusal) => Ok(self.answer(&[
                ("error", refusal.error),
                ("error_description", &refusal.description),
            ])),
            other => Err(other.into()),
        }
    }

    /// The place as the policy of the page names it: scheme, and host where the scheme has one for the network.
    fn place(&self) -> String {
        let (scheme, rest) = self.redirect_uri.split_once("://").unwrap_or_default();
        match scheme {
            "http" | "https" => {
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                format!("{scheme}://{}", &rest[..end])
            }
            own => format!("{own}:"),
        }
    }
}

impl Asked {
    fn of(fields: &Fields) -> Result<Self, OAuthError> {
        let malformed = |text: &str| Err(OAuthError::InvalidRequest(text.to_owned()));
        if fields.text("response_type") != "code" {
            return Err(OAuthError::UnsupportedResponseType);
        }
        if fields.text("code_challenge_method") != "S256" {
            return malformed("The code_challenge_method must be S256.");
        }
        let challenge = fields.text("code_challenge");
        if !is_challenge(challenge) {
            return malformed("Code challenge is required.");
        }
        let scopes = match fields.text("scope") {
            "" => Scopes::of(&[Scope::Api]),
            scopes => scopes.parse().map_err(|_| OAuthError::InvalidScope)?,
        };
        if scopes.is_empty() || !scopes.is_within(APPLICATION_SCOPES) {
            return Err(OAuthError::InvalidScope);
        }
        Ok(Self {
            scopes,
            challenge: challenge.to_owned(),
        })
    }
}

/// Asks the user.
pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let fields = Fields::of_query(&parts.uri);
    let client = Client::of(&app, &fields).await?;
    let visitor = Visitor::of(&app, &parts).await?;
    visitor.signed_in(&app, &parts)?;
    let asked = match Asked::of(&fields) {
        Ok(asked) => asked,
        Err(error) => return client.refuse(error),
    };
    let place = client.place();
    let meanings = MEANINGS
        .iter()
        .filter(|(name, _)| asked.scopes.names().any(|scope| scope == *name))
        .map(|(_, text)| *text)
        .collect();
    let page = ConsentPage {
        frame: visitor.frame(&app, "Authorize an application", routes::AUTHORIZE),
        application: client.application.name,
        place: place.clone(),
        meanings,
        fields: PARAMETERS
            .iter()
            .filter_map(|name| Some((*name, fields.get(name)?.to_owned())))
            .collect(),
    };
    let mut response = visitor.page(StatusCode::OK, &page);
    let policy = HeaderValue::from_str(&policy_for(&place));
    let policy = policy.map_err(|_| Failure::from(ApiError::BadRequest))?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Takes the user's answer back to the application.
pub(super) async fn decide(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    let session = visitor.signed_in(&app, &parts)?;
    let form = visitor.form(&app, &parts, body).await?;
    let client = Client::of(&app, &form).await?;
    let asked = match Asked::of(&form) {
        Ok(asked) => asked,
        Err(error) => return client.refuse(error),
    };
    if form.text("answer") != "authorize" {
        return client.refuse(OAuthError::AccessDenied);
    }
    let approval = Approval {
        application: &client.application,
        user: &session.user,
        redirect_uri: client.redirect_uri.clone(),
        challenge: asked.challenge,
        scopes: asked.scopes,
    };
    let code = app.oauth.approve(approval).await?;
    Ok(client.answer(&[("code", &code)]))
}
