//! Lowering models: what users say of a function without a body, as a body.
//!
//! What is not known, conditions included, is the result of a call of a function that is declared
//! nowhere ([`UNSEEN`]), and what is kept is given to one: every analysis takes such functions for
//! what they are, code that is not seen.

use super::Finished;
use super::function::{BodyKind, Def, Function};
use super::place::Operand;
use super::types::{BOOL, INT};
use super::unit::Unit;
use crate::body::{Body, Lowered, SourceMap};
use crate::env::LowerEnv;
use crate::ids::{FuncId, ValueId};
use crate::inst::{AllocKind, CallData, Callee, ConvertKind, Inst};
use crate::model::{
    CallOf, Effect, LockOp, Model, ModelError, Often, Place, Root, Source, Statement, Step,
};
use gossa_base::Name;
use gossa_syntax::{NodeId, Tree};
use gossa_types::assignable::assignable;
use gossa_types::constant::Value;
use gossa_types::info::Selected;
use gossa_types::lookup::{Found, lookup_field_or_method};
use gossa_types::print::type_string;
use gossa_types::{BasicKind, Builtin, DeclId, PackageId, TreeTypes, TypeId, TypeKind, TypeList};
use smallvec::SmallVec;

/// The package of functions that nobody declares, which stand for code that is not seen.
pub const UNSEEN: &str = "gossa/unseen";

/// What a function takes and gives.
#[derive(Clone, Debug, Default)]
pub struct ModelSignature {
    /// The receiver, if there is one, and the parameters.
    pub params: Vec<(Option<Name>, TypeId)>,
    /// The results.
    pub results: Vec<TypeId>,
}

/// A mistake in a model: the number of the statement, and what is wrong with it.
pub type Misfit = (usize, ModelError);

/// Makes a body of a model.
///
/// # Errors
/// Where the model does not fit the function.
pub fn lower_model(
    env: &dyn LowerEnv,
    func: FuncId,
    signature: &ModelSignature,
    model: &Model,
) -> Result<Lowered, Vec<Misfit>> {
    let tree = Tree::empty();
    let types = TreeTypes::default();
    let mut unit = Unit::new(env, func, &tree, &types, None);
    let index = unit.reserve_body();
    let mut function = Function::new(&mut unit, func, BodyKind::Declared);
    function.result_types = signature.results.iter().copied().collect();
    let params: Vec<ValueId> = signature
        .params
        .iter()
        .map(|&(_, ty)| function.new_value(ty, Def::Param(Body::ENTRY)))
        .collect();
    function.code.blocks[Body::ENTRY.index()].params = params.iter().copied().collect();
    let mut maker = Maker { function, signature, params };
    let mut misfits = Vec::new();
    let mut ended = false;
    for (at, statement) in model.statements.iter().enumerate() {
        if ended {
            let message = "nothing is done behind a statement that ends the function";
            misfits.push((at, ModelError::new(0..0, message)));
            break;
        }
        if let Err(error) = maker.statement(statement) {
            misfits.push((at, error));
        }
        ended = statement.often == Often::Once && statement.effect.ends();
    }
    if !ended {
        maker.return_anything();
    }
    let (_, finished) = maker.function.finish(None);
    unit.set_body(index, named(finished, signature));
    let lowered = unit.finish();
    if misfits.is_empty() { Ok(lowered) } else { Err(misfits) }
}

/// The parameters have their names, and the source map says what the body is.
fn named((body, map): Finished, signature: &ModelSignature) -> Finished {
    let params = body.params(Body::ENTRY).zip(&signature.params);
    let names = params.filter_map(|(value, (name, _))| Some((value, (*name)?))).collect();
    (body, SourceMap { names, is_model: true, ..map })
}

struct Maker<'f, 'u, 'e> {
    function: Function<'u, 'e>,
    signature: &'f ModelSignature,
    params: Vec<ValueId>,
}

const AT: NodeId = NodeId::ROOT;

/// How deep structs are in structs whose parts are new; what is deeper is not known.
const DEPTH: u32 = 4;

