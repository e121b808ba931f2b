//! The command line: the only place that prints and that decides the exit code. Commands work on the data directory and
//! may run beside the server.

mod accounts;
mod applications;
mod doctor;
mod keys;
mod output;
mod probe;
mod serve;
mod settings;
mod usage;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{self, IdentityKind, Settings, Sources},
    state::Local,
    store::Store,
};
use output::{line, problem};

/// Exit code for wrong settings or arguments, as command-line parsers use it.
const WRONG_SETTINGS: u8 = 2;

/// A self-hosted server that speaks GitLab's Code Suggestions API.
#[derive(Debug, Parser)]
#[command(name = "code-suggestions", version, propagate_version = true)]
struct Arguments {
    /// File with settings (TOML). Without one the defaults and the environment count.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server. This is what happens without a command.
    Serve,
    /// Users of this instance.
    #[command(subcommand)]
    User(accounts::UserCommand),
    /// Access tokens.
    #[command(subcommand)]
    Token(accounts::TokenCommand),
    /// Applications that may ask users for access: "Sign in with browser" of editors.
    #[command(subcommand)]
    Application(applications::ApplicationCommand),
    /// Code Suggestions switches of projects and groups.
    #[command(subcommand)]
    Project(accounts::ProjectCommand),
    /// The instance's own Code Suggestions switch.
    #[command(subcommand)]
    Instance(accounts::InstanceCommand),
    /// Keys with which this instance signs tokens.
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// How suggestions were used.
    Usage(usage::UsageArgs),
    /// Settings.
    #[command(subcommand)]
    Config(settings::ConfigCommand),
    /// Try everything that a suggestion needs and say what to mend: exit code 0 or 1.
    Doctor(doctor::DoctorArgs),
    /// Ask the running server whether it is ready: exit code 0 or 1.
    Healthcheck,
    /// Print the OpenAPI document.
    Openapi,
    /// Print a completion script for a shell.
    ShellCompletions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Runs the program; returns its exit code.
pub fn main(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    environment: Vec<(String, String)>,
) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, and are no failures.
            let code = u8::try_from(error.exit_code()).unwrap_or(WRONG_SETTINGS);
            return if error.print().is_ok() {
                ExitCode::from(code)
            } else {
                ExitCode::FAILURE
            };
        }
    };
    let sources = Sources {
        file: arguments.config,
        environment: environment.into_iter().collect(),
    };
    match run(arguments.command.unwrap_or(Command::Serve), &sources) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Settings(error)) => {
            for text in &error.0 {
                problem(text);
            }
            ExitCode::from(WRONG_SETTINGS)
        }
        Err(Failure::Usage(text)) => {
            problem(&text);
            ExitCode::from(WRONG_SETTINGS)
        }
        Err(Failure::Other(text)) => {
            problem(&text);
            ExitCode::FAILURE
        }
    }
}

/// Why a command ends without success.
enum Failure {
    Settings(config::SettingsError),
    Usage(String),
    Other(String),
}

impl From<config::SettingsError> for Failure {
    fn from(error: config::SettingsError) -> Self {
        Self::Settings(error)
    }
}

impl Failure {
    /// A failure with its causes in one line.
    fn other(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let more = cause.to_string();
            // Some errors tell their cause themselves.
            if !text.ends_with(&more) {
                text.push_str(": ");
                text.push_str(&more);
            }
            source = cause.source();
        }
        Self::Other(text)
    }
}

fn run(command: Command, sources: &Sources) -> Result<(), Failure> {
    match command {
        Command::Serve => serve::run(config::load(sources)?),
        Command::User(command) => with_users(sources, async |local, settings| {
            accounts::user(command, local, settings).await
        }),
        // Works without the secret: this is what helps when it is lost.
        Command::Token(accounts::TokenCommand::Revoke { all: true, .. }) => {
            let folder = settings_with_users(sources)?.instance.data_dir;
            on_runtime(async { accounts::revoke_all(&Store::open(&folder)?).await })
        }
        Command::Token(command) => with_users(sources, async |local, _| {
            accounts::token(command, local).await
        }),
        Command::Application(command) => with_users(sources, async |local, _| {
            applications::application(command, local).await
        }),
        Command::Project(command) => with_local(sources, async |local, _| {
            accounts::project(command, local).await
        }),
        Command::Instance(command) => with_local(sources, async |local, _| {
            accounts::instance(command, local).await
        }),
        Command::Key(command) => keys::run(&command, &config::load(sources)?),
        Command::Usage(arguments) => {
            let settings = config::load(sources)?;
            with_settings(&settings, async |local, settings| {
                usage::usage(arguments, local, settings).await
            })
        }
        Command::Config(command) => settings::run(&command, sources),
        Command::Doctor(arguments) => doctor::run(arguments, sources),
        Command::Healthcheck => probe::healthcheck(&config::load(sources)?),
        Command::Openapi => {
            line(&crate::api::openapi::document().to_string());
            Ok(())
        }
        Command::ShellCompletions { shell } => {
            let mut command = <Arguments as clap::CommandFactory>::command();
            // Written to memory first: the generator panics when whoever reads has had enough.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "code-suggestions", &mut script);
            line(String::from_utf8_lossy(&script).trim_end());
            Ok(())
        }
    }
}

/// Opens the data directory for a command on users and tokens, which make no sense where those live in a GitLab.
fn with_users(
    sources: &Sources,
    command: impl AsyncFnOnce(Local, &Settings) -> Result<(), Failure>,
) -> Result<(), Failure> {
    with_settings(&settings_with_users(sources)?, command)
}

fn settings_with_users(sources: &Sources) -> Result<Settings, Failure> {
    let settings = config::load(sources)?;
    if settings.identity.kind == IdentityKind::GitLab {
        let url = settings.identity.gitlab.url.unwrap_or_default();
        return Err(Failure::Usage(format!(
            "users and tokens live in GitLab at {url}, since identity.kind is \"gitlab\"; manage them there"
        )));
    }
    Ok(settings)
}

/// Opens the data directory for a command, which needs neither threads nor a server.
fn with_local(
    sources: &Sources,
    command: impl AsyncFnOnce(Local, &Settings) -> Result<(), Failure>,
) -> Result<(), Failure> {
    with_settings(&config::load(sources)?, command)
}

fn with_settings(
    settings: &Settings,
    command: impl AsyncFnOnce(Local, &Settings) -> Result<(), Failure>,
) -> Result<(), Failure> {
    on_runtime(async {
        let local = Local::open(settings).await;
        command(local.map_err(|error| Failure::other(&error))?, settings).await
    })
}

fn on_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::other(&error))?;
    runtime.block_on(work)
}
