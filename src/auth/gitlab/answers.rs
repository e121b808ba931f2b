//! What GitLab's answers say of a token and its owner (GitLab REST API: personal access tokens, users, members; Doorkeeper:
//! token info). Refusals keep their reasons, since clients are told them in GitLab's own words.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use smol_str::SmolStr;

use super::{
    Entitlement,
    client::{Answer, Away, Client, Credential, Kind, segment},
};
use crate::{
    auth::AuthError,
    clock::{parse_date, parse_iso8601},
    store::{Scopes, StoredToken, User},
};

/// Longest reason that is passed on, in bytes.
const LONGEST_REASON: usize = 512;

/// Why GitLab refuses a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    Unknown,
    Expired,
    Revoked,
    Blocked,
    /// Something about the account, in GitLab's words.
    Account(Arc<str>),
}

#[derive(Deserialize)]
struct PersonalToken {
    id: i64,
    name: String,
    scopes: Vec<String>,
    user_id: i64,
    #[serde(default)]
    revoked: bool,
    expires_at: Option<String>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct OAuthToken {
    resource_owner_id: Option<i64>,
    scope: Vec<String>,
    expires_in: Option<i64>,
    #[serde(default)]
    application: Application,
    created_at: Option<i64>,
}

#[derive(Deserialize, Default)]
struct Application {
    uid: Option<String>,
}

#[derive(Deserialize)]
struct Account {
    id: i64,
    username: String,
    state: Option<String>,
    #[serde(default)]
    is_admin: bool,
    created_at: Option<String>,
}

#[derive(Deserialize, Default)]
struct Words {
    #[serde(default)]
    error: Value,
    #[serde(default)]
    error_description: Value,
    #[serde(default)]
    message: Value,
}

type Found<T> = Result<Result<T, Refusal>, Away>;

/// What GitLab says of a token at `now`, seconds since the epoch.
pub(super) async fn token(
    client: &Client,
    credential: &Credential,
    entitlement: &Entitlement,
    now: i64,
) -> Found<StoredToken> {
    let described = match credential.kind() {
        Kind::Personal => personal(client, credential).await?,
        Kind::OAuth => oauth(client, credential, now).await?,
    };
    let mut token = match described {
        Ok(token) => token,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Err(refusal) = owner(client, credential, &mut token.user).await? {
        return Ok(Err(refusal));
    }
    token.user.code_suggestions = entitled(client, credential, entitlement, &token.user).await?;
    Ok(Ok(token))
}

async fn personal(client: &Client, credential: &Credential) -> Found<StoredToken> {
    let answer = client
        .get("/api/v4/personal_access_tokens/self", credential)
        .await?;
    if answer.status != StatusCode::OK {
        return refusal(&answer).map(Err);
    }
    let token: PersonalToken = answer.read()?;
    let expires_at = match token.expires_at.as_deref() {
        None => None,
        // A date that cannot be read must not make a token eternal.
        Some(date) => Some(parse_date(date).ok_or(Away::Malformed)?),
    };
    Ok(Ok(StoredToken {
        id: token.id,
        name: token.name.into(),
        scopes: scopes(&token.scopes),
        created_at: seconds(token.created_at.as_deref()),
        expires_at,
        revoked: token.revoked,
        application: None,
        user: nobody(token.user_id),
    }))
}

async fn oauth(client: &Client, credential: &Credential, now: i64) -> Found<StoredToken> {
    let answer = client.get("/oauth/token/info", credential).await?;
    if answer.status != StatusCode::OK {
        return refusal(&answer).map(Err);
    }
    let token: OAuthToken = answer.read()?;
    // A token that an application has for itself is nobody's.
    let Some(user_id) = token.resource_owner_id else {
        return Ok(Err(Refusal::Unknown));
    };
    Ok(Ok(StoredToken {
        id: 0,
        name: SmolStr::default(),
        scopes: scopes(&token.scope),
        created_at: token.created_at.unwrap_or_default(),
        expires_at: token.expires_in.map(|left| now.saturating_add(left)),
        revoked: false,
        application: Some(token.application.uid.unwrap_or_default()),
        user: nobody(user_id),
    }))
}

/// Fills in the owner of a token. Scopes that open Code Suggestions alone do not open the profile; then GraphQL says the
/// name.
async fn owner(
    client: &Client,
    credential: &Credential,
    user: &mut User,
) -> Result<Result<(), Refusal>, Away> {
    let answer = client.get("/api/v4/user", credential).await?;
    if answer.status == StatusCode::FORBIDDEN && lacks_scope(&answer) {
        let asked = "{ currentUser { username } }";
        let data = client.query(asked, &json!({}), credential).await?;
        let name = data.and_then(|data| Some(data["currentUser"]["username"].as_str()?.to_owned()));
        user.username = name.unwrap_or_default().into();
        return Ok(Ok(()));
    }
    if answer.status != StatusCode::OK {
        return refusal(&answer).map(Err);
    }
    let account: Account = answer.read()?;
    if account.id != user.id {
        return Err(Away::Malformed);
    }
    user.username = account.username.into();
    user.admin = account.is_admin;
    user.blocked = account.state.is_some_and(|state| state != "active");
    user.created_at = seconds(account.created_at.as_deref());
    Ok(Ok(()))
}

async fn entitled(
    client: &Client,
    credential: &Credential,
    entitlement: &Entitlement,
    user: &User,
) -> Result<bool, Away> {
    let group = match entitlement {
        Entitlement::Everyone => return Ok(true),
        Entitlement::Users(users) => {
            let is_user = |name: &String| name.eq_ignore_ascii_case(&user.username);
            return Ok(users.iter().any(is_user));
        }
        Entitlement::Group(group) => group,
    };
    let path = format!("/api/v4/groups/{}/members/all/{}", segment(group), user.id);
    let answer = client.get(&path, credential).await?;
    match answer.status {
        StatusCode::OK => {
            let member: Value = answer.read()?;
            // Members who wait for an approval have a state of their own.
            Ok(member["id"] == user.id
                && (member["state"].is_null() || member["state"] == "active"))
        }
        StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Ok(false),
        status => Err(Away::Status(status)),
    }
}

/// The reason in an answer that is no success. What is neither a refusal of this token nor of its owner says nothing of
/// them: GitLab counts as away then, since a 401 makes editors discard a good token.
pub(super) fn refusal(answer: &Answer) -> Result<Refusal, Away> {
    let words: Words = answer.read().unwrap_or_default();
    match answer.status {
        StatusCode::UNAUTHORIZED => {
            let described = words.error_description.as_str().unwrap_or_default();
            Ok(match described {
                text if text.contains("expired") => Refusal::Expired,
                text if text.contains("revoked") => Refusal::Revoked,
                _ => Refusal::Unknown,
            })
        }
        StatusCode::FORBIDDEN => {
            let message = words.message.as_str().unwrap_or_default();
            let reason = message.strip_prefix("403 Forbidden - ").unwrap_or_default();
            if reason.starts_with("Your account has been blocked") {
                Ok(Refusal::Blocked)
            } else if reason.is_empty() || reason.len() > LONGEST_REASON {
                Err(Away::Status(answer.status))
            } else {
                Ok(Refusal::Account(reason.into()))
            }
        }
        status => Err(Away::Status(status)),
    }
}

pub(super) fn lacks_scope(answer: &Answer) -> bool {
    let words: Words = answer.read().unwrap_or_default();
    words
        .error
        .as_str()
        .is_some_and(|error| matches!(error, "insufficient_scope" | "insufficient_granular_scope"))
}

/// Scopes by name; one that is unknown here opens nothing here.
fn scopes(names: &[String]) -> Scopes {
    names
        .iter()
        .filter_map(|name| name.parse().ok())
        .fold(Scopes::default(), Scopes::union)
}

fn seconds(time: Option<&str>) -> i64 {
    time.and_then(parse_iso8601).unwrap_or_default()
}

fn nobody(id: i64) -> User {
    User {
        id,
        username: SmolStr::default(),
        admin: false,
        blocked: false,
        code_suggestions: false,
        created_at: 0,
    }
}

impl From<Refusal> for AuthError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown => Self::Unknown,
            Refusal::Expired => Self::Expired,
            Refusal::Revoked => Self::Revoked(None),
            Refusal::Blocked => Self::Blocked,
            Refusal::Account(reason) => Self::Account(reason),
        }
    }
}
