//! Cuts source text of any language into words, numbers, operators, quotes and indent-aware line ends.
//!
//! Called for every text of a request and by the training program, so both see the same tokens. The decision: no
//! language has a grammar here; text inside strings and comments is cut into words too, so a cursor may be anywhere.

use super::language::{Family, Language};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or keyword.
    Word,
    /// A literal that starts with a digit.
    Number,
    /// An operator, bracket or separator.
    Punct,
    /// The mark that opens a string.
    Open,
    /// The mark that closes a string.
    Close,
    /// A piece of a string or comment.
    Text,
    /// The mark that opens or closes a comment.
    Comment,
    /// A line end together with the change of indent after it.
    Newline,
}

/// One token, its text still in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    /// The characters, empty for a line end.
    pub(crate) text: &'a str,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether blanks stand before it on its line.
    pub(crate) space: bool,
    /// For line ends: levels of indent gained or lost.
    pub(crate) delta: i8,
    /// For line ends: whether an empty line follows.
    pub(crate) blank: bool,
    /// Where it starts in the text.
    pub(crate) start: usize,
}

/// Where the lexer stands when the text is over.
#[derive(Clone, Debug)]
pub(crate) struct Tail<'a> {
    /// The indents open at the end, outermost first.
    pub(crate) indents: Vec<&'a str>,
    /// The quote of the string that is still open.
    pub(crate) quote: Option<&'static str>,
    /// Whether the text ends inside a comment.
    pub(crate) comment: bool,
    /// Whether blanks stand between the last token and the end of its line.
    pub(crate) space: bool,
    /// The blanks of the last line, when it holds nothing else.
    pub(crate) open_line: Option<&'a str>,
    /// Whether an empty line stands above that line.
    pub(crate) open_blank: bool,
    /// How often each indent unit was seen: two, four and eight blanks, then a tab.
    pub(crate) units: [u32; 4],
}

/// A place at the start of a line from which a text can be read on as if from its beginning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark {
    /// Where it is in the text.
    pub(crate) at: usize,
    /// How many tokens stand before it.
    pub(crate) pieces: usize,
    /// Where the open indents are, by start and length.
    indents: Vec<(usize, usize)>,
    units: [u32; 4],
    blank: bool,
}

/// How many characters lie between two marks at least.
const STRIDE: usize = 1500;

/// The most indents that are followed; deeper ones count as the deepest.
const DEEPEST: usize = 64;

const OPERATORS: [&str; 37] = [
    "<<=", ">>=", "...", "===", "!==", "**=", "//=", "..=", "<=>", "=>", "->", "::", "==", "!=",
    "<=", ">=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
    "..", ":=", "?.", "??", "**", "<-", "//",
];

/// The mode of reading: code, the inside of a string, or the inside of a comment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Code,
    Quoted(&'static str),
    LineComment,
    BlockComment,
}

/// Reads one text.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    language: Language,
    at: usize,
    mode: Mode,
    embedded: u32,
    space: bool,
    line_start: bool,
    tail: Tail<'a>,
    pieces: Vec<Piece<'a>>,
    marks: Vec<Mark>,
    line_at: usize,
    /// Where the open indents are, by start and length.
    indents: Vec<(usize, usize)>,
}

/// Cuts a text into tokens and says where it ends.
pub(crate) fn lex(text: &str, language: Language) -> (Vec<Piece<'_>>, Tail<'_>) {
    let (pieces, tail, _) = lex_on(text, language, Vec::new(), None);
    (pieces, tail)
}

/// Cuts the part of a text after a mark, the tokens before it being known, and makes marks on the way.
pub(crate) fn lex_on<'a>(
    text: &'a str,
    language: Language,
    known: Vec<Piece<'a>>,
    from: Option<&Mark>,
) -> (Vec<Piece<'a>>, Tail<'a>, Vec<Mark>) {
    let mut lexer = Lexer::new(text, language);
    lexer.pieces.reserve(text.len() / 4);
    if let Some(mark) = from {
        lexer.go_to(mark, known);
    }
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.finish()
}

/// The width of an indent, a tab counting as four.
pub(crate) fn width(indent: &str) -> usize {
    indent
        .bytes()
        .map(|byte| if byte == b'\t' { 4 } else { 1 })
        .sum()
}

