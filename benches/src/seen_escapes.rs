//! Runs a program in the interpreter and holds escape analysis of the whole program against it:
//! an object that is seen after the activation that made it has ended, by another goroutine, or in
//! a package-level variable must not be claimed to stay in its frame.

use crate::subject::{Check, Findings, Subject};
use gossa_db::{DbEnv, call_table, program_calls, program_escapes};
use gossa_escape::{Allocation, AllocationKind as Static, Conversion, PackageEscapes, Sink};
use gossa_interp::observe::{
    Access, Activation, AllocationKind, CallKind, Definition, Object, Observer, Pointer, Site,
};
use gossa_ssa::{FuncId, FuncKey, InstId, LowerEnv as _, SourceMap};
use gossa_types::{DeclId, DeclSource, PackageId, TypeEnv as _};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// What a run and the analysis have to do with each other.
#[derive(Debug, Default)]
struct Escapes {
    /// Instructions that made objects.
    sites: usize,
    /// Those with an object that got out of its frame.
    outlived: usize,
    /// Those of which the analysis says something.
    compared: usize,
    /// Those that the analysis claims to be local and that got out, or never to run.
    missed: Vec<String>,
}

/// What happened to the objects of an instruction.
struct Made {
    func: FuncId,
    inst: InstId,
    kind: AllocationKind,
    outlived: Option<&'static str>,
}

struct Living {
    made: usize,
    by: Activation,
    /// Its activation has ended.
    left: bool,
}

#[derive(Default)]
struct Objects {
    made: Vec<Made>,
    index: HashMap<(FuncId, InstId, AllocationKind), usize>,
    living: HashMap<gossa_interp::memory::Addr, Living>,
    of: HashMap<Activation, Vec<gossa_interp::memory::Addr>>,
    globals: HashSet<gossa_interp::memory::Addr>,
}

impl Objects {
    fn seen(&mut self, object: Object, goroutine: Option<Activation>) {
        let Some(living) = self.living.get(&object.base) else { return };
        let why = if living.left {
            "outlives its frame"
        } else if goroutine.is_some_and(|by| by.goroutine != living.by.goroutine) {
            "reaches another goroutine"
        } else {
            return;
        };
        self.made[living.made].outlived.get_or_insert(why);
    }
}

struct Collector(Rc<RefCell<Objects>>);

impl Observer for Collector {
    fn call(&mut self, _: Option<Site>, callee: FuncId, _: CallKind) {
        // What is collected is gone, and what is told of its address later is another object.
        let is_collection = matches!(*callee.key(), FuncKey::Decl { decl, .. }
            if decl.package().path() == "runtime" && decl.name().as_str() == "GC");
        if is_collection {
            self.0.borrow_mut().living.retain(|_, living| !living.left);
        }
    }

    fn leave(&mut self, activation: Activation) {
        let all = &mut *self.0.borrow_mut();
        for base in all.of.remove(&activation).unwrap_or_default() {
            if let Some(living) = all.living.get_mut(&base)
                && living.by == activation
            {
                living.left = true;
            }
        }
    }

    fn allocation(&mut self, site: Site, object: Object, kind: AllocationKind) {
        let all = &mut *self.0.borrow_mut();
        // What was there is gone.
        all.living.remove(&object.base);
        all.globals.remove(&object.base);
        if site.by.is_some() || object.size == 0 {
            return;
        }
        let made = *all.index.entry((site.func, site.inst, kind)).or_insert_with(|| {
            all.made.push(Made { func: site.func, inst: site.inst, kind, outlived: None });
            all.made.len() - 1
        });
        let by = site.activation();
        all.living.insert(object.base, Living { made, by, left: false });
        all.of.entry(by).or_default().push(object.base);
    }

    fn global(&mut self, _: DeclId, object: Object) {
        self.0.borrow_mut().globals.insert(object.base);
    }

    fn value(&mut self, definition: &Definition, to: Pointer) {
        self.0.borrow_mut().seen(to.object, Some(definition.activation));
    }

    fn load(&mut self, access: &Access) {
        self.0.borrow_mut().seen(access.object, Some(access.site.activation()));
    }

    fn store(&mut self, access: &Access) {
        self.0.borrow_mut().seen(access.object, Some(access.site.activation()));
    }

    fn link(&mut self, site: Site, holder: Pointer, to: Pointer) {
        let all = &mut *self.0.borrow_mut();
        all.seen(to.object, Some(site.activation()));
        if all.globals.contains(&holder.object.base)
            && let Some(living) = all.living.get(&to.object.base)
        {
            all.made[living.made].outlived.get_or_insert("reaches a global variable");
        }
    }
}

