//! Secrets that get to where people can read them, said as rules alone.

use gossa::api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports a password, token or private key that gets to a log, to standard output, or into a
    /// response.
    ///
    /// ## Why
    /// Logs are kept and read by many; a secret in them is no secret.
    ///
    /// ## Bad
    /// ```go
    /// func login(user string, r *http.Request) {
    ///     _, password, _ := r.BasicAuth()
    ///     log.Printf("login of %s with %s", user, password) // want `forbidden-flow`
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// log.Printf("login of %s", user)
    /// log.Printf("with %x", sha256.Sum256([]byte(password)))
    /// ```
    ///
    /// ## What it stays silent on
    /// What goes through a hash, and what functions named `redact...` return.
    ///
    /// ## What it does not catch
    /// Secrets under other names than the rules have.
    pub static FORBIDDEN_FLOW = "forbidden-flow": "security", Warning,
        "a secret gets to a log or a response";
}

/// The checker.
#[must_use]
pub fn checker() -> impl Checker {
    TaintChecker::new(&FORBIDDEN_FLOW, rules())
}

fn rules() -> Taint {
    let mut rules = Taint::new()
        // Where secrets come from: functions of the library, fields and types by their names.
        .source(Source::result("net/http.Request.BasicAuth"))
        .source(Source::field("*", "*Password"))
        .source(Source::field("*", "*Token"))
        .source(Source::of_type("*.Secret"))
        .source(Source::of_type("crypto/*.PrivateKey"))
        // What makes them harmless.
        .sanitizer("crypto/*.Sum*")
        .sanitizer("crypto/subtle.*")
        .sanitizer("golang.org/x/crypto/bcrypt.*")
        .sanitizer("*.redact*")
        .sanitizer("*.Redact*");
    for logs in ["log.Print*", "log.Fatal*", "log.Panic*", "fmt.Print*", "log/slog.*"] {
        rules = rules.sink(Sink::argument(logs, ..));
    }
    rules
        .sink(Sink::argument("log.Logger.*", 1..))
        .sink(Sink::argument("log/slog.Logger.*", 1..))
        .sink(Sink::argument("net/http.ResponseWriter.Write", 1))
        .sink(Sink::argument("net/http.Error", 1))
}
