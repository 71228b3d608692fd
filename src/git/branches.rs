//! Makes the branches of a plan in a repository on this machine. Nothing that is there is touched: neither a branch, nor the
//! index, nor the work tree. A branch that is there already as it is to be made, but for who made it when, is as good.

use gix::{
    ObjectId,
    date::parse::TimeBuf,
    refs::{
        FullName,
        transaction::{PreviousValue, RefEdit},
    },
};

use super::{error::GitError, objects::Objects, tree_writer::TreeWriter};
use crate::change::tree_edit::TreeEdit;

/// One branch to make.
#[derive(Clone, Debug)]
pub struct NewBranch {
    pub name: String,
    /// The number of the branch that it stands on; `None`: the base.
    pub on: Option<usize>,
    pub message: String,
    pub edits: Vec<TreeEdit>,
}

/// A branch that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBranch {
    pub name: String,
    pub commit: String,
    pub tree: String,
}

/// Who wrote the change: the author of `head`, else who commits on this machine.
pub(super) struct Authorship {
    pub(super) author: gix::actor::Signature,
    pub(super) committer: gix::actor::Signature,
}

/// Writes all objects first and then the branches. A failure leaves none behind.
pub(super) fn make(
    repository: &gix::Repository,
    objects: &Objects,
    base: ObjectId,
    branches: &[NewBranch],
    authorship: &Authorship,
) -> Result<Vec<MadeBranch>, GitError> {
    let writer = TreeWriter::new(repository);
    let base_tree = objects.facts(base)?.tree;
    let (mut made, mut new) = (Vec::<(ObjectId, ObjectId)>::new(), Vec::new());
    for branch in branches {
        let (parent, below) = branch.on.and_then(|on| made.get(on).copied()).unwrap_or((base, base_tree));
        let tree = writer.apply(Some(below), &branch.edits)?;
        if let Some(there) = standing(repository, &branch.name)? {
            let facts = objects.facts(there)?;
            if facts.tree != tree || facts.parents != [parent] {
                return Err(GitError::BranchExists { name: branch.name.clone() });
            }
            made.push((there, tree));
            continue;
        }
        if let Some(other) = in_the_way(repository, &branch.name)? {
            let why =
                format!("there is {other}, and git keeps branches as files in folders; delete or rename it first");
            return Err(GitError::BranchNotMade { name: branch.name.clone(), why });
        }
        let commit = gix::objs::Commit {
            tree,
            parents: [parent].into_iter().collect(),
            author: authorship.author.clone(),
            committer: authorship.committer.clone(),
            encoding: None,
            message: branch.message.as_str().into(),
            extra_headers: Vec::new(),
        };
        let commit = repository.write_object(&commit).map_err(GitError::corrupt)?.detach();
        made.push((commit, tree));
        new.push((branch, commit));
    }
    for (at, (branch, commit)) in new.iter().enumerate() {
        if let Err(why) = point(repository, &branch.name, *commit, authorship) {
            for (made, commit) in &new[..at] {
                take_back(repository, &made.name, *commit);
            }
            return Err(GitError::BranchNotMade { name: branch.name.clone(), why });
        }
    }
    let branch = |(branch, (commit, tree)): (&NewBranch, &(ObjectId, ObjectId))| MadeBranch {
        name: branch.name.clone(),
        commit: commit.to_string(),
        tree: tree.to_string(),
    };
    Ok(branches.iter().zip(&made).map(branch).collect())
}

/// The commit that a branch stands at; `None` where there is none of this name.
fn standing(repository: &gix::Repository, name: &str) -> Result<Option<ObjectId>, GitError> {
    let reference = repository.try_find_reference(&format!("refs/heads/{name}")).map_err(GitError::corrupt)?;
    let peel = |mut reference: gix::Reference<'_>| reference.peel_to_id().map(gix::Id::detach);
    reference.map(peel).transpose().map_err(GitError::corrupt)
}

/// A branch beside which there can be none of this name: that of a folder on its way, or one below it.
fn in_the_way(repository: &gix::Repository, name: &str) -> Result<Option<String>, GitError> {
    for (at, _) in name.match_indices('/') {
        if standing(repository, &name[..at])?.is_some() {
            return Ok(Some(name[..at].to_owned()));
        }
    }
    let below = format!("refs/heads/{name}/");
    let references = repository.references().map_err(GitError::corrupt)?;
    let first = references.prefixed(below.as_str()).map_err(GitError::corrupt)?.next();
    Ok(first.transpose().map_err(GitError::corrupt)?.map(|other| other.name().shorten().to_string()))
}

/// Makes one branch. Whoever runs this may have no name: the commits have a committer.
fn point(repository: &gix::Repository, name: &str, to: ObjectId, authorship: &Authorship) -> Result<(), String> {
    let name = FullName::try_from(format!("refs/heads/{name}")).map_err(|error| error.to_string())?;
    let edit = RefEdit::update(name, to, PreviousValue::MustNotExist, "seam split");
    let mut time = TimeBuf::default();
    let made = repository.edit_references_as([edit], Some(authorship.committer.to_ref(&mut time)));
    made.map(drop).map_err(|error| error.to_string())
}

/// Deletes a branch that was just made, unless somebody moved it since.
fn take_back(repository: &gix::Repository, name: &str, at: ObjectId) {
    let Ok(Some(branch)) = repository.try_find_reference(&format!("refs/heads/{name}")) else { return };
    if branch.try_id().is_some_and(|id| id == at)
        && let Err(error) = branch.delete()
    {
        tracing::warn!(name, %error, "a branch is left behind");
    }
}
