//! Lexer, parser and syntax trees for Go.
