//! A repository on this machine, for the command line: what changed in the work tree, in what is staged, or between commits.
//! Read through gix: no process is started, so no hook, filter or helper that the repository names ever runs.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use gix::{
    ObjectId, ThreadSafeRepository,
    bstr::BStr,
    index::entry::{Flags, Mode, Stage},
};

use super::{
    branches::{self, Authorship, MadeBranch, NewBranch},
    clean::Cleaner,
    error::GitError,
    objects::{Objects, object_id},
    prefixes::{Layer, Prefixes},
    proof::{self, Proof},
    snapshot::{self, Files, Snapshot},
    surroundings,
    tree_changes::Difference,
    tree_writer::TreeWriter,
};
use crate::{
    change::{
        assemble::{Limits, Parts, assemble},
        change_set::{ChangeSet, FileChange, FileMode, FileVersion, RepoPath},
        contents::{Contents, ContentsError},
        rewrites::Rewrites,
        surroundings::Surroundings,
        tree_edit::{Becomes, TreeEdit},
    },
    domain::ids::CommitSha,
};

/// What is compared with the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// Files as they lie on disk: tracked ones, and untracked ones that are not ignored.
    WorkTree,
    /// What `git commit` would commit now.
    Staged,
    Commit(CommitSha),
}

/// A repository on this machine.
pub struct WorkTree {
    repository: ThreadSafeRepository,
    limits: Limits,
}

/// A change set together with what reads its files.
pub struct LocalChange {
    pub set: ChangeSet,
    pub contents: LocalContents,
}

impl WorkTree {
    /// Finds the repository that `path` is in. The user's own git settings are read (for `core.excludesFile` and line ends),
    /// the environment's `GIT_*` are not.
    pub fn discover(path: &Path, limits: Limits) -> Result<Self, GitError> {
        let nowhere = || GitError::NoRepository { path: path.display().to_string() };
        let options = || {
            let mut permissions = gix::open::Permissions::all();
            permissions.config.env = false;
            permissions.env.git_prefix = gix::sec::Permission::Deny;
            permissions.env.objects = gix::sec::Permission::Deny;
            gix::open::Options::default().permissions(permissions)
        };
        let trust = gix::sec::trust::Mapping { full: options(), reduced: options() };
        let repository = ThreadSafeRepository::discover_opts(path, Default::default(), trust).map_err(|_| nowhere())?;
        Ok(Self { repository, limits })
    }

    /// The top of the work tree; `None` in a bare repository.
    pub fn root(&self) -> Option<&Path> {
        self.repository.work_dir()
    }

    /// The commit that a revision names, as in `HEAD~2`, `main` or `1a2b3c`.
    pub fn resolve(&self, revision: &str) -> Result<CommitSha, GitError> {
        let repository = self.repository.to_thread_local();
        let hint = match repository.head_id() {
            Err(_) => ": there is no commit yet",
            Ok(_) if repository.is_shallow().unwrap_or_default() => {
                ": the clone is shallow, and `git fetch --unshallow` brings the rest"
            }
            Ok(_) => "; `git branch --all` and `git log --oneline` list what there is",
        };
        let unknown = |_| GitError::UnknownRevision { revision: revision.to_owned(), hint };
        let id = repository.rev_parse_single(BStr::new(revision.as_bytes())).map_err(unknown)?;
        let commit = id.object().and_then(|object| object.peel_to_kind(gix::objs::Kind::Commit)).map_err(unknown)?;
        Ok(sha(commit.id))
    }

    /// What a change is compared with unless somebody says otherwise: the merge base with the upstream default branch, or
    /// `HEAD` where there is none; the zero id (the empty tree) before the first commit.
    pub fn default_base(&self) -> Result<CommitSha, GitError> {
        let repository = self.repository.to_thread_local();
        if repository.head().map_err(GitError::corrupt)?.is_unborn() {
            return Ok(sha(ObjectId::null(repository.object_hash())));
        }
        let head = sha(repository.head_id().map_err(GitError::corrupt)?.detach());
        let Some(upstream) = upstream_default(&repository) else { return Ok(head) };
        Ok(Objects::of(&self.repository).merge_base(&head, &sha(upstream))?.unwrap_or(head))
    }

    /// The best common ancestor of two commits.
    pub fn merge_base(&self, one: &CommitSha, other: &CommitSha) -> Result<Option<CommitSha>, GitError> {
        Objects::of(&self.repository).merge_base(one, other)
    }

