//! Cuts a function out of its file, as if it were the first thing anybody wrote there.
//!
//! Called by the making of examples. Files that are being begun hold little, so half of what the network learns has
//! to come from functions that stand alone with their class, its first lines, and the type they belong to.

use super::super::function::{Head, block_end, head_before};
use super::super::language::{Block, Language};
use super::super::lexer::{Kind, Piece};
use super::Dice;

/// The most lines of a type or of the beginning of a class that are kept.
const KEPT: usize = 14;

/// A function of a file: the place of the line end where its body begins, and its head.
pub(super) struct Function<'a> {
    /// The place of the line end.
    pub(super) at: usize,
    /// Its head.
    pub(super) head: Head<'a>,
}

/// The functions of a file.
pub(super) fn functions<'a>(pieces: &[Piece<'a>], language: Language) -> Vec<Function<'a>> {
    let opens = |at: &usize| {
        pieces
            .get(*at)
            .is_some_and(|piece| piece.kind == Kind::Newline && piece.delta > 0)
    };
    let found = (1..pieces.len()).filter(opens);
    found
        .filter_map(|at| head_before(pieces, at, language).map(|head| Function { at, head }))
        .collect()
}

/// A line of a function's body, mostly one of the first: its first token and the line end after it.
pub(super) fn line(
    pieces: &[Piece<'_>],
    function: &Function<'_>,
    dice: &mut Dice,
) -> Option<(usize, usize)> {
    let end = block_end(pieces, function.at)?.min(function.at + 200);
    let body = pieces.get(function.at..end)?;
    let breaks: Vec<usize> = body
        .iter()
        .enumerate()
        .filter(|(_, piece)| piece.kind == Kind::Newline)
        .map(|(at, _)| function.at + at)
        .collect();
    let most = breaks.len().min(if dice.roll(2) == 0 { 1 } else { 6 });
    let at = dice.roll(most);
    let start = breaks.get(at)? + 1;
    let stop = breaks.get(at + 1).copied().unwrap_or(end);
    let first = pieces.get(start)?;
    let prose = matches!(first.kind, Kind::Comment | Kind::Text)
        || (first.kind == Kind::Open && first.text.len() == 3);
    let fits = stop > start && stop - start <= 60 && stop < pieces.len() && !prose;
    fits.then_some((start, stop))
}

/// The texts above and below a cursor in a function that stands alone.
pub(super) fn alone(
    text: &str,
    (head, cursor): (usize, usize),
    language: Language,
    dice: &mut Dice,
) -> (String, String) {
    let lines = Lines::of(text);
    let own = lines.at(head);
    let chain = lines.enclosing(own);
    let mut above = String::new();
    if dice.roll(3) == 0 {
        lines.copy(0, dice.roll(6).min(own), &mut above);
    }
    let mut from = 0;
    if dice.roll(4) > 0
        && let Some((start, end)) = lines.type_of(own, &chain)
    {
        lines.copy(start, end, &mut above);
        above.push('\n');
        from = end;
    }
    for outer in chain.iter().rev() {
        let more = dice.roll(KEPT);
        let end = (outer + 1 + more).min(lines.described(own)).max(outer + 1);
        lines.copy((*outer).max(from), end, &mut above);
        from = from.max(end);
    }
    let start = lines.described(own).max(from);
    above.push_str(text.get(lines.start(start)..cursor).unwrap_or(""));
    let mut below = String::new();
    if dice.roll(2) == 0 {
        for outer in std::iter::once(&own).chain(&chain) {
            let closing = match language.block {
                Block::Colon => break,
                Block::Brace => "}",
                Block::End => "end",
            };
            below.push('\n');
            below.push_str(lines.indent(*outer));
            below.push_str(closing);
        }
        below.push('\n');
    }
    (above, below)
}

/// The lines of a text.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    fn at(&self, place: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= place)
            .saturating_sub(1)
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    fn line(&self, line: usize) -> &'t str {
        self.text
            .get(self.start(line)..self.start(line + 1))
            .unwrap_or("")
    }

    fn indent(&self, line: usize) -> &'t str {
        let whole = self.line(line);
        whole
            .get(..whole.len() - whole.trim_start().len())
            .unwrap_or("")
    }

    fn copy(&self, from: usize, to: usize, into: &mut String) {
        into.push_str(
            self.text
                .get(self.start(from)..self.start(to.max(from)))
                .unwrap_or(""),
        );
    }

    /// The lines that open the blocks around a line, the innermost first.
    fn enclosing(&self, line: usize) -> Vec<usize> {
        let mut chain = Vec::new();
        let mut level = self.indent(line).len();
        for at in (0..line).rev() {
            let blank = self.line(at).trim().is_empty();
            if level == 0 {
                break;
            }
            if !blank && self.indent(at).len() < level {
                level = self.indent(at).len();
                chain.push(at);
            }
        }
        chain
    }

    /// The first of the comments and annotations right above a line.
    fn described(&self, line: usize) -> usize {
        let marks = ["#", "//", "/*", "*", "@", "\"\"\""];
        let mut first = line;
        while let Some(at) = first.checked_sub(1).filter(|at| line - at < 12) {
            let text = self.line(at).trim();
            if !marks.iter().any(|mark| text.starts_with(mark)) {
                break;
            }
            first = at;
        }
        first
    }

    /// The lines of the type that a function names in its head or in what encloses it.
    fn type_of(&self, own: usize, chain: &[usize]) -> Option<(usize, usize)> {
        let heads = std::iter::once(&own).chain(chain);
        let names: Vec<&str> = heads
            .flat_map(|line| {
                self.line(*line)
                    .split(|one: char| !one.is_alphanumeric() && one != '_')
            })
            .filter(|word| word.len() > 1)
            .collect();
        let start = (0..own).rev().take(400).find(|at| {
            let line = self.line(*at);
            let mut words = line.split(|one: char| !one.is_alphanumeric() && one != '_');
            self.indent(*at).is_empty()
                && line.trim_end().ends_with('{')
                && (line.contains("struct ") || line.contains(" struct"))
                && words.any(|word| word != "struct" && word != "pub" && names.contains(&word))
        })?;
        let end = (start + 1..(start + KEPT).min(own)).find(|at| self.line(*at).starts_with('}'));
        end.map(|end| (start, end + 1))
    }
}
