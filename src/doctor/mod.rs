//! `doctor`: tries everything that a request needs, in the order in which it needs it, and says for each what was found or what
//! to do about it. Called by the command line only; it looks at the data directory and asks the gateway and GitLab, beside a running
//! server or without one.

mod explain;
mod gateway;
mod gitlab;
mod here;
mod model;
mod question;
mod stream;
mod suggestion;

use std::sync::Arc;

use crate::{
    clock::Clock,
    config::{GatewayKind, Settings},
    state::{App, BuildError, Local, Shared, address},
};

/// What one look has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub name: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, in one line.
    pub detail: String,
    /// What to do about it, in one line; empty when there is nothing to do.
    pub remedy: String,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works, but not as it could.
    Doubtful,
    /// It does not work.
    Bad,
    /// Could not be tried.
    Skipped,
}

impl Verdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Doubtful => "warning",
            Self::Bad => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Finding {
    /// It is as it should be.
    pub fn good(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, Verdict::Good, detail.into(), String::new())
    }

    /// It works, but not as it could.
    pub fn doubtful(
        name: &'static str,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(name, Verdict::Doubtful, detail.into(), remedy.into())
    }

    /// It does not work.
    pub fn bad(name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(name, Verdict::Bad, detail.into(), remedy.into())
    }

    /// It could not be tried.
    pub fn skipped(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, Verdict::Skipped, detail.into(), String::new())
    }

    fn new(name: &'static str, verdict: Verdict, detail: String, remedy: String) -> Self {
        Self {
            name,
            verdict,
            detail,
            remedy,
        }
    }
}

/// Examines an instance with these settings, which have been checked; `token` is one of a user's, to be looked up.
pub async fn examine(settings: Settings, token: Option<String>) -> Vec<Finding> {
    let mut findings = vec![Finding::good("settings", "are right")];
    let app = match build(settings).await {
        Ok(app) => app,
        Err(error) => {
            findings.push(here::unbuilt(&error));
            return findings;
        }
    };
    findings.push(here::data(&app));
    findings.push(here::keys(&app));
    findings.extend(here::switch(&app).await);
    findings.extend(here::redis(&app).await);
    findings.push(here::token(&app, token.clone()).await);
    findings.extend(gitlab::findings(&app, token.as_deref()).await);
    let external_url = here::external_url(&app).await;
    let streams = stream::finding(&app, &external_url).await;
    findings.extend([external_url, streams]);
    let (known, ahead) = match app.settings.gateway.kind {
        GatewayKind::Builtin => gateway::builtin(&app),
        GatewayKind::AiGateway => gateway::ai_gateway(&app).await,
        GatewayKind::GitLab => gateway::gitlab(&app).await,
    };
    findings.extend(known);
    if app.settings.gateway.kind == GatewayKind::Builtin {
        findings.extend(model::servers(&app).await);
    }
    let reachable = findings
        .iter()
        .all(|finding| finding.name != gateway::REACHED || finding.verdict != Verdict::Bad);
    if reachable {
        findings.push(suggestion::completion(&app).await);
        findings.push(suggestion::generation(&app).await);
    } else {
        let why = "the gateway is not reached";
        findings.push(Finding::skipped(suggestion::COMPLETION, why));
        findings.push(Finding::skipped(suggestion::GENERATION, why));
    }
    findings.push(here::clock(ahead));
    findings
}

async fn build(settings: Settings) -> Result<Arc<App>, BuildError> {
    let bound = address(&settings);
    let local = Local::open(&settings).await?;
    Shared::build(settings, local, bound, Clock::System)
        .await?
        .app()
}
