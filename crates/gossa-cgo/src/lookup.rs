//! What a name that Go code uses as `C.name` is.

use crate::expand::{Expansion, Macro};
use crate::expression::Typed;
use crate::layout::RecordLayout;
use crate::lower::{Lower, type_of_text};
use crate::model::CModel;
use crate::parse::{Grammar, Parsed, initializer};
use crate::preprocess::{Files, Origin, Preprocessed, Sources, preprocess};
use crate::split::{split, text};
use crate::token::{Kind, Token, unquote};
use crate::types::{Float, Function, Int, Record, Type, Value};
use crate::unit::{Enum, Unit};
use gossa_base::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// The C side of a package: what its preambles share.
pub struct Package<'a> {
    model: CModel,
    files: Files<'a>,
    grammar: Grammar,
    library: Rc<Unit>,
}

/// The declarations that the Go code of one file sees.
pub struct Preamble {
    model: CModel,
    unit: Unit,
    unread: Vec<Box<str>>,
    incomplete: bool,
}

/// What a name of C is, seen from Go.
#[derive(Clone, PartialEq, Debug)]
pub enum Entity {
    /// A type.
    Type(Type),
    /// A function.
    Function(Rc<Function>),
    /// A variable.
    Variable(Type),
    /// A constant: an enumerator, or a macro that is one.
    Constant(Value, Type),
    /// A macro that is a character literal, as it is written.
    Character(char),
    /// A macro that is an expression of such a type, evaluated at each use.
    Expression(Type),
    /// Not declared, or not understood.
    Unknown,
    /// Not declared, and all that could declare it was read.
    Undeclared,
}

/// An entity with where it is declared.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// What it is.
    pub entity: Entity,
    /// Where it comes from.
    pub origin: Origin,
}

impl<'a> Package<'a> {
    /// Prepares to read the preambles of a package.
    #[must_use]
    pub fn new(model: CModel, sources: Sources<'a>) -> Self {
        let predefined = model.predefined();
        Self {
            model,
            files: Files::new(sources, &predefined),
            grammar: Grammar::new(AFTER_LIBRARY),
            library: library(model, &predefined),
        }
    }

    /// Reads the preamble of a file.
    pub fn read(&mut self, preamble: &str) -> Preamble {
        let found = preprocess(&mut self.files, preamble);
        let mut unit = Unit { library: Some(Rc::clone(&self.library)), ..Unit::default() };
        let Preprocessed { mut runs, macros, unread, incomplete } = found;
        runs.retain(|(origin, _)| *origin != Origin::Library);
        fill(&mut unit, self.model, runs, &mut self.grammar);
        unit.macros = macros;
        Preamble { model: self.model, unit, unread, incomplete }
    }
}

/// Parses and adds the declarations of preprocessed text.
fn fill(unit: &mut Unit, model: CModel, runs: Vec<(Origin, Vec<Token>)>, grammar: &mut Grammar) {
    for chunk in split(runs) {
        match grammar.declaration(&chunk) {
            Some(parsed) => unit.add(model, &[(chunk.origin, chunk.pack, parsed)]),
            None => {
                // Whatever it declares is not to be taken from elsewhere.
                let words = chunk.tokens.iter().zip(chunk.tokens.iter().skip(1));
                let declared = words.filter(|(word, next)| {
                    word.is_ident() && (next.is("(") || next.is(";") || next.is("["))
                });
                unit.unclear.extend(declared.map(|(word, _)| Rc::clone(&word.text)));
            }
        }
    }
}

/// Texts of packages have higher numbers than those of the library.
const AFTER_LIBRARY: u32 = 1_000_000;

thread_local! {
    /// The table does not change, and takes longer to read than most preambles.
    static LIBRARIES: RefCell<FxHashMap<CModel, Rc<Unit>>> = RefCell::default();
}

/// The declarations of the table on a platform.
fn library(model: CModel, predefined: &str) -> Rc<Unit> {
    let known = LIBRARIES.with_borrow(|libraries| libraries.get(&model).cloned());
    known.unwrap_or_else(|| {
        let library = Rc::new(read_library(model, predefined));
        LIBRARIES.with_borrow_mut(|libraries| libraries.insert(model, Rc::clone(&library)));
        library
    })
}

