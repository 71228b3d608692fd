//! What is wrong with a workflow file, in words that lead to the place.

use std::fmt;

/// One mistake: where it is, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// 1-based; 0 where the file as a whole is meant.
    pub line: u64,
    pub node: Option<String>,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Some(node) => write!(f, "node {node}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// All mistakes of one file, in the order of its lines: `FILE:LINE: node NODE: what was expected`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct InvalidWorkflow {
    pub file: String,
    pub problems: Vec<Problem>,
}

impl fmt::Display for InvalidWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            match problem.line {
                0 => write!(f, "{line_end}{}: {problem}", self.file)?,
                line => write!(f, "{line_end}{}:{line}: {problem}", self.file)?,
            }
        }
        Ok(())
    }
}
