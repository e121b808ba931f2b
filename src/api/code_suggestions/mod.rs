//! The endpoints under `/api/v4/code_suggestions`: the checks that they share, in GitLab's order.

pub mod completions;
pub mod connection_details;
pub mod direct_access;
pub mod enabled;
pub mod legacy;
pub mod stream_probe;

use std::{borrow::Cow, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header::ALLOW, request::Parts},
    response::Response,
};

use tokio::time::timeout;

use crate::{
    api::notes,
    auth::{CODE_SUGGESTIONS, Caller},
    gateway::Asker,
    ids::RequestId,
    limits::{Decision, Limiter},
    middleware::{Admitted, Notes, admit},
    reply::{ApiError, rate_limit_headers},
    state::{App, Governed, Shared},
};

const LANGUAGE_SERVER: HeaderName = HeaderName::from_static("x-gitlab-language-server-version");

/// How long a completion waits for GitLab to say which project it belongs to.
const LONGEST_LOOK_UP: Duration = Duration::from_secs(1);

/// `OPTIONS` on any of these endpoints: asks nobody, costs nothing.
pub async fn options() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("OPTIONS, POST"));
    response
}

/// Everything up to the parameters: who asks, whether the instance's switch is on, whether the user's is.
async fn admitted(app: &App, request: Request) -> Result<(Parts, Admitted), ApiError> {
    let (parts, body) = request.into_parts();
    let admitted = entitled(app, &parts, notes(&parts)?, body).await?;
    Ok((parts, admitted))
}

/// The same for a request in its parts.
async fn entitled(
    app: &App,
    parts: &Parts,
    notes: &Notes,
    body: Body,
) -> Result<Admitted, ApiError> {
    let admitted = admit(app, parts, notes, body, CODE_SUGGESTIONS).await?;
    if !app.is_enabled().await? {
        return Err(ApiError::SwitchedOff);
    }
    if !admitted.caller.user.code_suggestions {
        return Err(ApiError::NotEntitled);
    }
    Ok(admitted)
}

/// A limit of one endpoint, by the name that replies carry.
struct Limit<'a> {
    limiter: &'a Limiter,
    name: &'static str,
    /// Whether refusals are marked as this server's own.
    marked: bool,
}

/// A counted request.
struct Counted {
    decision: Option<Decision>,
    name: &'static str,
    resets_at: i64,
}

impl Limit<'_> {
    async fn count(&self, app: &Shared, caller: &Caller) -> Result<Counted, ApiError> {
        let decision = self.limiter.check(caller.user.id).await;
        let resets_in = decision.map_or(0, |decision| decision.retry_after());
        let resets_at = app.clock.unix().saturating_add_unsigned(resets_in);
        match decision {
            Some(decision) if !decision.allowed => Err(ApiError::RateLimited {
                decision,
                name: self.name,
                marked: self.marked,
                resets_at,
            }),
            decision => Ok(Counted {
                decision,
                name: self.name,
                resets_at,
            }),
        }
    }
}

impl Counted {
    /// Puts what is left of the limit on a reply.
    fn mark(&self, mut response: Response) -> Response {
        if let Some(decision) = self.decision.filter(|_| response.status().is_success()) {
            rate_limit_headers(response.headers_mut(), &decision, self.name, self.resets_at);
        }
        response
    }
}

/// What has been set for the project that a request names. Unlike `enabled`, which asks for one project by its name, this
/// looks through the spellings that a remote URL leaves: rules are not to be escaped by an `.git` or a second slash.
pub(crate) async fn governed(
    app: &App,
    project_path: Option<&str>,
) -> Result<Option<Arc<Governed>>, ApiError> {
    match project_path {
        Some(path) => Ok(app.governed(&plain(path)).await?),
        None => Ok(None),
    }
}

/// The path of a project without what does not tell it from another.
fn plain(path: &str) -> Cow<'_, str> {
    let is_idle = |part: &str| part.is_empty() || part == "." || part.trim() != part;
    let mut path = Cow::Borrowed(path);
    if path.split('/').any(is_idle) {
        let parts = path.split('/').map(str::trim);
        let parts: Vec<&str> = parts
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        path = Cow::Owned(parts.join("/"));
    }
    match path {
        Cow::Borrowed(path) => Cow::Borrowed(path.strip_suffix(".git").unwrap_or(path)),
        Cow::Owned(path) => Cow::Owned(path.strip_suffix(".git").unwrap_or(&path).to_owned()),
    }
}

/// On whose behalf the gateway is asked.
async fn asker<'a>(
    app: &App,
    caller: &Caller,
    parts: &'a Parts,
    request_id: &'a RequestId,
    (path, governed): (Option<&str>, Option<&Governed>),
) -> Asker<'a> {
    let project_id = match (path, app.auth.gitlab()) {
        (Some(path), Some(gitlab)) => {
            // Only a field for the gateway depends on it: a GitLab that is slow or away holds no completion up.
            let looking = timeout(LONGEST_LOOK_UP, gitlab.project(caller, path));
            let found = Box::pin(looking).await;
            let found = found.ok().and_then(Result::ok).flatten();
            found.map(|found| found.id)
        }
        // A switch that is inherited from a group says nothing about the project's own number.
        _ => governed.and_then(|governed| governed.id),
    };
    Asker {
        user_id: caller.user.id,
        global_user_id: app.global_user_id(caller.user.id),
        request_id,
        language_server: parts.headers.get(LANGUAGE_SERVER),
        project_id,
        host: None,
    }
}
