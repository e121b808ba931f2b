//! Families of models that fill in the middle: their markers, their tokens that are no text, and which family a model belongs
//! to by its name. Asked when a server is probed, and by whatever writes text for a model.
//!
//! Code that holds a family's tokens is written so that the model does not take them for markers ([`neutral`]).

use std::borrow::Cow;

use crate::config::FimTemplate;

/// Markers and tokens of a family of models.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// The word for it in settings.
    pub template: FimTemplate,
    /// Parts of names, all of which a name of this family has; any row will do.
    names: &'static [&'static [&'static str]],
    /// Parts of names of models that look like this family and cannot fill in the middle.
    except: &'static [&'static str],
    /// What stands before the text above, before the text below, and last.
    pub(super) markers: [&'static str; 3],
    /// Whether the text below comes first.
    pub(super) below_first: bool,
    /// What stands before the name of another file; `None` if the family has no marker for files.
    pub(super) file: Option<&'static str>,
    /// Tokens that are no text, those that end an answer first.
    pub(super) tokens: &'static [&'static str],
}

const QWEN: &[&str] = &[
    "<|endoftext|>",
    "<|file_sep|>",
    "<|fim_prefix|>",
    "<|im_end|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|im_start|>",
    "<|cursor|>",
];

const UNDERSCORED: &[&str] = &[
    "<|endoftext|>",
    "<file_sep>",
    "<fim_prefix>",
    "<|end_of_text|>",
    "<fim_suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "<repo_name>",
    "<jupyter_text>",
    "<issue_start>",
];

const PIPED: &[&str] = &[
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|fim_prefix|>",
    "<|filename|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|reponame|>",
    "<|start_of_role|>",
    "<|end_of_role|>",
];

/// All families. A name belongs to the first that knows it.
pub static FAMILIES: &[Family] = &[
    Family {
        template: FimTemplate::QwenCoder,
        names: &[&["qwen", "coder"]],
        except: &[],
        markers: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
        below_first: false,
        file: Some("<|file_sep|>"),
        tokens: QWEN,
    },
    Family {
        template: FimTemplate::StarCoder,
        names: &[&["starcoder"], &["codeqwen"]],
        except: &["instruct", "starchat", "-chat"],
        markers: ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
        below_first: false,
        file: Some("<file_sep>"),
        tokens: UNDERSCORED,
    },
    Family {
        template: FimTemplate::DeepSeekCoder,
        names: &[&["deepseek", "coder"]],
        except: &[],
        markers: ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
        below_first: false,
        file: None,
        tokens: &[
            "<｜end▁of▁sentence｜>",
            "<|EOT|>",
            "<｜fim▁begin｜>",
            "<｜fim▁hole｜>",
            "<｜fim▁end｜>",
            "<｜begin▁of▁sentence｜>",
            "<｜User｜>",
            "<｜Assistant｜>",
        ],
    },
    Family {
        template: FimTemplate::CodeLlama,
        names: &[&["codellama"], &["code-llama"]],
        except: &["python", "34b"],
        markers: ["<PRE> ", " <SUF>", " <MID>"],
        below_first: false,
        file: None,
        tokens: &["<EOT>", "<PRE>", "<SUF>", "<MID>", "[INST]", "[/INST]"],
    },
    Family {
        template: FimTemplate::CodeGemma,
        names: &[&["codegemma"]],
        except: &["-it", "instruct"],
        markers: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
        below_first: false,
        file: Some("<|file_separator|>"),
        tokens: &[
            "<|file_separator|>",
            "<|fim_prefix|>",
            "<|fim_suffix|>",
            "<|fim_middle|>",
            "<start_of_turn>",
            "<end_of_turn>",
        ],
    },
    Family {
        template: FimTemplate::Codestral,
        names: &[&["codestral"]],
        except: &["mamba"],
        markers: ["[PREFIX]", "[SUFFIX]", ""],
        below_first: true,
        file: None,
        tokens: &["[PREFIX]", "[SUFFIX]", "[MIDDLE]", "[INST]", "[/INST]"],
    },
    Family {
        template: FimTemplate::GraniteCode,
        names: &[&["granite", "code"]],
        except: &[],
        markers: ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
        below_first: false,
        file: None,
        tokens: UNDERSCORED,
    },
    Family {
        template: FimTemplate::Granite,
        names: &[
            &["granite-3.3"],
            &["granite3.3"],
            &["granite-4"],
            &["granite4"],
        ],
        except: &["embedding", "vision", "speech"],
        markers: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
        below_first: false,
        file: None,
        tokens: PIPED,
    },
    Family {
        template: FimTemplate::StableCode,
        names: &[&["stable-code"], &["stablecode"]],
        except: &["instruct"],
        markers: ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
        below_first: false,
        file: None,
        tokens: UNDERSCORED,
    },
    Family {
        template: FimTemplate::SantaCoder,
        names: &[&["santacoder"]],
        except: &[],
        markers: ["<fim-prefix>", "<fim-suffix>", "<fim-middle>"],
        below_first: false,
        file: None,
        tokens: &[
            "<|endoftext|>",
            "<fim-prefix>",
            "<fim-suffix>",
            "<fim-middle>",
            "<fim-pad>",
        ],
    },
];

