//! Knows what cannot be done with a value of a kind: lists counted as numbers, a number given back for true or false, a
//! quotient called a mean.
//!
//! Asked by `sense` for every body that is judged, with the members that fill it.

use super::super::function::Outcome;
use super::super::language::Family;
use super::fill::{Filled, Names};
use super::idea::idea;
use super::locals::singular;
use super::members::{Value, of_type};
use super::owned::lent;
use super::question::is_question;

/// Signs that stand beside numbers, never beside a list.
const COUNTING: [&str; 10] = ["<", ">", "<=", ">=", "-=", "*=", "/=", "*", "/", "%"];

/// Whether a body does with a value what its kind does not allow.
pub(super) fn is_of_wrong_kind(names: &Names<'_, '_>, shape: &str, filled: &Filled<'_>) -> bool {
    let spaced: Vec<&str> = shape.split(' ').collect();
    let items: Vec<&str> = spaced
        .iter()
        .map(|item| item.trim_start_matches('~'))
        .collect();
    let body = Body {
        names,
        filled,
        items: &items,
        spaced: &spaced,
    };
    body.counts_a_list()
        || body.takes_another_kind()
        || body.gives_nothing()
        || body.gives_another_kind()
        || body.tells_where_a_value_is_wanted()
        || body.puts_into_a_map()
        || body.multiplies_nothing()
        || body.tells_unasked()
        || body.means_wrongly()
        || body.scales_by_an_amount()
}

/// A body with what fills it.
struct Body<'b, 'n, 'h, 'a> {
    names: &'b Names<'h, 'a>,
    filled: &'b Filled<'n>,
    items: &'b [&'b str],
    spaced: &'b [&'b str],
}

impl Body<'_, '_, '_, '_> {
    fn item(&self, at: usize) -> &str {
        self.items.get(at).copied().unwrap_or("")
    }

    /// What the member holds that fills an item, wherever the item stands.
    fn value(&self, item: &str) -> Value {
        let mut picks = self.filled.picks.iter();
        let pick = picks.find(|pick| self.items.get(pick.at) == Some(&item));
        match pick {
            Some(pick) if self.is_array(pick.name) => Value::List,
            Some(pick) => pick.value,
            None => Value::Unknown,
        }
    }

    fn is_array(&self, name: &str) -> bool {
        self.names.language.family == Family::Script && self.names.declared.contains(&name)
    }

    fn keeps(&self, at: usize) -> bool {
        let value = self.value(self.item(at));
        matches!(value, Value::List | Value::Collection | Value::Map)
    }

    /// Whether an item is a parameter that stands for one thing.
    fn is_one(&self, at: usize) -> bool {
        let place = self.item(at).strip_prefix('$');
        place.is_some_and(|place| place.parse().is_ok_and(|place| self.is_single(place)))
    }

    /// Whether a parameter stands for one thing.
    fn is_single(&self, place: usize) -> bool {
        let head = self.names.head;
        let name = head.parameters.get(place);
        head.several.get(place) != Some(&true) && name.is_some_and(|name| singular(name).is_none())
    }

    /// Whether a body or one of its lines ends at a place.
    fn ends(&self, at: usize) -> bool {
        let item = self.item(at);
        matches!(item, "" | ";" | "}") || item.starts_with('^')
    }

    /// Whether a list stands where only a number can.
    fn counts_a_list(&self) -> bool {
        let family = self.names.language.family;
        let loose = matches!(family, Family::Python | Family::Ruby | Family::Other);
        let apart = |at: usize| {
            self.spaced
                .get(at)
                .is_some_and(|item| item.starts_with('~'))
        };
        (1..self.items.len()).any(|at| {
            let (before, after, beyond) = (at - 1, at + 1, self.item(at + 2));
            if !apart(at) || !apart(after) {
                return false;
            }
            let reached = matches!(beyond, "." | "->" | "[" | "(" | "?.");
            let many = self.keeps(before) || (self.keeps(after) && !reached);
            let one = self.is_one(before) || self.is_one(after);
            many && match self.item(at) {
                // Some languages take lists and sets from one another.
                "-" | "-=" | "<" | ">" | "<=" | ">=" if loose => one,
                "+=" if loose => self.ends(at + 2) && self.is_one(after),
                "+=" | "-" => !matches!(family, Family::C | Family::Rust),
                sign => COUNTING.contains(&sign),
            }
        })
    }

