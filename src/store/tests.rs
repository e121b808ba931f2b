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
async fn every_connection_keeps_little_of_the_database_at_hand() {
    let (_folder, store) = store();
    let kept = |connection: &mut Connection| {
        let kept = connection.query_row("PRAGMA cache_size", [], |row| row.get::<_, i64>(0));
        Ok(kept?)
    };
    let asked = (0..4).map(|_| store.with(kept));
    let kept = futures_util::future::join_all(asked).await;
    for kept in kept {
        assert_eq!(kept.unwrap(), -pool::PAGE_CACHE);
    }
    let watch = store.watch.lock().unwrap();
    let watching = watch.query_row("PRAGMA cache_size", [], |row| row.get::<_, i64>(0));
    assert_eq!(watching.unwrap(), -pool::PAGE_CACHE);
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
async fn sessions_and_links_end_with_time_use_and_blocking() {
    let (_folder, store) = store();
    let alice = store.add_user(new_user("alice")).await.unwrap();
    let lasting = |digest, until| NewSession {
        digest: [digest; 32],
        created_at: 10,
        expires_at: until,
    };
    store.add_session(alice.id, lasting(1, 20)).await.unwrap();
    let session = async |digest, now| {
        store
            .session_user([digest; 32], now)
            .await
            .unwrap()
            .map(|user| user.id)
    };
    assert_eq!(session(1, 19).await, Some(alice.id));
    assert_eq!(session(1, 20).await, None, "expired");
    assert_eq!(session(2, 19).await, None);
    store
        .add_sign_in_link("alice".into(), lasting(3, 20))
        .await
        .unwrap();
    let used = async |link| {
        store
            .use_sign_in_link([link; 32], lasting(4, 20))
            .await
            .unwrap()
    };
    assert_eq!(used(9).await, None);
    assert_eq!(used(3).await.map(|user| user.id), Some(alice.id));
    assert_eq!(used(3).await, None, "once");
    assert_eq!(session(4, 19).await, Some(alice.id));
    store
        .set_password("alice".into(), "hash".into(), Some([4; 32]))
        .await
        .unwrap();
    assert_eq!(
        (session(1, 19).await, session(4, 19).await),
        (None, Some(alice.id))
    );
    store
        .add_sign_in_link("alice".into(), lasting(5, 20))
        .await
        .unwrap();
    for on in [true, false] {
        store
            .switch_user("alice".into(), UserSwitch::Blocked, on)
            .await
            .unwrap();
        assert_eq!(session(4, 19).await, None, "blocked, and for good");
        assert_eq!(used(5).await, None);
    }
}

#[tokio::test]
async fn a_code_is_given_tokens_once_and_a_grant_ends_with_all_of_them() {
    let (_folder, store) = store();
    let alice = store.add_user(new_user("alice")).await.unwrap();
    let application_id = store
        .add_application("uid".into(), "Editor".into(), vec!["a://b".into()], 1)
        .await
        .unwrap();
    let grant = NewGrant {
        code: [1; 32],
        application_id,
        user_id: alice.id,
        redirect_uri: "a://b".into(),
        challenge: "c".into(),
        scopes: Scopes::of(&[Scope::Api]),
        created_at: 10,
        expires_at: 20,
    };
    store.add_grant(grant).await.unwrap();
    let issue = |access, refresh| Issue {
        access: [access; 32],
        refresh: [refresh; 32],
        now: 11,
        access_expires_at: 100,
        refresh_expires_at: 1000,
    };
    let issued = async |used, issue| store.issue(used, issue).await.unwrap();
    assert!(issued(Used::Code([1; 32]), issue(2, 3)).await);
    assert!(!issued(Used::Code([1; 32]), issue(4, 5)).await, "once");
    assert!(issued(Used::Refresh([3; 32]), issue(6, 7)).await);
    let token = async |digest| store.token([digest; 32]).await.unwrap();
    assert_eq!(token(4).await, None, "nothing is issued for what was used");
    let access = token(6).await.unwrap();
    assert_eq!(
        (
            access.application.as_deref(),
            access.expires_at,
            &access.user
        ),
        (Some("uid"), Some(100), &alice)
    );
    assert_eq!(store.grants_of(alice.id, 11).await.unwrap().len(), 1);
    store.revoke_token(access.id, 12).await.unwrap();
    assert!(token(2).await.unwrap().revoked && token(6).await.unwrap().revoked);
    assert!(
        !issued(Used::Refresh([7; 32]), issue(8, 9)).await,
        "revoked"
    );
    assert_eq!(store.grants_of(alice.id, 12).await.unwrap(), []);
    store.remove_application("uid".into(), 13).await.unwrap();
    assert!(store.refresh_token([7; 32]).await.unwrap().is_none());
    assert!(store.code([1; 32]).await.unwrap().is_none());
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
async fn own_writes_change_the_version_at_once() {
    let (_folder, store) = store();
    let now = Duration::from_secs(1);
    let before = store.version(now);
    store.users().await.unwrap();
    assert_eq!(store.version(now), before, "only read");
    store.add_user(new_user("alice")).await.unwrap();
    assert_ne!(store.version(now), before);
}

#[test]
fn of_many_that_begin_at_once_one_makes_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(folder.path()).map(drop);
    let opened = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(open)).collect();
        let ends = threads.into_iter().map(|thread| thread.join().unwrap());
        ends.collect::<Vec<_>>()
    });
    for end in opened {
        end.unwrap();
    }
}

