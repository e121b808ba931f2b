//! What the engine must know of a programming language before it reads a file: comment marks, strings, blocks.
//!
//! Called by the lexer and by whatever renders text. Everything else about a language is learned, so that a language
//! without an entry here still works from the text alone.

/// How a language closes a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// A colon opens, a dedent closes.
    Colon,
    /// Braces on both sides.
    Brace,
    /// A keyword opens, `end` closes.
    End,
}

/// A group of languages that share surface syntax, and with it the learned tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    /// Python and its dialects.
    Python,
    /// Rust.
    Rust,
    /// JavaScript and TypeScript with their component files.
    Script,
    /// Go.
    Go,
    /// Java, Kotlin, C#, Scala, Swift, PHP and others with classes in braces.
    Java,
    /// C, C++ and their headers.
    C,
    /// Ruby and others closed by `end`.
    Ruby,
    /// Anything else.
    Other,
}

/// The facts of one language.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent fact of a language"
)]
pub(crate) struct Language {
    /// Which learned tables apply.
    pub(crate) family: Family,
    /// How blocks close.
    pub(crate) block: Block,
    /// What starts a comment that ends with its line.
    pub(crate) line_comment: &'static [&'static str],
    /// Whether `/*` and `*/` enclose comments.
    pub(crate) block_comment: bool,
    /// Whether tripled quotes hold text over several lines.
    pub(crate) triple: bool,
    /// Whether a backtick holds text over several lines.
    pub(crate) backtick: bool,
    /// Whether a single quote may stand alone, as a lifetime does.
    pub(crate) lone_quote: bool,
    /// Whether it is C, which has nothing of C++; a header is taken for one of C.
    pub(crate) plain_c: bool,
    /// The indent used where the file shows none.
    pub(crate) indent: &'static str,
}

impl Family {
    /// Every family, in the order of the learned tables.
    pub(crate) const ALL: [Self; 8] = [
        Self::Python,
        Self::Rust,
        Self::Script,
        Self::Go,
        Self::Java,
        Self::C,
        Self::Ruby,
        Self::Other,
    ];

    /// The row of the family in the learned tables.
    pub(crate) fn index(self) -> usize {
        Self::ALL
            .iter()
            .position(|other| *other == self)
            .unwrap_or(Self::ALL.len() - 1)
    }
}

impl Language {
    /// The language of a file, by the ending of its name.
    pub(crate) fn of(file_name: &str) -> Self {
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let ending = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
        match ending.as_str() {
            "py" | "pyi" | "pyw" | "pyx" | "bzl" | "star" => Self::python(),
            "rb" | "rake" | "gemspec" | "ru" | "cr" | "gemfile" | "rakefile" => Self::ruby("  "),
            "lua" => Self {
                line_comment: &["--"],
                ..Self::ruby("  ")
            },
            "ex" | "exs" | "jl" => Self {
                triple: true,
                ..Self::ruby("  ")
            },
            "rs" => Self {
                lone_quote: true,
                ..Self::braces(Family::Rust, "    ")
            },
            "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts" | "vue" | "svelte" => {
                Self {
                    backtick: true,
                    ..Self::braces(Family::Script, "  ")
                }
            }
            "go" => Self {
                backtick: true,
                ..Self::braces(Family::Go, "\t")
            },
            "java" | "kt" | "kts" | "cs" | "scala" | "swift" | "dart" | "groovy" | "gradle" => {
                Self::braces(Family::Java, "    ")
            }
            "php" => Self {
                line_comment: &["//", "#"],
                ..Self::braces(Family::Java, "    ")
            },
            "c" | "h" => Self {
                plain_c: true,
                ..Self::braces(Family::C, "    ")
            },
            "cc" | "cpp" | "cxx" | "hpp" | "hh" | "hxx" | "m" | "mm" | "cu" | "inl" => {
                Self::braces(Family::C, "    ")
            }
            "css" | "scss" | "less" | "json" | "zig" | "proto" => Self::braces(Family::Other, "  "),
            _ => Self::plain(),
        }
    }

    fn python() -> Self {
        Self {
            triple: true,
            ..Self::hashes(Family::Python, Block::Colon, "    ")
        }
    }

    fn ruby(indent: &'static str) -> Self {
        Self::hashes(Family::Ruby, Block::End, indent)
    }

    fn plain() -> Self {
        Self::hashes(Family::Other, Block::Brace, "    ")
    }

    const fn hashes(family: Family, block: Block, indent: &'static str) -> Self {
        Self {
            family,
            block,
            line_comment: &["#"],
            block_comment: false,
            triple: false,
            backtick: false,
            lone_quote: false,
            plain_c: false,
            indent,
        }
    }

    const fn braces(family: Family, indent: &'static str) -> Self {
        Self {
            family,
            block: Block::Brace,
            line_comment: &["//"],
            block_comment: true,
            triple: false,
            backtick: false,
            lone_quote: false,
            plain_c: false,
            indent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_follows_the_ending() {
        for (name, family) in [
            ("a/b/car.py", Family::Python),
            ("Main.java", Family::Java),
            ("x.tsx", Family::Script),
            ("README", Family::Other),
            ("", Family::Other),
            ("lib.RS", Family::Rust),
        ] {
            assert_eq!(Language::of(name).family, family, "{name}");
        }
    }
}
