//! Call graphs as petgraph sees them: functions are nodes, calls are edges.

use super::{CallGraph, Edge};
use crate::program::FuncIndex;
use petgraph::Directed;
use petgraph::visit::{
    Data, EdgeRef, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges, IntoNeighbors,
    IntoNodeIdentifiers, NodeCompactIndexable, NodeCount, NodeIndexable, VisitMap, Visitable,
};

/// Functions that a traversal has seen.
#[derive(Clone, Debug, Default)]
pub struct VisitedFunctions(Vec<bool>);

impl VisitMap<FuncIndex> for VisitedFunctions {
    fn visit(&mut self, func: FuncIndex) -> bool {
        self.0.get_mut(func.index()).is_some_and(|seen| !std::mem::replace(seen, true))
    }

    fn is_visited(&self, func: &FuncIndex) -> bool {
        self.0.get(func.index()).copied().unwrap_or(false)
    }

    fn unvisit(&mut self, func: FuncIndex) -> bool {
        self.0.get_mut(func.index()).is_some_and(|seen| std::mem::replace(seen, false))
    }
}

/// An edge, for petgraph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EdgeReference<'a>(pub &'a Edge);

impl<'a> EdgeRef for EdgeReference<'a> {
    type NodeId = FuncIndex;
    type EdgeId = Edge;
    type Weight = Edge;

    fn source(&self) -> FuncIndex {
        self.0.caller
    }

    fn target(&self) -> FuncIndex {
        self.0.callee
    }

    fn weight(&self) -> &'a Edge {
        self.0
    }

    fn id(&self) -> Edge {
        *self.0
    }
}

impl GraphBase for CallGraph {
    type NodeId = FuncIndex;
    type EdgeId = Edge;
}

impl Data for CallGraph {
    type NodeWeight = FuncIndex;
    type EdgeWeight = Edge;
}

impl GraphProp for CallGraph {
    type EdgeType = Directed;
}

impl Visitable for CallGraph {
    type Map = VisitedFunctions;

    fn visit_map(&self) -> VisitedFunctions {
        VisitedFunctions(vec![false; self.function_count()])
    }

    fn reset_map(&self, map: &mut VisitedFunctions) {
        map.0.clear();
        map.0.resize(self.function_count(), false);
    }
}

impl NodeCount for CallGraph {
    fn node_count(&self) -> usize {
        self.function_count()
    }
}

impl NodeIndexable for CallGraph {
    fn node_bound(&self) -> usize {
        self.function_count()
    }

    fn to_index(&self, func: FuncIndex) -> usize {
        func.index()
    }

    fn from_index(&self, index: usize) -> FuncIndex {
        FuncIndex::from_usize(index)
    }
}

impl NodeCompactIndexable for CallGraph {}

/// The callees of a function, one a call.
#[derive(Clone, Debug)]
pub struct Neighbors<'a>(std::slice::Iter<'a, Edge>);

impl Iterator for Neighbors<'_> {
    type Item = FuncIndex;

    fn next(&mut self) -> Option<FuncIndex> {
        self.0.next().map(|edge| edge.callee)
    }
}

impl<'a> IntoNeighbors for &'a CallGraph {
    type Neighbors = Neighbors<'a>;

    fn neighbors(self, func: FuncIndex) -> Neighbors<'a> {
        Neighbors(self.calls(func).iter())
    }
}

/// All functions.
#[derive(Clone, Debug)]
pub struct Functions(std::ops::Range<usize>);

impl Iterator for Functions {
    type Item = FuncIndex;

    fn next(&mut self) -> Option<FuncIndex> {
        self.0.next().map(FuncIndex::from_usize)
    }
}

impl IntoNodeIdentifiers for &CallGraph {
    type NodeIdentifiers = Functions;

    fn node_identifiers(self) -> Functions {
        Functions(0..self.function_count())
    }
}

/// Edges, of one function or of all.
#[derive(Clone, Debug)]
pub struct Edges<'a>(std::slice::Iter<'a, Edge>);

impl<'a> Iterator for Edges<'a> {
    type Item = EdgeReference<'a>;

    fn next(&mut self) -> Option<EdgeReference<'a>> {
        self.0.next().map(EdgeReference)
    }
}

impl<'a> IntoEdgeReferences for &'a CallGraph {
    type EdgeRef = EdgeReference<'a>;
    type EdgeReferences = Edges<'a>;

    fn edge_references(self) -> Edges<'a> {
        Edges(self.edges().iter())
    }
}

impl<'a> IntoEdges for &'a CallGraph {
    type Edges = Edges<'a>;

    fn edges(self, func: FuncIndex) -> Edges<'a> {
        Edges(self.calls(func).iter())
    }
}
