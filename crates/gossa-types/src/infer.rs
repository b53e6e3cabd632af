//! Inference of type arguments (Go spec, "Type inference").
//!
//! [`infer_call`] solves for the type arguments of a call: those of a generic callee and those of
//! generic functions among the arguments. [`infer_assignment`] solves for those of a generic
//! function that is assigned to a variable of function type. Type parameters are renamed first,
//! so that a generic function may call itself.

use crate::ids::TypeParamId;
use crate::implements::{MissingMethod, lacks_method_with};
use crate::predicates::{default_type, larger_untyped};
use crate::print::Printer;
use crate::resolver::Resolver;
use crate::subst::{Renaming, bound, substitute};
use crate::ty::{BasicKind, SignatureType, TypeId, TypeKind, UnionTerm};
use crate::underlying::{common_underlying, type_set, underlying};
use crate::unify::{Unifier, UnifyMode, is_generic_signature};
use gossa_base::FxHashSet;

/// An argument of a call whose type arguments are inferred.
#[derive(Clone, Copy, Debug)]
pub struct InferArg<'a> {
    /// Its type: untyped for untyped values; with its type parameters for a generic function.
    pub ty: TypeId,
    /// Type arguments written after a generic function, fewer than it has parameters.
    pub explicit: &'a [TypeId],
}

impl InferArg<'_> {
    /// An argument of this type.
    #[must_use]
    pub fn new(ty: TypeId) -> Self {
        Self { ty, explicit: &[] }
    }
}

/// The result of inference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inference {
    /// Type arguments of the callee; none where it is not generic.
    pub callee: Box<[TypeId]>,
    /// For each argument that is a generic function, its index and type arguments.
    pub functions: Box<[(usize, Box<[TypeId]>)]>,
}

/// Why inference failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InferError {
    /// The argument that is to blame; `None`: the call.
    pub argument: Option<usize>,
    /// What is wrong.
    pub kind: InferErrorKind,
}

/// What is wrong in an [`InferError`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InferErrorKind {
    /// An argument is invalid; an error was reported for it.
    InvalidArgument,
    /// The type of an argument does not match that of its parameter.
    Mismatch {
        /// Type of the argument.
        ty: TypeId,
        /// Type of the parameter.
        param: TypeId,
        /// The same with what was inferred, if anything.
        inferred: Option<TypeId>,
        /// Type parameters, where nothing is known of any.
        unknown: Box<[TypeParamId]>,
        /// Whether an assignment is at hand, rather than a call.
        reverse: bool,
    },
    /// Untyped arguments for one parameter do not mix.
    MismatchedUntyped(TypeId, TypeId, TypeParamId),
    /// What was inferred does not satisfy the constraint.
    NotSatisfied {
        /// The parameter.
        param: TypeParamId,
        /// What was inferred.
        ty: TypeId,
        /// The constraint.
        constraint: TypeId,
        /// A method that is missing.
        missing: Option<Box<MissingMethod>>,
    },
    /// Nothing says what the parameter is.
    CannotInfer(TypeParamId),
}

