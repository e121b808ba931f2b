//! The OpenAPI document (OpenAPI 3.1), for the URL and the command of that name. Request schemas are made from the tables
//! of rules that check the requests, so the two cannot drift apart.

use std::sync::LazyLock;

use axum::{http::StatusCode, response::Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::graphql::MOST_OPERATIONS;
use crate::{
    params::{COMPLETIONS, DIRECT_ACCESS, ENABLED, Rule, TRACK_EVENT, json_schema},
    reply, routes,
};

/// `GET /api/v4/code_suggestions/openapi.json`. Written once: anybody may ask, and putting it together takes a millisecond.
pub async fn openapi() -> Response {
    static WRITTEN: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
    reply::json(StatusCode::OK, WRITTEN.clone())
}

/// The document.
pub fn document() -> Value {
    let mut paths = Map::new();
    for (path, method, operation) in operations() {
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "GitLab Code Suggestions",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT", "identifier": "MIT" },
            "description": "The Code Suggestions API of GitLab 19.3, as code-suggestions answers it.",
        },
        "security": [{ "bearer": [] }, { "private_token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "private_token": { "type": "apiKey", "in": "header", "name": "PRIVATE-TOKEN" },
            },
            "headers": headers(),
            "schemas": schemas(),
        },
    })
}

type Operation = (&'static str, &'static str, Value);

fn operations() -> Vec<Operation> {
    let mut operations = code_suggestions();
    operations.extend(neighbours());
    operations.extend(the_caller());
    operations.extend(open());
    operations
}

fn code_suggestions() -> Vec<Operation> {
    let completion = json!({
        "description": "A suggestion, or none",
        "headers": limit_headers(),
        "content": {
            "application/json": { "schema": reference("Completion") },
            "text/event-stream": { "schema": { "type": "string" } },
            "text/plain": { "schema": { "type": "string" } },
        },
    });
    let gateway = [
        "402", "404", "413", "422", "429", "500", "502", "503", "504",
    ];
    vec![
        (
            routes::COMPLETIONS,
            "post",
            Endpoint::of("Suggest code at the cursor", "200", completion)
                .body(COMPLETIONS, true)
                .may(&gateway)
                .build(),
        ),
        (
            routes::ENABLED,
            "post",
            Endpoint::of(
                "Tell whether a project may use Code Suggestions",
                "200",
                answer(&json!({ "const": 200 })),
            )
            .body(ENABLED, true)
            .may(&["404", "503"])
            .build(),
        ),
        (
            routes::DIRECT_ACCESS,
            "post",
            Endpoint::of(
                "Hand out a direct connection to the gateway",
                "201",
                limited("DirectAccess"),
            )
            .body(DIRECT_ACCESS, false)
            .may(&["402", "404", "422", "429", "503"])
            .build(),
        ),
        (
            routes::CONNECTION_DETAILS,
            "post",
            Endpoint::of(
                "Describe instance and user for telemetry",
                "201",
                limited("ConnectionDetails"),
            )
            .body(&[], false)
            .may(&["404", "429", "503"])
            .build(),
        ),
        (
            routes::TOKENS,
            "post",
            Endpoint::of(
                "Hand out a token as GitLab 16.1 did",
                "201",
                answer(&reference("LegacyToken")),
            )
            .body(&[], false)
            .may(&["404", "503"])
            .build(),
        ),
    ]
}

fn neighbours() -> Vec<Operation> {
    let operation = json!({ "type": "object", "required": ["query"], "properties": {
        "query": { "type": "string" },
        "variables": { "type": ["object", "null"] },
        "operationName": { "type": ["string", "null"] },
    }});
    let object = || answer(&json!({ "type": "object" }));
    let get = |summary, answer| Endpoint::of(summary, "200", answer).may(&["503"]).build();
    vec![
        (
            routes::AI_ASSIST,
            "get",
            Endpoint::of(
                "Tell whether the user is allowed",
                "200",
                answer(&reference("Allowed")),
            )
            .may(&["404", "503"])
            .build(),
        ),
        (
            routes::VERSION,
            "get",
            get("Tell the version", answer(&reference("Version"))),
        ),
        (
            routes::METADATA,
            "get",
            get("Tell the version", answer(&reference("Version"))),
        ),
        (
            routes::PROJECT,
            "get",
            Endpoint::of("Describe a project", "200", object())
                .path_parameter("id", "Number, or path with %2F for each slash")
                .may(&["404", "503"])
                .build(),
        ),
        (
            routes::TRACK_EVENT,
            "post",
            Endpoint::of("Take an event of an editor", "200", object())
                .body(TRACK_EVENT, true)
                .may(&["503"])
                .build(),
        ),
        (
            routes::GRAPHQL,
            "post",
            Endpoint::of("Answer GraphQL operations", "200", answer(&json!({ "type": ["object", "array"] })))
                .schema(json!({ "oneOf": [
                    operation,
                    { "type": "array", "items": operation, "minItems": 1, "maxItems": MOST_OPERATIONS },
                ] }))
                .may(&["503"])
                .anybody()
                .build(),
        ),
    ]
}

