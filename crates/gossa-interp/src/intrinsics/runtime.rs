//! What programs and the standard library ask of package `runtime`.

use super::{Call, List, nothing, sync};
use crate::goroutine::Goroutine;
use crate::machine::Machine;
use crate::trap::Trap;

pub(super) const LIST: List = &[
    ("runtime.Gosched", gosched),
    ("runtime.GC", nothing),
    ("runtime.Goexit", goexit),
    ("runtime.NumGoroutine", num_goroutine),
    ("runtime.GOMAXPROCS", one),
    ("runtime.NumCPU", one),
    ("runtime.KeepAlive", nothing),
    ("runtime.SetFinalizer", nothing),
    ("runtime.AddCleanup", nothing),
    ("runtime.Cleanup.Stop", nothing),
    ("runtime.LockOSThread", nothing),
    ("runtime.UnlockOSThread", nothing),
    ("runtime.gogetenv", getenv),
    ("runtime.fips_getIndicator", fips_indicator),
    ("runtime.fips_setIndicator", set_fips_indicator),
    ("runtime.ReadMemStats", mem_stats),
    ("runtime.nanotime1", sync::nanotime),
    ("runtime.sync_test_runtime_blockUntilEmptyCleanupQueue", yes),
    ("runtime.unique_runtime_blockUntilEmptyCleanupQueue", yes),
    ("runtime.blockUntilEmptyFinalizerQueue", yes),
    ("runtime.blockUntilEmptyCleanupQueue", yes),
    ("runtime.throw", sync::throw),
    ("runtime.fatal", sync::throw),
    ("runtime/debug.SetGCPercent", nothing),
    ("runtime/debug.setGCPercent", nothing),
    ("runtime/debug.freeOSMemory", nothing),
    ("internal/synctest.IsInBubble", nothing),
    ("internal/synctest.inBubble", nothing),
    ("internal/synctest.associate", nothing),
    ("internal/synctest.disassociate", nothing),
    ("internal/synctest.isAssociated", nothing),
    ("internal/synctest.acquire", nothing),
    ("internal/synctest.release", nothing),
    ("weak.runtime_registerWeakPointer", same),
    ("weak.runtime_makeStrongFromWeak", same),
    ("internal/godebug.setUpdate", nothing),
    ("internal/godebug.registerMetric", nothing),
    ("internal/godebug.setNewIncNonDefault", nothing),
    ("internal/godebug.write", nothing),
    ("math/rand.runtime_rand", sync::random),
    ("math/rand/v2.runtime_rand", sync::random),
    ("hash/maphash.runtime_rand", sync::random),
    ("unique.runtime_rand", sync::random),
    ("internal/runtime/maps.rand", sync::random),
    ("internal/abi.EscapeNonString", nothing),
    ("internal/abi.FuncPCABI0", code_address),
    ("internal/abi.FuncPCABIInternal", code_address),
    ("crypto/internal/constanttime.boolToUint8", bool_to_byte),
    ("math.archFloor", floor),
    ("math.archCeil", ceil),
    ("math.archTrunc", trunc),
    ("math.sqrt", sqrt),
    ("math.Sqrt", sqrt),
    ("math.FMA", fma),
];

fn gosched(_: &mut Machine<'_>, _: &mut Goroutine, _: &Call) -> Result<(), Trap> {
    Err(Trap::Yield)
}

fn goexit(_: &mut Machine<'_>, _: &mut Goroutine, _: &Call) -> Result<(), Trap> {
    Err(Trap::Goexit)
}

fn num_goroutine(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    // The one that runs is not in the table.
    let count = m.goroutines.len() as u64 + 1;
    call.set(m, 0, count)
}

fn bool_to_byte(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let value = call.arg(m, 0)?;
    call.set(m, 0, value & 1)
}

fn yes(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    call.set(m, 0, 1)
}

/// Bytes are counted, objects are not: which of them gc would have on a stack is not known here.
fn mem_stats(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let stats = call.arg(m, 0)?;
    let ty = m.named_type("runtime", "MemStats");
    let size = m.types.info(ty).size;
    m.memory.clear(stats, size)?;
    let allocated = m.memory.allocated();
    for name in ["Alloc", "TotalAlloc", "Sys", "HeapAlloc", "HeapSys", "HeapInuse"] {
        if let Some((offset, _)) = m.field(ty, name) {
            m.memory.set_word(stats + offset, allocated)?;
        }
    }
    Ok(())
}

/// An environment variable, for the runtime itself.
fn getenv(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let name = m.string(call.at(m, 0))?.to_vec();
    let value = m.options.environment.iter().find_map(|variable| {
        let (found, value) = variable.split_once('=')?;
        (found.as_bytes() == name).then(|| value.as_bytes().to_vec())
    });
    let at = call.result(m, 0);
    m.set_string(at, &value.unwrap_or_default())
}

fn fips_indicator(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    call.set(m, 0, u64::from(go.fips_indicator))
}

fn set_fips_indicator(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    go.fips_indicator = call.arg(m, 0)? as u8;
    Ok(())
}

/// Nothing is ever collected, so a weak pointer is as good as a strong one.
fn same(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let pointer = call.arg(m, 0)?;
    call.set(m, 0, pointer)
}

fn one(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    call.set(m, 0, 1)
}

/// The address of the code of a function in an `any`.
fn code_address(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let closure = m.memory.word(call.at(m, 0) + 8)?;
    let addr = m.memory.word(closure)?;
    call.set(m, 0, addr)
}

fn float(m: &mut Machine<'_>, call: &Call, function: impl FnOnce(f64) -> f64) -> Result<(), Trap> {
    let x = f64::from_bits(call.arg(m, 0)?);
    call.set(m, 0, function(x).to_bits())
}

fn floor(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    float(m, call, f64::floor)
}

fn ceil(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    float(m, call, f64::ceil)
}

fn trunc(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    float(m, call, f64::trunc)
}

fn sqrt(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    float(m, call, f64::sqrt)
}

fn fma(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let [x, y, z] = [call.arg(m, 0)?, call.arg(m, 1)?, call.arg(m, 2)?].map(f64::from_bits);
    call.set(m, 0, x.mul_add(y, z).to_bits())
}
