//! A program as the analyses see it: its functions under dense numbers, and what its types'
//! methods are.
//!
//! Made from the lowered functions of all packages. The numbering grows: functions that are named
//! but have no body, and wrappers, get numbers when they are first asked for.

use crate::wrapper;
use elsa::FrozenVec;
use gossa_base::{FxHashMap, Name, entity};
use gossa_ssa::{Body, FuncId, FuncKey, Lowered, MethodRef, MethodTarget, SourceMap};
use gossa_types::info::Selected;
use gossa_types::lookup::{find_method, method_set};
use gossa_types::normal::NormalTypes;
use gossa_types::sizes::Sizes;
use gossa_types::subst::{instantiate_signature, substitute};
use gossa_types::underlying::{is_interface, type_set, underlying};
use gossa_types::{DeclId, EnvResolver, PackageId, TypeEnv, TypeId, TypeKind, TypeList};
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

entity! {
    /// A function of a [`Program`]; dense, in the order in which functions were added.
    pub struct FuncIndex = "f";
}

/// What a program must ask of others, beyond what declarations mean.
pub trait ProgramEnv: TypeEnv {
    /// The function that has the body of one without (`//go:linkname`); `None`: there is none.
    fn linked(&self, func: FuncId) -> Option<FuncId>;

    /// The variable that one stands for (`//go:linkname`), itself included.
    fn linked_variable(&self, variable: DeclId) -> Option<DeclId>;
}

/// What sort of function it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum FunctionKind {
    /// A declared function or method, or an initialiser.
    Declared,
    /// A function literal, or the body of a range-over-func statement.
    Closure,
    /// A declared function without a body, or one that could not be lowered.
    External,
    /// What a method is reached through where its receiver has to be adjusted.
    Wrapper(WrapperKind),
}

/// Why there is a wrapper. In all cases the method is that of the function's [`MethodRef`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WrapperKind {
    /// Called through an interface: the first parameter is the dynamic value.
    Promoted,
    /// A method value: the receiver is captured.
    Bound,
    /// A method expression: the first parameter is the receiver.
    Expression,
}

/// A function of a program.
pub struct Function {
    /// The function; of a wrapper, the method that it leads to, or a name for it.
    pub id: FuncId,
    /// What sort of function it is.
    pub kind: FunctionKind,
    /// The method of a wrapper.
    pub method: Option<MethodRef>,
    code: Code,
}

enum Code {
    None,
    Lowered(Arc<Lowered>, u32),
    Made(Box<Body>),
}

impl Function {
    /// The body; `None` where there is none.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        match &self.code {
            Code::None => None,
            Code::Lowered(lowered, index) => lowered.bodies.get(*index as usize),
            Code::Made(body) => Some(body),
        }
    }

    /// Where the body's instructions come from; `None` for wrappers.
    #[must_use]
    pub fn source_map(&self) -> Option<&SourceMap> {
        match &self.code {
            Code::Lowered(lowered, index) => lowered.source_maps.get(*index as usize),
            _ => None,
        }
    }

    /// Whether it has no body that could be seen.
    #[must_use]
    pub fn is_external(&self) -> bool {
        matches!(self.code, Code::None)
    }

    /// Whether it is a wrapper.
    #[must_use]
    pub fn is_wrapper(&self) -> bool {
        matches!(self.kind, FunctionKind::Wrapper(_))
    }
}

impl fmt::Display for Function {
    /// The function's name; of a wrapper `(method of type)` with its kind behind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.kind, &self.method) {
            (FunctionKind::Wrapper(kind), Some(method)) => {
                let suffix = match kind {
                    WrapperKind::Promoted => "",
                    WrapperKind::Bound => "$bound",
                    WrapperKind::Expression => "$expression",
                };
                write!(f, "{}{suffix}", MethodText(method))
            }
            _ => self.id.fmt(f),
        }
    }
}

