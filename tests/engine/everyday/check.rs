//! Reads the corpus of everyday prompts beside this file and judges what the engine answers to them.
//!
//! Used by the tests, which hold floors. The decision: besides what a
//! case wants, every answer is looked at for what is wrong in any language, since a wrong answer is worse than none.

use std::collections::BTreeSet;

/// A prompt of the corpus.
pub(crate) struct Case {
    /// What it is about.
    pub(crate) name: String,
    /// The name of the file being edited.
    pub(crate) file: String,
    /// What a good answer contains: one of the texts of each row, blanks aside.
    pub(crate) wants: Vec<Vec<String>>,
    /// What it must not contain.
    pub(crate) avoids: Vec<String>,
    /// The text above the cursor.
    pub(crate) above: String,
    /// The text below the cursor.
    pub(crate) below: String,
}

/// How an answer is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does what was wanted.
    Well,
    /// Nothing was shown.
    Silent,
    /// Something else was shown that could stand there.
    Other,
    /// What was shown cannot stand there.
    Absurd(String),
}

/// The languages of the corpus with their prompts.
pub(crate) const CORPUS: [(&str, &str); 9] = [
    ("python", include_str!("python.txt")),
    ("javascript", include_str!("javascript.txt")),
    ("typescript", include_str!("typescript.txt")),
    ("go", include_str!("go.txt")),
    ("java", include_str!("java.txt")),
    ("c", include_str!("c.txt")),
    ("cpp", include_str!("cpp.txt")),
    ("ruby", include_str!("ruby.txt")),
    ("rust", include_str!("rust.txt")),
];

/// The cases of a file of prompts.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    let parts = text.split("## ").skip(1);
    parts.filter_map(case).collect()
}

fn case(part: &str) -> Option<Case> {
    let (head, code) = part.split_once("---\n")?;
    let (above, below) = code.split_once('‸')?;
    let mut lines = head.lines();
    let name = lines.next()?.to_owned();
    let line = |key: &str| {
        head.lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap_or("")
            .trim()
    };
    let wants = line("want:").split(" && ");
    let wants = wants
        .map(|row| row.split(" || ").map(bare).collect())
        .collect();
    let avoids = line("avoid:")
        .split(" || ")
        .map(bare)
        .filter(|text| !text.is_empty());
    Some(Case {
        name,
        file: line("file:").to_owned(),
        wants,
        avoids: avoids.collect(),
        above: above.to_owned(),
        below: below.trim_end().to_owned(),
    })
}

fn bare(text: &str) -> String {
    text.chars().filter(|one| !one.is_whitespace()).collect()
}

/// Judges an answer.
pub(crate) fn judge(case: &Case, answer: Option<&str>) -> Verdict {
    let Some(answer) = answer.filter(|text| !text.trim().is_empty()) else {
        return Verdict::Silent;
    };
    if let Some(fault) = fault(case, answer) {
        return Verdict::Absurd(fault);
    }
    let text = bare(answer);
    let wanted = case
        .wants
        .iter()
        .all(|row| row.iter().any(|one| text.contains(one.as_str())));
    if wanted && !case.avoids.iter().any(|one| text.contains(one.as_str())) {
        Verdict::Well
    } else {
        Verdict::Other
    }
}

/// What is wrong with an answer whatever was wanted.
fn fault(case: &Case, answer: &str) -> Option<String> {
    let before = unbalanced(&format!("{}{}", case.above, case.below), &case.file);
    let after = unbalanced(&format!("{}{answer}{}", case.above, case.below), &case.file);
    if after > before {
        return Some(format!(
            "leaves {after} brackets unbalanced instead of {before}"
        ));
    }
    repetition(case, answer).or_else(|| undefined(case, answer))
}

/// A line of an answer that stands right above, right below or in the answer itself.
fn repetition(case: &Case, answer: &str) -> Option<String> {
    let (start, rest) = (
        case.above.rsplit('\n').next()?,
        case.below.split('\n').next()?,
    );
    let whole = format!("{start}{answer}{rest}");
    let telling = |line: &&str| line.len() > 3;
    let lines: Vec<&str> = whole.lines().map(str::trim).filter(telling).collect();
    let above = case.above.rsplit_once('\n').map_or("", |(above, _)| above);
    let below = case.below.split_once('\n').map_or("", |(_, below)| below);
    let last = above.lines().map(str::trim).rfind(telling);
    let next = below.lines().map(str::trim).find(|line| !line.is_empty());
    let fresh = |line: &str| !start.trim().is_empty() && line.starts_with(start.trim());
    let mut seen = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        let twice = !seen.insert(*line);
        let again = at == 0 && last == Some(line) && !fresh(line);
        let ahead = at + 1 == lines.len() && next == Some(line);
        if twice || again || ahead {
            return Some(format!("repeats `{line}`"));
        }
    }
    None
}

/// How many brackets have no partner, strings and comments left out.
fn unbalanced(text: &str, file: &str) -> usize {
    let mut open = Vec::new();
    let mut alone = 0;
    for token in tokens(text, file) {
        match token.as_str() {
            "(" => open.push(")"),
            "[" => open.push("]"),
            "{" => open.push("}"),
            ")" | "]" | "}" => {
                if open.last() == Some(&token.as_str()) {
                    open.pop();
                } else {
                    alone += 1;
                }
            }
            _ => {}
        }
    }
    alone + open.len()
}

