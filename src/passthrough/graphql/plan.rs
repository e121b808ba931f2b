//! What is asked of GitLab, and what is filled in afterwards. The document that GitLab gets is whole: named fragments on our
//! way are written out, and variables and fragments that nothing uses any more are left out, since GitLab refuses those.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_query,
        types::{
            DocumentOperations, Field as Selected, FragmentDefinition, InlineFragment,
            OperationDefinition, OperationType, Selection, SelectionSet, TypeCondition,
        },
    },
};

use super::{
    Asked,
    fields::{Kind, Type},
    print::{self, Used},
};

/// Selections that are looked at; fragments that contain fragments multiply.
const MOST_SELECTIONS: usize = 2_000;

/// Longest query text, in bytes; GitLab takes 10,000 characters.
const LONGEST_QUERY: usize = 20_000;

/// Levels of selections.
const DEEPEST: usize = 32;

/// Names under which GitLab is asked for what is needed here; taken off the answer again.
pub(super) const TYPE_NAME: &str = "codeSuggestionsTypename";
pub(super) const FULL_PATH: &str = "codeSuggestionsFullPath";

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// An operation taken apart.
pub(super) struct Plan {
    /// The document for GitLab.
    pub(super) rest: String,
    /// Whether it still has fields that not every GitLab has.
    pub(super) has_optional: bool,
    /// Whether such fields have been taken out too.
    pub(super) without_optional: bool,
    pub(super) operation: OperationDefinition,
    pub(super) fragments: Fragments,
}

impl Plan {
    /// Takes an operation apart. `None` if GitLab may as well answer it alone: it has no field of ours, is no query, or is
    /// no operation at all.
    pub(super) fn new(asked: &Asked, without_optional: bool) -> Option<Self> {
        if asked.query().len() > LONGEST_QUERY {
            return None;
        }
        let document = parse_query(asked.query()).ok()?;
        let fragments = document.fragments;
        let (name, operation) = chosen(document.operations, asked.operation_name())?;
        if operation.ty != OperationType::Query {
            return None;
        }
        let mut taking = Taking {
            fragments: &fragments,
            without_optional,
            taken: false,
            has_optional: false,
            left: MOST_SELECTIONS,
        };
        let selected = taking.selections(&operation.selection_set.node, Type::Query, DEEPEST)?;
        if !taking.taken {
            return None;
        }
        let has_optional = taking.has_optional;
        let mut rest = operation.clone();
        rest.selection_set.node = selected;
        let used = used(&rest, &fragments);
        rest.variable_definitions
            .retain(|variable| used.variables.contains(&variable.node.name.node));
        let kept = fragments
            .iter()
            .filter(|(name, _)| used.fragments.contains(*name))
            .map(|(name, fragment)| (name, &fragment.node));
        Some(Self {
            rest: print::document(name.as_ref(), &rest, kept),
            has_optional,
            without_optional,
            operation,
            fragments,
        })
    }
}

fn chosen(
    operations: DocumentOperations,
    name: Option<&str>,
) -> Option<(Option<Name>, OperationDefinition)> {
    match operations {
        DocumentOperations::Single(operation) => name.is_none().then_some((None, operation.node)),
        DocumentOperations::Multiple(operations) => {
            let only = operations.len() == 1;
            let mut operations = operations.into_iter();
            let (name, operation) = operations.find(|(given, _)| match name {
                Some(name) => given == name,
                None => only,
            })?;
            Some((Some(name), operation.node))
        }
    }
}

/// Takes our fields out of selections.
struct Taking<'a> {
    fragments: &'a Fragments,
    without_optional: bool,
    taken: bool,
    has_optional: bool,
    left: usize,
}

