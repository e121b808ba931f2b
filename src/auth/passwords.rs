//! Passwords: argon2id with the library's parameters (19 MiB, two passes: OWASP's recommendation). Called by the sessions and by
//! the command that sets one. A check takes some ten milliseconds of one core on purpose, so it runs where blocking is
//! allowed and only a few at a time.

use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::{self, phc::PasswordHash},
};
use aws_lc_rs::rand;

/// Fewest characters of a password (NIST SP 800-63B section 3.1.1.2 asks for 8 at least).
const SHORTEST: usize = 8;

/// Most bytes of a password: more is no password but work for the server.
const LONGEST: usize = 1024;

/// Why a password cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It is too short or too long.
    #[error("a password has {SHORTEST} characters at least and {LONGEST} bytes at most")]
    Length,
    /// The system gives no random numbers, or no memory.
    #[error("the password could not be hashed")]
    Hash,
}

/// What is kept of a password. Takes long: not for a serving thread.
pub fn hash_password(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(PasswordError::Length);
    }
    let mut salt = [0; 16];
    rand::fill(&mut salt).map_err(|_| PasswordError::Hash)?;
    let hash: password_hash::Result<PasswordHash> =
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|_| PasswordError::Hash)
}

/// Whether that is the password of which `kept` was kept. Without one the same work is done, so that the time does not
/// tell which users there are. Takes long: not for a serving thread.
pub(super) fn is_password(password: &str, kept: Option<&str>) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    let Some(kept) = kept.and_then(|kept| PasswordHash::new(kept).ok()) else {
        let work: password_hash::Result<PasswordHash> =
            Argon2::default().hash_password_with_salt(password.as_bytes(), &[0; 16]);
        drop(work);
        return false;
    };
    Argon2::default()
        .verify_password(password.as_bytes(), &kept)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let kept = hash_password("correct horse").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(is_password("correct horse", Some(&kept)));
        for (wrong, kept) in [
            ("correct hors", Some(kept.as_str())),
            ("", Some(&kept)),
            ("correct horse", Some("no hash")),
            ("correct horse", None),
        ] {
            assert!(!is_password(wrong, kept), "{wrong} {kept:?}");
        }
        assert_ne!(hash_password("correct horse").unwrap(), kept, "salted");
    }

    #[test]
    fn lengths_are_bounded() {
        for wrong in ["seven77", &"x".repeat(1025)] {
            assert!(matches!(hash_password(wrong), Err(PasswordError::Length)));
        }
        assert!(!is_password(&"x".repeat(1025), None));
    }
}