impl Maker<'_, '_, '_> {
    fn statement(&mut self, statement: &Statement) -> Result<(), ModelError> {
        if statement.often == Often::Once {
            return self.effect(&statement.effect);
        }
        let function = &mut self.function;
        let (header, body, next) =
            (function.new_block(), function.new_block(), function.new_block());
        function.jump(AT, header);
        function.start_block(header);
        let unknown = self.unknown(BOOL);
        let function = &mut self.function;
        function.branch(AT, unknown, body, next);
        function.seal(body);
        function.start_block(body);
        let result = self.effect(&statement.effect);
        let function = &mut self.function;
        let back = if statement.often == Often::Repeat { header } else { next };
        function.jump(AT, back);
        function.seal(header);
        function.seal(next);
        function.start_block(next);
        result
    }

    fn effect(&mut self, effect: &Effect) -> Result<(), ModelError> {
        match effect {
            Effect::Read(place) => self.read(place),
            Effect::Write(place) => self.write(place),
            Effect::Assign(place, source) => self.assign(place, source),
            Effect::Return(sources) => self.returns(sources),
            Effect::Call(call) => self.call(call, false).map(drop),
            Effect::Go(call) => self.call(call, true).map(drop),
            Effect::Keep(source) => self.keep(source),
            Effect::Lock(op, place) => self.lock(*op, place),
            Effect::Send(channel, source) => {
                let (chan, elem) = self.channel(channel)?;
                let value = self.source(source, elem, "the channel")?;
                self.function.emit_none(AT, Inst::Send { chan, value });
                Ok(())
            }
            Effect::Receive(channel) => {
                let (chan, elem) = self.channel(channel)?;
                self.function.emit(AT, Inst::Receive { chan, comma_ok: false }, elem);
                Ok(())
            }
            Effect::Close(channel) => {
                let (chan, _) = self.channel(channel)?;
                let args = self.function.list(&[chan]);
                let op = Builtin::Close;
                self.function.emit_none(AT, Inst::Builtin { op, args });
                Ok(())
            }
            Effect::Panic => {
                let text = Value::from_bytes(b"a panic of code that is not seen");
                let text = self.function.constant(AT, text, TypeId::basic(BasicKind::String));
                let any = TypeId::empty_interface();
                let value = self.function.emit(AT, Inst::MakeInterface(text), any);
                self.function.terminate(AT, Inst::Panic(value));
                Ok(())
            }
            Effect::Exit => {
                let status = self.unknown(INT);
                self.never("os", "Exit", &[status]);
                Ok(())
            }
            Effect::Goexit => {
                self.never("runtime", "Goexit", &[]);
                Ok(())
            }
        }
    }

    /// Calls a function that does not return.
    fn never(&mut self, package: &str, name: &str, args: &[ValueId]) {
        let decl = DeclId::top_level(PackageId::new(package), Name::new(name));
        self.call_static(FuncId::declared(decl), args, &[]);
        self.function.terminate(AT, Inst::Unreachable);
    }

    fn call_static(
        &mut self,
        func: FuncId,
        args: &[ValueId],
        results: &[TypeId],
    ) -> SmallVec<[ValueId; 4]> {
        let args = self.function.list(args);
        let call = CallData { callee: Callee::Static(func), args };
        self.function.emit_call(AT, call, results)
    }

    fn unseen(
        &mut self,
        name: &str,
        args: &[ValueId],
        results: &[TypeId],
    ) -> SmallVec<[ValueId; 4]> {
        let decl = DeclId::top_level(PackageId::new(UNSEEN), Name::new(name));
        self.call_static(FuncId::declared(decl), args, results)
    }

    /// A value of a type of which nothing is known.
    fn unknown(&mut self, ty: TypeId) -> ValueId {
        self.unseen("unknown", &[], &[ty])[0]
    }

    /// Memory of its own: what a value of a type leads to.
    fn fresh(&mut self, ty: TypeId) -> Option<ValueId> {
        self.fresh_within(ty, DEPTH)
    }

    fn fresh_within(&mut self, ty: TypeId, depth: u32) -> Option<ValueId> {
        let function = &mut self.function;
        Some(match function.unit.under(ty) {
            &TypeKind::Pointer(elem) => {
                let made = function.alloc(AT, AllocKind::New, elem, None);
                function.assigned(AT, made, ty)
            }
            TypeKind::Slice(_) => {
                let len = self.unknown(INT);
                self.function.emit(AT, Inst::MakeSlice { len, cap: None }, ty)
            }
            TypeKind::Map { .. } => function.emit(AT, Inst::MakeMap(None), ty),
            TypeKind::Chan { .. } => {
                let size = self.unknown(INT);
                self.function.emit(AT, Inst::MakeChan(Some(size)), ty)
            }
            TypeKind::Struct(fields) if depth > 0 => {
                let part = |ty| match self.fresh_within(ty, depth - 1) {
                    Some(part) => part,
                    None => self.unknown(ty),
                };
                let parts: Vec<ValueId> = fields.iter().map(|field| field.ty).map(part).collect();
                let parts = self.function.list(&parts);
                self.function.emit(AT, Inst::Struct(parts), ty)
            }
            TypeKind::Basic(BasicKind::UnsafePointer) => {
                let byte = TypeId::basic(BasicKind::Byte);
                let made = function.alloc(AT, AllocKind::New, byte, None);
                let kind = ConvertKind::PointerToUnsafe;
                function.emit(AT, Inst::Convert { kind, x: made }, ty)
            }
            _ => return None,
        })
    }

    // Places.

    fn type_of(&self, operand: Operand) -> TypeId {
        match operand {
            Operand::Value(value) => self.function.type_of(value),
            Operand::Address(_, ty) => ty,
        }
    }

    fn text(&self, ty: TypeId) -> String {
        type_string(&self.function.unit.resolver, ty)
    }

    fn root(&mut self, place: &Place) -> Result<Operand, ModelError> {
        let named = |name: Name| self.signature.params.iter().position(|p| p.0 == Some(name));
        let at = match place.root {
            Root::Param(number) => Some(number as usize),
            Root::Name(name) => named(name),
        };
        if let Some(&param) = at.and_then(|at| self.params.get(at)) {
            return Ok(Operand::Value(param));
        }
        let message = match place.root {
            Root::Param(number) => {
                format!("there is no parameter {number}: there are {}", self.params.len())
            }
            Root::Name(name) => {
                let unit = &self.function.unit;
                let decl = DeclId::top_level(unit.package, name);
                let var = unit.env.package(unit.package).and_then(|found| found.vars.get(&decl));
                if let Some(var) = var {
                    let ty = var.ty;
                    let ptr = self.function.emit(AT, Inst::Global(decl), TypeId::pointer(ty));
                    return Ok(Operand::Address(ptr, ty));
                }
                let params = self.signature.params.iter().enumerate().map(|(at, (name, _))| {
                    name.filter(|name| !name.is_blank())
                        .map_or_else(|| at.to_string(), |name| name.to_string())
                });
                format!(
                    "`{name}` is neither a parameter ({}) nor a package-level variable",
                    params.collect::<Vec<_>>().join(", ")
                )
            }
        };
        Err(ModelError::new(place.at.clone(), message))
    }

    fn place(&mut self, place: &Place) -> Result<Operand, ModelError> {
        self.steps(place, &place.steps)
    }

    fn steps(&mut self, place: &Place, steps: &[Step]) -> Result<Operand, ModelError> {
        let mut found = self.root(place)?;
        for &step in steps {
            found = match step {
                Step::Field(name) => self.field(place, found, name)?,
                Step::Elements => self.element(place, found)?,
            };
        }
        for _ in 0..place.derefs {
            let ty = self.type_of(found);
            let pointer = self.function.load(AT, found);
            found = match (self.function.unit.pointee(ty), self.function.unit.basic(ty)) {
                (Some(elem), _) => Operand::Address(pointer, elem),
                (None, Some(BasicKind::UnsafePointer)) => {
                    // Whatever is there: its first byte stands for it.
                    let byte = TypeId::basic(BasicKind::Byte);
                    let kind = ConvertKind::UnsafeToPointer;
                    let x = Inst::Convert { kind, x: pointer };
                    let pointer = self.function.emit(AT, x, TypeId::pointer(byte));
                    Operand::Address(pointer, byte)
                }
                _ => {
                    let message = format!("a value of type {} is no pointer", self.text(ty));
                    return Err(ModelError::new(place.at.clone(), message));
                }
            };
        }
        Ok(found)
    }

    fn field(
        &mut self,
        place: &Place,
        operand: Operand,
        name: Name,
    ) -> Result<Operand, ModelError> {
        let ty = self.type_of(operand);
        let unit = &self.function.unit;
        let found = lookup_field_or_method(&unit.resolver, ty, true, unit.package, name).found();
        let Some(path) = found.filter(|found| !found.is_method()).map(|found| found.full_path())
        else {
            let message = format!("a value of type {} has no field `{name}`", self.text(ty));
            return Err(ModelError::new(place.at.clone(), message));
        };
        Ok(path.iter().fold(operand, |operand, &at| self.function.field(AT, operand, at)))
    }

    /// Some element, nobody knows which.
    fn element(&mut self, place: &Place, operand: Operand) -> Result<Operand, ModelError> {
        let followed = self.function.followed(AT, operand);
        let ty = self.type_of(followed);
        let elem = self.function.unit.element(ty);
        Ok(match *self.function.unit.under(ty) {
            TypeKind::Slice(_) => {
                let base = self.function.load(AT, followed);
                let index = self.unknown(INT);
                let elem_ptr = TypeId::pointer(elem);
                let ptr = self.function.emit(AT, Inst::IndexAddr { base, index }, elem_ptr);
                Operand::Address(ptr, elem)
            }
            TypeKind::Array { .. } => {
                let index = self.unknown(INT);
                match followed {
                    Operand::Address(base, _) => {
                        let elem_ptr = TypeId::pointer(elem);
                        let ptr = self.function.emit(AT, Inst::IndexAddr { base, index }, elem_ptr);
                        Operand::Address(ptr, elem)
                    }
                    Operand::Value(base) => {
                        Operand::Value(self.function.emit(AT, Inst::Index { base, index }, elem))
                    }
                }
            }
            TypeKind::Map { key, value } => {
                let map = self.function.load(AT, followed);
                let key = self.unknown(key);
                let lookup = Inst::MapLookup { map, key, comma_ok: false };
                Operand::Value(self.function.emit(AT, lookup, value))
            }
            TypeKind::Basic(kind) if kind.is_string() => {
                let base = self.function.load(AT, followed);
                let index = self.unknown(INT);
                Operand::Value(self.function.emit(AT, Inst::Index { base, index }, elem))
            }
            _ => {
                let message = format!("a value of type {} has no elements", self.text(ty));
                return Err(ModelError::new(place.at.clone(), message));
            }
        })
    }

    /// What `x[]` is of, where a place ends so: a slice (that of an array, too), a map or a string.
    fn collection(&mut self, place: &Place) -> Result<Option<ValueId>, ModelError> {
        let Some((Step::Elements, outer)) = place.steps.split_last() else { return Ok(None) };
        if place.derefs > 0 {
            return Ok(None);
        }
        let found = self.steps(place, outer)?;
        let found = self.function.followed(AT, found);
        let ty = self.type_of(found);
        Ok(match (*self.function.unit.under(ty)).clone() {
            TypeKind::Slice(_) | TypeKind::Map { .. } => Some(self.function.load(AT, found)),
            TypeKind::Basic(kind) if kind.is_string() => Some(self.function.load(AT, found)),
            TypeKind::Array { elem, .. } => match found {
                Operand::Address(x, _) => {
                    let whole = crate::inst::SliceBounds { lo: None, hi: None, max: None };
                    let bounds = self.function.add_bounds(whole);
                    let slice = Inst::Slice { x, bounds };
                    Some(self.function.emit(AT, slice, TypeId::slice(elem)))
                }
                Operand::Value(_) => None,
            },
            _ => None,
        })
    }

    fn builtin(&mut self, op: Builtin, args: &[ValueId], result: Option<TypeId>) {
        let args = self.function.list(args);
        match result {
            Some(ty) => drop(self.function.emit(AT, Inst::Builtin { op, args }, ty)),
            None => self.function.emit_none(AT, Inst::Builtin { op, args }),
        }
    }

    fn is_map(&self, value: ValueId) -> bool {
        let ty = self.function.type_of(value);
        matches!(self.function.unit.under(ty), TypeKind::Map { .. })
    }

    fn read(&mut self, place: &Place) -> Result<(), ModelError> {
        let found = self.place(place)?;
        if let Operand::Value(_) = found
            && !place.steps.contains(&Step::Elements)
        {
            return Err(self.not_memory(place, "read"));
        }
        match self.collection(place)? {
            // What `len` looks at is the whole map.
            Some(map) if self.is_map(map) => self.builtin(Builtin::Len, &[map], Some(INT)),
            Some(all) => {
                let elem = self.function.unit.element(self.function.type_of(all));
                let to = self.fresh(TypeId::slice(elem)).unwrap_or(all);
                self.builtin(Builtin::Copy, &[to, all], Some(INT));
            }
            None => drop(self.function.load(AT, found)),
        }
        Ok(())
    }

    fn write(&mut self, place: &Place) -> Result<(), ModelError> {
        match self.collection(place)? {
            Some(map) if self.is_map(map) => self.builtin(Builtin::Clear, &[map], None),
            Some(all) if self.function.unit.basic(self.function.type_of(all)).is_none() => {
                let from = self.fresh(self.function.type_of(all)).unwrap_or(all);
                self.builtin(Builtin::Copy, &[all, from], Some(INT));
            }
            _ => self.assign(place, &Source::Unknown)?,
        }
        Ok(())
    }

    fn not_memory(&self, place: &Place, word: &str) -> ModelError {
        let name = match place.root {
            Root::Param(number) => number.to_string(),
            Root::Name(name) => name.to_string(),
        };
        let message = match &*place.steps {
            [] => format!(
                "`{name}` is the argument itself, which nobody else sees; `{word} *{name}` is \
                 about what it points to, `{word} {name}[]` about its elements"
            ),
            _ => format!("this is a part of the argument `{name}` itself, which nobody else sees"),
        };
        ModelError::new(place.at.clone(), message)
    }

    fn assign(&mut self, place: &Place, source: &Source) -> Result<(), ModelError> {
        // An element of a map is no memory of its own.
        if let Some(map) = self.collection(place)?
            && let ty = self.function.type_of(map)
            && let TypeKind::Map { key, value } = *self.function.unit.under(ty)
        {
            let key = self.unknown(key);
            let value = self.source(source, value, "the map")?;
            self.function.emit_none(AT, Inst::MapUpdate { map, key, value });
            return Ok(());
        }
        match self.place(place)? {
            Operand::Address(ptr, ty) => {
                let value = self.source(source, ty, "what it is assigned to")?;
                self.function.emit_none(AT, Inst::Store { ptr, value });
                Ok(())
            }
            Operand::Value(_) => Err(self.not_memory(place, "write")),
        }
    }

    fn channel(&mut self, place: &Place) -> Result<(ValueId, TypeId), ModelError> {
        let found = self.place(place)?;
        let ty = self.type_of(found);
        match *self.function.unit.under(ty) {
            TypeKind::Chan { elem, .. } => Ok((self.function.load(AT, found), elem)),
            _ => {
                let message = format!("a value of type {} is no channel", self.text(ty));
                Err(ModelError::new(place.at.clone(), message))
            }
        }
    }

    // Values.

    /// A value of type `to`; `what` it is for, in words.
    fn source(&mut self, source: &Source, to: TypeId, what: &str) -> Result<ValueId, ModelError> {
        match source {
            Source::Nil => Ok(self.function.emit(AT, Inst::Zero, to)),
            Source::Unknown => Ok(self.unknown(to)),
            Source::New => Ok(match self.fresh(to) {
                Some(made) => made,
                None => self.unknown(to),
            }),
            Source::Place(place) => {
                let found = self.place(place)?;
                let value = self.function.load(AT, found);
                self.fitted(value, to, place, what)
            }
            Source::Call(call) => match self.call(call, false)? {
                Some(value) => self.fitted(value, to, &call.target, what),
                None => {
                    let message = "what is called gives nothing";
                    Err(ModelError::new(call.target.at.clone(), message))
                }
            },
        }
    }

    /// A value as one of another type: assigned, or, as code that is not Go may do it, taken for a
    /// pointer to something else.
    fn fitted(
        &mut self,
        value: ValueId,
        to: TypeId,
        place: &Place,
        what: &str,
    ) -> Result<ValueId, ModelError> {
        let from = self.function.type_of(value);
        if assignable(&self.function.unit.resolver, from, None, to).is_ok() {
            return Ok(self.function.assigned(AT, value, to));
        }
        let unsafe_pointer = TypeId::basic(BasicKind::UnsafePointer);
        let unit = &self.function.unit;
        let is_unsafe = |ty| unit.basic(ty) == Some(BasicKind::UnsafePointer);
        let is_pointer = |ty| unit.pointee(ty).is_some();
        let (from_unsafe, to_unsafe) = (is_unsafe(from), is_unsafe(to));
        if (is_pointer(from) || from_unsafe) && (is_pointer(to) || to_unsafe) {
            let mut value = value;
            if !from_unsafe {
                let kind = ConvertKind::PointerToUnsafe;
                let ty = if to_unsafe { to } else { unsafe_pointer };
                value = self.function.emit(AT, Inst::Convert { kind, x: value }, ty);
            }
            if !to_unsafe {
                let kind = ConvertKind::UnsafeToPointer;
                value = self.function.emit(AT, Inst::Convert { kind, x: value }, to);
            }
            return Ok(value);
        }
        let message = format!(
            "a value of type {} does not fit {what}, of type {}",
            self.text(from),
            self.text(to)
        );
        Err(ModelError::new(place.at.clone(), message))
    }

    fn returns(&mut self, sources: &[Source]) -> Result<(), ModelError> {
        let types = &self.signature.results;
        if sources.len() != types.len() && !sources.is_empty() {
            let (given, wanted) = (sources.len(), types.len());
            let message = format!("{given} values are returned, the function has {wanted} results");
            self.function.terminate(AT, Inst::Unreachable);
            return Err(ModelError::new(0..0, message));
        }
        if sources.is_empty() {
            self.return_anything();
            return Ok(());
        }
        let mut values = Vec::new();
        let mut error = None;
        for (at, (source, &ty)) in sources.iter().zip(types).enumerate() {
            match self.source(source, ty, &format!("result {at}")) {
                Ok(value) => values.push(value),
                Err(found) => error = error.or(Some(found)),
            }
        }
        if let Some(error) = error {
            self.function.terminate(AT, Inst::Unreachable);
            return Err(error);
        }
        let values = self.function.list(&values);
        self.function.terminate(AT, Inst::Return(values));
        Ok(())
    }

    /// Returns what code of which nothing is known may return: any of the arguments, something new,
    /// anything.
    fn return_anything(&mut self) {
        let types = self.signature.results.clone();
        for (at, &ty) in types.iter().enumerate() {
            let mut candidates: Vec<ValueId> = Vec::new();
            if matches!(
                self.function.unit.under(ty),
                TypeKind::Basic(BasicKind::UnsafePointer)
                    | TypeKind::Pointer(_)
                    | TypeKind::Slice(_)
                    | TypeKind::Map { .. }
                    | TypeKind::Chan { .. }
                    | TypeKind::Signature(_)
                    | TypeKind::Interface(_)
            ) {
                let same =
                    |value: &ValueId| self.function.type_of(*value).canonical() == ty.canonical();
                candidates.extend(self.params.iter().copied().filter(same));
            }
            let count = candidates.len();
            for turn in 0..=count {
                let function = &mut self.function;
                let (here, next) = (function.new_block(), function.new_block());
                let unknown = self.unknown(BOOL);
                let function = &mut self.function;
                function.branch(AT, unknown, here, next);
                function.seal(here);
                function.start_block(here);
                let value = match candidates.get(turn) {
                    Some(&candidate) => candidate,
                    None => self.fresh(ty).unwrap_or_else(|| self.unknown(ty)),
                };
                let values: Vec<ValueId> = types
                    .iter()
                    .enumerate()
                    .map(|(other, &ty)| if other == at { value } else { self.unknown(ty) })
                    .collect();
                let values = self.function.list(&values);
                self.function.terminate(AT, Inst::Return(values));
                self.function.seal(next);
                self.function.start_block(next);
            }
        }
        let values: Vec<ValueId> = types.iter().map(|&ty| self.unknown(ty)).collect();
        let values = self.function.list(&values);
        self.function.terminate(AT, Inst::Return(values));
    }

    fn keep(&mut self, source: &Source) -> Result<(), ModelError> {
        let value = match source {
            Source::Place(place) => {
                let found = self.place(place)?;
                self.function.load(AT, found)
            }
            Source::Call(call) => match self.call(call, false)? {
                Some(value) => value,
                None => return Ok(()),
            },
            Source::New | Source::Nil | Source::Unknown => return Ok(()),
        };
        self.unseen("keep", &[value], &[]);
        Ok(())
    }

    // Calls.

    /// Calls a function or a method; gives its first result.
    fn call(&mut self, call: &CallOf, in_goroutine: bool) -> Result<Option<ValueId>, ModelError> {
        let (callee, mut args, ty) = self.callee(&call.target)?;
        let Some(signature) = self.function.unit.signature(ty) else {
            let message = format!("a value of type {} cannot be called", self.text(ty));
            return Err(ModelError::new(call.target.at.clone(), message));
        };
        if call.args.len() > signature.params.len() {
            let (given, wanted) = (call.args.len(), signature.params.len());
            let message = format!("{given} arguments for {wanted} parameters");
            return Err(ModelError::new(call.target.at.clone(), message));
        }
        for (at, param) in signature.params.iter().enumerate() {
            args.push(match call.args.get(at) {
                Some(source) => self.source(source, param.ty, &format!("parameter {at}"))?,
                None => self.unknown(param.ty),
            });
        }
        let args = self.function.list(&args);
        let data = CallData { callee, args };
        if in_goroutine {
            let id = self.function.add_call(data);
            self.function.emit_none(AT, Inst::Go(id));
            return Ok(None);
        }
        let results: SmallVec<[TypeId; 4]> =
            signature.results.iter().map(|result| result.ty).collect();
        Ok(self.function.emit_call(AT, data, &results).first().copied())
    }

    /// Whom a call calls, the receiver if it is an argument, and the signature without it.
    fn callee(&mut self, place: &Place) -> Result<(Callee, Vec<ValueId>, TypeId), ModelError> {
        if let Some((&Step::Field(name), outer)) = place.steps.split_last() {
            let mut operand = self.steps(&Place { derefs: 0, ..place.clone() }, outer)?;
            let ty = self.type_of(operand);
            let unit = &self.function.unit;
            let found =
                lookup_field_or_method(&unit.resolver, ty, true, unit.package, name).found();
            if let Some(found) = found.filter(Found::is_method) {
                for &field in &found.path {
                    operand = self.function.field(AT, operand, field);
                }
                if let Selected::InterfaceMethod { name } = found.selected {
                    let receiver = self.function.load(AT, operand);
                    let method = self.function.interface_method(receiver, name);
                    return Ok((Callee::Interface { receiver, method }, Vec::new(), found.ty));
                }
                let instance = found.method().and_then(|decl| {
                    let receiver = self.type_of(operand);
                    self.function.method_instance(decl, receiver, TypeList::EMPTY)
                });
                if let Some((func, pointer)) = instance {
                    let receiver = self.function.adjusted_receiver(AT, operand, pointer);
                    return Ok((Callee::Static(func), vec![receiver], found.ty));
                }
            }
        }
        let found = self.place(place)?;
        let value = self.function.load(AT, found);
        Ok((Callee::Value(value), Vec::new(), self.function.type_of(value)))
    }

    /// What happens to a lock is what happens to a lock of `sync` in the same place.
    fn lock(&mut self, op: LockOp, place: &Place) -> Result<(), ModelError> {
        let found = self.place(place)?;
        let ty = self.type_of(found);
        let pointer = match found {
            Operand::Address(ptr, ty) if self.function.unit.pointee(ty).is_none() => ptr,
            operand => self.function.load(AT, operand),
        };
        let holder = self.function.type_of(pointer);
        let is_pointer = self.function.unit.pointee(holder).is_some()
            || self.function.unit.basic(holder) == Some(BasicKind::UnsafePointer);
        if !is_pointer {
            let message =
                format!("a value of type {} is no memory that can be locked", self.text(ty));
            return Err(ModelError::new(place.at.clone(), message));
        }
        let (own, method) = match op {
            LockOp::Lock => ("Mutex", "Lock"),
            LockOp::Unlock => ("Mutex", "Unlock"),
            LockOp::RLock => ("RWMutex", "RLock"),
            LockOp::RUnlock => ("RWMutex", "RUnlock"),
        };
        let sync = |name: &str| DeclId::top_level(PackageId::new("sync"), Name::new(name));
        let rw = TypeId::pointer(TypeId::named(sync("RWMutex"), TypeList::EMPTY));
        let is_rw = holder.canonical() == rw.canonical();
        let name = if is_rw { "RWMutex" } else { own };
        let wanted = TypeId::pointer(TypeId::named(sync(name), TypeList::EMPTY));
        let receiver = self.fitted(pointer, wanted, place, "a lock")?;
        let method = DeclId::method(sync(name), Name::new(method));
        self.call_static(FuncId::declared(method), &[receiver], &[]);
        Ok(())
    }
}