impl InferError {
    /// What the compiler says; empty when it says nothing more. `argument` writes the argument
    /// with an index.
    #[must_use]
    pub fn message(
        &self,
        r: &dyn Resolver,
        printer: &Printer<'_>,
        argument: &dyn Fn(usize) -> String,
    ) -> String {
        let print = |ty: &TypeId| printer.print(*ty);
        match &self.kind {
            InferErrorKind::InvalidArgument => String::new(),
            InferErrorKind::Mismatch { ty, param, inferred, unknown, reverse } => {
                let arg = self.argument.map(argument).unwrap_or_default();
                let (ty, param) = (print(ty), print(param));
                if !unknown.is_empty() {
                    let names = join_names(unknown);
                    return format!(
                        "type {ty} of {arg} does not match {param} (cannot infer {names})"
                    );
                }
                match inferred.as_ref().map(print) {
                    Some(inferred) if *reverse => format!(
                        "inferred type {inferred} for {param} does not match type {ty} of {arg}"
                    ),
                    Some(inferred) => format!(
                        "type {ty} of {arg} does not match inferred type {inferred} for {param}"
                    ),
                    None => format!("type {ty} of {arg} does not match {param}"),
                }
            }
            InferErrorKind::MismatchedUntyped(a, b, param) => format!(
                "mismatched types {} and {} (cannot infer {})",
                print(a),
                print(b),
                param.name()
            ),
            InferErrorKind::NotSatisfied { param, ty, constraint, missing } => {
                let mut text = format!(
                    "{} (type {}) does not satisfy {}",
                    param.name(),
                    print(ty),
                    print(constraint)
                );
                if let Some(missing) = missing {
                    text.push(' ');
                    text.push_str(&missing.message(r, printer));
                }
                text
            }
            InferErrorKind::CannotInfer(param) => format!("cannot infer {}", param.name()),
        }
    }
}

/// `P`, `P and Q`, `P, Q, and R`.
fn join_names(params: &[TypeParamId]) -> String {
    let names: Vec<&str> = params.iter().map(|p| p.name().as_str()).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
    }
}

/// Infers the type arguments of a call.
///
/// `type_params` are those of the callee (none where it is not generic), `explicit` the first
/// of its type arguments, `params` the types of its parameters, one for each argument: a variadic
/// parameter's element type stands for each of its arguments. `interface_inference` is whether
/// the language version is at least 1.21.
pub fn infer_call(
    r: &dyn Resolver,
    type_params: &[TypeParamId],
    explicit: &[TypeId],
    params: &[TypeId],
    args: &[InferArg<'_>],
    interface_inference: bool,
) -> Result<Inference, InferError> {
    let mut all_params: Vec<TypeParamId> = Vec::new();
    let mut known: Vec<Option<TypeId>> = Vec::new();
    let mut add = |renamed: &[TypeParamId], explicit: &[TypeId]| {
        all_params.extend_from_slice(renamed);
        known.extend((0..renamed.len()).map(|i| explicit.get(i).copied()));
    };
    // Arguments that mention no type parameter cannot mention the callee's.
    let recursive = explicit.iter().any(|ty| ty.has_type_param())
        || args.iter().any(|arg| arg.ty.has_type_param());
    let param_types: Vec<TypeId> = if recursive {
        let callee = Renaming::apart(type_params, 1);
        add(&callee.renamed(), explicit);
        params.iter().map(|&ty| callee.apply(ty)).collect()
    } else {
        add(type_params, explicit);
        params.to_vec()
    };

    // Each generic function has its own parameters, even if the same one comes twice.
    let mut functions: Vec<(usize, usize)> = Vec::new();
    let mut arg_types: Vec<TypeId> = Vec::with_capacity(args.len());
    for (index, arg) in args.iter().enumerate() {
        match arg.ty.unalias().kind() {
            TypeKind::Signature(signature) if !signature.type_params.is_empty() => {
                let renaming = Renaming::apart(&signature.type_params, index as u32 + 2);
                add(&renaming.renamed(), arg.explicit);
                functions.push((index, signature.type_params.len()));
                arg_types.push(renaming.signature(arg.ty.unalias()));
            }
            _ => arg_types.push(arg.ty),
        }
    }
    let solution =
        Problem { r, params: &all_params, known: &known, interface_inference, reverse: false }
            .solve(&param_types, &arg_types)?;
    let (own, mut rest) = solution.split_at(type_params.len());
    let functions = functions
        .into_iter()
        .map(|(index, count)| {
            let (these, others) = rest.split_at(count);
            rest = others;
            (index, Box::from(these))
        })
        .collect();
    Ok(Inference { callee: own.into(), functions })
}

/// Infers the type arguments of a generic function that is assigned to a variable of type
/// `target`; `explicit` are those that are written. `None` as target: only constraints help.
pub fn infer_assignment(
    r: &dyn Resolver,
    signature: TypeId,
    explicit: &[TypeId],
    target: Option<TypeId>,
    interface_inference: bool,
) -> Result<Box<[TypeId]>, InferError> {
    let TypeKind::Signature(generic) = signature.unalias().kind() else {
        return Ok(explicit.into());
    };
    let renaming = Renaming::apart(&generic.type_params, 1);
    let renamed = renaming.renamed();
    let known: Vec<Option<TypeId>> = (0..renamed.len()).map(|i| explicit.get(i).copied()).collect();
    let plain = TypeId::new(TypeKind::Signature(SignatureType {
        type_params: Box::default(),
        ..generic.clone()
    }));
    let problem =
        Problem { r, params: &renamed, known: &known, interface_inference, reverse: true };
    let solution = match target {
        Some(target) => problem.solve(&[renaming.apply(plain)], &[target])?,
        None => problem.solve(&[], &[])?,
    };
    Ok(solution.into())
}

struct Problem<'a> {
    r: &'a dyn Resolver,
    /// What is solved for: no other type mentions these.
    params: &'a [TypeParamId],
    known: &'a [Option<TypeId>],
    interface_inference: bool,
    reverse: bool,
}

