//! What editors ask besides suggestions, and what an administrator decides for them.

mod browsers;
mod exclusions;
mod graphql;
mod projects;
mod tokens;
mod usage;
