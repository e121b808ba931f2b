//! Families of models that fill in the middle: their markers, their tokens that are no text, and which family a model belongs
//! to by its name. Asked when a server is probed, and by whatever writes text for a model.
//!
//! Code that holds a family's tokens is written so that the model does not take them for markers ([`Guard`]); tokens of other
//! families are left as they are, since some of them are ordinary HTML or help texts.

mod guard;

pub use guard::{Guard, turns};

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
    /// Tokens that may well stand in code: kept out of prompts, left in answers.
    pub(super) ambiguous: &'static [&'static str],
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

const STARCODER_2: &[&str] = &[
    "<|endoftext|>",
    "<file_sep>",
    "<fim_prefix>",
    "<repo_name>",
    "<fim_suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "<|end_of_text|>",
    "<issue_start>",
    "<jupyter_start>",
    "<jupyter_text>",
];

/// StarCoder's tokenizer, which Granite Code and Stable Code took over.
const STARCODER: &[&str] = &[
    "<|endoftext|>",
    "<fim_prefix>",
    "<fim_suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "<issue_start>",
    "<jupyter_start>",
    "<jupyter_text>",
    "<commit_before>",
];

const STARCODERS_FILES: &[&str] = &["<filename>", "<reponame>", "<gh_stars>"];

const GRANITE_3: &[&str] = &[
    "<|end_of_text|>",
    "<fim_prefix>",
    "<fim_suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "<|start_of_role|>",
    "<|end_of_role|>",
    "<|tool_call|>",
];

const GRANITE_4: &[&str] = &[
    "<|end_of_text|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|filename|>",
    "<|reponame|>",
    "<|start_of_role|>",
    "<|end_of_role|>",
];

const UNDERSCORED: [&str; 3] = ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"];
const PIPED: [&str; 3] = ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"];

/// The end of a sequence in models that come of Llama and Mistral, and of a line through text in HTML.
const SEQUENCE: &[&str] = &["</s>", "<s>"];

/// All families. A name belongs to the first that knows it.
pub static FAMILIES: &[Family] = &[
    Family {
        template: FimTemplate::QwenCoder,
        names: &[&["qwen", "coder"]],
        except: &[],
        markers: PIPED,
        below_first: false,
        file: Some("<|file_sep|>"),
        tokens: QWEN,
        ambiguous: &[],
    },
    Family {
        template: FimTemplate::StarCoder,
        names: &[&["starcoder2"], &["starcoder-2"], &["codeqwen"]],
        except: &["instruct", "-chat"],
        markers: UNDERSCORED,
        below_first: false,
        file: Some("<file_sep>"),
        tokens: STARCODER_2,
        ambiguous: &[],
    },
    Family {
        template: FimTemplate::StarCoder,
        names: &[&["starcoder"]],
        except: &["instruct", "starchat", "-chat"],
        markers: UNDERSCORED,
        below_first: false,
        // Its `<filename>` begins a text, and was never seen in the middle of one.
        file: None,
        tokens: STARCODER,
        ambiguous: STARCODERS_FILES,
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
        ambiguous: &[],
    },
    Family {
        template: FimTemplate::CodeLlama,
        names: &[&["codellama"], &["code-llama"]],
        except: &["python", "34b"],
        markers: ["<PRE> ", " <SUF>", " <MID>"],
        below_first: false,
        file: None,
        tokens: &["<EOT>", "<PRE>", "<SUF>", "<MID>", "[INST]", "[/INST]"],
        ambiguous: SEQUENCE,
    },
    Family {
        template: FimTemplate::CodeGemma,
        names: &[&["codegemma"]],
        except: &["-it", "instruct"],
        markers: PIPED,
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
        ambiguous: &["<eos>", "<bos>"],
    },
    Family {
        template: FimTemplate::Codestral,
        names: &[&["codestral"]],
        except: &["mamba"],
        markers: ["[PREFIX]", "[SUFFIX]", ""],
        below_first: true,
        file: None,
        tokens: &["[PREFIX]", "[SUFFIX]", "[MIDDLE]", "[INST]", "[/INST]"],
        ambiguous: SEQUENCE,
    },
    Family {
        template: FimTemplate::GraniteCode,
        names: &[&["granite", "code"]],
        except: &[],
        markers: UNDERSCORED,
        below_first: false,
        file: None,
        tokens: STARCODER,
        ambiguous: STARCODERS_FILES,
    },
    Family {
        template: FimTemplate::Granite,
        names: &[&["granite-4"], &["granite4"]],
        except: &["embedding", "vision", "speech"],
        markers: PIPED,
        below_first: false,
        file: None,
        tokens: GRANITE_4,
        ambiguous: &[],
    },
    Family {
        template: FimTemplate::Granite,
        names: &[&["granite-3.3"], &["granite3.3"]],
        except: &["embedding", "vision", "speech"],
        markers: UNDERSCORED,
        below_first: false,
        file: None,
        tokens: GRANITE_3,
        ambiguous: STARCODERS_FILES,
    },
    Family {
        template: FimTemplate::StableCode,
        names: &[&["stable-code"], &["stablecode"]],
        except: &["instruct"],
        markers: UNDERSCORED,
        below_first: false,
        file: None,
        tokens: STARCODER,
        ambiguous: STARCODERS_FILES,
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
        ambiguous: &[],
    },
];

