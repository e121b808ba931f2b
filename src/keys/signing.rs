//! A key with which this instance signs tokens: for the gateway it asks, and for editors that ask its built-in
//! gateway directly. RS256 only (RFC 7518 section 3.3); the public half is published at `/oauth/discovery/keys`, the key id is
//! the key's thumbprint (RFC 7638).

use std::path::Path;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    jwk::{AlgorithmParameters, Jwk, ThumbprintHash},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::secrets::{SecretsError, read_or_make, refuse_exposed};

/// The key that is made at first start.
pub(super) const FILE_NAME: &str = "signing-key.pem";

/// Audience of tokens for a gateway, and issuer of those that a gateway makes.
pub(super) const GATEWAY: &str = "gitlab-ai-gateway";

/// Seconds that a token lives.
pub(super) const LIFETIME: i64 = 3600;

/// Seconds that a token begins in the past, for verifiers whose clock is behind.
const BACKDATED: i64 = 5;

/// Signs and verifies.
pub struct SigningKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
    id: String,
    modulus: String,
    exponent: String,
}

/// Claims of a token with which the instance proves itself to a gateway (GitLab 18 and later).
#[derive(Debug, Clone, Serialize)]
pub struct Claims {
    iss: String,
    aud: [&'static str; 1],
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
    gitlab_realm: &'static str,
    gitlab_instance_id: String,
    scopes: [&'static str; 3],
    skip_usage_cutoff: bool,
    gitlab_team_member: bool,
}

/// Claims of a token with which an editor asks the built-in gateway directly.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserTokenClaims {
    iss: String,
    aud: String,
    /// Pseudonym of the user.
    pub sub: String,
    iat: i64,
    nbf: i64,
    /// Seconds since the epoch from which the token is refused.
    pub exp: i64,
    jti: Uuid,
    /// Realm of the instance.
    pub gitlab_realm: String,
    /// UUID of the instance.
    pub gitlab_instance_id: String,
    /// What the token is good for.
    pub scopes: Vec<String>,
    /// Number of the user, for this server's own figures; who holds the token knows it anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
}

/// Claims of a token of GitLab 16.1 and 16.2, with which an editor asks a model gateway itself.
#[derive(Debug, Clone, Serialize)]
pub struct LegacyClaims {
    jti: Uuid,
    aud: &'static str,
    iss: String,
    /// Seconds since the epoch at which it was made.
    pub iat: i64,
    nbf: i64,
    exp: i64,
    gitlab_realm: &'static str,
    third_party_ai_features_enabled: bool,
}

// === impl LegacyClaims ===

impl LegacyClaims {
    /// Seconds that such a token lives, whatever happens to the switches meanwhile.
    pub const LIFETIME: i64 = LIFETIME;

    /// Claims of the instance at `external_url`, valid from now.
    pub fn new(external_url: &str, realm: &'static str, now: i64) -> Self {
        Self {
            jti: Uuid::new_v4(),
            aud: "gitlab-code-suggestions",
            iss: external_url.to_owned(),
            iat: now,
            nbf: now - BACKDATED,
            exp: now + LIFETIME,
            gitlab_realm: realm,
            third_party_ai_features_enabled: true,
        }
    }
}

// === impl Claims ===

impl Claims {
    /// Claims of the instance `instance_id` at `external_url`, valid from now.
    pub fn new(external_url: &str, instance_id: &str, realm: &'static str, now: i64) -> Self {
        Self {
            iss: external_url.to_owned(),
            aud: [GATEWAY],
            sub: instance_id.to_owned(),
            iat: now,
            nbf: now - BACKDATED,
            exp: now + LIFETIME,
            jti: Uuid::new_v4(),
            gitlab_realm: realm,
            gitlab_instance_id: instance_id.to_owned(),
            scopes: [
                "complete_code",
                "generate_code",
                "ai_gateway_model_provider_proxy",
            ],
            skip_usage_cutoff: false,
            gitlab_team_member: false,
        }
    }
}

// === impl UserTokenClaims ===

impl UserTokenClaims {
    /// Claims of the user with that pseudonym, valid from now.
    pub fn new(global_user_id: &str, instance_id: &str, realm: &str, now: i64) -> Self {
        Self {
            iss: GATEWAY.to_owned(),
            aud: GATEWAY.to_owned(),
            sub: global_user_id.to_owned(),
            iat: now,
            nbf: now - BACKDATED,
            exp: now + LIFETIME,
            jti: Uuid::new_v4(),
            gitlab_realm: realm.to_owned(),
            gitlab_instance_id: instance_id.to_owned(),
            scopes: vec!["complete_code".to_owned()],
            user_id: None,
        }
    }

    /// With the user's number.
    #[must_use]
    pub fn for_user(self, user_id: i64) -> Self {
        Self {
            user_id: Some(user_id),
            ..self
        }
    }
}

// === impl SigningKey ===

impl SigningKey {
    /// Reads the key in `folder`, making it at first start.
    pub fn open(folder: &Path) -> Result<Self, SecretsError> {
        let path = folder.join(FILE_NAME);
        Self::from_pem(&path, &read_or_make(&path, generate)?)
    }

    /// Reads the key in a file that has to be there.
    pub fn read(path: &Path) -> Result<Self, SecretsError> {
        refuse_exposed(path)?;
        let pem = std::fs::read_to_string(path).map_err(|source| SecretsError::File {
            path: path.display().to_string(),
            source,
        })?;
        Self::from_pem(path, &pem)
    }

