//! Fills the slots of learned shapes with the names at hand and weighs the results.
//!
//! Called by the engine at the start of a body. A shape that needs a member the object does not have is not written,
//! except where a constructor is about to create it.

use super::super::function::Head;
use super::super::language::{Block, Family, Language};
use super::super::number::from_count;
use super::super::symbols::is_keyword_text;
use super::super::words::{overlap, stems};
use super::members::{Member, Value};
use super::table::{ShapeTable, log_share, own_count, row, words_of};

/// A body that may be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proposal {
    /// Its lines without indent, each with its level below the body's own.
    pub(crate) lines: Vec<(usize, String)>,
    /// Its share of the weight of all proposals.
    pub(crate) share: f32,
}

/// The names that may fill slots.
struct Names<'h, 'a> {
    head: &'h Head<'a>,
    members: &'h [Member<'a>],
    language: Language,
    words: Vec<String>,
    creates: bool,
    explicit: bool,
    semicolons: bool,
    known: &'h dyn Fn(&str) -> bool,
}

/// What is to be written: the function, what surrounds it, and the shapes of the file's own functions.
pub(crate) struct Setting<'h, 'a> {
    /// The function.
    pub(crate) head: &'h Head<'a>,
    /// The members of its object.
    pub(crate) members: &'h [Member<'a>],
    /// The language.
    pub(crate) language: Language,
    /// The shapes of the file's own functions with the words of their names.
    pub(crate) own: &'h [(String, Vec<String>)],
    /// Whether the file ends statements with semicolons.
    pub(crate) semicolons: bool,
    /// Whether the file reaches members through the receiver though it need not.
    pub(crate) explicit: bool,
    /// Whether a name stands anywhere in the request.
    pub(crate) known: &'h dyn Fn(&str) -> bool,
}

/// The likeliest bodies, likeliest first.
pub(crate) fn propose(table: &ShapeTable, setting: &Setting<'_, '_>) -> Vec<Proposal> {
    let words = words_of(setting.head);
    let names = Names {
        head: setting.head,
        members: setting.members,
        language: setting.language,
        creates: words.first().is_some_and(|word| word == "init"),
        words,
        explicit: setting.explicit,
        semicolons: setting.semicolons,
        known: setting.known,
    };
    let mut weighed: Vec<(Vec<(usize, String)>, f32)> = Vec::new();
    weigh_learned(table, &names, setting, &mut weighed);
    let best = weighed
        .iter()
        .map(|(_, score)| *score)
        .fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = weighed.iter().map(|(_, score)| (score - best).exp()).sum();
    weighed.sort_by(|one, other| other.1.total_cmp(&one.1));
    weighed
        .into_iter()
        .take(6)
        .map(|(lines, score)| Proposal {
            lines,
            share: (score - best).exp() / total.max(1.0),
        })
        .collect()
}

fn weigh_learned(
    table: &ShapeTable,
    names: &Names<'_, '_>,
    setting: &Setting<'_, '_>,
    weighed: &mut Vec<(Vec<(usize, String)>, f32)>,
) {
    let member = names.head.receiver.is_some();
    let numbers = table.numbers(&names.telling());
    let count = names.head.parameters.len();
    for family in Family::ALL {
        let home = family == names.language.family;
        let own_row = row(family, count, member);
        let total = table.total(own_row);
        for known in table.shapes(own_row) {
            if !home && !travels(known.shape) {
                continue;
            }
            let Some((lines, fit)) = names.fill(known.shape) else {
                continue;
            };
            let evidence: f32 = numbers
                .iter()
                .map(|word| table.evidence(own_row, known, *word))
                .sum();
            let distance = if home { 0.0 } else { -3.0 };
            let score = log_share(known.count, total) + evidence + fit + distance;
            add(weighed, lines, score);
        }
    }
    let total = table.total(row(names.language.family, count, member));
    for (shape, own_words) in setting.own {
        let Some((lines, fit)) = names.fill(shape) else {
            continue;
        };
        let alike = overlap(own_words, &names.words);
        let evidence: f32 = numbers
            .iter()
            .map(|word| table.mark_evidence(shape, *word))
            .sum();
        add(
            weighed,
            lines,
            log_share(own_count(1, total), total + own_count(1, total)) + evidence + fit + alike,
        );
    }
}

