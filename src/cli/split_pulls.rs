//! `seam split --create-prs`: pushes the slices' branches with git, as the person who runs it, and opens a draft pull request for
//! each. What is there already is left alone, so that running it again goes on where it stopped.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use crate::{
    change::change_set::RepoPath,
    domain::{
        ids::{CommitSha, PullNumber, RepoName, RepositoryId, SplitId},
        plan::{Plan, Slice},
        split::{OpenSlice, SliceState, Split, SplitState},
    },
    github::{
        client::{GitHub, Settings, install_crypto_provider},
        error::GitHubError,
        pulls::{NO_DRAFTS, NewPull, Pull, PullChange},
        repository::RepositoryClient,
    },
    split::{labels, place::Place, stack_table},
    telemetry::clock::Clock,
};

/// Where the pull requests go.
pub(super) struct Destination {
    root: PathBuf,
    remote: String,
    name: RepoName,
    api_url: Url,
    /// The branch that somebody named; `None`: the default branch.
    base: Option<String>,
    /// The default branch, where the clone knows it.
    default_branch: Option<String>,
}

impl Destination {
    /// The repository that a remote of the work tree stands for. `base`: what the change was compared with, where somebody
    /// said it; a branch of the remote is what the slices are to be merged into.
    pub(super) fn of(root: &Path, remote: &str, base: Option<&str>) -> anyhow::Result<Self> {
        let address = git(root, &["remote", "get-url", remote])
            .with_context(|| format!("there is no remote {remote}; name one with --remote"))?;
        // The address itself may hold a password.
        let elsewhere = || format!("the remote {remote} is no repository on GitHub");
        let (host, path) = split_address(&address).with_context(elsewhere)?;
        let name = path.trim_end_matches(".git").parse().with_context(elsewhere)?;
        let base = base.map(|base| base.strip_prefix(&format!("{remote}/")).unwrap_or(base).to_owned());
        let is_there = |base: &String| {
            let reference = format!("refs/remotes/{remote}/{base}");
            git(root, &["rev-parse", "--verify", "--quiet", &reference]).is_ok()
        };
        let api_url = match env::var("GITHUB_API_URL") {
            Ok(url) => url,
            Err(_) if host == "github.com" => "https://api.github.com".to_owned(),
            Err(_) => format!("https://{host}/api/v3"),
        };
        let default = git(root, &["symbolic-ref", "--quiet", "--short", &format!("refs/remotes/{remote}/HEAD")]).ok();
        let default_branch = default.and_then(|name| Some(name.strip_prefix(&format!("{remote}/"))?.to_owned()));
        let (root, remote) = (root.to_owned(), remote.to_owned());
        Ok(Self { root, name, api_url: api_url.parse()?, base: base.filter(is_there), default_branch, remote })
    }

    /// Every call that would be made, in order.
    pub(super) fn calls(&self, plan: &Plan) -> Vec<String> {
        let name = &self.name;
        // A placeholder where nobody here knows it: GitHub is asked first.
        let base = self.base.as_deref().or(self.default_branch.as_deref()).unwrap_or("{default_branch}");
        let branches: Vec<&str> = plan.slices.iter().map(|slice| slice.branch.as_str()).collect();
        let mut calls = vec![
            format!("git push --atomic {} {}", self.remote, branches.join(" ")),
            format!("GET /repos/{name}"),
            format!("GET /repos/{name}/labels"),
        ];
        for slice in &plan.slices {
            let on = slice.stands_on.as_ref().and_then(|on| plan.slice(on)).map_or(base, |below| &below.branch);
            let (title, head) = (&slice.title, &slice.branch);
            calls.push(format!("GET /repos/{name}/pulls?state=open&head={}:{head}", name.owner()));
            let new = json!({ "title": title, "head": head, "base": on, "draft": true });
            calls.push(format!("POST /repos/{name}/pulls {new}"));
            calls.push(format!("POST /repos/{name}/issues/N/labels, where labels of the repository fit"));
        }
        for slice in &plan.slices {
            calls.push(format!("PATCH /repos/{name}/pulls/N, the whole stack in the words of {}", slice.branch));
        }
        for stack in linked(plan) {
            let branches: Vec<&str> = stack.iter().map(|slice| slice.branch.as_str()).collect();
            calls.push(format!("POST /repos/{name}/stacks, of {}", branches.join(", ")));
        }
        calls
    }

