//! What the in-context engine answers to the everyday prompts of `tests/engine/everyday`, with floors per language.

#[path = "../engine/everyday/check.rs"]
mod check;

use check::{CORPUS, Verdict, cases, judge};
use code_suggestions::engine::{Engine, Options, Prompt, Task};

/// Of each hundred prompts of a language how many are at least answered well, and how many at most otherwise.
const FLOORS: [(&str, usize, usize); 9] = [
    ("python", 80, 4),
    ("javascript", 70, 4),
    ("typescript", 80, 4),
    ("go", 85, 4),
    ("java", 88, 4),
    ("c", 60, 1),
    ("cpp", 85, 1),
    ("ruby", 75, 1),
    ("rust", 75, 4),
];

#[test]
fn everyday_prompts_are_answered_well_and_never_absurdly() {
    let engine = Engine::new();
    let mut failures = Vec::new();
    for (language, text) in CORPUS {
        let cases = cases(text);
        let (mut well, mut other) = (0, 0);
        for case in &cases {
            let prompt = Prompt {
                file_name: &case.file,
                above: &case.above,
                below: &case.below,
                context: &[],
                session: None,
                instruction: None,
            };
            let options = Options {
                task: Task::Completion,
                max_tokens: 64,
                choices: 1,
                context_chars: 16_000,
                deadline: None,
            };
            let shown = engine.suggest(&prompt, &options);
            match judge(case, shown.first().map(|one| one.text.as_str())) {
                Verdict::Well => well += 1,
                Verdict::Silent => {}
                Verdict::Other => other += 1,
                Verdict::Absurd(why) => failures.push(format!("{language}, {}: {why}", case.name)),
            }
        }
        let share = |count: usize| 100 * count / cases.len().max(1);
        let floor = FLOORS.iter().find(|(name, ..)| *name == language).unwrap();
        if share(well) < floor.1 || share(other) > floor.2 {
            failures.push(format!(
                "{language}: {well} well and {other} otherwise of {}",
                cases.len()
            ));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Whoever asks for several answers gets as many as there are to choose from, none twice and each fit to stand there.
#[test]
fn several_answers_differ_and_are_balanced() {
    let engine = Engine::new();
    let class = "class Bag:\n    def __init__(self, stones):\n        self.stones = stones\n\n    def METHOD(self, count):\n        ";
    let mut most = 0;
    for wanted in 1..=4 {
        for (file, above, below) in [
            ("bag.py", class.replace("METHOD", "remove_stones"), ""),
            ("bag.py", class.replace("METHOD", "change"), ""),
            ("max.js", "function max(a, b) {\n  ".to_owned(), "\n}\n"),
            ("max.go", "package a\n\nfunc Max(a, b int) int {\n\t".to_owned(), "\n}\n"),
            ("Shop.java", "public class Shop {\n    private int stock;\n\n    public boolean isOpen() {\n        ".to_owned(), "\n    }\n}\n"),
        ] {
            let prompt = Prompt {
                file_name: file,
                above: &above,
                below,
                context: &[],
                session: None,
                instruction: None,
            };
            let options = Options {
                task: Task::Generation,
                max_tokens: 64,
                choices: wanted,
                context_chars: 16_000,
                deadline: None,
            };
            let shown = engine.suggest(&prompt, &options);
            let texts: Vec<&str> = shown.iter().map(|one| one.text.trim()).collect();
            assert!(texts.len() <= wanted, "{wanted} of {file}: {texts:?}");
            most = most.max(texts.len());
            for (at, text) in texts.iter().enumerate() {
                assert!(!texts[..at].contains(text), "{wanted} of {file}: {texts:?}");
                let count = |sign: char| text.matches(sign).count();
                for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
                    assert_eq!(count(open), count(close), "{wanted} of {file}: {text}");
                }
            }
        }
        assert!(most >= wanted.min(3), "no prompt has {wanted} answers");
    }
}

/// Answers that must not pass: each is wrong in a way of its own.
#[test]
fn absurd_answers_are_told_from_good_ones() {
    let text = "## add\nfile: a.py\nwant: return a + b\n---\ndef add(a, b):\n    ‸\n";
    let case = cases(text).pop().unwrap();
    assert_eq!(judge(&case, Some("return a + b")), Verdict::Well);
    assert_eq!(judge(&case, Some("return a - b")), Verdict::Other);
    assert_eq!(judge(&case, None), Verdict::Silent);
    for wrong in [
        "return (a + b",
        "return a + c",
        "return a + b\n    return a + b",
        "def add(a, b):",
    ] {
        assert!(
            matches!(judge(&case, Some(wrong)), Verdict::Absurd(_)),
            "{wrong}"
        );
    }
}
