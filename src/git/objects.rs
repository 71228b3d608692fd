//! Reads objects of a repository through gix: no process, no network, no configuration beyond the repository's own format.
//! Everything in here blocks.

use std::{collections::HashSet, path::Path};

use bytes::Bytes;
use gix::{ObjectId, ThreadSafeRepository, objs::TreeRefIter};

use super::{branches::Authorship, error::GitError};
use crate::{
    change::change_set::{FileMode, FileVersion},
    domain::ids::CommitSha,
};

/// One repository's objects, for one thread.
pub(super) struct Objects {
    repository: gix::Repository,
}

/// One entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) kind: EntryKind,
    pub(super) id: ObjectId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    Tree,
    File(FileMode),
}

/// Opens a bare repository without any configuration from outside of it.
pub(super) fn open(path: &Path) -> Result<ThreadSafeRepository, GitError> {
    let options = gix::open::Options::isolated().open_path_as_is(true);
    options.open(path).map_err(GitError::corrupt)
}

impl Objects {
    pub(super) fn of(repository: &ThreadSafeRepository) -> Self {
        Self::in_thread(repository.to_thread_local())
    }

    pub(super) fn in_thread(mut repository: gix::Repository) -> Self {
        // Trees are met again and again while comparing and walking.
        repository.object_cache_size_if_unset(4 * 1024 * 1024);
        Self { repository }
    }

    pub(super) fn has(&self, id: ObjectId) -> bool {
        self.repository.has_object(id)
    }

    /// In bytes; `None` when the object is not here.
    pub(super) fn size(&self, id: ObjectId) -> Result<Option<u64>, GitError> {
        Ok(self.repository.try_find_header(id).map_err(GitError::corrupt)?.map(|header| header.size()))
    }

    /// A blob's bytes; `None` when it is not here.
    pub(super) fn blob(&self, id: ObjectId, limit: u64) -> Result<Option<Bytes>, GitError> {
        if self.size(id)?.is_some_and(|size| size > limit) {
            return Err(GitError::TooLarge { what: format!("the blob {id}"), limit });
        }
        let object = self.repository.try_find_object(id).map_err(GitError::corrupt)?;
        Ok(object.map(|object| Bytes::from(object.detach().data)))
    }

    /// The content of one version of a file: of a submodule the line that git shows for it. `None` when it is not here.
    pub(super) fn version(&self, version: &FileVersion, limit: u64) -> Result<Option<Bytes>, GitError> {
        match (&version.id, version.mode) {
            (None, _) => Ok(None),
            (Some(id), FileMode::Submodule) => Ok(Some(Bytes::from(format!("Subproject commit {id}\n")))),
            (Some(id), _) => self.blob(ObjectId::from_hex(id.as_bytes()).map_err(GitError::corrupt)?, limit),
        }
    }

    /// The tree of a commit; `None` for the zero id, which stands for the empty tree.
    pub(super) fn tree_of(&self, commit: &CommitSha) -> Result<Option<ObjectId>, GitError> {
        if commit.is_zero() {
            return Ok(None);
        }
        let tree = self.commit(commit)?.tree_id().map_err(GitError::corrupt)?.detach();
        Ok(Some(tree))
    }

    /// The message as it was written; bytes that are not UTF-8 are replaced.
    pub(super) fn message(&self, commit: &CommitSha) -> Result<String, GitError> {
        Ok(self.commit(commit)?.message_raw_sloppy().to_string())
    }

    /// Who wrote and who committed a commit.
    pub(super) fn authorship(&self, commit: &CommitSha) -> Result<Authorship, GitError> {
        let commit = self.commit(commit)?;
        let (author, committer) = (commit.author(), commit.committer());
        Ok(Authorship {
            author: author.map_err(GitError::corrupt)?.to_owned().map_err(GitError::corrupt)?,
            committer: committer.map_err(GitError::corrupt)?.to_owned().map_err(GitError::corrupt)?,
        })
    }

    /// What a commit says of itself.
    pub(super) fn facts(&self, id: ObjectId) -> Result<CommitFacts, GitError> {
        let missing = || GitError::NotFound { what: format!("the commit {id}") };
        let object = self.repository.try_find_object(id).map_err(GitError::corrupt)?.ok_or_else(missing)?;
        let commit = object.try_into_commit().map_err(|_| missing())?;
        let author = commit.author().map_err(GitError::corrupt)?;
        Ok(CommitFacts {
            tree: commit.tree_id().map_err(GitError::corrupt)?.detach(),
            parents: commit.parent_ids().map(gix::Id::detach).collect(),
            author: format!("{} <{}>", author.name, author.email),
            message: commit.message_raw_sloppy().to_string(),
        })
    }

