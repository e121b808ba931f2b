//! The store and the secret in the data directory. Opened by the server, by `doctor` and by every command on them.
//!
//! The two belong together: a secret that is lost or another's makes every token unknown. Nobody is told so by a 401, and so
//! neither is opened while there are tokens that only the right secret could check.

use std::sync::Arc;

use super::BuildError;
use crate::{
    clock::Clock,
    config::{IdentityKind, Settings},
    keys::ServerSecret,
    store::Store,
};

/// Name of the setting that says to which secret the database belongs.
const MARK: &str = "server_key";

/// The store and the keys in the data directory: all that commands need.
pub struct Local {
    /// Users, tokens and projects.
    pub store: Arc<Store>,
    /// Keys derived from the server's secret.
    pub secret: ServerSecret,
}

/// The secret that the tokens in the database were made with is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path}: {fault}, and no other can check the {tokens} tokens in the database beside it; put it back from the backup, or \
     give those tokens up with: code-suggestions token revoke --all"
)]
pub struct LostSecret {
    path: String,
    fault: &'static str,
    tokens: i64,
}

impl Local {
    /// Opens both, making them if need be.
    pub async fn open(settings: &Settings) -> Result<Self, BuildError> {
        let folder = &settings.instance.data_dir;
        let store = Arc::new(Store::open(folder)?);
        // Before the secret is looked for: of two that begin at once, the other may make first the secret and then a token.
        let tokens = store.good_tokens(Clock::System.unix()).await?;
        let lost = |fault| LostSecret {
            path: ServerSecret::path(folder).display().to_string(),
            fault,
            tokens,
        };
        // Where users live in a GitLab, nobody presents those tokens; they are found out when that changes.
        let needed = tokens > 0 && settings.identity.kind == IdentityKind::Local;
        if needed && !ServerSecret::exists(folder)? {
            return Err(lost("the file is missing").into());
        }
        let secret = ServerSecret::open(folder)?;
        let mark = secret.mark().to_owned();
        if store.setting(MARK, mark.clone()).await? != mark {
            if needed {
                return Err(lost("is the key of another database").into());
            }
            if tokens == 0 {
                store.set_setting(MARK, mark).await?;
            }
        }
        Ok(Self { store, secret })
    }
}
