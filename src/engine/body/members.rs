//! Lists the members that a file gives to its objects.
//!
//! Called by the body model; a member is what stands behind the receiver, or what is declared beside the methods.

use super::super::function::Head;
use super::super::hasher::ShortMap;
use super::super::language::{Family, Language};
use super::super::lexer::{Kind, Piece};
use super::super::words::stems;

/// The most members that are told apart.
const MOST: usize = 200;

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// The words of its name.
    pub(crate) stems: Vec<String>,
    /// How often it is used as a field.
    pub(crate) uses: usize,
    /// Whether the last values it was given were numbers, texts, lists or truth values.
    pub(crate) value: Value,
}

/// What kind of value a member was last seen to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing is known.
    Unknown,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// A set, or something that was made anew.
    Collection,
    /// A table of keys and values.
    Map,
    /// True or false.
    Truth,
}

/// The members found in a text, in the order of their first use.
pub(crate) fn members<'a>(
    pieces: &[Piece<'a>],
    head: &Head<'a>,
    language: Language,
) -> Vec<Member<'a>> {
    let mut found = found(pieces, head, language);
    if found.iter().any(|member| member.value == Value::Unknown) {
        let handed = handed(pieces);
        for member in &mut found {
            if member.value == Value::Unknown {
                let value = handed.get(member.name).copied();
                member.value = value.unwrap_or(Value::Unknown);
            }
        }
    }
    found
}

/// The members found in a text by what is done with them there alone.
pub(crate) fn found<'a>(
    pieces: &[Piece<'a>],
    head: &Head<'a>,
    language: Language,
) -> Vec<Member<'a>> {
    let mut found = Found::default();
    let mut blocks = Blocks::default();
    for at in 0..pieces.len() {
        blocks.pass(pieces, at);
        if let Some((name, next)) = reached(pieces, at, head, language) {
            if pieces.get(next).is_none_or(|piece| piece.text != "(") {
                found.note(name, value_after(pieces, next));
            }
        } else if let Some((name, next)) =
            declared(pieces, at, language).or_else(|| announced(pieces, at, language))
            && (blocks.of_type() || !matches!(language.family, Family::Java | Family::C))
        {
            let value = match value_after(pieces, next) {
                Value::Unknown => typed(pieces, (at + 1, next), language),
                known => known,
            };
            found.note(name, value);
        }
    }
    found.members
}

/// The blocks around a place, each with whether it is that of a type: what is declared elsewhere is no field.
#[derive(Default)]
struct Blocks {
    around: Vec<bool>,
    /// Where the line began that came last.
    line: usize,
    /// Where the one above it began.
    above: usize,
}

impl Blocks {
    /// Goes on to a place.
    fn pass(&mut self, pieces: &[Piece<'_>], at: usize) {
        let Some(end) = pieces.get(at).filter(|piece| piece.kind == Kind::Newline) else {
            return;
        };
        let line = pieces.get(self.line..at).unwrap_or(&[]);
        // A brace on a line of its own belongs to the line above.
        let alone = matches!(line, [brace] if brace.text == "{");
        let line = if alone {
            pieces.get(self.above..self.line).unwrap_or(&[])
        } else {
            line
        };
        let level = self.around.len();
        let deeper = usize::try_from(end.delta).unwrap_or(0);
        let shallower = usize::from(end.delta.min(0).unsigned_abs());
        self.around.truncate(level.saturating_sub(shallower));
        self.around
            .resize(self.around.len() + deeper, begins_type(line));
        self.above = self.line;
        self.line = at + 1;
    }

    /// Whether the innermost block is that of a type, as far as can be told.
    fn of_type(&self) -> bool {
        self.around.last().copied().unwrap_or(true)
    }
}

/// Whether a line begins a type or a part of one.
fn begins_type(line: &[Piece<'_>]) -> bool {
    let has = |text: &str| line.iter().any(|piece| piece.text == text);
    let words = ["class", "struct", "interface", "enum", "union", "record"];
    let label = matches!(line, [name, colon] if colon.text == ":" && matches!(name.text, "public" | "private" | "protected"));
    let named = words.into_iter().any(has) && (!has("(") || has("record"));
    label || named || has("namespace")
}

/// What kinds of values parameters take by their defaults or their types, those named first.
fn handed<'a>(pieces: &[Piece<'a>]) -> ShortMap<&'a str, Value> {
    let mut values = ShortMap::default();
    let text = |at: Option<usize>| {
        at.and_then(|at| pieces.get(at))
            .map_or("", |piece| piece.text)
    };
    for (at, piece) in pieces.iter().enumerate() {
        if piece.kind != Kind::Word || !matches!(text(Some(at + 1)), "=" | ":") {
            continue;
        }
        if matches!(text(at.checked_sub(1)), "," | "(") {
            let value = pieces.get(at + 2).map_or(Value::Unknown, value_of);
            values.entry(piece.text).or_insert(value);
        }
    }
    values
}

