//! Instantiation cycles: generic declarations that instantiate each other with ever larger types.
//!
//! After all bodies are checked. Every instance `G[A]` that mentions type parameters is an edge
//! from each type parameter in `A` to the parameter of `G` that stands for it; the edge *grows*
//! where `A` is more than the parameter itself. A cycle with an edge that grows would need
//! infinitely many instances.

use super::Checker;
use super::package::PackageInput;
use crate::decls::{DeclSource, Instantiation, Note, NoteKind, PackageDecls, Part, TypeError};
use crate::ids::TypeParamId;
use crate::print::{Printer, relative_to};
use crate::resolver::Resolver;
use crate::ty::{TypeId, TypeKind, TypeList};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_syntax::{ExprId, Spec, TreeRoot};

impl Checker<'_> {
    /// Notes an instance whose type arguments mention type parameters.
    pub(super) fn note_instantiation(
        &self,
        at: ExprId,
        indices: &[ExprId],
        params: &[TypeParamId],
        args: TypeList,
    ) {
        let own = params.first().is_some_and(|p| p.key().owner.package() == self.cx.package);
        if !own || !args.iter().any(|ty| ty.has_type_param()) {
            return;
        }
        self.cx.instantiations.borrow_mut().push(Instantiation {
            source: self.place.source,
            in_body: self.place.in_body,
            at: (0..params.len()).map(|i| indices.get(i).copied().unwrap_or(at)).collect(),
            params: params.into(),
            args,
        });
    }
}

/// An edge: `to` is instantiated with a type that mentions the parameter at its start.
struct Edge<'a> {
    to: usize,
    grows: bool,
    instance: &'a Instantiation,
    index: usize,
}

#[derive(Default)]
struct Graph<'a> {
    ids: FxHashMap<TypeParamId, usize>,
    params: Vec<TypeParamId>,
    edges: Vec<Vec<Edge<'a>>>,
}

impl<'a> Graph<'a> {
    fn id(&mut self, param: TypeParamId) -> usize {
        *self.ids.entry(param).or_insert_with(|| {
            self.params.push(param);
            self.edges.push(Vec::new());
            self.params.len() - 1
        })
    }

    fn add(&mut self, decls: &PackageDecls, instance: &'a Instantiation) {
        for (index, (&param, &arg)) in instance.params.iter().zip(instance.args.iter()).enumerate()
        {
            let to = self.id(canonical(decls, param));
            let mut mentioned = Vec::new();
            collect_params(arg, &mut mentioned, &mut FxHashSet::default());
            let grows = !matches!(arg.unalias().kind(), TypeKind::TypeParam(_));
            for from in mentioned {
                let from = self.id(canonical(decls, from));
                self.edges[from].push(Edge { to, grows, instance, index });
            }
        }
    }

    /// The component of each vertex: vertices of one component reach each other.
    fn components(&self) -> Vec<usize> {
        const NONE: usize = usize::MAX;
        let count = self.params.len();
        let mut order = vec![NONE; count];
        let mut low = vec![0; count];
        let mut component = vec![NONE; count];
        let mut open = Vec::new();
        let mut next = 0;
        for start in 0..count {
            if order[start] != NONE {
                continue;
            }
            let mut path = vec![(start, 0)];
            while let Some(top) = path.last_mut() {
                let (vertex, at) = *top;
                if at == 0 {
                    order[vertex] = next;
                    low[vertex] = next;
                    next += 1;
                    open.push(vertex);
                }
                if let Some(edge) = self.edges[vertex].get(at) {
                    top.1 += 1;
                    if order[edge.to] == NONE {
                        path.push((edge.to, 0));
                    } else if component[edge.to] == NONE {
                        low[vertex] = low[vertex].min(order[edge.to]);
                    }
                    continue;
                }
                path.pop();
                if let Some(&(parent, _)) = path.last() {
                    low[parent] = low[parent].min(low[vertex]);
                }
                if low[vertex] == order[vertex] {
                    while let Some(member) = open.pop() {
                        component[member] = vertex;
                        if member == vertex {
                            break;
                        }
                    }
                }
            }
        }
        component
    }

