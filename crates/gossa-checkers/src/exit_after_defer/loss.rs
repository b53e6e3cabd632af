//! What is lost when a deferred call never runs because the process is gone.
//!
//! The system closes files and connections, and frees memory and locks of the process, by itself.
//! It does not write what is buffered, remove what is temporary, stop other processes, or restore
//! the terminal.

use gossa_api::prelude::*;
use std::collections::HashMap;
use std::rc::Rc;

/// How deep calls of a deferred function are followed.
const DEPTH: usize = 5;

/// What is lost where a file is not closed that was written: little, it is only not known whether
/// all of it is there.
pub(super) const CLOSES: &str = "closes what was written";
/// What is lost where a message is not printed.
pub(super) const PRINTS: &str = "prints what it should";

/// Answers for a whole program.
pub(super) struct Losses<'p> {
    targets: Rc<Targets<'p>>,
    exits: Exits<'p>,
    known: HashMap<(Func<'p>, usize), Option<&'static str>>,
}

impl<'p> Losses<'p> {
    pub(super) fn new(targets: Rc<Targets<'p>>, exits: Exits<'p>) -> Self {
        Self { targets, exits, known: HashMap::new() }
    }

    /// How a call ends the program.
    pub(super) fn exit(&mut self, site: Inst<'p>) -> Option<Exit<'p>> {
        self.exits.of_call(site)
    }

    /// What is lost when a deferred call does not run, in words that complete "nothing ..."; `None`:
    /// nothing that matters.
    pub(super) fn of(&mut self, defer: Inst<'p>) -> Option<&'static str> {
        self.of_call(defer, 0)
    }

    fn of_call(&mut self, site: Inst<'p>, depth: usize) -> Option<&'static str> {
        let call = site.call()?;
        // Whether there is anything to complain about does not matter any more.
        if self.exits.of_call(site).is_some_and(|exit| exit.distance == 0) {
            return None;
        }
        match call.callee() {
            Callee::Builtin(Builtin::Print | Builtin::Println) if depth == 0 => Some(PRINTS),
            Callee::Builtin(_) => None,
            Callee::Static { name, func } => {
                if let Some(known) = by_name(&name, depth) {
                    return known;
                }
                if name == "os.File.Close" {
                    return call.args().next().and_then(written_file);
                }
                self.of_function(func?, depth)
            }
            Callee::Value(_) => self.of_any(&self.targets.of_call(site).funcs.clone(), depth),
            Callee::Interface { method, .. } => match method.name {
                "Flush" | "Sync" => Some("writes what is buffered"),
                "Write" | "WriteString" if depth > 0 => Some("writes what is buffered"),
                _ => self.of_any(&self.targets.of_call(site).funcs.clone(), depth),
            },
            _ => None,
        }
    }

    /// What one of a few functions would do, if all of them do something.
    fn of_any(&mut self, callees: &[Func<'p>], depth: usize) -> Option<&'static str> {
        if callees.len() > 3 {
            return None;
        }
        let mut found = None;
        for &callee in callees {
            found = Some(match callee.declared_name().and_then(|name| by_name(&name, depth)) {
                Some(known) => known?,
                None => self.of_function(callee, depth)?,
            });
        }
        found
    }

    fn of_function(&mut self, func: Func<'p>, depth: usize) -> Option<&'static str> {
        // The standard library is known by name.
        if depth >= DEPTH || is_library(func) || is_logging(&func.name()) {
            return None;
        }
        // What is there for panics is not missed where nothing panics.
        if depth == 0 && func.recovery() > Recovery::Never {
            return None;
        }
        let depth = if func.is_closure() { depth } else { depth + 1 };
        if let Some(&known) = self.known.get(&(func, depth)) {
            return known;
        }
        self.known.insert((func, depth), None);
        let mut found = None;
        let mut structure = None;
        for inst in func.insts() {
            if !matches!(inst.op(), Op::Call(_) | Op::Defer(_)) {
                continue;
            }
            let Some(lost) = self.of_call(inst, depth) else { continue };
            // What is done about a panic is not lost.
            let structure = structure.get_or_insert_with(|| func.structure());
            if !structure.guards(inst).into_iter().any(|guard| is_recovered(guard.cond)) {
                found = Some(lost);
                break;
            }
        }
        self.known.insert((func, depth), found);
        found
    }
}

/// Whether a condition is on what `recover` gives.
pub(super) fn is_recovered(cond: Value<'_>) -> bool {
    let Some(definition) = cond.definition() else { return false };
    let Op::Binary { x, .. } = definition.op() else { return false };
    let mut x = x;
    loop {
        match x.definition().map(Inst::op) {
            Some(Op::Recover) => return true,
            Some(Op::Narrow { x: inner, .. } | Op::ChangeInterface(inner)) => x = inner,
            _ => return false,
        }
    }
}

/// Whether a function is the library's; the commands of the distribution are programs like others.
fn is_library(func: Func<'_>) -> bool {
    func.is_standard() && !func.package().starts_with("cmd/")
}

/// Loggers are everywhere, and what they would say is not missed.
fn is_logging(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    ["Debug", "Info", "Warn", "Error", "Print", "Log", "Trace", "V"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// What a function of the standard library, or of its neighbours, does that outlives the process:
/// `None` where the name says nothing.
fn by_name(name: &str, depth: usize) -> Option<Option<&'static str>> {
    let (package, function) = name.rsplit_once('/').map_or(("", name), |(dir, rest)| (dir, rest));
    let found = match (package, function) {
        ("", "os.Remove" | "os.RemoveAll" | "syscall.Unlink" | "syscall.Rmdir") => {
            "removes what should be removed"
        }
        ("", "os.Rename" | "os.WriteFile" | "os.Truncate" | "io.Copy" | "io.WriteString")
        | (
            "",
            "os.File.Write"
            | "os.File.WriteString"
            | "os.File.WriteAt"
            | "os.File.Sync"
            | "os.File.Truncate"
            | "os.File.ReadFrom"
            | "syscall.Write"
            | "syscall.Fsync",
        ) => "writes what should be written",
        ("", "bufio.Writer.Flush" | "bufio.ReadWriter.Flush")
        | ("compress", "gzip.Writer.Close" | "zlib.Writer.Close" | "flate.Writer.Close")
        | ("compress", "gzip.Writer.Flush" | "zlib.Writer.Flush" | "flate.Writer.Flush")
        | ("compress", "lzw.Writer.Close")
        | ("archive", "zip.Writer.Close" | "tar.Writer.Close" | "zip.Writer.Flush")
        | ("archive", "tar.Writer.Flush")
        | ("encoding", "csv.Writer.Flush" | "xml.Encoder.Close" | "xml.Encoder.Flush")
        | ("text", "tabwriter.Writer.Flush")
        | ("mime", "multipart.Writer.Close" | "quotedprintable.Writer.Close") => {
            "writes what is buffered"
        }
        (
            "runtime",
            "pprof.StopCPUProfile" | "pprof.WriteHeapProfile" | "pprof.Profile.WriteTo",
        )
        | ("runtime", "trace.Stop") => "writes the profile",
        ("", "os.Process.Kill" | "os.Process.Signal" | "os.Process.Wait" | "syscall.Kill")
        | ("os", "exec.Cmd.Run" | "exec.Cmd.Wait" | "exec.Cmd.Start")
        | ("os", "exec.Cmd.Output" | "exec.Cmd.CombinedOutput") => "stops the other process",
        ("", "syscall.Flock" | "syscall.FcntlFlock") => "unlocks the file",
        ("golang.org/x/sys", "unix.Flock" | "unix.FcntlFlock") => "unlocks the file",
        ("golang.org/x", "term.Restore") => "restores the terminal",
        ("net", "http.Server.Shutdown") => "lets requests end",
        _ if depth <= 1
            && (function.starts_with("fmt.Print") || function.starts_with("fmt.Fprint"))
            && package.is_empty() =>
        {
            PRINTS
        }
        _ if depth <= 1
            && package.is_empty()
            && (function.starts_with("log.Print") || function.starts_with("log.Logger.Print")) =>
        {
            PRINTS
        }
        _ => return None,
    };
    Some(Some(found))
}

/// Whether a file was opened for writing.
fn written_file(mut file: Value<'_>) -> Option<&'static str> {
    let closes = Some(CLOSES);
    for _ in 0..8 {
        let definition = file.definition()?;
        match definition.op() {
            Op::Narrow { x, .. } => file = x,
            Op::Load(address) => {
                // A variable that is assigned once.
                let mut stores = address.func().insts().filter_map(|inst| match inst.op() {
                    Op::Store { ptr, value } if ptr == address => Some(value),
                    _ => None,
                });
                file = stores.next()?;
                if stores.next().is_some() {
                    return None;
                }
            }
            Op::Call(call) => {
                let Callee::Static { name, .. } = call.callee() else { return None };
                return match &*name {
                    // That it has been closed matters to nobody of a file that is temporary.
                    "os.Create" => closes,
                    "os.OpenFile" => {
                        let flags = call.args().nth(1)?.definition()?;
                        let Op::Const(flags) = flags.op() else { return None };
                        (flags.as_i64()? & 3 != 0).then_some(CLOSES)
                    }
                    _ => None,
                };
            }
            _ => return None,
        }
    }
    None
}
