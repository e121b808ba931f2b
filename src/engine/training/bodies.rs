//! Learns to judge bodies: for the functions of the corpus, which of the bodies that shapes give is the one that stands
//! there, or that none is.
//!
//! Called by the training program after the shapes. Half of the functions are seen in their files and half alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::body::{Feature, Judged, ShapeTable, WEIGHTS, judged};
use super::super::cold::{open_head, with_setting};
use super::super::function::block_end;
use super::super::language::Language;
use super::super::lexer::{Kind, Piece, lex};
use super::super::request::Request;
use super::super::spacing::Spacing;
use super::super::symbols::Vocabulary;
use super::super::{Options, Prompt, Task};
use super::{Dice, Source, cold};

/// Bodies with more tokens are no examples.
const LONGEST: usize = 90;
/// How many functions of a file are taken, and how many of a package.
const PER_FILE: usize = 12;
const PER_PACKAGE: usize = 60;
/// How often each function of a textbook is seen, in other surroundings each time.
const REPEATS: usize = 4;
/// The length of a step.
const RATE: f32 = 0.12;
/// How many files are read between two steps.
const FILES: usize = 64;

/// A function: the features of every choice, and which is right.
struct Example {
    choices: Vec<Vec<Feature>>,
    right: usize,
}

/// Learns the weights, going through the corpus some times, and writes them in the form they are read in.
pub fn learn_bodies(
    sources: &[Source],
    (vocabulary, shapes): (&'static str, &'static str),
    rounds: usize,
    report: &mut dyn FnMut(&str),
) -> Vec<u8> {
    let vocabulary = Arc::new(Vocabulary::new(vocabulary));
    let table = ShapeTable::read(shapes);
    let mut course = Course::new();
    let mut dice = Dice::new(23);
    for _ in 0..rounds {
        let mut order: Vec<&Source> = sources.iter().collect();
        for at in (1..order.len()).rev() {
            order.swap(at, dice.roll(at + 1));
        }
        let mut packages: BTreeMap<&str, usize> = BTreeMap::new();
        order.retain(|source| {
            let count = packages.entry(source.package()).or_default();
            *count += PER_FILE;
            *count <= PER_PACKAGE || source.is_lesson()
        });
        for (at, files) in order.chunks(FILES).enumerate() {
            let (one, other) = files.split_at(files.len() / 2);
            let read = |files: &[&Source], seed: u64| {
                let mut dice = Dice::new(seed);
                let mut examples = Vec::new();
                for source in files {
                    file(source, (&vocabulary, &table), &mut dice, &mut examples);
                }
                examples
            };
            let seed = u64::try_from(dice.roll(1 << 30)).unwrap_or(0);
            let (first, second) = std::thread::scope(|scope| {
                let second = scope.spawn(|| read(other, seed + 1));
                (read(one, seed), second.join().unwrap_or_default())
            });
            for example in first.iter().chain(&second) {
                course.learn(example);
            }
            if at % 20 == 19 {
                report(&course.progress());
            }
        }
    }
    course.write()
}

/// The weights on their way.
struct Course {
    weights: Vec<f32>,
    squares: Vec<f32>,
    seen: usize,
    there: usize,
    right: usize,
    loss: f64,
}

impl Course {
    fn new() -> Self {
        Self {
            weights: vec![0.0; WEIGHTS],
            squares: vec![1e-3; WEIGHTS],
            seen: 0,
            there: 0,
            right: 0,
            loss: 0.0,
        }
    }

    fn learn(&mut self, example: &Example) {
        let score = |features: &Vec<Feature>| {
            features
                .iter()
                .map(|(place, strength)| {
                    self.weights.get(*place).copied().unwrap_or(0.0) * strength
                })
                .sum::<f32>()
        };
        let mut chances: Vec<f32> = example.choices.iter().map(score).collect();
        let highest = chances.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for chance in &mut chances {
            *chance = (*chance - highest).exp();
        }
        let total: f32 = chances.iter().sum();
        for chance in &mut chances {
            *chance /= total;
        }
        let right = chances.get(example.right).copied().unwrap_or(0.0);
        self.seen += 1;
        self.loss -= f64::from(right.max(1e-9).ln());
        if example.right > 0 {
            let likeliest = chances.iter().skip(1).copied().fold(0.0_f32, f32::max);
            self.there += 1;
            self.right += usize::from(right >= likeliest);
        }
        for (at, (features, chance)) in example.choices.iter().zip(&chances).enumerate() {
            let error = chance - if at == example.right { 1.0 } else { 0.0 };
            if error.abs() < 1e-4 {
                continue;
            }
            for (place, strength) in features {
                let slope = error * strength;
                let (Some(weight), Some(square)) =
                    (self.weights.get_mut(*place), self.squares.get_mut(*place))
                else {
                    continue;
                };
                *square += slope * slope;
                *weight -= RATE * slope / square.sqrt();
            }
        }
    }

