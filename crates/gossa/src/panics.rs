//! What a panic looks like from outside.
//!
//! The session runs each unit of work behind a guard and turns a panic into a diagnostic about
//! that unit, so the hook prints nothing by itself. A panic that no guard stops ends the run with
//! a short message. `RUST_BACKTRACE` brings the full story back, for both.

use crate::exit::Exit;
use crate::output;
use gossa_load::{DiskSystem, System as _};
use parking_lot::Mutex;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

/// Runs a command; a panic in it becomes a message and a failure.
pub(crate) fn guarded(command: impl FnOnce() -> ExitCode) -> ExitCode {
    // Threads hand panics on without the place, so the hook keeps the last one.
    let place: Arc<Mutex<Option<String>>> = Arc::default();
    let quiet = DiskSystem.env_var("RUST_BACKTRACE").is_none_or(|value| value == "0");
    let before = quiet.then(std::panic::take_hook);
    if quiet {
        let place = place.clone();
        std::panic::set_hook(Box::new(move |info| {
            *place.lock() = info.location().map(ToString::to_string);
        }));
    }
    let result = catch_unwind(AssertUnwindSafe(command));
    if let Some(hook) = before {
        std::panic::set_hook(hook);
    }
    match result {
        Ok(exit) => exit,
        Err(payload) => {
            let at = place.lock().take().map(|place| format!(" at {place}")).unwrap_or_default();
            output::error(&format!(
                "internal error{at}: {}\nThis is a bug in gossa; RUST_BACKTRACE=1 shows where.",
                message(&*payload)
            ));
            Exit::Failed.into()
        }
    }
}

/// What a panic said.
pub(crate) fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a unit of work that it depends on failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_fails_the_run() {
        let failed = guarded(|| panic!("on purpose"));
        assert_eq!(failed, ExitCode::from(2));
        assert_eq!(guarded(|| ExitCode::from(3)), ExitCode::from(3));
    }

    #[test]
    fn a_panic_has_a_message_whatever_it_carries() {
        assert_eq!(message(&"text"), "text");
        assert_eq!(message(&String::from("made")), "made");
        assert_eq!(message(&1), "a unit of work that it depends on failed");
    }
}
