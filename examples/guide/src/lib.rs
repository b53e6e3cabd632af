mod open_file;
mod poll_with_sleep;
mod send_under_lock;
mod shell_word;
mod time_since;

use gossa::api::Registry;

/// Adds the checkers of this crate to others.
pub fn all(registry: Registry) -> Registry {
    registry
        .with(open_file::OpenFile)
        .with(poll_with_sleep::PollWithSleep)
        .with(send_under_lock::SendUnderLock)
        .with(shell_word::checker())
        .with(time_since::TimeSince)
}
