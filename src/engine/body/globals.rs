//! Lists the values that a script keeps beside its functions: `todos = []`, `const users = new Map()`.
//!
//! Called for functions without an object. The decision: what a file keeps at its top is to its functions what members are
//! to methods, so the same shapes are filled with it, and only what the language lets a function change is changed.

use super::super::language::{Family, Language};
use super::super::lexer::is_word;
use super::super::words::stems;
use super::fill::Line;
use super::locals::singular;
use super::members::{Member, Value, of_type};

/// The receiver that stands for the file itself, whose values are reached by their bare names.
pub(crate) const FILE: &str = "";

/// A value that a file keeps.
pub(crate) struct Global<'a> {
    /// What it is to a body.
    pub(crate) member: Member<'a>,
    /// Whether a function may give it another value.
    free: bool,
    /// Whether its elements are tables of keys, whose values no dot reaches.
    of_tables: bool,
}

/// The values that the top level of some texts keeps.
pub(crate) fn globals<'a>(texts: [&'a str; 2], language: Language) -> Vec<Global<'a>> {
    let mut found: Vec<Global<'a>> = Vec::new();
    let mut lines = texts.into_iter().flat_map(str::lines).peekable();
    while let Some(line) = lines.next() {
        let Some(mut global) = global(line, language.family) else {
            continue;
        };
        let next = lines.peek().map_or("", |next| next.trim_start());
        global.of_tables = language.family == Family::Python
            && (line.contains("[{") || (line.ends_with('[') && next.starts_with('{')));
        let same = |other: &Global<'_>| other.member.name == global.member.name;
        if !found.iter().any(same) && found.len() < 12 {
            found.push(global);
        }
    }
    found
}

/// Whether a body gives a value of the file another value though it may not.
pub(crate) fn rebinds(globals: &[Global<'_>], lines: &[Line]) -> bool {
    let gives = |line: &str, name: &str| {
        let rest = line.strip_prefix(name).unwrap_or("");
        let signs = [" = ", " += ", " -= ", " *= ", " /= ", "++", "--"];
        signs.iter().any(|sign| rest.starts_with(sign))
    };
    let fixed = globals.iter().filter(|global| !global.free);
    let mut names = fixed.map(|global| global.member.name);
    names.any(|name| lines.iter().any(|(_, line)| gives(line, name)))
}

/// Whether a body reaches by a dot for what is kept under a key.
pub(crate) fn reads_keys_by_dot(globals: &[Global<'_>], lines: &[Line]) -> bool {
    let mut tables = globals.iter().filter(|global| global.of_tables);
    tables.any(|global| {
        let one = singular(global.member.name).unwrap_or_default();
        let part = format!("{one}.");
        let item = |line: &str| line.contains(&part) || line.contains("item.");
        !one.is_empty() && lines.iter().any(|(_, line)| item(line))
    })
}

fn global(line: &str, family: Family) -> Option<Global<'_>> {
    let line = line.trim_end().trim_end_matches(';');
    let (rest, free) = match family {
        Family::Python => (line, false),
        Family::Script => {
            let line = line.strip_prefix("export ").unwrap_or(line);
            let fixed = line.strip_prefix("const ");
            let loose = || line.strip_prefix("let ").or(line.strip_prefix("var "));
            (fixed.or_else(loose)?, fixed.is_none())
        }
        Family::Go => (line.strip_prefix("var ")?, true),
        _ => return None,
    };
    let end = rest.find(|one: char| !is_word(one))?;
    let (name, rest) = rest.split_at(end);
    let told = name.starts_with(|one: char| one.is_ascii_lowercase() || one == '_');
    let value = if family == Family::Go {
        rest.split_once('=').map_or(rest, |(_, value)| value)
    } else {
        rest.split_once('=')
            .filter(|(_, value)| !value.starts_with(['=', '>']))?
            .1
    };
    let value = kind(value.trim_start(), family);
    // Numbers of a script that nothing may change are settings, not what its functions work on.
    let kept = match value {
        Value::Unknown | Value::Text => false,
        Value::Number | Value::Truth => free,
        _ => true,
    };
    (told && kept).then(|| Global {
        member: Member {
            name,
            stems: stems(name),
            uses: 1,
            value,
        },
        free,
        of_tables: false,
    })
}

/// What kind of value a text begins.
fn kind(text: &str, family: Family) -> Value {
    let end = text.find(|one: char| !is_word(one)).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    match (word, text.chars().next()) {
        ("new", _) => {
            let made = rest.trim_start();
            match made.get(..3) {
                Some("Map") => Value::Map,
                Some("Set") => Value::Collection,
                _ => Value::Unknown,
            }
        }
        ("", Some('[')) => Value::List,
        ("", Some('{')) if family == Family::Python => Value::Map,
        ("", Some('{')) => Value::Collection,
        ("set", _) if rest.starts_with('(') => Value::Collection,
        ("list" | "dict" | "deque" | "defaultdict", _) if rest.starts_with('(') => of_type(word),
        ("map", _) if rest.starts_with('[') => Value::Map,
        ("int" | "float64" | "bool", _) if family == Family::Go => of_type(word),
        ("true" | "false" | "True" | "False", _) if rest.trim().is_empty() => Value::Truth,
        (number, Some('0'..='9'))
            if !number.is_empty() && rest.trim_matches(['.', '0']).is_empty() =>
        {
            Value::Number
        }
        _ => Value::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_at_the_top_are_found() {
        for (file, text, wanted) in [
            (
                "a.py",
                "todos = []\nstock = {}\nLIMIT = 3\nn = 0\n",
                "todos stock",
            ),
            ("a.py", "class A:\n    items = []\n", ""),
            (
                "a.js",
                "const notes = [];\nlet count = 0;\nconst rate = 2;\n",
                "notes count",
            ),
            (
                "a.ts",
                "const users: User[] = [];\nconst f = () => 1;\n",
                "users",
            ),
            (
                "a.go",
                "var users = map[string]int{}\nvar all []int\n",
                "users all",
            ),
            ("a.rs", "const LIST: [u8; 1] = [1];\n", ""),
        ] {
            let found = globals([text, ""], Language::of(file));
            let names: Vec<&str> = found.iter().map(|one| one.member.name).collect();
            assert_eq!(names.join(" "), wanted, "{text}");
        }
    }

    #[test]
    fn only_what_may_change_is_changed() {
        let found = globals(["todos = []\n", ""], Language::of("a.py"));
        let line = |text: &str| vec![(0, text.to_owned())];
        assert!(rebinds(&found, &line("todos = []")));
        assert!(!rebinds(&found, &line("todos.append(todo)")));
        let found = globals(
            ["pupils = [\n    {\"id\": 1},\n]\n", ""],
            Language::of("a.py"),
        );
        assert!(reads_keys_by_dot(&found, &line("if pupil.id == 1:")));
        assert!(!reads_keys_by_dot(&found, &line("pupils.append(pupil)")));
        let found = globals(["let count = 0;\n", ""], Language::of("a.js"));
        assert!(!rebinds(&found, &line("count++;")));
    }
}
