//! A month on one pull request: sixty pushes of all kinds, with problems that come and go. At its end each problem that was
//! ever seen has one thread, open where the problem is still there and resolved where it is not, and no word was said twice.
//!
//! `SEAM_TEST_MONTHS=20` tries the seeds 1 to 20 instead of one; `SEAM_TEST_MONTH=7` tries the seed 7.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

use chrono::TimeDelta;

use crate::{
    fake_github::{
        acts::{pull::Pull, repo::Repo},
        git_repository::Commit,
    },
    support::seam::{Seam, scenario},
};

const PUSHES: usize = 60;
/// Of pushes; some stand for the same one.
const KINDS: usize = 12;

scenario!(a_month_on_one_pull_request, async |seam| {
    for seed in seeds() {
        Month::begin(seam, seed).await.live(seam).await;
    }
});

fn seeds() -> Vec<u64> {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("a number of months"));
    match (number("SEAM_TEST_MONTH"), number("SEAM_TEST_MONTHS")) {
        (Some(seed), _) => vec![seed],
        (None, Some(months)) => (1..=months).collect(),
        (None, None) => vec![1],
    }
}

/// SplitMix64: the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        (!of.is_empty()).then(|| &of[self.below(of.len())])
    }
}

/// A function, with a problem in it or without; its number is in its code, so no two are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    number: usize,
    is_bad: bool,
}

/// The files of the branch, each with its functions.
type Files = BTreeMap<String, Vec<Function>>;

fn render(path: &str, functions: &[Function]) -> String {
    let one = |Function { number, is_bad }: &Function| match (path.ends_with(".py"), is_bad) {
        (true, true) => format!("def price_{number}(formula):\n    return eval(formula + \"{number}\")\n\n\n"),
        (true, false) => format!("def price_{number}(formula):\n    return PRICES[{number}]\n\n\n"),
        (false, true) => {
            format!("export function show_{number}(page) {{\n  debugger;\n  return page + {number};\n}}\n\n")
        }
        (false, false) => format!("export function show_{number}(page) {{\n  return page - {number};\n}}\n\n"),
    };
    functions.iter().map(one).collect()
}

fn bad(files: &Files) -> BTreeSet<usize> {
    files.values().flatten().filter(|function| function.is_bad).map(|function| function.number).collect()
}

/// What a thread is to look like: how often its problem went, and how often it came back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Story {
    went: usize,
    returned: usize,
}

struct Month {
    seed: u64,
    chance: Chance,
    repo: Repo,
    pull: Pull,
    files: Files,
    /// Every head with its files, oldest first.
    heads: Vec<(String, Files)>,
    functions: usize,
    /// Every problem that a review has seen.
    stories: BTreeMap<usize, Story>,
    /// At the last review.
    there: BTreeSet<usize>,
    diary: Vec<String>,
}

impl Month {
    async fn begin(seam: &Seam, seed: u64) -> Self {
        let repo = seam.github.repository(
            &format!("octo/month-{seed}"),
            [("README.md", "# Shop\n"), (".github/seam.yml", "review: { pause_after: 0 }\n")],
        );
        let mut files = Files::new();
        files.insert("shop/cart.py".to_owned(), vec![Function { number: 1, is_bad: true }]);
        let pull = repo.open_pull("work", commit(&Files::new(), &files)).await;
        seam.settle().await;
        let (heads, stories) = (vec![(pull.head(), files.clone())], BTreeMap::from([(1, Story::default())]));
        let chance = Chance(seed);
        let there = BTreeSet::from([1]);
        Self { seed, chance, repo, pull, files, heads, functions: 1, stories, there, diary: Vec::new() }
    }

    async fn live(mut self, seam: &Seam) {
        for push in 1..=PUSHES {
            let what = self.push(push).await;
            self.diary.push(format!("{push}: {what}, bad are {:?}", bad(&self.files)));
            seam.clock.advance(TimeDelta::hours(12));
            // Now and then a push comes before the one before it was reviewed.
            if push == PUSHES || !self.chance.one_in(6) {
                seam.settle().await;
                self.turn();
                self.check();
            }
        }
        assert!(self.stories.len() > 10, "{}: too little happened", self.title());
        self.count();
    }

