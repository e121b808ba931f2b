//! `serve`: puts the server together, starts a thread per core, prints what a first user needs, and stops on a signal.

use std::{io::IsTerminal, net::SocketAddr, sync::Arc, thread::JoinHandle, time::Duration};

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use super::{Failure, line};
use crate::{
    api::health,
    auth::{make_sign_in_link, make_token},
    clock::Clock,
    config::{GatewayKind, IdentityKind, LogFormat, Settings, WebSettings},
    keys::ServerSecret,
    routes,
    server::{Bound, Stop, serve},
    state::{BuildError, Local, Shared, note_address},
    store::{NewToken, NewUser, Scope, Scopes, Store},
    telemetry::{self, LogError},
};

/// Threads per serving thread for work that blocks: the database and the engine.
const BLOCKING_THREADS: usize = 8;

/// Time between two looks at the signing keys.
const KEYS_LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// Longest wait at the end for whoever reads the log.
const LAST_LINES: Duration = Duration::from_secs(5);

pub(super) fn run(settings: Settings) -> Result<(), Failure> {
    let log = telemetry::start(&settings.log).map_err(|error| match error {
        LogError::Filter(_) => Failure::Usage(error.to_string()),
        LogError::Thread(_) => Failure::other(&error),
    })?;
    let ended = run_logged(settings);
    log.finish(LAST_LINES);
    ended
}

fn run_logged(settings: Settings) -> Result<(), Failure> {
    // The message of a panic may quote what was being worked on, which is somebody's source code.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| (place.file(), place.line()));
        tracing::error!(?place, "a panic, which is a defect");
    }));
    raise_descriptors();
    let main = runtime()?;
    main.block_on(async {
        let signals = Signals::take()?;
        let workers = workers(&settings);
        let bound =
            Bound::bind(&settings.server, workers).map_err(|error| Failure::other(&error))?;
        let local = Local::open(&settings).await;
        let local = local.map_err(|error| Failure::other(&error))?;
        let (store, secret) = (Arc::clone(&local.store), local.secret.clone());
        let (grace, web) = (settings.server.shutdown_grace, settings.web.clone());
        let shared = Shared::build(settings, local, bound.address, Clock::System)
            .await
            .map_err(build_failure)?;
        let stop = Stop::default();
        let threads = start(bound.listeners, bound.tls.as_ref(), &shared, &stop)?;
        let metrics = serve_metrics(&shared, stop.drain.clone()).await?;
        let counting = tokio::spawn(Arc::clone(&shared.usage).keep(stop.drain.clone()));
        // Last, so that no failure of the start loses a token that is shown only once.
        let welcome = match shared.settings.identity.kind {
            IdentityKind::Local => first_start(&store, &secret, &web).await?,
            IdentityKind::GitLab => None,
        };
        if let Err(error) = note_address(&shared.settings, bound.address) {
            tracing::warn!(%error, "commands will not know the port");
        }
        announce(&shared, bound.address, welcome.as_ref());
        warn_of_gateway(&shared.settings);
        let keys = tokio::spawn(watch_keys(Arc::clone(&shared)));
        let stopping = stop_on_signal(signals, Arc::clone(&shared), stop.clone(), grace);
        let served = join(threads);
        tokio::select! {
            failed = served => failed?,
            () = stopping => {}
        }
        keys.abort();
        if let Some(metrics) = metrics {
            metrics.abort();
        }
        last_figures(&shared, counting).await;
        Ok(())
    })
}

/// Tells of settings that can be meant, but seldom are.
fn warn_of_gateway(settings: &Settings) {
    let gateway = &settings.gateway;
    match gateway.kind {
        GatewayKind::GitLab if gateway.token.is_none() => tracing::warn!(
            "gateway.kind is \"gitlab\" and there is no gateway.token: nothing can be asked"
        ),
        GatewayKind::Builtin => {
            if gateway.url.is_some() {
                tracing::warn!("gateway.kind is \"builtin\": nobody is asked at gateway.url");
            }
            for late in settings.model.outlasting_editors(&settings.proxies) {
                tracing::warn!(late, "what a model server writes later is shown to nobody");
            }
        }
        _ => {}
    }
}

