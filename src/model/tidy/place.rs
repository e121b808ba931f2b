//! Where an answer is to be inserted: what stands around the cursor decides where the answer ends and how far its lines are
//! moved to the right.

use crate::prompt::gateway_language;

/// Where on its line the cursor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Text follows on the line: the answer is part of this line.
    Inside,
    /// Text stands before, none behind: the answer ends this line, and may go on below it, further to the right.
    Behind,
    /// Nothing but blanks stands on the line.
    Blank,
}

/// What stands around the cursor.
#[derive(Clone)]
pub struct Place {
    position: Position,
    /// Blanks between the last text and the cursor, without line breaks.
    pub(super) blanks: String,
    /// What follows on the line, without blanks around it.
    pub(super) rest: String,
    /// The last line above that is not blank, without blanks around it; empty if the cursor stands behind text.
    pub(super) line_above: String,
    /// The first line below that is not blank.
    line_below: String,
    /// Blanks at the beginning of the cursor's line.
    indent: String,
    /// One level of indentation, if the cursor's line opens a block.
    deeper: String,
    /// Whether lines end in carriage return and line feed.
    pub(super) crlf: bool,
    /// Whether the file is written for people, so that sentences and fences are what it consists of.
    pub(super) is_prose: bool,
    /// Whether a comment or a text of several lines has just been opened, where sentences belong too.
    pub(super) opens_text: bool,
}

// === impl Place ===

impl Place {
    /// The place between two texts of a file.
    pub fn new(file_name: &str, above: &str, below: &str) -> Self {
        let line = above.rsplit('\n').next().unwrap_or_default();
        let text = line.trim_end_matches([' ', '\t']);
        let rest = below.split('\n').next().unwrap_or_default().trim();
        let position = match (text.is_empty(), rest.is_empty()) {
            (_, false) => Position::Inside,
            (true, true) => Position::Blank,
            (false, true) => Position::Behind,
        };
        let is_blank = |line: &&str| line.trim().is_empty();
        let line_above = match position {
            Position::Blank => above.lines().rev().find(|line| !is_blank(line)),
            _ => None,
        };
        // What follows on the cursor's own line is no line below.
        let below_here = below.split_once('\n').map_or("", |(_, after)| after);
        let line_below = below_here.lines().find(|line| !is_blank(line));
        let opens = text.ends_with(['{', ':', '(', '[']) && position == Position::Behind;
        Self {
            position,
            blanks: line[text.len()..].to_owned(),
            rest: rest.to_owned(),
            line_above: line_above.unwrap_or_default().trim().to_owned(),
            line_below: line_below.unwrap_or_default().trim_end().to_owned(),
            indent: blanks_of(line).to_owned(),
            deeper: if opens { unit(above) } else { String::new() },
            crlf: above.contains("\r\n") || below.contains("\r\n"),
            is_prose: is_prose(file_name),
            opens_text: opens_text(above),
        }
    }

    /// Where on its line the cursor stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What lines are moved to the right by if they were written as if they began at the margin.
    pub(super) fn margin(&self) -> String {
        match self.position {
            Position::Inside => String::new(),
            Position::Behind => format!("{}{}", self.indent, self.deeper),
            Position::Blank => self.blanks.clone(),
        }
    }

    /// Whether a line of an answer, not its first, is out of the block that the cursor stands in. An answer that `begins`
    /// below a line that is complete may begin at its depth.
    pub(super) fn is_left(&self, line: &str, begins: bool) -> bool {
        let (theirs, ours) = (width(line), width(&self.indent));
        match self.position {
            Position::Blank => theirs < ours,
            Position::Inside => true,
            Position::Behind => {
                theirs < ours || (theirs == ours && !begins && !goes_on(line.trim()))
            }
        }
    }

    /// Whether a line stands below the cursor already, as the next one there is; `lines` are those before it.
    pub(super) fn stands_below(&self, line: &str, is_first: bool, lines: &[String]) -> bool {
        let begins_line = !is_first || self.position == Position::Blank;
        if !begins_line || line.trim() != self.line_below.trim() {
            return false;
        }
        if line.contains(char::is_alphanumeric) {
            return true;
        }
        // A bracket closes what the answer itself has opened, else what stood open before.
        let opened: i32 = lines.iter().map(|line| balance(line)).sum();
        opened <= 0 && width(line) == width(&self.line_below)
    }
}

fn opens_text(above: &str) -> bool {
    let end = above.trim_end();
    let opens = |mark: &&str| end.ends_with(*mark);
    // The second of two closes.
    let is_odd = |mark: &&str| opens(mark) && end.matches(*mark).count() % 2 == 1;
    ["/*", "/**", "<!--"].iter().any(opens) || ["\"\"\"", "'''"].iter().any(is_odd)
}

/// Whether a line goes on with a block that began at its own depth.
fn goes_on(line: &str) -> bool {
    let word = line
        .split(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    line.starts_with([')', ']', '}'])
        || matches!(
            word,
            "end"
                | "else"
                | "elif"
                | "elsif"
                | "elseif"
                | "except"
                | "finally"
                | "catch"
                | "rescue"
                | "ensure"
                | "fi"
                | "done"
                | "esac"
        )
}

fn balance(line: &str) -> i32 {
    line.chars().fold(0, |open, letter| match letter {
        '(' | '[' | '{' => open + 1,
        ')' | ']' | '}' => open - 1,
        _ => open,
    })
}

fn blanks_of(line: &str) -> &str {
    let text = line.trim_start_matches([' ', '\t']);
    &line[..line.len() - text.len()]
}

/// How far to the right a line begins; a tabulator counts for four.
fn width(line: &str) -> usize {
    let blanks = blanks_of(line).bytes();
    blanks.map(|blank| if blank == b'\t' { 4 } else { 1 }).sum()
}

/// One level of indentation: the shortest there is in the text.
fn unit(above: &str) -> String {
    let indents = above
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(blanks_of);
    let shortest = indents
        .filter(|blanks| !blanks.is_empty())
        .min_by_key(|blanks| blanks.len());
    shortest.unwrap_or("    ").to_owned()
}

fn is_prose(file_name: &str) -> bool {
    let extension = file_name.rsplit(['.', '/']).next().unwrap_or_default();
    let known = ["md", "markdown", "mdx", "txt", "rst", "adoc", "tex"];
    known
        .iter()
        .any(|prose| extension.eq_ignore_ascii_case(prose))
        && gateway_language::of(file_name).is_empty()
}
