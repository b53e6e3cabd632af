//! From positions and names to values of the SSA form.

use crate::callgraph;
use crate::exit::CommandError;
use gossa_db::{Place, RootDb, Session, SourcePlace};
use gossa_points::{FuncIndex, Program};
use gossa_report::PathDisplay;
use gossa_ssa::{Body, ValueId};
use gossa_types::{PackageId, TypeId};

/// Values that are asked about together: those that one variable holds, or one.
pub(super) struct Wanted {
    pub(super) func: FuncIndex,
    pub(super) name: Option<String>,
    pub(super) ty: TypeId,
    pub(super) values: Vec<ValueId>,
}

/// The parameters and the variables of a function.
pub(super) fn of_function(
    program: &Program<'_>,
    wanted: &str,
) -> Result<Vec<Wanted>, CommandError> {
    let all = (0..program.len()).map(FuncIndex::from_usize);
    let mut found: Vec<(String, FuncIndex)> = all
        .map(|func| (program.function(func).to_string(), func))
        .filter(|(name, _)| callgraph::is_named(name, wanted))
        .collect();
    found.sort();
    if let Some(exact) = found.iter().position(|(name, _)| name == wanted) {
        found = vec![found.swap_remove(exact)];
    }
    let func = match &*found {
        [] => return Err(CommandError::Usage(format!("--func: no function `{wanted}`"))),
        [(_, func)] => *func,
        [(first, _), (second, _), ..] => {
            let message = format!("--func: `{wanted}` may be {first}, {second}");
            return Err(CommandError::Usage(message));
        }
    };
    let Some(body) = program.body(func) else {
        return Err(CommandError::Usage(format!("--func: `{wanted}` has no body")));
    };
    let mut list: Vec<Wanted> = Vec::new();
    let map = program.function(func).source_map();
    let params: Vec<ValueId> = body.params(Body::ENTRY).collect();
    let names = map.into_iter().flat_map(|map| map.names.iter());
    let named = names.map(|&(value, name)| (value, Some(name.to_string())));
    let unnamed = params.iter().filter(|&&param| map.is_none_or(|map| map.name(param).is_none()));
    let unnamed = unnamed.map(|&param| (param, None));
    let mut all: Vec<(ValueId, Option<String>)> = named.chain(unnamed).collect();
    all.sort();
    for (value, name) in all {
        let ty = body[value].ty;
        let same = |other: &&mut Wanted| name.is_some() && other.name == name && other.ty == ty;
        match list.iter_mut().find(same) {
            Some(known) => known.values.push(value),
            None => list.push(Wanted { func, name, ty, values: vec![value] }),
        }
    }
    Ok(list)
}

