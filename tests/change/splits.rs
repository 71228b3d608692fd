//! Plans for random changes: whatever the strategy, the slices together are the change, and git agrees.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use async_trait::async_trait;
use proptest::{prelude::*, test_runner::TestCaseResult};
use seam::{
    change::{assemble::Limits, surroundings::Surroundings},
    domain::{
        finding::Severity,
        ids::CommitSha,
        plan::{Granularity, Plan, Stacking, Strategy as Split},
    },
    git::{
        branches::NewBranch,
        work_tree::{Head, LocalChange, WorkTree},
    },
    llm::{
        blocking::BlockingModel,
        model::{Answer, Model, ModelError, Question, Usage},
    },
    split::{
        check::{SizeRules, check},
        input::{Options, SplitInput},
        output::json,
        plan::plan,
    },
};

use tokio_util::sync::CancellationToken;

use super::{
    git,
    random_tree::{self, Pair, Tree},
};

/// A repository with a base, a head, and the change between them.
struct Scene<'a> {
    repository: &'a Path,
    tree: WorkTree,
    base: CommitSha,
    head: Head,
    change: LocalChange,
    surroundings: Surroundings,
}

impl<'a> Scene<'a> {
    fn new(repository: &'a Path, base: CommitSha, head: Head) -> Self {
        let tree = WorkTree::discover(repository, Limits::default()).unwrap();
        let change = tree.changes(&base, &head).unwrap();
        let surroundings = tree.surroundings(&base, &head, &change.set, None).unwrap();
        Self { repository, tree, base, head, change, surroundings }
    }

    fn plan(&self, strategy: Split, granularity: Granularity, arranged: (Stacking, usize)) -> Plan {
        self.advised(strategy, granularity, arranged, None)
    }

    fn advised(
        &self,
        strategy: Split,
        granularity: Granularity,
        (stacking, max_files): (Stacking, usize),
        model: Option<&BlockingModel>,
    ) -> Plan {
        let branch = "topic".to_owned();
        let options = Options { strategy, granularity, stacking, max_files, branch, ..Options::default() };
        let (set, contents) = (&self.change.set, &self.change.contents);
        plan(SplitInput { set, contents, surroundings: &self.surroundings, options: &options, model })
    }

    /// The plan is whole, and its slices give the head's tree; with `branches`, those give it to git as well.
    fn check(&self, plan: &Plan, head_tree: &str, branches: bool) -> TestCaseResult {
        let sizes = SizeRules::default();
        let checked = check(plan, &self.change.set, &self.change.contents, sizes, &[]);
        let errors: Vec<_> = checked.problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        prop_assert!(errors.is_empty(), "{errors:?}\n{plan:#?}");
        let layers = checked.layers.unwrap();
        let proof = self.tree.prove(&self.base, &self.head, &layers).unwrap();
        prop_assert_eq!(proof.tree(), Some(head_tree), "{:#?}", plan);
        if branches {
            let number = |id| plan.slices.iter().position(|slice| Some(&slice.id) == id);
            let new: Vec<NewBranch> = std::iter::zip(&plan.slices, layers)
                .map(|(slice, edits)| NewBranch {
                    name: slice.branch.clone(),
                    on: number(slice.stands_on.as_ref()),
                    message: slice.title.clone(),
                    edits,
                })
                .collect();
            let made = self.tree.make_branches(&self.base, &self.head, &self.change, &new).unwrap();
            prop_assert_eq!(
                replayed(self.repository, &self.base, &made.iter().map(|made| &*made.name).collect::<Vec<_>>()),
                head_tree
            );
            for made in made {
                git::run(self.repository, &["branch", "--quiet", "-D", &made.name], &[]);
            }
        }
        Ok(())
    }
}

/// Puts each piece into one of so many slices, by lot.
struct Lot(Vec<prop::sample::Index>);

#[async_trait]
impl Model for Lot {
    fn name(&self) -> &str {
        "lot"
    }

