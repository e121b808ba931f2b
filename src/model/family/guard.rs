//! Keeps the tokens of models out of what they read: text of a file that looks like a token would be taken for one, and could
//! end a turn or speak for the model. A blank takes each apart.
//!
//! Only tokens of the model's own family are minded where it is known.

use std::borrow::Cow;

use super::{FAMILIES, Family, SEQUENCE};

/// Takes tokens of a model apart in what it is to read.
#[derive(Debug, Clone, Copy)]
pub struct Guard(Option<&'static Family>);

/// What begins and ends a turn in conversations with models of any family.
const TURNS: &[&str] = &[
    "<|im_end|>",
    "<|im_start|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|end|>",
    "<|user|>",
    "<|assistant|>",
    "<|system|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
];

/// Longest name of a token between two bars.
const LONGEST_NAME: usize = 40;

/// Tokens that are never shown of what a model says in a conversation, beside those of its family.
pub fn turns() -> impl Iterator<Item = &'static str> {
    TURNS.iter().copied()
}

// === impl Guard ===

impl Guard {
    /// For a model of that family; where none is known, tokens of all are minded.
    pub fn new(family: Option<&'static Family>) -> Self {
        Self(family)
    }

    /// Text to be completed, in which no token is left: a blank takes each apart.
    pub fn neutral(self, text: &str) -> Cow<'_, str> {
        match self.0 {
            Some(family) => apart(text, family.tokens.iter().chain(family.ambiguous)),
            None => apart(text, FAMILIES.iter().flat_map(|family| family.tokens)),
        }
    }

    /// Text to be told in a conversation: no token of the family is left, and nothing that begins or ends a turn in the
    /// form of any model.
    pub fn told(self, text: &str) -> Cow<'_, str> {
        let text = match self.0 {
            Some(_) => self.neutral(text),
            None => apart(text, SEQUENCE),
        };
        let without_turns = match apart(&text, TURNS) {
            Cow::Borrowed(_) => text,
            Cow::Owned(apart) => Cow::Owned(apart),
        };
        match between_bars(&without_turns) {
            Some(apart) => Cow::Owned(apart),
            None => without_turns,
        }
    }
}

fn apart(text: &str, tokens: impl IntoIterator<Item = &'static &'static str>) -> Cow<'_, str> {
    let mut neutral = Cow::Borrowed(text);
    if !text.contains(['<', '[']) {
        return neutral;
    }
    for token in tokens {
        if neutral.contains(token) {
            let width = token.chars().next().map_or(0, char::len_utf8);
            let (head, tail) = token.split_at(width);
            neutral = Cow::Owned(neutral.replace(token, &format!("{head} {tail}")));
        }
    }
    neutral
}

/// Takes apart whatever looks like `<|name|>`, the form of most tokens, if there is any. Operators are left alone:
/// `a <| b |> c` has blanks.
fn between_bars(text: &str) -> Option<String> {
    let mut apart = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices('<') {
        if is_token(&text[at + 1..]) {
            apart.extend([&text[done..=at], " "]);
            done = at + 1;
        }
    }
    (done > 0).then(|| apart + &text[done..])
}

/// Whether it goes on as a token after its `<`.
fn is_token(rest: &str) -> bool {
    let bar = |letter: char| matches!(letter, '|' | '｜');
    let Some(rest) = rest.strip_prefix(bar) else {
        return false;
    };
    let is_name = |letter: &char| letter.is_alphanumeric() || matches!(letter, '_' | '▁' | '-');
    let length = rest.chars().take_while(is_name).map(char::len_utf8).sum();
    let rest = rest[length..].strip_prefix(bar);
    (1..=LONGEST_NAME).contains(&length) && rest.is_some_and(|rest| rest.starts_with('>'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{all_tokens, kin};
    use super::*;

    #[test]
    fn code_without_the_familys_tokens_is_left_as_it_is() {
        let qwen = Guard::new(kin("qwen2.5-coder"));
        for code in [
            "a <| b |> c",
            "f <$> a <|> b <||> c",
            "if a<|b|c>d {}",
            "HashMap<String, Vec<u8>>",
            "<s>old</s> <PRE>x</PRE>",
            "usage: x [PREFIX] [SUFFIX] <filename>",
            "<|not a token|> <| x |>",
            "a[INST] < b",
        ] {
            assert_eq!(qwen.neutral(code), code);
            if !code.contains("[INST]") {
                assert_eq!(qwen.told(code), code);
            }
        }
        let unknown = Guard::new(None);
        assert_eq!(unknown.told("a <| b |> c"), "a <| b |> c");
        assert_eq!(unknown.told("x<|eot_id|>y"), "x< |eot_id|>y");
        assert_eq!(unknown.told("x<｜tool▁sep｜>y"), "x< ｜tool▁sep｜>y");
        assert_eq!(unknown.told("</s><<SYS>>"), "< /s>< <SYS>>");
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

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
            for family in FAMILIES.iter().map(Some).chain([None]) {
                let guard = Guard::new(family);
                let (neutral, told) = (guard.neutral(&text), guard.told(&text));
                let own = family.map(|family| family.tokens.iter().chain(family.ambiguous));
                let minded: Vec<_> = own.map_or(tokens.clone(), |own| own.copied().collect());
                for token in minded {
                    prop_assert!(!neutral.contains(token), "{token} in {neutral}");
                }
                let own = family.map_or(SEQUENCE, |family| family.tokens);
                for token in own.iter().chain(TURNS) {
                    prop_assert!(!told.contains(token), "{token} in {told}");
                }
            }
        }
    }
}
