//! Checks that bodies are not shown which the language, the file or the kinds of the members rule out.

use super::ask;

/// Case, file, text above, text below, and what must not be shown.
const RULED_OUT: [(&str, &str, &str, &str, &str); 26] = [
    (
        "c number takes no text",
        "cat.c",
        "struct cat {\n    char name[32];\n    int age;\n};\n\nvoid set_name(struct cat *cat, const char *name) {\n    ",
        "\n}\n",
        "age = name",
    ),
    (
        "js mean of two",
        "a.js",
        "function average(a, b) {\n  ",
        "\n}\n",
        "factor",
    ),
    (
        "rs text that may be missing",
        "cat.rs",
        "pub struct Cat {\n    owner: Option<String>,\n}\n\nimpl Cat {\n    pub fn set_owner(&mut self, owner: &str) {\n        ",
        "\n    }\n}\n",
        "= owner",
    ),
    (
        "java promises truth",
        "Tank.java",
        "public class Tank {\n    private int fuel;\n\n    public boolean refuel(int liters) {\n        ",
        "\n    }\n}\n",
        "liters;",
    ),
    (
        "c throws nothing",
        "bank.c",
        "struct account {\n    int balance;\n};\n\nvoid withdraw(struct account *account, int amount) {\n    ",
        "\n}\n",
        "throw",
    ),
    (
        "c header throws nothing",
        "jar.h",
        "struct jar {\n    int beans;\n};\n\nstatic inline void withdraw(struct jar *jar, int amount) {\n    ",
        "\n}\n",
        "std::",
    ),
    (
        "cpp includes what it throws",
        "bank.cpp",
        "class Account {\npublic:\n    void withdraw(int amount) {\n        ",
        "\n    }\n\nprivate:\n    int balance = 0;\n};\n",
        "invalid_argument",
    ),
    (
        "go imports what it calls",
        "a.go",
        "package bank\n\ntype Account struct {\n\tbalance int\n}\n\nfunc (a *Account) Withdraw(amount int) error {\n\t",
        "\n}\n",
        "errors.",
    ),
    (
        "go imports what it prints with",
        "a.go",
        "package a\n\ntype Cat struct {\n\tname string\n\tage  int\n}\n\nfunc (c Cat) String() string {\n\t",
        "\n}\n",
        "fmt.",
    ),
    (
        "js counts no list",
        "bag.js",
        "class Bag {\n  constructor() {\n    this.stones = [];\n  }\n\n  take(stone) {\n    ",
        "\n  }\n}\n",
        "-=",
    ),
    (
        "js counts no map",
        "bag.js",
        "class Bag {\n  constructor() {\n    this.stones = new Map();\n  }\n\n  withdraw(stone) {\n    ",
        "\n  }\n}\n",
        ">",
    ),
    (
        "ts counts no array",
        "bag.ts",
        "class Bag {\n  private stones: string[] = [];\n\n  take(stone: string): void {\n    ",
        "\n  }\n}\n",
        "-=",
    ),
    (
        "js says nothing of money",
        "bank.js",
        "class Account {\n  constructor() {\n    this.balance = 0;\n  }\n\n  withdraw(amount) {\n    ",
        "\n  }\n}\n",
        "money",
    ),
    (
        "rb says nothing of money",
        "bank.rb",
        "class Account\n  def initialize\n    @balance = 0\n  end\n\n  def withdraw(amount)\n    ",
        "\n  end\nend\n",
        "money",
    ),
    (
        "py puts one thing into a list",
        "library.py",
        "class Library:\n    def __init__(self):\n        self.books = []\n\n    def borrow(self, book):\n        ",
        "",
        "+=",
    ),
    (
        "py does and does not ask",
        "firm.py",
        "class Firm:\n    def __init__(self):\n        self.staff = []\n\n    def fire(self, person):\n        ",
        "",
        " in ",
    ),
    (
        "py does and does not ask of many",
        "firm.py",
        "class Firm:\n    def __init__(self):\n        self.staff = []\n\n    def hire(self, person):\n        ",
        "",
        " in ",
    ),
    (
        "rs keeps what is its own",
        "cat.rs",
        "struct Cat {\n    name: String,\n}\n\nimpl Cat {\n    fn rename(&mut self, name: &str) {\n        ",
        "\n    }\n}\n",
        "= name;",
    ),
    (
        "rs makes what is its own",
        "cat.rs",
        "pub struct Cat {\n    name: String,\n}\n\nimpl Cat {\n    pub fn new(name: &str) -> Self {\n        ",
        "\n    }\n}\n",
        "{ name }",
    ),
    (
        "java gives truth",
        "Account.java",
        "public class Account {\n    private double balance;\n\n    public boolean withdraw(double amount) {\n        ",
        "\n    }\n}\n",
        "return balance;",
    ),
    (
        "java gives truth for a number",
        "Purse.java",
        "public class Purse {\n    private int coins;\n\n    boolean spend(int amount) {\n        ",
        "\n    }\n}\n",
        "return coins;",
    ),
    (
        "java mean of two",
        "Stats.java",
        "public class Stats {\n    static double average(double a, double b) {\n        ",
        "\n    }\n}\n",
        "a / b",
    ),
    (
        "py mean of two",
        "a.py",
        "def average(a, b):\n    ",
        "",
        "a / b",
    ),
    (
        "go mean of two",
        "a.go",
        "package a\n\nfunc Average(a, b float64) float64 {\n\t",
        "\n}\n",
        "a / b",
    ),
    (
        "py amount is no share",
        "order.py",
        "class Order:\n    def __init__(self, total):\n        self.total = total\n\n    def discount(self, amount):\n        ",
        "",
        "*=",
    ),
    (
        "js amount is no factor",
        "order.js",
        "class Order {\n  constructor(total) {\n    this.total = total;\n  }\n\n  discount(amount) {\n    ",
        "\n  }\n}\n",
        "*=",
    ),
];

