//! The part of GitLab's GraphQL schema that editors use, with real values. Names and types follow GitLab's reference.

#![expect(
    clippy::unused_async,
    reason = "the macro takes asynchronous resolvers only"
)]

use std::collections::HashSet;

use async_graphql::{Context, EmptyMutation, EmptySubscription, ID, Object, Result, SimpleObject};

use super::Asking;
use crate::{
    api::{code_suggestions::enabled::project_switch, user::web_url},
    auth::Caller,
    state::App,
};

/// The schema.
pub type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

/// Most levels, and most fields, of one operation.
const DEEPEST: usize = 15;
const MOST_FIELDS: usize = 200;

/// Most names that `featureFlags` takes.
const MOST_FLAGS: usize = 20;

/// Most projects on a page, as in GitLab.
const LONGEST_PAGE: usize = 100;

/// Flags of the instance that editors know, and their state here: context and exclusion rules are on, everything about
/// chat and agents is off.
const FLAGS: &[(&str, bool)] = &[
    ("advanced_context_resolver", true),
    ("code_suggestions_context", true),
    ("use_duo_context_exclusion", true),
    ("duo_agentic_chat", false),
    ("duo_workflow", false),
    ("ai_user_model_switching", false),
    ("use_duo_chat_ui_for_flow", false),
];

/// Kinds of context that editors may send along.
pub const CONTEXTS: &[&str] = &["repository_xray", "open_tabs", "imports"];

/// Makes the schema.
pub fn schema() -> Schema {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .limit_depth(DEEPEST)
        .limit_complexity(MOST_FIELDS)
        .disable_suggestions()
        .finish()
}

/// The root.
pub struct Query;

/// Whoever asks.
struct CurrentUser(Caller);

/// A project, known here or not.
struct Project {
    path: String,
    id: i64,
    enabled: bool,
    exclusion_rules: Vec<String>,
}

/// What stands above a project.
#[derive(SimpleObject)]
struct Namespace {
    id: ID,
    full_path: String,
}

/// The instance.
struct Metadata;

/// A feature flag.
#[derive(SimpleObject)]
struct FeatureFlag {
    name: String,
    enabled: bool,
}

/// The agent server, which is not part of this instance.
#[derive(SimpleObject)]
struct Kas {
    enabled: bool,
    external_url: Option<String>,
    #[graphql(name = "externalK8sProxyUrl")]
    external_k8s_proxy_url: Option<String>,
    version: Option<String>,
}

/// What editors keep out of context.
#[derive(SimpleObject)]
struct DuoContextExclusionSettings {
    exclusion_rules: Vec<String>,
}

/// A page of projects.
#[derive(SimpleObject)]
struct ProjectConnection {
    edges: Vec<ProjectEdge>,
}

/// A project on a page.
#[derive(SimpleObject)]
struct ProjectEdge {
    node: Project,
}

fn asking<'a>(context: &Context<'a>) -> Result<&'a Asking> {
    context.data::<Asking>()
}

async fn project(app: &App, caller: &Caller, path: String) -> Result<Option<Project>> {
    // Resolvers know no statuses: that the database is away has been logged, and the operation fails.
    let switch = project_switch(app, caller, &path)
        .await
        .map_err(|_| "The project cannot be looked up")?;
    let Some(enabled) = switch else {
        return Ok(None);
    };
    let governed = app
        .governed(&path)
        .await
        .map_err(|_| "The project cannot be looked up")?;
    Ok(Some(Project {
        path,
        id: governed.as_ref().and_then(|found| found.id).unwrap_or(0),
        enabled,
        exclusion_rules: governed
            .as_ref()
            .and_then(|found| found.exclusions.as_ref())
            .map_or_else(Vec::new, |exclusions| exclusions.rules().to_vec()),
    }))
}

#[Object]
impl Query {
    /// Whoever asks; null without a token.
    async fn current_user(&self, context: &Context<'_>) -> Result<Option<CurrentUser>> {
        Ok(asking(context)?.caller.clone().map(CurrentUser))
    }

    /// A project by its full path.
    async fn project(&self, context: &Context<'_>, full_path: ID) -> Result<Option<Project>> {
        let asking = asking(context)?;
        let Some(caller) = &asking.caller else {
            return Ok(None);
        };
        project(&asking.app, caller, full_path.0).await
    }

    /// Projects by their global ids.
    async fn projects(
        &self,
        context: &Context<'_>,
        ids: Option<Vec<ID>>,
    ) -> Result<ProjectConnection> {
        let asking = asking(context)?;
        let unknown = "The projects cannot be looked up";
        let mut edges = Vec::new();
        if let Some(caller) = &asking.caller {
            let mut known = asking.app.store.projects().await.map_err(|_| unknown)?;
            if let Some(ids) = ids {
                if ids.len() > LONGEST_PAGE {
                    return Err(format!("At most {LONGEST_PAGE} ids can be given").into());
                }
                let ids: HashSet<&str> = ids.iter().map(|id| id.as_str()).collect();
                known.retain(|known| ids.contains(project_id(known.id).as_str()));
            }
            for known in known.into_iter().take(LONGEST_PAGE) {
                edges.extend(
                    project(&asking.app, caller, known.path)
                        .await?
                        .map(|node| ProjectEdge { node }),
                );
            }
        }
        Ok(ProjectConnection { edges })
    }

    /// A group or user by its full path.
    async fn namespace(&self, context: &Context<'_>, full_path: ID) -> Result<Option<Namespace>> {
        let known = asking(context)?.caller.is_some();
        Ok(known.then(|| Namespace {
            id: namespace_id(),
            full_path: full_path.0,
        }))
    }

