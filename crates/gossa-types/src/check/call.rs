//! Calls: of functions and methods, generic ones included, and of types (conversions).

use super::instantiate::Types;
use super::{Checker, ExprKind, Operand, Synthetic, Target};
use crate::decls::At;
use crate::infer::{InferArg, infer_call};
use crate::info::Mode;
use crate::subst::substitute;
use crate::ty::{Param, SignatureType, TypeId, TypeKind};
use crate::underlying::type_set;
use gossa_syntax::{Expr, ExprId, ExprList};
use smallvec::SmallVec;

/// Evaluated arguments.
pub(super) type Operands = SmallVec<[Operand; 4]>;

/// A call's arguments, and the type arguments written after those that are generic functions.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) operands: Operands,
    /// For each operand; empty when none has any.
    pub(super) explicit: Vec<Types>,
}

impl Checker<'_> {
    /// `fun(args)`
    pub(super) fn call_expr(
        &mut self,
        expr: ExprId,
        fun: ExprId,
        args: ExprList,
        spread: bool,
    ) -> Operand {
        let (callee, indices) = match self.tree()[fun] {
            Expr::Index { x, indices } => {
                let (mut callee, is_function) = self.index_expr(fun, x, indices);
                callee.expr = fun;
                self.record(&callee);
                (callee, is_function.then_some(indices))
            }
            _ => {
                self.callee = Some(self.tree().unparen(fun));
                (self.expr_or_type(fun, true), None)
            }
        };
        let mut result = match callee.mode {
            Mode::Invalid => {
                self.use_args(args);
                Operand::invalid(expr)
            }
            Mode::Type => self.conversion_call(expr, callee, args, spread),
            Mode::Builtin => match callee.builtin {
                Some(builtin) => self.builtin_call(expr, fun, builtin, args, spread),
                None => Operand::invalid(expr),
            },
            _ => self.function_call(expr, callee, fun, indices, args, spread),
        };
        result.expr = expr;
        result
    }

    /// Evaluates the arguments of an erroneous call.
    pub(super) fn use_args(&mut self, args: ExprList) {
        for &arg in &self.tree()[args] {
            self.use_expr(arg);
        }
    }

    fn conversion_call(
        &mut self,
        expr: ExprId,
        mut callee: Operand,
        args: ExprList,
        spread: bool,
    ) -> Operand {
        self.non_generic(None, &mut callee);
        let mut failed = Operand::invalid(expr);
        failed.kind = ExprKind::Conversion;
        if !callee.is_valid() {
            self.use_args(args);
            return failed;
        }
        let ty = callee.ty;
        match &self.tree()[args] {
            [] => {
                let name = self.type_text(ty);
                self.error(expr, format!("missing argument in conversion to {name}"));
                failed
            }
            &[arg] => {
                let target = self.function_target(ty);
                self.target = Target::Conversion;
                let mut x = self.expr(target, arg);
                if !x.is_valid() {
                    return failed;
                }
                if spread {
                    let name = self.type_text(ty);
                    self.error(arg, format!("invalid use of ... in conversion to {name}"));
                    return failed;
                }
                if self.is_interface_value(ty) {
                    let under = self.under(ty);
                    if matches!(under.kind(), TypeKind::Interface(i) if !i.embeds.is_empty())
                        && !type_set(self.cx, under).is_method_set()
                    {
                        let name = self.type_text(ty);
                        let message = format!(
                            "cannot use interface {name} in conversion (contains specific type \
                             constraints or is comparable)"
                        );
                        self.error(expr, message);
                        return failed;
                    }
                }
                self.conversion(&mut x, ty);
                x.kind = ExprKind::Conversion;
                x.synthetic = Synthetic::No;
                x
            }
            list => {
                self.use_args(args);
                let name = self.type_text(ty);
                let at = list[list.len() - 1];
                self.error(at, format!("too many arguments in conversion to {name}"));
                failed
            }
        }
    }

    fn function_call(
        &mut self,
        expr: ExprId,
        callee: Operand,
        fun: ExprId,
        indices: Option<ExprList>,
        args: ExprList,
        spread: bool,
    ) -> Operand {
        let mut failed = Operand::invalid(expr);
        failed.kind = ExprKind::Statement;
        let Some(signature_type) = self.callee_signature(&callee) else {
            self.use_args(args);
            return failed;
        };
        let TypeKind::Signature(signature) = signature_type.kind() else { return failed };
        let mut explicit = Types::new();
        let mut instance: Option<TypeId> = None;
        if let Some(indices) = indices {
            let Some(types) = self.function_args(&callee, indices) else {
                self.use_args(args);
                return failed;
            };
            if types.len() == signature.type_params.len() && !types.is_empty() {
                self.require_version(18, fun, |_| "function instantiation".to_owned());
                let found = self.instantiated_signature(
                    fun,
                    At::token(expr),
                    signature_type,
                    signature,
                    &types,
                    Some(indices),
                );
                instance = Some(found);
            } else {
                explicit = types;
            }
        }
        let mut arguments = self.arguments(args);
        let called = instance.unwrap_or(signature_type);
        let TypeKind::Signature(called_signature) = called.kind() else { return failed };
        let generic = !called_signature.type_params.is_empty();
        let checked = self.check_arguments(
            Call { expr, fun, args, spread, indices },
            called,
            called_signature,
            &explicit,
            &mut arguments,
        );
        let result_type = match checked {
            Ok(found) => found,
            Err(()) if generic => {
                self.has_call = true;
                return failed;
            }
            // The arguments are wrong, but what the call yields is known.
            Err(()) => called,
        };
        if !signature.type_params.is_empty() {
            self.records().set_expr(fun, Mode::Value, result_type);
        }
        self.has_call = true;
        let TypeKind::Signature(result) = result_type.kind() else { return failed };
        let mut x = match &*result.results {
            [] => Operand::new(expr, Mode::NoValue, TypeId::tuple(&[])),
            [only] => {
                let mode = if callee.mode == Mode::CgoFunc { Mode::CommaErr } else { Mode::Value };
                if Self::is_invalid(only.ty) {
                    return failed;
                }
                Operand::new(expr, mode, only.ty)
            }
            several => {
                let types: Types = several.iter().map(|result| result.ty).collect();
                Operand::new(expr, Mode::Value, TypeId::tuple(&types))
            }
        };
        x.kind = ExprKind::Statement;
        x
    }

    /// The signature of what is called; reports where there is none.
    fn callee_signature(&self, callee: &Operand) -> Option<TypeId> {
        let found = self.common_under(callee.ty);
        if let Some(ty) = found
            && matches!(ty.kind(), TypeKind::Signature(_))
        {
            return Some(ty);
        }
        if found.is_some_and(Self::is_invalid) {
            return None;
        }
        let what = self.operand_text(callee);
        let mut cause = None;
        crate::underlying::all_types(self.cx, callee.ty, &mut |pair| match pair {
            None => {
                cause = Some("no specific type".to_owned());
                false
            }
            Some((_, under)) if matches!(under.kind(), TypeKind::Signature(_)) => true,
            Some((ty, _)) => {
                cause = Some(format!("{} is not a function", self.type_text(ty)));
                false
            }
        });
        let cause = cause.unwrap_or_else(|| {
            let why = crate::underlying::common_underlying(self.cx, callee.ty).err();
            why.map_or_else(String::new, |why| why.message(&|ty| self.type_text(ty)))
        });
        let message = format!("invalid operation: cannot call {what}: {cause}");
        self.error(callee.expr, message);
        None
    }

    /// Evaluates arguments: one call may yield several; generic functions stay generic.
    pub(super) fn arguments(&mut self, args: ExprList) -> Arguments {
        let list = &self.tree()[args];
        let mut arguments = Arguments::default();
        let infer = !self.allows(21);
        for (index, &arg) in list.iter().enumerate() {
            if let Expr::Index { x, indices } = self.tree()[arg] {
                let (mut operand, is_function) = self.index_expr(arg, x, indices);
                operand.expr = arg;
                if is_function {
                    self.function_argument(
                        &mut operand,
                        arg,
                        indices,
                        infer,
                        index,
                        &mut arguments,
                    );
                } else {
                    self.exclude_non_values(&mut operand);
                }
                self.record(&operand);
                arguments.operands.push(operand);
                continue;
            }
            let mut x = self.raw_expr(None, arg, None, true);
            self.exclude_non_values(&mut x);
            if list.len() == 1
                && x.is_valid()
                && let TypeKind::Tuple(types) = x.ty.kind()
            {
                for &ty in types.iter() {
                    let mut value = Operand::new(arg, Mode::Value, ty);
                    value.synthetic = Synthetic::Argument;
                    arguments.operands.push(value);
                }
                return arguments;
            }
            self.single_value(&mut x);
            arguments.operands.push(x);
        }
        arguments
    }

    /// An argument `f[A]` whose `f` is generic: with all type arguments it is instantiated, with
    /// fewer they are kept for inference.
    fn function_argument(
        &mut self,
        x: &mut Operand,
        expr: ExprId,
        indices: ExprList,
        infer: bool,
        index: usize,
        arguments: &mut Arguments,
    ) {
        if infer {
            self.instantiate_function(None, x, expr, indices);
            return;
        }
        let Some(types) = self.function_args(x, indices) else {
            x.invalidate();
            return;
        };
        let TypeKind::Signature(signature) = x.ty.kind() else { return };
        if types.len() == signature.type_params.len() {
            self.instantiate(x, &types, Some(indices));
            return;
        }
        arguments.explicit.resize(index, Types::new());
        arguments.explicit.push(types);
    }

    /// Checks arguments against parameters, and infers type arguments that are missing. Yields
    /// the signature that is called; an error was reported otherwise.
    fn check_arguments(
        &mut self,
        call: Call,
        called: TypeId,
        signature: &'static SignatureType,
        explicit: &[TypeId],
        arguments: &mut Arguments,
    ) -> Result<TypeId, ()> {
        let mut params = self.spread_params(&call, signature, arguments)?;
        let has_generic_args = arguments.operands.iter().any(
            |arg| matches!(arg.ty.kind(), TypeKind::Signature(s) if !s.type_params.is_empty()),
        );
        let mut result = called;
        if !signature.type_params.is_empty() || has_generic_args {
            if !signature.type_params.is_empty() {
                if call.indices.is_some() {
                    self.require_version(18, call.fun, |_| "function instantiation".to_owned());
                } else {
                    self.require_version(18, call.expr, |_| {
                        "implicit function instantiation".to_owned()
                    });
                }
            }
            if has_generic_args {
                self.require_version(21, call.args_at(self), |_| {
                    "implicitly instantiated function as argument".to_owned()
                });
            }
            if arguments.operands.iter().any(|arg| !arg.is_valid()) {
                return Err(());
            }
            result =
                self.infer_arguments(&call, called, signature, explicit, &mut params, arguments)?;
        }
        let mut context = None;
        for (arg, &param) in arguments.operands.iter_mut().zip(&params) {
            let fits = self.try_assign(arg, Some(param));
            if let Err(misfit) = fits {
                let context = context
                    .get_or_insert_with(|| format!("argument to {}", self.expr_text(call.fun)));
                let context = &**context;
                self.report_assign(misfit, arg, Some(param), context);
                arg.invalidate();
            }
        }
        Ok(result)
    }

    /// One parameter type for each argument; reports where the counts differ.
    fn spread_params(
        &mut self,
        call: &Call,
        signature: &'static SignatureType,
        arguments: &Arguments,
    ) -> Result<Types, ()> {
        let count = arguments.operands.len();
        let mut params: Types = signature.params.iter().map(|param| param.ty).collect();
        if signature.variadic {
            if call.spread {
                if self.tree()[call.args].len() == 1 && count > 1 {
                    let text = self.expr_text(self.tree()[call.args][0]);
                    let message = format!("cannot use ... with {count}-valued {text}");
                    self.error(call.expr, message);
                    return Err(());
                }
            } else if count + 1 >= params.len() {
                let last = params.pop().map(TypeId::unalias);
                let elem = match last.map(TypeId::kind) {
                    Some(TypeKind::Slice(elem)) => *elem,
                    _ => TypeId::INVALID,
                };
                params.resize(count, elem);
            }
        } else if call.spread {
            let text = self.expr_text(call.fun);
            let message = format!("cannot use ... in call to non-variadic {text}");
            self.error(call.expr, message);
            return Err(());
        }
        if count == params.len() {
            return Ok(params);
        }
        let (quantity, at) = if count > params.len() {
            ("too many", arguments.operands[params.len()].expr)
        } else {
            ("not enough", arguments.operands.last().map_or(call.expr, |last| last.expr))
        };
        // What yields no value is shown as the function that was called.
        let shown = |arg: &Operand| match self.tree()[self.tree().unparen(arg.expr)] {
            Expr::Call { fun, .. } if self.records().expr(arg.expr).mode == Mode::NoValue => {
                self.records().expr(fun).ty.unwrap_or(arg.ty)
            }
            _ => arg.ty,
        };
        let have: Types = arguments.operands.iter().map(shown).collect();
        let want: Types = signature.params.iter().map(|param: &Param| param.ty).collect();
        let message = format!(
            "{quantity} arguments in call to {}\n\thave {}\n\twant {}",
            self.expr_text(call.fun),
            self.types_summary(&have, false, call.spread),
            self.types_summary(&want, signature.variadic, false)
        );
        self.error(at, message);
        Err(())
    }

    fn infer_arguments(
        &mut self,
        call: &Call,
        called: TypeId,
        signature: &'static SignatureType,
        explicit: &[TypeId],
        params: &mut Types,
        arguments: &mut Arguments,
    ) -> Result<TypeId, ()> {
        let none = Types::new();
        let args: SmallVec<[InferArg<'_>; 4]> = arguments
            .operands
            .iter()
            .enumerate()
            .map(|(index, arg)| InferArg {
                ty: arg.ty,
                explicit: arguments.explicit.get(index).unwrap_or(&none),
            })
            .collect();
        let inferred =
            infer_call(self.cx, &signature.type_params, explicit, params, &args, self.allows(21));
        let inferred = match inferred {
            Ok(inferred) => inferred,
            Err(error) => {
                let argument = |index: usize| self.expr_text_of(arguments.operands.get(index));
                let (message, notes) = self.infer_message(&error, &argument);
                if !message.is_empty() {
                    let at = error
                        .argument
                        .and_then(|index| arguments.operands.get(index))
                        .map_or(At::token(call.expr), |arg| arg.expr.into());
                    let text = self.expr_text(call.fun);
                    let message = format!("in call to {text}, {message}");
                    self.error_with(at, message, false, notes);
                }
                return Err(());
            }
        };
        let mut result = called;
        if !signature.type_params.is_empty() {
            result = self.instantiated_signature(
                call.fun,
                At::token(call.expr),
                called,
                signature,
                &inferred.callee,
                call.indices,
            );
            for param in params.iter_mut() {
                *param = substitute(*param, &signature.type_params, &inferred.callee);
            }
        }
        for (index, types) in &inferred.functions {
            let Some(arg) = arguments.operands.get_mut(*index) else { continue };
            let mut x = arg.clone();
            self.instantiate(&mut x, types, None);
            self.record(&x);
            *arg = x;
        }
        Ok(result)
    }

    fn expr_text_of(&self, x: Option<&Operand>) -> String {
        x.map_or(String::new(), |x| self.expr_text(x.expr))
    }

    /// Checks arguments against a signature made for a built-in.
    pub(super) fn check_builtin_arguments(
        &mut self,
        expr: ExprId,
        fun: ExprId,
        args: ExprList,
        spread: bool,
        params: &[TypeId],
        arguments: &mut Arguments,
    ) -> bool {
        let params = params.iter().map(|&ty| Param { name: None, ty }).collect();
        let signature = SignatureType {
            type_params: Box::default(),
            params,
            results: Box::default(),
            variadic: true,
        };
        let ty = TypeId::new(TypeKind::Signature(signature));
        let TypeKind::Signature(signature) = ty.kind() else { return false };
        let call = Call { expr, fun, args, spread, indices: None };
        self.check_arguments(call, ty, signature, &[], arguments).is_ok()
    }
}

/// The syntax of a call.
#[derive(Clone, Copy)]
struct Call {
    expr: ExprId,
    fun: ExprId,
    args: ExprList,
    spread: bool,
    indices: Option<ExprList>,
}

impl Call {
    /// Where errors about the last argument are reported.
    fn args_at(&self, checker: &Checker<'_>) -> ExprId {
        checker.tree()[self.args].last().copied().unwrap_or(self.expr)
    }
}
