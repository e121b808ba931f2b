//! In front of a GitLab: everything that is not this server's goes on to it and comes back untouched, whatever its length
//! and however long it takes: git over HTTP, uploads, long polls, events, WebSockets. Called by `server` for the paths that are
//! GitLab's, and by the routes of which only a part is ours.

pub mod editors;
pub mod graphql;
mod headers;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, Version},
    response::Response,
};
use hyper_util::rt::TokioIo;

use crate::{
    middleware::{Activity, Notes, Untouched},
    reply::ApiError,
    state::{App, Front},
};

/// Passes a request on and its answer back.
pub async fn pass(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    let front = app.front.as_ref().ok_or(ApiError::NoRoute)?;
    let peer = request.extensions().get::<SocketAddr>().copied();
    forward(&app, front, peer.ok_or(ApiError::Internal)?, request).await
}

async fn forward(
    app: &App,
    front: &Front,
    peer: SocketAddr,
    mut request: Request,
) -> Result<Response, ApiError> {
    // RFC 9112 section 3.2.2: a whole URL as the target is for proxies that are asked to reach other hosts, as is CONNECT.
    if request.uri().scheme().is_some() || request.method() == Method::CONNECT {
        return Err(ApiError::BadRequest);
    }
    let notes = request.extensions().get::<Arc<Notes>>().cloned();
    let activity = request.extensions().get::<Arc<Activity>>().cloned();
    if let Some(activity) = &activity {
        activity.be_patient(front.upstream.longest_silence());
    }
    let upgrade = headers::upgrade(request.headers())
        .map(|protocol| (protocol, hyper::upgrade::on(&mut request)));
    let request = towards_gitlab(app, front, peer, request, upgrade.is_some());
    let mut answer = front.upstream.send(request).await?;
    if let Some(notes) = &notes {
        notes.set_upstream_status(answer.status().as_u16());
    }
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        let (protocol, client) = upgrade.ok_or(ApiError::BadGateway)?;
        let server = hyper::upgrade::on(&mut answer);
        let near = async { client.await.map(TokioIo::new) };
        let far = async { server.await.map(TokioIo::new) };
        front
            .tunnels
            .open(near, far, front.upstream.longest_silence());
        if let Some(activity) = &activity {
            activity.become_tunnel();
        }
        let mut answer = answer.map(|_| Body::empty());
        headers::from_gitlab(answer.headers_mut());
        headers::insert_upgrade(answer.headers_mut(), protocol);
        answer.extensions_mut().insert(Untouched);
        return Ok(answer);
    }
    if !headers::is_plainly_framed(answer.headers()) {
        return Err(ApiError::BadGateway);
    }
    let mut answer = answer.map(Body::new);
    headers::from_gitlab(answer.headers_mut());
    answer.extensions_mut().insert(Untouched);
    Ok(answer)
}

/// The request as GitLab gets it.
fn towards_gitlab(
    app: &App,
    front: &Front,
    peer: SocketAddr,
    request: Request,
    upgrade: bool,
) -> Request {
    let (mut parts, body) = request.into_parts();
    let endpoint = front.upstream.endpoint();
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    parts.uri = endpoint.target_of(target);
    parts.version = Version::HTTP_11;
    let client = headers::Client {
        peer: peer.ip(),
        secure: app.instance.external_url.starts_with("https:"),
        server: &app.settings.server,
    };
    headers::towards_gitlab(&mut parts.headers, &client, upgrade);
    if !parts.headers.contains_key("host") {
        let authority = endpoint.authority().clone();
        parts.headers.insert("host", authority);
    }
    parts.extensions.clear();
    Request::from_parts(parts, body)
}