impl Taking<'_> {
    /// The selections without ours; `None` when there are too many.
    fn selections(&mut self, set: &SelectionSet, on: Type, levels: usize) -> Option<SelectionSet> {
        let levels = levels.checked_sub(1)?;
        let mut items = Vec::with_capacity(set.items.len());
        let mut path_needed = false;
        for item in &set.items {
            self.left = self.left.checked_sub(1)?;
            let selection = match &item.node {
                Selection::Field(field) => match on.field(&field.node.name.node) {
                    Kind::Way(below) => self.way(field, below, levels)?,
                    Kind::Ours(_) => {
                        self.weigh(&field.node.selection_set.node, true, levels)?;
                        self.taken = true;
                        path_needed |= on == Type::Project;
                        continue;
                    }
                    Kind::Optional(_) if self.without_optional => continue,
                    Kind::Optional(_) => {
                        self.has_optional = true;
                        item.node.clone()
                    }
                    Kind::Theirs => {
                        self.weigh(&field.node.selection_set.node, false, levels)?;
                        item.node.clone()
                    }
                },
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| on.is(&condition.node.on.node)) {
                        self.inline(fragment, on, levels)?
                    } else {
                        item.node.clone()
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    match fragment
                        .filter(|fragment| on.is(&fragment.node.type_condition.node.on.node))
                    {
                        Some(fragment) => {
                            let written = InlineFragment {
                                type_condition: Some(fragment.node.type_condition.clone()),
                                directives: spread.node.directives.clone(),
                                selection_set: fragment.node.selection_set.clone(),
                            };
                            self.inline(&at(item, written), on, levels)?
                        }
                        None => item.node.clone(),
                    }
                }
            };
            items.push(at(item, selection));
        }
        let place = set.items.first()?;
        if path_needed {
            items.push(at(place, hidden(place, FULL_PATH, "fullPath")));
        } else if items.is_empty() {
            items.push(at(place, hidden(place, TYPE_NAME, "__typename")));
        }
        Some(SelectionSet { items })
    }

    /// Counts selections that are taken as they are; those of named fragments too if they will be followed.
    fn weigh(&mut self, set: &SelectionSet, follow: bool, levels: usize) -> Option<()> {
        let levels = levels.checked_sub(1)?;
        let fragments = self.fragments;
        for item in &set.items {
            self.left = self.left.checked_sub(1)?;
            let below = match &item.node {
                Selection::Field(field) => &field.node.selection_set,
                Selection::InlineFragment(fragment) => &fragment.node.selection_set,
                Selection::FragmentSpread(spread) => {
                    match fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) if follow => &fragment.node.selection_set,
                        _ => continue,
                    }
                }
            };
            self.weigh(&below.node, follow, levels)?;
        }
        Some(())
    }

    fn way(
        &mut self,
        field: &Positioned<Selected>,
        below: Type,
        levels: usize,
    ) -> Option<Selection> {
        let mut field = field.clone();
        // GitLab says what is wrong with an object of which nothing is selected.
        if !field.node.selection_set.node.items.is_empty() {
            field.node.selection_set.node =
                self.selections(&field.node.selection_set.node, below, levels)?;
        }
        Some(Selection::Field(field))
    }

    fn inline(
        &mut self,
        fragment: &Positioned<InlineFragment>,
        on: Type,
        levels: usize,
    ) -> Option<Selection> {
        let mut fragment = fragment.clone();
        let selected = self.selections(&fragment.node.selection_set.node, on, levels)?;
        fragment.node.selection_set.node = selected;
        Some(Selection::InlineFragment(fragment))
    }
}

/// A node in the place of another: places in the text play no part here.
fn at<T, U>(place: &Positioned<U>, node: T) -> Positioned<T> {
    Positioned::new(node, place.pos)
}

fn hidden<U>(place: &Positioned<U>, alias: &str, name: &str) -> Selection {
    Selection::Field(at(
        place,
        Selected {
            alias: Some(at(place, Name::new(alias))),
            name: at(place, Name::new(name)),
            arguments: Vec::new(),
            directives: Vec::new(),
            selection_set: at(place, SelectionSet::default()),
        },
    ))
}

/// Variables and fragments that an operation uses, those that its fragments use included.
fn used(operation: &OperationDefinition, fragments: &Fragments) -> Used {
    let mut used = Used::default();
    used.directives(&operation.directives);
    used.selections(&operation.selection_set.node);
    let mut seen = HashSet::new();
    loop {
        let new: Vec<Name> = used.fragments.difference(&seen).cloned().collect();
        if new.is_empty() {
            return used;
        }
        for name in new {
            if let Some(fragment) = fragments.get(&name) {
                used.directives(&fragment.node.directives);
                used.selections(&fragment.node.selection_set.node);
            }
            seen.insert(name);
        }
    }
}

/// Whether a selection of the original operation is a fragment on `on`, with its selections.
pub(super) fn fragment_on<'a>(
    selection: &'a Selection,
    fragments: &'a Fragments,
    on: Type,
) -> Option<&'a SelectionSet> {
    let concerns = |condition: &Positioned<TypeCondition>| on.is(&condition.node.on.node);
    match selection {
        Selection::Field(_) => None,
        Selection::InlineFragment(fragment) => {
            let condition = fragment.node.type_condition.as_ref();
            let set = &fragment.node.selection_set.node;
            condition.is_none_or(concerns).then_some(set)
        }
        Selection::FragmentSpread(spread) => {
            let fragment = fragments.get(&spread.node.fragment_name.node)?;
            let set = &fragment.node.selection_set.node;
            concerns(&fragment.node.type_condition).then_some(set)
        }
    }
}
