//! The one comment on the pull request that was cut: it links the slices, follows them, and says in the end whether
//! anything is left.

use super::stack_table;
use crate::{
    domain::{
        effect::{CheckName, CheckRunReport, Conclusion, EffectKey},
        split::{SliceState, Split, SplitState},
    },
    review::{
        mark::Mark,
        markdown::code,
        paper::{MOST_BYTES, Paper},
    },
};

/// What of the change is not on the base branch once no slice is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    Nothing,
    /// These paths differ.
    Files(Vec<String>),
}

fn key(split: &Split) -> EffectKey {
    EffectKey(format!("split:{}", split.id))
}

/// The comment. `left`: looked at when none is open.
pub fn comment(split: &Split, left: Option<&Left>) -> String {
    let mut paper = Paper::new(MOST_BYTES);
    paper.paragraph(&format!("### {}", headline(split)));
    body(split, left, &mut paper);
    Mark::of_effect(&key(split)).end(&paper.into_text())
}

/// The same as the check run of a branch that has no pull request.
pub fn check_run(split: &Split, left: Option<&Left>) -> CheckRunReport {
    let mut paper = Paper::new(MOST_BYTES);
    body(split, left, &mut paper);
    CheckRunReport {
        name: CheckName::Split,
        conclusion: Conclusion::Neutral,
        title: headline(split),
        summary: paper.into_text(),
        text: None,
        details_url: None,
        annotations: Vec::new(),
        actions: Vec::new(),
    }
}

fn body(split: &Split, left: Option<&Left>, paper: &mut Paper) {
    stack_table::table(split, None, paper);
    for open in split.slices.iter().filter(|open| open.state.is_open()) {
        if let Some(trouble) = &open.trouble {
            paper.paragraph(&format!("{}: {trouble}", stack_table::name(open)));
        }
    }
    match left {
        None if split.state == SplitState::Open => {
            paper.paragraph(
                "The slices follow each other: when one is merged or changed, those above it are rebuilt. \
                 `/split restack` does it now, `/split abandon` closes them.",
            );
        }
        Some(Left::Nothing) => {
            let base = code(&split.base_branch);
            paper.paragraph(&format!("Nothing is left here: every changed file is the same on {base}."));
        }
        Some(Left::Files(paths)) => {
            let head = format!("These files differ from {}:\n", code(&split.base_branch));
            let lines = paths.iter().map(|path| format!("- {}", code(path)));
            paper.list(MOST_BYTES / 4, (&head, ""), lines, |left| format!("… and {left} more."));
        }
        None => {}
    }
}

fn headline(split: &Split) -> String {
    let of = split.slices.len();
    let merged = split.slices.iter().filter(|open| open.state == SliceState::Merged).count();
    match split.state {
        SplitState::Merged => format!("All {of} slices are merged"),
        SplitState::Abandoned => format!("The split into {of} slices was given up"),
        _ if merged > 0 => format!("Cut into {of} pull requests, {merged} merged"),
        _ => format!("Cut into {of} pull requests"),
    }
}
