//! What reading a body costs, step by step: parsing it with a parser that keeps nothing, reading its parameters, checking
//! them, deciding on the task. Started by `tests/bench`; each step contains the one before, so that the difference between
//! two rows is what a step adds.
//!
//! It counts allocations and their bytes too: texts that were copied would show as bytes that grow with the body, a regular
//! expression that is compiled for a request as dozens of allocations.

#![expect(clippy::print_stderr, reason = "it is a command")]

mod body;

use std::process::ExitCode;

use bytes::Bytes;
use code_suggestions::{
    params::{CompletionRequest, Params},
    prompt::intent::{self, IntentInput, Task},
};
use divan::{AllocProfiler, Bencher};
use futures_util::FutureExt;
use serde::de::IgnoredAny;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// Sizes of bodies in kB; the last is as large as the texts of a request may be.
const SIZES: [usize; 3] = [1, 10, 400];

fn main() -> ExitCode {
    for size in SIZES {
        if decided(editors(size)).is_none() {
            eprintln!("the body of {size} kB is not read as a completion");
            return ExitCode::FAILURE;
        }
    }
    divan::main();
    ExitCode::SUCCESS
}

/// A parser that keeps nothing.
#[divan::bench(args = SIZES)]
fn a_parsed(bencher: Bencher<'_, '_>, size: usize) {
    let body = editors(size);
    bencher.bench_local(|| serde_json::from_slice::<IgnoredAny>(&body).is_ok());
}

/// The members found, the limits on JSON kept, the texts left where they are.
#[divan::bench(args = SIZES)]
fn b_read(bencher: Bencher<'_, '_>, size: usize) {
    let body = editors(size);
    bencher.bench_local(|| read(body.clone()));
}

/// And held against the rules.
#[divan::bench(args = SIZES)]
fn c_checked(bencher: Bencher<'_, '_>, size: usize) {
    let body = editors(size);
    bencher.bench_local(|| checked(body.clone()));
}

/// And completion or generation chosen, by looking at the code.
#[divan::bench(args = SIZES)]
fn d_decided(bencher: Bencher<'_, '_>, size: usize) {
    let body = editors(size);
    bencher.bench_local(|| decided(body.clone()));
}

fn editors(size: usize) -> Bytes {
    Bytes::from(body::body(size))
}

fn read(body: Bytes) -> Option<Params> {
    // JSON never makes it wait.
    let read = Params::read(Some(b"application/json"), None, body);
    read.now_or_never()?.ok()
}

fn checked(body: Bytes) -> Option<CompletionRequest> {
    CompletionRequest::from_params(read(body)?).ok()
}

/// The request, if it is the completion that it looks like.
fn decided(body: Bytes) -> Option<CompletionRequest> {
    let request = checked(body)?;
    let task = intent::detect(&IntentInput::from(&request));
    (task == Task::Completion).then_some(request)
}
