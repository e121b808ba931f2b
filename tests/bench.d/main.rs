//! The benchmark: this server beside a bare nginx, in one run, in turns. Started by `tests/bench`, which builds both. It
//! prints ratios and judges none of them: on a shared machine only a person can.
//!
//! Processor time is the figure to trust; what a clock on the wall says depends on who else is there.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a command that prints a table"
)]

mod body;
mod client;
mod gateway;
mod measures;
mod passing;
mod process;
mod report;
mod seed;
mod servers;
mod wire;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

use gateway::Gateway;
use measures::{Bench, Load, Servers};
use report::Row;
use servers::Setup;

/// What can go wrong here ends the run with a message; there is nothing to tell apart.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Tokens that the servers know.
const TOKENS: u32 = 20_000;

/// Compares this server with a bare nginx.
#[derive(Debug, Parser)]
#[command(name = "tests/bench")]
struct Arguments {
    /// The server's program.
    #[arg(long, value_name = "FILE")]
    program: PathBuf,
    /// Fewer and shorter rounds: about a minute.
    #[arg(long)]
    quick: bool,
    /// Only the measurements whose name contains this word: cpu, latency, events, held, tokens, pass.
    #[arg(long, value_name = "WORD")]
    only: Option<String>,
    /// Instead of measuring, run the server below this command and give it a steady load.
    #[arg(long, value_name = "COMMAND")]
    profile: Option<String>,
    /// Size of a body for --profile in kB.
    #[arg(long, value_name = "KB", default_value_t = 10)]
    size: usize,
    /// Number of requests for --profile.
    #[arg(long, value_name = "NUMBER", default_value_t = 5000)]
    requests: usize,
    /// Instead of requests, give --profile so many streams that are read for a few seconds.
    #[arg(long, value_name = "NUMBER")]
    streams: Option<u16>,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Plan {
    rounds: u8,
    requests: u16,
    seconds: u8,
    streams: u16,
    held: u16,
}

const QUICK: Plan = Plan {
    rounds: 3,
    requests: 4_000,
    seconds: 2,
    streams: 300,
    held: 500,
};

const FULL: Plan = Plan {
    rounds: 7,
    requests: 12_000,
    seconds: 4,
    streams: 1000,
    held: 2000,
};

impl Plan {
    /// Rounds of what starts servers anew.
    fn few_rounds(self) -> u8 {
        self.rounds / 2
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tests/bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Outcome {
    let folder =
        std::env::temp_dir().join(format!("code-suggestions-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let gateway = Gateway::start()?;
    let setup = Setup {
        program: arguments.program.clone(),
        folder: folder.clone(),
        gateway: gateway.address,
    };
    let bench = Bench {
        plan: if arguments.quick { QUICK } else { FULL },
        tokens: seed::seed(&setup, TOKENS)?,
        setup,
        gateway,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if let Some(profiler) = &arguments.profile {
            let load = match arguments.streams {
                None => Load::Requests(arguments.requests, arguments.size),
                Some(streams) => Load::Streams(streams),
            };
            return bench.load_below(profiler, load).await;
        }
        let rows = measure(&bench, arguments.only.as_deref().unwrap_or_default()).await?;
        println!("{}", report::table(&rows));
        Ok(())
    })?;
    // Kept when something fails, since the logs say what.
    Ok(std::fs::remove_dir_all(folder)?)
}

async fn measure(bench: &Bench, only: &str) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let mut connections = None;
    {
        let servers = Servers::start(&bench.setup)?;
        for case in [
            ("CPU per request, 1 kB", 1, [1.4, 1.0, 0.8]),
            ("CPU per request, 10 kB", 10, [1.6, 1.35, 1.1]),
            ("CPU per request, 100 kB", 100, [2.6, 2.3, 1.3]),
        ] {
            if "cpu".contains(only) {
                let [cpu, made] = bench.requests(&servers, case).await?;
                rows.push(cpu);
                connections = Some(made);
            }
        }
        if "latency".contains(only) {
            rows.extend(bench.latency(&servers).await?);
        }
        if "events".contains(only) {
            rows.push(bench.events(&servers).await?);
        }
    }
    if "pass".contains(only) {
        rows.extend(bench.passing().await?);
    }
    if "held".contains(only) {
        rows.push(bench.held().await?);
    }
    if "tokens".contains(only) {
        rows.extend(bench.many_tokens().await?);
    }
    rows.extend(connections);
    Ok(rows)
}
