//! A package's initialisation: what of it is done when the program runs.
//!
//! Values that are known when the program is linked (constants, addresses of variables, literals
//! made of those) are put into place by the linker, and only the rest of a literal is assigned by
//! code. What the linker places is no allocation.

use super::Builder;
use crate::env::EscapeEnv;
use crate::ir::{At, Code, Id, Kind, LiteralKind, StringConversion};
use crate::types::Types;
use gossa_types::{Builtin, DeclId, Initializer, PackageDecls};

/// Builds the code of one initialiser; `temporaries`: how many there are already.
pub(crate) fn build_initializer<'e>(
    env: &'e dyn EscapeEnv,
    types: &'e Types<'e>,
    package: &'e PackageDecls,
    initializer: &Initializer,
    temporaries: u32,
) -> Option<Code> {
    let tree = env.header_tree(package.id, initializer.source)?;
    let checked = package.tree(initializer.source)?;
    let mut builder = Builder::new(env, types, package.id, tree, checked, false);
    builder.code.source = Some(initializer.source);
    let root = Code::ROOT;
    builder.code[root].has_body = true;
    builder.code[root].declared = temporaries;
    let version = package.file_versions.get(initializer.source.file as usize);
    builder.per_iteration = version.is_none_or(|&version| version >= (1, 22));
    builder.initializer(package, initializer);
    Some(builder.code)
}

