//! The machine: all state of a run, and the services that compiling and executing share.

use crate::channel::Channel;
use crate::code::{Code, CodeId, CodeKey};
use crate::collect::Duties;
use crate::descriptor::Descriptors;
use crate::files::{FileSystem, Files};
use crate::goroutine::{GoId, Goroutine, Panicking};
use crate::intrinsics::Stub;
use crate::live::KnownLive;
use crate::map::MapTable;
use crate::memory::{Addr, Memory};
use crate::observe::{Observer, Touch};
use crate::replay::{Schedule, Script};
use crate::schedule::Scheduler;
use crate::trap::Trap;
use crate::types::{Num, Shape, Ty, Types};
use gossa_base::{FxHashMap, Name};
use gossa_ssa::{
    FuncId, FuncKey, InstId, LowerEnv, Lowered, MethodRef, MethodTarget, Table, TableNode,
};
use gossa_types::constant::Value;
use gossa_types::lookup::find_method;
use gossa_types::underlying::type_set;
use gossa_types::{DeclId, EnvResolver, PackageId, Selected, TypeId, TypeKind, TypeList};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What the machine asks of the program that it runs.
pub trait ProgramEnv: LowerEnv {
    /// The SSA form of a declared function, an initialiser or a package's initialisation, with the
    /// closures in it; `None` where there is no body.
    fn lowered(&self, func: FuncId) -> Option<Arc<Lowered>>;

    /// The function that `//go:linkname` makes the body of one that has none.
    fn linked(&self, func: FuncId) -> Option<FuncId>;

    /// The linker's symbol of a function.
    fn symbol(&self, func: FuncId) -> String;

    /// File (its full path) and line that an instruction of a function comes from.
    fn position(&self, func: FuncId, inst: InstId) -> Option<(String, u32)>;

    /// The first line of an instruction's source text.
    fn source(&self, func: FuncId, inst: InstId) -> Option<String>;

    /// File and line where a function is declared, or where its literal begins.
    fn declared_at(&self, func: FuncId) -> Option<(String, u32)>;

    /// The files that `//go:embed` puts into a variable, sorted by name; `None` without a
    /// directive.
    fn embedded(&self, variable: DeclId) -> Option<Vec<EmbeddedFile>>;

    /// The variable that `//go:linkname` makes another name of this one.
    fn linked_variable(&self, variable: DeclId) -> Option<DeclId>;

    /// The files that the program may see; `None`: asking for one ends the run.
    fn files(&self) -> Option<&dyn Files>;
}

/// A file that a program carries with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmbeddedFile {
    /// Its path, relative to the package's directory.
    pub name: String,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// Where a program's output goes.
pub trait Output {
    /// Standard output (1) or standard error (2).
    fn write(&mut self, stream: u32, bytes: &[u8]);
}

/// Limits and surroundings of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of memory.
    pub memory: u64,
    /// Operations; `None`: without limit.
    pub steps: Option<u64>,
    /// Chooses between runnable goroutines, and when they let others run. The same seed gives the
    /// same run.
    pub seed: u64,
    /// The choices to make first, in the place of those of the seed.
    pub replay: Option<Schedule>,
    /// Whether the choices are written down.
    pub record: bool,
    /// `os.Args`, the program's name first.
    pub args: Vec<String>,
    /// Environment variables, `NAME=value`.
    pub environment: Vec<String>,
    /// The current directory.
    pub dir: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            memory: 4 << 30,
            steps: None,
            seed: 0,
            replay: None,
            record: false,
            args: vec!["main".to_owned()],
            // Local time is UTC, and no file has to be asked for it.
            environment: vec!["TZ=".to_owned()],
            dir: "/".to_owned(),
        }
    }
}

#[derive(Clone)]
struct CodeEntry {
    key: CodeKey,
    code: Option<Rc<Code>>,
    /// The function as a value; 0 before it is asked for.
    value: Addr,
    /// Whether `reflect` makes closures of it: told once, since every call of a closure asks.
    stub: Option<Stub>,
}

