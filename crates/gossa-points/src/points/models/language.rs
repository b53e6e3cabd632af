//! The language of models: what functions do to pointers, in lines.
//!
//! ```text
//! sync.*Pool.Get(p) x        a function, names for its parameters (the receiver first), results
//!     x = p.local            assignments
//!     x = call p.New         calls; arguments follow
//!     run sync.*Mutex.Lock with m.mu      a method that it calls by name, and the receiver
//!     like sync.*Pool.Put                 what a function above does, with names of the same
//! ```
//!
//! A *place* is a parameter, a result, or a name for a value of one pointer, with `.field` and `[]`
//! for parts; pointers and slices are followed. `bag:N` is one variable for all models. What is
//! assigned is a place, `new` (what the place's type points to, or the array of its elements),
//! `values` (a slice of `reflect.Value` that an operation makes), a call, or an operation on a place.
//! Operations with an effect only stand alone; some take a second place behind `with`.
//!
//! A model fits a function if all places can be found in the types of its parameters; one that does
//! not fit, in another version of Go for example, is not used.

use super::{empty, signature};
use crate::callgraph::CallMode;
use crate::points::facts::{
    CallFact, CallTarget, CellRef, Extern, Facts, Filter, NodeRef, ObjectFact, ObjectKind, Reflect,
    Rule,
};
use crate::points::layout::{Layouts, backing_array};
use crate::points::reflection::named;
use crate::program::FuncIndex;
use gossa_base::{FxHashMap, FxHashSet, ListRange, Name};
use gossa_ssa::{FuncId, InstId};
use gossa_types::{BasicKind, DeclId, PackageId, TypeId, TypeKind};
use std::sync::LazyLock;

/// What one function does.
#[derive(Debug, Default)]
pub(super) struct Model<'t> {
    params: Vec<&'t str>,
    results: Vec<&'t str>,
    statements: Vec<Statement<'t>>,
}

#[derive(Clone, Debug)]
struct Statement<'t> {
    to: Option<Place<'t>>,
    source: Source<'t>,
}

#[derive(Clone, Debug)]
enum Source<'t> {
    Place(Place<'t>),
    New,
    Values,
    Call(Place<'t>, Vec<Place<'t>>),
    /// A call of a method by name; the place is the receiver, whose address it gets.
    Run(&'t str, Place<'t>),
    Op(&'t str, Place<'t>, Option<Place<'t>>),
}

#[derive(Clone, Debug)]
struct Place<'t> {
    root: &'t str,
    steps: Vec<&'t str>,
}

/// The models of the standard library, by function.
static LIBRARY: LazyLock<FxHashMap<&'static str, Model<'static>>> =
    LazyLock::new(|| parse(include_str!("library.txt")));

/// The model of a function: by its package, receiver (with a `*`) and name, with dots between.
pub(super) fn model(name: &str) -> Option<&'static Model<'static>> {
    LIBRARY.get(name)
}

/// The names of all models.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LIBRARY.keys().copied()
}

/// The packages that have functions with models.
static PACKAGES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let package = |name: &&'static str| {
        let start = name.rfind('/').map_or(0, |at| at + 1);
        let end = name[start..].find('.').map_or(name.len(), |at| start + at);
        &name[..end]
    };
    LIBRARY.keys().map(package).collect()
});

/// Whether functions of a package have models.
pub(super) fn has_models(package: &str) -> bool {
    PACKAGES.contains(package) || package.ends_with("/atomic")
}

fn parse(text: &str) -> FxHashMap<&str, Model<'_>> {
    let mut models: FxHashMap<&str, Model<'_>> = FxHashMap::default();
    let mut current = "";
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            let (name, rest) = content.split_once('(').unwrap_or((content, ")"));
            let (params, results) = rest.split_once(')').unwrap_or((rest, ""));
            let model =
                Model { params: list(params), results: list(results), statements: Vec::new() };
            models.insert(name, model);
            current = name;
            continue;
        }
        let statements = match content.strip_prefix("like ") {
            Some(other) if other != current && models.contains_key(other) => {
                models[other].statements.clone()
            }
            _ => vec![statement(content)],
        };
        if let Some(model) = models.get_mut(current) {
            model.statements.extend(statements);
        }
    }
    models
}

fn list(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}

fn statement(text: &str) -> Statement<'_> {
    let (to, what) = match text.split_once(" = ") {
        Some((to, what)) => (Some(place(to)), what),
        None => (None, text),
    };
    let words: Vec<&str> = what.split(' ').collect();
    let source = match words[..] {
        ["new"] => Source::New,
        ["values"] => Source::Values,
        [one] => Source::Place(place(one)),
        ["call", target, ref args @ ..] => {
            Source::Call(place(target), args.iter().map(|arg| place(arg)).collect())
        }
        ["run", function, "with", receiver] => Source::Run(function, place(receiver)),
        [op, x] => Source::Op(op, place(x), None),
        [op, x, _, with, ..] => Source::Op(op, place(x), Some(place(with))),
        _ => Source::Op("", place(what), None),
    };
    Statement { to, source }
}

