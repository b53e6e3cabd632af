//! Models of functions whose bodies cannot be seen: which declarations they are of, and what
//! becomes of them.
//!
//! Between lowering and everything that looks at the program: [`Session::add_models`] finds the
//! functions by name, has `gossa-ssa` make bodies of their models, and puts these among the lowered
//! functions. Escape analysis, which looks at trees, gets where parameters leak
//! ([`model_leaks`]).

use crate::declare::package_decls;
use crate::env::DbEnv;
use crate::inputs::{PackageInput, RootDb};
use crate::linknames::Linknames;
use crate::one_shot::LoweredFunc;
use crate::session::Session;
use gossa_base::{FxHashMap, Name};
use gossa_escape::{Leaks, Sink};
use gossa_ssa::build::{ModelSignature, lower_model};
use gossa_ssa::model::{CallOf, Effect, Model, ModelError, Place, Root, Source, Step};
use gossa_ssa::{Callee, FuncId, Inst};
use gossa_types::{DeclId, FuncDecl, PackageId, TypeKind};
use std::sync::Arc;

/// A model, and the function that it is of: `path/of/package.Func`, `path/of/package.Type.Method`,
/// or `path/of/package.C.function`.
#[derive(Clone, Debug)]
pub struct NamedModel {
    /// The function's name.
    pub function: String,
    /// What it does.
    pub model: Model,
}

/// Why a model is not used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ModelProblem {
    /// No package of the program has the name's beginning as its path.
    NotLoaded,
    /// It is not needed, or not of a function that may have one: the reason, in one sentence.
    Unused(String),
    /// The package has no such function, as it is built here: the reason, in one sentence.
    Missing(String),
    /// It does not fit the function: the number of a statement, and what is wrong with it.
    Misfit(usize, ModelError),
}

/// Where parameters leak, by function, the receiver first.
pub(crate) type ModelLeaks = FxHashMap<DeclId, Arc<[Leaks]>>;

/// The prefixes of the declarations that stand for a function of C: as it is called, and as it is
/// called for its `errno`, too.
const C_PREFIXES: [(&str, bool); 2] = [("_Cfunc_", false), ("_C2func_", true)];

impl Session {
    /// Adds bodies for the functions that have models to a program's lowered functions. Returns
    /// what is wrong, by the number of the model, in order.
    pub fn add_models(
        &self,
        models: &[NamedModel],
        lowered: &mut Vec<LoweredFunc>,
    ) -> Vec<(usize, ModelProblem)> {
        if models.is_empty() {
            return Vec::new();
        }
        let db = self.db();
        let links = Linknames::of_program(&db);
        let mut work = Work { session: self, db: &db, links, known: lowered, added: Vec::new() };
        let mut problems = Vec::new();
        let mut leaks = ModelLeaks::default();
        for (at, model) in models.iter().enumerate() {
            let mut found = work.add(model, &mut leaks);
            found.dedup();
            problems.extend(found.into_iter().map(|problem| (at, problem)));
        }
        let mut added = work.added;
        added.sort_by_cached_key(|(func, _)| func.to_string());
        added.dedup_by_key(|(func, _)| *func);
        lowered.extend(added);
        // The first program's models are those of all that the session lowers.
        let _ = self.models.set(leaks);
        problems
    }
}

struct Work<'w> {
    session: &'w Session,
    db: &'w RootDb,
    links: Linknames,
    known: &'w [LoweredFunc],
    added: Vec<LoweredFunc>,
}