/// Members, each once.
#[derive(Default)]
struct Found<'a> {
    members: Vec<Member<'a>>,
    places: ShortMap<&'a str, usize>,
}

impl<'a> Found<'a> {
    fn note(&mut self, name: &'a str, value: Value) {
        let known = self.places.get(name).copied();
        if let Some(known) = known.and_then(|place| self.members.get_mut(place)) {
            known.uses += 1;
            if value != Value::Unknown {
                known.value = value;
            }
        } else if self.members.len() < MOST {
            self.places.insert(name, self.members.len());
            self.members.push(Member {
                name,
                stems: stems(name),
                uses: 1,
                value,
            });
        }
    }
}

/// The member reached through the receiver at a place, and the place after it.
pub(super) fn reached<'a>(
    pieces: &[Piece<'a>],
    at: usize,
    head: &Head<'a>,
    language: Language,
) -> Option<(&'a str, usize)> {
    let piece = pieces.get(at)?;
    if language.family == Family::Ruby {
        let name = pieces
            .get(at + 1)
            .filter(|next| next.kind == Kind::Word && !next.space)?;
        return (piece.text == "@").then_some((name.text, at + 2));
    }
    let receiver =
        matches!(piece.text, "self" | "this") || head.receiver.is_some_and(|own| own == piece.text);
    let link = pieces
        .get(at + 1)
        .is_some_and(|next| matches!(next.text, "." | "->" | "?."));
    let name = pieces.get(at + 2).filter(|next| next.kind == Kind::Word)?;
    (receiver && link && piece.kind == Kind::Word).then_some((name.text, at + 3))
}

