//! Who asks, and with which parameters. The two belong together because a credential may be a parameter: the head
//! decides how much of a body is read, and the whole of it decides who asks.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    http::{
        HeaderMap, HeaderName, HeaderValue, Uri,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
        request::Parts,
    },
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use super::{browser::page_caller, edge::Format, notes::Notes};
use crate::{
    auth::{AuthError, Caller, Credentials, require_scope},
    params::Params,
    reply::ApiError,
    state::App,
    store::Scopes,
};

/// What is read of a body before its sender is known, and for how long (a stranger must not cost much).
const STRANGERS_BYTES: usize = 64 * 1024;
const STRANGERS_TIME: Duration = Duration::from_secs(5);

/// Header and parameter that name somebody else to act for.
static SUDO: HeaderName = HeaderName::from_static("sudo");

/// How often a body that is on its way is looked after.
const MOMENT: Duration = Duration::from_millis(500);

/// A caller with the parameters of the request.
pub struct Admitted {
    /// Who asks.
    pub caller: Caller,
    /// With which parameters.
    pub params: Params,
}

/// Reads a request and checks its credential, in the order in which GitLab refuses: what is malformed, then what is not
/// authenticated, then what is asked in another's name, then what lacks the scope.
pub async fn admit(
    app: &App,
    parts: &Parts,
    notes: &Notes,
    body: Body,
    accepted: Scopes,
) -> Result<Admitted, ApiError> {
    let mut credentials = Credentials::from_headers(&parts.headers)?;
    query_credentials(&mut credentials, &parts.uri);
    let before = credentials.presented()?;
    let first = match &before {
        Some(presented) => Some(app.auth.authenticate(presented).await),
        None => None,
    };
    let page = match first {
        Some(_) => None,
        None => Box::pin(page_caller(app, parts)).await?,
    };
    let known = page.is_some() || matches!(first, Some(Ok(_)));
    let body = read(app, &parts.headers, body, known).await?;
    notes.set_bytes_in(body.len());
    let content_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let mut params = Params::read(content_type, parts.uri.query(), body).await?;
    if let Some(Format(format)) = parts.extensions.get() {
        params = params.with_default("format", format)?;
    }
    let with_params = with_params(&credentials, &params);
    let presented = with_params.as_ref().unwrap_or(&credentials).presented()?;
    let caller = match (presented, first) {
        (presented, Some(result)) if presented == before => result?,
        (Some(presented), _) => app.auth.authenticate(&presented).await?,
        // Where no credential is given at all, a page of ours may ask for whoever is signed in.
        (None, _) => page.ok_or(ApiError::Unauthorized)?,
    };
    notes.set_user(caller.user.id);
    if asks_for_another(&parts.headers, &params) {
        return Err(ApiError::Sudo);
    }
    require_scope(&caller, accepted)?;
    Ok(Admitted { caller, params })
}

/// Whether the request is to be done in somebody else's name (GitLab: "Sudo"), which nobody may here: whose code it is decides
/// about limits and figures.
fn asks_for_another(headers: &HeaderMap, params: &Params) -> bool {
    headers.get(&SUDO).is_some_and(|user| !user.is_empty())
        || params
            .text(SUDO.as_str())
            .is_some_and(|user| !user.is_empty())
}

/// The credentials with those that stand in the parameters, if there are any.
fn with_params(credentials: &Credentials, params: &Params) -> Option<Credentials> {
    let private_token = params.private_token();
    let access_token = params.access_token();
    let bearer_token = params.bearer_token();
    if private_token.is_none() && access_token.is_none() && bearer_token.is_none() {
        return None;
    }
    let given = credentials.clone();
    Some(Credentials {
        private_token: private_token.or(given.private_token),
        access_token: access_token.or(given.access_token),
        bearer_token: bearer_token.or(given.bearer_token),
        ..given
    })
}

/// Checks the credential of a request whose body plays no part.
pub async fn authenticated(app: &App, parts: &Parts) -> Result<Caller, AuthOrApiError> {
    let mut credentials = Credentials::from_headers(&parts.headers).map_err(ApiError::from)?;
    query_credentials(&mut credentials, &parts.uri);
    let presented = credentials
        .presented()
        .map_err(ApiError::from)?
        .ok_or(AuthError::Unknown)?;
    let caller = app.auth.authenticate(&presented).await?;
    if let Some(notes) = parts.extensions.get::<Arc<Notes>>() {
        notes.set_user(caller.user.id);
    }
    Ok(caller)
}

