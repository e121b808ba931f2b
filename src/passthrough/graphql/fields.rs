//! The part of GitLab's schema that matters here: where the fields of Code Suggestions are, and how one gets there.

/// A type of GitLab's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Query,
    CurrentUser,
    Project,
    ProjectConnection,
    ProjectEdge,
}

/// What a field is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// GitLab's, and nothing of ours is below it.
    Theirs,
    /// GitLab's, and below it is a type that may have fields of ours.
    Way(Type),
    /// Ours.
    Ours(Field),
    /// GitLab's where it has it; where not, it is off.
    Optional(Field),
}

/// A field that is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// Whether the caller may use Code Suggestions.
    Available,
    /// Kinds of context that the caller may send along.
    Contexts,
    /// The older place of the first, an object.
    Ide,
    /// Whether Code Suggestions are on in a project.
    Enabled,
    /// Files of a project that stay out of context, an object.
    Exclusions,
    /// Something about chat or agents that is off.
    Off,
    /// Something about chat that has no entries.
    Nothing,
}

/// Names of our fields: a text without any of them needs no look at its structure.
pub(super) const NAMES: [&str; 5] = [
    "duoCodeSuggestionsAvailable",
    "codeSuggestionsContexts",
    "codeSuggestionsEnabled",
    "duoFeaturesEnabled",
    "duoContextExclusionSettings",
];

impl Type {
    /// What the field of that name is on this type.
    pub(super) fn field(self, name: &str) -> Kind {
        match (self, name) {
            (Self::Query, "currentUser") => Kind::Way(Self::CurrentUser),
            (Self::Query, "project")
            | (Self::ProjectConnection, "nodes")
            | (Self::ProjectEdge, "node") => Kind::Way(Self::Project),
            (Self::Query, "projects") => Kind::Way(Self::ProjectConnection),
            (Self::ProjectConnection, "edges") => Kind::Way(Self::ProjectEdge),
            (Self::CurrentUser, "duoCodeSuggestionsAvailable") => Kind::Ours(Field::Available),
            (Self::CurrentUser, "codeSuggestionsContexts") => Kind::Ours(Field::Contexts),
            (Self::CurrentUser, "ide") => Kind::Ours(Field::Ide),
            (Self::CurrentUser, "duoChatAvailable" | "duoClassicChatAvailable")
            | (Self::Project, "duoAgenticChatAvailable") => Kind::Optional(Field::Off),
            (Self::CurrentUser, "duoChatAvailableFeatures") => Kind::Optional(Field::Nothing),
            (Self::Project, "duoFeaturesEnabled") => Kind::Ours(Field::Enabled),
            (Self::Project, "duoContextExclusionSettings") => Kind::Ours(Field::Exclusions),
            _ => Kind::Theirs,
        }
    }

    /// Whether a fragment on the type of that name concerns this one, its interfaces included.
    pub(super) fn is(self, name: &str) -> bool {
        match self {
            Self::Query => name == "Query",
            Self::CurrentUser => matches!(name, "CurrentUser" | "UserCore" | "User"),
            Self::Project => matches!(name, "Project" | "ProjectInterface"),
            Self::ProjectConnection => name == "ProjectConnection",
            Self::ProjectEdge => name == "ProjectEdge",
        }
    }
}
