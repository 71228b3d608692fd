//! A plan for people on GitHub: the comment that `/split` writes, and the check run of a branch that is big.

use super::{graph, sheet::write as sheet};
use crate::{
    domain::{
        effect::{CheckName, CheckRunReport, Conclusion},
        finding::Severity,
        ids::PullNumber,
        plan::{Plan, PlanProblem, Slice, SliceFile, Stacking},
    },
    review::{
        buttons::Button,
        mark::Mark,
        markdown::{cell, code, prose, shorten},
        paper::{MOST_BYTES, Paper},
    },
};

/// Files of a slice that are named in its row.
const MAX_FILES: usize = 6;
const MAX_REASONS: usize = 3;
/// Problems that are listed.
const MAX_PROBLEMS: usize = 30;

/// What a text about a plan hangs on besides the plan.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    pub base: &'a str,
    /// Why slices cannot be opened here: a sentence.
    pub no_opening: Option<&'a str>,
}

/// The one comment of a pull request that shows its plan.
pub fn mark(pull: PullNumber) -> Mark {
    Mark { kind: "split-plan".to_owned(), key: pull.to_string() }
}

/// Whether the plan is short enough to be edited in its comment.
pub fn is_editable(plan: &Plan) -> bool {
    plan.no_split.is_none() && sheet::render(plan).len() <= MOST_BYTES / 2
}

/// The comment, with the plan as a block to edit.
pub fn comment(plan: &Plan, scene: Scene<'_>, pull: PullNumber) -> String {
    let mark = mark(pull);
    let mut paper = Paper::new(MOST_BYTES);
    paper.paragraph(&format!("### {}", title(plan)));
    if let Some(why) = &plan.no_split {
        paper.paragraph(&format!("{}.", prose(&capital(why))));
        advice(plan, &mut paper);
        return mark.end(&paper.into_text());
    }
    // What is edited must be whole, or what is left out would be lost: it goes first.
    let sheet = || format!("<details><summary>Edit this plan</summary>\n\n{}\n\n</details>", sheet::render(plan));
    let edit = is_editable(plan).then(sheet);
    let mut paper = reserve(paper, edit.as_deref().map_or(0, str::len) + 1_000);
    body(plan, scene, &mut paper);
    let mut text = paper.into_text();
    text.push_str("\n\n");
    text.push_str(&match (scene.no_opening, &edit) {
        (Some(why), _) => why.to_owned(),
        (None, Some(_)) if plan.validation.is_valid => {
            "`/split apply` opens these slices as draft pull requests, as the block below then stands: move files to \
             other slices, rename, merge, reorder or leave out slices first, if you like."
                .to_owned()
        }
        (None, Some(_)) => "`/split apply` opens nothing before these errors are mended in the block below.".to_owned(),
        (None, None) if plan.validation.is_valid => {
            "`/split apply` opens these slices as draft pull requests. The plan is too long to be edited here."
                .to_owned()
        }
        (None, None) => {
            "`/split apply` opens nothing as long as there are these errors, and the plan is too long to be edited here."
                .to_owned()
        }
    });
    if let Some(edit) = edit {
        text.push_str("\n\n");
        text.push_str(&edit);
    }
    mark.end(&text)
}

/// What is on the paper, on a smaller one.
fn reserve(paper: Paper, room: usize) -> Paper {
    let text = paper.into_text();
    let mut smaller = Paper::new(MOST_BYTES.saturating_sub(room));
    smaller.paragraph(&text);
    smaller
}

/// The check run of a branch. `run_url`: the page of the execution.
pub fn check_run(plan: &Plan, scene: Scene<'_>, run_url: Option<String>) -> CheckRunReport {
    let mut paper = Paper::new(MOST_BYTES);
    if let Some(why) = &plan.no_split {
        paper.paragraph(&format!("{}.", prose(&capital(why))));
        advice(plan, &mut paper);
    } else {
        body(plan, scene, &mut paper);
        if let Some(why) = scene.no_opening {
            paper.paragraph(why);
        }
    }
    let can_open = plan.no_split.is_none() && plan.validation.is_valid && scene.no_opening.is_none();
    CheckRunReport {
        name: CheckName::Split,
        conclusion: Conclusion::Neutral,
        title: title(plan),
        summary: paper.into_text(),
        text: details(plan, scene.base),
        details_url: run_url,
        annotations: Vec::new(),
        actions: if can_open { vec![Button::OpenSlices.action()] } else { Vec::new() },
    }
}

fn title(plan: &Plan) -> String {
    if plan.no_split.is_some() {
        return "No split suggested".to_owned();
    }
    let (slices, parts) = (plan.slices.len(), plan.stacks().len());
    match (plan.stacking, parts) {
        (Stacking::Independent, parts) if parts == slices => {
            format!("This could be {slices} pull requests side by side")
        }
        (_, 1) => format!("This could be {slices} pull requests in one stack"),
        (_, parts) => format!("This could be {slices} pull requests in {parts} independent parts"),
    }
}

fn advice(plan: &Plan, paper: &mut Paper) {
    if let Some(advice) = &plan.advice {
        paper.paragraph(&format!("{}.", prose(advice)));
    }
}

