//! Words that counts are kept under: editors and languages come from fixed sets, whatever clients send.

use std::{cell::RefCell, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::{prompt::gateway_language, store::OTHER};

/// A piece of what editors call themselves, and the name under which each is counted. Where two begin at one place, the first
/// decides.
const EDITORS: &[(&str, &str)] = &[
    ("web ide", "web-ide"),
    ("web-ide", "web-ide"),
    ("visual studio code", "vscode"),
    ("vscode", "vscode"),
    ("vscodium", "vscode"),
    ("cursor", "vscode"),
    ("windsurf", "vscode"),
    ("visual studio", "visual-studio"),
    ("jetbrains", "jetbrains"),
    ("intellij", "jetbrains"),
    ("pycharm", "jetbrains"),
    ("webstorm", "jetbrains"),
    ("phpstorm", "jetbrains"),
    ("goland", "jetbrains"),
    ("rubymine", "jetbrains"),
    ("clion", "jetbrains"),
    ("rider", "jetbrains"),
    ("rustrover", "jetbrains"),
    ("datagrip", "jetbrains"),
    ("dataspell", "jetbrains"),
    ("android studio", "jetbrains"),
    ("neovim", "neovim"),
    ("nvim", "neovim"),
    ("eclipse", "eclipse"),
];

/// All pieces at once: this is on the way of every completion.
static PIECES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .ascii_case_insensitive(true)
        .build(EDITORS.iter().map(|(piece, _)| piece))
        .ok()
});

/// Names that editors have for languages, and the gateway's names for them.
const LANGUAGES: &[(&str, &str)] = &[
    ("typescript", "ts"),
    ("typescriptreact", "ts"),
    ("javascript", "js"),
    ("javascriptreact", "js"),
    ("shellscript", "bash"),
    ("objective-c", "objc"),
    ("objective-cpp", "objc"),
    ("terragrunt", "hcl"),
];

/// Longest text that is looked at.
const LONGEST: usize = 256;

/// The editor that calls itself so, such as in `User-Agent`.
pub fn editor(text: &str) -> &'static str {
    LAST.with_borrow_mut(|(last, editor)| {
        if last != text {
            *editor = find(text);
            last.clear();
            last.push_str(text);
        }
        *editor
    })
}

thread_local! {
    /// The text that was asked about last, and its answer: most clients are of few kinds.
    static LAST: RefCell<(String, &'static str)> = const { RefCell::new((String::new(), OTHER)) };
}

fn find(text: &str) -> &'static str {
    let text = &text.as_bytes()[..text.len().min(LONGEST)];
    let found = PIECES.as_ref().and_then(|pieces| pieces.find(text));
    found.map_or(OTHER, |found| EDITORS[found.pattern().as_usize()].1)
}

/// The language of that name.
pub fn language(name: &str) -> &'static str {
    let known = LANGUAGES.iter().find(|(alias, _)| *alias == name);
    let name = known.map_or(name, |(_, name)| name);
    gateway_language::known(name).unwrap_or(OTHER)
}

/// The language of a file.
pub fn language_of(file_name: &str) -> &'static str {
    match gateway_language::of(file_name) {
        "" => OTHER,
        language => language,
    }
}

/// Whether a text can be a model's name. What cannot is counted as another model.
pub(super) fn is_model(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@+".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_known_by_what_they_call_themselves() {
        for (text, name) in [
            (
                "gitlab-language-server:8.54.0 (Visual Studio Code:1.99.0)",
                "vscode",
            ),
            (
                "gitlab-language-server:8.54.0 (Visual Studio:17.1)",
                "visual-studio",
            ),
            (
                "gitlab-language-server:8.54.0 (IntelliJ IDEA:2025.1)",
                "jetbrains",
            ),
            ("PyCharm", "jetbrains"),
            ("gitlab-language-server:8.54.0 (Neovim:0.11.0)", "neovim"),
            ("gitlab-language-server:8.54.0 (Eclipse:4.33)", "eclipse"),
            (
                "gitlab-language-server:8.54.0 (GitLab Web IDE:1)",
                "web-ide",
            ),
            ("gitlab-language-server:8.54.0 (missing client info)", OTHER),
            ("curl/8.5.0", OTHER),
            ("", OTHER),
        ] {
            assert_eq!(editor(text), name, "{text}");
        }
        assert_eq!(editor(&"é".repeat(200)), OTHER);
    }

    #[test]
    fn languages_are_the_gateways() {
        for (name, known) in [
            ("python", "python"),
            ("ts", "ts"),
            ("typescriptreact", "ts"),
            ("shellscript", "bash"),
            ("Python", OTHER),
            ("", OTHER),
            ("x y", OTHER),
        ] {
            assert_eq!(language(name), known, "{name}");
        }
        assert_eq!(
            (language_of("a.rs"), language_of("Makefile")),
            ("rust", OTHER)
        );
    }

    #[test]
    fn names_of_models_are_short_and_plain() {
        assert!(is_model("codestral-2508") && is_model("Qwen/Qwen2.5-Coder:0.5b"));
        for name in ["", "a b", "<script>", "é", "a,b", "a\n", &"x".repeat(65)] {
            assert!(!is_model(name), "{name}");
        }
    }
}
