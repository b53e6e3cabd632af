//! Names, declarations, functions and types in the textual form.
//!
//! | thing | form |
//! | --- | --- |
//! | package | its path, quoted unless it is a [word](crate::words) without a dot in its last part |
//! | declaration | `path.Name`, `path.Type.Method`, `path.Func.LocalType#1` |
//! | function | a declaration, `path.Generic[int]`, `path.v$var`, `path$init`, `path.Func$2` |
//! | named type | a declaration with type arguments; `error`, `comparable` and `any` bare |
//! | alias | `alias(path.A[int] = T)` |
//! | type parameter | `typeparam(path.F, 0, T)` |
//! | struct | `struct{F: T, path.f: T @"tag", embed T: *path.T}` |
//! | function type | `func(x: int, ...[]string) (T, err: error)`, `func[P](P)` |
//! | interface | `interface{M: func(), embed E}`, `implicit{embed union{~int \| string}}` |
//!
//! Types differ in print whenever their ids differ: parameter names, `byte` and `rune`, and the
//! names of aliases are all printed.

use super::Printer;
use crate::ids::{FuncId, FuncKey, MethodRef, MethodTarget};
use crate::words::{is_plain_name, is_plain_path};
use gossa_base::Name;
use gossa_syntax::ChanDir;
use gossa_types::constant::quote;
use gossa_types::{
    BasicKind, DeclId, InterfaceType, PackageId, Param, SignatureType, TypeId, TypeKind,
    TypeParamId, universe::universe,
};
use std::fmt;

/// The word of a basic type, `None` for one without.
pub(crate) fn basic_word(kind: BasicKind) -> &'static str {
    match kind {
        BasicKind::Invalid => "invalid",
        BasicKind::UntypedBool => "untyped-bool",
        BasicKind::UntypedInt => "untyped-int",
        BasicKind::UntypedRune => "untyped-rune",
        BasicKind::UntypedFloat => "untyped-float",
        BasicKind::UntypedComplex => "untyped-complex",
        BasicKind::UntypedString => "untyped-string",
        BasicKind::UntypedNil => "untyped-nil",
        other => other.name(),
    }
}

/// The type in the textual form.
#[must_use]
pub fn type_text(ty: TypeId) -> String {
    let mut printer = Printer::default();
    printer.ty(ty);
    printer.out
}

impl fmt::Display for FuncId {
    /// The name in the textual form: unique, and the same in every process.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = Printer::default();
        printer.func(*self);
        f.write_str(&printer.out)
    }
}

/// The declaration in the textual form.
#[must_use]
pub fn decl_text(decl: DeclId) -> String {
    let mut printer = Printer::default();
    printer.decl(decl);
    printer.out
}

impl Printer {
    pub(super) fn name(&mut self, name: Name) {
        let text = name.as_str();
        if is_plain_name(text) {
            self.text(text);
        } else {
            self.text(&quote(text.as_bytes()));
        }
    }

    fn path(&mut self, package: PackageId) {
        let text = package.as_str();
        if is_plain_path(text) {
            self.text(text);
        } else {
            self.text(&quote(text.as_bytes()));
        }
    }

    pub(super) fn decl(&mut self, decl: DeclId) {
        let key = decl.key();
        let universal = key.package == PackageId::universe();
        if universal
            && key.parent.is_none()
            && key.ordinal == 0
            && matches!(key.name.as_str(), "error" | "comparable")
        {
            self.text(key.name.as_str());
            return;
        }
        // Parents are of the same package.
        match key.parent {
            None => self.path(key.package),
            Some(parent) if parent.parent().is_none() => {
                self.path(key.package);
                self.component(parent);
            }
            Some(parent) => {
                let mut chain = vec![parent];
                while let Some(next) = chain.last().and_then(|decl| decl.parent()) {
                    chain.push(next);
                }
                self.path(key.package);
                for decl in chain.into_iter().rev() {
                    self.component(decl);
                }
            }
        }
        self.component(decl);
    }

    fn component(&mut self, decl: DeclId) {
        let key = decl.key();
        self.text(".");
        self.name(key.name);
        if key.ordinal > 0 {
            self.text("#");
            self.number(key.ordinal);
        }
    }

    pub(super) fn func(&mut self, func: FuncId) {
        if let Some(range) = self.known_funcs.get(&func) {
            self.out.push_str(&self.known[range.clone()]);
            return;
        }
        let start = self.out.len();
        match *func.key() {
            FuncKey::Decl { decl, args } => {
                self.decl(decl);
                self.type_args(&args);
            }
            FuncKey::VarInit(decl) => {
                self.decl(decl);
                self.text("$var");
            }
            FuncKey::PackageInit(package) => {
                self.path(package);
                self.text("$init");
            }
            FuncKey::Closure { root, index } => {
                self.func(root);
                self.text("$");
                self.number(index);
            }
        }
        if let Some(range) = self.remember(start) {
            self.known_funcs.insert(func, range);
        }
    }

    pub(super) fn method(&mut self, method: &MethodRef) {
        self.text("(");
        match method.target {
            MethodTarget::Declared(func) => {
                self.text("func ");
                self.func(func);
            }
            MethodTarget::Interface(name) => self.name(name),
        }
        if !method.path.is_empty() {
            self.text(" via ");
            self.list(&method.path, |printer, &field| printer.number(field));
        }
        self.text(" of ");
        self.ty(method.receiver);
        self.text(")");
    }

