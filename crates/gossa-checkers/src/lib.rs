//! The built-in checkers, on `gossa-api` alone: what they can do, anyone can.
//!
//! One module per checker: its documentation, its metadata, its logic. To add one, write the file,
//! its fixtures in `testdata/checkers/<id>/`, and its line in [`builtin`].

mod background;
mod context_cancel_race;
mod contexts;
mod data_race;
mod defer_unlock;
mod exit_after_defer;
mod goroutine_defer_capture;
mod goroutine_leak;
mod lost_cancel;
mod recover_misuse;
mod request_escape;
mod unrecovered_goroutine_panic;
mod unsafe_header;
mod unsafe_string_mutation;
mod unsafe_uintptr;

use gossa_api::Registry;

/// All built-in checkers.
#[must_use]
pub fn builtin() -> Registry {
    Registry::new()
        .with(unsafe_uintptr::UnsafeUintptr)
        .with(data_race::DataRace)
        .with(lost_cancel::LostCancel)
        .with(unsafe_header::UnsafeHeader)
        .with(unsafe_string_mutation::UnsafeStringMutation)
        .with(goroutine_leak::GoroutineLeak)
        .with(exit_after_defer::ExitAfterDefer)
        .with(recover_misuse::RecoverMisuse)
        .with(defer_unlock::DeferUnlock)
        .with(goroutine_defer_capture::GoroutineDeferCapture)
        .with(unrecovered_goroutine_panic::UnrecoveredGoroutinePanic)
        .with(request_escape::RequestEscape)
        .with(context_cancel_race::ContextCancelRace)
}
