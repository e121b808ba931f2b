//! Decides whether a body begins at the cursor, and writes it there with the body model.
//!
//! Called by the engine beside the token model, which has nothing to go by in a function that is new. The text is put
//! at the cursor with the file's own indent, and closed as the language wants unless the text below closes it.

use super::body::{
    FILE, Global, Member, Proposal, Ranks, Setting, ShapeTable, fields, globals, locals, members,
    propose, reads_keys_by_dot, rebinds,
};
use super::function::{Head, head_before};
use super::language::{Block, Family, Language};
use super::lexer::{Kind, Piece, width};
use super::manner::{declared, ends_statements, explicit, own_shapes, siblings};
use super::request::Request;
use super::surroundings::comment;
use super::words::{overlap, stems};

/// How sure a body must be that leaves alone what the file keeps.
const ALONE: f32 = 0.5;

/// How likely a body that no shape gives begins with a word that is typed already.
const ELSEWHERE: f32 = 0.35;

/// How many lines of a body may be there, and how many tokens back its head may stand.
const MOST_LINES: usize = 8;
const NEAR: usize = 120;

/// A body at the cursor with its share of all that were weighed.
pub(crate) struct Body {
    /// The text from the cursor on.
    pub(crate) text: String,
    /// Its share of all shapes that were weighed.
    pub(crate) share: f32,
    /// Whether nothing of the body was there.
    pub(crate) fresh: bool,
    /// Whether functions of that name were seen to do this.
    pub(crate) told: bool,
}

/// What bodies are made with.
pub(crate) struct Tables {
    /// The shapes.
    pub(crate) shapes: ShapeTable,
    /// What they are judged by.
    pub(crate) ranks: Ranks,
}

/// The bodies that may be written at the cursor, likeliest first.
pub(crate) fn bodies<'t>(request: &Request<'_, '_>, tables: &dyn Fn() -> &'t Tables) -> Vec<Body> {
    let Some(mut opening) = open_head(request) else {
        return Vec::new();
    };
    let proposals = proposals(request, &mut opening, tables());
    let fresh = opening.words() == 0;
    let all: f32 = proposals.iter().map(|one| one.share).sum();
    let fitting: Vec<Body> = proposals
        .into_iter()
        .filter_map(|one| {
            Some(Body {
                text: place(request, &opening, &one.lines)?,
                share: one.share,
                fresh,
                told: one.told,
            })
        })
        .collect();
    // What is typed already speaks against the bodies that begin otherwise, known or not.
    let left: f32 = fitting.iter().map(|one| one.share).sum();
    let unknown = (1.0 - all).max(0.0) * ELSEWHERE.powi(opening.words());
    let scale = 1.0 / (left + unknown).max(1e-6);
    let known = fitting.into_iter().map(|one| Body {
        share: if opening.words() > 0 {
            one.share * scale
        } else {
            one.share
        },
        ..one
    });
    known.collect()
}

/// The bodies that shapes give, filled with members, parameters, or what the file itself keeps.
fn proposals<'a>(
    request: &Request<'_, 'a>,
    opening: &mut Opening<'a>,
    Tables { shapes, ranks }: &Tables,
) -> Vec<Proposal> {
    let ask = |opening: &Opening<'a>| {
        with_setting(request, opening, |setting| propose(shapes, ranks, setting))
    };
    if opening.head.receiver.is_some() {
        return ask(opening);
    }
    let kept = globals([request.above_text, request.below_text], request.language);
    let head = &opening.head;
    let named = head.parameters.iter().chain([&head.name]);
    let named: Vec<Vec<String>> = named.map(|name| stems(name)).collect();
    let about = |global: &Global<'_>| {
        let mut named = named.iter();
        named.any(|words| overlap(&global.member.stems, words) > 0.0)
    };
    let told = kept.iter().any(about);
    let alone = if told { Vec::new() } else { ask(opening) };
    let sure = alone.first().is_some_and(|best| best.share >= ALONE);
    if sure || !(told || kept.len() == 1) {
        return alone;
    }
    opening.head.receiver = Some(FILE);
    opening.kept = kept;
    let with_file = ask(opening);
    let best = |all: &[Proposal]| all.first().map_or(0.0, |one| one.share);
    if told || best(&with_file) > best(&alone) {
        with_file
    } else {
        alone
    }
}