fn read_library(model: CModel, predefined: &str) -> Unit {
    let mut files = Files::new(Sources::default(), predefined);
    let text: String =
        crate::library::HEADERS.iter().map(|(name, _)| format!("#include <{name}>\n")).collect();
    let found = preprocess(&mut files, &text);
    let mut unit = Unit::default();
    fill(&mut unit, model, found.runs, &mut Grammar::new(0));
    unit.macros = found.macros;
    unit
}

/// Names that cgo gives to types of C that have no name of one word.
const WORDS: [(&str, Type); 16] = [
    ("char", Type::Int(Int::Char)),
    ("schar", Type::Int(Int::SChar)),
    ("uchar", Type::Int(Int::UChar)),
    ("short", Type::Int(Int::Short)),
    ("ushort", Type::Int(Int::UShort)),
    ("int", Type::Int(Int::Int)),
    ("uint", Type::Int(Int::UInt)),
    ("long", Type::Int(Int::Long)),
    ("ulong", Type::Int(Int::ULong)),
    ("longlong", Type::Int(Int::LongLong)),
    ("ulonglong", Type::Int(Int::ULongLong)),
    ("float", Type::Float(Float::Float)),
    ("double", Type::Float(Float::Double)),
    ("complexfloat", Type::Complex(Float::Float)),
    ("complexdouble", Type::Complex(Float::Double)),
    ("void", Type::Void),
];

impl Preamble {
    /// Headers that a preamble includes, but that are neither in reach nor in the table.
    #[must_use]
    pub fn unread_headers(&self) -> &[Box<str>] {
        &self.unread
    }

    /// Whether names may be declared in headers that were not read, or not read in full.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// What a typedef stands for.
    #[must_use]
    pub fn typedef(&self, name: &str) -> Option<&Type> {
        self.unit.typedef(name).map(|found| &found.value)
    }

