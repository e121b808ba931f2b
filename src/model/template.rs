//! How text is put around the cursor for models that fill in the middle. Asked for every completion.

use super::{family::Family, window::Window};

impl Family {
    /// The prompt of a completion.
    pub fn prompt(&'static self, window: &Window) -> String {
        let [prefix, suffix, middle] = self.markers;
        let guard = self.guard();
        let (above, below) = (guard.neutral(&window.above), guard.neutral(&window.below));
        let context = self.context(window);
        if self.below_first {
            return format!("{suffix}{below}{prefix}{context}{above}{middle}");
        }
        match self.file {
            Some(_) => format!("{context}{prefix}{above}{suffix}{below}{middle}"),
            None => format!("{prefix}{context}{above}{suffix}{below}{middle}"),
        }
    }

    /// The other files, each under its name, and the name of this one.
    fn context(&'static self, window: &Window) -> String {
        let guard = self.guard();
        let Some(mark) = self.file else {
            return window.as_comments(guard);
        };
        if window.context.is_empty() {
            return String::new();
        }
        let mut context = String::new();
        for file in &window.context {
            let (name, text) = (guard.neutral(&file.name), guard.neutral(&file.content));
            context.extend([mark, &name, "\n", &text, "\n"]);
        }
        context.extend([mark, &guard.neutral(&window.file_name), "\n"]);
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::FimTemplate,
        model::{
            family::{FAMILIES, named},
            window::ContextFile,
        },
    };

    #[test]
    fn nothing_below_is_nothing_in_the_prompt() {
        let window = Window::plain("a.py", "x = ", "");
        for family in FAMILIES {
            let prompt = family.prompt(&window);
            assert!(
                !prompt.contains("None") && !prompt.contains("null"),
                "{prompt}"
            );
        }
    }

    #[test]
    fn other_files_come_before_the_text() {
        let mut window = Window::plain("src/a.py", "P", "S");
        window.context = vec![ContextFile {
            name: "src/b.py".into(),
            content: "B".into(),
        }];
        let prompt = |template| named(template, "").unwrap().prompt(&window);
        assert_eq!(
            prompt(FimTemplate::QwenCoder),
            "<|file_sep|>src/b.py\nB\n<|file_sep|>src/a.py\n<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"
        );
        assert_eq!(
            prompt(FimTemplate::Codestral),
            "[SUFFIX]S[PREFIX]# src/b.py\nB\n\n# src/a.py\nP"
        );
    }

    #[test]
    fn tokens_in_code_are_no_markers() {
        for family in FAMILIES {
            for token in family.tokens.iter().chain(family.ambiguous) {
                let code = format!("a {token}{token} b");
                let window = Window::plain("a.py", &code, &code);
                let prompt = family.prompt(&window);
                let marks = family.markers.iter().filter(|mark| mark.contains(token));
                assert_eq!(prompt.matches(token).count(), marks.count(), "{prompt}");
            }
        }
    }
}
