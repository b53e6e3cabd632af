//! Texts to syntax trees, by tree-sitter's grammar of C.

use crate::split::{Chunk, simpler, text as spell};
use gossa_base::FxHashMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

/// A declaration or expression with its syntax tree.
pub(crate) struct Parsed {
    pub text: String,
    pub tree: Tree,
    /// Distinguishes the anonymous structs of this text from those of others.
    pub serial: u32,
}

impl Parsed {
    pub(crate) fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }
}

/// Parses, and remembers what was parsed: preambles of a package share headers.
pub(crate) struct Grammar {
    parser: Option<Parser>,
    chunks: FxHashMap<String, Option<Rc<Parsed>>>,
    expressions: FxHashMap<String, Option<Rc<Parsed>>>,
    serial: u32,
}

/// Longest declaration that is read.
const MAX_LENGTH: usize = 1 << 20;

/// Deepest nesting of brackets that is read; real declarations have a handful.
const MAX_NESTING: u32 = 100;

impl Grammar {
    /// A grammar that numbers its texts from a number on.
    pub(crate) fn new(first: u32) -> Self {
        let mut parser = Parser::new();
        // The two crates agree on the version of the tables unless they are mixed wrongly.
        let fits = parser.set_language(&tree_sitter_c::LANGUAGE.into()).is_ok();
        Self {
            parser: fits.then_some(parser),
            chunks: FxHashMap::default(),
            expressions: FxHashMap::default(),
            serial: first,
        }
    }

    fn parse(&mut self, text: String) -> Option<Parsed> {
        if text.len() > MAX_LENGTH || nesting(&text) > MAX_NESTING {
            return None;
        }
        let parser = self.parser.as_mut()?;
        // A text with an error is of no use, and to look for the least one takes long.
        let mut rounds = 16 + text.len() / 8;
        let mut go_on = |state: &ParseState| {
            rounds = rounds.saturating_sub(1);
            if rounds == 0 || state.has_error() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = ParseOptions::new().progress_callback(&mut go_on);
        let mut rest = |at: usize, _| text.as_bytes().get(at..).unwrap_or_default();
        let Some(tree) = parser.parse_with_options(&mut rest, None, Some(options)) else {
            parser.reset();
            return None;
        };
        if tree.root_node().has_error() {
            return None;
        }
        self.serial += 1;
        Some(Parsed { text, tree, serial: self.serial })
    }

    /// The tree of a declaration; `None` where the grammar has no reading for it.
    pub(crate) fn declaration(&mut self, chunk: &Chunk) -> Option<Rc<Parsed>> {
        let text = chunk.text();
        if let Some(known) = self.chunks.get(&text) {
            return known.clone();
        }
        let mut parsed = self.parse(text.clone());
        if parsed.is_none() {
            parsed = simpler(&chunk.tokens).iter().find_map(|tokens| self.parse(spell(tokens)));
        }
        let parsed = parsed.map(Rc::new);
        self.chunks.insert(text, parsed.clone());
        parsed
    }

    /// The tree of `int x = EXPRESSION;`.
    pub(crate) fn expression(&mut self, expression: &str) -> Option<Rc<Parsed>> {
        self.other(format!("int __gossa = {expression} ;"))
    }

    /// The tree of `TYPE x;`.
    pub(crate) fn type_name(&mut self, name: &str) -> Option<Rc<Parsed>> {
        self.other(format!("{name} __gossa ;"))
    }

    fn other(&mut self, text: String) -> Option<Rc<Parsed>> {
        if let Some(known) = self.expressions.get(&text) {
            return known.clone();
        }
        let parsed = self.parse(text.clone()).map(Rc::new);
        self.expressions.insert(text, parsed.clone());
        parsed
    }
}

/// The deepest nesting of brackets, or the longest run of operators, which nest as well.
fn nesting(text: &str) -> u32 {
    let mut depth = 0_u32;
    let mut operators = 0_u32;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'-' | b'+' | b'!' | b'~' | b'*' | b'&' | b'<' | b'>' | b'=' | b'.' => operators += 1,
            b' ' => {}
            _ => operators = 0,
        }
        deepest = deepest.max(operators);
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Named children of a node.
pub(crate) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// The text of a node.
pub(crate) fn node_text<'t>(text: &'t str, node: Node<'_>) -> &'t str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// The initializer of the only declarator of a declaration.
pub(crate) fn initializer(parsed: &Parsed) -> Option<Node<'_>> {
    let declaration = parsed.root().named_child(0)?;
    declaration.child_by_field_name("declarator")?.child_by_field_name("value")
}
