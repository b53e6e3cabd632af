//! Declarations, functions, references to methods, and types (see `print::names`).

use super::lexer::{Token, TokenKind};
use super::parser::{Parsed, Parser};
use super::{ReadErrorKind, parser::shortened};
use crate::ids::{FuncId, FuncKey, MethodRef, MethodTarget};
use crate::words::path_end;
use gossa_base::Name;
use gossa_syntax::ChanDir;
use gossa_types::{
    BasicKind, DeclId, DeclKey, FieldType, InterfaceMethod, InterfaceType, PackageId, Param,
    SignatureType, TypeId, TypeKind, TypeList, TypeParamId, TypeParamKey, UnionTerm,
    universe::universe,
};

/// What a name with dots in it denotes, before it is known what it is for.
enum Qualified {
    Package(PackageId),
    Decl(DeclId),
}

impl Parser<'_> {
    /// A package path, or one with components behind it: a declaration.
    fn qualified(&mut self) -> Parsed<Qualified> {
        let (package, mut decl) = if self.token.kind == TokenKind::String {
            (PackageId::new(&self.string()?), None)
        } else {
            let Some(word) = self.peek_word() else {
                return self.expected("a declaration");
            };
            match path_end(word) {
                Some(end) => {
                    let package = PackageId::new(&word[..end]);
                    let mut decl = None;
                    for name in word[end + 1..].split('.') {
                        if name.contains(crate::words::joins_word) {
                            return self.expected("a name");
                        }
                        decl = Some(child(package, decl, name));
                    }
                    self.advance();
                    (package, decl)
                }
                None if matches!(word, "error" | "comparable") && self.peek_dollar().is_none() => {
                    self.advance();
                    let universe = PackageId::universe();
                    (universe, Some(child(universe, None, word)))
                }
                None => {
                    self.advance();
                    (PackageId::new(word), None)
                }
            }
        };
        loop {
            if self.at(b'#') {
                let Some(last) = decl else {
                    return self.expected("a declaration");
                };
                self.advance();
                let ordinal = self.integer()?;
                decl = Some(DeclId::new(DeclKey { ordinal, ..*last.key() }));
            } else if self.at(b'.') && self.peek().kind != TokenKind::Punct(b'(') {
                self.advance();
                if self.token.kind == TokenKind::String {
                    let name = self.string()?;
                    decl = Some(child(package, decl, &name));
                } else {
                    let Some(word) = self.peek_word() else {
                        return self.expected("a name");
                    };
                    for name in word.split('.') {
                        if name.contains(crate::words::joins_word) {
                            return self.expected("a name");
                        }
                        decl = Some(child(package, decl, name));
                    }
                    self.advance();
                }
            } else {
                break;
            }
        }
        Ok(decl.map_or(Qualified::Package(package), Qualified::Decl))
    }

    fn peek_dollar(&self) -> Option<Token> {
        let next = self.peek();
        (next.kind == TokenKind::Punct(b'$')).then_some(next)
    }

    pub(super) fn decl(&mut self) -> Parsed<DeclId> {
        let start = self.token.start;
        match self.qualified()? {
            Qualified::Decl(decl) => Ok(decl),
            Qualified::Package(_) => self.no_decl(start),
        }
    }

    fn no_decl<T>(&self, start: usize) -> Parsed<T> {
        let found = shortened(self.text.get(start..self.token.start).unwrap_or("").trim_end());
        self.fail_at(
            start,
            ReadErrorKind::Expected { expected: "a declaration", found: format!("`{found}`") },
        )
    }

    pub(super) fn func(&mut self) -> Parsed<FuncId> {
        let start = self.token.start;
        let mut func = match self.qualified()? {
            Qualified::Package(package) => {
                if !self.eat(b'$') || !self.eat_word("init") {
                    return self.no_decl(start);
                }
                FuncId::new(FuncKey::PackageInit(package))
            }
            Qualified::Decl(decl) => {
                if self.at(b'$') && self.text_of(self.peek()) == "var" {
                    self.advance();
                    self.advance();
                    FuncId::new(FuncKey::VarInit(decl))
                } else {
                    let args = self.type_args()?;
                    FuncId::new(FuncKey::Decl { decl, args })
                }
            }
        };
        while self.eat(b'$') {
            let index = self.integer()?;
            func = FuncId::new(FuncKey::Closure { root: func, index });
        }
        Ok(func)
    }

    pub(super) fn method(&mut self) -> Parsed<MethodRef> {
        self.expect(b'(', "`(`")?;
        let target = if self.eat_word("func") {
            MethodTarget::Declared(self.func()?)
        } else {
            MethodTarget::Interface(self.name()?)
        };
        let mut path = Vec::new();
        if self.eat_word("via") {
            loop {
                path.push(self.integer()?);
                if !self.eat(b',') {
                    break;
                }
            }
        }
        if !self.eat_word("of") {
            return self.expected("`of` and the receiver's type");
        }
        let receiver = self.ty()?;
        self.expect(b')', "`)`")?;
        Ok(MethodRef { receiver, path: path.into(), target })
    }

    fn type_args(&mut self) -> Parsed<TypeList> {
        // An empty pair of brackets would be a slice type's.
        if !self.eat(b'[') {
            return Ok(TypeList::EMPTY);
        }
        let mut types = Vec::new();
        self.list_until(b']', "`,` or `]`", |parser| {
            types.push(parser.ty()?);
            Ok(())
        })?;
        Ok(TypeList::new(&types))
    }

    fn type_param(&mut self) -> Parsed<TypeParamId> {
        if !self.eat_word("typeparam") {
            return self.expected("a type parameter");
        }
        self.expect(b'(', "`(`")?;
        let owner = self.decl()?;
        self.expect(b',', "`,`")?;
        let index = self.integer()?;
        self.expect(b',', "`,`")?;
        let name = self.name()?;
        self.expect(b')', "`)`")?;
        Ok(TypeParamId::new(TypeParamKey { owner, index, name }))
    }

    pub(super) fn ty(&mut self) -> Parsed<TypeId> {
        if let Some(basic) = self.peek_word().and_then(basic) {
            self.advance();
            return Ok(basic);
        }
        self.nested(Self::type_structure)
    }

    fn type_structure(&mut self) -> Parsed<TypeId> {
        match self.token.kind {
            TokenKind::Punct(b'*') => {
                self.advance();
                Ok(TypeId::pointer(self.ty()?))
            }
            TokenKind::Punct(b'[') => {
                self.advance();
                if self.eat(b']') {
                    return Ok(TypeId::slice(self.ty()?));
                }
                let len = self.integer()?;
                self.expect(b']', "`]`")?;
                let elem = self.ty()?;
                Ok(TypeId::new(TypeKind::Array { elem, len }))
            }
            TokenKind::Punct(b'(') => {
                self.advance();
                let ty = self.ty()?;
                self.expect(b')', "`)`")?;
                Ok(ty)
            }
            TokenKind::LeftArrow => {
                self.advance();
                if !self.eat_word("chan") {
                    return self.expected("`chan`");
                }
                self.chan(ChanDir::Receive)
            }
            TokenKind::Word | TokenKind::String => self.named_type(),
            _ => self.expected("a type"),
        }
    }

    fn chan(&mut self, dir: ChanDir) -> Parsed<TypeId> {
        let elem = self.ty()?;
        Ok(TypeId::new(TypeKind::Chan { dir, elem }))
    }

    /// A type that starts with a word.
    fn named_type(&mut self) -> Parsed<TypeId> {
        match self.peek_word() {
            Some("any") => {
                self.advance();
                Ok(universe().any_type)
            }
            Some("map") => {
                self.advance();
                self.expect(b'[', "`[`")?;
                let key = self.ty()?;
                self.expect(b']', "`]`")?;
                let value = self.ty()?;
                Ok(TypeId::new(TypeKind::Map { key, value }))
            }
            Some("chan") => {
                self.advance();
                if self.token.kind == TokenKind::LeftArrow {
                    self.advance();
                    return self.chan(ChanDir::Send);
                }
                self.chan(ChanDir::Both)
            }
            Some("func") => {
                self.advance();
                self.signature()
            }
            Some("struct") => {
                self.advance();
                self.structure()
            }
            Some("interface") => {
                self.advance();
                self.interface(false)
            }
            Some("implicit") => {
                self.advance();
                self.interface(true)
            }
            Some("union") => {
                self.advance();
                self.union()
            }
            Some("tuple") => {
                self.advance();
                self.expect(b'(', "`(`")?;
                let mut types = Vec::new();
                self.list_until(b')', "`,` or `)`", |parser| {
                    types.push(parser.ty()?);
                    Ok(())
                })?;
                Ok(TypeId::tuple(&types))
            }
            Some("alias") => {
                self.advance();
                self.expect(b'(', "`(`")?;
                let decl = self.decl()?;
                let args = self.type_args()?;
                self.expect(b'=', "`=`")?;
                let actual = self.ty()?;
                self.expect(b')', "`)`")?;
                Ok(TypeId::new(TypeKind::Alias { decl, args, actual }))
            }
            Some("typeparam") => Ok(TypeId::type_param(self.type_param()?)),
            _ => {
                let decl = self.decl()?;
                let args = self.type_args()?;
                Ok(TypeId::named(decl, args))
            }
        }
    }

    /// Whether a type starts here.
    fn at_type(&self) -> bool {
        matches!(
            self.token.kind,
            TokenKind::Punct(b'*' | b'[' | b'(')
                | TokenKind::LeftArrow
                | TokenKind::Word
                | TokenKind::String
        )
    }

    fn signature(&mut self) -> Parsed<TypeId> {
        let mut type_params = Vec::new();
        if self.eat(b'[') {
            self.list_until(b']', "`,` or `]`", |parser| {
                type_params.push(parser.type_param()?);
                Ok(())
            })?;
        }
        self.expect(b'(', "`(`")?;
        let mut params = Vec::new();
        let mut variadic = false;
        if self.token.kind == TokenKind::Ellipsis && self.peek().kind == TokenKind::Punct(b')') {
            variadic = true;
            self.advance();
        }
        self.list_until(b')', "`,` or `)`", |parser| {
            if variadic {
                return parser.expected("`)`");
            }
            let name = parser.param_name()?;
            if parser.token.kind == TokenKind::Ellipsis {
                variadic = true;
                parser.advance();
            }
            let ty = parser.ty()?;
            params.push(Param { name, ty });
            Ok(())
        })?;
        let mut results = Vec::new();
        if self.at(b'(') {
            self.advance();
            self.list_until(b')', "`,` or `)`", |parser| {
                let name = parser.param_name()?;
                let ty = parser.ty()?;
                results.push(Param { name, ty });
                Ok(())
            })?;
        } else if self.at_type() {
            let ty = self.ty()?;
            results.push(Param { name: None, ty });
        }
        Ok(TypeId::new(TypeKind::Signature(SignatureType {
            type_params: type_params.into(),
            params: params.into(),
            results: results.into(),
            variadic,
        })))
    }

    /// `name:` before a type.
    fn param_name(&mut self) -> Parsed<Option<Name>> {
        let named = matches!(self.token.kind, TokenKind::Word | TokenKind::String)
            && self.peek().kind == TokenKind::Punct(b':');
        if !named {
            return Ok(None);
        }
        let name = self.name()?;
        self.advance();
        Ok(Some(name))
    }

    /// The name of a field or method, with its package where that matters, and a colon.
    fn member(&mut self) -> Parsed<(Option<PackageId>, Name)> {
        let member = if self.token.kind == TokenKind::String {
            let first = self.string()?;
            if self.eat(b'.') {
                (Some(PackageId::new(&first)), self.name()?)
            } else {
                (None, Name::new(&first))
            }
        } else {
            let Some(word) = self.peek_word() else {
                return self.expected("a name");
            };
            match path_end(word) {
                Some(end) if !word[end + 1..].contains(crate::words::joins_word) => {
                    self.advance();
                    (Some(PackageId::new(&word[..end])), Name::new(&word[end + 1..]))
                }
                Some(_) => return self.expected("a name"),
                None if self.peek().kind == TokenKind::Punct(b'.') => {
                    self.advance();
                    self.advance();
                    (Some(PackageId::new(word)), self.name()?)
                }
                None => (None, self.name()?),
            }
        };
        self.expect(b':', "`:`")?;
        Ok(member)
    }

    fn structure(&mut self) -> Parsed<TypeId> {
        self.expect(b'{', "`{`")?;
        let mut fields = Vec::new();
        self.list_until(b'}', "`,` or `}`", |parser| {
            let embedded = parser.eat_word("embed");
            let (package, name) = parser.member()?;
            let ty = parser.ty()?;
            let tag = if parser.eat(b'@') { Some(Name::new(&parser.string()?)) } else { None };
            fields.push(FieldType { name, package, ty, embedded, tag });
            Ok(())
        })?;
        Ok(TypeId::new(TypeKind::Struct(fields.into())))
    }

    fn interface(&mut self, implicit: bool) -> Parsed<TypeId> {
        self.expect(b'{', "`{`")?;
        let mut methods = Vec::new();
        let mut embeds = Vec::new();
        self.list_until(b'}', "`,` or `}`", |parser| {
            if parser.eat_word("embed") {
                embeds.push(parser.ty()?);
                return Ok(());
            }
            if !embeds.is_empty() {
                return parser.expected("`embed`: methods come first");
            }
            let (package, name) = parser.member()?;
            let signature = parser.ty()?;
            methods.push(InterfaceMethod { name, package, signature });
            Ok(())
        })?;
        Ok(TypeId::new(TypeKind::Interface(InterfaceType {
            methods: methods.into(),
            embeds: embeds.into(),
            implicit,
        })))
    }

    fn union(&mut self) -> Parsed<TypeId> {
        self.expect(b'{', "`{`")?;
        let mut terms = Vec::new();
        if !self.eat(b'}') {
            loop {
                let tilde = self.eat(b'~');
                let ty = self.ty()?;
                terms.push(UnionTerm { tilde, ty });
                if self.eat(b'}') {
                    break;
                }
                self.expect(b'|', "`|` or `}`")?;
            }
        }
        Ok(TypeId::new(TypeKind::Union(terms.into())))
    }
}

