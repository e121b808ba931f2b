//! Knows the lines that stand so near to the cursor that nobody writes them again.
//!
//! Asked by the decoder for every finished line. The decision: counts of what came next love to go round in circles, so
//! the line above, what gives values in the same block and the heads of the blocks around are never written a second time.

use super::lexer::{Kind, Piece};
use super::path::Path;
use super::request::Request;
use super::sequence::Token;
use super::symbols::Symbol;

/// How far back lines are looked at, and how many tokens make a line worth telling apart.
const REACH: usize = 600;
const TELLING: usize = 3;

/// The lines above the cursor's that are not to be said again: the one right above, those of its block that give values,
/// and the heads of the blocks around; and the line below it.
pub(crate) fn said(request: &Request<'_, '_>) -> Vec<Vec<Symbol>> {
    let mut found = Vec::new();
    let from = request.above.len().saturating_sub(REACH);
    let near = request.above.get(from..).unwrap_or(&[]);
    let mut end = near.len();
    // Deeper lines belong to blocks that are over.
    let mut level = 0_i32;
    let mut lowest = 0_i32;
    let mut own = request.tail.open_line.is_none();
    while let Some(start) = near
        .get(..end)
        .and_then(|upto| upto.iter().rposition(|piece| piece.kind == Kind::Newline))
    {
        if !own && level <= lowest {
            let line = near.get(start + 1..end).unwrap_or(&[]);
            let gives = line.iter().any(|piece| matches!(piece.text, "=" | ":="));
            if found.is_empty() || level < lowest || gives {
                take(request, line, &mut found);
            }
            lowest = level;
        }
        own = false;
        level -= near.get(start).map_or(0, |piece| i32::from(piece.delta));
        end = start;
    }
    let mut below = request.below.iter().peekable();
    if request.remainder.is_empty() {
        while below.next_if(|piece| piece.kind == Kind::Newline).is_some() {}
        let next: Vec<Piece<'_>> = below
            .take_while(|piece| piece.kind != Kind::Newline)
            .copied()
            .collect();
        take(request, &next, &mut found);
    }
    found
}

fn take(request: &Request<'_, '_>, line: &[Piece<'_>], found: &mut Vec<Vec<Symbol>>) {
    let symbols: Vec<Symbol> = line
        .iter()
        .filter(|piece| piece.kind != Kind::Close)
        .filter_map(|piece| request.symbols.find(piece.text))
        .collect();
    if symbols.len() >= TELLING {
        found.push(symbols);
    }
}

/// Whether the last line of a path says what one of these lines says.
pub(crate) fn is_said(
    request: &Request<'_, '_>,
    said: &[Vec<Symbol>],
    path: &Path,
    begun: usize,
) -> bool {
    let new = path.tokens.get(begun..).unwrap_or(&[]);
    let written: Vec<&[Token]> = new
        .split(|token| token.kind == Kind::Newline)
        .filter(|line| !line.is_empty())
        .collect();
    let Some(last) = written.last() else {
        return false;
    };
    let mut line: Vec<Symbol> = Vec::new();
    let begins = begun == 0 && new.first().is_some_and(|first| first.kind != Kind::Newline);
    if begins && written.len() == 1 && request.tail.open_line.is_none() {
        let pieces = request.above.iter().rev();
        let typed = pieces.take_while(|piece| piece.kind != Kind::Newline);
        line.extend(
            typed
                .filter(|piece| piece.kind != Kind::Close)
                .filter_map(|piece| request.symbols.find(piece.text)),
        );
        line.reverse();
    }
    let telling = last.iter().filter(|token| token.kind != Kind::Close);
    line.extend(telling.map(|token| token.symbol));
    line.len() >= TELLING && said.contains(&line)
}
