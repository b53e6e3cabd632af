//! Lowers and verifies the packages that `go list -json -deps` prints.
//!
//! ```sh
//! go list -json -deps std cmd | cargo run --release -p gossa-ssa --example lower_all
//! ```
//!
//! Starts from all functions that are not generic, all initialisers, and adds instances of generic
//! functions until nothing is new. Prints violations of the form's rules, holes, and figures.
//! `--threads N` lowers on N threads (2 when not given); `--print REGEX-FREE-PART` prints the
//! functions whose name contains the text; `--round-trip` reads back what printing gives;
//! `--repeat N` lowers everything N times, for timing.

#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

mod world;

use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_ssa::build::{for_each_callee, for_each_converted_method, lower};
use gossa_ssa::stats::Stats;
use gossa_ssa::{
    FuncId, FuncKey, Inst, Lowered, Plain, Printer, print, read, verify_calls, verify_lowered,
};
use gossa_types::{EnvResolver, PackageId, TypeEnv};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use world::{Source, World};

struct Options {
    threads: usize,
    print: Option<String>,
    round_trip: bool,
    repeat: usize,
}

fn options() -> Options {
    let mut options = Options { threads: 2, print: None, round_trip: false, repeat: 1 };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|text| text.parse().ok()).unwrap_or(1);
        match arg.as_str() {
            "--threads" => options.threads = number(),
            "--repeat" => options.repeat = number(),
            "--print" => options.print = args.next(),
            "--round-trip" => options.round_trip = true,
            other => eprintln!("unknown option {other}"),
        }
    }
    options
}

