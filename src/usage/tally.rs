//! Counts that have not been written yet. Bounded in every direction: words come from fixed sets, names of models are admitted
//! up to a number, and beyond so many rows what would be a new one is counted with others.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::Arc,
};

use quick_cache::DefaultHashBuilder;

use super::{Event, MOST_MODELS, Subject, words};
use crate::store::{Counts, OTHER, UsageRow};

/// Rows at which they are to be written before their time: a flood of users is written in pieces, since all of them at once
/// would be the largest thing in memory.
const SOON: usize = 1024;

/// Rows that tell everything apart.
const MANY: usize = 8192;

/// Most rows; what would make more is not counted.
const MOST: usize = 4 * MANY;

/// Stands for a suggestion of which no model is known.
const NO_MODEL: &str = "unknown";

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    day: i64,
    user_id: i64,
    language: &'static str,
    editor: &'static str,
    model: Arc<str>,
}

/// The table.
#[derive(Debug)]
pub(super) struct Tally {
    /// Hashed fast, since every completion adds to it; its keys are words of this server, not of strangers.
    rows: HashMap<Key, Counts, DefaultHashBuilder>,
    models: HashSet<Arc<str>>,
    other: Arc<str>,
    unknown: Arc<str>,
    /// Rows that could not be written.
    unwritten: Vec<UsageRow>,
}

impl Tally {
    /// An empty table that knows some models already.
    pub(super) fn new(models: Vec<String>) -> Self {
        Self {
            rows: HashMap::default(),
            models: models.into_iter().map(Arc::from).collect(),
            other: OTHER.into(),
            unknown: NO_MODEL.into(),
            unwritten: Vec::new(),
        }
    }

    /// Counts an event; tells whether the table should be written soon.
    pub(super) fn count(&mut self, day: i64, event: Event, subject: &Subject<'_>) -> bool {
        let key = Key {
            day,
            user_id: subject.user.unwrap_or(0),
            language: subject.language,
            editor: subject.editor,
            model: self.model(event, subject),
        };
        let key = if self.rows.len() < MANY || self.rows.contains_key(&key) {
            key
        } else {
            Key {
                language: OTHER,
                editor: OTHER,
                model: Arc::clone(&self.other),
                ..key
            }
        };
        if self.rows.len() < MOST || self.rows.contains_key(&key) {
            let counts = self.rows.entry(key).or_default();
            match event {
                Event::Requested => counts.requested += 1,
                Event::Streamed => counts.streamed += 1,
                Event::Shown => counts.shown += 1,
                Event::Accepted => counts.accepted += 1,
                Event::Rejected => counts.rejected += 1,
            }
        }
        self.rows.len() >= SOON
    }

    /// All rows, in the order of days and users, which are gone from here.
    pub(super) fn take(&mut self) -> Vec<UsageRow> {
        let mut rows = mem::take(&mut self.unwritten);
        let counted = mem::take(&mut self.rows).into_iter();
        rows.extend(counted.map(|(key, counts)| UsageRow {
            day: key.day,
            user_id: key.user_id,
            language: key.language,
            model: key.model,
            editor: key.editor,
            counts,
        }));
        // As the database keeps them, of which a writer has only a few pages at hand.
        rows.sort_unstable_by_key(|row| (row.day, row.user_id));
        rows
    }

    /// Keeps rows that could not be written; those beyond the most are lost.
    pub(super) fn put_back(&mut self, mut rows: Vec<UsageRow>) {
        rows.truncate(MOST);
        self.unwritten = rows;
    }

    /// The name under which a model is counted. Only answers of this server make new names: what editors report could be
    /// anything, and would stand in the figures.
    fn model(&mut self, event: Event, subject: &Subject<'_>) -> Arc<str> {
        let Some(name) = subject.model.filter(|name| *name != NO_MODEL) else {
            return Arc::clone(&self.unknown);
        };
        if let Some(known) = self.models.get(name) {
            return Arc::clone(known);
        }
        let room = self.models.len() < MOST_MODELS;
        let answered = matches!(event, Event::Requested | Event::Streamed);
        if !answered || !room || !words::is_model(name) {
            return Arc::clone(&self.other);
        }
        let name = Arc::from(name);
        self.models.insert(Arc::clone(&name));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(user: Option<i64>, model: &str) -> Subject<'_> {
        Subject {
            user,
            language: "python",
            editor: "vscode",
            model: Some(model),
        }
    }

    fn models(tally: &mut Tally) -> HashMap<String, i64> {
        let mut shown = HashMap::new();
        for row in tally.take() {
            *shown.entry(row.model.to_string()).or_default() += row.counts.shown;
        }
        shown
    }

    #[test]
    fn names_of_models_are_admitted_up_to_a_number() {
        let mut tally = Tally::new(vec!["known".to_owned()]);
        for model in ["known", "a b", "new"] {
            tally.count(1, Event::Shown, &subject(Some(1), model));
        }
        assert_eq!(
            models(&mut tally),
            [("known".to_owned(), 1), (OTHER.to_owned(), 2)].into()
        );
        for number in 0..MOST_MODELS + 10 {
            let model = format!("m{number}");
            tally.count(1, Event::Requested, &subject(Some(1), &model));
            tally.count(1, Event::Shown, &subject(Some(1), &model));
        }
        tally.count(1, Event::Shown, &subject(None, "m1"));
        let models = models(&mut tally);
        assert_eq!(models.len(), MOST_MODELS);
        assert_eq!((models[OTHER], models["m1"]), (11, 2));
    }

    #[test]
    fn the_table_stays_small() {
        let mut tally = Tally::new(vec!["m".to_owned()]);
        let users = i64::try_from(MOST).unwrap() + 10;
        let full: Vec<_> = (0..users)
            .map(|user| tally.count(1, Event::Shown, &subject(Some(user), "m")))
            .collect();
        assert!(!full[SOON - 2] && full[SOON - 1]);
        tally.count(1, Event::Shown, &subject(Some(1), "m"));
        let rows = tally.take();
        assert_eq!(rows.len(), MOST);
        assert!(rows.is_sorted_by_key(|row| row.user_id));
        let first = rows.iter().find(|row| row.user_id == 1).unwrap();
        assert_eq!((first.counts.shown, &*first.model), (2, "m"));
        let late = rows.iter().find(|row| row.user_id == users - 20).unwrap();
        assert_eq!((&*late.model, late.editor), (OTHER, OTHER));
        assert!(tally.take().is_empty());
    }
}
