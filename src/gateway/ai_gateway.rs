//! GitLab's AI Gateway, asked as GitLab itself asks it: v2 for completions, v4 for generations. Its refusals pass to the
//! client, its failures become this server's own, and nothing that broke off is taken for an answer.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderValue, header::AUTHORIZATION};
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{
    Answer, Asker, DirectAccess, GatewayError, GatewayTokens, Question, TokenRefusal,
    UnitPrimitive, headers,
    model::Models,
    relay::{self, small_document},
    token::{Fresh, TOKEN_TIME, in_time},
};
use crate::{
    clock::Clock,
    config::{GatewayAuth, GatewaySettings},
    ids::Instance,
    upstream::{Fields, Upstream},
};

/// A client of the AI Gateway.
pub struct AiGateway {
    upstream: Upstream,
    base_url: String,
    models: Models,
    credential: Credential,
    tokens: Arc<GatewayTokens>,
    token_time: Duration,
    instance: Arc<Instance>,
    completion: headers::Template,
    generation: headers::Template,
    clock: Clock,
}

enum Credential {
    SelfSigned,
    Static(HeaderValue),
    None,
}

impl AiGateway {
    /// A client of the gateway at `base_url`.
    pub fn new(
        base_url: String,
        upstream: Upstream,
        settings: &GatewaySettings,
        tokens: Arc<GatewayTokens>,
        instance: Arc<Instance>,
        clock: Clock,
    ) -> Self {
        let credential = match (settings.auth, &settings.token) {
            (GatewayAuth::SelfSigned, _) => Credential::SelfSigned,
            (GatewayAuth::Static, Some(secret)) => HeaderValue::from_str(&format!(
                "Bearer {}",
                secret.expose()
            ))
            .map_or(Credential::None, |mut value| {
                value.set_sensitive(true);
                Credential::Static(value)
            }),
            (GatewayAuth::Static | GatewayAuth::None, _) => Credential::None,
        };
        Self {
            upstream,
            base_url,
            models: Models::from_config(settings),
            credential,
            tokens,
            token_time: TOKEN_TIME.min(settings.response_timeout),
            completion: headers::Template::new(&instance, UnitPrimitive::CompleteCode),
            generation: headers::Template::new(&instance, UnitPrimitive::GenerateCode),
            instance,
            clock,
        }
    }

    /// Asks for suggestions.
    pub(super) async fn suggest(&self, question: Question<'_>) -> Result<Answer, GatewayError> {
        let asked = self.models.ask(question.request, question.task)?;
        let head = self.head(question.asker, asked.unit)?;
        let response = self.upstream.post(asked.path, head, asked.body).await?;
        relay::answer(response, question.request.stream).await
    }

    /// Details with which the editor asks the gateway itself; its token serves until half its life is over.
    pub(super) async fn direct_access(
        &self,
        asker: &Asker<'_>,
    ) -> Result<DirectAccess, GatewayError> {
        let now = self.clock.unix();
        let make = || self.make_token(asker);
        let token = in_time(self.token_time, self.tokens.user(asker.user_id, now, make)).await?;
        Ok(DirectAccess {
            base_url: self.base_url.clone(),
            token: token.value.expose_secret().to_owned(),
            expires_at: token.expires_at,
            headers: headers::identity(&self.instance, asker, UnitPrimitive::CompleteCode),
            model_details: self.models.details().cloned(),
        })
    }

    async fn make_token(&self, asker: &Asker<'_>) -> Result<Fresh<SecretString>, GatewayError> {
        let head = self.head(asker, UnitPrimitive::CompleteCode)?;
        let response = self
            .upstream
            .post_within(
                self.token_time,
                "/v1/code/user_access_token",
                head,
                Bytes::new(),
            )
            .await?;
        let (status, body) = small_document(response).await?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_client_error() {
            return Err(GatewayError::NoToken(Box::new(TokenRefusal {
                status,
                body,
            })));
        }
        let token = body["token"].as_str().filter(|token| !token.is_empty());
        let (Some(token), Some(expires_at)) = (token, body["expires_at"].as_i64()) else {
            return Err(GatewayError::Malformed("no token in the answer"));
        };
        Ok(Fresh::new(token.into(), self.clock.unix(), expires_at))
    }

    fn head(&self, asker: &Asker<'_>, unit: UnitPrimitive) -> Result<Fields, GatewayError> {
        let template = match unit {
            UnitPrimitive::CompleteCode => &self.completion,
            UnitPrimitive::GenerateCode => &self.generation,
        };
        let proof = match &self.credential {
            Credential::SelfSigned => Some(self.tokens.instance.authorization()?),
            Credential::Static(value) => Some(value.clone()),
            Credential::None => None,
        };
        let length = proof.as_ref().map_or(0, HeaderValue::len);
        let mut head = template.fill(asker, self.clock.since_epoch(), length);
        if let Some(proof) = proof {
            head.push(&AUTHORIZATION, proof);
        }
        Ok(head)
    }
}
