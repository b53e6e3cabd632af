//! The test harness for checkers, built-in ones and anyone's.
//!
//! A fixture is a directory of Go files, a module if it has a `go.mod`. A finding is expected
//! where a trailing comment says so:
//!
//! ```go
//! p := unsafe.Pointer(addr) // want `unsafe-uintptr`
//! q := f(x)                 // want `lost-cancel` `context-leak: .*never called`
//! // want+2 `unsafe-uintptr`
//! ```
//!
//! Each back-quoted item is a check's id, or `id: REGEXP` matched against the message; `want+N`
//! speaks of the line N below. Every expectation must be met, and no other finding may appear.
//! The fixture must type-check.
//!
//! A fixture may also stand in the test itself: [`check_source`], [`check_files`].
//!
//! ```no_run
//! # struct MyChecker;
//! # impl gossa_api::Checker for MyChecker {
//! #     fn checks(&self) -> Vec<&'static gossa_api::Check> { Vec::new() }
//! # }
//! #[test]
//! fn fixtures() {
//!     let registry = gossa_api::Registry::new().with(MyChecker);
//!     gossa_test::check_dir("testdata/my-check", &registry).unwrap();
//! }
//! ```

mod fixed;
mod goroot;
mod harness;
mod memory;
mod want;

pub use fixed::fixed_source;
pub use goroot::{GorootError, goroot};
pub use harness::{Failure, check_dir, check_files, check_source, findings_in, findings_in_files};
pub use want::{Want, WantError, wants};
