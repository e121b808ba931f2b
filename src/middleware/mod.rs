//! What happens around every handler: identifier, canonical path, access line, common headers, and who is asking.
//! Called by `server` for each request; handlers call [`admit`] for the parts that need a user.

mod activity;
mod admit;
mod body;
mod browser;
mod client;
mod cors;
mod edge;
mod fields;
mod front;
mod notes;
mod path;

pub use activity::Activity;
pub use admit::{Admitted, AuthOrApiError, admit, authenticated, read_body, read_strangers_body};
pub use body::ReplyBody;
pub use browser::{SESSION_COOKIE, cookie, is_from_here};
pub use edge::{ForGitLab, Format, Peer, Untouched, edge};
pub use fields::Fields;
pub use notes::Notes;