    /// What changed from `base` (the zero id is the empty tree) to `head`.
    pub fn changes(&self, base: &CommitSha, head: &Head) -> Result<LocalChange, GitError> {
        let objects = Objects::of(&self.repository);
        let repository = self.repository.to_thread_local();
        let cleaner = Cleaner::new(&repository)?;
        let difference = match head {
            Head::Commit(commit) => Difference::between(&objects, base, commit)?,
            Head::WorkTree | Head::Staged => Difference::to_files(&objects, base, self.files(head)?)?,
        };
        let attributes = difference.attributes(&objects)?;
        let files = difference.with_sizes(&objects)?;
        let root = self.root().map(Path::to_owned);
        let reader = Reader { objects, cleaner, root, file_bytes: self.limits.file_bytes };
        let contents = LocalContents { reader: Mutex::new(reader) };
        let head = match head {
            Head::WorkTree => "work tree".to_owned(),
            Head::Staged => "staged".to_owned(),
            Head::Commit(commit) => commit.to_string(),
        };
        let set = assemble(Parts {
            base: base.to_string(),
            head,
            files,
            contents: &contents,
            attributes: &attributes,
            rewrites: Rewrites::RenamesAndCopies,
            limits: self.limits,
        });
        Ok(LocalChange { set, contents })
    }
}

/// For splitting what changed.
impl WorkTree {
    /// What a plan for the change is made from besides the change. `tables`: a folder for what is expensive to count.
    pub fn surroundings(
        &self,
        base: &CommitSha,
        head: &Head,
        set: &ChangeSet,
        tables: Option<&Path>,
    ) -> Result<Surroundings, GitError> {
        let head = match head {
            Head::Commit(commit) => Some(commit),
            Head::WorkTree | Head::Staged => None,
        };
        surroundings::load(&self.repository, base, head, set, tables)
    }

    /// Whether slices, in order, give the head's tree; see [`proof`]. Writes nothing.
    pub fn prove(&self, base: &CommitSha, head: &Head, slices: &[Vec<TreeEdit>]) -> Result<Proof, GitError> {
        let objects = Objects::of(&self.repository);
        let base = objects.tree_of(base)?;
        let head_tree = |writer: &TreeWriter<'_>| match head {
            Head::Commit(commit) => match objects.tree_of(commit)? {
                Some(tree) => Ok(tree),
                None => writer.apply(None, &[]),
            },
            Head::WorkTree | Head::Staged => {
                let files = self.files(head)?;
                let entry = |(path, version)| TreeEdit { path, becomes: Becomes::Version(version) };
                writer.apply(None, &files.into_iter().map(entry).collect::<Vec<_>>())
            }
        };
        proof::prove(self.repository.to_thread_local(), base, head_tree, slices)
    }

    /// Makes one branch for each slice; see [`branches`]. Files that are in no commit yet are stored.
    pub fn make_branches(
        &self,
        base: &CommitSha,
        head: &Head,
        change: &LocalChange,
        new: &[NewBranch],
    ) -> Result<Vec<MadeBranch>, GitError> {
        let objects = Objects::of(&self.repository);
        let repository = self.repository.to_thread_local();
        store_files(&repository, &objects, change)?;
        let authorship = match head {
            Head::Commit(commit) => objects.authorship(commit)?,
            Head::WorkTree | Head::Staged => own_authorship(&repository)?,
        };
        branches::make(&repository, &objects, object_id(base)?, new, &authorship)
    }

    /// The trees that the branches of slices would have. Writes nothing.
    pub fn prefixes(&self, base: &CommitSha, change: &LocalChange, layers: &[Layer]) -> Result<Prefixes, GitError> {
        let objects = Objects::of(&self.repository);
        let repository = self.repository.to_thread_local().with_object_memory();
        store_files(&repository, &objects, change)?;
        Prefixes::of(repository, objects.tree_of(base)?, layers)
    }

    /// Every file of a head that is no commit.
    fn files(&self, head: &Head) -> Result<Files, GitError> {
        let repository = self.repository.to_thread_local();
        let root = self.root().ok_or(GitError::Bare)?;
        if *head == Head::Staged {
            return staged(&repository);
        }
        let mut cleaner = Cleaner::new(&repository)?;
        Snapshot { repository: &repository, root, cleaner: &mut cleaner, file_bytes: self.limits.file_bytes }.files()
    }

    /// There is a local branch of that name.
    pub fn has_branch(&self, name: &str) -> bool {
        let repository = self.repository.to_thread_local();
        let found = repository.try_find_reference(&format!("refs/heads/{name}"));
        matches!(found, Ok(Some(_)))
    }

    /// The name of the branch that is checked out.
    pub fn branch(&self) -> Option<String> {
        let head = self.repository.to_thread_local().head_name().ok()??;
        Some(head.shorten().to_string())
    }
}

