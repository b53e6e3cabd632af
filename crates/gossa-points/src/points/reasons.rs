//! Why everything is in a solution: what has to go if a constraint goes.
//!
//! A solution that is to be kept has a record for each inference rule that the solver has come to:
//! an edge, a filter, an address, a rule, a call, with what it rests on ([`Why`]). And it has for
//! each node when its elements came ([`Reasons::came`]). Time is counted: each arrival of something
//! new at a node has a number, and so has each start of a function ([`Atom`]). A record knows the
//! time at which it was made; what it gives came later, and what it rests on was there before. So
//! whatever is in a set is there because of something earlier, and a reason that is earlier than
//! what it is a reason for can never rest on that.

use super::facts::Rule;
use super::link::{Element, InstanceId, Node};
use super::sets::SetId;
use super::solver::lists::{END, Lists};
use crate::program::MethodName;
use gossa_base::{FxHashMap, FxHashSet};

/// When something came.
pub(super) type Time = u32;

/// The time of what is not there.
pub(super) const NEVER: Time = u32::MAX;

/// Something that calls bring about; dense.
pub(super) type AtomId = u32;

/// What a rule was shown at once; dense.
pub(super) type ShowId = u32;

/// A record of [`Reasons::records`].
pub(super) type RecordId = u32;

/// All elements of a show together.
pub(super) const WHOLE: Element = u32::MAX;

/// What a record rests on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Why {
    /// Nothing: it is so by definition, or from the beginning.
    Always,
    /// A function that runs, or a call.
    Atom(AtomId),
    /// That a rule was shown an element.
    Shown(ShowId, Element),
    /// The same, of a rule of reflection: what it does with the element itself rests on that, the
    /// rest on what reflection knows.
    Reflected(ShowId, Element),
    /// What reflection knows. It is never forgotten.
    Known,
}

/// What a record says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum What {
    /// Everything in a node flows to the record's node.
    Edge(Node),
    /// The record's node has an element.
    Member(Element),
    /// What a rule makes of the elements of a node flows to the record's node.
    Flow(Node, Rule<Node>),
    /// The receivers of a method call flow to the record's node.
    Receive(AtomId),
    /// The record's node has a rule.
    Rule(Rule<Node>),
    /// The record's atom is.
    Support,
}

/// A record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// The node, or the atom, that it is about.
    pub(super) of: u32,
    pub(super) what: What,
    pub(super) why: Why,
    pub(super) made: Time,
    pub(super) is_alive: bool,
}

/// What an atom stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum AtomKind {
    /// An instance runs.
    Instance(InstanceId),
    /// A method call on an interface, with the node of that, calls an instance.
    Connected(u32, Node, InstanceId),
    /// A method gets a value in an interface as its receiver.
    Copied(InstanceId, Element),
}

/// Something that calls bring about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    pub(super) kind: AtomKind,
    /// Since when it is, [`NEVER`] if it is not.
    pub(super) since: Time,
}

/// What a rule was shown at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Show {
    pub(super) rule: Rule<Node>,
    pub(super) set: SetId,
    /// Whether reflection knows something by it.
    pub(super) is_known: bool,
}

/// The records of a solution.
pub(super) struct Reasons {
    pub(super) now: Time,
    /// What the linker's actions rest on: from which one on, what.
    why: Why,
    runs: Vec<(usize, Why)>,
    pub(super) records: Vec<Record>,
    /// By node: the records that give it something.
    pub(super) incoming: Lists<RecordId>,
    /// By node: the records of its rules.
    pub(super) rules: Lists<RecordId>,
    /// By atom: the records that say that it is, and those that rest on it.
    pub(super) supports: Lists<RecordId>,
    pub(super) by_atom: Lists<RecordId>,
    /// By show: the records that rest on it.
    pub(super) by_show: Lists<RecordId>,
    pub(super) shows: Vec<Show>,
    /// By node: what its rules were shown.
    pub(super) shows_at: Lists<ShowId>,
    /// By node: its set after each time that something came, the last first.
    came: Lists<(Time, SetId)>,
    pub(super) atoms: Vec<Atom>,
    known_atoms: FxHashMap<AtomKind, AtomId>,
    /// By method call on an interface: its connections.
    pub(super) connections: FxHashMap<u32, Vec<AtomId>>,
    /// And the method.
    pub(super) methods: FxHashMap<u32, MethodName>,
    /// The nodes that hold all that an operation of reflection is done with.
    pub(super) operands: FxHashMap<Rule<Node>, Node>,
    pub(super) is_operands: FxHashSet<Node>,
}

impl Reasons {
    pub(super) fn new() -> Self {
        Self {
            now: 0,
            why: Why::Always,
            runs: vec![(0, Why::Always)],
            records: Vec::new(),
            incoming: Lists::new(),
            rules: Lists::new(),
            supports: Lists::new(),
            by_atom: Lists::new(),
            by_show: Lists::new(),
            shows: Vec::new(),
            shows_at: Lists::new(),
            came: Lists::new(),
            atoms: Vec::new(),
            known_atoms: FxHashMap::default(),
            connections: FxHashMap::default(),
            methods: FxHashMap::default(),
            operands: FxHashMap::default(),
            is_operands: FxHashSet::default(),
        }
    }

