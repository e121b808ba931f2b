//! Fills the slots of learned shapes with the names at hand.
//!
//! Called for every shape that is weighed. A shape that needs a member the object does not have is not written,
//! except where a constructor is about to create it.

use super::super::function::{Head, Outcome};
use super::super::language::{Family, Language};
use super::super::number::from_count;
use super::super::symbols::is_keyword_text;
use super::super::words::{overlap, stems};
use super::members::{Member, Value};

/// The names that may fill slots.
pub(super) struct Names<'h, 'a> {
    pub(super) head: &'h Head<'a>,
    pub(super) members: &'h [Member<'a>],
    pub(super) language: Language,
    pub(super) words: Vec<String>,
    pub(super) creates: bool,
    pub(super) explicit: bool,
    pub(super) semicolons: bool,
    pub(super) known: &'h dyn Fn(&str) -> bool,
    pub(super) mentioned: &'h dyn Fn(&str) -> bool,
    pub(super) prose: &'h [String],
}

/// A slot of a shape and the member that fills it.
#[derive(Clone, Debug)]
pub(crate) struct Pick<'h> {
    /// Which item of the shape it is.
    pub(crate) at: usize,
    /// Its name.
    pub(crate) name: &'h str,
    /// What the member holds.
    pub(crate) value: Value,
    /// Whether it shares a word with the function's name.
    pub(crate) kin: bool,
    /// The words of its name.
    pub(crate) stems: &'h [String],
    /// How many members there are to choose from.
    pub(crate) members: usize,
}

/// A shape with its slots filled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled<'h> {
    /// The lines, each with its level below the body's own.
    pub(crate) lines: Vec<(usize, String)>,
    /// How well the names fit it.
    pub(crate) fit: f32,
    /// What fills its slots.
    pub(crate) picks: Vec<Pick<'h>>,
    /// How usual it is, as a logarithm.
    pub(crate) prior: f32,
    /// How strongly the words of names speak for it.
    pub(crate) named: f32,
    /// Whether it was learned from this language.
    pub(crate) home: bool,
    /// Whether a function of the file has it, and how alike the names are.
    pub(crate) own: bool,
    /// See `own`.
    pub(crate) alike: f32,
}

impl Names<'_, '_> {
    /// The words that are no part of a member's name, which says what is done rather than to what.
    pub(super) fn telling(&self) -> Vec<String> {
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

    /// Whether a name stands in the file or in what is open beside it.
    pub(super) fn is_mentioned(&self, name: &str) -> bool {
        (self.mentioned)(name)
    }

    /// Whether a member shares a word with the function's name.
    pub(super) fn has_kin(&self) -> bool {
        let own = stems(self.head.name);
        let mut members = self.members.iter();
        members.any(|member| overlap(&member.stems, &own) > 0.0)
    }

    /// A shape with its slots filled, if they can be.
    pub(super) fn fill(&self, shape: &str) -> Option<Filled<'_>> {
        let mut picks = Vec::new();
        let (lines, fit) = self.fill_all(shape, &mut picks)?;
        Some(Filled {
            lines,
            fit,
            picks,
            ..Filled::default()
        })
    }