    /// A way from one vertex to another of its component, as edges.
    fn way(&self, from: usize, to: usize, component: &[usize]) -> Vec<&Edge<'a>> {
        let mut before: FxHashMap<usize, (usize, &Edge<'a>)> = FxHashMap::default();
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(vertex) = queue.pop_front() {
            if vertex == to {
                break;
            }
            for edge in &self.edges[vertex] {
                if component[edge.to] == component[to]
                    && edge.to != from
                    && !before.contains_key(&edge.to)
                {
                    before.insert(edge.to, (vertex, edge));
                    queue.push_back(edge.to);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = to;
        while at != from
            && let Some(&(previous, edge)) = before.get(&at)
        {
            way.push(edge);
            at = previous;
        }
        way.reverse();
        way
    }
}

/// A method's receiver declares type parameters of its own; they stand for those of the type.
fn canonical(decls: &PackageDecls, param: TypeParamId) -> TypeParamId {
    let key = param.key();
    let receiver = decls.funcs.get(&key.owner).and_then(|func| func.receiver);
    receiver
        .filter(|receiver| key.index < receiver.type_params)
        .and_then(|receiver| decls.types.get(&receiver.base))
        .and_then(|base| base.type_params.get(key.index as usize).copied())
        .unwrap_or(param)
}

/// The type parameters that a type mentions, each once.
fn collect_params(ty: TypeId, found: &mut Vec<TypeParamId>, seen: &mut FxHashSet<TypeId>) {
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        let ty = ty.unalias();
        if !ty.has_type_param() || !seen.insert(ty) {
            continue;
        }
        match ty.kind() {
            TypeKind::TypeParam(param) => found.push(*param),
            TypeKind::Named { args, .. } => open.extend(args.iter()),
            TypeKind::Tuple(types) => open.extend(types.iter()),
            TypeKind::Pointer(elem) | TypeKind::Slice(elem) => open.push(*elem),
            TypeKind::Array { elem, .. } | TypeKind::Chan { elem, .. } => open.push(*elem),
            TypeKind::Map { key, value } => open.extend([*key, *value]),
            TypeKind::Struct(fields) => open.extend(fields.iter().map(|field| field.ty)),
            TypeKind::Signature(signature) => {
                let both = signature.params.iter().chain(&signature.results);
                open.extend(both.map(|param| param.ty));
            }
            TypeKind::Interface(interface) => {
                open.extend(interface.methods.iter().map(|method| method.signature));
                open.extend(interface.embeds.iter());
            }
            TypeKind::Union(terms) => open.extend(terms.iter().map(|term| term.ty)),
            TypeKind::Basic(_) | TypeKind::Alias { .. } => {}
        }
    }
}

/// The instantiation cycles of a package, once its bodies are checked; `r` knows its types.
#[must_use]
pub fn instantiation_cycles<'b>(
    input: &PackageInput<'_>,
    decls: &'b PackageDecls,
    bodies: impl IntoIterator<Item = &'b [Instantiation]>,
    r: &dyn Resolver,
) -> Vec<TypeError> {
    let mut graph = Graph::default();
    for instance in decls.instantiations.iter().chain(bodies.into_iter().flatten()) {
        graph.add(decls, instance);
    }
    let component = graph.components();
    let mut reported = FxHashSet::default();
    let mut errors = Vec::new();
    for from in 0..graph.params.len() {
        for edge in &graph.edges[from] {
            if !edge.grows
                || component[edge.to] != component[from]
                || !reported.insert(component[from])
            {
                continue;
            }
            let mut cycle = vec![edge];
            cycle.extend(graph.way(edge.to, from, &component));
            errors.extend(report(input, decls, r, &graph, &cycle));
        }
    }
    errors
}

fn report(
    input: &PackageInput<'_>,
    decls: &PackageDecls,
    r: &dyn Resolver,
    graph: &Graph<'_>,
    cycle: &[&Edge<'_>],
) -> Option<TypeError> {
    let (source, ident) = declared_at(input, decls, graph.params[cycle.last()?.to])?;
    let qualifier = relative_to(decls.id);
    let printer = Printer::new(r, &qualifier);
    let notes = cycle.iter().rev().map(|edge| Note {
        package: None,
        source: edge.instance.source,
        in_body: edge.instance.in_body,
        node: edge.instance.at[edge.index].into(),
        kind: NoteKind::Text(format!(
            "{} instantiated as {}",
            graph.params[edge.to].name(),
            printer.print(edge.instance.args[edge.index])
        )),
    });
    Some(TypeError {
        source,
        in_body: false,
        node: ident.into(),
        part: Part::Whole,
        message: "instantiation cycle:".to_owned(),
        soft: false,
        notes: notes.collect(),
    })
}

/// Where a type parameter of the package is declared.
fn declared_at(
    input: &PackageInput<'_>,
    decls: &PackageDecls,
    param: TypeParamId,
) -> Option<(DeclSource, ExprId)> {
    let object = crate::Object::TypeParam(param);
    for (source, types) in &decls.trees {
        let file = input.files.get(source.file as usize)?;
        let tree = &**file.items.get(source.decl as usize)?;
        let mut lists = Vec::new();
        match tree.root {
            TreeRoot::Func { signature, .. } => lists.push(tree[signature].type_params),
            TreeRoot::Gen { specs, .. } => {
                for spec in tree.spec_ids(specs) {
                    if let Spec::Type { type_params, .. } = tree.specs[spec.index()] {
                        lists.push(type_params);
                    }
                }
            }
            _ => {}
        }
        let idents = lists.iter().flat_map(|&list| &tree[list]).flat_map(|f| &tree[f.names]);
        for &ident in idents {
            if types.object(ident) == Some(object) {
                return Some((*source, ident));
            }
        }
    }
    None
}
