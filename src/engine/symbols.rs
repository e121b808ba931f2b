//! Gives every distinct token text a small number, shared by all texts of one request.
//!
//! Called while a request's texts are read. The decision: numbers below [`WORDS`] mean the same in every request, so
//! the learned tables can be indexed by them; all others live as long as the request.

use std::sync::{Arc, LazyLock};

use super::hasher::{ShortMap, ShortSet};
use super::lexer::{Kind, Piece, is_word};
use super::words::{Ends, ends};

/// The number of a token text.
pub(crate) type Symbol = u32;

/// How many numbers stand for line ends: seven changes of indent, each with and without an empty line.
const LINE_ENDS: Symbol = 14;
const CLOSERS: [&str; 5] = ["\"", "'", "`", "\"\"\"", "'''"];
/// Stands between two texts.
pub(crate) const BREAK: Symbol = 19;
/// Stands for any name in a context with names blanked.
pub(crate) const NAME: Symbol = 20;
/// Stands for any piece of text in a context with names blanked.
pub(crate) const TEXT: Symbol = 21;
/// Stands for any number in a context with names blanked.
pub(crate) const NUMBER: Symbol = 22;
/// The first number that stands for a word of the vocabulary.
pub(crate) const WORDS: Symbol = 24;

const KEYWORDS: &str = include_str!("keywords.txt");

/// The keywords, to be found quickly.
static KEYWORD_SET: LazyLock<ShortSet<&str>> = LazyLock::new(|| KEYWORDS.lines().collect());

/// How many lines the list of keywords has.
const KEYWORD_COUNT: Symbol = 163;

/// The words that have the same number in every request.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    numbers: ShortMap<&'static str, Symbol>,
    texts: Vec<&'static str>,
    ends: Vec<Ends>,
    /// For each word whether it is a stranger.
    strangers: Vec<bool>,
}

/// The token texts of one request.
#[derive(Debug)]
pub(crate) struct Symbols {
    vocabulary: Arc<Vocabulary>,
    local: ShortMap<Arc<str>, Symbol>,
    texts: Vec<Arc<str>>,
    ends: Vec<Ends>,
}

impl Vocabulary {
    /// Numbers the keywords of all languages, then the words of a list, one a line, in its order.
    pub(crate) fn new(list: &'static str) -> Self {
        let words = KEYWORDS.lines().chain(list.lines());
        let texts: Vec<&'static str> = words.filter(|word| !word.is_empty()).collect();
        let numbers = texts.iter().copied().zip(WORDS..).collect();
        let ends = texts.iter().map(|text| ends(text)).collect();
        Self {
            numbers,
            texts,
            ends,
            strangers: Vec::new(),
        }
    }

    /// The same with a list, one a line, of the words that belong to one project of those that were learned from.
    pub(crate) fn with_strangers(mut self, list: &str) -> Self {
        self.strangers = vec![false; self.size()];
        for word in list.lines() {
            if let Some(number) = self.number(word)
                && let Some(stranger) = self.strangers.get_mut(index(number))
            {
                *stranger = true;
            }
        }
        self
    }

    /// How many numbers are taken, counting those below the first word.
    pub(crate) fn size(&self) -> usize {
        usize::try_from(WORDS).unwrap_or(0) + self.texts.len()
    }

    /// The number of a word, if it has one.
    pub(crate) fn number(&self, word: &str) -> Option<Symbol> {
        self.numbers.get(word).copied()
    }
}

