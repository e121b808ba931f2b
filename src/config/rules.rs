//! What holds for a single value in more than one section: URLs, secrets, certificates. Used by the checks of each section.

use std::{net::IpAddr, path::Path};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use super::ConfigSecret;

/// Whether a file holds a certificate in PEM.
pub(super) fn certificate(path: &Path) -> Result<(), String> {
    let mut chain = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let first = chain.next().ok_or("no certificate in it")?;
    first.map(drop).map_err(|error| error.to_string())
}

/// Whether a file holds a private key in PEM.
pub(super) fn private_key(path: &Path) -> Result<(), String> {
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
    if authority.contains('@') {
        // Without showing it: a password would stand there.
        return Err("a URL with a name or a password in it is not taken; give credentials by their own keys".to_owned());
    }
    if uri.query().is_some() || text.contains('#') {
        return Err(wrong());
    }
    Ok(host.trim_matches(['[', ']']).to_owned())
}

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