impl Problem<'_> {
    fn solve(&self, params: &[TypeId], args: &[TypeId]) -> Result<Vec<TypeId>, InferError> {
        if let Some(known) = self.known.iter().copied().collect::<Option<Vec<TypeId>>>() {
            return Ok(known);
        }
        if args.contains(&TypeId::INVALID) {
            return Err(InferError { argument: None, kind: InferErrorKind::InvalidArgument });
        }
        // What is given is put into the parameters, so that arguments are assigned, not unified.
        let params: Vec<TypeId> =
            params.iter().map(|&ty| substitute_known(ty, self.params, self.known)).collect();
        let mut unifier = Unifier::new(self.r, self.params, self.known, self.interface_inference);
        let untyped = self.use_arguments(&mut unifier, &params, args)?;
        self.use_constraints(&mut unifier)?;
        self.use_untyped(&mut unifier, &params, args, &untyped)?;
        self.simplify(unifier.inferred())
    }

    /// Unifies parameters with typed arguments; gives back the untyped ones.
    fn use_arguments(
        &self,
        unifier: &mut Unifier<'_>,
        params: &[TypeId],
        args: &[TypeId],
    ) -> Result<Vec<usize>, InferError> {
        let mut untyped = Vec::new();
        for (index, (&param, &arg)) in params.iter().zip(args).enumerate() {
            if !mentions(self.params, param) && !mentions(self.params, arg) {
                continue;
            }
            if !arg.is_untyped() {
                if !unifier.unify(param, arg, UnifyMode::ASSIGN) {
                    return Err(self.mismatch(unifier, index, param, arg));
                }
            } else if matches!(param.kind(), TypeKind::TypeParam(_))
                && arg.as_basic() != Some(BasicKind::UntypedNil)
            {
                // An untyped value has a basic type: only a bare parameter can match.
                untyped.push(index);
            }
        }
        Ok(untyped)
    }

    fn mismatch(
        &self,
        unifier: &Unifier<'_>,
        index: usize,
        param: TypeId,
        arg: TypeId,
    ) -> InferError {
        let inferred = unifier.inferred();
        let all_unknown = inferred.iter().all(Option::is_none);
        let with_known = substitute_known(param, self.params, &inferred);
        let kind = InferErrorKind::Mismatch {
            ty: arg,
            param,
            inferred: (with_known != param).then_some(with_known),
            unknown: if all_unknown { self.params.into() } else { Box::default() },
            reverse: self.reverse,
        };
        InferError { argument: Some(index), kind }
    }

    /// Unifies what is known with the constraints, as long as that tells more.
    fn use_constraints(&self, unifier: &mut Unifier<'_>) -> Result<(), InferError> {
        loop {
            let unknown = unifier.unknowns();
            for (index, &param) in self.params.iter().enumerate() {
                self.use_constraint(unifier, index, param)?;
            }
            if unifier.unknowns() == unknown {
                return Ok(());
            }
        }
    }

    fn use_constraint(
        &self,
        unifier: &mut Unifier<'_>,
        index: usize,
        param: TypeParamId,
    ) -> Result<(), InferError> {
        let r = self.r;
        let known = unifier.at(index);
        let not_satisfied = |ty: TypeId, missing: Option<MissingMethod>| InferError {
            argument: None,
            kind: InferErrorKind::NotSatisfied {
                param,
                ty,
                constraint: bound(r, param),
                missing: missing.map(Box::new),
            },
        };
        if let Some((core, single)) = core_term(r, TypeId::type_param(param)) {
            match known {
                Some(known) if !unifier.unify(known, core.ty, UnifyMode::INEXACT) => {
                    return Err(not_satisfied(known, None));
                }
                None if single && !core.tilde => unifier.set(index, core.ty),
                _ => {}
            }
        }
        // Methods of what is known say more, once it mentions no parameter.
        if let Some(known) = known
            && !mentions(self.params, known)
        {
            let constraint = underlying(r, TypeId::type_param(param));
            let missing = lacks_method_with(r, known, constraint, true, &mut |x, y| {
                unifier.unify(x, y, UnifyMode::EXACT)
            });
            if let Some(missing) = missing {
                return Err(not_satisfied(known, Some(missing)));
            }
        }
        Ok(())
    }

    /// Gives parameters that only untyped arguments speak of the default type of the largest.
    fn use_untyped(
        &self,
        unifier: &mut Unifier<'_>,
        params: &[TypeId],
        args: &[TypeId],
        untyped: &[usize],
    ) -> Result<(), InferError> {
        let mut largest: Vec<(usize, TypeId)> = Vec::new();
        for &index in untyped {
            let TypeKind::TypeParam(param) = params[index].kind() else { continue };
            let Some(at) = self.params.iter().position(|p| p == param) else { continue };
            if unifier.at(at).is_some() {
                continue;
            }
            let arg = args[index];
            match largest.iter_mut().find(|(other, _)| *other == at) {
                None => largest.push((at, arg)),
                Some((_, ty)) => match larger_untyped(*ty, arg) {
                    Some(larger) => *ty = larger,
                    None => {
                        let kind = InferErrorKind::MismatchedUntyped(*ty, arg, *param);
                        return Err(InferError { argument: Some(index), kind });
                    }
                },
            }
        }
        for (at, ty) in largest {
            unifier.set(at, default_type(ty));
        }
        Ok(())
    }

    /// Eliminates parameters from what was inferred for others.
    fn simplify(&self, mut inferred: Vec<Option<TypeId>>) -> Result<Vec<TypeId>, InferError> {
        self.break_cycles(&mut inferred);
        // Without cycles, each round resolves one more level.
        for _ in 0..=self.params.len() {
            let mut changed = false;
            for index in 0..inferred.len() {
                let (Some(before), None) = (inferred[index], self.known[index]) else { continue };
                let mut after = substitute_known(before, self.params, &inferred);
                if is_generic_signature(after) && !mentions(self.params, after) {
                    after = without_type_params(after);
                }
                changed |= after != before;
                inferred[index] = Some(after);
            }
            if !changed {
                break;
            }
        }
        let mut solution = Vec::with_capacity(inferred.len());
        for (&param, ty) in self.params.iter().zip(inferred) {
            match ty {
                Some(ty) if !mentions(self.params, ty) => solution.push(ty),
                _ => {
                    let kind = InferErrorKind::CannotInfer(crate::subst::original(param));
                    return Err(InferError { argument: None, kind });
                }
            }
        }
        Ok(solution)
    }

    /// Forgets types that would contain themselves: `P` inferred to be `*P`.
    fn break_cycles(&self, inferred: &mut [Option<TypeId>]) {
        let count = self.params.len();
        // Parameter i refers to parameter j.
        let refers: Vec<Vec<usize>> = (0..count)
            .map(|i| match inferred[i] {
                Some(ty) => (0..count).filter(|&j| mentions(&self.params[j..=j], ty)).collect(),
                None => Vec::new(),
            })
            .collect();
        for start in 0..count {
            let mut seen = vec![false; count];
            let mut stack: Vec<usize> = refers[start].clone();
            while let Some(at) = stack.pop() {
                if at == start {
                    inferred[start] = None;
                    break;
                }
                if !std::mem::replace(&mut seen[at], true) {
                    stack.extend(&refers[at]);
                }
            }
        }
    }
}

