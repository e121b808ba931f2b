//! What the server tells its operators: logs, access lines and metrics. Set up by the command line, used everywhere.
//! Tokens, source text and paths as clients wrote them go into none of them, at any level.

mod access;
mod metrics;

pub use access::{AccessLine, AccessLog};
pub use metrics::{Metrics, Outcome};

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogSettings};

/// A filter that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "log.level: '{0}' is neither a level nor a filter; write \"info\" or \"info,code_suggestions=debug\""
)]
pub struct FilterError(String);

/// The format of this process's log: as set, else for people on a terminal and for machines elsewhere.
pub fn log_format(settings: &LogSettings) -> LogFormat {
    settings.format.unwrap_or_else(|| {
        if io::stderr().is_terminal() {
            LogFormat::Text
        } else {
            LogFormat::Json
        }
    })
}

/// Starts logging to standard error; standard output belongs to what commands print.
pub fn start(settings: &LogSettings) -> Result<(), FilterError> {
    let level = &settings.level;
    let filter = EnvFilter::builder()
        .parse(level)
        .map_err(|_| FilterError(level.clone()))?;
    // Libraries below us put headers and addresses into their finest levels.
    let filter = ["hyper=info", "h2=info", "rustls=info"]
        .into_iter()
        .filter_map(|quiet| quiet.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    let started = match log_format(settings) {
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .try_init(),
        LogFormat::Text => lines
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
            .try_init(),
    };
    // A second start in one process, as in tests, keeps the first.
    drop(started);
    Ok(())
}
