//! What the system tells of this process and of the machine.

use camino::Utf8Path;
use gossa_load::{DiskSystem, System as _};

/// Largest resident size so far in KiB; 0 where the system does not tell (only Linux does).
pub(crate) fn peak_rss_kb() -> u64 {
    status("VmHWM:")
}

/// Resident size in KiB; 0 where the system does not tell.
pub(crate) fn rss_kb() -> u64 {
    status("VmRSS:")
}

fn proc_file(path: &str) -> String {
    let bytes = DiskSystem.read(Utf8Path::new(path)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn status(key: &str) -> u64 {
    let text = proc_file("/proc/self/status");
    let value = text.lines().find_map(|line| line.strip_prefix(key));
    value.and_then(|value| value.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}

/// Processor seconds of all threads so far, in steps of 10 ms, where the system tells.
pub(crate) fn cpu_seconds() -> Option<f64> {
    cpu_of(&proc_file("/proc/self/stat"))
}

fn cpu_of(stat: &str) -> Option<f64> {
    // The name in parentheses may hold anything; fields 14 and 15 count hundredths of a second.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut ticks = fields.split(' ').skip(11).map(str::parse::<u64>);
    Some((ticks.next()?.ok()? + ticks.next()?.ok()?) as f64 / 100.0)
}

/// What the machine is, for the table's caption.
pub(crate) fn describe() -> String {
    let info = proc_file("/proc/cpuinfo");
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, name)| name.trim());
    format!("{} processors ({model}), {}", processors(), std::env::consts::OS)
}

/// How many threads run at once.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How busy the machine is besides us: the load of the last minute.
pub(crate) fn load_average() -> Option<f64> {
    proc_file("/proc/loadavg").split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_user_and_system_time() {
        let stat = "7 (a) b) c) S 1 7 7 0 -1 4194304 100 0 0 0 150 25 0 0 20 0 1 0";
        assert_eq!(cpu_of(stat), Some(1.75));
        assert_eq!(cpu_of(""), None);
    }
}
