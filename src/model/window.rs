//! What a model reads: the text around the cursor, then of other files what has most to do with it, within a budget of
//! characters. Called once for every question to a model server.
//!
//! Cuts fall between lines where there are any, and never inside a character. Blanks right above the cursor are taken out,
//! since some tokenizers write them a second time; the answer is freed of them instead.

use std::collections::HashSet;

use super::family::Guard;
use crate::{
    params::{ContextItem, Text},
    prompt::language::{self, Comment},
};

/// Most characters of another file whose words are looked at, and most files.
const LOOKED_AT: usize = 8_000;
const MOST_FILES: usize = 24;

/// Characters next to the cursor whose words say what matters.
const NEAR: usize = 2_000;

/// Fewer characters of another file are not worth the room.
const LEAST: usize = 64;

/// Part of another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextFile {
    /// Its name.
    pub name: String,
    /// Its text, cut to what there was room for.
    pub content: String,
}

/// Text for a model.
#[derive(Clone, PartialEq, Eq)]
pub struct Window {
    /// Name or path of the file.
    pub file_name: String,
    /// The text above the cursor, without blanks at its end.
    pub above: String,
    /// The blanks that were taken off there.
    pub blanks: String,
    /// The text below the cursor.
    pub below: String,
    /// Other files, the most relevant last, next to the text.
    pub context: Vec<ContextFile>,
}

// === impl Window ===

impl Window {
    /// The text around the cursor and of other files, in all at most `budget` characters.
    pub fn new(
        file_name: &str,
        (above, below): (&Text, &Text),
        context: &[ContextItem],
        budget: usize,
    ) -> Self {
        let quarter = budget / 4;
        let (all_above, all_below) = (above.chars().min(budget), below.chars().min(budget));
        let for_below = all_below.min(quarter.max(budget.saturating_sub(all_above)));
        let for_above = all_above.min(budget - for_below);
        let whole = above.decode_last(for_above);
        let is_cut = above.is_longer_than(for_above);
        let above = if is_cut {
            after_first_line(&whole)
        } else {
            &whole
        };
        let kept = above.trim_end_matches([' ', '\t']);
        let below_text = below.decode_first(for_below);
        let is_cut = below.is_longer_than(for_below);
        let below = if is_cut {
            before_last_line(&below_text)
        } else {
            &below_text
        };
        let mut window = Self {
            file_name: file_name.to_owned(),
            above: kept.to_owned(),
            blanks: above[kept.len()..].to_owned(),
            below: below.to_owned(),
            context: Vec::new(),
        };
        window.add_context(context, budget - for_above - for_below);
        window
    }

    /// A window without other files.
    #[cfg(test)]
    pub(super) fn plain(file_name: &str, above: &str, below: &str) -> Self {
        Self::new(file_name, (&above.into(), &below.into()), &[], 16_000)
    }

    /// The other files as comments of this file's language, for models that know no mark for files.
    pub fn as_comments(&self, guard: Guard) -> String {
        if self.context.is_empty() {
            return String::new();
        }
        let mark = match language::of(&self.file_name).comment {
            Comment::Marker(mark) if mark != "!--" => mark,
            Comment::Marker(_) | Comment::None => return String::new(),
            Comment::VbScript => "'",
            Comment::Unknown => "#",
        };
        let mut text = String::new();
        for file in &self.context {
            let (name, content) = (one_line(guard, &file.name), guard.neutral(&file.content));
            text.extend([mark, " ", &name, "\n", &content, "\n\n"]);
        }
        text.extend([mark, " ", &one_line(guard, &self.file_name), "\n"]);
        text
    }

    fn add_context(&mut self, items: &[ContextItem], mut budget: usize) {
        if budget < LEAST || items.is_empty() {
            return;
        }
        let near = format!(
            "{}\n{}",
            tail(&self.above, NEAR),
            head(&self.below, NEAR / 4)
        );
        let wanted = words(&near);
        let mut rated: Vec<(usize, ContextFile)> = items
            .iter()
            .take(MOST_FILES)
            .map(|item| {
                let content = item
                    .content
                    .decode_first(LOOKED_AT.min(budget))
                    .into_owned();
                let common = words(&content).intersection(&wanted).count();
                let name = item.name.decode().into_owned();
                (common, ContextFile { name, content })
            })
            .collect();
        // Stable: among equals the client's order counts.
        rated.sort_by_key(|(common, _)| std::cmp::Reverse(*common));
        for (_, mut file) in rated {
            let room = budget.saturating_sub(file.name.chars().count() + 8);
            if room < LEAST {
                break;
            }
            if file.content.chars().count() > room {
                let kept = before_last_line(head(&file.content, room)).len();
                file.content.truncate(kept);
            }
            if file.content.trim().is_empty() {
                continue;
            }
            budget = room.saturating_sub(file.content.chars().count());
            self.context.push(file);
        }
        self.context.reverse();
    }
}