fn place(text: &str) -> Place<'_> {
    let mut parts = text.split('.');
    let mut steps = Vec::new();
    let mut root = "";
    for (at, part) in parts.by_ref().enumerate() {
        let name = part.strip_suffix("[]").unwrap_or(part);
        if at == 0 {
            root = name;
        } else {
            steps.push(name);
        }
        if name.len() < part.len() {
            steps.push("[]");
        }
    }
    Place { root, steps }
}

/// Where a place is.
#[derive(Clone)]
enum Found {
    Leaves(Vec<NodeRef>, TypeId),
    Memory { node: NodeRef, delta: u32, base: TypeId, ty: TypeId },
}

struct Compiler<'x, 'p, 'e> {
    layouts: &'x Layouts<'p, 'e>,
    facts: Facts,
    names: FxHashMap<&'static str, Found>,
    objects: Vec<ObjectFact>,
    externs: Vec<Extern>,
    members: Vec<(NodeRef, CellRef)>,
    copies: Vec<(NodeRef, NodeRef)>,
    rules: Vec<(NodeRef, Rule<NodeRef>)>,
    calls: Vec<CallFact>,
    args: Vec<NodeRef>,
    package: PackageId,
}

/// The facts of a function by its model; `None` where the model does not fit.
pub(super) fn compile(
    layouts: &Layouts<'_, '_>,
    func: FuncIndex,
    model: &'static Model<'static>,
) -> Option<Facts> {
    let facts = empty(layouts, func);
    let (params, results) = signature(layouts, func);
    if params.len() != model.params.len() || results.len() != model.results.len() {
        return None;
    }
    let package = layouts.program().function(func).id.package();
    let mut compiler = Compiler {
        layouts,
        facts,
        names: FxHashMap::default(),
        objects: Vec::new(),
        externs: Vec::new(),
        members: Vec::new(),
        copies: Vec::new(),
        rules: Vec::new(),
        calls: Vec::new(),
        args: Vec::new(),
        package,
    };
    let mut at = 0;
    let names = model.params.iter().chain(&model.results);
    for (&name, &ty) in names.zip(params.iter().chain(&results)) {
        let count = layouts.leaf_count(ty) as u32;
        let leaves = (at..at + count).map(NodeRef::variable).collect();
        at += count;
        if name != "_" {
            compiler.names.insert(name, Found::Leaves(leaves, ty));
        }
    }
    for statement in &model.statements {
        compiler.statement(statement)?;
    }
    let mut facts = compiler.facts;
    facts.objects = compiler.objects.into();
    facts.externs = compiler.externs.into();
    facts.members = compiler.members.into();
    facts.copies = compiler.copies.into();
    facts.rules = compiler.rules.into();
    facts.calls = compiler.calls.into();
    facts.args = compiler.args.into();
    Some(facts)
}

