//! Fields towards a gateway and back. Towards it they are composed here, none is taken from the client but the version of
//! its language server and the request's identifier; on the way back everything passes but what concerns the connection,
//! the gateway's own software, or fields that this server sets.

use std::{borrow::Cow, time::Duration};

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCEPT_RANGES, ALT_SVC, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH,
        CONTENT_TYPE, DATE, EXPIRES, PRAGMA, PROXY_AUTHENTICATE, REFRESH, SERVER, SET_COOKIE,
        STRICT_TRANSPORT_SECURITY, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT, VIA,
        WWW_AUTHENTICATE,
    },
};

use crate::{
    ids::{Instance, RequestId},
    upstream::Fields,
};

pub(super) const SOFTWARE: &str = concat!("code-suggestions/", env!("CARGO_PKG_VERSION"));

const GLOBAL_USER_ID: HeaderName = HeaderName::from_static("x-gitlab-global-user-id");
const USER_ID: HeaderName = HeaderName::from_static("x-gitlab-user-id");
const PROJECT_ID: HeaderName = HeaderName::from_static("x-gitlab-project-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SEND_START: HeaderName = HeaderName::from_static("x-gitlab-rails-send-start");
const LANGUAGE_SERVER: HeaderName = HeaderName::from_static("x-gitlab-language-server-version");

/// Bytes that the fields of a request take up beside those that are the same in all of them, the credential apart.
const ROOM: usize = 384;

/// Longest version of a language server that is passed on.
const LONGEST_VERSION: usize = 64;

/// On whose behalf a gateway is asked.
pub struct Asker<'a> {
    /// Number of the user.
    pub user_id: i64,
    /// Pseudonym of the user.
    pub global_user_id: String,
    /// Identifier of the request.
    pub request_id: &'a RequestId,
    /// `X-Gitlab-Language-Server-Version`, as the client sent it.
    pub language_server: Option<&'a HeaderValue>,
    /// Number of the project, if it is known here.
    pub project_id: Option<i64>,
    /// Host that the client asked, for an answer that says where to ask next.
    pub host: Option<&'a str>,
}

/// What a gateway is asked for, in the words of its scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitPrimitive {
    /// A completion.
    CompleteCode,
    /// A generation.
    GenerateCode,
}

impl UnitPrimitive {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CompleteCode => "complete_code",
            Self::GenerateCode => "generate_code",
        }
    }
}

/// What identifies instance and user, with the spelling that GitLab uses in `direct_access`. Editors send these fields to
/// the gateway themselves, this server sends them for everybody else.
pub(super) fn identity(
    instance: &Instance,
    asker: &Asker<'_>,
    unit: UnitPrimitive,
) -> Vec<(Cow<'static, str>, String)> {
    let mut fields = of_instance(instance, unit);
    fields.push(("x-gitlab-global-user-id", asker.global_user_id.clone()));
    fields.push(("x-gitlab-user-id", asker.user_id.to_string()));
    if let Some(id) = asker.project_id {
        fields.push(("x-gitlab-project-id", id.to_string()));
    }
    fields
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect()
}

fn of_instance(instance: &Instance, unit: UnitPrimitive) -> Vec<(&'static str, String)> {
    let deployment = if instance.realm == "saas" {
        ".com"
    } else {
        "self-managed"
    };
    vec![
        ("X-Gitlab-Authentication-Type", "oidc".to_owned()),
        ("x-gitlab-host-name", instance.host_name.clone()),
        ("x-gitlab-instance-id", instance.id.clone()),
        ("x-gitlab-realm", instance.realm.to_owned()),
        ("x-gitlab-deployment-type", deployment.to_owned()),
        ("x-gitlab-version", instance.plain_version().to_owned()),
        ("x-gitlab-feature-enabled-by-namespace-ids", String::new()),
        ("x-gitlab-subject-type", "human".to_owned()),
        ("x-gitlab-feature-enablement-type", String::new()),
        ("x-gitlab-unit-primitive", unit.as_str().to_owned()),
        ("x-gitlab-enabled-feature-flags", String::new()),
        (
            "x-gitlab-enabled-instance-verbose-ai-logs",
            "false".to_owned(),
        ),
        ("X-Gitlab-Is-Team-Member", "false".to_owned()),
        ("X-Gitlab-Model-Prompt-Cache-Enabled", "true".to_owned()),
    ]
}

/// The fields that are the same in every request for a unit primitive, composed once.
pub(super) struct Template(Fields);

