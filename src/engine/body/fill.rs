//! Fills the slots of learned shapes with the names at hand.
//!
//! Called for every shape that is weighed. A shape that needs a member the object does not have is not written,
//! except where a constructor is about to create it.

use super::super::function::{Head, Outcome};
use super::super::language::{Family, Language};
use super::super::number::from_count;
use super::super::symbols::is_keyword_text;
use super::super::words::overlap;
use super::deeds::Deeds;
use super::globals::FILE;
use super::locals::{is_common, singular};
use super::members::{Member, Value};
use super::shape::OTHERS;

/// The slots of locals.
const LOCALS: [&str; 4] = ["$V0", "$V1", "$V2", "$V3"];

/// A line without indent, with its level below the body's own.
pub(crate) type Line = (usize, String);

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
    /// See `Setting::declared`.
    pub(super) declared: &'h [&'h str],
    pub(super) prose: &'h [String],
    /// What the body that is begun calls its locals.
    pub(super) locals: &'h [&'h str],
    /// How many lines the file has.
    pub(super) lines: usize,
    /// The words of the function's own name, and of each parameter.
    pub(super) own: Vec<String>,
    /// See `own`.
    pub(super) parts: Vec<Vec<String>>,
    /// How much of its name each member shares with the function's.
    pub(super) kinship: Vec<f32>,
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

