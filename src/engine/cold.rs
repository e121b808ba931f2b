//! Decides whether a body begins at the cursor, and writes it there with the body model.
//!
//! Called by the engine beside the token model, which has nothing to go by in a function that is new. The text is put
//! at the cursor with the file's own indent, and closed as the language wants unless the text below closes it.

use super::body::{Setting, ShapeTable, members, propose, shape, words_of};
use super::function::{Head, block_end, head_before};
use super::language::{Block, Family};
use super::lexer::{Kind, Piece, width};
use super::request::Request;

/// A body at the cursor with its share of all that were weighed.
pub(crate) struct Body {
    /// The text from the cursor on.
    pub(crate) text: String,
    /// Its share.
    pub(crate) share: f32,
}

/// The bodies that may be written at the cursor, likeliest first.
pub(crate) fn bodies<'t>(
    request: &Request<'_, '_>,
    table: &dyn Fn() -> &'t ShapeTable,
) -> Vec<Body> {
    let Some((head, outer)) = open_head(request) else {
        return Vec::new();
    };
    let mut around: Vec<Piece<'_>> = request.above.clone();
    around.extend_from_slice(&request.below);
    let members = members(&around, &head, request.language);
    let own = own_shapes(request, &around);
    let setting = Setting {
        head: &head,
        members: &members,
        language: request.language,
        own: &own,
        semicolons: ends_statements(&around),
        explicit: explicit(&around),
        known: &|name| request.symbols.find(name).is_some(),
    };
    let proposals = propose(table(), &setting);
    let written = proposals.into_iter().map(|one| Body {
        text: place(request, &one.lines, &outer),
        share: one.share,
    });
    written.collect()
}

/// The function whose empty body the cursor stands in, and the indent of its head.
fn open_head<'a>(request: &Request<'_, 'a>) -> Option<(Head<'a>, String)> {
    let bare = request.language.family == Family::Ruby;
    let usable = (request.prefix.is_empty() || bare)
        && request.remainder.trim_matches(['}', ')', ';']).is_empty();
    if !usable || request.tail.quote.is_some() || request.tail.comment {
        return None;
    }
    let mut above = request.above.clone();
    above.extend(request.taken);
    let head = head_before(&above, above.len(), request.language)?;
    let line = request
        .above_text
        .trim_end()
        .rsplit('\n')
        .next()
        .unwrap_or("");
    let outer: String = line
        .chars()
        .take_while(|one| *one == ' ' || *one == '\t')
        .collect();
    let next = request
        .below_text
        .split('\n')
        .skip(1)
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    let inner = next.len() - next.trim_start().len();
    let filled = !next.is_empty() && width(next.get(..inner).unwrap_or("")) > width(&outer);
    (!filled).then_some((head, outer))
}

/// The shapes of the functions that the file already has.
fn own_shapes(request: &Request<'_, '_>, around: &[Piece<'_>]) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for at in 1..around.len() {
        let opens = around
            .get(at)
            .is_some_and(|piece| piece.kind == Kind::Newline && piece.delta > 0);
        let Some(head) = opens
            .then(|| head_before(around, at, request.language))
            .flatten()
        else {
            continue;
        };
        let Some(end) = block_end(around, at).filter(|end| end - at < 44) else {
            continue;
        };
        let known = members(
            around.get(at.saturating_sub(1500)..end).unwrap_or(&[]),
            &head,
            request.language,
        );
        if let Some(shape) = shape(
            around.get(at + 1..end).unwrap_or(&[]),
            &head,
            &known,
            request.language,
        ) {
            found.push((shape, words_of(&head)));
        }
        if found.len() >= 40 {
            break;
        }
    }
    found
}

fn ends_statements(pieces: &[Piece<'_>]) -> bool {
    let mut ended = 0_usize;
    let mut bare = 0_usize;
    for pair in pieces.windows(2) {
        let [one, next] = pair else { continue };
        if next.kind == Kind::Newline {
            ended += usize::from(one.text == ";");
            bare += usize::from(matches!(one.kind, Kind::Word | Kind::Number) || one.text == ")");
        }
    }
    ended >= bare
}

fn explicit(pieces: &[Piece<'_>]) -> bool {
    pieces.windows(3).filter(|three| matches!(three, [one, link, next] if one.text == "this" && matches!(link.text, "." | "->") && next.kind == Kind::Word)).count() > 2
}

fn place(request: &Request<'_, '_>, lines: &[(usize, String)], outer: &str) -> String {
    let feed = if request.crlf { "\r\n" } else { "\n" };
    let typed = request
        .tail
        .open_line
        .filter(|indent| width(indent) > width(outer));
    let inner = typed.map_or_else(|| format!("{outer}{}", request.unit), str::to_owned);
    let mut text = String::new();
    for (at, (level, line)) in lines.iter().enumerate() {
        let indent = format!("{inner}{}", request.unit.repeat(*level));
        if let Some(there) = request.tail.open_line.filter(|_| at == 0) {
            text.push_str(indent.strip_prefix(there).unwrap_or(""));
        } else {
            text.push_str(feed);
            text.push_str(&indent);
        }
        text.push_str(line);
    }
    if let Some(closing) = closing(request, outer) {
        text.push_str(feed);
        text.push_str(outer);
        text.push_str(closing);
    } else if !request.remainder.is_empty() {
        text.push_str(feed);
        text.push_str(outer);
    }
    text
}

/// What closes the body, when nothing below does.
pub(crate) fn closing(request: &Request<'_, '_>, outer: &str) -> Option<&'static str> {
    match request.language.block {
        Block::Colon => None,
        Block::Brace => request
            .unclosed
            .last()
            .is_some_and(|open| *open == b'{')
            .then_some("}"),
        Block::End => {
            let next = request
                .below_text
                .lines()
                .find(|line| !line.trim().is_empty())
                .unwrap_or("");
            let indent = next.len() - next.trim_start().len();
            let closed = next.trim_start().starts_with("end") && indent == outer.len();
            (!closed && request.language.family == Family::Ruby).then_some("end")
        }
    }
}

/// The function around the cursor: the nearest head above whose block is still open.
pub(crate) fn enclosing<'a>(request: &Request<'_, 'a>) -> Option<Head<'a>> {
    let pieces = &request.above;
    if let Some(head) = head_before(pieces, pieces.len(), request.language) {
        return Some(head);
    }
    let mut depth = 0_i32;
    let mut outermost = 0_i32;
    for at in (pieces.len().saturating_sub(2500)..pieces.len()).rev() {
        let Some(piece) = pieces.get(at).filter(|piece| piece.kind == Kind::Newline) else {
            continue;
        };
        depth -= i32::from(piece.delta);
        if depth < outermost {
            outermost = depth;
            if let Some(head) = head_before(pieces, at, request.language) {
                return Some(head);
            }
        }
    }
    None
}
