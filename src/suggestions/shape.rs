//! An answer in the form that the client can read. `stream: true` is never answered with a JSON document: editors would
//! put it into the user's file as it is.

use std::time::Duration;

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::sse::{self, Malformed, TextReader, Utf8Joiner};
use crate::{
    gateway::{Answer, GatewayError, StreamBody, Suggested, Writing},
    upstream::UpstreamError,
};

const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const FORMAT: HeaderName = HeaderName::from_static("x-streaming-format");

/// Silence after which a stream of events gets a comment line.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(10);

/// What the client can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON document.
    Document,
    /// Server-sent events.
    Events,
    /// Bare text, piece by piece.
    Text,
}

/// A reply, but for the fields that every reply has.
pub struct Shaped {
    /// The status.
    pub status: StatusCode,
    /// Fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// Whether there is any suggestion in it, as far as it can be told now.
    pub empty: bool,
    /// Name of the model, as far as it can be told now.
    pub model: Option<String>,
}

/// Gives an answer the form that is wanted.
pub(super) fn shape(answer: Answer, form: Form, now: i64) -> Result<Shaped, GatewayError> {
    match (answer, form) {
        (Answer::Suggested(made), form) => Ok(suggested(made, form, now)),
        (Answer::Written(writing), form) => Ok(as_written(*writing, form, now)),
        (
            Answer::Document {
                status,
                headers,
                body,
                ..
            },
            Form::Document,
        ) => Ok(relayed(status, headers, body)),
        (
            Answer::Document {
                status,
                headers,
                body,
                ..
            },
            _,
        ) if !status.is_success() => Ok(relayed(status, headers, body)),
        (Answer::Document { body, .. }, form) => {
            let document: Document = serde_json::from_slice(&body)
                .map_err(|_| GatewayError::Malformed("it is no completion"))?;
            let text = document
                .choices
                .into_iter()
                .next()
                .and_then(|choice| choice.text)
                .unwrap_or_default();
            let model = document.model.unwrap_or_default();
            Ok(written_at_once(
                &text,
                &model.engine,
                &model.name,
                form,
                now,
            ))
        }
        (Answer::Events { headers, body }, Form::Events | Form::Document) => {
            Ok(streamed(headers, Form::Events, Body::new(body)))
        }
        (Answer::Events { headers, body }, Form::Text) => Ok(streamed(
            headers,
            Form::Text,
            transcoded(body, Transcoder::EventsToText(TextReader::default())),
        )),
        (Answer::Text { headers, body }, Form::Events) => {
            let start = sse::stream_start("", "", now);
            let transcoder = Transcoder::TextToEvents {
                start: Some(start),
                joiner: Utf8Joiner::default(),
            };
            Ok(streamed(
                headers,
                Form::Events,
                transcoded(body, transcoder),
            ))
        }
        (Answer::Text { headers, body }, Form::Text | Form::Document) => Ok(streamed(
            headers,
            Form::Text,
            transcoded(body, Transcoder::Text(Utf8Joiner::default())),
        )),
    }
}

/// Gives suggestions made here the form that is wanted.
pub(super) fn suggested(suggested: Suggested, form: Form, now: i64) -> Shaped {
    if form == Form::Document {
        return document(&suggested, now);
    }
    let text = suggested.texts.into_iter().next().unwrap_or_default();
    written_at_once(&text, suggested.engine, &suggested.model, form, now)
}

/// A document that is passed on as it is.
///
/// # Errors
///
/// When the answer is something else.
pub fn as_it_is(answer: Answer) -> Result<Shaped, GatewayError> {
    match answer {
        Answer::Document {
            status,
            headers,
            body,
            ..
        } => Ok(relayed(status, headers, body)),
        Answer::Events { .. } | Answer::Text { .. } | Answer::Suggested(_) | Answer::Written(_) => {
            Err(GatewayError::Malformed("it is no document"))
        }
    }
}

/// What is read of a gateway's document when a stream was wanted.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    choices: Vec<Choice>,
    model: Option<Model>,
}

#[derive(Deserialize)]
struct Choice {
    /// Null in the answers of some.
    text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Model {
    engine: String,
    name: String,
}

fn document(suggested: &Suggested, now: i64) -> Shaped {
    let choices: Vec<_> = suggested
        .texts
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "text": text, "index": index, "finish_reason": "stop" }))
        .collect();
    let body = json!({
        "id": Uuid::new_v4(),
        "model": { "engine": suggested.engine, "name": suggested.model, "lang": suggested.language },
        "object": "text_completion",
        "created": now,
        "choices": choices,
    });
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Shaped {
        status: StatusCode::OK,
        headers,
        body: body.to_string().into(),
        empty: suggested.texts.is_empty(),
        model: None,
    }
}

fn relayed(status: StatusCode, mut headers: HeaderMap, body: Bytes) -> Shaped {
    headers.insert(BUFFERING, HeaderValue::from_static("no"));
    Shaped {
        status,
        headers,
        body: body.into(),
        empty: false,
        model: None,
    }
}