/// The family of a model of this name, if it can fill in the middle.
pub fn of(model: &str) -> Option<&'static Family> {
    let name = lowered(model);
    let excepted = |family: &Family| family.except.iter().any(|part| name.contains(part));
    kin(model).filter(|family| !excepted(family))
}

/// The family whose tokens a model of this name has, whether it can fill in the middle or not.
pub fn kin(model: &str) -> Option<&'static Family> {
    let name = lowered(model);
    FAMILIES.iter().find(|family| {
        let has = |parts: &&[&str]| parts.iter().all(|part| name.contains(part));
        family.names.iter().any(has)
    })
}

/// A folder may be called after another model.
fn lowered(model: &str) -> String {
    file_stem(model).to_ascii_lowercase()
}

/// What a file of weights is called, without its folders; other names as they are.
pub fn file_stem(model: &str) -> &str {
    match model.strip_suffix(".gguf") {
        Some(path) => path.rsplit(['/', '\\']).next().unwrap_or(path),
        None => model,
    }
}

/// The family that a setting names; of its generations the one that the model's name tells, else the newest.
pub fn named(template: FimTemplate, model: &str) -> Option<&'static Family> {
    let is_meant = |family: &&Family| family.template == template;
    kin(model)
        .filter(is_meant)
        .or_else(|| FAMILIES.iter().find(is_meant))
}

/// Every token of every family, for models of which nothing is known.
pub fn all_tokens() -> impl Iterator<Item = &'static str> + Clone {
    FAMILIES.iter().flat_map(|family| family.tokens).copied()
}

// === impl Family ===

impl Family {
    /// Texts at which a server may stop, the most useful first.
    pub fn stops(&self) -> &'static [&'static str] {
        self.tokens
    }

    /// What keeps this family's tokens out of prompts.
    pub fn guard(&'static self) -> Guard {
        Guard::new(Some(self))
    }
}

#[cfg(test)]
mod tests {
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
            ("codegemma-7b-it", None),
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

    #[test]
    fn a_setting_names_the_generation_that_the_name_tells() {
        use FimTemplate as T;
        let marker = |template, model| named(template, model).unwrap().markers[0];
        assert_eq!(marker(T::Granite, "granite3.3:8b"), "<fim_prefix>");
        assert_eq!(marker(T::Granite, "granite4:micro"), "<|fim_prefix|>");
        assert_eq!(marker(T::Granite, "our-own"), "<|fim_prefix|>");
        let file = |model| named(T::StarCoder, model).unwrap().file;
        assert_eq!(file("starcoderbase-1b"), None);
        assert_eq!(file("our-own"), Some("<file_sep>"));
        assert_eq!(marker(T::CodeGemma, "qwen2.5-coder"), "<|fim_prefix|>");
    }
}