    fn type_args(&mut self, args: &[TypeId]) {
        if !args.is_empty() {
            self.text("[");
            self.list(args, |printer, &ty| printer.ty(ty));
            self.text("]");
        }
    }

    fn type_param(&mut self, param: TypeParamId) {
        let key = param.key();
        self.text("typeparam(");
        self.decl(key.owner);
        self.text(", ");
        self.number(key.index);
        self.text(", ");
        self.name(key.name);
        self.text(")");
    }

    pub(super) fn ty(&mut self, ty: TypeId) {
        if let TypeKind::Basic(kind) = ty.kind() {
            self.text(basic_word(*kind));
            return;
        }
        if let Some(range) = self.known_types.get(&ty) {
            self.out.push_str(&self.known[range.clone()]);
            return;
        }
        let start = self.out.len();
        stacker::maybe_grow(64 << 10, 1 << 20, || self.type_structure(ty));
        if let Some(range) = self.remember(start) {
            self.known_types.insert(ty, range);
        }
    }

    fn type_structure(&mut self, ty: TypeId) {
        match ty.kind() {
            TypeKind::Basic(kind) => self.text(basic_word(*kind)),
            TypeKind::Named { decl, args } => {
                self.decl(*decl);
                self.type_args(args);
            }
            TypeKind::Alias { .. } if ty == universe().any_type => self.text("any"),
            TypeKind::Alias { decl, args, actual } => {
                self.text("alias(");
                self.decl(*decl);
                self.type_args(args);
                self.text(" = ");
                self.ty(*actual);
                self.text(")");
            }
            TypeKind::TypeParam(param) => self.type_param(*param),
            TypeKind::Pointer(elem) => {
                self.text("*");
                self.ty(*elem);
            }
            TypeKind::Slice(elem) => {
                self.text("[]");
                self.ty(*elem);
            }
            TypeKind::Array { elem, len } => {
                self.text("[");
                self.display(len);
                self.text("]");
                self.ty(*elem);
            }
            TypeKind::Map { key, value } => {
                self.text("map[");
                self.ty(*key);
                self.text("]");
                self.ty(*value);
            }
            TypeKind::Chan { dir, elem } => {
                self.text(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Receive => "<-chan ",
                });
                // `chan <-chan T` would be read as a send-only channel.
                let ambiguous = *dir == ChanDir::Both
                    && matches!(elem.kind(), TypeKind::Chan { dir: ChanDir::Receive, .. });
                if ambiguous {
                    self.text("(");
                }
                self.ty(*elem);
                if ambiguous {
                    self.text(")");
                }
            }
            TypeKind::Struct(fields) => {
                self.text("struct{");
                self.list(fields, |printer, field| {
                    if field.embedded {
                        printer.text("embed ");
                    }
                    printer.member(field.package, field.name);
                    printer.text(": ");
                    printer.ty(field.ty);
                    if let Some(tag) = field.tag {
                        printer.text(" @");
                        printer.text(&quote(tag.as_str().as_bytes()));
                    }
                });
                self.text("}");
            }
            TypeKind::Tuple(types) => {
                self.text("tuple(");
                self.list(types, |printer, &ty| printer.ty(ty));
                self.text(")");
            }
            TypeKind::Signature(signature) => self.signature(signature),
            TypeKind::Interface(interface) => self.interface(interface),
            TypeKind::Union(terms) => {
                self.text("union{");
                for (index, term) in terms.iter().enumerate() {
                    if index > 0 {
                        self.text(" | ");
                    }
                    if term.tilde {
                        self.text("~");
                    }
                    self.ty(term.ty);
                }
                self.text("}");
            }
        }
    }

    /// The name of a field or method, with its package where that matters.
    fn member(&mut self, package: Option<PackageId>, name: Name) {
        if let Some(package) = package {
            self.path(package);
            self.text(".");
        }
        self.name(name);
    }

    fn signature(&mut self, signature: &SignatureType) {
        self.text("func");
        if !signature.type_params.is_empty() {
            self.text("[");
            self.list(&signature.type_params, |printer, &param| {
                printer.type_param(param);
            });
            self.text("]");
        }
        self.text("(");
        let last = signature.params.len().wrapping_sub(1);
        for (index, param) in signature.params.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.param(param, signature.variadic && index == last);
        }
        // A variadic function without parameters is an error that types can hold.
        if signature.variadic && signature.params.is_empty() {
            self.text("...");
        }
        self.text(")");
        match &*signature.results {
            [] => {}
            [Param { name: None, ty: result }] => {
                self.text(" ");
                self.ty(*result);
            }
            results => {
                self.text(" (");
                self.list(results, |printer, param| printer.param(param, false));
                // One parenthesised type is that type.
                self.text(")");
            }
        }
    }

    fn param(&mut self, param: &Param, variadic: bool) {
        if let Some(name) = param.name {
            self.name(name);
            self.text(": ");
        }
        if variadic {
            self.text("...");
        }
        self.ty(param.ty);
    }

    fn interface(&mut self, interface: &InterfaceType) {
        self.text(if interface.implicit { "implicit{" } else { "interface{" });
        self.list(&interface.methods, |printer, method| {
            printer.member(method.package, method.name);
            printer.text(": ");
            printer.ty(method.signature);
        });
        for (index, &embed) in interface.embeds.iter().enumerate() {
            if index > 0 || !interface.methods.is_empty() {
                self.text(", ");
            }
            self.text("embed ");
            self.ty(embed);
        }
        self.text("}");
    }
}