fn child(package: PackageId, parent: Option<DeclId>, name: &str) -> DeclId {
    DeclId::new(DeclKey { package, parent, name: Name::new(name), ordinal: 0 })
}

/// The basic type with this word (see [`basic_word`](crate::print::basic_word)).
pub(crate) fn basic(word: &str) -> Option<TypeId> {
    let kind = match word {
        "bool" => BasicKind::Bool,
        "int" => BasicKind::Int,
        "int8" => BasicKind::Int8,
        "int16" => BasicKind::Int16,
        "int32" => BasicKind::Int32,
        "int64" => BasicKind::Int64,
        "uint" => BasicKind::Uint,
        "uint8" => BasicKind::Uint8,
        "uint16" => BasicKind::Uint16,
        "uint32" => BasicKind::Uint32,
        "uint64" => BasicKind::Uint64,
        "uintptr" => BasicKind::Uintptr,
        "float32" => BasicKind::Float32,
        "float64" => BasicKind::Float64,
        "complex64" => BasicKind::Complex64,
        "complex128" => BasicKind::Complex128,
        "string" => BasicKind::String,
        "unsafe.Pointer" => BasicKind::UnsafePointer,
        "byte" => BasicKind::Byte,
        "rune" => BasicKind::Rune,
        "invalid" => BasicKind::Invalid,
        "untyped-bool" => BasicKind::UntypedBool,
        "untyped-int" => BasicKind::UntypedInt,
        "untyped-rune" => BasicKind::UntypedRune,
        "untyped-float" => BasicKind::UntypedFloat,
        "untyped-complex" => BasicKind::UntypedComplex,
        "untyped-string" => BasicKind::UntypedString,
        "untyped-nil" => BasicKind::UntypedNil,
        _ => return None,
    };
    Some(TypeId::basic(kind))
}

#[cfg(test)]
mod tests {
    use super::basic;
    use crate::print::basic_word;
    use gossa_types::{BasicKind, TypeId};

    #[test]
    fn all_basic_types_have_a_word() {
        for kind in BasicKind::ALL {
            assert_eq!(basic(basic_word(kind)), Some(TypeId::basic(kind)));
        }
    }
}
