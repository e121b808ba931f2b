//! Whoever made a request. Handlers read it as the record of the token; where GitLab knows tokens it also carries the
//! credential, with which GitLab is asked on the caller's behalf.

use std::{ops::Deref, sync::Arc};

use super::gitlab::Credential;
use crate::store::StoredToken;

/// Whoever made a request, known by a valid token.
#[derive(Debug, Clone)]
pub struct Caller {
    token: Arc<StoredToken>,
    pub(super) credential: Option<Arc<Credential>>,
}

impl Caller {
    pub(super) fn of_gitlab(token: StoredToken, credential: Credential) -> Self {
        Self {
            token: Arc::new(token),
            credential: Some(Arc::new(credential)),
        }
    }
}

impl Deref for Caller {
    type Target = StoredToken;

    fn deref(&self) -> &StoredToken {
        &self.token
    }
}

impl From<Arc<StoredToken>> for Caller {
    fn from(token: Arc<StoredToken>) -> Self {
        Self {
            token,
            credential: None,
        }
    }
}
