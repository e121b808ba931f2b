//! Checks what functions of small scripts do: with what the file keeps beside them, with many things, and with calls that fail.

use super::ask;

/// Case, file, text above, text below, and what is written.
const WRITTEN: [(&str, &str, &str, &str, &str); 13] = [
    (
        "py puts into the file's list",
        "errands.py",
        "errands = []\n\n\ndef add_errand(errand):\n    ",
        "",
        "errands.append(errand)",
    ),
    (
        "js puts into the file's list",
        "poems.js",
        "const poems = [];\n\nfunction addPoem(poem) {\n  ",
        "\n}\n",
        "poems.push(poem);",
    ),
    (
        "js finds in the file's list",
        "films.js",
        "const films = [];\n\nfunction findFilm(id) {\n  ",
        "\n}\n",
        "return films.find((film) => film.id === id);",
    ),
    (
        "js reads the file's table",
        "guests.js",
        "const guests = new Map();\n\nfunction getGuest(id) {\n  ",
        "\n}\n",
        "return guests.get(id);",
    ),
    (
        "js changes what may change",
        "hits.js",
        "let hits = 3;\n\nfunction resetHits() {\n  ",
        "\n}\n",
        "hits = 0;",
    ),
    (
        "go reads the file's table",
        "prices.go",
        "package shop\n\nvar prices = map[string]int{}\n\nfunc GetPrice(name string) int {\n\t",
        "\n}\n",
        "return prices[name]",
    ),
    (
        "what the file keeps is left alone by others",
        "a.py",
        "history = []\n\n\ndef multiply(a, b):\n    ",
        "",
        "return a * b",
    ),
    (
        "py compares lengths for the longest",
        "a.py",
        "def longest_name(names):\n    longest = names[0]\n    for name in names:\n        ",
        "\n    return longest\n",
        "if len(name) > len(longest):\n            longest = name",
    ),
    (
        "java compares lengths for the longest",
        "A.java",
        "class A {\n    static String longest(List<String> towns) {\n        String longest = \"\";\n        for (String town : towns) {\n            ",
        "\n        }\n        return longest;\n    }\n}\n",
        "if (town.length() > longest.length()) {\n                longest = town;\n            }",
    ),
    (
        "ruby sums in a block",
        "a.rb",
        "def total(costs)\n  total = 0\n  costs.each do |cost|\n    ",
        "\n  end\n  total\nend\n",
        "total += cost",
    ),
    (
        "go guards a call that fails",
        "a.go",
        "package a\n\nfunc parse(text string) (int, error) {\n\tnumber, err := strconv.Atoi(text)\n\t",
        "\n\treturn number, nil\n}\n",
        "if err != nil {\n\t\treturn 0, err\n\t}",
    ),
    (
        "py half a loop",
        "a.py",
        "def countdown(seconds):\n    while ",
        "",
        "seconds > 0:\n        print(seconds)\n        seconds -= 1",
    ),
    (
        "py loop of a body that is one line deep",
        "a.py",
        "def show(lines):\n    for line in lines:\n        ",
        "",
        "print(line)",
    ),
];

#[test]
fn scripts_go_on_with_what_they_have() {
    for (case, file, above, below, wanted) in WRITTEN {
        assert_eq!(ask(file, above, below), wanted, "{case}");
    }
}

