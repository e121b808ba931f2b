//! Empty functions, language by language: below their head a generation is wanted.

use super::*;

/// One line above the cursor, what is below it, and whether that is an empty function.
type Row = (&'static str, &'static str, bool);

fn assert_functions(file_name: &str, rows: &[Row]) {
    for &(line, below, empty) in rows {
        let expected = if empty {
            "generation:empty_function"
        } else {
            "completion"
        };
        assert_eq!(
            below_code(file_name, line, below),
            expected,
            "{file_name}: {line:?} {below:?}"
        );
        let indented = format!("  {line}\n\n");
        assert_eq!(
            below_code(file_name, &indented, below),
            expected,
            "{file_name}: {indented:?} {below:?}"
        );
    }
}

#[test]
fn empty_functions_of_python() {
    assert_functions(
        "a.py",
        &[
            ("def d(x):", "", true),
            ("def d (x): ", " \n\t", true),
            ("def\td(x, y=1):  # why", "", true),
            ("def d(x):#", "", true),
            ("def d(x) :", "", false),
            ("def d(x): pass", "", false),
            ("def d(x) -> int:", "", false),
            ("def d(x=f()):", "", false),
            ("def d:", "", false),
            ("defd(x):", "", false),
            ("async def d(x):", "", false),
            ("x = 1", "", false),
            ("def d(x):", "  return 1\n", false),
            ("def d(x):", "\n\ndef e(y):\n  pass", true),
            ("def d(x):", "def e(y) :", true),
            ("def d(x):", "def e (y):", false),
            ("def d(x):", "def e(y=f()) -> int :\r\n", true),
            ("def d(x):", "def e(y) ->int:", true),
            ("def d(x):", "def e(y) -> List[int]:", false),
            ("def d(x):", "def e(y): pass", false),
            ("def d(x):", "def e(y:", false),
            ("def d(x):", "class A:", false),
        ],
    );
}

#[test]
fn empty_functions_of_ruby_and_go() {
    assert_functions(
        "a.rb",
        &[
            ("def d(x)", "end\n", true),
            ("def d", "  endless", true),
            ("def d ( x )", "", true),
            ("def d(x", "", false),
            ("def d(x) y", "", false),
            ("def d(f())", "", false),
            ("def self.d(x)", "end", false),
            ("def d?", "", false),
            ("def d", "x\nend", false),
            ("def d", "  def e(x)\n", true),
            ("def d", "private def e", true),
            ("def d", "undef  e", true),
            ("def d", "def", false),
        ],
    );
    assert_functions(
        "a.go",
        &[
            ("func d(x int) int {", "}", true),
            ("func d(x int) int {", "return 1", false),
            ("func d(x int) int {", ") int {", true),
            ("func d(x int) int {", "func e() {", true),
            ("func{", "", false),
            ("func{ func(){", "", true),
            ("func d()", "", false),
            ("x := func() {", "", true),
        ],
    );
}

#[test]
fn empty_functions_of_javascript_and_typescript() {
    assert_functions(
        "a.js",
        &[
            ("function f(a, b) {", "}", true),
            ("function f(a = g()) {", "", true),
            ("x(function(a){", "})", true),
            ("x(function (a) {", "", true),
            ("const f = (a, b) => {", "", true),
            ("f=(a)=>{", "", true),
            ("f = async (a) => {", "", false),
            ("f = a => {", "", false),
            ("[].map((a) => {", "", false),
            ("f(a) {", "}", false),
            ("function f(a)", "", false),
            ("functional(a) {", "", false),
            ("function f(a) {", "return 1", false),
            ("function f(a) {", "function g() {", true),
        ],
    );
    assert_functions(
        "a.ts",
        &[
            ("function foo(a: string): number {", "}", true),
            ("function (a) {", "", true),
            ("function foo(a) : number{", "", true),
            ("function foo<T>(a: T): T {", "", true),
            ("function foo<T extends Array<U>>(a: T) {", "", true),
            ("function <T> (a: T) {", "", true),
            ("foo<T>(a: T) {", "", false),
            ("function foo(a): Promise<void> {", "", false),
            (
                "function foo(a, callback: (x: number) => void): void {",
                "",
                true,
            ),
            (
                "function foo(a, callback: (x: number) => void): number {",
                "",
                false,
            ),
            (
                "function foo(a, other: (x: number) => void): void {",
                "",
                false,
            ),
            ("const f = (a: string) => {", "", true),
            ("const f = (a: string):number => {", "", true),
            ("const f = (a: string): number => {", "", false),
            ("x.map((a) => {", "", true),
            ("foo(a: string) {", "", false),
            ("const f = (a: string) => {", "return 1", false),
        ],
    );
}

#[test]
fn empty_functions_of_java_php_and_c_sharp() {
    assert_functions(
        "A.java",
        &[
            ("public int add(int a, int b) {", "}", true),
            ("} else if (x) {", "", true),
            ("if (x) {", "", false),
            ("int add (int a){", "", true),
            ("int add(int a) throws E {", "", false),
            ("int add(f(x)) {", "", false),
            ("int add(int a) {", "return 1;", false),
            ("int add(int a) {", "int sub(int a) {", true),
        ],
    );
    assert_functions(
        "a.php",
        &[
            ("function f($a) {", "}", true),
            ("public function f($a = g()): int {", "", true),
            ("function ($a) {", "", true),
            ("function($a) {", "", true),
            ("function($a = g()) {", "", false),
            ("function f($a): ?int {", "", false),
            ("fn($a) => {", "", false),
            ("function f($a) {", "return 1;", false),
            ("function f($a) {", "function g() {", true),
        ],
    );
    assert_functions(
        "a.cs",
        &[
            ("public int Add(int a) {", "}", true),
            ("var x = new {", "{", true),
            ("{", "int Sub(int a)", true),
            ("public int Add(int a)", "", false),
            ("{", "return 1;", false),
        ],
    );
}

#[test]
fn other_languages_have_no_empty_functions() {
    for (file_name, line) in [
        ("a.c", "int foo(int a) {"),
        ("a.rs", "fn foo() {"),
        ("a.kt", "fun foo() {"),
    ] {
        assert_eq!(
            below_code(file_name, line, "}"),
            "completion",
            "{file_name}"
        );
    }
}