/// A method as interface calls look it up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct MethodName {
    pub(crate) name: Name,
    /// Declaring package of an unexported name.
    pub(crate) package: Option<PackageId>,
}

/// A run of a program.
pub struct Machine<'e> {
    pub(crate) env: &'e dyn ProgramEnv,
    pub(crate) options: Options,
    pub(crate) output: Box<dyn Output + 'e>,
    /// Who is told what happens; set before anything is compiled.
    pub(crate) observer: Option<Box<dyn Observer + 'e>>,
    /// What a function that the machine runs itself did to memory, to be told.
    pub(crate) touched: Vec<Touch>,
    /// Shared by copies of the run: what is known of a type stays true.
    pub(crate) types: Rc<Types<'e>>,
    pub(crate) memory: Memory,
    pub(crate) descriptors: Descriptors,
    pub(crate) maps: MapTable,
    pub(crate) channels: Vec<Channel>,
    /// Numbers of channels that were collected.
    pub(crate) spare_channels: Vec<usize>,
    pub(crate) duties: Duties,
    pub(crate) scheduler: Scheduler,
    /// The goroutines that have not ended.
    pub(crate) goroutines: FxHashMap<GoId, Goroutine>,
    /// Tables of constants, unpacked, with their types.
    pub(crate) tables: Vec<Arc<(TypeId, TableNode)>>,
    pub(crate) steps: u64,
    /// The goroutine that runs.
    pub(crate) current: GoId,
    /// The panics that nobody recovered, and the goroutine that they left.
    pub(crate) dying: Vec<Panicking>,
    pub(crate) dying_go: Option<GoId>,
    pub(crate) natives: crate::intrinsics::Natives,
    pub(crate) files: FileSystem,
    codes: Vec<CodeEntry>,
    code_ids: FxHashMap<CodeKey, CodeId>,
    methods: Vec<MethodName>,
    method_ids: FxHashMap<MethodName, u32>,
    dispatch: FxHashMap<(Ty, u32), Option<CodeId>>,
    globals: FxHashMap<DeclId, Addr>,
    strings: FxHashMap<Box<[u8]>, Addr>,
    /// The test program that the packages are compiled for, if any: `p.test`.
    tests: Box<str>,
    packages: FxHashMap<&'static str, PackageId>,
    lowered: FxHashMap<FuncId, Option<Arc<Lowered>>>,
    pub(crate) known_live: RefCell<KnownLive>,
    /// Where values of size 0 are.
    zero_base: Addr,
}

impl<'e> Machine<'e> {
    /// A machine that has run nothing yet, for a program that begins in the package `root`.
    pub fn new(
        env: &'e dyn ProgramEnv,
        root: PackageId,
        options: Options,
        output: Box<dyn Output + 'e>,
    ) -> Result<Self, Trap> {
        let mut memory = Memory::new(options.memory);
        let zero_base = memory.alloc(8)?;
        let mut options = options;
        let mut scheduler = Scheduler::new(options.seed);
        scheduler.script = Script::new(options.replay.take(), options.record);
        Ok(Self {
            env,
            output,
            observer: None,
            touched: Vec::new(),
            types: Rc::new(Types::new(EnvResolver::new(env, None))),
            memory,
            descriptors: Descriptors::default(),
            maps: MapTable::default(),
            channels: Vec::new(),
            spare_channels: Vec::new(),
            duties: Duties::default(),
            scheduler,
            goroutines: FxHashMap::default(),
            tables: Vec::new(),
            steps: 0,
            current: GoId(0),
            dying: Vec::new(),
            dying_go: None,
            natives: crate::intrinsics::Natives::new(),
            files: FileSystem::new(&options.dir),
            codes: Vec::new(),
            code_ids: FxHashMap::default(),
            methods: Vec::new(),
            method_ids: FxHashMap::default(),
            dispatch: FxHashMap::default(),
            globals: FxHashMap::default(),
            strings: FxHashMap::default(),
            tests: tests_of(root).into(),
            packages: FxHashMap::default(),
            lowered: FxHashMap::default(),
            known_live: RefCell::default(),
            zero_base,
            options,
        })
    }

