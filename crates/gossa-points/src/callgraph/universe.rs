//! The dynamic types of a program under dense numbers, and which of them have which methods.
//!
//! For each method (name and signature) there is a set of bits, one a type; the types that
//! implement an interface are where the bits of all its methods are set. So "who implements this"
//! costs a word operation per 64 types, and no look-up.

use crate::program::{MethodName, Program};
use gossa_base::FxHashMap;
use gossa_types::underlying::type_set;
use gossa_types::{TypeId, TypeKind};

/// A dynamic type.
pub(super) type TypeNumber = u32;
/// An interface type that something is asked of.
pub(super) type InterfaceNumber = u32;

/// Dynamic types, and interfaces that they may implement.
#[derive(Default)]
pub(super) struct Universe {
    numbers: FxHashMap<TypeId, TypeNumber>,
    types: Vec<TypeId>,
    method_numbers: FxHashMap<(MethodName, TypeId), u32>,
    /// By method: the types that have it.
    having: Vec<Vec<u64>>,
    interface_numbers: FxHashMap<TypeId, InterfaceNumber>,
    interfaces: Vec<Interface>,
}

struct Interface {
    methods: Box<[u32]>,
    /// Types that implement it, as far as they were looked at.
    mask: Vec<u64>,
    /// How many types were looked at.
    seen: u32,
}

impl Universe {
    /// The number of a concrete type (a normal one), and whether it is new.
    pub(super) fn add(&mut self, program: &Program<'_>, ty: TypeId) -> (TypeNumber, bool) {
        if let Some(&known) = self.numbers.get(&ty) {
            return (known, false);
        }
        let number = self.types.len() as TypeNumber;
        self.numbers.insert(ty, number);
        self.types.push(ty);
        if may_have_methods(ty) {
            for method in program.method_signatures(ty) {
                let method = self.method(method) as usize;
                let bits = &mut self.having[method];
                let word = number as usize / 64;
                if bits.len() <= word {
                    bits.resize(word + 1, 0);
                }
                bits[word] |= 1 << (number % 64);
            }
        }
        (number, true)
    }

    /// The type with this number.
    pub(super) fn type_of(&self, number: TypeNumber) -> TypeId {
        self.types[number as usize]
    }

    /// How many types there are.
    pub(super) fn len(&self) -> usize {
        self.types.len()
    }

    fn method(&mut self, method: (MethodName, TypeId)) -> u32 {
        let fresh = self.having.len() as u32;
        let number = *self.method_numbers.entry(method).or_insert(fresh);
        if number == fresh {
            self.having.push(Vec::new());
        }
        number
    }

    /// The types known so far that have a method with a (normal) signature.
    pub(super) fn having(&self, method: MethodName, signature: TypeId) -> Vec<TypeNumber> {
        let Some(&number) = self.method_numbers.get(&(method, signature)) else {
            return Vec::new();
        };
        set_bits(&self.having[number as usize])
    }

    /// The number of an interface type (a normal one).
    pub(super) fn interface(&mut self, program: &Program<'_>, ty: TypeId) -> InterfaceNumber {
        if let Some(&known) = self.interface_numbers.get(&ty) {
            return known;
        }
        let set = type_set(program.resolver(), ty);
        let methods = set.methods.iter().map(|method| {
            let name = MethodName { name: method.name, package: method.package };
            self.method((name, program.normal(method.signature)))
        });
        let methods = methods.collect();
        let number = self.interfaces.len() as InterfaceNumber;
        self.interfaces.push(Interface { methods, mask: Vec::new(), seen: 0 });
        self.interface_numbers.insert(ty, number);
        number
    }

    /// Whether every type implements an interface.
    pub(super) fn is_empty_interface(&self, interface: InterfaceNumber) -> bool {
        self.interfaces[interface as usize].methods.is_empty()
    }

    /// Whether a type implements an interface.
    pub(super) fn implements(&self, ty: TypeNumber, interface: InterfaceNumber) -> bool {
        let word = ty as usize / 64;
        let has = |method: &u32| {
            self.having[*method as usize].get(word).is_some_and(|bits| bits >> (ty % 64) & 1 == 1)
        };
        self.interfaces[interface as usize].methods.iter().all(has)
    }

    /// Bits of the types known so far that implement an interface.
    pub(super) fn mask(&mut self, interface: InterfaceNumber) -> &[u64] {
        let count = self.types.len() as u32;
        let interface = &mut self.interfaces[interface as usize];
        if interface.seen < count {
            let words = (count as usize).div_ceil(64);
            let first = interface.seen as usize / 64;
            interface.mask.resize(words, 0);
            for word in first..words {
                let all = interface.methods.iter().fold(u64::MAX, |bits, &method| {
                    bits & self.having[method as usize].get(word).copied().unwrap_or(0)
                });
                interface.mask[word] = all;
            }
            // Types that are still to come have no bits where there are methods to have.
            if !count.is_multiple_of(64) {
                interface.mask[words - 1] &= (1 << (count % 64)) - 1;
            }
            interface.seen = count;
        }
        &interface.mask
    }

    /// The types known so far that implement an interface.
    pub(super) fn implementing(&mut self, interface: InterfaceNumber) -> Vec<TypeNumber> {
        set_bits(self.mask(interface))
    }
}

fn set_bits(words: &[u64]) -> Vec<TypeNumber> {
    let mut found = Vec::new();
    for (word, &bits) in words.iter().enumerate() {
        let mut bits = bits;
        while bits != 0 {
            found.push(word as u32 * 64 + bits.trailing_zeros());
            bits &= bits - 1;
        }
    }
    found
}

/// Whether a type can have methods at all: named types, pointers to them, structs that embed.
fn may_have_methods(ty: TypeId) -> bool {
    match ty.unalias().kind() {
        TypeKind::Named { .. } => true,
        TypeKind::Pointer(elem) => {
            matches!(elem.unalias().kind(), TypeKind::Named { .. } | TypeKind::Struct(_))
        }
        TypeKind::Struct(fields) => fields.iter().any(|field| field.embedded),
        _ => false,
    }
}
