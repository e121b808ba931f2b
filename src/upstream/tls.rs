//! TLS towards an upstream: the platform's roots and those of one's own, a certificate to show if there is one, HTTP/2 where
//! the other side offers it (ALPN, RFC 7301). Verification cannot be switched off.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

/// Protocols in the order of our preference.
const PROTOCOLS: [&[u8]; 2] = [HTTP_2, b"http/1.1"];

/// The word for HTTP/2 over TLS (RFC 9113 section 3.2).
pub(super) const HTTP_2: &[u8] = b"h2";

/// Files that TLS is set up with.
#[derive(Debug, Clone, Copy, Default)]
pub struct TlsFiles<'a> {
    /// PEM file with further roots.
    pub roots: Option<&'a Path>,
    /// PEM files with a certificate chain and its key.
    pub client: Option<(&'a Path, &'a Path)>,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file does not hold what it should.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// The parts do not fit together.
    #[error(transparent)]
    Setup(#[from] rustls::Error),
}

/// What every connection of one client shares.
pub(super) fn client_config(files: TlsFiles<'_>) -> Result<ClientConfig, TlsError> {
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = files.roots.map(certificates).transpose()?;
    let verifier =
        Verifier::new_with_extra_roots(roots.unwrap_or_default(), Arc::clone(&provider))?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match files.client {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let private = PrivateKeyDer::from_pem_file(key).map_err(|source| at(key, source))?;
            builder.with_client_auth_cert(certificates(chain)?, private)?
        }
    };
    config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|source| at(path, source))
}

fn at(path: &Path, source: rustls::pki_types::pem::Error) -> TlsError {
    TlsError::File {
        path: path.display().to_string(),
        source,
    }
}