fn strings(value: &serde_json::Value, key: &str) -> Vec<String> {
    let list = value[key].as_array().map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Checks one package as `go list` describes it; gives its lines.
fn load(world: &mut World, value: &serde_json::Value) -> Option<(PackageId, usize)> {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let path = text("ImportPath");
    if path == "unsafe" {
        return None;
    }
    let mut files = strings(value, "GoFiles");
    files.extend(strings(value, "CgoFiles"));
    files.sort();
    let texts: Vec<Vec<u8>> = files
        .iter()
        .map(|file| std::fs::read(format!("{}/{file}", text("Dir"))).unwrap_or_default())
        .collect();
    let import_map = value["ImportMap"].as_object();
    let imports: FxHashMap<Name, PackageId> = strings(value, "Imports")
        .iter()
        .filter(|path| !matches!(path.as_str(), "C" | "unsafe"))
        .map(|path| {
            let written = import_map
                .and_then(|map| map.iter().find(|(_, to)| to.as_str() == Some(path)))
                .map_or(path.as_str(), |(from, _)| from);
            (Name::new(written), PackageId::new(path))
        })
        .collect();
    let minor = value["Module"]["GoVersion"]
        .as_str()
        .and_then(|version| version.split('.').nth(1)?.parse().ok())
        .unwrap_or(27);
    let errors = world.add(&Source {
        path: &path,
        name: &text("Name"),
        texts: &texts,
        imports,
        version: (1, minor),
        standard: value["Standard"].as_bool().unwrap_or(false),
    });
    if let Some(first) = errors.first() {
        println!("{path}: {} errors, first: {first}", errors.len());
    }
    let lines = texts.iter().map(|text| text.iter().filter(|&&b| b == b'\n').count()).sum();
    Some((PackageId::new(&path), lines))
}

/// What a package has to lower.
fn functions_of(world: &World, package: PackageId, out: &mut Vec<FuncId>) {
    let Some(decls) = world.package(package) else { return };
    for func in &decls.func_order {
        if decls.funcs.get(func).is_some_and(|f| f.has_body && f.type_params.is_empty()) {
            out.push(FuncId::declared(*func));
        }
    }
    let initializers = decls.initializers.iter().filter_map(|init| init.lhs.first());
    out.extend(initializers.map(|&var| FuncId::new(FuncKey::VarInit(var))));
    out.push(FuncId::new(FuncKey::PackageInit(package)));
}

/// Lowers functions on several threads, in order.
fn lower_all(world: &World, functions: &[FuncId], threads: usize) -> Vec<(FuncId, Lowered)> {
    const CHUNK: usize = 64;
    let next = AtomicUsize::new(0);
    let mut parts: Vec<(usize, Vec<(FuncId, Lowered)>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                std::thread::Builder::new()
                    .stack_size(16 << 20)
                    .spawn_scoped(scope, || {
                        let mut parts = Vec::new();
                        loop {
                            let chunk = next.fetch_add(1, Ordering::Relaxed);
                            let start = chunk * CHUNK;
                            if start >= functions.len() {
                                return parts;
                            }
                            let end = (start + CHUNK).min(functions.len());
                            let lowered = functions[start..end]
                                .iter()
                                .filter_map(|&func| Some((func, lower_one(world, func)?)))
                                .collect();
                            parts.push((chunk, lowered));
                        }
                    })
                    .expect("a thread")
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    parts.sort_by_key(|&(chunk, _)| chunk);
    parts.into_iter().flat_map(|(_, part)| part).collect()
}

fn lower_one(world: &World, func: FuncId) -> Option<Lowered> {
    match catch_unwind(AssertUnwindSafe(|| lower(world, func))) {
        Ok(lowered) => lowered,
        Err(_) => {
            println!("panic in {func}");
            None
        }
    }
}

fn main() {
    let options = options();
    let stdin = std::io::stdin().lock();
    let values = serde_json::Deserializer::from_reader(stdin).into_iter::<serde_json::Value>();
    let start = Instant::now();
    let mut world = World::default();
    let mut packages = Vec::new();
    let mut lines = 0;
    for value in values {
        match value {
            Ok(value) => {
                if let Some((package, count)) = load(&mut world, &value) {
                    packages.push(package);
                    lines += count;
                }
            }
            Err(error) => {
                eprintln!("standard input is no output of go list -json: {error}");
                std::process::exit(2);
            }
        }
    }
    eprintln!("checked {} packages in {:.2}s", packages.len(), start.elapsed().as_secs_f64());

    let mut functions = Vec::new();
    for &package in &packages {
        functions_of(&world, package, &mut functions);
    }
    for _ in 1..options.repeat {
        let start = Instant::now();
        let all = lower_all(&world, &functions, options.threads);
        let seconds = start.elapsed().as_secs_f64();
        eprintln!(
            "{} functions in {seconds:.2}s, {:.0} lines/s",
            all.len(),
            lines as f64 / seconds
        );
    }
    let start = Instant::now();
    let mut known: FxHashSet<FuncId> = functions.iter().copied().collect();
    let mut all: Vec<(FuncId, Lowered)> = Vec::new();
    let mut instances = 0;
    let mut lowering = 0.0;
    while !functions.is_empty() {
        let round = Instant::now();
        let lowered = lower_all(&world, &functions, options.threads);
        lowering += round.elapsed().as_secs_f64();
        let mut wanted = Vec::new();
        for (_, lowered) in &lowered {
            let mut want = |func: FuncId| {
                let generic = matches!(func.key(), FuncKey::Decl { args, .. } if !args.is_empty());
                if generic && known.insert(func) {
                    wanted.push(func);
                }
            };
            for_each_callee(lowered, &mut want);
            for_each_converted_method(&world, lowered, &mut want);
        }
        wanted.sort_by_cached_key(ToString::to_string);
        instances += wanted.len();
        all.extend(lowered);
        functions = wanted;
    }
    eprintln!(
        "lowered {} functions ({instances} instances) in {lowering:.2}s ({:.2}s with finding \
         instances): {:.0} lines/s",
        all.len(),
        start.elapsed().as_secs_f64(),
        lines as f64 / lowering
    );
    examine(&world, &all, &options, lines);
}

/// What `examine` takes, and how much text is printed.
#[derive(Default)]
struct Times {
    verify: Duration,
    print: Duration,
    read: Duration,
    text: usize,
}

/// Verifies, counts, prints.
fn examine(world: &World, all: &[(FuncId, Lowered)], options: &Options, lines: usize) {
    let resolver = EnvResolver::new(world, None);
    let mut stats = Stats::default();
    let (mut violations, mut holes, mut unread) = (0, 0, 0);
    let by_func: FxHashMap<FuncId, &Lowered> = all.iter().map(|(func, l)| (*func, l)).collect();
    let mut times = Times::default();
    let mut printer = Printer::new();
    for (func, lowered) in all {
        let start = Instant::now();
        let callee = |func: FuncId| by_func.get(&func).map(|lowered| &lowered.bodies[0]);
        let mut found = verify_lowered(&lowered.bodies, Some(&resolver));
        if found.is_empty() {
            for (index, body) in lowered.bodies.iter().enumerate() {
                let calls = verify_calls(body, Some(&resolver), &callee);
                found.extend(calls.into_iter().map(|violation| (index, violation)));
            }
        }
        times.verify += start.elapsed();
        for (index, violation) in found {
            violations += 1;
            if violations <= 200 {
                println!("{func}.{index}: {violation}");
            }
        }
        for (body, source_map) in lowered.bodies.iter().zip(&lowered.source_maps) {
            let count = body.insts.iter().filter(|inst| matches!(inst, Inst::Hole)).count();
            if count > 0 && holes < 200 {
                println!("{}: {count} holes", body.func);
            }
            holes += count;
            stats.add(body, source_map);
        }
        if options.print.as_ref().is_some_and(|part| func.to_string().contains(part)) {
            println!("{}", print(&lowered.bodies));
        }
        if options.round_trip {
            let start = Instant::now();
            printer.clear();
            for body in &lowered.bodies {
                printer.body(body, &Plain);
            }
            times.print += start.elapsed();
            times.text += printer.as_str().len();
            let start = Instant::now();
            let again = read(printer.as_str());
            times.read += start.elapsed();
            match again {
                Ok(again) if again[..] == lowered.bodies[..] => {}
                result => {
                    unread += 1;
                    if unread <= 20 {
                        println!("{func}: reads back differently {:?}", result.err());
                    }
                }
            }
        }
    }
    println!("{stats}");
    eprintln!(
        "verified in {:.2}s, printed in {:.2}s ({} MB), read back in {:.2}s",
        times.verify.as_secs_f64(),
        times.print.as_secs_f64(),
        times.text / 1_000_000,
        times.read.as_secs_f64()
    );
    let instructions: usize =
        all.iter().flat_map(|(_, l)| l.bodies.iter()).map(|body| body.insts.len()).sum();
    println!(
        "{lines} lines, {instructions} instructions, {:.1} bytes each; {violations} violations, \
         {holes} holes, {unread} not read back",
        stats.bytes_per_instruction()
    );
    std::process::exit(i32::from(violations > 0 || unread > 0));
}
