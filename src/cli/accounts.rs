//! Commands on users, tokens, projects and the instance. They write to the database that a running server reads.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{Failure, line, output::list};
use crate::{
    auth::make_token,
    clock::{Clock, iso_date, iso8601, parse_date},
    exclusions,
    state::Local,
    store::{NewToken, NewUser, ProjectChange, Scopes, StoreError, UserSwitch},
};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add a user.
    Add {
        /// Name to sign in with.
        name: String,
        /// Let the user administer the instance.
        #[arg(long)]
        admin: bool,
    },
    /// List all users.
    List(ListArgs),
    /// Refuse every token of a user.
    Block {
        /// Name of the user.
        name: String,
    },
    /// Take a block back.
    Unblock {
        /// Name of the user.
        name: String,
    },
    /// Set the Code Suggestions switch of a user.
    Set {
        /// Name of the user.
        name: String,
        /// Whether the user may use Code Suggestions.
        #[arg(long)]
        code_suggestions: Switch,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it, once.
    Create {
        /// Name of the user that it is for.
        #[arg(long)]
        user: String,
        /// What to call it.
        #[arg(long, default_value = "token")]
        name: String,
        /// What it may be used for, separated by commas.
        #[arg(long, default_value = "api")]
        scopes: Scopes,
        /// Day from which it is refused, YYYY-MM-DD (UTC).
        #[arg(long, value_parser = day)]
        expires_at: Option<i64>,
    },
    /// List all tokens, without the tokens themselves.
    List(ListArgs),
    /// Revoke a token for good.
    Revoke {
        /// Its number, as listed.
        id: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ProjectCommand {
    /// Set the switch or the exclusion rules of a project or group.
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Set {
        /// Full path, such as group/project.
        path: String,
        /// Whether Code Suggestions may be used there; the longest path that has a switch decides.
        #[arg(long, group = "change")]
        code_suggestions: Option<Switch>,
        /// Keep files from suggestions: a rule as in .gitignore, may be given several times. Replaces the rules that there are.
        #[arg(long, group = "change", value_name = "PATTERN")]
        exclude: Vec<String>,
        /// Take all exclusion rules away.
        #[arg(long, group = "change", conflicts_with = "exclude")]
        no_exclude: bool,
    },
    /// List all projects and groups that something has been set for.
    List(ListArgs),
}

#[derive(Debug, Subcommand)]
pub(super) enum InstanceCommand {
    /// Set the switch; off answers every Code Suggestions endpoint with 404, as `instance.enabled = false` does.
    Set {
        /// Whether this instance gives suggestions.
        #[arg(long)]
        code_suggestions: Switch,
    },
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Print a JSON array instead of a table.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

fn day(text: &str) -> Result<i64, String> {
    parse_date(text).ok_or_else(|| "a date is written YYYY-MM-DD".to_owned())
}

pub(super) async fn user(command: UserCommand, local: Local) -> Result<(), Failure> {
    let store = &local.store;
    match command {
        UserCommand::Add { name, admin } => {
            if !is_username(&name) {
                let rule = "a user name is 1 to 255 letters, digits, '_', '-' or '.', and begins with a letter or digit";
                return Err(Failure::Usage(format!("'{name}': {rule}")));
            }
            let user = store
                .add_user(NewUser {
                    username: name,
                    admin,
                    created_at: now(),
                })
                .await?;
            line(&format!("user {} added", user.username));
        }
        UserCommand::List(arguments) => {
            let head = [
                "id",
                "username",
                "admin",
                "blocked",
                "code_suggestions",
                "created_at",
            ];
            let users = store.users().await?;
            let rows: Vec<_> = users
                .iter()
                .map(|user| {
                    let created = iso8601(user.created_at);
                    row(json!([
                        user.id,
                        user.username,
                        user.admin,
                        user.blocked,
                        user.code_suggestions,
                        created
                    ]))
                })
                .collect();
            list(&head, &rows, arguments.json);
        }
        UserCommand::Block { name } => {
            let user = store.switch_user(name, UserSwitch::Blocked, true).await?;
            line(&format!("user {} blocked", user.username));
        }
        UserCommand::Unblock { name } => {
            let user = store.switch_user(name, UserSwitch::Blocked, false).await?;
            line(&format!("user {} unblocked", user.username));
        }
        UserCommand::Set {
            name,
            code_suggestions,
        } => {
            let on = code_suggestions == Switch::On;
            let user = store
                .switch_user(name, UserSwitch::CodeSuggestions, on)
                .await?;
            line(&format!(
                "Code Suggestions {} for {}",
                word(on),
                user.username
            ));
        }
    }
    Ok(())
}

pub(super) async fn token(command: TokenCommand, local: Local) -> Result<(), Failure> {
    match command {
        TokenCommand::Create {
            user,
            name,
            scopes,
            expires_at,
        } => {
            if scopes.is_empty() {
                return Err(Failure::Usage(
                    "--scopes: name at least one scope".to_owned(),
                ));
            }
            line(&create_token(&local, user, name, scopes, expires_at).await?);
        }
        TokenCommand::List(arguments) => {
            let head = [
                "id",
                "user",
                "name",
                "scopes",
                "expires_at",
                "revoked",
                "created_at",
            ];
            let tokens = local.store.tokens().await?;
            let rows: Vec<_> = tokens
                .iter()
                .map(|token| {
                    let scopes: Vec<_> = token.scopes.names().collect();
                    let expires = token.expires_at.map(iso_date);
                    let created = iso8601(token.created_at);
                    let user = &token.user.username;
                    row(json!([
                        token.id,
                        user,
                        token.name,
                        scopes,
                        expires,
                        token.revoked,
                        created
                    ]))
                })
                .collect();
            list(&head, &rows, arguments.json);
        }
        TokenCommand::Revoke { id } => {
            local.store.revoke_token(id, now()).await?;
            line(&format!("token {id} revoked"));
        }
    }
    Ok(())
}

pub(super) async fn project(command: ProjectCommand, local: Local) -> Result<(), Failure> {
    match command {
        ProjectCommand::Set {
            path,
            code_suggestions,
            exclude,
            no_exclude,
        } => {
            let change = ProjectChange {
                code_suggestions: code_suggestions.map(|switch| switch == Switch::On),
                exclusion_rules: (no_exclude || !exclude.is_empty()).then_some(exclude),
            };
            set_project(&local, &path, change).await?;
        }
        ProjectCommand::List(arguments) => {
            let projects = local.store.projects().await?;
            let rows: Vec<_> = projects
                .iter()
                .map(|project| {
                    let created = iso8601(project.created_at);
                    row(json!([
                        project.id,
                        project.path,
                        project.code_suggestions,
                        created,
                        project.exclusion_rules
                    ]))
                })
                .collect();
            list(
                &[
                    "id",
                    "path",
                    "code_suggestions",
                    "created_at",
                    "exclusion_rules",
                ],
                &rows,
                arguments.json,
            );
        }
    }
    Ok(())
}

async fn set_project(local: &Local, path: &str, change: ProjectChange) -> Result<(), Failure> {
    let path = path.trim_matches('/').to_owned();
    if path.is_empty() || path.chars().any(char::is_whitespace) || path.contains("//") {
        return Err(Failure::Usage(format!(
            "'{path}': a path is written group/project"
        )));
    }
    let rules = change.exclusion_rules.as_deref().unwrap_or_default();
    for rule in rules {
        exclusions::check(rule).map_err(|error| Failure::Usage(format!("--exclude: {error}")))?;
    }
    if rules.len() > exclusions::MOST_RULES {
        return Err(Failure::Usage(format!(
            "--exclude: at most {} rules",
            exclusions::MOST_RULES
        )));
    }
    let (switch, sets_rules) = (change.code_suggestions, change.exclusion_rules.is_some());
    let project = local.store.set_project(path, change, now()).await?;
    if let Some(on) = switch {
        line(&format!(
            "Code Suggestions {} for {}",
            word(on),
            project.path
        ));
    }
    if sets_rules {
        let count = project.exclusion_rules.len();
        line(&format!("{count} exclusion rules for {}", project.path));
    }
    Ok(())
}

pub(super) async fn instance(command: InstanceCommand, local: Local) -> Result<(), Failure> {
    let InstanceCommand::Set { code_suggestions } = command;
    let on = code_suggestions == Switch::On;
    local.store.switch_instance(on).await?;
    line(&format!("Code Suggestions {} for this instance", word(on)));
    Ok(())
}

/// Makes a token for a user and returns it; it is shown nowhere else.
pub(super) async fn create_token(
    local: &Local,
    username: String,
    name: String,
    scopes: Scopes,
    expires_at: Option<i64>,
) -> Result<String, Failure> {
    let (token, digest) = make_token(&local.secret).map_err(|error| Failure::other(&error))?;
    let new = NewToken {
        username,
        digest,
        name,
        scopes,
        created_at: now(),
        expires_at,
        application: None,
    };
    local.store.add_token(new).await?;
    Ok(token)
}

fn row(values: Value) -> Vec<Value> {
    match values {
        Value::Array(values) => values,
        other => vec![other],
    }
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn now() -> i64 {
    Clock::System.unix()
}

fn is_username(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=255).contains(&name.len())
        && name.bytes().all(allowed)
        && name
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric())
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::other(&error)
    }
}
