//! How the types of C look in Go, and how large they are.

use super::declare::{CField, CFunction, CRecord, CType, Declarations};
use crate::env::Target;
use crate::ids::{DeclId, PackageId};
use crate::info::TypeDecl;
use crate::ty::{BasicKind, FieldType, Param, SignatureType, TypeId, TypeKind, TypeList};
use gossa_base::{FxHashMap, FxHashSet, Name};
use std::sync::Arc;

/// What C's basic types are on a platform.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CModel {
    /// Size of a pointer.
    pub pointer: u8,
    /// Size of `long`.
    pub long: u8,
    /// Alignment of 8-byte integers and floats in a struct.
    pub align8: u8,
    /// Whether plain `char` is unsigned.
    pub char_unsigned: bool,
    /// The macro that names the operating system.
    pub system: &'static str,
}

impl CModel {
    /// The model of a GOOS and GOARCH.
    #[must_use]
    pub fn for_platform(goos: &str, goarch: &str) -> Self {
        let pointer = Target::for_arch(goarch).word_size;
        let windows = goos == "windows";
        let apple = matches!(goos, "darwin" | "ios");
        let unsigned_abi = goarch.starts_with("arm")
            || goarch.starts_with("ppc64")
            || goarch == "riscv64"
            || goarch == "s390x";
        Self {
            pointer,
            long: if windows { 4 } else { pointer },
            align8: if goarch == "386" && !windows { 4 } else { 8 },
            char_unsigned: unsigned_abi && !windows && !apple,
            system: match goos {
                "windows" => "_WIN32",
                "darwin" | "ios" => "__APPLE__",
                "freebsd" => "__FreeBSD__",
                "netbsd" => "__NetBSD__",
                "openbsd" => "__OpenBSD__",
                "dragonfly" => "__DragonFly__",
                "solaris" | "illumos" => "__sun",
                "aix" => "_AIX",
                _ => "__linux__",
            },
        }
    }

    /// Whether the compiler defines a macro by itself.
    pub(super) fn predefines(self, name: &str) -> bool {
        let unix = !matches!(self.system, "_WIN32");
        name == self.system
            || match name {
                "__GNUC__" | "__STDC__" | "__STDC_VERSION__" | "GO_CGO_GOSTRING_TYPEDEF" => true,
                "__linux" | "linux" => self.system == "__linux__",
                "__MACH__" => self.system == "__APPLE__",
                "_WIN64" => self.system == "_WIN32" && self.pointer == 8,
                "WIN32" | "__MINGW32__" => self.system == "_WIN32",
                "__unix__" | "__unix" | "unix" => unix && self.system != "__APPLE__",
                "_LP64" | "__LP64__" => self.long == 8,
                _ => false,
            }
    }

    /// The Go kind of an integer type by its name in Go.
    fn integer(self, name: &str) -> BasicKind {
        match name {
            "char" if self.char_unsigned => BasicKind::Uint8,
            "char" | "schar" => BasicKind::Int8,
            "uchar" => BasicKind::Uint8,
            "short" => BasicKind::Int16,
            "ushort" => BasicKind::Uint16,
            "uint" => BasicKind::Uint32,
            "long" if self.long == 8 => BasicKind::Int64,
            "ulong" if self.long == 8 => BasicKind::Uint64,
            "ulong" => BasicKind::Uint32,
            "longlong" => BasicKind::Int64,
            "ulonglong" => BasicKind::Uint64,
            _ => BasicKind::Int32,
        }
    }
}

const MAX_DEPTH: u32 = 60;

/// Size and alignment.
type Layout = (u64, u64);

/// Turns types of C into types of Go; collects the declarations that they need.
pub(super) struct GoTypes<'d> {
    pub package: PackageId,
    pub model: CModel,
    pub declared: &'d Declarations,
    pub types: FxHashMap<DeclId, TypeDecl>,
    started: FxHashSet<DeclId>,
    depth: u32,
}

