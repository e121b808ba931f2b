//! `POST /api/v4/code_suggestions/completions`: completions and generations, whole or streamed (GitLab 16.2 and later;
//! parameters as in 19.3). At most `limits.completions` requests per user and period, then 429.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName,
        header::{CONTENT_LENGTH, USER_AGENT},
    },
    response::Response,
};

use super::{Limit, asker, entitled, governed};
use crate::{
    api::Reply,
    middleware::Notes,
    params::CompletionRequest,
    state::{App, Governed},
    suggestions::{self, Form, Shaped},
    telemetry::Outcome,
    usage::{self, Event, Subject},
};

const READS_EVENTS: HeaderName = HeaderName::from_static("x-supports-sse-streaming");

/// Suggests code at the cursor.
pub async fn complete(
    State(app): State<Arc<App>>,
    Extension(notes): Extension<Arc<Notes>>,
    request: Request,
) -> Reply {
    let (parts, body) = request.into_parts();
    let admitted = entitled(&app, &parts, &notes, body).await?;
    let mut completion = CompletionRequest::from_params(admitted.params)?;
    let limit = Limit {
        limiter: &app.limits.completions,
        name: "code_suggestions_completions",
        marked: true,
    };
    let counted = limit.count(&app, &admitted.caller).await?;
    let project = governed(&app, completion.project_path.as_deref()).await?;
    let form = form(completion.stream, &parts.headers);
    if let Some(nothing) = without_excluded(&app, &mut completion, project.as_deref(), form) {
        return Ok(counted.mark(nothing));
    }
    let asker = asker(
        &app,
        &admitted.caller,
        &parts,
        &notes.request_id,
        (completion.project_path.as_deref(), project.as_deref()),
    )
    .await;
    let gateway = (&app.gateway, app.features());
    let shaped = suggestions::suggest(gateway, &completion, &asker, form, &app.clock).await;
    app.metrics.gateway(outcome(&shaped));
    let user = Some(admitted.caller.user.id);
    let model = shaped
        .as_ref()
        .ok()
        .and_then(|shaped| shaped.model.as_deref());
    count(
        &app,
        (user, &parts.headers),
        &completion.file_name,
        form,
        model,
    );
    let shaped = shaped?;
    if app.gateway.builtin().is_none() {
        notes.set_upstream_status(shaped.status.as_u16());
    }
    Ok(counted.mark(into_response(shaped)))
}

/// Counts a suggestion that was asked for.
pub(crate) fn count(
    app: &App,
    (user, headers): (Option<i64>, &HeaderMap),
    file_name: &str,
    form: Form,
    model: Option<&str>,
) {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let subject = Subject {
        user,
        language: usage::language_of(file_name),
        editor: usage::editor(agent.unwrap_or_default()),
        model,
    };
    app.count_usage(Event::Requested, &subject);
    if form != Form::Document {
        app.count_usage(Event::Streamed, &subject);
    }
}

/// Takes excluded files out of the context. An excluded file itself gets no suggestion, in the form that is wanted.
pub(crate) fn without_excluded(
    app: &App,
    completion: &mut CompletionRequest,
    project: Option<&Governed>,
    form: Form,
) -> Option<Response> {
    let exclusions = project?.exclusions.as_ref()?;
    if exclusions.excludes(&completion.file_name) {
        let nothing = suggestions::nothing(&completion.file_name, form, &app.clock);
        return Some(into_response(nothing));
    }
    completion.retain_context(|name| !exclusions.excludes(name));
    None
}

/// What the client can read; events only if it says so, since editors that do not know them take any body for text.
pub(crate) fn form(stream: bool, headers: &HeaderMap) -> Form {
    let supported = |value: &str| value.eq_ignore_ascii_case("true") || value == "1";
    let events = headers
        .get(READS_EVENTS)
        .and_then(|value| value.to_str().ok())
        .is_some_and(supported);
    match (stream, events) {
        (false, _) => Form::Document,
        (true, true) => Form::Events,
        (true, false) => Form::Text,
    }
}

pub(crate) fn into_response(shaped: Shaped) -> Response {
    let mut response = Response::new(shaped.body);
    *response.status_mut() = shaped.status;
    *response.headers_mut() = shaped.headers;
    response.headers_mut().remove(CONTENT_LENGTH);
    response
}

fn outcome<E>(shaped: &Result<Shaped, E>) -> Outcome {
    match shaped {
        Err(_) => Outcome::Failed,
        Ok(shaped) if !shaped.status.is_success() => Outcome::Refused,
        Ok(shaped) if shaped.empty => Outcome::Empty,
        Ok(_) => Outcome::Answered,
    }
}
