//! The second step: one function body.

use super::context::{Context, Own};
use super::record::{Buffers, Records};
use super::{Checker, Function, Place, Scratch};
use crate::decls::{BodyTypes, FuncDecl, PackageDecls};
use crate::env::TypeEnv;
use crate::ids::DeclId;
use crate::info::LocalKind;
use crate::ty::{TypeId, TypeKind};
use gossa_syntax::{ExprId, FieldList, NodeId, Tree, TreeRoot};
use std::cell::RefCell;

thread_local! {
    /// Memory of the last body's checker on this thread.
    static SCRATCH: RefCell<Option<(Scratch, Buffers)>> = const { RefCell::new(None) };
}

/// Checks the body of a function.
///
/// `decls` is the function's package, `header` and `body` its trees. The first locals of the
/// result are the receiver, the parameters and the results, in this order, unnamed and blank ones
/// included.
#[must_use]
pub fn check_body(
    env: &dyn TypeEnv,
    decls: &PackageDecls,
    func: DeclId,
    header: &Tree,
    body: &Tree,
) -> BodyTypes {
    let (mut scratch, buffers) = SCRATCH.take().unwrap_or_default();
    let records = Records::with_buffers(body, buffers);
    let Some(decl) = decls.funcs.get(&func) else {
        return finish(records, Vec::new(), None).0;
    };
    let cx = Context::new(env, decls.id, Own::Checked(decls));
    let version =
        decls.file_versions.get(decl.source.file as usize).copied().unwrap_or((1, u32::MAX));
    let place = Place {
        tree: body,
        records: &records,
        source: decl.source,
        in_body: true,
        header: None,
        version,
    };
    scratch.clear();
    let mut checker = Checker::new(&cx, place, scratch);
    checker.owner = Some(func);
    checker.owner_params = decl.type_params.clone();
    checker.declared_function(decl, header);
    checker.report_unused(0);
    let mut scratch = std::mem::take(&mut checker.scratch);
    drop(checker);
    let references = std::mem::take(&mut scratch.references);
    let used_imports = super::package::sorted_names(scratch.used_imports.drain());
    let (mut types, buffers) = finish(records, references, Some(cx));
    SCRATCH.set(Some((scratch, buffers)));
    types.used_imports = used_imports;
    types
}

fn finish(
    records: Records,
    references: Vec<DeclId>,
    cx: Option<Context<'_>>,
) -> (BodyTypes, Buffers) {
    let (locals, instantiations, errors) = match cx {
        Some(cx) => {
            (cx.locals.into_inner(), cx.instantiations.into_inner(), cx.errors.into_inner())
        }
        None => Default::default(),
    };
    let (types, buffers) = records.take_apart();
    let found = BodyTypes {
        types,
        locals,
        references: references.into(),
        used_imports: Box::default(),
        instantiations: instantiations.into(),
        errors: errors.into(),
    };
    (found, buffers)
}

impl Checker<'_> {
    fn declared_function(&mut self, decl: &FuncDecl, header: &Tree) {
        let TreeRoot::Func { receiver, signature, .. } = header.root else { return };
        let TreeRoot::Body(body) = self.tree().root else { return };
        let TypeKind::Signature(ty) = decl.signature.kind() else {
            // The header is wrong; the body is checked as far as it goes.
            return;
        };
        self.scratch.scopes.open();
        for &param in decl.type_params.iter() {
            if !param.name().is_blank() {
                // A repeated name was reported with the header.
                let _ = self.scratch.scopes.declare(
                    param.name(),
                    super::Entity::TypeParam(param),
                    None,
                );
            }
        }
        self.scratch.scopes.open();
        if let (Some(field), Some(receiver)) = (header[receiver].first(), decl.receiver) {
            let ident = header[field.names].first().copied();
            let at = ident.unwrap_or(field.ty);
            self.header_param(header, ident, at, receiver.ty, LocalKind::Receiver);
        }
        let syntax = header[signature];
        self.header_params(header, syntax.params, ty.params.iter().map(|p| p.ty), LocalKind::Param);
        let first_result = self.records().local_count() as u32;
        self.header_params(
            header,
            syntax.results,
            ty.results.iter().map(|p| p.ty),
            LocalKind::Result,
        );
        self.function = Function { signature: Some(ty), first_result, literal: None };
        self.func_body(body);
        self.scratch.scopes.close();
        self.scratch.scopes.close();
    }

    fn header_params(
        &mut self,
        header: &Tree,
        list: FieldList,
        mut types: impl Iterator<Item = TypeId>,
        kind: LocalKind,
    ) {
        for field in &header[list] {
            let names = &header[field.names];
            if names.is_empty() {
                let ty = types.next().unwrap_or(TypeId::INVALID);
                self.header_param(header, None, field.ty, ty, kind);
            }
            for &ident in names {
                let ty = types.next().unwrap_or(TypeId::INVALID);
                self.header_param(header, Some(ident), ident, ty, kind);
            }
        }
    }

    fn header_param(
        &mut self,
        header: &Tree,
        ident: Option<ExprId>,
        at: ExprId,
        ty: TypeId,
        kind: LocalKind,
    ) {
        let name = ident.and_then(|ident| header.name(ident));
        let local = self.add_local(name, Some(NodeId::from(at)), kind);
        self.mark_used(local);
        self.records().set_local_type(local, ty);
        if let Some(name) = name.filter(|name| !name.is_blank()) {
            // A repeated name was reported with the header.
            let _ = self.scratch.scopes.declare(name, super::Entity::Local(local), None);
        }
    }
}
