//! Settings that cannot be used end every command with code 2 and one line for each problem.

use std::fs;

use super::{command_with, fails};
use crate::support::{Run, command};

#[test]
fn wrong_settings_end_with_one_line_that_names_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("server.listn", "x", "SERVER__LISTN", "server.listen"),
        ("server.listen", "nowhere", "server.listen", "address"),
        (
            "server.header_timeout",
            "10",
            "server.header_timeout",
            "30s",
        ),
        ("server.header_timeout", "0s", "server.header_timeout", "0s"),
        (
            "server.max_body_bytes",
            "0",
            "server.max_body_bytes",
            "at least",
        ),
        (
            "server.external_url",
            "gitlab.test",
            "server.external_url",
            "https://",
        ),
        ("server.tls.cert_file", "/x.pem", "server.tls", "key_file"),
        ("instance.id", "me", "instance.id", "me"),
        (
            "instance.version",
            "new",
            "instance.version",
            "MAJOR.MINOR.PATCH",
        ),
        ("instance.realm", "here", "instance.realm", "saas"),
        ("gateway.kind", "other", "gateway.kind", "builtin"),
        ("gateway.kind", "ai_gateway", "gateway.url", "needed"),
        (
            "gateway.token_file",
            "/no/such/file",
            "gateway.token_file",
            "/no/such/file",
        ),
        (
            "gateway.max_in_flight",
            "0",
            "gateway.max_in_flight",
            "from 1 to",
        ),
        ("identity.kind", "gitlab", "identity.gitlab.url", "needed"),
        ("identity.kind", "ldap", "identity.kind", "gitlab"),
        (
            "identity.gitlab.ca_file",
            "/no/such/file",
            "identity.gitlab.ca_file",
            "/no/such/file",
        ),
        ("identity.grace", "long", "identity.grace", "30s"),
        (
            "identity.entitlement.rule",
            "some",
            "identity.entitlement.rule",
            "everyone",
        ),
        ("limits.completions", "many", "limits.completions", "60/1m"),
        ("projects.unknown", "maybe", "projects.unknown", "reject"),
        ("log.format", "xml", "log.format", "json"),
    ];
    for (key, value, named, told) in cases {
        for arguments in [&["config", "check"][..], &["serve"], &["user", "list"]] {
            let line = fails(command_with(folder.path(), &[(key, value)], arguments), 2);
            assert!(
                line.contains(named) && line.contains(told),
                "{key}={value}: {line}"
            );
        }
    }
}

#[test]
fn a_log_level_that_is_none_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for level in ["a=b=c", "loud"] {
        let line = fails(
            command_with(folder.path(), &[("log.level", level)], &["serve"]),
            2,
        );
        assert!(line.contains("log.level"), "{line}");
    }
}

#[test]
fn plain_http_to_another_machine_needs_a_switch() {
    let folder = tempfile::tempdir().unwrap();
    let url = ("gateway.url", "http://gateway.example");
    let kind = ("gateway.kind", "ai_gateway");
    let line = fails(
        command_with(folder.path(), &[kind, url], &["config", "check"]),
        2,
    );
    assert!(line.contains("gateway.allow_plain_http"), "{line}");
    let switch = ("gateway.allow_plain_http", "true");
    let run = Run::of(command_with(
        folder.path(),
        &[kind, url, switch],
        &["config", "check"],
    ));
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn files_of_settings_are_checked_and_the_environment_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    let path = file.display().to_string();
    let shown = |text: &str, arguments: &[&str]| {
        fs::write(&file, text).unwrap();
        command_with(folder.path(), &[("instance.realm", "saas")], arguments)
    };
    let check = ["--config", path.as_str(), "config", "check"];
    for (text, told) in [
        ("[server]\nlisten = ", path.as_str()),
        ("[server]\nlissten = \"127.0.0.1:0\"", "server.listen"),
        ("[sever]\nlisten = \"127.0.0.1:0\"", "sever"),
        ("[server]\nheader_timeout = 3", "server.header_timeout"),
        ("gateway = 3", "gateway"),
    ] {
        let line = fails(shown(text, &check), 2);
        assert!(
            line.contains(told) && line.contains(&path),
            "{text:?}: {line}"
        );
    }
    let show = ["--config", path.as_str(), "config", "show"];
    let run = Run::of(shown(
        "[instance]\nrealm = \"self-managed\"\nversion = \"18.9.0\"",
        &show,
    ));
    assert!(run.stdout.contains("realm = \"saas\""), "{run:#?}");
    assert!(run.stdout.contains("version = \"18.9.0\""), "{run:#?}");
    let line = fails(
        command(
            folder.path(),
            &["--config", "/no/such.toml", "config", "check"],
        ),
        2,
    );
    assert!(line.contains("/no/such.toml"), "{line}");
}