fn substitute_known(ty: TypeId, params: &[TypeParamId], known: &[Option<TypeId>]) -> TypeId {
    if !ty.has_type_param() {
        return ty;
    }
    let pairs = params.iter().zip(known).filter_map(|(&param, ty)| Some((param, (*ty)?)));
    let (params, args): (Vec<TypeParamId>, Vec<TypeId>) = pairs.unzip();
    substitute(ty, &params, &args)
}

fn without_type_params(signature: TypeId) -> TypeId {
    match signature.kind() {
        TypeKind::Signature(found) => TypeId::new(TypeKind::Signature(SignatureType {
            type_params: Box::default(),
            ..found.clone()
        })),
        _ => signature,
    }
}

/// Whether a type mentions one of the parameters.
#[must_use]
pub fn mentions(params: &[TypeParamId], ty: TypeId) -> bool {
    if !ty.has_type_param() {
        return false;
    }
    let mut stack = vec![ty];
    let mut seen: FxHashSet<TypeId> = FxHashSet::default();
    while let Some(ty) = stack.pop() {
        match ty.kind() {
            TypeKind::TypeParam(param) => {
                if params.contains(param) {
                    return true;
                }
            }
            _ if !ty.has_type_param() || !seen.insert(ty) => {}
            _ => for_each_part(ty.kind(), |part| stack.push(part)),
        }
    }
    false
}

