//! Integration tests: requests through real sockets and the real router, against a gateway that can be told to do anything,
//! and the program itself as a child process. Every test has a server, a data directory and a gateway of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod ai;
mod cli;
mod contract;
mod edge;
mod editors;
mod engine;
mod faults;
mod gitlab;
mod http2;
mod limits;
mod models;
mod oauth;
mod streams;
mod support;
mod tls;
mod web;
