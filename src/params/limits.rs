//! The resource limits on JSON, and the characters that no parameter may hold. Called by `document` for every body,
//! whichever content type it came under; `check` is there for JSON inside other requests.
//!
//! The walk keeps its own stack, so depth is limited without any recursion, and it looks only into containers: strings
//! directly in the body have already been measured by the parser.

use std::borrow::Cow;

use super::{
    error::ParamsError,
    escape,
    scan::{self, Item, Member, Value},
    withheld::is_withheld,
};

const MAX_DEPTH: usize = 32;
const MAX_ITEMS: usize = 50_000;
const MAX_MEMBERS: usize = 50_000;
/// Members and items of a whole document.
pub(super) const MAX_ELEMENTS: usize = 100_000;
const MAX_DIGITS: usize = 1_000;

/// Containers around a value, the body included, up to which its characters are checked.
const CHECKED_DEPTH: usize = 3;

/// The error for too many containers inside each other.
pub(super) const TOO_DEEP: ParamsError = ParamsError::Limit("Parameters nested too deeply");
/// The error for too many parameters in all.
pub(super) const TOO_MANY: ParamsError = ParamsError::Limit("Too many total parameters");

const ARRAY_TOO_LARGE: ParamsError = ParamsError::Limit("Array parameter too large");
const OBJECT_TOO_LARGE: ParamsError = ParamsError::Limit("Hash parameter too large");
const NUMBER_TOO_LARGE: ParamsError = ParamsError::Limit("Numeric value too large");

/// What the walk found in a document that is within the limits.
#[derive(Default)]
pub(super) struct Findings {
    /// Some object names a member twice, or a member below the top level has a name that is not passed on.
    pub(super) untidy: bool,
    /// Some text holds a NUL character or a lone surrogate.
    pub(super) unsound: bool,
}

/// A walk over one document.
struct Walk<'a> {
    text: &'a [u8],
    /// Whether the document holds `\u` escapes, without which every text is sound.
    unicode_escapes: bool,
    elements: usize,
    names: Vec<Cow<'a, [u8]>>,
    findings: Findings,
}

/// An open container.
struct Frame {
    object: bool,
    count: usize,
    /// Whether the next string is a member name.
    key_next: bool,
    first_name: usize,
}

/// Checks a JSON text that is not a request's parameters against the same limits.
///
/// # Errors
///
/// `ParamsError::Limit` if one is exceeded. Syntax is not checked.
pub fn check(text: &[u8]) -> Result<(), ParamsError> {
    Walk::over(text, false).containers(0, text.len(), 0)
}

/// Inspects a document of which the members have been found.
pub(super) fn inspect(
    text: &[u8],
    members: &[Member],
    unicode_escapes: bool,
) -> Result<Findings, ParamsError> {
    let mut walk = Walk::over(text, unicode_escapes);
    walk.members(members, 1)?;
    Ok(walk.findings)
}