/// Case, file, text above, text below, and what must not be shown.
const RULED_OUT: [(&str, &str, &str, &str, &str); 19] = [
    (
        "one thing is not summed",
        "a.py",
        "import store\n\n\ndef add_errand(errand):\n    ",
        "",
        "for item in errand",
    ),
    (
        "a name is not reckoned with",
        "a.py",
        "book = {}\n\n\ndef find_entry(name):\n    ",
        "",
        "best",
    ),
    (
        "keys have no parts",
        "a.py",
        "phonebook = {}\n\n\ndef find_contact(name):\n    ",
        "",
        ".name",
    ),
    (
        "keys are not summed",
        "a.py",
        "stock = {\"pears\": 5}\n\n\ndef total_stock():\n    ",
        "",
        "sum(stock)",
    ),
    (
        "what may not change is not changed",
        "a.js",
        "const scores = [];\n\nfunction clearScores() {\n  ",
        "\n}\n",
        "scores = ",
    ),
    (
        "py list is no length",
        "dock.py",
        "class Dock:\n    def __init__(self, berths):\n        self.berths = berths\n        self.boats = []\n\n    def has_space(self):\n        ",
        "",
        "< self.boats",
    ),
    (
        "ts object is no number",
        "a.ts",
        "interface Ticket {\n  validUntil: number;\n}\n\nfunction isExpired(ticket: Ticket, now: number): boolean {\n  ",
        "\n}\n",
        "ticket === now",
    ),
    (
        "c number with a fraction",
        "pan.c",
        "typedef struct {\n    double heat;\n    int eggs;\n} Pan;\n\nvoid pan_cool(Pan *pan, double degrees)\n{\n    ",
        "\n}\n",
        "eggs",
    ),
    (
        "py keys are reached by no dot",
        "a.py",
        "pupils = [\n    {\"id\": 1, \"name\": \"Ada\"},\n]\n\n\ndef find_pupil(pupil_id):\n    for pupil in pupils:\n        ",
        "",
        "pupil.id",
    ),
    (
        "py question is answered",
        "a.py",
        "def is_within(value, low, high):\n    ",
        "",
        "value[",
    ),
    (
        "py round thing is no cube",
        "can.py",
        "import math\n\n\nclass Can:\n    def __init__(self, radius, height):\n        self.radius = radius\n        self.height = height\n\n    def volume(self):\n        ",
        "",
        "return self.height **",
    ),
    (
        "js share is not added",
        "tax.js",
        "const addVat = (price, rate) => ",
        "\n",
        "price + rate",
    ),
    (
        "py what is sold brings its price",
        "stall.py",
        "class Stall:\n    def __init__(self):\n        self.income = 0\n\n    def sell_plum(self, price):\n        ",
        "",
        "-= price",
    ),
    (
        "go one of two is a guess",
        "robot.go",
        "package robot\n\ntype Robot struct {\n\tX, Y    int\n\tBattery int\n}\n\nfunc (r *Robot) Charge(percent int) {\n\t",
        "\n}\n",
        "r.Y",
    ),
    (
        "go number is no text",
        "a.go",
        "package a\n\nimport \"fmt\"\n\ntype Price struct {\n\tCents int\n\tUnit  string\n}\n\nfunc (p Price) String() string {\n\t",
        "\n}\n",
        "%s (%d)\", p.Cents",
    ),
    (
        "js total is no product",
        "a.js",
        "function totalBill(plates) {\n  return ",
        "\n}\n",
        "sum * plate",
    ),
    (
        "go guard is there already",
        "a.go",
        "package a\n\nfunc parse(text string) (int, error) {\n\tnumber, err := strconv.Atoi(text)\n\t",
        "\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn number, nil\n}\n",
        "return 0, err",
    ),
    (
        "go guards are not like this here",
        "a.go",
        "package a\n\nfunc load(path string) error {\n\tif err := check(path); err != nil {\n\t\treturn err\n\t}\n\tdata, err := read(path)\n\tif err != nil {\n\t\treturn fmt.Errorf(\"load: %w\", err)\n\t}\n\tparsed, err := parse(data)\n\t",
        "\n\tkeep(parsed)\n\treturn nil\n}\n",
        "return err",
    ),
    (
        "go guard where nothing is given back",
        "a.go",
        "package a\n\nfunc main() {\n\tfile, err := os.Open(\"a.txt\")\n\t",
        "\n}\n",
        "return",
    ),
];

#[test]
fn scripts_show_nothing_that_cannot_be() {
    for (case, file, above, below, ruled_out) in RULED_OUT {
        let shown = ask(file, above, below);
        assert!(!shown.contains(ruled_out), "{case}: {shown}");
    }
}
