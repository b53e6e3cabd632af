//! `//go:linkname`: which declarations of different packages are one symbol.
//!
//! A directive `//go:linkname local path.name` gives a declaration the symbol of another package.
//! If `local` has no body it is a *pull*: what it stands for is in the other package. If it has
//! one it is a *push*: the other package, or a third one, declares the name without a body. With
//! one argument the directive only permits others to pull. The linker joins whatever has the same
//! symbol, and so does [`Linknames`]: of each symbol it knows the declarations, and which of them
//! is the implementation.

use crate::declare::{item_tree, package_decls};
use crate::inputs::{Db, PackageInput, Program};
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_ssa::{FuncId, FuncKey};
use gossa_types::{DeclId, PackageDecls, PackageId};
use std::collections::BTreeMap;

/// The symbols that several declarations have in common because of `//go:linkname`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Linknames {
    symbols: Vec<LinkedSymbol>,
    of: FxHashMap<DeclId, usize>,
}

/// A symbol that a `//go:linkname` directive names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkedSymbol {
    /// `import/path.name`, as the directive has it.
    pub name: Box<str>,
    /// Functions with a body and variables that are defined here, sorted by package and name;
    /// more than one if a package is loaded in several variants.
    pub implementations: Vec<DeclId>,
    /// Declarations that stand for it, sorted.
    pub users: Vec<DeclId>,
    /// A directive with one argument permits other packages to use it.
    pub offered: bool,
}

impl Linknames {
    /// Reads the directives of some packages. Only packages that have any, or that a directive
    /// names, are looked at further.
    #[must_use]
    pub fn new(db: &dyn Db, packages: &[PackageInput]) -> Self {
        let mut by_path: FxHashMap<&str, Vec<PackageInput>> = FxHashMap::default();
        for &package in packages {
            by_path.entry(symbol_path(db, package)).or_default().push(package);
        }
        let mut symbols: BTreeMap<Box<str>, Collected> = BTreeMap::new();
        let mut renamed: FxHashSet<DeclId> = FxHashSet::default();
        for &package in packages {
            for &file in package.files(db) {
                for link in &item_tree(db, file).linknames {
                    let local = DeclId::top_level(package.id(db), link.local);
                    let Some(kind) = Kind::of(package_decls(db, package), local) else { continue };
                    let name = match link.target {
                        Some(target) => target.as_str().into(),
                        None => format!("{}.{}", symbol_path(db, package), link.local).into(),
                    };
                    let symbol = symbols.entry(name).or_default();
                    match link.target {
                        Some(_) => {
                            renamed.insert(local);
                            symbol.members.push((local, kind));
                        }
                        None => symbol.offered = true,
                    }
                }
            }
        }
        // Whoever is declared under the name itself, without a directive that says otherwise.
        for (name, symbol) in &mut symbols {
            for (package, local) in declared_as(db, name, &by_path) {
                if renamed.contains(&local) {
                    continue;
                }
                if let Some(kind) = Kind::of(package_decls(db, package), local) {
                    // A variable lives where its symbol says.
                    let kind = if kind == Kind::Variable { Kind::Implementation } else { kind };
                    symbol.members.push((local, kind));
                }
            }
        }
        let symbols = symbols.into_iter().map(|(name, symbol)| symbol.finish(name)).collect();
        Self::of_symbols(symbols)
    }

    /// Reads the directives of all packages of the program.
    #[must_use]
    pub fn of_program(db: &dyn Db) -> Self {
        let packages = Program::get(db).packages(db);
        let mut packages: Vec<PackageInput> = packages.values().copied().collect();
        packages.sort_by_key(|package| package.id(db).as_str());
        Self::new(db, &packages)
    }

    /// The function that has the body of one without; like [`Linknames::implementation`], with
    /// the same type arguments.
    #[must_use]
    pub fn function(&self, func: FuncId) -> Option<FuncId> {
        let FuncKey::Decl { decl, args } = *func.key() else { return None };
        let target = self.implementation(decl)?;
        Some(FuncId::new(FuncKey::Decl { decl: target, args }))
    }

    fn of_symbols(symbols: Vec<LinkedSymbol>) -> Self {
        let mut of = FxHashMap::default();
        for (at, symbol) in symbols.iter().enumerate() {
            of.extend(symbol.implementations.iter().chain(&symbol.users).map(|&decl| (decl, at)));
        }
        Self { symbols, of }
    }

