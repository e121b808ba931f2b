//! Takes what is particular to one function out of its body, leaving a shape with slots.
//!
//! Called by training for every function of the corpus and by the body model for the functions of the open file.

use super::super::function::Head;
use super::super::language::{Family, Language};
use super::super::lexer::{Kind, Piece};
use super::super::words::{overlap, stems};
use super::locals::locals;
use super::members::{Member, reached};

/// Bodies with more tokens than this are no shape.
const LONGEST: usize = 48;
/// The slots of members that share no word with a name of the head.
pub(super) const OTHERS: [&str; 3] = ["$A", "$B", "$C"];

/// The shape of a body: tokens separated by blanks, `~` before those that stand after blanks, slots with `$`.
///
/// `$0` is the first parameter, `$O` the member named like the function, `$L0` the member named like the first
/// parameter, `$K0` one that shares a word with it, `$A` any other member, `$B` and `$C` yet others, `$F` the function itself, `$N` its class, `$S` the receiver, `$V0` the first local, `$R` the type of the result, `$T0` that of
/// the first parameter, `$.A` a member without its receiver, `^` a line end with `+` or `-` for its change of indent, `\'` what stands in a text.
pub(crate) fn shape(
    body: &[Piece<'_>],
    head: &Head<'_>,
    members: &[Member<'_>],
    language: Language,
) -> Option<String> {
    let body = skip_prose(body);
    if body.is_empty() || body.len() > LONGEST {
        return None;
    }
    let mut items: Vec<String> = Vec::new();
    let mut at = 0;
    let locals = locals(body, head, members, language)?;
    let mut others: Vec<&str> = Vec::new();
    while let Some(piece) = body.get(at) {
        let (item, next) =
            match local(body, at, &locals).or_else(|| of_type(body, at, head, language)) {
                Some(slot) => (slot, at + 1),
                None => item(body, at, (head, members, language), &mut others)?,
            };
        at = next;
        let space = piece.space
            && !items.is_empty()
            && item != ")"
            && items
                .last()
                .is_some_and(|last| !last.starts_with('^') && last.trim_start_matches('~') != "(");
        items.push(if space { format!("~{item}") } else { item });
    }
    let shape = settle(&items, head.parameters.len(), language);
    (!is_empty(&shape, language.family)).then_some(shape)
}

/// Whether a body does nothing, or refuses to do anything.
fn is_empty(shape: &str, family: Family) -> bool {
    let refuses = [
        "NotImplementedError",
        "UnsupportedOperationException",
        "todo",
        "unimplemented",
        "panic",
        "unreachable",
    ];
    let unpacks = shape.contains("* $") || shape.contains("** $") && !shape.starts_with("* ");
    matches!(
        shape,
        "pass" | "return" | ". . ." | "..." | "continue" | "super ( )" | "yield" | "super"
    ) || refuses.iter().any(|word| shape.contains(word))
        || (unpacks && family != Family::C && !shape.starts_with("* "))
}

/// Leaves out the comment or text a body begins with.
pub(crate) fn skip_prose<'p, 'a>(body: &'p [Piece<'a>]) -> &'p [Piece<'a>] {
    let prose =
        |piece: &Piece<'_>| matches!(piece.kind, Kind::Text | Kind::Comment | Kind::Newline);
    let from = body
        .iter()
        .position(|piece| !prose(piece))
        .unwrap_or(body.len());
    let rest = body.get(from..).unwrap_or(&[]);
    if rest
        .first()
        .is_some_and(|first| first.kind == Kind::Open && first.text.len() == 3)
    {
        let close = rest
            .iter()
            .position(|piece| piece.kind == Kind::Close)
            .unwrap_or(rest.len());
        return skip_prose(rest.get(close + 1..).unwrap_or(&[]));
    }
    rest
}

