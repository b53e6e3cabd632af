//! Slices, maps and tables, and the built-in functions for them.

use crate::blocked::machine::{Machine, Step, tag};
use crate::blocked::operators::constant_value;
use crate::blocked::state::{ChanRef, Content, ObjectId, Site, State, ThreadId};
use crate::blocked::value::{Parts, Place, TermKind, Value, Way};
use gossa_ssa::TableNode;
use gossa_types::{Builtin, TypeId, TypeKind};
use std::rc::Rc;

/// Longer tables are not known.
const LONGEST: u64 = 64;

impl Machine<'_, '_, '_> {
    /// The address of an element; `None`: out of bounds.
    pub(crate) fn element(
        &mut self,
        state: &mut State,
        base: &Value,
        index: &Value,
    ) -> Option<Value> {
        let at = index.as_int();
        let elsewhere = |this: &mut Self| {
            this.terms.of(TermKind::Other(tag::ELEMENT, base.clone(), index.clone()))
        };
        match (base, at) {
            (Value::Zero, _) => None,
            (Value::Slice { place, start, len }, Some(at)) => {
                let at = u32::try_from(at).ok().filter(|at| at < len)?;
                Some(Value::Ref(place.then(start + at)))
            }
            (Value::Slice { place, start, len: 1 }, None) => Some(Value::Ref(place.then(*start))),
            (Value::Ref(place), Some(at)) => Some(Value::Ref(place.then(u32::try_from(at).ok()?))),
            (Value::Unknown(term), Some(at)) => {
                let object = state.behind(*term, &mut self.terms);
                Some(Value::Ref(Place::of(object).then(u32::try_from(at).ok()?)))
            }
            _ => Some(elsewhere(self)),
        }
    }

    /// A part of a slice; `None`: not known.
    pub(crate) fn slice(
        &mut self,
        whole: Value,
        ty: TypeId,
        lo: Option<Value>,
        hi: Option<Value>,
    ) -> Option<Value> {
        let number = |bound: Option<Value>, otherwise: u32| match bound {
            None => Some(otherwise),
            Some(bound) => u32::try_from(bound.as_int()?).ok(),
        };
        let (place, start, len) = match whole {
            Value::Zero => return Some(Value::Zero),
            Value::Slice { place, start, len } => (place, start, len),
            Value::Ref(place) => {
                let array = self.program().pointee(ty)?;
                let TypeKind::Array { len, .. } = *self.program().under(array).kind() else {
                    return None;
                };
                (place, 0, u32::try_from(len).ok()?)
            }
            _ => return None,
        };
        let (lo, hi) = (number(lo, 0)?, number(hi, len)?);
        (lo <= hi).then(|| Value::Slice { place, start: start + lo, len: hi - lo })
    }

    /// What a map has for a key, and whether it has it; `None`: not known.
    pub(crate) fn lookup(
        &mut self,
        state: &State,
        map: &Value,
        key: &Value,
    ) -> Option<(Value, bool)> {
        let Value::Map(map) = map else {
            return (*map == Value::Zero).then_some((Value::Zero, false));
        };
        let Some(Content::Map { entries, is_open }) = state.object(*map).map(|o| &o.content) else {
            return None;
        };
        let mut certain = !is_open;
        for (known, value) in entries {
            match known.equals(key) {
                Some(true) => return Some((value.clone(), true)),
                Some(false) => {}
                None => certain = false,
            }
        }
        certain.then_some((Value::Zero, false))
    }

    /// Sets what a map has for a key, or deletes it.
    pub(crate) fn update(
        &mut self,
        state: &mut State,
        map: &Value,
        key: Value,
        value: Option<Value>,
    ) {
        let Value::Map(id) = map else {
            value.iter().for_each(|value| state.share(value));
            return;
        };
        if state.is_shared(*id) {
            value.iter().for_each(|value| state.share(value));
        }
        let Some(Content::Map { entries, .. }) = state.object_mut(*id).map(|o| &mut o.content)
        else {
            return;
        };
        entries.retain(|(known, _)| *known != key);
        if let Some(value) = value {
            entries.push((key, value));
        }
    }

    /// A literal of constants.
    pub(crate) fn table(
        &mut self,
        state: &mut State,
        id: ThreadId,
        site: Site,
        ty: TypeId,
        node: &TableNode,
    ) -> Value {
        let mut inner =
            |this: &mut Self, ty: TypeId, node: &TableNode| this.table(state, id, site, ty, node);
        match node {
            TableNode::Const(constant) => constant_value(constant),
            TableNode::Interface(dynamic, node) => {
                let ty = self.program().normal(*dynamic);
                Value::Interface(ty, Rc::new(inner(self, ty, node)))
            }
            TableNode::Pointer(node) => {
                let Some(pointee) = self.program().pointee(ty) else {
                    return self.unknown(state, id, site.1, 0);
                };
                let content = Content::Memory(inner(self, pointee, node));
                let made = state.make(Self::frame_key(state, id), site, content);
                Value::Ref(Place::of(made))
            }
            TableNode::Map(entries) => {
                let under = self.program().under(ty);
                let TypeKind::Map { key, value } = *under.kind() else {
                    return self.unknown(state, id, site.1, 0);
                };
                let is_open = entries.len() as u64 > LONGEST;
                let entries = entries
                    .iter()
                    .take(LONGEST as usize)
                    .map(|(k, v)| (inner(self, key, k), inner(self, value, v)))
                    .collect();
                let content = Content::Map { entries, is_open };
                Value::Map(state.make(Self::frame_key(state, id), site, content))
            }
            TableNode::Indexed(parts, len) => {
                let under = self.program().under(ty);
                if parts.len() as u64 > LONGEST || *len > LONGEST {
                    return self.unknown(state, id, site.1, 0);
                }
                let mut known = Vec::new();
                for (at, node) in parts {
                    let part = match under.kind() {
                        TypeKind::Slice(elem) | TypeKind::Array { elem, .. } => Some(*elem),
                        TypeKind::Struct(fields) => fields.get(*at as usize).map(|field| field.ty),
                        _ => None,
                    };
                    let Some(part) = part else { return self.unknown(state, id, site.1, 0) };
                    let value = inner(self, part, node);
                    if value != Value::Zero {
                        known.push((Way::from_slice(&[*at as u32]), value));
                    }
                }
                let whole = if known.is_empty() {
                    Value::Zero
                } else {
                    Value::Parts(Rc::new(Parts { rest: Value::Zero, known }))
                };
                if !matches!(under.kind(), TypeKind::Slice(_)) {
                    return whole;
                }
                let made = state.make(Self::frame_key(state, id), site, Content::Memory(whole));
                Value::Slice { place: Place::of(made), start: 0, len: *len as u32 }
            }
        }
    }

    pub(crate) fn builtin(
        &mut self,
        state: &mut State,
        id: ThreadId,
        site: Site,
        op: Builtin,
        args: Vec<Value>,
    ) -> Step {
        let one = |value: Value| Step::Next(vec![value]);
        let mut args = args.into_iter();
        let first = args.next().unwrap_or(Value::Zero);
        match op {
            Builtin::Cap => match &first {
                Value::Chan(chan) => {
                    let room = state.channel(*chan).map(|channel| channel.room.clone());
                    one(room.unwrap_or(Value::Zero))
                }
                Value::Zero => one(Value::Zero),
                // Slices have more room than elements.
                _ => one(self.unknown(state, id, site.1, 0)),
            },
            Builtin::Len => one(self.length(state, id, site, first)),
            Builtin::Close => self.close(state, &first),
            Builtin::Append => {
                let more = args.next().unwrap_or(Value::Zero);
                one(self.append(state, id, site, first, more))
            }
            Builtin::Delete => {
                let key = args.next().unwrap_or(Value::Zero);
                self.update(state, &first, key, None);
                Step::Next(Vec::new())
            }
            Builtin::Clear => {
                if let Value::Map(map) = first
                    && let Some(Content::Map { entries, is_open }) =
                        state.object_mut(map).map(|object| &mut object.content)
                {
                    entries.clear();
                    *is_open = false;
                }
                Step::Next(Vec::new())
            }
            Builtin::Copy => {
                let from = args.next().unwrap_or(Value::Zero);
                state.share(&from);
                one(self.unknown(state, id, site.1, 0))
            }
            Builtin::Min | Builtin::Max => {
                let mut numbers = vec![first.as_int()];
                numbers.extend(args.map(|arg| arg.as_int()));
                let all: Option<Vec<i64>> = numbers.into_iter().collect();
                let found = all.and_then(|all| {
                    if op == Builtin::Min { all.into_iter().min() } else { all.into_iter().max() }
                });
                match found {
                    Some(number) => one(Value::int(number)),
                    None => one(self.unknown(state, id, site.1, 0)),
                }
            }
            Builtin::Print | Builtin::Println => Step::Next(Vec::new()),
            _ => one(self.unknown(state, id, site.1, 0)),
        }
    }

    fn length(&mut self, state: &mut State, id: ThreadId, site: Site, of: Value) -> Value {
        match &of {
            Value::Zero => Value::Zero,
            Value::Slice { len, .. } => Value::int(i64::from(*len)),
            Value::Map(map) => match state.object(*map).map(|object| &object.content) {
                Some(Content::Map { entries, is_open: false }) => Value::int(entries.len() as i64),
                _ => self.unknown(state, id, site.1, 0),
            },
            Value::Chan(chan) if !state.is_shared(*chan) => {
                Value::int(state.channel(*chan).map_or(0, |channel| channel.buffer.len() as i64))
            }
            Value::Unknown(term) => match self.terms.kind(*term) {
                TermKind::Other(tag::SLICE, _, len) => len.clone(),
                _ => self.terms.of(TermKind::Len(of)),
            },
            _ => self.terms.of(TermKind::Len(of)),
        }
    }

    fn append(
        &mut self,
        state: &mut State,
        id: ThreadId,
        site: Site,
        old: Value,
        more: Value,
    ) -> Value {
        let range = |value: &Value| match value {
            Value::Zero => Some((None, 0)),
            Value::Slice { place, start, len } => Some((Some((place.clone(), *start)), *len)),
            _ => None,
        };
        let (Some((old_at, old_len)), Some((more_at, more_len))) = (range(&old), range(&more))
        else {
            if range(&old).is_some() {
                // What it was is not known any more.
                state.share(&old);
            }
            self.share_elements(state, &more);
            return self.unknown(state, id, site.1, 0);
        };
        if more_len == 0 {
            return old;
        }
        if u64::from(old_len + more_len) > LONGEST {
            state.share(&old);
            self.share_elements(state, &more);
            return self.unknown(state, id, site.1, 0);
        }
        let mut whole = Value::Zero;
        let mut at = 0;
        for (from, len) in [(old_at, old_len), (more_at, more_len)] {
            for element in 0..len {
                if let Some((place, start)) = &from {
                    let value = state.load(&place.then(start + element), &mut self.terms);
                    if value != Value::Zero {
                        whole = whole.with(&[at], value);
                    }
                }
                at += 1;
            }
        }
        let made = state.make(Self::frame_key(state, id), site, Content::Memory(whole));
        Value::Slice { place: Place::of(made), start: 0, len: old_len + more_len }
    }

    /// Elements go where nothing is known.
    fn share_elements(&mut self, state: &mut State, slice: &Value) {
        if let Value::Slice { place, start, len } = slice {
            for at in 0..*len {
                let value = state.load(&place.then(start + at), &mut self.terms);
                state.share(&value);
            }
        } else {
            state.share(slice);
        }
    }

    pub(crate) fn close(&mut self, state: &mut State, chan: &Value) -> Step {
        match Self::chan_of(chan) {
            ChanRef::Nil => Step::Dead,
            ChanRef::Unknown => Step::Next(Vec::new()),
            ChanRef::Known(id) => self.close_known(state, id),
        }
    }

    fn close_known(&mut self, state: &mut State, id: ObjectId) -> Step {
        let Some(channel) = state.channel_mut(id) else { return Step::Next(Vec::new()) };
        if channel.is_closed {
            return Step::Dead;
        }
        channel.is_closed = true;
        Step::Next(Vec::new())
    }
}
