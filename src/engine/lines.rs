//! Goes on past the first line while it is sure, and stops where the block ends.
//!
//! Called by the engine after the first line. A completion goes on only when every further line is likely; a
//! generation goes on as long as lines come at all.

use super::decode::{Decoder, opens_block};
use super::lexer::Kind;
use super::path::Path;
use super::request::Request;
use super::symbols::as_line_end;
use super::{Options, Task};

/// The most lines of a completion and of a generation.
const COMPLETION_LINES: usize = 6;
const GENERATION_LINES: usize = 10;
/// How likely a further line of a completion must be, and of a generation.
const COMPLETION_SURE: f32 = 0.55;
const GENERATION_SURE: f32 = 0.04;

/// Adds lines to the best path.
pub(crate) fn go_on(
    decoder: &mut Decoder<'_, '_, '_>,
    request: &Request<'_, '_>,
    paths: &mut [Path],
    options: &Options,
    is_late: &dyn Fn() -> bool,
) {
    let generation = options.task == Task::Generation;
    let invited = generation || opens_block(request) || request.tail.open_line.is_some();
    let Some(best) = paths
        .first_mut()
        .filter(|_| invited && request.remainder.is_empty())
    else {
        return;
    };
    let (most, sure) = if generation {
        (GENERATION_LINES, GENERATION_SURE)
    } else {
        (COMPLETION_LINES, COMPLETION_SURE)
    };
    for _ in 1..most {
        let ended = best
            .tokens
            .last()
            .is_none_or(|token| token.kind != Kind::Newline);
        if ended || is_late() || best.tokens.len() >= options.max_tokens || is_over(request, best) {
            break;
        }
        let limit = options.max_tokens.saturating_sub(best.tokens.len()).min(60);
        let Some(next) = decoder
            .line(best.clone(), limit, is_late)
            .into_iter()
            .next()
        else {
            break;
        };
        let likely = (next.score - best.score).exp() >= sure;
        if !likely
            || repeats(best, &next)
            || meets_below(request, best, &next)
            || leaves(request, &next)
        {
            break;
        }
        // What a generation adds does not make what it has less sure.
        let score = if generation { best.score } else { next.score };
        *best = Path { score, ..next };
    }
}

/// Whether the last line end leaves the block the cursor stands in.
fn is_over(request: &Request<'_, '_>, path: &Path) -> bool {
    let deltas = path
        .tokens
        .iter()
        .filter_map(|token| as_line_end(token.symbol));
    let level: i32 = deltas.map(|(delta, _)| i32::from(delta)).sum();
    level < i32::from(opens_block(request) && request.tail.open_line.is_none())
}

/// Whether the new line closes a bracket that was open before the cursor.
fn leaves(request: &Request<'_, '_>, path: &Path) -> bool {
    path.closed > 0 && request.remainder.is_empty() && request.unclosed.last() == Some(&b'{')
}

/// Whether the new line says again what one of the last lines said.
fn repeats(before: &Path, after: &Path) -> bool {
    let new: Vec<u32> = after
        .tokens
        .iter()
        .skip(before.tokens.len())
        .map(|token| token.symbol)
        .collect();
    let body = new.get(..new.len().saturating_sub(1)).unwrap_or(&[]);
    let old: Vec<u32> = before.tokens.iter().map(|token| token.symbol).collect();
    !body.is_empty() && old.windows(body.len()).any(|window| window == body)
}

/// Whether the new line already stands below.
fn meets_below(request: &Request<'_, '_>, before: &Path, after: &Path) -> bool {
    let new = after
        .tokens
        .iter()
        .skip(before.tokens.len())
        .filter(|token| token.kind != Kind::Newline);
    let mut below = request
        .below
        .iter()
        .filter(|piece| piece.kind != Kind::Newline);
    let mut any = false;
    for token in new {
        any = true;
        if below
            .next()
            .is_none_or(|piece| piece.text != request.symbols.text(token.symbol))
        {
            return false;
        }
    }
    any
}
