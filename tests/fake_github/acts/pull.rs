//! A pull request in the hands of people.

use serde_json::{Value, json};

use super::{
    super::{
        git_repository::Commit,
        model::{
            check_run::CheckRun,
            comments::{IssueComment, Thread},
            pull::{self, PullState},
            world::World,
        },
        shape, talk, webhooks,
    },
    repo::Repo,
    shown,
};

/// The three buttons.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    Merge,
    Squash,
    Rebase,
}

#[derive(Clone)]
pub(crate) struct Pull {
    pub(super) repo: Repo,
    pub(super) number: i64,
}

impl Pull {
    pub(crate) fn number(&self) -> i64 {
        self.number
    }

    /// The pull request as the model has it now.
    pub(crate) fn now(&self) -> pull::Pull {
        self.repo.shared.world().pull(self.repo.id, self.number).clone()
    }

    pub(crate) fn head(&self) -> String {
        self.now().head_sha
    }

    /// Of its head, also those that a newer one of the same name hides on the page.
    pub(crate) fn check_runs(&self) -> Vec<CheckRun> {
        self.repo.check_runs(&self.head())
    }

    /// What a person sees on the page.
    pub(crate) fn shown(&self) -> String {
        shown::pull(&self.repo.shared.world(), self.repo.id, self.number)
    }

    /// Where its head branch is.
    fn from(&self) -> (Repo, String) {
        let pull = self.now();
        (Repo::new(&self.repo.shared, pull.head_repository), pull.head_ref)
    }

    /// One more commit; gives its id.
    pub(crate) async fn push(&self, commit: impl Into<Commit>) -> String {
        let (from, branch) = self.from();
        from.push(&branch, commit).await
    }

    /// Another history: one commit where the branch left its base.
    pub(crate) async fn force_push(&self, commit: impl Into<Commit>) -> String {
        let pull = self.now();
        let start = self.repo.shared.world().repository(self.repo.id).merge_base(&pull);
        let start = start.expect("the histories are related");
        let (from, branch) = self.from();
        let after = from.git().commit(&[&start], commit);
        from.point(&branch, &after).await;
        after
    }

    /// The same changes as one commit on top of where the base branch is now.
    pub(crate) async fn rebase(&self) -> String {
        let pull = self.now();
        let (from, branch) = self.from();
        let base = self.repo.branch(&pull.base_ref);
        let git = from.git();
        let tree = git.git(&["merge-tree", "--write-tree", &base, &pull.head_sha]);
        let after = git.commit_tree(&tree, &base, "Rebased");
        from.point(&branch, &after).await;
        after
    }

    /// One of the actions that only change the pull request itself.
    async fn act(&self, action: &str, more: Value, change: impl FnOnce(&mut pull::Pull)) {
        self.change(&mut self.repo.shared.world(), action, more, change);
        self.repo.shared.deliver().await;
    }

    fn change(&self, world: &mut World, action: &str, more: Value, change: impl FnOnce(&mut pull::Pull)) {
        let now = world.now();
        let pull = world.pull_mut(self.repo.id, self.number);
        change(pull);
        pull.updated_at = now;
        webhooks::pull_request(world, self.repo.id, self.number, action, more, "ada");
    }

    pub(crate) async fn close(&self) {
        let at = self.repo.shared.world().now();
        self.act("closed", json!({}), |pull| pull.state = PullState::Closed { at }).await;
    }

    pub(crate) async fn reopen(&self) {
        self.act("reopened", json!({}), |pull| pull.state = PullState::Open).await;
    }

    pub(crate) async fn ready_for_review(&self) {
        self.act("ready_for_review", json!({}), |pull| pull.draft = false).await;
    }

    pub(crate) async fn convert_to_draft(&self) {
        self.act("converted_to_draft", json!({}), |pull| pull.draft = true).await;
    }