/// A name of an answer that nothing defines.
fn undefined(case: &Case, answer: &str) -> Option<String> {
    let mut known: BTreeSet<String> =
        tokens(&format!("{}\n{}", case.above, case.below), &case.file)
            .into_iter()
            .collect();
    // Go imports by path and calls by its end.
    if case.file.rsplit('.').next() == Some("go") {
        let paths = case.above.split('"').skip(1).step_by(2);
        known.extend(paths.filter_map(|path| path.rsplit('/').next().map(str::to_owned)));
    }
    // What stands in strings or in a path is no name.
    let prefix = case.above.rsplit('\n').next().unwrap_or("");
    let tokens = tokens(&format!("{prefix}{answer}"), &case.file);
    // A comprehension uses its name before it gives it.
    let given = tokens.windows(2).filter(|two| two[0] == "for");
    let mut defined: BTreeSet<&str> = given.map(|two| two[1].as_str()).collect();
    for (at, token) in tokens.iter().enumerate() {
        let at_word = |steps: isize| {
            at.checked_add_signed(steps)
                .and_then(|at| tokens.get(at))
                .map_or("", String::as_str)
        };
        if !token.starts_with(|one: char| one.is_alphabetic() || one == '_') {
            continue;
        }
        let linked = matches!(at_word(-1), "." | "::" | "->" | "@" | "?." | ":" | "&.");
        let own = linked && matches!(at_word(-2), "self" | "this") && at_word(1) != "(";
        let made = matches!(at_word(1), "=" | ":=" | ":" | "=>" | "|" | "in" | "of")
            || matches!(
                at_word(-1),
                "let"
                    | "const"
                    | "var"
                    | "mut"
                    | "as"
                    | "for"
                    | "|"
                    | "int"
                    | "auto"
                    | "def"
                    | "fn"
                    | "func"
                    | "function"
            )
            || (matches!(at_word(-1), "," | "(")
                && tokens
                    .iter()
                    .skip(at)
                    .any(|one| matches!(one.as_str(), ":=" | "=>")));
        if made {
            defined.insert(token);
        }
        let macros = case.file.rsplit('.').next() == Some("rs") && at_word(1) == "!";
        let plain = (!linked || own) && !macros;
        let found = known.contains(token)
            || defined.contains(token.as_str())
            || GIVEN.contains(&token.as_str());
        if plain && !found {
            return Some(format!("uses `{token}`, which nothing defines"));
        }
    }
    None
}

/// Words, operators and brackets; strings come as one quote.
fn tokens(text: &str, file: &str) -> Vec<String> {
    let ending = file.rsplit('.').next().unwrap_or("");
    let hash = matches!(ending, "py" | "rb");
    let all: Vec<char> = text.chars().collect();
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(one) = all.get(at).copied() {
        let next = all.get(at + 1).copied().unwrap_or(' ');
        let line_end = || {
            all.iter()
                .skip(at)
                .position(|one| *one == '\n')
                .map_or(all.len(), |length| at + length)
        };
        let word = |one: char| one.is_alphanumeric() || one == '_' || one == '$';
        if one.is_whitespace() {
            at += 1;
        } else if (hash && one == '#') || (!hash && one == '/' && next == '/') {
            at = line_end();
        } else if one == '"' || one == '`' || (one == '\'' && ending != "rs") {
            let mut end = at + 1;
            while all
                .get(end)
                .is_some_and(|now| *now != one && (one == '`' || *now != '\n'))
            {
                end += if all.get(end) == Some(&'\\') { 2 } else { 1 };
            }
            found.push(one.to_string());
            at = end + 1;
        } else if word(one) {
            let length = all.iter().skip(at).take_while(|one| word(**one)).count();
            let quoted = matches!(all.get(at + length), Some('"' | '\''));
            if ending == "py" && length == 1 && quoted {
                // The letter says what kind of string it is.
                at += 1;
                continue;
            }
            found.push(all.iter().skip(at).take(length).collect());
            at += length;
        } else {
            let pair: String = [one, next].iter().collect();
            let double = [
                "::", "->", "=>", ":=", "?.", "&.", "==", "!=", "<=", ">=", "+=", "-=",
            ]
            .contains(&pair.as_str());
            found.push(if double { pair } else { one.to_string() });
            at += if double { 2 } else { 1 };
        }
    }
    found
}

/// Names that languages bring along.
const GIVEN: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "assert",
    "break",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "self",
    "super",
    "abs",
    "all",
    "any",
    "bool",
    "dict",
    "enumerate",
    "float",
    "hasattr",
    "hash",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "open",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "type",
    "zip",
    "Exception",
    "IndexError",
    "KeyError",
    "NotImplementedError",
    "TypeError",
    "ValueError",
    "NotImplemented",
    "const",
    "let",
    "var",
    "new",
    "this",
    "null",
    "undefined",
    "true",
    "false",
    "throw",
    "Error",
    "console",
    "typeof",
    "instanceof",
    "function",
    "async",
    "await",
    "switch",
    "case",
    "default",
    "do",
    "of",
    "void",
    "number",
    "string",
    "boolean",
    "Math",
    "Number",
    "String",
    "Object",
    "Array",
    "JSON",
    "Map",
    "Set",
    "Promise",
    "require",
    "module",
    "nil",
    "err",
    "error",
    "make",
    "append",
    "func",
    "struct",
    "interface",
    "go",
    "defer",
    "chan",
    "select",
    "byte",
    "panic",
    "double",
    "char",
    "long",
    "Integer",
    "System",
    "IllegalArgumentException",
    "Objects",
    "static",
    "final",
    "public",
    "private",
    "sizeof",
    "NULL",
    "nullptr",
    "std",
    "auto",
    "malloc",
    "free",
    "printf",
    "end",
    "puts",
    "then",
    "unless",
    "each",
    "do",
    "Self",
    "Some",
    "Ok",
    "Err",
    "Vec",
    "vec",
    "Box",
    "Option",
    "use",
    "mut",
];