/// What was counted since the last time is written before the end.
async fn last_figures(shared: &Shared, counting: tokio::task::JoinHandle<()>) {
    // One that is writing finishes; it has been told to stop.
    let joined = counting.await;
    if let Err(error) = shared.usage.flush().await {
        let error = &error as &dyn std::error::Error;
        tracing::error!(
            error,
            joined = joined.is_ok(),
            "the last figures on usage are lost"
        );
    }
}

/// Takes as many descriptors as the system grants: every open stream needs two, and the usual limit is for programs that
/// wait for descriptors with `select`.
fn raise_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of descriptors stays as it is");
    }
}

fn build_failure(error: BuildError) -> Failure {
    match error {
        BuildError::Endpoint(_) | BuildError::GitLab(_) | BuildError::Front(_) => {
            Failure::Usage(error.to_string())
        }
        other => Failure::other(&other),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()
        .map_err(|error| Failure::other(&error))
}

fn workers(settings: &Settings) -> usize {
    match settings.server.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        some => some,
    }
}

/// Takes up what `key rotate` has written. Here, since this thread serves nobody who would wait for the files.
async fn watch_keys(shared: Arc<Shared>) {
    let mut ticks = tokio::time::interval(KEYS_LOOKED_AT_EVERY);
    loop {
        ticks.tick().await;
        shared.key.refresh();
    }
}

/// What the first user signs in with.
struct Welcome {
    token: String,
    /// For the web pages.
    link: String,
}

/// One administrator with a token and a link, when there is nobody yet.
async fn first_start(
    store: &Store,
    secret: &ServerSecret,
    web: &WebSettings,
) -> Result<Option<Welcome>, Failure> {
    if store.has_users().await? {
        return Ok(None);
    }
    let fail = |error| Failure::other(&error);
    let now = Clock::System.unix();
    let (token, digest) = make_token(secret).map_err(fail)?;
    let (link, session) = make_sign_in_link(secret, now, web.link_lifetime).map_err(fail)?;
    let root = NewUser {
        username: "root".to_owned(),
        admin: true,
        created_at: now,
    };
    let first = NewToken {
        username: "root".to_owned(),
        digest,
        name: "first start".to_owned(),
        scopes: Scopes::of(&[Scope::Api]),
        created_at: now,
        expires_at: None,
        application: None,
    };
    store.add_first_user(root, first, session).await?;
    Ok(Some(Welcome { token, link }))
}

fn start(
    listeners: Vec<std::net::TcpListener>,
    tls: Option<&tokio_rustls::TlsAcceptor>,
    shared: &Arc<Shared>,
    stop: &Stop,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    let mut threads = Vec::new();
    for (number, listener) in listeners.into_iter().enumerate() {
        let runtime = runtime()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener).map_err(|error| Failure::other(&error))?
        };
        let app = shared.app().map_err(build_failure)?;
        let (tls, stop) = (tls.cloned(), stop.clone());
        let thread = std::thread::Builder::new()
            .name(format!("serve-{number}"))
            .spawn(move || {
                runtime.block_on(serve(listener, tls, app, stop));
                // A question to the engine that nobody waits for any more must not hold up the end.
                runtime.shutdown_background();
            })
            .map_err(|error| Failure::other(&error))?;
        threads.push(thread);
    }
    Ok(threads)
}

async fn join(threads: Vec<JoinHandle<()>>) -> Result<(), Failure> {
    let joined =
        tokio::task::spawn_blocking(move || threads.into_iter().try_for_each(JoinHandle::join))
            .await;
    match joined {
        Ok(Ok(())) => Ok(()),
        _ => Err(Failure::Other(
            "a serving thread ended by a panic".to_owned(),
        )),
    }
}

/// Metrics on an address of their own.
async fn serve_metrics(
    shared: &Arc<Shared>,
    stop: CancellationToken,
) -> Result<Option<tokio::task::JoinHandle<()>>, Failure> {
    let Some(address) = shared.settings.metrics.listen else {
        return Ok(None);
    };
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::Other(format!("metrics.listen: {address}: {error}")))?;
    let shared = Arc::clone(shared);
    let metrics = move || {
        let shared = Arc::clone(&shared);
        async move { health::rendered(&shared.metrics) }
    };
    let routes = axum::Router::new()
        .route(routes::METRICS, axum::routing::get(metrics.clone()))
        .route("/metrics", axum::routing::get(metrics));
    let serving =
        axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await });
    Ok(Some(tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, "metrics are not served any more");
        }
    })))
}