/// Source code is not for logs: only sizes are shown.
impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window")
            .field("above", &self.above.len())
            .field("below", &self.below.len())
            .field("context", &self.context.len())
            .finish_non_exhaustive()
    }
}

/// Text from the first line that begins in it; all of it if none does in its first half.
fn after_first_line(text: &str) -> &str {
    match text.find('\n') {
        Some(end) if end < text.len() / 2 => &text[end + 1..],
        _ => text,
    }
}

/// Text up to the last line that ends in it; all of it if none does in its second half.
fn before_last_line(text: &str) -> &str {
    match text.rfind('\n') {
        Some(end) if end >= text.len() / 2 => &text[..=end],
        _ => text,
    }
}

fn head(text: &str, chars: usize) -> &str {
    text.char_indices()
        .nth(chars)
        .map_or(text, |(end, _)| &text[..end])
}

fn tail(text: &str, chars: usize) -> &str {
    if chars == 0 {
        return "";
    }
    text.char_indices()
        .nth_back(chars - 1)
        .map_or(text, |(begin, _)| &text[begin..])
}

/// Names of three letters and more.
fn words(text: &str) -> HashSet<&str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| word.len() > 2 && !word.starts_with(|first: char| first.is_ascii_digit()))
        .collect()
}

fn one_line(guard: Guard, text: &str) -> String {
    guard.neutral(text).replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::params::ContextKind;

    fn item(name: &str, content: &str) -> ContextItem {
        ContextItem {
            kind: Some(ContextKind::File),
            name: name.into(),
            content: content.into(),
        }
    }

    #[test]
    fn text_around_the_cursor_comes_first() {
        let above = "one\ntwo\nthree\n".repeat(20);
        let window = Window::new(
            "a.py",
            (&above.as_str().into(), &"".into()),
            &[item("b", "x")],
            100,
        );
        assert!(window.context.is_empty());
        assert!(window.above.len() <= 100 && above.ends_with(&window.above));
        let begins = window.above.split('\n').next().unwrap();
        assert!(["one", "two", "three"].contains(&begins), "{begins}");
    }

    #[test]
    fn the_text_above_gets_three_quarters_of_what_is_short() {
        let line = "abcdefg\n".repeat(100);
        let text: Text = line.as_str().into();
        let window = Window::new("a.py", (&text, &text), &[], 400);
        assert!((280..=300).contains(&window.above.len()), "{window:?}");
        assert!((80..=100).contains(&window.below.len()), "{window:?}");
        let window = Window::new("a.py", (&text, &"x".into()), &[], 400);
        assert!((380..=399).contains(&window.above.len()), "{window:?}");
    }

    #[test]
    fn other_files_come_by_relevance() {
        let above: Text = "speed = increase_speed(car, amount)\n".into();
        let context = [
            item("far.py", &"colour = paint_door(wall)\n".repeat(3)),
            item(
                "near.py",
                &"def increase_speed(car, amount): pass\n".repeat(3),
            ),
        ];
        let window = Window::new("a.py", (&above, &"".into()), &context, 1_000);
        let names: Vec<_> = window
            .context
            .iter()
            .map(|file| file.name.as_str())
            .collect();
        assert_eq!(names, ["far.py", "near.py"], "the nearest next to the text");
        let window = Window::new("a.py", (&above, &"".into()), &context, 180);
        let names: Vec<_> = window
            .context
            .iter()
            .map(|file| file.name.as_str())
            .collect();
        assert_eq!(names, ["near.py"], "what there is room for");
        assert!(window.context[0].content.ends_with('\n'));
    }

    #[test]
    fn blanks_at_the_end_are_taken_out() {
        let window = Window::plain("a.py", "def f():\n    ", "\n");
        assert_eq!(
            (window.above.as_str(), window.blanks.as_str()),
            ("def f():\n", "    ")
        );
        let window = Window::plain("a.py", "x = ", "");
        assert_eq!(
            (window.above.as_str(), window.blanks.as_str()),
            ("x =", " ")
        );
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn the_budget_holds_for_any_text(
            above in "([a-c\n \té😀]|\\PC){0,80}",
            below in "([a-c\n \té😀]|\\PC){0,80}",
            content in "([a-c\n \té😀]|\\PC){1,80}",
            budget in 1_usize..200,
        ) {
            let texts = (&Text::from(above.as_str()), &Text::from(below.as_str()));
            let window = Window::new("a.py", texts, &[item("b.py", &content)], budget);
            let chars = |text: &str| text.chars().count();
            let context: usize = window.context.iter().map(|file| chars(&file.content)).sum();
            prop_assert!(chars(&window.above) + chars(&window.blanks) + chars(&window.below) + context <= budget);
            let joined = format!("{}{}", window.above, window.blanks);
            prop_assert!(above.ends_with(&joined));
            prop_assert!(below.starts_with(&window.below));
        }
    }
}