impl Work<'_> {
    fn add(&mut self, named: &NamedModel, leaks: &mut ModelLeaks) -> Vec<ModelProblem> {
        let mut problems = Vec::new();
        let mut loaded = false;
        for (package, rest) in self.packages(&named.function) {
            loaded = true;
            if let Some(name) = rest.strip_prefix("C.") {
                problems.extend(self.add_c(package.id(self.db), name, &named.model));
                continue;
            }
            match self.find(package, rest) {
                Ok(decl) => problems.extend(self.add_declared(package, decl, &named.model, leaks)),
                Err(problem) => problems.push(problem),
            }
        }
        if !loaded {
            problems.push(ModelProblem::NotLoaded);
        }
        problems
    }

    /// The packages that a name may begin with, test variants included, and what follows.
    fn packages<'n>(&self, name: &'n str) -> Vec<(PackageInput, &'n str)> {
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        let dots = name[last..].match_indices('.').map(|(dot, _)| last + dot);
        let splits: Vec<(&str, &str)> = dots.map(|dot| (&name[..dot], &name[dot + 1..])).collect();
        let packages = self.session.packages().iter();
        packages
            .filter_map(|&package| {
                let path = package.id(self.db).path();
                let (_, rest) = splits.iter().find(|(prefix, _)| *prefix == path)?;
                Some((package, *rest))
            })
            .collect()
    }

    /// The function that is called so, if it has no body and may have a model.
    fn find(&self, package: PackageInput, name: &str) -> Result<DeclId, ModelProblem> {
        let (id, db) = (package.id(self.db), self.db);
        let top_level = |name: &str| DeclId::top_level(id, Name::new(name));
        let decl = match name.split_once('.') {
            Some((base, method)) => DeclId::method(top_level(base), Name::new(method)),
            None => top_level(name),
        };
        if package.standard(db) {
            let message = "gossa has models of its own of the standard library";
            return Err(ModelProblem::Unused(message.to_owned()));
        }
        let decls = package_decls(db, package);
        let Some(found) = decls.funcs.get(&decl) else {
            let message = format!("package {} has no function `{name}` in this build", id.path());
            return Err(ModelProblem::Missing(message));
        };
        let linked = || self.links.function(FuncId::declared(decl)).is_some();
        if found.has_body || linked() {
            let message = "the function has a body, which says what it does";
            return Err(ModelProblem::Unused(message.to_owned()));
        }
        Ok(decl)
    }

    fn add_declared(
        &mut self,
        package: PackageInput,
        decl: DeclId,
        model: &Model,
        leaks: &mut ModelLeaks,
    ) -> Vec<ModelProblem> {
        let decls = package_decls(self.db, package);
        let Some(found) = decls.funcs.get(&decl) else { return Vec::new() };
        let signature = signature(found);
        let problems = self.lower(FuncId::declared(decl), &signature, model);
        if problems.is_empty() {
            leaks.insert(decl, model_leaks(&signature, model));
        }
        problems
    }

    /// A function of C has no declaration in Go: what it takes and gives its calls say.
    fn add_c(&mut self, package: PackageId, name: &str, model: &Model) -> Vec<ModelProblem> {
        let mut problems = Vec::new();
        let mut called = false;
        for (prefix, with_errno) in C_PREFIXES {
            let decl = DeclId::top_level(package, Name::new(&format!("{prefix}{name}")));
            let func = FuncId::declared(decl);
            let Some(signature) = self.signature_of_calls(func) else { continue };
            called = true;
            let adapted = with_errno.then(|| with_error(model));
            problems.extend(self.lower(func, &signature, adapted.as_ref().unwrap_or(model)));
        }
        if !called {
            let message = format!("package {} does not call `C.{name}`", package.path());
            problems.push(ModelProblem::Missing(message));
        }
        problems
    }

    fn signature_of_calls(&self, func: FuncId) -> Option<ModelSignature> {
        let package = func.package();
        let bodies = self.known.iter().filter(|(caller, _)| caller.package() == package);
        for body in bodies.flat_map(|(_, lowered)| &lowered.bodies) {
            for inst in body.inst_ids() {
                let Inst::Call(call) = body[inst] else { continue };
                if body[call].callee == Callee::Static(func) {
                    let params = &body[body[call].args];
                    return Some(ModelSignature {
                        params: params.iter().map(|&arg| (None, body[arg].ty)).collect(),
                        results: body.results_of(inst).map(|result| body[result].ty).collect(),
                    });
                }
            }
        }
        None
    }

    fn lower(
        &mut self,
        func: FuncId,
        signature: &ModelSignature,
        model: &Model,
    ) -> Vec<ModelProblem> {
        match lower_model(&DbEnv::new(self.db), func, signature, model) {
            Ok(body) => {
                self.added.push((func, Arc::new(body)));
                Vec::new()
            }
            Err(misfits) => misfits
                .into_iter()
                .map(|(statement, error)| ModelProblem::Misfit(statement, error))
                .collect(),
        }
    }
}