fn item<'a>(
    body: &[Piece<'a>],
    at: usize,
    (head, members, language): (&Head<'a>, &[Member<'_>], Language),
    others: &mut Vec<&'a str>,
) -> Option<(String, usize)> {
    let piece = body.get(at)?;
    if let Some((name, next)) = reached(body, at, head, language)
        && (language.family == Family::Ruby || body.get(next).is_none_or(|piece| piece.text != "("))
    {
        return Some((relation(name, head, others)?, next));
    }
    if piece.kind == Kind::Newline {
        let mark = match piece.delta {
            1 => "^+".to_owned(),
            0 => "^".to_owned(),
            _ => format!("^{}", "-".repeat(usize::from(piece.delta.unsigned_abs()))),
        };
        return Some((mark, at + 1));
    }
    if !head.class.is_empty()
        && piece.text == head.class
        && matches!(piece.kind, Kind::Text | Kind::Word)
    {
        return Some(("$N".to_owned(), at + 1));
    }
    if piece.kind == Kind::Text && !piece.text.contains(' ') {
        return Some((format!("'{}", piece.text), at + 1));
    }
    if piece.kind == Kind::Comment || piece.text.contains(['$', '~', '^', ' ']) {
        return None;
    }
    if piece.kind == Kind::Word {
        let before = at
            .checked_sub(1)
            .and_then(|at| body.get(at))
            .map_or("", |piece| piece.text);
        let free = !matches!(before, "." | "->" | "::" | "?.");
        if members.iter().any(|member| member.name == piece.text)
            && is_named(body, at, head, language)
        {
            let slot = relation(piece.text, head, others)?;
            return Some((slot.replace('$', "$."), at + 1));
        }
        if let Some(place) = head
            .parameters
            .iter()
            .position(|parameter| *parameter == piece.text)
            .filter(|_| free)
        {
            return Some((format!("${place}"), at + 1));
        }
        let bare = matches!(language.family, Family::Java | Family::C)
            && head.receiver == Some("this")
            && body.get(at + 1).is_none_or(|next| next.text != "(")
            && members.iter().any(|member| member.name == piece.text);
        if bare && free {
            return Some((relation(piece.text, head, others)?, at + 1));
        }
        if free && piece.text == head.name && body.get(at + 1).is_some_and(|next| next.text == "(")
        {
            return Some(("$F".to_owned(), at + 1));
        }
        if head.receiver == Some(piece.text) {
            return Some(("$S".to_owned(), at + 1));
        }
    }
    Some((piece.text.to_owned(), at + 1))
}

