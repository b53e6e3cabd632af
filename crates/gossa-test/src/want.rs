//! `// want` comments.

use regex::Regex;

/// An expected finding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Want {
    /// Line from 1.
    pub line: u32,
    /// The check's id.
    pub check: String,
    /// What the message must match.
    message: Option<Regex>,
}

impl Want {
    /// Whether a finding's message is as wanted.
    #[must_use]
    pub fn matches(&self, message: &str) -> bool {
        self.message.as_ref().is_none_or(|pattern| pattern.is_match(message))
    }

    /// The pattern that messages must match.
    #[must_use]
    pub fn pattern(&self) -> Option<&str> {
        self.message.as_ref().map(Regex::as_str)
    }
}

/// A `want` comment that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
#[non_exhaustive]
pub struct WantError {
    /// Line from 1.
    pub line: u32,
    /// What is wrong with it.
    pub reason: String,
}

/// The expectations in a Go file, in order.
///
/// # Errors
/// When a `want` comment has no item, an unclosed quote, or a regular expression with an error.
pub fn wants(text: &str) -> Result<Vec<Want>, WantError> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index as u32 + 1;
        let Some(comment) = find_comment(line) else { continue };
        let error = |reason: &str| WantError { line: number, reason: reason.to_owned() };
        let (offset, mut rest) = match comment.strip_prefix('+') {
            Some(rest) => {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                let offset: u32 =
                    digits.parse().map_err(|_| error("`want+` needs a number of lines"))?;
                (offset, &rest[digits.len()..])
            }
            None => (0, comment),
        };
        let before = found.len();
        while let Some(start) = rest.find('`') {
            let item = &rest[start + 1..];
            let end = item.find('`').ok_or_else(|| error("a back quote is not closed"))?;
            found.push(parse_item(&item[..end], number + offset).map_err(|r| error(&r))?);
            rest = &item[end + 1..];
        }
        if found.len() == before {
            return Err(error("a `want` comment needs a check in back quotes"));
        }
    }
    Ok(found)
}

/// What follows `// want`, up to the end of the line.
fn find_comment(line: &str) -> Option<&str> {
    let at = line.find("// want")?;
    let rest = &line[at + "// want".len()..];
    rest.starts_with([' ', '+']).then_some(rest)
}

fn parse_item(item: &str, line: u32) -> Result<Want, String> {
    let (check, message) = match item.split_once(':') {
        Some((check, pattern)) => {
            let message = Regex::new(pattern.trim()).map_err(|error| error.to_string())?;
            (check, Some(message))
        }
        None => (item, None),
    };
    Ok(Want { line, check: check.trim().to_owned(), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_have_ids_patterns_and_offsets() {
        let text = "x() // want `a` `b: no.*d`\n// want+2 `c`\n\ny() // wanted\n";
        let found = wants(text).expect("well formed");
        let shape: Vec<_> =
            found.iter().map(|w| (w.line, w.check.as_str(), w.message.is_some())).collect();
        assert_eq!(shape, [(1, "a", false), (1, "b", true), (4, "c", false)]);
    }

    #[test]
    fn broken_comments_are_errors() {
        for text in ["// want a", "// want `a", "// want `a: (`", "// want+ `a`"] {
            assert!(wants(text).is_err(), "{text}");
        }
    }
}
