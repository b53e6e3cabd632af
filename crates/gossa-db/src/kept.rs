//! The solution of points-to analysis, kept while the program is edited.
//!
//! A [`KeptSolution`] belongs to a session that is not one-shot. After edits it is brought up to
//! date: where what functions do to pointers is what it was, the solution holds as it is; where it is
//! not, what is gone is taken out of the solution and what is new is added to it; where that cannot
//! be done the program is solved again. Either way it is what a new solution would be. Only functions
//! of edited packages are looked at.
//!
//! The solver borrows the program, and the program its environment, so the three of them live on the
//! stack of a thread of their own, and questions are asked of that. Nothing of it is in salsa: its
//! queries end with the facts of single functions (`facts`).

mod env;
mod world;

use crate::facts::function_facts;
use crate::inputs::{PackageInput, RootDb};
use crate::one_shot::LoweredFunc;
use crate::session::{STACK_SIZE, Session, SilentProgress};
use crate::ssa::LowerKey;
use crate::whole::main_roots;
use env::KeptEnv;
use gossa_points::Program;
use gossa_points::points::layout::Layouts;
use gossa_points::points::link::Unlike;
use gossa_points::points::solve_with_facts;
use gossa_points::points::solver::Solver;
use gossa_types::PackageId;
use rayon::prelude::*;
use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use world::World;

/// Why there is no solution.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeptError {
    /// The program has no main package.
    #[error("no main package is asked for")]
    NoMain,
    /// The thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(String),
    /// Solving failed inside gossa.
    #[error("internal error while solving")]
    Failed,
}

/// Why a program was solved again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// Declarations have changed, not only bodies of functions.
    Declarations,
    /// The solution could not be made that of the edited program.
    Unlike(Unlike),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declarations => f.write_str("declarations have changed"),
            Self::Unlike(unlike) => unlike.fmt(f),
        }
    }
}

/// What bringing a solution up to date took.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Update {
    /// Nothing: the solution holds.
    Held,
    /// What the edits did to the facts of so many functions was done to it.
    Extended(usize),
    /// The program was solved again.
    Solved(Reason),
}

/// A question about the solution.
type Question = Box<dyn FnOnce(&Solver<'_, '_, '_>) + Send>;

enum Request {
    Solve(Box<ToSolve>),
    Update(RootDb, Vec<PackageInput>, Sender<Result<Update, Reason>>),
    Ask(RootDb, Question),
}

/// A program that is to be solved.
struct ToSolve {
    db: RootDb,
    packages: Box<[PackageInput]>,
    functions: Vec<LoweredFunc>,
    mains: Vec<PackageId>,
    /// Told whether there is a solution.
    reply: Sender<Result<(), KeptError>>,
}

/// A solution that follows the edits of a session.
pub struct KeptSolution {
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    mains: Vec<PackageId>,
    /// How many of the session's edits it knows.
    edits: usize,
}

impl KeptSolution {
    /// Solves the program that begins at the main packages that the session was asked for.
    ///
    /// # Errors
    /// When there are none, and when solving fails.
    pub fn new(session: &Session) -> Result<Self, KeptError> {
        let mut kept =
            Self { requests: None, thread: None, mains: session.root_packages(), edits: 0 };
        kept.solve(session)?;
        Ok(kept)
    }

    /// Brings the solution up to date with the edits that the session has seen.
    ///
    /// # Errors
    /// When solving fails; the next update tries again.
    pub fn update(&mut self, session: &Session) -> Result<Update, KeptError> {
        let files = &session.edits()[self.edits..];
        let db = session.db();
        let is_edited =
            |package: &&PackageInput| package.files(&db).iter().any(|file| files.contains(file));
        let packages: Vec<PackageInput> = match files {
            [] => Vec::new(),
            _ => session.packages().iter().filter(is_edited).copied().collect(),
        };
        let (reply, answer) = channel();
        let sent = self.send(Request::Update(db, packages, reply));
        let updated = if sent { answer.recv().ok() } else { None };
        match updated {
            Some(Ok(update)) => {
                self.edits = session.edits().len();
                Ok(update)
            }
            Some(Err(reason)) => {
                self.solve(session)?;
                Ok(Update::Solved(reason))
            }
            None => {
                self.stop();
                self.solve(session)?;
                Ok(Update::Solved(Reason::Declarations))
            }
        }
    }

    /// Asks something of the solution as of the last update.
    ///
    /// # Errors
    /// When the question panics.
    pub fn ask<R: Send + 'static>(
        &self,
        session: &Session,
        question: impl FnOnce(&Solver<'_, '_, '_>) -> R + Send + 'static,
    ) -> Result<R, KeptError> {
        let (reply, answer) = channel();
        let question: Question = Box::new(move |solver| {
            // Nobody waits any more if this fails.
            let _ = reply.send(question(solver));
        });
        if !self.send(Request::Ask(session.db(), question)) {
            return Err(KeptError::Failed);
        }
        answer.recv().map_err(|_| KeptError::Failed)
    }

    fn send(&self, request: Request) -> bool {
        self.requests.as_ref().is_some_and(|requests| requests.send(request).is_ok())
    }

    fn solve(&mut self, session: &Session) -> Result<(), KeptError> {
        let functions = session.lower(&SilentProgress);
        let db = session.db();
        let handle = session.db();
        session.pool().install(|| {
            let each = |db: &mut RootDb, (func, _): &LoweredFunc| {
                function_facts(db, LowerKey::new(db, *func));
            };
            functions.par_iter().with_min_len(64).for_each_with(handle, each);
        });
        if self.thread.is_none() {
            let (requests, received) = channel();
            let thread = std::thread::Builder::new()
                .name("gossa-points".to_owned())
                .stack_size(STACK_SIZE)
                .spawn(move || serve(&received))
                .map_err(|error| KeptError::Thread(error.to_string()))?;
            (self.requests, self.thread) = (Some(requests), Some(thread));
        }
        let (reply, answer) = channel();
        let packages = session.packages().into();
        let mains = self.mains.clone();
        let sent =
            self.send(Request::Solve(Box::new(ToSolve { db, packages, functions, mains, reply })));
        let solved = if sent { answer.recv().ok() } else { None };
        match solved {
            Some(solved) => {
                solved?;
                self.edits = session.edits().len();
                Ok(())
            }
            None => {
                self.stop();
                Err(KeptError::Failed)
            }
        }
    }

    /// Ends the thread.
    fn stop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // If it has panicked, whoever waited for it knows.
            let _ = thread.join();
        }
    }
}