impl Template {
    pub(super) fn new(instance: &Instance, unit: UnitPrimitive) -> Self {
        let mut fields = Fields::default();
        for (name, value) in of_instance(instance, unit) {
            if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                fields.push(&name, value);
            }
        }
        fields.push(&CONTENT_TYPE, "application/json");
        fields.push(&USER_AGENT, SOFTWARE);
        Self(fields)
    }

    /// Fields of one request; the caller adds what proves this server, in so many bytes.
    pub(super) fn fill(&self, asker: &Asker<'_>, sent_at: Duration, proof: usize) -> Fields {
        let mut fields = self.0.with_room(ROOM + proof);
        let mut digits = itoa::Buffer::new();
        fields.push(&GLOBAL_USER_ID, asker.global_user_id.as_bytes());
        fields.push(&USER_ID, digits.format(asker.user_id));
        if let Some(id) = asker.project_id {
            fields.push(&PROJECT_ID, digits.format(id));
        }
        fields.push(&SEND_START, seconds(sent_at));
        each_of_request(asker, |name, value| fields.push(name, value));
        fields
    }
}

/// Seconds with six digits behind the point.
fn seconds(time: Duration) -> String {
    let (mut whole, mut part) = (itoa::Buffer::new(), itoa::Buffer::new());
    // One more digit in front keeps the zeros.
    let part = part.format(1_000_000 + time.subsec_micros());
    [whole.format(time.as_secs()), ".", &part[1..]].concat()
}

/// The two fields that follow a request through everything.
pub(super) fn of_request(headers: &mut HeaderMap, asker: &Asker<'_>) {
    each_of_request(asker, |name, value| {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(name, value);
        }
    });
}

fn each_of_request(asker: &Asker<'_>, mut add: impl FnMut(&HeaderName, &[u8])) {
    add(&REQUEST_ID, asker.request_id.as_str().as_bytes());
    if let Some(version) = asker.language_server.filter(|version| is_plain(version)) {
        add(&LANGUAGE_SERVER, version.as_bytes());
    }
}

fn is_plain(value: &HeaderValue) -> bool {
    value.len() <= LONGEST_VERSION
        && value
            .as_bytes()
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-+_ ".contains(byte))
}

/// Fields of an answer that reach the client.
pub(super) fn relayed(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    let dropped: Vec<HeaderName> = headers
        .keys()
        .filter(|name| !is_kept(name))
        .cloned()
        .collect();
    for name in dropped {
        headers.remove(name);
    }
    headers
}

fn is_kept(name: &HeaderName) -> bool {
    const DROPPED: &[HeaderName] = &[
        ACCEPT_RANGES,
        ALT_SVC,
        CACHE_CONTROL,
        CONNECTION,
        CONTENT_ENCODING,
        CONTENT_LENGTH,
        DATE,
        EXPIRES,
        PRAGMA,
        PROXY_AUTHENTICATE,
        REFRESH,
        SERVER,
        SET_COOKIE,
        STRICT_TRANSPORT_SECURITY,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
        VIA,
        WWW_AUTHENTICATE,
    ];
    const DROPPED_BY_NAME: &[&str] = &[
        "clear-site-data",
        "keep-alive",
        "proxy-connection",
        "x-accel-redirect",
        "x-content-type-options",
        "x-frame-options",
        "x-gitlab-error-origin",
        "x-gitlab-meta",
        "x-powered-by",
        "x-request-id",
    ];
    !DROPPED.contains(name)
        && !DROPPED_BY_NAME.contains(&name.as_str())
        && !name.as_str().starts_with("access-control-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn what_concerns_the_gateway_alone_is_dropped() {
        let relayed = relayed(answer(&[
            ("content-type", "application/json"),
            ("x-streaming-format", "sse"),
            ("x-custom", "kept"),
            ("set-cookie", "a=b"),
            ("server", "uvicorn"),
            ("via", "1.1 proxy"),
            ("cache-control", "public, max-age=60"),
            ("access-control-allow-origin", "*"),
            ("transfer-encoding", "chunked"),
            ("connection", "keep-alive, X-Hop"),
            ("x-hop", "1"),
            ("x-request-id", "theirs"),
            ("x-gitlab-error-origin", "monolith"),
            ("clear-site-data", "*"),
        ]));
        let mut names: Vec<_> = relayed.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-type", "x-custom", "x-streaming-format"]);
    }

    #[test]
    fn versions_that_are_no_versions_stay_here() {
        for (value, plain) in [
            ("8.54.0", true),
            ("8.0.0-rc.1+x", true),
            ("a;b", false),
            ("\"x\"", false),
        ] {
            assert_eq!(is_plain(&HeaderValue::from_static(value)), plain, "{value}");
        }
        assert!(!is_plain(&HeaderValue::from_str(&"1".repeat(65)).unwrap()));
    }
}
