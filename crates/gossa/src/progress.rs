//! Progress on standard error, to a terminal only.

use gossa_db::Progress;
use gossa_report::escape_line;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::Duration;

/// A bar for the stage that runs, taken away when dropped.
pub(crate) struct TerminalProgress {
    bar: ProgressBar,
}

impl TerminalProgress {
    /// A bar; an invisible one if `quiet`, or if standard error is no terminal.
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        if let Ok(style) =
            ProgressStyle::with_template("{prefix:>8} [{bar:30}] {pos}/{len} {wide_msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar }
    }
}

impl Progress for TerminalProgress {
    fn stage(&self, name: &str, total: usize) {
        if !self.bar.is_hidden() {
            self.bar.set_position(0);
            self.bar.set_length(total as u64);
            self.bar.set_message("");
            self.bar.set_prefix(name.to_owned());
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
    }

    fn step(&self, item: &str) {
        if !self.bar.is_hidden() {
            self.bar.inc(1);
            self.bar.set_message(escape_line(item).into_owned());
        }
    }
}

impl Drop for TerminalProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
