//! What is on this machine: data, keys, a user's token, the clock, and the URL that clients use.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};

use super::{Finding, explain::told};
use crate::{
    auth::{AuthError, CODE_SUGGESTIONS, Credentials, require_scope},
    clock::{Clock, iso8601},
    config::IdentityKind,
    keys::{Duty, SecretsError},
    routes,
    state::{App, BuildError},
    store::{Scope, Scopes, StoreError},
};

/// Time for a question to this instance's own URL.
const TIME: Duration = Duration::from_secs(5);

/// Seconds that clocks may differ: tokens begin so long in the past.
const TOLERABLE: i64 = 5;

/// 2026-01-01: no machine on which this was built lives earlier.
const EARLIEST: i64 = 1_767_225_600;

/// Why there is nothing to examine.
pub(super) fn unbuilt(error: &BuildError) -> Finding {
    let remedy = match error {
        BuildError::Store(StoreError::Unusable { .. }) => {
            "put the database back from the backup, with the server.key beside it"
        }
        BuildError::Store(StoreError::Newer { .. }) => "run the version that made it",
        BuildError::Store(_) => "check that instance.data_dir exists and belongs to this user",
        BuildError::Secrets(SecretsError::Exposed { .. }) => "let nobody else read that file",
        BuildError::Secrets(_) => "put that file back from the backup",
        BuildError::LostSecret(_) => {
            "restore server.key and the database from one backup, or make new tokens after that command"
        }
        BuildError::Endpoint(_) => "check the URL and the files of [gateway]",
        BuildError::GitLab(_) => "check identity.gitlab.url",
        BuildError::Front(_) => "check proxy.gitlab_url",
        BuildError::Redis(_) => "check limits.redis.url",
        BuildError::AccessLog(_) => "check the limits of this process",
    };
    Finding::bad("data", told(error), remedy)
}

pub(super) fn data(app: &App) -> Finding {
    let folder = app.settings.instance.data_dir.display();
    Finding::good("data", format!("{folder}, instance {}", app.instance.id))
}

/// Whether the instance gives suggestions at all; nothing where it does.
pub(super) async fn switch(app: &App) -> Option<Finding> {
    const NAME: &str = "switch";
    const OFF: &str = "Code Suggestions are off for everybody";
    if !app.settings.instance.enabled {
        return Some(Finding::bad(NAME, OFF, "set instance.enabled = true"));
    }
    match app.is_enabled().await {
        Ok(true) => None,
        Ok(false) => Some(Finding::bad(
            NAME,
            OFF,
            "code-suggestions instance set --code-suggestions on",
        )),
        Err(error) => Some(Finding::bad(NAME, told(&error), "check instance.data_dir")),
    }
}

/// Whether the Redis that counts is there; nothing where none is used.
pub(super) async fn redis(app: &App) -> Option<Finding> {
    const NAME: &str = "Redis";
    let redis = app.limits.redis.as_ref()?;
    Some(match redis.ping().await {
        Ok(()) => Finding::good(NAME, "answers; replicas count together"),
        Err(error) => Finding::doubtful(
            NAME,
            format!("{error}; every replica counts by itself"),
            "check limits.redis.url, and that Redis runs and takes the password in it",
        ),
    })
}

pub(super) fn keys(app: &App) -> Finding {
    let keys = app.key.list();
    let waiting = keys.iter().find(|key| key.duty == Duty::Waiting);
    let mut detail = format!("{} signs", app.key.signer_id());
    if let Some(key) = waiting.filter(|key| key.signs_from != i64::MAX) {
        let from = iso8601(key.signs_from);
        detail = format!("{detail}, {} follows at {from}", key.id);
    }
    Finding::good("keys", detail)
}