    fn progress(&mut self) -> String {
        let whole = |count: usize| f64::from(u32::try_from(count.max(1)).unwrap_or(1));
        let line = format!(
            "functions {} loss {:.3}; one of the bodies {:.1}%, of those the likeliest {:.1}%",
            self.seen,
            self.loss / whole(self.seen),
            100.0 * whole(self.there) / whole(self.seen),
            100.0 * whole(self.right) / whole(self.there)
        );
        (self.seen, self.there, self.right, self.loss) = (0, 0, 0, 0.0);
        line
    }

    /// The upper half of each number, rounded to the nearest.
    fn write(&self) -> Vec<u8> {
        let halves = self.weights.iter().flat_map(|weight| {
            let rounded = weight.to_bits().wrapping_add(0x8000) >> 16;
            u16::try_from(rounded).unwrap_or(0).to_le_bytes()
        });
        halves.collect()
    }
}

fn file(
    source: &Source,
    (vocabulary, table): (&Arc<Vocabulary>, &ShapeTable),
    dice: &mut Dice,
    examples: &mut Vec<Example>,
) {
    let language = Language::of(&source.name);
    let (pieces, _) = lex(&source.text, language);
    let mut functions = cold::functions(&pieces, language);
    functions.retain(|function| {
        block_end(&pieces, function.at).is_some_and(|end| end - function.at < LONGEST)
    });
    let lesson = source.is_lesson();
    let most = if lesson {
        REPEATS * functions.len()
    } else {
        PER_FILE.min(functions.len())
    };
    for _ in 0..most {
        let place = dice.roll(functions.len());
        let function = if lesson {
            functions.get(place)
        } else {
            functions.swap(0, place);
            functions.first()
        };
        let Some(function) = function else { continue };
        let (Some(cursor), Some(head), Some(end)) = (
            function.at.checked_sub(1).and_then(|at| pieces.get(at)),
            pieces.get(function.head.start),
            block_end(&pieces, function.at),
        ) else {
            continue;
        };
        let cursor = cursor.start + cursor.text.len();
        let (above, below) = if dice.roll(4) > 0 && !lesson {
            let rest = pieces.get(end).map_or(source.text.len(), |next| next.start);
            let line = source.text.get(..rest).and_then(|text| text.rfind('\n'));
            let below = source.text.get(line.unwrap_or(rest)..).unwrap_or("");
            (
                source.text.get(..cursor).unwrap_or("").to_owned(),
                below.to_owned(),
            )
        } else {
            cold::alone(&source.text, (head.start, cursor), language, dice)
        };
        let prompt = Prompt {
            file_name: &source.name,
            above: &above,
            below: &below,
            context: &[],
            session: None,
            instruction: None,
        };
        let body = pieces.get(function.at + 1..end).unwrap_or(&[]);
        examples.extend(example(&prompt, body, (vocabulary, table)));
    }
}

fn example(
    prompt: &Prompt<'_>,
    body: &[Piece<'_>],
    (vocabulary, table): (&Arc<Vocabulary>, &ShapeTable),
) -> Option<Example> {
    let options = Options {
        task: Task::Completion,
        max_tokens: 64,
        choices: 1,
        context_chars: 12_000,
        deadline: None,
    };
    let spacing = Spacing::default();
    let request = Request::read(prompt, &options, (vocabulary, &spacing), None);
    let opening = open_head(&request)?;
    let (bodies, none) = with_setting(&request, &opening, |setting| judged(table, setting));
    let wanted = written(body);
    let right = bodies.iter().position(|one| text(one) == wanted);
    let mut choices = vec![none];
    choices.extend(bodies.into_iter().map(|one| one.features));
    Some(Example {
        choices,
        right: right.map_or(0, |at| at + 1),
    })
}

/// A body without blanks and without what describes it.
fn written(body: &[Piece<'_>]) -> String {
    let prose =
        |piece: &&Piece<'_>| matches!(piece.kind, Kind::Comment | Kind::Text | Kind::Newline);
    let mut body = body;
    let skipped = body.iter().take_while(prose).count();
    body = body.get(skipped..).unwrap_or(&[]);
    if body
        .first()
        .is_some_and(|first| first.kind == Kind::Open && first.text.len() == 3)
        && let Some(end) = body.iter().position(|piece| piece.kind == Kind::Close)
    {
        body = body.get(end + 1..).unwrap_or(&[]);
    }
    body.iter().map(|piece| piece.text).collect()
}

fn text(body: &Judged) -> String {
    let lines = body.lines.iter();
    lines
        .flat_map(|(_, line)| line.chars().filter(|one| !one.is_whitespace()))
        .collect()
}