impl<'d> GoTypes<'d> {
    pub(super) fn new(package: PackageId, model: CModel, declared: &'d Declarations) -> Self {
        Self {
            package,
            model,
            declared,
            types: FxHashMap::default(),
            started: FxHashSet::default(),
            depth: 0,
        }
    }

    pub(super) fn decl(package: PackageId, name: &str) -> DeclId {
        DeclId::top_level(package, Name::new(&format!("_Ctype_{name}")))
    }

    fn insert(&mut self, decl: DeclId, underlying: TypeId, alias: bool) {
        let declared = TypeDecl {
            type_params: Arc::from([]),
            outer_params: 0,
            underlying,
            alias,
            methods: Arc::from([]),
        };
        self.types.insert(decl, declared);
    }

    fn defined(&mut self, name: &str, underlying: TypeId) -> TypeId {
        let decl = Self::decl(self.package, name);
        self.insert(decl, underlying, false);
        TypeId::named(decl, TypeList::EMPTY)
    }

    /// A type by the name that it has in Go: `int`, `struct_x`, `size_t`; `None` where it is not
    /// known.
    pub(super) fn named(&mut self, name: &str) -> Option<TypeId> {
        let ty = match name {
            "char" => CType::Integer("char"),
            "schar" => CType::Integer("schar"),
            "uchar" => CType::Integer("uchar"),
            "short" => CType::Integer("short"),
            "ushort" => CType::Integer("ushort"),
            "int" => CType::Integer("int"),
            "uint" => CType::Integer("uint"),
            "long" => CType::Integer("long"),
            "ulong" => CType::Integer("ulong"),
            "longlong" => CType::Integer("longlong"),
            "ulonglong" => CType::Integer("ulonglong"),
            "float" => CType::Float,
            "double" => CType::Double,
            "complexfloat" => CType::ComplexFloat,
            "complexdouble" => CType::ComplexDouble,
            "bool" | "_Bool" => CType::Bool,
            "void" => CType::Void,
            _ => {
                let tag = |prefix: &str| name.strip_prefix(prefix).map(Name::new);
                if let Some(tag) = tag("struct_") {
                    CType::Struct(tag)
                } else if let Some(tag) = tag("union_") {
                    CType::Union(tag)
                } else if let Some(tag) = tag("enum_") {
                    CType::Enum(tag)
                } else {
                    let name = Name::new(name);
                    if !self.declared.typedefs.contains_key(&name) {
                        return None;
                    }
                    CType::Typedef(name)
                }
            }
        };
        Some(self.go_type(&ty))
    }

    /// The Go type of a C type. Defined types get their declarations on the way.
    pub(super) fn go_type(&mut self, ty: &CType) -> TypeId {
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH { TypeId::INVALID } else { self.convert(ty) };
        self.depth -= 1;
        result
    }

    fn convert(&mut self, ty: &CType) -> TypeId {
        let basic = TypeId::basic;
        match ty {
            CType::Void => self.defined("void", byte_array(0)),
            CType::Bool => self.defined("_Bool", basic(BasicKind::Bool)),
            CType::Integer(name) => {
                let kind = self.model.integer(name);
                self.defined(name, basic(kind))
            }
            CType::Float => self.defined("float", basic(BasicKind::Float32)),
            CType::Double => self.defined("double", basic(BasicKind::Float64)),
            CType::ComplexFloat => self.defined("complexfloat", basic(BasicKind::Complex64)),
            CType::ComplexDouble => self.defined("complexdouble", basic(BasicKind::Complex128)),
            CType::LongDouble | CType::Unknown => TypeId::INVALID,
            CType::Pointer(to) => match self.resolve(to) {
                CType::Void => basic(BasicKind::UnsafePointer),
                CType::Function(_) => TypeId::pointer(byte_array(0)),
                _ => TypeId::pointer(self.go_type(to)),
            },
            CType::Function(_) => byte_array(0),
            CType::Array(elem, length) => {
                // An array without length takes no room at the end of a struct.
                let len = i64::try_from(length.unwrap_or(0)).unwrap_or(-1);
                TypeId::new(TypeKind::Array { elem: self.go_type(elem), len })
            }
            CType::Struct(tag) => self.record(*tag, false),
            CType::Union(tag) => self.record(*tag, true),
            CType::Enum(tag) => {
                let negative = self.declared.enums.get(tag).copied().unwrap_or(false);
                basic(if negative { BasicKind::Int32 } else { BasicKind::Uint32 })
            }
            CType::Typedef(name) => self.typedef(*name),
        }
    }

