//! A parsed document as text again (GraphQL October 2021, section 2), and what it uses. Only executable documents: one
//! operation and fragments.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// One operation with the fragments that it uses.
pub(super) fn document<'a>(
    name: Option<&Name>,
    operation: &OperationDefinition,
    fragments: impl Iterator<Item = (&'a Name, &'a FragmentDefinition)>,
) -> String {
    let mut text = Text(operation.ty.to_string());
    if let Some(name) = name {
        text.word(name);
    }
    if !operation.variable_definitions.is_empty() {
        text.0.push('(');
        for variable in &operation.variable_definitions {
            let variable = &variable.node;
            text.0.push('$');
            text.0.push_str(&variable.name.node);
            text.0.push(':');
            text.0.push_str(&variable.var_type.node.to_string());
            if let Some(default) = &variable.default_value {
                text.0.push('=');
                text.value(&default.node.clone().into_value());
            }
            text.directives(&variable.directives);
            text.0.push(' ');
        }
        text.0.push(')');
    }
    text.directives(&operation.directives);
    text.selections(&operation.selection_set.node);
    for (name, fragment) in fragments {
        text.0.push_str(" fragment");
        text.word(name);
        text.0.push_str(" on");
        text.word(&fragment.type_condition.node.on.node);
        text.directives(&fragment.directives);
        text.selections(&fragment.selection_set.node);
    }
    text.0
}

struct Text(String);

impl Text {
    fn word(&mut self, word: &str) {
        self.0.push(' ');
        self.0.push_str(word);
    }

    fn selections(&mut self, set: &SelectionSet) {
        if set.items.is_empty() {
            return;
        }
        self.0.push_str(" {");
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    if let Some(alias) = &field.alias {
                        self.word(&alias.node);
                        self.0.push(':');
                    }
                    self.word(&field.name.node);
                    self.arguments(&field.arguments);
                    self.directives(&field.directives);
                    self.selections(&field.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    self.0.push_str(" ...");
                    self.0.push_str(&spread.node.fragment_name.node);
                    self.directives(&spread.node.directives);
                }
                Selection::InlineFragment(fragment) => {
                    self.0.push_str(" ...");
                    if let Some(condition) = &fragment.node.type_condition {
                        self.0.push_str(" on");
                        self.word(&condition.node.on.node);
                    }
                    self.directives(&fragment.node.directives);
                    self.selections(&fragment.node.selection_set.node);
                }
            }
        }
        self.0.push_str(" }");
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        for directive in directives {
            self.0.push_str(" @");
            self.0.push_str(&directive.node.name.node);
            self.arguments(&directive.node.arguments);
        }
    }

    fn arguments(&mut self, arguments: &[(Positioned<Name>, Positioned<Value>)]) {
        if arguments.is_empty() {
            return;
        }
        self.0.push('(');
        for (name, value) in arguments {
            self.0.push_str(&name.node);
            self.0.push(':');
            self.value(&value.node);
            self.0.push(' ');
        }
        self.0.push(')');
    }

    fn value(&mut self, value: &Value) {
        match value {
            // Strings are escaped as in JSON, which is a part of what GraphQL reads.
            Value::String(text) => self
                .0
                .push_str(&serde_json::Value::from(text.as_str()).to_string()),
            Value::List(items) => {
                self.0.push('[');
                for item in items {
                    self.value(item);
                    self.0.push(' ');
                }
                self.0.push(']');
            }
            Value::Object(members) => {
                self.0.push('{');
                for (name, value) in members {
                    self.0.push_str(name);
                    self.0.push(':');
                    self.value(value);
                    self.0.push(' ');
                }
                self.0.push('}');
            }
            plain => self.0.push_str(&plain.to_string()),
        }
    }
}

/// Names that a part of a document uses.
#[derive(Default)]
pub(super) struct Used {
    pub(super) variables: HashSet<Name>,
    pub(super) fragments: HashSet<Name>,
}

impl Used {
    pub(super) fn selections(&mut self, set: &SelectionSet) {
        for item in &set.items {
            self.directives(item.node.directives());
            match &item.node {
                Selection::Field(field) => {
                    for (_, value) in &field.node.arguments {
                        self.value(&value.node);
                    }
                    self.selections(&field.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    self.fragments
                        .insert(spread.node.fragment_name.node.clone());
                }
                Selection::InlineFragment(fragment) => {
                    self.selections(&fragment.node.selection_set.node);
                }
            }
        }
    }

    pub(super) fn directives(&mut self, directives: &[Positioned<Directive>]) {
        for (_, value) in directives
            .iter()
            .flat_map(|directive| &directive.node.arguments)
        {
            self.value(&value.node);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => {
                self.variables.insert(name.clone());
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(members) => members.values().for_each(|value| self.value(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::DocumentOperations};

    fn printed(text: &str) -> String {
        let document = parse_query(text).unwrap();
        let fragments = document
            .fragments
            .iter()
            .map(|(name, fragment)| (name, &fragment.node));
        match &document.operations {
            DocumentOperations::Single(operation) => {
                super::document(None, &operation.node, fragments)
            }
            DocumentOperations::Multiple(operations) => {
                let (name, operation) = operations.iter().next().unwrap();
                super::document(Some(name), &operation.node, fragments)
            }
        }
    }

    #[test]
    fn what_is_printed_is_read_the_same() {
        for text in [
            "{ a }",
            "query q($x: [ID!]! = [\"a\", \"\\u0007\\\"\"], $y: In = { k: E, n: null, f: -1.5 }) @d(x: $x) { b: a(x: $x, y: $y) @include(if: true) { c ...F ... on T @skip(if: false) { d } ... { e } } } fragment F on T { g(s: \"\"\"block \"quote\" \\ \"\"\") }",
            "query a { x(list: [[1, 2], []], object: {}) }",
        ] {
            let once = printed(text);
            assert_eq!(printed(&once), once, "{text}");
        }
        let escaped = printed("{ a(s: \"\\u001f\\u00e9\\n\") }");
        assert_eq!(escaped, "query { a(s:\"\\u001f\u{e9}\\n\" ) }");
    }
}
