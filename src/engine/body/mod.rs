//! Writes the body of a new function from its name, its parameters and the members its object has.
//!
//! Called when the cursor stands where a body begins. The decision: bodies are learned as shapes with slots ("the
//! member named like the function", "the first parameter"), and the words of names are evidence for a shape, so the
//! same table serves every name in every language of a family.

mod absent;
mod amounts;
mod beside;
mod deeds;
mod fill;
mod globals;
mod idea;
mod kin;
mod kinds;
mod locals;
mod many;
mod members;
mod misdeed;
mod misfit;
mod owned;
mod question;
mod rank;
mod sense;
mod shape;
mod table;
mod unknown;
mod voice;
mod weigh;
mod whole;

pub(crate) use globals::{FILE, Global, globals, reads_keys_by_dot, rebinds};
pub(crate) use locals::locals;
pub(crate) use members::{Member, Value, found, members};
pub(crate) use rank::Ranks;
#[cfg(feature = "training")]
pub(crate) use rank::{Feature, WEIGHTS};
pub(crate) use shape::shape;
#[cfg(feature = "training")]
pub(crate) use shape::skip_prose;
#[cfg(feature = "training")]
pub(crate) use table::row;
pub(crate) use table::{ShapeTable, words_of};
#[cfg(feature = "training")]
pub(crate) use weigh::{Judged, judged};
pub(crate) use weigh::{Proposal, Setting, propose};
pub(crate) use whole::fields;
