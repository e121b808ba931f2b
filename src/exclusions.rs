//! Which files of a project are kept from suggestions: rules in the language of `.gitignore` files, set by an administrator for
//! projects and groups. Called by the handlers of completions and by the command that sets rules; editors get the rules too, and
//! read them without regard to case, which is why they are read so here.
//!
//! A name that is relative stands in the project's root. Editors name open files by their whole path, in which the root is
//! nowhere marked: such a name is excluded if it would be for any root, since keeping too much back is the smaller harm.

use std::{borrow::Cow, path::Path};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use percent_encoding::percent_decode_str;

/// Most rules of one project or group.
pub const MOST_RULES: usize = 200;

/// Longest rule in bytes.
pub const LONGEST_RULE: usize = 500;

/// Folders above a file; what lies deeper is excluded unseen, so that a name costs little however it is made.
const DEEPEST: usize = 64;

/// Why a rule cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{rule}' is no exclusion rule: {reason}")]
pub struct RuleError {
    rule: String,
    reason: String,
}

/// The rules of a project, ready to be asked. A rule that comes later wins.
#[derive(Debug)]
pub struct Exclusions {
    rules: Vec<String>,
    rooted: Gitignore,
    anywhere: Gitignore,
}

/// A file's path in its one spelling.
struct Spelled {
    path: String,
    /// Whether the path begins at the root of the project.
    rooted: bool,
}

/// Checks one rule.
pub fn check(rule: &str) -> Result<(), RuleError> {
    let refused = |reason: &str| RuleError {
        rule: rule.to_owned(),
        reason: reason.to_owned(),
    };
    if rule.trim().is_empty() || rule.starts_with('#') {
        return Err(refused("it is empty or a comment"));
    }
    if rule.len() > LONGEST_RULE || rule.contains(char::is_control) {
        return Err(refused("it is too long or has control characters in it"));
    }
    builder()
        .add_line(None, rule)
        .map(drop)
        .map_err(|error| refused(&error.to_string()))
}

// === impl Exclusions ===

impl Exclusions {
    /// The rules in their order, outer groups first; `None` when there are none.
    pub fn compile(rules: Vec<String>) -> Option<Self> {
        if rules.is_empty() {
            return None;
        }
        let rooted = matcher(rules.iter().map(|rule| Cow::from(rule.as_str())));
        let anywhere = matcher(rules.iter().filter_map(|rule| unanchored(rule)));
        Some(Self {
            rules,
            rooted,
            anywhere,
        })
    }

    /// The rules as they were written.
    pub fn rules(&self) -> &[String] {
        &self.rules
    }

    /// Whether a file is excluded, whatever way its name is spelled: as a path or a URI, with `.` and `..` in it.
    pub fn excludes(&self, name: &str) -> bool {
        let decoded = percent_decode_str(name).decode_utf8_lossy();
        self.excludes_path(name) || (decoded != name && self.excludes_path(&decoded))
    }

    fn excludes_path(&self, name: &str) -> bool {
        let Spelled { path, rooted } = Spelled::of(name);
        if path.is_empty() {
            return false;
        }
        let rules = if rooted { &self.rooted } else { &self.anywhere };
        let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        let ignored = |path: &str, folder| rules.matched(Path::new(path), folder).is_ignore();
        // A file in an excluded folder cannot be included again, which is why folders are asked from the outside in.
        path.matches('/').count() > DEEPEST
            || folders.any(|folder| ignored(folder, true))
            || ignored(&path, false)
    }
}

// === impl Spelled ===

impl Spelled {
    fn of(name: &str) -> Self {
        let name = name.replace('\\', "/");
        let (path, mut rooted) = match below_root(&name) {
            Some(path) => (path, false),
            None => (name.as_str(), true),
        };
        let mut segments: Vec<&str> = Vec::new();
        for segment in path.split('/') {
            match segment {
                "" | "." => {}
                // What leads out of the root leads to a place of which the root is unknown.
                ".." => rooted &= segments.pop().is_some(),
                segment => segments.push(segment),
            }
        }
        Self {
            path: segments.join("/"),
            rooted,
        }
    }
}

/// The part of an absolute path or URI below its root; `None` for what is neither.
fn below_root(name: &str) -> Option<&str> {
    let Some((scheme, rest)) = name.split_once(":/") else {
        return name.strip_prefix('/');
    };
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if scheme.is_empty() || !scheme.bytes().all(is_scheme) {
        return name.strip_prefix('/');
    }
    // Behind two slashes stands a host, which is no part of the path.
    match rest.strip_prefix('/') {
        Some(rest) => Some(rest.split_once('/').map_or("", |(_, path)| path)),
        None => Some(rest),
    }
}

/// A rule that holds below any folder. Exceptions that hold at one place only are left out: of a path whose root is unknown
/// nobody can tell whether it is that place.
fn unanchored(rule: &str) -> Option<Cow<'_, str>> {
    let inner = rule.trim_end().trim_end_matches('/');
    match (inner.contains('/'), rule.starts_with('!')) {
        (false, _) => Some(rule.into()),
        (true, true) => None,
        (true, false) => Some(format!("**/{}", rule.trim_start_matches('/')).into()),
    }
}

