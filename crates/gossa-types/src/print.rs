//! Types as text, exactly as `go/types` writes them.
//!
//! For dumps that are compared with `go/types`, and for messages. Names are qualified by the
//! import path, or by whatever a caller's function says.

use crate::constant::quote;
use crate::ids::{DeclId, PackageId, TypeParamId};
use crate::resolver::Resolver;
use crate::subst::{bound, shares_bound};
use crate::ty::{BasicKind, Param, SignatureType, TypeId, TypeKind};
use crate::universe::universe;
use gossa_base::Name;
use gossa_syntax::ChanDir;
use std::borrow::Cow;
use std::cell::Cell;

/// What stands in front of a package's names, without the dot; nothing when empty.
pub type Qualifier<'q> = &'q dyn Fn(PackageId) -> Cow<'static, str>;

/// The import path: what `go/types` writes when no qualifier is given.
#[must_use]
pub fn path_qualifier(package: PackageId) -> Cow<'static, str> {
    Cow::Borrowed(package.path())
}

/// A qualifier for messages about `package`: its own names are bare, others have the last
/// element of their import path.
pub fn relative_to(package: PackageId) -> impl Fn(PackageId) -> Cow<'static, str> {
    move |other| {
        if other == package {
            return Cow::Borrowed("");
        }
        let path = other.path();
        Cow::Borrowed(path.rsplit('/').next().unwrap_or(path))
    }
}

/// Longest text that is written.
const MAX_LENGTH: usize = 1 << 18;

/// Writes types.
pub struct Printer<'p> {
    r: &'p dyn Resolver,
    qualifier: Qualifier<'p>,
    param_names: bool,
    /// Whether the first unexported field is to be marked with its package.
    mark_package: Cell<bool>,
}

/// `ty` with names qualified by import path.
#[must_use]
pub fn type_string(r: &dyn Resolver, ty: TypeId) -> String {
    Printer::new(r, &path_qualifier).print(ty)
}

impl<'p> Printer<'p> {
    /// A printer with this qualifier.
    #[must_use]
    pub fn new(r: &'p dyn Resolver, qualifier: Qualifier<'p>) -> Self {
        Self { r, qualifier, param_names: true, mark_package: Cell::new(false) }
    }

    /// Leaves parameter names out.
    #[must_use]
    pub fn without_param_names(self) -> Self {
        Self { param_names: false, ..self }
    }

    /// A type.
    #[must_use]
    pub fn print(&self, ty: TypeId) -> String {
        let mut out = String::new();
        self.write(&mut out, ty);
        out
    }

    /// A signature without `func`.
    #[must_use]
    pub fn print_signature(&self, signature: TypeId) -> String {
        let mut out = String::new();
        match signature.unalias().kind() {
            TypeKind::Signature(found) => self.signature(&mut out, found),
            _ => self.write(&mut out, signature),
        }
        out
    }

