use std::time::Duration;

use super::*;
use crate::config::{GatewayKind, LogFormat, UnknownProject};

fn with_file(text: &str) -> Result<Settings, Vec<String>> {
    with(text, &[])
}

fn with(text: &str, environment: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, text).unwrap();
    let environment = environment
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    load(&Sources {
        file: Some(path),
        environment,
    })
    .map_err(|error| error.0)
}

#[test]
fn defaults_alone_are_enough() {
    let settings = load(&Sources::default()).unwrap();
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.gateway.kind, GatewayKind::Builtin);
    assert_eq!(settings.limits.completions.get().unwrap().0.get(), 60);
    assert_eq!(settings.projects.unknown, UnknownProject::Allow);
}

#[test]
fn every_documented_key_exists_in_the_structs() {
    let uncommented: String = DEFAULTS
        .lines()
        .map(|line| {
            if documented_key(line).is_some() {
                line.strip_prefix("# ").unwrap_or(line)
            } else {
                line
            }
        })
        // Files that would have to be there.
        .filter(|line| !line.contains("_file = "))
        .collect::<Vec<_>>()
        .join("\n")
        // The one kind that every key of its section is for.
        .replace("kind = \"builtin\"", "kind = \"ai_gateway\"");
    let settings = with_file(&uncommented).unwrap();
    assert_eq!(settings.log.format, Some(LogFormat::Text));
    assert!(settings.instance.id.is_some());
    assert!(known_keys().contains("gateway.token_file"));
}

#[test]
fn codes_live_long_enough_for_people_and_no_longer() {
    for (lifetime, right) in [("59s", false), ("1m", true), ("10m", true), ("601s", false)] {
        let settings = with_file(&format!("[oauth]\ncode_lifetime = \"{lifetime}\""));
        let told = settings.map_or_else(|problems| problems[0].clone(), |_| String::new());
        assert_eq!(
            told.contains("oauth.code_lifetime: must be from"),
            !right,
            "{told}"
        );
    }
}

#[test]
fn environment_wins_over_file() {
    let settings = with(
        "[server]\nlisten = \"127.0.0.1:1\"\nbody_timeout = \"5s\"\n",
        &[
            ("CODE_SUGGESTIONS__SERVER__LISTEN", "0.0.0.0:9"),
            ("CODE_SUGGESTIONS__GATEWAY__DIRECT_ACCESS", "false"),
            ("CODE_SUGGESTIONS__GATEWAY__MAX_IN_FLIGHT", "7"),
            ("CODE_SUGGESTIONS__INSTANCE__VERSION", "18.10.0"),
            ("CODE_SUGGESTIONS__GATEWAY__TOKEN", ""),
            ("UNRELATED", "x"),
        ],
    )
    .unwrap();
    assert_eq!(settings.server.listen.to_string(), "0.0.0.0:9");
    assert_eq!(settings.server.body_timeout, Duration::from_secs(5));
    assert!(!settings.gateway.direct_access);
    assert_eq!(settings.gateway.max_in_flight, 7);
    assert_eq!(settings.instance.version, "18.10.0");
    assert!(settings.gateway.token.is_none());
}