impl Drop for KeptSolution {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Solves what it is asked to, one program after the other.
fn serve(requests: &Receiver<Request>) {
    let mut next = None;
    loop {
        match next.take().or_else(|| requests.recv().ok()) {
            Some(Request::Solve(program)) => next = keep(*program, requests),
            // Without a solution nothing else can be answered.
            Some(Request::Update(..) | Request::Ask(..)) => {}
            None => return,
        }
    }
}

/// Solves a program and answers what is asked of it, until another is to be solved: that.
fn keep(solve: ToSolve, requests: &Receiver<Request>) -> Option<Request> {
    let ToSolve { db, packages, functions, mains, reply } = solve;
    let env = KeptEnv::new(&db);
    let program = Program::new(&env, &functions);
    let layouts = Layouts::new(&program);
    let world = env.with(db.clone(), |db| World::new(db, &env, &program, &packages, &functions));
    drop(functions);
    let solver = env.with(db.clone(), |_| {
        let roots = main_roots(&env, &program, &mains)?;
        Some(solve_with_facts(&layouts, &roots, &world))
    });
    drop(db);
    let Some(mut solver) = solver else {
        let _ = reply.send(Err(KeptError::NoMain));
        return None;
    };
    let _ = reply.send(Ok(()));
    loop {
        match requests.recv() {
            Ok(Request::Update(db, packages, reply)) => {
                let updated = env.with(db, |db| update(&world, &mut solver, db, &packages));
                // After a failure the solution must not be asked any more: it is solved again.
                let is_lost = updated.is_err();
                let _ = reply.send(updated);
                if is_lost {
                    return None;
                }
            }
            Ok(Request::Ask(db, question)) => env.with(db, |_| question(&solver)),
            Ok(solve @ Request::Solve(_)) => return Some(solve),
            Err(_) => return None,
        }
    }
}

fn update(
    world: &World<'_, '_>,
    solver: &mut Solver<'_, '_, '_>,
    db: &RootDb,
    packages: &[PackageInput],
) -> Result<Update, Reason> {
    let changes = world.update(db, packages)?;
    for (func, facts) in changes.renumbered {
        solver.renumber(func, facts);
    }
    let count = changes.edited.len();
    if count == 0 {
        return Ok(Update::Held);
    }
    solver.edit(changes.edited).map_err(Reason::Unlike)?;
    Ok(Update::Extended(count))
}
