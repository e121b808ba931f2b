//! Checks of settings against each other and the world, after every single value has been read. Called by the
//! loader; returns every problem, and fills in what a setting only points to (a secret kept in a file).

use std::net::IpAddr;

use super::{ConfigSecret, GatewayAuth, GatewayKind, GatewaySettings, ServerSettings, Settings};

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
    if tls.cert_file.is_some() != tls.key_file.is_some() {
        problems.push(
            "server.tls: cert_file and key_file belong together; give both or neither".to_owned(),
        );
    }
    if server.max_body_bytes == 0 {
        problems.push("server.max_body_bytes: must be at least 1".to_owned());
    }
}

fn gateway(gateway: &mut GatewaySettings, problems: &mut Vec<String>) {
    token(gateway, problems);
    if gateway.max_in_flight == 0 {
        problems.push("gateway.max_in_flight: must be at least 1".to_owned());
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
    let Some(path) = &gateway.token_file else {
        return;
    };
    if gateway.token.is_some() {
        problems.push("gateway.token: given as token and as token_file; give one".to_owned());
        return;
    }
    match std::fs::read_to_string(path) {
        Ok(text) => gateway.token = Some(ConfigSecret::new(text.trim().to_owned())),
        Err(error) => problems.push(format!("gateway.token_file: {}: {error}", path.display())),
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
