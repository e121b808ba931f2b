//! Who writes the code: the gateway in this binary, GitLab's AI Gateway or another GitLab. Called by `suggestions` with a checked request;
//! what a gateway is sent, what is kept from it and what of its answer is passed on is decided here.

mod ai_gateway;
mod answer;
mod asking;
mod builtin;
mod gitlab;
mod headers;
mod issuers;
mod model;
mod relay;
mod token;

pub use ai_gateway::AiGateway;
pub use answer::{Answer, StreamBody, Suggested, Writing};
pub use builtin::{Builtin, Engines};
pub use gitlab::GitLabGateway;
pub use headers::{Asker, UnitPrimitive};
pub use issuers::Issuers;
pub use token::{GatewayTokens, InstanceToken};

use std::borrow::Cow;

use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::Value;

use crate::{
    keys::SecretsError,
    model::ModelError,
    params::{CompletionRequest, is_over},
    prompt::intent::Task,
    upstream::UpstreamError,
};

/// A gateway, as one serving thread sees it.
pub enum Gateway {
    /// The gateway in this binary.
    Builtin(Box<Builtin>),
    /// GitLab's AI Gateway.
    AiGateway(Box<AiGateway>),
    /// Another GitLab.
    GitLab(Box<GitLabGateway>),
}

/// What a gateway is asked.
pub struct Question<'a> {
    /// The checked parameters.
    pub request: &'a CompletionRequest,
    /// Completion or generation.
    pub task: &'a Task<'a>,
    /// On whose behalf.
    pub asker: &'a Asker<'a>,
}

/// Details with which an editor asks a gateway directly.
#[derive(Clone)]
pub struct DirectAccess {
    /// Base URL, to which editors add `/v2/completions`.
    pub base_url: String,
    /// Bearer token.
    pub token: String,
    /// Seconds since the epoch until which the token is good.
    pub expires_at: i64,
    /// Fields that the editor must send.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// Members that the editor puts into its request.
    pub model_details: Option<Value>,
}

/// A gateway's refusal to make a token, to be told to the client.
#[derive(Debug)]
pub struct TokenRefusal {
    /// The gateway's status.
    pub status: StatusCode,
    /// The gateway's words, null where there are none.
    pub body: Value,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The exchange failed.
    #[error("the gateway could not be asked")]
    Upstream(#[from] UpstreamError),
    /// The gateway does not accept how this server proves itself.
    #[error(
        "the gateway refuses this server's own credential with 401; an AI Gateway has to trust this server's external URL as a key provider (gateway.auth), another GitLab wants a valid gateway.token; code-suggestions doctor tells more"
    )]
    Credential,
    /// The gateway answered with a status that is a failure.
    #[error("the gateway answered {0}")]
    Status(StatusCode),
    /// The gateway is not available for so many seconds.
    #[error("the gateway is not available")]
    Unavailable(u32),
    /// The gateway was too late itself; to be asked again after so many seconds.
    #[error("the gateway answered 504 Gateway Timeout")]
    Late(u32),
    /// The model server gives no generation.
    #[error("no answer of the model server")]
    Model(#[from] ModelError),
    /// The answer is not what it claims to be.
    #[error("the gateway's answer is malformed: {0}")]
    Malformed(&'static str),
    /// The feature is switched off here.
    #[error("the feature is switched off")]
    Disabled,
    /// What would be sent exceeds what a gateway takes.
    #[error("too large for the gateway")]
    TooLarge,
    /// The gateway does not make a token.
    #[error("the gateway makes no token: {}", .0.status)]
    NoToken(Box<TokenRefusal>),
    /// No token could be signed.
    #[error("no token could be signed")]
    Signing(#[from] SecretsError),
}

impl Gateway {
    /// Asks for suggestions. The gateway that is asked most often and costs least is not to make room for the others.
    pub async fn suggest(&self, question: Question<'_>) -> Result<Answer, GatewayError> {
        match self {
            Self::Builtin(gateway) => Box::pin(gateway.suggest(question)).await,
            Self::AiGateway(gateway) => gateway.suggest(question).await,
            Self::GitLab(gateway) => Box::pin(gateway.suggest(question)).await,
        }
    }

    /// Asks for details of a direct connection.
    pub async fn direct_access(&self, asker: &Asker<'_>) -> Result<DirectAccess, GatewayError> {
        match self {
            Self::Builtin(gateway) => gateway.direct_access(asker),
            Self::AiGateway(gateway) => gateway.direct_access(asker).await,
            Self::GitLab(gateway) => gateway.direct_access(asker).await,
        }
    }

    /// The gateway in this binary, if it is the one in use.
    pub fn builtin(&self) -> Option<&Builtin> {
        match self {
            Self::Builtin(gateway) => Some(gateway),
            Self::AiGateway(_) | Self::GitLab(_) => None,
        }
    }

    /// The other GitLab, if it is what is asked.
    pub fn gitlab(&self) -> Option<&GitLabGateway> {
        match self {
            Self::GitLab(gateway) => Some(gateway),
            Self::Builtin(_) | Self::AiGateway(_) => None,
        }
    }
}

/// Most characters of a request to a gateway, as GitLab counts them.
const MOST_CHARACTERS: usize = 600_000;

/// The body for a gateway. `uncut` characters stand in what the client sent but not in the body; they count all the same,
/// so that what is refused does not depend on what is cut.
fn encoded(
    request: &CompletionRequest,
    added: &[(&str, &str)],
    uncut: usize,
) -> Result<Bytes, GatewayError> {
    let body = request.forward(added);
    if is_over(&body, uncut, MOST_CHARACTERS) {
        return Err(GatewayError::TooLarge);
    }
    Ok(Bytes::from(body))
}
