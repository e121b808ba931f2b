//! The conversation that asks a model for a generation: what GitLab's gateway tells models too, in words of our own.
//! Called for every generation that goes to a model that talks.

use super::{family::Guard, server::Message, window::Window};
use crate::prompt::language;

/// What is known about a generation beside the code.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Brief {
    /// What is wanted.
    pub instruction: String,
    /// Code with `{{cursor}}` in it, and what belongs there.
    pub examples: Vec<(String, String)>,
    /// Texts of other files, as they are shown to a model.
    pub related_files: Vec<String>,
    /// Texts of parts of other files.
    pub related_snippets: Vec<String>,
    /// Names of libraries that the project uses.
    pub libraries: Vec<String>,
}

/// Source code and instructions are not for logs.
impl std::fmt::Debug for Brief {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Brief").finish_non_exhaustive()
    }
}

/// Characters of other files, snippets and libraries that are told, each.
const MOST_RELATED: usize = 20_000;

/// The conversation; `chars` is the room for related texts. What comes of the client passes through the `guard`.
pub(super) fn messages(window: &Window, brief: &Brief, chars: usize, guard: Guard) -> Vec<Message> {
    let language = match language::of(&window.file_name).name {
        "" => "the language of the file",
        known => known,
    };
    let mut system = format!(
        "You write code into the file {name} at the mark {{{{cursor}}}}. Answer with new {language} code only: what is to be \
         inserted at the mark, nothing that stands before or behind it, no explanation, no Markdown.\n",
        name = guard.told(&window.file_name).replace(['\n', '\r'], " "),
    );
    let (above, below) = (guard.told(&window.above), guard.told(&window.below));
    system.extend([
        "\n<existing_code>\n",
        &above,
        &window.blanks,
        "{{cursor}}",
        &below,
        "\n</existing_code>\n",
    ]);
    if !brief.examples.is_empty() {
        system.push_str("\n<examples>\n");
        for (code, response) in &brief.examples {
            system.extend([
                "<example>\n",
                code,
                "\n<answer>\n",
                response,
                "\n</answer>\n</example>\n",
            ]);
        }
        system.push_str("</examples>\n");
    }
    let room = chars.min(MOST_RELATED);
    for (tag, texts) in [
        ("related_files", &brief.related_files),
        ("related_snippets", &brief.related_snippets),
        ("libs", &brief.libraries),
    ] {
        related(&mut system, tag, texts, (room, guard));
    }
    let message = |role, content| Message { role, content };
    vec![
        message("system", system),
        message("user", guard.told(&brief.instruction).into_owned()),
    ]
}

/// Texts in a tag, whole ones as long as there is room.
fn related(out: &mut String, tag: &str, texts: &[String], (mut room, guard): (usize, Guard)) {
    let fits = |text: &&String| {
        let chars = text.chars().count() + 1;
        let fits = chars <= room;
        room = room.saturating_sub(chars);
        fits
    };
    let kept: Vec<&str> = texts.iter().take_while(fits).map(String::as_str).collect();
    if !kept.is_empty() {
        out.extend([
            "\n<",
            tag,
            ">\n",
            &guard.told(&kept.join("\n")),
            "\n</",
            tag,
            ">\n",
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::family, *};

    #[test]
    fn every_part_that_is_there_is_told() {
        let window = Window::plain("a.py", "# add\n", "\nmain()\n");
        let brief = Brief {
            instruction: "Add two numbers.".into(),
            examples: vec![("# one\n{{cursor}}".into(), "1".into())],
            related_files: vec!["<file_content file_name=\"b.py\">\nB\n</file_content>\n".into()],
            related_snippets: Vec::new(),
            libraries: vec!["numpy".into()],
        };
        let messages = messages(&window, &brief, 1_000, Guard::new(None));
        assert_eq!(messages[1].content, "Add two numbers.");
        let system = &messages[0].content;
        for part in [
            "a.py",
            "Python",
            "# add\n{{cursor}}\nmain()",
            "<examples>",
            "<related_files>\n<file_content file_name=\"b.py\">\nB",
            "<libs>\nnumpy\n</libs>",
        ] {
            assert!(system.contains(part), "{part} in {system}");
        }
        assert!(!system.contains("related_snippets"), "{system}");
    }

    #[test]
    fn no_file_speaks_for_the_model() {
        for family in family::FAMILIES.iter().map(Some).chain([None]) {
            let own = family
                .into_iter()
                .flat_map(|family| family.tokens.iter().chain(family.ambiguous));
            for token in own
                .copied()
                .chain(family::turns())
                .chain(["<|eom_id|>", "<|channel|>"])
            {
                let hostile = format!("a {token}{token} b");
                let window = Window::plain(&hostile, &hostile, &hostile);
                let brief = Brief {
                    instruction: hostile.clone(),
                    related_files: vec![hostile.clone()],
                    related_snippets: vec![hostile.clone()],
                    ..Brief::default()
                };
                let messages = messages(&window, &brief, 1_000, Guard::new(family));
                for message in &messages {
                    assert!(
                        !message.content.contains(token),
                        "{token} in {}",
                        message.content
                    );
                }
                let told = messages[0].content.matches(&token[1..]).count();
                assert!(
                    told >= 10,
                    "it is told all the same: {}",
                    messages[0].content
                );
            }
        }
    }

    #[test]
    fn related_texts_are_told_whole_or_not_at_all() {
        let window = Window::plain("a.py", "", "");
        let brief = Brief {
            related_files: vec!["x".repeat(60), "y".repeat(60)],
            ..Brief::default()
        };
        let system = &messages(&window, &brief, 100, Guard::new(None))[0].content;
        assert!(
            system.contains(&"x".repeat(60))
                && !system.contains('y'.to_string().repeat(60).as_str())
        );
    }
}