    fn typedef(&mut self, name: Name) -> TypeId {
        match name.as_str() {
            "_GoString_" => return TypeId::basic(BasicKind::String),
            "_GoBytes_" => return TypeId::slice(TypeId::basic(BasicKind::Byte)),
            "bool" => return self.go_type(&CType::Bool),
            // Words of the prelude, by the name that they have on most systems.
            "__go_word" | "__go_uword" | "__go_int64" | "__go_uint64" => {
                let signed = !name.as_str().contains('u');
                let word = name.as_str().ends_with("word");
                let by_long =
                    if word { self.model.long == self.model.pointer } else { self.model.long == 8 };
                let long_name = match (by_long, signed) {
                    (true, true) => "long",
                    (true, false) => "ulong",
                    (false, true) => "longlong",
                    (false, false) => "ulonglong",
                };
                return self.go_type(&CType::Integer(long_name));
            }
            _ => {}
        }
        let decl = Self::decl(self.package, name.as_str());
        let Some(target) = self.declared.typedefs.get(&name) else {
            // Of a header that was not seen: an opaque type.
            return TypeId::named(decl, TypeList::EMPTY);
        };
        if self.declared.unknown.contains(&name) {
            return TypeId::named(decl, TypeList::EMPTY);
        }
        if let Some(known) = self.types.get(&decl) {
            return named_or_alias(decl, known);
        }
        if !self.started.insert(decl) {
            // In the middle of itself, behind a pointer.
            return match self.resolve(&CType::Typedef(name)) {
                CType::Struct(tag) => self.named_record(tag, "struct"),
                CType::Union(tag) => self.record(tag, true),
                _ => TypeId::named(decl, TypeList::EMPTY),
            };
        }
        let target = target.clone();
        let actual = if self.is_bad_pointer(name) {
            TypeId::basic(BasicKind::Uintptr)
        } else {
            self.go_type(&target)
        };
        self.started.remove(&decl);
        // A new name for a type with a name is an alias, as cgo makes it.
        let alias = matches!(actual.kind(), TypeKind::Named { .. } | TypeKind::Alias { .. })
            && actual != TypeId::named(decl, TypeList::EMPTY);
        self.insert(decl, actual, alias);
        self.types.get(&decl).map_or(TypeId::INVALID, |declared| named_or_alias(decl, declared))
    }

    fn named_record(&self, tag: Name, prefix: &str) -> TypeId {
        let decl = Self::decl(self.package, &format!("{prefix}_{tag}"));
        TypeId::named(decl, TypeList::EMPTY)
    }

    /// Whether values of a typedef of a pointer may be no pointers: handles of the Java native
    /// interface and of EGL. Go has them as `uintptr`, so that the collector leaves them alone.
    fn is_bad_pointer(&self, name: Name) -> bool {
        let is_void_pointer = |ty: &CType| match ty {
            CType::Pointer(to) => **to == CType::Void,
            _ => false,
        };
        let text = name.as_str();
        let target = self.declared.typedefs.get(&name);
        if matches!(text, "EGLDisplay" | "EGLConfig") {
            return target.is_some_and(is_void_pointer);
        }
        let parent = match text {
            "jobject" => {
                return target.is_some_and(|target| {
                    is_void_pointer(target)
                        || matches!(target, CType::Pointer(to) if self.is_empty_jobject(to))
                });
            }
            "jclass" | "jthrowable" | "jstring" | "jarray" | "jweak" => "jobject",
            "jbooleanArray" | "jbyteArray" | "jcharArray" | "jshortArray" | "jintArray"
            | "jlongArray" | "jfloatArray" | "jdoubleArray" | "jobjectArray" => "jarray",
            _ => return false,
        };
        let parent = Name::new(parent);
        target == Some(&CType::Typedef(parent)) && self.is_bad_pointer(parent)
    }

