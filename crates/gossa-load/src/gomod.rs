//! Reads go.mod and go.work files.
//!
//! The directives are parsed by `gomod-parser`. It wants them in one plain
//! form, so this module first brings every line into that form (comments
//! off, blocks unfolded, strings unquoted) and remembers which line each
//! statement came from. A statement that makes no sense is reported with its
//! line, and the others still count.

use std::str::FromStr as _;

use gomod_parser::{GoMod, Replacement};

use crate::version;

/// What loading needs of a go.mod or go.work file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct ModFile {
    /// The module's own path; empty if there is no module line.
    pub(crate) module: String,
    /// The go line.
    pub(crate) go: Option<String>,
    pub(crate) require: Vec<Requirement>,
    pub(crate) exclude: Vec<ModuleVersion>,
    pub(crate) replace: Vec<Replace>,
    /// Directories that patterns skip.
    pub(crate) ignore: Vec<String>,
    /// Packages of tools.
    pub(crate) tools: Vec<String>,
    /// Directories of a go.work file's modules.
    pub(crate) uses: Vec<String>,
    pub(crate) errors: Vec<ModFileError>,
}

/// A module at a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ModuleVersion {
    pub(crate) path: String,
    pub(crate) version: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requirement {
    pub(crate) module: ModuleVersion,
    pub(crate) indirect: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replace {
    pub(crate) path: String,
    /// None replaces every version.
    pub(crate) version: Option<String>,
    pub(crate) target: ReplaceTarget,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReplaceTarget {
    /// As written: relative to the file's directory, or absolute.
    Directory(String),
    Module(ModuleVersion),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModFileError {
    pub(crate) line: u32,
    pub(crate) message: String,
}

/// One statement: a line, or a line of a block with the block's verb before it.
struct Statement {
    line: u32,
    words: Vec<String>,
    indirect: bool,
}

/// `gomod-parser` splits at spaces; this stands for a space inside a quoted word.
const QUOTED_SPACE: char = '\u{1}';

/// Whose file it is decides what counts as an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// A main module's: everything must make sense.
    Main,
    /// A dependency's: only what it is and requires matters. The rest concerns
    /// it as a main module, or is written for a newer Go, and is passed over.
    Dependency,
}

/// Parses a go.mod or go.work file.
pub(crate) fn parse(text: &[u8], strictness: Strictness) -> ModFile {
    let mut file = ModFile::default();
    let text = String::from_utf8_lossy(text);
    let statements = split(text.trim_start_matches('\u{feff}'), &mut file.errors);
    let mut good: Vec<(String, u32)> = Vec::with_capacity(statements.len());
    let of_dependency = strictness == Strictness::Dependency;
    for statement in &statements {
        let verb = statement.words.first().map_or("", String::as_str);
        if of_dependency && !matches!(verb, "module" | "go" | "require" | "ignore") {
            continue;
        }
        match canonical(statement, &mut file) {
            Ok(Some(text)) => good.push((text, statement.line)),
            Ok(None) => {}
            Err(message) => file.errors.push(ModFileError { line: statement.line, message }),
        }
    }
    let all: String = good.iter().map(|(text, _)| text.as_str()).collect();
    match GoMod::from_str(&all) {
        Ok(parsed) => file.add(parsed),
        Err(_) => {
            // One statement spoils the parse of all; find which.
            for (text, line) in &good {
                match GoMod::from_str(text) {
                    Ok(parsed) => file.add(parsed),
                    Err(_) => file.errors.push(ModFileError {
                        line: *line,
                        message: format!("invalid directive: {}", restore(text.trim_end())),
                    }),
                }
            }
        }
    }
    file.errors.sort_by_key(|e| e.line);
    file
}

/// Cuts a file into statements.
fn split(text: &str, errors: &mut Vec<ModFileError>) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut block: Option<(String, u32)> = None;
    for (number, raw) in text.lines().enumerate() {
        let line = number as u32 + 1;
        let (mut words, comment) = match split_words(raw) {
            Ok(split) => split,
            Err(message) => {
                errors.push(ModFileError { line, message });
                continue;
            }
        };
        let comment = comment.trim();
        let indirect = comment == "indirect" || comment.starts_with("indirect;");
        match &block {
            None if words.is_empty() => {}
            None if words.len() == 2 && words[1] == "(" => {
                block = Some((words.swap_remove(0), line));
            }
            None if words.len() == 3 && words[1] == "(" && words[2] == ")" => {}
            None => statements.push(Statement { line, words, indirect }),
            Some(_) if words.len() == 1 && words[0] == ")" => block = None,
            Some(_) if words.is_empty() => {}
            Some((verb, _)) => {
                words.insert(0, verb.clone());
                statements.push(Statement { line, words, indirect });
            }
        }
    }
    if let Some((verb, line)) = block {
        errors.push(ModFileError { line, message: format!("unterminated block: {verb} (") });
    }
    statements
}

/// The words of a line, and its comment without the slashes.
fn split_words(line: &str) -> Result<(Vec<String>, &str), String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            return Ok((words, comment));
        }
        let end = match first {
            '"' | '`' => {
                let close = rest[1..].find(first).ok_or("unterminated quoted string")?;
                let word = &rest[1..=close];
                if word.contains('\\') && first == '"' {
                    let literal = &rest.as_bytes()[..close + 2];
                    words.push(gossa_syntax::unquote(literal).ok_or("invalid quoted string")?);
                } else {
                    words.push(word.to_owned());
                }
                close + 2
            }
            '(' | ')' | '[' | ']' | ',' => {
                words.push(first.to_string());
                1
            }
            _ => {
                let stop = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ',');
                let mut end = rest.find(stop).unwrap_or(rest.len());
                if let Some(comment) = rest[..end].find("//") {
                    end = comment.max(1);
                }
                words.push(rest[..end].to_owned());
                end
            }
        };
        rest = rest[end..].trim_start();
    }
    Ok((words, ""))
}