    /// The replacement of a macro without parameters, with one space wherever there is white space.
    #[must_use]
    pub fn definition(&self, name: &str) -> Option<String> {
        let found = self.unit.macros.get(name).filter(|found| found.is_object_like())?;
        let mut text = String::new();
        for token in &*found.body {
            if token.space && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&token.text);
        }
        Some(text)
    }

    /// A type with typedefs at its top followed.
    #[must_use]
    pub fn resolve<'t>(&'t self, ty: &'t Type) -> Option<&'t Type> {
        self.unit.resolve(ty)
    }

    /// A struct or union by its key; `None` for one that is only mentioned.
    #[must_use]
    pub fn record(&self, key: &str) -> Option<&Record> {
        self.unit.record(key).map(|found| &*found.value)
    }

    /// Whether a struct or union that is not declared is not declared anywhere: only the
    /// package's own texts mention it, and no header was left unread.
    #[must_use]
    pub fn is_surely_incomplete(&self, key: &str) -> bool {
        let of_library =
            self.unit.library.as_ref().is_some_and(|library| library.tags.contains(key));
        self.unit.tags.contains(key)
            && self.unread.is_empty()
            && !of_library
            && !self.unit.unclear.contains(key)
    }

    /// An enumeration by its tag.
    #[must_use]
    pub fn enumeration(&self, tag: &str) -> Option<&Enum> {
        self.unit.enumeration(tag).map(|found| &found.value)
    }

    /// Size and alignment of a type.
    #[must_use]
    pub fn layout(&self, ty: &Type) -> Option<(u64, u64)> {
        self.unit.layout(self.model, ty)
    }

    /// Where a struct or union puts its members.
    #[must_use]
    pub fn record_layout(&self, key: &str) -> Option<Rc<RecordLayout>> {
        self.unit.record_layout(self.model, key)
    }

    /// What `C.name` is.
    pub fn lookup(&mut self, package: &mut Package<'_>, name: &str) -> Found {
        if let Some(of) = name.strip_prefix("sizeof_") {
            let found = self.lookup(package, of);
            let size = match &found.entity {
                Entity::Type(ty) => self.layout(ty),
                Entity::Undeclared => return found,
                _ => None,
            };
            let entity = size.map_or(Entity::Unknown, |(size, _)| {
                Entity::Constant(Value::Int(i128::from(size)), Type::Typedef("size_t".into()))
            });
            return Found { entity, ..found };
        }
        let own = |entity| Found { entity, origin: Origin::Own };
        if let Some((_, ty)) = WORDS.iter().find(|(word, _)| *word == name) {
            return own(Entity::Type(ty.clone()));
        }
        if matches!(name, "bool" | "_Bool") && !self.unit.typedefs.contains_key("bool") {
            return own(Entity::Type(Type::Bool));
        }
        if name.starts_with("struct_") || name.starts_with("union_") {
            return match self.unit.record(name) {
                Some(found) => {
                    Found { entity: Entity::Type(Type::Record(name.into())), origin: found.origin }
                }
                None if !self.incomplete || self.is_surely_incomplete(name) => {
                    own(Entity::Type(Type::Record(name.into())))
                }
                None => own(Entity::Unknown),
            };
        }
        if let Some(tag) = name.strip_prefix("enum_") {
            return match self.unit.enumeration(tag) {
                Some(found) => {
                    Found { entity: Entity::Type(Type::Enum(tag.into())), origin: found.origin }
                }
                None => own(Entity::Unknown),
            };
        }
        if self.unit.unclear.contains(name) {
            return own(Entity::Unknown);
        }
        if let Some(found) = self.unit.find_macro(name).cloned() {
            return self.macro_entity(package, name, &found);
        }
        self.declared(package, name)
    }

    /// What is declared by a name that is no macro.
    fn declared(&mut self, package: &mut Package<'_>, name: &str) -> Found {
        let unit = &self.unit;
        if let Some(found) = unit.enumerator(name) {
            let entity = Entity::Constant(Value::Int(found.value), Type::Int(Int::Int));
            return Found { entity, origin: found.origin };
        }
        // What the preamble itself declares comes before all of the library.
        let mut variable = None;
        for unit in [Some(unit), unit.library.as_deref()].into_iter().flatten() {
            if let Some(found) = unit.functions.get(name) {
                let entity = Entity::Function(Rc::clone(&found.value));
                return Found { entity, origin: found.origin };
            }
            if let Some(found) = unit.variables.get(name) {
                variable = Some(found.clone());
                break;
            }
            if let Some(found) = unit.typedefs.get(name) {
                let entity = Entity::Type(Type::Typedef(name.into()));
                return Found { entity, origin: found.origin };
            }
        }
        if let Some(found) = variable {
            let origin = found.origin;
            return Found { entity: self.variable(package, &found.value), origin };
        }
        let entity = if self.incomplete { Entity::Unknown } else { Entity::Undeclared };
        Found { entity, origin: Origin::Own }
    }

    /// Constants of floating-point types are constants in Go, and so are those of integer types
    /// that cgo does not take for such; others are variables.
    fn variable(&mut self, package: &mut Package<'_>, found: &crate::unit::Variable) -> Entity {
        let is_constant = matches!(
            self.unit.resolve(&found.ty),
            Some(
                Type::Float(_)
                    | Type::Int(Int::Char | Int::SChar | Int::UChar)
                    | Type::Bool
                    | Type::Enum(_)
            )
        );
        if is_constant
            && let Some(text) = &found.constant
            && let Some(Typed { value: Some(value), .. }) = self.evaluate(package, text)
        {
            let value = match value {
                Value::Int(value) => value as f64,
                Value::Float(value) => value,
                Value::String(_) => return Entity::Variable(found.ty.clone()),
            };
            return Entity::Constant(Value::Float(value), found.ty.clone());
        }
        Entity::Variable(found.ty.clone())
    }

    fn macro_entity(&mut self, package: &mut Package<'_>, name: &str, found: &Macro) -> Found {
        let origin = found.origin;
        let result = |entity| Found { entity, origin };
        if !found.is_object_like() {
            // Without arguments it is no macro.
            return self.declared(package, name);
        }
        match &*found.body {
            // `#define f f` says that f is there. Of a variable it makes an expression.
            [only] if &*only.text == name => {
                let target = self.declared(package, name);
                return match target.entity {
                    Entity::Variable(ty) => Found { entity: Entity::Expression(ty), ..target },
                    _ => target,
                };
            }
            [only] if only.kind == Kind::Char => {
                if let Some(character) = go_character(&only.text) {
                    return result(Entity::Character(character));
                }
            }
            _ => {}
        }
        let start = [Token::new(Kind::Ident, name)];
        let mut expansion = Expansion::new(&self.unit.macros);
        let mut tokens = expansion.expand(&start);
        if matches!(&tokens[..], [only] if &*only.text == name)
            && let Some(library) = &self.unit.library
        {
            tokens = Expansion::new(&library.macros).expand(&start);
        }
        if let [only] = &tokens[..]
            && only.is_ident()
        {
            if self.unit.unclear.contains(&only.text) {
                return result(Entity::Unknown);
            }
            // Another name for something.
            let target = self.declared(package, &only.text.clone());
            match target.entity {
                Entity::Unknown | Entity::Undeclared => {}
                Entity::Variable(ty) => return result(Entity::Expression(ty)),
                entity => return result(entity),
            }
        }
        let spelled = text(&tokens);
        if let Some(ty) = self.type_named(package, &tokens, &spelled) {
            return result(Entity::Type(ty));
        }
        let Some(typed) = self.evaluate(package, &spelled) else { return result(Entity::Unknown) };
        let is_int =
            matches!(self.unit.resolve(&typed.ty), Some(Type::Int(_) | Type::Bool | Type::Enum(_)));
        result(match typed.value {
            Some(value @ Value::Int(_)) if typed.strict && is_int => {
                Entity::Constant(value, typed.ty)
            }
            Some(value @ (Value::Float(_) | Value::String(_))) => Entity::Constant(value, typed.ty),
            _ => match typed.ty {
                Type::Function(function) => Entity::Function(function),
                Type::Unknown => Entity::Unknown,
                ty => Entity::Expression(ty),
            },
        })
    }

    /// The type that the replacement of a macro names.
    fn type_named(
        &mut self,
        package: &mut Package<'_>,
        tokens: &[Token],
        spelled: &str,
    ) -> Option<Type> {
        let first = tokens.first()?;
        let begins_type = matches!(
            &*first.text,
            "void"
                | "char"
                | "short"
                | "int"
                | "long"
                | "float"
                | "double"
                | "signed"
                | "unsigned"
                | "_Bool"
                | "struct"
                | "union"
                | "enum"
                | "const"
                | "volatile"
                | "__gossa_complexfloat"
                | "__gossa_complexdouble"
                | "__gossa_complexlongdouble"
        ) || self.unit.typedef(&first.text).is_some();
        let words_only =
            tokens.iter().all(|token| token.is_ident() || token.is("*") || token.is("const"));
        if !first.is_ident() || !begins_type || !words_only {
            return None;
        }
        let parsed = package.grammar.type_name(spelled)?;
        type_of_text(&mut self.unit, self.model, &parsed)
    }

    fn evaluate(&mut self, package: &mut Package<'_>, expression: &str) -> Option<Typed> {
        let parsed: Rc<Parsed> = package.grammar.expression(expression)?;
        let node = initializer(&parsed)?;
        Lower::new(&mut self.unit, self.model, Origin::Own, None, &parsed).evaluate(node)
    }
}

/// A character literal that means the same in Go.
fn go_character(text: &str) -> Option<char> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut chars = inner.chars();
    match (chars.next()?, chars.next()) {
        ('\\', Some(escape)) => {
            let rest: String = chars.collect();
            let plain = rest.is_empty()
                && matches!(escape, 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' | '\'');
            let octal = rest.len() == 2 && escape.is_digit(8);
            let hexadecimal = escape == 'x' && rest.len() == 2;
            if !(plain || octal || hexadecimal) {
                return None;
            }
            unquote(text)?.first().map(|&byte| char::from(byte))
        }
        (only, None) => Some(only),
        _ => None,
    }
}
