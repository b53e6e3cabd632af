//! Structs, unions and enums of C, and constants in them.

use super::declare::{CField, CRecord, CType, Declarations, Declarator, MAX_DEPTH, Parser};
use super::evaluate;
use gossa_base::{FxHashSet, Name};

impl Parser<'_> {
    pub(super) fn tag(&mut self) -> Option<Name> {
        let name = Name::new(self.peek()?.ident()?);
        self.at += 1;
        Some(name)
    }

    fn anonymous_tag(&mut self) -> Name {
        let tag = Name::new(&format!("__{}", self.declared.anonymous));
        self.declared.anonymous += 1;
        tag
    }

    pub(super) fn record(&mut self, is_union: bool) -> Option<CType> {
        let mut packed = self.skip_attributes();
        let tag = self.tag();
        packed |= self.skip_attributes();
        let make = |tag| if is_union { CType::Union(tag) } else { CType::Struct(tag) };
        if !self.peek_is("{") {
            return tag.map(make);
        }
        let tag = match tag {
            Some(tag) => tag,
            None => self.anonymous_tag(),
        };
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.skip_balanced();
            self.depth -= 1;
            return Some(CType::Unknown);
        }
        self.at += 1;
        let mut fields = Vec::new();
        let mut understood = true;
        while !self.peek_is("}") && self.peek().is_some() {
            let start = self.at;
            if !self.fields(&mut fields) {
                understood = false;
                self.recover_in_record(start);
            }
        }
        self.accept("}");
        self.depth -= 1;
        packed |= self.skip_attributes();
        let record = CRecord { fields, packed };
        let declared = &mut *self.declared;
        let map = if is_union { &mut declared.unions } else { &mut declared.structs };
        if understood {
            let mut clashes = FxHashSet::default();
            Declarations::insert(map, &mut clashes, tag, record);
            if !clashes.is_empty() {
                map.remove(&tag);
            }
        }
        Some(make(tag))
    }

    fn recover_in_record(&mut self, start: usize) {
        while let Some(token) = self.peek() {
            if token.is(";") {
                self.at += 1;
                break;
            }
            if token.is("}") {
                break;
            }
            if token.is("{") || token.is("(") || token.is("[") {
                self.skip_balanced();
            } else {
                self.at += 1;
            }
        }
        self.at = self.at.max(start + usize::from(!self.peek_is("}")));
    }

    /// One declaration of members; says whether it was understood.
    fn fields(&mut self, fields: &mut Vec<CField>) -> bool {
        if self.accept(";") {
            return true;
        }
        let Some(base) = self.specifiers().ty else { return false };
        if self.accept(";") {
            // An anonymous record, or a tag that is declared only.
            if matches!(base, CType::Struct(_) | CType::Union(_)) {
                fields.push(CField { name: None, ty: base, bits: None });
            }
            return true;
        }
        loop {
            let declarator = if self.peek_is(":") {
                Declarator { name: None, ty: base.clone() }
            } else {
                match self.declarator(base.clone()) {
                    Some(declarator) => declarator,
                    None => return false,
                }
            };
            let mut bits = None;
            if self.accept(":") {
                let start = self.at;
                while let Some(token) = self.peek() {
                    if token.is(",") || token.is(";") || token.is("}") {
                        break;
                    }
                    self.at += 1;
                }
                let width = self.constant(start, self.at);
                bits = width.and_then(|width| u32::try_from(width).ok());
                if bits.is_none() {
                    return false;
                }
            }
            self.skip_attributes();
            fields.push(CField { name: declarator.name, ty: declarator.ty, bits });
            if self.accept(";") {
                return true;
            }
            if !self.accept(",") {
                return false;
            }
        }
    }

    pub(super) fn enumeration(&mut self) -> Option<CType> {
        self.skip_attributes();
        let tag = self.tag();
        if self.accept(":") {
            // The underlying type of C23 is not looked at.
            self.specifiers();
        }
        if !self.peek_is("{") {
            return tag.map(CType::Enum);
        }
        let tag = match tag {
            Some(tag) => tag,
            None => {
                self.declared.anonymous_enums += 1;
                Name::new(&format!("__enum{}", self.declared.anonymous_enums))
            }
        };
        self.at += 1;
        let mut next = Some(0_i64);
        let mut negative = false;
        while let Some(token) = self.peek() {
            if token.is("}") {
                self.at += 1;
                break;
            }
            let Some(name) = self.tag() else {
                self.at += 1;
                continue;
            };
            self.skip_attributes();
            if self.accept("=") {
                let start = self.at;
                let mut depth = 0_u32;
                while let Some(token) = self.peek() {
                    if depth == 0 && (token.is(",") || token.is("}")) {
                        break;
                    }
                    depth += u32::from(token.is("("));
                    depth = depth.saturating_sub(u32::from(token.is(")")));
                    self.at += 1;
                }
                next = self.constant(start, self.at);
            }
            match next {
                Some(value) => {
                    negative |= value < 0;
                    let declared = &mut *self.declared;
                    let unknown = &mut declared.unknown;
                    Declarations::insert(&mut declared.enumerators, unknown, name, value);
                }
                None => {
                    self.declared.unknown.insert(name);
                }
            }
            next = next.and_then(|value| value.checked_add(1));
            self.accept(",");
        }
        self.declared.enums.insert(tag, negative);
        Some(CType::Enum(tag))
    }

    pub(super) fn constant(&self, start: usize, end: usize) -> Option<i64> {
        let tokens = self.tokens.get(start..end)?;
        evaluate::integer(tokens, &|name| self.named_constant(name, 0))
    }

    fn named_constant(&self, name: &str, depth: u32) -> Option<i64> {
        if let Some(&value) = self.declared.enumerators.get(&Name::new(name)) {
            return Some(value);
        }
        let found = self.scanned.macros.get(name)?;
        if found.function_like || depth > 16 {
            return None;
        }
        evaluate::integer(&found.body, &|name| self.named_constant(name, depth + 1))
    }
}
