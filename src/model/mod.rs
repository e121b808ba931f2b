//! Model servers.

pub mod template;
pub mod tidy;
pub mod window;
