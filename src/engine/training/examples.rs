//! Asks the network's question at places where the answer is known.
//!
//! Called by the training of the network. A cursor is put into a file, the rest of its line is taken away, and every
//! token of that rest is one example, described exactly as in a request.

use std::sync::Arc;

use super::super::cold::enclosing;
use super::super::facts::Scene;
use super::super::history::History;
use super::super::language::Language;
use super::super::lexer::{Kind, Piece, lex};
use super::super::model::{Choice, Rows, SLOTS};
use super::super::place::Place;
use super::super::predict::Outlook;
use super::super::request::{Request, follow};
use super::super::sequence::{Token, blank};
use super::super::spacing::Spacing;
use super::super::surroundings::Surroundings;
use super::super::symbols::{NAME, NUMBER, Symbol, TEXT, Vocabulary, index};
use super::super::{ContextFile, Options, Prompt, Task};
use super::{Dice, Source, cold};

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
    pub(super) vocabulary: &'v Arc<Vocabulary>,
    /// The usual blanks, which examples do not need.
    pub(super) spacing: &'v Spacing,
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
        let language = Language::of(&source.name);
        let (pieces, _) = lex(&source.text, language);
        let functions = cold::functions(&pieces, language);
        for _ in 0..CURSORS {
            if functions.is_empty() || dice.roll(2) == 0 {
                self.in_file(source, &pieces, neighbour, dice, learn);
            } else if let Some(function) = functions.get(dice.roll(functions.len())) {
                self.alone((source, &pieces), function, dice, learn);
            }
        }
    }

    /// A cursor in a file that is all there.
    fn in_file<'s>(
        &mut self,
        source: &'s Source,
        pieces: &[Piece<'s>],
        neighbour: Option<&'s Source>,
        dice: &mut Dice,
        learn: &mut dyn FnMut(&Example<'_>),
    ) {
        let Some(line) = line(pieces, dice) else {
            return;
        };
        let (Some(from), Some(to)) = (pieces.get(line.0), pieces.get(line.1)) else {
            return;
        };
        let below = if dice.roll(8) == 0 {
            ""
        } else {
            after_line(source, from.start, to.start)
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
            session: None,
            instruction: None,
        };
        self.cursor(&prompt, pieces, line, learn);
    }

    /// A cursor in a function without the rest of its file.
    fn alone<'s>(
        &mut self,
        (source, pieces): (&'s Source, &[Piece<'s>]),
        function: &cold::Function<'s>,
        dice: &mut Dice,
        learn: &mut dyn FnMut(&Example<'_>),
    ) {
        let Some((start, stop)) = cold::line(pieces, function, dice) else {
            return;
        };
        let first = if dice.roll(2) == 0 {
            start
        } else {
            start + dice.roll(stop - start)
        };
        let (Some(from), Some(head)) = (pieces.get(first), pieces.get(function.head.start)) else {
            return;
        };
        let language = Language::of(&source.name);
        let (above, below) = cold::alone(&source.text, (head.start, from.start), language, dice);
        let prompt = Prompt {
            file_name: &source.name,
            above: &above,
            below: &below,
            context: &[],
            session: None,
            instruction: None,
        };
        self.cursor(&prompt, pieces, (first, stop), learn);
    }

    fn cursor<'p>(
        &mut self,
        prompt: &Prompt<'p>,
        pieces: &[Piece<'p>],
        (first, last): (usize, usize),
        learn: &mut dyn FnMut(&Example<'_>),
    ) {
        let options = Options {
            task: Task::Completion,
            max_tokens: 64,
            choices: 1,
            context_chars: 20_000,
            deadline: None,
        };
        let mut request = Request::read(prompt, &options, (self.vocabulary, self.spacing), None);
        if !request.prefix.is_empty() {
            return;
        }
        let mut chosen: Vec<Token> = Vec::new();
        if request.wants_indent
            && let Some(piece) = first.checked_sub(1).and_then(|at| pieces.get(at))
        {
            chosen.push(token(&mut request, piece));
        }
        let line = pieces.get(first..=last).unwrap_or(&[]).iter();
        let answers = line.map(|piece| token(&mut request, piece)).collect();
        self.ask(&request, chosen, answers, learn);
    }

    /// Asks for every token of a line in turn, the ones before it being known.
    fn ask(
        &mut self,
        request: &Request<'_, '_>,
        mut chosen: Vec<Token>,
        answers: Vec<Token>,
        learn: &mut dyn FnMut(&Example<'_>),
    ) {
        let surroundings = Surroundings::of(request, enclosing(request).as_ref());
        let scene = Scene {
            symbols: &request.symbols,
            family: request.language.family,
            function: &surroundings,
        };
        let mut recent = request.sequence.recent.clone();
        for answer in answers {
            let history = History {
                sequence: &request.sequence,
                chosen: &chosen,
                recent: &recent,
            };
            let slots = scene.slots(&history, &Place::find(&history, &request.symbols));
            let choices = self.outlook.gather(&history, &scene, &[]).to_vec();
            let mut offered = self.outlook.candidates.iter();
            learn(&Example {
                slots,
                choices: &choices,
                chosen: offered.position(|one| one.symbol == answer.symbol),
                shared: shared_answer(answer.symbol, answer.kind, self.vocabulary.size()),
            });
            follow(&mut recent, &answer);
            chosen.push(answer);
        }
    }
}

/// The text after the line that two places stand in.
fn after_line(source: &Source, from: usize, next: usize) -> &str {
    let before = source.text.get(..next).and_then(|text| text.rfind('\n'));
    let end = before.unwrap_or(next).max(from);
    source.text.get(end..).unwrap_or("")
}

/// A piece as the request sees it.
fn token<'a>(request: &mut Request<'_, 'a>, piece: &Piece<'a>) -> Token {
    let symbol = request.symbols.of(piece);
    Token {
        symbol,
        blank: blank(symbol, piece.kind, piece.text),
        kind: piece.kind,
        space: piece.space,
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