/// A statement as `gomod-parser` reads it; none if it does not concern loading.
fn canonical(statement: &Statement, file: &mut ModFile) -> Result<Option<String>, String> {
    let words: Vec<String> =
        statement.words.iter().map(|w| w.replace(' ', &QUOTED_SPACE.to_string())).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let version = |verb: &str, path: &str, v: &str| {
        if version::is_semver(v) {
            Ok(())
        } else {
            Err(format!("{verb} {path}: version {v:?} invalid: must be of the form v1.2.3"))
        }
    };
    let text = match words.as_slice() {
        ["module", path] => {
            if !file.module.is_empty() {
                return Err("repeated module statement".to_owned());
            }
            // Kept here, too, so that a second module statement is noticed.
            file.module = (*path).to_owned();
            format!("module {path}\n")
        }
        ["module", ..] => return Err("usage: module module/path".to_owned()),
        ["go", v] => {
            if !version::is_go_version(v) && !is_lenient_go_version(v) {
                return Err(format!("invalid go version '{v}': must match format 1.23.0"));
            }
            format!("go {v}\n")
        }
        ["go", ..] => return Err("go directive expects exactly one argument".to_owned()),
        ["require", path, v] => {
            version("require", path, v)?;
            let comment = if statement.indirect { " // indirect" } else { "" };
            format!("require {path} {v}{comment}\n")
        }
        ["require", ..] => return Err("usage: require module/path v1.2.3".to_owned()),
        ["exclude", path, v] => {
            version("exclude", path, v)?;
            format!("exclude {path} {v}\n")
        }
        ["exclude", ..] => return Err("usage: exclude module/path v1.2.3".to_owned()),
        ["replace", rest @ ..] => {
            let Some(arrow) = rest.iter().position(|w| *w == "=>") else {
                return Err(replace_usage());
            };
            let (old, new) = (&rest[..arrow], &rest[arrow + 1..]);
            if !matches!(old.len(), 1 | 2) || !matches!(new.len(), 1 | 2) {
                return Err(replace_usage());
            }
            if let [path, v] = old {
                version("replace", path, v)?;
            }
            match new {
                [path, v] => version("replace", path, v)?,
                [dir] if is_directory(dir) => {}
                _ => {
                    return Err("replacement module without version must be directory path (rooted or starting with . or ..)".to_owned());
                }
            }
            format!("replace {}\n", rest.join(" "))
        }
        ["ignore", dir] => format!("ignore {dir}\n"),
        ["tool", path] => format!("tool {path}\n"),
        ["use", dir] => {
            file.uses.push(restore(dir));
            return Ok(None);
        }
        // They change how programs run or are fetched, not what is loaded.
        ["toolchain" | "godebug" | "retract", ..] => return Ok(None),
        [verb, ..] => return Err(format!("unknown directive: {verb}")),
        [] => return Ok(None),
    };
    Ok(Some(text))
}

fn replace_usage() -> String {
    "usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace module/path [v1.2.3] => ../local/directory"
        .to_owned()
}

/// Old files hold versions such as `1.13.x`; only the first two numbers count.
fn is_lenient_go_version(text: &str) -> bool {
    crate::config::LangVersion::parse(text).is_some()
}

/// Whether the target of a replacement is written as a directory.
pub(crate) fn is_directory(path: &str) -> bool {
    let windows_drive = path.len() > 1 && path.as_bytes()[1] == b':';
    path == "."
        || path == ".."
        || ["./", "../", "/", ".\\", "..\\", "\\"].iter().any(|p| path.starts_with(p))
        || windows_drive
}

fn restore(word: &str) -> String {
    word.replace(QUOTED_SPACE, " ")
}

impl ModFile {
    fn add(&mut self, parsed: GoMod) {
        if !parsed.module.is_empty() {
            self.module = restore(&parsed.module);
        }
        self.go = parsed.go.or(self.go.take());
        self.require.extend(parsed.require.into_iter().map(|r| Requirement {
            module: ModuleVersion::from_parsed(r.module),
            indirect: r.indirect,
        }));
        self.exclude
            .extend(parsed.exclude.into_iter().map(|e| ModuleVersion::from_parsed(e.module)));
        self.replace.extend(parsed.replace.into_iter().map(|r| Replace {
            path: r.module_path,
            version: r.version,
            target: match r.replacement {
                Replacement::FilePath(dir) => ReplaceTarget::Directory(restore(&dir)),
                Replacement::Module(module) => {
                    ReplaceTarget::Module(ModuleVersion::from_parsed(module))
                }
            },
        }));
        self.ignore.extend(parsed.ignore.iter().map(|dir| restore(dir)));
        self.tools.extend(parsed.tool);
    }
}

