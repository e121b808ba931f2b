//! Knows files whose values are called after the members they are taken from: `const width = settings.width`.
//!
//! Asked by the decoder where a member is to be named. The decision: how likely the same name comes again is counted in
//! the file itself, as one that does so does it throughout.

use super::lexer::{Kind, Piece};
use super::request::Request;
use super::symbols::Symbol;

/// The name that is being given a value, where the cursor stands behind the dot of `name = object.`, and how likely the
/// member is called the same; `None` where the file has not done so yet.
pub(crate) fn expected(request: &Request<'_, '_>) -> Option<(Symbol, f32)> {
    let [.., name, equals, _, dot] = request.above.as_slice() else {
        return None;
    };
    if equals.text != "=" || dot.text != "." || name.kind != Kind::Word {
        return None;
    }
    let (mut echoes, mut others) = (0.0_f32, 0.0_f32);
    for place in request.above.windows(5) {
        match echoing(place) {
            Some(true) => echoes += 1.0,
            Some(false) => others += 1.0,
            None => {}
        }
    }
    let symbol = request.symbols.find(name.text)?;
    // One more that may go either way.
    (echoes > 0.0).then(|| (symbol, (echoes + 0.5) / (echoes + others + 1.0)))
}

/// Whether the member of `name = object.member` is called like the value; `None` if it is something else.
fn echoing(place: &[Piece<'_>]) -> Option<bool> {
    let [name, equals, object, dot, member] = place else {
        return None;
    };
    let is_one = equals.text == "="
        && dot.text == "."
        && [name, object, member]
            .iter()
            .all(|piece| piece.kind == Kind::Word);
    is_one.then(|| name.text == member.text)
}
