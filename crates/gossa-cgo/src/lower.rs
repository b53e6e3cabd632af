//! Syntax trees to declarations.

use crate::model::CModel;
use crate::parse::{Parsed, children, node_text};
use crate::preprocess::Origin;
use crate::split::PADDING;
use crate::types::{Field, Float, Function, Int, Length, Record, Type, Value, basic};
use crate::unit::{Declared, Enum, Unit, Variable};
use std::rc::Rc;
use tree_sitter::Node;

/// Deepest nesting of declarators, records and expressions.
pub(crate) const MAX_DEPTH: u32 = 120;

/// Lowers one parsed text into a unit.
pub(crate) struct Lower<'u, 'p> {
    pub unit: &'u mut Unit,
    pub model: CModel,
    origin: Origin,
    pack: Option<u64>,
    pub parsed: &'p Parsed,
    pub depth: u32,
    anonymous: u32,
}

/// What `__attribute__` says.
#[derive(Clone, Copy, Default)]
struct Attributes {
    packed: bool,
    align: Option<u64>,
    mode: Option<Int>,
}

impl<'u, 'p> Lower<'u, 'p> {
    pub(crate) fn new(
        unit: &'u mut Unit,
        model: CModel,
        origin: Origin,
        pack: Option<u64>,
        parsed: &'p Parsed,
    ) -> Self {
        Self { unit, model, origin, pack, parsed, depth: 0, anonymous: 0 }
    }

    pub(crate) fn run(&mut self) {
        for node in children(self.parsed.root()) {
            self.external(node);
        }
    }