    /// A copy of the run as it stands, that writes elsewhere.
    pub(crate) fn fork(&self, output: Box<dyn Output + 'e>) -> Self {
        Self {
            env: self.env,
            options: self.options.clone(),
            output,
            observer: None,
            touched: Vec::new(),
            types: self.types.clone(),
            memory: self.memory.clone(),
            descriptors: self.descriptors.clone(),
            maps: self.maps.clone(),
            channels: self.channels.clone(),
            spare_channels: self.spare_channels.clone(),
            duties: self.duties.clone(),
            scheduler: self.scheduler.clone(),
            goroutines: self.goroutines.clone(),
            tables: self.tables.clone(),
            steps: self.steps,
            current: self.current,
            dying: self.dying.clone(),
            dying_go: self.dying_go,
            natives: self.natives.clone(),
            files: self.files.clone(),
            codes: self.codes.clone(),
            code_ids: self.code_ids.clone(),
            methods: self.methods.clone(),
            method_ids: self.method_ids.clone(),
            dispatch: self.dispatch.clone(),
            globals: self.globals.clone(),
            strings: self.strings.clone(),
            tests: self.tests.clone(),
            packages: self.packages.clone(),
            lowered: self.lowered.clone(),
            known_live: RefCell::default(),
            zero_base: self.zero_base,
        }
    }

    /// The number of a function.
    pub(crate) fn code_of(&mut self, key: CodeKey) -> CodeId {
        if let Some(&known) = self.code_ids.get(&key) {
            return known;
        }
        let id = CodeId(self.codes.len() as u32);
        let stub = match key {
            CodeKey::Func(func) => Stub::of(func),
            _ => None,
        };
        self.codes.push(CodeEntry { key: key.clone(), code: None, value: 0, stub });
        self.code_ids.insert(key, id);
        id
    }

    pub(crate) fn code_key(&self, id: CodeId) -> &CodeKey {
        &self.codes[id.0 as usize].key
    }

    pub(crate) fn stub(&self, id: CodeId) -> Option<Stub> {
        self.codes[id.0 as usize].stub
    }

    pub(crate) fn has_code(&self, id: CodeId) -> bool {
        (id.0 as usize) < self.codes.len()
    }

    pub(crate) fn set_code(&mut self, id: CodeId, code: Rc<Code>) {
        self.codes[id.0 as usize].code = Some(code);
    }

    /// A function ready to run.
    #[inline]
    pub(crate) fn code(&mut self, id: CodeId) -> Result<Rc<Code>, Trap> {
        match &self.codes[id.0 as usize].code {
            Some(code) => Ok(code.clone()),
            None => self.compile(id),
        }
    }

    /// A function known by name as a value: a closure without captures, the same each time.
    pub(crate) fn func_value(&mut self, id: CodeId) -> Result<Addr, Trap> {
        let known = self.codes[id.0 as usize].value;
        if known != 0 {
            return Ok(known);
        }
        let value = self.unobserved(|machine| machine.memory.alloc(8))?;
        self.memory.set_word(value, id.addr())?;
        self.codes[id.0 as usize].value = value;
        Ok(value)
    }

    /// A package of the program by its import path: where the program is that of a package's
    /// tests, the one that was compiled for them.
    pub(crate) fn package(&mut self, path: &'static str) -> PackageId {
        if let Some(&known) = self.packages.get(path) {
            return known;
        }
        let variant = PackageId::new(&format!("{path} [{}]", self.tests));
        let found = match self.env.package(variant) {
            Some(_) => variant,
            None => PackageId::new(path),
        };
        self.packages.insert(path, found);
        found
    }

