//! Checks of settings against each other and the world, after every single value has been read. Called by the
//! loader; returns every problem, and fills in what a setting only points to (a secret kept in a file).

mod gateway;

use std::{net::IpAddr, ops::RangeInclusive, path::Path, time::Duration};

use ::redis::IntoConnectionInfo;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tracing_subscriber::EnvFilter;

use super::{
    ConfigSecret, LimitKind, LimitSettings, ServerSettings, Settings, front, identity, model,
};

/// More are no setting but a mistake.
const MOST_WORKERS: usize = 1024;

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
    if !is_version(&settings.instance.version) {
        problems.push(format!(
            "instance.version: '{}' is not a version; write MAJOR.MINOR.PATCH, such as \"18.7.0\"",
            settings.instance.version
        ));
    }
    if EnvFilter::builder().parse(&settings.log.level).is_err() {
        problems.push(format!(
            "log.level: '{}' is neither a level nor a filter; write \"info\" or \"info,code_suggestions=debug\"",
            settings.log.level
        ));
    }
    model::problems(&mut settings.model, &mut problems);
    redis(&settings.limits, &mut problems);
    problems
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

pub(super) fn certificate(path: &Path) -> Result<(), String> {
    let mut chain = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let first = chain.next().ok_or("no certificate in it")?;
    first.map(drop).map_err(|error| error.to_string())
}

fn private_key(path: &Path) -> Result<(), String> {
    PrivateKeyDer::from_pem_file(path)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Reads a secret that a file holds, and looks at one wherever it came from; `name` is its key, the file's ends in `_file`.
pub(super) fn secret(
    name: &str,
    secret: &mut Option<ConfigSecret>,
    file: Option<&Path>,
    problems: &mut Vec<String>,
) {
    let mut key = name.to_owned();
    if let Some(path) = file {
        key = format!("{name}_file");
        let word = name.rsplit('.').next().unwrap_or(name);
        if secret.is_some() {
            problems.push(format!(
                "{name}: given as {word} and as {word}_file; give one"
            ));
            return;
        }
        match std::fs::read_to_string(path) {
            Ok(text) => *secret = Some(ConfigSecret::new(text.trim().to_owned())),
            Err(error) => problems.push(format!("{key}: {}: {error}", path.display())),
        }
    }
    let usable = |secret: &ConfigSecret| {
        !secret.expose().is_empty() && secret.expose().bytes().all(|byte| byte.is_ascii_graphic())
    };
    if secret.as_ref().is_some_and(|secret| !usable(secret)) {
        problems.push(format!(
            "{key}: is empty or holds what no token holds, such as a blank"
        ));
    }
}

/// Whether code and tokens may be sent to a URL; `switch` is the key, and its value, that allows plain HTTP.
pub(super) fn destination(url: &str, switch: (&str, bool)) -> Result<(), String> {
    let (key, allowed) = switch;
    let host = http_url(url)?;
    if url.starts_with("http:") && !allowed && !is_loopback(&host) {
        return Err(format!(
            "'{url}' would send code and tokens unencrypted to another machine; use https or set {key} = true"
        ));
    }
    Ok(())
}

/// The host of an absolute `http` or `https` URL without query and fragment.
pub(super) fn http_url(text: &str) -> Result<String, String> {
    let wrong = || format!("'{text}' is not a URL; write it as \"https://host[:port][/path]\"");
    let uri: hyper::Uri = text.parse().map_err(|_| wrong())?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri
        .host()
        .filter(|host| known && !host.is_empty())
        .ok_or_else(wrong)?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if uri.query().is_some() || text.contains('#') || authority.contains('@') {
        return Err(wrong());
    }
    Ok(host.trim_matches(['[', ']']).to_owned())
}

pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn is_version(text: &str) -> bool {
    let core = text.split('-').next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok())
}
