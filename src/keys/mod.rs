//! The server's keys: the secret behind token digests and pseudonyms, and the keys that sign tokens. Opened at start from
//! the data directory; used by `auth` and by the gateways.

mod foreign;
mod rotation;
mod secrets;
mod signing;

pub use foreign::{ForeignClaims, PublicKeys, claimed_issuer, claimed_key};
pub use rotation::{Duty, KeySource, KeyState, SigningKeys, rotate};
pub use secrets::{SecretsError, ServerSecret};
pub use signing::{Claims, LegacyClaims, SigningKey, UserTokenClaims};
