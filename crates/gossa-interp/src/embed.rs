//! `//go:embed`: variables that hold files when the program starts.

use crate::machine::{EmbeddedFile, Machine};
use crate::memory::Addr;
use crate::trap::Trap;
use crate::types::{Shape, Ty};
use std::collections::BTreeMap;

impl Machine<'_> {
    /// Writes files into a variable: one as a string or bytes, or several as an `embed.FS`.
    pub(crate) fn embed(&mut self, addr: Addr, ty: Ty, files: &[EmbeddedFile]) -> Result<(), Trap> {
        match self.types.info(ty).shape.clone() {
            Shape::Struct(fields) if fields.len() == 1 => self.embed_tree(addr, files),
            shape => {
                let [file] = files else { return Ok(()) };
                let data = self.memory.alloc_bytes(&file.data)?;
                let len = file.data.len() as u64;
                self.memory.set_word(addr, data)?;
                self.memory.set_word(addr + 8, len)?;
                if matches!(shape, Shape::Slice(_)) {
                    self.memory.set_word(addr + 16, len)?;
                }
                Ok(())
            }
        }
    }

    /// The list of an `embed.FS`: its files and their directories, by directory, then by name. The
    /// hashes, which nothing reads, stay zero.
    fn embed_tree(&mut self, addr: Addr, files: &[EmbeddedFile]) -> Result<(), Trap> {
        let entry = self.named_type("embed", "file");
        let size = self.types.info(entry).size;
        let field = |name: &str| {
            let found = self.field(entry, name).map(|(offset, _)| offset);
            found.ok_or_else(|| Trap::Unsupported(format!("an embed.file without {name}")))
        };
        let (name_at, data_at) = (field("name")?, field("data")?);
        let mut entries: BTreeMap<(&str, &str), (String, &[u8])> = BTreeMap::new();
        for file in files {
            let mut path = file.name.as_str();
            entries.insert(split(path), (path.to_owned(), &file.data));
            while let Some((dir, _)) = path.rsplit_once('/') {
                entries.insert(split(dir), (format!("{dir}/"), &[]));
                path = dir;
            }
        }
        let count = entries.len() as u64;
        let list = self.memory.alloc(count * size)?;
        for (index, (name, data)) in entries.into_values().enumerate() {
            let at = list + index as u64 * size;
            self.set_string(at + name_at, name.as_bytes())?;
            self.set_string(at + data_at, data)?;
        }
        // The variable points to a slice.
        let slice = self.memory.alloc(24)?;
        for (offset, word) in [(0, list), (8, count), (16, count)] {
            self.memory.set_word(slice + offset, word)?;
        }
        self.memory.set_word(addr, slice)
    }
}

/// Directory and last element, as the order of an `embed.FS` goes by them.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}