    /// Whether a typedef, or one that it stands for, is a bad pointer.
    fn is_bad_typedef(&self, ty: &CType) -> bool {
        let mut ty = ty;
        for _ in 0..MAX_DEPTH {
            let CType::Typedef(name) = ty else { return false };
            if self.is_bad_pointer(*name) {
                return true;
            }
            let Some(next) = self.declared.typedefs.get(name) else { return false };
            ty = next;
        }
        false
    }

    fn is_empty_jobject(&self, ty: &CType) -> bool {
        match ty {
            CType::Struct(tag) => {
                tag.as_str() == "_jobject" && !self.declared.structs.contains_key(tag)
            }
            _ => false,
        }
    }

    fn record(&mut self, tag: Name, is_union: bool) -> TypeId {
        let prefix = if is_union { "union" } else { "struct" };
        let decl = Self::decl(self.package, &format!("{prefix}_{tag}"));
        let named = TypeId::named(decl, TypeList::EMPTY);
        if let Some(known) = self.types.get(&decl) {
            return named_or_alias(decl, known);
        }
        let declared = self.declared;
        let map = if is_union { &declared.unions } else { &declared.structs };
        let Some(record) = map.get(&tag) else { return named };
        if !self.started.insert(decl) {
            return named;
        }
        let result = if is_union {
            match self.union_layout(record) {
                Some((size, _)) => {
                    self.insert(decl, byte_array(size), true);
                    TypeId::new(TypeKind::Alias {
                        decl,
                        args: TypeList::EMPTY,
                        actual: byte_array(size),
                    })
                }
                None => named,
            }
        } else {
            let fields = self.fields(record);
            self.insert(decl, TypeId::new(TypeKind::Struct(fields.into())), false);
            named
        };
        self.started.remove(&decl);
        result
    }

    /// The fields of a struct as cgo shows them: bit fields are padding, keywords get a `_`.
    fn fields(&mut self, record: &CRecord) -> Vec<FieldType> {
        let mut fields = Vec::with_capacity(record.fields.len());
        let mut sizes: Vec<u64> = Vec::with_capacity(record.fields.len());
        let mut anonymous = 0_u32;
        let taken: FxHashSet<Name> = record.fields.iter().filter_map(|f| f.name).collect();
        let mut offsets = RecordLayout { known: true, ..RecordLayout::default() };
        let mut pending_padding = false;
        for field in &record.fields {
            if field.bits.is_some() {
                let placed = self.place(&mut offsets, field);
                offsets.known &= placed;
                pending_padding = true;
                continue;
            }
            let placed = self.place(&mut offsets, field);
            offsets.known &= placed;
            if pending_padding && offsets.known {
                let padding = offsets.last.saturating_sub(offsets.last_go_end);
                if padding > 0 {
                    fields.push(self.field(Name::new("_"), byte_array(padding)));
                    sizes.push(padding);
                }
            }
            pending_padding = false;
            let ty = self.go_type(&field.ty);
            let name = match field.name {
                Some(name) => go_field_name(name, &taken),
                None => {
                    anonymous += 1;
                    Name::new(&format!("anon{}", anonymous - 1))
                }
            };
            sizes.push(if offsets.known { offsets.end - offsets.last } else { 1 });
            fields.push(self.field(name, ty));
            offsets.last_go_end = offsets.end;
        }
        offsets.close_bits();
        let size = round_up(offsets.end, offsets.align.max(1));
        if offsets.known && size > offsets.last_go_end {
            fields.push(self.field(Name::new("_"), byte_array(size - offsets.last_go_end)));
            sizes.push(1);
        }
        // A last member without size would make the Go struct larger than the one of C.
        while offsets.end > 0 && sizes.last() == Some(&0) {
            fields.pop();
            sizes.pop();
        }
        fields
    }

