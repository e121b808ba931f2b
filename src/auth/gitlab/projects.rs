//! Projects as GitLab shows them to a caller: looked up with the caller's own token and kept per user, since two users
//! see different projects.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use quick_cache::sync::Cache;
use serde::Deserialize;
use serde_json::json;
use tokio::time::timeout;

use super::{
    LIMIT, Periods,
    answers::{self, Refusal},
    client::{Away, Client, Credential, segment},
    flights::Flights,
};
use crate::{auth::AuthError, clock::Clock};

/// Projects that are kept, over all users, those that were not found included.
const KEPT: usize = 16_384;

/// Longest path that can be a project's, in bytes.
const LONGEST_PATH: usize = 1024;

/// A project of GitLab.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GitLabProject {
    /// Its number.
    pub id: i64,
    /// Its full path.
    #[serde(rename = "path_with_namespace")]
    pub path: String,
}

/// A user and a path in lower case: GitLab's paths compare without it.
type Key = (i64, String);

pub(super) struct Projects {
    client: Arc<Client>,
    periods: Periods,
    clock: Clock,
    kept: Arc<Cache<Key, (Duration, Shown)>>,
    flights: Flights<Key, Verdict>,
}

type Shown = Option<Arc<GitLabProject>>;

#[derive(Clone)]
enum Verdict {
    Shown(Shown),
    /// Nothing can be said of the project, since the token may not ask.
    Closed,
    Refused(Refusal),
    Away,
}

impl Projects {
    pub(super) fn new(client: Arc<Client>, periods: Periods, clock: Clock) -> Self {
        Self {
            client,
            periods,
            clock,
            kept: Arc::new(Cache::new(KEPT)),
            flights: Flights::new(),
        }
    }

    pub(super) async fn find(
        &self,
        user_id: i64,
        credential: &Arc<Credential>,
        path: &str,
    ) -> Result<Shown, AuthError> {
        // Without a slash it would be taken for the number of a project.
        if !path.contains('/') || path.len() > LONGEST_PATH || path.contains(char::is_control) {
            return Ok(None);
        }
        let key = (user_id, path.to_lowercase());
        if let Some((asked_at, shown)) = self.kept.get(&key) {
            let lasts = match shown {
                Some(_) => self.periods.known,
                None => self.periods.refused,
            };
            if self.clock.monotonic().saturating_sub(asked_at) < lasts {
                return Ok(shown);
            }
        }
        let question = || {
            let (client, credential) = (Arc::clone(&self.client), Arc::clone(credential));
            let (kept, clock, key) = (Arc::clone(&self.kept), self.clock.clone(), key.clone());
            async move {
                let asked = timeout(LIMIT, look_up(&client, &credential, &key.1)).await;
                let verdict = asked.unwrap_or(Err(Away::Late)).unwrap_or_else(|away| {
                    let error = &away as &dyn std::error::Error;
                    tracing::warn!(error, "GitLab could not be asked about a project");
                    Verdict::Away
                });
                if let Verdict::Shown(shown) = &verdict {
                    kept.insert(key, (clock.monotonic(), shown.clone()));
                }
                verdict
            }
        };
        let answer = self.flights.join(key.clone(), question).await;
        match answer.unwrap_or(Verdict::Away) {
            Verdict::Shown(shown) => Ok(shown),
            Verdict::Closed => Ok(None),
            Verdict::Refused(refusal) => Err(refusal.into()),
            Verdict::Away => Err(AuthError::Away),
        }
    }
}

async fn look_up(client: &Client, credential: &Credential, path: &str) -> Result<Verdict, Away> {
    let target = format!("/api/v4/projects/{}", segment(path));
    let answer = client.get(&target, credential).await?;
    match answer.status {
        StatusCode::OK => {
            let project: GitLabProject = answer.read()?;
            // GitLab leads from the former path of a project to its present one; here, former paths are unknown.
            let is_it = project.path.to_lowercase() == path;
            Ok(Verdict::Shown(is_it.then(|| Arc::new(project))))
        }
        StatusCode::NOT_FOUND => Ok(Verdict::Shown(None)),
        status if status.is_redirection() => Ok(Verdict::Shown(None)),
        StatusCode::FORBIDDEN if answers::lacks_scope(&answer) => {
            by_query(client, credential, path).await
        }
        _ => answers::refusal(&answer).map(Verdict::Refused),
    }
}

/// For tokens with the scope of Code Suggestions alone, which the REST API does not show projects.
async fn by_query(client: &Client, credential: &Credential, path: &str) -> Result<Verdict, Away> {
    const QUERY: &str = "query($path: ID!) { project(fullPath: $path) { id fullPath } }";
    let data = client
        .query(QUERY, &json!({ "path": path }), credential)
        .await?;
    let Some(data) = data else {
        return Ok(Verdict::Closed);
    };
    let project = &data["project"];
    let id = project["id"].as_str().and_then(|id| id.rsplit('/').next());
    let found = id
        .and_then(|id| id.parse().ok())
        .zip(project["fullPath"].as_str());
    Ok(Verdict::Shown(found.map(|(id, path)| {
        let path = path.to_owned();
        Arc::new(GitLabProject { id, path })
    })))
}
