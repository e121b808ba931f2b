//! Scopes of access tokens, by GitLab's names (GitLab documentation, "Personal access token scopes"). A set of them is
//! one number, so that the check on every request is one instruction.

use std::{fmt, str::FromStr};

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Scope {
    /// Everything.
    Api = 1,
    /// Reading everything.
    ReadApi = 1 << 1,
    /// Reading the user's own profile.
    ReadUser = 1 << 2,
    /// Code Suggestions and other features for editors.
    AiFeatures = 1 << 3,
    /// Replacing the token by a new one.
    SelfRotate = 1 << 4,
    /// Reading repositories.
    ReadRepository = 1 << 5,
    /// Writing repositories.
    WriteRepository = 1 << 6,
}

/// Names in the order in which they are listed.
const NAMES: &[(Scope, &str)] = &[
    (Scope::Api, "api"),
    (Scope::ReadApi, "read_api"),
    (Scope::ReadUser, "read_user"),
    (Scope::AiFeatures, "ai_features"),
    (Scope::SelfRotate, "self_rotate"),
    (Scope::ReadRepository, "read_repository"),
    (Scope::WriteRepository, "write_repository"),
];

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u16);

/// A word that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a scope; known are {known}", known = Scopes::known())]
pub struct UnknownScope(String);

impl Scopes {
    /// The set of these scopes.
    pub const fn of(scopes: &[Scope]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < scopes.len() {
            bits |= scopes[index] as u16;
            index += 1;
        }
        Self(bits)
    }

    /// The scopes of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the two sets have a scope in common.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no scope is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES
            .iter()
            .filter(move |(scope, _)| self.0 & *scope as u16 != 0)
            .map(|(_, name)| *name)
    }

    /// The scopes that the store holds as text. One that a newer version wrote is none here: less is allowed, never more.
    pub(super) fn stored(text: &str) -> Self {
        text.split(',')
            .filter_map(|scope| scope.parse().ok())
            .fold(Self::default(), Self::union)
    }

    /// Whether every scope of the set is in `other`.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    fn known() -> String {
        NAMES
            .iter()
            .map(|(_, name)| *name)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    /// Reads names that commas or blanks separate.
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let mut bits = 0;
        for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
            let (scope, _) = NAMES
                .iter()
                .find(|(_, name)| *name == word)
                .ok_or_else(|| UnknownScope(word.to_owned()))?;
            bits |= *scope as u16;
        }
        Ok(Self(bits))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join(","))
    }
}
