//! Reads a prompt into what the model works on: a window of tokens, the open brackets, and where the cursor stands.
//!
//! Called once per suggestion. The decision: a word the cursor stands behind is taken off the history and asked for
//! again, so that half-typed names are completed by the same model as whole ones.

use std::sync::Arc;

use super::kept::{Cut, Kept, Reused, others};
use super::language::Language;
use super::lexer::{Kind, Mark, Piece, Tail, lex, lex_on, width};
use super::sequence::{Part, Sequence, Token, touch};
use super::spacing::Spacing;
use super::symbols::{NAME, Symbol, Symbols, Vocabulary, line_end};
use super::{Options, Prompt};

/// Everything known about a prompt before the first guess.
pub(crate) struct Request<'v, 'a> {
    /// The language of the file.
    pub(crate) language: Language,
    /// Where blanks usually stand.
    pub(crate) spacing: &'v Spacing,
    /// The token texts.
    pub(crate) symbols: Symbols,
    /// The tokens of all texts.
    pub(crate) sequence: Sequence,
    /// The tokens above the cursor.
    pub(crate) above: Vec<Piece<'a>>,
    /// The tokens below the cursor.
    pub(crate) below: Vec<Piece<'a>>,
    /// How the text above ends.
    pub(crate) tail: Tail<'a>,
    /// The beginning of a word, already typed.
    pub(crate) prefix: &'a str,
    /// The token that was taken off as the prefix.
    pub(crate) taken: Option<Piece<'a>>,
    /// The rest of the cursor's line, without blanks around it.
    pub(crate) remainder: &'a str,
    /// The brackets the text above leaves open and the text below does not close, innermost last.
    pub(crate) unclosed: Vec<u8>,
    /// The brackets the text below closes although nothing opens them, outermost last.
    pub(crate) surplus: usize,
    /// Whether lines end in carriage return and line feed.
    pub(crate) crlf: bool,
    /// One level of indent.
    pub(crate) unit: String,
    /// Whether the next token must be a line end whose line feed is already there.
    pub(crate) wants_indent: bool,
    /// The text below, windowed.
    pub(crate) below_text: &'a str,
    /// The text above, windowed.
    pub(crate) above_text: &'a str,
    /// Where the text above can be read on from.
    pub(crate) marks: Vec<Mark>,
}

impl<'v, 'a> Request<'v, 'a> {
    /// Reads a prompt, looking no farther than the options allow.
    pub(crate) fn read(
        prompt: &Prompt<'a>,
        options: &Options,
        (vocabulary, spacing): (&Arc<Vocabulary>, &'v Spacing),
        kept: Option<Kept>,
    ) -> Self {
        let language = Language::of(prompt.file_name);
        let (above_text, below_text) =
            window(prompt.above, prompt.below, options.context_chars.max(256));
        let (below, _) = lex(below_text, language);
        let others = others(prompt, options.context_chars);
        let reused = kept.and_then(|kept| kept.reuse(above_text, below_text, others));
        let Reused {
            pieces: known,
            mut marks,
            mut symbols,
            mut sequence,
        } = reused.unwrap_or_else(|| {
            let mut symbols = Symbols::new(vocabulary);
            let mut sequence = Sequence::new();
            read_context(prompt, options, &mut symbols, &mut sequence);
            sequence.extend(&below, &mut symbols, Part::Below);
            sequence.extend(&[], &mut symbols, Part::Above);
            Reused {
                pieces: Vec::new(),
                marks: Vec::new(),
                symbols,
                sequence,
            }
        });
        sequence.below_start = sequence.below_start.min(sequence.above_start);
        let begun = known.len();
        let (mut above, mut tail, more) = lex_on(above_text, language, known, marks.last());
        let taken = take_prefix(&mut above, above_text);
        let prefix = taken.map_or("", |piece| piece.text);
        let places: Vec<usize> = more
            .iter()
            .filter_map(|mark| mark.pieces.checked_sub(begun))
            .collect();
        let fresh = above.get(begun.min(above.len())..).unwrap_or(&[]);
        sequence.extend_on(fresh, &mut symbols, &places);
        marks.extend(more);
        let first_line = below_text.split('\n').next().unwrap_or("");
        let cut = below_text.len() < prompt.below.len();
        let (unclosed, surplus) = open_brackets(&above, &below, cut);
        let crlf = above_text.contains("\r\n") || below_text.contains("\r\n");
        let unit = indent_unit(&tail, language);
        let wants_indent = settle_line(&mut tail, &mut sequence, above.is_empty());
        Self {
            language,
            spacing,
            symbols,
            sequence,
            above,
            below,
            tail,
            prefix,
            taken,
            remainder: first_line.trim(),
            unclosed,
            surplus,
            crlf,
            unit,
            wants_indent,
            below_text,
            above_text,
            marks,
        }
    }
}

impl Request<'_, '_> {
    /// What the next request about the file can use again.
    pub(crate) fn keep(self, others: u64) -> Kept {
        let pieces = self.above.iter().chain(&self.taken);
        Kept {
            cuts: pieces.map(Cut::of).collect(),
            above: self.above_text.to_owned(),
            below: self.below_text.to_owned(),
            others,
            marks: self.marks,
            symbols: self.symbols,
            sequence: self.sequence,
        }
    }

