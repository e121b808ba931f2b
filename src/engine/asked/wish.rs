//! What a comment asks for, in its own words. Called for the comment that the cursor stands behind or below.
//!
//! No grammar of English: the verb that comes first names the function, and the last word of each phrase behind it what it takes.

/// Words that ask for a function, and what may stand between them and it.
const MAKE: [&str; 10] = [
    "write",
    "create",
    "add",
    "make",
    "implement",
    "define",
    "generate",
    "a",
    "the",
    "function",
];
pub(super) const FUNCTION: [&str; 3] = ["function", "method", "func"];

/// Words that lead over to what the function does.
const THAT: [&str; 8] = [
    "that", "which", "to", "for", "will", "should", "can", "simply",
];

/// What is named by its result.
const GIVE: [&str; 5] = ["compute", "calculate", "return", "determine", "give"];

/// What is asked of something.
const CHECK: [&str; 4] = ["check", "test", "tell", "determine"];

/// Words that mean no thing of their own.
const ARTICLES: [&str; 10] = [
    "a", "an", "the", "given", "its", "their", "some", "all", "each", "one",
];

/// Words that a further thing follows.
const JOINTS: [&str; 10] = [
    "and", "with", "to", "from", "by", "in", "into", "of", "on", "for",
];

/// The most words of a comment that are read.
const MOST_WORDS: usize = 24;

/// What a function is asked for.
#[derive(Debug, PartialEq)]
pub(super) struct Wish {
    /// The words of its name.
    pub(super) name: Vec<String>,
    pub(super) inputs: Inputs,
    /// The words that say to what it is done.
    pub(super) things: Vec<String>,
    /// Whether a function is asked for by that word.
    pub(super) plain: bool,
    /// Whether the comment says by what it is done.
    pub(super) by: bool,
}

/// What it works on.
#[derive(Debug, PartialEq)]
pub(super) enum Inputs {
    /// Things that have names.
    Named(Vec<String>),
    /// Two numbers, strings or the like, by their word.
    Alike(String),
}

/// The words of the name of what is done, and those that say to what.
fn deed<'w, 'a>(words: &'w [&'a str]) -> Option<(Vec<String>, &'w [&'a str])> {
    let [verb, rest @ ..] = words else {
        return None;
    };
    let own = |words: &[&str]| -> Vec<String> {
        let own = words.iter().filter(|word| !ARTICLES.contains(word));
        own.map(|word| (*word).to_owned()).collect()
    };
    let verb = bare(verb);
    if CHECK.contains(&verb.as_str())
        && let [ask, rest @ ..] = rest
        && matches!(*ask, "if" | "whether" | "that")
    {
        let is = rest.iter().position(|word| *word == "is")?;
        let mut name = own(&rest[is + 1..]);
        name.truncate(2);
        name.insert(0, "is".to_owned());
        return Some((name, &rest[..is]));
    }
    if GIVE.contains(&verb.as_str()) {
        let end = rest.iter().position(|word| JOINTS.contains(word))?;
        return Some((own(&rest[..end]), &rest[end + 1..]));
    }
    Some((vec![verb], rest))
}

/// The bare form of a verb.
fn bare(verb: &str) -> String {
    if let Some(stem) = verb.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let hissing = ["sses", "shes", "ches", "xes", "zes"];
    let dropped = if hissing.iter().any(|end| verb.ends_with(end)) {
        2
    } else {
        1
    };
    let third = verb.ends_with('s') && !verb.ends_with("ss") && verb.len() > 3;
    verb[..verb.len() - if third { dropped } else { 0 }].to_owned()
}

/// What is spoken of, phrase by phrase.
fn inputs(words: &[&str]) -> Option<Inputs> {
    let mut named: Vec<String> = Vec::new();
    for phrase in words.split(|word| JOINTS.contains(word)) {
        let things: Vec<&&str> = phrase
            .iter()
            .filter(|word| !ARTICLES.contains(word))
            .collect();
        if things
            .first()
            .is_some_and(|word| matches!(**word, "two" | "2"))
        {
            let thing = things.last().filter(|_| named.is_empty())?;
            return Some(Inputs::Alike((**thing).to_owned()));
        }
        let Some(thing) = things.last() else { continue };
        named.push((**thing).to_owned());
    }
    // "a user by name" needs the name, "a list of items" the items.
    let narrowed = words.iter().any(|word| matches!(*word, "by" | "of"));
    if narrowed && named.len() == 2 {
        named.remove(0);
    }
    (1..=2)
        .contains(&named.len())
        .then_some(Inputs::Named(named))
}

// === impl Inputs ===

impl Inputs {
    pub(super) fn names(&self) -> &[String] {
        match self {
            Self::Named(names) => names,
            Self::Alike(_) => &[],
        }
    }
}

// === impl Wish ===

impl Wish {
    /// Reads a comment; `None` if it asks for no function.
    pub(super) fn of(comment: &str) -> Option<Self> {
        let sentence = comment.split(['.', ';', '(', ':']).next()?;
        let given: Vec<&str> = sentence
            .split(|one: char| !one.is_alphanumeric() && one != '_')
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
            .collect();
        if !given.iter().all(|word| word.is_ascii()) {
            return None;
        }
        let lower: Vec<String> = given.iter().map(|word| word.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let mut words = lower.as_slice();
        let begins = words.first().is_some_and(|word| MAKE.contains(word));
        let mut start = words.iter().take(6);
        let function = start.position(|word| begins && FUNCTION.contains(word));
        if let Some(at) = function {
            words = &words[at + 1..];
        }
        let mut called = None;
        if let [word, _, rest @ ..] = words
            && matches!(*word, "called" | "named")
        {
            called = given.get(given.len() - rest.len() - 1).copied();
            words = rest;
        }
        while let [word, rest @ ..] = words
            && THAT.contains(word)
        {
            words = rest;
        }
        let (name, things) = deed(words)?;
        let name: Vec<String> = called.map_or(name, |name| vec![name.to_owned()]);
        let inputs = inputs(things)?;
        let good = (1..=3).contains(&name.len());
        good.then_some(Self {
            name,
            inputs,
            things: things.iter().map(|word| (*word).to_owned()).collect(),
            plain: function.is_some(),
            by: things.contains(&"by"),
        })
    }
}
