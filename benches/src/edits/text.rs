//! Edits of function bodies as programmers make them, on the text.

use clap::ValueEnum;

/// A sequence of numbers (xorshift).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// What an edit does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, ValueEnum)]
pub(super) enum Kind {
    /// A number is another.
    Constant,
    /// Computes something with numbers.
    Arithmetic,
    /// A loop.
    Branch,
    /// A local variable or a parameter has another name.
    Rename,
    /// Prints, by the package that the file prints with, a parameter.
    Log,
    /// A statement that calls something, once more.
    AddCall,
    /// The statement is gone.
    RemoveCall,
    /// An assignment, once more.
    AddStore,
    /// The assignment is gone.
    RemoveStore,
    /// A new variable that a parameter is put into, and its address is taken.
    AddVariable,
    /// A new object, in an interface.
    Allocation,
}

pub(super) const KINDS: [Kind; 11] = [
    Kind::Constant,
    Kind::Arithmetic,
    Kind::Branch,
    Kind::Rename,
    Kind::Log,
    Kind::AddCall,
    Kind::RemoveCall,
    Kind::AddStore,
    Kind::RemoveStore,
    Kind::AddVariable,
    Kind::Allocation,
];

/// A body: the line with the opening brace, and the bytes between that and the closing one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BodyText {
    header: usize,
    start: usize,
    end: usize,
}

/// The bodies of a formatted file.
pub(super) fn bodies(text: &str) -> Vec<BodyText> {
    let mut found = Vec::new();
    let (mut at, mut open) = (0, None);
    for line in text.split_inclusive('\n') {
        if line.starts_with("func ") && line.ends_with("{\n") {
            open = Some((at, at + line.len()));
        } else if line == "}\n"
            && let Some((header, start)) = open.take()
        {
            found.push(BodyText { header, start, end: at });
        }
        at += line.len();
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The statements of one line in a body that are not in a block: where they begin and end.
fn statements(text: &str, body: BodyText, wanted: impl Fn(&str) -> bool) -> Vec<(usize, usize)> {
    let mut at = body.start;
    let mut found = Vec::new();
    for line in text[body.start..body.end].split_inclusive('\n') {
        if line.starts_with('\t') && !line.starts_with("\t\t") && wanted(&line[1..]) {
            found.push((at, at + line.len()));
        }
        at += line.len();
    }
    found
}

fn is_call(line: &str) -> bool {
    let callee = line.split('(').next().unwrap_or("");
    line.ends_with(")\n")
        && !callee.is_empty()
        && callee.bytes().all(|byte| is_word(byte) || byte == b'.')
        && !matches!(callee, "panic" | "close" | "delete" | "copy" | "println" | "print")
}

fn is_assignment(line: &str) -> bool {
    let Some((to, from)) = line.split_once(" = ") else { return false };
    let is_place = to.bytes().all(|byte| is_word(byte) || b".[]*".contains(&byte));
    is_place && to != "_" && !from.ends_with("{\n") && !from.ends_with("(\n")
}

/// The first parameter or receiver that has a name and is used like a value.
fn parameter(text: &str, body: BodyText) -> Option<&str> {
    let header = &text[body.header..body.start];
    let names = header.split('(').skip(1).map(|list| {
        let name = list.split([' ', ',', ')']).next().unwrap_or("");
        (name, list.as_bytes().get(name.len()) == Some(&b' '))
    });
    let is_name = |&(name, is_typed): &(&str, bool)| {
        is_typed && !name.is_empty() && name != "_" && name != "func" && name.bytes().all(is_word)
    };
    // Of a generic function it may be of any type.
    names.filter(is_name).map(|(name, _)| name).next().filter(|_| !header.contains('['))
}

/// The text with one body edited; `None` where the body has nothing that the edit could change.
pub(super) fn edited(
    text: &str,
    body: BodyText,
    kind: Kind,
    random: &mut Random,
) -> Option<String> {
    let BodyText { start, end, .. } = body;
    let insert = |what: &str| Some(format!("{}{what}{}", &text[..start], &text[start..]));
    let remove = |(from, to): (usize, usize)| Some(format!("{}{}", &text[..from], &text[to..]));
    let repeat = |(from, to): (usize, usize)| {
        Some(format!("{}{}{}", &text[..to], &text[from..to], &text[to..]))
    };
    let mut pick = |found: Vec<(usize, usize)>| found.get(random.below(found.len())).copied();
    match kind {
        Kind::Arithmetic => insert("\tgossaEdit := 1\n\tgossaEdit += gossaEdit\n\t_ = gossaEdit\n"),
        Kind::Branch => {
            insert("\tfor gossaEdit := 0; gossaEdit < 2; gossaEdit++ {\n\t\tprintln()\n\t}\n")
        }
        Kind::Allocation => insert("\tvar gossaEdit any = new(int)\n\t_ = gossaEdit\n"),
        Kind::AddVariable => {
            let name = parameter(text, body)?;
            insert(&format!(
                "\tgossaEdit := {name}\n\tgossaPointer := &gossaEdit\n\t_ = gossaPointer\n"
            ))
        }
        Kind::Log => {
            let name = parameter(text, body)?;
            let print = ["fmt.Println", "log.Println"].into_iter().find(|print| {
                let package = &print[..3];
                text.contains(&format!("\t\"{package}\"\n"))
                    && text.contains(&format!("{package}."))
            })?;
            insert(&format!("\t{print}(\"looking at\", {name})\n"))
        }
        Kind::AddCall => repeat(pick(statements(text, body, is_call))?),
        Kind::RemoveCall => remove(pick(statements(text, body, is_call))?),
        Kind::AddStore => repeat(pick(statements(text, body, is_assignment))?),
        Kind::RemoveStore => remove(pick(statements(text, body, is_assignment))?),
        Kind::Constant => {
            let bytes = text.as_bytes();
            let is_part = |byte: u8| is_word(byte) || b".\"'`".contains(&byte);
            let digits: Vec<(usize, usize)> = (start..end)
                .filter(|&at| {
                    bytes[at].is_ascii_digit() && !is_part(bytes[at - 1]) && !is_part(bytes[at + 1])
                })
                .map(|at| (at, at + 1))
                .collect();
            let (at, _) = pick(digits)?;
            let digit = if bytes[at] == b'7' { "6" } else { "7" };
            Some(format!("{}{digit}{}", &text[..at], &text[at + 1..]))
        }
        Kind::Rename => {
            let declared = statements(text, body, |line| {
                line.split_once(" := ").is_some_and(|(name, _)| name.bytes().all(is_word))
            });
            let (from, to) = pick(declared)?;
            let name = text[from + 1..to].split(' ').next()?;
            Some(format!("{}{}{}", &text[..from], renamed(&text[from..end], name), &text[end..]))
        }
    }
}

/// The text with each use of a name another, fields and methods aside.
fn renamed(text: &str, name: &str) -> String {
    let bytes = text.as_bytes();
    let mut result = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices(name) {
        let after = at + name.len();
        let is_whole = at.checked_sub(1).is_none_or(|at| !is_word(bytes[at]) && bytes[at] != b'.')
            && bytes.get(after).is_none_or(|&byte| !is_word(byte) && byte != b':');
        if is_whole {
            result.push_str(&text[done..at]);
            result.push_str("gossaName");
            done = after;
        }
    }
    result.push_str(&text[done..]);
    result
}
