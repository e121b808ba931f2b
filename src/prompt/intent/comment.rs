//! Lines that are comments, and the comment above the cursor that reads like an instruction. Called by intent
//! detection.
//!
//! Without a known language a line counts as a comment if `#` or `--` stands anywhere in it; clients see the
//! consequences, so the rule is kept although it takes much code for comments.

use crate::{
    params::{Line, Text},
    prompt::language::Comment,
};

/// Characters behind the marker that make a comment an instruction.
const INSTRUCTION_CHARS: usize = 10;

/// White space in the sense of the rules: that of ASCII, with the vertical tab and NUL.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r' | b'\0')
}

/// Removes white space from the start of a line.
fn trim_start(line: &str) -> &str {
    let start = line.bytes().position(|byte| !is_space(byte));
    start
        .and_then(|start| line.get(start..))
        .unwrap_or_default()
}

/// Removes white space around a line.
pub(super) fn trim(line: &str) -> &str {
    let end = line
        .bytes()
        .rposition(|byte| !is_space(byte))
        .map_or(0, |last| last + 1);
    trim_start(line.get(..end).unwrap_or_default())
}

/// Whether a line is empty or white space only, in the sense of Unicode.
pub(super) fn is_blank(line: &str) -> bool {
    // Most lines show a character of ASCII before anything else could be white space.
    !trim_start(line).starts_with(|char: char| char.is_ascii_graphic()) && line.trim().is_empty()
}

/// Whether a line is neither blank nor a comment, where its first characters tell without decoding it.
pub(super) fn is_plain_code(line: Line<'_>, comment: Comment) -> Option<bool> {
    let Comment::Marker(marker) = comment else {
        return None;
    };
    let start = line.plain_start(marker.len())?;
    Some(!start.starts_with(marker.as_bytes()))
}

/// Whether a line is a comment and nothing else.
pub(super) fn is_comment(line: &str, comment: Comment) -> bool {
    marker_end(trim(line), comment, true).is_some()
}

/// Whether the text ends in a block of comment lines of which the topmost is long enough to be an instruction.
///
/// One blank line may follow the block.
pub(super) fn ends_in_instruction(text: &Text, comment: Comment) -> bool {
    let mut lines = text.lines().rev().peekable();
    lines.next_if(|line| is_blank(line));
    let block = lines.take_while(|line| !is_blank(line) && is_comment(line, comment));
    block
        .last()
        .is_some_and(|line| is_instruction(&line, comment))
}

fn is_instruction(line: &str, comment: Comment) -> bool {
    // A carriage return ends what the marker is followed by, though it does not end the line.
    trim_start(line).split('\r').any(|part| {
        marker_end(part, comment, false)
            .is_some_and(|end| part[end..].chars().nth(INSTRUCTION_CHARS - 1).is_some())
    })
}

/// The end of the first marker in a line, or of the one it starts with where `leading` asks for that.
fn marker_end(line: &str, comment: Comment, leading: bool) -> Option<usize> {
    let find = |marker: &str| {
        let start = if leading {
            line.starts_with(marker).then_some(0)
        } else {
            line.find(marker)
        };
        start.map(|start| start + marker.len())
    };
    let first = |one: Option<usize>, other: Option<usize>| one.into_iter().chain(other).min();
    match comment {
        Comment::Marker(marker) => find(marker),
        Comment::VbScript => first(find("'"), find("REM")),
        Comment::None => None,
        Comment::Unknown => {
            let anywhere = |marker: &str| line.find(marker).map(|start| start + marker.len());
            let slashes = line.starts_with("//").then_some(2);
            first(slashes, first(anywhere("#"), anywhere("--")))
        }
    }
}