/// The field declared on the line that starts at a place, and the place after it.
fn declared<'a>(pieces: &[Piece<'a>], at: usize, language: Language) -> Option<(&'a str, usize)> {
    if language.family == Family::Go && pieces.get(at)?.text == "," {
        return listed(pieces, at);
    }
    if pieces.get(at)?.kind != Kind::Newline {
        return None;
    }
    let line = pieces.get(at + 1..)?;
    let length = line
        .iter()
        .take(14)
        .position(|piece| piece.kind == Kind::Newline)
        .unwrap_or(line.len().min(14));
    let line = line.get(..length)?;
    let end = |text: &str| line.iter().position(|piece| piece.text == text);
    let first = line.first()?;
    if matches!(
        first.text,
        "return" | "import" | "package" | "use" | "using" | "throw" | "delete" | "goto" | "else"
    ) {
        return None;
    }
    let place = match language.family {
        Family::Java | Family::C => {
            let stop = end("=").or_else(|| end(";"))?;
            let plain = line.iter().take(stop).all(|piece| {
                piece.kind == Kind::Word
                    || matches!(
                        piece.text,
                        "<" | ">" | "," | "[" | "]" | "*" | "::" | "." | "?" | "&"
                    )
            });
            let name = stop.checked_sub(1).filter(|name| *name > 0 && plain)?;
            let typed = line.get(name - 1).is_some_and(|before| {
                before.kind == Kind::Word
                    || before.text == ">"
                    || before.text == "]"
                    || before.text == "*"
            });
            typed.then_some(name)?
        }
        Family::Rust | Family::Script => {
            let name = end(":")
                .or_else(|| end("=").filter(|_| language.family == Family::Script))?
                .checked_sub(1)?;
            let scoped = first.text == "pub";
            let plain = line.iter().take(name).all(|piece| {
                piece.kind == Kind::Word
                    || matches!(piece.text, "?" | "#")
                    || (scoped && matches!(piece.text, "(" | ")"))
            });
            let local = matches!(first.text, "let" | "const" | "var");
            (plain && !local).then_some(name)?
        }
        Family::Go => {
            let typed = line.get(1).is_some_and(|next| {
                next.kind == Kind::Word || matches!(next.text, "[" | "*" | ",")
            });
            (typed
                && first.kind == Kind::Word
                && end("(").is_none()
                && end("=").is_none()
                && end(":=").is_none())
            .then_some(0)?
        }
        _ => return None,
    };
    let name = line
        .get(place)
        .filter(|piece| piece.kind == Kind::Word && !is_type_word(piece.text))?;
    Some((name.text, at + 1 + place + 1))
}

/// The field after a comma in a list of fields of one type, and the place after it.
fn listed<'a>(pieces: &[Piece<'a>], comma: usize) -> Option<(&'a str, usize)> {
    let before = pieces.get(..comma)?.iter().rev();
    let mut before = before.skip_while(|piece| piece.kind == Kind::Word || piece.text == ",");
    let starts = before
        .next()
        .is_some_and(|piece| piece.kind == Kind::Newline && piece.delta >= 0);
    let (name, after) = (pieces.get(comma + 1)?, pieces.get(comma + 2)?);
    let goes_on = after.kind == Kind::Word || matches!(after.text, "," | "[" | "*");
    (starts && name.kind == Kind::Word && goes_on).then_some((name.text, comma + 2))
}

/// The field that a parameter of a constructor announces, and the place after it.
fn announced<'a>(pieces: &[Piece<'a>], at: usize, language: Language) -> Option<(&'a str, usize)> {
    let opens = |text: &str| matches!(text, "private" | "public" | "protected" | "readonly");
    let name = pieces.get(at + 1)?;
    let typed = pieces
        .get(at + 2)
        .is_some_and(|next| matches!(next.text, ":" | "?"));
    let is = language.family == Family::Script
        && opens(pieces.get(at)?.text)
        && name.kind == Kind::Word
        && !opens(name.text)
        && typed;
    is.then_some((name.text, at + 2))
}