/// A wrong setting, and what the only problem has to say.
type Wrong = (&'static str, &'static [&'static str]);

const WRONG: &[Wrong] = &[
    (
        "[server]\nlisen = \"x\"",
        &[
            "settings.toml",
            "unknown key 'server.lisen'",
            "did you mean 'server.listen'?",
        ],
    ),
    (
        "[sever]\nlisten = \"x\"",
        &[
            "unknown key 'sever.listen'",
            "did you mean 'server.listen'?",
        ],
    ),
    (
        "[server]\nlisten = \"8080\"",
        &["settings.toml: server.listen: ", "write IP:PORT, such as"],
    ),
    (
        "[server]\nbody_timeout = \"soon\"",
        &[
            "settings.toml: server.body_timeout: 'soon' is not a duration",
            "\"30s\"",
        ],
    ),
    (
        "[server]\nmax_body_bytes = \"big\"",
        &["settings.toml: server.max_body_bytes: ", "expected"],
    ),
    (
        "[limits]\nkind = \"redis\"",
        &["limits.redis.url: needed", "\"redis://host:6379/0\""],
    ),
    (
        "[limits.redis]\nurl = \"http://host\"",
        &["limits.redis.url: is not the URL of a Redis"],
    ),
    (
        "[limits]\ncompletions = \"many\"",
        &["limits.completions: 'many' is not a limit", "\"60/1m\""],
    ),
    (
        "[gateway]\nkind = \"ai_gatway\"",
        &["gateway.kind: ", "ai_gateway"],
    ),
    ("[gateway]\nkind = \"ai_gateway\"", &["gateway.url: needed"]),
    (
        "[server]\ntrusted_proxies = [\"10.0.0.0/33\"]",
        &["server.trusted_proxies: '10.0.0.0/33': neither a network"],
    ),
    (
        "[gateway]\nkind = \"ai_gateway\"\nurl = \"example.com\"",
        &["gateway.url: 'example.com' is not a URL"],
    ),
    (
        "[gateway]\nkind = \"ai_gateway\"\nurl = \"https://me:hush@example.com\"",
        &["gateway.url: a URL with a name or a password"],
    ),
    (
        "[gateway]\nkind = \"ai_gateway\"\nurl = \"http://example.com\"",
        &["gateway.url: ", "gateway.allow_plain_http"],
    ),
    (
        "[gateway]\nkind = \"ai_gateway\"\nurl = \"http://[::1]:5052\"\nauth = \"static\"",
        &["gateway.token: needed"],
    ),
    (
        "[gateway]\ntoken = \"a\"\ntoken_file = \"b\"",
        &["gateway.token: given as token and as token_file"],
    ),
    (
        "[gateway]\ntoken_file = \"/no/such/file\"",
        &["gateway.token_file: /no/such/file"],
    ),
    (
        "[instance]\nversion = \"latest\"",
        &["instance.version: 'latest' is not a version"],
    ),
    (
        "[instance]\nid = \"five\"",
        &["instance.id: 'five' is not a UUID; write it as"],
    ),
    (
        "[metrics]\nlisten = \"9090\"",
        &["metrics.listen: '9090' is not an address"],
    ),
    (
        "[server.tls]\ncert_file = \"a\"",
        &["server.tls: cert_file and key_file"],
    ),
    (
        "[gateway]\ntoken = \"a b\"",
        &["gateway.token: is empty or holds"],
    ),
    (
        "[gateway]\ntoken = \"\"",
        &["gateway.token: is empty or holds"],
    ),
    (
        "[gateway]\nmax_in_flight = 9223372036854775807",
        &["gateway.max_in_flight: must be from 1 to"],
    ),
    (
        "[log]\nlevel = \"foo=bar=baz\"",
        &["log.level: 'foo=bar=baz' is neither"],
    ),
    (
        "[log]\nlevel = \"info,loud\"",
        &["log.level: 'info,loud' is neither"],
    ),
    (
        "[instance]\ndata_dir = \"\"",
        &["instance.data_dir: names no folder"],
    ),
    ("server = 3", &["unknown key 'server'"]),
    ("[server\n", &["settings.toml: "]),
];

#[test]
fn every_wrong_value_is_told_at_once() {
    let problems = with_file(
        "[server]\nlisten = \"x\"\nidle_timeout = \"soon\"\ntrusted_proxies = [\"y\"]\n\
         [server.tls]\ncert_file = [3]\n\
         [limits]\ncompletions = \"many\"\nkind = \"z\"\n[limits.redis]\nurl = []",
    )
    .unwrap_err();
    let keys = |problem: &String| problem.split(": ").nth(1).unwrap().to_owned();
    let mut named: Vec<_> = problems.iter().map(keys).collect();
    named.sort_unstable();
    let expected = [
        "limits.completions",
        "limits.kind",
        "limits.redis.url",
        "server.idle_timeout",
        "server.listen",
        "server.tls.cert_file",
        "server.trusted_proxies",
    ];
    assert_eq!(named, expected, "{problems:#?}");
}

#[test]
fn wrong_settings_name_key_place_and_remedy() {
    for (text, expected) in WRONG {
        let problems = with_file(text).expect_err(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        for part in *expected {
            assert!(
                problems[0].contains(part),
                "{text}: {part:?} not in {:?}",
                problems[0]
            );
        }
        assert!(!problems[0].contains('\n'), "{problems:?}");
    }
}

#[test]
fn a_model_that_the_gateway_would_silently_replace_is_refused() {
    let long = "x".repeat(2001);
    let name = |name| format!("name = \"{name}\"\nendpoint = \"http://m/v1\"");
    let with = |more: &str| format!("{OWN_MODEL}\n{more}");
    let cases = [
        (OWN_MODEL.to_owned(), ""),
        (
            name("starcoder"),
            ".name: the gateway does not know 'starcoder'",
        ),
        // Behind the second version there is no prompt for it.
        (name("qwen"), ".name: the gateway does not know 'qwen'"),
        ("name = \"codestral\"".into(), ".endpoint: needed"),
        ("endpoint = \"http://m/v1\"".into(), ".name: needed"),
        (
            "name = \"codestral\"\nendpoint = \"m:1\"".into(),
            ".endpoint: 'm:1' is not a URL",
        ),
        (
            with(&format!("api_key = \"{long}\"")),
            ".api_key: the gateway takes at most 2000",
        ),
        (
            with(&format!("identifier = \"{long}\"")),
            ".identifier: the gateway takes at most 1000",
        ),
        (
            with("api_key = \"a\"\napi_key_file = \"b\""),
            ".api_key: given as api_key and as",
        ),
        (with("provider = \"vllm\""), ".provider: 'vllm' is none of"),
        ("provider = \"gitlab\"".into(), ".identifier: needed"),
        (
            with("provider = \"gitlab\"\nidentifier = \"x\""),
            ".provider: \"gitlab\" takes",
        ),
        ("provider = \"gitlab\"\nidentifier = \"x\"".into(), ""),
    ];
    for (model, expected) in cases {
        assert_model("", &model, expected);
    }
    let unused = with_file(&format!("[gateway.model]\n{OWN_MODEL}")).unwrap_err();
    assert!(
        unused[0].contains("gateway.model: is told to GitLab's AI Gateway"),
        "{unused:?}"
    );
}

#[test]
fn a_proxy_can_be_named_by_its_address() {
    let settings = with_file(
        "[server]\ntrusted_proxies = [\"10.0.0.7\", \"192.168.0.0/16\", \"2001:db8::7\"]",
    )
    .unwrap();
    for (address, trusted) in [
        ("10.0.0.7", true),
        ("10.0.0.8", false),
        ("192.168.3.4", true),
        ("2001:db8::7", true),
        ("2001:db8::8", false),
    ] {
        assert_eq!(
            settings.server.trusts(address.parse().unwrap()),
            trusted,
            "{address}"
        );
    }
}

#[test]
fn each_endpoint_has_models_of_its_own() {
    let qwen = "name = \"qwen\"\nendpoint = \"http://m/v1\"";
    let and = |more: &str| format!("{OWN_MODEL}\n[gateway.model.generation]\n{more}");
    assert_model("completions_api = \"v4\"", qwen, "");
    assert_model("generations_api = \"v2\"", OWN_MODEL, "");
    assert_model(
        "generations_api = \"v2\"",
        "",
        "gateway.generations_api: \"v2\" needs a model server",
    );
    assert_model("", &and(qwen), "");
    assert_model(
        "generations_api = \"v2\"",
        &and(qwen),
        ".generation.name: the gateway does not know",
    );
}

const OWN_MODEL: &str = "name = \"codestral\"\nendpoint = \"http://m/v1\"";

/// The one problem that these settings have, or none.
#[track_caller]
fn assert_model(gateway: &str, model: &str, expected: &str) {
    let text = format!(
        "[gateway]\nkind = \"ai_gateway\"\nurl = \"http://localhost\"\n{gateway}\n[gateway.model]\n{model}"
    );
    let problems = with_file(&text).err().unwrap_or_default();
    assert_eq!(
        problems.is_empty(),
        expected.is_empty(),
        "{text}: {problems:?}"
    );
    assert!(problems.len() < 2, "{text}: {problems:?}");
    for problem in problems {
        assert!(problem.contains(expected), "{text}: {problem}");
    }
}

#[test]
fn problems_of_all_sections_come_together() {
    let problems =
        with_file("[server]\nlisten = \"x\"\n[limits]\ncompletions = \"y\"").unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn unknown_variable_is_named_as_it_is_written() {
    let problems = with("", &[("CODE_SUGGESTIONS__SERVER__LISEN", "x")]).unwrap_err();
    assert!(
        problems[0].contains("CODE_SUGGESTIONS__SERVER__LISEN"),
        "{problems:?}"
    );
    assert!(problems[0].contains("server.listen"), "{problems:?}");
}

#[test]
fn a_proxy_that_cannot_be_read_is_told_without_its_password() {
    for (proxy, right) in [
        ("http://proxy.corp:3128", true),
        ("http://name:hunter2@proxy.corp:3128/", true),
        ("proxy.corp:3128", true),
        ("proxy.corp", true),
        ("http://[::1]:3128", true),
        ("http://[::1]", true),
        ("socks5://proxy.corp", true),
        ("", true),
        ("http://", false),
        ("htp://proxy.corp:3128", false),
        ("http:/name:hunter2@proxy.corp", false),
        ("http://name:hunter2@proxy corp:3128", false),
        ("http://name:hunter2@proxy.corp:312800", false),
        ("http://proxy.corp:", false),
        ("/hunter2", false),
    ] {
        for name in ["HTTPS_PROXY", "all_proxy"] {
            let told = with("", &[(name, proxy)])
                .err()
                .unwrap_or_default()
                .concat();
            assert_eq!(told.is_empty(), right, "{proxy}: {told}");
            let named = told.contains("HTTPS_PROXY") && told.contains("HOST:PORT");
            assert!(right || named && !told.contains("hunter2"), "{told}");
        }
    }
}

#[test]
fn secrets_are_hidden_when_shown() {
    let secret = |name: &str| (name.to_owned(), "hunter2".to_owned());
    let environment = HashMap::from([
        (
            "CODE_SUGGESTIONS__LIMITS__REDIS__URL".to_owned(),
            "redis://:hunter2@host".to_owned(),
        ),
        secret("CODE_SUGGESTIONS__GATEWAY__TOKEN"),
        secret("CODE_SUGGESTIONS__GATEWAY__MODEL__API_KEY"),
        secret("CODE_SUGGESTIONS__GATEWAY__MODEL__GENERATION__API_KEY"),
    ]);
    let shown = shown(&Sources {
        file: None,
        environment,
    })
    .unwrap();
    let leaks: Vec<_> = shown
        .values()
        .filter(|value| value.contains("hunter2"))
        .collect();
    assert!(leaks.is_empty(), "{leaks:?}");
    assert_eq!(shown["gateway.token"], "\"[hidden]\"");
    assert_eq!(shown["server.listen"], "\"127.0.0.1:8080\"");
}

#[test]
fn files_that_https_cannot_use_are_named() {
    let problems =
        with_file("[server.tls]\ncert_file = \"/no/such/file\"\nkey_file = \"/dev/null\"")
            .unwrap_err();
    assert!(
        problems[0].contains("server.tls.cert_file: /no/such/file"),
        "{problems:?}"
    );
    assert!(
        problems[1].contains("server.tls.key_file: /dev/null"),
        "{problems:?}"
    );
}
