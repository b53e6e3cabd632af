//! Type descriptors and method tables in the machine's memory, laid out as `internal/abi` declares
//! them, so that `reflect` and the runtime's own Go code read them as they always do.
//!
//! Offsets of names, types and code in descriptors are numbers of tables of the machine, which
//! the functions that resolve them know.

use crate::code::{CodeId, CodeKey};
use crate::machine::{Machine, MethodName};
use crate::memory::Addr;
use crate::trap::Trap;
use crate::types::{Shape, Ty};
use gossa_base::{FxHashMap, Name};
use gossa_syntax::ChanDir;
use gossa_types::lookup::{MethodSetEntry, is_exported, method_set};
use gossa_types::underlying::{type_set, underlying};
use gossa_types::{
    BasicKind, FieldType, PackageId, Param, SignatureType, TypeId, TypeKind, TypeList,
};
use std::fmt::Write;

/// Descriptors made so far.
#[derive(Clone, Default)]
pub struct Descriptors {
    by_type: FxHashMap<Ty, Addr>,
    by_addr: FxHashMap<Addr, Ty>,
    tables: FxHashMap<(Ty, Ty), Addr>,
    names: Vec<Addr>,
}

impl Descriptors {
    /// Where they are.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Addr> {
        let (types, tables) = (self.by_type.values(), self.tables.values());
        types.chain(self.by_addr.keys()).chain(tables).chain(&self.names).copied()
    }
}

const TYPE: u64 = 48;
const UNCOMMON: u64 = 16;
const FLAG_UNCOMMON: u64 = 1;
const FLAG_NAMED: u64 = 4;
const FLAG_REGULAR: u64 = 8;
const FLAG_DIRECT: u64 = 32;

/// `reflect.Kind` of a type.
fn kind_number(kind: &TypeKind) -> u64 {
    match kind {
        TypeKind::Basic(basic) => match basic {
            BasicKind::Bool | BasicKind::UntypedBool => 1,
            BasicKind::Int | BasicKind::UntypedInt => 2,
            BasicKind::Int8 => 3,
            BasicKind::Int16 => 4,
            BasicKind::Int32 | BasicKind::Rune | BasicKind::UntypedRune => 5,
            BasicKind::Int64 => 6,
            BasicKind::Uint => 7,
            BasicKind::Uint8 | BasicKind::Byte => 8,
            BasicKind::Uint16 => 9,
            BasicKind::Uint32 => 10,
            BasicKind::Uint64 => 11,
            BasicKind::Uintptr => 12,
            BasicKind::Float32 => 13,
            BasicKind::Float64 | BasicKind::UntypedFloat => 14,
            BasicKind::Complex64 => 15,
            BasicKind::Complex128 | BasicKind::UntypedComplex => 16,
            BasicKind::String | BasicKind::UntypedString => 24,
            BasicKind::UnsafePointer | BasicKind::UntypedNil => 26,
            BasicKind::Invalid => 0,
        },
        TypeKind::Array { .. } => 17,
        TypeKind::Chan { .. } => 18,
        TypeKind::Signature(_) => 19,
        TypeKind::Interface(_) => 20,
        TypeKind::Map { .. } => 21,
        TypeKind::Pointer(_) => 22,
        TypeKind::Slice(_) => 23,
        TypeKind::Struct(_) => 25,
        _ => 0,
    }
}

