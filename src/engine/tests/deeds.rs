//! Checks that bodies do what their names say with what they are given, and what loops do that gather something.

use super::ask;

/// Case, file, text above, text below, and what must not be shown.
const RULED_OUT: [(&str, &str, &str, &str, &str); 18] = [
    (
        "java takes and does not put",
        "Bag.java",
        "import java.util.ArrayList;\nimport java.util.List;\n\npublic class Bag {\n    private List<String> stones = new ArrayList<>();\n\n    public void take(String stone) {\n        ",
        "\n    }\n}\n",
        ".add(",
    ),
    (
        "js hires and does not take out",
        "firm.js",
        "class Firm {\n  constructor() {\n    this.staff = [];\n  }\n\n  hire(person) {\n    ",
        "\n  }\n}\n",
        "filter",
    ),
    (
        "js puts all and not one",
        "team.js",
        "class Team {\n  constructor() {\n    this.members = [];\n  }\n\n  addAll(people) {\n    ",
        "\n  }\n}\n",
        "push(people)",
    ),
    (
        "py puts all and not one",
        "team.py",
        "class Team:\n    def __init__(self):\n        self.members = []\n\n    def add_members(self, members):\n        ",
        "",
        "append(members)",
    ),
    (
        "cpp counts no ones of an amount",
        "account.cpp",
        "class Account {\npublic:\n    explicit Account(double balance) : balance_(balance) {}\n\n    bool withdraw(double amount) {\n        ",
        "\n    }\n\nprivate:\n    double balance_;\n};\n",
        "--",
    ),
    (
        "py circle is round",
        "shapes.py",
        "class Circle:\n    def __init__(self, radius):\n        self.radius = radius\n\n    def area(self):\n        ",
        "",
        "return self.radius * self.radius",
    ),
    (
        "js total is no list",
        "cart.js",
        "class Cart {\n  constructor() {\n    this.items = [];\n  }\n\n  addItem(item) {\n    this.items.push(item);\n  }\n\n  getTotal() {\n    ",
        "\n  }\n}\n",
        "return this.items;",
    ),
    (
        "py elements have what the file says",
        "cart.py",
        "class Cart:\n    def __init__(self):\n        self.items = []\n\n    def add_item(self, name, price):\n        self.items.append({\"name\": name, \"price\": price})\n\n    def total(self):\n        ",
        "",
        ".cost",
    ),
    (
        "js counts what is even",
        "count.js",
        "function countEven(numbers) {\n  let count = 0;\n  for (const n of numbers) {\n    ",
        "\n  }\n  return count;\n}\n",
        "= n;",
    ),
    (
        "js counts what is odd",
        "count.js",
        "function countOddNumbers(numbers) {\n  let count = 0;\n  for (const n of numbers) {\n    ",
        "\n  }\n  return count;\n}\n",
        "=== 0",
    ),
    (
        "c numbers have no methods",
        "swap.c",
        "void swap(int *a, int *b)\n{\n    ",
        "\n}\n",
        ".swap",
    ),
    (
        "c pointers are not swapped",
        "swap.c",
        "void swap(int *a, int *b)\n{\n    ",
        "\n}\n",
        " a = b;",
    ),
    (
        "rs full is not empty",
        "queue.rs",
        "pub struct Queue {\n    jobs: Vec<String>,\n    capacity: usize,\n}\n\nimpl Queue {\n    pub fn is_full(&self) -> bool {\n        ",
        "\n    }\n}\n",
        "is_empty",
    ),
    (
        "py answers no question with the same always",
        "util.py",
        "# return True if the number is prime\ndef is_prime(n):\n    ",
        "",
        "return False\n",
    ),
    (
        "py names what there is",
        "users.py",
        "class UserStore:\n    def __init__(self):\n        self.users = []\n\n    def find_by_id(self, user_id):\n        ",
        "",
        "article",
    ),
    (
        "js guests are no factor",
        "inn.js",
        "class Inn {\n  constructor(rooms) {\n    this.rooms = rooms;\n    this.guests = [];\n  }\n\n  admit(guest) {\n    ",
        "\n  }\n}\n",
        "*=",
    ),
    (
        "py what is left is not all",
        "hall.py",
        "class Hall:\n    def __init__(self, chairs):\n        self.chairs = chairs\n        self.taken = 0\n\n    def take(self):\n        self.taken += 1\n\n    def chairs_left(self):\n        ",
        "",
        "return self.chairs\n",
    ),
    (
        "js calls no method as a function",
        "team.js",
        "class Team {\n  constructor() {\n    this.members = [];\n  }\n\n  addAll(people) {\n    ",
        "\n  }\n}\n",
        "addAll(",
    ),
];

#[test]
fn bodies_that_do_something_else_are_not_shown() {
    for (case, file, above, below, ruled_out) in RULED_OUT {
        let shown = format!("{}\n", ask(file, above, below));
        assert!(!shown.contains(ruled_out), "{case}: {shown}");
    }
}

