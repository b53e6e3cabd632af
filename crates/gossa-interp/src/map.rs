//! Maps: keys and elements lie in the machine's memory, one entry after the other in the order of
//! insertion; where to find an entry is kept beside it.
//!
//! The order of iteration is that of insertion: one of those that Go allows, and the same each
//! run.

use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::{RuntimePanic, Trap};
use crate::types::{Num, Shape, Ty};
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// Size of a map's header: that of gc, whose first word is the number of entries.
const HEADER: u64 = 48;
/// Offset of the map's number in its header.
const NUMBER: u64 = 8;
/// Offset in the header of where the entries are: what keeps them from being collected.
const ENTRIES: u64 = 40;
/// Size of an iterator: the map, how far it has come, and room for what `reflect` keeps.
const ITERATOR: u64 = 24;

/// All maps of a run.
#[derive(Clone, Default)]
pub struct MapTable {
    maps: Vec<Map>,
    /// Numbers of maps that were collected.
    spare: Vec<usize>,
}

#[derive(Clone)]
struct Map {
    /// 0: it was collected.
    header: Addr,
    key: Ty,
    key_size: u64,
    /// Where the element lies in an entry.
    value_at: u64,
    stride: u64,
    /// Where the entries are, and how many there is room for.
    entries: Addr,
    room: u64,
    /// By entry: its hash, and whether it is still in the map.
    slots: Vec<Slot>,
    /// Sequence number of the next entry.
    next: u64,
    /// Entries by hash.
    index: HashTable<u32>,
}

#[derive(Clone, Copy)]
struct Slot {
    hash: u64,
    /// Grows from entry to entry, also over a compaction: iterators go by it.
    sequence: u64,
    live: bool,
}

impl MapTable {
    fn add(&mut self, map: Map) -> usize {
        if let Some(number) = self.spare.pop() {
            self.maps[number] = map;
            return number;
        }
        self.maps.push(map);
        self.maps.len() - 1
    }

    /// Drops the maps whose headers are not reached.
    pub(crate) fn sweep(&mut self, reached: impl Fn(Addr) -> bool) {
        for (number, map) in self.maps.iter_mut().enumerate() {
            if map.header != 0 && !reached(map.header) {
                map.header = 0;
                map.slots = Vec::new();
                map.index = HashTable::new();
                self.spare.push(number);
            }
        }
    }
}