impl std::fmt::Display for ModuleVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.path, self.version)
    }
}

impl ModuleVersion {
    fn from_parsed(module: gomod_parser::Module) -> Self {
        ModuleVersion { path: module.module_path, version: module.version }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(path: &str, version: &str) -> ModuleVersion {
        ModuleVersion { path: path.into(), version: version.into() }
    }

    #[test]
    fn all_directives_in_all_layouts() {
        let text = "\u{feff}// Deprecated: no.\nmodule \"example.com/m\" // c\n\n  go 1.22.1 // why\ntoolchain go1.23\n\nrequire example.com/a v1.0.0\nrequire (\n\n\t// c\n\texample.com/b v1.2.3 // indirect\n\texample.com/c v0.0.0-20200101000000-abcdefabcdef // indirect; why\n) // end\nexclude example.com/a v1.1.0\nreplace (\n\texample.com/a => ../a // local\n\texample.com/b v1.2.3 => example.com/fork v1.0.1\n\texample.com/c => \"./with space\"\n)\nretract [v1.0.0, v1.9.9] // bad\ngodebug default=go1.21\nignore ./node_modules\ntool example.com/a/cmd\nreplace example.com/z => z.org/z v1.0.0";
        let file = parse(text.as_bytes(), Strictness::Main);
        assert_eq!(file.errors, []);
        assert_eq!(file.module, "example.com/m");
        assert_eq!(file.go.as_deref(), Some("1.22.1"));
        let required: Vec<_> =
            file.require.iter().map(|r| (r.module.path.as_str(), r.indirect)).collect();
        assert_eq!(
            required,
            [("example.com/a", false), ("example.com/b", true), ("example.com/c", true)]
        );
        assert_eq!(file.exclude, [module("example.com/a", "v1.1.0")]);
        let targets: Vec<_> = file.replace.iter().map(|r| r.target.clone()).collect();
        assert_eq!(
            targets,
            [
                ReplaceTarget::Directory("../a".into()),
                ReplaceTarget::Module(module("example.com/fork", "v1.0.1")),
                ReplaceTarget::Directory("./with space".into()),
                ReplaceTarget::Module(module("z.org/z", "v1.0.0")),
            ]
        );
        assert_eq!(file.replace[1].version.as_deref(), Some("v1.2.3"));
        assert_eq!(file.ignore, ["./node_modules"]);
        assert_eq!(file.tools, ["example.com/a/cmd"]);
    }

    #[test]
    fn what_is_wrong_has_a_line_and_the_rest_counts() {
        let text = "module m\nmodule n\ngo one\nfrobnicate x\nrequire a.com/a\nrequire a.com/b master\nreplace a.com/c => b.com/c\nrequire a.com/d v1.0.0\nrequire (\n\ta.com/e v1.0.0\n";
        let file = parse(text.as_bytes(), Strictness::Main);
        let errors: Vec<_> = file.errors.iter().map(|e| (e.line, e.message.as_str())).collect();
        assert_eq!(
            errors,
            [
                (2, "repeated module statement"),
                (3, "invalid go version 'one': must match format 1.23.0"),
                (4, "unknown directive: frobnicate"),
                (5, "usage: require module/path v1.2.3"),
                (6, "require a.com/b: version \"master\" invalid: must be of the form v1.2.3"),
                (
                    7,
                    "replacement module without version must be directory path (rooted or starting with . or ..)"
                ),
                (9, "unterminated block: require ("),
            ]
        );
        assert_eq!(file.module, "m");
        let required: Vec<_> = file.require.iter().map(|r| r.module.path.as_str()).collect();
        assert_eq!(required, ["a.com/d", "a.com/e"]);
        let file = parse(b"module m\nfrobnicate x\n", Strictness::Dependency);
        assert_eq!(file.errors, []);
    }

    #[test]
    fn workspaces_name_directories() {
        let file = parse(b"go 1.22\nuse ./a\nuse (\n\t../b\n\t.\n)\n", Strictness::Main);
        assert_eq!(file.errors, []);
        assert_eq!(file.uses, ["./a", "../b", "."]);
    }

    #[test]
    fn arbitrary_bytes_do_not_panic() {
        for text in [
            "",
            "\0",
            "module",
            "(",
            ")",
            "module (\n)\n",
            "require \"\n",
            "replace => =>\n",
            "a//b\n//",
            "go 1.21\r\nmodule m\r\n",
            "\u{1}",
        ] {
            parse(text.as_bytes(), Strictness::Main);
            parse(text.as_bytes(), Strictness::Dependency);
        }
        parse(b"module \xff\xfe\n", Strictness::Main);
        assert_eq!(parse(b"go 1.21\r\nmodule m\r\n", Strictness::Main).module, "m");
    }
}
