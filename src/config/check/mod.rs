//! Checks of settings against each other and the world, after every single value has been read. Called by the
//! loader; returns every problem, and fills in what a setting only points to (a secret kept in a file).

mod gateway;

use std::{ops::RangeInclusive, time::Duration};

use ::redis::IntoConnectionInfo;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use super::{
    ConfigSecret, LimitKind, LimitSettings, ProxySettings, ServerSettings, Settings, front,
    identity, model,
    rules::{certificate, http_url, private_key},
};

/// More are no setting but a mistake.
const MOST_WORKERS: usize = 1024;

/// Of URLs that name a proxy. Those but the first are told of when one is needed, since other programs may want them.
const PROXY_SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// Lifetimes of a code: a person has to get from the browser to the editor in it (RFC 6749 section 4.1.2).
const CODE_LIFETIMES: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_mins(10);

/// One line per problem, each beginning with the key.
pub(super) fn problems(settings: &mut Settings) -> Vec<String> {
    let mut problems = Vec::new();
    server(&settings.server, &mut problems);
    gateway::check(&mut settings.gateway, &mut problems);
    front::problems(&mut settings.proxy, &mut settings.identity, &mut problems);
    identity::problems(&mut settings.identity, &mut problems);
    if !CODE_LIFETIMES.contains(&settings.oauth.code_lifetime) {
        problems.push("oauth.code_lifetime: must be from \"1m\" to \"10m\"".to_owned());
    }
    if settings.instance.data_dir.as_os_str().is_empty() {
        problems.push("instance.data_dir: names no folder".to_owned());
    }
    if !is_version(&settings.instance.version) {
        problems.push(format!(
            "instance.version: '{}' is not a version; write MAJOR.MINOR.PATCH, such as \"18.7.0\"",
            settings.instance.version
        ));
    }
    if !is_filter(&settings.log.level) {
        problems.push(format!(
            "log.level: '{}' is neither a level nor a filter; write \"info\" or \"info,code_suggestions=debug\"",
            settings.log.level
        ));
    }
    model::problems(&mut settings.model, &mut problems);
    redis(&settings.limits, &mut problems);
    problems
}

/// Whether that says how much is logged. A lone word has to be a level: a misspelt one would be taken for a part of the program, and
/// nothing else would be logged.
fn is_filter(text: &str) -> bool {
    let mut words = text.split(',').map(str::trim);
    EnvFilter::builder().parse(text).is_ok()
        && words.all(|word| word.contains(['=', '[']) || word.parse::<LevelFilter>().is_ok())
}

fn redis(limits: &LimitSettings, problems: &mut Vec<String>) {
    const FORM: &str =
        "\"redis://host:6379/0\"; rediss:// is with TLS, redis+unix:///path a socket";
    let url = limits.redis.url.as_ref().map(ConfigSecret::expose);
    match url {
        None if limits.kind == LimitKind::Redis => problems.push(format!(
            "limits.redis.url: needed for limits.kind = \"redis\"; write it as {FORM}"
        )),
        // It may hold a password and is not repeated.
        Some(url) if url.into_connection_info().is_err() => problems.push(format!(
            "limits.redis.url: is not the URL of a Redis; write it as {FORM}"
        )),
        _ => {}
    }
}

/// What is wrong with the proxy that the environment names. One that cannot be read would be passed by in silence, and with it
/// whatever it is there to see.
pub(super) fn unusable_proxy(proxies: &ProxySettings) -> Option<String> {
    let text = &proxies.https;
    let usable = text.parse::<hyper::Uri>().is_ok_and(|uri| {
        let known = uri
            .scheme_str()
            .is_none_or(|scheme| PROXY_SCHEMES.contains(&scheme));
        let host = uri.host().is_some_and(|host| !host.is_empty());
        let address = uri.authority().map_or("", |authority| authority.as_str());
        let has_port = address
            .rsplit(['@', ']'])
            .next()
            .is_some_and(|end| end.contains(':'));
        known && host && has_port == uri.port_u16().is_some()
    });
    // It may hold a password and is not repeated.
    (!text.is_empty() && !usable).then(|| {
        "HTTPS_PROXY (or ALL_PROXY): is not the URL of a proxy; write it as \"http://[NAME:PASSWORD@]HOST:PORT\"".to_owned()
    })
}

fn server(server: &ServerSettings, problems: &mut Vec<String>) {
    if let Some(url) = &server.external_url
        && let Err(reason) = http_url(url)
    {
        problems.push(format!("server.external_url: {reason}"));
    }
    let tls = &server.tls;
    match (&tls.cert_file, &tls.key_file) {
        (None, None) => {}
        (Some(cert), Some(key)) => {
            let checks = [
                ("cert_file", cert, certificate(cert)),
                ("key_file", key, private_key(key)),
            ];
            for (name, path, check) in checks {
                if let Err(reason) = check {
                    problems.push(format!("server.tls.{name}: {}: {reason}", path.display()));
                }
            }
        }
        _ => problems.push(
            "server.tls: cert_file and key_file belong together; give both or neither".to_owned(),
        ),
    }
    if server.workers > MOST_WORKERS {
        problems.push(format!("server.workers: must be at most {MOST_WORKERS}"));
    }
    if server.max_body_bytes == 0 {
        problems.push("server.max_body_bytes: must be at least 1".to_owned());
    }
}

fn is_version(text: &str) -> bool {
    let core = text.split('-').next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok())
}
