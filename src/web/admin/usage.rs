//! How suggestions are used: bars by day and a table by user, language, model or editor. Drawn here, without any script; the same
//! figures as the command `usage` prints.

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use rusqlite::types::Value;

use crate::{
    clock::iso_date,
    routes,
    state::App,
    store::{Counts, UsageColumn, UsageSum},
    usage::DAY,
    web::{PageReply, frame::Frame, visitor::Visitor},
};

/// Spans that can be chosen, in days.
const SPANS: [i64; 3] = [30, 90, 365];

/// What the table can tell apart.
const WORDS: [&str; 4] = ["language", "user", "model", "editor"];

/// Size of a plot in its own units.
const WIDTH: f64 = 730.0;
const HEIGHT: f64 = 120.0;

/// Most rows of the table.
const MOST_ROWS: usize = 100;

#[derive(Template)]
#[template(path = "admin_usage.html", config = "src/web/askama.toml")]
struct UsagePage {
    frame: Frame,
    kept: bool,
    spans: Vec<Choice<i64>>,
    words: Vec<Choice<&'static str>>,
    by: &'static str,
    total: Counts,
    /// Shown suggestions that were accepted, in percent.
    accepted: Option<i64>,
    first: String,
    last: String,
    plots: Vec<Plot>,
    rows: Vec<Row>,
}

/// Something that can be chosen.
struct Choice<T> {
    value: T,
    chosen: bool,
}

/// One kind of number over the days.
struct Plot {
    title: &'static str,
    class: &'static str,
    most: i64,
    bars: Vec<Bar>,
}

/// A day of a plot, in the plot's units.
struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
    day: String,
    count: i64,
}

struct Row {
    name: String,
    counts: Counts,
}

/// The figures.
pub(in crate::web) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    visitor.admin(&app, &parts)?;
    let query: HashMap<_, _> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).collect();
    let asked = query.get("days").and_then(|days| days.parse().ok());
    let days = asked
        .filter(|days| SPANS.contains(days))
        .unwrap_or(SPANS[0]);
    let (by, column) = column(query.get("by").map_or("", AsRef::as_ref));
    let today = app.clock.unix().div_euclid(DAY);
    let since = today - days + 1;

    // What has been counted this minute is of interest, too.
    app.usage.flush().await?;
    let by_day = app.usage.sums(since, UsageColumn::Day).await?;
    let sums = app.usage.sums(since, column).await?;
    let mut total = Counts::default();
    for sum in &sums {
        total.add(sum.counts);
    }
    let page = UsagePage {
        frame: visitor.frame(&app, "Usage", routes::ADMIN_USAGE),
        kept: app.settings.usage.retention > 0,
        spans: choices(&SPANS, days),
        words: choices(&WORDS, by),
        by,
        total,
        accepted: (total.accepted * 100).checked_div(total.shown),
        first: iso_date(since * DAY),
        last: iso_date(today * DAY),
        plots: plots(&by_day, since, days),
        rows: rows(&app, sums, column).await?,
    };
    Ok(visitor.page(StatusCode::OK, &page))
}

fn column(word: &str) -> (&'static str, UsageColumn) {
    match word {
        "user" => ("user", UsageColumn::User),
        "model" => ("model", UsageColumn::Model),
        "editor" => ("editor", UsageColumn::Editor),
        _ => ("language", UsageColumn::Language),
    }
}

fn choices<T: Copy + PartialEq>(values: &[T], chosen: T) -> Vec<Choice<T>> {
    let choice = |value: &T| Choice {
        value: *value,
        chosen: *value == chosen,
    };
    values.iter().map(choice).collect()
}

fn plots(sums: &[UsageSum], since: i64, days: i64) -> Vec<Plot> {
    let by_day: HashMap<i64, Counts> = sums
        .iter()
        .filter_map(|sum| match sum.key.first() {
            Some(Value::Integer(day)) => Some((*day, sum.counts)),
            _ => None,
        })
        .collect();
    let counts: Vec<Counts> = (since..since + days)
        .map(|day| by_day.get(&day).copied().unwrap_or_default())
        .collect();
    let plot = |title, class, number: fn(&Counts) -> i64| {
        let numbers: Vec<i64> = counts.iter().map(number).collect();
        let most = numbers.iter().copied().max().unwrap_or(0);
        Plot {
            title,
            class,
            most,
            bars: bars(&numbers, since, most),
        }
    };
    [
        plot("Asked for", "asked", |counts| counts.requested),
        plot("Shown", "shown", |counts| counts.shown),
        plot("Accepted", "accepted", |counts| counts.accepted),
    ]
    .into()
}

fn bars(counts: &[i64], since: i64, most: i64) -> Vec<Bar> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "lengths on a screen need no more digits than a float has"
    )]
    let float = |number: i64| number as f64;
    let step = WIDTH / float(i64::try_from(counts.len()).unwrap_or(1).max(1));
    let begins = std::iter::successors(Some(0.0), |begin| Some(begin + step));
    let days = since..;
    let bar = |((count, begin), day): ((&i64, f64), i64)| {
        let height = HEIGHT * float(*count) / float(most.max(1));
        Bar {
            x: format!("{begin:.2}"),
            y: format!("{:.2}", HEIGHT - height),
            width: format!("{:.2}", step * 0.8),
            height: format!("{height:.2}"),
            day: iso_date(day * DAY),
            count: *count,
        }
    };
    counts
        .iter()
        .zip(begins)
        .zip(days)
        .map(bar)
        .filter(|bar| bar.count > 0)
        .collect()
}

async fn rows(
    app: &App,
    mut sums: Vec<UsageSum>,
    column: UsageColumn,
) -> Result<Vec<Row>, crate::store::StoreError> {
    sums.sort_by_key(|sum| -sum.counts.requested.max(sum.counts.shown));
    sums.truncate(MOST_ROWS);
    let names: HashMap<i64, String> = match column {
        UsageColumn::User => {
            let users = app.store.users().await?;
            users
                .into_iter()
                .map(|user| (user.id, user.username.into()))
                .collect()
        }
        _ => HashMap::new(),
    };
    let row = |sum: UsageSum| Row {
        name: match sum.key.first() {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Integer(0)) => "nobody in particular".to_owned(),
            Some(Value::Integer(id)) => match names.get(id) {
                Some(name) => name.clone(),
                None => format!("user {id}"),
            },
            _ => String::new(),
        },
        counts: sum.counts,
    };
    Ok(sums.into_iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_at_their_days_and_fill_the_plot() {
        let drawn = bars(&[0, 2, 4], 20_000, 4);
        let places: Vec<_> = drawn
            .iter()
            .map(|bar| {
                (
                    bar.x.as_str(),
                    bar.y.as_str(),
                    bar.height.as_str(),
                    bar.count,
                )
            })
            .collect();
        assert_eq!(
            places,
            [
                ("243.33", "60.00", "60.00", 2),
                ("486.67", "0.00", "120.00", 4)
            ]
        );
        assert_eq!(drawn[0].day, iso_date(20_001 * DAY));
        assert!(bars(&[0, 0], 1, 0).is_empty() && bars(&[], 1, 0).is_empty());
    }
}
