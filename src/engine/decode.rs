//! Writes lines token by token, keeping the few likeliest ways to go on.
//!
//! Called by the engine for the rest of a line and then for each further line. A way that would leave a bracket or a
//! string unbalanced is never followed, which is cheaper than repairing text afterwards.

use super::candidate::Candidate;
use super::facts::Scene;
use super::history::History;
use super::language::Family;
use super::lexer::Kind;
use super::model::Model;
use super::path::Path;
use super::predict::Outlook;
use super::request::{Request, follow, opener};
use super::sequence::{Token, blank};
use super::surroundings::Surroundings;
use super::symbols::{Symbol, as_line_end, is_closer};
use super::{Task, echo, repeat};

/// How many ways are kept.
const BEAM: usize = 4;
/// The logarithm below which the ways of a generation are dropped, and those of a completion, which are not shown
/// anyway when they are less likely.
const GENERATION_FLOOR: f32 = -9.0;
const COMPLETION_FLOOR: f32 = -2.5;
/// The logarithm below which even the likeliest way of a completion is not worth following.
const HOPELESS: f32 = -1.1;

/// The working memory of one suggestion.
pub(crate) struct Decoder<'r, 'v, 'a> {
    request: &'r Request<'v, 'a>,
    model: &'r Model,
    surroundings: &'r Surroundings,
    outlook: Outlook,
    stop: Option<Symbol>,
    started: Vec<Symbol>,
    floor: f32,
    hopeless: f32,
    /// The lines that stand near and are not to be said again.
    said: Vec<Vec<Symbol>>,
    echo: Option<(Symbol, f32)>,
    /// Whether the last line above stands in a block or may open one.
    open_above: bool,
}

impl<'r, 'v, 'a> Decoder<'r, 'v, 'a> {
    /// A decoder for one request.
    pub(crate) fn new(
        request: &'r Request<'v, 'a>,
        model: &'r Model,
        surroundings: &'r Surroundings,
        task: Task,
    ) -> Self {
        let first = request
            .below
            .iter()
            .find(|piece| piece.kind != Kind::Newline);
        let stop = first
            .filter(|_| !request.remainder.is_empty())
            .and_then(|piece| request.symbols.find(piece.text));
        let (floor, hopeless) = match task {
            Task::Completion => (COMPLETION_FLOOR, HOPELESS),
            Task::Generation => (GENERATION_FLOOR, GENERATION_FLOOR),
        };
        let started = if request.prefix.is_empty() {
            Vec::new()
        } else {
            request.symbols.starting_with(request.prefix)
        };
        Self {
            request,
            model,
            surroundings,
            outlook: Outlook::default(),
            stop,
            started,
            floor,
            hopeless,
            said: repeat::said(request),
            echo: echo::expected(request),
            open_above: is_in_block(request.above_text),
        }
    }

    /// The likeliest next token.
    pub(crate) fn token(&mut self) -> Option<String> {
        let mut start = Path::start(self.request);
        if let Some((piece, symbol)) = self
            .request
            .taken
            .and_then(|piece| Some((piece, self.request.symbols.find(piece.text)?)))
        {
            let token = Token {
                symbol,
                blank: blank(symbol, piece.kind, piece.text),
                kind: piece.kind,
                space: piece.space,
            };
            follow(&mut start.recent, &token);
            start.tokens.push(token);
        }
        let history = History {
            sequence: &self.request.sequence,
            chosen: &start.tokens,
            recent: &start.recent,
        };
        let scene = Scene {
            symbols: &self.request.symbols,
            family: self.request.language.family,
            function: self.surroundings,
        };
        self.outlook.look(&history, &scene, &[], self.model);
        self.outlook
            .candidates
            .first()
            .map(|best| self.request.symbols.text(best.symbol).to_owned())
    }