    fn fill_all<'s>(
        &'s self,
        shape: &str,
        picks: &mut Vec<Pick<'s>>,
    ) -> Option<(Vec<(usize, String)>, f32)> {
        if let Some(pattern) = shape.strip_prefix("* ") {
            let mut lines = Vec::new();
            let mut fit = 0.0;
            for place in 0..self.head.parameters.len().max(1) {
                let (mut line, line_fit) =
                    self.fill_lines(&pattern.replace('#', &place.to_string()), picks)?;
                lines.append(&mut line);
                fit += line_fit.min(0.0);
            }
            return Some((lines, fit));
        }
        let (lines, fit) = self.fill_lines(shape, picks)?;
        let lines_beyond = from_count(lines.len() - 1);
        let fit = fit - 0.5 * lines_beyond - self.doubts(shape);
        Some((lines, fit))
    }

    /// What speaks against a shape whatever fills it.
    fn doubts(&self, shape: &str) -> f32 {
        let has = |text: &str| shape.contains(text);
        // A parameter that the body never uses speaks against it.
        let unused = (0..self.head.parameters.len())
            .filter(|place| !has(&format!("${place}")) && !has(&format!("$L{place}")))
            .count();
        let mut doubt = 1.5 * from_count(unused);
        // A member that shares the function's name is what the function is about.
        let own = stems(self.head.name);
        let mut members = self.members.iter();
        let about = members.any(|member| overlap(&member.stems, &own) > 0.0);
        if about && !["$O", "$L", "$A"].iter().any(|slot| has(slot)) {
            doubt += 2.5;
        }
        if self.head.derived == Some(false) && has("super") {
            doubt += 4.0;
        }
        let gives = has("return ~") || has("throw") || self.language.family == Family::Ruby;
        match self.head.result {
            Outcome::Nothing if has("return ~") => doubt += 5.0,
            Outcome::Value | Outcome::Truth if !gives => doubt += 3.0,
            _ => {}
        }
        // An object is rarely an operand of its own method.
        let signs = ["+", "-", "*", "/"];
        if signs.iter().any(|sign| has(&format!("$S ~{sign}"))) || has("$S . 0") || has("$0 . 0") {
            doubt += 3.0;
        }
        let items = shape.split(' ').map(|item| item.trim_start_matches('~'));
        doubt + 0.5 * from_count(items.filter(|item| self.is_strange(item)).count())
    }

    /// Whether an item is a name that nothing in the file has shown.
    fn is_strange(&self, item: &str) -> bool {
        let first = item.chars().next().unwrap_or('$');
        let number = first.is_ascii_digit() && !matches!(item, "0" | "1" | "2");
        number || (first.is_alphabetic() && !is_keyword_text(item) && !(self.known)(item))
    }

    fn fill_lines<'s>(
        &'s self,
        shape: &str,
        picks: &mut Vec<Pick<'s>>,
    ) -> Option<(Vec<(usize, String)>, f32)> {
        let mut lines: Vec<(usize, String)> = vec![(0, String::new())];
        let mut fit = 0.0;
        let mut taken: Vec<&str> = Vec::new();
        for (at, item) in shape.split(' ').enumerate() {
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
            let before = taken.len();
            let (text, item_fit) = self.slot(item, shape, &mut taken)?;
            if let Some(name) = taken.get(before) {
                picks.extend(self.pick(at, name));
            }
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

    fn pick(&self, at: usize, name: &str) -> Option<Pick<'_>> {
        let member = self.members.iter().find(|member| member.name == name)?;
        Some(Pick {
            at,
            name: member.name,
            value: member.value,
            kin: overlap(&member.stems, &stems(self.head.name)) > 0.0,
            stems: &member.stems,
            members: self.members.len(),
        })
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
                let kin = self
                    .members
                    .iter()
                    .map(|member| (member, overlap(&member.stems, &own)));
                let (best, kinship) = kin
                    .filter(|(_, kinship)| *kinship > 0.0)
                    .max_by(|one, other| one.1.total_cmp(&other.1))?;
                taken.push(best.name);
                Some((
                    self.reach(best.name),
                    0.5 * kinship + value_fit(best.value, shape),
                ))
            }
            _ => {
                let own = stems(self.head.name);
                let free = || {
                    self.members
                        .iter()
                        .filter(|member| !taken.contains(&member.name))
                };
                let fit = |member: &Member<'_>| value_fit(member.value, shape);
                let rate = |member: &Member<'_>| 4.0 * overlap(&member.stems, &own) + fit(member);
                let best = free().max_by(|one, other| {
                    rate(one)
                        .total_cmp(&rate(other))
                        .then(one.uses.cmp(&other.uses))
                })?;
                let about = overlap(&best.stems, &own) > 0.0;
                let doubt = if about {
                    0.0
                } else {
                    from_count(self.members.len()).ln() + 0.5
                };
                taken.push(best.name);
                Some((self.reach(best.name), fit(best) - doubt))
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
            (Family::C, Some(receiver)) if receiver != "this" => format!("{receiver}->{member}"),
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
    let inside = items().zip(items().skip(1)).any(|(one, next)| {
        matches!(one, "$O" | "$A" | "$L0") && matches!(next, "[" | "." | "<<" | "(" | "?." | "->")
    });
    let searches = items().any(|item| item == "in");
    match value {
        Value::Number | Value::Truth if searches || inside => -4.0,
        Value::Number if adds => 1.0,
        Value::Number if keeps => -4.0,
        Value::Text if adds => -1.5,
        Value::Collection if keeps => 1.5,
        Value::Collection if adds => -3.0,
        Value::Truth if adds || keeps => -3.0,
        Value::Text if keeps => -3.0,
        _ => 0.0,
    }
}
