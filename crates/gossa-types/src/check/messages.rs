//! Operands, expressions and types as error messages show them, in the compiler's words.

use super::{Checker, Operand, Synthetic};
use crate::info::Mode;
use crate::lookup::{Found, is_exported};
use crate::object::Builtin;
use crate::print::Printer;
use crate::ty::{TypeId, TypeKind};
use crate::underlying::is_type_param;
use gossa_base::Name;
use gossa_syntax::{ChanDir, Expr, ExprId, FieldList, SignatureId, Stmt, Tree};
use std::fmt::Write;

/// Longest expression that a message shows in full.
const MAX_TEXT: usize = 1000;

impl Checker<'_> {
    /// Runs `print` with a printer for messages about this package.
    pub(super) fn with_printer<T>(&self, print: impl FnOnce(&Printer<'_>) -> T) -> T {
        let qualifier = |package| self.cx.qualifier(package);
        print(&Printer::new(self.cx, &qualifier))
    }

    /// A type.
    pub(super) fn type_text(&self, ty: TypeId) -> String {
        self.with_printer(|printer| printer.print(ty))
    }

    /// An expression, shortened where it is long.
    pub(super) fn expr_text(&self, expr: ExprId) -> String {
        expr_text(self.tree(), expr)
    }

    /// An operand with what it is: `x (variable of type int)`.
    pub(super) fn operand_text(&self, x: &Operand) -> String {
        if x.is_nil() && matches!(x.mode, Mode::Nil | Mode::Value) {
            return "nil".to_owned();
        }
        let expr = match x.synthetic {
            Synthetic::No | Synthetic::Argument | Synthetic::Iteration => self.expr_text(x.expr),
            Synthetic::Result(index) => ordinal(index as usize + 1, "function result"),
            Synthetic::Ok => "ok value of (comma, ok) expression".to_owned(),
            Synthetic::Err => "err value of (comma, err) expression".to_owned(),
            Synthetic::One => "1".to_owned(),
            Synthetic::True => "true".to_owned(),
        };
        let mut text = format!("{expr} (");
        let mut has_type = false;
        if !matches!(x.mode, Mode::Invalid | Mode::NoValue | Mode::Builtin | Mode::Type) {
            if x.is_untyped() {
                let _ = write!(text, "{} ", self.type_text(x.ty));
            } else {
                has_type = true;
            }
        }
        text.push_str(match x.mode {
            Mode::None | Mode::Invalid => "invalid operand",
            Mode::NoValue => "no value",
            Mode::Builtin => "built-in",
            Mode::Type => "type",
            Mode::Constant => "constant",
            Mode::Variable => "variable",
            Mode::MapIndex => "map index expression",
            Mode::Value => "value",
            Mode::Nil => "nil",
            Mode::CommaOk => "comma, ok expression",
            Mode::CommaErr => "comma, error expression",
            Mode::CgoFunc => "cgo function",
        });
        if x.is_constant() {
            let value = x.value.to_string();
            if value != expr {
                let _ = write!(text, " {value}");
            }
        }
        if has_type {
            self.write_operand_type(&mut text, x.ty);
        }
        text.push(')');
        text
    }

    fn write_operand_type(&self, text: &mut String, ty: TypeId) {
        if Self::is_invalid(ty) {
            text.push_str(" with invalid type");
            return;
        }
        let mut what = String::new();
        if let TypeKind::Signature(signature) = ty.kind()
            && !signature.type_params.is_empty()
        {
            what.push_str("generic ");
        }
        let is_param = is_type_param(ty);
        if !is_param && matches!(ty.kind(), TypeKind::Named { .. } | TypeKind::Alias { .. }) {
            let kind = self.composite_kind(ty);
            let basic = match self.under_kind(ty) {
                TypeKind::Basic(basic) => basic.name(),
                _ => "",
            };
            let kind = if kind.is_empty() { basic } else { kind };
            if !kind.is_empty() {
                let _ = write!(what, "{kind} ");
            }
        }
        let _ = write!(text, " of {what}type {}", self.type_text(ty));
        if let TypeKind::TypeParam(param) = ty.unalias().kind() {
            let bound = crate::subst::bound(self.cx, *param);
            let _ = write!(text, " constrained by {}", self.type_text(bound));
            if crate::predicates::has_empty_type_set(self.cx, ty) {
                text.push_str(" with empty type set");
            }
        }
    }

    /// Types as a mismatch of counts shows them: `(int, number)`.
    pub(super) fn types_summary(&self, types: &[TypeId], variadic: bool, spread: bool) -> String {
        let mut text = "(".to_owned();
        for (index, &ty) in types.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            let last = index + 1 == types.len();
            if last && variadic {
                text.push_str("...");
            }
            let shown = match ty.kind() {
                TypeKind::Slice(elem) if last && variadic => *elem,
                _ => ty,
            };
            if Self::is_invalid(shown) {
                text.push_str("unknown type");
            } else if let TypeKind::Basic(kind) = shown.kind()
                && kind.is_untyped()
            {
                let name = kind.name().trim_start_matches("untyped ");
                text.push_str(if kind.is_numeric() { "number" } else { name });
            } else {
                text.push_str(&self.type_text(shown));
            }
            if last && spread {
                text.push_str("...");
            }
        }
        text.push(')');
        text
    }

    /// Why a selector is wrong, given what differs from it in letter case or package only.
    pub(super) fn lookup_error(
        &self,
        ty: TypeId,
        selector: Name,
        similar: Option<(&Found, Name, Option<crate::PackageId>)>,
        in_literal: bool,
    ) -> String {
        #[derive(PartialEq)]
        enum Case {
            Missing,
            Misspelled,
            Unexported,
            Inaccessible,
        }
        let tail = |name: Name| {
            let mut chars = name.as_str().chars();
            chars.next();
            chars.as_str()
        };
        let mut case = Case::Missing;
        let mut what = "object";
        let mut other = selector;
        if let Some((found, name, package)) = similar {
            other = name;
            what = if found.is_method() { "method" } else { "field" };
            if package.is_none_or(|package| package == self.cx.package)
                && name != selector
                && package == Some(self.cx.package)
            {
                case = Case::Misspelled;
            } else if is_exported(selector) {
                if is_exported(name) {
                    case = Case::Misspelled;
                } else if tail(selector) == tail(name) {
                    case = Case::Unexported;
                }
            } else if is_exported(name) {
                if tail(selector) == tail(name) {
                    case = Case::Misspelled;
                }
            } else if selector == name {
                case = Case::Inaccessible;
            }
        }
        let ty = self.type_text(ty);
        if in_literal {
            return match case {
                Case::Missing => format!("unknown field {selector} in struct literal of type {ty}"),
                Case::Misspelled => format!(
                    "unknown field {selector} in struct literal of type {ty}, but does have {other}"
                ),
                Case::Unexported => format!(
                    "unknown field {selector} in struct literal of type {ty}, but does have \
                     unexported {other}"
                ),
                Case::Inaccessible => format!(
                    "cannot refer to unexported field {other} in struct literal of type {ty}"
                ),
            };
        }
        match case {
            Case::Missing => format!("type {ty} has no field or method {selector}"),
            Case::Misspelled => {
                format!("type {ty} has no field or method {selector}, but does have {what} {other}")
            }
            Case::Unexported => format!(
                "type {ty} has no field or method {selector}, but does have unexported {what} \
                 {other}"
            ),
            Case::Inaccessible => format!("cannot refer to unexported {what} {other}"),
        }
    }

    /// The name of a built-in as messages show it.
    pub(super) fn builtin_text(builtin: Builtin) -> String {
        if builtin.is_unsafe() {
            format!("unsafe.{}", builtin.name())
        } else {
            builtin.name().to_owned()
        }
    }
}

