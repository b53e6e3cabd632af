//! `[models]`: what functions do whose bodies cannot be seen.
//!
//! Read with the rest of the file; what is wrong with a statement in itself is a mistake in the
//! file. Whether a model fits its function only the loaded program says: [`Models::add_to`].

use super::table::{Mistakes, Table, kind, string, strings};
use gossa_base::{LineIndex, TextSize};
use gossa_db::{LoweredFunc, ModelProblem, NamedModel, Session};
use gossa_report::{Diagnostic, Location, Severity, Stage};
use gossa_ssa::model::{Model, Statement};
use std::ops::Range;
use toml::Spanned;
use toml::de::DeValue;

/// The models of a configuration file.
#[derive(Debug, Default)]
pub(crate) struct Models {
    /// Full path of the file.
    pub(super) file: String,
    named: Vec<NamedModel>,
    places: Vec<Places>,
}

/// Where a model stands in the file.
#[derive(Debug)]
struct Places {
    /// The function's name.
    name: Location,
    /// The statements, each with where its text begins.
    statements: Vec<Location>,
}

impl Models {
    /// Reads the table.
    pub(super) fn read(table: &Table<'_, '_>, text: &str, mistakes: &mut Mistakes) -> Self {
        let lines = LineIndex::new(text.as_bytes());
        let location = |range: &Range<usize>| {
            let place = |at: usize| lines.line_column(TextSize::from(at as u32));
            let (start, end) = (place(range.start), place(range.end));
            Location::new("", start.line, start.column, end.line, end.column)
        };
        let mut models = Self::default();
        for (key, item) in table.rest() {
            let function: &str = key.get_ref();
            if let Err(message) = check_name(function) {
                mistakes.add(key.span(), message);
            }
            let texts = match item.get_ref() {
                DeValue::String(_) => {
                    string(item, function, mistakes).into_iter().collect::<Vec<_>>()
                }
                DeValue::Array(_) => strings(item, function, mistakes),
                other => {
                    let found = kind(other);
                    let message = format!("a model is a list of statements, not {found}");
                    mistakes.add(item.span(), message);
                    continue;
                }
            };
            let mut statements = Vec::new();
            let mut places = Vec::new();
            for written in texts {
                let inside = content_of(&written, text);
                match Statement::parse(written.get_ref()) {
                    Ok(statement) => statements.push(statement),
                    Err(error) => {
                        let at = inside.as_ref().map_or(written.span(), |inside| {
                            inside.start + error.at.start..inside.start + error.at.end
                        });
                        mistakes.add(at, error.message);
                    }
                }
                places.push(location(&inside.unwrap_or(written.span())));
            }
            models.named.push(NamedModel {
                function: function.to_owned(),
                model: Model { statements: statements.into() },
            });
            models.places.push(Places { name: location(&key.span()), statements: places });
        }
        models
    }

    /// Adds the bodies that models make to a program's lowered functions; returns what is wrong,
    /// with full paths.
    pub(crate) fn add_to(
        &self,
        session: &Session,
        lowered: &mut Vec<LoweredFunc>,
    ) -> Vec<Diagnostic> {
        let problems = session.add_models(&self.named, lowered);
        let mut diagnostics = Vec::new();
        let mut absent: Vec<usize> = Vec::new();
        for (model, problem) in problems {
            let (name, places) = (&self.named[model].function, &self.places[model]);
            let (severity, message, place) = match problem {
                ModelProblem::NotLoaded => {
                    absent.push(model);
                    continue;
                }
                ModelProblem::Unused(reason) => (Severity::Note, reason, places.name.clone()),
                ModelProblem::Missing(reason) => (Severity::Warning, reason, places.name.clone()),
                ModelProblem::Misfit(statement, error) => {
                    let statement = places.statements.get(statement).unwrap_or(&places.name);
                    let mut place = statement.clone();
                    // Of one line: statements have no line breaks but in long strings.
                    if place.line == place.end_line && !error.at.is_empty() {
                        place.end_column = place.column + error.at.end as u32;
                        place.column += error.at.start as u32;
                    }
                    (Severity::Error, error.message, place)
                }
            };
            let message = format!("the model of `{name}` is not used: {message}");
            diagnostics.push(self.diagnostic(severity, message, place));
        }
        // One for all: whoever analyses a part of the program has many of them.
        if let Some(&first) = absent.first() {
            let names: Vec<String> =
                absent.iter().map(|&at| format!("`{}`", self.named[at].function)).collect();
            let message = format!(
                "models of packages that are not part of the program: {}",
                names.join(", ")
            );
            let place = self.places[first].name.clone();
            diagnostics.push(self.diagnostic(Severity::Note, message, place));
        }
        diagnostics
    }

    fn diagnostic(&self, severity: Severity, message: String, place: Location) -> Diagnostic {
        let place = Location { file: self.file.clone(), ..place };
        Diagnostic::new(severity, Stage::Load, message).at(place)
    }
}

/// Whether a name can be that of a function: a package's path, a dot, and up to two names.
fn check_name(name: &str) -> Result<(), String> {
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let parts: Vec<&str> = name[last..].split('.').collect();
    let is_name = |part: &str| {
        !part.is_empty()
            && !part.starts_with(|c: char| c.is_ascii_digit())
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if parts.len() > 1 && !parts[0].is_empty() && parts.last().is_some_and(|part| is_name(part)) {
        return Ok(());
    }
    Err(format!(
        "`{name}` names no function: it is `path/of/package.Func`, `path/of/package.Type.Method` or \
         `path/of/package.C.function`"
    ))
}

/// Where the content of a string is in the file; `None` where it is written with escapes.
fn content_of(string: &Spanned<String>, text: &str) -> Option<Range<usize>> {
    let span = string.span();
    let content = string.get_ref();
    let at = span.start + text.get(span)?.find(content.as_str())?;
    Some(at..at + content.len())
}
