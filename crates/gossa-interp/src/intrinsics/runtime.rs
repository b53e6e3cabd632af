//! What programs and the standard library ask of package `runtime`.

use super::{Call, List, nothing, sync};
use crate::goroutine::{Deferred, Goroutine};
use crate::machine::Machine;
use crate::trap::Trap;
use crate::types::{Shape, slot_size};

pub(super) const LIST: List = &[
    ("runtime.Gosched", gosched),
    ("runtime.GC", collect),
    ("runtime.Goexit", goexit),
    ("runtime.NumGoroutine", num_goroutine),
    ("runtime.GOMAXPROCS", one),
    ("runtime.NumCPU", one),
    ("runtime.KeepAlive", nothing),
    ("runtime.SetFinalizer", set_finalizer),
    ("runtime.AddCleanup", add_cleanup),
    ("runtime.Cleanup.Stop", stop_cleanup),
    ("runtime.LockOSThread", nothing),
    ("runtime.UnlockOSThread", nothing),
    ("runtime.gogetenv", getenv),
    ("runtime.fips_getIndicator", fips_indicator),
    ("runtime.fips_setIndicator", set_fips_indicator),
    ("runtime.ReadMemStats", mem_stats),
    ("runtime.nanotime1", sync::nanotime),
    ("runtime.sync_test_runtime_blockUntilEmptyCleanupQueue", wait_for_duties),
    ("runtime.unique_runtime_blockUntilEmptyCleanupQueue", wait_for_duties),
    ("runtime.blockUntilEmptyFinalizerQueue", wait_for_duties),
    ("runtime.blockUntilEmptyCleanupQueue", wait_for_duties),
    ("runtime.throw", sync::throw),
    ("runtime.fatal", sync::throw),
    ("runtime/debug.setGCPercent", set_gc_percent),
    ("runtime/debug.freeOSMemory", collect),
    ("internal/synctest.IsInBubble", nothing),
    ("internal/synctest.inBubble", nothing),
    ("internal/synctest.associate", nothing),
    ("internal/synctest.disassociate", nothing),
    ("internal/synctest.isAssociated", nothing),
    ("internal/synctest.acquire", nothing),
    ("internal/synctest.release", nothing),
    ("weak.runtime_registerWeakPointer", make_weak),
    ("weak.runtime_makeStrongFromWeak", make_strong),
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
    let others = m.goroutines.values().filter(|go| !go.system).count() as u64;
    call.set(m, 0, others + 1)
}

fn bool_to_byte(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let value = call.arg(m, 0)?;
    call.set(m, 0, value & 1)
}

/// Finalizers and cleanups whose turn it is run first.
fn wait_for_duties(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    call.set(m, 0, 1)?;
    Err(Trap::Yield)
}

/// Bytes are counted, objects are not: which of them gc would have on a stack is not known here.
fn mem_stats(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let stats = call.arg(m, 0)?;
    let ty = m.named_type("runtime", "MemStats");
    let size = m.types.info(ty).size;
    m.memory.clear(stats, size)?;
    let counts = m.memory.counts();
    let words = [
        ("Alloc", counts.live),
        ("TotalAlloc", counts.total),
        ("Sys", counts.live),
        ("HeapAlloc", counts.live),
        ("HeapSys", counts.live),
        ("HeapInuse", counts.live),
        ("HeapObjects", counts.live_objects),
        ("NumGC", counts.collections),
    ];
    for (name, value) in words {
        if let Some((offset, field)) = m.field(ty, name) {
            let size = m.types.info(field).size;
            m.memory.write(stats + offset, size, value)?;
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

fn collect(m: &mut Machine<'_>, go: &mut Goroutine, _: &Call) -> Result<(), Trap> {
    m.collect(go)
}

/// `func SetFinalizer(obj any, finalizer any)`
fn set_finalizer(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (object, finalizer) = (call.at(m, 0), call.at(m, 1));
    let (ty, target) = (m.memory.word(object)?, m.memory.word(object + 8)?);
    let (function, closure) = (m.memory.word(finalizer)?, m.memory.word(finalizer + 8)?);
    let fatal = |text: &str| Trap::Fatal(format!("runtime.SetFinalizer: {text}"));
    if ty == 0 {
        return Err(fatal("first argument is nil"));
    }
    if function == 0 {
        m.duties.set_finalizer(target, None);
        return Ok(());
    }
    let callee = m.callee_of_closure(closure)?;
    let &[param] = &callee.code.params[..] else {
        return Err(fatal("cannot pass the first argument to the finalizer"));
    };
    let words = match m.types.info(param).shape {
        Shape::Interface { empty: true } => vec![ty, target],
        Shape::Interface { empty: false } => {
            let dynamic = m.dynamic_type(ty, true)?;
            vec![m.method_table(param, dynamic)?, target]
        }
        _ => vec![target],
    };
    let args = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let run = Deferred { code: callee.code, closure, args };
    if m.duties.set_finalizer(target, Some(run)) {
        return Err(fatal("finalizer already set"));
    }
    Ok(())
}

/// `func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup`
fn add_cleanup(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (target, closure) = (call.arg(m, 0)?, call.arg(m, 1)?);
    if target == 0 {
        return Err(Trap::plain("runtime.AddCleanup: ptr is nil"));
    }
    let size = call.code.params.get(2).map_or(0, |&ty| m.types.info(ty).size);
    let args = m.memory.slice(call.at(m, 2), slot_size(size))?.into();
    let callee = m.callee_of_closure(closure)?;
    let number = m.duties.add_cleanup(target, Deferred { code: callee.code, closure, args });
    let result = call.result(m, 0);
    m.memory.set_word(result, number)
}

fn stop_cleanup(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let number = m.memory.word(call.at(m, 0))?;
    m.duties.remove_cleanup(number);
    Ok(())
}

fn set_gc_percent(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let percent = call.arg(m, 0)? as i32;
    let before = m.duties.percent.replace(percent).unwrap_or(100);
    call.set(m, 0, before as u64)
}

fn make_weak(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let pointer = call.arg(m, 0)?;
    let handle = m.weak_handle(pointer)?;
    call.set(m, 0, handle)
}

fn make_strong(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let handle = call.arg(m, 0)?;
    let pointer = if handle == 0 { 0 } else { m.memory.word(handle)? };
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