/// Whether nothing of a function is there but its head, be any body known for it or not.
pub(crate) fn begins_body(request: &Request<'_, '_>) -> bool {
    open_head(request).is_some_and(|opening| opening.words() == 0)
}

/// Hands over what is known of a function and what surrounds it.
pub(crate) fn with_setting<T>(
    request: &Request<'_, '_>,
    opening: &Opening<'_>,
    use_it: impl FnOnce(&Setting<'_, '_>) -> T,
) -> T {
    let head = &opening.head;
    let mut around: Vec<Piece<'_>> = request.above.clone();
    around.extend_from_slice(&request.below);
    let members = if head.receiver == Some(FILE) {
        let kept = opening.kept.iter();
        kept.map(|global| global.member.clone()).collect()
    } else {
        members(&around, head, request.language)
    };
    let own = own_shapes(request, &around);
    let locals = opening.locals(request, &members);
    let lines = [request.above_text, request.below_text].map(|text| text.matches('\n').count());
    let comment = comment(&request.above, Some(head));
    let prose: Vec<String> = comment.iter().flat_map(|word| stems(word)).collect();
    let texts = [request.above_text, request.below_text];
    let siblings: Vec<&str> = texts.iter().flat_map(|text| siblings(text)).collect();
    let declared = declared(&around, request.language);
    let (made, fields) = fields(&around, head.start, request.language);
    let setting = Setting {
        head,
        members: &members,
        language: request.language,
        own: &own,
        semicolons: ends_statements(&around),
        explicit: explicit(&around),
        known: &|name| request.symbols.find(name).is_some(),
        mentioned: &|name| {
            let symbol = request.symbols.find(name);
            symbol.is_some_and(|symbol| request.sequence.uses(symbol).all > 0)
        },
        declared: &declared,
        fields: (made, &fields),
        prose: &prose,
        siblings: &siblings,
        locals: &locals,
        lines: lines.iter().sum::<usize>() + 1,
        fits: &|lines| {
            opening.parts(lines).is_some()
                && !rebinds(&opening.kept, lines)
                && !reads_keys_by_dot(&opening.kept, lines)
        },
    };
    use_it(&setting)
}

/// A function whose body begins at the cursor.
pub(crate) struct Opening<'a> {
    /// The function.
    pub(crate) head: Head<'a>,
    /// The indent of its head.
    outer: String,
    /// The lines of the body that are there, without blanks around them.
    done: Vec<&'a str>,
    /// What of the cursor's line is typed already.
    typed: &'a str,
    /// The lines of the body below the cursor.
    rest: Vec<&'a str>,
    /// The indent of the body's first line, where there is one.
    inner: Option<&'a str>,
    /// Whether the body is a value without braces around it.
    value: bool,
    /// What the file keeps that the function works on.
    kept: Vec<Global<'a>>,
}

impl<'a> Opening<'a> {
    /// How many words are typed already.
    fn words(&self) -> i32 {
        let done = self.done.iter().chain(&self.rest);
        let words = done
            .chain([&self.typed])
            .flat_map(|line| line.split_whitespace());
        i32::try_from(words.count()).unwrap_or(0)
    }

    /// Where the lines of a body that fits what is there are new: from which line on and up to which.
    fn parts(&self, lines: &[(usize, String)]) -> Option<(usize, usize)> {
        let same = |line: &(usize, String), other: &str| bare(&line.1).eq(bare(other));
        let begun = lines.get(..self.done.len())?;
        let fits = begun
            .iter()
            .zip(&self.done)
            .all(|(line, there)| same(line, there));
        let next = lines.get(self.done.len()).filter(|_| fits)?;
        if !next.1.starts_with(self.typed) {
            return None;
        }
        let from = self.done.len();
        if self.rest.is_empty() {
            return Some((from, lines.len()));
        }
        let meets = |to: &usize| {
            lines.get(*to..*to + self.rest.len()).is_some_and(|lines| {
                lines
                    .iter()
                    .zip(&self.rest)
                    .all(|(line, there)| same(line, there))
            })
        };
        let to = (from + 1..lines.len()).find(meets)?;
        Some((from, to))
    }

