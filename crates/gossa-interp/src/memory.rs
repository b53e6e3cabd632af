//! The machine's memory: one flat, byte-addressed space, laid out as the gc compiler lays it out,
//! so that `unsafe`, `reflect` and `sync/atomic` do what they do on a real machine.
//!
//! Lowest in the crate: everything that a program can point to lives here, goroutine stacks
//! included. Objects are allocated in *spans*, runs of pages that hold objects of one size, so the
//! object behind any address into it is found by arithmetic. `collect` gives back what nothing
//! points to any more.

use crate::trap::Trap;
use std::collections::BTreeMap;

/// An address; 0 is nil.
pub type Addr = u64;

const PAGE: u64 = 8 << 10;
/// Below this nothing is ever allocated: a nil pointer plus the offset of a field is caught.
const NIL_ZONE: u64 = 64 << 10;
/// Sizes that small objects are rounded up to.
const CLASSES: &[u32] = &[
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896,
    1024, 1280, 1536, 1792, 2048,
];
pub(crate) const LARGEST_CLASS: u64 = 2048;

/// The memory of a run.
#[derive(Clone)]
pub struct Memory {
    /// What is in use and some room; grows with `end`.
    bytes: Vec<u8>,
    limit: u64,
    /// First address that no span ever held.
    pub(crate) end: Addr,
    /// By page: one more than the index of its span, or 0.
    span_of: Vec<u32>,
    pub(crate) spans: Vec<Span>,
    /// Numbers of spans that were given back.
    spare_spans: Vec<u32>,
    /// Runs of free pages below `end`: first page, how many.
    free_pages: BTreeMap<u64, u64>,
    /// Where small objects go: those that may hold pointers, those that hold none.
    rooms: [Room; 2],
    pub(crate) counts: Counts,
    /// Objects that an observer has not been told of; `None`: nobody observes.
    pub(crate) fresh: Option<Vec<Addr>>,
}

/// A run of pages with objects of one size, or with one large object.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: Addr,
    /// 0: it was given back.
    pub(crate) bytes: u64,
    /// Size of an object in it.
    pub(crate) size: u64,
    /// Whether its objects hold no pointers.
    pub(crate) plain: bool,
}

/// Room for small objects, by class.
#[derive(Clone)]
struct Room {
    /// Where the next object goes, and how many bytes are left for more.
    open: [(Addr, u64); CLASSES.len()],
    /// Runs of free objects, the next one last.
    runs: [Vec<(Addr, u64)>; CLASSES.len()],
}

impl Room {
    fn new() -> Self {
        Self { open: [(0, 0); CLASSES.len()], runs: [const { Vec::new() }; CLASSES.len()] }
    }
}

/// What has been allocated and freed; bytes as the allocator rounds them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Bytes allocated since the beginning.
    pub total: u64,
    /// Objects allocated since the beginning.
    pub objects: u64,
    /// Bytes that are not freed.
    pub live: u64,
    /// Objects that are not freed.
    pub live_objects: u64,
    /// Collections.
    pub collections: u64,
    /// The next collection is due when so many bytes are live.
    pub(crate) due: u64,
}

/// Nothing is collected below.
const SMALLEST_HEAP: u64 = 32 << 20;