fn signature(decl: &FuncDecl) -> ModelSignature {
    let receiver = decl.receiver.map(|receiver| (receiver.name, receiver.ty));
    let TypeKind::Signature(signature) = decl.signature.kind() else {
        return ModelSignature { params: receiver.into_iter().collect(), results: Vec::new() };
    };
    let params = signature.params.iter().map(|param| (param.name, param.ty));
    ModelSignature {
        params: receiver.into_iter().chain(params).collect(),
        results: signature.results.iter().map(|result| result.ty).collect(),
    }
}

/// The model of a function that gives an error, too, of which nothing is known.
fn with_error(model: &Model) -> Model {
    let mut model = model.clone();
    for statement in &mut model.statements {
        if let Effect::Return(values) = &mut statement.effect
            && !values.is_empty()
        {
            *values = values.iter().cloned().chain([Source::Unknown]).collect();
        }
    }
    model
}

/// Where the parameters of a function with a model leak, as escape analysis says it.
fn model_leaks(signature: &ModelSignature, model: &Model) -> Arc<[Leaks]> {
    let mut leaks = ParamLeaks { signature, leaks: vec![Leaks::default(); signature.params.len()] };
    let mut returns = false;
    for statement in &model.statements {
        match &statement.effect {
            Effect::Assign(_, source) | Effect::Keep(source) => leaks.sink(source, Sink::Heap),
            Effect::Send(_, source) => leaks.sink(source, Sink::Goroutine),
            Effect::Call(call) => leaks.call(call, Sink::Heap),
            Effect::Go(call) => leaks.call(call, Sink::Goroutine),
            Effect::Return(sources) => {
                returns |= !sources.is_empty();
                for (at, source) in sources.iter().enumerate() {
                    leaks.source(source, &mut |leaks, derefs| leaks.add_result(at, derefs));
                }
            }
            _ => {}
        }
    }
    if !returns {
        // Any argument may be a result.
        for result in 0..signature.results.len() {
            leaks.leaks.iter_mut().for_each(|leaks| leaks.add_result(result, 0));
        }
    }
    leaks.leaks.into()
}

struct ParamLeaks<'s> {
    signature: &'s ModelSignature,
    leaks: Vec<Leaks>,
}

impl ParamLeaks<'_> {
    fn sink(&mut self, source: &Source, sink: Sink) {
        self.source(source, &mut |leaks, derefs| {
            leaks.add_sink(sink, derefs);
            leaks.add_sink(Sink::Heap, derefs);
        });
    }

    fn source(&mut self, source: &Source, add: &mut dyn FnMut(&mut Leaks, i32)) {
        match source {
            Source::Place(place) => self.place(place, add),
            Source::Call(call) => self.call(call, Sink::Heap),
            Source::New | Source::Nil | Source::Unknown => {}
        }
    }

    /// What is called is called, and what it is given leaks: nobody knows what it does.
    fn call(&mut self, call: &CallOf, sink: Sink) {
        self.place(&call.target, &mut |leaks, derefs| {
            leaks.add_callee(derefs);
            leaks.add_sink(sink, derefs);
            leaks.add_sink(Sink::Heap, derefs);
        });
        call.args.iter().for_each(|source| self.sink(source, sink));
    }

    fn place(&mut self, place: &Place, add: &mut dyn FnMut(&mut Leaks, i32)) {
        let named = |name: Name| self.signature.params.iter().position(|p| p.0 == Some(name));
        let at = match place.root {
            Root::Param(number) => Some(number as usize),
            Root::Name(name) => named(name),
        };
        let Some(leaks) = at.and_then(|at| self.leaks.get_mut(at)) else { return };
        // Elements are behind a pointer wherever that is not known better; a field may be a part
        // of the argument.
        let elements = place.steps.iter().filter(|step| matches!(step, Step::Elements)).count();
        add(leaks, place.derefs as i32 + elements as i32);
    }
}
