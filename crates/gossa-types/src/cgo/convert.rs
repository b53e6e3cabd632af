//! How the types of C look in Go.

use super::named;
use crate::ids::{DeclId, PackageId};
use crate::info::TypeDecl;
use crate::ty::{BasicKind, FieldType, Param, SignatureType, TypeId, TypeKind, TypeList};
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_cgo::{CModel, Float, Function, Int, Length, Preamble, Record, Type};
use std::rc::Rc;
use std::sync::Arc;

/// Deepest nesting of types.
pub(super) const MAX_DEPTH: u32 = 60;

/// What the files of a package share: one name of C is one type of Go.
pub(super) struct Shared {
    package: PackageId,
    model: CModel,
    types: FxHashMap<DeclId, TypeDecl>,
    /// Types that files declare differently.
    conflicts: FxHashSet<DeclId>,
    started: FxHashSet<DeclId>,
    /// Alignments, in Go, of structs.
    aligns: FxHashMap<Rc<str>, u64>,
    /// Numbers of structs without a tag, in order of use.
    anonymous: FxHashMap<Rc<str>, usize>,
    depth: u32,
}

impl Shared {
    pub(super) fn new(package: PackageId, model: CModel) -> Self {
        Self {
            package,
            model,
            types: FxHashMap::default(),
            conflicts: FxHashSet::default(),
            started: FxHashSet::default(),
            aligns: FxHashMap::default(),
            anonymous: FxHashMap::default(),
            depth: 0,
        }
    }

    /// The declarations; those that are not clear are left out, and so opaque.
    pub(super) fn finish(mut self) -> FxHashMap<DeclId, TypeDecl> {
        self.types.retain(|decl, _| !self.conflicts.contains(decl));
        self.types
    }
}

/// The Go type of a name that is not known.
pub(super) fn opaque(package: PackageId, name: &str) -> TypeId {
    named(decl(package, name))
}

fn decl(package: PackageId, name: &str) -> DeclId {
    DeclId::top_level(package, Name::new(&format!("_Ctype_{name}")))
}

/// Turns the types of one preamble into types of Go; collects the declarations that they need.
pub(super) struct Converter<'c> {
    pub c: &'c Preamble,
    pub shared: &'c mut Shared,
}

