//! Gives the function that a comment asks for its types, in languages whose heads have them.
//!
//! Called where no function beside the cursor takes what is asked for. The decision: a kind comes from the comment's own
//! words ("two numbers", "a list of integers"), what numbers are called from the file's other heads, and where a word says
//! nothing of a kind no head is made.

use super::super::language::{Block, Family, Language};
use super::super::symbols::is_keyword_text;
use super::beside::Sibling;
use super::kind::{Kind, kinds, result};
use super::wish::{Inputs, Wish};

/// How many lines of a file are looked at for its types.
const LINES: usize = 400;
/// How many characters are looked through for the block that is open.
const REACH: usize = 40_000;

/// The head of a function of a wish, as the language of the file writes it.
pub(super) fn head(
    wish: &Wish,
    name: &str,
    (above, indent): (&str, &str),
    sibling: Option<&Sibling<'_>>,
    (language, file_name): (&Language, &str),
) -> Option<String> {
    let ending = file_name.rsplit('.').next()?.to_ascii_lowercase();
    let style = Style::of(language, &ending)?;
    let kinds = kinds(&wish.inputs, &wish.things)?;
    let result = result(wish, &kinds)?;
    let names: Vec<String> = match &wish.inputs {
        Inputs::Alike(_) => vec!["a".to_owned(), "b".to_owned()],
        Inputs::Named(names) => {
            let pairs = names.iter().zip(&kinds);
            pairs.map(|(name, kind)| style.name(name, *kind)).collect()
        }
    };
    // What is put together of borrowed texts is owned, which the shapes of bodies do not tell.
    if style == Style::Rust && result == Kind::Text {
        return None;
    }
    // What is counted or told apart is whole; fractions are for what is reckoned.
    let number = match (&wish.inputs, result) {
        (Inputs::Alike(_), Kind::Number) => number(above, style, language.family),
        _ => style.usual(),
    };
    let types: Vec<String> = kinds
        .iter()
        .map(|kind| style.kind(*kind, number))
        .collect::<Option<_>>()?;
    let result = style.kind(result, number)?;
    if !style.stands(above, indent) {
        return None;
    }
    let pairs: Vec<(String, String)> = names.into_iter().zip(types).collect();
    let before = sibling.map_or("", |sibling| sibling.before);
    Some(style.written(name, before, &pairs, &result))
}

/// How a language writes heads with types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Go,
    Rust,
    Script,
    C,
    Cpp,
    Java,
}

impl Style {
    fn of(language: &Language, ending: &str) -> Option<Self> {
        if language.block != Block::Brace {
            return None;
        }
        Some(match (language.family, ending) {
            (Family::Go, _) => Self::Go,
            (Family::Rust, _) => Self::Rust,
            (Family::Script, "ts" | "mts" | "cts" | "tsx") => Self::Script,
            (Family::C, "c") => Self::C,
            (Family::C, "cc" | "cpp" | "cxx") => Self::Cpp,
            (Family::Java, "java") => Self::Java,
            _ => return None,
        })
    }

    /// Whether a function may stand at the end of a text, at such an indent.
    fn stands(self, above: &str, indent: &str) -> bool {
        match self {
            Self::Java => !indent.is_empty() && is_in_class(above),
            Self::Go => indent.is_empty() && above.contains("package "),
            _ => indent.is_empty(),
        }
    }

