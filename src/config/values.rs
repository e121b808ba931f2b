//! Kinds of values that settings have beyond the plain ones: durations, rates and secrets. Used by the structs in
//! the parent module; every parse error says what would be right.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    str::FromStr,
    time::Duration,
};

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de::Error};
use uuid::Uuid;

/// A secret that hides itself when printed.
#[derive(Clone)]
pub struct ConfigSecret(SecretString);

impl ConfigSecret {
    /// Wraps a secret that was read from a file.
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl<'de> Deserialize<'de> for ConfigSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl fmt::Debug for ConfigSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// So many requests in a period; no value means unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit(Option<(NonZeroU32, Duration)>);

impl RateLimit {
    /// At most `max` requests in `period`.
    pub fn new(max: NonZeroU32, period: Duration) -> Self {
        Self(Some((max, period)))
    }

    /// The number and the period, or `None` for unlimited.
    pub fn get(self) -> Option<(NonZeroU32, Duration)> {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "0" {
            return Some(Self(None));
        }
        let (max, period) = text.split_once('/')?;
        let period = humantime::parse_duration(period.trim()).ok()?;
        let max: u32 = max.trim().parse().ok()?;
        if period < Duration::from_secs(1) {
            return None;
        }
        Some(Self(NonZeroU32::new(max).map(|max| (max, period))))
    }
}

impl<'de> Deserialize<'de> for RateLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "'{text}' is not a limit; write requests and period, such as \"60/1m\", or \"0\" for unlimited"
            ))
        })
    }
}

/// Origins of web pages (RFC 6454), exact ones and such with a `*.` before the host; `*` is every origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Origins {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an origin is one of these. `null`, which pages without an origin send, never is.
    pub fn contains(&self, origin: &str) -> bool {
        let matches = |pattern: &String| {
            pattern == "*"
                || pattern.eq_ignore_ascii_case(origin)
                || is_below(pattern, &origin.to_ascii_lowercase())
        };
        origin != "null" && self.0.iter().any(matches)
    }
}

/// Whether an origin is that of a host below the one of `https://*.host`.
fn is_below(pattern: &str, origin: &str) -> bool {
    let Some((scheme, host)) = pattern.split_once("://*") else {
        return false;
    };
    let below = origin
        .strip_prefix(scheme)
        .and_then(|rest| rest.strip_prefix("://")?.strip_suffix(host));
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    below.is_some_and(|below| !below.is_empty() && below.bytes().all(is_label))
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return text == "*";
    };
    let host = host.strip_prefix("*.").unwrap_or(host);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    matches!(scheme, "http" | "https") && !host.is_empty() && host.bytes().all(allowed)
}

impl<'de> Deserialize<'de> for Origins {
    /// A list, or in the environment one text with commas.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let origins = match OneOrMore::deserialize(deserializer)? {
            OneOrMore::More(origins) => origins,
            OneOrMore::One(text) => text
                .split(',')
                .map(|origin| origin.trim().to_owned())
                .collect(),
        };
        match origins.iter().find(|origin| !is_origin(origin)) {
            Some(wrong) => Err(D::Error::custom(format!(
                "'{wrong}' is not an origin; write \"https://host\", \"https://*.host\" or \"*\""
            ))),
            None => Ok(Self(
                origins
                    .into_iter()
                    .map(|origin| origin.to_ascii_lowercase())
                    .collect(),
            )),
        }
    }
}

/// An enum whose variants are single words of a setting, with an error that lists the words.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "String")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// The word that is written in settings and on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                match text.as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("'{text}' is none of {}", [$(concat!("\"", $word, "\"")),+].join(", "))),
                }
            }
        }
    };
}
pub(super) use words;

/// Durations written `"30s"`; zero is refused, since a clock of zero refuses everything.
/// A number of days, written as a duration; 0 is none.
pub(super) mod days {
    use super::{Deserialize, Deserializer, Duration, Error};

    const LONGEST: u64 = 3650;

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        let duration = match text.trim() {
            "0" => Some(Duration::ZERO),
            text => humantime::parse_duration(text).ok(),
        };
        duration
            .map(|duration| (duration.as_secs() / 86_400, duration))
            .filter(|(days, duration)| duration.is_zero() || (1..=LONGEST).contains(days))
            .and_then(|(days, _)| u32::try_from(days).ok())
            .ok_or_else(|| {
                D::Error::custom(format!(
                    "'{text}' is not a number of days up to {LONGEST}; write it as \"400d\", or \"0\" for none"
                ))
            })
    }
}

pub(super) mod duration {
    use super::{Deserialize, Deserializer, Duration, Error};

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let text = String::deserialize(deserializer)?;
        match humantime::parse_duration(&text) {
            Ok(duration) if !duration.is_zero() && duration < Duration::from_hours(24 * 365) => {
                Ok(duration)
            }
            _ => Err(D::Error::custom(format!(
                "'{text}' is not a duration; write a number and a unit, such as \"30s\""
            ))),
        }
    }
}

