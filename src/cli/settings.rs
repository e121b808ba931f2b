//! `config check` and `config show`.

use std::collections::BTreeMap;

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
            let shown = config::shown(sources)?;
            // A section may be opened once only, however its keys and those of sections below it are mixed.
            let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for (key, value) in &shown {
                let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
                let lines = sections.entry(section).or_default();
                lines.push(format!("{name} = {value}"));
            }
            let sections = sections
                .iter()
                .map(|(section, lines)| format!("[{section}]\n{}", lines.join("\n")));
            line(&sections.collect::<Vec<_>>().join("\n\n"));
        }
    }
    Ok(())
}
