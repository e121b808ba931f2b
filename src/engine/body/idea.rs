//! Knows which words of different languages say the same.
//!
//! Called where what is learned from one language is to count in the others: `append`, `push` and `<<` put something
//! into a list, and a verb that asks for one of them asks for all. The table holds only what languages bring along.

/// What an item of a shape says in any language.
pub(super) fn idea(item: &str) -> &str {
    match item {
        "append" | "push" | "push_back" | "<<" | "add" => "=put",
        "pop" | "pop_back" | "removeLast" => "=pop",
        "shift" | "popleft" | "pop_front" | "poll" => "=shift",
        "len" | "size" | "length" | "count" => "=len",
        "empty?" | "is_empty" | "isEmpty" | "empty" => "=empty",
        "includes" | "contains" | "include?" | "include" | "has" | "containsKey"
        | "contains_key" | "key?" | "key" => "=has",
        "remove" | "delete" | "erase" | "discard" | "del" => "=drop",
        "last" | "back" => "=last",
        "first" | "front" => "=first",
        "True" | "true" => "=true",
        "False" | "false" => "=false",
        "None" | "null" | "nil" | "nullptr" | "NULL" | "undefined" => "=none",
        "not" | "!" => "=not",
        "and" | "&&" => "=and",
        "or" | "||" => "=or",
        "===" => "==",
        "!==" => "!=",
        "throw" | "raise" | "panic" => "=throw",
        "print" | "println" | "puts" | "printf" | "log" | "cout" => "=print",
        other => other,
    }
}

/// A shape in the words that all languages share: two shapes with the same say the same.
pub(super) fn gist(shape: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for item in shape.split(' ') {
        let item = item.trim_start_matches('~');
        let silent = matches!(
            item,
            "(" | ")"
                | "{"
                | "}"
                | ";"
                | ":"
                | ","
                | "."
                | "->"
                | "::"
                | "return"
                | "const"
                | "let"
                | "var"
                | "auto"
                | "mut"
                | "self"
                | "this"
                | "new"
                | "int"
                | "double"
                | "float"
                | "long"
                | "System"
                | "out"
                | "console"
                | "do"
                | "end"
                | "|"
                | "\""
                | "'"
                | "`"
                | "f\""
                | ":="
                | "="
                | "&"
                | "std"
                | "iter"
                | "in"
                | "of"
                | "range"
                | "_"
                | "$R"
                | "$N"
                | "0.0"
                | "@"
                | "fmt"
                | "$S"
        ) || item.starts_with('^')
            || item.starts_with("$T");
        match item {
            "=" | ":=" => words.push("="),
            "in" if shape.starts_with("return") && !shape.contains("~for") => words.push("=has"),
            "++" => words.extend(["+=", "1"]),
            "--" => words.extend(["-=", "1"]),
            "2.0" => words.push("2"),
            _ if silent => {}
            _ => words.push(idea(item)),
        }
    }
    // Whether there is something is asked in either order.
    if let [one, "=has", other] = words.as_slice() {
        return format!("=has {} {}", (*one).max(*other), (*one).min(*other));
    }
    if let ["=len", one] | [one, "=len"] = words.as_slice() {
        return format!("=len {one}");
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_say_the_same() {
        for (one, other) in [
            ("$A . append ( $0 )", "$A . push_back ( $0 )"),
            ("$A . push ( $0 )", "$A ~<< ~$0"),
            ("return ~len ( $A )", "return ~$A . size ( )"),
            ("$A ++", "$A ~+= ~1"),
            ("return ~$0 ~in ~$A", "return ~$A . includes ( $0 )"),
        ] {
            assert_eq!(gist(one), gist(other), "{one} and {other}");
        }
        assert_ne!(gist("$A ~+= ~$0"), gist("$A ~-= ~$0"));
    }
}
