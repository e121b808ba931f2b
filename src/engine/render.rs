//! Turns chosen tokens back into text that stands at the cursor.
//!
//! Called for every finished path. Blanks and line ends already typed are left out, indents follow the file.

use super::lexer::Kind;
use super::path::Path;
use super::request::Request;
use super::symbols::as_line_end;

/// The text of a path, from the cursor on.
pub(crate) fn render(request: &Request<'_, '_>, path: &Path) -> String {
    let mut pen = Pen::new(request);
    let last = path.tokens.len().saturating_sub(1);
    for (at, token) in path.tokens.iter().enumerate() {
        // What ended the path, a line end or the token that already follows, is not written.
        if at == last && path.done {
            break;
        }
        if token.kind == Kind::Newline {
            if let Some((delta, blank)) = as_line_end(token.symbol) {
                pen.line_end(delta, blank);
            }
        } else {
            pen.write(request.symbols.text(token.symbol), token.space);
        }
    }
    pen.finish()
}

/// Writes tokens and lines at the cursor.
pub(crate) struct Pen<'r, 'v, 'a> {
    request: &'r Request<'v, 'a>,
    text: String,
    indents: Vec<String>,
    begun: bool,
}

impl<'r, 'v, 'a> Pen<'r, 'v, 'a> {
    /// A pen at the cursor.
    pub(crate) fn new(request: &'r Request<'v, 'a>) -> Self {
        let indents = request
            .tail
            .indents
            .iter()
            .map(|indent| (*indent).to_owned())
            .collect();
        Self {
            request,
            text: String::new(),
            indents,
            begun: false,
        }
    }

    /// Writes one token.
    pub(crate) fn write(&mut self, text: &str, space: bool) {
        let typed = self.request.tail.space || self.request.tail.open_line.is_some();
        if self.begun {
            if space && !self.text.ends_with(['\n', '\t', ' ']) {
                self.text.push(' ');
            }
            self.text.push_str(text);
        } else {
            if space && !typed && self.request.prefix.is_empty() {
                self.text.push(' ');
            }
            self.text
                .push_str(text.strip_prefix(self.request.prefix).unwrap_or(text));
        }
        self.begun = true;
    }

    /// Ends the line and indents the next.
    pub(crate) fn line_end(&mut self, delta: i8, blank: bool) {
        let feed = if self.request.crlf { "\r\n" } else { "\n" };
        let typed = self.request.wants_indent && !self.begun;
        if !typed {
            self.text.push_str(feed);
            if blank {
                self.text.push_str(feed);
            }
        }
        if delta > 0 {
            let deeper = format!(
                "{}{}",
                self.indents.last().map_or("", String::as_str),
                self.request.unit
            );
            self.indents.push(deeper);
        }
        for _ in delta..0 {
            if self.indents.len() > 1 {
                self.indents.pop();
            }
        }
        self.text
            .push_str(self.indents.last().map_or("", String::as_str));
        self.begun = true;
    }

    /// The text written so far.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}
