//! `//go:embed`: which files a variable holds when a program starts.

use crate::bodies::source_file;
use crate::declare::package_decls;
use crate::inputs::{Db, Program};
use crate::parsing::parse;
use camino::Utf8Path;
use gossa_interp::EmbeddedFile;
use gossa_load::System;
use gossa_syntax::DirectiveKind;
use gossa_types::DeclId;

/// The files that the directives of a package-level variable name, sorted by name; `None` where
/// there is no directive, or its files cannot be read.
pub(crate) fn embedded_files(
    db: &dyn Db,
    system: &dyn System,
    variable: DeclId,
) -> Option<Vec<EmbeddedFile>> {
    let package = *Program::get(db).packages(db).get(&variable.package())?;
    let decls = package_decls(db, package);
    if decls.imports.iter().all(|(path, _)| path.as_str() != "embed") {
        return None;
    }
    let declared = decls.vars.get(&variable)?;
    let file = source_file(db, package, declared.source)?;
    let parsed = parse(db, file).load(db, file);
    let decl = parsed.decls.get(declared.source.decl as usize)?;
    let ident = decl.header.spans.exprs.get(declared.ident.index())?;
    let name_at = usize::from(decl.range.start()) + ident.start as usize;
    let mut patterns: Vec<&str> = Vec::new();
    for directive in &parsed.directives {
        let DirectiveKind::Embed { patterns: found } = &directive.kind else { continue };
        let between = file.text(db).get(usize::from(directive.range.end())..name_at);
        if between.is_some_and(only_comments) {
            patterns.extend(found.iter().map(|pattern| &**pattern));
        }
    }
    if patterns.is_empty() {
        return None;
    }
    let dir = Utf8Path::new(file.path(db)).parent()?;
    let names = gossa_load::embedded_files(system, dir, &patterns).ok()?;
    let read = |name: String| {
        let data = system.read(&dir.join(&name)).ok()?;
        Some(EmbeddedFile { name, data })
    };
    names.into_iter().map(read).collect()
}

/// Whether nothing stands between a directive and the name that it is about, but comments and the
/// keyword.
fn only_comments(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').all(|line| {
        let line = line.trim_ascii();
        line.is_empty() || line == b"var" || line.starts_with(b"//")
    })
}
