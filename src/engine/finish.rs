//! Makes finished paths fit for showing: no repetition of what follows, nothing twice, nothing unsure.
//!
//! Called last. Thresholds live here, measured by the evaluation so that what is shown is right about 70 % of the time.

use super::cold::Body;
use super::decode::Path;
use super::render::render;
use super::request::Request;
use super::{Options, Suggestion, Task};

/// The least confidence of a completion that is shown.
const SHOWN: f32 = 0.35;

/// Whether the cursor stands where no text of use can be written.
pub(crate) fn is_hopeless(request: &Request<'_, '_>) -> bool {
    let inside_word = request
        .below_text
        .chars()
        .next()
        .is_some_and(super::lexer::is_word);
    let empty = request.above.is_empty() && request.sequence.tokens.len() < 8;
    (inside_word && !request.prefix.is_empty()) || (empty && request.prefix.is_empty())
}

/// The suggestions to show, best first.
pub(crate) fn choose(
    request: &Request<'_, '_>,
    paths: &[Path],
    bodies: &[Body],
    options: &Options,
) -> Vec<Suggestion> {
    let mut shown: Vec<Suggestion> = Vec::new();
    // At the start of a body the model of bodies knows more than the lines that happen to be near.
    let trust = if bodies.is_empty() { 1.0 } else { 0.2 };
    let lines = paths
        .iter()
        .map(|path| (render(request, path), path.score.exp() * trust));
    let mut texts: Vec<(String, f32)> = bodies
        .iter()
        .map(|body| (body.text.clone(), body.share))
        .chain(lines)
        .collect();
    texts.sort_by(|one, other| other.1.total_cmp(&one.1));
    for (text, confidence) in texts {
        let text = trim_overlap(&text, request.below_text);
        let fresh = shown.iter().all(|other| other.text != text);
        if !text.trim().is_empty()
            && fresh
            && (confidence >= SHOWN || options.task == Task::Generation)
        {
            shown.push(Suggestion { text, confidence });
        }
    }
    shown.truncate(options.choices.clamp(1, 4));
    shown
}

/// Takes off the end of a text what the following text starts with.
pub(crate) fn trim_overlap(text: &str, below: &str) -> String {
    let first = below.lines().next().unwrap_or("").trim();
    if first.is_empty() {
        return text.to_owned();
    }
    let kept = text.trim_end().strip_suffix(first).unwrap_or(text);
    kept.to_owned()
}