    /// A head with the words for who may call it that stand in a head beside it.
    fn written(self, name: &str, before: &str, pairs: &[(String, String)], result: &str) -> String {
        let list = |between: &str| {
            let pairs = pairs.iter();
            let pairs = pairs.map(|(name, kind)| format!("{name}{between}{kind}"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        let typed_first = || {
            let pairs = pairs.iter().map(|(name, kind)| format!("{kind} {name}"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        let public = |word: &'static str| {
            let has = before.split(' ').any(|one| one == word);
            if has {
                format!("{word} ")
            } else {
                String::new()
            }
        };
        match self {
            Self::Go => format!("func {name}({}) {result} {{", list(" ")),
            Self::Rust => format!("{}fn {name}({}) -> {result} {{", public("pub"), list(": ")),
            Self::Script => format!(
                "{}function {name}({}): {result} {{",
                public("export"),
                list(": ")
            ),
            Self::C | Self::Cpp => format!("{result} {name}({}) {{", typed_first()),
            Self::Java => {
                let of_access = ["public", "private", "protected", "static", "final"];
                let words = before.split(' ').filter(|word| of_access.contains(word));
                let mut own: Vec<&str> = words.collect();
                if before.is_empty() {
                    own.extend(["public", "static"]);
                }
                own.push(result);
                format!("{} {name}({}) {{", own.join(" "), typed_first())
            }
        }
    }

    /// What numbers are called mostly.
    fn usual(self) -> &'static str {
        match self {
            Self::Go | Self::C | Self::Cpp | Self::Java => "int",
            Self::Rust => "i32",
            Self::Script => "number",
        }
    }

    /// What numbers may be called.
    fn numbers(self) -> &'static [&'static str] {
        match self {
            Self::Go => &[
                "int", "int64", "int32", "uint", "uint64", "float64", "float32",
            ],
            Self::Rust => &[
                "i32", "i64", "i128", "u8", "u16", "u32", "u64", "usize", "isize", "f64", "f32",
            ],
            Self::Script => &["number"],
            Self::C | Self::Cpp | Self::Java => &["int", "long", "double", "float"],
        }
    }

    /// A parameter's name, which is no type and no word of the language.
    fn name(self, name: &str, kind: Kind) -> String {
        let own = self.numbers().contains(&name) || matches!(name, "string" | "str");
        let keyword = is_keyword_text(name) && !matches!(name, "number" | "string");
        if !keyword && (!own || self == Self::Script) {
            return name.to_owned();
        }
        match kind {
            Kind::Text => "text",
            Kind::Numbers => "numbers",
            Kind::Number | Kind::Truth => "n",
        }
        .to_owned()
    }

    /// What a kind is called, where numbers are called so.
    fn kind(self, kind: Kind, number: &str) -> Option<String> {
        Some(match (kind, self) {
            (Kind::Number, _) => number.to_owned(),
            (Kind::Truth, Self::Script | Self::Java) => "boolean".to_owned(),
            (Kind::Truth, Self::C) => "int".to_owned(),
            (Kind::Truth, _) => "bool".to_owned(),
            (Kind::Text, Self::Rust) => "&str".to_owned(),
            (Kind::Text, Self::Java) => "String".to_owned(),
            (Kind::Text, Self::Go | Self::Script) => "string".to_owned(),
            (Kind::Numbers, Self::Go) => format!("[]{number}"),
            (Kind::Numbers, Self::Rust) => format!("&[{number}]"),
            (Kind::Numbers, Self::Script | Self::Java) => format!("{number}[]"),
            // C hands over a length besides, which no comment names.
            (Kind::Text | Kind::Numbers, Self::C | Self::Cpp) => return None,
        })
    }
}

/// What the file calls a number: as the nearest head does, or as its language does mostly.
fn number(above: &str, style: Style, family: Family) -> &'static str {
    let heads = above.lines().rev().take(LINES);
    let heads = heads.filter_map(|line| Sibling::of(line.trim(), family));
    let numbers = |head: Sibling<'_>| {
        let mut types = head.types(family).into_iter().chain(head.result(family));
        types.find_map(|found| style.numbers().iter().find(|name| **name == found).copied())
    };
    heads.into_iter().find_map(numbers).unwrap_or(style.usual())
}

/// Whether the block that is open at the end is that of a class or the like, and not of a function.
fn is_in_class(above: &str) -> bool {
    let mut depth = 0_usize;
    for (at, one) in above.char_indices().rev().take(REACH) {
        match one {
            '}' => depth += 1,
            '{' if depth > 0 => depth -= 1,
            '{' => {
                let line = above[..at].rsplit('\n').next().unwrap_or("");
                let mut words = line.split(|one: char| !one.is_alphanumeric());
                return words.any(|word| matches!(word, "class" | "interface" | "enum" | "record"));
            }
            _ => {}
        }
    }
    false
}