/// The signals that stop the server. Taken before anything is announced: whoever reads the announcement may send one at
/// once, and it must not end the process the hard way.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// The end of the terminal, or of whoever minds the process.
    hang_up: Option<Signal>,
}

impl Signals {
    fn take() -> Result<Self, Failure> {
        let take = |kind| signal(kind).map_err(|error| Failure::other(&error));
        Ok(Self {
            terminate: take(SignalKind::terminate())?,
            interrupt: take(SignalKind::interrupt())?,
            hang_up: (!ignores_hang_up())
                .then(|| take(SignalKind::hangup()))
                .transpose()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            Some(()) = async { self.hang_up.as_mut()?.recv().await } => {}
        }
    }
}

/// Whether this process was started so that it outlives its terminal, as `nohup` does it (proc(5), `SigIgn`).
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // Where nobody says so, the signal stays as it is.
    ignored.is_none_or(|mask| mask & 1 == 1)
}

/// First signal: drain, then break off after the grace. Second signal: end at once.
async fn stop_on_signal(mut signals: Signals, shared: Arc<Shared>, stop: Stop, grace: Duration) {
    signals.next().await;
    tracing::info!("stopping; running requests may finish");
    shared.start_draining();
    stop.drain.cancel();
    tokio::select! {
        () = signals.next() => {}
        () = tokio::time::sleep(grace) => {
            tracing::warn!("the grace period is over; requests are broken off");
        }
    }
    stop.abort.cancel();
    // What is left ends by itself now; the threads are joined elsewhere.
    tokio::time::sleep(Duration::from_secs(1)).await;
}

fn announce(shared: &Shared, address: SocketAddr, welcome: Option<&Welcome>) {
    let url = &shared.instance.external_url;
    tracing::info!(%address, url, gateway = shared.settings.gateway.kind.as_str(), "ready");
    let settings = &shared.settings;
    if settings.proxy.gitlab_url.is_some() && settings.identity.kind == IdentityKind::Local {
        tracing::warn!(
            "proxy.gitlab_url is set and identity.kind is \"local\": tokens of that GitLab do not open this server"
        );
    }
    // Whoever asked for a log in JSON collects it, and a token must not be collected.
    let collected =
        shared.settings.log.format == Some(LogFormat::Json) && !std::io::stdout().is_terminal();
    line(&format!(
        "code-suggestions listens on http{}://{address}",
        tls_suffix(&shared.settings)
    ));
    if shared.settings.gateway.kind == GatewayKind::Builtin {
        line(&shared.models.summary());
    }
    match welcome {
        None => {}
        Some(_) if collected => {
            line(
                "Made the user root; make a token with: code-suggestions token create --user root",
            );
            if shared.settings.web.enabled {
                line("Sign in with: code-suggestions user sign-in-link root");
            }
        }
        Some(Welcome { token, link }) => {
            let enabled = shared.settings.web.enabled;
            let link = enabled.then(|| routes::sign_in_link(url, link));
            line(&greeting(url, token, link.as_deref()));
        }
    }
}

fn tls_suffix(settings: &Settings) -> &'static str {
    if settings.server.tls.cert_file.is_some() {
        "s"
    } else {
        ""
    }
}

fn greeting(url: &str, token: &str, link: Option<&str>) -> String {
    let link = link.map_or(String::new(), |link| {
        format!("  Sign in once          {link}\n")
    });
    format!(
        r#"
First start: made the administrator root and a token, which is shown only now.

  URL for your editor   {url}
  Token                 {token}
{link}
Try it:

  curl --request POST --url "{url}/api/v4/code_suggestions/completions" \
    --header "Authorization: Bearer {token}" \
    --data '{{
      "current_file": {{
        "file_name": "car.py",
        "content_above_cursor": "class Car:\n    def __init__(self):\n        self.is_running = False\n        self.speed = 0\n    def increase_speed(self, increment):",
        "content_below_cursor": ""
      }},
      "intent": "completion"
    }}'
"#
    )
}