#[test]
fn what_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    std::fs::write(&path, "no database ".repeat(100)).unwrap();
    let error = Store::open(folder.path()).err().unwrap().to_string();
    assert!(error.starts_with(&*path.to_string_lossy()), "{error}");
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

#[tokio::test]
async fn a_database_that_hangs_is_not_waited_for() {
    let (_folder, store) = store();
    // Made before, a connection takes no part of the limit.
    store.ping().await.unwrap();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (tell, begun) = tokio::sync::oneshot::channel();
    let hanging = pool::within(Duration::from_millis(20), &store.pool, move |_| {
        tell.send(()).unwrap();
        assert!(held.recv().is_err(), "until the test lets go");
        Ok(())
    });
    let (late, begun) = tokio::join!(hanging, begun);
    begun.unwrap();
    assert!(matches!(late, Err(StoreError::Late(_))), "{late:?}");
    // Its connection is of no use to others either, for whom there is another one.
    store.ping().await.unwrap();
    drop(release);
    store.ping().await.unwrap();
}

#[tokio::test]
async fn work_that_panics_takes_no_connection_along() {
    let (_folder, store) = store();
    // More often than there are connections.
    for _ in 0..6 {
        let broken: Result<(), _> = store.with(|_| panic!("as a bug would")).await;
        assert!(
            matches!(broken, Err(StoreError::Connection(_))),
            "{broken:?}"
        );
    }
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_database_that_was_taken_away_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.ping().await.unwrap();
    let file = folder.path().join(FILE_NAME);
    let aside = folder.path().join("aside");
    std::fs::rename(&file, &aside).unwrap();
    let gone = store.ping().await;
    assert!(matches!(gone, Err(StoreError::Replaced { .. })), "{gone:?}");
    std::fs::copy(&aside, &file).unwrap();
    let another = store.ping().await;
    assert!(
        matches!(another, Err(StoreError::Replaced { .. })),
        "{another:?}"
    );
    std::fs::rename(&aside, &file).unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_damaged_database_is_noticed_where_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let file = folder.path().join(FILE_NAME);
    let connection = rusqlite::Connection::open(&file).unwrap();
    let page: i64 = connection
        .query_row("PRAGMA page_size", [], |row| row.get(0))
        .unwrap();
    let root: i64 = connection
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'settings'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(connection);
    let mut bytes = std::fs::read(&file).unwrap();
    let start = usize::try_from((root - 1) * page).unwrap();
    bytes[start..start + 16].fill(0xff);
    std::fs::write(&file, bytes).unwrap();

    let store = Store::open(folder.path()).unwrap();
    store.ping().await.unwrap();
    let read = store.setting("any", String::new()).await;
    assert!(matches!(read, Err(StoreError::Database(_))), "{read:?}");
    let after = store.ping().await;
    assert!(
        matches!(after, Err(StoreError::Damaged { .. })),
        "{after:?}"
    );
}