    async fn answer(&self, question: Question) -> Result<Answer, ModelError> {
        let pieces = question.prompt.matches("\"piece\": ").count();
        let mut slices: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for piece in 1..=pieces {
            let lot = &self.0[piece % self.0.len()];
            slices.entry(lot.index(4)).or_default().push(piece);
        }
        let slice = |pieces: &Vec<usize>| serde_json::json!({ "pieces": pieces, "why": "by lot" });
        let value = serde_json::json!({ "slices": slices.values().map(slice).collect::<Vec<_>>() });
        Ok(Answer { value, usage: Usage::default() })
    }
}

/// What each branch changes in its parent, done by git to the base, one after the other; the tree that comes out.
fn replayed(repository: &Path, base: &CommitSha, branches: &[&str]) -> String {
    git::run(repository, &["read-tree", base.as_str()], &[]);
    for branch in branches {
        let parent = format!("{branch}^");
        let changes = git::raw(repository, &["--no-renames"], &[&parent, branch]);
        let is_removal = |change: &&git::RawChange| change.status == 'D';
        let removed = changes.iter().filter(is_removal).map(|change| (&*change.ids.0, "0", &change.path));
        let put = changes
            .iter()
            .filter(|change| !is_removal(change))
            .map(|change| (&*change.ids.1, &*change.modes.1, &change.path));
        let mut input = Vec::new();
        for (id, mode, path) in removed.chain(put) {
            input.extend_from_slice(format!("{mode} {id}\t").as_bytes());
            input.extend_from_slice(path);
            input.push(0);
        }
        git::run(repository, &["update-index", "-z", "--index-info"], &input);
    }
    git::text(repository, &["write-tree"])
}

/// Some files of one side stand in a folder of their own name: files become folders, and folders files.
fn with_folders(mut pair: Pair, chosen: &[(bool, prop::sample::Index)]) -> Pair {
    let move_in = |tree: &mut Tree, which: &prop::sample::Index| {
        if tree.is_empty() {
            return;
        }
        let path = which.get(&tree.keys().cloned().collect::<Vec<_>>()).clone();
        let file = tree.remove(&path).unwrap();
        tree.insert([&path[..], b"/inside"].concat(), file);
    };
    for (in_base, which) in chosen {
        move_in(if *in_base { &mut pair.base } else { &mut pair.head }, which);
    }
    // A folder and a file of one name cannot be in one tree.
    for tree in [&mut pair.base, &mut pair.head] {
        let paths: Vec<_> = tree.keys().cloned().collect();
        tree.retain(|path, _| !paths.iter().any(|other| other.starts_with(&[&path[..], b"/"].concat())));
    }
    pair
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(25)
}