    /// All symbols, sorted by name.
    #[must_use]
    pub fn symbols(&self) -> &[LinkedSymbol] {
        &self.symbols
    }

    /// The symbol that directives gave to a declaration, or by which they name it.
    #[must_use]
    pub fn symbol(&self, decl: DeclId) -> Option<&LinkedSymbol> {
        self.of.get(&decl).map(|&at| &self.symbols[at])
    }

    /// What implements a function without a body, or holds a variable that stands for another.
    /// None if that is the declaration itself, if no directive is involved, or if nothing in the
    /// program does: it may be written in assembly.
    #[must_use]
    pub fn implementation(&self, decl: DeclId) -> Option<DeclId> {
        let symbol = self.symbol(decl)?;
        if symbol.implementations.contains(&decl) {
            return None;
        }
        // Packages that are compiled for the same tests belong together.
        let compiled_for = variant(decl.package());
        let of_variant =
            |wanted: &str| symbol.implementations.iter().find(|d| variant(d.package()) == wanted);
        let found = of_variant(compiled_for).or_else(|| of_variant(""));
        found.or_else(|| symbol.implementations.first()).copied()
    }

    /// The declarations elsewhere that a declaration implements.
    pub fn users(&self, decl: DeclId) -> impl Iterator<Item = DeclId> + '_ {
        let users = self.symbol(decl).map_or(&[][..], |symbol| &symbol.users);
        users.iter().copied().filter(move |&user| self.implementation(user) == Some(decl))
    }
}

/// How a declaration takes part in a symbol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// A function with a body, or a variable with a value.
    Implementation,
    /// A function without a body.
    Bodyless,
    /// A variable without a value.
    Variable,
}

impl Kind {
    fn of(decls: &PackageDecls, decl: DeclId) -> Option<Self> {
        if let Some(func) = decls.funcs.get(&decl) {
            return Some(if func.has_body { Self::Implementation } else { Self::Bodyless });
        }
        decls.vars.get(&decl)?;
        let has_value = decls.initializers.iter().any(|init| init.lhs.contains(&decl));
        Some(if has_value { Self::Implementation } else { Self::Variable })
    }
}

/// A symbol while directives are read.
#[derive(Default)]
struct Collected {
    members: Vec<(DeclId, Kind)>,
    offered: bool,
}

impl Collected {
    fn finish(self, name: Box<str>) -> LinkedSymbol {
        let of = |implements: bool| -> Vec<DeclId> {
            let members = self.members.iter();
            let chosen = members.filter(|(_, kind)| (*kind == Kind::Implementation) == implements);
            let mut chosen: Vec<DeclId> = chosen.map(|&(decl, _)| decl).collect();
            chosen.sort_by_key(|decl| (decl.package().as_str(), decl.name().as_str()));
            chosen.dedup();
            chosen
        };
        LinkedSymbol { implementations: of(true), users: of(false), offered: self.offered, name }
    }
}

/// What the symbols of a package begin with.
fn symbol_path(db: &dyn Db, package: PackageInput) -> &'static str {
    if package.name(db).as_str() == "main" { "main" } else { package.id(db).path() }
}

/// The tests that a package is compiled for.
fn variant(package: PackageId) -> &'static str {
    package.as_str().split_once(" [").map_or("", |(_, variant)| variant)
}

/// The declarations that a symbol's name would mean.
fn declared_as(
    db: &dyn Db,
    symbol: &str,
    by_path: &FxHashMap<&str, Vec<PackageInput>>,
) -> Vec<(PackageInput, DeclId)> {
    let last = symbol.rfind('/').map_or(0, |slash| slash + 1);
    // Dots in the last element of a path may be written as they are, or as %2e.
    let dots = symbol[last..].match_indices('.').map(|(dot, _)| last + dot);
    let mut found = Vec::new();
    for dot in dots {
        let (path, name) = (symbol[..dot].replace("%2e", "."), &symbol[dot + 1..]);
        let Some(packages) = by_path.get(path.as_str()) else { continue };
        found.extend(packages.iter().map(|&package| (package, declared(package.id(db), name))));
    }
    found
}

/// `name`, `T.name` or `(*T).name` in a package.
fn declared(package: PackageId, name: &str) -> DeclId {
    let top_level = |name: &str| DeclId::top_level(package, Name::new(name));
    match name.split_once('.') {
        Some((receiver, method)) => {
            let base = receiver.trim_start_matches("(*").trim_end_matches(')');
            DeclId::method(top_level(base), Name::new(method))
        }
        None => top_level(name),
    }
}