    /// The first token below the cursor's line, and whether its line is shallower, level, deeper or the cursor's own.
    pub(crate) fn next_line(&self) -> Option<(Symbol, usize)> {
        let first = self
            .below
            .iter()
            .find(|piece| piece.kind != Kind::Newline)?;
        let symbol = self.symbols.find(first.text).unwrap_or(NAME);
        if !self.remainder.is_empty() {
            return Some((symbol, 3));
        }
        let line = self
            .below_text
            .lines()
            .find(|line| !line.trim().is_empty())?;
        let theirs = width(
            line.get(..line.len() - line.trim_start().len())
                .unwrap_or(""),
        );
        let ours = self.tail.indents.last().map_or(0, |indent| width(indent));
        Some((
            symbol,
            usize::from(theirs >= ours) + usize::from(theirs > ours),
        ))
    }
}

/// Cuts both texts to a budget of characters, the text above getting three quarters or what the other leaves.
fn window<'a>(above: &'a str, below: &'a str, budget: usize) -> (&'a str, &'a str) {
    let quarter = budget / 4;
    // In steps, so that what is read begins and ends at the same place for many keystrokes.
    let step = (budget / 8).max(1);
    let steps = above.len().next_multiple_of(step);
    let for_below = below.len().min(quarter.max(budget.saturating_sub(steps)));
    let for_above = above.len().min(budget - for_below);
    let mut from = (above.len() - for_above)
        .next_multiple_of(step)
        .min(above.len());
    while !above.is_char_boundary(from) {
        from += 1;
    }
    let mut cut = above.get(from..).unwrap_or("");
    if from > 0
        && let Some(at) = cut.find('\n').filter(|at| *at < cut.len() / 2)
    {
        cut = cut.get(at + 1..).unwrap_or("");
    }
    let mut to = for_below;
    while !below.is_char_boundary(to) {
        to -= 1;
    }
    (cut, below.get(..to).unwrap_or(""))
}

fn read_context(
    prompt: &Prompt<'_>,
    options: &Options,
    symbols: &mut Symbols,
    sequence: &mut Sequence,
) {
    let mut budget = options.context_chars / 2;
    for file in prompt.context {
        if budget < 64 {
            break;
        }
        let mut to = file.content.len().min(budget);
        while !file.content.is_char_boundary(to) {
            to -= 1;
        }
        budget -= to;
        let (pieces, _) = lex(
            file.content.get(..to).unwrap_or(""),
            Language::of(file.name),
        );
        sequence.extend(&pieces, symbols, Part::Context);
    }
}