/// Whether a character may stand in a name.
pub(crate) fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, language: Language) -> Self {
        let tail = Tail {
            indents: vec![""],
            quote: None,
            comment: false,
            space: false,
            open_line: Some(""),
            open_blank: false,
            units: [0; 4],
        };
        Self {
            text,
            language,
            at: 0,
            mode: Mode::Code,
            embedded: 0,
            space: false,
            line_start: true,
            tail,
            pieces: Vec::new(),
            marks: Vec::new(),
            line_at: 0,
            indents: vec![(0, 0)],
        }
    }

    fn go_to(&mut self, mark: &Mark, known: Vec<Piece<'a>>) {
        let text = self.text;
        let slice =
            |&(start, length): &(usize, usize)| text.get(start..start + length).unwrap_or("");
        self.tail.indents = mark.indents.iter().map(slice).collect();
        self.indents.clone_from(&mark.indents);
        self.tail.units = mark.units;
        self.tail.open_blank = mark.blank;
        self.at = mark.at;
        self.pieces = known;
    }

    /// Notes that the text can be read on from here.
    fn mark(&mut self) {
        if self.at < self.marks.last().map_or(0, |last| last.at) + STRIDE {
            return;
        }
        self.marks.push(Mark {
            at: self.at,
            pieces: self.pieces.len(),
            indents: self.indents.clone(),
            units: self.tail.units,
            blank: self.tail.open_blank,
        });
    }

    fn finish(mut self) -> (Vec<Piece<'a>>, Tail<'a>, Vec<Mark>) {
        self.tail.space = self.space && !self.line_start;
        self.tail.comment = matches!(self.mode, Mode::LineComment | Mode::BlockComment);
        if let Mode::Quoted(quote) = self.mode {
            self.tail.quote = Some(quote);
        }
        if !self.line_start {
            self.tail.open_line = None;
        }
        (self.pieces, self.tail, self.marks)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn step(&mut self) {
        if self.line_start {
            self.start_line();
            return;
        }
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return;
        };
        if first == '\n' {
            self.end_line();
        } else if first.is_whitespace() || first == '\0' {
            self.space = true;
            self.at += first.len_utf8();
        } else {
            match self.mode {
                Mode::Code => self.code(first),
                Mode::Quoted(quote) => self.quoted(first, quote),
                Mode::BlockComment if rest.starts_with("*/") => {
                    self.mode = Mode::Code;
                    self.push(2, Kind::Comment);
                }
                Mode::LineComment | Mode::BlockComment => self.prose(first),
            }
        }
    }

    fn end_line(&mut self) {
        self.at += 1;
        self.line_start = true;
        self.space = false;
        self.tail.open_blank = false;
        let multiline = matches!(self.mode, Mode::Quoted(quote) if quote.len() > 1 || quote == "`");
        if !multiline && self.mode != Mode::BlockComment {
            self.mode = Mode::Code;
            self.embedded = 0;
            self.mark();
        }
    }

    /// Reads the indent of a line; a line end becomes a token only when its line holds something.
    fn start_line(&mut self) {
        self.line_at = self.at;
        let rest = self.rest();
        let length = rest.len()
            - rest
                .trim_start_matches([' ', '\t', '\r', '\u{b}', '\u{c}'])
                .len();
        let indent = rest
            .get(..length)
            .unwrap_or("")
            .trim_end_matches(['\r', '\u{b}', '\u{c}']);
        self.at += length;
        self.tail.open_line = Some(indent);
        match self.rest().chars().next() {
            None => {}
            Some('\n') => {
                self.at += 1;
                self.tail.open_blank = true;
            }
            Some(_) => {
                self.line_start = false;
                let delta = self.follow(indent);
                self.pieces.push(Piece {
                    text: "",
                    kind: Kind::Newline,
                    space: false,
                    delta,
                    blank: self.tail.open_blank,
                    start: self.at,
                });
            }
        }
    }

    /// Moves the stack of indents to a new line and says how many levels were gained or lost.
    fn follow(&mut self, indent: &'a str) -> i8 {
        let wide = width(indent);
        let top = self.tail.indents.last().map_or(0, |top| width(top));
        if wide > top {
            self.count_unit(indent, wide - top);
            if self.tail.indents.len() < DEEPEST {
                self.open(indent);
            }
            return 1;
        }
        let mut lost = 0_i8;
        while self.tail.indents.len() > 1
            && self
                .tail
                .indents
                .last()
                .is_some_and(|top| width(top) > wide)
        {
            self.tail.indents.pop();
            self.indents.pop();
            lost = lost.saturating_sub(1);
        }
        if self
            .tail
            .indents
            .last()
            .is_some_and(|top| width(top) < wide)
        {
            self.open(indent);
        }
        lost
    }

    fn open(&mut self, indent: &'a str) {
        self.tail.indents.push(indent);
        self.indents.push((self.line_at, indent.len()));
    }

    fn count_unit(&mut self, indent: &str, gained: usize) {
        let slot = match gained {
            _ if indent.ends_with('\t') => 3,
            2 => 0,
            4 => 1,
            8 => 2,
            _ => return,
        };
        if let Some(count) = self.tail.units.get_mut(slot) {
            *count += 1;
        }
    }

    fn push(&mut self, length: usize, kind: Kind) {
        let Some(text) = self.rest().get(..length) else {
            self.at = self.text.len();
            return;
        };
        self.pieces.push(Piece {
            text,
            kind,
            space: self.space,
            delta: 0,
            blank: false,
            start: self.at,
        });
        self.at += length;
        self.space = false;
    }

    fn code(&mut self, first: char) {
        let rest = self.rest();
        if let Some(mark) = self
            .language
            .line_comment
            .iter()
            .find(|mark| rest.starts_with(**mark))
        {
            let more = rest.get(mark.len()..).unwrap_or("");
            let tail = more.len() - more.trim_start_matches(['/', '!', '#']).len();
            self.mode = Mode::LineComment;
            self.push(mark.len() + tail.min(2), Kind::Comment);
        } else if self.language.block_comment && rest.starts_with("/*") {
            self.mode = Mode::BlockComment;
            let doc = rest.starts_with("/**") && !rest.starts_with("/**/");
            self.push(if doc { 3 } else { 2 }, Kind::Comment);
        } else if first.is_ascii_digit() {
            self.push(number_length(rest), Kind::Number);
        } else if is_word(first) || (first == '$' && self.language.family == Family::Script) {
            self.push(word_length(rest), Kind::Word);
        } else if let Some(quote) = self.quote(rest) {
            self.mode = Mode::Quoted(quote);
            self.embedded = 0;
            self.push(quote.len(), Kind::Open);
        } else {
            self.push(operator_length(rest, first), Kind::Punct);
        }
    }

    fn quote(&self, rest: &str) -> Option<&'static str> {
        if self.language.triple {
            for quote in ["\"\"\"", "'''"] {
                if rest.starts_with(quote) {
                    return Some(quote);
                }
            }
        }
        match rest.chars().next()? {
            '"' => Some("\""),
            '`' if self.language.backtick => Some("`"),
            '\'' if !self.language.lone_quote => Some("'"),
            '\'' => {
                let mut following = rest.chars().skip(1);
                let escaped = following.next()? == '\\';
                (escaped || following.next() == Some('\'')).then_some("'")
            }
            _ => None,
        }
    }

    fn quoted(&mut self, first: char, quote: &'static str) {
        let rest = self.rest();
        if rest.starts_with(quote) {
            self.mode = Mode::Code;
            self.push(quote.len(), Kind::Close);
        } else if first == '\\' {
            let escaped = rest
                .chars()
                .nth(1)
                .filter(|next| *next != '\n')
                .map_or(0, char::len_utf8);
            self.push(1 + escaped, Kind::Text);
        } else if self.embedded > 0 && is_word(first) && !first.is_ascii_digit() {
            self.push(word_length(rest), Kind::Word);
        } else {
            match first {
                '{' => self.embedded += 1,
                '}' => self.embedded = self.embedded.saturating_sub(1),
                _ => {}
            }
            self.prose(first);
        }
    }

    fn prose(&mut self, first: char) {
        let length = if is_word(first) {
            word_length(self.rest())
        } else {
            first.len_utf8()
        };
        self.push(length, Kind::Text);
    }
}

fn word_length(rest: &str) -> usize {
    rest.char_indices()
        .find(|(_, next)| !is_word(*next) && *next != '$')
        .map_or(rest.len(), |(at, _)| at)
        .max(1)
}

fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let fraction = *byte == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_alphanumeric() || *byte == b'_' || fraction) {
            break;
        }
        at += 1;
    }
    at.max(1)
}

fn operator_length(rest: &str, first: char) -> usize {
    let second = rest.as_bytes().get(1);
    if !second.is_some_and(|second| b"<>=.-:&|+*/%^?".contains(second)) {
        return first.len_utf8();
    }
    OPERATORS
        .iter()
        .find(|operator| rest.starts_with(**operator))
        .map_or(first.len_utf8(), |operator| operator.len())
}

#[cfg(test)]
mod tests;