    /// What the part of the body that is there calls its locals.
    fn locals(&self, request: &Request<'_, 'a>, members: &[Member<'a>]) -> Vec<&'a str> {
        if self.done.is_empty() && self.typed.is_empty() && self.rest.is_empty() {
            return Vec::new();
        }
        let mut body: Vec<Piece<'a>> = Vec::new();
        if !self.done.is_empty() || !self.typed.is_empty() {
            body.extend(request.above.get(self.head.body..).unwrap_or(&[]));
        }
        if !self.rest.is_empty() {
            body.extend(request.below.iter().take(60));
        }
        locals(&body, &self.head, members, request.language).unwrap_or_default()
    }
}

/// The characters of a line that are no blanks, numbers, comparisons and texts all alike.
fn bare(line: &str) -> impl Iterator<Item = char> {
    let mut inside = None;
    let code = move |one: &char| {
        let quote = matches!(one, '"' | '\'' | '`');
        match inside {
            None if quote => inside = Some(*one),
            Some(open) if open == *one => inside = None,
            Some(_) => return false,
            None => {}
        }
        true
    };
    let kept = |one: &char| !one.is_whitespace() && *one != '=';
    line.chars().filter(code).filter(kept).map(|one| match one {
        '\'' | '`' => '"',
        '0'..='9' => '0',
        '>' => '<',
        other => other,
    })
}

/// The function whose body the cursor stands in, if nothing of it is there but the beginning of its first line.
pub(crate) fn open_head<'a>(request: &Request<'_, 'a>) -> Option<Opening<'a>> {
    let closed = request.remainder.trim_matches(['}', ')', ';']).is_empty();
    if !closed || request.tail.quote.is_some() || request.tail.comment {
        return None;
    }
    let mut above = request.above.clone();
    above.extend(request.taken);
    let text = request.above_text;
    if let Some(head) = value_head(&above, request.language) {
        return Some(Opening {
            head,
            outer: String::new(),
            done: Vec::new(),
            typed: "",
            rest: Vec::new(),
            inner: None,
            value: true,
            kept: Vec::new(),
        });
    }
    let head = enclosing_head(&above, request.language)?;
    let begun = above.get(head.body).map(|line| line.start);
    let until = text.get(..begun.unwrap_or(text.len()))?.trim_end();
    let line = until.rsplit('\n').next().unwrap_or("");
    let outer = indent(line);
    let body = begun.and_then(|begun| text.get(begun..)).unwrap_or("");
    let (done, typed) = body.rsplit_once('\n').unwrap_or(("", body));
    let inner = begun.and_then(|begun| text.get(..begun)?.rsplit('\n').next());
    let done: Vec<&str> = done.lines().map(str::trim).filter(told).collect();
    let rest = rest(request, outer);
    let shallow = request
        .tail
        .open_line
        .is_some_and(|open| !done.is_empty() && width(open) <= width(outer));
    (done.len() + rest.len() <= MOST_LINES && !shallow).then_some(Opening {
        head,
        outer: outer.to_owned(),
        done,
        typed: typed.trim_start(),
        rest,
        inner,
        value: false,
        kept: Vec::new(),
    })
}

/// The function whose body goes on at the end of a text.
fn enclosing_head<'a>(above: &[Piece<'a>], language: Language) -> Option<Head<'a>> {
    let whole = head_before(above, above.len(), language);
    whole.or_else(|| block_head(above, language, NEAR))
}

/// Whether a line is more than a comment.
fn told(line: &&str) -> bool {
    let marks = ["#", "//", "/*", "* ", "*/", "\"\"\""];
    !line.is_empty() && *line != "*" && !marks.iter().any(|mark| line.starts_with(mark))
}