    fn field(&self, name: Name, ty: TypeId) -> FieldType {
        let package = (!crate::lookup::is_exported(name)).then_some(self.package);
        FieldType { name, package, ty, embedded: false, tag: None }
    }

    /// Puts a member behind the others; says whether its size is known.
    fn place(&mut self, record: &mut RecordLayout, field: &CField) -> bool {
        let Some((size, align)) = self.layout(&field.ty) else { return false };
        let align = align.max(1);
        match field.bits {
            Some(bits) => {
                let bits = u64::from(bits);
                let unit = size * 8;
                let at = record.bit_end();
                // A bit field does not cross a unit of its type; one of no bits ends a unit.
                let start = if bits == 0 || unit > 0 && at / unit != (at + bits - 1) / unit {
                    round_up(at, unit.max(8))
                } else {
                    at
                };
                record.set_bit_end(start + bits);
            }
            None => {
                record.close_bits();
                record.last = round_up(record.end, align);
                record.end = record.last.saturating_add(size);
            }
        }
        record.align = record.align.max(align);
        true
    }

    /// Typedefs at the top followed.
    fn resolve(&self, ty: &CType) -> CType {
        let mut ty = ty.clone();
        for _ in 0..MAX_DEPTH {
            match &ty {
                CType::Typedef(name) => match self.declared.typedefs.get(name) {
                    Some(next) => ty = next.clone(),
                    None => return ty,
                },
                _ => return ty,
            }
        }
        CType::Unknown
    }

    fn union_layout(&mut self, record: &CRecord) -> Option<Layout> {
        let mut size = 0;
        let mut align = 1;
        for field in &record.fields {
            let (field_size, field_align) = self.layout(&field.ty)?;
            size = size.max(field_size);
            align = align.max(field_align);
        }
        (!record.packed).then(|| (round_up(size, align), align))
    }

    /// Size and alignment of a C type.
    pub(super) fn layout(&mut self, ty: &CType) -> Option<Layout> {
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH { None } else { self.layout_of(ty) };
        self.depth -= 1;
        result
    }

    fn layout_of(&mut self, ty: &CType) -> Option<Layout> {
        let pointer = u64::from(self.model.pointer);
        let align8 = u64::from(self.model.align8);
        Some(match ty {
            CType::Void | CType::Bool => (1, 1),
            CType::Integer(name) => match self.model.integer(name) {
                BasicKind::Int8 | BasicKind::Uint8 => (1, 1),
                BasicKind::Int16 | BasicKind::Uint16 => (2, 2),
                BasicKind::Int64 | BasicKind::Uint64 => (8, align8),
                _ => (4, 4),
            },
            CType::Float | CType::Enum(_) => (4, 4),
            CType::Double => (8, align8),
            CType::ComplexFloat => (8, 4),
            CType::ComplexDouble => (16, align8),
            CType::Pointer(_) => (pointer, pointer),
            CType::Array(elem, length) => {
                let (size, align) = self.layout(elem)?;
                (size.checked_mul(length.unwrap_or(0))?, align)
            }
            CType::Typedef(name) => match name.as_str() {
                "__go_word" | "__go_uword" => (pointer, pointer),
                "__go_int64" | "__go_uint64" => (8, align8),
                _ => {
                    let target = self.declared.typedefs.get(name)?.clone();
                    self.layout(&target)?
                }
            },
            CType::Struct(tag) => {
                let record = self.declared.structs.get(tag)?;
                if record.packed {
                    return None;
                }
                let mut layout = RecordLayout::default();
                for field in &record.fields {
                    if !self.place(&mut layout, field) {
                        return None;
                    }
                }
                layout.close_bits();
                let align = layout.align.max(1);
                (round_up(layout.end, align), align)
            }
            CType::Union(tag) => {
                let record = self.declared.unions.get(tag)?;
                self.union_layout(record)?
            }
            CType::LongDouble | CType::Function(_) | CType::Unknown => return None,
        })
    }

