//! Compares what is found out about every expression with `go/types`: mode, type, constant value,
//! selections, type arguments.
//!
//! Needs Go 1.27 or newer, found through `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search
//! path.
#![allow(clippy::disallowed_methods, reason = "the oracle is another process")]

mod support;

use gossa_base::{FxHashMap, FxHashSet, LineIndex, TextSize};
use gossa_syntax::{Expr, ExprId, Spans, Tree};
use gossa_types::print::type_string;
use gossa_types::testing::SimpleEnv;
use gossa_types::{
    DeclSource, EnvResolver, LocalDecls, Mode, Selected, SelectionKind, TreeTypes, constant::Value,
};
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

/// What is compared: dense use of constants, generics, embedding, unsafe code, tables.
const PACKAGES: [&str; 14] = [
    "bufio",
    "encoding/json",
    "fmt",
    "go/types",
    "internal/runtime/maps",
    "iter",
    "maps",
    "math",
    "math/big",
    "reflect",
    "slices",
    "strconv",
    "sync/atomic",
    "time",
];

/// Lines of the dump of a package.
struct Dump<'e> {
    env: &'e SimpleEnv,
    lines: FxHashSet<String>,
}

impl Dump<'_> {
    fn tree(
        &mut self,
        place: &dyn Fn(ExprId) -> String,
        tree: &Tree,
        types: &TreeTypes,
        own: &LocalDecls,
    ) {
        let r = EnvResolver::new(self.env, Some(own));
        for index in 0..tree.exprs.len() {
            let id = ExprId::from_usize(index);
            let found = [
                expr_line(&r, types, id),
                instance_line(&r, types, id),
                selection_line(&r, tree, types, id),
            ];
            for line in found.into_iter().flatten() {
                self.lines.insert(format!("{}\t{line}", place(id)));
            }
        }
    }
}

fn expr_line(r: &EnvResolver<'_>, types: &TreeTypes, id: ExprId) -> Option<String> {
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

fn instance_line(r: &EnvResolver<'_>, types: &TreeTypes, id: ExprId) -> Option<String> {
    let args = types.instance(id)?;
    let args: Vec<String> = args.iter().map(|&ty| type_string(r, ty)).collect();
    Some(format!("instance\t[{}]\t", args.join(",")))
}

fn selection_line(
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
    let receiver = type_string(r, found.receiver);
    let name = tree.name(sel)?;
    let path = path.join(" ");
    Some(format!("selection\t{kind} {receiver}\t{name} [{path}] {}", found.indirect))
}

fn dump(env: &SimpleEnv, checked: &support::Checked) -> FxHashSet<String> {
    let decls = &env.packages[&gossa_types::PackageId::new(&checked.path)];
    let bodies: FxHashMap<DeclSource, _> = checked
        .bodies
        .iter()
        .filter_map(|(func, body)| Some((decls.funcs.get(func)?.source, body)))
        .collect();
    let mut dump = Dump { env, lines: FxHashSet::default() };
    for (file, parsed) in checked.files.iter().enumerate() {
        let index = LineIndex::new(&checked.texts[file]);
        for (number, decl) in parsed.decls.iter().enumerate() {
            let place = |spans: &Spans, id: ExprId| {
                let at =
                    |offset: u32| index.line_column(decl.range.start() + TextSize::from(offset));
                let (from, to) = (at(spans[id].start), at(spans[id].end));
                format!(
                    "{}:{}:{}-{}:{}",
                    checked.names[file], from.line, from.column, to.line, to.column
                )
            };
            let source = DeclSource { file: file as u32, decl: number as u32 };
            if let Some(types) = decls.tree(source) {
                let spans = &decl.header.spans;
                dump.tree(&|id| place(spans, id), &decl.header.tree, types, &decls.locals);
            }
            if let (Some(body), Some(found)) = (&decl.body, bodies.get(&source)) {
                dump.tree(&|id| place(&body.spans, id), &body.tree, &found.types, &found.locals);
            }
        }
    }
    dump.lines
}

#[test]
fn every_expression_is_as_go_types_has_it() {
    let root = support::goroot();
    let listing = support::list(&root, &PACKAGES);
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle_types");
    let mut child = support::go(&root)
        .args(["run", ".", &PACKAGES.join(",")])
        .current_dir(oracle)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("go run starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let sent = listing.clone();
    let writer = std::thread::spawn(move || stdin.write_all(&sent));

    let mut env = SimpleEnv::default();
    let mut ours: FxHashSet<String> = FxHashSet::default();
    let mut errors = Vec::new();
    support::check_listing(&mut env, &listing, |env, checked| {
        errors.extend(checked.report());
        if PACKAGES.contains(&checked.path.as_str()) {
            ours.extend(dump(env, checked));
        }
    });
    assert_eq!(errors, Vec::<String>::new());

    let output = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("no panic").expect("the oracle reads its input");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs = String::from_utf8(output.stdout).expect("the oracle writes UTF-8");
    let mut count = 0;
    let mut missing: Vec<&str> = Vec::new();
    for line in theirs.lines() {
        count += 1;
        // An initialiser that several constants inherit is evaluated several times; which time is
        // recorded depends on the order.
        let inherited = line.contains("\tconstant\t") && !ours.contains(line);
        if inherited {
            let (start, _) = line.rsplit_once('\t').unwrap_or((line, ""));
            if ours.iter().any(|own| own.rsplit_once('\t').is_some_and(|(s, _)| s == start)) {
                continue;
            }
        }
        if !ours.contains(line) {
            missing.push(line);
        }
    }
    assert!(count > 150_000, "the oracle printed {count} lines only");
    missing.truncate(50);
    assert!(missing.is_empty(), "go/types has, of {count} lines:\n{}", missing.join("\n"));
}
