//! Asks the network's question at places where the answer is known.
//!
//! Called by the training of the network. A cursor is put into a file, the rest of its line is taken away, and every
//! token of that rest is one example, described exactly as in a request.

use super::super::cold::enclosing;
use super::super::facts::{Scene, Surroundings};
use super::super::language::Language;
use super::super::lexer::{Kind, Piece, lex};
use super::super::model::{Choice, Rows, SLOTS};
use super::super::predict::{History, Outlook};
use super::super::request::{Request, follow};
use super::super::sequence::{Token, blank};
use super::super::spacing::Spacing;
use super::super::symbols::{NAME, NUMBER, Symbol, TEXT, Vocabulary, index};
use super::super::{ContextFile, Options, Prompt, Task};
use super::{Dice, Source};

/// One place, what may stand there, and what does.
pub(super) struct Example<'e> {
    /// The context.
    pub(super) slots: [Rows; SLOTS],
    /// The candidates.
    pub(super) choices: &'e [Choice],
    /// The right answer among the choices.
    pub(super) chosen: Option<usize>,
    /// The right answer among the shared symbols, where no choice is right.
    pub(super) shared: usize,
}

/// How many cursors are put into a file at a time.
const CURSORS: usize = 6;

/// What examples are made with.
pub(super) struct Maker<'v> {
    /// The shared words.
    pub(super) vocabulary: &'v Vocabulary,
    /// The usual blanks, which examples do not need.
    pub(super) spacing: Spacing,
    /// The working memory.
    pub(super) outlook: Outlook,
}

impl Maker<'_> {
    /// Puts a few cursors into a file and hands over the examples of their lines.
    pub(super) fn file<'s>(
        &mut self,
        source: &'s Source,
        neighbour: Option<&'s Source>,
        dice: &mut Dice,
        learn: &mut dyn FnMut(&Example<'_>),
    ) {
        let (pieces, _) = lex(&source.text, Language::of(&source.name));
        for _ in 0..CURSORS {
            self.cursor(source, &pieces, neighbour, dice, learn);
        }
    }

    fn cursor<'s>(
        &mut self,
        source: &'s Source,
        pieces: &[Piece<'s>],
        neighbour: Option<&'s Source>,
        dice: &mut Dice,
        learn: &mut dyn FnMut(&Example<'_>),
    ) {
        let language = Language::of(&source.name);
        let Some((first, last)) = line(pieces, dice) else {
            return;
        };
        let (Some(from), Some(to)) = (pieces.get(first), pieces.get(last)) else {
            return;
        };
        let end = source
            .text
            .get(..to.start)
            .and_then(|text| text.rfind('\n'))
            .unwrap_or(to.start)
            .max(from.start);
        let below = if dice.roll(8) == 0 {
            ""
        } else {
            source.text.get(end..).unwrap_or("")
        };
        let context: Vec<ContextFile<'_>> = neighbour
            .iter()
            .map(|file| ContextFile {
                name: &file.name,
                content: &file.text,
            })
            .collect();
        let prompt = Prompt {
            file_name: &source.name,
            above: source.text.get(..from.start).unwrap_or(""),
            below,
            context: &context,
            instruction: None,
        };
        let options = Options {
            task: Task::Completion,
            max_tokens: 64,
            choices: 1,
            context_chars: 20_000,
            deadline: None,
        };
        let mut request = Request::read(&prompt, &options, (self.vocabulary, &self.spacing));
        if !request.prefix.is_empty() {
            return;
        }
        let mut answers: Vec<(Symbol, Token)> = Vec::new();
        for piece in pieces.get(first..=last).unwrap_or(&[]) {
            let symbol = request.symbols.of(piece);
            let blank = blank(symbol, piece.kind, piece.text);
            answers.push((
                symbol,
                Token {
                    symbol,
                    blank,
                    kind: piece.kind,
                    space: piece.space,
                },
            ));
        }
        let head = enclosing(&request);
        let surroundings = Surroundings::of(&request, head.as_ref());
        let scene = Scene {
            symbols: &request.symbols,
            family: language.family,
            function: &surroundings,
        };
        let mut chosen: Vec<Token> = Vec::new();
        if request.wants_indent
            && let Some(token) = first.checked_sub(1).and_then(|at| pieces.get(at))
        {
            let symbol = super::super::symbols::line_end(token.delta, token.blank);
            chosen.push(Token {
                symbol,
                blank: symbol,
                kind: Kind::Newline,
                space: false,
            });
        }
        let mut recent = request.sequence.recent.clone();
        for (symbol, token) in answers {
            let history = History {
                sequence: &request.sequence,
                chosen: &chosen,
                recent: &recent,
            };
            let slots = scene.slots(&history);
            let choices = self.outlook.gather(&history, &scene, &[]).to_vec();
            let right = self
                .outlook
                .candidates
                .iter()
                .position(|one| one.symbol == symbol);
            let shared = shared_answer(symbol, token.kind, self.vocabulary.size());
            learn(&Example {
                slots,
                choices: &choices,
                chosen: right,
                shared,
            });
            follow(&mut recent, &token);
            chosen.push(token);
        }
    }
}

fn shared_answer(symbol: Symbol, kind: Kind, size: usize) -> usize {
    if index(symbol) < size {
        return index(symbol);
    }
    index(match kind {
        Kind::Text => TEXT,
        Kind::Number => NUMBER,
        _ => NAME,
    })
}

/// A line of code, from a token of it to the line end after it.
fn line(pieces: &[Piece<'_>], dice: &mut Dice) -> Option<(usize, usize)> {
    for _ in 0..20 {
        let at = dice.roll(pieces.len());
        let start = pieces
            .get(..=at)?
            .iter()
            .rposition(|piece| piece.kind == Kind::Newline)?
            + 1;
        let length = pieces
            .get(start..)?
            .iter()
            .position(|piece| piece.kind == Kind::Newline)?;
        let prose = pieces
            .get(start)
            .is_some_and(|first| matches!(first.kind, Kind::Comment | Kind::Text));
        if length == 0 || length > 60 || prose {
            continue;
        }
        let first = if dice.roll(3) == 0 {
            start
        } else {
            start + dice.roll(length)
        };
        return Some((first, start + length));
    }
    None
}