/// What kind of value the words of a declaration tell, before the name or after it.
fn typed(pieces: &[Piece<'_>], (start, name): (usize, usize), language: Language) -> Value {
    let before = matches!(language.family, Family::Java | Family::C);
    let (from, to) = if before {
        (start, name - 1)
    } else {
        (name, name + 10)
    };
    let words = pieces.get(from..to.min(pieces.len())).unwrap_or(&[]).iter();
    let mut plain = Value::Unknown;
    for piece in words.take_while(|piece| piece.kind != Kind::Newline && piece.text != ",") {
        let kind = match piece.text {
            "vector" | "ArrayList" | "LinkedList" | "List" | "Deque" | "deque" | "Queue"
            | "Stack" | "Array" | "[" | "Vec" | "VecDeque" => Value::List,
            "Map" | "HashMap" | "TreeMap" | "unordered_map" | "map" | "BTreeMap" => Value::Map,
            "Set" | "HashSet" | "set" | "Record" => Value::Collection,
            _ => Value::Unknown,
        };
        if kind != Value::Unknown {
            return kind;
        }
        if plain == Value::Unknown {
            plain = value_of(piece);
        }
    }
    plain
}

fn is_type_word(text: &str) -> bool {
    matches!(
        text,
        "type"
            | "var"
            | "func"
            | "const"
            | "case"
            | "default"
            | "break"
            | "continue"
            | "int"
            | "void"
    )
}

fn value_after(pieces: &[Piece<'_>], at: usize) -> Value {
    let mut texts = (at..at + 4)
        .map_while(|at| pieces.get(at))
        .skip_while(|piece| piece.text == ":" || piece.text == "=");
    let Some(first) = texts.next() else {
        return Value::Unknown;
    };
    let second = texts.next().map_or("", |piece| piece.text);
    match (first.text, second) {
        ("new", "Map" | "HashMap" | "TreeMap" | "WeakMap") => Value::Map,
        ("new", "ArrayList" | "LinkedList" | "ArrayDeque" | "Array") => Value::List,
        _ => value_of(first),
    }
}

fn value_of(first: &Piece<'_>) -> Value {
    match of_type(first.text) {
        Value::Unknown if first.kind == Kind::Number => Value::Number,
        Value::Unknown if first.kind == Kind::Open => Value::Text,
        known => known,
    }
}

/// What kind of value a word promises that stands for a type or begins a value.
pub(super) fn of_type(text: &str) -> Value {
    match text {
        "float64" | "int" | "int64" | "u32" | "u64" | "usize" | "i32" | "i64" | "f64" | "f32"
        | "number" | "double" | "float" | "long" | "int32" | "uint" | "size_t" | "u8" | "u16" => {
            Value::Number
        }
        "short" | "Integer" | "Double" | "Long" | "BigDecimal" | "int32_t" | "uint32_t"
        | "int64_t" | "uint64_t" | "i8" | "i16" | "u128" | "i128" | "isize" | "float32"
        | "uint64" | "decimal" | "Decimal" => Value::Number,
        "[" | "Vec" | "list" | "Array" | "vec" | "deque" | "VecDeque" => Value::List,
        "HashMap" | "map" | "dict" | "Map" | "BTreeMap" | "defaultdict" | "Hash"
        | "OrderedDict" => Value::Map,
        "{" | "new" | "set" | "List" | "make" => Value::Collection,
        "false" | "true" | "False" | "True" | "bool" | "boolean" => Value::Truth,
        "str" | "String" | "string" | "&" => Value::Text,
        _ => Value::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::lexer::lex;
    use super::*;

    #[test]
    fn members_are_found_in_every_language() {
        for (file, text, names) in [
            (
                "a.py",
                "class A:\n    def __init__(self):\n        self.speed = 0\n        self.go()\n",
                "speed",
            ),
            (
                "a.rb",
                "class A\n  def initialize\n    @items = []\n",
                "items",
            ),
            (
                "A.java",
                "class A {\n    private double balance;\n    int a = 1;\n    void f() {\n        g(x);\n",
                "balance a",
            ),
            (
                "a.c",
                "struct box\n{\n    int size;\n};\n\nvoid swap(int *one, int *other)\n{\n    int kept = *one;\n    *one = *other;\n",
                "size",
            ),
            (
                "a.go",
                "type Counter struct {\n\tcount int\n\tnames []string\n}\n",
                "count names",
            ),
            (
                "a.rs",
                "struct Car {\n    speed: u32,\n    pub names: Vec<String>,\n}\n",
                "speed names",
            ),
            (
                "a.ts",
                "class A {\n  private name: string;\n  constructor() {\n    this.age = 1;\n",
                "name age",
            ),
        ] {
            let language = Language::of(file);
            let (pieces, _) = lex(text, language);
            let found = members(&pieces, &Head::default(), language);
            let found: Vec<&str> = found.iter().map(|member| member.name).collect();
            assert_eq!(found.join(" "), names, "{file}");
        }
    }
}
