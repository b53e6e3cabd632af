//! The code in `docs/write-a-checker.md` is that of `examples/`, which is built and tested: each
//! block names its file in its first line, and stands in that file as it is.

use std::path::Path;

struct Block<'d> {
    line: usize,
    language: &'d str,
    text: Vec<&'d str>,
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut found: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    for (at, line) in document.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(language) => {
                open = true;
                found.push(Block { line: at + 1, language, text: Vec::new() });
            }
            None if open => found.last_mut().expect("a block is open").text.push(line),
            None => {}
        }
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "a test reads its own repository")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_guide_shows_code_that_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let document = read(&root.join("docs/write-a-checker.md"));
    let mut problems = Vec::new();
    let mut count = 0;
    for block in blocks(&document) {
        let line = block.line;
        let comment = match block.language {
            "rust" | "go" => "// ",
            "toml" => "# ",
            "sh" => continue,
            other => {
                problems.push(format!("line {line}: a block of `{other}` is not tested"));
                continue;
            }
        };
        let Some(file) = block.text.first().and_then(|first| first.strip_prefix(comment)) else {
            problems.push(format!("line {line}: the first line does not name a file"));
            continue;
        };
        count += 1;
        let source = read(&root.join("examples").join(file));
        let text = block.text[1..].join("\n");
        if text.is_empty() || !source.contains(&format!("{text}\n")) {
            problems.push(format!("line {line}: {file} does not have this code"));
        }
    }
    assert!(problems.is_empty(), "docs/write-a-checker.md:\n{}", problems.join("\n"));
    assert!(count > 8, "only {count} blocks of code");
}