    /// The likeliest ways to finish a line, likeliest first.
    pub(crate) fn line(
        &mut self,
        from: Path,
        limit: usize,
        is_late: &dyn Fn() -> bool,
    ) -> Vec<Path> {
        let from_score = from.score;
        let floor = from_score + self.floor;
        let begun = from.tokens.len();
        let mut said_again = 0.0;
        let mut beam = vec![Path {
            done: false,
            ..from
        }];
        let mut finished: Vec<Path> = Vec::new();
        let at_start = beam.first().is_some_and(|path| path.tokens.is_empty());
        for step in 0..limit {
            if is_late() {
                break;
            }
            let mut next = Vec::new();
            for path in &beam {
                self.extend(path, (step == 0 && at_start, floor), &mut next);
            }
            next.sort_by(|one: &Path, other| other.score.total_cmp(&one.score));
            next.truncate(BEAM);
            let (mut done, open): (Vec<_>, Vec<_>) = next.into_iter().partition(|path| path.done);
            done.retain(|path| {
                let again = repeat::is_said(self.request, &self.said, path, begun);
                said_again += if again {
                    (path.score - from_score).exp()
                } else {
                    0.0
                };
                !again
            });
            finished.extend(done);
            finished.sort_by(|one, other| other.score.total_cmp(&one.score));
            beam = open;
            let bar = finished.get(BEAM - 1).map_or(floor, |path| path.score);
            beam.retain(|path| path.score > bar);
            let likely = |path: &Path| path.score > from_score + self.hopeless;
            if beam.is_empty() || !beam.iter().chain(&finished).any(likely) {
                break;
            }
        }
        finished.truncate(BEAM);
        // What is not to be said leaves its chances to the others.
        let scale = (1.0_f32 - said_again).max(0.2).ln();
        for path in &mut finished {
            path.score = (path.score - scale).min(0.0);
        }
        finished
    }

    fn extend(&mut self, path: &Path, (first, floor): (bool, f32), next: &mut Vec<Path>) {
        let request = self.request;
        let history = History {
            sequence: &request.sequence,
            chosen: &path.tokens,
            recent: &path.recent,
        };
        let scene = Scene {
            symbols: &request.symbols,
            family: request.language.family,
            function: self.surroundings,
        };
        let more: &[Symbol] = if first { &self.started } else { &[] };
        self.outlook.look(&history, &scene, more, self.model);
        if first && let Some((symbol, chance)) = self.echo {
            self.outlook.expect(symbol, chance);
        }
        // Behind a dot stands a name, whatever was counted elsewhere; in Go a type may, in brackets.
        let dotted = history.back(0).is_some_and(|before| {
            before.kind == Kind::Punct && request.symbols.text(before.symbol) == "."
        });
        let names = |symbol: Symbol| match request.symbols.kind(symbol) {
            Kind::Newline | Kind::Open | Kind::Close => false,
            Kind::Punct => {
                request.symbols.text(symbol) == "(" && request.language.family == Family::Go
            }
            _ => true,
        };
        let outside = self.is_outside(path);
        let fits = |symbol: Symbol| {
            (!first || fits_start(request, symbol))
                && (!dotted || names(symbol))
                && !(outside && self.belongs_inside(symbol))
        };
        let total: f32 = self
            .outlook
            .candidates
            .iter()
            .filter(|one| fits(one.symbol))
            .map(|one| one.chance)
            .sum();
        // A typed prefix is evidence, so the chances of what fits it are taken relative to each other.
        let scale = if first && (request.wants_indent || !request.prefix.is_empty()) {
            total.max(0.02)
        } else {
            1.0
        };
        let mut followed = 0;
        for candidate in &self.outlook.candidates {
            let score = path.score + (candidate.chance / scale).clamp(1e-9, 1.0).ln();
            if followed >= BEAM || score < floor {
                break;
            }
            if !fits(candidate.symbol) {
                continue;
            }
            let text = request.symbols.text(candidate.symbol);
            let token = Token {
                symbol: candidate.symbol,
                blank: blank(candidate.symbol, candidate.kind, text),
                kind: candidate.kind,
                space: self.spaced(path, candidate, text),
            };
            if let Some(grown) = self.grow(path, token, score) {
                followed += 1;
                next.push(grown);
            }
        }
    }

    /// Whether a path is about to begin a statement that stands in no block.
    fn is_outside(&self, path: &Path) -> bool {
        let tail = &self.request.tail;
        let begins = match path.tokens.last() {
            Some(last) => last.kind == Kind::Newline,
            None => tail.open_line.is_some(),
        };
        let deltas = path
            .tokens
            .iter()
            .filter_map(|token| as_line_end(token.symbol));
        let level: i32 = deltas.map(|(delta, _)| i32::from(delta)).sum();
        let own = i32::try_from(tail.indents.len()).unwrap_or(1) - 1;
        let enclosed = tail.quote.is_some() || !self.request.unclosed.is_empty();
        begins && !enclosed && path.open.is_empty() && own + level <= 0
    }