impl Symbols {
    /// Starts a request with the vocabulary alone.
    pub(crate) fn new(vocabulary: &Arc<Vocabulary>) -> Self {
        Self {
            vocabulary: Arc::clone(vocabulary),
            local: ShortMap::default(),
            texts: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// How many numbers are taken.
    pub(crate) fn len(&self) -> usize {
        self.vocabulary.size() + self.texts.len()
    }

    /// How many numbers belong to the vocabulary rather than to the request.
    pub(crate) fn shared(&self) -> usize {
        self.vocabulary.size()
    }

    /// Whether a word belongs to one project of those that were learned from, so that others know it only if they say so.
    pub(crate) fn is_stranger(&self, symbol: Symbol) -> bool {
        let strangers = &self.vocabulary.strangers;
        strangers.get(index(symbol)).copied().unwrap_or(false)
    }

    /// What a shared symbol is.
    pub(crate) fn kind(&self, symbol: Symbol) -> Kind {
        let first = self.text(symbol).chars().next();
        match first {
            None => Kind::Newline,
            _ if is_closer(symbol) => Kind::Close,
            Some('"' | '\'' | '`') => Kind::Open,
            Some('#') => Kind::Comment,
            Some('/') if matches!(self.text(symbol), "//" | "///" | "//!" | "/*" | "/**") => {
                Kind::Comment
            }
            Some('0'..='9') => Kind::Number,
            Some(one) if is_word(one) => Kind::Word,
            Some(_) => Kind::Punct,
        }
    }

    /// The request's own names that start with some characters.
    pub(crate) fn starting_with(&self, prefix: &str) -> Vec<Symbol> {
        let first = Symbol::try_from(self.shared()).unwrap_or(Symbol::MAX);
        let numbered = self.texts.iter().zip(first..);
        numbered
            .filter(|(text, _)| text.starts_with(prefix))
            .map(|(_, symbol)| symbol)
            .take(200)
            .collect()
    }

    /// The number of a word, given one if it had none.
    pub(crate) fn word(&mut self, text: &str) -> Symbol {
        if let Some(number) = self.vocabulary.number(text) {
            return number;
        }
        if let Some(number) = self.local.get(text) {
            return *number;
        }
        let next = Symbol::try_from(self.len()).unwrap_or(Symbol::MAX);
        let text: Arc<str> = text.into();
        self.ends.push(ends(&text));
        self.texts.push(Arc::clone(&text));
        self.local.insert(text, next);
        next
    }

    /// The number of a word, if it has one.
    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        self.vocabulary
            .number(text)
            .or_else(|| self.local.get(text).copied())
    }

    /// The number of a token.
    pub(crate) fn of(&mut self, piece: &Piece<'_>) -> Symbol {
        match piece.kind {
            Kind::Newline => line_end(piece.delta, piece.blank),
            Kind::Close => closer(piece.text).unwrap_or(BREAK),
            _ => self.word(piece.text),
        }
    }

    /// The first and the last word of the text behind a number.
    pub(crate) fn ends(&self, symbol: Symbol) -> Option<Ends> {
        let at = index(symbol.checked_sub(WORDS)?);
        let shared = self.vocabulary.ends.len();
        let found = match at.checked_sub(shared) {
            None => self.vocabulary.ends.get(at),
            Some(at) => self.ends.get(at),
        };
        found.copied()
    }

    /// The characters behind a number; empty for line ends.
    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        if symbol < WORDS {
            let at = symbol.checked_sub(LINE_ENDS).map_or(usize::MAX, index);
            return CLOSERS.get(at).copied().unwrap_or("");
        }
        let at = index(symbol - WORDS);
        let shared = self.vocabulary.texts.len();
        if at < shared {
            return self.vocabulary.texts.get(at).copied().unwrap_or("");
        }
        self.texts.get(at - shared).map_or("", |text| text)
    }
}

/// Whether a number stands for a word of a language rather than of a file.
pub(crate) fn is_keyword(symbol: Symbol) -> bool {
    (WORDS..WORDS + KEYWORD_COUNT).contains(&symbol)
}

/// Whether a text is a word of a language rather than of a file.
pub(crate) fn is_keyword_text(text: &str) -> bool {
    KEYWORD_SET.contains(text)
}

/// The place of a number in a table.
pub(crate) fn index(symbol: Symbol) -> usize {
    usize::try_from(symbol).unwrap_or(usize::MAX)
}

/// The number of a line end.
pub(crate) fn line_end(delta: i8, blank: bool) -> Symbol {
    let level = u32::try_from(i32::from(delta.clamp(-5, 1)) + 5).unwrap_or(5);
    level * 2 + u32::from(blank)
}

/// The change of indent and the empty line behind a number, if it stands for a line end.
pub(crate) fn as_line_end(symbol: Symbol) -> Option<(i8, bool)> {
    let level = i8::try_from(symbol / 2).ok()?;
    (symbol < LINE_ENDS).then_some((level - 5, symbol % 2 == 1))
}

/// The number of the mark that closes a string.
pub(crate) fn closer(quote: &str) -> Option<Symbol> {
    let at = CLOSERS.iter().position(|closer| *closer == quote)?;
    u32::try_from(at).ok().map(|at| at + LINE_ENDS)
}

/// Whether a number stands for something that cannot be written.
pub(crate) fn is_blank(symbol: Symbol) -> bool {
    (BREAK..WORDS).contains(&symbol)
}

/// Whether a number stands for the end of a string.
pub(crate) fn is_closer(symbol: Symbol) -> bool {
    (LINE_ENDS..BREAK).contains(&symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_survive_the_way_there_and_back() {
        for delta in -5..=1 {
            for blank in [false, true] {
                assert_eq!(as_line_end(line_end(delta, blank)), Some((delta, blank)));
            }
        }
    }

    #[test]
    fn words_keep_their_number() {
        let vocabulary = Arc::new(Vocabulary::new("speed_limit\n"));
        let mut symbols = Symbols::new(&vocabulary);
        let speed = symbols.word("speed");
        assert_eq!(symbols.word("speed"), speed);
        assert_eq!(symbols.text(speed), "speed");
        assert!(is_keyword(symbols.word("if")) && !is_keyword(symbols.word("speed_limit")));
        assert_eq!(symbols.word("speed_limit"), WORDS + KEYWORD_COUNT);
        assert_eq!(KEYWORDS.lines().count(), index(KEYWORD_COUNT));
    }

    #[test]
    fn words_of_one_project_are_strangers() {
        let words = Vocabulary::new("speed\nVagrant\n").with_strangers("Vagrant\nunheard\n");
        let mut symbols = Symbols::new(&Arc::new(words));
        let (speed, vagrant) = (symbols.word("speed"), symbols.word("Vagrant"));
        assert!(symbols.is_stranger(vagrant) && !symbols.is_stranger(speed));
        let unheard = symbols.word("unheard");
        assert!(!symbols.is_stranger(unheard));
    }
}
