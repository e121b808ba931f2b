//! Makes finished paths fit for showing: balanced, no repetition of what follows, nothing twice, nothing unsure.
//!
//! Called last. The thresholds live here, measured by the evaluation: more than half of what is shown in the middle of a line
//! is right in every language, and two thirds over all of them.

use super::calibration::{of_body, of_line};
use super::cold::{Body, begins_body, closing};
use super::decode::opens_block;
use super::lexer::Kind;
use super::path::Path;
use super::render::render;
use super::request::Request;
use super::{Options, Suggestion, Task};

/// The least confidence of a completion that is shown.
const SHOWN: f32 = 0.5;
/// The least confidence of one that is far ahead of the next, and how far that is.
const CLEAR: f32 = 0.42;
const AHEAD: f32 = 4.0;
/// The same for the body of a function, of which only the gist has to be right.
const SHOWN_BODY: f32 = 0.4;

/// The least confidence of anything that a generation shows, and of whatever is shown beside the best.
const WRITTEN: f32 = 0.35;
const BESIDE: f32 = 0.1;

/// How much lines count beside bodies.
const BESIDE_BODIES: f32 = 0.3;

/// Whether the cursor stands where no text of use can be written.
pub(crate) fn is_hopeless(request: &Request<'_, '_>) -> bool {
    let inside_word = request
        .below_text
        .chars()
        .next()
        .is_some_and(super::lexer::is_word);
    (inside_word && !request.prefix.is_empty()) || is_bare(request)
}

/// Whether there is no code to go by, only comments: what they ask for follows from nothing that can be read here.
fn is_bare(request: &Request<'_, '_>) -> bool {
    let mut pieces = (request.above.iter().chain(&request.taken)).chain(&request.below);
    let code = pieces.any(|piece| {
        matches!(
            piece.kind,
            Kind::Word | Kind::Number | Kind::Punct | Kind::Close
        )
    });
    !code && request.sequence.below_start == 0
}

/// The suggestions to show, best first; only what is sure enough, if that is asked for.
pub(crate) fn choose(
    request: &Request<'_, '_>,
    paths: &[Path],
    bodies: &[Body],
    options: &Options,
    sure: bool,
) -> Vec<Suggestion> {
    let mut rated: Vec<(Suggestion, f32)> = Vec::new();
    let dotted = request.prefix.is_empty()
        && (request.above.last()).is_some_and(|last| last.kind == Kind::Punct && last.text == ".");
    let fits = |body: &&Body| !dotted || body.text.starts_with(super::lexer::is_word);
    let bodies: Vec<&Body> = bodies.iter().filter(fits).collect();
    for body in &bodies {
        let text = trim_overlap(&body.text, request.below_text);
        rated.push((
            Suggestion {
                text,
                confidence: of_body(body.share),
            },
            SHOWN_BODY,
        ));
    }
    // At the start of a body the model of bodies knows more than the lines that happen to be near.
    let trust = if bodies.iter().any(|body| body.fresh) || begins_body(request) {
        BESIDE_BODIES
    } else {
        1.0
    };
    for path in paths {
        let Some(text) = balanced(request, path) else {
            continue;
        };
        let text = trim_overlap(&text, request.below_text);
        rated.push((
            Suggestion {
                text,
                confidence: trust * of_line(path.score.exp(), request.language.family),
            },
            SHOWN,
        ));
    }
    rated.sort_by(|one, other| other.0.confidence.total_cmp(&one.0.confidence));
    let runner_up = rated.get(1).map_or(0.0, |(second, _)| second.confidence);
    let mut shown: Vec<Suggestion> = Vec::new();
    for (suggestion, least) in rated {
        let fresh = shown
            .iter()
            .all(|other| other.text.trim_end() != suggestion.text.trim_end());
        let enough = match options.task {
            _ if !shown.is_empty() => suggestion.confidence >= BESIDE,
            Task::Generation => suggestion.confidence >= WRITTEN,
            Task::Completion => {
                suggestion.confidence >= least || is_clear(suggestion.confidence, runner_up)
            }
        };
        if !suggestion.text.trim().is_empty() && fresh && (enough || !sure) {
            shown.push(suggestion);
        }
    }
    shown.truncate(options.choices.clamp(1, 4));
    shown
}

/// Whether a suggestion stands so far ahead of the next that there is hardly anything else to write.
fn is_clear(confidence: f32, runner_up: f32) -> bool {
    confidence >= CLEAR && confidence >= AHEAD * runner_up
}

/// The text of a path with the blocks it opened closed again; none where a call or list would stay open.
fn balanced(request: &Request<'_, '_>, path: &Path) -> Option<String> {
    let mut text = render(request, path);
    if text.trim().is_empty() {
        return None;
    }
    let feed = if request.crlf { "\r\n" } else { "\n" };
    let indent = request.tail.indents.last().copied().unwrap_or("");
    let mut open = path.open.clone();
    let left = open.len().min(request.surplus);
    open.drain(..left);
    if open.iter().any(|bracket| *bracket != b'{') {
        return None;
    }
    for _ in open {
        text.push_str(feed);
        text.push_str(indent);
        text.push('}');
    }
    let begins_block = opens_block(request) && path.tokens.len() > 1 && text.starts_with(feed);
    if let Some(end) = closing(request, indent).filter(|_| begins_block) {
        text.push_str(feed);
        text.push_str(indent);
        text.push_str(end);
    }
    Some(text)
}

/// Takes off the end of a text what the following text starts with.
pub(crate) fn trim_overlap(text: &str, below: &str) -> String {
    let mut kept = text;
    let here = below.split('\n').next().unwrap_or("").trim();
    if !here.is_empty() {
        kept = kept.trim_end().strip_suffix(here).unwrap_or(kept);
        return kept.to_owned();
    }
    // Whole lines that already stand below are not written again.
    let mut following: Vec<&str> = below
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(8)
        .collect();
    while !following.is_empty() {
        let lines: Vec<&str> = kept.lines().map(str::trim).collect();
        let same = lines.len() > following.len()
            && lines.ends_with(&following)
            && following.iter().any(|line| line.len() > 1);
        if same {
            for _ in 0..following.len() {
                kept = kept.rsplit_once('\n').map_or("", |(before, _)| before);
            }
            break;
        }
        following.pop();
    }
    kept.trim_end_matches('\r').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_not_written_again() {
        for (text, below, kept) in [
            ("a, b)", ")", "a, b"),
            ("a, b)", "\nnext", "a, b)"),
            ("x = 1\ny = 2", "\ny = 2\nz = 3\n", "x = 1"),
            ("x = 1\n}", "\n}\n", "x = 1\n}"),
            ("", "", ""),
        ] {
            assert_eq!(trim_overlap(text, below), kept, "{text:?} before {below:?}");
        }
    }
}
