//! A table of the configuration file: every key is asked for by name, and what is left over is
//! not known.

use gossa_base::nearest;
use gossa_base::{LineIndex, TextSize};
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake in the file, with its place in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Mistake {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// The mistakes found so far.
pub(crate) struct Mistakes {
    lines: LineIndex,
    found: Vec<Mistake>,
}

impl Mistakes {
    pub(crate) fn new(text: &str) -> Self {
        Self { lines: LineIndex::new(text.as_bytes()), found: Vec::new() }
    }

    pub(crate) fn add(&mut self, at: Range<usize>, message: impl Into<String>) {
        let place = self.lines.line_column(TextSize::from(at.start as u32));
        let (line, column) = (place.line, place.column);
        self.found.push(Mistake { line, column, message: message.into() });
    }

    /// A name that is none of the known ones.
    pub(crate) fn unknown<'k>(
        &mut self,
        at: Range<usize>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let hint = nearest(name, known);
        let hint = hint.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
        self.add(at, format!("there is no {what} `{name}`{hint}"));
    }

    /// All of them, in the order of the file.
    pub(crate) fn into_sorted(mut self) -> Vec<Mistake> {
        self.found.sort();
        self.found
    }
}

/// A value of the file.
pub(crate) type Item<'v, 't> = &'v Spanned<DeValue<'t>>;

/// A table of the file.
pub(crate) struct Table<'v, 't> {
    table: &'v DeTable<'t>,
    /// `[report]`, or nothing for the file as a whole.
    name: &'static str,
    known: Vec<&'static str>,
}

impl<'v, 't> Table<'v, 't> {
    pub(crate) fn new(table: &'v DeTable<'t>, name: &'static str) -> Self {
        Self { table, name, known: Vec::new() }
    }

    /// The value of a key.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<Item<'v, 't>> {
        self.known.push(key);
        let mut entries = self.table.iter();
        entries.find(|(found, _)| found.get_ref() == key).map(|(_, value)| value)
    }

    /// The other keys, which have to be names that the caller knows.
    pub(crate) fn rest(
        &self,
    ) -> impl Iterator<Item = (&'v Spanned<toml::de::DeString<'t>>, Item<'v, 't>)> {
        self.table.iter().filter(|(key, _)| !self.known.contains(&key.get_ref().as_ref()))
    }

    /// Tells of all keys that were not asked for.
    pub(crate) fn finish(self, mistakes: &mut Mistakes) {
        for (key, _) in self.rest() {
            let what = match self.name {
                "" => "key".to_owned(),
                name => format!("key in [{name}]"),
            };
            mistakes.unknown(key.span(), &what, key.get_ref(), self.known.iter().copied());
        }
    }

    pub(crate) fn string(
        &mut self,
        key: &'static str,
        m: &mut Mistakes,
    ) -> Option<Spanned<String>> {
        self.get(key).and_then(|item| string(item, key, m))
    }

    pub(crate) fn strings(&mut self, key: &'static str, m: &mut Mistakes) -> Vec<Spanned<String>> {
        self.get(key).map(|item| strings(item, key, m)).unwrap_or_default()
    }

    /// A table within this one.
    pub(crate) fn table(&mut self, key: &'static str, m: &mut Mistakes) -> Option<Table<'v, 't>> {
        self.get(key).and_then(|item| table(item, key, m))
    }
}

/// A value that is a table.
pub(crate) fn table<'v, 't>(
    item: Item<'v, 't>,
    name: &'static str,
    mistakes: &mut Mistakes,
) -> Option<Table<'v, 't>> {
    match item.get_ref() {
        DeValue::Table(table) => Some(Table::new(table, name)),
        other => {
            mistakes.add(item.span(), format!("`{name}` is a table, not {}", kind(other)));
            None
        }
    }
}

/// A value that is a string.
pub(crate) fn string(item: Item<'_, '_>, name: &str, m: &mut Mistakes) -> Option<Spanned<String>> {
    match item.get_ref() {
        DeValue::String(text) => Some(Spanned::new(item.span(), text.clone().into_owned())),
        other => {
            m.add(item.span(), format!("`{name}` is a string, not {}", kind(other)));
            None
        }
    }
}

/// A value that is a list of strings.
pub(crate) fn strings(item: Item<'_, '_>, name: &str, m: &mut Mistakes) -> Vec<Spanned<String>> {
    let DeValue::Array(items) = item.get_ref() else {
        let found = kind(item.get_ref());
        m.add(item.span(), format!("`{name}` is a list of strings, not {found}"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items.iter() {
        match item.get_ref() {
            DeValue::String(text) => {
                found.push(Spanned::new(item.span(), text.clone().into_owned()));
            }
            other => {
                let message = format!("`{name}` is a list of strings; this is {}", kind(other));
                m.add(item.span(), message);
            }
        }
    }
    found
}

/// What a value is, in words.
pub(crate) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