    /// The instance; null without a token.
    async fn metadata(&self, context: &Context<'_>) -> Result<Option<Metadata>> {
        Ok(asking(context)?.caller.as_ref().map(|_| Metadata))
    }

    /// Whether a feature flag is on (GitLab before 17.4).
    async fn feature_flag_enabled(&self, name: String) -> bool {
        FLAGS
            .iter()
            .any(|(known, enabled)| *known == name && *enabled)
    }
}

#[Object]
impl CurrentUser {
    /// Global id.
    async fn id(&self) -> ID {
        format!("gid://gitlab/User/{}", self.0.user.id).into()
    }

    /// Name to sign in with.
    async fn username(&self) -> &str {
        &self.0.user.username
    }

    /// Name to show.
    async fn name(&self) -> &str {
        &self.0.user.username
    }

    /// Picture; there is none.
    async fn avatar_url(&self) -> Option<String> {
        None
    }

    /// Page of the user.
    async fn web_url(&self, context: &Context<'_>) -> Result<String> {
        Ok(web_url(&asking(context)?.app, &self.0.user))
    }

    /// Whether the switches of instance and user are on.
    async fn duo_code_suggestions_available(&self, context: &Context<'_>) -> Result<bool> {
        self.allowed(&asking(context)?.app).await
    }

    /// Kinds of context that may be sent along.
    async fn code_suggestions_contexts(&self, context: &Context<'_>) -> Result<Vec<&'static str>> {
        let allowed = self.allowed(&asking(context)?.app).await?;
        Ok(if allowed {
            CONTEXTS.to_vec()
        } else {
            Vec::new()
        })
    }

    /// Chat; this server has none.
    async fn duo_chat_available(&self) -> bool {
        false
    }

    /// Classic chat; this server has none.
    async fn duo_classic_chat_available(&self) -> bool {
        false
    }

    /// Features of chat; this server has none.
    async fn duo_chat_available_features(&self) -> Vec<String> {
        Vec::new()
    }

    /// The older place of the switch.
    async fn ide(&self) -> Ide<'_> {
        Ide(self)
    }
}

impl CurrentUser {
    async fn allowed(&self, app: &App) -> Result<bool> {
        let enabled = app
            .is_enabled()
            .await
            .map_err(|_| "The switch cannot be looked up")?;
        Ok(enabled && self.0.user.code_suggestions)
    }
}

/// What editors may do, by its older name.
struct Ide<'a>(&'a CurrentUser);

#[Object]
impl Ide<'_> {
    /// Whether the user may use Code Suggestions.
    async fn code_suggestions_enabled(&self, context: &Context<'_>) -> Result<bool> {
        self.0.allowed(&asking(context)?.app).await
    }
}

#[Object]
impl Project {
    /// Global id; number 0 stands for a project that nobody has set a switch for.
    async fn id(&self) -> ID {
        project_id(self.id).into()
    }

    /// Last part of the path.
    async fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Nothing is known about it.
    async fn description(&self) -> Option<String> {
        None
    }

    /// Path with all groups.
    async fn full_path(&self) -> &str {
        &self.path
    }

    /// Page of the project.
    async fn web_url(&self, context: &Context<'_>) -> Result<String> {
        Ok(format!(
            "{}/{}",
            asking(context)?.app.instance.external_url,
            self.path
        ))
    }

    /// Whether Code Suggestions are on.
    async fn duo_features_enabled(&self) -> bool {
        self.enabled
    }

    /// Agents; this server has none.
    async fn duo_agentic_chat_available(&self) -> bool {
        false
    }

    /// Files that editors keep out of context.
    async fn duo_context_exclusion_settings(&self) -> DuoContextExclusionSettings {
        DuoContextExclusionSettings {
            exclusion_rules: self.exclusion_rules.clone(),
        }
    }

    /// The group; null for a project without one.
    async fn group(&self) -> Option<Namespace> {
        self.namespace_path().map(|full_path| Namespace {
            id: namespace_id(),
            full_path,
        })
    }

    /// What the project stands in.
    async fn namespace(&self) -> Option<Namespace> {
        self.namespace_path().map(|full_path| Namespace {
            id: namespace_id(),
            full_path,
        })
    }
}

impl Project {
    fn namespace_path(&self) -> Option<String> {
        self.path
            .rsplit_once('/')
            .map(|(group, _)| group.to_owned())
    }
}

fn project_id(id: i64) -> String {
    format!("gid://gitlab/Project/{id}")
}

/// Groups have no numbers here.
fn namespace_id() -> ID {
    "gid://gitlab/Group/0".into()
}

#[Object]
impl Metadata {
    /// Version that clients go by.
    async fn version(&self, context: &Context<'_>) -> Result<String> {
        Ok(asking(context)?.app.instance.version.clone())
    }

    /// Build of this server.
    async fn revision(&self) -> &'static str {
        concat!("code-suggestions-", env!("CARGO_PKG_VERSION"))
    }

    /// Whether Enterprise features are there; Code Suggestions are one.
    async fn enterprise(&self) -> bool {
        true
    }

    /// The agent server.
    async fn kas(&self) -> Kas {
        Kas {
            enabled: false,
            external_url: None,
            external_k8s_proxy_url: None,
            version: None,
        }
    }

    /// States of the named flags; unknown ones are left out.
    async fn feature_flags(&self, names: Vec<String>) -> Result<Vec<FeatureFlag>> {
        if names.len() > MOST_FLAGS {
            return Err("Too many feature flags requested".into());
        }
        let known = |name: String| {
            let (_, enabled) = FLAGS.iter().find(|(known, _)| *known == name)?;
            Some(FeatureFlag {
                name,
                enabled: *enabled,
            })
        };
        Ok(names.into_iter().filter_map(known).collect())
    }
}