impl Compiler<'_, '_, '_> {
    fn variable(&mut self) -> NodeRef {
        self.facts.variables += 1;
        NodeRef::variable(self.facts.variables - 1)
    }

    fn external(&mut self, place: Extern) -> NodeRef {
        let known = self.externs.iter().position(|&other| other == place);
        let at = known.unwrap_or(self.externs.len());
        if known.is_none() {
            self.externs.push(place);
        }
        NodeRef::external(at as u32)
    }

    fn find(&mut self, place: &Place<'static>) -> Option<Found> {
        let mut found = match self.names.get(place.root) {
            Some(found) => found.clone(),
            None => {
                let node = match place.root.strip_prefix("bag:") {
                    Some(number) => self.external(Extern::Bag(number.parse().ok()?)),
                    None => self.variable(),
                };
                let found = Found::Leaves(vec![node], TypeId::basic(BasicKind::UnsafePointer));
                self.names.insert(place.root, found.clone());
                found
            }
        };
        for &step in &place.steps {
            found = self.step(found, step)?;
        }
        Some(found)
    }

    fn step(&mut self, found: Found, step: &str) -> Option<Found> {
        let program = self.layouts.program();
        let ty = match &found {
            Found::Leaves(_, ty) | Found::Memory { ty, .. } => *ty,
        };
        match program.under(ty).kind() {
            TypeKind::Pointer(elem) => {
                let node = *self.read(&found).first()?;
                let elem = program.normal(*elem);
                self.step(Found::Memory { node, delta: 0, base: elem, ty: elem }, step)
            }
            TypeKind::Slice(elem) if step == "[]" => {
                let node = *self.read(&found).first()?;
                let elem = program.normal(*elem);
                Some(Found::Memory { node, delta: 0, base: elem, ty: elem })
            }
            TypeKind::Struct(fields) => {
                let at = fields.iter().position(|field| field.name.as_str() == step)?;
                let start = *self.layouts.field_cells(ty).get(at)?;
                let field = fields[at].ty;
                Some(match found {
                    Found::Leaves(leaves, _) => {
                        let range = self.layouts.layout(ty).leaves_of(start);
                        Found::Leaves(leaves.get(range)?.to_vec(), field)
                    }
                    Found::Memory { node, delta, base, .. } => {
                        Found::Memory { node, delta: delta + start, base, ty: field }
                    }
                })
            }
            _ => None,
        }
    }

    fn read(&mut self, found: &Found) -> Vec<NodeRef> {
        match *found {
            Found::Leaves(ref leaves, _) => leaves.clone(),
            Found::Memory { node, delta, base, ty } => {
                let leaves: Vec<u32> = self.layouts.layout(ty).leaves.to_vec();
                let mut nodes = Vec::new();
                for leaf in leaves {
                    let dst = self.variable();
                    self.rules.push((node, Rule::Load { dst, delta: delta + leaf, base }));
                    nodes.push(dst);
                }
                nodes
            }
        }
    }

    fn write(&mut self, found: &Found, nodes: &[NodeRef]) {
        match *found {
            Found::Leaves(ref leaves, _) => {
                self.copies.extend(nodes.iter().copied().zip(leaves.iter().copied()));
            }
            Found::Memory { node, delta, base, ty } => {
                let leaves = &self.layouts.layout(ty).leaves;
                for (&src, &leaf) in nodes.iter().zip(leaves) {
                    self.rules.push((node, Rule::Store { src, delta: delta + leaf, base }));
                }
            }
        }
    }

    /// A pointer to a new object: to a part of it, `delta` cells from the start.
    fn new_object(&mut self, ty: TypeId, delta: u32) -> NodeRef {
        let first_cell = self.facts.cells;
        self.facts.cells += self.layouts.layout(ty).cells.len() as u32;
        let (inst, kind) = (InstId::new(0), ObjectKind::New);
        self.objects.push(ObjectFact { ty, first_cell, inst, kind });
        let to = self.variable();
        let node = NodeRef::cell(first_cell + delta);
        self.members.push((to, CellRef { node, boxed: false }));
        to
    }

    fn statement(&mut self, statement: &Statement<'static>) -> Option<()> {
        let to = match &statement.to {
            Some(place) => Some(self.find(place)?),
            None => None,
        };
        let ty = to.as_ref().map(|to| match to {
            Found::Leaves(_, ty) | Found::Memory { ty, .. } => *ty,
        });
        let program = self.layouts.program();
        let nodes = match &statement.source {
            Source::Place(place) => {
                let found = self.find(place)?;
                self.read(&found)
            }
            Source::New => {
                let node = match *program.under(ty?).kind() {
                    TypeKind::Pointer(elem) => self.new_object(elem, 0),
                    TypeKind::Slice(elem) => self.new_object(backing_array(elem), 1),
                    _ => return None,
                };
                vec![node]
            }
            Source::Values => {
                let node = self.variable();
                let place = statement.to.as_ref()?;
                let found = Found::Leaves(vec![node], TypeId::slice(named("reflect", "Value")));
                self.names.insert(place.root, found);
                return Some(());
            }
            Source::Call(target, args) => {
                let target = self.find(target)?;
                let result = match &target {
                    Found::Leaves(_, ty) | Found::Memory { ty, .. } => {
                        match program.under(*ty).kind() {
                            TypeKind::Signature(signature) => {
                                signature.results.first().map(|result| result.ty)
                            }
                            _ => None,
                        }
                    }
                };
                let target = *self.read(&target).first()?;
                let mut nodes = Vec::new();
                for arg in args {
                    let found = self.find(arg)?;
                    nodes.extend(self.read(&found));
                }
                let start = self.args.len() as u32;
                let args = ListRange { start, len: nodes.len() as u32 };
                self.args.extend(nodes);
                let results = self.facts.variables;
                let count = result.map_or(0, |ty| self.layouts.leaf_count(ty));
                let nodes: Vec<NodeRef> = (0..count).map(|_| self.variable()).collect();
                self.calls.push(CallFact {
                    inst: InstId::new(0),
                    mode: CallMode::Call,
                    target: CallTarget::Value(target),
                    args,
                    results,
                    result_count: count as u32,
                });
                // A name takes the type of what it is first given.
                if let (Some(place), Some(ty)) = (&statement.to, result)
                    && place.steps.is_empty()
                    && matches!(&to, Some(Found::Leaves(leaves, _)) if leaves.len() == 1)
                    && count == 1
                {
                    let Some(Found::Leaves(leaves, _)) = &to else { return None };
                    self.names.insert(place.root, Found::Leaves(leaves.clone(), ty));
                }
                nodes
            }
            Source::Run(function, receiver) => {
                let function = self.method(function)?;
                let Found::Memory { node, delta, base, .. } = self.find(receiver)? else {
                    return None;
                };
                let dst = self.variable();
                self.rules.push((node, Rule::Offset { dst, delta, base }));
                let start = self.args.len() as u32;
                self.args.push(dst);
                self.calls.push(CallFact {
                    inst: InstId::new(0),
                    mode: CallMode::Call,
                    target: CallTarget::Static(function),
                    args: ListRange { start, len: 1 },
                    results: self.facts.variables,
                    result_count: 0,
                });
                return Some(());
            }
            Source::Op("assert", x, None) => {
                let found = self.find(x)?;
                let node = *self.read(&found).first()?;
                self.assert(node, ty?)
            }
            Source::Op(op, x, with) => {
                let found = self.find(x)?;
                let node = *self.read(&found).first()?;
                let with = match with {
                    Some(place) => {
                        let found = self.find(place)?;
                        self.read(&found).first().copied()
                    }
                    None => None,
                };
                let dst = self.variable();
                let op = self.operation(op)?;
                self.rules.push((node, Rule::Reflect { op, to: dst, with: with.unwrap_or(dst) }));
                vec![dst]
            }
        };
        if let Some(to) = to {
            self.write(&to, &nodes);
        }
        Some(())
    }

    /// A method with a pointer receiver: by its package, type (with a `*`) and name.
    fn method(&self, name: &str) -> Option<FuncIndex> {
        let (receiver, name) = name.rsplit_once('.')?;
        let (package, ty) = receiver.rsplit_once(".*")?;
        let receiver = DeclId::top_level(PackageId::new(package), Name::new(ty));
        let method = DeclId::method(receiver, Name::new(name));
        self.layouts.program().known(FuncId::declared(method))
    }

    /// The values of a type in an interface.
    fn assert(&mut self, node: NodeRef, ty: TypeId) -> Vec<NodeRef> {
        let program = self.layouts.program();
        let ty = program.normal(ty);
        if program.is_interface(ty) {
            let dst = self.variable();
            self.rules.push((node, Rule::Apply { dst, filter: Filter::Implements(ty) }));
            return vec![dst];
        }
        let leaves: Vec<u32> = self.layouts.layout(ty).leaves.to_vec();
        let mut nodes = Vec::new();
        for delta in leaves {
            let dst = self.variable();
            self.rules.push((node, Rule::Unbox { dst, delta, ty }));
            if let TypeKind::Pointer(elem) = *ty.kind() {
                let filter = Filter::PointersTo(program.normal(elem));
                self.rules.push((node, Rule::Apply { dst, filter }));
            }
            nodes.push(dst);
        }
        nodes
    }

    fn operation(&self, op: &str) -> Option<Reflect> {
        let (package, lite) = (self.package, self.package.path() == "internal/reflectlite");
        Some(match op {
            "value" => Reflect::Value(package),
            "typeof" => Reflect::TypeOf { package, lite },
            "typesof" => Reflect::TypesOf { lite },
            "pointers" => Reflect::DataWord,
            "clonemap" => Reflect::CloneMap,
            "derive" => Reflect::Derive,
            "address" => Reflect::Address,
            "unsafeaddress" => Reflect::UnsafeAddress,
            "slice" => Reflect::Slice,
            "grow" => Reflect::Grow,
            "callvalue" => Reflect::Call,
            "methods" => Reflect::Methods,
            "namedmethods" => Reflect::NamedMethods,
            "converted" => Reflect::Converted,
            "newof" => Reflect::New,
            "zero" => Reflect::Zero,
            "make" => Reflect::Make,
            "makefunc" => Reflect::MakeFunc,
            "at" => Reflect::At,
            "sliceat" => Reflect::SliceAt,
            "assign" => Reflect::Assign,
            "callwith" => Reflect::CallWith,
            "give" => Reflect::Given,
            "put" => Reflect::Put,
            "word" => Reflect::Word,
            "bytes" => Reflect::Bytes,
            "putbytes" => Reflect::PutBytes,
            "putpointer" => Reflect::PutPointers,
            "pointertypes" => Reflect::Pointers,
            "slicetypes" => Reflect::Slices,
            "arraytypes" => Reflect::Arrays,
            "chantypes" => Reflect::Chans,
            "maptypes" => Reflect::Maps,
            "methodtypes" => Reflect::MethodTypes,
            _ => return None,
        })
    }
}