/// A method as interfaces name it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MethodName {
    /// Its name.
    pub name: Name,
    /// The package of an unexported name, `None` for an exported one.
    pub package: Option<PackageId>,
}

/// The functions that a program is made from, under the first numbers. Several programs can stand
/// on the same ones, each in a thread of its own.
pub struct Declared {
    functions: Vec<Function>,
    by_id: FxHashMap<FuncId, FuncIndex>,
}

impl Declared {
    /// These functions in their order, the closures of each behind it.
    #[must_use]
    pub fn new(lowered: &[(FuncId, Arc<Lowered>)]) -> Self {
        let mut functions: Vec<Function> = Vec::new();
        let mut by_id = FxHashMap::default();
        for (_, lowered) in lowered {
            for (index, body) in lowered.bodies.iter().enumerate() {
                let kind = if index == 0 { FunctionKind::Declared } else { FunctionKind::Closure };
                by_id.entry(body.func).or_insert_with(|| {
                    let code = Code::Lowered(lowered.clone(), index as u32);
                    functions.push(Function { id: body.func, kind, method: None, code });
                    FuncIndex::from_usize(functions.len() - 1)
                });
            }
        }
        Self { functions, by_id }
    }

    /// Whether it is one of these.
    #[must_use]
    pub fn contains(&self, index: FuncIndex) -> bool {
        index.index() < self.functions.len()
    }
}

/// All functions of a program.
pub struct Program<'e> {
    env: &'e dyn ProgramEnv,
    resolver: EnvResolver<'e>,
    normal: NormalTypes,
    declared: Arc<Declared>,
    /// Those that were named later; their numbers follow.
    functions: FrozenVec<Box<Function>>,
    /// What edits made of functions, and by function the last of these.
    edited: FrozenVec<Box<Function>>,
    last_edit: RefCell<FxHashMap<FuncIndex, usize>>,
    /// Without the declared ones.
    by_id: RefCell<FxHashMap<FuncId, FuncIndex>>,
    wrappers: RefCell<FxHashMap<(WrapperKind, MethodRef), FuncIndex>>,
    dispatch: RefCell<FxHashMap<(TypeId, MethodName), Option<FuncIndex>>>,
    implements: RefCell<FxHashMap<(TypeId, TypeId), bool>>,
}

impl<'e> Program<'e> {
    /// The program of these functions. They get the first numbers, in their order, the closures of
    /// each behind it.
    #[must_use]
    pub fn new(env: &'e dyn ProgramEnv, lowered: &[(FuncId, Arc<Lowered>)]) -> Self {
        Self::of(env, Arc::new(Declared::new(lowered)))
    }

    /// The program of these functions, without what other programs of them have been asked.
    #[must_use]
    pub fn of(env: &'e dyn ProgramEnv, declared: Arc<Declared>) -> Self {
        Self {
            env,
            resolver: EnvResolver::new(env, None),
            normal: NormalTypes::default(),
            declared,
            functions: FrozenVec::new(),
            edited: FrozenVec::new(),
            last_edit: RefCell::default(),
            by_id: RefCell::default(),
            wrappers: RefCell::default(),
            dispatch: RefCell::default(),
            implements: RefCell::default(),
        }
    }

    /// The functions that it was made from.
    #[must_use]
    pub fn declared(&self) -> &Arc<Declared> {
        &self.declared
    }

