//! The result as Markdown.

use crate::peer::PeerVersion;
use crate::run::Row;
use crate::stage::{Measurement, median};
use std::fmt::Write as _;

/// What was measured, and where.
pub(crate) struct Caption<'a> {
    pub(crate) machine: String,
    pub(crate) load_average: Option<f64>,
    pub(crate) runs: u32,
    pub(crate) go: String,
    pub(crate) peer: Option<&'a PeerVersion>,
    pub(crate) patterns: String,
    pub(crate) cgo: bool,
}

/// Caption, table and footnotes.
pub(crate) fn markdown(caption: &Caption<'_>, rows: &[Row]) -> String {
    let mut text = String::new();
    let Caption { machine, runs, go, patterns, .. } = caption;
    let cgo = if caption.cgo { "on" } else { "off" };
    line(&mut text, format_args!("Machine: {machine}. Median of {runs} runs, in turn."));
    if let Some(load) = caption.load_average {
        line(&mut text, format_args!("Load average before: {load:.1}."));
    }
    line(&mut text, format_args!("Sources: {go}; packages: `{patterns}`, cgo {cgo}."));
    if let Some(PeerVersion { go, tools }) = caption.peer {
        line(&mut text, format_args!("Peer: {go}, golang.org/x/tools {tools}."));
    }
    text.push('\n');
    text.push_str(
        "| stage | threads | MB | gossa s | MB/s | lines/s | peak MB | peer | s | MB/s | lines/s \
         | peak MB | speed | CPU | memory |\n\
         |---|--:|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut notes = Vec::new();
    for row in rows {
        let Some(first) = row.ours.first() else { continue };
        let ours = middle(&row.ours);
        let cells = format!(
            "| {} | {} | {:.1} | {}",
            row.stage.title(),
            row.threads,
            first.bytes as f64 / 1e6,
            figures(&ours)
        );
        text.push_str(&cells);
        if row.peer.is_empty() {
            text.push_str(" | – | – | – | – | – | – | – | – |\n");
        } else {
            let peer = middle(&row.peer);
            let line_end = format!(
                " | {} | {} | {} | {} | {} |\n",
                row.stage.peer_title(),
                figures(&peer),
                ratio(peer.total, ours.total),
                ratio(peer.cpu, ours.cpu),
                ratio(peer.peak_megabytes(), ours.peak_megabytes())
            );
            text.push_str(&line_end);
            if peer.bytes != ours.bytes || (peer.packages != ours.packages) {
                notes.push(format!(
                    "{}: gossa read {} files in {} packages, the peer {} in {}.",
                    row.stage.title(),
                    ours.files,
                    ours.packages,
                    peer.files,
                    peer.packages
                ));
            }
            note_errors(&mut notes, row, row.stage.peer_title(), &peer);
        }
        note_errors(&mut notes, row, "gossa", &ours);
        note_parts(&mut notes, row, &ours);
    }
    notes.dedup();
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        line(&mut text, format_args!("- {note}"));
    }
    text
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // A string grows; writing to it cannot fail.
    let _ = writeln!(text, "{words}");
}

/// Errors make figures incomparable, so they are never left out.
fn note_errors(notes: &mut Vec<String>, row: &Row, who: &str, run: &Measurement) {
    if run.errors > 0 {
        notes.push(format!(
            "{}: {who} met {} errors, the first: {}",
            row.stage.title(),
            run.errors,
            run.first_error
        ));
    }
}

/// The seconds of a measurement that has more than one clock, and the size of what it made.
fn note_parts(notes: &mut Vec<String>, row: &Row, ours: &Measurement) {
    if ours.seconds.len() < 2 && ours.functions == 0 {
        return;
    }
    let sides = [("gossa", ours.clone()), ("the peer", middle(&row.peer))];
    for (who, run) in sides.iter().filter(|(_, run)| run.total > 0.0) {
        let parts: Vec<String> =
            run.seconds.iter().map(|(name, seconds)| format!("{name} {seconds:.2} s")).collect();
        let mut note =
            format!("{}, {} threads, {who}: {}", row.stage.title(), row.threads, parts.join(", "));
        if run.functions > 0 {
            let _ = write!(
                note,
                "; {} functions, {} instructions, {:.1} bytes each",
                run.functions,
                run.instructions,
                run.ssa_bytes as f64 / run.instructions.max(1) as f64
            );
        }
        notes.push(note + ".");
    }
}

/// The run with the medians of every figure.
fn middle(runs: &[Measurement]) -> Measurement {
    let Some(first) = runs.first() else { return Measurement::default() };
    let mut middle = first.clone();
    middle.total = median(runs, |run| run.total);
    middle.cpu = median(runs, |run| run.cpu);
    middle.peak_rss_kb = median(runs, |run| run.peak_rss_kb as f64) as u64;
    for (name, seconds) in &mut middle.seconds {
        *seconds = median(runs, |run| run.seconds.get(name).copied().unwrap_or(0.0));
    }
    middle
}

fn figures(run: &Measurement) -> String {
    format!(
        "{:.3} | {:.1} | {} | {:.0}",
        run.total,
        run.megabytes_per_second(),
        grouped(run.lines_per_second()),
        run.peak_megabytes()
    )
}

/// A large number with spaces between groups of three digits.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn ratio(theirs: f64, ours: f64) -> String {
    if theirs > 0.0 && ours > 0.0 { format!("{:.1}×", theirs / ours) } else { "–".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Stage;

    fn run(total: f64, errors: u64) -> Measurement {
        Measurement {
            bytes: 2_000_000,
            lines: 1_234_000,
            total,
            cpu: total,
            peak_rss_kb: 1000,
            errors,
            first_error: if errors > 0 { "bad".to_owned() } else { String::new() },
            ..Measurement::default()
        }
    }

    #[test]
    fn rows_show_medians_and_ratios_and_errors_are_noted() {
        let rows = [Row {
            stage: Stage::Parse,
            threads: 1,
            ours: vec![run(0.5, 0), run(9.0, 0), run(0.4, 0)],
            peer: vec![run(2.0, 3)],
        }];
        let caption = Caption {
            machine: "M".to_owned(),
            load_average: None,
            runs: 3,
            go: "go1.27".to_owned(),
            peer: None,
            patterns: "std".to_owned(),
            cgo: false,
        };
        let text = markdown(&caption, &rows);
        let row = text.lines().find(|line| line.starts_with("| parse")).expect("a row");
        assert_eq!(
            row,
            "| parse | 1 | 2.0 | 0.500 | 4.0 | 2 468 000 | 1 | go/parser | 2.000 | 1.0 | 617 000 \
             | 1 | 4.0× | 4.0× | 1.0× |"
        );
        assert!(text.contains("- parse: go/parser met 3 errors, the first: bad"), "{text}");
    }
}