    pub(super) fn grow(&mut self, nodes: usize) {
        self.incoming.grow(nodes);
        self.rules.grow(nodes);
        self.shows_at.grow(nodes);
        self.came.grow(nodes);
    }

    // --- What actions rest on ---------------------------------------------------------------------

    /// Actions rest on this from the `at`-th on; gives what they rested on before.
    pub(super) fn set_why(&mut self, why: Why, at: usize) -> Why {
        match self.runs.last_mut() {
            Some(last) if last.0 == at => last.1 = why,
            _ => self.runs.push((at, why)),
        }
        std::mem::replace(&mut self.why, why)
    }

    pub(super) fn why(&self) -> Why {
        self.why
    }

    /// What the actions rest on that are taken from the linker now.
    pub(super) fn take_runs(&mut self) -> Vec<(usize, Why)> {
        std::mem::replace(&mut self.runs, vec![(0, self.why)])
    }

    // --- Records ----------------------------------------------------------------------------------

    pub(super) fn record(&mut self, of: u32, what: What, why: Why) -> RecordId {
        let made = match why {
            Why::Always => 0,
            _ => self.now,
        };
        self.record_of_time(of, what, why, made)
    }

    pub(super) fn record_of_time(&mut self, of: u32, what: What, why: Why, made: Time) -> RecordId {
        let id = self.records.len() as RecordId;
        self.records.push(Record { of, what, why, made, is_alive: true });
        match what {
            What::Rule(_) => self.rules.push(of, id),
            What::Support => self.supports.push(of, id),
            What::Edge(_) | What::Member(_) | What::Flow(..) | What::Receive(_) => {
                self.incoming.push(of, id);
            }
        }
        match why {
            Why::Atom(atom) => self.by_atom.push(atom, id),
            Why::Shown(show, _) => self.by_show.push(show, id),
            Why::Always | Why::Reflected(..) | Why::Known => {}
        }
        id
    }

    pub(super) fn show(&mut self, node: Node, rule: Rule<Node>, set: SetId) -> ShowId {
        let id = self.shows.len() as ShowId;
        self.shows.push(Show { rule, set, is_known: false });
        self.by_show.grow(self.shows.len());
        self.shows_at.push(node, id);
        id
    }

    /// What is done for a show is known to reflection.
    pub(super) fn make_known(&mut self) {
        if let Why::Shown(show, _) = self.why {
            self.shows[show as usize].is_known = true;
        }
    }

    // --- Atoms ------------------------------------------------------------------------------------

    pub(super) fn atom(&mut self, kind: AtomKind) -> AtomId {
        if let Some(&known) = self.known_atoms.get(&kind) {
            return known;
        }
        let id = self.atoms.len() as AtomId;
        self.atoms.push(Atom { kind, since: NEVER });
        self.supports.grow(self.atoms.len());
        self.by_atom.grow(self.atoms.len());
        self.known_atoms.insert(kind, id);
        if let AtomKind::Connected(site, ..) = kind {
            self.connections.entry(site).or_default().push(id);
        }
        id
    }

    pub(super) fn known_atom(&self, kind: AtomKind) -> Option<AtomId> {
        self.known_atoms.get(&kind).copied()
    }

    pub(super) fn is(&self, atom: AtomId) -> bool {
        self.atoms[atom as usize].since != NEVER
    }

    /// An atom is from now on; whether it was not before.
    pub(super) fn begin(&mut self, atom: AtomId) -> bool {
        if self.is(atom) {
            return false;
        }
        self.now += 1;
        self.atoms[atom as usize].since = self.now;
        true
    }

    /// An instance is called.
    pub(super) fn call(&mut self, instance: InstanceId) {
        let atom = self.atom(AtomKind::Instance(instance));
        let why = match self.why {
            Why::Reflected(..) => Why::Known,
            why => why,
        };
        self.record(atom, What::Support, why);
    }

    // --- When elements came -----------------------------------------------------------------------

    /// Something has come to a node, which has this now.
    pub(super) fn comes(&mut self, node: Node, set: SetId) {
        self.now += 1;
        self.came.push(node, (self.now, set));
    }

    /// What a node had before a time.
    pub(super) fn before(&self, node: Node, time: Time) -> SetId {
        let found = self.came.iter(node).find(|&(came, _)| came < time);
        found.map_or(SetId::EMPTY, |(_, set)| set)
    }

    /// What a node had at all times, the last first.
    pub(super) fn came(&self, node: Node) -> Vec<(Time, SetId)> {
        self.came.iter(node).collect()
    }

    /// Replaces what a node had at all times: the last first.
    pub(super) fn set_came(&mut self, node: Node, all: &[(Time, SetId)]) {
        let mut at = self.came.first(node);
        while let Some((_, next)) = self.came.next(at) {
            self.came.free(at);
            at = next;
        }
        self.came.heads[node as usize] = END;
        for &item in all.iter().rev() {
            self.came.push(node, item);
        }
    }

    /// The items of a list that are alive.
    pub(super) fn alive(&self, list: &Lists<RecordId>, of: u32) -> Vec<RecordId> {
        list.iter(of).filter(|&id| self.records[id as usize].is_alive).collect()
    }
}