fn add(weighed: &mut Vec<(Vec<(usize, String)>, f32)>, lines: Vec<(usize, String)>, score: f32) {
    if let Some(known) = weighed.iter_mut().find(|(other, _)| *other == lines) {
        let (high, low) = (known.1.max(score), known.1.min(score));
        known.1 = high + (low - high).exp().ln_1p();
    } else {
        weighed.push((lines, score));
    }
}

/// Whether a shape means the same in every language.
fn travels(shape: &str) -> bool {
    let universal = [
        "return", "+=", "-=", "*=", "/=", "=", "+", "-", "*", "/", "*", ".", "0", "1", ">", "<",
        ">=", "<=",
    ];
    shape.split(' ').all(|item| {
        let text = item.trim_start_matches('~');
        text.starts_with('$') || universal.contains(&text)
    })
}

impl Names<'_, '_> {
    /// The words that are no part of a member's name, which says what is done rather than to what.
    fn telling(&self) -> Vec<String> {
        let named = |word: &String| {
            self.members
                .iter()
                .any(|member| member.stems.contains(word))
        };
        let first = self.words.first();
        self.words
            .iter()
            .filter(|word| Some(*word) == first || !named(word))
            .cloned()
            .collect()
    }

    fn fill(&self, shape: &str) -> Option<(Vec<(usize, String)>, f32)> {
        if let Some(pattern) = shape.strip_prefix("* ") {
            let mut lines = Vec::new();
            let mut fit = 0.0;
            for place in 0..self.head.parameters.len().max(1) {
                let (mut line, line_fit) =
                    self.fill_lines(&pattern.replace('#', &place.to_string()))?;
                lines.append(&mut line);
                fit += line_fit.min(0.0);
            }
            return Some((lines, fit));
        }
        let (lines, fit) = self.fill_lines(shape)?;
        // A parameter that the body never uses speaks against it.
        let unused = (0..self.head.parameters.len())
            .filter(|place| {
                !shape.contains(&format!("${place}")) && !shape.contains(&format!("$L{place}"))
            })
            .count();
        let mut fit = fit - 1.5 * from_count(unused);
        // A member that shares the function's name is what the function is about.
        let own = stems(self.head.name);
        let about = self
            .members
            .iter()
            .any(|member| overlap(&member.stems, &own) > 0.0);
        if about && !shape.contains("$O") && !shape.contains("$L") {
            fit -= 2.5;
        }
        let strange = shape
            .split(' ')
            .map(|item| item.trim_start_matches('~'))
            .filter(|item| self.is_strange(item))
            .count();
        Some((lines, fit - 0.5 * from_count(strange)))
    }

    /// Whether an item is a name that nothing in the file has shown.
    fn is_strange(&self, item: &str) -> bool {
        item.chars().next().is_some_and(char::is_alphabetic)
            && !is_keyword_text(item)
            && !(self.known)(item)
    }