/// The slot of a local.
fn local(body: &[Piece<'_>], at: usize, locals: &[&str]) -> Option<String> {
    let piece = body.get(at).filter(|piece| piece.kind == Kind::Word)?;
    let before = at.checked_sub(1).and_then(|at| body.get(at));
    let linked = before.is_some_and(|before| matches!(before.text, "." | "->" | "::" | "?." | "@"));
    let place = locals.iter().position(|local| *local == piece.text)?;
    (!linked).then(|| format!("$V{place}"))
}

/// The slot of a type that the head names.
fn of_type(body: &[Piece<'_>], at: usize, head: &Head<'_>, language: Language) -> Option<String> {
    let piece = body.get(at).filter(|piece| piece.kind == Kind::Word)?;
    let typed = [Family::Java, Family::C, Family::Go, Family::Rust];
    if !typed.contains(&language.family) || head.parameters.contains(&piece.text) {
        return None;
    }
    let place = || head.types.iter().position(|name| *name == piece.text);
    let loops = at.checked_sub(2).and_then(|at| body.get(at));
    if loops.is_some_and(|piece| piece.text == "for")
        && let Some(place) = place()
    {
        return Some(format!("$T{place}"));
    }
    if head.made == piece.text {
        return Some("$R".to_owned());
    }
    place().map(|place| format!("$T{place}"))
}

/// Whether a member is named at a place for another object than the receiver.
fn is_named(body: &[Piece<'_>], at: usize, head: &Head<'_>, language: Language) -> bool {
    let text = |place: Option<usize>| {
        place
            .and_then(|place| body.get(place))
            .map_or("", |piece| piece.text)
    };
    let (before, after) = (text(at.checked_sub(1)), text(Some(at + 1)));
    let other = matches!(before, "." | "->")
        && head.parameters.contains(&text(at.checked_sub(2)))
        && after != "(";
    let literal = matches!(language.family, Family::Rust | Family::Go)
        && matches!(before, "{" | "," | "")
        && after == ":";
    other || literal
}

/// The slot a member fills.
fn relation<'a>(member: &'a str, head: &Head<'_>, others: &mut Vec<&'a str>) -> Option<String> {
    let own = stems(member);
    for (place, parameter) in head.parameters.iter().enumerate() {
        if own == stems(parameter) {
            return Some(format!("$L{place}"));
        }
    }
    if overlap(&own, &stems(head.name)) > 0.0 {
        return Some("$O".to_owned());
    }
    let near = |name: &&&str| overlap(&own, &stems(name)) > 0.0;
    if let Some(name) = head.parameters.iter().find(near) {
        let place = head.parameters.iter().position(|one| one == name)?;
        return Some(format!("$K{place}"));
    }
    let place = others.iter().position(|other| *other == member);
    let place = place.unwrap_or_else(|| {
        others.push(member);
        others.len() - 1
    });
    let slot = OTHERS.get(place)?;
    Some((*slot).to_owned())
}

/// Evens out what languages write differently: the ends of statements, returned values, one line per parameter.
fn settle(items: &[String], parameters: usize, language: Language) -> String {
    let mut lines: Vec<Vec<&str>> = vec![Vec::new()];
    for item in items {
        if item.starts_with('^') {
            lines.push(vec![item]);
        } else if let Some(line) = lines.last_mut() {
            line.push(item);
        }
    }
    let last = lines.len() - 1;
    let mut texts = Vec::new();
    for (at, line) in lines.iter_mut().enumerate() {
        let ended = line.last().is_some_and(|item| *item == ";");
        if ended {
            line.pop();
        }
        let mut text = line.join(" ");
        let inner = line
            .iter()
            .any(|item| matches!(*item, "{" | "~{" | "}" | "^-"));
        if language.family == Family::Rust
            && at == last
            && !ended
            && !inner
            && !text.starts_with("return")
        {
            let (mark, rest) = if at == 0 {
                ("", text.as_str())
            } else {
                text.split_once(' ').unwrap_or(("^", ""))
            };
            text = if mark.is_empty() {
                format!("return ~{rest}")
            } else {
                format!("{mark} return ~{rest}")
            };
        }
        texts.push(text);
    }
    each(&texts, parameters).unwrap_or_else(|| texts.join(" "))
}

/// The one line that stands for a body with the same line for every parameter.
fn each(lines: &[String], parameters: usize) -> Option<String> {
    if parameters < 2 || lines.len() != parameters {
        return None;
    }
    let pattern = |place: usize, line: &str| {
        let line = line.trim_start_matches("^ ");
        let (member, plain) = (format!("$L{place}"), format!("${place}"));
        line.replace(&member, "$L#").replace(&plain, "$#")
    };
    let first = pattern(0, lines.first()?);
    let same = lines
        .iter()
        .enumerate()
        .all(|(place, line)| pattern(place, line) == first);
    (same && first.contains('#')).then(|| format!("* {first}"))
}

#[cfg(test)]
mod tests {
    use super::super::super::function::{block_end, head_before};
    use super::super::super::lexer::lex;
    use super::super::members;
    use super::*;

    fn shape_of(file: &str, text: &str) -> String {
        let language = Language::of(file);
        let (pieces, _) = lex(text, language);
        let mut found = String::new();
        for at in 0..pieces.len() {
            let Some(head) = head_before(&pieces, at, language) else {
                continue;
            };
            let Some(end) = block_end(&pieces, at) else {
                continue;
            };
            let members = members(&pieces, &head, language);
            found = shape(&pieces[at + 1..end], &head, &members, language).unwrap_or_default();
        }
        found
    }

    #[test]
    fn bodies_of_different_names_have_one_shape() {
        for (file, text, wanted) in [
            (
                "a.py",
                "class A:\n    def up_speed(self, by):\n        self.speed += by\n",
                "$O ~+= ~$0",
            ),
            (
                "a.py",
                "class A:\n    def set_x(self, x):\n        \"\"\"Set.\"\"\"\n        self.x = x\n",
                "$L0 ~= ~$0",
            ),
            (
                "a.py",
                "class A:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\n",
                "* $L# ~= ~$#",
            ),
            (
                "a.rb",
                "class A\n  def add_item(item)\n    @items << item\n  end\n",
                "$L0 ~<< ~$0",
            ),
            (
                "A.java",
                "class A {\n  int n;\n  int getN() {\n    return n;\n  }\n",
                "return ~$O",
            ),
            (
                "a.c",
                "void swap(int *a, int *b)\n{\n    int temp = *a;\n    *a = *b;\n    *b = temp;\n}\n",
                "$T0 ~$V0 ~= ~* $0 ^ * $0 ~= ~* $1 ^ * $1 ~= ~$V0",
            ),
            (
                "a.rs",
                "impl A {\n    fn speed(&self) -> u32 {\n        self.speed\n    }\n",
                "return ~$O",
            ),
        ] {
            assert_eq!(shape_of(file, text), wanted, "{text}");
        }
    }
}
