//! The server's secret: a random key in a file of its own beside the database, from which the key for token digests
//! and the salt of pseudonymous user ids are derived. Whoever has the database alone can neither forge nor undo them.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use aws_lc_rs::{digest, hmac, rand};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use crate::store::Digest;

const FILE_NAME: &str = "server.key";
const LENGTH: usize = 32;

/// Seconds that a ticket for a stream is good for.
const PROBE_LIFETIME: i64 = 60;

/// What can go wrong with keys and randomness.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A key file that others can read protects nothing.
    #[error("{path}: is readable for other users; make it private with: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: String,
    },
    /// A key file does not hold a key.
    #[error("{path}: does not hold a key: {reason}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A new key has been made already and does not sign yet.
    #[error("a new key is waiting already; with --now another one takes its place at once")]
    Waiting,
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// Keys derived from the server's secret.
#[derive(Clone)]
pub struct ServerSecret {
    tokens: hmac::Key,
    forms: hmac::Key,
    probes: [u8; LENGTH],
    salt: [u8; LENGTH],
    mark: String,
}

impl ServerSecret {
    /// Whether there is a secret in `folder`.
    pub fn exists(folder: &Path) -> Result<bool, SecretsError> {
        let path = Self::path(folder);
        path.try_exists().map_err(|source| SecretsError::File {
            path: path.display().to_string(),
            source,
        })
    }

    /// Where the secret in `folder` is.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join(FILE_NAME)
    }

    /// Reads the secret in `folder`, making it at first start.
    pub fn open(folder: &Path) -> Result<Self, SecretsError> {
        let make = || {
            let mut random = [0; LENGTH];
            rand::fill(&mut random).map_err(|_| SecretsError::Random)?;
            Ok(STANDARD.encode(random))
        };
        let path = Self::path(folder);
        let text = read_or_make(&path, make)?;
        let malformed = || SecretsError::Malformed {
            path: path.display().to_string(),
            reason: "base64 of 32 bytes is expected",
        };
        let secret = STANDARD.decode(text.trim()).map_err(|_| malformed())?;
        if secret.len() != LENGTH {
            return Err(malformed());
        }
        Ok(Self::derive(&secret))
    }

    fn derive(secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tokens = hmac::sign(&key, b"token digests");
        let forms = hmac::sign(&key, b"form tokens");
        let user_ids = hmac::sign(&key, b"global user ids");
        let (mut salt, mut probes) = ([0; LENGTH], [0; LENGTH]);
        salt.copy_from_slice(user_ids.as_ref());
        probes.copy_from_slice(hmac::sign(&key, b"stream probes").as_ref());
        let mark = hmac::sign(&key, b"mark in the database");
        Self {
            tokens: hmac::Key::new(hmac::HMAC_SHA256, tokens.as_ref()),
            forms: hmac::Key::new(hmac::HMAC_SHA256, forms.as_ref()),
            probes,
            salt,
            mark: URL_SAFE_NO_PAD.encode(mark),
        }
    }

    /// What tells this secret from another and nothing about it. The database keeps it, to be known as the one that the secret
    /// belongs to.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// The digest under which a token is kept.
    pub fn digest(&self, token: &str) -> Digest {
        let mut digest = [0; LENGTH];
        digest.copy_from_slice(hmac::sign(&self.tokens, token.as_bytes()).as_ref());
        digest
    }

    /// What a form has to carry to prove that a page of ours made it for the browser with that cookie: no other page can
    /// know it.
    pub fn form_token(&self, cookie: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.forms, cookie.as_bytes()))
    }

    /// Whether that is the form token for the cookie, in a time that does not depend on how much of it is right.
    pub fn is_form_token(&self, cookie: &str, given: &str) -> bool {
        let given = URL_SAFE_NO_PAD.decode(given).unwrap_or_default();
        hmac::verify(&self.forms, cookie.as_bytes(), &given).is_ok()
    }

    /// What entitles whoever reads the data directory to a stream of its own, for a minute from now.
    pub fn probe_ticket(&self, now: i64) -> Result<String, SecretsError> {
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| SecretsError::Random)?;
        let until = now + PROBE_LIFETIME;
        let claim = format!("{until}.{}", URL_SAFE_NO_PAD.encode(random));
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&self.probe_key(), claim.as_bytes()));
        Ok(format!("{claim}.{signature}"))
    }

    /// Whether that is such a ticket, and still good.
    pub fn is_probe_ticket(&self, ticket: &str, now: i64) -> bool {
        let Some((claim, signature)) = ticket.rsplit_once('.') else {
            return false;
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        let until = claim.split('.').next().and_then(|text| text.parse().ok());
        let is_good = until.is_some_and(|until: i64| (now..=now + PROBE_LIFETIME).contains(&until));
        is_good && hmac::verify(&self.probe_key(), claim.as_bytes(), &signature).is_ok()
    }

    fn probe_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.probes)
    }

    /// The pseudonym of a user towards gateways: 44 characters, stable, not to be undone without the secret.
    pub fn global_user_id(&self, instance_id: &str, user_id: i64) -> String {
        let mut digits = itoa::Buffer::new();
        let mut digest = digest::Context::new(&digest::SHA256);
        for part in [
            instance_id.as_bytes(),
            digits.format(user_id).as_bytes(),
            &self.salt,
        ] {
            digest.update(part);
        }
        STANDARD.encode(digest.finish())
    }
}