    /// The Go signature of a C function; `None` for one that Go cannot call.
    pub(super) fn signature(&mut self, function: &CFunction) -> Option<TypeId> {
        if function.variadic {
            return None;
        }
        let params = function
            .params
            .iter()
            .map(|param| Param { name: None, ty: self.param_type(param) })
            .collect();
        let result = self.go_type(&function.result);
        Some(signature(params, result))
    }

    /// Arrays are passed as pointers, and so are typedefs of pointers by what they stand for.
    fn param_type(&mut self, ty: &CType) -> TypeId {
        match ty {
            CType::Array(elem, _) => TypeId::pointer(self.go_type(elem)),
            CType::Function(_) => TypeId::pointer(byte_array(0)),
            CType::Typedef(_) => match self.resolve(ty) {
                CType::Pointer(to)
                    if self.resolve(&to) != CType::Void && !self.is_bad_typedef(ty) =>
                {
                    self.go_type(&CType::Pointer(to))
                }
                CType::Array(elem, _) => TypeId::pointer(self.go_type(&elem)),
                _ => self.go_type(ty),
            },
            _ => self.go_type(ty),
        }
    }
}

#[derive(Default)]
struct RecordLayout {
    /// End of the last member, its offset, and the end of the last one that Go sees.
    end: u64,
    last: u64,
    last_go_end: u64,
    align: u64,
    /// Bits used in the byte at `end`, which is not counted in it.
    bits: u64,
    known: bool,
}

impl RecordLayout {
    fn bit_end(&self) -> u64 {
        self.end * 8 + self.bits
    }

    fn set_bit_end(&mut self, bits: u64) {
        self.end = bits / 8;
        self.bits = bits % 8;
    }

    fn close_bits(&mut self) {
        if self.bits > 0 {
            self.end += 1;
            self.bits = 0;
        }
    }
}

pub(super) fn signature(params: Box<[Param]>, result: TypeId) -> TypeId {
    TypeId::new(TypeKind::Signature(SignatureType {
        type_params: Box::default(),
        params,
        results: Box::new([Param { name: None, ty: result }]),
        variadic: false,
    }))
}

fn named_or_alias(decl: DeclId, declared: &TypeDecl) -> TypeId {
    if declared.alias {
        let actual = declared.underlying;
        // A typedef of a struct or union is the struct or union, as cgo has it.
        if let TypeKind::Named { decl: of, .. } | TypeKind::Alias { decl: of, .. } = actual.kind()
            && is_record(*of)
        {
            return actual;
        }
        TypeId::new(TypeKind::Alias { decl, args: TypeList::EMPTY, actual })
    } else {
        TypeId::named(decl, TypeList::EMPTY)
    }
}

fn is_record(decl: DeclId) -> bool {
    let name = decl.name().as_str();
    name.starts_with("_Ctype_struct_") || name.starts_with("_Ctype_union_")
}

fn byte_array(size: u64) -> TypeId {
    TypeId::new(TypeKind::Array {
        elem: TypeId::basic(BasicKind::Byte),
        len: i64::try_from(size).unwrap_or(-1),
    })
}

fn round_up(value: u64, to: u64) -> u64 {
    let to = to.max(1);
    value.saturating_add(to - 1) / to * to
}

/// The Go name of a member: keywords of Go get a `_` in front, one more if that is taken.
fn go_field_name(name: Name, taken: &FxHashSet<Name>) -> Name {
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
    if !KEYWORDS.contains(&name.as_str()) {
        return name;
    }
    let mut text = format!("_{name}");
    while taken.contains(&Name::new(&text)) {
        text.insert(0, '_');
    }
    Name::new(&text)
}
