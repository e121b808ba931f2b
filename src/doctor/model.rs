//! The model servers that the settings name: whether each is there, knows its model, and can do what it is there for. None of
//! this keeps the built-in gateway from answering, as the engine does without them.

use std::time::Duration;

use super::Finding;
use crate::{
    config::ModelServer,
    model::{self, Role},
    state::App,
};

/// Time for one question to a model server.
const TIME: Duration = Duration::from_secs(5);

const COMPLETIONS: &str = "model server";
const GENERATIONS: &str = "model server for generations";
const DEADLINE: &str = "model deadline";

/// What there is to say about them; nothing where none is configured.
pub(super) async fn servers(app: &App) -> Vec<Finding> {
    let settings = &app.settings.model;
    let proxies = &app.settings.proxies;
    let mut findings = Vec::new();
    if let Some(server) = settings.completion_server(proxies) {
        findings.push(finding(&server, Role::Completion).await);
    }
    if let Some(server) = settings.generation_server(proxies).flatten() {
        findings.push(finding(&server, Role::Generation).await);
    }
    let late = settings.outlasting_editors(proxies).into_iter();
    findings.extend(late.map(|late| {
        let remedy = "set less than that: what comes later is shown to nobody, and the engine answers too late";
        Finding::doubtful(DEADLINE, late, remedy)
    }));
    findings
}

async fn finding(server: &ModelServer, role: Role) -> Finding {
    let name = match role {
        Role::Completion => COMPLETIONS,
        Role::Generation => GENERATIONS,
    };
    match model::probe(server, TIME).await {
        Err(error) => {
            // What is wrong and what to do about it are the halves of one line.
            let told = error.to_string();
            let (detail, remedy) = told.split_once("; ").unwrap_or((&told, "check model.url"));
            Finding::doubtful(name, detail, remedy)
        }
        Ok(found) => {
            let found = found.server;
            let kind = found.address.kind.as_str();
            let known = format!("{} ({kind} at {})", found.shown_model(), found.address.url);
            if role == Role::Completion && found.fim.is_none() {
                return Finding::doubtful(
                    name,
                    format!("{known} is a model for chat and cannot fill in the middle"),
                    "choose one that can, such as qwen2.5-coder, with model.name; if it can, set model.template",
                );
            }
            Finding::good(name, known)
        }
    }
}
