//! The table of routes. Every route of the API asks for a credential in its handler; those that do not are the ones under
//! "open" here, and a test walks the table to prove it.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Extension, Router,
    extract::{Request, State},
    http::Method,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get, options, post},
};
use futures_util::FutureExt;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    api::{
        ai,
        code_suggestions::{
            self, completions, connection_details, direct_access, enabled, legacy, stream_probe,
        },
        graphql, health, instance, oauth, openapi, projects, tokens, usage, user,
    },
    middleware::{ForGitLab, Notes},
    passthrough::{self, editors, pass},
    reply::ApiError,
    routes,
    state::App,
    web,
};

/// Passes a request on to its route. The one that nearly all requests ask for is called directly: looking it up, and the
/// boxes that a router puts around its handlers, cost as much as everything that is known of the caller.
pub(super) async fn answer(
    app: &Arc<App>,
    router: &Router,
    mut request: Request,
    notes: Arc<Notes>,
) -> Response {
    let state = State(Arc::clone(app));
    if request.method() == Method::POST && request.uri().path() == routes::COMPLETIONS {
        // Boxed, since it is large and a connection would otherwise keep room for it all its life.
        let reply = Box::pin(completions::complete(state, Extension(notes), request));
        let caught = AssertUnwindSafe(reply).catch_unwind().await;
        return caught.map_or_else(panicked, IntoResponse::into_response);
    }
    request.extensions_mut().insert(notes);
    if request.extensions().get::<ForGitLab>().is_some() {
        let reply = Box::pin(pass(state, request));
        let caught = AssertUnwindSafe(reply).catch_unwind().await;
        return caught.map_or_else(panicked, IntoResponse::into_response);
    }
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The routes over the state of one serving thread.
pub fn router(app: &Arc<App>) -> Router {
    Router::new()
        .merge(code_suggestions_routes())
        .merge(match app.front {
            None => instance_routes(),
            Some(_) => shared_routes(),
        })
        .route(routes::AI_ASSIST, get(legacy::ai_assist))
        .route(routes::USER, get(user::current_user))
        .route(
            routes::TOKEN_SELF,
            get(tokens::describe).delete(tokens::revoke),
        )
        .route(routes::ROTATE_SELF, post(tokens::rotate))
        .route(routes::PROJECT, get(projects::project))
        .route(routes::AI_REST, any(ai::serve))
        .merge(open_routes(app))
        .merge(web_routes(app))
        .fallback(no_route)
        // GitLab answers a method that a path does not know as if the path were not there.
        .method_not_allowed_fallback(no_route)
        .with_state(Arc::clone(app))
        // A panic is a defect, and one request's defect is not another's.
        .layer(CatchPanicLayer::custom(panicked))
}

/// What this server answers alone unless there is a GitLab behind it.
fn instance_routes() -> Router<Arc<App>> {
    Router::new()
        .route(routes::VERSION, get(instance::version))
        .route(routes::METADATA, get(instance::version))
        .route(routes::TRACK_EVENT, post(usage::track_event))
        .route(
            routes::GRAPHQL,
            post(graphql::execute).layer(Extension(graphql::schema())),
        )
}

/// The same in front of a GitLab, whose answers are the better part of them.
fn shared_routes() -> Router<Arc<App>> {
    Router::new()
        .route(routes::VERSION, any(editors::version))
        .route(routes::METADATA, any(editors::version))
        .route(
            routes::TRACK_EVENT,
            post(editors::track_event).fallback(pass),
        )
        .route(
            routes::GRAPHQL,
            post(passthrough::graphql::execute).fallback(pass),
        )
}

fn code_suggestions_routes() -> Router<Arc<App>> {
    let endpoint = |route: MethodRouter<Arc<App>>| route.merge(options(code_suggestions::options));
    Router::new()
        .route(routes::COMPLETIONS, endpoint(post(completions::complete)))
        .route(routes::ENABLED, endpoint(post(enabled::enabled)))
        .route(
            routes::DIRECT_ACCESS,
            endpoint(post(direct_access::direct_access)),
        )
        .route(routes::TOKENS, endpoint(post(legacy::tokens)))
        .route(
            routes::CONNECTION_DETAILS,
            endpoint(post(connection_details::connection_details)),
        )
}

/// The web pages, which ask for a session where they need one, and what applications are issued by a user's word there.
fn web_routes(app: &Arc<App>) -> Router<Arc<App>> {
    if !app.has_pages() {
        return Router::new();
    }
    web::pages()
        .layer(from_fn_with_state(Arc::clone(app), web::dressed))
        .route(routes::TOKEN, post(oauth::issue))
        .route(routes::REVOKE, post(oauth::revoke))
        .route(routes::INTROSPECT, post(oauth::introspect))
        .route(
            routes::USER_INFO,
            get(oauth::user_info).post(oauth::user_info),
        )
}

/// Routes that ask for no credential.
fn open_routes(app: &Arc<App>) -> Router<Arc<App>> {
    let public = |route: MethodRouter<Arc<App>>| route.merge(options(oauth::options));
    let open = Router::new()
        .route(routes::TOKEN_INFO, get(oauth::token_info))
        .route(routes::OPENAPI, get(openapi::openapi))
        .route(routes::OPENID, public(get(oauth::discovery)))
        .route(routes::OAUTH_SERVER, public(get(oauth::discovery)))
        .route(routes::KEYS, public(get(oauth::keys)))
        .route(routes::CONNECTOR_KEYS, public(get(oauth::connector_keys)))
        .route(routes::OWN_KEYS, public(get(oauth::own_keys)))
        .route(
            routes::STREAM_PROBE,
            get(stream_probe::begin).post(stream_probe::answer),
        )
        .route(routes::HEALTH, get(health::health))
        .route(routes::LIVENESS, get(health::liveness))
        .route(routes::READINESS, get(health::readiness))
        .route(routes::AI_MODELS, get(ai::models))
        .route(routes::AI_HEALTH, get(ai::healthz));
    let open = if app.settings.usage.collector {
        open.route(routes::COLLECTOR, post(usage::collect))
    } else {
        open
    };
    // With an address of their own, metrics are nowhere else. Their handler asks strangers for an administrator's token.
    match app.settings.metrics.listen {
        None => open.route(routes::METRICS, get(health::metrics)),
        Some(_) => open,
    }
}

async fn no_route(uri: axum::http::Uri) -> ApiError {
    if uri.path().starts_with("/api/v3/") {
        ApiError::ApiV3
    } else {
        ApiError::NoRoute
    }
}

fn panicked(_cause: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    ApiError::Internal.into_response()
}