    /// A defined type of a package that is not generic, by name.
    pub(crate) fn named_type(&mut self, package: &'static str, name: &str) -> Ty {
        let decl = DeclId::top_level(self.package(package), Name::new(name));
        self.types.of(TypeId::named(decl, TypeList::EMPTY))
    }

    /// A package-level function by name.
    pub(crate) fn function_named(
        &mut self,
        package: &'static str,
        name: &str,
    ) -> Result<CodeId, Trap> {
        let decl = DeclId::top_level(self.package(package), Name::new(name));
        Ok(self.code_of(CodeKey::Func(FuncId::declared(decl))))
    }

    pub(crate) fn lowered(&mut self, func: FuncId) -> Option<Arc<Lowered>> {
        let env = self.env;
        self.lowered.entry(func).or_insert_with(|| env.lowered(func)).clone()
    }

    pub(crate) fn known_lowered(&self, func: FuncId) -> Option<&Lowered> {
        self.lowered.get(&func)?.as_deref()
    }

    /// The number of the method that an interface call names.
    pub(crate) fn method_index(&mut self, method: &MethodRef) -> u32 {
        let name = match method.target {
            MethodTarget::Interface(name) => name,
            MethodTarget::Declared(func) => match func.key() {
                FuncKey::Decl { decl, .. } => decl.name(),
                _ => Name::new(""),
            },
        };
        let set = type_set(self.types.resolver(), method.receiver);
        let package =
            set.methods.iter().find(|found| found.name == name).and_then(|found| found.package);
        self.method_number(MethodName { name, package })
    }

    pub(crate) fn method_number(&mut self, method: MethodName) -> u32 {
        let next = self.methods.len() as u32;
        let number = *self.method_ids.entry(method).or_insert(next);
        if number == next {
            self.methods.push(method);
        }
        number
    }

    /// The code that an interface call runs for a dynamic type; `None` when the type lacks the
    /// method.
    pub(crate) fn dispatch(&mut self, holder: Ty, method: u32) -> Option<CodeId> {
        if let Some(&known) = self.dispatch.get(&(holder, method)) {
            return known;
        }
        let MethodName { name, package } = self.methods[method as usize];
        let code = self
            .method_of(holder, name, package)
            .map(|method| self.code_of(CodeKey::InterfaceMethod { holder, method }));
        self.dispatch.insert((holder, method), code);
        code
    }

    /// The method that a type has for a name.
    pub(crate) fn method_of(
        &self,
        holder: Ty,
        name: Name,
        package: Option<PackageId>,
    ) -> Option<MethodRef> {
        let id = self.types.info(holder).id;
        let resolver = self.types.resolver();
        let package = package.unwrap_or_else(PackageId::universe);
        let found = find_method(resolver, id, package, name)?;
        if found.pointer_receiver && !found.indirect && !matches!(id.kind(), TypeKind::Pointer(_)) {
            return None;
        }
        let target = match found.selected {
            Selected::Method { decl } => {
                let args = match found.holder.unalias().kind() {
                    TypeKind::Named { args, .. } => *args,
                    _ => TypeList::EMPTY,
                };
                MethodTarget::Declared(FuncId::new(FuncKey::Decl { decl, args }))
            }
            Selected::InterfaceMethod { name } => MethodTarget::Interface(name),
            Selected::Field { .. } => return None,
        };
        Some(MethodRef { receiver: id, path: found.path.iter().copied().collect(), target })
    }