fn the_caller() -> Vec<Operation> {
    let object = || answer(&json!({ "type": "object" }));
    let get = |summary, answer| Endpoint::of(summary, "200", answer).may(&["503"]).build();
    vec![
        (routes::USER, "get", get("Describe the user", object())),
        (
            routes::TOKEN_SELF,
            "get",
            get("Describe the token", object()),
        ),
        (
            routes::TOKEN_SELF,
            "delete",
            Endpoint::of(
                "Revoke the token",
                "204",
                json!({ "description": "Revoked" }),
            )
            .may(&["503"])
            .build(),
        ),
        (
            routes::ROTATE_SELF,
            "post",
            Endpoint::of("Replace the token by a new one", "200", object())
                .schema(json!({
                    "type": "object",
                    "properties": { "expires_at": { "type": "string", "format": "date" } },
                }))
                .may(&["405", "415", "503"])
                .build(),
        ),
    ]
}

fn open() -> Vec<Operation> {
    let get = |summary: &str, answer: Value| json!({ "summary": summary, "security": [], "responses": { "200": answer, "default": failure() } });
    let object = || answer(&json!({ "type": "object" }));
    vec![
        (routes::OPENAPI, "get", get("This document", object())),
        (
            routes::OPENID,
            "get",
            get("Where everything about identity is", object()),
        ),
        (routes::KEYS, "get", get("Public keys", object())),
        (
            routes::OAUTH_SERVER,
            "get",
            get("Where everything about identity is", object()),
        ),
        (
            routes::CONNECTOR_KEYS,
            "get",
            get("Public keys of tokens for gateways", object()),
        ),
        (
            routes::OWN_KEYS,
            "get",
            get("Public keys of this server alone", object()),
        ),
        (
            routes::LIVENESS,
            "get",
            get("Tell whether the process runs", object()),
        ),
        (
            routes::READINESS,
            "get",
            get("Tell whether requests can be served", object()),
        ),
    ]
}

/// An endpoint of the API on its way to the document.
struct Endpoint {
    summary: &'static str,
    responses: Map<String, Value>,
    body: Option<(Value, bool)>,
    parameters: Vec<Value>,
    open: bool,
}

impl Endpoint {
    fn of(summary: &'static str, status: &str, answer: Value) -> Self {
        let mut endpoint = Self {
            summary,
            responses: Map::new(),
            body: None,
            parameters: Vec::new(),
            open: false,
        };
        endpoint.responses.insert(status.to_owned(), answer);
        endpoint.may(&["400", "401", "403", "408", "413", "414"])
    }

    fn body(self, rules: &[Rule], required: bool) -> Self {
        let mut endpoint = self.schema(json_schema(rules)).may(&["415"]);
        endpoint.body = endpoint.body.map(|(schema, _)| (schema, required));
        endpoint
    }

    fn schema(mut self, schema: Value) -> Self {
        self.body = Some((schema, true));
        self
    }

    fn may(mut self, statuses: &[&str]) -> Self {
        for status in statuses {
            self.responses.insert((*status).to_owned(), refusal(status));
        }
        self
    }

    fn path_parameter(mut self, name: &str, description: &str) -> Self {
        self.parameters.push(json!({
            "name": name,
            "in": "path",
            "required": true,
            "description": description,
            "schema": { "type": "string" },
        }));
        self
    }

    /// A credential may be left out.
    fn anybody(mut self) -> Self {
        self.open = true;
        self
    }

