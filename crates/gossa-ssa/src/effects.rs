//! What instructions do besides computing their results.

use crate::inst::{BinaryOp, ConvertKind, Inst, UnsafeOp};

/// What an instruction does to memory that others may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MemoryEffect {
    /// Nothing.
    None,
    /// Makes new memory.
    Allocates,
    /// Reads.
    Reads,
    /// Writes.
    Writes,
    /// Reads and writes; also what synchronises with other goroutines.
    Both,
    /// Runs other code, which may do anything.
    Calls,
}

impl MemoryEffect {
    /// The word for it in the documentation.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Allocates => "allocates",
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Both => "reads and writes",
            Self::Calls => "calls",
        }
    }
}

impl Inst {
    /// Whether it may panic, as far as can be said without types and values. A call may.
    #[must_use]
    pub const fn may_panic(&self) -> bool {
        match self {
            Self::Load(_)
            | Self::Store { .. }
            | Self::FieldAddr { .. }
            | Self::IndexAddr { .. }
            | Self::Index { .. }
            | Self::WithIndex { .. }
            | Self::MethodValue { .. }
            | Self::Call(_)
            | Self::RunDefers
            | Self::MakeSlice { .. }
            | Self::MakeChan(_)
            | Self::Slice { .. }
            | Self::MapLookup { .. }
            | Self::MapUpdate { .. }
            | Self::Builtin { .. }
            | Self::Send { .. }
            | Self::Panic(_)
            | Self::Select(_) => true,
            Self::Binary { op, .. } => matches!(
                op,
                BinaryOp::Div
                    | BinaryOp::Rem
                    | BinaryOp::Shl
                    | BinaryOp::Shr
                    | BinaryOp::Equal
                    | BinaryOp::NotEqual
            ),
            Self::Convert { kind, .. } => {
                matches!(kind, ConvertKind::SliceToArray | ConvertKind::SliceToArrayPointer)
            }
            Self::Unsafe { op, .. } => matches!(op, UnsafeOp::Slice | UnsafeOp::String),
            Self::TypeAssert { comma_ok, .. } => !*comma_ok,
            _ => false,
        }
    }

    /// What it does to memory.
    #[must_use]
    pub const fn memory(&self) -> MemoryEffect {
        match self {
            Self::Alloc(_)
            | Self::Closure { .. }
            | Self::MethodValue { .. }
            | Self::MakeInterface(_)
            | Self::MakeSlice { .. }
            | Self::MakeMap(_)
            | Self::MakeChan(_)
            | Self::Table(_) => MemoryEffect::Allocates,
            Self::Load(_) | Self::MapLookup { .. } | Self::Range(_) | Self::Next(_) => {
                MemoryEffect::Reads
            }
            // Conversions to and from byte and rune slices copy.
            Self::Convert { kind, .. } => match kind {
                ConvertKind::BytesToString
                | ConvertKind::RunesToString
                | ConvertKind::SliceToArray => MemoryEffect::Reads,
                ConvertKind::StringToBytes | ConvertKind::StringToRunes => MemoryEffect::Allocates,
                _ => MemoryEffect::None,
            },
            Self::Store { .. } | Self::MapUpdate { .. } => MemoryEffect::Writes,
            Self::Builtin { .. }
            | Self::Send { .. }
            | Self::Receive { .. }
            | Self::Select(_)
            | Self::Recover => MemoryEffect::Both,
            Self::Call(_)
            | Self::Go(_)
            | Self::Defer { .. }
            | Self::RunDefers
            | Self::Unwind { .. } => MemoryEffect::Calls,
            _ => MemoryEffect::None,
        }
    }
}
