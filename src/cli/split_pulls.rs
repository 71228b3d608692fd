//! `seam split --create-prs`: pushes the slices' branches with git, as the person who runs it, and opens a draft pull request for
//! each. What is there already is left alone, so that running it again goes on where it stopped.

use std::{env, path::Path, process::Command};

use anyhow::{Context as _, bail};
use secrecy::SecretString;
use url::Url;

use crate::{
    domain::{
        ids::{CommitSha, PullNumber, RepoName, RepositoryId, SplitId},
        plan::Plan,
        split::{OpenSlice, SliceState, Split, SplitState},
    },
    github::{
        client::{GitHub, Settings, install_crypto_provider},
        error::GitHubError,
        pulls::{NewPull, PullChange},
        repository::RepositoryClient,
    },
    split::stack_table,
    telemetry::clock::Clock,
};

/// Where the pull requests go.
pub(super) struct Destination {
    remote: String,
    name: RepoName,
    api_url: Url,
}

impl Destination {
    /// The repository that a remote of the work tree stands for.
    pub(super) fn of(root: &Path, remote: &str) -> anyhow::Result<Self> {
        let address = git(root, &["remote", "get-url", remote])
            .with_context(|| format!("there is no remote {remote}; name one with --remote"))?;
        let (host, path) = split_address(&address)
            .with_context(|| format!("the remote {remote} is no repository on GitHub: {address}"))?;
        let name = path.trim_end_matches(".git").parse()?;
        let api_url = match env::var("GITHUB_API_URL") {
            Ok(url) => url,
            Err(_) if host == "github.com" => "https://api.github.com".to_owned(),
            Err(_) => format!("https://{host}/api/v3"),
        };
        Ok(Self { remote: remote.to_owned(), name, api_url: api_url.parse()? })
    }

    /// Every call that would be made, in order.
    pub(super) fn calls(&self, plan: &Plan, base: &str) -> Vec<String> {
        let branches: Vec<&str> = plan.slices.iter().map(|slice| slice.branch.as_str()).collect();
        let mut calls = vec![format!("git push --atomic {} {}", self.remote, branches.join(" "))];
        for slice in &plan.slices {
            let on = slice.stands_on.as_ref().and_then(|on| plan.slice(on)).map_or(base, |below| &below.branch);
            calls.push(format!(
                "POST /repos/{}/pulls {{\"head\": {:?}, \"base\": {on:?}, \"draft\": true, \"title\": {:?}}}",
                self.name, slice.branch, slice.title
            ));
        }
        calls.extend(
            plan.slices
                .iter()
                .map(|slice| format!("PATCH /repos/{}/pulls/N: the stack in the body of {}", self.name, slice.branch)),
        );
        calls
    }

    /// Pushes the branches, which are there locally, and opens a pull request for each that has none.
    pub(super) fn open(&self, root: &Path, plan: &Plan, branch: &str) -> anyhow::Result<Vec<String>> {
        let token = token()?;
        let mut push = vec!["push", "--atomic", &self.remote];
        push.extend(plan.slices.iter().map(|slice| slice.branch.as_str()));
        git(root, &push)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            install_crypto_provider();
            let github = GitHub::of_person(Settings::new(self.api_url.clone()), token, Clock::System)?;
            let repository = github.repository_of_person(self.name.clone());
            self.open_pulls(&repository, plan, branch).await
        })
    }

    async fn open_pulls(
        &self,
        repository: &RepositoryClient,
        plan: &Plan,
        branch: &str,
    ) -> anyhow::Result<Vec<String>> {
        let facts = repository.repository().await.context("the repository cannot be read with this token")?;
        let mut split = split(plan, branch, &facts.default_branch, facts.id)?;
        let mut opened = Vec::new();
        for slice in &plan.slices {
            let base = split.base_of(slice).to_owned();
            let body = stack_table::body(&split, &slice.id);
            let new = NewPull { title: &slice.title, body: &body, head: &slice.branch, base: &base, draft: true };
            let pull = match repository.open_pulls_of_branch(&slice.branch).await?.into_iter().next() {
                Some(pull) => pull,
                None => match repository.create_pull(&new).await {
                    Err(GitHubError::Unprocessable { messages, .. }) if has_no_drafts(&messages) => {
                        repository.create_pull(&NewPull { draft: false, ..new }).await?
                    }
                    pull => pull?,
                },
            };
            if let Some(open) = split.slices.iter_mut().find(|open| open.slice == slice.id) {
                (open.pull, open.state) =
                    (Some(pull.number), if pull.draft { SliceState::Draft } else { SliceState::Open });
            }
            opened.push(format!("{} {}", pull.html_url, slice.title));
        }
        for open in &split.slices {
            let Some(number) = open.pull else { continue };
            let body = stack_table::body(&split, &open.slice);
            repository.update_pull(number, &PullChange { body: Some(&body), ..PullChange::default() }).await?;
        }
        for stack in plan.stacks().iter().filter(|stack| stack.len() > 1) {
            let pulls: Vec<PullNumber> =
                stack.iter().filter_map(|slice| split.open_slice(&slice.id)).filter_map(|open| open.pull).collect();
            match repository.create_stack(&pulls).await {
                // Not enabled, or linked already: the bases chain them all the same.
                Ok(_) | Err(GitHubError::NotFound { .. } | GitHubError::Unprocessable { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(opened)
    }
}

fn has_no_drafts(messages: &[String]) -> bool {
    messages.iter().any(|message| message.to_lowercase().contains("draft pull requests are not supported"))
}

/// The plan as a split that nobody remembers: for the texts of its pull requests.
fn split(plan: &Plan, branch: &str, base_branch: &str, repository: RepositoryId) -> anyhow::Result<Split> {
    Ok(Split {
        id: SplitId(0),
        repository,
        branch: branch.to_owned(),
        pull: None,
        base_branch: base_branch.to_owned(),
        base: CommitSha::zero(),
        head: CommitSha::zero(),
        plan: plan.clone(),
        state: SplitState::Open,
        slices: plan.slices.iter().map(OpenSlice::planned).collect(),
    })
}

/// `GITHUB_TOKEN`, `GH_TOKEN`, or whom GitHub's own command line is signed in as.
fn token() -> anyhow::Result<SecretString> {
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