    fn fill_lines(&self, shape: &str) -> Option<(Vec<(usize, String)>, f32)> {
        let mut lines: Vec<(usize, String)> = vec![(0, String::new())];
        let mut fit = 0.0;
        let mut taken: Vec<&str> = Vec::new();
        for item in shape.split(' ') {
            if let Some(change) = item.strip_prefix('^') {
                let level = lines.last().map_or(0, |line| line.0);
                let deeper = usize::from(change.starts_with('+'));
                let level = (level + deeper).saturating_sub(change.matches('-').count());
                lines.push((level, String::new()));
                continue;
            }
            let (space, item) = item
                .strip_prefix('~')
                .map_or((false, item), |item| (true, item));
            let (text, item_fit) = self.slot(item, shape, &mut taken)?;
            fit += item_fit;
            let line = &mut lines.last_mut()?.1;
            if space && !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&text);
        }
        self.end_statements(&mut lines);
        Some((lines, fit))
    }

    fn slot<'s>(
        &'s self,
        item: &str,
        shape: &str,
        taken: &mut Vec<&'s str>,
    ) -> Option<(String, f32)> {
        let Some(slot) = item.strip_prefix('$').filter(|slot| !slot.is_empty()) else {
            return Some((item.to_owned(), 0.0));
        };
        if let Ok(place) = slot.parse::<usize>() {
            return self
                .head
                .parameters
                .get(place)
                .map(|name| ((*name).to_owned(), 0.0));
        }
        if let Some(place) = slot.strip_prefix('L') {
            let parameter = *self.head.parameters.get(place.parse::<usize>().ok()?)?;
            return self.like(parameter, taken);
        }
        match slot {
            "S" => self
                .head
                .receiver
                .filter(|receiver| *receiver != "@")
                .map(|receiver| (receiver.to_owned(), 0.0)),
            "O" => {
                let own = stems(self.head.name);
                let rated = self
                    .members
                    .iter()
                    .map(|member| (member, overlap(&member.stems, &own)));
                let (best, share) = rated
                    .filter(|(_, share)| *share > 0.0)
                    .max_by(|one, other| one.1.total_cmp(&other.1))?;
                taken.push(best.name);
                Some((
                    self.reach(best.name),
                    0.5 * share + value_fit(best.value, shape),
                ))
            }
            _ => {
                let mut free = self
                    .members
                    .iter()
                    .filter(|member| !taken.contains(&member.name));
                let unrelated = |member: &&Member<'_>| overlap(&member.stems, &self.words) <= 0.0;
                let best = free.by_ref().filter(unrelated).max_by(|one, other| {
                    let fit = |member: &Member<'_>| value_fit(member.value, shape);
                    fit(one)
                        .total_cmp(&fit(other))
                        .then(one.uses.cmp(&other.uses))
                })?;
                let others = from_count(self.members.len());
                taken.push(best.name);
                Some((
                    self.reach(best.name),
                    value_fit(best.value, shape) - others.ln() - 0.5,
                ))
            }
        }
    }

    fn like<'s>(&'s self, parameter: &'s str, taken: &mut Vec<&'s str>) -> Option<(String, f32)> {
        let wanted = stems(parameter);
        let own = stems(self.head.name);
        let found = self.members.iter().find(|member| member.stems == wanted);
        if let Some(member) = found {
            taken.push(member.name);
            let named = overlap(&member.stems, &own) > 0.0;
            return Some((self.reach(member.name), if named { 1.0 } else { 0.5 }));
        }
        (self.creates && self.head.receiver.is_some()).then(|| (self.reach(parameter), 0.0))
    }

    /// The text by which a body reaches a member.
    fn reach(&self, member: &str) -> String {
        match (self.language.family, self.head.receiver) {
            (Family::Ruby, _) => format!("@{member}"),
            (Family::Java | Family::C, _) => {
                let hidden = self.head.parameters.contains(&member);
                let link = if self.language.family == Family::C {
                    "->"
                } else {
                    "."
                };
                if hidden || self.explicit {
                    format!("this{link}{member}")
                } else {
                    member.to_owned()
                }
            }
            (_, Some(receiver)) => format!("{receiver}.{member}"),
            (_, None) => member.to_owned(),
        }
    }

    fn end_statements(&self, lines: &mut [(usize, String)]) {
        let semicolons = match self.language.family {
            Family::Java | Family::C | Family::Rust => true,
            Family::Script => self.semicolons,
            _ => false,
        };
        let tail = matches!(self.language.family, Family::Rust | Family::Ruby);
        let last = lines.len().saturating_sub(1);
        for (at, (level, line)) in lines.iter_mut().enumerate() {
            if at == last
                && *level == 0
                && tail
                && let Some(value) = line.strip_prefix("return ")
            {
                *line = value.to_owned();
            } else if semicolons && !line.ends_with(['{', '}', ':', ',', '(']) && !line.is_empty() {
                line.push(';');
            }
        }
        let _ = Block::Brace;
    }
}

/// How well the value a member holds goes with the operators of a shape.
fn value_fit(value: Value, shape: &str) -> f32 {
    let items = || shape.split(' ').map(|item| item.trim_start_matches('~'));
    let adds =
        items().any(|item| matches!(item, "+=" | "-=" | "*=" | "/=" | "++" | "--" | "+" | "-"));
    let keeps = items().any(|item| {
        matches!(
            item,
            "append" | "push" | "<<" | "add" | "insert" | "put" | "pop" | "len"
        )
    });
    match value {
        Value::Unknown => 0.0,
        Value::Number if adds => 1.0,
        Value::Number if keeps => -4.0,
        Value::Text if adds => -1.5,
        Value::Collection if keeps => 1.5,
        Value::Collection | Value::Truth if adds => -3.0,
        Value::Text | Value::Truth if keeps => -3.0,
        _ => 0.0,
    }
}
