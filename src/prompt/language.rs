//! The language of a file, from its name alone. Asked by intent detection and the payloads.
//!
//! The extension is compared case-sensitively, and a file without one belongs to no language: what is taken for a
//! comment there is decided by a rule of its own.

use std::{collections::HashMap, fmt, sync::LazyLock};

/// What begins a comment that takes up a whole line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comment {
    /// A marker that the line starts with.
    Marker(&'static str),
    /// An apostrophe, or `REM` in capitals.
    VbScript,
    /// The language has no such comment.
    None,
    /// No language is known: `//` at the start, `#` or `--` anywhere.
    Unknown,
}

/// A programming language.
#[derive(PartialEq, Eq)]
pub struct Language {
    /// The name that gateways know; empty if the language is unknown.
    pub name: &'static str,
    /// Its comments.
    pub comment: Comment,
    extensions: &'static [&'static str],
}

static UNKNOWN: Language = Language::new("", Comment::Unknown, &[]);

static LANGUAGES: &[Language] = &[
    Language::slashes("C", &["c"]),
    Language::slashes("C++", &["cc", "cpp", "cxx", "hpp", "hh"]),
    Language::slashes("C#", &["cs", "csx"]),
    Language::marked("Clojure", ";", &["clj", "cljs", "cljc", "edn"]),
    Language::slashes("Dart", &["dart"]),
    Language::marked("Elixir", "#", &["ex", "exs"]),
    Language::marked("Erlang", "%", &["erl", "hrl"]),
    Language::marked("Fortran", "!", &["f", "f90", "f95", "f03", "f08"]),
    Language::slashes("Go", &["go"]),
    Language::marked("SQL", "--", &["sql", "ddl", "dml"]),
    Language::slashes("Groovy", &["groovy", "gvy", "gy", "gsh"]),
    Language::marked("Haskell", "--", &["hs", "lhs"]),
    Language::marked("HTML", "!--", &["html", "htm", "xhtml"]),
    Language::slashes("Java", &["java"]),
    Language::slashes("JavaScript", &["js", "mjs", "cjs", "jsx", "vue"]),
    Language::slashes("Kotlin", &["kt", "kts", "ktm"]),
    Language::marked("Lean", "--", &["lean", "hlean"]),
    Language::slashes("Objective-C", &["m", "mm"]),
    Language::new("OCaml", Comment::None, &["ml", "mli"]),
    Language::marked("Perl", "#", &["pl", "pm", "pod", "t"]),
    Language::slashes(
        "PHP",
        &["php", "phtml", "php3", "php4", "php5", "php7", "phps"],
    ),
    Language::marked("Python", "#", &["py", "ipynb", "pyw", "pyc", "pyo"]),
    Language::marked("Ruby", "#", &["rb", "erb", "rake"]),
    Language::slashes("Rust", &["rs", "toml"]),
    Language::slashes("Scala", &["scala", "sc", "sbt"]),
    Language::marked("Shell", "#", &["sh", "bash", "zsh", "ksh", "fish"]),
    Language::slashes("Solidity", &["sol"]),
    Language::slashes("Swift", &["swift"]),
    Language::slashes("TypeScript", &["ts", "tsx"]),
    Language::new("VBScript", Comment::VbScript, &["vb", "vbs"]),
    Language::slashes("Verilog", &["v", "sv", "svh"]),
];

/// Each language under each of its extensions: every completion asks.
static BY_EXTENSION: LazyLock<HashMap<&str, &Language>> = LazyLock::new(|| {
    let of = |language: &'static Language| {
        let extensions = language.extensions.iter();
        extensions.map(move |extension| (*extension, language))
    };
    LANGUAGES.iter().flat_map(of).collect()
});

/// The language of a file of this name or path.
#[must_use]
pub fn of(file_name: &str) -> &'static Language {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    match base.rsplit_once('.') {
        None | Some(("", _)) => &UNKNOWN,
        Some((_, extension)) => BY_EXTENSION.get(extension).unwrap_or(&&UNKNOWN),
    }
}

// === impl Language ===

impl Language {
    const fn new(
        name: &'static str,
        comment: Comment,
        extensions: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            comment,
            extensions,
        }
    }

    const fn marked(
        name: &'static str,
        marker: &'static str,
        extensions: &'static [&'static str],
    ) -> Self {
        Self::new(name, Comment::Marker(marker), extensions)
    }

    const fn slashes(name: &'static str, extensions: &'static [&'static str]) -> Self {
        Self::marked(name, "//", extensions)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({:?})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides() {
        for (file_name, name) in [
            ("a.py", "Python"),
            ("src/deep/a.rs", "Rust"),
            (r"C:\src\a.cs", "C#"),
            ("Cargo.toml", "Rust"),
            ("a.test.tsx", "TypeScript"),
            ("a.h", ""),
            ("A.PY", ""),
            ("a.Py", ""),
            ("Makefile", ""),
            (".bashrc", ""),
            (".rb", ""),
            ("dir/.rb", ""),
            ("dir.py/name", ""),
            (r"dir.py\name", ""),
            ("a.", ""),
            ("a.rb.", ""),
            (".a.rb", "Ruby"),
            ("", ""),
            ("a.rb/", ""),
            ("a.php5", "PHP"),
            ("a.sv", "Verilog"),
            ("a.vbs", "VBScript"),
        ] {
            assert_eq!(of(file_name).name, name, "{file_name}");
        }
    }

    #[test]
    fn no_extension_belongs_to_two_languages() {
        let mut extensions: Vec<_> = LANGUAGES
            .iter()
            .flat_map(|language| language.extensions)
            .collect();
        let count = extensions.len();
        extensions.sort_unstable();
        extensions.dedup();
        assert_eq!((extensions.len(), count), (88, 88));
    }
}