fn body(plan: &Plan, scene: Scene<'_>, paper: &mut Paper) {
    let head = "| | Slice | Files | Stands on | Why |\n|--|--|--|--|--|";
    let rows = plan.slices.iter().enumerate().map(|(number, slice)| row(number + 1, slice, scene.base));
    paper.list(MOST_BYTES / 2, (head, ""), rows, |left| format!("… and {left} more slices."));
    advice(plan, paper);
    paper.paragraph(&proof(plan));
    problems(plan, paper);
    if let Some(graph) = graph::render(plan, scene.base) {
        paper.paragraph(&format!("<details><summary>Graph</summary>\n\n{graph}\n\n</details>"));
    }
}

fn row(number: usize, slice: &Slice, base: &str) -> String {
    let mut files: Vec<String> = slice.files.iter().take(MAX_FILES).map(file).collect();
    if slice.files.len() > MAX_FILES {
        files.push(format!("and {} more", slice.files.len() - MAX_FILES));
    }
    let on = cell(&code(slice.stands_on.as_ref().map_or(base, |on| &on.0)));
    let why: Vec<String> =
        slice.reasons.iter().take(MAX_REASONS).map(|reason| cell(&prose(&shorten(reason, 200)))).collect();
    let title = cell(&prose(&shorten(&slice.title, 200)));
    let (id, files, why) = (code(&slice.id.0), cell(&files.join(", ")), why.join("; "));
    format!("| {number} | {id} {title} | {files} | {on} | {why} |")
}

fn file(file: &SliceFile) -> String {
    let cut = file.hunks.as_ref().map_or(String::new(), |hunks| format!(" ({} of its hunks)", hunks.len()));
    format!("{}{cut}", code(&file.path))
}

fn proof(plan: &Plan) -> String {
    match &plan.validation.tree {
        Some(tree) => format!(
            "Proved: these slices, one after the other, give the branch's tree {}.",
            code(&tree[..tree.len().min(12)])
        ),
        None => "**Not proved:** these slices do not give the branch's tree. They are not opened like this.".to_owned(),
    }
}

fn problems(plan: &Plan, paper: &mut Paper) {
    let mut told: Vec<&PlanProblem> = plan.validation.problems.iter().collect();
    told.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    let (loud, notes): (Vec<_>, Vec<_>) = told.into_iter().partition(|problem| problem.severity > Severity::Info);
    let more = |left: usize| format!("… and {left} more.");
    if !loud.is_empty() {
        let lines = loud.into_iter().take(MAX_PROBLEMS).map(problem);
        paper.list(MOST_BYTES / 6, ("To be considered:\n", ""), lines, more);
    }
    if !notes.is_empty() {
        let head = format!("<details><summary>{} notes</summary>\n", notes.len());
        let lines = notes.into_iter().take(MAX_PROBLEMS).map(problem);
        paper.list(MOST_BYTES / 6, (&head, "\n\n</details>"), lines, more);
    }
}

/// As a line of a list.
pub fn problem(problem: &PlanProblem) -> String {
    let loud = if problem.severity == Severity::Error { "**Error:** " } else { "" };
    let slice = problem.slice.as_ref().map(|id| format!("{}: ", code(&id.0))).unwrap_or_default();
    format!("- {loud}{slice}{}", prose(&shorten(&problem.message, 500)).replace('\n', " "))
}

/// Every file of every slice.
fn details(plan: &Plan, base: &str) -> Option<String> {
    let mut paper = Paper::new(MOST_BYTES);
    for slice in &plan.slices {
        let on = slice.stands_on.as_ref().map_or(base, |on| &on.0);
        let head = format!(
            "#### {} {}\n\nOn {}, as {}, {} % sure of its borders.\n",
            code(&slice.id.0),
            prose(&shorten(&slice.title, 200)),
            code(on),
            code(&slice.branch),
            slice.confidence
        );
        let lines = slice.files.iter().map(|one| format!("- {} {}", file(one), one.status.as_str()));
        paper.list(MOST_BYTES / 3, (&head, ""), lines, |left| format!("… and {left} more files."));
    }
    (!paper.is_empty()).then(|| paper.into_text())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ledger::FileStatus, plan::SliceId};

    fn plan(files: usize) -> Plan {
        let mut slice = Slice::new(SliceId("s1".to_owned()), "seam/topic/1-x".to_owned());
        let path = |number| format!("folder/{number}/{}", "f".repeat(40));
        let file = |path| SliceFile { path, status: FileStatus::Added, old_path: None, hunks: None };
        slice.files = (0..files).map(path).map(file).collect();
        Plan::of(vec![slice])
    }

    #[test]
    fn nobody_is_sent_to_a_block_that_is_not_there() {
        let scene = Scene { base: "main", no_opening: None };
        let said = |plan: &Plan| {
            let comment = comment(plan, scene, PullNumber(1));
            let is_there = comment.contains("```yaml");
            (comment.lines().find(|line| line.starts_with("`/split apply`")).unwrap_or_default().to_owned(), is_there)
        };
        let (long, short) = (said(&plan(1_000)), said(&plan(2)));
        assert_eq!((long.0.contains("block below"), long.1), (false, false), "{long:?}");
        assert_eq!((short.0.contains("block below"), short.1), (true, true), "{short:?}");
    }

    #[test]
    fn a_branch_cannot_break_the_table() {
        let shown = check_run(&plan(1), Scene { base: "a|b", no_opening: None }, None).summary;
        assert!(shown.contains(r"| `a\|b` |"), "{shown}");
    }
}
