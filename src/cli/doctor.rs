//! `doctor`: prints what was found, a line each, and what to do about it below.

use std::io::Read;

use clap::Args;
use serde_json::json;

use super::{Failure, line};
use crate::{
    config::{self, Sources},
    doctor::{Finding, Verdict, examine},
};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// A user's token, to see whose it is and whether it may be used; "-" reads it from standard input.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Print a JSON array instead of lines.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: DoctorArgs, sources: &Sources) -> Result<(), Failure> {
    let findings = match config::load(sources) {
        Ok(settings) => {
            let token = token(arguments.token)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| Failure::other(&error))?;
            runtime.block_on(examine(settings, token))
        }
        Err(error) => error
            .0
            .into_iter()
            .map(|problem| Finding::bad("settings", problem, "mend that key"))
            .collect(),
    };
    if arguments.json {
        let rows: Vec<_> = findings.iter().map(row).collect();
        line(&json!(rows).to_string());
    } else {
        for finding in &findings {
            line(&format!(
                "{} {}: {}",
                mark(finding.verdict),
                finding.name,
                finding.detail
            ));
            if !finding.remedy.is_empty() {
                line(&format!("  → {}", finding.remedy));
            }
        }
    }
    let failed = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Bad)
        .count();
    if failed == 0 {
        return Ok(());
    }
    Err(Failure::Other(format!("{failed} failed")))
}

fn token(given: Option<String>) -> Result<Option<String>, Failure> {
    if given.as_deref() != Some("-") {
        return Ok(given);
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::other(&error))?;
    Ok(Some(text))
}

fn row(finding: &Finding) -> serde_json::Value {
    let remedy = Some(&finding.remedy).filter(|remedy| !remedy.is_empty());
    json!({
        "check": finding.name,
        "status": finding.verdict.as_str(),
        "detail": finding.detail,
        "remedy": remedy,
    })
}

fn mark(verdict: Verdict) -> char {
    match verdict {
        Verdict::Good => '✓',
        Verdict::Doubtful => '!',
        Verdict::Bad => '✗',
        Verdict::Skipped => '-',
    }
}
