use gossa::api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports `time.Now().Sub(t)`.
    /// ## Why
    /// `time.Since(t)` says it.
    /// ## Bad
    /// ```go
    /// d := time.Now().Sub(t) // want `time-since`
    /// ```
    /// ## Good
    /// ```go
    /// d := time.Since(t)
    /// ```
    /// ## What it does not catch
    /// A `time.Now()` that was kept in a variable first.
    pub static TIME_SINCE = "time-since": "style", Note, "time.Since is spelled out";
}

pub struct TimeSince;

impl Checker for TimeSince {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&TIME_SINCE]
    }

    fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
        for inst in func.insts() {
            let Some(arguments) = arguments(inst, "time.Time.Sub") else { continue };
            let Some(now) = arguments[0].definition() else { continue };
            // Written as one expression, not just computed like that.
            if self::arguments(now, "time.Now").is_none() || !inst.encloses(now) {
                continue;
            }
            let Some(mut report) = pass.report(&TIME_SINCE, inst) else { continue };
            report.message("`time.Since` does this");
            if let Some(edit) = edit(inst, now) {
                // Fails if edits overlap; one edit does not.
                let _ = report.fix("call time.Since", [edit]);
            }
        }
    }
}

/// Replaces `time.Now().Sub(t)`, whatever the package is called in the file.
fn edit(sub: Inst<'_>, now: Inst<'_>) -> Option<Edit> {
    let (sub, now) = (sub.syntax()?, now.syntax()?);
    let argument = sub.children().into_iter().find(|part| part.role() == "arg")?;
    let function = now.children().into_iter().find(|part| part.role() == "fun")?;
    let package = function.children().into_iter().find(|part| part.role() == "x")?;
    let text = format!("{}.Since({})", package.text(), argument.text());
    Some(Edit::replace(&sub.range(), text))
}

/// The arguments of a call of a function by this name.
fn arguments<'p>(inst: Inst<'p>, wanted: &str) -> Option<Vec<Value<'p>>> {
    let call = inst.call()?;
    match call.callee() {
        Callee::Static { name, .. } if name == wanted => Some(call.args().collect()),
        _ => None,
    }
}
