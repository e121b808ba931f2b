//! What a gateway answers: a document, a stream of events or of text, or suggestions made in this process.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    model::Written,
    upstream::{UpstreamBody, UpstreamError},
};

/// An answer.
pub enum Answer {
    /// A whole JSON document, to be passed on as it is.
    Document {
        /// The gateway's status.
        status: StatusCode,
        /// Fields to pass on.
        headers: HeaderMap,
        /// The gateway's body.
        body: Bytes,
        /// Name of the model, if the gateway gives one.
        model: Option<String>,
    },
    /// Server-sent events.
    Events {
        /// Fields to pass on.
        headers: HeaderMap,
        /// The events.
        body: StreamBody,
    },
    /// Text as it is written.
    Text {
        /// Fields to pass on.
        headers: HeaderMap,
        /// The text.
        body: StreamBody,
    },
    /// Suggestions made here.
    Suggested(Suggested),
    /// A suggestion that a model server is writing.
    Written(Box<Writing>),
}

/// A suggestion that is being written, and the place among the requests under way that it takes up.
pub struct Writing {
    /// What writes it.
    pub written: Written,
    pub(super) _place: OwnedSemaphorePermit,
}

impl Answer {
    /// The model behind it; streams tell it too late.
    pub fn model(&self) -> Option<&str> {
        match self {
            Self::Suggested(suggested) => Some(&suggested.model),
            Self::Written(writing) => Some(&writing.written.model),
            Self::Document { model, .. } => model.as_deref(),
            Self::Events { .. } | Self::Text { .. } => None,
        }
    }
}

/// Suggestions made in this process; none is an answer too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// Texts to insert, best first.
    pub texts: Vec<String>,
    /// What wrote them: the kind of model server, or the engine.
    pub engine: &'static str,
    /// Its name.
    pub model: String,
    /// Language, in the gateway's words; empty if unknown.
    pub language: &'static str,
}

/// A stream whose first piece has arrived, so that a failure before it can still be told by a status.
pub struct StreamBody {
    first: Option<Bytes>,
    rest: UpstreamBody,
}

impl StreamBody {
    pub(super) fn new(first: Option<Bytes>, rest: UpstreamBody) -> Self {
        Self { first, rest }
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = UpstreamError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UpstreamError>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(Frame::data(first)))),
            None => Pin::new(&mut self.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }
}
