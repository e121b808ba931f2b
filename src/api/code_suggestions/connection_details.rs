//! `POST /api/v4/code_suggestions/connection_details`: what editors put into their telemetry (GitLab 18.3 and later).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde_json::json;

use super::{Limit, admitted};
use crate::{
    api::Reply,
    reply::{self, ApiError},
    state::App,
};

/// Describes instance and user.
pub async fn connection_details(State(app): State<Arc<App>>, request: Request) -> Reply {
    let (_, admitted) = admitted(&app, request).await?;
    if !app.features().completions {
        return Err(ApiError::Unauthorized);
    }
    let limit = Limit {
        limiter: &app.limits.connection_details,
        name: "code_suggestions_connection_details",
        marked: false,
    };
    let counted = limit.count(&app, &admitted.caller).await?;
    let instance = &app.instance;
    let details = json!({
        "instance_id": instance.id,
        "instance_version": instance.plain_version(),
        "realm": instance.realm,
        "global_user_id": app.global_user_id(admitted.caller.user.id),
        "host_name": instance.host_name,
        "feature_enablement_type": "",
        // Numbers: editors drop the whole event when they find text here.
        "saas_duo_pro_namespace_ids": [],
    });
    Ok(counted.mark(reply::json_value(StatusCode::CREATED, &details)))
}