impl Machine<'_> {
    /// A new map.
    pub(crate) fn make_map(&mut self, ty: Ty) -> Result<Addr, Trap> {
        let header = self.memory.alloc(HEADER)?;
        let Shape::Map { key, value } = self.types.info(ty).shape else {
            return Err(Trap::Unsupported("a map of a type that is no map".into()));
        };
        let (key, value) = (self.types.of(key), self.types.of(value));
        let (key_info, value_info) = (self.types.info(key), self.types.info(value));
        let value_at = key_info.size.next_multiple_of(value_info.align.max(1));
        let align = key_info.align.max(value_info.align).max(1);
        let stride = (value_at + value_info.size).next_multiple_of(align).max(1);
        let map = Map {
            header,
            key,
            key_size: key_info.size,
            value_at,
            stride,
            entries: 0,
            room: 0,
            slots: Vec::new(),
            next: 1,
            index: HashTable::new(),
        };
        let number = self.maps.add(map);
        self.memory.set_word(header + NUMBER, number as u64 + 1)?;
        Ok(header)
    }

    fn map_number(&self, header: Addr) -> Result<usize, Trap> {
        let number = self.memory.word(header + NUMBER)?;
        let index = (number as usize).wrapping_sub(1);
        if index < self.maps.maps.len() { Ok(index) } else { Err(Trap::BadAddress(header)) }
    }

    /// Sizes of a map type's keys and elements.
    pub(crate) fn map_entry_sizes(&self, ty: Ty) -> (u64, u64) {
        let Shape::Map { key, value } = self.types.info(ty).shape else { return (0, 0) };
        let size = |ty| self.types.info(self.types.of(ty)).size;
        (size(key), size(value))
    }

    pub(crate) fn map_value_size(&self, ty: Ty) -> u64 {
        self.map_entry_sizes(ty).1
    }

    fn map_slot(&self, number: usize, hash: u64, key: Addr) -> Result<Option<u32>, Trap> {
        let map = &self.maps.maps[number];
        let mut trap = None;
        let found = map.index.find(hash, |&slot| {
            map.slots[slot as usize].hash == hash && {
                let at = map.entries + u64::from(slot) * map.stride;
                self.equal(map.key, at, key).unwrap_or_else(|reason| {
                    trap = Some(reason);
                    false
                })
            }
        });
        match trap {
            Some(trap) => Err(trap),
            None => Ok(found.copied()),
        }
    }

    /// Where the element of a key is. A nil map has none.
    pub(crate) fn map_find(&self, ty: Ty, header: Addr, key: Addr) -> Result<Option<Addr>, Trap> {
        let Shape::Map { key: key_type, .. } = self.types.info(ty).shape else { return Ok(None) };
        let Some(hash) = self.hash_for(header, self.types.of(key_type), key)? else {
            return Ok(None);
        };
        let number = self.map_number(header)?;
        let slot = self.map_slot(number, hash, key)?;
        let map = &self.maps.maps[number];
        Ok(slot.map(|slot| map.entries + u64::from(slot) * map.stride + map.value_at))
    }

    /// The hash of a key that is looked for; `None` for a map that holds nothing. Keys that cannot
    /// be hashed panic whatever the map holds.
    fn hash_for(&self, header: Addr, key_type: Ty, key: Addr) -> Result<Option<u64>, Trap> {
        let empty = header == 0 || self.memory.word(header)? == 0;
        match self.hash(key_type, key) {
            Err(Trap::Panic(RuntimePanic::Unhashable { ty, .. })) => {
                Err(Trap::Panic(RuntimePanic::Unhashable { ty, in_empty: empty }))
            }
            hash => Ok(if empty { hash.map(|_| None)? } else { Some(hash?) }),
        }
    }

    /// Where the element of a key is or goes; a new entry's is zero.
    pub(crate) fn map_assign(&mut self, ty: Ty, header: Addr, key: Addr) -> Result<Addr, Trap> {
        if header == 0 {
            return Err(Trap::plain("assignment to entry in nil map"));
        }
        let Shape::Map { key: key_type, .. } = self.types.info(ty).shape else {
            return Err(Trap::BadAddress(header));
        };
        let hash = self.hash(self.types.of(key_type), key)?;
        let number = self.map_number(header)?;
        if let Some(slot) = self.map_slot(number, hash, key)? {
            let map = &self.maps.maps[number];
            let at = map.entries + u64::from(slot) * map.stride;
            // Equal keys may differ: +0 and -0.
            self.memory.copy(at, key, map.key_size)?;
            return Ok(at + map.value_at);
        }
        if self.maps.maps[number].slots.len() as u64 == self.maps.maps[number].room {
            self.map_grow(header, number)?;
        }
        let map = &mut self.maps.maps[number];
        let slot = map.slots.len() as u32;
        let sequence = map.next;
        map.next += 1;
        map.slots.push(Slot { hash, sequence, live: true });
        let slots = &map.slots;
        map.index.insert_unique(hash, slot, |&slot| slots[slot as usize].hash);
        let at = map.entries + u64::from(slot) * map.stride;
        let (key_size, value_at) = (map.key_size, map.value_at);
        self.memory.copy(at, key, key_size)?;
        let count = self.memory.word(header)?;
        self.memory.set_word(header, count + 1)?;
        Ok(at + value_at)
    }

    /// Makes room, and drops entries that were deleted.
    fn map_grow(&mut self, header: Addr, number: usize) -> Result<(), Trap> {
        let live = self.memory.word(header)?;
        let map = &self.maps.maps[number];
        let room = (live * 2).max(8);
        let (stride, old) = (map.stride, map.entries);
        let entries = self.memory.alloc(room * stride)?;
        let mut slots = Vec::with_capacity(room as usize);
        for index in 0..map.slots.len() {
            let slot = self.maps.maps[number].slots[index];
            if slot.live {
                let to = entries + slots.len() as u64 * stride;
                self.memory.copy(to, old + index as u64 * stride, stride)?;
                slots.push(slot);
            }
        }
        let map = &mut self.maps.maps[number];
        map.index.clear();
        for (index, slot) in slots.iter().enumerate() {
            map.index.insert_unique(slot.hash, index as u32, |&slot| slots[slot as usize].hash);
        }
        map.slots = slots;
        map.entries = entries;
        map.room = room;
        self.memory.set_word(header + ENTRIES, entries)
    }

    /// `delete`
    pub(crate) fn map_delete(&mut self, ty: Ty, header: Addr, key: Addr) -> Result<(), Trap> {
        let Shape::Map { key: key_type, .. } = self.types.info(ty).shape else { return Ok(()) };
        let Some(hash) = self.hash_for(header, self.types.of(key_type), key)? else {
            return Ok(());
        };
        let number = self.map_number(header)?;
        let Some(slot) = self.map_slot(number, hash, key)? else { return Ok(()) };
        let map = &mut self.maps.maps[number];
        if let Ok(entry) = map.index.find_entry(hash, |&found| found == slot) {
            entry.remove();
        }
        map.slots[slot as usize].live = false;
        let (at, stride) = (map.entries + u64::from(slot) * map.stride, map.stride);
        self.memory.clear(at, stride)?;
        let count = self.memory.word(header)?;
        self.memory.set_word(header, count - 1)
    }

    /// `clear`
    pub(crate) fn map_clear(&mut self, header: Addr) -> Result<(), Trap> {
        if header == 0 {
            return Ok(());
        }
        let number = self.map_number(header)?;
        let map = &mut self.maps.maps[number];
        map.index.clear();
        map.slots.iter_mut().for_each(|slot| slot.live = false);
        self.memory.set_word(header, 0)
    }

    /// `len`; a nil map has none.
    pub(crate) fn map_len(&self, header: Addr) -> Result<u64, Trap> {
        if header == 0 { Ok(0) } else { self.memory.word(header) }
    }

    /// An iterator before the first entry.
    pub(crate) fn map_iterator(&mut self, header: Addr) -> Result<Addr, Trap> {
        let iterator = self.memory.alloc(ITERATOR)?;
        self.memory.set_word(iterator, header)?;
        Ok(iterator)
    }

    /// The next entry of an iterator: where its key and its element are.
    pub(crate) fn map_next(&mut self, iterator: Addr) -> Result<Option<(Addr, Addr)>, Trap> {
        let header = self.memory.word(iterator)?;
        if header == 0 {
            return Ok(None);
        }
        let done = self.memory.word(iterator + 8)?;
        let number = self.map_number(header)?;
        let map = &self.maps.maps[number];
        let start = map.slots.partition_point(|slot| slot.sequence <= done);
        let Some(offset) = map.slots[start..].iter().position(|slot| slot.live) else {
            return Ok(None);
        };
        let index = start + offset;
        let at = map.entries + index as u64 * map.stride;
        let (sequence, value) = (map.slots[index].sequence, at + map.value_at);
        self.memory.set_word(iterator + 8, sequence)?;
        Ok(Some((at, value)))
    }

    /// The entry that an iterator has come to, if it is still there.
    pub(crate) fn map_current(&self, iterator: Addr) -> Result<Option<(Addr, Addr)>, Trap> {
        let header = self.memory.word(iterator)?;
        if header == 0 {
            return Ok(None);
        }
        let done = self.memory.word(iterator + 8)?;
        let map = &self.maps.maps[self.map_number(header)?];
        let found = map.slots.binary_search_by_key(&done, |slot| slot.sequence);
        Ok(found.ok().map(|index| {
            let at = map.entries + index as u64 * map.stride;
            (at, at + map.value_at)
        }))
    }

    /// A hash that equal values share.
    pub(crate) fn hash(&self, ty: Ty, addr: Addr) -> Result<u64, Trap> {
        let mut hasher = FxHasher::default();
        self.hash_into(&mut hasher, ty, addr)?;
        Ok(hasher.finish())
    }

    fn hash_into(&self, hasher: &mut FxHasher, ty: Ty, addr: Addr) -> Result<(), Trap> {
        let info = self.types.info(ty);
        if info.plain {
            match info.size {
                8 => hasher.write_u64(self.memory.word(addr)?),
                4 => hasher.write_u64(self.memory.read(addr, 4)?),
                size => hasher.write(self.memory.slice(addr, size)?),
            }
            return Ok(());
        }
        match &info.shape {
            Shape::Num(num @ (Num::F32 | Num::F64)) => {
                // The two zeros are equal.
                hasher.write_u64((self.float(addr, *num)? + 0.0).to_bits());
            }
            Shape::Num(num) => {
                let (real, imaginary) = self.complex(addr, *num)?;
                hasher.write_u64((real + 0.0).to_bits());
                hasher.write_u64((imaginary + 0.0).to_bits());
            }
            Shape::String => {
                hasher.write(self.string(addr)?);
                hasher.write_u8(0xff);
            }
            Shape::Array { elem, len } => {
                let size = self.types.info(*elem).size;
                for index in 0..*len {
                    self.hash_into(hasher, *elem, addr + index * size)?;
                }
            }
            Shape::Struct(fields) => {
                for field in fields.iter().filter(|field| !field.blank) {
                    self.hash_into(hasher, field.ty, addr + field.offset)?;
                }
            }
            Shape::Interface { empty } => {
                let first = self.memory.word(addr)?;
                if first == 0 {
                    hasher.write_u64(0);
                    return Ok(());
                }
                let dynamic = self.dynamic_type(first, *empty)?;
                let info = self.types.info(dynamic);
                if !info.comparable {
                    let panic = RuntimePanic::Unhashable { ty: dynamic, in_empty: false };
                    return Err(Trap::Panic(panic));
                }
                hasher.write_u32(dynamic.0);
                let value = if info.direct { addr + 8 } else { self.memory.word(addr + 8)? };
                self.hash_into(hasher, dynamic, value)?;
            }
            _ => hasher.write_u64(self.memory.word(addr)?),
        }
        Ok(())
    }
}
