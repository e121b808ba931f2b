//! The requests that carry a project and nothing else. Made by the handlers of `enabled` and `direct_access`.

use super::{
    check::{ValidationError, check},
    read::Params,
    rules::{DIRECT_ACCESS, ENABLED},
};

/// The checked parameters of `POST /code_suggestions/enabled`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnabledRequest {
    /// The full path of the project, perhaps empty.
    pub project_path: String,
}

/// The checked parameters of `POST /code_suggestions/direct_access`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectAccessRequest {
    /// The full path of the project.
    pub project_path: Option<String>,
}

// === impl EnabledRequest ===

impl EnabledRequest {
    /// Checks the parameters.
    ///
    /// # Errors
    ///
    /// Names the rule that is broken.
    pub fn from_params(params: &Params) -> Result<Self, ValidationError> {
        check(ENABLED, params)?;
        Ok(Self {
            project_path: params.text("project_path").unwrap_or_default(),
        })
    }
}

// === impl DirectAccessRequest ===

impl DirectAccessRequest {
    /// Checks the parameters.
    ///
    /// # Errors
    ///
    /// Names the rule that is broken.
    pub fn from_params(params: &Params) -> Result<Self, ValidationError> {
        check(DIRECT_ACCESS, params)?;
        Ok(Self {
            project_path: params.text("project_path"),
        })
    }
}
