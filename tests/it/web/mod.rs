//! The web pages through the real router: signing in and out, forms that count and forms that do not, and each page's work.

mod admin;
mod forms;
mod pages;
mod sessions;
mod usage;

use crate::support::{Browser, TestServer};

const TOKENS: &str = "/-/user_settings/personal_access_tokens";
const PREFERENCES: &str = "/-/profile/preferences";
const SIGN_IN: &str = "/users/sign_in";
const SESSION: &str = "code_suggestions_session";

/// A password for alice.
const PASSWORD: &str = "correct horse battery";

/// Gives alice a password.
async fn set_password(server: &TestServer) {
    let kept = code_suggestions::auth::hash_password(PASSWORD).unwrap();
    server
        .shared
        .store
        .set_password("alice".into(), kept, None)
        .await
        .unwrap();
}

/// Makes an administrator and signs her in.
async fn administrator(server: &TestServer) -> Browser<'_> {
    let root = code_suggestions::store::NewUser {
        username: "root".into(),
        admin: true,
        created_at: 1,
    };
    server.shared.store.add_user(root).await.unwrap();
    Browser::signed_in(server, "root").await
}
