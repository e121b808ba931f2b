use super::*;

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

fn new_user(username: &str) -> NewUser {
    NewUser {
        username: username.to_owned(),
        admin: false,
        created_at: 1,
    }
}

fn new_token(username: &str, digest: Digest) -> NewToken {
    NewToken {
        username: username.to_owned(),
        digest,
        name: "editor".to_owned(),
        scopes: Scopes::of(&[Scope::Api, Scope::AiFeatures]),
        created_at: 2,
        expires_at: Some(3),
        application: None,
    }
}

#[test]
fn migrations_are_sound() {
    migrations().validate().unwrap();
}

#[tokio::test]
async fn users_are_unique_whatever_the_case() {
    let (_folder, store) = store();
    let alice = store.add_user(new_user("alice")).await.unwrap();
    assert!(alice.code_suggestions && !alice.blocked && !alice.admin);
    let twice = store.add_user(new_user("ALICE")).await;
    assert!(matches!(twice, Err(StoreError::UserExists(name)) if name == "ALICE"));
    assert_eq!(store.user("Alice".into()).await.unwrap(), alice);
    assert!(matches!(
        store.user("bob".into()).await,
        Err(StoreError::NoUser(_))
    ));
}

#[tokio::test]
async fn switches_of_users_are_kept() {
    let (_folder, store) = store();
    store.add_user(new_user("alice")).await.unwrap();
    let alice = store
        .switch_user("alice".into(), UserSwitch::Blocked, true)
        .await
        .unwrap();
    assert!(alice.blocked && alice.code_suggestions);
    let alice = store
        .switch_user("alice".into(), UserSwitch::CodeSuggestions, false)
        .await
        .unwrap();
    assert!(alice.blocked && !alice.code_suggestions);
    assert_eq!(store.users().await.unwrap(), [alice]);
}

#[tokio::test]
async fn tokens_come_back_with_their_owner() {
    let (_folder, store) = store();
    let alice = store.add_user(new_user("alice")).await.unwrap();
    let id = store.add_token(new_token("alice", [7; 32])).await.unwrap();
    let token = store.token([7; 32]).await.unwrap().unwrap();
    assert_eq!(
        (token.id, &token.user, token.revoked, token.expires_at),
        (id, &alice, false, Some(3))
    );
    assert_eq!(
        token.scopes.names().collect::<Vec<_>>(),
        ["api", "ai_features"]
    );
    assert_eq!(store.token([8; 32]).await.unwrap(), None);

    store.revoke_token(id, 5).await.unwrap();
    assert!(store.token([7; 32]).await.unwrap().unwrap().revoked);
    assert!(matches!(
        store.revoke_token(99, 5).await,
        Err(StoreError::NoToken(99))
    ));
}

#[tokio::test]
async fn a_token_that_is_replaced_twice_ends_its_family() {
    let (_folder, store) = store();
    store.add_user(new_user("alice")).await.unwrap();
    let first = store.add_token(new_token("alice", [1; 32])).await.unwrap();
    let apart = store.add_token(new_token("alice", [9; 32])).await.unwrap();
    let rotate = async |id, digest| {
        let rotation = Rotation {
            id,
            digest: [digest; 32],
            now: 10,
            expires_at: 20,
        };
        store.rotate_token(rotation).await.unwrap()
    };
    let revoked = async |digest| store.token([digest; 32]).await.unwrap().unwrap().revoked;
    let second = rotate(first, 2).await.unwrap();
    assert_eq!((second.created_at, second.expires_at), (10, Some(20)));
    assert_eq!(second.name, "editor");
    assert!(revoked(1).await && !revoked(2).await);
    let third = rotate(second.id, 3).await.unwrap();
    assert!(revoked(2).await && !revoked(3).await);

    assert_eq!(rotate(first, 4).await, None);
    assert!(revoked(3).await, "whoever holds it may have stolen it");
    assert_eq!(store.token([4; 32]).await.unwrap(), None);
    assert!(!revoked(9).await, "another family");
    assert_eq!(rotate(third.id, 5).await, None);
    store.revoke_family(apart, 11).await.unwrap();
    assert!(revoked(9).await);
}

#[tokio::test]
async fn the_longest_path_governs_and_rules_add_up() {
    let (_folder, store) = store();
    let set = async |path: &str, switch, rules: Option<&[&str]>| {
        let change = ProjectChange {
            code_suggestions: switch,
            exclusion_rules: rules.map(|rules| rules.iter().map(|rule| (*rule).into()).collect()),
        };
        store.set_project(path.into(), change, 1).await.unwrap()
    };
    set("grp", Some(false), Some(&["*.env", "!a.env"])).await;
    set("grp/sub/on", Some(true), None).await;
    set("grp/ruled", None, Some(&["/b"])).await;
    let governs = async |path: &str| {
        let found = store.governance(path.into()).await.unwrap()?;
        let own = found.own.map(|project| project.path);
        Some((own, found.code_suggestions, found.exclusion_rules.join(" ")))
    };
    let on = Some("grp/sub/on".to_owned());
    assert_eq!(
        governs("GRP/Sub/ON").await,
        Some((on, Some(true), "*.env !a.env".into()))
    );
    let other = governs("grp/other").await;
    assert_eq!(other, Some((None, Some(false), "*.env !a.env".into())));
    let ruled = Some("grp/ruled".to_owned());
    assert_eq!(
        governs("grp/ruled").await,
        Some((ruled, Some(false), "*.env !a.env /b".into()))
    );
    assert_eq!(governs("group").await, None);

    let grp = set("Grp", Some(true), None).await;
    assert_eq!(
        grp.exclusion_rules,
        ["*.env", "!a.env"],
        "stay as they were"
    );
    let grp = set("Grp", None, Some(&[])).await;
    assert_eq!(
        (grp.code_suggestions, grp.exclusion_rules.len()),
        (Some(true), 0)
    );
    assert_eq!(
        governs("grp/other").await,
        Some((None, Some(true), String::new()))
    );
    assert_eq!(store.project(grp.id).await.unwrap(), Some(grp));
    assert_eq!(store.project(99).await.unwrap(), None);
}

#[tokio::test]
async fn writes_of_another_process_change_the_version() {
    let (folder, store) = store();
    let mut now = Duration::from_secs(1);
    let before = store.version(now);
    now += FRESHNESS;
    assert_eq!(store.version(now), before);
    let other = Store::open(folder.path()).unwrap();
    other.add_user(new_user("alice")).await.unwrap();
    assert_eq!(store.version(now), before, "looked a moment ago");
    now += FRESHNESS;
    assert_ne!(store.version(now), before);
}

#[tokio::test]
async fn a_setting_keeps_its_first_value() {
    let (folder, store) = store();
    assert_eq!(store.setting("k", "a".into()).await.unwrap(), "a");
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.setting("k", "b".into()).await.unwrap(), "a");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_reads_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _store) = store();
    let mode = std::fs::metadata(folder.path().join(FILE_NAME))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0);
}
