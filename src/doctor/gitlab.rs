//! Whether the GitLab where users live, and the one behind this server, is reached, what it lacks, and the mistakes that people
//! make with its URL. The user's token goes to the GitLab where users live and nowhere else.

use axum::http::StatusCode;

use super::{
    Finding,
    explain::{Place, remedy, told},
    question::{Questions, Small, VERSION, is_older, with_other_scheme},
};
use crate::{config::IdentityKind, state::App};

const NAME: &str = "GitLab";
const BEHIND: &str = "GitLab behind";

/// A GitLab that the settings name.
struct Named<'a> {
    name: &'static str,
    place: Place<'a>,
    /// Whether this server stands in front of it.
    behind: bool,
    /// Whether users live there.
    has_users: bool,
}

/// One finding for each GitLab that the settings name.
pub(super) async fn findings(app: &App, token: Option<&str>) -> Vec<Finding> {
    let token = token.map(str::trim).filter(|token| !token.is_empty());
    let questions = Questions::to_gitlab(app);
    let mut findings = Vec::new();
    for named in named(app) {
        let token = token.filter(|_| named.has_users);
        findings.push(finding(&questions, &named, token).await);
    }
    findings
}

fn named(app: &App) -> Vec<Named<'_>> {
    let (identity, proxy) = (&app.settings.identity, &app.settings.proxy);
    let users = identity
        .gitlab
        .url
        .as_deref()
        .filter(|_| identity.kind == IdentityKind::GitLab);
    let behind = proxy.gitlab_url.as_deref();
    let of_users = users.filter(|_| users != behind).map(|url| Named {
        name: NAME,
        place: Place {
            url,
            key: "identity.gitlab.url",
        },
        behind: false,
        has_users: true,
    });
    let of_proxy = behind.map(|url| Named {
        name: if of_users.is_some() { BEHIND } else { NAME },
        place: Place {
            url,
            key: "proxy.gitlab_url",
        },
        behind: true,
        has_users: users == behind,
    });
    of_users.into_iter().chain(of_proxy).collect()
}

async fn finding(questions: &Questions<'_>, named: &Named<'_>, token: Option<&str>) -> Finding {
    let Place { url, key } = named.place;
    let (detail, otherwise) = match questions.get(url, VERSION, token).await {
        Ok(small) => match of_gitlab(named, &small, token.is_some()) {
            Some(finding) => return finding,
            None => (
                format!("{url} answers {} to {VERSION}", small.status),
                format!("this is no GitLab: check {key}, without /api/v4"),
            ),
        },
        Err(error) => (told(&error), remedy(&error, named.place)),
    };
    let remedy = match right_url(questions, url).await {
        Some(right) => format!("it is found elsewhere: write {key} = \"{right}\""),
        None => otherwise,
    };
    Finding::bad(named.name, detail, remedy)
}

/// What there is to say of an answer of GitLab's; `None` if it is nobody's that we know.
fn of_gitlab(named: &Named<'_>, small: &Small, with_token: bool) -> Option<Finding> {
    let (name, url) = (named.name, named.place.url);
    if let Some(version) = small.version() {
        let detail = format!("{url} is GitLab {version}");
        return Some(if named.behind && is_older(&version) {
            Finding::doubtful(
                name,
                format!("{detail}; editors want 16.8 and are told that it is 16.8.0"),
                "nothing has to be done; with GitLab 16.8 or later its own version is passed on",
            )
        } else {
            Finding::good(name, detail)
        });
    }
    if !small.is_refusal_of_gitlab() {
        return None;
    }
    Some(if !with_token && named.has_users {
        let more = "give a token of its with --token to see its version";
        Finding::good(name, format!("{url} answers; {more}"))
    } else if !with_token {
        let why = "it tells its version to its own users alone";
        Finding::good(name, format!("{url} answers; {why}"))
    } else if small.status == StatusCode::UNAUTHORIZED {
        Finding::doubtful(
            name,
            format!("{url} answers, but does not take the token"),
            "give a personal access token that was made there and is still valid",
        )
    } else {
        Finding::doubtful(
            name,
            format!("{url} answers, but does not tell this token its version"),
            "give a personal access token with the scope api, whose owner's account is in order",
        )
    })
}

/// The URL without the path of the API or with the other scheme, if a GitLab answers there. The token is kept from it.
async fn right_url(questions: &Questions<'_>, url: &str) -> Option<String> {
    let shorter = url
        .strip_suffix("/api/v4")
        .or_else(|| url.strip_suffix("/api"))
        .map(str::to_owned);
    let candidates = [
        shorter.clone(),
        with_other_scheme(url),
        shorter.as_deref().and_then(with_other_scheme),
    ];
    for candidate in candidates.into_iter().flatten() {
        if let Ok(small) = questions.get(&candidate, VERSION, None).await
            && (small.is_refusal_of_gitlab() || small.version().is_some())
        {
            return Some(candidate);
        }
    }
    None
}
