//! Expressions and types as the compiler's messages show them.

use crate::ir::{Code, Id, Kind, VarKind};
use crate::types::{Types, is_shape_decl};
use gossa_base::Name;
use gossa_syntax::{BinaryOp, ChanDir};
use gossa_types::constant::Kind as ConstantKind;
use gossa_types::lookup::is_exported;
use gossa_types::underlying::type_set;
use gossa_types::{
    BasicKind, Builtin, DeclId, PackageId, Param, Resolver, SignatureType, TypeId, TypeKind,
    TypeList,
};
use std::fmt::Write;

/// How names are qualified.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// By package name, the local package's not at all.
    Message,
    /// By import path: equal texts mean identical types.
    Link,
}

/// Writes types.
struct TypePrinter<'p> {
    r: &'p dyn Resolver,
    style: Style,
    local: PackageId,
    package_name: &'p dyn Fn(PackageId) -> Name,
}

/// Longest text that is written: types can share parts so that their text grows without measure.
const MAX_LENGTH: usize = 1 << 16;

/// A text that two types share only if they are identical.
pub(crate) fn link_string(r: &dyn Resolver, ty: TypeId) -> String {
    let printer = TypePrinter {
        r,
        style: Style::Link,
        local: PackageId::universe(),
        package_name: &|package| Name::new(package.path()),
    };
    let mut out = String::new();
    printer.write(&mut out, ty);
    out
}

