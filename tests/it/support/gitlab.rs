//! A GitLab CE, as far as this server asks it: the answers of its REST API about tokens, users, members and projects, in its
//! own words. Played by a [`FakeGateway`], which records what it is asked.

use async_graphql::{Context, EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject};
use serde_json::{Value, json};

use super::{Answer, FakeGateway, Recorded};

/// Personal access tokens by what is special about them; the name is in the token.
pub(crate) const ALICE: &str = "glpat-alice";
pub(crate) const BOB: &str = "glpat-bob";
/// Of alice, with the scope of Code Suggestions alone.
pub(crate) const AI: &str = "glpat-ai";
/// Of alice, with `read_user` alone.
pub(crate) const READ_USER: &str = "glpat-read_user";
/// Of alice, expires on the day after tests begin.
pub(crate) const TODAY: &str = "glpat-today";
/// Of the bot of a project.
pub(crate) const BOT: &str = "glpat-bot";
pub(crate) const EXPIRED: &str = "glpat-expired";
pub(crate) const REVOKED: &str = "glpat-revoked";
pub(crate) const BLOCKED: &str = "glpat-blocked";
pub(crate) const PENDING: &str = "glpat-pending";
/// Of alice, without GitLab's prefix, as an instance may have it.
pub(crate) const OTHER_PREFIX: &str = "acme-alice";
/// OAuth access tokens.
pub(crate) const OAUTH: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
pub(crate) const OAUTH_EXPIRED: &str = "0e0e0e0e";
pub(crate) const OAUTH_REVOKED: &str = "0f0f0f0f";

const EXPIRED_TEXT: &str = "Token is expired. You can either do re-authorization or token refresh.";
const REVOKED_TEXT: &str = "Token was revoked. You have to re-authorize from the user.";

/// A GitLab that answers.
pub(crate) async fn gitlab() -> FakeGateway {
    let gitlab = FakeGateway::start().await;
    gitlab.follows(answer);
    gitlab
}

/// What GitLab answers.
pub(crate) fn answer(request: &Recorded) -> Answer {
    let token = token(request);
    let path = request.target().split(' ').nth(1).unwrap_or_default();
    match path {
        "/api/v4/personal_access_tokens/self" => personal(&token),
        "/oauth/token/info" => oauth(&token),
        "/api/graphql" => query(&token, &request.json()),
        _ => match refused(&token) {
            Some(refusal) => refusal,
            None => as_user(&token, path),
        },
    }
}

fn token(request: &Recorded) -> String {
    let bearer = request
        .field("authorization")
        .and_then(|value| Some(value.strip_prefix("Bearer ")?.to_owned()));
    request
        .field("private-token")
        .or(bearer)
        .unwrap_or_default()
}

fn as_user(token: &str, path: &str) -> Answer {
    let (id, name) = owner(token);
    let api = !matches!(token, AI | READ_USER);
    match path {
        "/api/v4/user" if token == AI => insufficient(),
        "/api/v4/user" => Answer::json(
            200,
            &json!({
                "id": id, "username": name, "name": name, "state": "active", "locked": false,
                "bot": token == BOT, "created_at": "2020-01-02T03:04:05.678Z",
            }),
        ),
        "/api/v4/version" | "/api/v4/metadata" => {
            Answer::json(200, &json!({ "version": "16.7.4", "revision": "abc" }))
        }
        _ if !api => insufficient(),
        "/api/v4/groups/grp%2Feditors/members/all/42" => Answer::json(
            200,
            &json!({ "id": 42, "state": "active", "access_level": 30 }),
        ),
        "/api/v4/projects/grp%2Fon" | "/api/v4/projects/grp%2Foff" if id == 42 => {
            let name = path.rsplit("%2F").next().unwrap_or_default();
            let number = if name == "on" { 7 } else { 8 };
            Answer::json(
                200,
                &json!({ "id": number, "path_with_namespace": format!("Grp/{name}") }),
            )
        }
        "/api/v4/projects/grp%2Fformer" => Answer::json(
            200,
            &json!({ "id": 9, "path_with_namespace": "grp/present" }),
        ),
        _ => Answer::json(404, &json!({ "message": "404 Not Found" })),
    }
}

fn owner(token: &str) -> (i64, &'static str) {
    match token {
        BOB => (43, "bob"),
        BOT => (77, "project_7_bot"),
        _ => (42, "alice"),
    }
}

fn personal(token: &str) -> Answer {
    if let Some(refusal) = refused(token) {
        return refusal;
    }
    // Only the field of OAuth tokens takes one.
    if token == OAUTH {
        return Answer::json(401, &json!({ "message": "401 Unauthorized" }));
    }
    let scopes = match token {
        AI => json!(["ai_features"]),
        READ_USER => json!(["read_user"]),
        // One that only this GitLab knows.
        _ => json!(["api", "create_runner"]),
    };
    Answer::json(
        200,
        &json!({
            "id": 5, "name": "editor", "revoked": false, "active": true, "scopes": scopes,
            "created_at": "2026-01-01T00:00:00.000Z", "user_id": owner(token).0,
            "expires_at": if token == TODAY { json!("2026-11-22") } else { Value::Null },
        }),
    )
}