/// Analyses a program, to be compared with a run.
pub(crate) fn check<'s>(subject: &'s Subject<'_, '_, '_>) -> Check<'s> {
    let (db, program) = (subject.db, subject.program);
    let graph = program_calls(program, &subject.roots);
    let packages: Vec<PackageId> = subject.packages.iter().map(|package| package.id(db)).collect();
    let table = call_table(subject.whole, program, &graph, &packages);
    let escapes = program_escapes(db, subject.packages, &table);
    let seen = Rc::<RefCell<Objects>>::default();
    let observer = Box::new(Collector(Rc::clone(&seen)));
    let compare = move || {
        let mut found = Escapes::default();
        let mut left_out = BTreeMap::new();
        let env = DbEnv::new(db);
        let claims = Claims::new(&escapes);
        for made in &seen.borrow().made {
            let Some(func) = program.known(made.func) else { continue };
            let Some(map) = program.function(func).source_map() else { continue };
            // Go code that the machine runs in the place of assembly; what else is not reached is
            // a call that the graph lacks.
            if !graph.is_reachable(func) {
                *left_out.entry("in functions that the call graph does not reach").or_default() +=
                    1;
                continue;
            }
            compare(&env, &claims, made, map, &mut found);
        }
        found.missed.sort();
        let counts = vec![
            ("instructions", found.sites),
            ("with objects that outlive frames", found.outlived),
            ("compared", found.compared),
        ];
        Findings { counts, left_out, missed: found.missed }
    };
    Check { observer, compare: Box::new(compare) }
}

/// A declaration with its literals.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Code {
    Function(DeclId),
    Initializer(PackageId, DeclSource),
}

/// What the analysis says, by declaration.
struct Claims<'e>(HashMap<Code, Vec<&'e Allocation>>);

impl<'e> Claims<'e> {
    fn new(escapes: &'e PackageEscapes) -> Self {
        let mut claims: HashMap<Code, Vec<&Allocation>> = HashMap::new();
        for function in &escapes.functions {
            let code = match function.decl {
                Some(decl) => Code::Function(decl),
                None => Code::Initializer(function.package, function.source),
            };
            claims.entry(code).or_default().extend(&function.allocations);
        }
        Self(claims)
    }
}

fn code_of(env: &DbEnv<'_>, func: FuncId) -> Option<Code> {
    match *func.key() {
        FuncKey::Decl { decl, .. } => Some(Code::Function(decl)),
        FuncKey::VarInit(variable) => {
            let decls = env.package(variable.package())?;
            let all = decls.initializers.iter();
            let found = all.clone().find(|init| init.lhs.first() == Some(&variable))?;
            Some(Code::Initializer(variable.package(), found.source))
        }
        FuncKey::Closure { root, .. } => code_of(env, root),
        FuncKey::PackageInit(_) => None,
    }
}

/// Whether what the analysis calls so may be what the machine calls so.
fn is_same(made: AllocationKind, claimed: Static) -> bool {
    match made {
        AllocationKind::Variable => matches!(
            claimed,
            Static::Variable
                | Static::New
                | Static::AddressOfLiteral
                | Static::Literal
                | Static::VariadicArguments
        ),
        AllocationKind::Table => matches!(
            claimed,
            Static::Literal | Static::AddressOfLiteral | Static::VariadicArguments
        ),
        AllocationKind::Slice | AllocationKind::Map => {
            matches!(claimed, Static::Make | Static::Literal)
        }
        AllocationKind::Closure => {
            matches!(claimed, Static::FunctionLiteral | Static::MethodValue)
        }
        AllocationKind::Boxed => claimed == Static::Conversion(Conversion::Interface),
        AllocationKind::Grown => claimed == Static::Append,
        AllocationKind::Text => matches!(
            claimed,
            Static::Concatenation | Static::Conversion(Conversion::Text | Conversion::SharedText)
        ),
        _ => false,
    }
}

fn compare(env: &DbEnv<'_>, claims: &Claims<'_>, made: &Made, map: &SourceMap, out: &mut Escapes) {
    out.sites += 1;
    out.outlived += usize::from(made.outlived.is_some());
    let Some(code) = code_of(env, made.func) else { return };
    let Some(all) = claims.0.get(&code) else { return };
    let variable = map.variables.iter().find(|(inst, _)| *inst == made.inst);
    let node = map.node(made.inst);
    // The compiler makes arguments of a deferred call when that runs, the machine before.
    let all = all.iter().filter(|claim| is_same(made.kind, claim.kind) && !claim.deferred);
    let matching: Vec<&&Allocation> = match variable {
        Some(&(_, local)) => {
            // A variable has the place of its declaration.
            let Code::Function(decl) = code else { return };
            let Some((_, types)) = env.body(decl) else { return };
            let Some(local) = types.types.locals.get(local.index()) else { return };
            let Some(name) = local.name else { return };
            let named =
                all.filter(|claim| claim.kind == Static::Variable && *claim.text == *name.as_str());
            let named: Vec<_> = named.collect();
            let exact = |claim: &&&&Allocation| Some(claim.at.node) == local.declared_at;
            if named.iter().any(|claim| exact(&claim)) {
                named.into_iter().filter(|claim| exact(&claim)).collect()
            } else {
                named
            }
        }
        None => {
            all.filter(|claim| claim.kind != Static::Variable && claim.at.node == node).collect()
        }
    };
    let by_kind: BTreeMap<bool, usize> = matching.iter().fold(BTreeMap::new(), |mut all, claim| {
        let is_local = claim.sinks.iter().all(|&sink| sink == Sink::Layout);
        *all.entry(is_local).or_default() += 1;
        all
    });
    if matching.is_empty() {
        return;
    }
    out.compared += 1;
    let what = || format!("{} {:?} {:?} {}", made.func, node, made.kind, matching[0].text);
    if let Some(why) = made.outlived
        && !by_kind.contains_key(&false)
    {
        out.missed.push(format!("{}: {why}", what()));
    } else if matching.iter().all(|claim| !claim.reachable) {
        out.missed.push(format!("{}: made, though it never is", what()));
    }
}