impl TypePrinter<'_> {
    fn qualifier(&self, out: &mut String, package: PackageId) {
        if package == PackageId::universe()
            || (self.style == Style::Message && package == self.local)
        {
            return;
        }
        match self.style {
            Style::Message => out.push_str((self.package_name)(package).as_str()),
            Style::Link => out.push_str(package.path()),
        }
        out.push('.');
    }

    fn named(&self, out: &mut String, decl: DeclId, args: TypeList) {
        self.qualifier(out, decl.package());
        out.push_str(decl.name().as_str());
        if !args.is_empty() && !is_shape_decl(decl) {
            // Arguments are part of the name, which is the same everywhere.
            let link = TypePrinter { style: Style::Link, ..*self };
            let outer =
                self.r.type_params_of(decl).iter().take_while(|p| p.key().owner != decl).count();
            out.push('[');
            for (i, &arg) in args.iter().enumerate() {
                if i > 0 {
                    out.push(if i == outer { ';' } else { ',' });
                }
                link.write(out, arg);
            }
            out.push(']');
        }
    }

    fn write(&self, out: &mut String, ty: TypeId) {
        if out.len() > MAX_LENGTH {
            return;
        }
        match ty.kind() {
            TypeKind::Basic(BasicKind::UnsafePointer) => out.push_str("unsafe.Pointer"),
            TypeKind::Basic(kind) => out.push_str(match self.style {
                Style::Message => kind.name(),
                Style::Link => kind.canonical().name(),
            }),
            TypeKind::Named { decl, args } => self.named(out, *decl, *args),
            TypeKind::Alias { decl, actual, .. } => {
                let any = decl.package() == PackageId::universe() && decl.name().as_str() == "any";
                if any && self.style == Style::Message {
                    out.push_str("any");
                } else {
                    self.write(out, *actual);
                }
            }
            TypeKind::TypeParam(param) => out.push_str(param.name().as_str()),
            TypeKind::Pointer(elem) => {
                out.push('*');
                self.write(out, *elem);
            }
            TypeKind::Slice(elem) => {
                out.push_str("[]");
                self.write(out, *elem);
            }
            TypeKind::Array { elem, len } => {
                let _ = write!(out, "[{len}]");
                self.write(out, *elem);
            }
            TypeKind::Map { key, value } => {
                out.push_str("map[");
                self.write(out, *key);
                out.push(']');
                self.write(out, *value);
            }
            TypeKind::Chan { dir, elem } => {
                let parenthesized = *dir == ChanDir::Both
                    && matches!(
                        elem.unalias().kind(),
                        TypeKind::Chan { dir: ChanDir::Receive, .. }
                    );
                out.push_str(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Receive => "<-chan ",
                });
                if parenthesized {
                    out.push('(');
                }
                self.write(out, *elem);
                if parenthesized {
                    out.push(')');
                }
            }
            TypeKind::Struct(fields) => {
                out.push_str("struct {");
                for (i, field) in fields.iter().enumerate() {
                    out.push_str(if i > 0 { "; " } else { " " });
                    // An embedded field is named after its type, unless by way of an alias.
                    let tells = field.embedded
                        && (self.style == Style::Message || names_itself(field.ty, field.name));
                    if !tells {
                        if let (false, Some(package)) = (is_exported(field.name), field.package) {
                            self.qualifier(out, package);
                        }
                        out.push_str(field.name.as_str());
                        out.push_str(if field.embedded { " = " } else { " " });
                    }
                    self.write(out, field.ty);
                    if let Some(tag) = field.tag {
                        out.push(' ');
                        out.push_str(&gossa_types::constant::quote(tag.as_str().as_bytes()));
                    }
                }
                out.push_str(if fields.is_empty() { "}" } else { " }" });
            }
            TypeKind::Tuple(types) => {
                out.push('(');
                for (i, &ty) in types.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    self.write(out, ty);
                }
                out.push(')');
            }
            TypeKind::Signature(signature) => {
                out.push_str("func");
                self.signature(out, signature);
            }
            TypeKind::Interface(_) => {
                let set = type_set(self.r, ty);
                out.push_str("interface {");
                for (i, method) in set.methods.iter().enumerate() {
                    out.push_str(if i > 0 { "; " } else { " " });
                    if let (false, Some(package)) = (is_exported(method.name), method.package) {
                        out.push_str(package.path());
                        out.push('.');
                    }
                    out.push_str(method.name.as_str());
                    if let TypeKind::Signature(signature) = method.signature.kind() {
                        self.signature(out, signature);
                    }
                }
                out.push_str(if set.methods.is_empty() { "}" } else { " }" });
            }
            TypeKind::Union(_) => out.push_str("union"),
        }
    }

    fn signature(&self, out: &mut String, signature: &SignatureType) {
        self.params(out, &signature.params, signature.variadic);
        match &*signature.results {
            [] => {}
            [only] => {
                out.push(' ');
                self.write(out, only.ty);
            }
            results => {
                out.push(' ');
                self.params(out, results, false);
            }
        }
    }

    fn params(&self, out: &mut String, params: &[Param], variadic: bool) {
        out.push('(');
        for (i, param) in params.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            match param.ty.kind() {
                TypeKind::Slice(elem) if variadic && i + 1 == params.len() => {
                    out.push_str("...");
                    self.write(out, *elem);
                }
                _ => self.write(out, param.ty),
            }
        }
        out.push(')');
    }
}

/// Whether a field of this type, embedded, gets this name without an alias in between.
fn names_itself(ty: TypeId, name: Name) -> bool {
    let base = match ty.unalias().kind() {
        TypeKind::Pointer(elem) => elem.unalias(),
        _ => ty.unalias(),
    };
    match base.kind() {
        TypeKind::Named { decl, .. } => decl.name() == name,
        TypeKind::Basic(kind) => kind.canonical().name() == name.as_str(),
        _ => false,
    }
}

/// Writes nodes of a [`Code`], as seen from a package.
pub(crate) struct Printer<'p> {
    pub(crate) code: &'p Code,
    pub(crate) types: &'p Types<'p>,
    /// The package whose messages they are.
    pub(crate) local: PackageId,
    /// The package that the code is declared in.
    pub(crate) home: PackageId,
    /// Names of packages.
    pub(crate) package_name: &'p dyn Fn(PackageId) -> Name,
    /// Whether a method has a pointer receiver.
    pub(crate) has_pointer_receiver: &'p dyn Fn(DeclId) -> bool,
}

const UNARY: u8 = 7;
const PRIMARY: u8 = 8;

fn binary_precedence(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::LogicalOr => 1,
        BinaryOp::LogicalAnd => 2,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual => 4,
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Or | BinaryOp::Xor => 5,
        _ => 6,
    }
}

