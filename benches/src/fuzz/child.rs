//! The process that runs inputs: catches panics, watches the clock and the memory.

use super::{Files, FuzzTarget, Input, MAX_FAILURES};
use crate::error::BenchError;
use crate::{machine, say};
use camino::Utf8Path;
use std::io::{Seek as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Exit status of a child whose input does not end.
pub(super) const HANG: i32 = 86;
/// Exit status of a child whose input takes too much memory.
pub(super) const MEMORY: i32 = 87;

/// Exit status of a child that has come to hold so much that it is better to begin anew.
pub(super) const FULL: i32 = 88;

/// Resident size after which a child ends as [`FULL`], in KiB.
const FULL_KB: u64 = 3 << 19;

/// How many times its budget an input may take before it counts as one that never ends.
const HANG_FACTOR: u32 = 20;

/// Memory that a process may take whatever its input is, in KiB: inputs are a megabyte at most.
const MAX_RSS_KB: u64 = 4 << 20;

/// Memory that one input may add to the peak, in KiB.
const MAX_INPUT_KB: u64 = 512 << 10;

/// How far a child has come; on disk, so that it outlives the child.
pub(super) struct State {
    /// The input that is running or was the last.
    pub(super) number: u64,
    /// Failures that the child has reported.
    pub(super) failures: u64,
}

impl State {
    pub(super) fn write(&self, path: &Utf8Path) -> Result<(), BenchError> {
        std::fs::write(path, self.bytes()).map_err(BenchError::io(path))
    }

    fn bytes(&self) -> [u8; 16] {
        (u128::from(self.number) << 64 | u128::from(self.failures)).to_le_bytes()
    }

    pub(super) fn read(path: &Utf8Path) -> Result<Self, BenchError> {
        let bytes = crate::corpus::read(path)?;
        let both = u128::from_le_bytes(bytes.try_into().unwrap_or_default());
        Ok(Self { number: (both >> 64) as u64, failures: both as u64 })
    }
}

/// What the last panic said, and where.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// The last panic's words.
fn take_panic() -> String {
    PANIC.lock().map(|mut words| std::mem::take(&mut *words)).unwrap_or_default()
}

/// Runs inputs from number `from` on, below `count`, until the time is up.
pub(super) fn run(
    target: &dyn FuzzTarget,
    files: &Files,
    from: u64,
    count: u64,
    time: Duration,
) -> Result<ExitCode, BenchError> {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut words) = PANIC.lock() {
            *words = info.to_string();
        }
    }));
    let state_path = files.state();
    let mut state_file = std::fs::File::create(&state_path).map_err(BenchError::io(&state_path))?;
    let mut failures = 0;
    let mut bytes = 0;
    let mut number = from;
    let mut full = false;
    let start = Instant::now();
    // When the running input must be done, as milliseconds of `time_spent`; 0 when nothing runs.
    let deadline = AtomicU64::new(0);
    let mut told = Instant::now();
    std::thread::scope(|scope| {
        // Dropped at the end, or on the way out with an error: that ends the watch.
        let (keep_alive, stopped) = std::sync::mpsc::channel::<()>();
        let deadline = &deadline;
        scope.spawn(move || watch(start, deadline, &stopped));
        while start.elapsed() < time && number < count && failures < MAX_FAILURES as u64 && !full {
            let state = State { number, failures };
            state_file
                .rewind()
                .and_then(|()| state_file.write_all(&state.bytes()))
                .map_err(BenchError::io(&state_path))?;
            let input = target.input(files.seed, number);
            if let Err(what) = judge(target, &input, start, deadline) {
                failures += 1;
                files.report(number, &input, &what)?;
            }
            bytes += input.text.len();
            number += 1;
            full = machine::rss_kb() > FULL_KB;
            if told.elapsed() > Duration::from_secs(30) {
                told = Instant::now();
                progress(number, bytes, failures);
            }
        }
        drop(keep_alive);
        Ok::<(), BenchError>(())
    })?;
    State { number: number.saturating_sub(1), failures }.write(&state_path)?;
    progress(number - from, bytes, failures);
    if full {
        std::process::exit(FULL);
    }
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn progress(inputs: u64, bytes: usize, failures: u64) {
    let (rss, peak) = (machine::rss_kb() / 1024, machine::peak_rss_kb() / 1024);
    say(format_args!(
        "{inputs} inputs, {} MB, {failures} failures, {rss} MiB resident, {peak} MiB at most",
        bytes / 1_000_000
    ));
}

