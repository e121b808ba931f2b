//! What tests stand on: a server over sockets ([`TestServer`]), a scripted gateway ([`FakeGateway`]), a client that shows
//! every fault of a transfer ([`Request`], [`Connection`]), tables of cases, and the program as a child process.
//!
//! Nothing here sleeps to let something happen: tests wait for events, under one generous time limit ([`soon`]).

mod browser;
mod client;
mod gateway;
pub(crate) mod git;
pub(crate) mod gitlab;
mod model;
mod program;
mod redis;
mod server;
mod table;
mod wire;

pub(crate) use browser::{Browser, FORM, form};
pub(crate) use client::{Connection, Reply, Request, Transfer};
pub(crate) use gateway::{Answer, End, Exchange, FakeGateway, Recorded, Script, chunk};
pub(crate) use model::{
    FakeModel, chat_stream, llama_stream, mistral_stream, ollama_lines, ollama_raw, openai_begun,
    openai_document, openai_event, openai_stream,
};
pub(crate) use program::{Program, Run, command};
pub(crate) use redis::RedisServer;
pub(crate) use server::{Builder, TestServer};
pub(crate) use table::{Expect, accepted, check, refused, row};
pub(crate) use wire::{Framing, Piece, Wire};

use std::{panic::Location, time::Duration};

use serde_json::{Value, json};

pub(crate) const COMPLETIONS: &str = "/api/v4/code_suggestions/completions";
pub(crate) const ENABLED: &str = "/api/v4/code_suggestions/enabled";
pub(crate) const DIRECT_ACCESS: &str = "/api/v4/code_suggestions/direct_access";
pub(crate) const CONNECTION_DETAILS: &str = "/api/v4/code_suggestions/connection_details";

/// Time after which something that a test waits for counts as never happening; a busy machine takes a while for all of it.
const SOON: Duration = Duration::from_mins(2);

/// Awaits an event that has to happen.
#[track_caller]
pub(crate) fn soon<T>(event: impl Future<Output = T>) -> impl Future<Output = T> {
    let place = Location::caller();
    async move {
        tokio::time::timeout(SOON, event)
            .await
            .unwrap_or_else(|_| panic!("{place}: waited {SOON:?} in vain"))
    }
}

/// The body of the contract that is a completion without anything special.
pub(crate) fn okc() -> Value {
    json!({
        "current_file": { "file_name": "a.rb", "content_above_cursor": "x", "content_below_cursor": "y" },
        "intent": "completion",
    })
}

/// That body with further members.
pub(crate) fn okc_with(members: Value) -> Value {
    let mut body = okc();
    let Value::Object(members) = members else {
        panic!("members are an object");
    };
    for (name, value) in members {
        body[name] = value;
    }
    body
}

/// That body with further members of the current file.
pub(crate) fn okc_with_file(members: Value) -> Value {
    let mut body = okc();
    let Value::Object(members) = members else {
        panic!("members are an object");
    };
    for (name, value) in members {
        body["current_file"][name] = value;
    }
    body
}
