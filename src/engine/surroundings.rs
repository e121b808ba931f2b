//! What is known of the function around the cursor: its name, its parameters, the members of its object, what its body has
//! used so far, and what a comment says of it.
//!
//! Read once per request and by training; facts are drawn from it for every place and candidate.

use super::body::{Value, members};
use super::function::{Head, Outcome};
use super::hasher::ShortMap;
use super::lexer::{Kind, Piece, is_word};
use super::request::Request;
use super::symbols::Symbol;
use super::words::{Ends, ends, hash};

/// How many words of a comment are read.
const PROSE: usize = 8;
/// How far above and below the cursor members are looked for.
const REACH: usize = 6000;

/// What is known of the enclosing function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// Its name.
    pub(crate) name: Option<Symbol>,
    /// The first and last word of its name.
    pub(crate) words: Option<Ends>,
    /// Its parameters.
    pub(crate) parameters: Vec<Symbol>,
    /// The members of its object with what they hold.
    pub(crate) members: ShortMap<Symbol, Value>,
    /// The name of its object.
    pub(crate) receiver: Option<Symbol>,
    /// The other words of its head, most of them types.
    pub(crate) types: Vec<Symbol>,
    /// The names its body has used.
    pub(crate) used: ShortMap<Symbol, Used>,
    /// The words of the comment right above the cursor, else of the one that describes the function.
    pub(crate) prose: Vec<u16>,
    /// What its head says of the result.
    pub(crate) outcome: Option<Outcome>,
    /// Whether it belongs to an object.
    pub(crate) method: bool,
    /// How many lines of its body have begun.
    pub(crate) lines: usize,
    /// The first token below the cursor's line, and how its indent compares.
    pub(crate) below: Option<(Symbol, usize)>,
}

/// How a body has used a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// How often.
    pub(crate) times: usize,
    /// Whether it was given a value.
    pub(crate) given: bool,
}

impl Surroundings {
    /// What a head, the text around it and the text below say.
    pub(crate) fn of(request: &Request<'_, '_>, head: Option<&Head<'_>>) -> Self {
        let above = &request.above;
        let mut known = Self {
            below: request.next_line(),
            prose: comment(above, head)
                .iter()
                .map(|word| hash(word.as_bytes()))
                .collect(),
            ..Self::default()
        };
        let Some(head) = head else { return known };
        let find = |name: &&str| request.symbols.find(name);
        known.name = find(&head.name);
        known.words = Some(ends(head.name));
        known.parameters = head.parameters.iter().filter_map(find).collect();
        known.outcome = Some(head.result);
        known.method = head.receiver.is_some();
        known.receiver = head.receiver.as_ref().and_then(find);
        let line = line_start(above, head.start);
        let words = above.get(line..head.body.min(above.len())).unwrap_or(&[]);
        known.types = words
            .iter()
            .filter(|piece| piece.kind == Kind::Word)
            .filter_map(|piece| request.symbols.find(piece.text))
            .filter(|word| Some(*word) != known.name && !known.parameters.contains(word))
            .collect();
        for (part, to) in [(above, REACH), (&request.below, REACH / 4)] {
            let near = if part.len() > to && std::ptr::eq(part, above) {
                part.get(part.len() - to..)
            } else {
                part.get(..to.min(part.len()))
            };
            for member in members(near.unwrap_or(&[]), head, request.language) {
                if let Some(symbol) = find(&member.name) {
                    known.members.entry(symbol).or_insert(member.value);
                }
            }
        }
        known.read_body(above.get(head.body..).unwrap_or(&[]), request);
        known
    }

    fn read_body(&mut self, body: &[Piece<'_>], request: &Request<'_, '_>) {
        for (at, piece) in body.iter().enumerate() {
            self.lines += usize::from(piece.kind == Kind::Newline);
            if piece.kind != Kind::Word {
                continue;
            }
            let Some(symbol) = request.symbols.find(piece.text) else {
                continue;
            };
            let text = |at: Option<usize>| {
                at.and_then(|at| body.get(at))
                    .map_or("", |piece| piece.text)
            };
            let given = matches!(text(Some(at + 1)), "=" | ":=" | "in" | "of")
                && !matches!(text(at.checked_sub(1)), "." | "->");
            let used = self.used.entry(symbol).or_default();
            used.times += 1;
            used.given |= given;
        }
    }
}

/// The words of the comment that speaks of what comes next.
pub(crate) fn comment<'a>(above: &[Piece<'a>], head: Option<&Head<'_>>) -> Vec<&'a str> {
    let line = line_start(above, above.len());
    let near = comment_above(above, line);
    if !near.is_empty() {
        return near;
    }
    let Some(head) = head else { return near };
    let before = comment_above(above, line_start(above, head.start));
    if !before.is_empty() {
        return before;
    }
    let mut body = above.get(head.body..).unwrap_or(&[]).iter();
    let opens = body
        .find(|piece| piece.kind != Kind::Newline)
        .is_some_and(|first| matches!(first.kind, Kind::Open | Kind::Comment));
    let text = body
        .filter(|_| opens)
        .take_while(|piece| matches!(piece.kind, Kind::Text | Kind::Newline));
    words(text)
}

/// The place after the last line end before a place.
fn line_start(pieces: &[Piece<'_>], before: usize) -> usize {
    let upto = pieces.get(..before).unwrap_or(&[]);
    let end = upto.iter().rposition(|piece| piece.kind == Kind::Newline);
    end.map_or(0, |at| at + 1)
}

/// The words of the lines of comment that end right above a line.
fn comment_above<'a>(pieces: &[Piece<'a>], line: usize) -> Vec<&'a str> {
    let mut from = line;
    while let Some(end) = from
        .checked_sub(1)
        .filter(|end| *end > 0 && line - end < 80)
    {
        let start = line_start(pieces, end);
        let prose = |piece: &Piece<'_>| matches!(piece.kind, Kind::Text | Kind::Comment);
        let whole = pieces.get(start..end).unwrap_or(&[]);
        if whole.is_empty() || !whole.iter().all(prose) {
            break;
        }
        from = start;
    }
    words(pieces.get(from..line).unwrap_or(&[]).iter())
}

fn words<'p, 'a: 'p>(pieces: impl Iterator<Item = &'p Piece<'a>>) -> Vec<&'a str> {
    let telling = |piece: &&Piece<'_>| {
        piece.kind == Kind::Text && piece.text.len() > 1 && piece.text.chars().all(is_word)
    };
    pieces
        .filter(telling)
        .take(PROSE)
        .map(|piece| piece.text)
        .collect()
}
