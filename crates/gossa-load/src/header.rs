//! Reads a Go file as far as its imports.
//!
//! Loading needs the package clause, the import declarations with their
//! places, the comments that are C code, and the `//go:embed` patterns. This
//! scanner stops at the first declaration that is no import, so that a big
//! file costs as much as a small one; the real parser comes later and
//! reports the real syntax errors.

use std::ops::Range;

/// A Go file up to its imports.
#[derive(Debug, Default)]
pub(crate) struct Header {
    /// The name in the package clause; empty if there is none.
    pub(crate) package_name: String,
    pub(crate) imports: Vec<Import>,
    /// The first thing that is wrong.
    pub(crate) error: Option<HeaderError>,
    /// Where the last import ends.
    pub(crate) end: usize,
}

/// One import declaration.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) offset: usize,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The comments that document it.
    pub(crate) doc: Option<CommentGroup>,
}

/// Comments with nothing but space between them, and no blank line.
#[derive(Debug, Clone)]
pub(crate) struct CommentGroup {
    /// Where each comment stands, markers included.
    pub(crate) comments: Vec<Range<usize>>,
    /// The line on which the group begins.
    pub(crate) line: u32,
    end_line: u32,
}

/// Why a header cannot be read in full.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HeaderError {
    pub(crate) message: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) kind: HeaderErrorKind,
}

/// What sort of error there is in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderErrorKind {
    /// The bytes are no text.
    Encoding,
    Syntax,
    /// No package can have the path that is imported.
    ImportPath,
}

/// A pattern of a `//go:embed` comment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Embed {
    pub(crate) pattern: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    End,
    Semicolon { newline: bool },
    Word(Range<usize>),
    Text(Range<usize>),
    Dot,
    Open,
    Close,
    Other(char),
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
    line_start: usize,
    /// The last token ends a statement if a newline follows.
    ends_statement: bool,
    token: Token,
    token_start: usize,
    token_line: u32,
    token_column: u32,
    /// The comment group that ended last.
    group: Option<CommentGroup>,
}

type Result<T> = std::result::Result<T, HeaderError>;

/// Reads the header of a file.
pub(crate) fn read_header(text: &[u8]) -> Header {
    let mut header = Header::default();
    let mut scanner = Scanner::new(text);
    if let Err(error) = scanner.file(&mut header) {
        header.error = Some(error);
    }
    header
}

const BOM: &[u8] = b"\xef\xbb\xbf";

fn is_word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

impl<'a> Scanner<'a> {
    fn new(text: &'a [u8]) -> Self {
        Scanner {
            text,
            at: if text.starts_with(BOM) { BOM.len() } else { 0 },
            line: 1,
            line_start: 0,
            ends_statement: false,
            token: Token::End,
            token_start: 0,
            token_line: 1,
            token_column: 1,
            group: None,
        }
    }

    fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(HeaderError {
            message: message.into(),
            line: self.token_line,
            column: self.token_column,
            kind: HeaderErrorKind::Syntax,
        })
    }

    fn mark(&mut self) {
        self.token_start = self.at;
        self.token_line = self.line;
        self.token_column = (self.at - self.line_start) as u32 + 1;
    }

    fn encoding_error<T>(&self, at: usize, message: &str) -> Result<T> {
        // The place may be lines before the end of the token that holds it.
        let before = &self.text[..at];
        Err(HeaderError {
            message: message.to_owned(),
            line: memchr::memchr_iter(b'\n', before).count() as u32 + 1,
            column: (at - memchr::memrchr(b'\n', before).map_or(0, |n| n + 1)) as u32 + 1,
            kind: HeaderErrorKind::Encoding,
        })
    }

    /// Rejects NUL bytes and what is not UTF-8 in a piece of one line.
    fn check_piece(&self, range: Range<usize>) -> Result<()> {
        let piece = &self.text[range.clone()];
        if let Some(nul) = memchr::memchr(0, piece) {
            return self.encoding_error(range.start + nul, "unexpected NUL in input");
        }
        match std::str::from_utf8(piece) {
            Ok(_) => Ok(()),
            Err(e) => self.encoding_error(range.start + e.valid_up_to(), "invalid UTF-8 encoding"),
        }
    }

    fn newline(&mut self) {
        self.at += 1;
        self.line += 1;
        self.line_start = self.at;
    }

    /// Skips a comment that begins here; says whether it contains a newline.
    fn comment(&mut self) -> Result<bool> {
        let (start, start_line) = (self.at, self.line);
        if self.text[start..].starts_with(b"//") {
            let end =
                memchr::memchr(b'\n', &self.text[start..]).map_or(self.text.len(), |n| start + n);
            self.check_piece(start..end)?;
            self.at = end;
        } else {
            self.at += 2;
            loop {
                let rest = &self.text[self.at..];
                match memchr::memchr2(b'*', b'\n', rest) {
                    None => {
                        self.at = self.text.len();
                        return self.error("comment not terminated");
                    }
                    Some(n) if rest[n] == b'\n' => {
                        self.check_piece(self.at..self.at + n)?;
                        self.at += n;
                        self.newline();
                    }
                    Some(n) => {
                        self.check_piece(self.at..self.at + n)?;
                        self.at += n + 1;
                        if rest.get(n + 1) == Some(&b'/') {
                            self.at += 1;
                            break;
                        }
                    }
                }
            }
        }
        let range = start..self.at;
        let end_line = self.line;
        match &mut self.group {
            Some(group) if start_line <= group.end_line + 1 => {
                group.comments.push(range);
                group.end_line = end_line;
            }
            group => {
                *group = Some(CommentGroup { comments: vec![range], line: start_line, end_line });
            }
        }
        Ok(end_line > start_line)
    }

    fn advance(&mut self) -> Result<()> {
        let ends_statement = std::mem::take(&mut self.ends_statement);
        // A comment group documents what follows it only if no token stands between.
        self.group = None;
        loop {
            self.mark();
            let Some(&byte) = self.text.get(self.at) else {
                self.token =
                    if ends_statement { Token::Semicolon { newline: true } } else { Token::End };
                return Ok(());
            };
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    if ends_statement {
                        self.token = Token::Semicolon { newline: true };
                        self.newline();
                        return Ok(());
                    }
                    self.newline();
                }
                b'/' if matches!(self.text.get(self.at + 1), Some(b'/' | b'*')) => {
                    let spans_lines = self.comment()?;
                    if spans_lines && ends_statement {
                        self.token = Token::Semicolon { newline: true };
                        return Ok(());
                    }
                }
                _ => break,
            }
        }
        let start = self.at;
        let byte = self.text[start];
        self.token = match byte {
            b';' => {
                self.at += 1;
                Token::Semicolon { newline: false }
            }
            b'(' => {
                self.at += 1;
                Token::Open
            }
            b')' => {
                self.at += 1;
                self.ends_statement = true;
                Token::Close
            }
            b'.' => {
                self.at += 1;
                Token::Dot
            }
            b'"' | b'`' => {
                self.string(byte)?;
                self.ends_statement = true;
                Token::Text(start..self.at)
            }
            b if is_word_byte(b) => {
                let rest = &self.text[start..];
                let len = rest.iter().position(|&b| !is_word_byte(b)).unwrap_or(rest.len());
                self.check_piece(start..start + len)?;
                self.at = start + len;
                self.ends_statement = true;
                Token::Word(start..self.at)
            }
            0 => return self.encoding_error(start, "unexpected NUL in input"),
            b => {
                self.at += 1;
                Token::Other(char::from(b))
            }
        };
        Ok(())
    }

    fn string(&mut self, quote: u8) -> Result<()> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.text.get(self.at) {
                None => break,
                Some(&b) if b == quote => {
                    self.at += 1;
                    return self.check_piece(start..self.at);
                }
                Some(b'\n') if quote == b'"' => break,
                Some(b'\n') => self.newline(),
                Some(b'\\') if quote == b'"' => self.at = (self.at + 2).min(self.text.len()),
                Some(_) => self.at += 1,
            }
        }
        let kind = if quote == b'`' { "raw string" } else { "string" };
        self.error(format!("{kind} literal not terminated"))
    }

    fn word(&self) -> &'a [u8] {
        match &self.token {
            Token::Word(range) => &self.text[range.clone()],
            _ => b"",
        }
    }

    fn expected<T>(&self, what: &str) -> Result<T> {
        let found = match &self.token {
            Token::End => "'EOF'".to_owned(),
            Token::Semicolon { newline: true } if self.token_start >= self.text.len() => {
                "'EOF'".to_owned()
            }
            Token::Semicolon { newline: true } => "newline".to_owned(),
            Token::Semicolon { newline: false } => "';'".to_owned(),
            Token::Word(range) | Token::Text(range) => {
                String::from_utf8_lossy(&self.text[range.clone()]).into_owned()
            }
            Token::Dot => "'.'".to_owned(),
            Token::Open => "'('".to_owned(),
            Token::Close => "')'".to_owned(),
            Token::Other(c) => format!("'{c}'"),
        };
        self.error(format!("expected {what}, found {found}"))
    }

    fn statement_end(&mut self) -> Result<()> {
        match self.token {
            Token::Semicolon { .. } => self.advance(),
            Token::End => Ok(()),
            _ => self.expected("';'"),
        }
    }

    fn file(&mut self, header: &mut Header) -> Result<()> {
        self.advance()?;
        if self.word() != b"package" {
            return self.expected("'package'");
        }
        self.advance()?;
        let name = self.word();
        if name.is_empty() || name[0].is_ascii_digit() {
            return self.expected("'IDENT'");
        }
        header.package_name = String::from_utf8_lossy(name).into_owned();
        if name == b"_" {
            return self.error("invalid package name _");
        }
        self.advance()?;
        self.statement_end()?;
        while self.word() == b"import" {
            let doc = self.doc();
            self.advance()?;
            if self.token == Token::Open {
                self.advance()?;
                let first = header.imports.len();
                while !matches!(self.token, Token::Close | Token::End) {
                    let doc = self.doc();
                    self.import(header, doc)?;
                    if self.token == Token::Close {
                        break;
                    }
                    self.statement_end()?;
                }
                if self.token != Token::Close {
                    return self.expected("')'");
                }
                // A group of one takes the comment above the keyword as its own.
                if let [only] = &mut header.imports[first..]
                    && only.doc.is_none()
                {
                    only.doc = doc;
                }
                self.advance()?;
            } else {
                self.import(header, doc)?;
            }
            // What ends the statement is read, but no comment after it.
            header.end = self.at;
            self.statement_end()?;
        }
        Ok(())
    }

    /// The comment group that ends on the line above the current token, or on its line.
    fn doc(&self) -> Option<CommentGroup> {
        self.group.as_ref().filter(|g| g.end_line + 1 >= self.token_line).cloned()
    }

    fn import(&mut self, header: &mut Header, doc: Option<CommentGroup>) -> Result<()> {
        let (offset, line, column) = (self.token_start, self.token_line, self.token_column);
        let name = match &self.token {
            Token::Dot => Some(".".to_owned()),
            Token::Word(range) => {
                Some(String::from_utf8_lossy(&self.text[range.clone()]).into_owned())
            }
            _ => None,
        };
        if name.is_some() {
            self.advance()?;
        }
        let Token::Text(range) = self.token.clone() else {
            return self.error("missing import path; require quoted string");
        };
        let literal = &self.text[range];
        let path = gossa_syntax::unquote(literal)
            .unwrap_or_else(|| String::from_utf8_lossy(literal).into());
        if !is_valid_import(&path) {
            let message = format!("invalid import path: {path}");
            return Err(HeaderError { message, line, column, kind: HeaderErrorKind::ImportPath });
        }
        header.imports.push(Import { name, path, offset, line, column, doc });
        self.advance()
    }
}