/// The text of a private file, which is made with `make` if there is none yet. Two processes that start at once end
/// up with the same text: the file appears whole under its name or not at all.
pub(super) fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> Result<String, SecretsError>,
) -> Result<String, SecretsError> {
    let fail = |source| SecretsError::File {
        path: path.display().to_string(),
        source,
    };
    if !path.try_exists().map_err(fail)? {
        let text = make()?;
        let folder = path.parent().unwrap_or(Path::new("."));
        write_new(folder, path, &text).map_err(fail)?;
    }
    refuse_exposed(path)?;
    fs::read_to_string(path).map_err(fail)
}

/// Writes a private file that must not be there yet.
pub(super) fn write_new(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let draft = folder.join(format!(".{}", uuid::Uuid::new_v4()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Refuses a private file that others can read.
pub(super) fn refuse_exposed(path: &Path) -> Result<(), SecretsError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let fail = |source| SecretsError::File {
            path: path.display().to_string(),
            source,
        };
        if fs::metadata(path).map_err(fail)?.permissions().mode() & 0o077 != 0 {
            return Err(SecretsError::Exposed {
                path: path.display().to_string(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = ServerSecret::open(folder.path()).unwrap();
        let second = ServerSecret::open(folder.path()).unwrap();
        assert_eq!(first.digest("glpat-x"), second.digest("glpat-x"));
        assert_ne!(first.digest("glpat-x"), first.digest("glpat-y"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn user_ids_are_44_characters_and_differ() {
        let secret = ServerSecret::derive(b"0123456789abcdef0123456789abcdef");
        let other = ServerSecret::derive(b"another secret, thirty-two bytes");
        let id = secret.global_user_id("instance", 42);
        assert_eq!(id.len(), 44);
        assert_eq!(id, secret.global_user_id("instance", 42));
        for different in [
            secret.global_user_id("instance", 43),
            secret.global_user_id("elsewhere", 42),
            other.global_user_id("instance", 42),
        ] {
            assert_ne!(id, different);
        }
    }

    #[test]
    fn a_form_token_belongs_to_one_cookie() {
        let secret = ServerSecret::derive(b"0123456789abcdef0123456789abcdef");
        let token = secret.form_token("cookie");
        assert!(secret.is_form_token("cookie", &token));
        for (cookie, given) in [
            ("other", token.as_str()),
            ("cookie", ""),
            ("cookie", &token[1..]),
            ("cookie", "!"),
        ] {
            assert!(!secret.is_form_token(cookie, given), "{cookie} {given}");
        }
    }

    #[test]
    fn a_ticket_is_good_for_a_minute_and_cannot_be_made_without_the_secret() {
        let secret = ServerSecret::derive(b"0123456789abcdef0123456789abcdef");
        let other = ServerSecret::derive(b"another secret, thirty-two bytes");
        let ticket = secret.probe_ticket(1000).unwrap();
        assert_ne!(ticket, secret.probe_ticket(1000).unwrap());
        assert!(secret.is_probe_ticket(&ticket, 1000));
        assert!(secret.is_probe_ticket(&ticket, 1060));
        assert!(!secret.is_probe_ticket(&ticket, 1061));
        assert!(!secret.is_probe_ticket(&ticket, 900));
        assert!(!other.is_probe_ticket(&ticket, 1000));
        let later = ticket.replacen("1060", "9060", 1);
        let far = format!("9000.x.{}", URL_SAFE_NO_PAD.encode([0; 32]));
        for forged in ["", ".", "..", "1060", &ticket[1..], &later, &far] {
            assert!(!secret.is_probe_ticket(forged, 1000), "{forged}");
            assert!(!secret.is_probe_ticket(forged, 9000), "{forged}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        ServerSecret::open(folder.path()).unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            ServerSecret::open(folder.path()),
            Err(SecretsError::Exposed { .. })
        ));
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        ServerSecret::open(folder.path()).unwrap();
        for text in ["", "!!", "c2hvcnQ="] {
            fs::write(folder.path().join(FILE_NAME), text).unwrap();
            assert!(
                matches!(
                    ServerSecret::open(folder.path()),
                    Err(SecretsError::Malformed { .. })
                ),
                "{text}"
            );
        }
    }
}
