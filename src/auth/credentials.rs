//! Where a credential may stand in a request, and which one counts when there are several (GitLab: API
//! authentication; `lib/gitlab/auth/auth_finders`). Nothing else authenticates: not Basic, not cookies, not look-alike
//! headers.

use axum::http::{HeaderMap, HeaderName, header::AUTHORIZATION};
use base64::{Engine, engine::general_purpose::STANDARD};

static PRIVATE_TOKEN: HeaderName = HeaderName::from_static("private-token");

/// Every credential that a request carries.
#[derive(Debug, Default, Clone)]
pub struct Credentials {
    /// Parameter `private_token`.
    pub private_token: Option<String>,
    /// Header `PRIVATE-TOKEN`.
    pub private_token_header: Option<String>,
    /// Parameter `access_token`.
    pub access_token: Option<String>,
    /// Header `Authorization: Bearer`.
    pub bearer: Option<String>,
    /// Parameter `bearer_token`.
    pub bearer_token: Option<String>,
}

/// What a request presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented<'a> {
    /// The credential that stands first.
    pub first: &'a str,
    /// The first that stands where OAuth access tokens do.
    pub access_token: Option<&'a str>,
}

/// Credentials that cannot be told apart or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// A header that may stand once stands twice, or its value is no text.
    #[error("a credential header is given twice or is no text")]
    Unusable,
    /// Header and parameter both carry an access token.
    #[error("both the Authorization header and the payload carry an access token")]
    Twice,
}

impl Credentials {
    /// The credentials in the head of a request.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, CredentialsError> {
        let private_token_header = single(headers, &PRIVATE_TOKEN)?.map(str::to_owned);
        let authorization = single(headers, &AUTHORIZATION)?;
        if authorization.is_some_and(is_malformed_basic) {
            return Err(CredentialsError::Unusable);
        }
        let bearer = authorization.and_then(bearer_value).map(str::to_owned);
        Ok(Self {
            private_token_header,
            bearer,
            ..Self::default()
        })
    }

    /// The ones that count: whatever stands first in parameter `private_token`, header `PRIVATE-TOKEN` and the places of
    /// access tokens, and the first of the latter alone, which is where OAuth tokens stand.
    pub fn presented(&self) -> Result<Option<Presented<'_>>, CredentialsError> {
        if self.bearer.is_some() && self.access_token.is_some() {
            return Err(CredentialsError::Twice);
        }
        let given = |place: &&String| !place.is_empty();
        let private = [&self.private_token, &self.private_token_header];
        let access = [&self.access_token, &self.bearer, &self.bearer_token];
        let access_token = access.into_iter().flatten().find(given);
        let first = private.into_iter().flatten().find(given).or(access_token);
        Ok(first.map(|first| Presented {
            first,
            access_token: access_token.map(String::as_str),
        }))
    }
}

#[cfg(test)]
impl<'a> Presented<'a> {
    pub(super) fn personal(token: &'a str) -> Self {
        Self {
            first: token,
            access_token: None,
        }
    }
}

fn single<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a str>, CredentialsError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(CredentialsError::Unusable);
    }
    std::str::from_utf8(value.as_bytes())
        .map(Some)
        .map_err(|_| CredentialsError::Unusable)
}

/// The token of `Bearer TOKEN`.
fn bearer_value(value: &str) -> Option<&str> {
    of_scheme(value, "bearer")
}

/// Whether what `Basic` hides is no text. It authenticates nobody, but GitLab looks into it before it asks who that is.
fn is_malformed_basic(value: &str) -> bool {
    let hidden = of_scheme(value, "basic").and_then(|value| STANDARD.decode(value).ok());
    hidden.is_some_and(|text| text.contains(&0) || std::str::from_utf8(&text).is_err())
}

/// What follows the name of a scheme, whose case does not matter (RFC 9110 section 11.1).
fn of_scheme<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let (scheme, credential) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case(name)
        .then(|| credential.trim_matches(' '))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_bytes(value.as_bytes()).unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn headers_are_read_as_gitlab_reads_them() {
        type Case<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);

        let cases: &[Case<'_>] = &[
            (&[], None),
            (&[("private-token", "a")], Some("a")),
            (&[("authorization", "Bearer b")], Some("b")),
            (&[("authorization", "bearer b")], Some("b")),
            (&[("authorization", "BEARER  b")], Some("b")),
            (&[("authorization", "Basic b")], None),
            (&[("authorization", "b")], None),
            (&[("authorization", "Bearer")], None),
            (&[("authorization", "Bearer ")], None),
            (
                &[("private-token", "a"), ("authorization", "Bearer b")],
                Some("a"),
            ),
            (&[("private_token", "a")], None),
            (&[("job-token", "a")], None),
        ];
        for (pairs, expected) in cases {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, *value)).collect();
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
                .collect();
            let credentials = Credentials::from_headers(&headers).unwrap();
            let first = credentials
                .presented()
                .unwrap()
                .map(|presented| presented.first);
            assert_eq!(first, *expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_header_given_twice_is_refused() {
        for name in ["private-token", "authorization"] {
            let twice = headers(&[(name, "Bearer good"), (name, "Bearer bad")]);
            assert_eq!(
                Credentials::from_headers(&twice).unwrap_err(),
                CredentialsError::Unusable,
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let read = |name: &'static str, value: &[u8]| {
            let value = HeaderValue::from_bytes(value).unwrap();
            Credentials::from_headers(
                &[(HeaderName::from_static(name), value)]
                    .into_iter()
                    .collect(),
            )
        };
        assert!(read("private-token", "caf\u{e9}".as_bytes()).is_ok());
        assert!(read("authorization", b"Basic dXNlcjpwYXNz").is_ok());
        for (name, value) in [
            ("private-token", b"caf\xe9".as_slice()),
            ("authorization", b"Bearer caf\xe9"),
            // A NUL, and a byte that is no UTF-8.
            ("authorization", b"Basic dQA6cA=="),
            ("authorization", b"basic dXP/OnA="),
        ] {
            let refused = read(name, value).unwrap_err();
            assert_eq!(refused, CredentialsError::Unusable, "{name}");
        }
    }

    #[test]
    fn parameters_come_first_and_access_tokens_may_not_disagree() {
        let text = |text: &str| Some(text.to_owned());
        let presents = |first: &'static str, access_token: Option<&'static str>| {
            Ok(Some(Presented {
                first,
                access_token,
            }))
        };
        let all = Credentials {
            private_token: text("p"),
            private_token_header: text("h"),
            access_token: None,
            bearer: text("b"),
            bearer_token: text("t"),
        };
        assert_eq!(all.presented(), presents("p", Some("b")));
        let without_private = Credentials {
            private_token: None,
            private_token_header: None,
            ..all.clone()
        };
        assert_eq!(without_private.presented(), presents("b", Some("b")));
        let both = Credentials {
            access_token: text("a"),
            ..all
        };
        assert_eq!(both.presented(), Err(CredentialsError::Twice));
        let only = Credentials {
            bearer_token: text("t"),
            ..Credentials::default()
        };
        assert_eq!(only.presented(), presents("t", Some("t")));
    }
}
