//! What was found out about a batch, as data.

use crate::analysis::Analysis;
use crate::graph::{Attrs, FuncId, Graph, Location, What};
use crate::ir::{Code, FuncIndex, Id, Kind, StringConversion, Var};
use crate::print::Printer;
use crate::report::{Allocation, AllocationKind, Conversion, SelfAssignment, Verdict};
use crate::summary::Sink;
use gossa_base::Name;
use gossa_types::{Builtin, DeclId, PackageId};

impl Analysis<'_> {
    pub(crate) fn record(&mut self, graph: &Graph, self_assignments: &[(FuncId, Id)]) {
        let env = self.env;
        let package_name = |package: PackageId| {
            env.package(package).map_or_else(
                || {
                    let path = package.path();
                    Name::new(path.rsplit('/').next().unwrap_or(path))
                },
                |package| package.name,
            )
        };
        let has_pointer_receiver = |decl: DeclId| {
            env.package(decl.package())
                .and_then(|package| package.funcs.get(&decl)?.receiver)
                .is_some_and(|receiver| receiver.pointer)
        };
        let mut allocations = Vec::new();
        for location in &graph.locations[Graph::SPECIAL..] {
            if location.what == What::Temporary {
                continue;
            }
            let code = &self.codes[location.func.code as usize];
            let printer = self.printer(location.func.code, &package_name, &has_pointer_receiver);
            let verdict =
                if location.attrs.has(Attrs::ESCAPES) { Verdict::Heap } else { Verdict::Frame };
            let (at, kind, text, generated) = match location.what {
                What::Temporary => continue,
                What::Variable(var) => {
                    let found: &Var = &code[var];
                    if verdict == Verdict::Frame && !location.address_taken {
                        continue;
                    }
                    let mut text = String::new();
                    printer.var(&mut text, var);
                    // The one variable of the compiler's that has no place.
                    let generated = text == "#next";
                    (found.at, AllocationKind::Variable, text, generated)
                }
                What::Allocation(id) => {
                    let node = &code[id];
                    let Some(kind) = allocation_kind(code, id, location.attrs) else { continue };
                    let generated = matches!(node.kind, Kind::Closure(func) if code[func].wrapper);
                    let text = match kind {
                        AllocationKind::Append => "append".to_owned(),
                        _ => printer.node(id),
                    };
                    (node.at, kind, text, generated)
                }
            };
            allocations.push((
                location.func.code,
                Allocation {
                    at,
                    kind,
                    verdict,
                    text: text.into(),
                    generated,
                    deferred: code[location.func.func].wrapper,
                    sinks: sinks(location),
                    reachable: self.is_reachable(location.func),
                },
            ));
        }
        let mut assignments = Vec::new();
        for &(func, stmt) in self_assignments {
            let code = &self.codes[func.code as usize];
            let printer = self.printer(func.code, &package_name, &has_pointer_receiver);
            let function = self.function_name(&printer, code, func.func);
            let text = printer.node(stmt).into();
            let found = SelfAssignment { at: code[stmt].at, function, text };
            assignments.push((func.code, found));
        }
        for (code, found) in allocations {
            self.found[code as usize].allocations.push(found);
        }
        for (code, found) in assignments {
            self.found[code as usize].self_assignments.push(found);
        }
    }

    fn printer<'p>(
        &'p self,
        at: u32,
        package_name: &'p dyn Fn(PackageId) -> Name,
        has_pointer_receiver: &'p dyn Fn(DeclId) -> bool,
    ) -> Printer<'p> {
        let code = &self.codes[at as usize];
        let local = self.homes[at as usize];
        Printer {
            code,
            types: self.types,
            local,
            home: code.root.map_or(local, |root| root.decl.package()),
            package_name,
            has_pointer_receiver,
        }
    }

    /// The name of a function or function literal in messages.
    fn function_name(&self, printer: &Printer<'_>, code: &Code, func: FuncIndex) -> Box<str> {
        let mut name = match code.root {
            Some(root) => printer.func(root.decl, root.args),
            None => "init".to_owned(),
        };
        let mut chain = Vec::new();
        let mut inner = func;
        while let Some(outer) = code[inner].parent {
            let before = (0..inner.index())
                .map(FuncIndex::from_usize)
                .filter(|&other| code[other].parent == Some(outer))
                .filter(|&other| {
                    code[other].is_range_body == code[inner].is_range_body
                        && code[other].wrapper == code[inner].wrapper
                })
                .count();
            let kind = if code[inner].is_range_body { "-range" } else { ".func" };
            chain.push(format!("{kind}{}", before + 1));
            inner = outer;
        }
        name.extend(chain.into_iter().rev());
        name.into()
    }
}

/// The sinks that a location's address gets to.
fn sinks(location: &Location) -> Box<[Sink]> {
    Sink::ALL.into_iter().filter(|&sink| location.attrs.has(Attrs::of_sink(sink))).collect()
}

/// What kind of allocation a node is.
fn allocation_kind(code: &Code, id: Id, attrs: Attrs) -> Option<AllocationKind> {
    Some(match code[id].kind {
        Kind::New(_) => AllocationKind::New,
        Kind::MakeSlice(..) | Kind::MakeMap(_) => AllocationKind::Make,
        Kind::Literal(..) if code[id].implicit => AllocationKind::VariadicArguments,
        Kind::Literal(..) => AllocationKind::Literal,
        Kind::AddressOfLiteral(_) => AllocationKind::AddressOfLiteral,
        Kind::Closure(_) => AllocationKind::FunctionLiteral,
        Kind::MethodValue { .. } => AllocationKind::MethodValue,
        Kind::ToInterface(_) => AllocationKind::Conversion(Conversion::Interface),
        Kind::StringConvert(StringConversion::StringToBytes, _) if !attrs.has(Attrs::MUTATES) => {
            AllocationKind::Conversion(Conversion::SharedText)
        }
        Kind::StringConvert(..) => AllocationKind::Conversion(Conversion::Text),
        Kind::Concat(_) => AllocationKind::Concatenation,
        Kind::Builtin(Builtin::Append, _) => AllocationKind::Append,
        _ => return None,
    })
}