/// Time that this process has spent, whatever others do on the machine: processor time where the
/// system tells it, else time on the wall.
fn time_spent(start: Instant) -> Duration {
    match machine::cpu_seconds() {
        Some(seconds) => Duration::from_secs_f64(seconds),
        None => start.elapsed(),
    }
}

/// Runs an input: its result, no panic, in time, in little memory.
fn judge(
    target: &dyn FuzzTarget,
    input: &Input,
    start: Instant,
    deadline: &AtomicU64,
) -> Result<(), String> {
    let budget = target.budget(input.text.len());
    let peak = machine::peak_rss_kb();
    let mut fastest = Duration::MAX;
    // What is slow three times is slow.
    for _ in 0..3 {
        let begin = time_spent(start);
        let end = begin + budget * HANG_FACTOR;
        deadline.store(end.as_millis() as u64, Ordering::Relaxed);
        let result = catch_unwind(AssertUnwindSafe(|| target.run(input)));
        deadline.store(0, Ordering::Relaxed);
        match result {
            Ok(result) => result?,
            Err(_) => return Err(take_panic()),
        }
        fastest = fastest.min(time_spent(start).saturating_sub(begin));
        if fastest <= budget {
            break;
        }
    }
    if fastest > budget {
        return Err(format!("it takes {fastest:.1?} where {budget:.1?} must do"));
    }
    let grown = machine::peak_rss_kb().saturating_sub(peak);
    if grown > MAX_INPUT_KB {
        return Err(format!("it takes {} MiB more than all inputs before", grown / 1024));
    }
    Ok(())
}

/// Ends the process when the running input is over its time, or memory runs out.
fn watch(start: Instant, deadline: &AtomicU64, stopped: &std::sync::mpsc::Receiver<()>) {
    use std::sync::mpsc::RecvTimeoutError;
    while stopped.recv_timeout(Duration::from_millis(50)) == Err(RecvTimeoutError::Timeout) {
        let end = deadline.load(Ordering::Relaxed);
        if end > 0 && time_spent(start).as_millis() as u64 > end {
            std::process::exit(HANG);
        }
        if machine::rss_kb() > MAX_RSS_KB {
            std::process::exit(MEMORY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails as the first byte of the input says.
    struct Fake;

    impl FuzzTarget for Fake {
        fn input(&self, _: u64, number: u64) -> Input {
            Input { origin: String::new(), steps: Vec::new(), text: vec![number as u8] }
        }

        fn run(&self, input: &Input) -> Result<(), String> {
            match input.text.first() {
                Some(1) => Err("wrong".to_owned()),
                Some(2) => panic!("the fake panics"),
                Some(3) => {
                    let start = Instant::now();
                    let end = time_spent(start) + Duration::from_millis(100);
                    while time_spent(start) < end {}
                    Ok(())
                }
                _ => Ok(()),
            }
        }

        fn budget(&self, _: usize) -> Duration {
            Duration::from_millis(20)
        }
    }

    #[test]
    fn what_fails_is_found() {
        let judged = |number| {
            let start = Instant::now();
            judge(&Fake, &Fake.input(0, number), start, &AtomicU64::new(0))
        };
        assert_eq!(judged(1), Err("wrong".to_owned()));
        assert!(judged(2).is_err());
        let slow = judged(3).expect_err("too slow");
        assert!(slow.contains("where 20.0ms must do"), "{slow}");
    }

    #[test]
    fn a_state_outlives_its_process() {
        let state = State { number: 1 << 40, failures: 3 };
        let both = u128::from_le_bytes(state.bytes());
        assert_eq!((both >> 64, both as u64), (1 << 40, 3));
    }
}