/// The types that a type's structure is made of.
pub(crate) fn for_each_part(kind: &TypeKind, mut part: impl FnMut(TypeId)) {
    match kind {
        TypeKind::Basic(_) | TypeKind::TypeParam(_) => {}
        TypeKind::Named { args, .. } => args.iter().for_each(|&ty| part(ty)),
        TypeKind::Alias { actual, .. } => part(*actual),
        TypeKind::Pointer(elem)
        | TypeKind::Slice(elem)
        | TypeKind::Array { elem, .. }
        | TypeKind::Chan { elem, .. } => part(*elem),
        TypeKind::Map { key, value } => {
            part(*key);
            part(*value);
        }
        TypeKind::Struct(fields) => fields.iter().for_each(|field| part(field.ty)),
        TypeKind::Tuple(types) => types.iter().for_each(|&ty| part(ty)),
        TypeKind::Signature(signature) => {
            signature.params.iter().chain(&*signature.results).for_each(|p| part(p.ty));
        }
        TypeKind::Interface(interface) => {
            interface.methods.iter().for_each(|m| part(m.signature));
            interface.embeds.iter().for_each(|&ty| part(ty));
        }
        TypeKind::Union(terms) => terms.iter().for_each(|term| part(term.ty)),
    }
}

/// The one type that a constraint lets in (true), or its core type with a tilde if any of its
/// terms has one (false).
fn core_term(r: &dyn Resolver, param: TypeId) -> Option<(UnionTerm, bool)> {
    let set = type_set(r, param);
    if let [only] = set.terms.specific() {
        return Some((*only, true));
    }
    let ty = common_underlying(r, param).ok()?;
    let tilde = set.terms.specific().iter().any(|term| term.tilde);
    Some((UnionTerm { tilde, ty }, false))
}
