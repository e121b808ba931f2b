//! The rules of each endpoint's parameters, as tables. Read by the engine in `check`.
//!
//! The order of a table is the order of the messages, so it is part of the interface.

/// What is demanded of one parameter.
#[derive(Clone, Copy)]
pub struct Rule {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) blank: bool,
    pub(super) limit: usize,
    pub(super) values: &'static [&'static str],
}

/// The type of a parameter.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Text,
    Boolean,
    Object(&'static [Rule]),
    List(&'static [Rule]),
}

/// `POST /code_suggestions/completions`.
pub static COMPLETIONS: &[Rule] = &[
    Rule::object("current_file", CURRENT_FILE).required(),
    Rule::text("intent").one_of(&["completion", "generation"]),
    Rule::text("generation_type").one_of(&["comment", "empty_function", "small_file"]),
    Rule::boolean("stream"),
    Rule::text("project_path"),
    Rule::text("user_instruction").limit(600_000),
    Rule::list("context", CONTEXT),
];

/// `POST /code_suggestions/direct_access`.
pub static DIRECT_ACCESS: &[Rule] = &[Rule::text("project_path")];

/// `POST /code_suggestions/enabled`.
pub static ENABLED: &[Rule] = &[Rule::text("project_path").required().not_null()];

/// `POST /usage_data/track_event`.
pub static TRACK_EVENT: &[Rule] = &[Rule::text("event").required().not_null()];

const CURRENT_FILE: &[Rule] = &[
    Rule::text("file_name").required().not_null().limit(255),
    Rule::text("content_above_cursor").required().limit(400_000),
    Rule::text("content_below_cursor").limit(400_000),
];

const CONTEXT: &[Rule] = &[
    Rule::text("type").required().one_of(&["file", "snippet"]),
    Rule::text("name").required().not_blank().limit(255),
    Rule::text("content").required().not_blank().limit(600_000),
];

// === impl Rule ===

impl Rule {
    const fn new(name: &'static str, shape: Shape) -> Self {
        let limit = usize::MAX;
        Self {
            name,
            shape,
            required: false,
            nullable: true,
            blank: true,
            limit,
            values: &[],
        }
    }

    const fn text(name: &'static str) -> Self {
        Self::new(name, Shape::Text)
    }

    const fn boolean(name: &'static str) -> Self {
        Self::new(name, Shape::Boolean)
    }

    const fn object(name: &'static str, fields: &'static [Self]) -> Self {
        Self::new(name, Shape::Object(fields))
    }

    /// An array of objects with at least one item.
    const fn list(name: &'static str, fields: &'static [Self]) -> Self {
        Self::new(name, Shape::List(fields))
    }

    const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    const fn not_null(self) -> Self {
        Self {
            nullable: false,
            ..self
        }
    }

    const fn not_blank(self) -> Self {
        Self {
            blank: false,
            nullable: false,
            ..self
        }
    }

    /// At most so many code points.
    const fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    const fn one_of(self, values: &'static [&'static str]) -> Self {
        Self { values, ..self }
    }
}