    /// Whether a number is given what points to something, or what may be missing a text that is lent.
    fn takes_another_kind(&self) -> bool {
        let names = self.names;
        (1..self.items.len()).any(|at| {
            let given = self.item(at + 1).strip_prefix('$');
            let Some(place) = given.and_then(|place| place.parse::<usize>().ok()) else {
                return false;
            };
            if self.item(at) != "=" || !self.ends(at + 2) {
                return false;
            }
            let holds = self.value(self.item(at - 1));
            let points = names.head.several.get(place) == Some(&true);
            match names.language.family {
                Family::C => points && matches!(holds, Value::Number | Value::Truth),
                Family::Rust => {
                    let name = names.head.parameters.get(place).copied().unwrap_or("");
                    let mut picks = self.filled.picks.iter();
                    let told = picks.any(|pick| names.declared.contains(&pick.name));
                    holds == Value::Text
                        && !told
                        && names.is_mentioned("Option")
                        && lent(names).contains(&name)
                }
                _ => false,
            }
        })
    }

    /// Whether nothing is given back though the head promises something.
    fn gives_nothing(&self) -> bool {
        let head = self.names.head;
        let typed = match self.names.language.family {
            Family::Java | Family::Go => true,
            // Where a function is defined outside of its class, what stands before its name is no type.
            Family::C => !matches!(head.returns, "::" | "~" | "*" | "&"),
            _ => false,
        };
        // Where heads say nothing, names that ask do.
        let loose = matches!(self.names.language.family, Family::Python | Family::Script);
        let first = self.names.own.first().map_or("", String::as_str);
        let asked = loose && self.names.own.len() > 1 && matches!(first, "is" | "has" | "can");
        let typed = typed || asked;
        let promised = asked || matches!(head.result, Outcome::Truth | Outcome::Value);
        let gives = [
            "return", "throw", "panic", "while", "for", "switch", "exit", "abort",
        ];
        typed && promised && !self.items.iter().any(|item| gives.contains(item))
    }

    /// Whether something of another kind is given back than the head promises.
    fn gives_another_kind(&self) -> bool {
        let returns = self.names.head.returns;
        let promised = match self.names.head.result {
            Outcome::Truth => Value::Truth,
            // What is lent may be of any kind.
            _ if returns == "&" => Value::Unknown,
            _ => of_type(returns),
        };
        if promised == Value::Unknown {
            return false;
        }
        let many = |value| matches!(value, Value::List | Value::Collection | Value::Map);
        let differs = |at: usize| {
            let value = self.value(self.item(at));
            value != Value::Unknown && value != promised && !(many(value) && many(promised))
        };
        (0..self.items.len()).any(|at| match self.item(at) {
            "return" if self.ends(at + 2) => {
                let plain = matches!(promised, Value::Number | Value::Text | Value::Truth);
                differs(at + 1) || (plain && matches!(self.item(at + 1), "$S" | "nil"))
            }
            "return" if promised == Value::Truth && self.ends(at + 4) => {
                matches!(self.item(at + 2), "+" | "-" | "*" | "/")
            }
            "$R" if self.item(at + 1).starts_with("$V") && self.item(at + 2) == "=" => {
                differs(at + 3)
            }
            _ => false,
        })
    }

    /// Whether true or false is given back though the head promises something else.
    fn tells_where_a_value_is_wanted(&self) -> bool {
        let head = self.names.head;
        let family = self.names.language.family;
        let typed = matches!(family, Family::Go | Family::Rust | Family::Java);
        let loose = [
            "Boolean",
            "Object",
            "any",
            "interface",
            "T",
            "Self",
            "impl",
            "(",
        ];
        let other = head.result == Outcome::Value
            && !loose.contains(&head.returns)
            && !loose.contains(&head.made);
        let tells = |two: &[&str]| matches!(two, ["return", "true" | "false"]);
        typed
            && other
            && self
                .items
                .windows(2)
                .enumerate()
                .any(|(at, two)| tells(two) && self.ends(at + 2))
    }

    /// Whether a local that begins at nothing is multiplied or divided, or is given texts.
    fn multiplies_nothing(&self) -> bool {
        let begins = |name: &str| {
            let starts =
                |three: &[&str]| matches!(three, [one, "=" | ":=", "0" | "0.0"] if *one == name);
            self.items.windows(3).any(starts)
        };
        let head = self.names.head;
        let texts = (head.types.iter().zip(&head.several))
            .any(|(of_its, several)| *several && of_type(of_its) == Value::Text);
        (0..self.items.len()).any(|at| {
            let (name, given) = (self.item(at), self.item(at + 2));
            let plain = given.starts_with("$V") && self.ends(at + 3);
            let wrong = match self.item(at + 1) {
                "*=" | "/=" => true,
                "+=" => texts && plain,
                _ => false,
            };
            wrong && name.starts_with("$V") && begins(name)
        })
    }

