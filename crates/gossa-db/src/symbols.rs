//! Functions as a running program names them: the linker's symbols, which `runtime.FuncForPC` and
//! the traces of panics show.

use crate::bodies::declaration;
use crate::inputs::{Db, Program};
use gossa_ssa::{FuncId, FuncKey, Inst, Lowered};
use gossa_types::PackageId;
use std::fmt::Write as _;

/// The symbol of a function: `example.com/m.(*T).Get`, `main.main.func1`, `main.f[...]`,
/// `main.f-range1`.
pub(crate) fn symbol(db: &dyn Db, func: FuncId, lowered: Option<&Lowered>) -> String {
    let root = func.root();
    let mut name = match *root.key() {
        FuncKey::Decl { decl, args } => {
            let mut name = package_prefix(db, decl.package());
            let generic = if args.is_empty() { "" } else { "[...]" };
            match decl.parent() {
                Some(receiver) => {
                    let by_pointer = declaration(db, decl)
                        .and_then(|(_, found)| found.receiver)
                        .is_some_and(|found| found.pointer);
                    let (receiver, method) = (receiver.name(), decl.name());
                    let _ = match by_pointer {
                        true => write!(name, "(*{receiver}{generic}).{method}"),
                        false => write!(name, "{receiver}{generic}.{method}"),
                    };
                }
                None if decl.name().as_str() == "init" => {
                    let _ = write!(name, "init.{}", decl.key().ordinal);
                }
                None => {
                    let _ = write!(name, "{}{generic}", decl.name());
                }
            }
            name
        }
        // The compiler makes one function of all initialisers.
        FuncKey::VarInit(decl) => package_prefix(db, decl.package()) + "init",
        FuncKey::PackageInit(package) => package_prefix(db, package) + "init",
        FuncKey::Closure { .. } => func.to_string(),
    };
    if let (FuncKey::Closure { index, .. }, Some(lowered)) = (*func.key(), lowered) {
        name.push_str(&closure_suffix(lowered, index as usize));
    }
    name
}

/// A package's path as a prefix of symbols: dots of its last element are escaped, and every main
/// package is `main`.
fn package_prefix(db: &dyn Db, package: PackageId) -> String {
    let found = Program::get(db).packages(db).get(&package);
    if found.is_some_and(|found| found.name(db).as_str() == "main") {
        return "main.".to_owned();
    }
    let path = package.path();
    let (dirs, last) = path.rsplit_once('/').map_or(("", path), |(dirs, last)| (dirs, last));
    let last = last.replace('.', "%2e");
    if dirs.is_empty() { format!("{last}.") } else { format!("{dirs}/{last}.") }
}

/// What follows the name of the function around a closure, as the compiler names it where it
/// inlines nothing. Function literals, and bodies of range-over-func statements, are numbered
/// within the function, literal or body that they stand in.
fn closure_suffix(lowered: &Lowered, index: usize) -> String {
    // By body: the one that makes it, and which of those of its kind that is.
    let mut parents: Vec<(usize, u32)> = vec![(0, 0); lowered.bodies.len()];
    let mut counts: Vec<[u32; 2]> = vec![[0; 2]; lowered.bodies.len()];
    for (at, body) in lowered.bodies.iter().enumerate() {
        for inst in &body.insts {
            let made = match inst {
                Inst::Closure { func, .. } | Inst::Func(func) => func,
                _ => continue,
            };
            let FuncKey::Closure { index, root } = *made.key() else { continue };
            let index = index as usize;
            if root != body.func.root() || index >= parents.len() || parents[index].1 > 0 {
                continue;
            }
            let count = &mut counts[at][usize::from(lowered.bodies[index].range_body)];
            *count += 1;
            parents[index] = (at, *count);
        }
    }
    let mut suffix = String::new();
    let mut at = index;
    while at != 0 && at < parents.len() {
        let (parent, number) = parents[at];
        let own = match (lowered.bodies[at].range_body, parent) {
            (true, _) => format!("-range{number}"),
            (false, 0) => format!(".func{number}"),
            (false, _) => format!(".{number}"),
        };
        suffix.insert_str(0, &own);
        // A closure is made by one that was lowered before it.
        at = if parent < at { parent } else { 0 };
    }
    suffix
}
