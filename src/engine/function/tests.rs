use super::super::lexer::lex;
use super::*;

#[test]
fn heads_are_read_in_every_language() {
    for (file, text, name, parameters, receiver) in [
        (
            "a.py",
            "class A:\n    def up(self, step: int = 1) -> int:",
            "up",
            "step",
            Some("self"),
        ),
        ("a.py", "def add(a, b):", "add", "a b", None),
        (
            "a.rb",
            "  def add_item(item)",
            "add_item",
            "item",
            Some("@"),
        ),
        ("a.rb", "  def full?", "full", "", Some("@")),
        ("a.js", "  setName(name) {", "setName", "name", Some("this")),
        (
            "a.ts",
            "function add(a: number, b: number): number {",
            "add",
            "a b",
            None,
        ),
        ("a.ts", "const add = (a, b) => {", "add", "a b", None),
        (
            "a.go",
            "func (c *Counter) Increment(delta int) (int, error) {",
            "Increment",
            "delta",
            Some("c"),
        ),
        ("a.go", "func Add(a, b int) int {", "Add", "a b", None),
        (
            "A.java",
            "  public void deposit(double amount) throws IOException {",
            "deposit",
            "amount",
            Some("this"),
        ),
        (
            "a.c",
            "void counter_add(struct counter *counter, int amount)\n{",
            "counter_add",
            "amount",
            Some("counter"),
        ),
        (
            "a.rs",
            "    fn up(&mut self, increment: u32) {",
            "up",
            "increment",
            Some("self"),
        ),
        (
            "a.rs",
            "fn get<T: Ord>(of: &[T]) -> Option<&T> {",
            "get",
            "of",
            None,
        ),
    ] {
        let language = Language::of(file);
        let (pieces, _) = lex(text, language);
        let head = head_before(&pieces, pieces.len(), language).unwrap_or_default();
        assert_eq!(
            (head.name, head.parameters.join(" ").as_str()),
            (name, parameters),
            "{text}"
        );
        assert_eq!(head.receiver, receiver, "{text}");
    }
}

#[test]
fn conditions_are_no_functions() {
    for (file, text) in [
        ("a.js", "if (a) {"),
        ("a.py", "def show(lines):\n    for line in lines:"),
    ] {
        let language = Language::of(file);
        let (pieces, _) = lex(text, language);
        assert_eq!(head_before(&pieces, pieces.len(), language), None, "{text}");
    }
}
