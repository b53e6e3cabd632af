//! The declarations of one preamble, with all that it includes.

use crate::expand::Macro;
use crate::lower::Lower;
use crate::model::CModel;
use crate::parse::Parsed;
use crate::preprocess::Origin;
use crate::types::{Function, Record, Type};
use gossa_base::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;

/// An enumeration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enum {
    /// Size in bytes.
    pub size: u8,
    /// Whether the type is a signed one: some value is negative.
    pub signed: bool,
    /// Its enumerators, in order; those whose values are not understood are left out.
    pub values: Vec<(Rc<str>, i128)>,
}

/// A declaration with where it comes from.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Declared<T> {
    pub value: T,
    pub origin: Origin,
}

/// A variable; of a constant also the text of what it is initialized with.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Variable {
    pub ty: Type,
    pub constant: Option<Rc<str>>,
}

/// The declarations of a preamble.
#[derive(Default)]
pub(crate) struct Unit {
    pub typedefs: FxHashMap<Rc<str>, Declared<Type>>,
    /// Alignments that typedefs ask for.
    pub alignments: FxHashMap<Rc<str>, u64>,
    pub records: FxHashMap<Rc<str>, Declared<Rc<Record>>>,
    pub enums: FxHashMap<Rc<str>, Declared<Enum>>,
    pub functions: FxHashMap<Rc<str>, Declared<Rc<Function>>>,
    pub variables: FxHashMap<Rc<str>, Declared<Variable>>,
    pub enumerators: FxHashMap<Rc<str>, Declared<i128>>,
    /// Tags that are mentioned.
    pub tags: FxHashSet<Rc<str>>,
    /// Names whose declarations were not understood, or which are declared in different ways.
    pub unclear: FxHashSet<Rc<str>>,
    pub macros: FxHashMap<Rc<str>, Macro>,
    /// Layouts found so far; `None` while one is being found.
    pub layouts: RefCell<FxHashMap<Rc<str>, Option<Rc<crate::layout::RecordLayout>>>>,
    /// What the C library declares; `None` in the table of the library itself.
    pub library: Option<Rc<Unit>>,
}

impl Unit {
    /// Adds parsed declarations.
    pub(crate) fn add(&mut self, model: CModel, parsed: &[(Origin, Option<u64>, Rc<Parsed>)]) {
        for (origin, pack, chunk) in parsed {
            Lower::new(self, model, *origin, *pack, chunk).run();
        }
    }

    fn in_library<T>(&self, find: impl Fn(&Self) -> Option<&T>) -> Option<&T> {
        find(self).or_else(|| find(self.library.as_deref()?))
    }

    pub(crate) fn typedef(&self, name: &str) -> Option<&Declared<Type>> {
        self.in_library(|unit| unit.typedefs.get(name))
    }

    /// The alignment that the typedefs at the top of a type ask for.
    pub(crate) fn typedef_align(&self, ty: &Type) -> Option<u64> {
        let mut ty = ty;
        for _ in 0..100 {
            let Type::Typedef(name) = ty else { return None };
            let asked = self.in_library(|unit| unit.alignments.get(name));
            if let Some(&align) = asked {
                return Some(align);
            }
            ty = &self.typedef(name)?.value;
        }
        None
    }

    pub(crate) fn record(&self, key: &str) -> Option<&Declared<Rc<Record>>> {
        self.in_library(|unit| unit.records.get(key))
    }

    pub(crate) fn enumeration(&self, tag: &str) -> Option<&Declared<Enum>> {
        self.in_library(|unit| unit.enums.get(tag))
    }

    pub(crate) fn function(&self, name: &str) -> Option<&Declared<Rc<Function>>> {
        self.in_library(|unit| unit.functions.get(name))
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&Declared<Variable>> {
        self.in_library(|unit| unit.variables.get(name))
    }

    pub(crate) fn enumerator(&self, name: &str) -> Option<&Declared<i128>> {
        self.in_library(|unit| unit.enumerators.get(name))
    }

    pub(crate) fn find_macro(&self, name: &str) -> Option<&Macro> {
        self.in_library(|unit| unit.macros.get(name))
    }

    /// A type with typedefs at its top followed; `None` where one is not known.
    pub(crate) fn resolve<'t>(&'t self, ty: &'t Type) -> Option<&'t Type> {
        let mut ty = ty;
        for _ in 0..100 {
            let Type::Typedef(name) = ty else { return Some(ty) };
            ty = match self.typedef(name) {
                Some(found) => &found.value,
                None if matches!(&**name, "bool") => &Type::Bool,
                None => return None,
            };
        }
        None
    }

    /// Adds a declaration that may be a repetition.
    pub(crate) fn insert<T: PartialEq>(
        map: &mut FxHashMap<Rc<str>, Declared<T>>,
        unclear: &mut FxHashSet<Rc<str>>,
        name: &Rc<str>,
        value: T,
        origin: Origin,
    ) {
        match map.get(name) {
            Some(before) if before.value != value => {
                unclear.insert(Rc::clone(name));
            }
            Some(_) => {}
            None => {
                map.insert(Rc::clone(name), Declared { value, origin });
            }
        }
    }
}