    /// The address of a package-level variable.
    pub(crate) fn global(&mut self, decl: DeclId) -> Result<Addr, Trap> {
        if let Some(&known) = self.globals.get(&decl) {
            return Ok(known);
        }
        if let Some(other) = self.env.linked_variable(decl).filter(|&other| other != decl) {
            let addr = self.global(other)?;
            self.globals.insert(decl, addr);
            return Ok(addr);
        }
        let variable = self.env.package(decl.package()).and_then(|found| found.vars.get(&decl));
        let Some(variable) = variable else {
            return Err(Trap::Unsupported(format!("the variable {decl:?}, which is not declared")));
        };
        let ty = self.types.of(variable.ty);
        let size = self.types.info(ty).size;
        let addr = self.unobserved(|machine| machine.memory.alloc(size))?;
        self.globals.insert(decl, addr);
        self.tell_global(decl, addr);
        if let Some(files) = self.env.embedded(decl) {
            self.embed(addr, ty, &files)?;
        }
        Ok(addr)
    }

    /// Where a constant string's bytes are.
    pub(crate) fn string_data(&mut self, bytes: &[u8]) -> Result<Addr, Trap> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if let Some(&known) = self.strings.get(bytes) {
            return Ok(known);
        }
        let addr = self.unobserved(|machine| machine.memory.alloc_bytes(bytes))?;
        self.strings.insert(bytes.into(), addr);
        Ok(addr)
    }

    /// What lies in memory for good: variables of packages, constant strings, functions as values.
    pub(crate) fn constant_addresses(&self) -> impl Iterator<Item = Addr> {
        let values = self.codes.iter().map(|entry| entry.value);
        self.globals.values().chain(self.strings.values()).copied().chain(values)
    }

    /// Functions that have a number, as far as they are compiled.
    pub(crate) fn codes(&self) -> impl Iterator<Item = Option<&Rc<Code>>> {
        self.codes.iter().map(|entry| entry.code.as_ref())
    }

    pub(crate) fn zero_base(&self) -> Addr {
        self.zero_base
    }

    pub(crate) fn add_table(&mut self, table: &Table) -> u32 {
        self.tables.push(Arc::new((table.ty, table.root())));
        self.tables.len() as u32 - 1
    }

    /// A constant as bytes of a type.
    pub(crate) fn constant(&mut self, value: &Value, ty: Ty) -> Result<Vec<u8>, Trap> {
        let info = self.types.info(ty);
        let size = info.size as usize;
        let number = match info.shape {
            Shape::Bool => return Ok(vec![u8::from(value.as_bool().unwrap_or(false))]),
            Shape::String => {
                let bytes = value.as_bytes().unwrap_or_default().to_vec();
                let data = self.string_data(&bytes)?;
                let mut words = data.to_le_bytes().to_vec();
                words.extend((bytes.len() as u64).to_le_bytes());
                return Ok(words);
            }
            Shape::Num(num) => num,
            // A pointer made of a constant address.
            _ => Num::U64,
        };
        let float = |value: &Value| value.to_float().to_f64().map_or(0.0, |(value, _)| value);
        let single = |value: &Value| value.to_float().to_f32().map_or(0.0, |(value, _)| value);
        Ok(match number {
            Num::F32 => single(value).to_le_bytes().to_vec(),
            Num::F64 => float(value).to_le_bytes().to_vec(),
            Num::C64 => {
                let mut bytes = single(&value.real()).to_le_bytes().to_vec();
                bytes.extend(single(&value.imaginary()).to_le_bytes());
                bytes
            }
            Num::C128 => {
                let mut bytes = float(&value.real()).to_le_bytes().to_vec();
                bytes.extend(float(&value.imaginary()).to_le_bytes());
                bytes
            }
            _ => {
                let value = value.to_int();
                let bits = match (value.as_i64(), value.as_u64()) {
                    (Some(signed), _) => signed as u64,
                    (None, Some(unsigned)) => unsigned,
                    (None, None) => 0,
                };
                bits.to_le_bytes()[..size.min(8)].to_vec()
            }
        })
    }
}

/// The test program that a package is compiled for: `p.test` of `q [p.test]` and of itself.
fn tests_of(package: PackageId) -> &'static str {
    match package.as_str().split_once(" [") {
        Some((_, rest)) => rest.trim_end_matches(']'),
        None => package.as_str(),
    }
}