impl Converter<'_> {
    fn decl(&self, name: &str) -> DeclId {
        decl(self.shared.package, name)
    }

    fn insert(&mut self, decl: DeclId, underlying: TypeId, alias: bool) {
        match self.shared.types.get(&decl) {
            Some(before) if before.underlying != underlying || before.alias != alias => {
                self.shared.conflicts.insert(decl);
            }
            Some(_) => {}
            None => {
                let declared = TypeDecl {
                    type_params: Arc::from([]),
                    outer_params: 0,
                    underlying,
                    alias,
                    methods: Arc::from([]),
                };
                self.shared.types.insert(decl, declared);
            }
        }
    }

    fn defined(&mut self, name: &str, kind: BasicKind) -> TypeId {
        let decl = self.decl(name);
        self.insert(decl, TypeId::basic(kind), false);
        named(decl)
    }

    fn alias(&mut self, name: &str, actual: TypeId) -> TypeId {
        let decl = self.decl(name);
        self.insert(decl, actual, true);
        TypeId::new(TypeKind::Alias { decl, args: TypeList::EMPTY, actual })
    }

    /// The type that `C.name` denotes.
    pub(super) fn named(&mut self, name: &str, ty: &Type) -> TypeId {
        let found = self.go_type(ty);
        match ty {
            // These have no name of their own in Go.
            Type::Enum(_) => self.alias(name, found),
            Type::Record(key) if key.starts_with("union_") && found != TypeId::INVALID => {
                self.alias(name, found)
            }
            Type::Typedef(typedef) if **typedef == *name && is_struct(found) => {
                self.alias(name, found)
            }
            Type::Typedef(typedef) if **typedef == *name => found,
            Type::Record(_) => found,
            _ => match found.kind() {
                // A macro that is a type.
                _ if found == TypeId::INVALID => found,
                TypeKind::Named { decl, .. } if decl.name() == self.decl(name).name() => found,
                TypeKind::Named { .. } | TypeKind::Alias { .. } => self.alias(name, found),
                _ => {
                    let decl = self.decl(name);
                    self.insert(decl, found, false);
                    named(decl)
                }
            },
        }
    }

    /// The Go type of a type. Defined types get their declarations on the way.
    pub(super) fn go_type(&mut self, ty: &Type) -> TypeId {
        self.shared.depth += 1;
        let result = if self.shared.depth > MAX_DEPTH { TypeId::INVALID } else { self.convert(ty) };
        self.shared.depth -= 1;
        result
    }

    fn convert(&mut self, ty: &Type) -> TypeId {
        match ty {
            Type::Void => {
                let decl = self.decl("void");
                self.insert(decl, byte_array(0), false);
                named(decl)
            }
            Type::Bool => self.defined("_Bool", BasicKind::Bool),
            Type::Int(int) => self.integer(*int),
            Type::Float(Float::Float) => self.defined("float", BasicKind::Float32),
            Type::Float(Float::Double) => self.defined("double", BasicKind::Float64),
            Type::Complex(Float::Float) => self.defined("complexfloat", BasicKind::Complex64),
            Type::Complex(Float::Double) => self.defined("complexdouble", BasicKind::Complex128),
            // As long as `double`, or of no type that Go has.
            Type::Float(Float::LongDouble) => match self.c.layout(ty) {
                Some((8, _)) => self.defined("longdouble", BasicKind::Float64),
                _ => TypeId::INVALID,
            },
            Type::Complex(Float::LongDouble) => match self.c.layout(ty) {
                Some((16, _)) => self.defined("complexlongdouble", BasicKind::Complex128),
                _ => TypeId::INVALID,
            },
            Type::Unknown => TypeId::INVALID,
            Type::Pointer(to) => match self.c.resolve(to) {
                Some(Type::Void) => TypeId::basic(BasicKind::UnsafePointer),
                Some(Type::Function(_)) => TypeId::pointer(byte_array(0)),
                _ => match self.go_type(to) {
                    TypeId::INVALID => TypeId::INVALID,
                    elem => TypeId::pointer(elem),
                },
            },
            Type::Function(_) => byte_array(0),
            Type::Array(elem, length) => {
                let len = match length {
                    Length::Known(len) => i64::try_from(*len).unwrap_or(-1),
                    // Takes no room at the end of a struct.
                    Length::Open => 0,
                    Length::Unknown => return TypeId::INVALID,
                };
                match self.go_type(elem) {
                    TypeId::INVALID => TypeId::INVALID,
                    elem => TypeId::new(TypeKind::Array { elem, len }),
                }
            }
            Type::Record(key) => self.record(key),
            Type::Enum(_) => match self.c.layout(ty) {
                Some((size, _)) => TypeId::basic(self.enum_kind(ty, size)),
                None => TypeId::INVALID,
            },
            Type::Typedef(name) => self.typedef(name),
        }
    }

    fn enum_kind(&self, ty: &Type, size: u64) -> BasicKind {
        let Type::Enum(tag) = ty else { return BasicKind::Uint32 };
        let signed = self.c.enumeration(tag).is_some_and(|found| found.signed);
        match (size, signed) {
            (1, true) => BasicKind::Int8,
            (1, false) => BasicKind::Uint8,
            (2, true) => BasicKind::Int16,
            (2, false) => BasicKind::Uint16,
            (8, true) => BasicKind::Int64,
            (8, false) => BasicKind::Uint64,
            (_, true) => BasicKind::Int32,
            (_, false) => BasicKind::Uint32,
        }
    }

    fn integer(&mut self, int: Int) -> TypeId {
        let model = self.shared.model;
        let (name, kind) = match int {
            Int::Char if model.char_unsigned => ("char", BasicKind::Uint8),
            Int::Char => ("char", BasicKind::Int8),
            Int::SChar => ("schar", BasicKind::Int8),
            Int::UChar => ("uchar", BasicKind::Uint8),
            Int::Short => ("short", BasicKind::Int16),
            Int::UShort => ("ushort", BasicKind::Uint16),
            Int::Int => ("int", BasicKind::Int32),
            Int::UInt => ("uint", BasicKind::Uint32),
            Int::Long if model.long == 8 => ("long", BasicKind::Int64),
            Int::Long => ("long", BasicKind::Int32),
            Int::ULong if model.long == 8 => ("ulong", BasicKind::Uint64),
            Int::ULong => ("ulong", BasicKind::Uint32),
            Int::LongLong => ("longlong", BasicKind::Int64),
            Int::ULongLong => ("ulonglong", BasicKind::Uint64),
            Int::Int128 | Int::UInt128 => {
                let name = if int.is_unsigned() { "__int128unsigned" } else { "__int128" };
                let decl = self.decl(name);
                let elem = TypeId::basic(BasicKind::Uint8);
                self.insert(decl, TypeId::new(TypeKind::Array { elem, len: 16 }), false);
                return named(decl);
            }
        };
        self.defined(name, kind)
    }

    fn typedef(&mut self, name: &str) -> TypeId {
        let c = self.c;
        let Some(target) = c.typedef(name) else {
            return match name {
                "bool" => self.go_type(&Type::Bool),
                // Of a header that was not read.
                _ => named(self.decl(name)),
            };
        };
        match name {
            "_GoString_" => return TypeId::basic(BasicKind::String),
            "_GoBytes_" => return TypeId::slice(TypeId::basic(BasicKind::Byte)),
            _ => {}
        }
        let decl = self.decl(name);
        if !self.shared.started.insert(decl) {
            // In the middle of itself, behind a pointer.
            return match c.resolve(target) {
                Some(Type::Record(key)) => self.record(key),
                _ => named(decl),
            };
        }
        let actual = if self.is_bad_pointer(name) {
            TypeId::basic(BasicKind::Uintptr)
        } else {
            self.go_type(target)
        };
        self.shared.started.remove(&decl);
        if actual == TypeId::INVALID {
            return named(decl);
        }
        // A new name for a type with a name is an alias, as cgo makes it.
        let is_alias = matches!(actual.kind(), TypeKind::Named { .. } | TypeKind::Alias { .. });
        if actual == named(decl) {
            return actual;
        }
        if is_struct(actual) {
            // A typedef of a struct is the struct.
            return actual;
        }
        self.insert(decl, actual, is_alias);
        if is_alias {
            TypeId::new(TypeKind::Alias { decl, args: TypeList::EMPTY, actual })
        } else {
            named(decl)
        }
    }

    /// Whether values of a typedef of a pointer may be no pointers: handles of the Java native
    /// interface, of EGL, and of Apple's CoreFoundation. Go has them as `uintptr`, so that the
    /// collector leaves them alone.
    fn is_bad_pointer(&self, name: &str) -> bool {
        let Some(target) = self.c.typedef(name) else { return false };
        let is_void_pointer = |ty: &Type| matches!(ty, Type::Pointer(to) if **to == Type::Void);
        match name {
            "EGLDisplay" | "EGLConfig" => is_void_pointer(target),
            "jobject" => {
                is_void_pointer(target)
                    || matches!(target, Type::Pointer(to) if self.is_incomplete(to, "struct__jobject"))
            }
            "jclass" | "jthrowable" | "jstring" | "jarray" | "jweak" => {
                *target == Type::Typedef("jobject".into()) && self.is_bad_pointer("jobject")
            }
            "jbooleanArray" | "jbyteArray" | "jcharArray" | "jshortArray" | "jintArray"
            | "jlongArray" | "jfloatArray" | "jdoubleArray" | "jobjectArray" => {
                *target == Type::Typedef("jarray".into()) && self.is_bad_pointer("jarray")
            }
            _ if self.shared.model.system == gossa_cgo::System::Apple => {
                self.is_core_foundation(name, target)
            }
            _ => false,
        }
    }

    /// `CFTypeRef`, and the other references named `CF…Ref`, but for what Go must see as a pointer.
    fn is_core_foundation(&self, name: &str, target: &Type) -> bool {
        let is_reference = name.ends_with("Ref") && name.starts_with("CF");
        let Type::Pointer(to) = target else {
            return is_reference && matches!(target, Type::Typedef(of) if self.is_bad_pointer(of));
        };
        is_reference
            && match &**to {
                Type::Void => true,
                Type::Record(key) => self.c.record(key).is_none(),
                _ => false,
            }
    }

    fn is_incomplete(&self, ty: &Type, key: &str) -> bool {
        matches!(ty, Type::Record(found) if **found == *key) && self.c.record(key).is_none()
    }

    fn is_bad_typedef(&self, ty: &Type) -> bool {
        let mut ty = ty;
        for _ in 0..MAX_DEPTH {
            let Type::Typedef(name) = ty else { return false };
            if self.is_bad_pointer(name) {
                return true;
            }
            let Some(next) = self.c.typedef(name) else { return false };
            ty = next;
        }
        false
    }

    /// The name that a struct has in Go: those without a tag are numbered.
    fn record_name(&mut self, key: &Rc<str>) -> String {
        let (kind, tag) = key.split_once('_').unwrap_or(("struct", key));
        if !gossa_cgo::is_anonymous(tag) {
            return key.to_string();
        }
        let next = self.shared.anonymous.len();
        let number = *self.shared.anonymous.entry(Rc::clone(key)).or_insert(next);
        format!("{kind}___{number}")
    }

    fn record(&mut self, key: &Rc<str>) -> TypeId {
        let c = self.c;
        if key.starts_with("union_")
            && let Some(layout) = c.record_layout(key)
        {
            return byte_array(layout.size);
        }
        let name = self.record_name(key);
        let decl = self.decl(&name);
        if self.shared.started.contains(&decl) {
            return named(decl);
        }
        let Some(record) = c.record(key).filter(|record| !record.is_union) else {
            if c.is_surely_incomplete(key) && !self.shared.types.contains_key(&decl) {
                self.insert(decl, incomplete(), false);
            }
            return named(decl);
        };
        if self.shared.conflicts.contains(&decl) {
            return named(decl);
        }
        self.shared.started.insert(decl);
        if let Some((fields, align)) = self.fields(key, record) {
            self.shared.aligns.insert(Rc::clone(key), align);
            let underlying = TypeId::new(TypeKind::Struct(fields.into()));
            if self.shared.types.get(&decl).is_some_and(|found| found.underlying == incomplete()) {
                // Another file only mentions it.
                self.shared.types.remove(&decl);
            }
            self.insert(decl, underlying, false);
        }
        self.shared.started.remove(&decl);
        named(decl)
    }

    /// The fields of a struct as cgo shows them: bit fields are padding, keywords get a `_`, and
    /// what Go cannot align is left out. Also the alignment that they have in Go.
    fn fields(&mut self, key: &str, record: &Record) -> Option<(Vec<FieldType>, u64)> {
        let c = self.c;
        let layout = c.record_layout(key)?;
        let taken: FxHashSet<&str> =
            record.fields.iter().filter_map(|field| field.name.as_deref()).collect();
        let mut fields = Vec::with_capacity(record.fields.len());
        let mut sizes = Vec::with_capacity(record.fields.len());
        let mut anonymous = 0_u32;
        let mut end = 0_u64;
        let mut most = 1;
        for (field, offset) in record.fields.iter().zip(&layout.offsets) {
            let ty = self.go_type(&field.ty);
            if field.bits.is_some() {
                continue;
            }
            let offset = (*offset)?;
            let (size, _) = c.layout(&field.ty)?;
            let align = self.go_align(&field.ty).max(1);
            if offset % align != 0 || offset < end.next_multiple_of(align) {
                continue;
            }
            if offset > end.next_multiple_of(align) {
                fields.push(self.padding(offset - end));
                sizes.push(offset - end);
            }
            let name = match field.name.as_deref() {
                Some(name) => go_field_name(name, &taken),
                None => {
                    anonymous += 1;
                    Name::new(&format!("anon{}", anonymous - 1))
                }
            };
            let package = (!crate::lookup::is_exported(name)).then_some(self.shared.package);
            fields.push(FieldType { name, package, ty, embedded: false, tag: None });
            sizes.push(size);
            end = offset + size;
            most = most.max(align);
        }
        if end < layout.size {
            fields.push(self.padding(layout.size - end));
            sizes.push(layout.size - end);
            end = layout.size;
        }
        // A last member without size would make the Go struct larger than the one of C.
        while end > 0 && sizes.last() == Some(&0) {
            fields.pop();
            sizes.pop();
        }
        Some((fields, most))
    }

    fn padding(&self, size: u64) -> FieldType {
        let package = Some(self.shared.package);
        let name = Name::new("_");
        FieldType { name, package, ty: byte_array(size), embedded: false, tag: None }
    }

    /// Alignment of the Go type of a type of C.
    pub(super) fn go_align(&self, ty: &Type) -> u64 {
        let word = u64::from(self.shared.model.pointer);
        let Some(ty) = self.c.resolve(ty) else { return 1 };
        match ty {
            Type::Void | Type::Bool | Type::Unknown | Type::Typedef(_) | Type::Function(_) => 1,
            Type::Complex(_) => self.c.layout(ty).map_or(1, |(size, _)| (size / 2).min(word)),
            Type::Int(Int::Int128 | Int::UInt128) => 1,
            Type::Int(_) | Type::Float(_) | Type::Enum(_) => {
                self.c.layout(ty).map_or(1, |(size, _)| size.min(word))
            }
            Type::Pointer(_) => word,
            Type::Array(elem, _) => self.go_align(elem),
            Type::Record(key) => self.shared.aligns.get(key).copied().unwrap_or(1),
        }
    }

    /// The Go signature of a function; `None` for one that Go cannot call.
    pub(super) fn signature(&mut self, function: &Function) -> Option<TypeId> {
        if function.variadic && !function.params.is_empty() {
            return None;
        }
        let params = function
            .params
            .iter()
            .map(|param| Param { name: None, ty: self.param_type(param) })
            .collect();
        let result = match self.c.resolve(&function.result) {
            Some(Type::Void) => self.go_type(&Type::Void),
            _ => self.go_type(&function.result),
        };
        Some(signature(params, result))
    }

    /// Arrays are passed as pointers, and so are typedefs of pointers by what they stand for.
    fn param_type(&mut self, ty: &Type) -> TypeId {
        let c = self.c;
        match c.resolve(ty) {
            Some(Type::Array(elem, _)) => self.go_type(&Type::Pointer(Rc::clone(elem))),
            Some(Type::Function(_)) => TypeId::pointer(byte_array(0)),
            Some(pointer @ Type::Pointer(to))
                if c.resolve(to) != Some(&Type::Void) && !self.is_bad_typedef(ty) =>
            {
                self.go_type(pointer)
            }
            _ => self.go_type(ty),
        }
    }
}