/// Case plays no part, and braces hold alternatives: more is kept back than git would, which editors and GitLab agree with or
/// leave to this server.
fn builder() -> GitignoreBuilder {
    let mut builder = GitignoreBuilder::new("");
    // Fails for rules that have been added before alone.
    let _without_case = builder.case_insensitive(true);
    builder
}

fn matcher<'a>(rules: impl Iterator<Item = Cow<'a, str>>) -> Gitignore {
    let mut builder = builder();
    for rule in rules {
        // Rules are checked before they are kept; one that cannot be read now was not written by this program.
        if builder.add_line(None, &rule).is_err() {
            tracing::error!("an exclusion rule in the database cannot be read");
        }
    }
    builder.build().unwrap_or_else(|_| {
        tracing::error!("exclusion rules are too many to be used");
        Gitignore::empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rules: &[&str]) -> Exclusions {
        for rule in rules {
            check(rule).unwrap();
        }
        Exclusions::compile(rules.iter().map(|rule| (*rule).to_owned()).collect()).unwrap()
    }

    #[track_caller]
    fn judges(exclusions: &Exclusions, excluded: &[&str], included: &[&str]) {
        for name in excluded {
            assert!(exclusions.excludes(name), "{name} is let through");
        }
        for name in included {
            assert!(!exclusions.excludes(name), "{name} is kept back");
        }
    }

    #[test]
    fn rules_are_those_of_gitignore() {
        let exclusions = rules(&[
            "*.env",
            "!example.env",
            "secrets/",
            "/build",
            "docs/**/*.key",
        ]);
        judges(
            &exclusions,
            &[
                ".env",
                "a/b/prod.env",
                "secrets/a.py",
                "lib/secrets/a/b.py",
                "build",
                "build/a.py",
                "docs/a/b.key",
            ],
            &[
                "example.env",
                "a/example.env",
                "secrets",
                "secrets.py",
                "src/build/a.py",
                "a.key",
                "",
                ".",
            ],
        );
    }

    #[test]
    fn an_excluded_folder_lets_no_file_out() {
        let exclusions = rules(&[
            "secrets/",
            "!secrets/public.txt",
            "/*",
            "!/src/",
            "*.pem",
            "!a.pem",
            "a.pem",
        ]);
        judges(
            &exclusions,
            &[
                "secrets/public.txt",
                "README.md",
                "src/secrets/public.txt",
                "src/a.pem",
            ],
            &["src/main.rs"],
        );
    }

    #[test]
    fn case_plays_no_part_and_braces_hold_alternatives() {
        let exclusions = rules(&["*.{pem,Key}", "Secrets/", "!Public.pem"]);
        judges(
            &exclusions,
            &[
                "a.pem",
                "a.PEM",
                "x/b.key",
                "secrets/a.py",
                "lib/SECRETS/a.py",
            ],
            &["a.pub", "public.PEM", "x/PUBLIC.pem", "secrets.py"],
        );
    }

    #[test]
    fn no_spelling_slips_through() {
        let exclusions = rules(&["/config/secret.yml", "*.pem"]);
        judges(
            &exclusions,
            &[
                "./config/secret.yml",
                "config//secret.yml",
                "a/../config/./secret.yml",
                "../config/secret.yml",
                "../../x/config/secret.yml",
                "config\\secret.yml",
                "config/secret%2Eyml",
                "config%2fsecret.yml",
                "%2e%2e/config/secret.yml",
                "/home/u/p/config/secret.yml",
                "/home/u/../u/p/config/secret.yml",
                "C:\\Users\\u\\p\\config\\secret.yml",
                "c:/p/config/secret.yml",
                "file:///home/u/p/config/secret.yml",
                "file:///c%3A/p/config/secret.yml",
                "file:/p/config/secret.yml",
                "vscode-remote://ssh-remote+host/p/config/secret.yml",
                "file:///home/u/p/%6bey.pem",
                "key.pem/",
            ],
            &[
                "config/secret.yml.txt",
                "src/config/secret.yml",
                "file:///home/u/p/config/other.yml",
                "file://key.pem",
            ],
        );
    }

    #[test]
    fn exceptions_hold_for_whole_paths_only_where_the_root_plays_no_part() {
        let exclusions = rules(&["*.env", "!example.env", "!/local.env"]);
        judges(
            &exclusions,
            &["file:///home/u/p/local.env", "sub/local.env"],
            &["file:///home/u/p/example.env", "local.env"],
        );
    }

    #[test]
    fn what_lies_too_deep_is_excluded_unseen() {
        let exclusions = rules(&["*.pem"]);
        judges(&exclusions, &[&"a/".repeat(127)], &[&"a/".repeat(60)]);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let long = "x".repeat(LONGEST_RULE + 1);
        for rule in ["", "  ", "# comment", "a\nb", "a\0", "{a", "[z-a]", &long] {
            assert!(check(rule).is_err(), "{rule}");
        }
        assert!(Exclusions::compile(Vec::new()).is_none());
    }

    proptest::proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn any_name_gets_an_answer(name: String) {
            let exclusions = rules(&["*.pem", "/a/**/b", "!c"]);
            exclusions.excludes(&name);
            let plain = name.replace(['/', '\\', '%', ':'], "");
            let spelled = format!("./x/../{plain}.pem");
            proptest::prop_assert!(exclusions.excludes(&spelled), "{}", spelled);
        }
    }
}
