//! What is wrong with a pack: every problem, each with its place.

use std::fmt;

use crate::domain::text::printable;

/// Lists everything that is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file, as the caller named it.
    pub file: String,
    /// The problems, in the order of the text.
    pub list: Vec<Problem>,
}

/// Names one thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong; what was written stands in backticks.
    pub message: String,
    /// How to mend it, where that is known.
    pub hint: Option<String>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.list.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let Problem { line, column, message, hint } = problem;
            // What was written stands in it, and may hold line breaks.
            let (file, message) = (printable(&self.file), printable(message));
            write!(f, "{file}:{line}:{column}: {message}")?;
            if let Some(hint) = hint {
                write!(f, "\n    {}", printable(hint))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Problems that are listed; nobody mends more at once, and hostile text stays cheap.
const LISTED: usize = 500;

/// Problems while they are found: with byte offsets, because lines are counted only when needed.
#[derive(Debug, Default)]
pub(super) struct Faults {
    list: Vec<(usize, String, Option<String>)>,
    left_out: usize,
}

impl Faults {
    /// Notes a problem.
    pub(super) fn add(&mut self, at: usize, message: impl Into<String>) {
        self.hinted(at, message, None);
    }

    /// Notes a problem and how to mend it.
    pub(super) fn hinted(&mut self, at: usize, message: impl Into<String>, hint: Option<String>) {
        if self.list.len() < LISTED {
            self.list.push((at, message.into(), hint));
        } else {
            self.left_out += 1;
        }
    }

    /// Says whether nothing is wrong so far.
    pub(super) fn none(&self) -> bool {
        self.list.is_empty()
    }

    /// Turns offsets into lines and columns.
    pub(super) fn placed(self, file: &str, text: &str) -> Problems {
        let places = Places::of(text);
        let mut list: Vec<Problem> = self
            .list
            .into_iter()
            .map(|(at, message, hint)| {
                let (line, column) = places.line_column(at);
                Problem { line, column, message, hint }
            })
            .collect();
        list.sort();
        list.dedup();
        if let (1.., Some(last)) = (self.left_out, list.last()) {
            let message = format!("{} more problems are not listed", self.left_out);
            let (line, column) = (last.line, last.column);
            list.push(Problem { line, column, message, hint: None });
        }
        Problems { file: file.to_owned(), list }
    }
}

/// Where lines start.
struct Places<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1));
        Self { text, starts: starts.collect() }
    }

    fn line_column(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= at).max(1);
        let before = self.text.get(self.starts[line - 1]..at).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

/// Writes the hint for a mistyped name.
pub(super) fn did_you_mean(nearest: Option<String>) -> Option<String> {
    nearest.map(|name| format!("did you mean `{name}`?"))
}
