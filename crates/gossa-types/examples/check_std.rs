//! Checks the packages that `go list -json -deps` prints, in their order, on one thread.
//!
//! ```sh
//! go list -json -deps std cmd | cargo run --release -p gossa-types --features testing \
//!     --example check_std
//! ```
//!
//! Prints errors with their places, and how long it took. With `--dump PATTERN`, prints for each
//! expression of the packages whose import path is in the comma-separated list its place, mode,
//! type and constant value instead.

#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

use gossa_base::{FxHashMap, FxHashSet, LineIndex, Name};
use gossa_syntax::{Expr, ExprId, File, Spans, Tree};
use gossa_types::check::{CgoInput, PackageInput, check_package, item_tree, unused_imports};
use gossa_types::constant::Value;
use gossa_types::print::type_string;
use gossa_types::testing::{SimpleEnv, check_bodies};
use gossa_types::{
    DeclId, EnvResolver, ItemTree, Mode, PackageDecls, PackageId, Selected, SelectionKind,
    TreeTypes, TypeError, cgo,
};
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is needed of `go list`'s output.
struct Listed {
    path: String,
    name: String,
    dir: String,
    files: Vec<String>,
    import_map: FxHashMap<String, String>,
    imports: Vec<String>,
    standard: bool,
    version: (u32, u32),
}

