//! What `reflect` asks of the runtime.

use super::{Call, List, nothing};
use crate::channel::Arm;
use crate::goroutine::{Deferred, Goroutine};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;
use crate::types::{Ty, slot_size};
use gossa_base::Name;
use gossa_syntax::ChanDir;
use gossa_types::{FieldType, PackageId, Param, SignatureType, TypeId, TypeKind};

pub(super) const LIST: List = &[
    ("reflect.resolveNameOff", resolve_name),
    ("runtime.resolveNameOff", resolve_name),
    ("runtime.resolveTypeOff", resolve_type),
    ("internal/reflectlite.resolveNameOff", resolve_name),
    ("reflect.resolveTypeOff", resolve_type),
    ("internal/reflectlite.resolveTypeOff", resolve_type),
    ("reflect.addReflectOff", add_offset),
    ("reflect.resolveTextOff", resolve_text),
    ("reflect.getStaticuint64s", static_words),
    ("reflect.compiledTypelinks", nothing),
    ("reflect.unsafe_New", new),
    ("internal/reflectlite.unsafe_New", new),
    ("reflect.unsafe_NewArray", new_array),
    ("reflect.verifyNotInHeapPtr", always),
    ("reflect.memmove", copy_bytes),
    ("reflect.typedmemmove", copy_typed),
    ("internal/reflectlite.typedmemmove", copy_typed),
    ("reflect.typedmemclr", clear_typed),
    ("reflect.typedmemclrpartial", clear_part),
    ("reflect.typedarrayclear", clear_array),
    ("reflect.typedslicecopy", copy_slice),
    ("reflect.growslice", grow_slice),
    ("reflect.unsafeslice", nothing),
    ("reflect.typehash", hash),
    ("reflect.ifaceE2I", change_interface),
    ("internal/reflectlite.ifaceE2I", change_interface),
    ("reflect.makemap", make_map),
    ("reflect.mapaccess", map_find),
    ("reflect.mapaccess_faststr", map_find_string),
    ("reflect.mapassign0", map_assign),
    ("reflect.mapassign_faststr0", map_assign_string),
    ("reflect.mapdelete", map_delete),
    ("reflect.mapdelete_faststr", map_delete_string),
    ("reflect.maplen", map_len),
    ("internal/reflectlite.maplen", map_len),
    ("reflect.mapclear", map_clear),
    ("reflect.mapIterStart", map_iterate),
    ("reflect.mapIterNext", map_next),
    ("maps.clone", map_clone),
    ("reflect.makechan", make_chan),
    ("reflect.chanlen", chan_len),
    ("internal/reflectlite.chanlen", chan_len),
    ("reflect.chancap", chan_cap),
    ("reflect.chanclose", chan_close),
    ("reflect.chanrecv", chan_receive),
    ("reflect.chansend0", chan_send),
    ("reflect.rselect", select),
    ("reflect.call", call_function),
    ("reflect.SliceOf", slice_of),
    ("reflect.ArrayOf", array_of),
    ("reflect.MapOf", map_of),
    ("reflect.ChanOf", chan_of),
    ("reflect.FuncOf", func_of),
    ("reflect.StructOf", struct_of),
];

type Done = Result<(), Trap>;

fn resolve_name(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let name = m.name_at(call.arg(m, 1)?);
    call.set(m, 0, name)
}

fn resolve_type(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let offset = call.arg(m, 1)?;
    let descriptor = m.type_at(offset)?;
    call.set(m, 0, descriptor)
}

fn resolve_text(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let text = m.text_at(call.arg(m, 1)?);
    call.set(m, 0, text)
}

/// A name that `reflect` made itself.
fn add_offset(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let name = call.arg(m, 0)?;
    let offset = m.add_name(name);
    call.set(m, 0, offset)
}

/// A table of the words 0 to 255, which values of one byte in interfaces may point into.
fn static_words(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let table = m.memory.alloc(256 * 8)?;
    for word in 0..256 {
        m.memory.set_word(table + word * 8, word)?;
    }
    call.set(m, 0, table)
}

/// The type whose descriptor a parameter points to.
fn described(m: &Machine<'_>, call: &Call, index: usize) -> Result<Ty, Trap> {
    m.described(call.arg(m, index)?)
}