fn is_valid_import(path: &str) -> bool {
    const ILLEGAL: &str = "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{fffd}";
    !path.is_empty()
        && !path.chars().any(|c| c.is_control() || c.is_whitespace() || ILLEGAL.contains(c))
}

/// Finds the `//go:embed` patterns in a file after its header.
pub(crate) fn find_embeds(text: &[u8], header_end: usize) -> Vec<Embed> {
    let mut embeds = Vec::new();
    let mut at = header_end.min(text.len());
    let mut line = 1 + memchr::memchr_iter(b'\n', &text[..at]).count() as u32;
    let mut line_start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |n| n + 1);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\n' => {
                at += 1;
                line += 1;
                line_start = at;
            }
            b'/' if text[at..].starts_with(b"//") => {
                let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |n| at + n);
                if let Some(args) = text[at..end].strip_prefix(b"//go:embed") {
                    embed_patterns(
                        args,
                        line,
                        (end - args.len() - line_start) as u32 + 1,
                        &mut embeds,
                    );
                }
                at = end;
            }
            b'/' if text[at..].starts_with(b"/*") => {
                let end = memchr::memmem::find(&text[at + 2..], b"*/")
                    .map_or(text.len(), |n| at + 2 + n + 2);
                line += memchr::memchr_iter(b'\n', &text[at..end]).count() as u32;
                if let Some(n) = memchr::memrchr(b'\n', &text[at..end]) {
                    line_start = at + n + 1;
                }
                at = end;
            }
            b'`' => {
                let end =
                    memchr::memchr(b'`', &text[at + 1..]).map_or(text.len(), |n| at + 1 + n + 1);
                line += memchr::memchr_iter(b'\n', &text[at..end]).count() as u32;
                if let Some(n) = memchr::memrchr(b'\n', &text[at..end]) {
                    line_start = at + n + 1;
                }
                at = end;
            }
            b'"' | b'\'' => {
                at += 1;
                while let Some(&b) = text.get(at) {
                    match b {
                        b'\n' => break,
                        b'\\' => at = (at + 2).min(text.len()),
                        _ => {
                            at += 1;
                            if b == byte {
                                break;
                            }
                        }
                    }
                }
            }
            _ => at += 1,
        }
    }
    embeds
}