    /// Compares with another branch from now on.
    pub(crate) async fn change_base(&self, branch: &str) {
        let old = self.now().base_ref;
        let old_sha = self.repo.branch(&old);
        let more = json!({ "changes": { "base": { "ref": { "from": old }, "sha": { "from": old_sha } } } });
        self.act("edited", more, |pull| branch.clone_into(&mut pull.base_ref)).await;
    }

    /// Merges by a merge commit on the base branch.
    pub(crate) async fn merge(&self) {
        self.merge_by(Method::Merge).await;
    }

    pub(crate) async fn merge_by(&self, method: Method) {
        let pull = self.now();
        let git = self.repo.git();
        let base = self.repo.branch(&pull.base_ref);
        let merged = |ours: &str, theirs: &str| git.git(&["merge-tree", "--write-tree", ours, theirs]);
        let commit = match method {
            Method::Merge => {
                git.commit_of_tree(&merged(&base, &pull.head_sha), &[&base, &pull.head_sha], "Merge", "ada")
            }
            Method::Squash => git.commit_of_tree(&merged(&base, &pull.head_sha), &[&base], &pull.title, "ada"),
            Method::Rebase => git.list(&base, &pull.head_sha).iter().fold(base.clone(), |onto, commit| {
                let parent = format!("{commit}^");
                let base = format!("--merge-base={parent}");
                let tree = git.git(&["merge-tree", "--write-tree", &base, &onto, commit]);
                git.commit_of_tree(&tree, &[&onto], "Rebased", "ada")
            }),
        };
        let at = self.repo.shared.world().now();
        let state = PullState::Merged { at, by: "ada".to_owned(), commit: commit.clone() };
        self.act("closed", json!({}), |pull| pull.state = state).await;
        self.repo.point(&pull.base_ref, &commit).await;
    }

    /// Gives the comment's id.
    pub(crate) async fn comment(&self, login: &str, body: &str) -> i64 {
        let id = talk::say(&mut self.repo.shared.world(), self.repo.id, self.number, login, body);
        self.repo.shared.deliver().await;
        id
    }

    /// A review without comments in the diff; gives its id.
    pub(crate) async fn review(&self, login: &str, body: &str) -> i64 {
        let id = talk::review(&mut self.repo.shared.world(), self.repo.id, self.number, login, body);
        self.repo.shared.deliver().await;
        id
    }

    /// Somebody writes other words into a comment or a review, whoever wrote it.
    pub(crate) async fn edit(&self, login: &str, id: i64, body: &str) {
        talk::edit(&mut self.repo.shared.world(), self.repo.id, self.number, login, id, body);
        self.repo.shared.deliver().await;
    }

    /// Somebody deletes a comment in the conversation.
    pub(crate) async fn delete_comment(&self, login: &str, id: i64) {
        talk::delete_comment(&mut self.repo.shared.world(), self.repo.id, self.number, login, id);
        self.repo.shared.deliver().await;
    }

    /// What is said in the conversation, oldest first.
    pub(crate) fn conversation(&self) -> Vec<IssueComment> {
        self.now().issue_comments
    }

    /// The App's reactions to what has this id, in order.
    pub(crate) fn reactions(&self, id: i64) -> Vec<String> {
        let mut pull = self.now();
        let reactions = pull.reactions_mut(id).map(std::mem::take).unwrap_or_default();
        reactions.into_iter().filter(|(_, login, _)| login.ends_with("[bot]")).map(|(_, _, content)| content).collect()
    }

    /// Threads in the order in which they were begun.
    pub(crate) fn threads(&self) -> Vec<Thread> {
        self.now().threads
    }

    fn thread(&self, place: usize) -> Thread {
        self.threads().get(place).cloned().unwrap_or_else(|| panic!("there is no thread {place}"))
    }

    /// Somebody replies in the thread of this place; gives the reply's id.
    pub(crate) async fn reply(&self, login: &str, place: usize, body: &str) -> i64 {
        let root = self.thread(place).root;
        let id = talk::reply(&mut self.repo.shared.world(), self.repo.id, self.number, root, login, body);
        self.repo.shared.deliver().await;
        id
    }