fn size_of(m: &Machine<'_>, call: &Call, index: usize) -> Result<u64, Trap> {
    // Types that reflect makes itself have sizes, too.
    m.memory.word(call.arg(m, index)?)
}

fn new(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let size = size_of(m, call, 0)?;
    let object = m.new_object(size)?;
    call.set(m, 0, object)
}

fn new_array(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let size = size_of(m, call, 0)?.checked_mul(call.arg(m, 1)?);
    let size = size.filter(|&size| size <= 1 << 47);
    let size = size.ok_or_else(|| Trap::plain("reflect: unsafe_NewArray: length out of range"))?;
    let object = m.new_object(size)?;
    call.set(m, 0, object)
}

fn always(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    call.set(m, 0, 1)
}

fn copy_bytes(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (to, from, size) = (call.arg(m, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    m.touch(from, size, false, None);
    m.touch(to, size, true, None);
    m.memory.copy(to, from, size)
}

fn copy_typed(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (size, to, from) = (size_of(m, call, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    m.memory.copy(to, from, size)?;
    let ty = described(m, call, 0).ok();
    m.touch(from, size, false, None);
    m.touch(to, size, true, ty);
    Ok(())
}

fn clear_typed(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (size, at) = (size_of(m, call, 0)?, call.arg(m, 1)?);
    m.touch(at, size, true, None);
    m.memory.clear(at, size)
}

fn clear_part(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (at, size) = (call.arg(m, 1)?, call.arg(m, 3)?);
    m.touch(at, size, true, None);
    m.memory.clear(at, size)
}

fn clear_array(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (size, at, count) = (size_of(m, call, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    m.touch(at, size * count, true, None);
    m.memory.clear(at, size * count)
}

fn copy_slice(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let size = size_of(m, call, 0)?;
    let (to, from) = (call.at(m, 1), call.at(m, 2));
    let count = m.memory.word(to + 8)?.min(m.memory.word(from + 8)?);
    let (to, from) = (m.memory.word(to)?, m.memory.word(from)?);
    m.memory.copy(to, from, count * size)?;
    let ty = described(m, call, 0).ok();
    m.touch(from, count * size, false, None);
    (0..count).for_each(|index| m.touch(to + index * size, size, true, ty));
    call.set(m, 0, count)
}

fn grow_slice(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let size = size_of(m, call, 0)?;
    let pointers = m.memory.word(call.arg(m, 0)? + 8)? > 0;
    let (old, more) = (call.at(m, 1), call.arg(m, 2)?);
    let (data, len) = (m.memory.word(old)?, m.memory.word(old + 8)?);
    let cap = m.memory.word(old + 16)?;
    let too_large = || Trap::error("growslice: len out of range");
    // The runtime grows from the capacity, and keeps the length.
    let needed = len.checked_add(more).ok_or_else(too_large)?;
    let grown = crate::growth::grown_capacity(cap, needed, size, pointers).ok_or_else(too_large)?;
    let fresh = m.new_object(grown * size)?;
    m.memory.copy(fresh, data, len * size)?;
    let ty = described(m, call, 0).ok();
    m.touch(data, len * size, false, None);
    (0..len).for_each(|index| m.touch(fresh + index * size, size, true, ty));
    let at = call.result(m, 0);
    m.memory.set_word(at, fresh)?;
    m.memory.set_word(at + 8, len)?;
    m.memory.set_word(at + 16, grown)
}

fn hash(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (ty, at, seed) = (described(m, call, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    let hash = m.hash(ty, at)?;
    call.set(m, 0, hash ^ seed)
}

fn change_interface(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let interface = described(m, call, 0)?;
    let (source, dst) = (call.at(m, 1), call.arg(m, 2)?);
    let dynamic = m.dynamic_type(m.memory.word(source)?, true)?;
    let data = m.memory.word(source + 8)?;
    let first = m.interface_word(dynamic, interface)?;
    m.memory.set_word(dst, first)?;
    m.memory.set_word(dst + 8, data)?;
    m.touch(dst, 16, true, Some(interface));
    Ok(())
}

fn make_map(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let ty = described(m, call, 0)?;
    let map = m.make_map(ty)?;
    call.set(m, 0, map)
}

fn map_find(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (ty, map, key) = (described(m, call, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    let found = m.map_find(ty, map, key)?;
    call.set(m, 0, found.unwrap_or(0))
}

fn map_find_string(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (ty, map, key) = (described(m, call, 0)?, call.arg(m, 1)?, call.at(m, 2));
    let found = m.map_find(ty, map, key)?;
    call.set(m, 0, found.unwrap_or(0))
}

fn assign(m: &mut Machine<'_>, ty: Ty, map: Addr, key: Addr, value: Addr) -> Done {
    let size = m.map_value_size(ty);
    let to = m.map_assign(ty, map, key)?;
    m.memory.copy(to, value, size)?;
    m.touch_entry(ty, map, key, to);
    Ok(())
}

fn map_assign(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (ty, map) = (described(m, call, 0)?, call.arg(m, 1)?);
    let (key, value) = (call.arg(m, 2)?, call.arg(m, 3)?);
    assign(m, ty, map, key, value)
}

fn map_assign_string(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (ty, map) = (described(m, call, 0)?, call.arg(m, 1)?);
    let (key, value) = (call.at(m, 2), call.arg(m, 3)?);
    assign(m, ty, map, key, value)
}

fn map_delete(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (ty, map, key) = (described(m, call, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    m.map_delete(ty, map, key)
}

fn map_delete_string(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (ty, map, key) = (described(m, call, 0)?, call.arg(m, 1)?, call.at(m, 2));
    m.map_delete(ty, map, key)
}

fn map_len(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let map = call.arg(m, 0)?;
    let len = m.map_len(map)?;
    call.set(m, 0, len)
}

fn map_clear(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let map = call.arg(m, 1)?;
    m.map_clear(map)
}

/// Offsets in `internal/runtime/maps.Iter`: key, element, type, map, and a word that is free.
const ITER_ELEM: u64 = 8;
const ITER_TYPE: u64 = 16;
const ITER_MAP: u64 = 24;
const ITER_OWN: u64 = 32;

fn map_iterate(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (ty, map, iter) = (call.arg(m, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    let own = m.map_iterator(map)?;
    m.memory.set_word(iter + ITER_TYPE, ty)?;
    m.memory.set_word(iter + ITER_MAP, map)?;
    m.memory.set_word(iter + ITER_OWN, own)?;
    advance(m, iter)
}

fn map_next(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let iter = call.arg(m, 0)?;
    advance(m, iter)
}

fn advance(m: &mut Machine<'_>, iter: Addr) -> Done {
    let own = m.memory.word(iter + ITER_OWN)?;
    let (key, value) = m.map_next(own)?.unwrap_or((0, 0));
    m.memory.set_word(iter, key)?;
    m.memory.set_word(iter + ITER_ELEM, value)
}

fn map_clone(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    // The map comes and goes in an `any`.
    let source = call.at(m, 0);
    let (first, map) = (m.memory.word(source)?, m.memory.word(source + 8)?);
    let ty = m.dynamic_type(first, true)?;
    let copy = m.make_map(ty)?;
    let iterator = m.map_iterator(map)?;
    while let Some((key, value)) = m.map_next(iterator)? {
        assign(m, ty, copy, key, value)?;
    }
    let at = call.result(m, 0);
    m.memory.set_word(at, first)?;
    m.memory.set_word(at + 8, copy)
}

fn make_chan(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let ty = described(m, call, 0)?;
    let count = call.arg(m, 1)?;
    let elem = match *elem_of(m, ty).kind() {
        TypeKind::Chan { elem, .. } => m.types.of(elem),
        _ => return Err(Trap::Unsupported("a channel of a type that is none".into())),
    };
    if count > 1 << 40 {
        return Err(Trap::plain("makechan: size out of range"));
    }
    let chan = m.make_channel(count, elem)?;
    call.set(m, 0, chan)
}

/// The underlying type.
fn elem_of(m: &Machine<'_>, ty: Ty) -> TypeId {
    gossa_types::underlying::underlying(m.types.resolver(), m.types.info(ty).id)
}

fn chan_len(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let len = m.channel_len(call.arg(m, 0)?)?;
    call.set(m, 0, len)
}

fn chan_cap(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let cap = m.channel_cap(call.arg(m, 0)?)?;
    call.set(m, 0, cap)
}

fn chan_close(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let chan = call.arg(m, 0)?;
    m.close(chan)
}

fn chan_receive(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Done {
    let (chan, at_once, to) = (call.arg(m, 0)?, call.arg(m, 1)? & 1 == 1, call.arg(m, 2)?);
    let (selected, received) = if at_once {
        match m.receive_now(chan, to)? {
            Some(received) => (true, received),
            None => (false, false),
        }
    } else {
        (true, m.receive(go, chan, to)?)
    };
    call.set(m, 0, u64::from(selected))?;
    call.set(m, 1, u64::from(received))
}

fn chan_send(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Done {
    let (chan, value, at_once) = (call.arg(m, 0)?, call.arg(m, 1)?, call.arg(m, 2)? & 1 == 1);
    let sent = if at_once {
        m.send_now(chan, value)?
    } else {
        m.send(go, chan, value)?;
        true
    };
    if sent && m.observer.is_some() && call.code.params.len() > 2 {
        m.sent(chan, value);
    }
    call.set(m, 0, u64::from(sent))
}

/// Size of a `runtimeSelect`: direction, type, channel, and where the value is or goes.
const SELECT_CASE: u64 = 32;
const SELECT_SEND: u64 = 1;
const SELECT_DEFAULT: u64 = 3;

fn select(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Done {
    let list = call.at(m, 0);
    let (data, count) = (m.memory.word(list)?, m.memory.word(list + 8)?);
    let mut default = None;
    let mut arms = Vec::new();
    for index in 0..count {
        let at = data + index * SELECT_CASE;
        let dir = m.memory.word(at)?;
        let (mut chan, value) = (m.memory.word(at + 16)?, m.memory.word(at + 24)?);
        if dir == SELECT_DEFAULT {
            // An arm that is never ready, so that arms have the numbers of their cases.
            (default, chan) = (Some(index), 0);
        }
        arms.push(Arm { sends: dir == SELECT_SEND, chan, value });
    }
    let (chosen, came) = match m.select_among(go, &arms, default.is_some())? {
        Some((chosen, came)) => {
            if arms[chosen].sends && m.observer.is_some() {
                m.sent(arms[chosen].chan, arms[chosen].value);
            }
            (chosen as u64, came && !arms[chosen].sends)
        }
        None => (default.unwrap_or(0), false),
    };
    call.set(m, 0, chosen)?;
    call.set(m, 1, u64::from(came))
}

/// Calls a function whose arguments lie in memory one after the other; its results go there, too.
fn call_function(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Done {
    let (function, args) = (call.arg(m, 1)?, call.arg(m, 2)?);
    let results_at = args + call.arg(m, 4)?;
    if let Some(state) = go.take_native_result() {
        // The function has returned: its results go where the caller looks for them.
        let callee = m.callee_of_closure(function)?;
        let mut from = state;
        let mut to = 0;
        for &ty in &*callee.code.results {
            let info = m.types.info(ty);
            let (size, align) = (info.size, info.align);
            to = u64::next_multiple_of(to, align);
            m.memory.copy(results_at + to, from, size)?;
            m.touch(results_at + to, size, true, Some(ty));
            to += size;
            from += slot_size(size);
        }
        return Ok(());
    }
    let callee = m.callee_of_closure(function)?;
    let mut bytes = Vec::new();
    let mut at = 0;
    for &ty in &*callee.code.params {
        let info = m.types.info(ty);
        let (size, align) = (info.size, info.align);
        at = u64::next_multiple_of(at, align);
        bytes.extend_from_slice(m.memory.slice(args + at, size)?);
        m.touch(args + at, size, false, None);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        at += size;
    }
    let results = m.memory.alloc(u64::from(callee.code.result_bytes).max(8))?;
    let deferred = Deferred { code: callee.code, closure: callee.closure, args: bytes.into() };
    Err(Trap::Call(Box::new(deferred), results))
}

/// The type behind a `reflect.Type`.
fn reflected(m: &Machine<'_>, call: &Call, index: usize) -> Result<TypeId, Trap> {
    let descriptor = m.memory.word(call.at(m, index) + 8)?;
    Ok(m.types.info(m.described(descriptor)?).id)
}

/// Gives a type back as a `reflect.Type`.
fn give(m: &mut Machine<'_>, call: &Call, ty: TypeId) -> Done {
    let descriptor = m.descriptor(m.types.of(ty))?;
    let interface = m.named_type("reflect", "Type");
    let rtype = m.named_type("reflect", "rtype");
    let holder = m.types.of(TypeId::pointer(m.types.info(rtype).id));
    let table = m.interface_word(holder, interface)?;
    let at = call.result(m, 0);
    m.memory.set_word(at, table)?;
    m.memory.set_word(at + 8, descriptor)
}

fn slice_of(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let elem = reflected(m, call, 0)?;
    give(m, call, TypeId::slice(elem))
}

fn array_of(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let len = call.arg(m, 0)? as i64;
    if len < 0 {
        return Err(Trap::plain("reflect: negative length passed to ArrayOf"));
    }
    let elem = reflected(m, call, 1)?;
    give(m, call, TypeId::new(TypeKind::Array { elem, len }))
}

fn map_of(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let (key, value) = (reflected(m, call, 0)?, reflected(m, call, 1)?);
    if !m.types.info(m.types.of(key)).comparable {
        let name = m.type_name(key);
        return Err(Trap::plain(format!("reflect.MapOf: invalid key type {name}")));
    }
    give(m, call, TypeId::new(TypeKind::Map { key, value }))
}

fn chan_of(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let dir = match call.arg(m, 0)? {
        1 => ChanDir::Receive,
        2 => ChanDir::Send,
        _ => ChanDir::Both,
    };
    let elem = reflected(m, call, 1)?;
    give(m, call, TypeId::new(TypeKind::Chan { dir, elem }))
}

/// The types of a `[]reflect.Type` parameter.
fn reflected_list(m: &Machine<'_>, call: &Call, index: usize) -> Result<Vec<TypeId>, Trap> {
    let list = call.at(m, index);
    let (data, count) = (m.memory.word(list)?, m.memory.word(list + 8)?);
    (0..count)
        .map(|index| {
            let descriptor = m.memory.word(data + index * 16 + 8)?;
            Ok(m.types.info(m.described(descriptor)?).id)
        })
        .collect()
}

fn func_of(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let params = |types: Vec<TypeId>| -> Box<[Param]> {
        types.into_iter().map(|ty| Param { name: None, ty }).collect()
    };
    let variadic = call.arg(m, 2)? & 1 == 1;
    let (ins, outs) = (reflected_list(m, call, 0)?, reflected_list(m, call, 1)?);
    let slice_last = ins.last().is_some_and(|ty| matches!(ty.kind(), TypeKind::Slice(_)));
    if variadic && !slice_last {
        return Err(Trap::plain("reflect.FuncOf: last arg of variadic func must be slice"));
    }
    let signature = SignatureType {
        type_params: Box::default(),
        params: params(ins),
        results: params(outs),
        variadic,
    };
    give(m, call, TypeId::new(TypeKind::Signature(signature)))
}

fn struct_of(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let field_type = m.named_type("reflect", "StructField");
    let stride = m.types.info(field_type).size;
    let at = |name: &str| {
        let found = m.field(field_type, name).map(|(offset, _)| offset);
        found.ok_or_else(|| Trap::Unsupported(format!("a reflect without {name}")))
    };
    let offsets = [at("Name")?, at("PkgPath")?, at("Type")?, at("Tag")?, at("Anonymous")?];
    let [name_at, package_at, type_at, tag_at, embedded_at] = offsets;
    let list = call.at(m, 0);
    let (data, count) = (m.memory.word(list)?, m.memory.word(list + 8)?);
    let mut fields = Vec::new();
    for field in (0..count).map(|index| data + index * stride) {
        let text = |at: Addr| -> Result<String, Trap> {
            Ok(String::from_utf8_lossy(m.string(at)?).into_owned())
        };
        let (name, package) = (text(field + name_at)?, text(field + package_at)?);
        let tag = text(field + tag_at)?;
        let descriptor = m.memory.word(field + type_at + 8)?;
        if name.is_empty() || descriptor == 0 {
            return Err(Trap::plain("reflect.StructOf: field without a name or type"));
        }
        fields.push(FieldType {
            name: Name::new(&name),
            package: (!package.is_empty()).then(|| PackageId::new(&package)),
            ty: m.types.info(m.described(descriptor)?).id,
            embedded: m.memory.read(field + embedded_at, 1)? & 1 == 1,
            tag: (!tag.is_empty()).then(|| Name::new(&tag)),
        });
    }
    give(m, call, TypeId::new(TypeKind::Struct(fields.into())))
}
