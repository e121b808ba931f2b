//! Tables of rules as JSON Schema, for the OpenAPI document. What the rules accept, the schema accepts.

use serde_json::{Map, Value, json};

use super::rules::{Rule, Shape};

/// Spellings of a boolean that are text; each also counts capitalised and in capitals.
const SPELLINGS: &[&str] = &[
    "0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes",
];

/// The schema of an object that these rules check.
#[must_use]
pub fn json_schema(rules: &[Rule]) -> Value {
    let required: Vec<_> = rules
        .iter()
        .filter(|rule| rule.required)
        .map(|rule| rule.name)
        .collect();
    let properties: Map<_, _> = rules
        .iter()
        .map(|rule| (rule.name.to_owned(), rule.json_schema()))
        .collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn spellings() -> Vec<String> {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    };
    let mut spellings = vec![String::new()];
    for word in SPELLINGS {
        spellings.extend([
            (*word).to_owned(),
            capitalised(word),
            word.to_ascii_uppercase(),
        ]);
    }
    spellings.sort();
    spellings.dedup();
    spellings
}

impl Rule {
    fn json_schema(&self) -> Value {
        match self.shape {
            Shape::Text => self.text_schema(),
            Shape::Boolean => json!({
                "anyOf": [{ "type": ["boolean", "null"] }, { "enum": [0, 1] }, { "enum": spellings() }],
            }),
            Shape::Object(fields) => json_schema(fields),
            Shape::List(fields) => {
                json!({ "type": "array", "minItems": 1, "items": json_schema(fields) })
            }
        }
    }

    fn text_schema(&self) -> Value {
        if !self.values.is_empty() {
            let null = self.nullable.then_some(Value::Null);
            let values: Vec<_> = self
                .values
                .iter()
                .map(|value| json!(value))
                .chain(null)
                .collect();
            return json!({ "enum": values });
        }
        // Numbers and booleans are taken for their text.
        let mut types = vec!["string", "number", "boolean"];
        if self.nullable {
            types.push("null");
        }
        let mut schema = json!({ "type": types });
        if self.limit < usize::MAX {
            schema["maxLength"] = json!(self.limit);
        }
        if !self.blank {
            schema["pattern"] = json!("\\S");
        }
        schema
    }
}
