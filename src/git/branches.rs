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

/// Writes all objects first and then all branches together, so that a failure leaves no branch behind.
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
    let not_made = |branch: &NewBranch, why: String| GitError::BranchNotMade { name: branch.name.clone(), why };
    let mut edits = Vec::new();
    for (branch, commit) in &new {
        let name = format!("refs/heads/{}", branch.name);
        let name = FullName::try_from(name).map_err(|error| not_made(branch, error.to_string()))?;
        edits.push(RefEdit::update(name, *commit, PreviousValue::MustNotExist, "seam split"));
    }
    if let Some((first, _)) = new.first() {
        // Whoever runs this may have no name: the commits have a committer.
        let mut time = TimeBuf::default();
        let made = repository.edit_references_as(edits, Some(authorship.committer.to_ref(&mut time)));
        made.map_err(|error| not_made(first, error.to_string()))?;
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
