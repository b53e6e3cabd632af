//! `request-escape`: what belongs to a request is used when its handler may have returned.
//!
//! The parameters of handlers, and what comes out of them, are followed forward
//! ([`background`](crate::background)); a use behind a `go` that the handler does not wait for, a
//! queue, or a field that outlives the request is a finding.

use crate::background::{Belongings, Escape, Way, belongings, escape};
use gossa_api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports goroutines, queues and fields that keep the context, the body, the
    /// `*http.Request` or the `http.ResponseWriter` of a request beyond the return of its handler.
    ///
    /// ## Why
    /// When a handler returns, the server cancels the request's context and closes its body, and
    /// the ResponseWriter must not be used any more. Work in the background that has the context
    /// fails at random with `context canceled`; a late write panics or goes nowhere.
    ///
    /// ## Bad
    /// ```go
    /// func (s *server) order(w http.ResponseWriter, r *http.Request) {
    ///     ctx := r.Context()
    ///     go s.db.ExecContext(ctx, "insert ...") // want `request-escape`
    ///     w.WriteHeader(http.StatusAccepted)
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func (s *server) order(w http.ResponseWriter, r *http.Request) {
    ///     ctx := context.WithoutCancel(r.Context())
    ///     go s.db.ExecContext(ctx, "insert ...")
    ///     w.WriteHeader(http.StatusAccepted)
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Goroutines that the handler waits for; contexts of `context.WithoutCancel`; watching for
    /// the end of the request, and its values; what is copied out of the request.
    ///
    /// ## What it does not catch
    /// Handlers of other libraries, values that travel through maps and interfaces, goroutines
    /// whose handler waits for something else; where the handler waits at all, the confidence is
    /// low.
    pub static REQUEST_ESCAPE = "request-escape": "context", Warning,
        "something keeps what belongs to a request beyond its handler's return", cwe [672];
}

/// The checker.
pub(crate) struct RequestEscape;

impl Checker for RequestEscape {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&REQUEST_ESCAPE]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let handlers = pass.search(|func, found| {
            if func.is_requested() {
                found.extend(belongings(func).map(|value| (func, value)));
            }
        });
        let tracker = Belongings;
        let mut flow = Flow::new(pass, &tracker);
        let mut escapes: Vec<Escape<'_>> = Vec::new();
        for (handler, value) in handlers {
            let Some(first) = handler.insts().next() else { continue };
            for arrival in flow.arrivals(first, value, Reach::Static) {
                if let Some(escape) = escape(&mut flow, handler, arrival)
                    && !escapes.iter().any(|known| known.at == escape.at)
                {
                    escapes.push(escape);
                }
            }
        }
        for escape in &escapes {
            report(pass, escape);
        }
    }
}

fn report(pass: &ProgramPass<'_>, escape: &Escape<'_>) {
    let Some(mut report) = pass.report(&REQUEST_ESCAPE, escape.at) else { return };
    let what = escape.what;
    match escape.way {
        Way::Goroutine => report.message(format_args!(
            "the goroutine uses the {what} of a request and may outlive its handler"
        )),
        Way::Queue => report.message(format_args!(
            "the {what} of a request is queued, and its handler does not wait for who gets it"
        )),
        Way::Memory => report.message(format_args!(
            "the {what} of a request is kept in a variable that outlives its handler"
        )),
    }
    report.confidence(if escape.waits { Confidence::Low } else { Confidence::Medium });
    for hop in &escape.hops {
        match hop.kind {
            HopKind::Passed(func) => report.step(hop.at, format_args!("passed to {}", func.name())),
            HopKind::Captured(func) => {
                report.step(hop.at, format_args!("captured by {}", func.name()));
            }
            HopKind::Named(name) => report.step(hop.at, format_args!("held by `{name}`")),
            _ => {}
        }
    }
    report.step(escape.used, format_args!("the {what} is used here"));
}