    fn text(&self, node: Node<'_>) -> &'p str {
        node_text(&self.parsed.text, node)
    }

    fn name(&self, node: Node<'_>) -> Rc<str> {
        self.text(node).into()
    }

    fn external(&mut self, node: Node<'p>) {
        match node.kind() {
            "declaration" | "type_definition" | "function_definition" => self.declaration(node),
            "struct_specifier" | "union_specifier" | "enum_specifier" => {
                self.type_specifier(node, Attributes::default());
            }
            "linkage_specification" | "declaration_list" => {
                for child in children(node) {
                    self.external(child);
                }
            }
            _ => {}
        }
    }

    fn declaration(&mut self, node: Node<'p>) {
        let Some(base) = self.base_type(node) else { return };
        let attributes = self.attributes(node);
        let is_typedef = node.kind() == "type_definition"
            || children(node).iter().any(|child| {
                child.kind() == "storage_class_specifier" && self.text(*child) == "typedef"
            });
        let is_const = children(node)
            .iter()
            .any(|child| child.kind() == "type_qualifier" && self.text(*child) == "const");
        let base = match (attributes.mode, &base) {
            (Some(mode), Type::Int(int)) => {
                Type::Int(if int.is_unsigned() { mode.unsigned() } else { mode })
            }
            _ => base,
        };
        let mut cursor = node.walk();
        let declarators: Vec<Node<'p>> =
            node.children_by_field_name("declarator", &mut cursor).collect();
        for declarator in declarators {
            let (declarator, value) = match declarator.kind() {
                "init_declarator" => match declarator.child_by_field_name("declarator") {
                    Some(inner) => (inner, declarator.child_by_field_name("value")),
                    None => continue,
                },
                _ => (declarator, None),
            };
            let (name, mut ty) = self.declarator(declarator, base.clone());
            let Some(name) = name else { continue };
            if let (Type::Array(elem, Length::Open), Some(value)) = (&ty, value) {
                ty = Type::Array(Rc::clone(elem), self.initializer_length(value));
            }
            let constant = match value {
                Some(value)
                    if is_const
                        && matches!(
                            ty,
                            Type::Int(_)
                                | Type::Float(_)
                                | Type::Bool
                                | Type::Enum(_)
                                | Type::Typedef(_)
                        ) =>
                {
                    Some(self.text(value).into())
                }
                _ => None,
            };
            // Of a struct that is declared here it is part of the struct.
            if let (true, Some(align)) = (is_typedef, attributes.align)
                && !matches!(ty, Type::Record(_))
            {
                self.unit.alignments.insert(Rc::clone(&name), align);
            }
            self.declare(is_typedef, &name, ty, constant);
        }
    }

    fn declare(&mut self, is_typedef: bool, name: &Rc<str>, ty: Type, constant: Option<Rc<str>>) {
        let origin = self.origin;
        let unit = &mut *self.unit;
        match ty {
            ty if is_typedef => {
                Unit::insert(&mut unit.typedefs, &mut unit.unclear, name, ty, origin);
            }
            Type::Function(function) => {
                let before = unit.functions.get(name);
                // `f()` says nothing about parameters.
                if before.is_some_and(|before| before.value.params.is_empty()) {
                    unit.functions.insert(Rc::clone(name), Declared { value: function, origin });
                } else if before.is_none() || !function.params.is_empty() {
                    Unit::insert(&mut unit.functions, &mut unit.unclear, name, function, origin);
                }
            }
            ty => {
                let open = |ty: &Type| matches!(ty, Type::Array(_, Length::Open));
                let variable = Variable { ty, constant };
                match unit.variables.get(name) {
                    Some(before) if open(&before.value.ty) || variable.constant.is_some() => {
                        let declared = Declared { value: variable, origin };
                        unit.variables.insert(Rc::clone(name), declared);
                    }
                    Some(before) if open(&variable.ty) || before.value.ty == variable.ty => {}
                    _ => {
                        Unit::insert(
                            &mut unit.variables,
                            &mut unit.unclear,
                            name,
                            variable,
                            origin,
                        );
                    }
                }
            }
        }
    }

    /// The type that the specifiers of a declaration name.
    pub(crate) fn base_type(&mut self, node: Node<'p>) -> Option<Type> {
        let mut words: Vec<&str> = Vec::new();
        let mut found = None;
        let attributes = self.attributes(node);
        let mut cursor = node.walk();
        let declarator = node.child_by_field_name("declarator").map(|node| node.id());
        for child in node.children(&mut cursor) {
            if Some(child.id()) == declarator {
                break;
            }
            match child.kind() {
                "primitive_type"
                | "sized_type_specifier"
                | "signed"
                | "unsigned"
                | "long"
                | "short" => words.extend(self.text(child).split_whitespace()),
                "struct_specifier" | "union_specifier" | "enum_specifier" => {
                    found = Some(self.type_specifier(child, attributes));
                }
                "type_identifier" => words.push(self.text(child)),
                "macro_type_specifier" => found = Some(Type::Unknown),
                _ => {}
            }
        }
        if found.is_some() {
            return found;
        }
        words.retain(|word| !matches!(*word, "const" | "volatile"));
        self.named(&words)
    }

    fn named(&self, words: &[&str]) -> Option<Type> {
        match words {
            ["__gossa_complexfloat"] => return Some(Type::Complex(Float::Float)),
            ["__gossa_complexdouble"] => return Some(Type::Complex(Float::Double)),
            ["__gossa_complexlongdouble"] => return Some(Type::Complex(Float::LongDouble)),
            ["__gossa_unknown"] => return Some(Type::Unknown),
            _ => {}
        }
        if let Some(ty) = basic(words) {
            return Some(ty);
        }
        match words {
            [name] => Some(Type::Typedef((*name).into())),
            _ => None,
        }
    }

    /// All `__attribute__` and `_Alignas` among the children of a node.
    fn attributes(&mut self, node: Node<'p>) -> Attributes {
        let mut found = Attributes::default();
        for child in children(node) {
            match child.kind() {
                "attribute_specifier" => self.attribute(child, &mut found),
                "type_qualifier" => {
                    let inner = child.named_child(0).filter(|q| q.kind() == "alignas_qualifier");
                    if let Some(argument) = inner.and_then(|qualifier| qualifier.named_child(0)) {
                        let align = if argument.kind() == "type_descriptor" {
                            let ty = self.type_descriptor(argument);
                            self.unit.layout(self.model, &ty).map(|(_, align)| align)
                        } else {
                            self.integer(argument)
                        };
                        found.align = found.align.max(align);
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn attribute(&mut self, node: Node<'p>, found: &mut Attributes) {
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            let kind = node.kind();
            let word = |node| self.text(node).trim_matches('_');
            if kind == "identifier" {
                match word(node) {
                    "packed" => found.packed = true,
                    "aligned" => found.align = found.align.max(Some(16)),
                    _ => {}
                }
            } else if kind == "call_expression" {
                let function = node.child_by_field_name("function").map_or("", word);
                let argument =
                    node.child_by_field_name("arguments").and_then(|list| list.named_child(0));
                match (function, argument) {
                    ("aligned", Some(argument)) => {
                        let align = self.integer(argument);
                        found.align = found.align.max(align);
                    }
                    ("mode", Some(argument)) => {
                        found.mode = match word(argument) {
                            "QI" | "byte" => Some(Int::SChar),
                            "HI" => Some(Int::Short),
                            "SI" => Some(Int::Int),
                            "DI" if self.model.long == 8 => Some(Int::Long),
                            "DI" => Some(Int::LongLong),
                            "word" | "pointer" => Some(Int::Long),
                            _ => None,
                        };
                    }
                    _ => {}
                }
            } else {
                stack.extend(children(node));
            }
        }
    }

    fn type_specifier(&mut self, node: Node<'p>, outer: Attributes) -> Type {
        self.depth += 1;
        let ty = if self.depth > MAX_DEPTH {
            Type::Unknown
        } else if node.kind() == "enum_specifier" {
            self.enumeration(node)
        } else {
            self.record(node, outer)
        };
        self.depth -= 1;
        ty
    }

    fn anonymous_tag(&mut self) -> Rc<str> {
        self.anonymous += 1;
        format!("__{}_{}", self.parsed.serial, self.anonymous).into()
    }

    fn record(&mut self, node: Node<'p>, outer: Attributes) -> Type {
        let is_union = node.kind() == "union_specifier";
        let tag = match node.child_by_field_name("name") {
            Some(name) => self.name(name),
            None => self.anonymous_tag(),
        };
        let key: Rc<str> = format!("{}_{tag}", if is_union { "union" } else { "struct" }).into();
        self.unit.tags.insert(Rc::clone(&key));
        let Some(body) = node.child_by_field_name("body") else { return Type::Record(key) };
        let own = self.attributes(node);
        let packed = own.packed || outer.packed;
        let mut fields = Vec::new();
        for child in children(body) {
            if child.kind() == "field_declaration" {
                self.field(child, &mut fields);
            }
        }
        let record = Record {
            is_union,
            fields,
            pack: if packed { Some(1) } else { self.pack },
            align: own.align.max(outer.align),
        };
        let (origin, unit) = (self.origin, &mut *self.unit);
        Unit::insert(&mut unit.records, &mut unit.unclear, &key, Rc::new(record), origin);
        Type::Record(key)
    }

    fn field(&mut self, node: Node<'p>, fields: &mut Vec<Field>) {
        let Some(base) = self.base_type(node) else {
            fields.push(Field {
                name: None,
                ty: Type::Unknown,
                bits: None,
                align: None,
                packed: false,
            });
            return;
        };
        let attributes = self.attributes(node);
        let mut cursor = node.walk();
        let mut any = false;
        for child in node.children(&mut cursor) {
            let is_declarator = matches!(
                child.kind(),
                "field_identifier"
                    | "pointer_declarator"
                    | "array_declarator"
                    | "function_declarator"
                    | "parenthesized_declarator"
                    | "attributed_declarator"
            );
            if is_declarator {
                any = true;
                let (name, ty) = self.declarator(child, base.clone());
                fields.push(Field {
                    name: name.filter(|name| &**name != PADDING),
                    ty,
                    bits: None,
                    align: attributes.align,
                    packed: attributes.packed,
                });
            } else if child.kind() == "bitfield_clause"
                && let Some(last) = fields.last_mut()
            {
                last.bits = Some(0);
                let bits = child.named_child(0).and_then(|width| self.integer(width));
                if let (Some(last), Some(bits)) = (fields.last_mut(), bits) {
                    last.bits = Some(bits);
                }
            }
        }
        if !any && matches!(base, Type::Record(_)) {
            fields.push(Field {
                name: None,
                ty: base,
                bits: None,
                align: attributes.align,
                packed: attributes.packed,
            });
        }
    }

    fn enumeration(&mut self, node: Node<'p>) -> Type {
        let tag = match node.child_by_field_name("name") {
            Some(name) => self.name(name),
            None => self.anonymous_tag(),
        };
        let Some(body) = node.child_by_field_name("body") else { return Type::Enum(tag) };
        let packed = self.attributes(node).packed;
        let fixed = node.child_by_field_name("underlying_type").and_then(|ty| {
            let words: Vec<&str> = self.text(ty).split_whitespace().collect();
            let ty = self.named(&words)?;
            let (size, _) = self.unit.layout(self.model, &ty)?;
            Some((size, self.unit.is_signed(self.model, &ty)))
        });
        let mut next = Some(0_i128);
        let mut values = Vec::new();
        let (mut least, mut most) = (0_i128, 0_i128);
        for child in children(body) {
            if child.kind() != "enumerator" {
                continue;
            }
            let Some(name) = child.child_by_field_name("name").map(|name| self.name(name)) else {
                continue;
            };
            if let Some(value) = child.child_by_field_name("value") {
                next = match self.value(value) {
                    Some(Value::Int(value)) => Some(value),
                    _ => None,
                };
            }
            let (origin, unit) = (self.origin, &mut *self.unit);
            match next {
                Some(value) => {
                    least = least.min(value);
                    most = most.max(value);
                    values.push((Rc::clone(&name), value));
                    let unclear = &mut unit.unclear;
                    Unit::insert(&mut unit.enumerators, unclear, &name, value, origin);
                }
                None => {
                    unit.unclear.insert(name);
                }
            }
            next = next.and_then(|value| value.checked_add(1));
        }
        let signed = least < 0;
        let fits = |bits: u32| {
            if signed {
                least >= -(1_i128 << (bits - 1)) && most < 1_i128 << (bits - 1)
            } else {
                most < 1_i128 << bits
            }
        };
        let size = match (packed && fits(8), packed && fits(16), fits(32)) {
            (true, _, _) => 1,
            (_, true, _) => 2,
            (_, _, true) => 4,
            _ => 8,
        };
        let found = match fixed {
            Some((size, signed)) => Enum { size: size as u8, signed, values },
            None => Enum { size, signed, values },
        };
        self.unit.enums.insert(Rc::clone(&tag), Declared { value: found, origin: self.origin });
        Type::Enum(tag)
    }

    /// Name and type of a declarator, abstract ones included.
    pub(crate) fn declarator(&mut self, node: Node<'p>, base: Type) -> (Option<Rc<str>>, Type) {
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH {
            (None, Type::Unknown)
        } else {
            self.declarator_of(node, base)
        };
        self.depth -= 1;
        result
    }

    fn declarator_of(&mut self, node: Node<'p>, base: Type) -> (Option<Rc<str>>, Type) {
        let ty = match node.kind() {
            "identifier" | "field_identifier" | "type_identifier" | "primitive_type" => {
                return (Some(self.name(node)), base);
            }
            "pointer_declarator" | "abstract_pointer_declarator" => Type::Pointer(Rc::new(base)),
            "array_declarator" | "abstract_array_declarator" => {
                let length = match node.child_by_field_name("size") {
                    None => Length::Open,
                    Some(size) => self.integer(size).map_or(Length::Unknown, Length::Known),
                };
                Type::Array(Rc::new(base), length)
            }
            "function_declarator" | "abstract_function_declarator" => {
                let (params, variadic) = match node.child_by_field_name("parameters") {
                    Some(list) => self.parameters(list),
                    None => (Vec::new(), false),
                };
                Type::Function(Rc::new(Function { params, variadic, result: base }))
            }
            _ => base,
        };
        let inner = node.child_by_field_name("declarator").or_else(|| {
            children(node).into_iter().find(|child| {
                let kind = child.kind();
                kind.ends_with("declarator") || kind.ends_with("identifier")
            })
        });
        match inner {
            Some(inner) => self.declarator(inner, ty),
            None => (None, ty),
        }
    }

    fn parameters(&mut self, list: Node<'p>) -> (Vec<Type>, bool) {
        let mut params = Vec::new();
        let mut variadic = false;
        for child in children(list) {
            match child.kind() {
                "parameter_declaration" => {
                    let base = self.base_type(child).unwrap_or(Type::Unknown);
                    let ty = match child.child_by_field_name("declarator") {
                        Some(declarator) => self.declarator(declarator, base).1,
                        None => base,
                    };
                    params.push(ty);
                }
                "variadic_parameter" => variadic = true,
                // Names only, as before C was standardized.
                "identifier" => params.push(Type::Unknown),
                _ => {}
            }
        }
        if params.len() == 1 && !variadic && self.unit.resolve(&params[0]) == Some(&Type::Void) {
            params.clear();
        }
        (params, variadic)
    }

    /// A type in a cast or `sizeof`.
    pub(crate) fn type_descriptor(&mut self, node: Node<'p>) -> Type {
        let Some(base) = self.base_type(node) else { return Type::Unknown };
        match node.child_by_field_name("declarator") {
            Some(declarator) => self.declarator(declarator, base).1,
            None => base,
        }
    }

    /// How long an array its initializer makes.
    fn initializer_length(&mut self, value: Node<'p>) -> Length {
        match value.kind() {
            "initializer_list" => {
                let mut next = 0_u64;
                let mut longest = 0;
                for child in children(value) {
                    if child.kind() == "comment" {
                        continue;
                    }
                    if child.kind() == "initializer_pair" {
                        let designator = child.child_by_field_name("designator");
                        let index = designator
                            .filter(|found| found.kind() == "subscript_designator")
                            .and_then(|found| found.named_child(0))
                            .and_then(|index| self.integer(index));
                        match index {
                            Some(index) => next = index,
                            None => return Length::Unknown,
                        }
                    }
                    next = next.saturating_add(1);
                    longest = longest.max(next);
                }
                Length::Known(longest)
            }
            _ => match self.value(value) {
                Some(Value::String(bytes)) => Length::Known(bytes.len() as u64 + 1),
                _ => Length::Unknown,
            },
        }
    }

    /// The value of a constant expression.
    pub(crate) fn value(&mut self, node: Node<'p>) -> Option<Value> {
        self.evaluate(node)?.value
    }

    fn integer(&mut self, node: Node<'p>) -> Option<u64> {
        match self.value(node)? {
            Value::Int(value) => u64::try_from(value).ok(),
            _ => None,
        }
    }
}

/// Whether a tag was made up for a struct, union or enumeration without one.
#[must_use]
pub fn is_anonymous(tag: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    tag.strip_prefix("__")
        .and_then(|rest| rest.split_once('_'))
        .is_some_and(|(serial, index)| digits(serial) && digits(index))
}

/// The type that a text such as `unsigned long *` names; `None` where it is none.
pub(crate) fn type_of_text(unit: &mut Unit, model: CModel, parsed: &Parsed) -> Option<Type> {
    let declaration = parsed.root().named_child(0)?;
    let mut lower = Lower::new(unit, model, Origin::Own, None, parsed);
    let base = lower.base_type(declaration)?;
    let declarator = declaration.child_by_field_name("declarator")?;
    Some(lower.declarator(declarator, base).1)
}
