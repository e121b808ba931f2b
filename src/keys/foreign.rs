//! Public keys of a GitLab that uses the built-in gateway, and the tokens that it signs (RFC 7517, RFC 7519). Used by `gateway`,
//! which fetches the keys. A key counts only if it came from the set of the issuer that the token names: what a token's
//! head says about keys, beyond their name, is not read.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous::insecure_decode_claims};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::signing::GATEWAY;

/// Most keys of a set.
const MOST_KEYS: usize = 32;

/// Length of a modulus of 2048 bits in base64 without padding.
const SHORTEST_MODULUS: usize = 342;

/// Longest token that is looked at, in bytes.
const LONGEST_TOKEN: usize = 4096;

/// RSA keys that verify signatures.
pub struct PublicKeys(Vec<(Option<String>, DecodingKey)>);

/// What a GitLab says about itself in a token.
#[derive(Debug, Clone, Deserialize)]
pub struct ForeignClaims {
    /// The instance, in the words of the token.
    pub sub: String,
    exp: i64,
    nbf: i64,
    #[serde(default)]
    #[expect(dead_code, reason = "read to be checked")]
    iat: Option<i64>,
    /// Realm of the instance; empty if it says none.
    #[serde(default, deserialize_with = "text_or_null")]
    pub gitlab_realm: String,
    /// UUID of the instance; empty if it says none.
    #[serde(default, deserialize_with = "text_or_null")]
    pub gitlab_instance_id: String,
    /// What the token is good for.
    #[serde(default)]
    pub scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Who claims to have signed a token; nothing of it has been verified.
pub fn claimed_issuer(token: &str) -> Option<String> {
    if token.len() > LONGEST_TOKEN {
        return None;
    }
    let claims: Issuer = insecure_decode_claims(token).ok()?;
    Some(claims.iss)
}

/// The name of the key in a token's head.
pub fn claimed_key(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

// === impl PublicKeys ===

impl PublicKeys {
    /// The usable keys of a set.
    pub fn from_set(set: &Value) -> Self {
        let keys = set["keys"].as_array().into_iter().flatten();
        Self(keys.filter_map(usable).take(MOST_KEYS).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is a key of that name.
    pub fn knows(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|(known, _)| known.as_deref() == Some(name))
    }

    /// The claims of a token of `issuer` that is valid at `now`.
    pub fn verify(&self, token: &str, issuer: &str, now: i64) -> Option<ForeignClaims> {
        let head = jsonwebtoken::decode_header(token).ok()?;
        // RFC 7515 section 4.1.11: what a token declares indispensable and this server does not know makes it invalid.
        if head.crit.is_some() {
            return None;
        }
        let name = head.kid;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[GATEWAY]);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // Times are compared below, against the clock that everything else here goes by.
        validation.validate_exp = false;
        let candidates = self
            .0
            .iter()
            .filter(|(known, _)| name.is_none() || *known == name);
        let claims = candidates
            .filter_map(|(_, key)| {
                jsonwebtoken::decode::<ForeignClaims>(token, key, &validation).ok()
            })
            .map(|decoded| decoded.claims)
            .next()?;
        (claims.nbf <= now && now < claims.exp).then_some(claims)
    }
}

fn usable(key: &Value) -> Option<(Option<String>, DecodingKey)> {
    let is = |member: &str, wanted: &str| key[member].is_null() || key[member] == wanted;
    if key["kty"] != "RSA" || !is("alg", "RS256") || !is("use", "sig") {
        return None;
    }
    let (modulus, exponent) = (key["n"].as_str()?, key["e"].as_str()?);
    if modulus.trim_end_matches('=').len() < SHORTEST_MODULUS {
        return None;
    }
    let decoding = DecodingKey::from_rsa_components(modulus, exponent).ok()?;
    Some((key["kid"].as_str().map(str::to_owned), decoding))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::SigningKey;

    const NOW: i64 = 1_000;

    fn key() -> SigningKey {
        let folder = tempfile::tempdir().unwrap();
        SigningKey::open(folder.path()).unwrap()
    }

    fn claims() -> Value {
        json!({
            "iss": "https://gitlab.example", "aud": ["gitlab-ai-gateway"], "sub": "id", "nbf": NOW - 5, "exp": NOW + 60,
            "gitlab_realm": "self-managed", "gitlab_instance_id": "id", "scopes": ["complete_code"],
        })
    }

    #[test]
    fn tokens_are_verified_claim_by_claim() {
        let key = key();
        let keys = PublicKeys::from_set(&json!({ "keys": [key.public_jwk()] }));
        let verified = |claims: &Value, now| {
            keys.verify(&key.sign(claims).unwrap(), "https://gitlab.example", now)
        };
        let good = verified(&claims(), NOW).unwrap();
        assert_eq!(
            (good.gitlab_realm.as_str(), good.scopes.len()),
            ("self-managed", 1)
        );
        assert!(verified(&claims(), NOW + 60).is_none(), "expired");
        assert!(verified(&claims(), NOW - 6).is_none(), "not yet");
        for (name, value) in [
            ("aud", json!("other")),
            ("aud", Value::Null),
            ("iss", json!("https://other.example")),
            ("sub", Value::Null),
            ("exp", json!("soon")),
            ("iat", json!("now")),
            ("scopes", json!("complete_code")),
            ("gitlab_realm", json!(3)),
        ] {
            let mut claims = claims();
            claims[name] = value.clone();
            assert!(verified(&claims, NOW).is_none(), "{name}: {value}");
        }
        for name in ["aud", "iss", "sub", "exp", "nbf"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            assert!(verified(&claims, NOW).is_none(), "without {name}");
        }
    }

    #[test]
    fn a_token_that_demands_what_is_unknown_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::open(folder.path()).unwrap();
        let pem = std::fs::read(folder.path().join("signing-key.pem")).unwrap();
        let keys = PublicKeys::from_set(&json!({ "keys": [key.public_jwk()] }));
        for (crit, accepted) in [(None, true), (Some(vec!["exp".to_owned()]), false)] {
            let mut head = jsonwebtoken::Header::new(Algorithm::RS256);
            head.crit = crit;
            let pem = jsonwebtoken::EncodingKey::from_rsa_pem(&pem).unwrap();
            let token = jsonwebtoken::encode(&head, &claims(), &pem).unwrap();
            let verified = keys.verify(&token, "https://gitlab.example", NOW);
            assert_eq!(verified.is_some(), accepted);
        }
    }

    #[test]
    fn only_good_keys_of_the_set_count() {
        let (ours, theirs) = (key(), key());
        let token = theirs.sign(&claims()).unwrap();
        let verified = |set: &Value| {
            PublicKeys::from_set(set)
                .verify(&token, "https://gitlab.example", NOW)
                .is_some()
        };
        let jwk = theirs.public_jwk();
        assert!(verified(&json!({ "keys": [ours.public_jwk(), jwk] })));
        assert!(!verified(&json!({ "keys": [ours.public_jwk()] })));
        let with = |name: &str, value: Value| {
            let mut key = jwk.clone();
            key[name] = value;
            json!({ "keys": [key] })
        };
        for (name, value) in [
            ("kid", json!("other")),
            ("alg", json!("HS256")),
            ("use", json!("enc")),
            ("kty", json!("oct")),
            ("n", json!("AQAB")),
        ] {
            assert!(!verified(&with(name, value.clone())), "{name}: {value}");
        }
        for set in [
            json!({}),
            json!([]),
            json!({ "keys": 3 }),
            json!({ "keys": [3, {}] }),
        ] {
            assert!(PublicKeys::from_set(&set).is_empty());
        }
        let symmetric = jsonwebtoken::encode(
            &jsonwebtoken::Header::new(Algorithm::HS256),
            &claims(),
            &jsonwebtoken::EncodingKey::from_secret(b"x"),
        );
        let keys = PublicKeys::from_set(&json!({ "keys": [jwk] }));
        assert!(
            keys.verify(&symmetric.unwrap(), "https://gitlab.example", NOW)
                .is_none()
        );
        assert!(
            keys.verify("a.b.c", "https://gitlab.example", NOW)
                .is_none()
        );
        assert_eq!(claimed_issuer(&"a".repeat(5_000)), None);
    }
}