    fn build(self) -> Value {
        let mut operation = json!({ "summary": self.summary, "responses": self.responses });
        if self.open {
            operation["security"] = json!([{}, { "bearer": [] }, { "private_token": [] }]);
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.into();
        }
        if let Some((schema, required)) = self.body {
            operation["requestBody"] = json!({ "required": required, "content": { "application/json": { "schema": schema } } });
        }
        operation
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn answer(schema: &Value) -> Value {
    json!({ "description": "Success", "content": { "application/json": { "schema": schema } } })
}

fn limited(schema: &str) -> Value {
    let mut answer = answer(&reference(schema));
    answer["headers"] = limit_headers();
    answer
}

fn failure() -> Value {
    json!({ "description": "Refusal or failure", "content": { "application/json": { "schema": reference("Error") } } })
}

fn refusal(status: &str) -> Value {
    let mut refusal = failure();
    match status {
        // What is malformed beyond words is refused in plain text.
        "400" => refusal["content"]["text/plain"] = json!({ "schema": { "const": "Bad Request" } }),
        "429" | "503" => {
            refusal["headers"] =
                json!({ "Retry-After": { "$ref": "#/components/headers/Retry-After" } });
        }
        _ => {}
    }
    refusal
}

fn limit_headers() -> Value {
    [
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "RateLimit-Name",
    ]
    .into_iter()
    .map(|name| {
        (
            name.to_owned(),
            json!({ "$ref": format!("#/components/headers/{name}") }),
        )
    })
    .collect::<Map<_, _>>()
    .into()
}

fn headers() -> Value {
    let number =
        |text: &str| json!({ "description": text, "schema": { "type": "integer", "minimum": 0 } });
    json!({
        "Retry-After": number("Seconds until a request may pass again"),
        "RateLimit-Limit": number("Requests per window"),
        "RateLimit-Remaining": number("Requests left in this window"),
        "RateLimit-Reset": number("Seconds since the epoch at which the window ends"),
        "RateLimit-Name": { "description": "Name of the limit", "schema": { "type": "string" } },
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let error = json!({ "type": "object", "properties": {
        "message": { "type": ["string", "object"] },
        "error": { "type": ["string", "null"] },
        "error_description": { "type": ["string", "null"] },
        "errors": { "type": "array" },
    }});
    json!({
        "Error": error,
        "Completion": { "type": "object", "required": ["choices"], "properties": {
            "id": text,
            "model": { "type": ["object", "null"] },
            "object": text,
            "created": { "type": "integer" },
            "choices": { "type": "array", "items": { "type": "object", "required": ["text"], "properties": {
                "text": text,
                "index": { "type": "integer" },
                "finish_reason": { "type": ["string", "null"] },
            }}},
        }},
        "DirectAccess": { "type": "object", "required": ["base_url", "token", "expires_at", "headers"], "properties": {
            "base_url": text,
            "token": text,
            "expires_at": { "type": "integer" },
            "headers": { "type": "object", "additionalProperties": text },
            "model_details": { "type": "object" },
        }},
        "ConnectionDetails": { "type": "object", "additionalProperties": false, "properties": {
            "instance_id": text,
            "instance_version": text,
            "realm": { "enum": ["self-managed", "saas"] },
            "global_user_id": { "type": "string", "minLength": 44, "maxLength": 44 },
            "host_name": text,
            "feature_enablement_type": text,
            "saas_duo_pro_namespace_ids": { "type": "array", "items": { "type": "integer" } },
        }},
        "LegacyToken": { "type": "object", "required": ["access_token", "expires_in", "created_at"], "properties": {
            "access_token": text,
            "expires_in": { "const": 3600 },
            "created_at": { "type": "integer" },
        }},
        "Allowed": { "type": "object", "required": ["user_is_allowed"], "properties": {
            "user_is_allowed": { "type": "boolean" },
        }},
        "Version": { "type": "object", "required": ["version", "revision", "kas", "enterprise"], "properties": {
            "version": text,
            "revision": text,
            "kas": { "type": "object" },
            "enterprise": { "type": "boolean" },
        }},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk(document: &Value, value: &Value) {
            match value {
                Value::Object(members) => {
                    if let Some(reference) = members.get("$ref") {
                        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{pointer}");
                    }
                    members.values().for_each(|value| walk(document, value));
                }
                Value::Array(values) => values.iter().for_each(|value| walk(document, value)),
                _ => {}
            }
        }
        let document = document();
        walk(&document, &document);
    }

    #[test]
    fn limits_of_parameters_come_from_their_rules() {
        let document = document();
        let schema = &document["paths"][routes::COMPLETIONS]["post"]["requestBody"]["content"]["application/json"];
        let file = &schema["schema"]["properties"]["current_file"];
        assert_eq!(file["properties"]["file_name"]["maxLength"], 255);
        assert_eq!(
            file["required"],
            json!(["file_name", "content_above_cursor"])
        );
        assert_eq!(schema["schema"]["required"], json!(["current_file"]));
    }
}