/// Whose a token is and whether it may be used.
pub(super) async fn token(app: &App, token: Option<String>) -> Finding {
    const NAME: &str = "token";
    let Some(token) = token else {
        return Finding::skipped(NAME, "give one with --token to see whose it is");
    };
    let credentials = Credentials {
        bearer: Some(token.trim().to_owned()),
        ..Credentials::default()
    };
    let Ok(Some(presented)) = credentials.presented() else {
        return Finding::bad(NAME, "is empty", "give the whole token");
    };
    let caller = match app.auth.authenticate(&presented).await {
        Ok(caller) => caller,
        Err(error) => return Finding::bad(NAME, told(&error), of_auth(app, &error)),
    };
    let user = &caller.user;
    let whose = format!("belongs to {} ({})", user.username, caller.scopes);
    if !user.code_suggestions {
        let remedy = if in_gitlab(app) {
            "identity.entitlement says who may".to_owned()
        } else {
            format!(
                "code-suggestions user set {} --code-suggestions on",
                user.username
            )
        };
        let detail = format!("{whose}, who may not use Code Suggestions");
        return Finding::bad(NAME, detail, remedy);
    }
    if require_scope(&caller, Scopes::of(&[Scope::Api])).is_ok() {
        return Finding::good(NAME, whose);
    }
    let remedy = if in_gitlab(app) {
        "editors want a token with the scope api; make one in GitLab"
    } else {
        "editors want a token with the scope api; make one with: code-suggestions token create"
    };
    if require_scope(&caller, CODE_SUGGESTIONS).is_ok() {
        Finding::doubtful(NAME, whose, remedy)
    } else {
        Finding::bad(NAME, format!("{whose}, too little for suggestions"), remedy)
    }
}

/// Whether users and tokens are GitLab's, where the commands for them refuse.
fn in_gitlab(app: &App) -> bool {
    app.settings.identity.kind == IdentityKind::GitLab
}

fn of_auth(app: &App, error: &AuthError) -> &'static str {
    match error {
        AuthError::Unknown if in_gitlab(app) => "GitLab does not know it: make one there",
        AuthError::Expired | AuthError::Revoked(_) | AuthError::Scope if in_gitlab(app) => {
            "make another in GitLab, with the scope api"
        }
        AuthError::Blocked if in_gitlab(app) => "let its owner be unblocked in GitLab",
        AuthError::Unknown => {
            "make one with: code-suggestions token create --user NAME (the data directory is the one above)"
        }
        AuthError::Expired | AuthError::Revoked(_) => {
            "make another with: code-suggestions token create --user NAME"
        }
        AuthError::Blocked => "code-suggestions user unblock NAME",
        AuthError::Scope => "make one with --scopes api",
        AuthError::Account(_) => "its owner has to put the account in order in GitLab",
        AuthError::Store(_) => "check instance.data_dir",
        AuthError::Away => "check identity.gitlab.url and whether GitLab is up",
    }
}

/// Whether clients find this instance where it says it is.
pub(super) async fn external_url(app: &App) -> Finding {
    const NAME: &str = "external URL";
    let url = &app.instance.external_url;
    let keys = match published_keys(url).await {
        Ok(keys) => keys,
        Err(error) => {
            return Finding::doubtful(
                NAME,
                format!("{url} is not reached from here: {}", told(&error)),
                "start the server, or set server.external_url to the URL that editors and the gateway can reach",
            );
        }
    };
    if keys.contains(&app.key.signer_id()) {
        Finding::good(NAME, format!("{url} is this instance"))
    } else {
        Finding::bad(
            NAME,
            format!("{url} answers, but as somebody else"),
            "set server.external_url to the URL of this instance, and check what stands in front of it",
        )
    }
}

async fn published_keys(url: &str) -> Result<String, reqwest::Error> {
    let client = reqwest::Client::builder()
        .timeout(TIME)
        // A proxy on the way out does not know the way back.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let response = client
        .get(format!("{url}{}", routes::OWN_KEYS))
        .send()
        .await?;
    response.text().await
}

/// The clock, held against that of the gateway, which is so many seconds ahead.
pub(super) fn clock(ahead: Option<i64>) -> Finding {
    const NAME: &str = "clock";
    let now = Clock::System.unix();
    if now < EARLIEST {
        return Finding::bad(
            NAME,
            format!("says {}", iso8601(now)),
            "set this machine's clock: tokens are refused because of it",
        );
    }
    match ahead {
        Some(seconds) if seconds.abs() > TOLERABLE => Finding::bad(
            NAME,
            format!(
                "is {} s {} that of the gateway",
                seconds.unsigned_abs(),
                if seconds > 0 { "behind" } else { "ahead of" }
            ),
            "set both clocks by NTP: tokens count as not yet valid or as expired",
        ),
        Some(_) => Finding::good(NAME, "agrees with that of the gateway"),
        None => Finding::good(NAME, iso8601(now)),
    }
}

/// Seconds by which a `Date` field is ahead of this machine's clock.
pub(super) fn ahead(date: &str) -> Option<i64> {
    let theirs = DateTimeParser::new().parse_timestamp(date).ok()?;
    let ours = Timestamp::from_second(Clock::System.unix()).ok()?;
    let difference: SignedDuration = theirs.duration_since(ours);
    Some(difference.as_secs())
}
