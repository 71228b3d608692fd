//! `seam split`: a big change as slices that can be reviewed one by one, and branches for them.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum;

use super::{
    asked,
    command_line::Outcome,
    compared, config, output, progress,
    split_check::Check,
    split_choices::{ChosenGranularity, ChosenStrategy},
    split_pulls::{self, Destination},
};
use crate::{
    analysis::engine::Engine,
    change::tree_edit::TreeEdit,
    config::effective::Effective,
    domain::{
        finding::Severity,
        ids::CommitSha,
        plan::{Granularity, Plan, PlanProblem, Stacking, Strategy},
    },
    git::{
        branches::NewBranch,
        prefixes::Layer,
        work_tree::{Head, LocalChange, WorkTree},
    },
    llm::blocking::BlockingModel,
    review::evidence::keep_proven,
    split::{
        advice,
        check::{Checked, SizeRules, check},
        input::{Options, SplitInput},
        output::{
            human::{self, Paint},
            json,
        },
        plan::plan,
    },
};

/// Cut a big change into slices that stand by themselves
///
/// Nothing is changed unless `--create-branches` is given, and the original branch never is. Exit code 0: there is a plan, and
/// it is proved; 2: there is none, or it could not be proved.
#[derive(clap::Args, Debug)]
pub struct Split {
    /// A folder in the work tree [default: the current folder]
    path: Option<PathBuf>,
    /// Compare with the merge base of the head and this revision [default: the merge base with the upstream default branch, or HEAD]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Split this revision [default: the work tree, untracked files included]
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// What decides which changes belong together [default: `split.strategy` of .github/seam.yml, or hybrid]
    #[arg(long, value_enum)]
    strategy: Option<ChosenStrategy>,
    /// Files of one slice at most [default: `split.max_files_per_pr` of .github/seam.yml, or 30]
    #[arg(long, value_name = "FILES", value_parser = clap::value_parser!(u32).range(1..))]
    max_files: Option<u32>,
    /// Whether a file may be cut where its hunks belong to different slices [default: `split.granularity` of .github/seam.yml, or file]
    #[arg(long, value_enum)]
    granularity: Option<ChosenGranularity>,
    /// Let every slice stand on the one before it, needed or not
    #[arg(long)]
    stacked: bool,
    /// Let every slice stand on the base, whatever it needs
    #[arg(long, conflicts_with = "stacked")]
    independent: bool,
    /// Let every slice stand on what it needs, also where `split.stack` of .github/seam.yml says otherwise
    #[arg(long, conflicts_with_all = ["stacked", "independent"])]
    as_needed: bool,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Make a local branch for each slice
    #[arg(long)]
    create_branches: bool,
    /// Make the branches, push them, and open a draft pull request for each; the token is GITHUB_TOKEN, or that of `gh auth token`
    #[arg(long)]
    create_prs: bool,
    /// Where the branches are pushed to
    #[arg(long, value_name = "REMOTE", default_value = "origin")]
    remote: String,
    /// Only say what would be made, and every call that would be
    #[arg(long)]
    dry_run: bool,
    /// Do not ask the language model that SEAM_LLM_PROVIDER, SEAM_LLM_MODEL and SEAM_LLM_API_KEY name
    #[arg(long)]
    no_llm: bool,
    #[command(flatten)]
    check: Check,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a person at a terminal
    Human,
    Json,
}

