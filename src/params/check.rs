//! The engine that holds parameters against a table of rules. Called by the typed requests; it reports every failure
//! at once, in the order of the table.

use bytes::Bytes;

use super::{
    list::{self, List, ListFailure},
    read::{Params, position},
    rules::{Rule, Shape},
    scalar::{Failure, Verdict},
    scan::{Kind, Member, Value},
};

/// Bytes from which on a message is not continued, whatever the request holds.
const LONG_MESSAGE: usize = 1_800;

/// What the rules made of the parameters: the values that were coerced, and the items of the list.
#[derive(Clone, Default)]
pub struct Checked {
    replaced: Vec<Replaced>,
    list: Option<List>,
}

/// A value that goes on in another spelling than it came in.
#[derive(Clone)]
struct Replaced {
    member: usize,
    field: Option<usize>,
    json: Bytes,
}

/// Parameters that break rules; displays the message for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValidationError {
    message: String,
}

/// One run over the rules.
struct Engine<'a> {
    params: &'a Params,
    message: String,
    checked: Checked,
}

/// Holds parameters against a table of rules.
///
/// # Errors
///
/// Names every rule that is broken.
pub fn check(rules: &[Rule], params: &Params) -> Result<Checked, ValidationError> {
    let mut engine = Engine {
        params,
        message: String::new(),
        checked: Checked::default(),
    };
    for rule in rules {
        engine.parameter(rule);
    }
    match engine.message {
        message if message.is_empty() => Ok(engine.checked),
        message => Err(ValidationError { message }),
    }
}

// === impl Checked ===

impl Checked {
    /// The JSON spelling of a value after coercion, if it is not the given one.
    pub(super) fn replacement(&self, member: usize, field: Option<usize>) -> Option<&Bytes> {
        let found = self
            .replaced
            .iter()
            .find(|replaced| (replaced.member, replaced.field) == (member, field));
        found.map(|replaced| &replaced.json)
    }

    /// The list, if it had to be written anew.
    pub(super) fn list(&self) -> Option<&List> {
        self.list.as_ref()
    }
}

// === impl Engine ===

impl Engine<'_> {
    /// Checks one parameter of the top level.
    fn parameter(&mut self, rule: &Rule) {
        let place = self.params.position(rule.name);
        let value = place
            .and_then(|place| self.params.members().get(place))
            .map(|member| &member.value);
        match (rule.shape, place.zip(value)) {
            (_, None) if !rule.required => {}
            (Shape::Object(fields), None) => {
                self.fail(Failure::Missing, rule, rule.name);
                self.fields(rule, fields, 0, &[]);
            }
            (_, None) => self.fail(Failure::Missing, rule, rule.name),
            (Shape::Object(fields), Some((place, value))) => {
                self.object(rule, fields, place, value);
            }
            (Shape::List(fields), Some((place, value))) => self.list(rule, fields, place, value),
            (_, Some((place, Value::Raw(span)))) => {
                let verdict = Verdict::on(rule, span.of(self.params.json()));
                self.settle(verdict, rule, rule.name, (place, None));
            }
            (_, Some(_)) => self.fail(Failure::Invalid, rule, rule.name),
        }
    }

    /// Checks an object; in place of one, null and false still have their fields asked for.
    fn object(&mut self, rule: &Rule, fields: &[Rule], place: usize, value: &Value) {
        let (valid, members) = match value {
            Value::Object(members) => (true, Some(members.as_slice())),
            Value::List(_) => (false, None),
            Value::Raw(span) => match Kind::of(span.of(self.params.json())) {
                Kind::Null => (true, Some(&[][..])),
                Kind::False => (false, Some(&[][..])),
                _ => (false, None),
            },
        };
        if !valid {
            self.fail(Failure::Invalid, rule, rule.name);
        }
        if let Some(members) = members {
            self.fields(rule, fields, place, members);
        }
    }

    /// Checks the fields of an object.
    fn fields(&mut self, rule: &Rule, fields: &[Rule], place: usize, members: &[Member]) {
        let text = self.params.json();
        for field in fields {
            let position = position(text, members, field.name);
            let verdict = match position
                .and_then(|position| members.get(position))
                .map(|member| &member.value)
            {
                Some(Value::Raw(span)) => Verdict::on(field, span.of(text)),
                Some(_) => Verdict::failed(vec![Failure::Invalid]),
                None if field.required => Verdict::failed(vec![Failure::Missing]),
                None => Verdict::default(),
            };
            if !verdict.is_plain() {
                let name = format!("{}[{}]", rule.name, field.name);
                self.settle(verdict, field, &name, (place, position));
            }
        }
    }

    /// Checks a list of objects.
    fn list(&mut self, rule: &Rule, fields: &[Rule], place: usize, value: &Value) {
        let failures = match list::check(self.params.json(), value, fields) {
            Ok(None) => return,
            Ok(Some(list)) => {
                let json = list.json.clone();
                self.checked.replaced.push(Replaced {
                    member: place,
                    field: None,
                    json,
                });
                self.checked.list = Some(list);
                return;
            }
            Err(failures) => failures,
        };
        for failure in failures {
            match failure {
                ListFailure::Whole(failure) => self.fail(failure, rule, rule.name),
                ListFailure::Item {
                    failure,
                    index,
                    field,
                } => {
                    self.fail(
                        failure,
                        field,
                        &format!("{}[{index}][{}]", rule.name, field.name),
                    );
                }
            }
        }
    }

    /// Notes the outcome for a single parameter.
    fn settle(
        &mut self,
        verdict: Verdict,
        rule: &Rule,
        name: &str,
        (member, field): (usize, Option<usize>),
    ) {
        for failure in verdict.failures {
            self.fail(failure, rule, name);
        }
        if let Some(json) = verdict.coerced {
            self.checked.replaced.push(Replaced {
                member,
                field,
                json: json.into(),
            });
        }
    }

    /// Adds a message, unless a list of thousands of broken items has filled the reply already.
    fn fail(&mut self, failure: Failure, rule: &Rule, name: &str) {
        if self.message.len() >= LONG_MESSAGE {
            return;
        }
        if !self.message.is_empty() {
            self.message.push_str(", ");
        }
        self.message.push_str(&failure.message(name, rule.limit));
    }
}