    /// Two methods such that they read differently if that is possible: `name(T) R`, without
    /// parameter names, and with import paths if they read alike without.
    #[must_use]
    pub fn print_methods(&self, have: (Name, TypeId), want: (Name, TypeId)) -> (String, String) {
        let both = |printer: &Printer<'_>, mark: bool| {
            let one = |(name, signature): (Name, TypeId)| {
                printer.mark_package.set(mark);
                format!("{name}{}", printer.print_signature(signature))
            };
            (one(have), one(want))
        };
        let plain = Printer::new(self.r, self.qualifier).without_param_names();
        let (a, b) = both(&plain, false);
        if a != b {
            return (a, b);
        }
        both(&Printer::new(self.r, &path_qualifier).without_param_names(), true)
    }

    fn separated(&self, out: &mut String, types: &[TypeId], separator: &str) {
        for (i, &ty) in types.iter().enumerate() {
            if i > 0 {
                out.push_str(separator);
            }
            self.write(out, ty);
        }
    }

    /// Appends a type. A text that grows beyond all use (types can share parts so that their
    /// text is exponentially long) ends with an ellipsis.
    pub fn write(&self, out: &mut String, ty: TypeId) {
        if out.len() > MAX_LENGTH {
            if !out.ends_with('…') {
                out.push('…');
            }
            return;
        }
        match ty.kind() {
            TypeKind::Basic(BasicKind::UnsafePointer) => {
                self.prefix(out, PackageId::unsafe_package());
                out.push_str("Pointer");
            }
            TypeKind::Basic(kind) => out.push_str(kind.name()),
            TypeKind::Named { decl, args } | TypeKind::Alias { decl, args, .. } => {
                self.named(out, *decl, args);
            }
            TypeKind::TypeParam(param) => self.type_param(out, *param),
            TypeKind::Pointer(elem) => {
                out.push('*');
                self.write(out, *elem);
            }
            TypeKind::Slice(elem) => {
                out.push_str("[]");
                self.write(out, *elem);
            }
            TypeKind::Array { elem, len } => {
                out.push_str(&format!("[{len}]"));
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
                    && matches!(elem.kind(), TypeKind::Chan { dir: ChanDir::Receive, .. });
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
                out.push_str("struct{");
                for (i, field) in fields.iter().enumerate() {
                    if i > 0 {
                        out.push_str("; ");
                    }
                    let mark = field.package.filter(|_| self.mark_package.replace(false));
                    if !field.embedded {
                        out.push_str(field.name.as_str());
                        out.push(' ');
                    }
                    self.write(out, field.ty);
                    if let Some(package) = mark {
                        out.push_str(&format!(" /* package {} */ ", package.path()));
                    }
                    if let Some(tag) = field.tag {
                        out.push(' ');
                        out.push_str(&quote(tag.as_str().as_bytes()));
                    }
                }
                out.push('}');
            }
            TypeKind::Tuple(types) => {
                out.push('(');
                self.separated(out, types, ", ");
                out.push(')');
            }
            TypeKind::Signature(signature) => {
                out.push_str("func");
                self.signature(out, signature);
            }
            TypeKind::Union(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    if i > 0 {
                        out.push_str(" | ");
                    }
                    if term.tilde {
                        out.push('~');
                    }
                    self.write(out, term.ty);
                }
            }
            TypeKind::Interface(interface) => {
                if interface.implicit {
                    if let (true, [only]) = (interface.methods.is_empty(), &*interface.embeds) {
                        self.write(out, *only);
                        return;
                    }
                    out.push_str("/* implicit */ ");
                }
                out.push_str("interface{");
                let mut first = true;
                let mut separate = |out: &mut String| {
                    if !std::mem::take(&mut first) {
                        out.push_str("; ");
                    }
                };
                for method in &interface.methods {
                    separate(out);
                    out.push_str(method.name.as_str());
                    match method.signature.kind() {
                        TypeKind::Signature(signature) => self.signature(out, signature),
                        _ => self.write(out, method.signature),
                    }
                }
                for &embed in &interface.embeds {
                    separate(out);
                    self.write(out, embed);
                }
                out.push('}');
            }
        }
    }

    fn prefix(&self, out: &mut String, package: PackageId) {
        if package == PackageId::universe() {
            return;
        }
        let qualifier = (self.qualifier)(package);
        if !qualifier.is_empty() {
            out.push_str(&qualifier);
            out.push('.');
        }
    }

    fn named(&self, out: &mut String, decl: DeclId, args: &[TypeId]) {
        self.prefix(out, decl.package());
        out.push_str(decl.name().as_str());
        if !args.is_empty() && decl.parent().is_none() {
            self.arguments(out, args);
            return;
        }
        // The arguments of an enclosing function are not written.
        let params = self.r.type_params_of(decl);
        let outer = params.iter().take_while(|p| p.key().owner != decl).count();
        match args.get(outer..) {
            Some(own @ [_, ..]) => self.arguments(out, own),
            _ => self.type_params(out, &params[outer..]),
        }
    }

    fn arguments(&self, out: &mut String, args: &[TypeId]) {
        if !args.is_empty() {
            out.push('[');
            self.separated(out, args, ", ");
            out.push(']');
        }
    }

    fn type_param(&self, out: &mut String, param: TypeParamId) {
        let name = param.name();
        out.push_str(name.as_str());
        if universe().scope.contains_key(&name) {
            out.push_str("/* type parameter */");
        }
    }

    /// Parameters that have one constraint between them share it: `[P, Q any]`.
    fn type_params(&self, out: &mut String, params: &[TypeParamId]) {
        let Some(&first) = params.first() else { return };
        out.push('[');
        let mut last = first;
        for (i, &param) in params.iter().enumerate() {
            if i > 0 {
                if !shares_bound(self.r, last, param) {
                    out.push(' ');
                    self.write(out, bound(self.r, last));
                }
                out.push_str(", ");
                last = param;
            }
            self.type_param(out, param);
        }
        out.push(' ');
        self.write(out, bound(self.r, last));
        out.push(']');
    }

    fn signature(&self, out: &mut String, signature: &SignatureType) {
        self.type_params(out, &signature.type_params);
        self.params(out, &signature.params, signature.variadic);
        match &*signature.results {
            [] => {}
            [Param { name: None, ty }] => {
                out.push(' ');
                self.write(out, *ty);
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
            if let (Some(name), true) = (param.name, self.param_names) {
                out.push_str(name.as_str());
                out.push(' ');
            }
            if variadic && i + 1 == params.len() {
                match param.ty.kind() {
                    TypeKind::Slice(elem) => {
                        out.push_str("...");
                        self.write(out, *elem);
                    }
                    // `append([]byte, string...)` has a signature of its own kind.
                    _ => {
                        self.write(out, param.ty);
                        out.push_str("...");
                    }
                }
            } else {
                self.write(out, param.ty);
            }
        }
        out.push(')');
    }
}