    /// One push of some kind; says of which.
    async fn push(&mut self, push: usize) -> String {
        let before = self.files.clone();
        // Each kind comes at least once.
        let kind = if push <= KINDS { push - 1 } else { self.chance.below(KINDS) };
        let what = match kind {
            0..=4 => {
                self.edit();
                self.add_commit(&before, push).await;
                "an edit"
            }
            5 => {
                self.edit();
                let git = self.repo.git();
                let parent = git.git(&["rev-parse", &format!("{}^", self.pull.head())]);
                let tree = self.tree(&before);
                let amended = git.commit_tree(&tree, &parent, &format!("Amended {push}"));
                self.repo.point("work", &amended).await;
                "an amended commit"
            }
            6 => {
                self.advance_main(push);
                self.pull.rebase().await;
                "a rebase"
            }
            7 => {
                self.advance_main(push);
                let git = self.repo.git();
                let (head, main) = (self.pull.head(), self.repo.branch("main"));
                let tree = git.git(&["merge-tree", "--write-tree", &head, &main]);
                let message = format!("Merge {push}");
                let merged = git.git(&[
                    "-c",
                    "user.name=Ada",
                    "-c",
                    "user.email=ada@example.com",
                    "commit-tree",
                    "-p",
                    &head,
                    "-p",
                    &main,
                    "-m",
                    &message,
                    &tree,
                ]);
                self.repo.point("work", &merged).await;
                "a merge from main"
            }
            8 => {
                self.rename(push);
                self.add_commit(&before, push).await;
                "a rename"
            }
            9 => {
                let (_, files) = self.chance.pick(&self.heads).cloned().expect("there was a push");
                self.files = files;
                self.add_commit(&before, push).await;
                "a revert"
            }
            10 => {
                let (head, files) = self.chance.pick(&self.heads).cloned().expect("there was a push");
                self.files = files;
                self.repo.point("work", &head).await;
                "a force push to an old commit"
            }
            _ => {
                self.edit();
                self.pull.force_push(commit(&Files::new(), &self.files)).await;
                "a squash"
            }
        };
        self.heads.push((self.pull.head(), self.files.clone()));
        what.to_owned()
    }

    async fn add_commit(&self, before: &Files, push: usize) {
        // What changes nothing is a commit all the same.
        self.pull.push(commit(before, &self.files).message(&format!("Push {push}"))).await;
    }

    fn tree(&self, before: &Files) -> String {
        let git = self.repo.git();
        let edited = git.commit(&[&self.pull.head()], commit(before, &self.files));
        git.git(&["rev-parse", &format!("{edited}^{{tree}}")])
    }

    fn advance_main(&self, push: usize) {
        self.repo.commit("main", [(format!("docs/{push}.md").as_str(), "From nine to five.\n")]);
    }

    /// A few functions are written, mended, broken again, moved, or thrown away.
    fn edit(&mut self) {
        for _ in 0..=self.chance.below(3) {
            let paths: Vec<_> = self.files.keys().cloned().collect();
            match self.chance.below(8) {
                0..=2 => {
                    self.functions += 1;
                    let new = Function { number: self.functions, is_bad: !self.chance.one_in(4) };
                    let fresh = format!(
                        "{}/part-{}.{}",
                        ["shop", "web"][new.number % 2],
                        new.number,
                        ["py", "js"][new.number % 2]
                    );
                    let path =
                        self.chance.pick(&paths).filter(|_| !new.number.is_multiple_of(3)).cloned().unwrap_or(fresh);
                    let functions = self.files.entry(path).or_default();
                    let place = self.chance.below(functions.len() + 1);
                    functions.insert(place, new);
                }
                3..=5 => {
                    let all: usize = self.files.values().map(Vec::len).sum();
                    if all > 0 {
                        let place = self.chance.below(all);
                        let function = self.files.values_mut().flatten().nth(place).expect("it is one of them");
                        function.is_bad = !function.is_bad;
                    }
                }
                6 => {
                    if let Some(functions) = self.chance.pick(&paths).and_then(|path| self.files.get_mut(path)) {
                        let by = self.chance.below(functions.len().max(1));
                        functions.rotate_left(by);
                    }
                }
                _ => {
                    if let Some(path) = self.chance.pick(&paths).filter(|_| paths.len() > 2) {
                        self.files.remove(path);
                    }
                }
            }
            self.files.retain(|_, functions| !functions.is_empty());
        }
    }

