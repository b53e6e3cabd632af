//! Declarations of C: typedefs, structs, unions, enums, functions, variables.
//!
//! A light parser: what it does not understand it skips, and names declared in such a way are
//! not known. Function bodies are skipped.

use super::scan::{Scanned, Token};
use gossa_base::{FxHashMap, FxHashSet, Name};
use std::rc::Rc;

/// A type of C.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum CType {
    Void,
    Bool,
    /// An integer type by its name in Go: `char`, `schar`, `uint`, ...
    Integer(&'static str),
    Float,
    Double,
    LongDouble,
    ComplexFloat,
    ComplexDouble,
    Pointer(Rc<CType>),
    /// Length; `None` where it is not known or left out.
    Array(Rc<CType>, Option<u64>),
    Function(Rc<CFunction>),
    Struct(Name),
    Union(Name),
    Enum(Name),
    Typedef(Name),
    /// Not understood.
    Unknown,
}

/// A function type of C.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CFunction {
    pub params: Vec<CType>,
    pub variadic: bool,
    pub result: CType,
}

/// A member of a struct or union.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CField {
    /// `None` for an anonymous one.
    pub name: Option<Name>,
    pub ty: CType,
    /// Width of a bit field.
    pub bits: Option<u32>,
}

/// Members of a struct or union.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CRecord {
    pub fields: Vec<CField>,
    /// Whether the layout is not the usual one.
    pub packed: bool,
}

/// What a text declares. A name that is declared in different ways is in `unknown`.
#[derive(Default)]
pub(super) struct Declarations {
    pub typedefs: FxHashMap<Name, CType>,
    pub structs: FxHashMap<Name, CRecord>,
    pub unions: FxHashMap<Name, CRecord>,
    /// Whether an enumerator is negative.
    pub enums: FxHashMap<Name, bool>,
    pub functions: FxHashMap<Name, CFunction>,
    pub variables: FxHashMap<Name, CType>,
    pub enumerators: FxHashMap<Name, i64>,
    pub unknown: FxHashSet<Name>,
    pub anonymous: u32,
    pub anonymous_enums: u32,
}

/// Deepest nesting of declarators and records.
pub(super) const MAX_DEPTH: u32 = 80;

impl Declarations {
    /// Adds the declarations of scanned texts.
    pub(super) fn add(&mut self, scanned: &Scanned<'_>) {
        let mut parser =
            Parser { tokens: &scanned.tokens, at: 0, scanned, declared: self, depth: 0 };
        while parser.at < parser.tokens.len() {
            let start = parser.at;
            parser.external_declaration();
            if parser.at == start {
                parser.at += 1;
            }
        }
    }

    pub(super) fn insert<T: PartialEq>(
        map: &mut FxHashMap<Name, T>,
        unknown: &mut FxHashSet<Name>,
        name: Name,
        value: T,
    ) {
        match map.get(&name) {
            Some(before) if *before != value => {
                unknown.insert(name);
            }
            Some(_) => {}
            None => {
                map.insert(name, value);
            }
        }
    }
}

pub(super) struct Parser<'t> {
    pub tokens: &'t [Token],
    pub at: usize,
    pub scanned: &'t Scanned<'t>,
    pub declared: &'t mut Declarations,
    pub depth: u32,
}

#[derive(Default)]
pub(super) struct Specifiers {
    typedef: bool,
    pub ty: Option<CType>,
}

pub(super) struct Declarator {
    pub name: Option<Name>,
    pub ty: CType,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn peek_is(&self, punct: &str) -> bool {
        self.peek().is_some_and(|token| token.is(punct))
    }

    pub(super) fn accept(&mut self, punct: &str) -> bool {
        let found = self.peek_is(punct);
        self.at += usize::from(found);
        found
    }

