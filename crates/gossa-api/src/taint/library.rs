//! What packages of the standard library pass on: text and bytes in, text and bytes out.
//!
//! Their bodies are in the program, but what they do with single bytes is of no interest, and
//! `fmt` works by reflection.

/// Packages whose functions make their results of their arguments.
const TEXT: [&str; 24] = [
    "bufio",
    "bytes",
    "encoding/base32",
    "encoding/base64",
    "encoding/binary",
    "encoding/csv",
    "encoding/hex",
    "encoding/json",
    "encoding/xml",
    "errors",
    "fmt",
    "html",
    "html/template",
    "io",
    "net/url",
    "path",
    "path/filepath",
    "regexp",
    "slices",
    "strconv",
    "strings",
    "text/template",
    "unicode/utf8",
    "unicode/utf16",
];

/// What a function of the library does with a tainted argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Passes {
    pub(super) results: bool,
    /// To what the receiver, or the first argument, holds.
    pub(super) first: bool,
    /// To what the other arguments point to.
    pub(super) others: bool,
}

/// What a function of the library passes on from its argument `from` (the receiver is 0); `None`:
/// its body says it.
pub(super) fn passes(name: &str, from: usize) -> Option<Passes> {
    let slash = name.rfind('/').map_or(0, |at| at + 1);
    let dot = slash + name[slash..].find('.')?;
    let (package, rest) = (&name[..dot], &name[dot + 1..]);
    if !TEXT.contains(&package) {
        return None;
    }
    let (receiver, function) = match rest.split_once('.') {
        Some((receiver, method)) => (Some(receiver), method),
        None => (None, rest),
    };
    let writes = ["Write", "Append", "Fprint", "Encode", "Copy", "Insert", "Put", "Set", "Add"];
    let reads = ["Read", "Decode", "Unmarshal", "Scan", "Sscan", "Fscan", "Copy", "Put"];
    let is = |list: &[&str]| list.iter().any(|prefix| function.starts_with(prefix));
    let passes = match (receiver, from) {
        // `b.WriteString(s)`, `enc.Encode(v)`
        (Some(_), 1..) => Passes { results: !is(&writes), first: is(&writes), others: false },
        // `d.Decode(&v)`, `r.Read(buf)`
        (Some(_), 0) => Passes { results: true, first: false, others: is(&reads) },
        // `fmt.Fprintf(w, s)`, `io.WriteString(w, s)`
        (None, 1..) if is(&writes) => Passes { results: false, first: true, others: false },
        // `json.Unmarshal(data, &v)`, `fmt.Sscan(s, &v)`
        (None, 0) if is(&reads) => Passes { results: false, first: false, others: true },
        // `io.ReadFull(r, buf)` and the like give how much.
        (None, _) => Passes { results: true, first: false, others: false },
    };
    Some(passes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_take_readers_give() {
        let all =
            |name: &str, from: usize| passes(name, from).map(|p| (p.results, p.first, p.others));
        assert_eq!(all("fmt.Sprintf", 1), Some((true, false, false)));
        assert_eq!(all("strings.Builder.WriteString", 1), Some((false, true, false)));
        assert_eq!(all("strings.Builder.String", 0), Some((true, false, false)));
        assert_eq!(all("fmt.Fprintf", 2), Some((false, true, false)));
        assert_eq!(all("encoding/json.Unmarshal", 0), Some((false, false, true)));
        assert_eq!(all("encoding/json.Decoder.Decode", 0), Some((true, false, true)));
        assert_eq!(all("os.Getenv", 0), None);
    }
}