/// Case, file, text above, text below, and what is to be written.
const WRITTEN: [(&str, &str, &str, &str, &str); 15] = [
    (
        "py sum",
        "a.py",
        "def average_grade(grades):\n    total = 0\n    for grade in grades:\n        ",
        "\n    return total / len(grades)\n",
        "total += grade",
    ),
    (
        "js sum by place",
        "a.js",
        "function sum(values) {\n  let total = 0;\n  for (let i = 0; i < values.length; i++) {\n    ",
        "\n  }\n  return total;\n}\n",
        "total += values[i];",
    ),
    (
        "go sum at the end of the head",
        "a.go",
        "package a\n\nfunc Sum(prices []float64) float64 {\n\ttotal := 0.0\n\tfor _, price := range prices {",
        "\n\t}\n\treturn total\n}\n",
        "\n\t\ttotal += price",
    ),
    (
        "rs sum",
        "a.rs",
        "fn sum(values: &[i32]) -> i32 {\n    let mut total = 0;\n    for value in values {\n        ",
        "\n    }\n    total\n}\n",
        "total += value;",
    ),
    (
        "java greatest",
        "A.java",
        "class A {\n    static int max(int[] values) {\n        int max = values[0];\n        for (int value : values) {\n            ",
        "\n        }\n        return max;\n    }\n}\n",
        "if (value > max) {\n                max = value;\n            }",
    ),
    (
        "c least",
        "a.c",
        "int lowest(const int *values, int n)\n{\n    int low = values[0];\n    for (int i = 1; i < n; i++) {\n        ",
        "\n    }\n    return low;\n}\n",
        "if (values[i] < low) {\n            low = values[i];\n        }",
    ),
    (
        "go greatest",
        "a.go",
        "package a\n\nfunc Highest(levels []int) int {\n\ttop := levels[0]\n\tfor _, level := range levels {\n\t\t",
        "\n\t}\n\treturn top\n}\n",
        "if level > top {\n\t\t\ttop = level\n\t\t}",
    ),
    (
        "py least",
        "weather.py",
        "def lowest_temperature(readings):\n    lowest = readings[0]\n    for reading in readings:\n        ",
        "\n    return lowest\n",
        "if reading < lowest:\n            lowest = reading",
    ),
    (
        "rs field that begins empty",
        "timer.rs",
        "pub struct Timer {\n    seconds: u64,\n    running: bool,\n}\n\nimpl Timer {\n    pub fn new(seconds: u64) -> Self {\n        ",
        "\n    }\n}\n",
        "Self { seconds, running: false }",
    ),
    (
        "java keeps each by its place",
        "Bag.java",
        "import java.util.ArrayList;\nimport java.util.List;\n\npublic class Bag {\n    private List<String> stones = new ArrayList<>();\n\n    public void addStone(String stone) {\n        ",
        "\n    }\n}\n",
        "stones.add(stone);",
    ),
    (
        "js hires",
        "firm.js",
        "class Firm {\n  constructor() {\n    this.staff = [];\n  }\n\n  hire(person) {\n    ",
        "\n  }\n}\n",
        "this.staff.push(person);",
    ),
    (
        "js puts all",
        "team.js",
        "class Team {\n  constructor() {\n    this.members = [];\n  }\n\n  addAll(people) {\n    ",
        "\n  }\n}\n",
        "this.members.push(...people);",
    ),
    (
        "cpp withdraws",
        "account.cpp",
        "class Account {\npublic:\n    explicit Account(double balance) : balance_(balance) {}\n\n    bool withdraw(double amount) {\n        ",
        "\n    }\n\nprivate:\n    double balance_;\n};\n",
        "if (amount > balance_) {\n            return false;\n        }\n        balance_ -= amount;\n        return true;",
    ),
    (
        "js full",
        "room.js",
        "class Room {\n  constructor(capacity) {\n    this.capacity = capacity;\n    this.guests = [];\n  }\n\n  isFull() {\n    ",
        "\n  }\n}\n",
        "return this.guests.length >= this.capacity;",
    ),
    (
        "ts names elements after their list",
        "repo.ts",
        "interface Book {\n  id: number;\n}\n\nexport class Library {\n  private books: Book[] = [];\n\n  findById(id: number): Book | undefined {\n    ",
        "\n  }\n}\n",
        "return this.books.find((book) => book.id === id);",
    ),
];

#[test]
fn bodies_and_loops_do_what_their_names_say() {
    for (case, file, above, below, wanted) in WRITTEN {
        assert_eq!(ask(file, above, below), wanted, "{case}");
    }
}

/// Loops that say not enough: what is gathered is of another kind, is begun twice, or is gathered already.
const UNSAID: [(&str, &str, &str, &str, &str); 3] = [
    (
        "go of texts",
        "a.go",
        "package a\n\nfunc Sum(names []string) int {\n\ttotal := 0\n\tfor _, name := range names {\n\t\t",
        "\n\t}\n\treturn total\n}\n",
        "total += name\n",
    ),
    (
        "py of two",
        "a.py",
        "def sum_values(values):\n    total = 0\n    sum = 0\n    for value in values:\n        ",
        "\n    return total + sum\n",
        "sum += value\n    ",
    ),
    (
        "js there already",
        "a.js",
        "function sum(values) {\n  let total = 0;\n  for (const value of values) {\n    ",
        "\n    total += value;\n  }\n  return total;\n}\n",
        "total += value",
    ),
];

#[test]
fn loops_that_say_too_little_stay_as_they_are() {
    for (case, file, above, below, ruled_out) in UNSAID {
        let shown = format!("{}\n", ask(file, above, below));
        assert!(!shown.contains(ruled_out), "{case}: {shown}");
    }
}