fn indent(line: &str) -> &str {
    let length = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..length).unwrap_or("")
}

/// The function whose arrow stands right before the cursor.
fn value_head<'a>(above: &[Piece<'a>], language: Language) -> Option<Head<'a>> {
    let last = above.last()?;
    if language.family != Family::Script || last.text != "=>" {
        return None;
    }
    let mut pieces = above.get(above.len().saturating_sub(120)..)?.to_vec();
    pieces.push(Piece { text: "{", ..*last });
    head_before(&pieces, pieces.len(), language)
}

/// The lines below the cursor that belong to the body.
fn rest<'a>(request: &Request<'_, 'a>, outer: &str) -> Vec<&'a str> {
    let lines = request.below_text.split('\n').skip(1);
    let lines = lines.filter(|line| !line.trim().is_empty());
    let inside = lines.take_while(|line| width(indent(line)) > width(outer));
    inside.take(MOST_LINES + 1).map(str::trim).collect()
}

/// The text of a body at the cursor; none where it begins otherwise than what is typed.
fn place(
    request: &Request<'_, '_>,
    opening: &Opening<'_>,
    lines: &[(usize, String)],
) -> Option<String> {
    if opening.value {
        let [(_, line)] = lines else { return None };
        let value = line.strip_prefix("return ")?.trim_end_matches(';');
        let blank = if request.tail.space { "" } else { " " };
        let end = if line.ends_with(';') && request.remainder.is_empty() {
            ";"
        } else {
            ""
        };
        return Some(format!("{blank}{value}{end}"));
    }
    let feed = if request.crlf { "\r\n" } else { "\n" };
    let outer = &opening.outer;
    let typed = request
        .tail
        .open_line
        .filter(|indent| width(indent) > width(outer));
    let first = opening.inner.filter(|_| !opening.done.is_empty()).or(typed);
    let inner = first.map_or_else(|| format!("{outer}{}", request.unit), str::to_owned);
    let (from, to) = opening.parts(lines)?;
    let mut text = String::new();
    for (at, (level, line)) in lines.get(from..to)?.iter().enumerate() {
        let indent = format!("{inner}{}", request.unit.repeat(*level));
        if at == 0 && !opening.typed.is_empty() {
            text.push_str(line.strip_prefix(opening.typed)?);
            continue;
        }
        if let Some(there) = request.tail.open_line.filter(|_| at == 0) {
            if !opening.done.is_empty() && width(there) != width(&indent) {
                return None;
            }
            text.push_str(indent.strip_prefix(there).unwrap_or(""));
        } else {
            text.push_str(feed);
            text.push_str(&indent);
        }
        text.push_str(line);
    }
    let braces = |brace: char| text.matches(brace).count();
    let closed = braces('}').saturating_sub(braces('{'));
    if request.language.block == Block::Brace && closed > request.unclosed.len() {
        return None;
    }
    let open = closed < request.unclosed.len() || request.language.block != Block::Brace;
    if let Some(closing) = closing(request, outer).filter(|_| open && opening.rest.is_empty()) {
        text.push_str(feed);
        text.push_str(outer);
        text.push_str(closing);
    } else if !request.remainder.is_empty() {
        text.push_str(feed);
        text.push_str(outer);
    }
    (!text.trim().is_empty()).then_some(text)
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
    block_head(pieces, request.language, 2500)
}

/// The nearest head of a block that is still open, no farther back than some tokens.
fn block_head<'a>(pieces: &[Piece<'a>], language: Language, reach: usize) -> Option<Head<'a>> {
    let mut depth = 0_i32;
    let mut outermost = 0_i32;
    for at in (pieces.len().saturating_sub(reach)..pieces.len()).rev() {
        let Some(piece) = pieces.get(at).filter(|piece| piece.kind == Kind::Newline) else {
            continue;
        };
        depth -= i32::from(piece.delta);
        if depth < outermost {
            outermost = depth;
            if let Some(head) = head_before(pieces, at, language) {
                return Some(head);
            }
        }
    }
    None
}
