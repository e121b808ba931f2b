//! Our fields put into GitLab's answer, each where the operation selects it and under the name that it gives there.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Positioned,
    parser::types::{Directive, Field as Selected, Selection, SelectionSet},
};
use async_graphql_value::Value as Argument;
use serde_json::{Map, Value, json};

use super::{
    fields::{Field, Kind, Type},
    plan::{FULL_PATH, Plan, TYPE_NAME, fragment_on},
};
use crate::{
    api::graphql::CONTEXTS,
    auth::Caller,
    reply::ApiError,
    state::{App, Governed},
};

/// What our fields say to this caller.
pub(super) struct Own {
    allowed: bool,
    /// What counts for a project, by its full path.
    governed: HashMap<String, Arc<Governed>>,
}

impl Own {
    /// Looks up what the caller may, and the switches of all projects in GitLab's answer.
    pub(super) async fn look_up(
        app: &App,
        caller: &Caller,
        data: &Map<String, Value>,
    ) -> Result<Self, ApiError> {
        let mut paths = Vec::new();
        data.values()
            .for_each(|value| collect_paths(value, &mut paths));
        let mut governed = HashMap::new();
        for path in paths {
            if let Some(found) = app.governed(&path).await? {
                governed.insert(path, found);
            }
        }
        Ok(Self {
            allowed: app.is_enabled().await? && caller.user.code_suggestions,
            governed,
        })
    }

    fn value(
        &self,
        field: Field,
        selected: &Walk<'_>,
        set: &SelectionSet,
        path: Option<&str>,
    ) -> Value {
        let governed = path.and_then(|path| self.governed.get(path));
        match field {
            Field::Available => self.allowed.into(),
            Field::Contexts if self.allowed => json!(CONTEXTS),
            Field::Contexts | Field::Nothing => json!([]),
            Field::Enabled => governed
                .and_then(|governed| governed.code_suggestions)
                .unwrap_or(true)
                .into(),
            Field::Off => false.into(),
            Field::Ide => selected.object(set, "Ide", &|name| {
                (name == "codeSuggestionsEnabled").then(|| self.allowed.into())
            }),
            Field::Exclusions => selected.object(set, "DuoContextExclusionSettings", &|name| {
                let exclusions = governed.and_then(|governed| governed.exclusions.as_ref());
                let rules = exclusions.map_or(&[][..], |exclusions| exclusions.rules());
                (name == "exclusionRules").then(|| json!(rules))
            }),
        }
    }
}

fn collect_paths(value: &Value, paths: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_paths(item, paths)),
        Value::Object(members) => {
            if let Some(path) = members.get(FULL_PATH).and_then(Value::as_str) {
                paths.push(path.to_owned());
            }
            members
                .values()
                .for_each(|value| collect_paths(value, paths));
        }
        _ => {}
    }
}

/// Puts our fields into GitLab's data.
pub(super) fn fill_in(data: &mut Map<String, Value>, plan: &Plan, variables: &Value, own: &Own) {
    let walk = Walk {
        plan,
        variables,
        own,
    };
    let set = &plan.operation.selection_set.node;
    walk.object_of(data, set, Type::Query);
}

struct Walk<'a> {
    plan: &'a Plan,
    variables: &'a Value,
    own: &'a Own,
}

impl Walk<'_> {
    fn object_of(&self, data: &mut Map<String, Value>, set: &SelectionSet, on: Type) {
        let path = data.remove(FULL_PATH);
        data.remove(TYPE_NAME);
        self.selections(data, set, on, path.as_ref().and_then(Value::as_str));
    }

    fn selections(
        &self,
        data: &mut Map<String, Value>,
        set: &SelectionSet,
        on: Type,
        path: Option<&str>,
    ) {
        for item in &set.items {
            if !self.is_included(item.node.directives()) {
                continue;
            }
            match &item.node {
                Selection::Field(field) => self.field(data, &field.node, on, path),
                fragment => {
                    if let Some(set) = fragment_on(fragment, &self.plan.fragments, on) {
                        self.selections(data, set, on, path);
                    }
                }
            }
        }
    }

    fn field(&self, data: &mut Map<String, Value>, field: &Selected, on: Type, path: Option<&str>) {
        let key = field.response_key().node.as_str();
        let set = &field.selection_set.node;
        match on.field(&field.name.node) {
            Kind::Theirs => {}
            Kind::Optional(_) if !self.plan.without_optional => {}
            Kind::Ours(own) | Kind::Optional(own) => {
                data.insert(key.to_owned(), self.own.value(own, self, set, path));
            }
            Kind::Way(below) => match data.get_mut(key) {
                Some(Value::Object(object)) => self.object_of(object, set, below),
                Some(Value::Array(items)) => {
                    for item in items.iter_mut().filter_map(Value::as_object_mut) {
                        self.object_of(item, set, below);
                    }
                }
                _ => {}
            },
        }
    }

    /// An object that is all ours: what is selected of it.
    fn object(
        &self,
        set: &SelectionSet,
        name: &str,
        value: &dyn Fn(&str) -> Option<Value>,
    ) -> Value {
        let mut object = Map::new();
        for item in &set.items {
            if !self.is_included(item.node.directives()) {
                continue;
            }
            let below = match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let found = match field.name.node.as_str() {
                        "__typename" => Some(name.into()),
                        other => value(other),
                    };
                    let key = field.response_key().node.to_string();
                    object.extend(found.map(|found| (key, found)));
                    continue;
                }
                Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.plan.fragments.get(&spread.node.fragment_name.node);
                    fragment.map(|fragment| &fragment.node.selection_set.node)
                }
            };
            if let Some(Value::Object(more)) = below.map(|set| self.object(set, name, value)) {
                object.extend(more);
            }
        }
        Value::Object(object)
    }

    /// Whether the directives of a selection let it in (GraphQL October 2021, section 3.13).
    fn is_included(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let directive = &directive.node;
            let skipped_if = match directive.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return true,
            };
            let mut arguments = directive.arguments.iter();
            let condition = arguments.find(|(name, _)| name.node == *"if");
            condition.is_none_or(|(_, value)| self.is_true(&value.node) != skipped_if)
        })
    }

    fn is_true(&self, value: &Argument) -> bool {
        match value {
            Argument::Boolean(value) => *value,
            Argument::Variable(name) => match self.variables.get(name.as_str()) {
                Some(given) => given == &Value::Bool(true),
                None => self.default_of(name),
            },
            _ => false,
        }
    }

    fn default_of(&self, name: &str) -> bool {
        let variables = &self.plan.operation.variable_definitions;
        let variable = variables
            .iter()
            .find(|variable| variable.node.name.node == *name);
        let default = variable.and_then(|variable| variable.node.default_value.as_ref());
        default.is_some_and(|default| default.node == async_graphql::Value::Boolean(true))
    }
}