impl Machine<'_> {
    /// The descriptor of a type.
    pub(crate) fn descriptor(&mut self, ty: Ty) -> Result<Addr, Trap> {
        if let Some(&known) = self.descriptors.by_type.get(&ty) {
            return Ok(known);
        }
        self.unobserved(|machine| machine.make_descriptor(ty))
    }

    fn make_descriptor(&mut self, ty: Ty) -> Result<Addr, Trap> {
        let info = self.types.info(ty);
        let (id, size, align) = (info.id, info.size, info.align);
        let (plain, direct, comparable) = (info.plain, info.direct, info.comparable);
        let pointers = info.pointers;
        let under = underlying(self.types.resolver(), id);
        let kind = under.kind();
        let methods = self.methods_of_descriptor(id);
        let named = matches!(id.kind(), TypeKind::Named { .. } | TypeKind::Basic(_));
        let uncommon = named || !methods.is_empty();
        let own = match kind {
            TypeKind::Array { .. } => 24,
            TypeKind::Chan { .. } => 16,
            TypeKind::Signature(_) | TypeKind::Pointer(_) | TypeKind::Slice(_) => 8,
            TypeKind::Interface(_) | TypeKind::Struct(_) => 32,
            TypeKind::Map { .. } => 88,
            _ => 0,
        };
        let params = match kind {
            TypeKind::Signature(found) => (found.params.len() + found.results.len()) as u64,
            _ => 0,
        };
        let uncommon_at = TYPE + own;
        let params_at = uncommon_at + if uncommon { UNCOMMON } else { 0 };
        let methods_at = params_at + params * 8;
        let addr = self.memory.alloc(methods_at + methods.len() as u64 * 16)?;
        // Known before its parts are: types contain themselves.
        self.descriptors.by_type.insert(ty, addr);
        self.descriptors.by_addr.insert(addr, ty);

        let name = self.type_name(id);
        let mut flags = 0;
        for (flag, set) in [
            (FLAG_UNCOMMON, uncommon),
            (FLAG_NAMED, named),
            (FLAG_REGULAR, plain),
            (FLAG_DIRECT, direct),
        ] {
            flags |= if set { flag } else { 0 };
        }
        let hash = name
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        self.memory.set_word(addr, size)?;
        self.memory.set_word(addr + 8, if pointers { size } else { 0 })?;
        self.memory.write(addr + 16, 4, u64::from(hash))?;
        self.memory.write(addr + 20, 1, flags)?;
        self.memory.write(addr + 21, 1, align)?;
        self.memory.write(addr + 22, 1, align)?;
        self.memory.write(addr + 23, 1, kind_number(kind))?;
        if comparable {
            let code = self.code_of(CodeKey::TypeEqual(ty));
            let value = self.func_value(code)?;
            self.memory.set_word(addr + 24, value)?;
        }
        let text = self.name_offset(&name, "", true, false)?;
        self.memory.write(addr + 40, 4, text)?;
        let pointer = self.types.of(TypeId::pointer(id));
        self.memory.write(addr + 44, 4, type_offset(pointer))?;

        self.describe_kind(addr, kind, params_at)?;
        if uncommon {
            let package = match id.kind() {
                TypeKind::Named { decl, .. } if decl.package() != PackageId::universe() => {
                    self.name_offset(decl.package().path(), "", true, false)?
                }
                _ => 0,
            };
            let exported = methods.iter().filter(|method| is_exported(method.name)).count() as u64;
            let at = addr + uncommon_at;
            self.memory.write(at, 4, package)?;
            self.memory.write(at + 4, 2, methods.len() as u64)?;
            self.memory.write(at + 6, 2, exported)?;
            self.memory.write(at + 8, 4, methods_at - uncommon_at)?;
        }
        for (index, method) in methods.iter().enumerate() {
            self.describe_method(addr + methods_at + index as u64 * 16, ty, method)?;
        }
        Ok(addr)
    }

    fn methods_of_descriptor(&self, id: TypeId) -> Vec<MethodSetEntry> {
        let resolver = self.types.resolver();
        if matches!(underlying(resolver, id).kind(), TypeKind::Interface(_)) {
            return Vec::new();
        }
        let mut methods: Vec<MethodSetEntry> = method_set(resolver, id).methods.to_vec();
        // Exported names first; both parts stay sorted by name.
        methods.sort_by_key(|method| !is_exported(method.name));
        // Methods with type parameters of their own are not in method tables.
        methods.retain(|method| match method.found.ty.kind() {
            TypeKind::Signature(signature) => signature.type_params.is_empty(),
            _ => true,
        });
        methods
    }

    /// The signature of an exported method by its number, as `reflect` counts them.
    pub(crate) fn exported_method(&self, ty: Ty, index: u64) -> Option<TypeId> {
        let id = self.types.info(ty).id;
        let resolver = self.types.resolver();
        if matches!(underlying(resolver, id).kind(), TypeKind::Interface(_)) {
            return type_set(resolver, id).methods.get(index as usize).map(|found| found.signature);
        }
        self.methods_of_descriptor(id).get(index as usize).map(|method| method.found.ty)
    }

    fn describe_method(
        &mut self,
        at: Addr,
        holder: Ty,
        method: &MethodSetEntry,
    ) -> Result<(), Trap> {
        let exported = is_exported(method.name);
        let name = self.name_offset(method.name.as_str(), "", exported, false)?;
        self.memory.write(at, 4, name)?;
        let signature = self.types.of(method.found.ty);
        self.memory.write(at + 4, 4, type_offset(signature))?;
        let Some(reference) = self.method_of(holder, method.name, method.package) else {
            return Ok(());
        };
        let through_word =
            self.code_of(CodeKey::InterfaceMethod { holder, method: reference.clone() });
        let direct = self.code_of(CodeKey::MethodExpr(reference));
        self.memory.write(at + 8, 4, text_offset(through_word))?;
        self.memory.write(at + 12, 4, text_offset(direct))
    }

    fn describe_kind(&mut self, addr: Addr, kind: &TypeKind, params_at: u64) -> Result<(), Trap> {
        let own = addr + TYPE;
        match kind {
            TypeKind::Array { elem, len } => {
                self.set_descriptor(own, *elem)?;
                self.set_descriptor(own + 8, TypeId::slice(*elem))?;
                self.memory.set_word(own + 16, (*len).max(0) as u64)
            }
            TypeKind::Chan { dir, elem } => {
                self.set_descriptor(own, *elem)?;
                let dir = match dir {
                    ChanDir::Receive => 1,
                    ChanDir::Send => 2,
                    ChanDir::Both => 3,
                };
                self.memory.set_word(own + 8, dir)
            }
            TypeKind::Pointer(elem) | TypeKind::Slice(elem) => self.set_descriptor(own, *elem),
            TypeKind::Map { key, value } => {
                self.set_descriptor(own, *key)?;
                self.set_descriptor(own + 8, *value)?;
                let key = self.types.of(*key);
                let hash = self.code_of(CodeKey::TypeHash(key));
                let hash = self.func_value(hash)?;
                // The group type and layout of gc's own maps stay empty.
                self.memory.set_word(own + 24, hash)
            }
            TypeKind::Signature(signature) => {
                let variadic = if signature.variadic { 1 << 15 } else { 0 };
                self.memory.write(own, 2, signature.params.len() as u64)?;
                self.memory.write(own + 2, 2, signature.results.len() as u64 | variadic)?;
                let all = signature.params.iter().chain(&*signature.results);
                for (index, param) in all.enumerate() {
                    self.set_descriptor(addr + params_at + index as u64 * 8, param.ty)?;
                }
                Ok(())
            }
            TypeKind::Interface(_) => {
                let id = TypeId::new(kind.clone());
                let set = type_set(self.types.resolver(), id);
                let count = set.methods.len() as u64;
                let package = set.methods.iter().find_map(|method| method.package);
                if let Some(package) = package {
                    let name = self.name(package.path(), "", true, false)?;
                    self.memory.set_word(own, name)?;
                }
                let list = self.memory.alloc(count * 8)?;
                for (index, method) in set.methods.iter().enumerate() {
                    let exported = method.package.is_none();
                    let name = self.name_offset(method.name.as_str(), "", exported, false)?;
                    let at = list + index as u64 * 8;
                    self.memory.write(at, 4, name)?;
                    let signature = self.types.of(method.signature);
                    self.memory.write(at + 4, 4, type_offset(signature))?;
                }
                self.set_list(own + 8, list, count)
            }
            TypeKind::Struct(fields) => {
                let package = fields.iter().find_map(|field| field.package);
                if let Some(package) = package {
                    let name = self.name(package.path(), "", true, false)?;
                    self.memory.set_word(own, name)?;
                }
                let ty = self.types.of(TypeId::new(kind.clone()));
                let Shape::Struct(places) = self.types.info(ty).shape.clone() else {
                    return Ok(());
                };
                let count = fields.len() as u64;
                let list = self.memory.alloc(count * 24)?;
                for (index, (field, place)) in fields.iter().zip(&places).enumerate() {
                    let at = list + index as u64 * 24;
                    let tag = field.tag.map_or("", Name::as_str);
                    let exported = field.package.is_none();
                    let name = self.name(field.name.as_str(), tag, exported, field.embedded)?;
                    self.memory.set_word(at, name)?;
                    self.set_descriptor(at + 8, field.ty)?;
                    self.memory.set_word(at + 16, place.offset)?;
                }
                self.set_list(own + 8, list, count)
            }
            _ => Ok(()),
        }
    }

    fn set_list(&mut self, at: Addr, data: Addr, count: u64) -> Result<(), Trap> {
        self.memory.set_word(at, data)?;
        self.memory.set_word(at + 8, count)?;
        self.memory.set_word(at + 16, count)
    }

    fn set_descriptor(&mut self, at: Addr, ty: TypeId) -> Result<(), Trap> {
        let descriptor = self.descriptor(self.types.of(ty))?;
        self.memory.set_word(at, descriptor)
    }

    /// A name as descriptors hold it (`internal/abi.Name`).
    fn name(
        &mut self,
        name: &str,
        tag: &str,
        exported: bool,
        embedded: bool,
    ) -> Result<Addr, Trap> {
        let mut bytes = vec![u8::from(exported) | u8::from(embedded) << 3];
        if !tag.is_empty() {
            bytes[0] |= 2;
        }
        let mut part = |text: &str| {
            let mut len = text.len();
            while len >= 0x80 {
                bytes.push(len as u8 | 0x80);
                len >>= 7;
            }
            bytes.push(len as u8);
            bytes.extend_from_slice(text.as_bytes());
        };
        part(name);
        if !tag.is_empty() {
            part(tag);
        }
        self.string_data(&bytes)
    }

    fn name_offset(
        &mut self,
        name: &str,
        tag: &str,
        exported: bool,
        embedded: bool,
    ) -> Result<u64, Trap> {
        let addr = self.name(name, tag, exported, embedded)?;
        Ok(self.add_name(addr))
    }

    /// The offset of a name that is somewhere in memory.
    pub(crate) fn add_name(&mut self, name: Addr) -> u64 {
        self.descriptors.names.push(name);
        self.descriptors.names.len() as u64
    }

    /// The name at an offset of a descriptor.
    pub(crate) fn name_at(&self, offset: u64) -> Addr {
        let index = (offset as usize).wrapping_sub(1);
        self.descriptors.names.get(index).copied().unwrap_or(0)
    }

    /// The type of a descriptor.
    pub(crate) fn described(&self, descriptor: Addr) -> Result<Ty, Trap> {
        let known = self.descriptors.by_addr.get(&descriptor).copied();
        known.ok_or_else(|| Trap::Unsupported("a type that reflect made at run time".into()))
    }

    /// The dynamic type that the first word of an interface value names; `empty`: whether the
    /// interface has no methods.
    #[inline]
    pub(crate) fn dynamic_type(&self, first: u64, empty: bool) -> Result<Ty, Trap> {
        let descriptor = if empty { first } else { self.memory.word(first + 8)? };
        self.described(descriptor)
    }

    /// The table that an interface with methods holds for a dynamic type.
    pub(crate) fn method_table(&mut self, interface: Ty, ty: Ty) -> Result<Addr, Trap> {
        if let Some(&known) = self.descriptors.tables.get(&(interface, ty)) {
            return Ok(known);
        }
        self.unobserved(|machine| machine.make_method_table(interface, ty))
    }

    fn make_method_table(&mut self, interface: Ty, ty: Ty) -> Result<Addr, Trap> {
        let set = type_set(self.types.resolver(), self.types.info(interface).id);
        let table = self.memory.alloc(24 + set.methods.len() as u64 * 8)?;
        self.descriptors.tables.insert((interface, ty), table);
        let (interface_at, type_at) = (self.descriptor(interface)?, self.descriptor(ty)?);
        self.memory.set_word(table, interface_at)?;
        self.memory.set_word(table + 8, type_at)?;
        let hash = self.memory.read(type_at + 16, 4)?;
        self.memory.write(table + 16, 4, hash)?;
        for (index, method) in set.methods.iter().enumerate() {
            let number =
                self.method_number(MethodName { name: method.name, package: method.package });
            if let Some(code) = self.dispatch(ty, number) {
                self.memory.set_word(table + 24 + index as u64 * 8, code.addr())?;
            }
        }
        Ok(table)
    }

    /// The code at an offset of a descriptor.
    pub(crate) fn text_at(&self, offset: u64) -> Addr {
        match u32::try_from(offset).ok().and_then(|offset| offset.checked_sub(1)) {
            Some(index) => CodeId(index).addr(),
            None => 0,
        }
    }

    /// The descriptor at an offset of another.
    pub(crate) fn type_at(&mut self, offset: u64) -> Result<Addr, Trap> {
        match (offset as u32).checked_sub(1) {
            Some(index) => self.descriptor(Ty(index)),
            None => Ok(0),
        }
    }

    /// A type as `reflect` and run-time panics write it: with package names, not paths.
    pub(crate) fn type_name(&self, ty: TypeId) -> String {
        let mut text = String::new();
        self.write_type(&mut text, ty, false);
        text
    }

    fn package_name(&self, package: PackageId) -> String {
        let found = self.env.package(package);
        found.map_or_else(
            || package.path().rsplit('/').next().unwrap_or_default().to_owned(),
            |decls| decls.name.as_str().to_owned(),
        )
    }

    /// `full`: inside type arguments, where packages are named by their paths.
    fn write_type(&self, text: &mut String, ty: TypeId, full: bool) {
        let ty = ty.unalias();
        // Writing to a string does not fail.
        let _ = match ty.kind() {
            TypeKind::Basic(kind) => write!(text, "{}", kind.canonical().name()),
            TypeKind::Named { decl, args } => {
                let package = decl.package();
                if package != PackageId::universe() {
                    let name =
                        if full { package.path().to_owned() } else { self.package_name(package) };
                    text.push_str(&name);
                    text.push('.');
                }
                text.push_str(decl.name().as_str());
                self.write_args(text, *args);
                Ok(())
            }
            TypeKind::Pointer(elem) => {
                text.push('*');
                self.write_type(text, *elem, full);
                Ok(())
            }
            TypeKind::Slice(elem) => {
                text.push_str("[]");
                self.write_type(text, *elem, full);
                Ok(())
            }
            TypeKind::Array { elem, len } => {
                let _ = write!(text, "[{len}]");
                self.write_type(text, *elem, full);
                Ok(())
            }
            TypeKind::Map { key, value } => {
                text.push_str("map[");
                self.write_type(text, *key, full);
                text.push(']');
                self.write_type(text, *value, full);
                Ok(())
            }
            TypeKind::Chan { dir, elem } => {
                text.push_str(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Receive => "<-chan ",
                });
                let nested =
                    matches!(elem.unalias().kind(), TypeKind::Chan { dir: ChanDir::Receive, .. })
                        && *dir != ChanDir::Send;
                if nested {
                    text.push('(');
                }
                self.write_type(text, *elem, full);
                if nested {
                    text.push(')');
                }
                Ok(())
            }
            TypeKind::Struct(fields) => {
                self.write_struct(text, fields, full);
                Ok(())
            }
            TypeKind::Signature(signature) => {
                text.push_str("func");
                self.write_signature(text, signature, full);
                Ok(())
            }
            TypeKind::Interface(_) => {
                self.write_interface(text, ty, full);
                Ok(())
            }
            _ => write!(text, "?"),
        };
    }

    fn write_args(&self, text: &mut String, args: TypeList) {
        if args.is_empty() {
            return;
        }
        text.push('[');
        for (index, &arg) in args.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            self.write_type(text, arg, true);
        }
        text.push(']');
    }

    fn write_struct(&self, text: &mut String, fields: &[FieldType], full: bool) {
        text.push_str("struct {");
        for (index, field) in fields.iter().enumerate() {
            text.push_str(if index > 0 { "; " } else { " " });
            if !field.embedded {
                text.push_str(field.name.as_str());
                text.push(' ');
            }
            self.write_type(text, field.ty, full);
            if let Some(tag) = field.tag {
                let _ = write!(text, " {}", gossa_types::constant::quote(tag.as_str().as_bytes()));
            }
        }
        text.push_str(if fields.is_empty() { "}" } else { " }" });
    }

    fn write_signature(&self, text: &mut String, signature: &SignatureType, full: bool) {
        let list = |text: &mut String, params: &[Param], variadic: bool| {
            for (index, param) in params.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                match param.ty.unalias().kind() {
                    TypeKind::Slice(elem) if variadic && index + 1 == params.len() => {
                        text.push_str("...");
                        self.write_type(text, *elem, full);
                    }
                    _ => self.write_type(text, param.ty, full),
                }
            }
        };
        text.push('(');
        list(text, &signature.params, signature.variadic);
        text.push(')');
        match &*signature.results {
            [] => {}
            [one] => {
                text.push(' ');
                self.write_type(text, one.ty, full);
            }
            several => {
                text.push_str(" (");
                list(text, several, false);
                text.push(')');
            }
        }
    }

    fn write_interface(&self, text: &mut String, ty: TypeId, full: bool) {
        let set = type_set(self.types.resolver(), ty);
        text.push_str("interface {");
        for (index, method) in set.methods.iter().enumerate() {
            text.push_str(if index > 0 { "; " } else { " " });
            if let Some(package) = method.package {
                let _ = write!(text, "{}.", self.package_name(package));
            }
            text.push_str(method.name.as_str());
            if let TypeKind::Signature(signature) = method.signature.kind() {
                self.write_signature(text, signature, full);
            }
        }
        text.push_str(if set.methods.is_empty() { "}" } else { " }" });
    }
}

fn type_offset(ty: Ty) -> u64 {
    u64::from(ty.0) + 1
}

fn text_offset(code: CodeId) -> u64 {
    u64::from(code.0) + 1
}
