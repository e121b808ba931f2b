//! What the server tells its operators: logs, access lines and metrics. Set up by the command line, used everywhere.
//! Tokens, source text and paths as clients wrote them go into none of them, at any level.

mod access;
mod lines;
mod metrics;

pub use access::{AccessLine, AccessLog, Wanted};
pub use lines::Lines;
pub use metrics::{Metrics, Outcome};

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogSettings};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A filter that cannot be read.
    #[error(
        "log.level: '{0}' is neither a level nor a filter; write \"info\" or \"info,code_suggestions=debug\""
    )]
    Filter(String),
    /// The log's thread cannot be started.
    #[error("the log cannot be started")]
    Thread(#[from] io::Error),
}

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

/// Starts logging to standard error; standard output belongs to what commands print. Whoever ends the process lets the lines
/// finish.
pub fn start(settings: &LogSettings) -> Result<Lines, LogError> {
    let level = &settings.level;
    let filter = EnvFilter::builder()
        .parse(level)
        .map_err(|_| LogError::Filter(level.clone()))?;
    // Libraries below us put headers and addresses into their finest levels.
    let filter = ["hyper=info", "h2=info", "rustls=info"]
        .into_iter()
        .filter_map(|quiet| quiet.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let lines = Lines::stderr()?;
    let events = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // The complaint would go to standard error, and end the process where that is closed.
        .log_internal_errors(false)
        .with_writer({
            let lines = lines.clone();
            move || lines.clone()
        });
    let started = match log_format(settings) {
        LogFormat::Json => events
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .try_init(),
        LogFormat::Text => events
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
            .try_init(),
    };
    // A second start in one process, as in tests, keeps the first.
    drop(started);
    Ok(lines)
}
