//! The names that a client's body does not carry to the gateway. Asked by `limits`, `rewrite` and `completion`.
//!
//! They are withheld at every depth: what chooses a model or proves an identity is this server's to say, and no
//! gateway's notion of where it looks for them should matter.

/// Whether a member of this name stays here instead of going to the gateway: what a client may not choose, and its
/// credentials.
pub(super) fn is_withheld(name: &[u8]) -> bool {
    matches!(
        name,
        b"model_metadata"
            | b"model_endpoint"
            | b"model_api_key"
            | b"model_provider"
            | b"model_name"
            | b"model_identifier"
            | b"role_arn"
            | b"prompt"
            | b"prompt_components"
            | b"base_url"
            | b"api_base"
            | b"api_key"
            | b"private_token"
            | b"access_token"
            | b"bearer_token"
            | b"job_token"
            | b"deploy_token"
            | b"feed_token"
            | b"rss_token"
            | b"runner_token"
            | b"authenticity_token"
    )
}
