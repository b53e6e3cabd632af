//! Which names of C a file uses, from syntax alone.

use super::{CName, CgoUse};
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{Expr, ExprId, File, Spec, Tree};

/// The names behind `C.` in a file that imports "C", sorted. A local variable that is called `C`
/// may add some: they do no harm.
pub(crate) fn c_names(file: &File) -> Box<[CName]> {
    let mut found: FxHashMap<Name, CgoUse> = FxHashMap::default();
    for decl in &file.decls {
        collect(&decl.header.tree, &mut found);
        if let Some(body) = &decl.body {
            collect(&body.tree, &mut found);
        }
    }
    let mut names: Vec<CName> =
        found.into_iter().map(|(name, used)| CName { name, used }).collect();
    names.sort_unstable_by_key(|found| found.name.as_str());
    names.into()
}

fn collect(tree: &Tree, found: &mut FxHashMap<Name, CgoUse>) {
    let mut uses = vec![CgoUse::Value; tree.exprs.len()];
    let mut mark = |id: ExprId, used: CgoUse| {
        if let Some(slot) = uses.get_mut(id.index()) {
            *slot = (*slot).min(used);
        }
    };
    for field in &tree.fields {
        mark(field.ty, CgoUse::Type);
    }
    for spec in &tree.specs {
        match spec {
            Spec::Value { ty: Some(ty), .. } | Spec::Type { ty, .. } => mark(*ty, CgoUse::Type),
            _ => {}
        }
    }
    // Parents come after their children.
    for index in (0..tree.exprs.len()).rev() {
        let own = uses[index];
        let mut mark = |id: ExprId, used: CgoUse| {
            if let Some(slot) = uses.get_mut(id.index()) {
                *slot = (*slot).min(used);
            }
        };
        match tree.exprs[index] {
            Expr::Star(x) if own != CgoUse::Value => mark(x, CgoUse::Type),
            Expr::Paren(x) | Expr::Ellipsis(Some(x)) => mark(x, own),
            Expr::CompositeLit { ty: Some(ty), .. } | Expr::TypeAssert { ty: Some(ty), .. } => {
                mark(ty, CgoUse::Type);
            }
            Expr::ArrayType { elem, .. } | Expr::ChanType { elem, .. } => mark(elem, CgoUse::Type),
            Expr::MapType { key, value } => {
                mark(key, CgoUse::Type);
                mark(value, CgoUse::Type);
            }
            Expr::Call { fun, args, .. } => {
                mark(fun, CgoUse::Call);
                if matches!(tree[fun], Expr::Ident(name) if matches!(name.as_str(), "new" | "make"))
                    && let Some(&first) = tree[args].first()
                {
                    mark(first, CgoUse::Type);
                }
            }
            Expr::Selector { x, sel } => {
                if let (Expr::Ident(package), Expr::Ident(name)) = (tree[x], tree[sel])
                    && package.as_str() == "C"
                {
                    let used = found.entry(name).or_insert(own);
                    *used = (*used).min(own);
                }
            }
            _ => {}
        }
    }
}