    /// Whether a statement that begins so can only stand in a function, or closes a block that nothing has opened.
    fn belongs_inside(&self, symbol: Symbol) -> bool {
        let family = self.request.language.family;
        match self.request.symbols.text(symbol) {
            _ if family == Family::Other => false,
            "end" if family == Family::Ruby => !self.open_above,
            "end" | "self" => self.request.sequence.uses(symbol).all == 0,
            "return" | "break" | "continue" | "yield" => family != Family::Ruby,
            _ => false,
        }
    }

    /// Whether blanks stand before a candidate: as in the request, else as is usual.
    fn spaced(&self, path: &Path, candidate: &Candidate, text: &str) -> bool {
        if candidate.spaced.abs() > 1e-6 {
            return candidate.spaced > 0.0;
        }
        let history = History {
            sequence: &self.request.sequence,
            chosen: &path.tokens,
            recent: &path.recent,
        };
        let blank = blank(candidate.symbol, candidate.kind, text);
        history.back(0).is_some_and(|before| {
            self.request
                .spacing
                .is_spaced(self.request.language.family, before.blank, blank)
        })
    }

    fn grow(&self, path: &Path, token: Token, score: f32) -> Option<Path> {
        let mut grown = path.clone();
        grown.score = score;
        if token.kind == Kind::Newline {
            as_line_end(token.symbol)?;
            let starts_line = path.tokens.is_empty() && self.request.tail.open_line.is_none();
            let multiline = self
                .request
                .tail
                .quote
                .is_none_or(|quote| quote.len() > 1 || quote == "`");
            if path.quoted && !multiline {
                return None;
            }
            let enters =
                starts_line && self.request.remainder.is_empty() && opens_block(self.request);
            let indents = path.tokens.is_empty() && self.request.wants_indent;
            grown.done = !enters && !indents;
        } else if Some(token.symbol) == self.stop && path.open.is_empty() && path.tokens.len() < 64
        {
            grown.done = true;
        } else if !self.balance(&mut grown, &token) {
            return None;
        }
        follow(&mut grown.recent, &token);
        grown.tokens.push(token);
        Some(grown)
    }

    fn balance(&self, path: &mut Path, token: &Token) -> bool {
        match token.kind {
            Kind::Open => path.quoted = true,
            Kind::Close => {
                if !path.quoted {
                    return false;
                }
                path.quoted = false;
            }
            Kind::Punct => {
                let text = self.request.symbols.text(token.symbol);
                let &[byte] = text.as_bytes() else {
                    return true;
                };
                if matches!(byte, b'(' | b'[' | b'{') {
                    path.open.push(byte);
                } else if matches!(byte, b')' | b']' | b'}') {
                    return close(path, opener(byte), &self.request.unclosed);
                }
            }
            _ => return !is_closer(token.symbol),
        }
        true
    }
}

/// Whether the last line of a text is indented or begins with a word that `end` may close.
fn is_in_block(above: &str) -> bool {
    let written = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    above.lines().rfind(written).is_some_and(|line| {
        let word = line.split(|one: char| !one.is_alphabetic()).next();
        word.is_none_or(|word| !matches!(word, "end" | "require" | "attr" | "include"))
    })
}

/// Whether the text above ends by opening a block.
pub(crate) fn opens_block(request: &Request<'_, '_>) -> bool {
    let Some(last) = request.above.last().filter(|_| request.prefix.is_empty()) else {
        return false;
    };
    last.kind == Kind::Punct && matches!(last.text, "{" | ":" | "=>" | "->" | "(" | "[")
}

fn close(path: &mut Path, wanted: u8, unclosed: &[u8]) -> bool {
    if let Some(last) = path.open.last() {
        let fits = *last == wanted;
        path.open.pop();
        return fits;
    }
    let at = unclosed.len().checked_sub(1 + path.closed);
    path.closed += 1;
    at.and_then(|at| unclosed.get(at)) == Some(&wanted)
}

/// Whether a token may be the first, given what of it is already typed.
fn fits_start(request: &Request<'_, '_>, symbol: Symbol) -> bool {
    if request.wants_indent {
        return as_line_end(symbol).is_some();
    }
    let line_end = as_line_end(symbol).is_some();
    let text = request.symbols.text(symbol);
    if !request.prefix.is_empty() {
        return text.starts_with(request.prefix);
    }
    !(line_end && request.tail.open_line.is_some()) || request.above.is_empty()
}