impl Printer<'_> {
    /// An expression or a simple statement.
    pub(crate) fn node(&self, id: Id) -> String {
        let mut out = String::new();
        self.write(&mut out, id, 0);
        out
    }

    fn write_type(&self, out: &mut String, ty: TypeId) {
        let printer = TypePrinter {
            r: &self.types.resolver,
            style: Style::Message,
            local: self.local,
            package_name: self.package_name,
        };
        printer.write(out, ty);
    }

    fn symbol(&self, out: &mut String, package: PackageId, name: &str) {
        if package != self.local && package != PackageId::universe() {
            out.push_str((self.package_name)(package).as_str());
            out.push('.');
        }
        out.push_str(name);
    }

    /// A declared function: `F`, `(*T).M`, `F[args]`.
    pub(crate) fn func(&self, decl: DeclId, args: TypeList) -> String {
        let mut out = String::new();
        let link = |ty: TypeId| link_string(&self.types.resolver, ty);
        let arguments = |args: &[TypeId]| {
            if args.is_empty() {
                return String::new();
            }
            format!("[{}]", args.iter().map(|&arg| link(arg)).collect::<Vec<_>>().join(","))
        };
        match decl.parent() {
            None => {
                let name = format!("{}{}", decl.name(), arguments(&args));
                self.symbol(&mut out, decl.package(), &name);
            }
            Some(receiver) => {
                let count = self.types.resolver.type_params_of(receiver).len().min(args.len());
                let of_receiver = arguments(&args[..count]);
                let own = arguments(&args[count..]);
                let base = format!("{}{of_receiver}", receiver.name());
                let base =
                    if (self.has_pointer_receiver)(decl) { format!("(*{base})") } else { base };
                self.symbol(&mut out, decl.package(), &format!("{base}.{}{own}", decl.name()));
            }
        }
        out
    }

    /// `T.m` or `(*T).m`.
    fn method_expr(&self, decl: DeclId, args: TypeList) -> String {
        let Some(base) = decl.parent() else { return self.func(decl, args) };
        let count = self.types.resolver.type_params_of(base).len().min(args.len());
        let ty = TypeId::named(base, TypeList::new(&args[..count]));
        let mut out = String::new();
        if (self.has_pointer_receiver)(decl) {
            out.push_str("(*");
            self.write_type(&mut out, ty);
            out.push(')');
        } else {
            self.write_type(&mut out, ty);
        }
        out.push('.');
        out.push_str(decl.name().as_str());
        out
    }

    fn exprs(&self, out: &mut String, ids: &[Id]) {
        for (i, &id) in ids.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            self.write(out, id, 0);
        }
    }

    fn call(&self, out: &mut String, args: &[Id], spread: bool) {
        out.push('(');
        self.exprs(out, args);
        out.push_str(if spread { "...)" } else { ")" });
    }

    fn conversion(&self, out: &mut String, ty: TypeId, x: Id) {
        let named = matches!(ty.unalias().kind(), TypeKind::Named { .. } | TypeKind::Basic(_))
            || matches!(ty.kind(), TypeKind::Alias { decl, .. } if decl.name().as_str() == "any");
        if named {
            self.write_type(out, ty);
        } else {
            out.push('(');
            self.write_type(out, ty);
            out.push(')');
        }
        out.push('(');
        self.write(out, x, 0);
        out.push(')');
    }

    fn selected(&self, out: &mut String, x: Id, name: Name) {
        self.write(out, x, PRIMARY);
        out.push('.');
        out.push_str(name.as_str());
    }

    fn write(&self, out: &mut String, id: Id, precedence: u8) {
        if out.len() > MAX_LENGTH {
            return;
        }
        let code = self.code;
        let mut id = id;
        // What the source does not say is not shown.
        loop {
            let node = &code[id];
            id = match node.kind {
                Kind::Address(x)
                | Kind::Deref(x)
                | Kind::Convert(x)
                | Kind::Retype(x)
                | Kind::ToInterface(x)
                    if node.implicit =>
                {
                    x
                }
                _ => break,
            };
        }
        let node = &code[id];
        let own = match node.kind {
            Kind::Unary(..) | Kind::Address(_) | Kind::Deref(_) | Kind::Receive(_) => UNARY,
            Kind::Binary(op, ..) => binary_precedence(op),
            // Neither has a precedence of its own there.
            Kind::Concat(_) | Kind::AddressOfLiteral(_) | Kind::Closure(_) => 0,
            Kind::Assert(_) => PRIMARY,
            Kind::Type if self.types.pointee(node.ty).is_some() => UNARY,
            _ => PRIMARY,
        };
        if precedence > own {
            out.push('(');
            self.write(out, id, 0);
            out.push(')');
            return;
        }
        match node.kind {
            Kind::Blank => out.push('_'),
            Kind::Const(index) => self.constant(out, index, node.ty),
            Kind::Nil => out.push_str("nil"),
            Kind::Type => self.write_type(out, node.ty),
            Kind::Var(var) => self.var(out, var),
            Kind::Global(decl) => self.symbol(out, decl.package(), decl.name().as_str()),
            Kind::Func(func) => out.push_str(&self.func(func.decl, func.args)),
            Kind::MethodExpr(func) => out.push_str(&self.method_expr(func.decl, func.args)),
            Kind::Dictionary(index) => out.push_str(&code.texts[index as usize]),
            Kind::Unary(op, x) => {
                out.push_str(op.as_str());
                if matches!(code[x].kind, Kind::Unary(inner, _) if inner == op) {
                    out.push(' ');
                }
                self.write(out, x, UNARY + 1);
            }
            Kind::Receive(x) => {
                out.push_str("<-");
                if matches!(code[x].kind, Kind::Receive(_)) {
                    out.push(' ');
                }
                self.write(out, x, UNARY + 1);
            }
            Kind::Address(x) => {
                out.push('&');
                if matches!(code[x].kind, Kind::Address(_)) {
                    out.push(' ');
                }
                self.write(out, x, UNARY + 1);
            }
            Kind::Deref(x) => {
                out.push('*');
                self.write(out, x, UNARY + 1);
            }
            Kind::Binary(op, x, y) => {
                self.write(out, x, own);
                let _ = write!(out, " {} ", op.as_str());
                self.write(out, y, own + 1);
            }
            Kind::AddressOfLiteral(x) => {
                out.push('&');
                self.write(out, x, 0);
            }
            Kind::Field(x, name)
            | Kind::PointerField(x, name)
            | Kind::InterfaceMethod(x, name)
            | Kind::MethodValue { x, name, .. } => self.selected(out, x, name),
            Kind::Assert(x) => {
                self.write(out, x, PRIMARY);
                out.push_str(".(");
                self.write_type(out, node.ty);
                out.push(')');
            }
            Kind::Index(x, index) | Kind::MapIndex(x, index) => {
                self.write(out, x, PRIMARY);
                out.push('[');
                self.write(out, index, 0);
                out.push(']');
            }
            Kind::Slice { x, bounds, three, .. } => {
                self.write(out, x, PRIMARY);
                out.push('[');
                let bound = |out: &mut String, at: usize| {
                    let bound = code.list(bounds)[at];
                    if code[bound].kind != Kind::Blank {
                        self.write(out, bound, 0);
                    }
                };
                bound(out, 0);
                out.push(':');
                bound(out, 1);
                if three {
                    out.push(':');
                    bound(out, 2);
                }
                out.push(']');
            }
            Kind::Convert(x)
            | Kind::Retype(x)
            | Kind::ToInterface(x)
            | Kind::SliceToArray(x)
            | Kind::SliceToArrayPointer(x)
            | Kind::StringConvert(_, x) => self.conversion(out, node.ty, x),
            Kind::Call { fun, args } | Kind::InterfaceCall { fun, args } => {
                self.write(out, fun, PRIMARY);
                self.call(out, code.list(args), node.flag);
            }
            Kind::Builtin(builtin, args) => {
                if builtin.is_unsafe() {
                    out.push_str("unsafe.");
                }
                out.push_str(builtin.name());
                self.call(out, code.list(args), node.flag && builtin == Builtin::Append);
            }
            Kind::New(x) => {
                out.push_str("new(");
                let mut ty = String::new();
                self.write(&mut ty, x, 0);
                // What the type is, the dictionary knows.
                out.push_str(if ty.contains("go.shape.") { "<node DYNAMICTYPE>" } else { &ty });
                out.push(')');
            }
            Kind::MakeSlice(len, cap) => self.make(out, node.ty, Some(len), cap),
            Kind::MakeMap(len) | Kind::MakeChan(len) => self.make(out, node.ty, len, None),
            Kind::Literal(_, elements) => {
                if node.implicit {
                    out.push_str("... argument");
                } else {
                    self.write_type(out, node.ty);
                    out.push_str(if code.list(elements).is_empty() { "{}" } else { "{...}" });
                }
            }
            Kind::Closure(_) => out.push_str("func literal"),
            Kind::Concat(operands) => {
                for (i, &operand) in code.list(operands).iter().enumerate() {
                    if i > 0 {
                        out.push_str(" + ");
                    }
                    self.write(out, operand, 0);
                }
            }
            Kind::Assign(x, y) => {
                self.write(out, x, 0);
                out.push_str(if node.flag { " := " } else { " = " });
                match y {
                    Some(y) => self.write(out, y, 0),
                    None => out.push_str("<nil>"),
                }
            }
            Kind::AssignOp(op, x, y) => {
                self.write(out, x, 0);
                let _ = write!(out, " {}= ", op.as_str());
                self.write(out, y, 0);
            }
            Kind::AssignList(_, lhs, rhs) => {
                self.exprs(out, code.list(lhs));
                out.push_str(if node.flag { " := " } else { " = " });
                self.exprs(out, code.list(rhs));
            }
            Kind::Return(results) => {
                out.push_str("return ");
                self.exprs(out, code.list(results));
            }
            // No message shows other statements.
            _ => out.push_str("statement"),
        }
    }

    fn make(&self, out: &mut String, ty: TypeId, len: Option<Id>, cap: Option<Id>) {
        out.push_str("make(");
        self.write_type(out, ty);
        for operand in [len, cap].into_iter().flatten() {
            out.push_str(", ");
            self.write(out, operand, 0);
        }
        out.push(')');
    }

    /// The name of a variable.
    pub(crate) fn var(&self, out: &mut String, var: crate::ir::VarId) {
        let var = &self.code[var];
        let Some(name) = var.name else { return };
        // Temporaries belong to the package that is compiled.
        let package = if var.kind == VarKind::Temporary { self.local } else { self.home };
        self.symbol(out, package, name.as_str());
    }

    fn constant(&self, out: &mut String, index: u32, ty: TypeId) {
        let value = &self.code.consts[index as usize];
        let basic = match ty.unalias().kind() {
            TypeKind::Basic(kind) => Some(*kind),
            _ => None,
        };
        if let (Some(BasicKind::Rune | BasicKind::UntypedRune), Some(code)) =
            (basic, value.to_int().as_u64())
            && let Ok(code) = u32::try_from(code)
            && code <= char::MAX as u32
        {
            out.push_str(&quote_rune(code));
            return;
        }
        let is_default = match (value.kind(), basic) {
            (_, Some(kind)) if kind.is_untyped() => true,
            (ConstantKind::Bool, Some(BasicKind::Bool))
            | (ConstantKind::String, Some(BasicKind::String))
            | (ConstantKind::Int, Some(BasicKind::Int))
            | (ConstantKind::Float, Some(BasicKind::Float64))
            | (ConstantKind::Complex, Some(BasicKind::Complex128)) => true,
            _ => false,
        };
        if is_default {
            let _ = write!(out, "{value}");
        } else {
            self.write_type(out, ty);
            let _ = write!(out, "({value})");
        }
    }
}

/// A code point in single quotes.
fn quote_rune(code: u32) -> String {
    let Some(c) = char::from_u32(code) else { return "'\u{fffd}'".to_owned() };
    match c {
        '\'' => "'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        _ => {
            let mut buffer = [0; 4];
            let quoted = gossa_types::constant::quote(c.encode_utf8(&mut buffer).as_bytes());
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}
