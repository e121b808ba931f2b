//! The parameters of a request: read from JSON, forms and queries, checked by tables of rules, and sent on to the
//! gateway. Used by the handlers of the Code Suggestions endpoints; it knows no HTTP beyond content types.
//!
//! The body is parsed once. From then on everything is a slice of the bytes that arrived, and the body for the gateway
//! is put together from those slices.

mod check;
mod completion;
mod document;
mod error;
mod escape;
mod form;
mod forward;
mod grammar;
mod limits;
mod list;
mod number;
mod project;
mod read;
mod rewrite;
mod rules;
mod scalar;
mod scan;
mod schema;
pub(crate) mod splice;
mod split;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod withheld;

pub use check::{Checked, ValidationError, check};
pub use completion::{CompletionRequest, ContextItem, ContextKind, GenerationType, Intent};
pub use error::ParamsError;
pub(crate) use escape::encoded_content_chars;
pub use forward::{MAX_CONTENT_CHARS, is_over};
pub use grammar::{is_json, text_within};
pub use limits::check as check_limits;
pub use project::{DirectAccessRequest, EnabledRequest};
pub use read::Params;
pub use rules::{COMPLETIONS, DIRECT_ACCESS, ENABLED, Rule, TRACK_EVENT};
pub use schema::json_schema;
pub use text::{Line, Lines, Text};
