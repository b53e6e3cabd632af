//! Where Go pointers become integers, and which memory is Go's.

use gossa_api::prelude::*;

/// Where a Go pointer becomes an integer.
pub(crate) struct Origin<'p> {
    pub(crate) inst: Inst<'p>,
    pub(crate) integer: Value<'p>,
    /// The pointer, before conversions; unknown for `reflect`'s methods.
    pub(crate) pointer: Option<Value<'p>>,
    pub(crate) what: String,
}

impl<'p> Origin<'p> {
    pub(crate) fn of(inst: Inst<'p>) -> Option<Self> {
        match inst.op() {
            Op::Convert { kind: ConvertKind::UnsafeToUintptr, x } => {
                let pointer = pointer_root(x);
                if !is_go_memory(pointer) {
                    return None;
                }
                Some(Self {
                    inst,
                    integer: inst.results().next()?,
                    pointer: Some(pointer),
                    what: described(pointer, "a Go pointer"),
                })
            }
            Op::Call(call) => {
                let Callee::Static { name, .. } = call.callee() else { return None };
                let short = reflect_address(&name)?;
                Some(Self {
                    inst,
                    integer: inst.results().next()?,
                    pointer: None,
                    what: format!("the result of reflect.Value.{short}"),
                })
            }
            _ => None,
        }
    }
}

/// The methods of `reflect.Value` that return an address as an integer, which must be converted
/// in the same expression; by qualified name.
pub(crate) fn reflect_address(name: &str) -> Option<&'static str> {
    match name {
        "reflect.Value.Pointer" => Some("Pointer"),
        "reflect.Value.UnsafeAddr" => Some("UnsafeAddr"),
        _ => None,
    }
}

/// The pointer that an `unsafe.Pointer` was made from: without conversions and without steps
/// inside the object.
pub(crate) fn pointer_root(mut pointer: Value<'_>) -> Value<'_> {
    while let Some(definition) = pointer.definition() {
        pointer = match definition.op() {
            Op::Convert {
                kind:
                    ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer
                    | ConvertKind::ChangeType,
                x,
            }
            | Op::Narrow { x, .. }
            | Op::FieldAddr { ptr: x, .. }
            | Op::IndexAddr { base: x, .. }
            | Op::Slice { x, .. }
            | Op::Unsafe {
                op:
                    UnsafeOp::Add
                    | UnsafeOp::Slice
                    | UnsafeOp::SliceData
                    | UnsafeOp::String
                    | UnsafeOp::StringData,
                x,
                ..
            } => x,
            _ => return pointer,
        };
    }
    pointer
}

/// Whether a pointer may lead to memory that the collector frees or the runtime moves.
pub(crate) fn is_go_memory(root: Value<'_>) -> bool {
    if root.ty().pointee().is_some_and(Type::is_c) || root.ty().is_c() {
        return false;
    }
    let Some(definition) = root.definition() else { return true };
    match definition.op() {
        // Package-level variables neither move nor die; functions, constants and nil neither.
        Op::Global(_) | Op::Func(_) | Op::Const(_) | Op::Zero => false,
        // Made from an integer: either not Go memory, or followed from where that was made.
        Op::Convert { kind: ConvertKind::UintptrToUnsafe, .. } => false,
        Op::Call(call) => match call.callee() {
            Callee::Static { name, .. } => !is_foreign_allocator(&name),
            _ => true,
        },
        // A function value's code pointer.
        Op::Closure { .. } | Op::MethodValue { .. } | Op::MethodExpr(_) => false,
        _ => true,
    }
}

/// Whether a package is part of the runtime, which is the collector and moves the stacks itself:
/// it knows where its memory is.
pub(crate) fn is_runtime(package: &str) -> bool {
    package == "runtime"
        || package.starts_with("internal/runtime/")
        || package.starts_with("runtime/internal/")
}

/// Whether a function is C's.
pub(crate) fn is_c_function(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|last| last.starts_with("_Cfunc_"))
}

/// Functions whose results are memory that is not Go's.
pub(crate) fn is_foreign_allocator(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    is_c_function(name)
        || matches!(last, "Mmap" | "mmap" | "MmapPtr" | "sysAlloc" | "persistentalloc")
}

/// Functions that take addresses as integers and keep the objects alive only when the conversion
/// stands in the argument list.
pub(crate) fn takes_addresses(name: &str, callee: Option<Func<'_>>) -> bool {
    let (package, last) = name.rsplit_once('.').unwrap_or(("", name));
    let system_call = matches!(
        last,
        "Syscall"
            | "Syscall6"
            | "Syscall9"
            | "Syscall12"
            | "Syscall15"
            | "Syscall18"
            | "SyscallN"
            | "RawSyscall"
            | "RawSyscall6"
    ) && matches!(
        package,
        "syscall"
            | "internal/runtime/syscall"
            | "internal/runtime/syscall/linux"
            | "golang.org/x/sys/unix"
            | "golang.org/x/sys/windows"
    );
    system_call
        || (last == "Call" && matches!(package, "syscall.LazyProc" | "syscall.Proc"))
        || callee.filter(|func| func.params().any(|param| param.ty().is_uintptr())).is_some_and(
            |func| {
                func.go_directives()
                    .iter()
                    .any(|name| name == "uintptrescapes" || name == "uintptrkeepalive")
            },
        )
}

pub(crate) fn described(value: Value<'_>, otherwise: &str) -> String {
    value.name().map_or_else(|| otherwise.to_owned(), |name| format!("`{name}`"))
}
