//! The methods that a function's strings name.
//!
//! A method that reflection looks up by name is called only if something has the name: a string that
//! is the name (`v.MethodByName("Close")`), or the text of a template (`{{.Total}}`, `{{$x.Name}}`).
//! Names that are put together, read from files or given by users are not seen.

use gossa_base::Name;
use gossa_ssa::Body;
use gossa_types::constant::Kind;

/// What begins an action in a template.
const ACTION: &str = "{{";

/// The names of exported methods in a body's string constants; sorted. Linear.
pub(super) fn named_methods(body: &Body) -> Box<[Name]> {
    let mut found = Vec::new();
    let tables = body.tables.iter().flat_map(gossa_ssa::Table::constants);
    for value in body.consts.iter().chain(tables) {
        if value.kind() == Kind::String
            && let Some(text) = value.as_bytes().and_then(|bytes| std::str::from_utf8(bytes).ok())
        {
            names_in(text, &mut found);
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(Name::new).collect()
}

/// The names that one string has.
fn names_in<'t>(text: &'t str, found: &mut Vec<&'t str>) {
    if is_exported(text) {
        found.push(text);
    } else if text.contains(ACTION) {
        for (at, _) in text.match_indices('.') {
            let rest = &text[at + 1..];
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            if is_exported(&rest[..end]) {
                found.push(&rest[..end]);
            }
        }
    }
}

fn is_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn is_exported(text: &str) -> bool {
    text.starts_with(char::is_uppercase) && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::names_in;

    #[test]
    fn names_are_whole_strings_or_behind_dots_of_templates() {
        for (text, names) in [
            ("Close", &["Close"][..]),
            ("close", &[]),
            ("Close it", &[]),
            ("see pkg.Close", &[]),
            (
                "{{.Total}} of {{range $x := .All}}{{$x.Name}} {{.low}}{{end}}",
                &["Total", "All", "Name"],
            ),
            ("{{.A.B | printf \"%.2f\"}}.", &["A", "B"]),
            ("\u{c9}tat_2", &["\u{c9}tat_2"]),
        ] {
            let mut found = Vec::new();
            names_in(text, &mut found);
            assert_eq!(found, names, "{text}");
        }
    }
}