impl Split {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let tree = compared::open(self.path.as_deref().unwrap_or(Path::new(".")))?;
        let head = match &self.head {
            Some(revision) => Head::Commit(tree.resolve(revision)?),
            None => Head::WorkTree,
        };
        let base = compared::base(&tree, self.base.as_deref(), &head)?;
        let change = progress::shown("Looking for what changed".to_owned(), || tree.changes(&base, &head))?;
        let (mut plan, checked) = progress::shown(format!("Splitting {} files", change.set.files.len()), || {
            self.plan(&tree, &base, &head, &change)
        })?;
        let problems = self.build(&tree, &base, &change, &plan, checked.layers.as_deref());
        plan.validation.problems.extend(problems);
        output::write(&match self.format {
            Format::Human => human::render(&plan, &change.set, Paint { colors: shows_colors() }),
            Format::Json => json::render(&plan),
        })?;
        if !plan.validation.is_valid {
            let errors = plan.validation.problems.iter().filter(|problem| problem.severity == Severity::Error);
            let why: Vec<_> = errors.map(|problem| problem.message.clone()).collect();
            bail!("the plan is not valid: {}", why.join("; "));
        }
        let opens = self.create_prs && plan.no_split.is_none();
        // Before anything is made: without a place to go, and the right to go there, there is no use in it.
        let destination = match (opens, tree.root()) {
            (true, Some(root)) => Some(Destination::of(root, &self.remote, self.base.as_deref())?),
            (true, None) => bail!("pull requests are opened from a work tree, and this repository has none"),
            (false, _) => None,
        };
        let token = if destination.is_some() && !self.dry_run { Some(split_pulls::token()?) } else { None };
        if self.create_branches || opens {
            self.make_branches(&tree, &base, &head, &change, &plan, checked)?;
        }
        if let Some(destination) = destination {
            let told = match token {
                None => destination.calls(&plan),
                Some(token) => destination.open(token, &plan, &self.branch(&tree))?,
            };
            output::tell(&told);
        }
        Ok(Outcome::Done)
    }

    fn plan(
        &self,
        tree: &WorkTree,
        base: &CommitSha,
        head: &Head,
        change: &LocalChange,
    ) -> anyhow::Result<(Plan, Checked)> {
        let (set, contents) = (&change.set, &change.contents);
        let engine = Engine::new();
        let changed: Vec<String> = set.files.iter().map(|file| file.path.display()).collect();
        let Effective { policy, problems, .. } =
            config::of_work_tree(tree, changed.iter().map(String::as_str), &engine)?;
        output::tell(&problems);
        let surroundings = tree.surroundings(base, head, set, tables().as_deref())?;
        let options = Options {
            strategy: self.strategy.map_or(policy.split.strategy, Strategy::from),
            granularity: self.granularity.map_or(policy.split.granularity, Granularity::from),
            max_files: self.max_files.map_or(policy.split.max_files_per_pr, |files| files as usize),
            branch: self.branch(tree),
            labels: Vec::new(),
            stacking: self.stacking().unwrap_or_else(|| policy.split.stack.stacking()),
        };
        let may_ask = !self.no_llm && advice::is_asked(options.strategy);
        let asked = if may_ask { asked::model()? } else { None };
        let model = asked.as_ref().map(|asked| &asked.model);
        let mut plan = plan(SplitInput { set, contents, surroundings: &surroundings, options: &options, model });
        output::tell(model.and_then(BlockingModel::failure).as_slice());
        let mut analysis = engine.analyze(set, contents, &policy);
        keep_proven(&mut analysis, set, contents);
        let sizes = SizeRules { max_files: options.max_files, ..SizeRules::default() };
        let checked = check(&plan, set, contents, sizes, &analysis.findings);
        let proof = match &checked.layers {
            Some(layers) => prove(tree, base, head, layers),
            None => Err("the plan does not fit the change".to_owned()),
        };
        plan.validation = checked.clone().proved(proof);
        Ok((plan, checked))
    }

    /// What the operator's command says of the slices; nothing where none is wanted.
    fn build(
        &self,
        tree: &WorkTree,
        base: &CommitSha,
        change: &LocalChange,
        plan: &Plan,
        layers: Option<&[Vec<TreeEdit>]>,
    ) -> Vec<PlanProblem> {
        let (Some(check), Some(layers)) = (self.check.wanted(), layers) else { return Vec::new() };
        if plan.no_split.is_some() {
            return check.not_run(plan, "no split is suggested".to_owned());
        }
        let grounds = plan.slices.iter().map(|slice| plan.ground(slice));
        let layers: Vec<Layer> = grounds.zip(layers.iter().cloned()).collect();
        progress::shown(format!("Checking {} slices", plan.slices.len()), || {
            match tree.prefixes(base, change, &layers) {
                Ok(prefixes) => check.run(plan, &prefixes, &|| false),
                Err(error) => check.not_run(plan, error.to_string()),
            }
        })
    }

    fn stacking(&self) -> Option<Stacking> {
        let chosen = [
            (self.stacked, Stacking::All),
            (self.independent, Stacking::Independent),
            (self.as_needed, Stacking::Needed),
        ];
        chosen.into_iter().find_map(|(is_chosen, stacking)| is_chosen.then_some(stacking))
    }

    /// What slices' branches are named after.
    fn branch(&self, tree: &WorkTree) -> String {
        let is_branch = |name: &&String| tree.has_branch(name);
        let named = self.head.as_ref().filter(is_branch).cloned();
        named.or_else(|| tree.branch().filter(|_| self.head.is_none())).unwrap_or_else(|| "change".to_owned())
    }

    fn make_branches(
        &self,
        tree: &WorkTree,
        base: &CommitSha,
        head: &Head,
        change: &LocalChange,
        plan: &Plan,
        checked: Checked,
    ) -> anyhow::Result<()> {
        if base.is_zero() {
            bail!("there is no commit yet that branches could start from; make the first one");
        }
        let branches: Vec<NewBranch> = plan
            .slices
            .iter()
            .zip(checked.layers.unwrap_or_default())
            .map(|(slice, edits)| NewBranch {
                name: slice.branch.clone(),
                on: plan.ground(slice),
                message: format!("{}\n\n{}", slice.title, slice.description),
                edits,
            })
            .collect();
        if self.dry_run {
            let would = |branch: &NewBranch| {
                let on = branch.on.map_or(base.short(), |on| &branches[on].name);
                format!("would make {} on {on}", branch.name)
            };
            output::tell(&branches.iter().map(would).collect::<Vec<_>>());
            return Ok(());
        }
        let made = tree.make_branches(base, head, change, &branches)?;
        let line =
            |branch: &crate::git::branches::MadeBranch| format!("made {} at {}", branch.name, &branch.commit[..7]);
        output::tell(&made.iter().map(line).collect::<Vec<_>>());
        Ok(())
    }
}

fn prove(tree: &WorkTree, base: &CommitSha, head: &Head, layers: &[Vec<TreeEdit>]) -> Result<String, String> {
    let proof = tree.prove(base, head, layers).map_err(|error| format!("the trees could not be computed: {error}"))?;
    let differ = || format!("the slices give the tree {}, and the head has {}", proof.slices, proof.head);
    proof.tree().map(str::to_owned).ok_or_else(differ)
}

/// The user's cache, for what is expensive to count; `None` where there is no home.
fn tables() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    cache.is_absolute().then(|| cache.join("seam/words"))
}

fn shows_colors() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}