/// What is decided while a shape is filled.
struct Filling<'s> {
    locals: Vec<String>,
    /// How many of the likeliest members the next `$A` passes over.
    other: usize,
    taken: Vec<&'s str>,
    /// What fills the slots that may come again.
    others: Vec<(&'static str, &'s str)>,
    deeds: Deeds,
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
        self.kinship.iter().any(|kinship| *kinship > 0.0)
    }

    /// A shape with its slots filled, if they can be; another choice passes over the likeliest members for `$A`.
    pub(super) fn fill(&self, shape: &str, locals: &[&str], other: usize) -> Option<Filled<'_>> {
        let mut picks = Vec::new();
        let locals = self.name_locals(shape, locals)?;
        let mut filling = Filling {
            locals,
            other,
            taken: Vec::new(),
            others: Vec::new(),
            deeds: Deeds::default(),
        };
        let (lines, fit) = self.fill_all(shape, &mut picks, &mut filling)?;
        if filling.other > 0 {
            return None;
        }
        Some(Filled {
            lines,
            fit,
            picks,
            ..Filled::default()
        })
    }

    /// What the locals of a shape are called here.
    fn name_locals(&self, shape: &str, usual: &[&str]) -> Option<Vec<String>> {
        let mut names: Vec<String> = Vec::new();
        for place in 0..4 {
            if !LOCALS.get(place).is_some_and(|slot| shape.contains(slot)) {
                break;
            }
            let free = |name: &String| {
                !names.contains(name) && !self.head.parameters.contains(&name.as_str())
            };
            let told = self.locals.get(place).map(|name| (*name).to_owned());
            let usual = usual.get(place).copied().unwrap_or("value");
            let derived = match usual.strip_prefix('*') {
                Some("m") => self.of_members(),
                Some(parameter) => {
                    let name = self.head.parameters.get(parameter.parse::<usize>().ok()?)?;
                    singular(name)
                }
                // What another program's elements are called says nothing of these.
                None if !is_common(usual) && !self.is_mentioned(usual) => self.of_members(),
                None => None,
            };
            let derived = derived.or_else(|| {
                let own = !usual.starts_with('*');
                own.then(|| usual.to_owned())
            });
            let spare = ["item", "value", "result", "other"].map(str::to_owned);
            let mut all = told.into_iter().chain(derived).chain(spare);
            let name = all.find(|name| free(name))?;
            names.push(name);
        }
        Some(names)
    }

    /// What an element of the first member that may be a list is called.
    fn of_members(&self) -> Option<String> {
        let mut lists = self.members.iter().filter(|member| {
            matches!(
                member.value,
                Value::List | Value::Collection | Value::Unknown
            )
        });
        lists.find_map(|member| singular(member.name))
    }

    fn fill_all<'s>(
        &'s self,
        shape: &str,
        picks: &mut Vec<Pick<'s>>,
        filling: &mut Filling<'s>,
    ) -> Option<(Vec<(usize, String)>, f32)> {
        if let Some(pattern) = shape.strip_prefix("* ") {
            let mut lines = Vec::new();
            let mut fit = 0.0;
            for place in 0..self.head.parameters.len().max(1) {
                let (mut line, line_fit) =
                    self.fill_lines(&pattern.replace('#', &place.to_string()), picks, filling)?;
                lines.append(&mut line);
                fit += line_fit.min(0.0);
            }
            return Some((lines, fit));
        }
        let (lines, fit) = self.fill_lines(shape, picks, filling)?;
        let lines_beyond = from_count(lines.len() - 1);
        let fit = fit - 0.5 * lines_beyond - self.doubts(shape);
        Some((lines, fit))
    }

    /// What speaks against a shape whatever fills it.
    fn doubts(&self, shape: &str) -> f32 {
        let has = |text: &str| shape.contains(text);
        // A parameter that the body never uses speaks against it.
        let unused = (0..self.head.parameters.len())
            .filter(|place| !["$", "$L"].iter().any(|kind| has_slot(shape, kind, *place)))
            .count();
        let mut doubt = 1.5 * from_count(unused);
        // A member that shares the function's name is what the function is about.
        if self.has_kin() && !["$O", "$L", "$A", "$K"].iter().any(|slot| has(slot)) {
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
        let number = number && item != "2.0" && item != "0.0";
        number || (first.is_alphabetic() && !is_keyword_text(item) && !(self.known)(item))
    }

    fn fill_lines<'s>(
        &'s self,
        shape: &str,
        picks: &mut Vec<Pick<'s>>,
        filling: &mut Filling<'s>,
    ) -> Option<(Vec<(usize, String)>, f32)> {
        let mut lines: Vec<(usize, String)> = vec![(0, String::new())];
        let mut fit = 0.0;
        filling.taken.clear();
        filling.others.clear();
        filling.deeds = Deeds::of(shape);
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
            let before = filling.taken.len();
            let (text, item_fit) = self.slot(item, filling)?;
            if let Some(name) = filling.taken.get(before) {
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
            kin: overlap(&member.stems, &self.own) > 0.0,
            stems: &member.stems,
            members: self.members.len(),
        })
    }

    fn slot<'s>(&'s self, item: &str, filling: &mut Filling<'s>) -> Option<(String, f32)> {
        let Some(slot) = item.strip_prefix('$').filter(|slot| !slot.is_empty()) else {
            let text = item.strip_prefix('\'').filter(|text| !text.is_empty());
            return Some((text.unwrap_or(item).to_owned(), 0.0));
        };
        if let Ok(place) = slot.parse::<usize>() {
            return self
                .head
                .parameters
                .get(place)
                .map(|name| ((*name).to_owned(), 0.0));
        }
        if let Some(place) = slot.strip_prefix('L') {
            return self.like(place.parse::<usize>().ok()?, &mut filling.taken);
        }
        if let Some(bare) = slot.strip_prefix('.') {
            let (text, fit) = self.slot(&format!("${bare}"), filling)?;
            let name = text.rsplit(['.', '>', '@']).next().unwrap_or("");
            return Some((name.to_owned(), fit));
        }
        if let Some(place) = slot.strip_prefix('K') {
            let best = self.akin(self.parts.get(place.parse::<usize>().ok()?)?)?;
            filling.taken.push(best.name);
            return Some((self.reach(best.name), 0.5 + filling.deeds.fit(best.value)));
        }
        if let Some(place) = slot.strip_prefix('V') {
            let name = filling.locals.get(place.parse::<usize>().ok()?)?;
            return Some((name.clone(), 0.0));
        }
        if let Some(place) = slot.strip_prefix('T') {
            let name = self.head.types.get(place.parse::<usize>().ok()?)?;
            return (!name.is_empty()).then(|| ((*name).to_owned(), 0.0));
        }
        let mut bound = filling.others.iter();
        let bound = bound.find(|(one, _)| one.get(1..) == Some(slot));
        match slot {
            "F" => Some((self.head.name.to_owned(), 0.0)),
            "N" => {
                let class = self.head.class;
                (!class.is_empty()).then(|| (class.to_owned(), 0.0))
            }
            "R" => {
                let made = self.head.made;
                (!made.is_empty()).then(|| (made.to_owned(), 0.0))
            }
            "S" => self
                .head
                .receiver
                .filter(|receiver| !matches!(*receiver, "@" | FILE))
                .map(|receiver| (receiver.to_owned(), 0.0)),
            _ if let Some((_, name)) = bound => Some((self.reach(name), 0.0)),
            "O" => {
                let (best, kinship) = self.closest()?;
                filling.taken.push(best.name);
                Some((
                    self.reach(best.name),
                    0.5 * kinship + filling.deeds.fit(best.value),
                ))
            }
            _ => self.other(slot, filling),
        }
    }

    /// The member that shares most words with the function's name, and how many of them.
    fn closest(&self) -> Option<(&Member<'_>, f32)> {
        let rated = self.members.iter().zip(self.kinship.iter().copied());
        rated
            .filter(|(_, kinship)| *kinship > 0.0)
            .max_by(|one, other| one.1.total_cmp(&other.1))
    }

    /// The member that shares most words with a name without being called the same.
    fn akin(&self, name: &[String]) -> Option<&Member<'_>> {
        let members = self.members.iter().filter(|member| member.stems != name);
        members
            .map(|member| (member, overlap(&member.stems, name)))
            .filter(|(_, kinship)| *kinship > 0.0)
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .map(|(member, _)| member)
    }

    /// A member that shares no word with a name of the head.
    fn other<'s>(&'s self, slot: &str, filling: &mut Filling<'s>) -> Option<(String, f32)> {
        let taken = &mut filling.taken;
        let deeds = filling.deeds;
        let free = self.members.iter().zip(&self.kinship);
        let free = free.filter(|(member, _)| !taken.contains(&member.name));
        let rated = free.map(|(member, kinship)| (4.0 * kinship + deeds.fit(member.value), member));
        let mut rated: Vec<(f32, &Member<'_>)> = rated.collect();
        if filling.other == 0 {
            // The first of the best is all that is asked for.
            let best = rated
                .iter()
                .rev()
                .max_by(|one, other| one.0.total_cmp(&other.0));
            rated = vec![*best?];
        } else {
            rated.sort_by(|one, other| other.0.total_cmp(&one.0));
        }
        let (highest, _) = *rated.first()?;
        let (rate, best) = *rated.get(filling.other)?;
        let one = OTHERS.iter().find(|other| other.get(1..) == Some(slot))?;
        filling.others.push((one, best.name));
        let passed = from_count(std::mem::take(&mut filling.other));
        let about = overlap(&best.stems, &self.own) > 0.0;
        let doubt = if about {
            0.0
        } else {
            from_count(self.members.len()).ln() + 0.5
        };
        taken.push(best.name);
        // Of several members the first one usually comes first.
        let order = if deeds.several { 2.5 } else { 0.2 };
        let apart = 0.3 * (highest - rate).min(4.0) + order * passed;
        Some((self.reach(best.name), deeds.fit(best.value) - doubt - apart))
    }

    fn like<'s>(&'s self, place: usize, taken: &mut Vec<&'s str>) -> Option<(String, f32)> {
        let parameter = *self.head.parameters.get(place)?;
        let wanted = self.parts.get(place)?;
        let found = self.members.iter().find(|member| member.stems == *wanted);
        if let Some(member) = found {
            taken.push(member.name);
            let named = overlap(&member.stems, &self.own) > 0.0;
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
            (_, None | Some(FILE)) => member.to_owned(),
            (_, Some(receiver)) => format!("{receiver}.{member}"),
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

/// Whether a shape has a numbered slot of a kind.
fn has_slot(shape: &str, kind: &str, place: usize) -> bool {
    let digit = char::from_digit(u32::try_from(place).unwrap_or(0), 10);
    let mut found = shape.match_indices(kind);
    digit.is_some_and(|digit| {
        found.any(|(at, _)| {
            shape
                .get(at + kind.len()..)
                .is_some_and(|rest| rest.starts_with(digit))
        })
    })
}