/// The body of a request whose sender is known.
pub async fn read_body(app: &App, headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    read(app, headers, body, true).await
}

/// The body of a request whose sender is not known: little of it, and not for long.
pub async fn read_strangers_body(
    app: &App,
    headers: &HeaderMap,
    body: Body,
) -> Result<Bytes, ApiError> {
    read(app, headers, body, false).await
}

/// Either a cause that a handler may word in its own way, or a reply.
#[derive(Debug)]
pub enum AuthOrApiError {
    /// The credential is refused.
    Auth(AuthError),
    /// The request is.
    Api(ApiError),
}

impl From<AuthError> for AuthOrApiError {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl From<ApiError> for AuthOrApiError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<AuthOrApiError> for ApiError {
    fn from(error: AuthOrApiError) -> Self {
        match error {
            AuthOrApiError::Auth(error) => error.into(),
            AuthOrApiError::Api(error) => error,
        }
    }
}

fn query_credentials(credentials: &mut Credentials, uri: &Uri) {
    let Some(query) = uri.query() else { return };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let place = match name.as_ref() {
            "private_token" => &mut credentials.private_token,
            "access_token" => &mut credentials.access_token,
            "bearer_token" => &mut credentials.bearer_token,
            _ => continue,
        };
        *place = Some(value.into_owned());
    }
}

async fn read(app: &App, headers: &HeaderMap, body: Body, known: bool) -> Result<Bytes, ApiError> {
    let server = &app.settings.server;
    let (most, time) = if known {
        (server.max_body_bytes, server.body_timeout)
    } else {
        (
            STRANGERS_BYTES.min(server.max_body_bytes),
            STRANGERS_TIME.min(server.body_timeout),
        )
    };
    let too_much = || {
        if known {
            ApiError::TooLarge
        } else {
            ApiError::UnauthorizedUnread
        }
    };
    if declared_length(headers).is_some_and(|length| length > most) {
        return Err(too_much());
    }
    let mut collecting = pin!(collect(body, most));
    // A body that came along with its head needs no clock.
    let at_once = poll_fn(|context| Poll::Ready(collecting.as_mut().poll(context))).await;
    let collected = match at_once {
        Poll::Ready(collected) => Some(collected),
        Poll::Pending => in_time(app, time, collecting).await,
    };
    match collected {
        None if known => Err(ApiError::RequestTimeout),
        None => Err(ApiError::UnauthorizedUnread),
        Some(Err(Collect::TooMuch)) => Err(too_much()),
        // The client broke off or its chunks are no chunks; nobody may be there to read the answer.
        Some(Err(Collect::Broken)) => Err(ApiError::BadRequest),
        Some(Ok(body)) => Ok(body),
    }
}

/// What `collecting` brings within `limit`; once the server stops, a body that was sent in part has only a moment left.
async fn in_time<T>(
    app: &App,
    limit: Duration,
    mut collecting: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        let stops = app.is_draining();
        let look = deadline.min(Instant::now() + MOMENT);
        match timeout_at(look, collecting.as_mut()).await {
            Ok(collected) => return Some(collected),
            Err(_) if stops || look == deadline => return None,
            Err(_) => {}
        }
    }
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

enum Collect {
    TooMuch,
    Broken,
}

/// The whole body in one piece, which it is already when it came in one piece.
async fn collect(mut body: Body, most: usize) -> Result<Bytes, Collect> {
    let expected = usize::try_from(body.size_hint().lower())
        .unwrap_or(0)
        .min(most);
    let mut first: Option<Bytes> = None;
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Collect::Broken)?.into_data() else {
            continue;
        };
        if joined.len() + first.as_ref().map_or(0, Bytes::len) + data.len() > most {
            return Err(Collect::TooMuch);
        }
        match first.take() {
            None if joined.is_empty() => first = Some(data),
            None => joined.extend_from_slice(&data),
            Some(earlier) => {
                joined.reserve(expected.max(earlier.len() + data.len()));
                joined.extend_from_slice(&earlier);
                joined.extend_from_slice(&data);
            }
        }
    }
    Ok(first.unwrap_or_else(|| joined.freeze()))
}
