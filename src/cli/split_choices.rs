//! What can be chosen on the command line of `seam split`.

use clap::ValueEnum;

use crate::domain::plan::{Granularity, Strategy};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ChosenStrategy {
    /// All evidence together
    Hybrid,
    /// The words that are added and removed
    Semantic,
    /// Folders
    Directory,
    /// Definitions and their uses, tests and what they test
    Dependency,
    /// Who owns the files
    Codeowners,
    /// The author's own commits
    Commits,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ChosenGranularity {
    File,
    Hunk,
}

impl From<ChosenStrategy> for Strategy {
    fn from(chosen: ChosenStrategy) -> Self {
        match chosen {
            ChosenStrategy::Hybrid => Self::Hybrid,
            ChosenStrategy::Semantic => Self::Semantic,
            ChosenStrategy::Directory => Self::Directory,
            ChosenStrategy::Dependency => Self::Dependency,
            ChosenStrategy::Codeowners => Self::Codeowners,
            ChosenStrategy::Commits => Self::Commits,
        }
    }
}

impl From<ChosenGranularity> for Granularity {
    fn from(chosen: ChosenGranularity) -> Self {
        match chosen {
            ChosenGranularity::File => Self::File,
            ChosenGranularity::Hunk => Self::Hunk,
        }
    }
}