/// Takes the word the cursor stands behind off the tokens.
fn take_prefix<'a>(above: &mut Vec<Piece<'a>>, text: &str) -> Option<Piece<'a>> {
    let last = above.last().copied()?;
    let word = matches!(last.kind, Kind::Word | Kind::Text)
        && last.text.chars().all(super::lexer::is_word);
    (word && last.start + last.text.len() == text.len())
        .then(|| above.pop())
        .flatten()
}

/// Adds the line end of a line that holds only blanks; says whether its indent is still to be guessed.
fn settle_line(tail: &mut Tail<'_>, sequence: &mut Sequence, first: bool) -> bool {
    let Some(indent) = tail.open_line.filter(|_| !first) else {
        return false;
    };
    if indent.is_empty() && tail.indents.len() + usize::from(tail.quote.is_some()) > 0 {
        return true;
    }
    let wide = width(indent);
    let mut delta = 0_i8;
    if tail.indents.last().is_some_and(|top| width(top) < wide) {
        tail.indents.push(indent);
        delta = 1;
    }
    while tail.indents.len() > 1 && tail.indents.last().is_some_and(|top| width(top) > wide) {
        tail.indents.pop();
        delta = delta.saturating_sub(1);
    }
    let symbol = line_end(delta, tail.open_blank);
    sequence.append(Token {
        symbol,
        blank: symbol,
        kind: Kind::Newline,
        space: false,
    });
    false
}

fn indent_unit(tail: &Tail<'_>, language: Language) -> String {
    let units = ["  ", "    ", "        ", "\t"];
    let best = tail
        .units
        .iter()
        .zip(units)
        .max_by_key(|(count, _)| **count);
    match best {
        Some((count, unit)) if *count > 0 => unit.to_owned(),
        _ => {
            let own = tail.indents.get(1).filter(|indent| !indent.is_empty());
            own.map_or_else(|| language.indent.to_owned(), |indent| (*indent).to_owned())
        }
    }
}

/// The brackets left open above that nothing below closes, and how many more are closed below than opened above.
fn open_brackets(above: &[Piece<'_>], below: &[Piece<'_>], cut: bool) -> (Vec<u8>, usize) {
    let mut open = Vec::new();
    for piece in above {
        if cut && piece.kind == Kind::Newline {
            // What closes the outer blocks may lie beyond the window.
            open.clear();
        }
        let Some(byte) = bracket(piece) else { continue };
        if matches!(byte, b'(' | b'[' | b'{') {
            open.push(byte);
        } else if open.last() == Some(&opener(byte)) {
            open.pop();
        }
    }
    let mut depth = 0_usize;
    let mut closed = 0_usize;
    for byte in below.iter().filter_map(bracket) {
        if matches!(byte, b'(' | b'[' | b'{') {
            depth += 1;
        } else if depth > 0 {
            depth -= 1;
        } else if !cut {
            closed += 1;
        }
    }
    // The text below closes the outermost brackets last, so what it lacks is missing from the inside.
    let surplus = closed.saturating_sub(open.len());
    let unclosed = open.split_off(closed.min(open.len()));
    (unclosed, surplus)
}

/// The bracket a piece of code is, if it is one.
pub(crate) fn bracket(piece: &Piece<'_>) -> Option<u8> {
    let byte = piece.text.bytes().next()?;
    let is = piece.kind == Kind::Punct && piece.text.len() == 1 && b"()[]{}".contains(&byte);
    is.then_some(byte)
}

/// The bracket that opens what another closes.
pub(crate) fn opener(closing: u8) -> u8 {
    match closing {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

/// Follows the recent names through one more token.
pub(crate) fn follow(recent: &mut Vec<Symbol>, token: &Token) {
    if token.blank == NAME {
        touch(recent, token.symbol);
    }
}