    /// Skips to behind the bracket that closes the one at hand.
    pub(super) fn skip_balanced(&mut self) {
        let mut depth = 0_u32;
        while let Some(token) = self.peek() {
            let Token::Punct(punct) = token else {
                self.at += 1;
                continue;
            };
            match *punct {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips to behind the end of a declaration that is not understood.
    fn recover(&mut self) {
        while let Some(token) = self.peek() {
            let Token::Punct(punct) = token else {
                self.at += 1;
                continue;
            };
            match *punct {
                ";" => {
                    self.at += 1;
                    return;
                }
                "{" => {
                    self.skip_balanced();
                    // A function's body ends it; a record's or initializer's does not.
                    let goes_on = self.peek_is(";")
                        || self.peek_is(",")
                        || self.peek_is("=")
                        || self.peek_is("*");
                    if !goes_on {
                        return;
                    }
                }
                "(" | "[" => self.skip_balanced(),
                "}" => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn external_declaration(&mut self) {
        if self.accept(";") || self.accept("}") {
            return;
        }
        // extern "C" {: its closing brace is skipped on the way.
        if self.peek().and_then(Token::ident) == Some("extern")
            && matches!(self.tokens.get(self.at + 1), Some(Token::String(_)))
        {
            self.at += 2;
            self.accept("{");
            return;
        }
        self.depth = 0;
        let specifiers = self.specifiers();
        let Some(base) = specifiers.ty else {
            self.recover();
            return;
        };
        if self.accept(";") {
            return;
        }
        loop {
            let Some(mut declarator) = self.declarator(base.clone()) else {
                self.recover();
                return;
            };
            self.skip_attributes();
            if self.accept("=") {
                let length = self.initializer();
                if let CType::Array(elem, None) = declarator.ty {
                    declarator.ty = CType::Array(elem, length);
                    if let (Some(name), None) = (declarator.name, length) {
                        self.declared.unknown.insert(name);
                    }
                }
            }
            let is_function = matches!(declarator.ty, CType::Function(_));
            self.declare(specifiers.typedef, &declarator);
            if is_function && self.peek_is("{") {
                self.skip_balanced();
                return;
            }
            if self.accept(";") {
                return;
            }
            if !self.accept(",") {
                // Not what it seemed to be.
                if let Some(name) = declarator.name {
                    self.declared.unknown.insert(name);
                }
                self.recover();
                return;
            }
        }
    }

    /// Skips an initializer; says how long an array it makes, if that is easily seen.
    fn initializer(&mut self) -> Option<u64> {
        let start = self.at;
        while let Some(token) = self.peek() {
            if token.is(",") || token.is(";") {
                break;
            }
            if token.is("(") || token.is("[") || token.is("{") {
                self.skip_balanced();
            } else {
                self.at += 1;
            }
        }
        match &self.tokens[start..self.at] {
            [first, inner @ .., last] if first.is("{") && last.is("}") => element_count(inner),
            parts => {
                // Adjacent strings are one; a zero byte ends it.
                let mut length = 1;
                for part in parts {
                    let Token::String(bytes) = part else { return None };
                    length += bytes.len() as u64;
                }
                (!parts.is_empty()).then_some(length)
            }
        }
    }

    fn declare(&mut self, typedef: bool, declarator: &Declarator) {
        let Some(name) = declarator.name else { return };
        let declared = &mut *self.declared;
        let unknown = &mut declared.unknown;
        match &declarator.ty {
            ty if typedef => {
                Declarations::insert(&mut declared.typedefs, unknown, name, ty.clone());
            }
            CType::Function(function) => {
                let function = (**function).clone();
                match declared.functions.get(&name) {
                    // `f()` without parameters says nothing about them.
                    Some(before) if before.params.is_empty() => {
                        declared.functions.insert(name, function);
                    }
                    Some(_) if function.params.is_empty() => {}
                    _ => Declarations::insert(&mut declared.functions, unknown, name, function),
                }
            }
            ty => {
                let known = declared.variables.get(&name);
                let completes = matches!(known, Some(CType::Array(_, None)));
                if completes {
                    declared.variables.insert(name, ty.clone());
                } else if !matches!((known, ty), (Some(_), CType::Array(_, None))) {
                    Declarations::insert(&mut declared.variables, unknown, name, ty.clone());
                }
            }
        }
    }

    /// Skips `__attribute__((...))`, `__declspec(...)`, `__asm__(...)`, `_Alignas(...)`.
    pub(super) fn skip_attributes(&mut self) -> bool {
        let mut packed = false;
        while let Some(word) = self.peek().and_then(Token::ident) {
            match word {
                "__attribute__" | "__attribute" | "__declspec" | "__asm__" | "__asm" | "asm"
                | "_Alignas" | "alignas" => {
                    self.at += 1;
                    let start = self.at;
                    if self.peek_is("(") {
                        self.skip_balanced();
                    }
                    packed |= self.tokens[start..self.at]
                        .iter()
                        .filter_map(Token::ident)
                        .any(|word| word.contains("packed") || word.contains("aligned"));
                }
                _ => break,
            }
        }
        packed
    }

    pub(super) fn specifiers(&mut self) -> Specifiers {
        let mut found = Specifiers::default();
        let mut words: Vec<&'static str> = Vec::new();
        loop {
            self.skip_attributes();
            let Some(word) = self.peek().and_then(Token::ident) else { break };
            let basic = [
                "void", "char", "short", "int", "long", "float", "double", "signed", "unsigned",
                "_Bool", "_Complex", "__int128",
            ];
            if let Some(&word) = basic.iter().find(|basic| **basic == word) {
                if found.ty.is_some() {
                    break;
                }
                words.push(word);
                self.at += 1;
                continue;
            }
            match word {
                "typedef" => {
                    found.typedef = true;
                    self.at += 1;
                }
                "__signed" | "__signed__" => {
                    words.push("signed");
                    self.at += 1;
                }
                "complex" | "__complex__" => {
                    words.push("_Complex");
                    self.at += 1;
                }
                "extern" | "static" | "inline" | "__inline" | "__inline__" | "__forceinline"
                | "register" | "auto" | "const" | "__const" | "volatile" | "__volatile__"
                | "restrict" | "__restrict" | "__restrict__" | "_Atomic" | "_Noreturn"
                | "_Thread_local" | "__thread" | "__extension__" | "__cdecl" | "__stdcall"
                | "WINAPI" => self.at += 1,
                "struct" | "union" => {
                    let is_union = word == "union";
                    self.at += 1;
                    found.ty = self.record(is_union);
                    if found.ty.is_none() {
                        return found;
                    }
                }
                "enum" => {
                    self.at += 1;
                    found.ty = self.enumeration();
                    if found.ty.is_none() {
                        return found;
                    }
                }
                "typeof" | "__typeof__" | "__typeof" => {
                    self.at += 1;
                    if self.peek_is("(") {
                        self.skip_balanced();
                    }
                    found.ty = Some(CType::Unknown);
                }
                _ if found.ty.is_some() || !words.is_empty() => break,
                _ => {
                    let name = Name::new(word);
                    self.at += 1;
                    // A macro from a header stands in front of the type: `API int f(void)`.
                    if self.declared.typedefs.contains_key(&name) || !self.is_prefix() {
                        found.ty = Some(CType::Typedef(name));
                    } else if self.peek_is("(") {
                        self.skip_balanced();
                    }
                }
            }
        }
        if found.ty.is_none() {
            found.ty = basic_type(&words);
        }
        found
    }

    /// Whether what was just read is more likely a macro than a type: a type follows.
    fn is_prefix(&self) -> bool {
        let qualifiers = self.tokens[self.at..]
            .iter()
            .take_while(|token| matches!(token.ident(), Some("const" | "volatile")))
            .count();
        let next = self.at + qualifiers;
        let Some(word) = self.tokens.get(next).and_then(Token::ident) else { return false };
        let is_keyword = matches!(
            word,
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
                | "static"
                | "extern"
                | "inline"
                | "typedef"
        );
        if is_keyword {
            return true;
        }
        // `API size_t f(`: two more names in a row, or a name and a star with a name.
        match self.tokens.get(next + 1) {
            Some(Token::Ident(second)) => &**second != "__attribute__",
            Some(Token::Punct("*")) => true,
            _ => false,
        }
    }

    /// A declarator, perhaps without a name, around a type.
    pub(super) fn declarator(&mut self, base: CType) -> Option<Declarator> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.depth -= 1;
            return None;
        }
        let found = self.nested_declarator(base);
        self.depth -= 1;
        found
    }

    fn skip_qualifiers(&mut self) {
        loop {
            self.skip_attributes();
            let word = self.peek().and_then(Token::ident);
            let is_qualifier = matches!(
                word,
                Some(
                    "const"
                        | "volatile"
                        | "restrict"
                        | "__restrict"
                        | "__restrict__"
                        | "_Nonnull"
                        | "_Nullable"
                        | "__const"
                        | "__stdcall"
                        | "__cdecl"
                        | "WINAPI"
                        | "CALLBACK"
                        | "_Atomic"
                )
            );
            if !is_qualifier {
                return;
            }
            self.at += 1;
        }
    }

    fn nested_declarator(&mut self, base: CType) -> Option<Declarator> {
        let mut ty = base;
        self.skip_qualifiers();
        while self.accept("*") || self.accept("^") {
            ty = CType::Pointer(Rc::new(ty));
            self.skip_qualifiers();
        }
        // A parenthesis here is a nested declarator, or the parameters of one without a name.
        let inner = if self.peek_is("(") && self.is_nested_declarator() {
            self.at += 1;
            let start = self.at;
            // What is inside is built around what follows: read the outside first.
            let mut depth = 1_u32;
            while let Some(token) = self.peek() {
                depth += u32::from(token.is("("));
                depth -= u32::from(token.is(")"));
                if depth == 0 {
                    break;
                }
                self.at += 1;
            }
            self.accept(")").then_some(start)
        } else {
            None
        };
        let name = match self.peek().and_then(Token::ident) {
            Some(word) if inner.is_none() => {
                let name = Name::new(word);
                self.at += 1;
                Some(name)
            }
            _ => None,
        };
        ty = self.suffixes(ty)?;
        let Some(start) = inner else { return Some(Declarator { name, ty }) };
        let end = self.at;
        self.at = start;
        let declarator = self.declarator(ty)?;
        if !self.accept(")") {
            return None;
        }
        self.at = end;
        Some(declarator)
    }

    fn is_nested_declarator(&self) -> bool {
        match self.tokens.get(self.at + 1) {
            Some(Token::Punct("*" | "(" | "^")) => true,
            Some(Token::Ident(word)) => {
                matches!(&**word, "__stdcall" | "__cdecl" | "WINAPI" | "CALLBACK")
                    || self.tokens.get(self.at + 2).is_some_and(|token| token.is(")"))
                        && self.tokens.get(self.at + 3).is_some_and(|token| token.is("("))
            }
            _ => false,
        }
    }

    fn suffixes(&mut self, ty: CType) -> Option<CType> {
        if self.accept("[") {
            let start = self.at;
            while let Some(token) = self.peek() {
                if token.is("]") {
                    break;
                }
                self.at += 1;
            }
            let skip = self.tokens[start..self.at]
                .iter()
                .take_while(|t| matches!(t.ident(), Some("static" | "const" | "restrict")))
                .count();
            let length = self.constant(start + skip, self.at);
            let length = length.and_then(|length| u64::try_from(length).ok());
            if !self.accept("]") {
                return None;
            }
            // Arrays of arrays: the first length is the outermost.
            let elem = self.suffixes(ty)?;
            return Some(CType::Array(Rc::new(elem), length));
        }
        if self.peek_is("(") {
            let (params, variadic) = self.params()?;
            let result = self.suffixes(ty)?;
            return Some(CType::Function(Rc::new(CFunction { params, variadic, result })));
        }
        Some(ty)
    }

    fn params(&mut self) -> Option<(Vec<CType>, bool)> {
        self.at += 1;
        let mut params = Vec::new();
        let mut variadic = false;
        if self.accept(")") {
            return Some((params, false));
        }
        loop {
            if self.accept("...") {
                variadic = true;
            } else {
                let base = self.specifiers().ty?;
                params.push(self.declarator(base)?.ty);
            }
            self.skip_attributes();
            if self.accept(")") {
                break;
            }
            if !self.accept(",") {
                return None;
            }
        }
        if params == [CType::Void] {
            params.clear();
        }
        Some((params, variadic))
    }
}

/// How many elements a list in braces has; `None` with designators, which may leave some out.
fn element_count(tokens: &[Token]) -> Option<u64> {
    let mut depth = 0_u32;
    let mut count = 0;
    let mut in_element = false;
    for token in tokens {
        let Token::Punct(punct) = token else {
            count += u64::from(!std::mem::replace(&mut in_element, true));
            continue;
        };
        match *punct {
            "[" | "." if depth == 0 && !in_element => return None,
            "," if depth == 0 => {
                in_element = false;
                continue;
            }
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        count += u64::from(!std::mem::replace(&mut in_element, true));
    }
    Some(count)
}

fn basic_type(words: &[&'static str]) -> Option<CType> {
    if words.is_empty() {
        return None;
    }
    let has = |word: &str| words.contains(&word);
    let longs = words.iter().filter(|word| **word == "long").count();
    let unsigned = has("unsigned");
    Some(if has("void") {
        CType::Void
    } else if has("_Bool") {
        CType::Bool
    } else if has("float") {
        if has("_Complex") { CType::ComplexFloat } else { CType::Float }
    } else if has("double") {
        match (has("_Complex"), longs) {
            (true, 0) => CType::ComplexDouble,
            (false, 0) => CType::Double,
            _ => CType::LongDouble,
        }
    } else if has("_Complex") {
        CType::ComplexDouble
    } else if has("__int128") {
        CType::Unknown
    } else if has("char") {
        CType::Integer(match (unsigned, has("signed")) {
            (true, _) => "uchar",
            (false, true) => "schar",
            (false, false) => "char",
        })
    } else if has("short") {
        CType::Integer(if unsigned { "ushort" } else { "short" })
    } else if longs >= 2 {
        CType::Integer(if unsigned { "ulonglong" } else { "longlong" })
    } else if longs == 1 {
        CType::Integer(if unsigned { "ulong" } else { "long" })
    } else {
        CType::Integer(if unsigned { "uint" } else { "int" })
    })
}
