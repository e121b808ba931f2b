//! The server's keys: the secret behind token digests and pseudonyms, and the key that signs tokens. Opened at start from
//! the data directory; used by `auth` and by the gateways.

mod secrets;
mod signing;

pub use secrets::{SecretsError, ServerSecret};
pub use signing::{Claims, LegacyClaims, SigningKey, UserTokenClaims};
