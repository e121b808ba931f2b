//! Listening sockets, one per serving thread on the same address, and the certificate for HTTPS.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio_rustls::TlsAcceptor;

use crate::config::ServerSettings;

/// Connections that the kernel holds for us while all threads are busy.
const BACKLOG: i32 = 1024;

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address cannot be had.
    #[error("server.listen: {address}: {source}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("server.tls: {0}")]
    Certificate(String),
}

/// Sockets that listen, and the address that they really have.
pub struct Bound {
    /// One per serving thread.
    pub listeners: Vec<TcpListener>,
    /// Their address.
    pub address: SocketAddr,
    /// Set when HTTPS is spoken.
    pub tls: Option<TlsAcceptor>,
}

impl Bound {
    /// Listens as the settings say, for `workers` threads.
    pub fn bind(settings: &ServerSettings, workers: usize) -> Result<Self, ListenError> {
        let tls = acceptor(settings)?;
        let fail = |address| move |source| ListenError::Address { address, source };
        // Sockets that share an address would also share it with another server: the first asks for it alone.
        let wanted = settings.listen;
        drop(socket(wanted, false).map_err(fail(wanted))?);
        let first = socket(wanted, true).map_err(fail(wanted))?;
        let address = first.local_addr().map_err(fail(wanted))?;
        let mut listeners = vec![first];
        for _ in 1..workers {
            listeners.push(socket(address, true).map_err(fail(address))?);
        }
        Ok(Self {
            listeners,
            address,
            tls,
        })
    }
}

fn socket(address: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn acceptor(settings: &ServerSettings) -> Result<Option<TlsAcceptor>, ListenError> {
    let (Some(cert_file), Some(key_file)) = (&settings.tls.cert_file, &settings.tls.key_file)
    else {
        return Ok(None);
    };
    let wrong = |path: &std::path::Path, reason: &dyn std::fmt::Display| {
        ListenError::Certificate(format!("{}: {reason}", path.display()))
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert_file)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(cert_file, &error))?;
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| wrong(key_file, &error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| wrong(cert_file, &error))?;
    config.alpn_protocols = vec![super::http2::NAME.to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}
