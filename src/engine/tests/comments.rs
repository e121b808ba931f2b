//! Checks what the engine makes of comments: mostly nothing.

use super::{ENGINE, ask_all, options, prompt};
use crate::engine::Task;

/// File, mark of comments, and the first line of a file with code.
const ASKED: [(&str, &str, &str); 9] = [
    ("a.py", "#", "import os"),
    ("a.js", "//", "const fs = require('fs');"),
    ("a.ts", "//", "import { x } from './x';"),
    ("a.go", "//", "package main"),
    ("A.java", "//", "package a;"),
    ("a.c", "//", "#include <stdio.h>"),
    ("a.cpp", "//", "#include <vector>"),
    ("a.rb", "#", "require 'set'"),
    ("a.rs", "//", "use std::fmt;"),
];

#[test]
fn what_comments_alone_ask_for_is_not_made_up() {
    for (file, mark, first) in ASKED {
        for words in [
            "Write a program that adds two numbers",
            "Sort a list of users by name",
            "Copyright 2024 Jane Doe",
        ] {
            for above in [
                format!("{mark} {words}"),
                format!("{mark} {words}\n"),
                format!("{first}\n\n{mark} {words}\n"),
            ] {
                for task in [Task::Completion, Task::Generation] {
                    assert_eq!(ask_all(file, &above, "", task, 4), [], "{file} {above:?}");
                }
            }
        }
    }
}

#[test]
fn functions_are_written_that_a_comment_asks_for() {
    for (file, above, text) in [
        (
            "a.py",
            "# Write a function that adds two numbers\n",
            "def add(a, b):\n    return a + b",
        ),
        (
            "a.rb",
            "# a function that checks whether a number is even\n",
            "def is_even(number)\n  number % 2 == 0\nend",
        ),
        (
            "a.js",
            "// Write a function that divides two numbers",
            "\nfunction divide(a, b) {\n  return a / b;\n}",
        ),
        (
            "a.c",
            "int add(int a, int b) {\n    return a + b;\n}\n\n// Multiply two numbers\n",
            "int multiply(int a, int b) {\n    return a * b;\n}",
        ),
        (
            "a.ts",
            "// a function that checks whether a number is even\n",
            "function isEven(number: number): boolean {\n  return number % 2 === 0;\n}",
        ),
        (
            "a.go",
            "package main\n\n// Write a function that subtracts two numbers\n",
            "func subtract(a int, b int) int {\n\treturn a - b\n}",
        ),
        (
            "a.rs",
            "// Write a function that adds two numbers\n",
            "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}",
        ),
        (
            "a.c",
            "// Write a function that squares a number\n",
            "int square(int number) {\n    return number * number;\n}",
        ),
        (
            "A.java",
            "class A {\n    // Write a function that adds two numbers\n",
            "    public static int add(int a, int b) {\n        return a + b;\n    }",
        ),
        // Nobody has learned what these do, or they would only ask for themselves again.
        ("a.py", "# a function that frobnicates two numbers\n", ""),
        (
            "a.py",
            "# a function that checks whether a number is prime\n",
            "",
        ),
        (
            "a.py",
            "# a function that returns the sum of a list of numbers\n",
            "",
        ),
        ("a.py", "# Write a function that finds a user by id\n", ""),
    ] {
        let shown = ask_all(file, above, "", Task::Generation, 4);
        let texts: Vec<&str> = shown.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts.join("|"), text, "{file} {above:?}");
        let unasked = ask_all(file, above, "", Task::Completion, 4);
        assert_eq!(unasked, [], "a completion of {above:?}");
    }
}

#[test]
fn what_belongs_inside_is_never_written_outside() {
    for (file, mark, first) in ASKED {
        let above = format!("{first}\n\n{mark} read the users and return the result\n");
        for one in ENGINE.guess(&prompt(file, &above, ""), &options(Task::Generation, 4)) {
            let word = one.text.split(|one: char| !one.is_alphabetic()).next();
            let inside = ["end", "return", "self", "break"].contains(&word.unwrap_or(""));
            assert!(
                !inside || file == "a.rb" && word != Some("end"),
                "{file} {:?}",
                one.text
            );
        }
    }
}
