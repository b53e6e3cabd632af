//! How much memory the process has used.

use camino::Utf8Path;
use gossa_load::System;

/// Peak resident memory in MiB, rounded up; 0 where the system does not tell.
pub(crate) fn peak_rss_mb(system: &dyn System) -> u64 {
    let status = system.read(Utf8Path::new("/proc/self/status")).unwrap_or_default();
    peak_of_status(&String::from_utf8_lossy(&status)).unwrap_or(0)
}

/// The line `VmHWM:    123456 kB`, in MiB.
fn peak_of_status(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_high_water_mark() {
        assert_eq!(peak_of_status("Name:\tx\nVmHWM:\t    2049 kB\nVmRSS:\t 1 kB\n"), Some(3));
        assert_eq!(peak_of_status("Name:\tx\n"), None);
        assert_eq!(peak_of_status("VmHWM:\t -1 kB\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_some() {
        assert!(peak_rss_mb(&gossa_load::DiskSystem) > 0);
    }
}