/// The variable or expression at a position.
pub(super) fn at_position(
    session: &Session,
    db: &RootDb,
    program: &Program<'_>,
    paths: &PathDisplay,
    wanted: &str,
) -> Result<Vec<Wanted>, CommandError> {
    let usage = |text: String| CommandError::Usage(format!("--at: {text}"));
    let mut parts = wanted.rsplitn(3, ':');
    let column = parts.next().and_then(|part| part.parse::<u32>().ok());
    let line = parts.next().and_then(|part| part.parse::<u32>().ok());
    let (Some(column), Some(line), Some(file)) = (column, line, parts.next()) else {
        return Err(usage(format!("`{wanted}` is not FILE:LINE:COLUMN")));
    };
    let position = (line, column);
    let mut packages: Vec<(PackageId, String, Vec<u8>)> = Vec::new();
    for &package in session.packages() {
        for &source in package.files(db) {
            let path = source.path(db);
            let shown = paths.display(path);
            let is_it = path == file
                || shown == file
                || shown.strip_suffix(file).is_some_and(|rest| rest.ends_with('/'));
            if is_it {
                packages.push((package.id(db), path.to_owned(), source.text(db).to_vec()));
            }
        }
    }
    let Some((_, path, text)) = packages.first() else {
        return Err(usage(format!("no file `{file}` in the program")));
    };
    if let Some((_, other, _)) = packages.iter().find(|(_, other, _)| other != path) {
        return Err(usage(format!("`{file}` may be {path}, {other}")));
    }
    let name = identifier(text, position);
    let covers = |place: &SourcePlace| {
        let (start, end) = (place.start, place.end);
        place.path == *path
            && (start.line, start.column) <= position
            && position <= (end.line, end.column)
    };
    let mut found: Vec<Wanted> = Vec::new();
    // The size of the expressions that are found, and whether they are exactly the identifier.
    let mut best: Option<(bool, u32)> = None;
    let mut by_name: Vec<Wanted> = Vec::new();
    let mut name_size = u32::MAX;
    for func in program.lowered_functions() {
        let function = program.function(func);
        if !packages.iter().any(|(id, ..)| *id == function.id.package()) {
            continue;
        }
        let (Some(body), Some(map)) = (function.body(), function.source_map()) else { continue };
        let place = |node| Place::of_function(db, function.id, node)?.resolve(db);
        // Of a declared function its own node is where its name is.
        let whole = map.literal.map(place).unwrap_or_default();
        if whole.as_ref().is_some_and(|whole| !covers(whole)) {
            continue;
        }
        let mut last: LineColumn = (0, 0);
        for inst in body.inst_ids() {
            let Some(at) = place(map.node(inst)) else { continue };
            if at.path == *path {
                last = last.max((at.end.line, at.end.column));
            }
            if !covers(&at) {
                continue;
            }
            let Some(result) = body.results_of(inst).next() else { continue };
            let size = u32::from(at.range.len());
            let is_name = name.as_ref().is_some_and(|(_, start, end)| {
                (at.start.line, at.start.column) == *start && (at.end.line, at.end.column) == *end
            });
            let key = (!is_name, size);
            if best.is_none_or(|best| key < best) {
                found.clear();
                best = Some(key);
            }
            if best == Some(key) {
                let ty = body[result].ty;
                found.push(Wanted { func, name: None, ty, values: vec![result] });
            }
        }
        let Some((name, ..)) = &name else { continue };
        let is_here = whole.is_some() || is_in_declaration(db, program, func, position, last);
        // Of nested functions the innermost that has the name.
        let size = whole.map_or(u32::MAX - 1, |whole| u32::from(whole.range.len()));
        let values: Vec<ValueId> =
            map.names.iter().filter(|(_, n)| n.as_str() == name).map(|&(value, _)| value).collect();
        if values.is_empty() || size > name_size || !is_here {
            continue;
        }
        if size < name_size {
            by_name.clear();
            name_size = size;
        }
        for value in values {
            let ty = body[value].ty;
            match by_name.iter_mut().find(|known| known.func == func && known.ty == ty) {
                Some(known) => known.values.push(value),
                None => {
                    let name = Some(name.clone());
                    by_name.push(Wanted { func, name, ty, values: vec![value] });
                }
            }
        }
    }
    // An expression that is exactly the identifier tells more than what the variable ever holds.
    let is_exact = matches!(best, Some((false, _)));
    if !is_exact && !by_name.is_empty() {
        return Ok(by_name);
    }
    if found.is_empty() {
        return Err(usage(format!("no variable or expression with a value at `{wanted}`")));
    }
    Ok(found)
}

/// Whether a position is in a declared function: between the line of its name and the end of its
/// last instruction.
fn is_in_declaration(
    db: &RootDb,
    program: &Program<'_>,
    func: FuncIndex,
    position: LineColumn,
    last: LineColumn,
) -> bool {
    let function = program.function(func);
    let root = gossa_syntax::NodeId::ROOT;
    let place = Place::of_function(db, function.id, root).and_then(|place| place.resolve(db));
    place.is_some_and(|place| place.start.line <= position.0 && position <= last)
}

type LineColumn = (u32, u32);

/// The identifier at a position, and where it begins and ends.
fn identifier(text: &[u8], (line, column): LineColumn) -> Option<(String, LineColumn, LineColumn)> {
    let line_text = text.split(|&byte| byte == b'\n').nth(line.checked_sub(1)? as usize)?;
    let at = column.checked_sub(1)? as usize;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    line_text.get(at).filter(|byte| is_part(byte))?;
    let start =
        line_text[..at].iter().rposition(|byte| !is_part(byte)).map_or(0, |before| before + 1);
    let rest = line_text[at..].iter().position(|byte| !is_part(byte));
    let end = rest.map_or(line_text.len(), |count| at + count);
    // The name of a field is no variable.
    if start > 0 && line_text[start - 1] == b'.' || line_text[start].is_ascii_digit() {
        return None;
    }
    let name = String::from_utf8_lossy(&line_text[start..end]).into_owned();
    Some((name, (line, start as u32 + 1), (line, end as u32 + 1)))
}