    /// The best common ancestor; `None` where histories have nothing in common.
    pub(super) fn merge_base(&self, one: &CommitSha, other: &CommitSha) -> Result<Option<CommitSha>, GitError> {
        let (one, other) = (self.commit(one)?.id, self.commit(other)?.id);
        let base = self.repository.merge_base(one, other).map_err(GitError::corrupt)?;
        Ok(base.map(|id| id.to_string().parse().expect("an object id is a commit id")))
    }

    /// The commits that `head` has and `base` has not, on all lines; `None` where they are more than `most`.
    pub(super) fn beyond(
        &self,
        base: &CommitSha,
        head: &CommitSha,
        most: usize,
    ) -> Result<Option<HashSet<ObjectId>>, GitError> {
        let hidden = (!base.is_zero()).then(|| object_id(base)).transpose()?;
        let walk = self.repository.rev_walk([object_id(head)?]).with_hidden(hidden).all().map_err(GitError::corrupt)?;
        let mut found = HashSet::new();
        for commit in walk.take(most + 1) {
            found.insert(commit.map_err(GitError::corrupt)?.id);
        }
        Ok((found.len() <= most).then_some(found))
    }

    fn commit(&self, id: &CommitSha) -> Result<gix::Commit<'_>, GitError> {
        let missing = || GitError::NotFound { what: format!("the commit {id}") };
        let object = self.repository.try_find_object(object_id(id)?).map_err(GitError::corrupt)?.ok_or_else(missing)?;
        object.try_into_commit().map_err(|_| missing())
    }

    /// The entries of one tree, not of those below it.
    pub(super) fn entries(&self, tree: ObjectId) -> Result<Vec<Entry>, GitError> {
        let object = self.repository.find_tree(tree).map_err(GitError::corrupt)?;
        TreeRefIter::from_bytes(&object.data, tree.kind())
            .map(|entry| {
                let entry = entry.map_err(GitError::corrupt)?;
                let kind = match entry.mode.kind() {
                    gix::objs::tree::EntryKind::Tree => EntryKind::Tree,
                    gix::objs::tree::EntryKind::Blob => EntryKind::File(FileMode::Regular),
                    gix::objs::tree::EntryKind::BlobExecutable => EntryKind::File(FileMode::Executable),
                    gix::objs::tree::EntryKind::Link => EntryKind::File(FileMode::Symlink),
                    gix::objs::tree::EntryKind::Commit => EntryKind::File(FileMode::Submodule),
                };
                Ok(Entry { name: entry.filename.to_vec(), kind, id: entry.oid.to_owned() })
            })
            .collect()
    }

    /// Those of `paths` that are plain files, with their ids.
    pub(super) fn plain_files_at(
        &self,
        commit: &CommitSha,
        paths: &[String],
        most: usize,
    ) -> Result<Vec<(String, ObjectId)>, GitError> {
        let Some(tree) = self.tree_of(commit)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for path in paths {
            let entry = self.entry_at(tree, path.as_bytes())?;
            let is_plain =
                |kind| matches!(kind, EntryKind::File(FileMode::Regular) | EntryKind::File(FileMode::Executable));
            found.extend(entry.filter(|entry| is_plain(entry.kind)).map(|entry| (path.clone(), entry.id)));
            if found.len() == most {
                break;
            }
        }
        Ok(found)
    }

    /// What stands at `path`; `None` where there is nothing.
    pub(super) fn entry_at(&self, tree: ObjectId, path: &[u8]) -> Result<Option<Entry>, GitError> {
        let mut found = Entry { name: Vec::new(), kind: EntryKind::Tree, id: tree };
        for part in path.split(|byte| *byte == b'/') {
            if found.kind != EntryKind::Tree {
                return Ok(None);
            }
            match self.entries(found.id)?.into_iter().find(|entry| entry.name == part) {
                Some(entry) => found = entry,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }
}

/// One commit.
pub(super) struct CommitFacts {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    /// As in `Ada <ada@example.com>`.
    pub(super) author: String,
    /// As it was written; bytes that are not UTF-8 are replaced.
    pub(super) message: String,
}

impl CommitFacts {
    /// The first line.
    pub(super) fn subject(&self) -> String {
        self.message.lines().next().unwrap_or_default().trim().to_owned()
    }

    /// All that follows it.
    pub(super) fn body(&self) -> String {
        self.message.split_once('\n').map_or("", |(_, body)| body).trim().to_owned()
    }
}

pub(super) fn object_id(commit: &CommitSha) -> Result<ObjectId, GitError> {
    ObjectId::from_hex(commit.as_str().as_bytes())
        .map_err(|_| GitError::NotFound { what: format!("the commit {commit}") })
}
