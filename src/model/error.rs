//! Why a model server gave no answer. Returned to `gateway`, which turns to the engine or tells the client.

use std::time::Duration;

use hyper::StatusCode;

use crate::upstream::UpstreamError;

/// Why there is no answer of a model server.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No server is known that can do this.
    #[error("no model server can do this")]
    NoServer,
    /// The same user has asked about the same file again.
    #[error("a newer question about the same file has come")]
    Superseded,
    /// Too many questions wait already.
    #[error("too many questions wait for the model server")]
    Full,
    /// The server has failed often lately and is left alone for so many seconds.
    #[error("the model server has failed often lately and is left alone")]
    Resting(u32),
    /// No answer came within this time.
    #[error("the model server did not answer within {0:?}")]
    Late(Duration),
    /// The server has too much to do, for so many seconds.
    #[error("the model server has too much to do")]
    Busy(u32),
    /// The key is refused.
    #[error("the model server refuses the key with {0}; check model.api_key")]
    Key(StatusCode),
    /// The server answered with a status that is no answer.
    #[error("the model server answered {0}")]
    Status(StatusCode),
    /// The answer is not what it should be.
    #[error("the model server's answer is malformed: {0}")]
    Malformed(&'static str),
    /// The exchange failed.
    #[error("the model server could not be asked")]
    Upstream(#[from] UpstreamError),
    /// Another request that asked the same has failed.
    #[error("the same question has just failed")]
    Shared,
}

// === impl ModelError ===

impl ModelError {
    /// Whether it tells that the server itself is in trouble.
    pub fn is_fault(&self) -> bool {
        match self {
            Self::NoServer | Self::Superseded | Self::Full | Self::Resting(_) | Self::Shared => {
                false
            }
            Self::Status(status) => status.is_server_error(),
            Self::Upstream(error) => !matches!(error, UpstreamError::Busy),
            Self::Late(_) | Self::Busy(_) | Self::Key(_) | Self::Malformed(_) => true,
        }
    }

    /// Whether the server was too late.
    pub fn is_late(&self) -> bool {
        let late = |error: &UpstreamError| {
            matches!(
                error,
                UpstreamError::ResponseTimeout(_)
                    | UpstreamError::Idle(_)
                    | UpstreamError::Whole(_)
            )
        };
        matches!(self, Self::Late(_)) || matches!(self, Self::Upstream(error) if late(error))
    }

    /// Seconds after which to try again, if the server is only busy.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Full | Self::Shared => Some(1),
            Self::Busy(seconds) | Self::Resting(seconds) => Some(*seconds),
            _ => None,
        }
    }
}
