//! Steps over one line of code: white space, words and parentheses, forwards and backwards. Used by the shapes of
//! `function`.
//!
//! Each search visits a byte a fixed number of times, since a line may be as long as a file.

/// Whether a byte is white space.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

/// Whether a byte belongs to a name.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The end of the run that begins at `at`.
fn run_end(line: &[u8], at: usize, belongs: fn(u8) -> bool) -> usize {
    at + line
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take_while(|&&byte| belongs(byte))
        .count()
}

/// The start of the run that ends at `end`.
fn run_start(line: &[u8], end: usize, belongs: fn(u8) -> bool) -> usize {
    end - line
        .get(..end)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(|&&byte| belongs(byte))
        .count()
}

/// The end of the white space at `at`.
pub(super) fn spaces_end(line: &[u8], at: usize) -> usize {
    run_end(line, at, is_space)
}

/// The start of the white space that ends at `end`.
pub(super) fn spaces_start(line: &[u8], end: usize) -> usize {
    run_start(line, end, is_space)
}

/// The end of the name at `at`, if there is one.
pub(super) fn name_end(line: &[u8], at: usize) -> Option<usize> {
    Some(run_end(line, at, is_word)).filter(|&end| end > at)
}

/// The start of the name that ends at `end`, if there is one.
pub(super) fn name_start(line: &[u8], end: usize) -> Option<usize> {
    Some(run_start(line, end, is_word)).filter(|&start| start < end)
}

/// The position behind `token`, if it stands at `at`, perhaps after white space.
pub(super) fn token_end(line: &[u8], at: usize, token: &str) -> Option<usize> {
    let at = spaces_end(line, at);
    line.get(at..)?
        .starts_with(token.as_bytes())
        .then_some(at + token.len())
}

/// Whether `word` stands right before `end`.
pub(super) fn ends_with(line: &[u8], end: usize, word: &str) -> bool {
    line.get(..end)
        .is_some_and(|before| before.ends_with(word.as_bytes()))
}

/// Whether some list of arguments without a closing parenthesis in it has a fitting head and tail.
///
/// `head` is given the position of the opening parenthesis, `tail` the one behind the closing parenthesis.
pub(super) fn has_args(
    line: &[u8],
    head: impl Fn(&[u8], usize) -> bool,
    tail: impl Fn(&[u8], usize) -> bool,
) -> bool {
    let mut start = 0;
    line.split(|&byte| byte == b')').any(|part| {
        let close = start + part.len();
        let fits = close < line.len()
            && tail(line, close + 1)
            && (start..close).any(|at| line.get(at) == Some(&b'(') && head(line, at));
        start = close + 1;
        fits
    })
}

/// Whether some opening parenthesis with a fitting head has a closing one with a fitting tail after it, whatever is
/// between them.
pub(super) fn has_parentheses(
    line: &[u8],
    head: impl Fn(&[u8], usize) -> bool,
    tail: impl Fn(&[u8], usize) -> bool,
) -> bool {
    let open = (0..line.len()).find(|&at| line.get(at) == Some(&b'(') && head(line, at));
    open.is_some_and(|open| {
        (open..line.len())
            .rev()
            .any(|at| line.get(at) == Some(&b')') && tail(line, at + 1))
    })
}
