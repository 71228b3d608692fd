//! The plan as it is to be opened: as its comment stands now, checked and proved once more.

use super::{
    cutting::{Cutting, blocking, sizes},
    error::ToolError,
    ground::ground,
    load_split::LoadedSplit,
    slicer::Slicer,
};
use crate::{
    change::tree_edit::TreeEdit,
    domain::{
        finding::Severity,
        plan::{Plan, Validation},
        split::{Split, SplitState},
    },
    review::mark::Mark,
    split::{
        build, foresee,
        input::{Options, SplitInput},
        plan::need_anew,
        sheet::edit,
        shown, slices,
    },
};

/// Errors that are told.
const MAX_ERRORS: usize = 20;

/// Readies the plan of `split`; what each slice does to the tree below it comes with it.
///
/// # Errors
/// `Skip`, with what is to be mended, where the edit is no plan or GitHub would refuse it.
pub(super) async fn ready(
    slicer: &Slicer<'_>,
    change: &LoadedSplit,
    split: &mut Split,
) -> Result<(Cutting, Vec<Vec<TreeEdit>>), ToolError> {
    let plan = match split.state {
        SplitState::Planned => edited(slicer, split).await?,
        // Begun, it is opened as it was begun.
        _ => split.plan.clone(),
    };
    let mut cutting =
        Cutting::fetch(slicer.mirrors, &slicer.repository, (&split.base, &split.head, None), split.pull).await?;
    let said = build::kept(&split.plan.validation.problems, plan != split.plan);
    if plan != split.plan {
        (cutting, split.plan) = reread(cutting, plan).await?;
    }
    let policy = &change.policy.split;
    let (cutting, validation, layers) = cutting.check(split.plan.clone(), sizes(policy), Vec::new()).await?;
    let around = (policy, change.is_private);
    let ground = ground(&slicer.repository, slicer.db, (&split.plan, &cutting.set), split.id, around).await?;
    let Validation { mut problems, tree, .. } = validation;
    problems.extend(foresee::problems(&split.plan, &ground));
    problems.extend(said);
    split.plan.validation = Validation::of(problems, tree);
    match layers.filter(|_| split.plan.validation.is_valid) {
        Some(layers) => Ok((cutting, layers)),
        None => {
            let errors = split.plan.validation.problems.iter().filter(|problem| problem.severity == Severity::Error);
            let lines: Vec<String> = errors.take(MAX_ERRORS).map(shown::problem).collect();
            Err(ToolError::skip(format!("nothing was opened, because the plan has errors:\n{}", lines.join("\n"))))
        }
    }
}

/// What the slices of an edited plan need of each other, and what their pull requests say.
async fn reread(cutting: Cutting, mut plan: Plan) -> Result<(Cutting, Plan), ToolError> {
    blocking(move || {
        let Cutting { mirror, set, surroundings, .. } = &cutting;
        let options = Options::default();
        need_anew(SplitInput { set, contents: mirror, surroundings, options: &options, model: None }, &mut plan);
        slices::describe(&mut plan.slices, set, surroundings);
        (cutting, plan)
    })
    .await
}

/// The plan as its comment has it now.
async fn edited(slicer: &Slicer<'_>, split: &Split) -> Result<Plan, ToolError> {
    let Some(pull) = split.pull else { return Ok(split.plan.clone()) };
    let own = slicer.repository.github().app().own().await?;
    let comments = slicer.repository.issue_comments(pull, None).await?;
    let ours = |text: &str| Mark::ending(text).as_ref() == Some(&shown::mark(pull));
    let comment = comments.into_iter().rfind(|comment| own.is_author(comment.user.as_ref()) && ours(&comment.body));
    let comment =
        comment.ok_or_else(|| ToolError::skip("the comment with the plan is gone; `/split` writes it anew"))?;
    if !shown::is_editable(&split.plan) {
        return Ok(split.plan.clone());
    }
    edit::edited(&comment.body, &split.plan).map_err(|why| ToolError::skip(why.to_string()))
}
