//! Asks the engine at places of held-out files, and as somebody types a line of them.

use std::io::Write;
use std::time::Instant;

use code_suggestions::engine::{ContextFile, Engine, Options, Prompt, Suggestion, Task};

use super::tally::Tally;
use super::text::{Dice, File, first_line, first_token};

/// What is asked, and about what.
pub(crate) struct Asking<'e> {
    /// The engine.
    pub(crate) engine: &'e Engine,
    /// The held-out files.
    pub(crate) files: &'e [File],
    /// Whether files of the same package are handed over as open ones.
    pub(crate) context: bool,
    /// Whether every answer is printed.
    pub(crate) verbose: bool,
}

/// A place in a file and the end of its line.
struct Place<'e> {
    file: &'e File,
    name: String,
    at: usize,
    end: usize,
}

fn options(task: Task) -> Options {
    Options {
        task,
        max_tokens: 64,
        choices: 1,
        context_chars: 64_000,
        deadline: None,
    }
}

fn first(list: &[Suggestion]) -> &str {
    list.first().map_or("", |one| first_line(&one.text))
}

impl<'e> Asking<'e> {
    fn place(&self, dice: &mut Dice) -> Option<Place<'e>> {
        let file = self.files.get(dice.roll(self.files.len()))?;
        let (at, end) = file.place(dice)?;
        let name = file.path.to_string_lossy().into_owned();
        Some(Place {
            file,
            name,
            at,
            end,
        })
    }

    /// Takes the rest of a line away and asks for it.
    pub(crate) fn cursor(&self, dice: &mut Dice, tally: &mut Tally) {
        let Some(place) = self.place(dice) else {
            return;
        };
        let near = self.neighbours(place.file);
        let prompt = place.prompt(place.at, &near, false);
        let wanted = place.file.text.get(place.at..place.end).unwrap_or("");
        let begun = Instant::now();
        let shown = self.engine.suggest(&prompt, &options(Task::Completion));
        tally.times.push(begun.elapsed().as_secs_f64() * 1e3);
        let guess = self.engine.guess(&prompt, &options(Task::Generation));
        let likeliest = self.engine.next_token(&prompt, &options(Task::Completion));
        let likeliest = likeliest.unwrap_or_default();
        let is_right = first(&guess).trim() == wanted.trim();
        tally.cursors += 1;
        tally.token += usize::from(first_token(&likeliest) == first_token(wanted));
        tally.line += usize::from(is_right);
        tally.shown += usize::from(!shown.is_empty());
        let shown_right = !shown.is_empty() && first(&shown).trim() == wanted.trim();
        tally.right += usize::from(shown_right);
        let confidence = guess.first().map_or(0.0, |best| best.confidence);
        let tenth = (1..10_u8).take_while(|tenth| f32::from(*tenth) / 10.0 <= confidence);
        if let Some(entry) = tally.tenths.get_mut(tenth.count()) {
            entry.0 += 1;
            entry.1 += usize::from(is_right);
        }
        if self.verbose {
            let line = prompt.above.rsplit('\n').next().unwrap_or("");
            let mark = if shown.is_empty() { ' ' } else { '>' };
            let _ = writeln!(
                std::io::stdout(),
                "{mark} {line}⟦{wanted}⟧ ⟨{}⟩ {confidence:.2}",
                first(&guess)
            );
        }
    }

    /// Types a line key by key, taking a suggestion whenever it is what comes next.
    pub(crate) fn line(&self, dice: &mut Dice, tally: &mut Tally) {
        let Some(place) = self.place(dice) else {
            return;
        };
        let text = &place.file.text;
        let start = text.get(..place.at).and_then(|above| above.rfind('\n'));
        let start = start.map_or(0, |at| at + 1);
        let line = text.get(start..place.end).unwrap_or("");
        let mut at = start + line.len() - line.trim_start().len();
        let end = start + line.trim_end().len();
        tally.typed += text.get(at..end).unwrap_or("").chars().count();
        while at < end {
            let rest = text.get(at..end).unwrap_or("");
            let begun = Instant::now();
            let prompt = place.prompt(at, &[], true);
            let shown = self.engine.suggest(&prompt, &options(Task::Completion));
            tally.keystrokes.push(begun.elapsed().as_secs_f64() * 1e3);
            let offered = shown.first().map_or("", |one| one.text.trim_end());
            let count = offered.chars().count();
            if count > 1 && rest.starts_with(offered) {
                tally.saved += count - 1;
                at += offered.len();
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
    }

    /// Up to four other files of the same package.
    fn neighbours(&self, file: &File) -> Vec<ContextFile<'e>> {
        let own = file.package();
        let near = self
            .files
            .iter()
            .filter(|other| self.context && !std::ptr::eq(*other, file) && other.package() == own);
        let open = near.take(4).map(|other| ContextFile {
            name: "open",
            content: &other.text,
        });
        open.collect()
    }
}

impl Place<'_> {
    fn prompt<'p>(&'p self, at: usize, context: &'p [ContextFile<'p>], typing: bool) -> Prompt<'p> {
        let text = &self.file.text;
        Prompt {
            file_name: &self.name,
            above: text.get(..at).unwrap_or(""),
            below: text.get(self.end..).unwrap_or(""),
            context,
            session: typing.then_some(self.name.as_str()),
            instruction: None,
        }
    }
}
