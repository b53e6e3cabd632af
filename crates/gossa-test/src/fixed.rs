//! Fixes, applied.

use crate::harness::{Failure, findings_in_files};
use gossa_api::Registry;
use gossa_report::Edit;

/// Applies the first fix of each finding to one Go file, which stands in memory, and returns its
/// new text. Fixes of later findings that touch what is changed already are left out, as are edits
/// of other files.
///
/// # Errors
/// When the fixture cannot be analysed.
pub fn fixed_source(source: &str, registry: &Registry) -> Result<String, Failure> {
    const NAME: &str = "fixture.go";
    let findings = findings_in_files(&[(NAME, source)], registry)?;
    let mut edits: Vec<Edit> = Vec::new();
    for fix in findings.iter().filter_map(|finding| finding.fixes.first()) {
        let own: Vec<&Edit> = fix.edits.iter().filter(|edit| edit.file.ends_with(NAME)).collect();
        let touches = |edit: &&Edit| {
            edits.iter().any(|known| edit.start < known.end && known.start < edit.end)
        };
        if !own.iter().any(touches) {
            edits.extend(own.into_iter().cloned());
        }
    }
    edits.sort();
    let mut text = String::new();
    let mut at = 0;
    for edit in &edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        text.push_str(source.get(at..start).unwrap_or_default());
        text.push_str(&edit.new_text);
        at = end;
    }
    text.push_str(source.get(at..).unwrap_or_default());
    Ok(text)
}