impl Builder<'_> {
    fn initializer(&mut self, package: &PackageDecls, initializer: &Initializer) {
        let at = self.at_expr(initializer.rhs);
        let types: Vec<_> =
            initializer.lhs.iter().map(|var| package.vars.get(var).map(|var| var.ty)).collect();
        let wanted = |_: &Self, index: usize| types.get(index).copied().flatten();
        let values = self.values(&[initializer.rhs], &wanted, at);
        let mut body = Vec::new();
        match (&*initializer.lhs, &values[..]) {
            (&[var], &[value]) => {
                let unused = var.name().is_blank() && !self.has_effects(value);
                if !unused && !self.place_statically(var, value, &mut body) {
                    self.assign_global(var, value, &mut body);
                }
            }
            _ => {
                let lhs: Vec<Id> =
                    initializer.lhs.iter().map(|&var| self.global(var, at)).collect();
                let lhs = self.code.add_list(&lhs);
                let rhs = self.code.add_list(&values);
                let kind = Kind::AssignList(crate::ir::AssignKind::Parallel, lhs, rhs);
                body.push(self.statement(kind, at));
            }
        }
        let body = self.code.add_list(&body);
        self.code[Code::ROOT].body = body;
    }

    fn global(&mut self, var: DeclId, at: At) -> Id {
        if var.name().is_blank() {
            return self.blank(at);
        }
        let package = self.env.package(var.package());
        let ty = package.and_then(|package| package.vars.get(&var)).map(|var| var.ty);
        self.add(Kind::Global(var), ty.unwrap_or(gossa_types::TypeId::INVALID), at)
    }

    fn assign_global(&mut self, var: DeclId, value: Id, out: &mut Vec<Id>) {
        let at = self.code[value].at;
        let target = self.global(var, at);
        out.push(self.statement(Kind::Assign(target, Some(value)), at));
    }

    /// Whether the linker can avoid addresses only by leaving them to code.
    fn avoids_addresses(&self) -> bool {
        let path = self.package.path();
        let certified = "crypto/internal/fips140";
        path.strip_prefix(certified).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Has the linker put a value into place; code for parts that it cannot do is added to `out`.
    /// Whether it could do anything.
    fn place_statically(&mut self, var: DeclId, value: Id, out: &mut Vec<Id>) -> bool {
        let avoid = self.avoids_addresses();
        let mut value = value;
        while let Kind::Retype(x) = self.code[value].kind {
            value = x;
        }
        let node = self.code[value];
        if !self.code.list(node.init).is_empty() {
            return false;
        }
        match node.kind {
            Kind::Nil => true,
            Kind::Const(index) => !avoid || self.code.consts[index as usize].as_bytes().is_none(),
            Kind::Func(_) | Kind::MethodExpr(_) => !avoid,
            Kind::Global(other) => {
                !avoid && other.package() == self.package && {
                    let package = self.env.package(self.package);
                    package.is_some_and(|package| {
                        package.initializers.iter().any(|init| *init.lhs == [other])
                    })
                }
            }
            Kind::Address(x) => !avoid && self.is_static_place(x),
            Kind::AddressOfLiteral(x) => {
                if avoid {
                    return false;
                }
                self.place_part(var, x, out);
                true
            }
            Kind::StringConvert(StringConversion::StringToBytes, x) => {
                !avoid && matches!(self.code[x].kind, Kind::Const(_))
            }
            Kind::Literal(LiteralKind::Slice, list) => {
                if avoid {
                    return false;
                }
                for part in self.code.list(list).to_vec() {
                    self.place_part(var, part, out);
                }
                true
            }
            Kind::Literal(LiteralKind::Array | LiteralKind::Struct, list) => {
                for part in self.code.list(list).to_vec() {
                    self.place_part(var, part, out);
                }
                true
            }
            Kind::Closure(func) => !avoid && !self.code[func].is_closure(),
            Kind::ToInterface(_) => {
                if avoid {
                    return false;
                }
                let mut inner = value;
                while let Kind::ToInterface(x) = self.code[inner].kind {
                    inner = x;
                }
                if self.types.is_interface(self.code[inner].ty) {
                    return self.code[inner].kind == Kind::Nil;
                }
                self.place_part(var, inner, out);
                true
            }
            _ => false,
        }
    }

    fn place_part(&mut self, var: DeclId, value: Id, out: &mut Vec<Id>) {
        if !self.place_statically(var, value, out) {
            self.assign_global(var, value, out);
        }
    }

    /// Whether a place's address is known to the linker.
    fn is_static_place(&self, id: Id) -> bool {
        match self.code[id].kind {
            Kind::Global(_) => true,
            Kind::Field(x, _) => self.is_static_place(x),
            Kind::Index(x, index) => {
                self.types.is_array(self.code[x].ty)
                    && matches!(self.code[index].kind, Kind::Const(_))
                    && self.is_static_place(x)
            }
            _ => false,
        }
    }

    /// Whether evaluating a node may do more than give a value.
    fn has_effects(&self, id: Id) -> bool {
        let code = &self.code;
        let any = |ids: &[Id]| ids.iter().any(|&id| self.has_effects(id));
        if any(code.list(code[id].init)) {
            return true;
        }
        match code[id].kind {
            Kind::Blank
            | Kind::Const(_)
            | Kind::Nil
            | Kind::Type
            | Kind::Var(_)
            | Kind::Global(_)
            | Kind::Func(_)
            | Kind::MethodExpr(_)
            | Kind::Dictionary(_)
            | Kind::New(_)
            | Kind::Closure(_) => false,
            Kind::Unary(_, x)
            | Kind::Address(x)
            | Kind::AddressOfLiteral(x)
            | Kind::Field(x, _)
            | Kind::Convert(x)
            | Kind::Retype(x)
            | Kind::ToInterface(x)
            | Kind::StringConvert(_, x) => self.has_effects(x),
            Kind::Binary(op, x, y) => {
                let may_fail =
                    matches!(op, gossa_syntax::BinaryOp::Div | gossa_syntax::BinaryOp::Rem)
                        && !matches!(code[y].kind, Kind::Const(_));
                may_fail || any(&[x, y])
            }
            Kind::Builtin(
                Builtin::Len | Builtin::Cap | Builtin::Real | Builtin::Imag | Builtin::Complex,
                list,
            )
            | Kind::Literal(_, list)
            | Kind::Concat(list) => any(code.list(list)),
            Kind::MakeChan(None) | Kind::MakeMap(None) => false,
            _ => true,
        }
    }
}