    /// Pushes the branches, which are there locally, and opens a pull request for each that has none; gives their addresses.
    pub(super) fn open(&self, token: SecretString, plan: &Plan, branch: &str) -> anyhow::Result<Vec<String>> {
        let mut push = vec!["push", "--atomic", &self.remote];
        push.extend(plan.slices.iter().map(|slice| slice.branch.as_str()));
        git(&self.root, &push)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            install_crypto_provider();
            let github = GitHub::of_person(Settings::new(self.api_url.clone()), token, Clock::System)?;
            self.open_pulls(&github.repository_of_person(self.name.clone()), plan, branch).await
        })
    }

    async fn open_pulls(
        &self,
        repository: &RepositoryClient,
        plan: &Plan,
        branch: &str,
    ) -> anyhow::Result<Vec<String>> {
        let facts = repository.repository().await.context("the repository cannot be read with this token")?;
        let labels: Vec<String> = repository.labels().await?.into_iter().map(|label| label.name).collect();
        let mut split = split(plan, branch, self.base.as_ref().unwrap_or(&facts.default_branch), facts.id);
        let mut opened = Vec::new();
        for slice in &plan.slices {
            let pull = open_pull(repository, &split, slice).await?;
            let fitting = labels::of(&places(slice), &labels);
            if !fitting.is_empty() {
                repository.add_labels(pull.number, &fitting).await?;
            }
            if let Some(open) = split.open_slice_mut(&slice.id) {
                (open.pull, open.state) = (Some(pull.number), state(&pull));
            }
            opened.push(format!("{} {}", pull.html_url, slice.title));
        }
        for open in &split.slices {
            let Some(number) = open.pull else { continue };
            let body = stack_table::body(&split, &open.slice);
            repository.update_pull(number, &PullChange { body: Some(&body), ..PullChange::default() }).await?;
        }
        for stack in linked(plan) {
            let pulls: Vec<PullNumber> = stack.iter().filter_map(|slice| split.open_slice(&slice.id)?.pull).collect();
            match repository.create_stack(&pulls).await {
                // Not enabled, or linked already: the bases chain them all the same.
                Ok(_) | Err(GitHubError::NotFound { .. } | GitHubError::Unprocessable { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(opened)
    }
}

/// The slice's pull request, opened where it is not: a plain one where the owner's plan has no drafts.
async fn open_pull(repository: &RepositoryClient, split: &Split, slice: &Slice) -> anyhow::Result<Pull> {
    if let Some(pull) = repository.open_pulls_of_branch(&slice.branch).await?.into_iter().next() {
        return Ok(pull);
    }
    let (body, base) = (stack_table::body(split, &slice.id), split.base_of(slice));
    let new = NewPull { title: &slice.title, body: &body, head: &slice.branch, base, draft: true };
    match repository.create_pull(&new).await {
        Err(error) if error.refuses_with(NO_DRAFTS) => {
            Ok(repository.create_pull(&NewPull { draft: false, ..new }).await?)
        }
        pull => Ok(pull?),
    }
}

/// What becomes a native stack, where there are some.
fn linked(plan: &Plan) -> Vec<Vec<&Slice>> {
    plan.stacks().into_iter().filter(|stack| stack.len() > 1).collect()
}

fn places(slice: &Slice) -> Vec<Place> {
    slice.files.iter().map(|file| Place::of(&RepoPath::from(&*file.path))).collect()
}

fn state(pull: &Pull) -> SliceState {
    if pull.draft { SliceState::Draft } else { SliceState::Open }
}

/// The plan as a split that nobody remembers: for the texts of its pull requests.
fn split(plan: &Plan, branch: &str, base_branch: &str, repository: RepositoryId) -> Split {
    Split {
        id: SplitId(0),
        repository,
        branch: branch.to_owned(),
        pull: None,
        base_branch: base_branch.to_owned(),
        base: CommitSha::zero(),
        head: CommitSha::zero(),
        plan: plan.clone(),
        state: SplitState::Open,
        opened_by: None,
        slices: plan.slices.iter().map(OpenSlice::planned).collect(),
    }
}

/// `GITHUB_TOKEN`, `GH_TOKEN`, or whom GitHub's own command line is signed in as.
pub(super) fn token() -> anyhow::Result<SecretString> {
    for name in ["GITHUB_TOKEN", "GH_TOKEN"] {
        if let Ok(token) = env::var(name)
            && !token.trim().is_empty()
        {
            return Ok(token.trim().to_owned().into());
        }
    }
    let output = Command::new("gh").args(["auth", "token"]).output();
    match output.ok().filter(|output| output.status.success()) {
        Some(output) => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned().into()),
        None => bail!("there is no token for GitHub: set GITHUB_TOKEN, or sign in with `gh auth login`"),
    }
}

fn git(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().context("git cannot be run")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git {} failed: {}", arguments[0], said.trim().lines().last().unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Host and path of `https://HOST/OWNER/NAME.git` or `git@HOST:OWNER/NAME.git`.
fn split_address(address: &str) -> Option<(String, String)> {
    if let Ok(url) = Url::parse(address) {
        return Some((url.host_str()?.to_owned(), url.path().trim_matches('/').to_owned()));
    }
    let (who, path) = address.split_once(':')?;
    Some((who.rsplit('@').next()?.to_owned(), path.trim_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_are_read_however_they_are_written() {
        for address in [
            "https://github.com/octo/shop.git",
            "git@github.com:octo/shop.git",
            "ssh://git@github.com/octo/shop.git",
            "https://github.com/octo/shop",
        ] {
            let (host, path) = split_address(address).unwrap();
            assert_eq!((host.as_str(), path.trim_end_matches(".git")), ("github.com", "octo/shop"), "{address}");
        }
    }
}