impl Memory {
    /// A memory of at most `limit` bytes, which are taken from the system as they are needed.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        let limit = limit.max(1 << 20).next_multiple_of(PAGE);
        let mut memory = Self {
            bytes: Vec::new(),
            limit,
            end: NIL_ZONE,
            span_of: vec![0; (NIL_ZONE / PAGE) as usize],
            spans: Vec::new(),
            spare_spans: Vec::new(),
            free_pages: BTreeMap::new(),
            rooms: [Room::new(), Room::new()],
            counts: Counts::default(),
            fresh: None,
        };
        memory.set_due();
        memory
    }

    /// What has been allocated and freed.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether it is time to collect what cannot be reached any more.
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        self.counts.live >= self.counts.due
    }

    /// The next collection is due when as much again is in use, or half of what is left.
    pub(crate) fn set_due(&mut self) {
        let live = self.counts.live;
        let left = self.limit.saturating_sub(live);
        self.counts.due = live + live.max(SMALLEST_HEAP).min(left / 2);
    }

    /// A new zeroed object, aligned for any type, that may hold pointers. One of size 0 has an
    /// address of its own.
    #[inline]
    pub fn alloc(&mut self, size: u64) -> Result<Addr, Trap> {
        self.alloc_object(size, false)
    }

    /// A new zeroed object that holds no pointers.
    #[inline]
    pub fn alloc_plain(&mut self, size: u64) -> Result<Addr, Trap> {
        self.alloc_object(size, true)
    }

    fn alloc_object(&mut self, size: u64, plain: bool) -> Result<Addr, Trap> {
        let size = size.max(1);
        if size > LARGEST_CLASS {
            let at = self.new_span(size, size, plain)?;
            self.count(size.next_multiple_of(PAGE));
            self.note_fresh(at);
            return Ok(at);
        }
        let class = CLASSES.partition_point(|&class| u64::from(class) < size);
        let rounded = u64::from(CLASSES[class]);
        let (mut at, mut left) = self.rooms[usize::from(plain)].open[class];
        if left < rounded {
            if let Some(run) = self.rooms[usize::from(plain)].runs[class].pop() {
                (at, left) = run;
                self.clear(at, left)?;
            } else {
                let bytes = PAGE.max(rounded * 8).next_multiple_of(PAGE);
                at = self.new_span(bytes, rounded, plain)?;
                left = bytes;
            }
        }
        self.rooms[usize::from(plain)].open[class] = (at + rounded, left - rounded);
        self.count(rounded);
        self.note_fresh(at);
        Ok(at)
    }

    fn note_fresh(&mut self, at: Addr) {
        if let Some(fresh) = &mut self.fresh {
            fresh.push(at);
        }
    }

    fn count(&mut self, bytes: u64) {
        self.counts.total += bytes;
        self.counts.live += bytes;
        self.counts.objects += 1;
        self.counts.live_objects += 1;
    }

    fn new_span(&mut self, bytes: u64, size: u64, plain: bool) -> Result<Addr, Trap> {
        let pages = bytes.div_ceil(PAGE);
        let free = self.free_pages.iter().find(|&(_, &free)| free >= pages);
        let (start, reused) = match free.map(|(&first, &free)| (first, free)) {
            Some((first, free)) => {
                self.free_pages.remove(&first);
                if free > pages {
                    self.free_pages.insert(first + pages, free - pages);
                }
                (first * PAGE, true)
            }
            None => (self.end, false),
        };
        let end = pages
            .checked_mul(PAGE)
            .and_then(|length| start.checked_add(length))
            .filter(|&end| end <= self.limit)
            .ok_or(Trap::OutOfMemory)?;
        if reused {
            self.bytes[start as usize..end as usize].fill(0);
        } else {
            self.grow(end)?;
            self.end = end;
            self.span_of.resize((end / PAGE) as usize, 0);
        }
        let span = Span { start, bytes: end - start, size, plain };
        let index = match self.spare_spans.pop() {
            Some(index) => {
                self.spans[index as usize] = span;
                index
            }
            None => {
                self.spans.push(span);
                self.spans.len() as u32 - 1
            }
        };
        self.span_of[(start / PAGE) as usize..(end / PAGE) as usize].fill(index + 1);
        Ok(start)
    }

    /// Forgets where new objects could go; `free_run` and `free_span` say it anew.
    pub(crate) fn forget_room(&mut self) {
        self.rooms = [Room::new(), Room::new()];
    }

    /// Objects of a span are free: so many bytes from an address on.
    pub(crate) fn free_run(&mut self, span: usize, at: Addr, bytes: u64) {
        let Span { size, plain, .. } = self.spans[span];
        let class = CLASSES.partition_point(|&class| u64::from(class) < size);
        self.rooms[usize::from(plain)].runs[class].push((at, bytes));
    }

    /// Nothing is left in a span.
    pub(crate) fn free_span(&mut self, span: usize) {
        let Span { start, bytes, .. } = self.spans[span];
        self.spans[span].bytes = 0;
        self.spare_spans.push(span as u32);
        let (mut first, mut pages) = (start / PAGE, bytes / PAGE);
        self.span_of[first as usize..(first + pages) as usize].fill(0);
        if let Some(more) = self.free_pages.remove(&(first + pages)) {
            pages += more;
        }
        if let Some((&before, &more)) = self.free_pages.range(..first).next_back()
            && before + more == first
        {
            first = before;
            pages += more;
        }
        self.free_pages.insert(first, pages);
    }

    /// Takes bytes from the system, more than asked for.
    fn grow(&mut self, end: u64) -> Result<(), Trap> {
        let len = self.bytes.len() as u64;
        if end <= len {
            return Ok(());
        }
        let step = if len < 256 << 20 { len } else { len / 4 };
        let wanted = (len + step).max(end).max(4 << 20).min(self.limit) as usize;
        let more = wanted - self.bytes.len();
        self.bytes.try_reserve_exact(more).map_err(|_| Trap::OutOfMemory)?;
        self.bytes.resize(wanted, 0);
        Ok(())
    }

    /// The object that an address points into: where it starts, and its size (rounded up as the
    /// allocator rounds). `None` for what was never allocated.
    #[must_use]
    pub fn object_at(&self, addr: Addr) -> Option<(Addr, u64)> {
        self.find(addr).map(|(base, span)| (base, span.size))
    }

    /// Where the object begins that an address points into, and its span.
    #[inline]
    pub(crate) fn find(&self, addr: Addr) -> Option<(Addr, &Span)> {
        let span = *self.span_of.get((addr / PAGE) as usize)?;
        let span = self.spans.get((span as usize).checked_sub(1)?)?;
        if span.size > LARGEST_CLASS {
            return Some((span.start, span));
        }
        let index = (addr - span.start) as u32 / span.size as u32;
        Some((span.start + u64::from(index) * span.size, span))
    }

    /// Whether a pointer may be followed at all; the first pages stand for nil.
    #[inline]
    fn check(&self, addr: Addr, size: u64) -> Result<usize, Trap> {
        if addr < NIL_ZONE {
            return Err(Trap::NilDereference(addr));
        }
        match addr.checked_add(size) {
            Some(end) if end <= self.end => Ok(addr as usize),
            _ => Err(Trap::BadAddress(addr)),
        }
    }

    /// The bytes at an address.
    #[inline]
    pub fn slice(&self, addr: Addr, size: u64) -> Result<&[u8], Trap> {
        if size == 0 {
            return Ok(&[]);
        }
        let at = self.check(addr, size)?;
        Ok(&self.bytes[at..at + size as usize])
    }

    /// The bytes at an address, to be written.
    #[inline]
    pub fn slice_mut(&mut self, addr: Addr, size: u64) -> Result<&mut [u8], Trap> {
        if size == 0 {
            return Ok(&mut []);
        }
        let at = self.check(addr, size)?;
        Ok(&mut self.bytes[at..at + size as usize])
    }

    /// Copies bytes as `memmove` does.
    #[inline]
    pub fn copy(&mut self, to: Addr, from: Addr, size: u64) -> Result<(), Trap> {
        if size == 0 {
            return Ok(());
        }
        let from = self.check(from, size)?;
        let to = self.check(to, size)?;
        if size == 8 {
            let Some(&word) = self.bytes[from..].first_chunk::<8>() else {
                return Err(Trap::BadAddress(from as Addr));
            };
            self.bytes[to..to + 8].copy_from_slice(&word);
        } else {
            self.bytes.copy_within(from..from + size as usize, to);
        }
        Ok(())
    }

    /// Writes zeros.
    pub fn clear(&mut self, addr: Addr, size: u64) -> Result<(), Trap> {
        self.slice_mut(addr, size)?.fill(0);
        Ok(())
    }

    /// Reads an unsigned integer of 1, 2, 4 or 8 bytes.
    #[inline]
    pub fn read(&self, addr: Addr, size: u64) -> Result<u64, Trap> {
        let at = self.check(addr, size)?;
        let bytes = &self.bytes[at..];
        let value = match size {
            1 => bytes.first().map(|&byte| u64::from(byte)),
            2 => bytes.first_chunk().map(|&word| u64::from(u16::from_le_bytes(word))),
            4 => bytes.first_chunk().map(|&word| u64::from(u32::from_le_bytes(word))),
            _ => bytes.first_chunk().map(|&word| u64::from_le_bytes(word)),
        };
        match value {
            Some(value) => Ok(value),
            None => Err(Trap::BadAddress(addr)),
        }
    }

    /// Writes the low 1, 2, 4 or 8 bytes of an integer.
    #[inline]
    pub fn write(&mut self, addr: Addr, size: u64, value: u64) -> Result<(), Trap> {
        let at = self.check(addr, size)?;
        let bytes = value.to_le_bytes();
        self.bytes[at..at + size as usize].copy_from_slice(&bytes[..size as usize]);
        Ok(())
    }

    /// Reads a word.
    #[inline]
    pub fn word(&self, addr: Addr) -> Result<u64, Trap> {
        let at = self.check(addr, 8)?;
        match self.bytes[at..].first_chunk() {
            Some(word) => Ok(u64::from_le_bytes(*word)),
            None => Err(Trap::BadAddress(addr)),
        }
    }

    /// Writes a word.
    #[inline]
    pub fn set_word(&mut self, addr: Addr, value: u64) -> Result<(), Trap> {
        let at = self.check(addr, 8)?;
        self.bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        Ok(())
    }

    /// A new object that holds these bytes; nil for none.
    pub fn alloc_bytes(&mut self, bytes: &[u8]) -> Result<Addr, Trap> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let addr = self.alloc_plain(bytes.len() as u64)?;
        self.slice_mut(addr, bytes.len() as u64)?.copy_from_slice(bytes);
        Ok(addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_do_not_overlap_and_are_found_from_within() {
        let mut memory = Memory::new(16 << 20);
        let mut objects = Vec::new();
        for size in (1..4000).step_by(7) {
            let addr = memory.alloc(size).expect("room");
            objects.push((addr, size));
        }
        for &(addr, size) in &objects {
            assert_eq!(addr % 8, 0);
            let (base, found) = memory.object_at(addr + size - 1).expect("allocated");
            assert_eq!(base, addr);
            assert!(found >= size);
        }
        objects.sort_unstable();
        assert!(objects.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0));
    }

    #[test]
    fn nil_and_wild_addresses_are_caught() {
        let mut memory = Memory::new(1 << 20);
        assert!(matches!(memory.word(0), Err(Trap::NilDereference(0))));
        assert!(matches!(memory.word(16), Err(Trap::NilDereference(16))));
        assert!(matches!(memory.word(u64::MAX - 3), Err(Trap::BadAddress(_))));
        assert!(matches!(memory.alloc(2 << 20), Err(Trap::OutOfMemory)));
        assert!(matches!(memory.alloc(u64::MAX), Err(Trap::OutOfMemory)));
        let addr = memory.alloc(8).expect("room");
        memory.set_word(addr, 7).expect("ours");
        assert_eq!(memory.word(addr).expect("ours"), 7);
    }
}