/// Whether one of the names occurs twice.
fn has_duplicates(names: &mut [Cow<'_, [u8]>]) -> bool {
    // Pairs are cheaper than sorting for the handful of members that most objects have.
    if names.len() <= 12 {
        return (1..names.len()).any(|index| names[..index].contains(&names[index]));
    }
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

// === impl Walk ===

impl<'a> Walk<'a> {
    fn over(text: &'a [u8], unicode_escapes: bool) -> Self {
        Self {
            text,
            unicode_escapes,
            elements: 0,
            names: Vec::with_capacity(16),
            findings: Findings::default(),
        }
    }

    /// Inspects the members of an object with `depth` containers open, itself included.
    fn members(&mut self, members: &[Member], depth: usize) -> Result<(), ParamsError> {
        if members.len() > MAX_MEMBERS {
            return Err(OBJECT_TOO_LARGE);
        }
        let first_name = self.names.len();
        for member in members {
            self.count_element()?;
            self.name(member.key.of(self.text), member.name(self.text), depth);
            match &member.value {
                Value::Object(inner) => self.members(inner, depth + 1)?,
                Value::List(items) => self.items(items, depth + 1)?,
                Value::Raw(span) => match self.text.get(span.start) {
                    Some(b'"') => self.string(scan::unquoted(span.of(self.text)), depth),
                    Some(b'{' | b'[') => self.containers(span.start, span.end, depth)?,
                    _ => check_number(span.of(self.text))?,
                },
            }
        }
        self.close_names(first_name);
        Ok(())
    }

    /// Inspects the items of a list with `depth` containers open, itself included.
    fn items(&mut self, items: &[Item], depth: usize) -> Result<(), ParamsError> {
        if items.len() > MAX_ITEMS {
            return Err(ARRAY_TOO_LARGE);
        }
        for item in items {
            self.count_element()?;
            self.members(item.as_deref().unwrap_or_default(), depth + 1)?;
        }
        Ok(())
    }

    /// Inspects the values between `at` and `end`, which have `depth` containers around them.
    fn containers(&mut self, mut at: usize, end: usize, depth: usize) -> Result<(), ParamsError> {
        let mut open: Vec<Frame> = Vec::new();
        while at < end {
            match self.text[at] {
                byte @ (b'{' | b'[') => {
                    self.element(open.last_mut())?;
                    if depth + open.len() >= MAX_DEPTH {
                        return Err(TOO_DEEP);
                    }
                    let object = byte == b'{';
                    open.push(Frame {
                        object,
                        count: 0,
                        key_next: object,
                        first_name: self.names.len(),
                    });
                    at += 1;
                }
                b'}' | b']' => {
                    if let Some(frame) = open.pop() {
                        self.close_names(frame.first_name);
                    }
                    at += 1;
                }
                b'"' => at = self.quoted(at, &mut open, depth)?,
                b',' => {
                    if let Some(frame) = open.last_mut() {
                        frame.key_next = frame.object;
                    }
                    at += 1;
                }
                b':' | b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                _ => at = self.scalar(at, open.last_mut())?,
            }
        }
        Ok(())
    }

    /// Inspects the number or word at `at`, and gives the position behind it.
    fn scalar(&mut self, at: usize, frame: Option<&mut Frame>) -> Result<usize, ParamsError> {
        self.element(frame)?;
        let end = scan::scalar_end(self.text, at);
        check_number(self.text.get(at..end).unwrap_or_default())?;
        Ok(end)
    }

    /// Inspects the string at `at`, a member name or a value, and gives the position behind it.
    fn quoted(
        &mut self,
        at: usize,
        open: &mut [Frame],
        depth: usize,
    ) -> Result<usize, ParamsError> {
        let end = scan::string_end(self.text, at);
        let content = scan::unquoted(self.text.get(at..end).unwrap_or_default());
        let depth = depth + open.len();
        match open.last_mut() {
            Some(frame) if frame.key_next => {
                frame.key_next = false;
                frame.count += 1;
                if frame.count > MAX_MEMBERS {
                    return Err(OBJECT_TOO_LARGE);
                }
                self.count_element()?;
                self.name(content, scan::name(content), depth);
            }
            frame => {
                self.element(frame)?;
                self.string(content, depth);
            }
        }
        Ok(end)
    }

    /// Counts a value that may be an item of an array; members are counted by their names.
    fn element(&mut self, frame: Option<&mut Frame>) -> Result<(), ParamsError> {
        let Some(frame) = frame.filter(|frame| !frame.object) else {
            return Ok(());
        };
        frame.count += 1;
        if frame.count > MAX_ITEMS {
            return Err(ARRAY_TOO_LARGE);
        }
        self.count_element()
    }

    fn count_element(&mut self) -> Result<(), ParamsError> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            Err(TOO_MANY)
        } else {
            Ok(())
        }
    }

    fn name(&mut self, raw: &[u8], name: Cow<'a, [u8]>, depth: usize) {
        self.findings.unsound |= self.unicode_escapes && !escape::is_sound(raw);
        self.findings.untidy |= depth > 1 && is_withheld(&name);
        self.names.push(name);
    }

    fn close_names(&mut self, first: usize) {
        if let Some(names) = self.names.get_mut(first..) {
            self.findings.untidy |= has_duplicates(names);
        }
        self.names.truncate(first);
    }

    fn string(&mut self, content: &[u8], depth: usize) {
        if self.unicode_escapes && depth <= CHECKED_DEPTH {
            self.findings.unsound |= !escape::is_sound(content);
        }
    }
}

/// Checks the length of an integer; other values pass.
fn check_number(raw: &[u8]) -> Result<(), ParamsError> {
    let digits = raw.strip_prefix(b"-").unwrap_or(raw);
    if digits.len() > MAX_DIGITS && digits.iter().all(u8::is_ascii_digit) {
        return Err(NUMBER_TOO_LARGE);
    }
    Ok(())
}