    /// What the types' declarations mean.
    #[must_use]
    pub fn resolver(&self) -> &EnvResolver<'e> {
        &self.resolver
    }

    /// The environment.
    #[must_use]
    pub fn env(&self) -> &'e dyn ProgramEnv {
        self.env
    }

    /// Layouts of types.
    #[must_use]
    pub fn sizes(&self) -> Sizes<'_> {
        Sizes::new(&self.resolver)
    }

    /// How many functions have numbers so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.declared.functions.len() + self.functions.len()
    }

    /// Whether there is no function.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The functions that the program was made from: their numbers, in order.
    pub fn lowered_functions(&self) -> impl Iterator<Item = FuncIndex> + use<> {
        (0..self.declared.functions.len()).map(FuncIndex::from_usize)
    }

    /// A function.
    #[must_use]
    pub fn function(&self, index: FuncIndex) -> &Function {
        if !self.edited.is_empty()
            && let Some(&at) = self.last_edit.borrow().get(&index)
        {
            return &self.edited[at];
        }
        let declared = &self.declared.functions;
        match declared.get(index.index()) {
            Some(function) => function,
            None => &self.functions[index.index() - declared.len()],
        }
    }

    /// Gives a function, and the literals in it, the bodies that an edit made. Those that had a
    /// number keep it; the others get the next ones. What bodies were before stays in memory, since
    /// others may be looking at it.
    pub fn replace(&self, lowered: &Arc<Lowered>) {
        for (at, body) in lowered.bodies.iter().enumerate() {
            let kind = if at == 0 { FunctionKind::Declared } else { FunctionKind::Closure };
            let code = Code::Lowered(lowered.clone(), at as u32);
            let function = Function { id: body.func, kind, method: None, code };
            match self.known(body.func) {
                Some(known) => {
                    self.edited.push(Box::new(function));
                    self.last_edit.borrow_mut().insert(known, self.edited.len() - 1);
                }
                None => {
                    let index = self.add(function);
                    self.by_id.borrow_mut().insert(body.func, index);
                }
            }
        }
    }

    /// The body of a function; `None` where there is none.
    #[must_use]
    pub fn body(&self, index: FuncIndex) -> Option<&Body> {
        self.function(index).body()
    }

    /// The number of a function. One without a body leads to its implementation, if that is
    /// elsewhere; without one at all it is external.
    #[must_use]
    pub fn index_of(&self, id: FuncId) -> FuncIndex {
        if let Some(known) = self.known(id) {
            return known;
        }
        let linked = self.env.linked(id).filter(|&target| target != id);
        let known = linked.and_then(|target| self.known(target));
        let index = known.unwrap_or_else(|| {
            self.add(Function { id, kind: FunctionKind::External, method: None, code: Code::None })
        });
        self.by_id.borrow_mut().insert(id, index);
        index
    }

    /// The number of a function that has one already.
    #[must_use]
    pub fn known(&self, id: FuncId) -> Option<FuncIndex> {
        let declared = self.declared.by_id.get(&id).copied();
        declared.or_else(|| self.by_id.borrow().get(&id).copied())
    }

    fn add(&self, function: Function) -> FuncIndex {
        self.functions.push(Box::new(function));
        FuncIndex::from_usize(self.len() - 1)
    }

    /// The one type that stands for all that are identical to `ty`.
    #[must_use]
    pub fn normal(&self, ty: TypeId) -> TypeId {
        self.normal.of(&self.resolver, ty)
    }

    /// The underlying type.
    #[must_use]
    pub fn under(&self, ty: TypeId) -> TypeId {
        underlying(&self.resolver, ty)
    }

    /// Whether it is an interface type.
    #[must_use]
    pub fn is_interface(&self, ty: TypeId) -> bool {
        is_interface(&self.resolver, ty)
    }

    /// The method that a reference to an interface's method names.
    #[must_use]
    pub fn method_name(&self, method: &MethodRef) -> MethodName {
        match method.target {
            MethodTarget::Declared(func) => {
                let FuncKey::Decl { decl, .. } = *func.key() else {
                    return MethodName { name: Name::new(""), package: None };
                };
                let exported = gossa_types::lookup::is_exported(decl.name());
                let package = (!exported).then(|| decl.package());
                MethodName { name: decl.name(), package }
            }
            MethodTarget::Interface(name) => {
                let holder = self.end_of_path(method);
                let set = type_set(&self.resolver, holder);
                let found = set.methods.iter().find(|found| found.name == name);
                MethodName { name, package: found.and_then(|found| found.package) }
            }
        }
    }

    /// The type that a method reference's path leads to.
    #[must_use]
    pub fn end_of_path(&self, method: &MethodRef) -> TypeId {
        let mut ty = method.receiver;
        for &field in &method.path {
            let holder = self.pointee(ty).unwrap_or(ty);
            let TypeKind::Struct(fields) = self.under(holder).kind() else { return ty };
            let Some(field) = fields.get(field as usize) else { return ty };
            ty = field.ty;
        }
        ty
    }

    /// What a pointer type points to.
    #[must_use]
    pub fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        match self.under(ty).kind() {
            TypeKind::Pointer(elem) => Some(*elem),
            _ => None,
        }
    }

    /// Whether values of a concrete type can be in an interface of a type: whether it has the
    /// methods. Both types must be normal.
    #[must_use]
    pub fn implements(&self, concrete: TypeId, interface: TypeId) -> bool {
        if let Some(&known) = self.implements.borrow().get(&(concrete, interface)) {
            return known;
        }
        let set = type_set(&self.resolver, interface);
        let has_all = set.methods.iter().all(|method| {
            let name = MethodName { name: method.name, package: method.package };
            self.method_ref(concrete, name).is_some_and(|(_, signature)| {
                self.normal(signature) == self.normal(method.signature)
            })
        });
        self.implements.borrow_mut().insert((concrete, interface), has_all);
        has_all
    }

    /// The method that a type has for a name, with its signature.
    fn method_ref(&self, ty: TypeId, method: MethodName) -> Option<(MethodRef, TypeId)> {
        let package = method.package.unwrap_or_else(PackageId::universe);
        let found = find_method(&self.resolver, ty, package, method.name)?;
        if found.pointer_receiver && !found.indirect && !matches!(ty.kind(), TypeKind::Pointer(_)) {
            return None;
        }
        let target = match found.selected {
            Selected::Method { decl } => {
                let args = match found.holder.unalias().kind() {
                    TypeKind::Named { args, .. } => *args,
                    _ => TypeList::EMPTY,
                };
                MethodTarget::Declared(FuncId::new(FuncKey::Decl { decl, args }))
            }
            Selected::InterfaceMethod { name } => MethodTarget::Interface(name),
            Selected::Field { .. } => return None,
        };
        let path = found.path.iter().copied().collect();
        Some((MethodRef { receiver: ty, path, target }, found.ty))
    }

    /// The function that runs when a method is called on an interface value with this dynamic type
    /// (a normal one); `None` where the type lacks it. Its first parameter is the dynamic value.
    #[must_use]
    pub fn dispatch(&self, dynamic: TypeId, method: MethodName) -> Option<FuncIndex> {
        if let Some(&known) = self.dispatch.borrow().get(&(dynamic, method)) {
            return known;
        }
        let found = self
            .method_ref(dynamic, method)
            .map(|(method, _)| self.wrapper(WrapperKind::Promoted, &method));
        self.dispatch.borrow_mut().insert((dynamic, method), found);
        found
    }

    /// All methods of a concrete type: names and the functions that [`Program::dispatch`] gives,
    /// sorted by name.
    #[must_use]
    pub fn methods(&self, ty: TypeId) -> Vec<(MethodName, FuncIndex)> {
        let set = method_set(&self.resolver, ty);
        let names = set.methods.iter().map(|m| MethodName { name: m.name, package: m.package });
        names.filter_map(|name| Some((name, self.dispatch(ty, name)?))).collect()
    }

    /// The methods of a concrete type with their signatures (normal types), sorted by name. No
    /// function is made for them.
    #[must_use]
    pub fn method_signatures(&self, ty: TypeId) -> Vec<(MethodName, TypeId)> {
        let set = method_set(&self.resolver, ty);
        let entry = |m: &gossa_types::lookup::MethodSetEntry| {
            (MethodName { name: m.name, package: m.package }, self.normal(m.found.ty))
        };
        set.methods.iter().map(entry).collect()
    }

    /// The function of a method value: captures the receiver.
    #[must_use]
    pub fn bound_method(&self, method: &MethodRef) -> FuncIndex {
        self.wrapper(WrapperKind::Bound, method)
    }

    /// The function of the method value that a value of a concrete type (a normal one) has for a
    /// name.
    #[must_use]
    pub fn bound_method_of(&self, ty: TypeId, method: MethodName) -> Option<FuncIndex> {
        Some(self.bound_method(&self.method_ref(ty, method)?.0))
    }

    /// The function of a method expression.
    #[must_use]
    pub fn method_expression(&self, method: &MethodRef) -> FuncIndex {
        self.wrapper(WrapperKind::Expression, method)
    }

    pub(crate) fn wrapper(&self, kind: WrapperKind, method: &MethodRef) -> FuncIndex {
        let key = (kind, method.clone());
        if let Some(&known) = self.wrappers.borrow().get(&key) {
            return known;
        }
        let index = match method.target {
            // The method as it is, if its receiver is the parameter.
            MethodTarget::Declared(func)
                if kind != WrapperKind::Bound
                    && method.path.is_empty()
                    && self.receiver_type(func).is_some_and(|receiver| {
                        self.normal(receiver) == self.normal(method.receiver)
                    }) =>
            {
                self.index_of(func)
            }
            _ => {
                let id = match method.target {
                    MethodTarget::Declared(func) => func,
                    MethodTarget::Interface(name) => {
                        FuncId::declared(DeclId::method(named_of(self.end_of_path(method)), name))
                    }
                };
                let code = match wrapper::body(self, id, kind, method) {
                    Some(body) => Code::Made(Box::new(body)),
                    None => Code::None,
                };
                let kind = FunctionKind::Wrapper(kind);
                self.add(Function { id, kind, method: Some(method.clone()), code })
            }
        };
        self.wrappers.borrow_mut().insert(key, index);
        index
    }

    /// The type of a declared method's receiver.
    #[must_use]
    pub fn receiver_type(&self, func: FuncId) -> Option<TypeId> {
        let FuncKey::Decl { decl, args } = *func.key() else { return None };
        let found = self.resolver.func_decl(decl)?;
        Some(substitute(found.receiver?.ty, &found.type_params, &args))
    }

    /// The types of a declared function's parameters, the receiver's first; none for anything else.
    #[must_use]
    pub fn parameter_types(&self, func: FuncId) -> Vec<TypeId> {
        let signature = self.signature(func).map(|ty| self.under(ty).kind());
        let Some(TypeKind::Signature(signature)) = signature else { return Vec::new() };
        let params = signature.params.iter().map(|param| param.ty);
        self.receiver_type(func).into_iter().chain(params).collect()
    }

    /// The signature of a declared function, without receiver.
    #[must_use]
    pub fn signature(&self, func: FuncId) -> Option<TypeId> {
        let FuncKey::Decl { decl, args } = *func.key() else { return None };
        let found = self.resolver.func_decl(decl)?;
        Some(instantiate_signature(found.signature, &found.type_params, &args))
    }
}

/// The declaration of the type that an interface method's wrapper is named after.
fn named_of(ty: TypeId) -> DeclId {
    match ty.unalias().kind() {
        TypeKind::Named { decl, .. } => *decl,
        _ => DeclId::top_level(PackageId::universe(), Name::new("interface")),
    }
}

/// A method with the type that it is taken from.
struct MethodText<'m>(&'m MethodRef);

impl fmt::Display for MethodText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0.target {
            MethodTarget::Interface(name) => name,
            MethodTarget::Declared(func) => match *func.key() {
                FuncKey::Decl { decl, .. } => decl.name(),
                _ => return func.fmt(f),
            },
        };
        write!(f, "({name} of {})", gossa_ssa::type_text(self.0.receiver))
    }
}
