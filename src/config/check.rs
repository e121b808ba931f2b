//! Checks of settings against each other and the world, after every single value has been read. Called by the
//! loader; returns every problem, and fills in what a setting only points to (a secret kept in a file).

use std::{net::IpAddr, path::Path};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tracing_subscriber::EnvFilter;

use super::{ConfigSecret, GatewayAuth, GatewayKind, GatewaySettings, ServerSettings, Settings};

/// More are no settings but mistakes.
const MOST_IN_FLIGHT: usize = 1_000_000;
const MOST_WORKERS: usize = 1024;

/// One line per problem, each beginning with the key.
pub(super) fn problems(settings: &mut Settings) -> Vec<String> {
    let mut problems = Vec::new();
    server(&settings.server, &mut problems);
    gateway(&mut settings.gateway, &mut problems);
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
    if settings.model.max_tokens == 0 || settings.model.context_chars == 0 {
        problems.push("model.max_tokens and model.context_chars: must be at least 1".to_owned());
    }
    problems
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

fn certificate(path: &Path) -> Result<(), String> {
    let mut chain = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let first = chain.next().ok_or("no certificate in it")?;
    first.map(drop).map_err(|error| error.to_string())
}

fn private_key(path: &Path) -> Result<(), String> {
    PrivateKeyDer::from_pem_file(path)
        .map(drop)
        .map_err(|error| error.to_string())
}

fn gateway(gateway: &mut GatewaySettings, problems: &mut Vec<String>) {
    token(gateway, problems);
    if !(1..=MOST_IN_FLIGHT).contains(&gateway.max_in_flight) {
        problems.push(format!(
            "gateway.max_in_flight: must be from 1 to {MOST_IN_FLIGHT}"
        ));
    }
    if gateway.kind == GatewayKind::Builtin {
        return;
    }
    let Some(url) = &gateway.url else {
        problems.push("gateway.url: needed when gateway.kind is \"ai_gateway\"".to_owned());
        return;
    };
    match http_url(url) {
        Err(reason) => problems.push(format!("gateway.url: {reason}")),
        Ok(host)
            if url.starts_with("http:") && !gateway.allow_plain_http && !is_loopback(&host) =>
        {
            problems.push(format!(
                "gateway.url: '{url}' would send code and tokens unencrypted to another machine; \
                 use https or set gateway.allow_plain_http = true"
            ));
        }
        Ok(_) => gateway.url = Some(url.trim_end_matches('/').to_owned()),
    }
    if gateway.auth == GatewayAuth::Static && gateway.token.is_none() {
        problems.push("gateway.token: needed when gateway.auth is \"static\"".to_owned());
    }
}

fn token(gateway: &mut GatewaySettings, problems: &mut Vec<String>) {
    let mut key = "gateway.token";
    if let Some(path) = &gateway.token_file {
        key = "gateway.token_file";
        if gateway.token.is_some() {
            problems.push("gateway.token: given as token and as token_file; give one".to_owned());
            return;
        }
        match std::fs::read_to_string(path) {
            Ok(text) => gateway.token = Some(ConfigSecret::new(text.trim().to_owned())),
            Err(error) => problems.push(format!("{key}: {}: {error}", path.display())),
        }
    }
    let usable = |token: &ConfigSecret| {
        !token.expose().is_empty() && token.expose().bytes().all(|byte| byte.is_ascii_graphic())
    };
    if gateway.token.as_ref().is_some_and(|token| !usable(token)) {
        problems.push(format!(
            "{key}: is empty or holds what no token holds, such as a blank"
        ));
    }
}

/// The host of an absolute `http` or `https` URL without query and fragment.
fn http_url(text: &str) -> Result<String, String> {
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

fn is_loopback(host: &str) -> bool {
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
