//! `config check` and `config show`.

use clap::Subcommand;

use super::{Failure, line};
use crate::config::{self, Sources};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check the settings; every problem is named, and the exit code is 2 if there is one.
    Check,
    /// Print the settings as the server sees them, with secrets hidden.
    Show,
}

pub(super) fn run(command: &ConfigCommand, sources: &Sources) -> Result<(), Failure> {
    config::load(sources)?;
    match command {
        ConfigCommand::Check => line("settings are right"),
        ConfigCommand::Show => {
            let mut section = "";
            let shown = config::shown(sources)?;
            for (key, value) in &shown {
                let (head, name) = key.rsplit_once('.').unwrap_or(("", key));
                if head != section {
                    line(&format!(
                        "{}[{head}]",
                        if section.is_empty() { "" } else { "\n" }
                    ));
                    section = head;
                }
                line(&format!("{name} = {value}"));
            }
        }
    }
    Ok(())
}