/// The patterns of one `//go:embed` comment. A malformed line is left to the
/// compiler and gives nothing here.
fn embed_patterns(args: &[u8], line: u32, column: u32, out: &mut Vec<Embed>) {
    let Ok(args) = std::str::from_utf8(args) else { return };
    if !args.starts_with([' ', '\t']) {
        return;
    }
    let arguments = gossa_syntax::directive::embed_arguments(args).unwrap_or_default();
    out.extend(arguments.into_iter().map(|argument| Embed {
        pattern: argument.pattern.into(),
        line,
        column: column + argument.offset as u32,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let header = read_header(text.as_bytes());
        assert_eq!(header.error, None, "{text}");
        header.imports.into_iter().map(|i| i.path).collect()
    }

    fn error(text: &[u8]) -> (String, u32, u32) {
        let e = read_header(text).error.expect("an error");
        (e.message, e.line, e.column)
    }

    #[test]
    fn imports_in_all_forms() {
        let text = "// Doc.\npackage p // c\n\nimport \"a\"\nimport x `b`; import . \"c\"\nimport (\n\t_ \"d\"\n\t/* n */ y \"e\" ; \"f\"\n)\nimport ()\nimport (\"g\")\nvar x = 1\nimport \"late\"\n";
        assert_eq!(paths(text), ["a", "b", "c", "d", "e", "f", "g"]);
        let header = read_header(text.as_bytes());
        assert_eq!(header.package_name, "p");
        let names: Vec<_> = header.imports.iter().map(|i| i.name.as_deref()).collect();
        assert_eq!(names, [None, Some("x"), Some("."), Some("_"), Some("y"), None, None]);
        let places: Vec<_> = header.imports.iter().map(|i| (i.line, i.column)).collect();
        assert_eq!(places, [(4, 8), (5, 8), (5, 22), (7, 2), (8, 10), (8, 18), (11, 9)]);
        for import in &header.imports {
            let before = &text[..import.offset];
            assert_eq!(before.matches('\n').count() as u32 + 1, import.line);
        }
    }

    #[test]
    fn a_byte_order_mark_and_carriage_returns_are_skipped() {
        assert_eq!(paths("\u{feff}package p\r\n\r\nimport \"a\"\r\n"), ["a"]);
    }

    #[test]
    fn errors_have_places() {
        assert_eq!(error(b""), ("expected 'package', found 'EOF'".into(), 1, 1));
        assert_eq!(error(b"\nfunc f() {}"), ("expected 'package', found func".into(), 2, 1));
        assert_eq!(error(b"package p import \"a\""), ("expected ';', found import".into(), 1, 11));
        assert_eq!(error(b"package p\nimport a\n").0, "missing import path; require quoted string");
        assert_eq!(
            error(b"package p\nimport \"a b\"\n"),
            ("invalid import path: a b".into(), 2, 8)
        );
        assert_eq!(
            error(b"package p\nimport \"a\n"),
            ("string literal not terminated".into(), 2, 8)
        );
        assert_eq!(error(b"package p\n/* x"), ("comment not terminated".into(), 2, 1));
        assert_eq!(
            error(b"package p\nimport (\n\"a\"\n"),
            ("expected ')', found 'EOF'".into(), 4, 1)
        );
        assert_eq!(error(b"package p\n// a\0b\n"), ("unexpected NUL in input".into(), 2, 5));
        assert_eq!(error(b"package p\n// a\xff\n"), ("invalid UTF-8 encoding".into(), 2, 5));
    }

    #[test]
    fn arbitrary_bytes_do_not_panic() {
        let seed = b"package p\nimport (\n\t\"a\" // x\n\t/* y */ b \"\\x61\"\n)\n`\"'\0\xff";
        for cut in 0..seed.len() {
            for from in 0..cut {
                let piece = &seed[from..cut];
                read_header(piece);
                find_embeds(piece, 0);
            }
        }
    }

    #[test]
    fn the_comment_above_an_import_is_its_doc() {
        let text = "package p\n\n// far\n\n// #include <a.h>\n/* int\nx; */\nimport \"C\"\n";
        let header = read_header(text.as_bytes());
        let doc = header.imports[0].doc.as_ref().unwrap();
        assert_eq!(doc.line, 5);
        let comments: Vec<_> = doc.comments.iter().map(|r| &text[r.clone()]).collect();
        assert_eq!(comments, ["// #include <a.h>", "/* int\nx; */"]);

        let header =
            read_header(b"package p\n// one\nimport (\n\"C\"\n)\n// gone\n\nimport \"D\"\n");
        assert!(header.imports[0].doc.is_some());
        assert!(header.imports[1].doc.is_none());
        let header = read_header(b"package p\n// two\nimport (\n\"C\"\n\n// in\n\"D\"\n)\n");
        assert!(header.imports[0].doc.is_none());
        assert!(header.imports[1].doc.is_some());
    }

    #[test]
    fn embed_patterns_are_found_outside_strings() {
        let text = "package p\nimport _ \"embed\"\nvar s = `\n//go:embed no`\nvar t = \"//go:embed no\"\n/*\n//go:embed no */\n//go:embed a.txt \"b c\" `d`\nvar f string\n//go:embedx no\n  //go:embed e/*\n//go:embed \"bad\n";
        let embeds = find_embeds(text.as_bytes(), 27);
        let found: Vec<_> = embeds.iter().map(|e| (e.pattern.as_str(), e.line, e.column)).collect();
        assert_eq!(found, [("a.txt", 8, 12), ("b c", 8, 18), ("d", 8, 24), ("e/*", 11, 14)]);
    }
}