    /// Somebody clicks "Resolve conversation" on the thread of this place.
    pub(crate) async fn resolve_thread_as(&self, login: &str, place: usize) {
        let node_id = self.thread(place).node_id;
        talk::set_resolved(&mut self.repo.shared.world(), self.repo.id, self.number, &node_id, login, "resolved");
        self.repo.shared.deliver().await;
    }

    /// Somebody clicks "Unresolve conversation".
    pub(crate) async fn unresolve_thread_as(&self, login: &str, place: usize) {
        let node_id = self.thread(place).node_id;
        talk::set_resolved(&mut self.repo.shared.world(), self.repo.id, self.number, &node_id, login, "unresolved");
        self.repo.shared.deliver().await;
    }

    /// Somebody reacts to the first comment of the thread of this place, as in `-1`. No webhook comes of it.
    pub(crate) fn react(&self, login: &str, place: usize, content: &str) {
        let root = self.thread(place).root;
        talk::react(&mut self.repo.shared.world(), self.repo.id, self.number, root, login, content);
    }

    /// Somebody deletes the first comment of the thread of this place.
    pub(crate) async fn delete_comment_as(&self, login: &str, place: usize) {
        let root = self.thread(place).root;
        talk::delete(&mut self.repo.shared.world(), self.repo.id, self.number, root, login);
        self.repo.shared.deliver().await;
    }

    pub(crate) async fn add_label(&self, name: &str) {
        let more = json!({ "label": shape::pull::label(&self.api(), name) });
        self.act("labeled", more, |pull| {
            pull.labels.insert(name.to_owned());
        })
        .await;
    }

    pub(crate) async fn remove_label(&self, name: &str) {
        let more = json!({ "label": shape::pull::label(&self.api(), name) });
        self.act("unlabeled", more, |pull| {
            pull.labels.remove(name);
        })
        .await;
    }

    /// Ada asks somebody for a review.
    pub(crate) async fn request_review_of(&self, login: &str) {
        let reviewer = shape::account::simple(&self.repo.shared.world(), login);
        self.act("review_requested", json!({ "requested_reviewer": reviewer }), |_| {}).await;
    }

    fn api(&self) -> String {
        let world = self.repo.shared.world();
        shape::repository::url(&world, world.repository(self.repo.id))
    }

    /// Somebody else than Seam begins a thread on a line of the head.
    pub(crate) fn comment_on_line(&self, login: &str, path: &str, line: u32, body: &str) {
        talk::begin_thread(&mut self.repo.shared.world(), self.repo.id, self.number, login, (path, line), body);
    }

    /// Somebody clicks a button of the last check run of the head.
    pub(crate) async fn click(&self, login: &str, identifier: &str) {
        self.ask(&mut self.repo.shared.world(), "requested_action", Some(identifier), login);
        self.repo.shared.deliver().await;
    }

    /// Somebody clicks "Re-run all checks" on the head.
    pub(crate) async fn rerequest_suite(&self, login: &str) {
        let head = self.head();
        webhooks::check_suite(&mut self.repo.shared.world(), self.repo.id, &head, "rerequested", login);
        self.repo.shared.deliver().await;
    }

    /// Somebody clicks "Re-run" on the last check run of the head.
    pub(crate) async fn rerequest_check(&self, login: &str) {
        self.ask(&mut self.repo.shared.world(), "rerequested", None, login);
        self.repo.shared.deliver().await;
    }

    fn ask(&self, world: &mut World, action: &str, button: Option<&str>, login: &str) {
        let head = &world.pull(self.repo.id, self.number).head_sha;
        let runs = &world.repository(self.repo.id).check_runs;
        let run = runs.iter().rev().find(|run| run.head_sha == *head).map(|run| run.id);
        webhooks::check_run(world, self.repo.id, run.expect("the head has a check run"), action, button, login);
    }
}