/// The family of a model of this name, if it can fill in the middle.
pub fn of(model: &str) -> Option<&'static Family> {
    // A folder may be called after another model.
    let name = file_stem(model).to_ascii_lowercase();
    let family = FAMILIES.iter().find(|family| {
        let has = |parts: &&[&str]| parts.iter().all(|part| name.contains(part));
        family.names.iter().any(has)
    })?;
    let excepted = family.except.iter().any(|part| name.contains(part));
    (!excepted).then_some(family)
}

/// What a file of weights is called, without its folders; other names as they are.
pub fn file_stem(model: &str) -> &str {
    match model.strip_suffix(".gguf") {
        Some(path) => path.rsplit(['/', '\\']).next().unwrap_or(path),
        None => model,
    }
}

/// The family that a setting names.
pub fn named(template: FimTemplate) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.template == template)
}

/// Every token of every family, for servers that do the markers themselves.
pub fn all_tokens() -> impl Iterator<Item = &'static str> + Clone {
    FAMILIES.iter().flat_map(|family| family.tokens).copied()
}

/// Text in which no token of any family is left: a blank takes each apart.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '[']) {
        return Cow::Borrowed(text);
    }
    let mut neutral = Cow::Borrowed(text);
    for token in all_tokens() {
        if neutral.contains(token) {
            let width = token.chars().next().map_or(0, char::len_utf8);
            let (head, tail) = token.split_at(width);
            neutral = Cow::Owned(neutral.replace(token, &format!("{head} {tail}")));
        }
    }
    neutral
}

// === impl Family ===

impl Family {
    /// Texts at which a server may stop, the most useful first.
    pub fn stops(&self) -> &'static [&'static str] {
        self.tokens
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_tell_the_family() {
        use FimTemplate as T;
        for (name, family) in [
            ("qwen2.5-coder:1.5b", Some(T::QwenCoder)),
            ("Qwen/Qwen2.5-Coder-7B-Instruct", Some(T::QwenCoder)),
            ("Qwen3-Coder-30B-A3B", Some(T::QwenCoder)),
            ("qwen3:8b", None),
            ("bigcode/starcoder2-3b", Some(T::StarCoder)),
            ("starcoder2:instruct", None),
            ("codeqwen:7b-code", Some(T::StarCoder)),
            (
                "deepseek-ai/deepseek-coder-6.7b-base",
                Some(T::DeepSeekCoder),
            ),
            ("deepseek-coder-v2:16b", Some(T::DeepSeekCoder)),
            ("codellama/CodeLlama-7b-hf", Some(T::CodeLlama)),
            ("codellama:7b-python", None),
            ("google/codegemma-2b", Some(T::CodeGemma)),
            ("codegemma:7b-instruct", None),
            ("mistralai/Codestral-22B-v0.1", Some(T::Codestral)),
            ("codestral-latest", Some(T::Codestral)),
            ("mamba-codestral-7B-v0.1", None),
            ("ibm-granite/granite-3b-code-base", Some(T::GraniteCode)),
            ("granite4:micro", Some(T::Granite)),
            ("ibm-granite/granite-3.3-8b-instruct", Some(T::Granite)),
            ("stabilityai/stable-code-3b", Some(T::StableCode)),
            ("stable-code:3b-instruct", None),
            ("bigcode/santacoder", Some(T::SantaCoder)),
            ("llama3.2:3b", None),
            ("gpt-4o", None),
            ("", None),
        ] {
            assert_eq!(of(name).map(|family| family.template), family, "{name}");
        }
    }

    proptest! {
        #[test]
        fn neutral_text_has_no_token(parts in proptest::collection::vec(0_usize..40, 0..12), cut in 0_usize..6) {
            let tokens: Vec<_> = all_tokens().collect();
            let text: String = parts
                .iter()
                .map(|part| {
                    let token = tokens[part % tokens.len()];
                    token.chars().skip(cut % 2).collect::<String>() + &token[..1]
                })
                .collect();
            let neutral = neutral(&text);
            for token in tokens {
                prop_assert!(!neutral.contains(token), "{token} in {neutral}");
            }
        }
    }
}