/// Stores what is in no commit yet.
fn store_files(repository: &gix::Repository, objects: &Objects, change: &LocalChange) -> Result<(), GitError> {
    for file in &change.set.files {
        let Some(FileVersion { id: Some(id), mode, .. }) = &file.new else { continue };
        let id = ObjectId::from_hex(id.as_bytes()).map_err(GitError::corrupt)?;
        if *mode == FileMode::Submodule || objects.has(id) {
            continue;
        }
        let content = change.contents.head(file).map_err(GitError::corrupt)?.unwrap_or_default();
        let written = repository.write_blob(&content).map_err(GitError::corrupt)?.detach();
        if written != id {
            return Err(GitError::corrupt(format!("{} changed while it was read", file.path.display())));
        }
    }
    Ok(())
}

/// As `git commit` would sign.
fn own_authorship(repository: &gix::Repository) -> Result<Authorship, GitError> {
    let signature = |found: Option<Result<gix::actor::SignatureRef<'_>, _>>| {
        found.and_then(Result::ok).and_then(|signature| signature.to_owned().ok()).ok_or(GitError::Nobody)
    };
    Ok(Authorship { author: signature(repository.author())?, committer: signature(repository.committer())? })
}

/// What is in the index.
fn staged(repository: &gix::Repository) -> Result<Files, GitError> {
    let index = repository.index_or_empty().map_err(GitError::corrupt)?;
    let mut files = Files::new();
    for entry in index.entries() {
        let path = RepoPath(entry.path(&index).to_vec());
        if entry.stage() != Stage::Unconflicted {
            return Err(GitError::Unmerged { path: path.display() });
        }
        if entry.mode == Mode::DIR {
            files.extend(snapshot::sparse_folder(repository, &path, entry.id)?);
        } else if let Some(mode) = snapshot::file_mode(entry.mode)
            && !entry.flags.contains(Flags::INTENT_TO_ADD)
        {
            files.insert(path, FileVersion { mode, id: Some(entry.id.to_string()), size: 0 });
        }
    }
    Ok(files)
}

/// `refs/remotes/REMOTE/HEAD` of the branch's remote (or `origin`), else its `main` or `master`.
fn upstream_default(repository: &gix::Repository) -> Option<ObjectId> {
    let head = repository.head_name().ok().flatten();
    let remote = head.and_then(|branch| repository.branch_remote_name(branch.shorten(), gix::remote::Direction::Fetch));
    let remote = remote.map_or_else(|| "origin".to_owned(), |remote| remote.as_bstr().to_string());
    ["HEAD", "main", "master"].iter().find_map(|branch| {
        let mut found = repository.try_find_reference(&format!("refs/remotes/{remote}/{branch}")).ok()??;
        let commit = found.peel_to_commit().ok()?;
        Some(commit.id)
    })
}

fn sha(id: ObjectId) -> CommitSha {
    id.to_string().parse().expect("an object id is a commit id")
}

/// Reads the files of a [`LocalChange`]: from the repository's objects, else from the work tree.
pub struct LocalContents {
    reader: Mutex<Reader>,
}

struct Reader {
    objects: Objects,
    cleaner: Cleaner,
    root: Option<PathBuf>,
    file_bytes: u64,
}

impl LocalContents {
    fn read(
        &self,
        file: &FileChange,
        version: Option<&FileVersion>,
        on_disk: bool,
    ) -> Result<Option<Bytes>, ContentsError> {
        let Some(version) = version else { return Ok(None) };
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |why: String| ContentsError { path: file.path.display(), why };
        let stored = reader.objects.version(version, reader.file_bytes).map_err(|error| failed(error.to_string()))?;
        let Reader { cleaner, root, file_bytes, .. } = &mut *reader;
        match (stored, root) {
            (Some(content), _) => Ok(Some(content)),
            (None, Some(root)) if on_disk && version.mode != FileMode::Submodule => {
                let content = snapshot::read(root, cleaner, &file.path, version.mode, *file_bytes);
                content.map(Some).map_err(|error| failed(error.to_string()))
            }
            _ => Err(failed("it is not in the repository's objects".to_owned())),
        }
    }
}

impl Contents for LocalContents {
    fn base(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        self.read(file, file.old.as_ref(), false)
    }

    fn head(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        self.read(file, file.new.as_ref(), true)
    }
}