    fn from_pem(path: &Path, pem: &str) -> Result<Self, SecretsError> {
        let malformed = |reason| SecretsError::Malformed {
            path: path.display().to_string(),
            reason,
        };
        let encoding = EncodingKey::from_rsa_pem(pem.as_bytes())
            .map_err(|_| malformed("a PEM file with an RSA key is expected"))?;
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256)
            .map_err(|_| malformed("an RSA key of 2048 bits or more is expected"))?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256)?;
        let AlgorithmParameters::RSA(public) = &jwk.algorithm else {
            return Err(malformed("an RSA key is expected"));
        };
        // 2048 bits are 256 bytes, 342 characters of base64 without padding.
        if public.n.len() < 342 {
            return Err(malformed("an RSA key of 2048 bits or more is expected"));
        }
        let decoding = DecodingKey::from_rsa_components(&public.n, &public.e)?;
        let (modulus, exponent) = (public.n.clone(), public.e.clone());
        Ok(Self {
            encoding,
            decoding,
            id,
            modulus,
            exponent,
        })
    }

    /// Its thumbprint, by which verifiers find it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A signed token with these claims.
    pub fn sign<T: Serialize>(&self, claims: &T) -> Result<String, SecretsError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.id.clone());
        Ok(jsonwebtoken::encode(&header, claims, &self.encoding)?)
    }

    /// A signed token whose head names no key, as GitLab 16.1 made them.
    pub fn sign_without_key_id<T: Serialize>(&self, claims: &T) -> Result<String, SecretsError> {
        let header = Header::new(Algorithm::RS256);
        Ok(jsonwebtoken::encode(&header, claims, &self.encoding)?)
    }

    /// The claims of a user token that this key signed and that is valid at `now`.
    pub fn verify_user_token(&self, token: &str, now: i64) -> Option<UserTokenClaims> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[GATEWAY]);
        validation.set_issuer(&[GATEWAY]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // Times are compared below, against the clock that everything else here goes by.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<UserTokenClaims>(token, &self.decoding, &validation)
            .ok()?
            .claims;
        (claims.nbf <= now && now < claims.exp).then_some(claims)
    }

    /// The published form of the public half (RFC 7517 section 4).
    pub fn public_jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "kid": self.id,
            "e": self.exponent,
            "n": self.modulus,
            "use": "sig",
            "alg": "RS256",
        })
    }
}

/// A new key, as a PEM file.
pub(super) fn generate() -> Result<String, SecretsError> {
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(|_| SecretsError::Random)?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| SecretsError::Random)?;
    let base64 = STANDARD.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in base64.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::dangerous::insecure_decode_claims;

    use super::*;

    fn key() -> (tempfile::TempDir, SigningKey) {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::open(folder.path()).unwrap();
        (folder, key)
    }

    #[test]
    fn the_key_survives_a_restart() {
        let (folder, first) = key();
        let token = first
            .sign(&UserTokenClaims::new(
                "user",
                "instance",
                "self-managed",
                1000,
            ))
            .unwrap();
        let second = SigningKey::open(folder.path()).unwrap();
        let claims = second.verify_user_token(&token, 1000).unwrap();
        assert_eq!((claims.sub.as_str(), claims.exp), ("user", 4600));
    }

    #[test]
    fn user_tokens_are_good_for_their_hour_only() {
        let (_folder, key) = key();
        let token = key
            .sign(&UserTokenClaims::new(
                "user",
                "instance",
                "self-managed",
                1000,
            ))
            .unwrap();
        for (now, valid) in [(994, false), (995, true), (4599, true), (4600, false)] {
            assert_eq!(key.verify_user_token(&token, now).is_some(), valid, "{now}");
        }
    }

    #[test]
    fn tokens_of_others_are_refused() {
        let (_folder, ours) = key();
        let (_other_folder, theirs) = key();
        let claims = UserTokenClaims::new("user", "instance", "self-managed", 1000);
        assert!(
            ours.verify_user_token(&theirs.sign(&claims).unwrap(), 1000)
                .is_none()
        );
        let symmetric = jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims,
            &EncodingKey::from_secret(b"x"),
        )
        .unwrap();
        assert!(ours.verify_user_token(&symmetric, 1000).is_none());
        let instance = ours
            .sign(&Claims::new(
                "https://host",
                "instance",
                "self-managed",
                1000,
            ))
            .unwrap();
        assert!(
            ours.verify_user_token(&instance, 1000).is_none(),
            "an instance token is no user token"
        );
        assert!(ours.verify_user_token("a.b.c", 1000).is_none());
    }

    #[test]
    fn instance_tokens_carry_what_gateways_check() {
        let (_folder, key) = key();
        let token = key
            .sign(&Claims::new("https://host", "id", "self-managed", 1000))
            .unwrap();
        let claims: Value = insecure_decode_claims(&token).unwrap();
        assert_eq!(claims["aud"], json!(["gitlab-ai-gateway"]));
        assert_eq!(claims["iss"], "https://host");
        assert_eq!(claims["sub"], claims["gitlab_instance_id"]);
        assert_eq!(
            (&claims["nbf"], &claims["exp"]),
            (&json!(995), &json!(4600))
        );
        assert_eq!(
            jsonwebtoken::decode_header(&token).unwrap().kid.as_ref(),
            Some(&key.id)
        );
    }

    #[test]
    fn published_keys_hold_public_members_only() {
        let (_folder, key) = key();
        let jwk = key.public_jwk();
        let members: Vec<_> = jwk
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut sorted = members.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(jwk["e"], "AQAB");
    }
}
