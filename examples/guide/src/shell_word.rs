use gossa::api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports text of a request that becomes a part of a command.
    /// ## Why
    /// Whoever sends the request chooses what runs.
    /// ## Bad
    /// ```go
    /// exec.Command("sh", "-c", "convert "+r.FormValue("file")) // want `shell-word`
    /// ```
    /// ## Good
    /// ```go
    /// exec.Command("convert", filepath.Join(dir, checked(r.FormValue("file"))))
    /// ```
    /// ## What it does not catch
    /// Text that comes out of a database again.
    pub static SHELL_WORD = "shell-word": "security", Warning,
        "text of a request is run as a command";
}

pub fn checker() -> impl Checker {
    let rules = Taint::new()
        .source(Source::result("net/http.Request.FormValue"))
        .source(Source::field("net/http.Request", "Form"))
        .source(Source::field("net/url.URL", "RawQuery"))
        .sink(Sink::argument("os/exec.Command", ..))
        .sink(Sink::argument("os/exec.CommandContext", 1..))
        .sanitizer("*.checked")
        .propagator(Propagator::new("github.com/google/shlex.Split"));
    TaintChecker::new(&SHELL_WORD, rules)
}