#[test]
fn bodies_that_cannot_be_right_are_not_shown() {
    for (case, file, above, below, ruled_out) in RULED_OUT {
        let shown = ask(file, above, below);
        assert!(!shown.contains(ruled_out), "{case}: {shown}");
    }
}

/// Case, file, text above, text below, and what is to be written.
const STAYS: [(&str, &str, &str, &str, &str); 10] = [
    (
        "rs key of its own",
        "book.rs",
        "use std::collections::HashMap;\n\npub struct Book {\n    words: HashMap<String, u32>,\n}\n\nimpl Book {\n    pub fn insert(&mut self, key: &str, value: u32) {\n        ",
        "\n    }\n}\n",
        "self.words.insert(key.to_string(), value);",
    ),
    (
        "c takes away",
        "bank.c",
        "struct account {\n    int balance;\n};\n\nvoid withdraw(struct account *account, int amount) {\n    ",
        "\n}\n",
        "account->balance -= amount;",
    ),
    (
        "py takes many into a list",
        "library.py",
        "class Library:\n    def __init__(self):\n        self.books = []\n\n    def extend(self, books):\n        ",
        "",
        "self.books += books",
    ),
    (
        "py asks",
        "firm.py",
        "class Firm:\n    def __init__(self):\n        self.staff = []\n\n    def has_person(self, person):\n        ",
        "",
        "return person in self.staff",
    ),
    (
        "py greets",
        "a.py",
        "def greet(name):\n    ",
        "",
        "return f\"Hello, {name}!\"",
    ),
    (
        "rs text of its own",
        "cat.rs",
        "struct Cat {\n    name: String,\n}\n\nimpl Cat {\n    fn set_name(&mut self, name: &str) {\n        ",
        "\n    }\n}\n",
        "self.name = name.to_string();",
    ),
    (
        "rs text handed over",
        "cat.rs",
        "struct Cat {\n    name: String,\n}\n\nimpl Cat {\n    fn set_name(&mut self, name: String) {\n        ",
        "\n    }\n}\n",
        "self.name = name;",
    ),
    (
        "rs text lent for good",
        "cat.rs",
        "struct Cat<'a> {\n    name: &'a str,\n}\n\nimpl<'a> Cat<'a> {\n    fn set_name(&mut self, name: &'a str) {\n        ",
        "\n    }\n}\n",
        "self.name = name;",
    ),
    (
        "py mean of many",
        "a.py",
        "def average(values):\n    ",
        "",
        "return sum(values) / len(values)",
    ),
    (
        "js takes away",
        "bank.js",
        "class Account {\n  constructor() {\n    this.balance = 0;\n  }\n\n  withdraw(amount) {\n    ",
        "\n  }\n}\n",
        "this.balance -= amount;",
    ),
];

#[test]
fn what_is_right_beside_it_stays() {
    for (case, file, above, below, wanted) in STAYS {
        assert_eq!(ask(file, above, below), wanted, "{case}");
    }
}