    fn rename(&mut self, push: usize) {
        let paths: Vec<_> = self.files.keys().cloned().collect();
        if let Some(path) = self.chance.pick(&paths) {
            let functions = self.files.remove(path).expect("it is one of them");
            let ending = path.rsplit('.').next().expect("it has one");
            self.files.insert(format!("moved/{push}.{ending}"), functions);
        }
    }

    /// A review was done.
    fn turn(&mut self) {
        let now = bad(&self.files);
        for went in self.there.difference(&now) {
            self.stories.entry(*went).or_default().went += 1;
        }
        for came in now.difference(&self.there) {
            match self.stories.get_mut(came) {
                Some(story) => story.returned += 1,
                None => drop(self.stories.insert(*came, Story::default())),
            }
        }
        self.there = now;
    }

    fn title(&self) -> String {
        format!("SEAM_TEST_MONTH={} after\n{}\n", self.seed, self.diary.join("\n"))
    }

    /// One comment for each problem that there ever was, a reply whenever one went or came back, and nothing else. What is
    /// there no more is resolved.
    fn count(&self) {
        let shown = self.pull.now();
        let (replies, raised): (Vec<_>, Vec<_>) =
            shown.review_comments.iter().partition(|comment| comment.in_reply_to.is_some());
        assert_eq!(raised.len(), self.stories.len(), "{}: comments, problems", self.title());
        let turns: usize = self.stories.values().map(|story| story.went + story.returned).sum();
        assert_eq!(replies.len(), turns, "{}: replies, turns of problems", self.title());
        assert!(shown.review_comments.iter().all(|comment| comment.author == "seam[bot]"));
        let resolved = shown.threads.iter().filter(|thread| thread.resolved_by.is_some()).count();
        assert_eq!(resolved, self.stories.len() - self.there.len(), "{}: resolved, gone", self.title());
    }

    /// What stands on GitHub is what happened.
    fn check(&self) {
        let shown = self.pull.now();
        let mut stories = BTreeMap::new();
        let mut open = BTreeSet::new();
        for thread in &shown.threads {
            let comments = shown.comments_of(thread);
            let number = number_in(&comments[0].diff_hunk);
            let words = |start: &str| comments[1..].iter().filter(|reply| reply.body.starts_with(start)).count();
            let story = Story { went: words("Fixed as of") + words("No longer part"), returned: words("Back as of") };
            assert_eq!(stories.insert(number, story), None, "{}: {number} was raised twice", self.title());
            assert!(thread.resolved_by.is_none() || thread.resolved_by.as_deref() == Some("seam[bot]"));
            if thread.resolved_by.is_none() {
                open.insert(number);
            }
        }
        assert_eq!(stories, self.stories, "{}: what was said (left) is not what happened", self.title());
        assert_eq!(open, self.there, "{}: what is open (left) is not what is there", self.title());
        assert!(shown.issue_comments.is_empty(), "{}: somebody spoke in the conversation", self.title());
    }
}

/// From some files to others.
fn commit(before: &Files, after: &Files) -> Commit {
    let removed = before.keys().filter(|path| !after.contains_key(*path));
    let commit = removed.fold(Commit::new(), |commit, path| commit.remove(path));
    let changed = after.iter().filter(|(path, functions)| before.get(*path) != Some(functions));
    changed.fold(commit, |commit, (path, functions)| commit.write(path, render(path, functions)))
}

/// Of the function that a comment stands in: the last one that its hunk shows.
fn number_in(hunk: &str) -> usize {
    let names = ["price_", "show_"].map(|name| hunk.rfind(name).map(|at| at + name.len()));
    let start = names.into_iter().flatten().max().unwrap_or_else(|| panic!("no function in {hunk}"));
    let digits: String = hunk[start..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("functions are numbered")
}
