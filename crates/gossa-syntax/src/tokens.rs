//! The tokens of a file without its trees: for what counts, measures or cuts text.

use crate::lexer::Lexer;
use crate::parser::MAX_FILE_LEN;
use crate::token::TokenKind;
use gossa_base::TextRange;

/// Calls `each` with the place of every token, in source order. Whatever the bytes are, places
/// ascend and do not overlap; bytes that are in no token are white space, comments, or errors.
///
/// A semicolon that the lexer inserts is a token too: its place is the newline or the comment over
/// several lines that brings it about, or the end of the file. Files longer than [`MAX_FILE_LEN`]
/// have no tokens, as they have no trees.
pub fn lex(text: &[u8], mut each: impl FnMut(TextRange)) {
    if text.len() > MAX_FILE_LEN {
        return;
    }
    let mut lexer = Lexer::new(text);
    loop {
        lexer.next();
        if lexer.tok == TokenKind::Eof {
            return;
        }
        each(TextRange::new(lexer.start.into(), lexer.end.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        lex(text.as_bytes(), |range| found.push(&text[range]));
        found
    }

    #[test]
    fn inserted_semicolons_stand_where_the_line_ends() {
        let found = tokens("x := a.b // c\n/* d */ return");
        assert_eq!(found, ["x", ":=", "a", ".", "b", "\n", "return", ""]);
    }

    #[test]
    fn what_is_no_token_is_passed_over() {
        assert_eq!(tokens("a \0 ? \u{feff} b\n"), ["a", "b", "\n"]);
        assert_eq!(tokens(""), Vec::<&str>::new());
    }
}
