//! `key rotate` and `key list`: the keys with which this instance signs tokens. A running server takes changes up within a
//! second.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, accounts::ListArgs, line, output::list};
use crate::{
    clock::{Clock, iso8601},
    config::Settings,
    keys::{Duty, KeySource, SigningKeys, rotate},
    state::key_source,
};

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a new key. It is published at once and signs a day later, when every gateway has seen it.
    Rotate {
        /// Sign with it at once, as after a theft. Gateways may refuse this instance until they read its keys again.
        #[arg(long)]
        now: bool,
    },
    /// List the keys.
    List(ListArgs),
}

pub(super) fn run(command: &KeyCommand, settings: &Settings) -> Result<(), Failure> {
    let source = key_source(settings);
    match command {
        KeyCommand::Rotate { now } => {
            let KeySource::Folder(folder) = &source else {
                return Err(Failure::Usage(
                    "the keys are given as files (instance.signing_key_file): put the next one into \
                     instance.published_key_files, and change the two a day later"
                        .to_owned(),
                ));
            };
            let key = rotate(folder, Clock::System.unix(), *now)
                .map_err(|error| Failure::other(&error))?;
            let when = if *now {
                "signs from now on".to_owned()
            } else {
                format!(
                    "is published now and signs from {}",
                    iso8601(key.signs_from)
                )
            };
            line(&format!("{} {when}", key.id));
        }
        KeyCommand::List(arguments) => {
            let keys =
                SigningKeys::open(source, Clock::System).map_err(|error| Failure::other(&error))?;
            let time = |seconds: Option<i64>| match seconds {
                Some(seconds) if (1..i64::MAX).contains(&seconds) => json!(iso8601(seconds)),
                _ => Value::Null,
            };
            let rows: Vec<_> = keys
                .list()
                .into_iter()
                .map(|key| {
                    vec![
                        json!(key.id),
                        json!(word(key.duty)),
                        time(Some(key.signs_from)),
                        time(key.published_until),
                    ]
                })
                .collect();
            let head = ["id", "state", "signs_from", "published_until"];
            list(&head, &rows, arguments.json);
        }
    }
    Ok(())
}

fn word(duty: Duty) -> &'static str {
    match duty {
        Duty::Waiting => "waiting",
        Duty::Signing => "signing",
        Duty::Retiring => "retiring",
        Duty::Retired => "retired",
    }
}
