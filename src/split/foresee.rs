//! What GitHub would refuse, told in the plan before anything is tried.

use crate::{
    domain::{
        finding::Severity,
        plan::{Plan, PlanCheck, PlanProblem, Slice, SliceId},
    },
    review::markdown::code,
};

/// Where GitHub keeps what runs with the repository's secrets.
const WORKFLOWS: &str = ".github/workflows/";

/// What is known of the repository and of the installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The installation may change workflow files.
    pub may_write_workflows: bool,
    /// The repository is private: not every plan has drafts there.
    pub is_private: bool,
    /// Paths that are not UTF-8, as they are shown.
    pub unspeakable: Vec<String>,
    /// A ruleset forbids to make branches of these names.
    pub forbidden: Vec<String>,
    pub max_open_pulls: usize,
    /// Slices of other splits that are open.
    pub open_pulls: usize,
}

/// Whether a slice needs the permission for workflow files.
pub fn touches_workflows(slice: &Slice) -> bool {
    let touches = |path: &str| path.starts_with(WORKFLOWS);
    slice.files.iter().any(|file| touches(&file.path) || file.old_path.as_deref().is_some_and(touches))
}

pub fn problems(plan: &Plan, ground: &Ground) -> Vec<PlanProblem> {
    let mut problems = Vec::new();
    let mut add = |severity, slice: Option<&SliceId>, message: String| {
        problems.push(PlanProblem { check: PlanCheck::GitHub, severity, slice: slice.cloned(), message });
    };
    for slice in plan.opened() {
        if touches_workflows(slice) && !ground.may_write_workflows {
            let message = format!(
                "It changes files below {}, for which GitHub asks for the permission “Workflows: write”; the App does \
                 not have it here. Its owner grants it, or somebody pushes this slice by hand.",
                code(WORKFLOWS)
            );
            add(Severity::Error, Some(&slice.id), message);
        }
        if ground.forbidden.contains(&slice.branch) {
            let message = format!(
                "A ruleset of the repository does not let the App make the branch {}; an admin excludes `seam/**` from it.",
                code(&slice.branch)
            );
            add(Severity::Error, Some(&slice.id), message);
        }
        if let Some(file) = slice.files.iter().find(|file| ground.unspeakable.contains(&file.path)) {
            let message =
                format!("The name of {} is not UTF-8, and GitHub's API cannot be told of it.", code(&file.path));
            add(Severity::Error, Some(&slice.id), message);
        }
    }
    let (slices, open, most) = (plan.opened().count(), ground.open_pulls, ground.max_open_pulls);
    if slices + open > most {
        let beside = if open > 0 { format!(" beside {open} that are open") } else { String::new() };
        let message = format!(
            "{slices} pull requests{beside} are more than `split.max_open_prs` ({most}) allows; merge some slices in \
             the plan, or raise the limit in `.github/seam.yml`."
        );
        add(Severity::Error, None, message);
    }
    if ground.is_private {
        let message = "Where the owner's plan has no drafts for private repositories, the slices become plain pull \
                       requests with the label `draft`.";
        add(Severity::Info, None, message.to_owned());
    }
    problems
}
