//! Commands on users, tokens, projects and the instance. They write to the database that a running server reads.

use std::io::{self, IsTerminal};

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{
    Failure, line,
    output::{list, problem},
};
use crate::{
    auth::{hash_password, make_sign_in_link, make_token},
    clock::{Clock, iso_date, iso8601, parse_date},
    config::Settings,
    exclusions, routes,
    state::{Local, address},
    store::{
        NewToken, NewUser, ProjectChange, Scopes, Store, StoreError, User, UserSwitch, project_path,
    },
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
    /// Set the Code Suggestions switch or the password of a user.
    #[command(group = ArgGroup::new("what").required(true).multiple(true))]
    Set {
        /// Name of the user.
        name: String,
        /// Whether the user may use Code Suggestions.
        #[arg(long, group = "what")]
        code_suggestions: Option<Switch>,
        /// Ask for a password on the terminal, or read it from standard input. Ends the user's sessions.
        #[arg(long, group = "what")]
        password: bool,
    },
    /// Remove a user, with tokens and sessions; figures of the past stay, under the user's number.
    Remove {
        /// Name of the user.
        name: String,
    },
    /// Make a link that signs a user in once, and print it. Earlier links of the user are good for nothing then.
    SignInLink {
        /// Name of the user.
        name: String,
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
        #[arg(long, value_parser = later_day)]
        expires_at: Option<i64>,
    },
    /// List all tokens, without the tokens themselves.
    List(ListArgs),
    /// Revoke a token for good.
    Revoke {
        /// Its number, as listed.
        #[arg(required_unless_present = "all")]
        id: Option<i64>,
        /// Revoke the tokens of all users, and what applications could get others for. Needs no server.key.
        #[arg(long, conflicts_with = "id")]
        all: bool,
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
    /// Take back what has been set for a project or group: those above it decide from then on.
    Remove {
        /// Full path, as listed.
        path: String,
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

fn later_day(text: &str) -> Result<i64, &'static str> {
    let day = parse_date(text).ok_or("a date is written YYYY-MM-DD")?;
    Some(day)
        .filter(|day| *day > now())
        .ok_or("the date has to be in the future")
}

pub(super) async fn user(
    command: UserCommand,
    local: Local,
    settings: &Settings,
) -> Result<(), Failure> {
    let store = &local.store;
    match command {
        UserCommand::Add { name, admin } => {
            let new = NewUser::try_new(name, admin, now())
                .map_err(|error| Failure::Usage(error.to_string()))?;
            let user = store.add_user(new).await?;
            line(&format!("user {} added", user.username));
            if settings.web.enabled {
                let link = sign_in_link(&local, settings, user.username.into()).await?;
                line(&format!("sign in once with {link}"));
            }
        }
        UserCommand::List(arguments) => list_users(&store.users().await?, arguments.json),
        UserCommand::SignInLink { name } => line(&sign_in_link(&local, settings, name).await?),
        UserCommand::Block { name } => {
            let user = store.switch_user(name, UserSwitch::Blocked, true).await?;
            line(&format!("user {} blocked", user.username));
            tell_without_administrator(store, &user).await?;
        }
        UserCommand::Unblock { name } => {
            let user = store.switch_user(name, UserSwitch::Blocked, false).await?;
            line(&format!("user {} unblocked", user.username));
        }
        UserCommand::Remove { name } => {
            let user = store.remove_user(name).await?;
            line(&format!("user {} removed", user.username));
            tell_without_administrator(store, &user).await?;
        }
        UserCommand::Set {
            name,
            code_suggestions,
            password,
        } => {
            if password {
                set_password(&local, name.clone()).await?;
            }
            if let Some(switch) = code_suggestions {
                let on = switch == Switch::On;
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
    }
    Ok(())
}

/// Whoever has the data directory may block and remove anybody, as on GitLab's console, and is told what has become of it.
async fn tell_without_administrator(store: &Store, gone: &User) -> Result<(), Failure> {
    if gone.admin && !store.has_administrator().await? {
        problem(&format!(
            "{} was the last administrator; make another with: code-suggestions user add NAME --admin",
            gone.username
        ));
    }
    Ok(())
}

fn list_users(users: &[User], as_json: bool) {
    let head = [
        "id",
        "username",
        "admin",
        "blocked",
        "code_suggestions",
        "created_at",
    ];
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
    list(&head, &rows, as_json);
}

async fn sign_in_link(
    local: &Local,
    settings: &Settings,
    username: String,
) -> Result<String, Failure> {
    let lifetime = settings.web.link_lifetime;
    let (link, session) = make_sign_in_link(&local.secret, now(), lifetime)
        .map_err(|error| Failure::other(&error))?;
    local.store.add_sign_in_link(username, session).await?;
    let address = address(settings);
    if address.port() == 0 && settings.server.external_url.is_none() {
        problem("put the port that the server prints at its start into the link");
    }
    let url = settings.external_url(address);
    Ok(routes::sign_in_link(&url, &link))
}

async fn set_password(local: &Local, username: String) -> Result<(), Failure> {
    // Nobody types a password for a user that there is not.
    let user = local.store.user(username).await?;
    let password = read_password(&user.username)?;
    let hash = hash_password(&password).map_err(|error| Failure::Usage(error.to_string()))?;
    let user = local
        .store
        .set_password(user.username.into(), hash, None)
        .await?;
    line(&format!("password set for {}", user.username));
    Ok(())
}

/// From the terminal, twice and unseen, or the first line of standard input.
fn read_password(username: &str) -> Result<String, Failure> {
    let fail = |error: io::Error| Failure::other(&error);
    if !io::stdin().is_terminal() {
        let mut password = String::new();
        io::stdin().read_line(&mut password).map_err(fail)?;
        return Ok(password.trim_end_matches(['\r', '\n']).to_owned());
    }
    let password =
        rpassword::prompt_password(format!("password for {username}: ")).map_err(fail)?;
    let again = rpassword::prompt_password("once more: ").map_err(fail)?;
    if password == again {
        Ok(password)
    } else {
        Err(Failure::Usage("the two passwords differ".to_owned()))
    }
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
        TokenCommand::Revoke { id: Some(id), .. } => {
            local.store.revoke_token(id, now()).await?;
            line(&format!("token {id} revoked"));
        }
        TokenCommand::Revoke { id: None, .. } => revoke_all(&local.store).await?,
    }
    Ok(())
}

/// Revokes the tokens of all users.
pub(super) async fn revoke_all(store: &Store) -> Result<(), Failure> {
    let count = store.revoke_all_tokens(now()).await?;
    line(&format!("{count} tokens revoked"));
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
        ProjectCommand::Remove { path } => {
            let path = project_path(&path).map_err(|error| Failure::Usage(error.to_string()))?;
            let path = local.store.remove_project(path).await?;
            line(&format!("nothing is set for {path} any more"));
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
    let path = project_path(path).map_err(|error| Failure::Usage(error.to_string()))?;
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

pub(super) fn row(values: Value) -> Vec<Value> {
    match values {
        Value::Array(values) => values,
        other => vec![other],
    }
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

pub(super) fn now() -> i64 {
    Clock::System.unix()
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::other(&error)
    }
}