/// Whether a type is that of a struct, or of a union that is not known.
fn is_struct(ty: TypeId) -> bool {
    let TypeKind::Named { decl, .. } = ty.kind() else { return false };
    let name = decl.name().as_str();
    name.starts_with("_Ctype_struct_") || name.starts_with("_Ctype_union_")
}

/// The underlying type of structs and unions without members: a struct that the runtime does not
/// let Go allocate.
fn incomplete() -> TypeId {
    let sys = PackageId::new("internal/runtime/sys");
    let ty = named(DeclId::top_level(sys, Name::new("NotInHeap")));
    let package = Some(PackageId::new("runtime/cgo"));
    let field = FieldType { name: Name::new("_"), package, ty, embedded: false, tag: None };
    TypeId::new(TypeKind::Struct(Box::new([field])))
}

pub(super) fn signature(params: Box<[Param]>, result: TypeId) -> TypeId {
    TypeId::new(TypeKind::Signature(SignatureType {
        type_params: Box::default(),
        params,
        results: Box::new([Param { name: None, ty: result }]),
        variadic: false,
    }))
}

fn byte_array(size: u64) -> TypeId {
    TypeId::new(TypeKind::Array {
        elem: TypeId::basic(BasicKind::Byte),
        len: i64::try_from(size).unwrap_or(-1),
    })
}

/// The Go name of a member: keywords of Go get a `_` in front, one more if that is taken.
fn go_field_name(name: &str, taken: &FxHashSet<&str>) -> Name {
    const KEYWORDS: [&str; 25] = [
        "break",
        "case",
        "chan",
        "const",
        "continue",
        "default",
        "defer",
        "else",
        "fallthrough",
        "for",
        "func",
        "go",
        "goto",
        "if",
        "import",
        "interface",
        "map",
        "package",
        "range",
        "return",
        "select",
        "struct",
        "switch",
        "type",
        "var",
    ];
    if !KEYWORDS.contains(&name) {
        return Name::new(name);
    }
    let mut text = format!("_{name}");
    while taken.contains(&*text) {
        text.insert(0, '_');
    }
    Name::new(&text)
}
