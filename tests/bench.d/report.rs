//! The table: what was measured, as ratios to the base of the same run, beside what this server is held to.

use std::fmt::Write;

use crate::servers::Kind;

/// How a measurement is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// By its ratio to the base of the same round.
    Ratio,
    /// By its difference from the base of the same round.
    Difference,
    /// As it is.
    Value,
}

/// The bounds that this server is held to: must, goal, stretch.
pub(crate) type Bounds = [f64; 3];

/// One measurement of all servers.
pub(crate) struct Row {
    name: &'static str,
    unit: &'static str,
    judged: Judged,
    bounds: Option<Bounds>,
    base: Vec<f64>,
    plain: Vec<f64>,
    signed: Vec<f64>,
}

/// Median, least and most of some rounds.
#[derive(Debug, Clone, Copy)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Row {
    /// A measurement without rounds yet.
    pub(crate) fn new(
        name: &'static str,
        unit: &'static str,
        judged: Judged,
        bounds: Option<Bounds>,
    ) -> Self {
        Self {
            name,
            unit,
            judged,
            bounds,
            base: Vec::new(),
            plain: Vec::new(),
            signed: Vec::new(),
        }
    }

    /// Adds what a server showed in one round.
    pub(crate) fn add(&mut self, kind: Kind, value: f64) {
        match kind {
            Kind::Nginx => self.base.push(value),
            Kind::Plain | Kind::Front => self.plain.push(value),
            Kind::Signed => self.signed.push(value),
        }
    }

    fn judge(&self, values: &[f64]) -> Option<Spread> {
        let against_base = values.iter().zip(&self.base);
        spread(match self.judged {
            Judged::Ratio => against_base.map(|(value, base)| value / base).collect(),
            Judged::Difference => against_base.map(|(value, base)| value - base).collect(),
            Judged::Value => values.to_vec(),
        })
    }

    fn reached(&self, spread: Option<Spread>) -> &'static str {
        let (Some(bounds), Some(spread)) = (self.bounds, spread) else {
            return "";
        };
        let within = bounds.iter().rposition(|bound| spread.median <= *bound);
        match within {
            Some(2) => "stretch",
            Some(1) => "goal",
            Some(_) => "must",
            None => "MISSED",
        }
    }
}

/// The table of all measurements.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut table = format!(
        "{:<36} {:>9} {:>9} {:>9}   {:<24} {:<24} {:>5} {:>5} {:>7}  {}\n",
        "median of rounds",
        "nginx",
        "none",
        "signed",
        "none: judged, min..max",
        "self_signed: judged",
        "must",
        "goal",
        "stretch",
        "reached",
    );
    for row in rows {
        // Writing to a string does not fail.
        let _written = writeln!(
            table,
            "{:<36} {:>9} {:>9} {:>9}   {:<24} {:<24} {}  {}",
            format!("{}, {}", row.name, row.unit),
            median(&row.base),
            median(&row.plain),
            median(&row.signed),
            judged(row, &row.plain),
            judged(row, &row.signed),
            bounds(row),
            row.reached(row.judge(&row.plain)),
        );
    }
    table
}

fn median(values: &[f64]) -> String {
    spread(values.to_vec()).map_or_else(String::new, |spread| short(spread.median))
}

fn judged(row: &Row, values: &[f64]) -> String {
    let Some(spread) = row.judge(values) else {
        return String::new();
    };
    let mark = mark(row);
    let Spread {
        median,
        least,
        most,
    } = spread;
    format!(
        "{mark}{} ({}..{})",
        short(median),
        short(least),
        short(most)
    )
}

fn bounds(row: &Row) -> String {
    let mark = mark(row);
    match row.bounds {
        None => format!("{:>5} {:>5} {:>7}", "", "", ""),
        Some([must, goal, stretch]) => format!(
            "{:>5} {:>5} {:>7}",
            format!("{mark}{must}"),
            format!("{mark}{goal}"),
            format!("{mark}{stretch}")
        ),
    }
}

fn mark(row: &Row) -> &'static str {
    match row.judged {
        Judged::Ratio => "×",
        Judged::Difference => "by ",
        Judged::Value => "",
    }
}

fn short(value: f64) -> String {
    if value.abs() < 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}")
    }
}

/// `None` without rounds.
fn spread(mut values: Vec<f64>) -> Option<Spread> {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(Spread {
        median: f64::midpoint(*values.get(low)?, *values.get(high)?),
        least: *values.first()?,
        most: *values.last()?,
    })
}
