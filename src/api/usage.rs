//! What editors report about suggestions: `POST /api/v4/usage_data/track_event` (GitLab 17.2 and later), and the telemetry of their
//! trackers at the path of a Snowplow collector. Shown, accepted and dismissed ones are counted; nothing else is kept.
//!
//! The collector is open to strangers, as trackers have no token. It is there only if it is wanted, all senders share one limit,
//! and what they send is counted for nobody in particular. A suggestion that is reported both ways counts once.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use super::Reply;
use crate::{
    auth::{CODE_SUGGESTIONS, require_scope},
    middleware::{authenticated, read_body},
    params::{Params, TRACK_EVENT, check},
    reply::{self, ApiError},
    state::{App, Shared},
    usage::{self, Event, Subject},
};

/// Largest body that a tracker may send, in bytes, and the time for it; editors send ten events at most.
const LARGEST: usize = 256 * 1024;
const LONGEST: Duration = Duration::from_secs(5);

/// Most events of one body that are looked at.
const MOST_EVENTS: usize = 100;

const PAYLOAD: &str = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-";
const SUGGESTION: &str = "iglu:com.gitlab/code_suggestions_context/jsonschema/3-";
const EDITOR: &str = "iglu:com.gitlab/ide_extension_version/jsonschema/1-";

/// What is read of a report, by either way. Wrong types are as good as absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    unique_tracking_id: Value,
    language: Value,
    model_name: Value,
    ide_name: Value,
    ide_vendor: Value,
}

#[derive(Deserialize)]
struct Payload {
    schema: String,
    data: Vec<Tracked>,
}

/// An event of a tracker; its members have these names.
#[derive(Deserialize)]
struct Tracked {
    #[serde(default)]
    e: Value,
    #[serde(default)]
    se_ca: Value,
    #[serde(default)]
    se_ac: Value,
    #[serde(default)]
    se_la: Value,
    #[serde(default)]
    cx: Value,
}

#[derive(Deserialize)]
struct Contexts {
    data: Vec<Context>,
}

#[derive(Deserialize)]
struct Context {
    schema: String,
    data: Report,
}

/// Takes an event of an editor. An empty object is the answer: editors read every success as JSON.
pub async fn track_event(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let caller = authenticated(&app, &parts).await?;
    require_scope(&caller, CODE_SUGGESTIONS)?;
    let body = read_body(&app, &parts.headers, body).await?;
    let content_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let params = Params::read(content_type, parts.uri.query(), body.clone()).await?;
    check(TRACK_EVENT, &params)?;
    let name = params.text("event").unwrap_or_default();
    // Other events are of features that this server has not.
    if let Some(event) = tracked_event(&name) {
        let user = Some(caller.user.id);
        count(&app, event, user, &properties(&params, &body)?);
    }
    Ok(reply::json(StatusCode::OK, "{}"))
}

/// What is said of an event. Read from the body itself: parameters are rid of names of models, which are wanted here.
fn properties(params: &Params, body: &Bytes) -> Result<Report, ApiError> {
    #[derive(Deserialize)]
    struct Event {
        additional_properties: Option<Report>,
    }
    if params.raw("additional_properties").is_none() {
        return Ok(Report::default());
    }
    serde_json::from_slice(body)
        .map(|event: Event| event.additional_properties.unwrap_or_default())
        .map_err(|_| ApiError::Parameters("additional_properties is invalid".to_owned()))
}

/// Takes what trackers send.
pub async fn collect(State(app): State<Arc<App>>, request: Request) -> Reply {
    if let Some(decision) = app.limits.collector.check(0)
        && !decision.allowed
    {
        let resets_in = decision.retry_after();
        return Err(ApiError::RateLimited {
            decision,
            name: "usage_collector",
            marked: false,
            resets_at: app.clock.unix().saturating_add_unsigned(resets_in),
        });
    }
    let body = read(request.into_body()).await?;
    let payload: Payload = serde_json::from_slice(&body).map_err(|_| ApiError::InvalidJson)?;
    if !payload.schema.starts_with(PAYLOAD) {
        return Err(ApiError::Parameters("schema is invalid".to_owned()));
    }
    for tracked in payload.data.iter().take(MOST_EVENTS) {
        if let Some((event, report)) = tracked.read() {
            count(&app, event, None, &report);
        }
    }
    Ok(reply::json(StatusCode::OK, "{}"))
}

async fn read(body: Body) -> Result<Bytes, ApiError> {
    match timeout(LONGEST, Limited::new(body, LARGEST).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(ApiError::TooLarge),
        Err(_) => Err(ApiError::RequestTimeout),
    }
}

fn count(app: &Shared, event: Event, user: Option<i64>, report: &Report) {
    // Without the number of its suggestion an event could be counted any number of times.
    let tracking_id = text(&report.unique_tracking_id);
    if uuid::Uuid::try_parse(tracking_id).is_err() || !app.usage.is_new(event, tracking_id) {
        return;
    }
    let name = format!("{} {}", text(&report.ide_name), text(&report.ide_vendor));
    let subject = Subject {
        user,
        language: usage::language(text(&report.language)),
        editor: usage::editor(&name),
        model: Some(text(&report.model_name)).filter(|name| !name.is_empty()),
    };
    app.count_usage(event, &subject);
}

fn tracked_event(name: &str) -> Option<Event> {
    match name {
        "code_suggestion_shown_in_ide" => Some(Event::Shown),
        "code_suggestion_accepted_in_ide" => Some(Event::Accepted),
        "code_suggestion_rejected_in_ide" => Some(Event::Rejected),
        _ => None,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

// === impl Tracked ===

impl Tracked {
    /// The event and what is said of it, if it is one about a suggestion.
    fn read(&self) -> Option<(Event, Report)> {
        let event = match text(&self.se_ac) {
            "suggestion_shown" => Event::Shown,
            "suggestion_accepted" => Event::Accepted,
            "suggestion_rejected" => Event::Rejected,
            _ => return None,
        };
        let tracking_id = text(&self.se_la);
        if text(&self.e) != "se"
            || text(&self.se_ca) != "code_suggestions"
            || uuid::Uuid::try_parse(tracking_id).is_err()
        {
            return None;
        }
        let mut report = contexts(text(&self.cx))?;
        report.unique_tracking_id = tracking_id.into();
        Some((event, report))
    }
}

/// What the contexts of an event say; without that of a suggestion the event is none of ours.
fn contexts(encoded: &str) -> Option<Report> {
    let encoded = encoded.trim_end_matches('=');
    let json = URL_SAFE_NO_PAD
        .decode(encoded)
        .or_else(|_| STANDARD_NO_PAD.decode(encoded))
        .ok()?;
    let contexts: Contexts = serde_json::from_slice(&json).ok()?;
    let mut editor = Report::default();
    let mut suggestion = None;
    for context in contexts.data {
        if context.schema.starts_with(EDITOR) {
            editor = context.data;
        } else if context.schema.starts_with(SUGGESTION) {
            suggestion = Some(context.data);
        }
    }
    Some(Report {
        ide_name: editor.ide_name,
        ide_vendor: editor.ide_vendor,
        ..suggestion?
    })
}
