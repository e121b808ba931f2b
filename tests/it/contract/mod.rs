//! The public cases of the contract, part by part, each row by its id; a decision of the design that settles a case otherwise
//! is named at its row.

mod another_gitlab;
mod authentication;
mod direct_access;
mod discovery;
mod legacy;
mod limits;
mod models;
mod parameters;
mod projects;
mod refusals;
mod replies;
mod routing;
mod upstream;

const M401: &str = r#"{"message":"401 Unauthorized"}"#;
const M404: &str = r#"{"message":"404 Not Found"}"#;
const ALL_MISSING: &str = r#"{"error":"current_file is missing, current_file[file_name] is missing, current_file[content_above_cursor] is missing"}"#;
const SCOPE: &str = r#"{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"ai_features api read_api"}"#;
const BLOCKED: &str = r#"{"message":"403 Forbidden - Your account has been blocked."}"#;
const TOO_OFTEN: &str =
    r#"{"message":{"error":"This endpoint has been requested too many times. Try again later."}}"#;