/// Lists, written as such or, as in the environment, as one text with commas.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Numbers(Vec<i64>),
        Texts(Vec<String>),
    }
    let items = match Written::deserialize(deserializer)? {
        Written::Text(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
        Written::Numbers(numbers) => numbers.iter().map(i64::to_string).collect(),
        Written::Texts(texts) => texts,
    };
    let given = items.iter().filter(|item| !item.is_empty());
    given
        .map(|item| {
            item.parse()
                .map_err(|error| D::Error::custom(format!("'{item}': {error}")))
        })
        .collect()
}

/// A network; an address alone is one of a single host.
struct Network(IpNet);

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let net = text
            .parse()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        net.map(Self)
            .map_err(|_| "neither a network, such as 10.0.0.0/8, nor an address")
    }
}

/// A list of networks.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let networks: Vec<Network> = list(deserializer)?;
    Ok(networks.into_iter().map(|Network(net)| net).collect())
}

/// What is written as one word of a known form.
fn parsed<'de, D, T>(deserializer: D, form: &str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| D::Error::custom(format!("'{text}' is {form}")))
}

const NO_ADDRESS: &str = "not an address to listen on; write IP:PORT, such as \"127.0.0.1:8080\"";

/// An address to listen on.
pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parsed(deserializer, NO_ADDRESS)
}

/// The same where there need be none.
pub(super) fn optional_address<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SocketAddr>, D::Error> {
    parsed(deserializer, NO_ADDRESS).map(Some)
}

/// A UUID where there need be none.
pub(super) fn optional_uuid<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Uuid>, D::Error> {
    let form = "not a UUID; write it as \"11111111-2222-3333-4444-555555555555\"";
    parsed(deserializer, form).map(Some)
}

/// Durations that may be absent.
pub(super) mod optional_duration {
    use super::{Deserializer, Duration, duration};

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        duration::deserialize(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_exact_or_below_a_host() {
        let origins = |text: &str| {
            toml::from_str::<std::collections::HashMap<String, Origins>>(&format!("o = {text}"))
                .map(|mut settings| settings.remove("o").unwrap())
        };
        let some =
            origins(r#"["https://a.example", "https://*.ide.example", "http://[::1]:3000"]"#);
        let some = some.unwrap();
        for (origin, contained) in [
            ("https://a.example", true),
            ("HTTPS://A.example", true),
            ("https://x.ide.example", true),
            ("https://x.y.ide.example", true),
            ("http://[::1]:3000", true),
            ("https://ide.example", false),
            ("https://.ide.example.evil", false),
            ("https://evil/x.ide.example", false),
            ("https://evil@x.ide.example", false),
            ("http://x.ide.example", false),
            ("https://a.example:444", false),
            ("https://b.a.example", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(some.contains(origin), contained, "{origin}");
        }
        let any = origins("\"*\"").unwrap();
        assert!(any.contains("https://anything") && !any.contains("null"));
        assert_eq!(
            origins(r#""https://a,https://b""#),
            origins(r#"["https://a", "https://b"]"#)
        );
        for wrong in [
            r#"["a.example"]"#,
            r#"["https://a/"]"#,
            r#"["null"]"#,
            r#"["https://*"]"#,
            "\"\"",
        ] {
            assert!(origins(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_are_days() {
        #[derive(Debug, Deserialize)]
        struct Kept {
            #[serde(with = "days")]
            kept: u32,
        }
        let days = |text| {
            toml::from_str::<Kept>(&format!("kept = \"{text}\""))
                .map(|found| found.kept)
                .ok()
        };
        for (text, expected) in [
            ("400d", Some(400)),
            ("0", Some(0)),
            ("0s", Some(0)),
            ("36h", Some(1)),
            ("10y", None),
            ("12h", None),
            ("x", None),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
    }

    #[test]
    fn rates_are_number_and_period() {
        let rate = |text| RateLimit::parse(text).map(RateLimit::get);
        assert_eq!(
            rate("60/1m"),
            Some(NonZeroU32::new(60).map(|n| (n, Duration::from_mins(1))))
        );
        assert_eq!(
            rate(" 10 / 5m "),
            Some(NonZeroU32::new(10).map(|n| (n, Duration::from_mins(5))))
        );
        assert_eq!(rate("0"), Some(None));
        assert_eq!(rate("0/1m"), Some(None));
        for wrong in ["", "60", "60/", "/1m", "-1/1m", "60/0s", "60/10ms", "x/1m"] {
            assert_eq!(rate(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_hide_themselves() {
        assert_eq!(
            format!("{:?}", ConfigSecret::new("hunter2".into())),
            "[hidden]"
        );
    }
}
