//! The benchmark as a whole: every stage, ours and the peer's in turn, a process each.

use crate::corpus::{self, command};
use crate::error::BenchError;
use crate::peer::{Peer, output};
use crate::stage::{Measurement, Stage};
use crate::{RunArgs, machine, say, table};
use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use std::io::Write as _;

/// All measurements of one stage with one number of threads.
#[derive(Serialize)]
pub(crate) struct Row {
    #[serde(serialize_with = "stage_name")]
    pub(crate) stage: Stage,
    pub(crate) threads: usize,
    pub(crate) ours: Vec<Measurement>,
    pub(crate) peer: Vec<Measurement>,
}

fn stage_name<S: serde::Serializer>(stage: &Stage, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(stage.name())
}

/// Measures everything that is asked for and prints the table.
pub(crate) fn run(args: &RunArgs) -> Result<(), BenchError> {
    let goroot = corpus::goroot(args.goroot.as_deref())?;
    let program = own_program()?;
    let directory = program.parent().unwrap_or(Utf8Path::new(".")).to_owned();
    let peer = if args.no_peer {
        None
    } else {
        say(format_args!("building the peer"));
        Some(Peer::build(&goroot, &directory)?)
    };
    let source = goroot.join("src");
    let dir = args.dir.clone().unwrap_or_else(|| source.clone());
    let mut patterns = args.patterns.clone();
    if patterns.is_empty() {
        patterns = vec!["std".to_owned(), "cmd".to_owned()];
    }
    let mut stages = args.only.clone();
    if stages.is_empty() {
        stages = Stage::ALL.to_vec();
    }
    let mut threads = args.threads.clone();
    if threads.is_empty() {
        threads = vec![1, machine::processors()];
    }
    threads.dedup();
    let files: String = corpus::go_files(&source)?.iter().map(|path| format!("{path}\n")).collect();
    let load_average = machine::load_average();

    let mut rows = Vec::new();
    for &stage in &stages {
        for &threads in &threads {
            let input = if stage.takes_files() { files.as_str() } else { "" };
            let mut row = Row { stage, threads, ours: Vec::new(), peer: Vec::new() };
            for run in 1..=args.runs {
                say(format_args!("{} with {threads} threads, run {run}", stage.title()));
                let mut ours = command(program.as_str());
                ours.args(["measure", stage.name(), "--goroot", goroot.as_str()]);
                ours.args(["--threads", &threads.to_string(), "-C", dir.as_str()]);
                if args.cgo {
                    ours.arg("--cgo");
                }
                ours.arg("--");
                if !stage.takes_files() {
                    ours.args(&patterns);
                }
                row.ours.push(serde_json::from_slice(&output(&mut ours, input)?)?);
                if let Some(peer) = &peer {
                    let cgo = if args.cgo { "on" } else { "off" };
                    let mut peer_args = stage.peer_args().to_vec();
                    if !stage.takes_files() {
                        peer_args.extend(["-dir", dir.as_str(), "-cgo", cgo]);
                        peer_args.extend(patterns.iter().map(String::as_str));
                    }
                    row.peer.push(peer.measure(&peer_args, threads, input)?);
                }
            }
            rows.push(row);
        }
    }
    if let Some(path) = &args.json {
        let text = serde_json::to_vec_pretty(&rows)?;
        std::fs::write(path, text).map_err(BenchError::io(path))?;
    }
    let caption = table::Caption {
        machine: machine::describe(),
        load_average,
        runs: args.runs,
        go: corpus::version(&goroot),
        peer: peer.as_ref().map(|peer| &peer.version),
        patterns: patterns.join(" "),
        cgo: args.cgo,
    };
    let text = table::markdown(&caption, &rows);
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(BenchError::io("stdout"))
}

/// The path of this program.
pub(crate) fn own_program() -> Result<Utf8PathBuf, BenchError> {
    let path = std::env::current_exe().map_err(BenchError::io("gossa-benches"))?;
    Utf8PathBuf::from_path_buf(path)
        .map_err(|path| BenchError::Go(format!("{}: not a UTF-8 path", path.display())))
}
