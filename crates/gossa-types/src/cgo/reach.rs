//! Which types cgo meets when it translates a name of C, and the first that it has no type of Go
//! for: there it gives up, whether the Go code uses that part of the type or not.

use super::convert::MAX_DEPTH;
use gossa_base::FxHashSet;
use gossa_cgo::{Entity, Float, Preamble, Type};
use std::collections::BTreeSet;
use std::rc::Rc;

/// What was met so far of the types of one preamble.
#[derive(Default)]
pub(super) struct Reach {
    /// Typedefs: cgo treats each as if the Go code had mentioned it.
    pub typedefs: BTreeSet<Rc<str>>,
    translated: FxHashSet<Rc<str>>,
    mentioned: FxHashSet<Rc<str>>,
}

/// A type that waits to be looked at.
struct Step {
    ty: Type,
    /// Whether a Go type is made of it. Of members of unions and of parameters of pointers to
    /// functions none is, but of the typedefs in them.
    translate: bool,
    depth: usize,
}

impl Reach {
    /// Follows the types of an entity; what cgo says of one that it cannot translate.
    pub(super) fn follow(&mut self, c: &Preamble, entity: &Entity) -> Option<String> {
        let mut steps = Vec::new();
        let mut push = |ty: &Type| steps.push(Step { ty: ty.clone(), translate: true, depth: 0 });
        match entity {
            Entity::Type(ty)
            | Entity::Variable(ty)
            | Entity::Expression(ty)
            | Entity::Constant(_, ty) => push(ty),
            Entity::Function(function) => {
                function.params.iter().chain([&function.result]).for_each(push);
            }
            Entity::Character(_) | Entity::Unknown | Entity::Undeclared => {}
        }
        let mut entered = Vec::new();
        let problem = self.walk(c, steps, &mut entered);
        if problem.is_some() {
            // The next name that leads here has the same problem.
            for (name, translate) in entered {
                self.seen(translate).remove(&name);
            }
        }
        problem
    }

    fn seen(&mut self, translate: bool) -> &mut FxHashSet<Rc<str>> {
        if translate { &mut self.translated } else { &mut self.mentioned }
    }

    fn walk(
        &mut self,
        c: &Preamble,
        mut steps: Vec<Step>,
        entered: &mut Vec<(Rc<str>, bool)>,
    ) -> Option<String> {
        while let Some(Step { ty, translate, depth }) = steps.pop() {
            if depth > MAX_DEPTH as usize * 2 {
                continue;
            }
            let mut push = |ty: &Type, translate: bool| {
                steps.push(Step { ty: ty.clone(), translate, depth: depth + 1 });
            };
            match &ty {
                Type::Float(float) | Type::Complex(float) if translate => {
                    if let Some(problem) = too_long(c, &ty, *float) {
                        return Some(problem);
                    }
                }
                Type::Pointer(to) => {
                    push(to, translate && !matches!(c.resolve(to), Some(Type::Function(_))));
                }
                Type::Array(elem, _) => push(elem, translate),
                Type::Function(function) => {
                    function.params.iter().for_each(|param| push(param, false));
                    push(&function.result, false);
                }
                Type::Record(key) => {
                    let Some(record) = c.record(key) else { continue };
                    let translate = translate && !record.is_union;
                    if self.seen(translate).insert(Rc::clone(key)) {
                        entered.push((Rc::clone(key), translate));
                        // What is met at any depth is met from the start.
                        steps.extend(record.fields.iter().map(|field| Step {
                            ty: field.ty.clone(),
                            translate,
                            depth: 0,
                        }));
                    }
                }
                Type::Typedef(name) => {
                    let Some(target) = c.typedef(name) else { continue };
                    self.typedefs.insert(Rc::clone(name));
                    if self.seen(true).insert(Rc::clone(name)) {
                        entered.push((Rc::clone(name), true));
                        push(target, true);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// What cgo says of a floating-point type that Go does not have.
fn too_long(c: &Preamble, ty: &Type, float: Float) -> Option<String> {
    if float != Float::LongDouble {
        return None;
    }
    let (size, _) = c.layout(ty)?;
    match ty {
        Type::Complex(_) if size > 16 => {
            Some(format!("unexpected: {size}-byte complex type - complex long double"))
        }
        Type::Float(_) if size > 8 => {
            Some(format!("unexpected: {size}-byte float type - long double"))
        }
        _ => None,
    }
}
