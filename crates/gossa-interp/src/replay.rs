//! A schedule as data: the choices that the scheduler made in a run, written down so that another
//! run can make them again.
//!
//! The text has a choice a line: `run G N`, goroutine G ran N operations; `choose I`, the number
//! that a select statement (or what else chooses among few) began with; `random X`, a random word.

use crate::goroutine::GoId;
use crate::trap::Trap;
use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

const HEADER: &str = "gossa schedule 1";

/// A choice of the scheduler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// This goroutine ran, for so many operations.
    Run(u64, u64),
    /// A number below a small bound.
    Choose(u64),
    /// A random word.
    Random(u64),
}

/// The choices of a run, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Schedule {
    /// What was chosen.
    pub choices: Vec<Choice>,
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        for choice in &self.choices {
            match choice {
                Choice::Run(go, steps) => writeln!(f, "run {go} {steps}")?,
                Choice::Choose(index) => writeln!(f, "choose {index}")?,
                Choice::Random(word) => writeln!(f, "random {word:x}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Schedule {
    /// What is wrong, with the line.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err(format!("line 1: a schedule begins with {HEADER:?}"));
        }
        let mut choices = Vec::new();
        for (index, line) in lines.enumerate() {
            let mut words = line.split_whitespace();
            let mut number =
                |radix| words.next().and_then(|word| u64::from_str_radix(word, radix).ok());
            let choice = match line.split_whitespace().next() {
                None => continue,
                Some("run") => {
                    number(10);
                    number(10).zip(number(10)).map(|(go, steps)| Choice::Run(go, steps))
                }
                Some("choose") => {
                    number(10);
                    number(10).map(Choice::Choose)
                }
                Some("random") => {
                    number(10);
                    number(16).map(Choice::Random)
                }
                Some(_) => None,
            };
            let choice = choice.filter(|_| words.next().is_none());
            choices.push(choice.ok_or_else(|| format!("line {}: no choice: {line:?}", index + 2))?);
        }
        Ok(Self { choices })
    }
}

/// Where a scheduler takes its choices from, and writes them down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    /// What is left to be done again.
    ahead: VecDeque<Choice>,
    /// How many came before.
    done: usize,
    /// What was chosen, if that is to be known.
    record: Option<Vec<Choice>>,
}

impl Script {
    pub(crate) fn new(replay: Option<Schedule>, record: bool) -> Self {
        let ahead = replay.unwrap_or_default().choices.into();
        Self { ahead, done: 0, record: record.then(Vec::new) }
    }

    pub(crate) fn note(&mut self, choice: Choice) {
        if let Some(choices) = &mut self.record {
            choices.push(choice);
        }
    }

    /// Notes that a goroutine runs: where that stands. Its place is before the choices that it
    /// makes itself.
    pub(crate) fn reserve(&mut self, go: GoId) -> usize {
        self.note(Choice::Run(go.0, 0));
        self.record.as_ref().map_or(0, |choices| choices.len() - 1)
    }

    /// Adds for how many operations.
    pub(crate) fn fill(&mut self, at: usize, ran: u64) {
        if let Some(choices) = &mut self.record
            && let Some(Choice::Run(_, steps)) = choices.get_mut(at)
        {
            *steps = ran;
        }
    }

    /// The next choice of a replay; `None` when none is left: then the scheduler chooses itself.
    pub(crate) fn next(&mut self) -> Option<Choice> {
        let choice = self.ahead.pop_front()?;
        self.done += 1;
        Some(choice)
    }

    /// The run and the schedule do not fit.
    pub(crate) fn misfit(&self, what: &str) -> Trap {
        let done = self.done;
        Trap::Unsupported(format!("the program by this schedule: choice {done}: {what}"))
    }

    /// What was chosen.
    pub(crate) fn into_schedule(self) -> Schedule {
        Schedule { choices: self.record.unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_back() {
        let choices = vec![Choice::Run(1, 20), Choice::Random(u64::MAX), Choice::Choose(3)];
        let schedule = Schedule { choices };
        let text = schedule.to_string();
        assert_eq!(text, "gossa schedule 1\nrun 1 20\nrandom ffffffffffffffff\nchoose 3\n");
        assert_eq!(text.parse(), Ok(schedule));
    }

    #[test]
    fn other_text_is_refused_with_its_line() {
        let parse = |text: &str| text.parse::<Schedule>().expect_err("not a schedule");
        assert!(parse("").starts_with("line 1: "));
        assert!(parse("gossa schedule 1\nrun 1\n").starts_with("line 2: "));
        assert!(parse("gossa schedule 1\n\nwalk 1 1\n").starts_with("line 3: "));
        assert!(parse("gossa schedule 1\nchoose 1 2\n").starts_with("line 2: "));
    }
}