fn strings(value: &serde_json::Value, key: &str) -> Vec<String> {
    let list = value[key].as_array().map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn listed(value: &serde_json::Value) -> Listed {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut files = strings(value, "GoFiles");
    files.extend(strings(value, "CgoFiles"));
    files.sort();
    let minor = value["Module"]["GoVersion"]
        .as_str()
        .and_then(|version| version.split('.').nth(1)?.parse().ok())
        .unwrap_or(27);
    let import_map = value["ImportMap"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(from, to)| Some((from.clone(), to.as_str()?.to_owned())))
        .collect();
    Listed {
        path: text("ImportPath"),
        name: text("Name"),
        dir: text("Dir"),
        files,
        import_map,
        imports: strings(value, "Imports"),
        standard: value["Standard"].as_bool().unwrap_or(false),
        version: (1, minor),
    }
}

#[derive(Default)]
struct Totals {
    packages: usize,
    lines: usize,
    bodies: usize,
    errors: usize,
    parse: Duration,
    declarations: Duration,
    bodies_time: Duration,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut dump: FxHashSet<String> = FxHashSet::default();
    if let [flag, list] = &args[..]
        && flag == "--dump"
    {
        dump.extend(list.split(',').map(str::to_owned));
    }
    let stdin = std::io::stdin().lock();
    let values = serde_json::Deserializer::from_reader(stdin).into_iter::<serde_json::Value>();
    let mut env = SimpleEnv::default();
    let mut totals = Totals::default();
    for value in values {
        let value = match value {
            Ok(value) => value,
            Err(error) => {
                eprintln!("standard input is no output of go list -json: {error}");
                std::process::exit(2);
            }
        };
        let package = listed(&value);
        if package.path != "unsafe" {
            check(&mut env, &package, &mut totals, &dump);
        }
    }
    let seconds = (totals.declarations + totals.bodies_time).as_secs_f64();
    eprintln!(
        "{} packages, {} lines, {} bodies: {} errors; parse {:.2}s, declarations {:.2}s, bodies \
         {:.2}s; {:.0} lines/s checked",
        totals.packages,
        totals.lines,
        totals.bodies,
        totals.errors,
        totals.parse.as_secs_f64(),
        totals.declarations.as_secs_f64(),
        totals.bodies_time.as_secs_f64(),
        totals.lines as f64 / seconds
    );
    std::process::exit(i32::from(totals.errors > 0));
}

fn check(env: &mut SimpleEnv, package: &Listed, totals: &mut Totals, dump: &FxHashSet<String>) {
    let texts: Vec<Vec<u8>> = package
        .files
        .iter()
        .map(|file| std::fs::read(format!("{}/{file}", package.dir)).unwrap_or_default())
        .collect();
    let start = Instant::now();
    let files: Vec<File> = texts.iter().map(|text| gossa_syntax::parse(text)).collect();
    let trees: Vec<Arc<ItemTree>> =
        files.iter().zip(&texts).map(|(file, text)| Arc::new(item_tree(file, text))).collect();
    totals.parse += start.elapsed();
    let imports: FxHashMap<Name, PackageId> = package
        .imports
        .iter()
        .filter(|path| !matches!(path.as_str(), "C" | "unsafe"))
        .map(|path| {
            let written = package
                .import_map
                .iter()
                .find(|(_, to)| *to == path)
                .map_or(path.as_str(), |(from, _)| from);
            (Name::new(written), PackageId::new(path))
        })
        .collect();
    let model = cgo::CModel::for_platform("linux", "amd64");
    let input = PackageInput {
        id: PackageId::new(&package.path),
        name: Name::new(&package.name),
        files: &trees,
        imports: &imports,
        go_version: package.version,
        standard: package.standard,
        cgo: Some(CgoInput { model, sources: cgo::Sources::default() }),
    };
    let start = Instant::now();
    let decls = check_package(&input, env);
    totals.declarations += start.elapsed();
    env.packages.insert(decls.id, decls);
    let decls = &env.packages[&input.id];
    let start = Instant::now();
    let bodies = check_bodies(env, decls, &files);
    totals.bodies_time += start.elapsed();
    let unused = unused_imports(
        &input,
        decls,
        bodies.iter().map(|(func, body)| (*func, &*body.used_imports)),
    );
    let order = gossa_types::order::initialization_order(
        &decls.initializers,
        &decls.statics,
        &|decl: DeclId| {
            bodies
                .iter()
                .find(|(func, _)| *func == decl)
                .map_or(&[][..], |(_, body)| &body.references)
        },
    );
    for cycle in &order.cycles {
        println!("{}: {}", package.path, gossa_types::order::cycle_message(cycle).join("; "));
        totals.errors += 1;
    }
    let errors = decls
        .errors
        .iter()
        .chain(&unused)
        .chain(bodies.iter().flat_map(|(_, body)| body.errors.iter()));
    for error in errors {
        totals.errors += 1;
        println!("{}", place(package, &files, &texts, error));
    }
    for (file, text) in files.iter().zip(&texts) {
        if let Some(error) = file.errors.first() {
            let at = LineIndex::new(text).line_column(error.range.start());
            println!("{}: syntax error at {at:?}: {error}", package.path);
        }
    }
    totals.packages += 1;
    totals.bodies += bodies.len();
    totals.lines +=
        texts.iter().map(|text| text.iter().filter(|&&b| b == b'\n').count()).sum::<usize>();
    if dump.contains(&package.path) {
        print_dump(env, decls, package, &files, &texts, &bodies);
    }
    let locals = bodies
        .into_iter()
        .filter(|(_, body)| !body.locals.types.is_empty() || !body.locals.bounds.is_empty())
        .map(|(func, body)| (func, body.locals));
    let locals: Vec<_> = locals.collect();
    env.locals.extend(locals);
}

fn place(package: &Listed, files: &[File], texts: &[Vec<u8>], error: &TypeError) -> String {
    let file = error.source.file as usize;
    let decl = &files[file].decls[error.source.decl as usize];
    let tree = match (&decl.body, error.in_body) {
        (Some(body), true) => body,
        _ => &decl.header,
    };
    let relative = error.span(tree).map_or(0, |span| span.start);
    let at = LineIndex::new(&texts[file])
        .line_column(decl.range.start() + gossa_base::TextSize::from(relative));
    let soft = if error.soft { " (soft)" } else { "" };
    format!(
        "{}/{}:{}:{}: {}{soft}",
        package.dir, package.files[file], at.line, at.column, error.message
    )
}

fn print_dump(
    env: &SimpleEnv,
    decls: &PackageDecls,
    package: &Listed,
    files: &[File],
    texts: &[Vec<u8>],
    bodies: &[(DeclId, gossa_types::BodyTypes)],
) {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let by_source: FxHashMap<_, _> = bodies
        .iter()
        .filter_map(|(func, body)| Some((decls.funcs.get(func)?.source, body)))
        .collect();
    for (file, parsed) in files.iter().enumerate() {
        let index = LineIndex::new(&texts[file]);
        for (number, decl) in parsed.decls.iter().enumerate() {
            let source = gossa_types::DeclSource { file: file as u32, decl: number as u32 };
            let start = decl.range.start();
            let mut dump = |tree: &Tree, spans: &Spans, types: &TreeTypes, own| {
                let r = EnvResolver::new(env, own);
                for expr in 0..tree.exprs.len() {
                    let id = ExprId::from_usize(expr);
                    let lines = [
                        dump_line(&r, types, id),
                        dump_instance(&r, types, id),
                        dump_selection(&r, tree, types, id),
                    ];
                    for line in lines.into_iter().flatten() {
                        let span = spans[id];
                        let from =
                            index.line_column(start + gossa_base::TextSize::from(span.start));
                        let to = index.line_column(start + gossa_base::TextSize::from(span.end));
                        let _ = writeln!(
                            out,
                            "{}:{}:{}-{}:{}\t{line}",
                            package.files[file], from.line, from.column, to.line, to.column
                        );
                    }
                }
            };
            if let Some(types) = decls.tree(source) {
                dump(&decl.header.tree, &decl.header.spans, types, Some(&decls.locals));
            }
            if let (Some(body), Some(found)) = (&decl.body, by_source.get(&source)) {
                dump(&body.tree, &body.spans, &found.types, Some(&found.locals));
            }
        }
    }
}

fn dump_line(r: &EnvResolver<'_>, types: &TreeTypes, id: ExprId) -> Option<String> {
    let found = types.exprs[id.index()];
    let mode = match found.mode {
        Mode::None | Mode::Invalid => return None,
        Mode::NoValue => "novalue",
        Mode::Builtin => "builtin",
        Mode::Type => "type",
        Mode::Constant => "constant",
        Mode::Variable => "variable",
        Mode::MapIndex => "mapindex",
        Mode::Value => "value",
        Mode::Nil => "nil",
        Mode::CommaOk => "commaok",
        Mode::CommaErr => "commaerr",
        Mode::CgoFunc => "cgofunc",
    };
    let ty = match found.mode {
        Mode::Builtin => String::new(),
        _ => type_string(r, found.ty?),
    };
    let value = types.constant(id).map(Value::exact_string).unwrap_or_default();
    Some(format!("{mode}\t{ty}\t{value}"))
}

fn dump_instance(r: &EnvResolver<'_>, types: &TreeTypes, id: ExprId) -> Option<String> {
    let args = types.instance(id)?;
    let args: Vec<String> = args.iter().map(|&ty| type_string(r, ty)).collect();
    Some(format!("instance\t[{}]\t", args.join(",")))
}

fn dump_selection(
    r: &EnvResolver<'_>,
    tree: &Tree,
    types: &TreeTypes,
    id: ExprId,
) -> Option<String> {
    let found = types.selection(id)?;
    let Expr::Selector { sel, .. } = tree[id] else { return None };
    let kind = match found.kind {
        SelectionKind::Field => "field",
        SelectionKind::Method => "method",
        SelectionKind::MethodExpr => "methodexpr",
    };
    let mut path: Vec<String> = found.path.iter().map(ToString::to_string).collect();
    if let Selected::Field { index } = found.selected {
        path.push(index.to_string());
    }
    let name = tree.name(sel)?;
    let receiver = type_string(r, found.receiver);
    Some(format!("selection\t{kind} {receiver}\t{name} [{}] {}", path.join(" "), found.indirect))
}
