//! How text is put around the cursor for models that fill in the middle. Asked for every completion.

use super::{
    family::{Family, neutral},
    window::Window,
};

impl Family {
    /// The prompt of a completion.
    pub fn prompt(&self, window: &Window) -> String {
        let [prefix, suffix, middle] = self.markers;
        let (above, below) = (neutral(&window.above), neutral(&window.below));
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
    fn context(&self, window: &Window) -> String {
        let Some(mark) = self.file else {
            return window.as_comments();
        };
        if window.context.is_empty() {
            return String::new();
        }
        let mut context = String::new();
        for file in &window.context {
            let (name, text) = (neutral(&file.name), neutral(&file.content));
            context.extend([mark, &name, "\n", &text, "\n"]);
        }
        context.extend([mark, &neutral(&window.file_name), "\n"]);
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
    fn each_family_has_its_form() {
        use FimTemplate as T;
        let window = Window::plain("a.py", "P", "S");
        for (template, prompt) in [
            (T::QwenCoder, "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            (T::StarCoder, "<fim_prefix>P<fim_suffix>S<fim_middle>"),
            (
                T::DeepSeekCoder,
                "<｜fim▁begin｜>P<｜fim▁hole｜>S<｜fim▁end｜>",
            ),
            (T::CodeLlama, "<PRE> P <SUF>S <MID>"),
            (T::CodeGemma, "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            (T::Codestral, "[SUFFIX]S[PREFIX]P"),
            (T::Granite, "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            (T::GraniteCode, "<fim_prefix>P<fim_suffix>S<fim_middle>"),
            (T::StableCode, "<fim_prefix>P<fim_suffix>S<fim_middle>"),
            (T::SantaCoder, "<fim-prefix>P<fim-suffix>S<fim-middle>"),
        ] {
            assert_eq!(named(template).unwrap().prompt(&window), prompt);
        }
        assert_eq!(FAMILIES.len(), 10);
    }

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
        let prompt = |template| named(template).unwrap().prompt(&window);
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
            for token in family.tokens {
                let code = format!("a {token}{token} b");
                let window = Window::plain("a.py", &code, &code);
                let prompt = family.prompt(&window);
                let marks = family.markers.iter().filter(|mark| mark.contains(token));
                assert_eq!(prompt.matches(token).count(), marks.count(), "{prompt}");
            }
        }
    }
}