/// Text that is there as a whole, line by line, so that an editor sees it grow.
fn written_at_once(text: &str, engine: &str, model: &str, form: Form, now: i64) -> Shaped {
    let empty = text.is_empty();
    let mut pieces = Vec::new();
    if form == Form::Events {
        pieces.push(sse::stream_start(engine, model, now));
        pieces.extend(text.split_inclusive('\n').map(sse::content_chunk));
        pieces.push(sse::STREAM_END);
    } else if !empty {
        pieces.extend(
            text.split_inclusive('\n')
                .map(|line| Bytes::from(line.to_owned())),
        );
    }
    let pieces = stream::unfold(pieces.into_iter(), |mut pieces| async move {
        let piece = pieces.next()?;
        // Between two pieces the connection gets its turn, which sends each on its own.
        tokio::task::yield_now().await;
        Some((Ok::<_, UpstreamError>(piece), pieces))
    });
    Shaped {
        empty,
        ..streamed(HeaderMap::new(), form, Body::from_stream(pieces))
    }
}

/// Text while it is written. A failure breaks the transfer off, so that nobody takes a part for the whole.
fn as_written(writing: Writing, form: Form, now: i64) -> Shaped {
    let empty = writing.written.is_empty();
    let model = writing.written.model.clone();
    let events = form == Form::Events;
    let start =
        events.then(|| sse::stream_start(writing.written.engine, &writing.written.model, now));
    let pieces = stream::unfold(Some((writing, start)), move |state| async move {
        let (mut writing, start) = state?;
        if let Some(start) = start {
            return Some((Ok(start), Some((writing, None))));
        }
        let piece = tokio::select! {
            biased;
            piece = writing.written.next() => piece,
            () = tokio::time::sleep(KEEP_ALIVE_AFTER), if events => {
                return Some((Ok(sse::KEEP_ALIVE), Some((writing, None))));
            }
        };
        match piece {
            Ok(Some(text)) if events => {
                Some((Ok(sse::content_chunk(&text)), Some((writing, None))))
            }
            Ok(Some(text)) => Some((Ok(text.into()), Some((writing, None)))),
            Ok(None) if events => Some((Ok(sse::STREAM_END), None)),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    Shaped {
        empty,
        model: Some(model),
        ..streamed(HeaderMap::new(), form, Body::from_stream(pieces))
    }
}

/// The head of every stream of events.
pub fn events_head() -> HeaderMap {
    streamed(HeaderMap::new(), Form::Events, Body::empty()).headers
}

fn streamed(mut headers: HeaderMap, form: Form, body: Body) -> Shaped {
    headers.remove(FORMAT);
    let content_type = match form {
        Form::Events => {
            headers.insert(FORMAT, HeaderValue::from_static("sse"));
            "text/event-stream; charset=utf-8"
        }
        Form::Text | Form::Document => "text/plain; charset=utf-8",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(BUFFERING, HeaderValue::from_static("no"));
    Shaped {
        status: StatusCode::OK,
        headers,
        body,
        empty: false,
        model: None,
    }
}

/// Turns one form of a stream into another.
enum Transcoder {
    Text(Utf8Joiner),
    TextToEvents {
        start: Option<Bytes>,
        joiner: Utf8Joiner,
    },
    EventsToText(TextReader),
}

#[derive(Debug, thiserror::Error)]
enum StreamError {
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Transcoder {
    fn push(&mut self, piece: &[u8]) -> Result<Bytes, Malformed> {
        match self {
            Self::Text(joiner) => joiner.push(piece).map(Bytes::from),
            Self::TextToEvents { joiner, .. } => {
                let text = joiner.push(piece)?;
                Ok(if text.is_empty() {
                    Bytes::new()
                } else {
                    sse::content_chunk(&text)
                })
            }
            Self::EventsToText(reader) => reader.push(piece).map(Bytes::from),
        }
    }

    fn finish(&mut self) -> Result<Bytes, Malformed> {
        match self {
            Self::Text(joiner) => joiner.finish().map(|()| Bytes::new()),
            Self::TextToEvents { joiner, .. } => joiner.finish().map(|()| sse::STREAM_END),
            Self::EventsToText(reader) => reader.finish().map(|()| Bytes::new()),
        }
    }

    fn start(&mut self) -> Option<Bytes> {
        match self {
            Self::TextToEvents { start, .. } => start.take(),
            Self::Text(_) | Self::EventsToText(_) => None,
        }
    }

    fn writes_events(&self) -> bool {
        matches!(self, Self::TextToEvents { .. })
    }
}

fn transcoded(body: StreamBody, transcoder: Transcoder) -> Body {
    let pieces = stream::unfold(Some((body, transcoder)), |state| async move {
        let (mut body, mut transcoder) = state?;
        match next_piece(&mut body, &mut transcoder).await {
            Ok((piece, true)) => Some((Ok(piece), Some((body, transcoder)))),
            Ok((piece, false)) => Some((Ok(piece), None)),
            Err(error) => Some((Err(error), None)),
        }
    });
    Body::from_stream(pieces)
}

/// The next piece that is not empty, and whether more may come.
async fn next_piece(
    body: &mut StreamBody,
    transcoder: &mut Transcoder,
) -> Result<(Bytes, bool), StreamError> {
    if let Some(start) = transcoder.start() {
        return Ok((start, true));
    }
    loop {
        let frame = tokio::select! {
            biased;
            frame = body.frame() => frame,
            () = tokio::time::sleep(KEEP_ALIVE_AFTER), if transcoder.writes_events() => {
                return Ok((sse::KEEP_ALIVE, true));
            }
        };
        let Some(frame) = frame else {
            return Ok((transcoder.finish()?, false));
        };
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        let piece = transcoder.push(&data)?;
        if !piece.is_empty() {
            return Ok((piece, true));
        }
    }
}
