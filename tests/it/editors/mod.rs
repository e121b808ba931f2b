//! What editors ask besides suggestions, and what an administrator decides for them.

mod exclusions;
mod projects;
mod tokens;
