//! `//line` directives: where generated code says that it comes from.
//!
//! A generator (goyacc, a template engine) marks its output with the file and line that it made
//! each piece from. Places in reports stay those of the Go file, which is what editors, fixes and
//! suppressions need; the marked place goes along as their origin.

use crate::inputs::{Db, SourceFile};
use crate::parsing::parse;
use camino::Utf8Path;
use gossa_base::{LineIndex, TextSize};
use gossa_report::Origin;
use gossa_syntax::DirectiveKind;

/// The line directives of a file, by the offset where they take effect.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct LineOrigins(Box<[Region]>);

/// What one directive says about the text from `start` to the next directive.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Region {
    start: TextSize,
    file: Box<str>,
    line: u32,
    /// `None`: columns are not known up to the next directive.
    column: Option<u32>,
}

/// The line directives of a file. Parses it again if its trees were dropped and there are any.
#[salsa::tracked]
pub(crate) fn line_origins(db: &dyn Db, file: SourceFile) -> LineOrigins {
    let text = file.text(db);
    let marks: [&[u8]; 2] = [b"//line ", b"/*line "];
    if !text.windows(marks[0].len()).any(|window| marks.contains(&window)) {
        return LineOrigins::default();
    }
    let path = Utf8Path::new(file.path(db));
    let parsed = parse(db, file).load(db, file);
    let lines = LineIndex::new(text);
    let mut regions: Vec<Region> = Vec::new();
    for directive in &parsed.directives {
        let DirectiveKind::Line { file: name, line, column } = &directive.kind else { continue };
        let range = directive.range;
        let start = if text[usize::from(range.start())..].starts_with(b"//") {
            // It speaks of the next line.
            match lines.line_start(lines.line_column(range.start()).line + 1) {
                Some(start) => start,
                None => continue,
            }
        } else {
            range.end()
        };
        let file = match name.as_deref() {
            None => regions.last().map_or_else(|| path.as_str().into(), |r| r.file.clone()),
            Some("") => Box::default(),
            // Relative to the directory of the file that the directive is in.
            Some(name) => {
                let dir = path.parent().unwrap_or(Utf8Path::new(""));
                gossa_load::system::lexically_clean(&dir.join(name)).as_str().into()
            }
        };
        regions.push(Region { start, file, line: *line, column: *column });
    }
    LineOrigins(regions.into_boxed_slice())
}

impl LineOrigins {
    /// Where the text at an offset comes from; `None` where no directive speaks of it.
    /// Go's compiler documentation, "Line directives".
    pub(crate) fn origin(&self, lines: &LineIndex, offset: TextSize) -> Option<Origin> {
        let after = self.0.partition_point(|region| region.start <= offset);
        let region = &self.0[after.checked_sub(1)?];
        let (here, start) = (lines.line_column(offset), lines.line_column(region.start));
        let column = region.column.map(|column| {
            if here.line == start.line {
                column + (here.column - start.column)
            } else {
                here.column
            }
        });
        Some(Origin {
            file: region.file.to_string(),
            line: region.line.saturating_add(here.line - start.line),
            column,
        })
    }
}