/// An expression, shortened where it is long.
pub(super) fn expr_text(tree: &Tree, expr: ExprId) -> String {
    let mut writer = Writer { tree, out: String::new() };
    writer.expr(expr, 0);
    writer.out
}

/// `1st what`, `2nd what`, ...
pub(super) fn ordinal(number: usize, what: &str) -> String {
    let suffix = match number {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    format!("{number}{suffix} {what}")
}

/// `1 variable`, `2 variables`, ...
pub(super) fn measure(number: usize, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// Writes expressions; stops when there is enough.
struct Writer<'t> {
    tree: &'t Tree,
    out: String,
}

impl Writer<'_> {
    fn list(&mut self, list: &[ExprId], depth: u32) {
        for (index, &expr) in list.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.expr(expr, depth);
        }
    }

    fn expr(&mut self, expr: ExprId, depth: u32) {
        if self.out.len() > MAX_TEXT || depth > 100 {
            if !self.out.ends_with('…') {
                self.out.push('…');
            }
            return;
        }
        let depth = depth + 1;
        let tree = self.tree;
        match tree[expr] {
            Expr::Bad => self.out.push_str("BadExpr"),
            Expr::Ident(name) => self.out.push_str(name.as_str()),
            Expr::BasicLit { text, .. } => self.out.push_str(tree.text(text)),
            Expr::FuncLit { signature, body } => {
                self.out.push_str("func");
                self.signature(signature, depth);
                let empty = matches!(tree[body], Stmt::Block(list) if tree[list].is_empty());
                self.out.push_str(if empty { " {}" } else { " {…}" });
            }
            Expr::CompositeLit { ty, elements } => {
                if let Some(ty) = ty {
                    self.expr(ty, depth);
                }
                self.out.push_str(if elements.0.is_empty() { "{}" } else { "{…}" });
            }
            Expr::Paren(inner) => {
                self.out.push('(');
                self.expr(inner, depth);
                self.out.push(')');
            }
            Expr::Selector { x, sel } => {
                self.expr(x, depth);
                self.out.push('.');
                self.expr(sel, depth);
            }
            Expr::Index { x, indices } => {
                self.expr(x, depth);
                self.out.push('[');
                self.list(&tree[indices], depth);
                self.out.push(']');
            }
            Expr::Slice { x, bounds } => {
                self.expr(x, depth);
                self.out.push('[');
                let bounds = tree.slices[bounds as usize];
                let part = |writer: &mut Self, bound: Option<ExprId>| {
                    if let Some(bound) = bound {
                        writer.expr(bound, depth);
                    }
                };
                part(self, bounds.lo);
                self.out.push(':');
                part(self, bounds.hi);
                if bounds.three {
                    self.out.push(':');
                    part(self, bounds.max);
                }
                self.out.push(']');
            }
            Expr::TypeAssert { x, ty } => {
                self.expr(x, depth);
                self.out.push_str(".(");
                match ty {
                    Some(ty) => self.expr(ty, depth),
                    None => self.out.push_str("type"),
                }
                self.out.push(')');
            }
            Expr::Call { fun, args, spread } => {
                self.expr(fun, depth);
                self.out.push('(');
                self.list(&tree[args], depth);
                if spread {
                    self.out.push_str("...");
                }
                self.out.push(')');
            }
            Expr::Star(x) => {
                self.out.push('*');
                self.expr(x, depth);
            }
            Expr::Unary { op, x } => {
                self.out.push_str(op.as_str());
                self.expr(x, depth);
            }
            Expr::Binary { op, x, y } => {
                self.expr(x, depth);
                let _ = write!(self.out, " {} ", op.as_str());
                self.expr(y, depth);
            }
            Expr::KeyValue { key, value } => {
                self.expr(key, depth);
                self.out.push_str(": ");
                self.expr(value, depth);
            }
            Expr::ArrayType { len, elem } => {
                self.out.push('[');
                if let Some(len) = len {
                    self.expr(len, depth);
                }
                self.out.push(']');
                self.expr(elem, depth);
            }
            Expr::Ellipsis(elem) => {
                self.out.push_str("...");
                if let Some(elem) = elem {
                    self.expr(elem, depth);
                }
            }
            Expr::StructType(fields) => {
                self.out.push_str("struct{");
                self.fields(fields, "; ", depth);
                self.out.push('}');
            }
            Expr::FuncType(signature) => {
                self.out.push_str("func");
                self.signature(signature, depth);
            }
            Expr::InterfaceType(fields) => {
                self.out.push_str("interface{");
                for (index, field) in tree[fields].iter().enumerate() {
                    if index > 0 {
                        self.out.push_str("; ");
                    }
                    self.list(&tree[field.names], depth);
                    match tree[field.ty] {
                        Expr::FuncType(signature) if !field.names.0.is_empty() => {
                            self.signature(signature, depth);
                        }
                        _ => self.expr(field.ty, depth),
                    }
                }
                self.out.push('}');
            }
            Expr::MapType { key, value } => {
                self.out.push_str("map[");
                self.expr(key, depth);
                self.out.push(']');
                self.expr(value, depth);
            }
            Expr::ChanType { dir, elem } => {
                self.out.push_str(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Receive => "<-chan ",
                });
                let parenthesize = dir != ChanDir::Receive
                    && matches!(tree[elem], Expr::ChanType { dir: ChanDir::Receive, .. });
                if parenthesize {
                    self.out.push('(');
                }
                self.expr(elem, depth);
                if parenthesize {
                    self.out.push(')');
                }
            }
        }
    }

    fn signature(&mut self, signature: SignatureId, depth: u32) {
        let tree = self.tree;
        let syntax = tree[signature];
        self.out.push('(');
        self.fields(syntax.params, ", ", depth);
        self.out.push(')');
        let results = &tree[syntax.results];
        let [first, rest @ ..] = results else { return };
        self.out.push(' ');
        if rest.is_empty() && first.names.0.is_empty() {
            self.expr(first.ty, depth);
            return;
        }
        self.out.push('(');
        self.fields(syntax.results, ", ", depth);
        self.out.push(')');
    }

    fn fields(&mut self, fields: FieldList, separator: &str, depth: u32) {
        let tree = self.tree;
        for (index, field) in tree[fields].iter().enumerate() {
            if index > 0 {
                self.out.push_str(separator);
            }
            self.list(&tree[field.names], depth);
            if !field.names.0.is_empty() {
                self.out.push(' ');
            }
            self.expr(field.ty, depth);
        }
    }
}