const GRANULARITIES: [Granularity; 2] = [Granularity::File, Granularity::Hunk];

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slices_of_two_commits_are_the_change(
        pair in random_tree::pair(),
        folders in proptest::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 0..3),
        arranged in (prop::sample::select(vec![Stacking::Needed, Stacking::All, Stacking::Independent]), 1_usize..6),
    ) {
        let pair = with_folders(pair, &folders);
        let folder = tempfile::tempdir().unwrap();
        let (base, head) = random_tree::write(folder.path(), &pair, &["init", "--quiet", "--bare", "."]);
        let tree = git::text(folder.path(), &["rev-parse", &format!("{head}^{{tree}}")]);
        let scene = Scene::new(folder.path(), base, Head::Commit(head));
        for strategy in Split::ALL {
            for granularity in GRANULARITIES {
                let plan = scene.plan(strategy, granularity, arranged);
                scene.check(&plan, &tree, strategy == Split::Hybrid)?;
                prop_assert_eq!(json::render(&plan), json::render(&scene.plan(strategy, granularity, arranged)));
            }
        }
    }

    #[test]
    fn whatever_a_model_says_the_slices_are_the_change(
        pair in random_tree::pair(),
        lots in proptest::collection::vec(any::<prop::sample::Index>(), 1..20),
        max_files in 1_usize..6,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (base, head) = random_tree::write(folder.path(), &pair, &["init", "--quiet", "--bare", "."]);
        let tree = git::text(folder.path(), &["rev-parse", &format!("{head}^{{tree}}")]);
        let scene = Scene::new(folder.path(), base, Head::Commit(head));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let model = BlockingModel::new(Arc::new(Lot(lots)), runtime.handle().clone(), CancellationToken::new());
        for strategy in [Split::Hybrid, Split::Semantic] {
            for granularity in GRANULARITIES {
                let plan = scene.advised(strategy, granularity, (Stacking::Needed, max_files), Some(&model));
                scene.check(&plan, &tree, false)?;
            }
        }
    }

    #[test]
    fn slices_of_a_work_tree_are_what_git_would_commit(pair in random_tree::pair().prop_map(Pair::without_submodules)) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (base, _) = random_tree::write(root, &pair, &["init", "--quiet", "."]);
        git::run(root, &["config", "user.name", "A"], &[]);
        git::run(root, &["config", "user.email", "a@example.com"], &[]);
        git::run(root, &["reset", "--quiet", "--hard", base.as_str()], &[]);
        pair.lay_out(root);
        let scene = Scene::new(root, base.clone(), Head::WorkTree);
        let plans = GRANULARITIES.map(|granularity| scene.plan(Split::Hybrid, granularity, (Stacking::Needed, 4)));
        git::run(root, &["add", "--all"], &[]);
        let tree = git::text(root, &["write-tree"]);
        for plan in &plans {
            scene.check(plan, &tree, true)?;
        }
    }
}

/// A hunk's edit lost, doubled or put where nothing is.
#[test]
fn an_edited_plan_says_what_it_lost() {
    let text = |changed: bool| {
        (1..40)
            .map(|line| if changed && line % 12 == 0 { "new\n".to_owned() } else { format!("{line}\n") })
            .collect::<String>()
    };
    let tree = |changed, other: &str| -> Tree {
        BTreeMap::from([
            (b"a.txt".to_vec(), ("100644", text(changed).into_bytes())),
            (b"b.txt".to_vec(), ("100644", other.as_bytes().to_vec())),
        ])
    };
    let pair = Pair { base: tree(false, "1\n"), head: tree(true, "2\n") };
    let folder = tempfile::tempdir().unwrap();
    let (base, head) = random_tree::write(folder.path(), &pair, &["init", "--quiet", "--bare", "."]);
    let scene = Scene::new(folder.path(), base, Head::Commit(head));
    let whole = scene.plan(Split::Directory, Granularity::File, (Stacking::Needed, 30));
    let said = |edit: &dyn Fn(&mut serde_json::Value)| {
        let mut json = serde_json::to_value(&whole).unwrap();
        edit(&mut json["slices"][0]["files"]);
        let plan: Plan = serde_json::from_value(json).unwrap();
        let checked = check(&plan, &scene.change.set, &scene.change.contents, SizeRules::default(), &[]);
        let errors = checked.problems.into_iter().filter(|problem| problem.severity == Severity::Error);
        errors.map(|problem| problem.message).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(said(&|_| ()), "");
    insta::assert_snapshot!(said(&|files| drop(files.as_array_mut().unwrap().pop())), @"`b.txt` is in no slice");
    insta::assert_snapshot!(said(&|files| files[1]["path"] = "c.txt".into()), @"the slice s1 has `c.txt`, which the change does not touch");
    insta::assert_snapshot!(said(&|files| files[1]["path"] = "a.txt".into()), @"`a.txt` is in more than one slice, or twice in one: s1 and s1");
    insta::assert_snapshot!(said(&|files| files[0]["hunks"] = serde_json::json!(["-12,1 +12,1", "-24,1 +24,1"])), @"the hunk -36,1 +36,1 of `a.txt` is in no slice");
    insta::assert_snapshot!(said(&|files| files[0]["hunks"] = serde_json::json!(["-1,1 +1,1"])), @"the slice s1 has the hunk -1,1 +1,1 of `a.txt`, which is none of its hunks");
}
