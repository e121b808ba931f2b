//! Reads the answers of model servers, piece by piece: OpenAI's completions and chat (server-sent events with `[DONE]`), Mistral's,
//! llama.cpp's (events whose last says `stop`), Ollama's (a JSON object a line, the last says `done`), and each of them
//! as one document. An answer that ends without saying so has been cut off, and is a failure.

use std::time::Duration;

use bytes::BytesMut;
use http_body_util::BodyExt;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde::{Deserialize, de::IgnoredAny};

use super::ModelError;
use crate::upstream::UpstreamBody;

/// Largest line of a stream, and largest document.
const LARGEST: usize = 1024 * 1024;

/// Longest that a busy server is left alone, in seconds.
const LONGEST_WAIT: u32 = 300;

/// Time in which the rest of an answer may come for its connection to be of further use.
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// An answer that is being read.
pub(super) struct Answer {
    body: UpstreamBody,
    form: Form,
    ahead: BytesMut,
    end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Document,
    Events,
    Lines,
}

/// How an answer has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The model had said all.
    Whole,
    /// The limit of tokens was reached.
    Cut,
}

/// Everything that any kind of server says in a piece.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    choices: Option<Vec<Choice>>,
    response: Option<String>,
    message: Option<Message>,
    content: Option<String>,
    done: Option<bool>,
    done_reason: Option<String>,
    stop: Option<bool>,
    stop_type: Option<String>,
    stopped_limit: Option<bool>,
    error: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Choice {
    text: Option<String>,
    delta: Option<Message>,
    message: Option<Message>,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    content: Option<String>,
}

// === impl Answer ===

impl Answer {
    /// Looks at the head of an answer.
    pub(super) fn new(response: Response<UpstreamBody>) -> Result<Self, ModelError> {
        let (parts, body) = response.into_parts();
        match parts.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(ModelError::Key(parts.status));
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                return Err(ModelError::Busy(wait(&parts.headers)));
            }
            other => return Err(ModelError::Status(other)),
        }
        let media_type = parts
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let media_type = media_type
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default();
        let form = match media_type.trim().to_ascii_lowercase().as_str() {
            "text/event-stream" => Form::Events,
            "application/x-ndjson" | "application/jsonl" => Form::Lines,
            "application/json" => Form::Document,
            _ => return Err(ModelError::Malformed("it is neither JSON nor a stream")),
        };
        Ok(Self {
            body,
            form,
            ahead: BytesMut::new(),
            end: None,
        })
    }

    /// The next text; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<String>, ModelError> {
        let mut text = String::new();
        loop {
            while let Some(line) = self.line() {
                self.read(&line, &mut text)?;
                if self.end.is_some() {
                    break;
                }
            }
            if !text.is_empty() {
                return Ok(Some(text));
            }
            if self.end.is_some() {
                return Ok(None);
            }
            let Some(frame) = self.body.frame().await else {
                return self.last(text);
            };
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            if self.ahead.len() + data.len() > LARGEST {
                return Err(ModelError::Malformed("a piece of it is too large"));
            }
            self.ahead.extend_from_slice(&data);
        }
    }

    /// Whether the limit of tokens has ended the answer.
    pub(super) fn is_cut(&self) -> bool {
        self.end == Some(End::Cut)
    }

    /// Lets go of an answer that has said all, so that its connection can be used again.
    pub(super) fn finish(mut self) {
        if self.end.is_none() {
            return;
        }
        // Whoever asked need not wait for the few bytes that end a body.
        tokio::spawn(async move {
            let drain = async { while let Some(Ok(_)) = self.body.frame().await {} };
            drop(tokio::time::timeout(DRAIN_TIME, drain).await);
        });
    }

    /// What is left when the body has ended.
    fn last(&mut self, mut text: String) -> Result<Option<String>, ModelError> {
        let rest = self.ahead.split();
        if !rest.is_empty() && self.form != Form::Events {
            self.read(&rest, &mut text)?;
            // A document says all there is, whether it says so or not.
            if self.form == Form::Document {
                self.end.get_or_insert(End::Whole);
            }
        }
        match self.end {
            None => Err(ModelError::Malformed("it ends too early")),
            Some(_) if text.is_empty() => Ok(None),
            Some(_) => Ok(Some(text)),
        }
    }

    /// The next line that is there as a whole; documents have none.
    fn line(&mut self) -> Option<BytesMut> {
        if self.form == Form::Document {
            return None;
        }
        let end = memchr::memchr(b'\n', &self.ahead)?;
        Some(self.ahead.split_to(end + 1))
    }

    fn read(&mut self, line: &[u8], text: &mut String) -> Result<(), ModelError> {
        let mut line = line.trim_ascii();
        if self.form == Form::Events {
            if line.starts_with(b"error:") {
                return Err(ModelError::Malformed("it tells of an error"));
            }
            let Some(data) = line.strip_prefix(b"data:") else {
                return Ok(());
            };
            line = data.trim_ascii();
            if line == b"[DONE]" {
                self.end = Some(self.end.unwrap_or(End::Whole));
                return Ok(());
            }
        }
        if line.is_empty() {
            return Ok(());
        }
        let item: Item = serde_json::from_slice(line)
            .map_err(|_| ModelError::Malformed("it is not the JSON of a model"))?;
        self.take(item, text)
    }

    fn take(&mut self, item: Item, text: &mut String) -> Result<(), ModelError> {
        if item.error.is_some() {
            return Err(ModelError::Malformed("it tells of an error"));
        }
        let is_known = item.choices.is_some()
            || item.response.is_some()
            || item.message.is_some()
            || item.content.is_some()
            || item.done.is_some();
        if !is_known {
            return Err(ModelError::Malformed("it is no answer of a model"));
        }
        let choice = item
            .choices
            .unwrap_or_default()
            .into_iter()
            .next()
            .unwrap_or_default();
        let told = [choice.delta, choice.message, item.message];
        let told = told
            .into_iter()
            .flatten()
            .find_map(|message| message.content);
        let said = choice.text.or(told).or(item.response).or(item.content);
        text.push_str(&said.unwrap_or_default());
        let reason = choice.finish_reason.or(item.done_reason).or(item.stop_type);
        let reason = reason.filter(|reason| !reason.is_empty() && reason != "none");
        // So Mistral's API and vLLM end what they could not finish.
        if matches!(reason.as_deref(), Some("error" | "abort")) {
            return Err(ModelError::Malformed("it tells of an error"));
        }
        if item.done == Some(true) || item.stop == Some(true) || reason.is_some() {
            let is_cut = item.stopped_limit == Some(true)
                || reason.is_some_and(|reason| {
                    matches!(reason.as_str(), "length" | "limit" | "model_length")
                });
            self.end = Some(if is_cut { End::Cut } else { End::Whole });
        }
        Ok(())
    }
}

/// Seconds of `Retry-After`, within reason.
fn wait(headers: &HeaderMap) -> u32 {
    headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map_or(2, |seconds: u32| seconds.clamp(1, LONGEST_WAIT))
}
