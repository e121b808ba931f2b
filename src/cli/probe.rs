//! `healthcheck`: asks the server of these settings whether it is ready. For container probes, where there is no `curl`.

use std::time::Duration;

use super::Failure;
use crate::{config::Settings, routes, state::address};

const TIME: Duration = Duration::from_secs(3);

pub(super) fn healthcheck(settings: &Settings) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::other(&error))?;
    runtime.block_on(ask(settings))
}

async fn ask(settings: &Settings) -> Result<(), Failure> {
    let mut address = address(settings);
    if address.port() == 0 {
        let folder = settings.instance.data_dir.display();
        return Err(Failure::Other(format!(
            "server.listen has port 0, and no server has noted in {folder} which one it took"
        )));
    }
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let external = settings.external_url(address);
    let base: hyper::Uri = external.parse().unwrap_or_default();
    let scheme = if settings.server.tls.cert_file.is_some() {
        "https"
    } else {
        "http"
    };
    let url = format!(
        "{scheme}://{address}{}{}",
        base.path().trim_end_matches('/'),
        routes::READINESS
    );
    let client = reqwest::Client::builder()
        .timeout(TIME)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // The certificate is for the name that clients use, and this asks the process next door by its address.
        .tls_danger_accept_invalid_certs(true)
        .build()
        .map_err(|error| Failure::other(&error))?;
    let response = client
        .get(&url)
        .send()
        .await
        .map_err(|error| Failure::other(&error))?;
    if response.status().is_success() {
        Ok(())
    } else {
        Err(Failure::Other(format!(
            "{url} answers {}",
            response.status()
        )))
    }
}
