//! `usage`: how suggestions were used, from the figures that the server keeps. The server writes them every few seconds and at
//! its stop, so the newest may be missing.

use std::collections::HashMap;

use clap::{Args, ValueEnum};
use rusqlite::types;
use serde_json::Value;

use super::{
    Failure, line,
    output::{csv, list},
};
use crate::{
    clock::{Clock, iso_date, parse_date},
    config::Settings,
    state::Local,
    store::{Counts, UsageColumn, UsageStore, UsageSum},
    usage::DAY,
};

/// Days that are shown when nothing is said.
const RECENT: i64 = 30;

#[derive(Debug, Args)]
pub(super) struct UsageArgs {
    /// First day, YYYY-MM-DD (UTC); 30 days ago by default.
    #[arg(long, value_parser = day)]
    since: Option<i64>,
    /// What to tell apart, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "day")]
    by: Vec<By>,
    /// Print a JSON array instead of a table.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print comma-separated values (RFC 4180) instead of a table.
    #[arg(long)]
    csv: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    User,
    Language,
    Model,
    Editor,
}

fn day(text: &str) -> Result<i64, String> {
    let seconds = parse_date(text).ok_or("a date is written YYYY-MM-DD")?;
    Ok(seconds.div_euclid(DAY))
}

pub(super) async fn usage(
    arguments: UsageArgs,
    local: Local,
    settings: &Settings,
) -> Result<(), Failure> {
    if settings.usage.retention == 0 {
        return Err(Failure::Usage(
            "no figures are kept, since usage.retention is 0".to_owned(),
        ));
    }
    let mut by = arguments.by;
    let mut seen = Vec::new();
    by.retain(|column| {
        let new = !seen.contains(column);
        seen.push(*column);
        new
    });
    let today = Clock::System.unix().div_euclid(DAY);
    let since = arguments.since.unwrap_or(today - RECENT);
    let store = UsageStore::open(&settings.instance.data_dir)?;
    let columns = by.iter().map(|by| by.column()).collect();
    let sums = store.sums(since, columns).await?;
    let names = if by.contains(&By::User) {
        names(&local).await?
    } else {
        HashMap::new()
    };
    let rows: Vec<_> = sums.iter().map(|sum| row(sum, &by, &names)).collect();
    let numbers = ["requested", "streamed", "shown", "accepted", "rejected"];
    let head: Vec<_> = by.iter().map(|by| by.name()).chain(numbers).collect();
    if arguments.csv {
        csv(&head, &rows);
    } else if rows.is_empty() && !arguments.json {
        line(&format!("no figures since {}", iso_date(since * DAY)));
    } else {
        list(&head, &rows, arguments.json);
    }
    Ok(())
}

async fn names(local: &Local) -> Result<HashMap<i64, String>, Failure> {
    let users = local.store.users().await?;
    Ok(users
        .into_iter()
        .map(|user| (user.id, user.username.into()))
        .collect())
}

fn row(sum: &UsageSum, by: &[By], names: &HashMap<i64, String>) -> Vec<Value> {
    let Counts {
        requested,
        streamed,
        shown,
        accepted,
        rejected,
    } = sum.counts;
    let key = by.iter().zip(&sum.key).map(|(by, key)| match (by, key) {
        (By::Day, types::Value::Integer(day)) => iso_date(day * DAY).into(),
        (By::User, types::Value::Integer(0)) => Value::Null,
        (By::User, types::Value::Integer(id)) => match names.get(id) {
            Some(name) => name.as_str().into(),
            // Of a GitLab, or of a user who is no more.
            None => format!("user {id}").into(),
        },
        (_, types::Value::Text(text)) => text.as_str().into(),
        _ => Value::Null,
    });
    let numbers = [requested, streamed, shown, accepted, rejected];
    key.chain(numbers.map(Value::from)).collect()
}

impl By {
    fn column(self) -> UsageColumn {
        match self {
            Self::Day => UsageColumn::Day,
            Self::User => UsageColumn::User,
            Self::Language => UsageColumn::Language,
            Self::Model => UsageColumn::Model,
            Self::Editor => UsageColumn::Editor,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::User => "user",
            Self::Language => "language",
            Self::Model => "model",
            Self::Editor => "editor",
        }
    }
}
