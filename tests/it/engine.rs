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
