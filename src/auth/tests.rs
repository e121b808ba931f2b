use std::time::Duration;

use super::*;
use crate::store::{NewToken, NewUser, UserSwitch};

struct World {
    _folder: tempfile::TempDir,
    store: Arc<Store>,
    auth: Authenticator,
    secret: ServerSecret,
    clock: Clock,
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(folder.path()).unwrap());
    let secret = ServerSecret::open(folder.path()).unwrap();
    let clock = Clock::manual(1_000_000);
    let auth = Authenticator::new(Arc::clone(&store), secret.clone(), clock.clone());
    store
        .add_user(NewUser {
            username: "alice".into(),
            admin: false,
            created_at: 1,
        })
        .await
        .unwrap();
    World {
        _folder: folder,
        store,
        auth,
        secret,
        clock,
    }
}

impl World {
    async fn token(&self, scopes: Scopes, expires_at: Option<i64>) -> (String, i64) {
        let (token, digest) = make_token(&self.secret).unwrap();
        let new = NewToken {
            username: "alice".into(),
            digest,
            name: "test".into(),
            scopes,
            created_at: 1,
            expires_at,
            application: None,
        };
        (token, self.store.add_token(new).await.unwrap())
    }

    async fn refused(&self, token: &str) -> AuthError {
        self.auth
            .authenticate(&Presented::personal(token))
            .await
            .unwrap_err()
    }
}

#[tokio::test]
async fn tokens_are_known_by_their_whole_value() {
    let world = world().await;
    let (token, _) = world.token(CODE_SUGGESTIONS, None).await;
    assert!(token.starts_with(TOKEN_PREFIX) && token.len() > 26);
    assert_eq!(
        world
            .auth
            .authenticate(&Presented::personal(&token))
            .await
            .unwrap()
            .user
            .username,
        "alice"
    );
    for wrong in [
        &token[..token.len() - 1],
        "",
        "glpat-",
        &format!("{token}x"),
        &"x".repeat(5000),
    ] {
        assert!(
            matches!(world.refused(wrong).await, AuthError::Unknown),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn expiry_is_judged_at_use_also_when_cached() {
    let world = world().await;
    let (token, _) = world.token(CODE_SUGGESTIONS, Some(1_000_060)).await;
    world
        .auth
        .authenticate(&Presented::personal(&token))
        .await
        .unwrap();
    world.clock.advance(Duration::from_mins(1));
    assert!(matches!(world.refused(&token).await, AuthError::Expired));
}

#[tokio::test]
async fn revocation_and_blocking_take_effect_on_cached_tokens() {
    let world = world().await;
    let (token, id) = world.token(CODE_SUGGESTIONS, None).await;
    world
        .auth
        .authenticate(&Presented::personal(&token))
        .await
        .unwrap();
    world
        .store
        .switch_user("alice".into(), UserSwitch::Blocked, true)
        .await
        .unwrap();
    world.clock.advance(Duration::from_millis(20));
    assert!(matches!(world.refused(&token).await, AuthError::Blocked));
    world.store.revoke_token(id, 5).await.unwrap();
    world.clock.advance(Duration::from_millis(20));
    assert!(
        matches!(world.refused(&token).await, AuthError::Revoked(_)),
        "revoked comes before blocked"
    );
}

#[tokio::test]
async fn a_token_made_after_it_was_refused_is_accepted() {
    let world = world().await;
    let (token, digest) = make_token(&world.secret).unwrap();
    assert!(matches!(world.refused(&token).await, AuthError::Unknown));
    let new = NewToken {
        username: "alice".into(),
        digest,
        name: "late".into(),
        scopes: CODE_SUGGESTIONS,
        created_at: 1,
        expires_at: None,
        application: None,
    };
    world.store.add_token(new).await.unwrap();
    world.clock.advance(Duration::from_millis(20));
    world
        .auth
        .authenticate(&Presented::personal(&token))
        .await
        .unwrap();
}

#[tokio::test]
async fn scopes_are_required() {
    let world = world().await;
    let (token, _) = world.token(Scopes::of(&[Scope::ReadApi]), None).await;
    let caller = world
        .auth
        .authenticate(&Presented::personal(&token))
        .await
        .unwrap();
    assert!(matches!(
        require_scope(&caller, CODE_SUGGESTIONS),
        Err(AuthError::Scope)
    ));
    require_scope(&caller, Scopes::of(&[Scope::ReadApi, Scope::Api])).unwrap();
}

#[tokio::test]
async fn oauth_tokens_count_as_bearer_only() {
    let world = world().await;
    let token = "oauth-access-token".to_owned();
    let new = NewToken {
        username: "alice".into(),
        digest: world.secret.digest(&token),
        name: "editor".into(),
        scopes: CODE_SUGGESTIONS,
        created_at: 1,
        expires_at: Some(1_007_200),
        application: Some("vscode".into()),
    };
    world.store.add_token(new).await.unwrap();
    let bearer = Presented {
        first: "garbage",
        access_token: Some(&token),
    };
    let caller = world.auth.authenticate(&bearer).await.unwrap();
    assert_eq!(caller.application.as_deref(), Some("vscode"));
    assert!(matches!(world.refused(&token).await, AuthError::Unknown));

    let (personal, _) = world.token(CODE_SUGGESTIONS, None).await;
    let as_bearer = Presented {
        first: &personal,
        access_token: Some(&personal),
    };
    assert_eq!(
        world
            .auth
            .authenticate(&as_bearer)
            .await
            .unwrap()
            .application,
        None
    );
}
