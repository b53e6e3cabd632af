//! What a word of the textual form is: shared by printer and lexer, so that what is printed bare
//! is read as one token.
//!
//! A word starts with a letter or `_` and goes on with letters, digits, `_`, and with `.`, `/` or
//! `-` where another such character follows. So `golang.org/x/sys/unix.Stat_t` is one word, and
//! the package path ends at the first dot after the last slash. Everything else is quoted.

/// Words that mean something where a name could stand: such names are quoted.
const RESERVED_NAMES: &[&str] = &["embed", "func"];

/// Words that mean something where a package path could stand: such paths are quoted.
const RESERVED_PATHS: &[&str] = &[
    "alias",
    "any",
    "builtin",
    "chan",
    "comparable",
    "error",
    "func",
    "implicit",
    "in",
    "interface",
    "invalid",
    "map",
    "struct",
    "tuple",
    "typeparam",
    "union",
    // `unsafe.Pointer` is a basic type.
    "unsafe",
];

/// Whether a word can start with this character.
#[inline]
pub(crate) fn starts_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic() || !c.is_ascii() && c.is_alphabetic()
}

/// Whether this character can be anywhere in a word.
#[inline]
pub(crate) fn continues_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric()
}

/// Whether this character can be in a word if one follows that [`continues_word`].
#[inline]
pub(crate) fn joins_word(c: char) -> bool {
    matches!(c, '.' | '/' | '-')
}

/// Whether a name is printed without quotes.
pub(crate) fn is_plain_name(name: &str) -> bool {
    name.starts_with(starts_word)
        && name.chars().all(continues_word)
        && !RESERVED_NAMES.contains(&name)
}

/// Whether a package path is printed without quotes: it is a word, and where it ends is seen.
pub(crate) fn is_plain_path(path: &str) -> bool {
    let base = path.rsplit('/').next().unwrap_or(path);
    path.starts_with(starts_word)
        && !base.contains('.')
        && path.chars().all(|c| continues_word(c) || joins_word(c))
        // Each joining character is followed by another one.
        && !path.ends_with(joins_word)
        && path
            .as_bytes()
            .windows(2)
            .all(|pair| !(joins_word(pair[0].into()) && joins_word(pair[1].into())))
        && !RESERVED_PATHS.contains(&path)
        && crate::read::basic(path).is_none()
}

/// The index in a word where its package path ends: at the first dot after the last slash.
pub(crate) fn path_end(word: &str) -> Option<usize> {
    let base = word.rfind('/').map_or(0, |slash| slash + 1);
    word[base..].find('.').map(|dot| base + dot)
}

/// The number of `prefix` followed by digits, as ids of values and blocks are written.
#[inline]
pub(crate) fn numbered(word: &str, prefix: u8) -> Option<u32> {
    let (&first, digits) = word.as_bytes().split_first()?;
    if first != prefix || digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let mut number = 0u32;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u32::from(digit - b'0');
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_need_quotes() {
        for plain in ["main", "golang.org/x/sys/unix", "a.b/c-d", "_/x"] {
            assert!(is_plain_path(plain), "{plain}");
        }
        for odd in
            ["", "gopkg.in/yaml.v2", "9fans.net/go", "p [p.test]", "a//b", "a/", "a/-b", "unsafe"]
        {
            assert!(!is_plain_path(odd), "{odd}");
        }
    }

    #[test]
    fn ids_are_short_numbers() {
        assert_eq!(numbered("v12", b'v'), Some(12));
        assert_eq!(numbered("v", b'v'), None);
        assert_eq!(numbered("v1x", b'v'), None);
        assert_eq!(numbered("v9999999999", b'v'), None);
    }
}
