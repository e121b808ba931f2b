//! `GET` and `POST /api/v4/code_suggestions/stream_probe`: a stream that `doctor` asks for by the URL of its clients, with the head that
//! real streams have. Each event is sent when the one before has been read and told back; the last says whether all
//! were. Nobody without the data directory's key learns that there is such a path.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use futures_util::stream::{self, StreamExt};

use crate::{api::Reply, reply::ApiError, routes, state::App, suggestions::events_head};

/// Events before the last. A proxy that buffers may let the first one out together with the head.
const PIECES: u8 = 3;

/// Begins a stream for whoever has a ticket.
pub async fn begin(State(app): State<Arc<App>>, request: Request) -> Reply {
    let ticket = field(request.headers(), routes::PROBE_TICKET).ok_or(ApiError::NoRoute)?;
    if !app.secret.is_probe_ticket(ticket, app.clock.unix()) {
        return Err(ApiError::NoRoute);
    }
    let probe = app.probes.begin(ticket).ok_or(ApiError::Unavailable(5))?;
    let pieces = stream::unfold(Some((probe, 0)), async |state| {
        let (probe, sent) = state?;
        let answered = sent == 0 || probe.is_answered().await;
        if answered && sent < PIECES {
            let word = probe.next_word();
            let piece = format!("event: content_chunk\ndata: {word}\n\n");
            return Some((piece, Some((probe, sent + 1))));
        }
        let verdict = if answered {
            routes::PROBE_IN_TIME
        } else {
            "late"
        };
        Some((format!("event: stream_end\ndata: {verdict}\n\n"), None))
    });
    let pieces = pieces.map(|piece| Ok::<_, Infallible>(Bytes::from(piece)));
    let mut response = Response::new(Body::from_stream(pieces));
    *response.headers_mut() = events_head();
    Ok(response)
}

/// Takes the word of an event back.
pub async fn answer(State(app): State<Arc<App>>, request: Request) -> Reply {
    let word = field(request.headers(), routes::PROBE_WORD).and_then(|word| word.parse().ok());
    if !word.is_some_and(|word| app.probes.answer(word)) {
        return Err(ApiError::NoRoute);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn field<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