#[test]
fn what_is_shown_is_a_file_that_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("model.autodetect_ports", "1234,8000"),
        ("identity.entitlement.users", "alice,bob"),
        ("server.cors_origins", "https://a.test"),
    ];
    let first = Run::of(command_with(folder.path(), &settings, &["config", "show"]));
    assert_eq!(first.code, Some(0), "{first:#?}");
    let file = folder.path().join("shown.toml");
    std::fs::write(&file, &first.stdout).unwrap();
    let file = file.display().to_string();
    let again = ["--config", file.as_str(), "config", "show"];
    let second = Run::of(command(folder.path(), &again));
    assert_eq!(second.stdout, first.stdout, "{second:#?}");
    assert!(first.stdout.contains("trusted_issuers = []"), "{first:#?}");
    let ports = "autodetect_ports = [11434, 8080, 8012, 8000, 1234]";
    let plain = Run::ok(folder.path(), &["config", "show"]);
    assert!(plain.contains(ports), "{plain}");
}

#[test]
fn secrets_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("gateway.auth", "static"),
        ("gateway.token", "hunter2-secret"),
    ];
    let run = Run::of(command_with(folder.path(), &settings, &["config", "show"]));
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(
        run.stdout.contains("[gateway]") && run.stdout.contains("token"),
        "{run:#?}"
    );
    assert!(!format!("{run:?}").contains("hunter2"), "{run:#?}");
}

#[test]
fn arguments_that_are_none_end_with_2_and_help_with_0() {
    let folder = tempfile::tempdir().unwrap();
    let code = |arguments: &[&str]| Run::of(command(folder.path(), arguments)).code;
    for arguments in [
        &["nonsense"][..],
        &["user"],
        &["user", "add"],
        &["token", "create"],
        &["token", "revoke", "x"],
        &["--nonsense"],
        &["user", "set", "alice", "--code-suggestions", "maybe"],
    ] {
        assert_eq!(code(arguments), Some(2), "{arguments:?}");
    }
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["help", "token"],
        &["shell-completions", "bash"],
    ] {
        assert_eq!(code(arguments), Some(0), "{arguments:?}");
    }
}

#[test]
fn a_gitlab_that_cannot_be_asked_safely_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (("identity.gitlab.url", "http://gitlab.test"), "unencrypted"),
        (("identity.gitlab.url", "gitlab.test"), "https://"),
        (
            ("identity.entitlement.rule", "group"),
            "identity.entitlement.group",
        ),
        (
            ("identity.entitlement.rule", "users"),
            "identity.entitlement.users",
        ),
    ];
    for (setting, told) in cases {
        let mut settings = vec![("identity.kind", "gitlab")];
        if setting.0 != "identity.gitlab.url" {
            settings.push(("identity.gitlab.url", "https://gitlab.test"));
        }
        settings.push(setting);
        let problem = fails(
            command_with(folder.path(), &settings, &["config", "check"]),
            2,
        );
        assert!(problem.contains(told), "{setting:?}: {problem}");
    }
}