    /// Whether one thing is put into a table without a key.
    fn puts_into_a_map(&self) -> bool {
        let family = self.names.language.family;
        self.filled.picks.iter().any(|pick| {
            let after = (self.item(pick.at + 1), self.item(pick.at + 2));
            let appended = self.items.contains(&"append");
            pick.value == Value::Map
                && match family {
                    Family::Go => appended || after.0 == ".",
                    Family::Script | Family::Python => {
                        after.0 == "." && matches!(after.1, "push" | "append" | "add")
                    }
                    _ => false,
                }
        })
    }

    /// Whether a function that nobody asks anything tells only whether something is there.
    fn tells_unasked(&self) -> bool {
        let family = self.names.language.family;
        // Ruby's questions end with a mark that is no part of the name.
        if family == Family::Ruby || is_question(self.names) {
            return false;
        }
        match self.items {
            ["return", _, "in", _] | ["return", _, "not", "in", _] => true,
            ["return", _, ".", asked, "(", _, ")"] => idea(asked) == "=has",
            _ => false,
        }
    }

    /// Whether a function called after the mean divides something that is no sum, or nothing at all.
    fn means_wrongly(&self) -> bool {
        let mean = |word: &String| matches!(word.as_str(), "averag" | "mean" | "avg" | "averaging");
        let named = self.names.own.iter().any(mean);
        let kept = self.filled.picks.iter().any(|pick| pick.kin);
        if !named || kept || self.names.head.parameters.is_empty() && !self.items.contains(&"/") {
            return false;
        }
        let divides = self.items.iter().any(|item| {
            matches!(*item, "/" | "//" | "0.5")
                || ["mean", "avg", "average", "fmean"].contains(item)
        });
        // The mean of two things that stand by themselves is half of something.
        let mut places = 0..self.names.head.parameters.len();
        let few = places.len() > 1 && places.all(|place| self.is_single(place));
        let half = |item: &&str| matches!(*item, "2" | "2.0" | "0.5" | "3" | "3.0");
        let halves = self.items.iter().any(half);
        !divides
            || (few && !halves)
            || (1..self.items.len()).any(|at| self.item(at) == "/" && !self.is_sum(at - 1))
    }

    /// Whether an item may stand for a sum.
    fn is_sum(&self, at: usize) -> bool {
        let item = self.item(at);
        let mut picks = self.filled.picks.iter();
        let member = picks.find(|pick| self.items.get(pick.at) == Some(&item));
        let place = item
            .strip_prefix('$')
            .and_then(|place| place.parse::<usize>().ok());
        let given = place.and_then(|place| self.names.parts.get(place));
        let sums = |words: &[String]| {
            words.iter().any(|word| {
                ["sum", "tot", "acc", "all"]
                    .iter()
                    .any(|beginning| word.starts_with(beginning))
            })
        };
        let stems = member.map(|pick| pick.stems).or(given.map(Vec::as_slice));
        stems.is_none_or(sums)
    }

    /// Whether something is multiplied by what is not called a factor, or divided by a hundred where nothing is a share.
    fn scales_by_an_amount(&self) -> bool {
        let has = |words: &[String], beginnings: &[&str]| {
            words.iter().any(|word| {
                beginnings
                    .iter()
                    .any(|beginning| word.starts_with(beginning))
            })
        };
        let names = self.names;
        let scaling = has(
            &names.own,
            &[
                "multipl", "scal", "time", "doubl", "divid", "split", "tripl",
            ],
        );
        let by_amount = (1..self.items.len()).any(|at| {
            let given = self.item(at + 1).strip_prefix('$');
            let place = given.and_then(|place| place.parse::<usize>().ok());
            let words = place.and_then(|place| names.parts.get(place));
            let factors = [
                "factor", "ratio", "rat", "scal", "multipl", "time", "percent", "pct", "by",
                "numb", "valu", "divis",
            ];
            let factor =
                |words: &[String]| has(words, &factors) || words.iter().all(|word| word.len() < 2);
            matches!(self.item(at), "*=" | "/=") && words.is_some_and(|words| !factor(words))
        });
        let shares = [
            "percent", "pct", "rat", "perc", "tax", "vat", "interest", "off", "discount",
        ];
        let share = names.parts.iter().any(|words| has(words, &shares))
            || names
                .members
                .iter()
                .any(|member| has(&member.stems, &shares))
            || has(names.prose, &shares)
            || has(&names.own, &["percent", "pct", "cent"]);
        let hundredth = self
            .items
            .windows(2)
            .any(|two| matches!(two, ["/", "100" | "100.0"]));
        (by_amount && !scaling) || (hundredth && !share)
    }
}