fn oauth(token: &str) -> Answer {
    let refused = |text: &str| {
        Answer::json(
            401,
            &json!({ "error": "invalid_token", "error_description": text, "state": "unauthorized" }),
        )
    };
    match token {
        OAUTH => Answer::json(
            200,
            &json!({
                "resource_owner_id": 42, "scope": ["api"], "expires_in": 7200,
                "application": { "uid": "editor" }, "created_at": 1_795_219_200,
                "scopes": ["api"], "expires_in_seconds": 7200,
            }),
        ),
        OAUTH_EXPIRED => refused("The access token expired"),
        OAUTH_REVOKED => refused("The access token was revoked"),
        _ => refused("The access token is invalid"),
    }
}

fn refused(token: &str) -> Option<Answer> {
    let described = |text: &str| {
        Answer::json(
            401,
            &json!({ "error": "invalid_token", "error_description": text }),
        )
    };
    let forbidden = |text: &str| {
        Answer::json(
            403,
            &json!({ "message": format!("403 Forbidden - {text}") }),
        )
    };
    match token {
        EXPIRED => Some(described(EXPIRED_TEXT)),
        REVOKED => Some(described(REVOKED_TEXT)),
        BLOCKED => Some(forbidden("Your account has been blocked.")),
        PENDING => Some(forbidden(
            "Your account is pending approval from your administrator and hence blocked.",
        )),
        ALICE | BOB | AI | READ_USER | TODAY | BOT | OTHER_PREFIX | OAUTH => None,
        _ => Some(Answer::json(401, &json!({ "message": "401 Unauthorized" }))),
    }
}

fn insufficient() -> Answer {
    Answer::json(
        403,
        &json!({
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": "api read_api",
        }),
    )
}

/// GraphQL as CE speaks it: a schema without Duo, and refusals of unknown fields word for word. A list of operations gets a list
/// of answers.
fn query(token: &str, asked: &Value) -> Answer {
    if refused(token).is_some() {
        return Answer::json(401, &json!({ "errors": [{ "message": "Invalid token" }] }));
    }
    let answer = match asked {
        Value::Array(all) => all.iter().map(|asked| executed(token, asked)).collect(),
        asked => executed(token, asked),
    };
    Answer::json(200, &answer)
}

fn executed(token: &str, asked: &Value) -> Value {
    let text = asked["query"].as_str().unwrap_or_default();
    let mut request = async_graphql::Request::new(text)
        .variables(async_graphql::Variables::from_json(
            asked["variables"].clone(),
        ))
        .data(owner(token));
    if let Some(name) = asked["operationName"].as_str() {
        request = request.operation_name(name);
    }
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
        .disable_suggestions()
        .finish();
    let answer = futures_executor::block_on(schema.execute(request));
    if answer.errors.is_empty() {
        return json!({ "data": answer.data.into_json().unwrap() });
    }
    let errors: Vec<_> = answer
        .errors
        .iter()
        .map(|error| in_ces_words(&error.message))
        .collect();
    json!({ "errors": errors })
}

fn in_ces_words(message: &str) -> Value {
    let words: Vec<_> = message.split('"').collect();
    let ["Unknown field ", field, " on type ", on, "."] = words[..] else {
        return json!({ "message": message });
    };
    json!({
        "message": format!("Field '{field}' doesn't exist on type '{on}'"),
        "locations": [{ "line": 1, "column": 1 }],
        "path": ["query", field],
        "extensions": { "code": "undefinedField", "typeName": on, "fieldName": field },
    })
}

struct Query;

struct CurrentUser(i64, &'static str);

#[derive(SimpleObject)]
#[graphql(name = "Project")]
struct Project {
    id: ID,
    full_path: String,
    name: String,
}

#[derive(SimpleObject)]
struct ProjectConnection {
    nodes: Vec<Project>,
    edges: Vec<ProjectEdge>,
}

#[derive(SimpleObject)]
struct ProjectEdge {
    node: Project,
}

#[derive(SimpleObject)]
struct Metadata {
    version: String,
}

fn project(path: &str) -> Option<Project> {
    let (number, name) = match path.to_lowercase().as_str() {
        "grp/on" => (7, "on"),
        "grp/off" => (8, "off"),
        _ => return None,
    };
    Some(Project {
        id: format!("gid://gitlab/Project/{number}").into(),
        full_path: format!("grp/{name}"),
        name: name.to_owned(),
    })
}

#[Object]
impl Query {
    async fn current_user(&self, context: &Context<'_>) -> CurrentUser {
        let (id, name) = *context.data_unchecked::<(i64, &'static str)>();
        CurrentUser(id, name)
    }

    async fn project(&self, context: &Context<'_>, full_path: ID) -> Option<Project> {
        let (id, _) = *context.data_unchecked::<(i64, &'static str)>();
        project(&full_path).filter(|_| id == 42)
    }

    async fn projects(&self, ids: Option<Vec<ID>>) -> ProjectConnection {
        let wanted = |project: &Project| ids.as_ref().is_none_or(|ids| ids.contains(&project.id));
        let both = || {
            let all = ["grp/on", "grp/off"]
                .iter()
                .filter_map(|path| project(path));
            all.filter(wanted)
        };
        ProjectConnection {
            nodes: both().collect(),
            edges: both().map(|node| ProjectEdge { node }).collect(),
        }
    }

    async fn metadata(&self) -> Metadata {
        Metadata {
            version: "16.7.4".to_owned(),
        }
    }

    async fn echo(&self, text: String) -> String {
        text
    }
}

#[Object]
impl CurrentUser {
    async fn id(&self) -> ID {
        format!("gid://gitlab/User/{}", self.0).into()
    }

    async fn username(&self) -> &str {
        self.1
    }
}
