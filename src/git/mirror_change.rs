//! What is read of a change in a mirror: its files, what surrounds it, and whether slices of it add up.

use bytes::Bytes;

use super::{
    blocking::blocking,
    error::GitError,
    mirror::Mirror,
    prefixes::{self, Layer, Prefixes},
    proof::{self, Proof},
    surroundings,
    tree_changes::Difference,
    tree_writer::TreeWriter,
};
use crate::{
    change::{
        assemble::{Parts, assemble},
        change_set::{ChangeSet, FileChange, FileVersion},
        contents::{Contents, ContentsError},
        rewrites::Rewrites,
        surroundings::Surroundings,
        tree_edit::TreeEdit,
    },
    domain::ids::CommitSha,
};

impl Mirror {
    /// What changed from `base` to `head` (both fetched; the zero id is the empty tree). For a pull request `base` is the
    /// merge base. Fetches the contents of what changed, so that reading them through [`Contents`] asks nobody.
    pub async fn change_set(&self, base: &CommitSha, head: &CommitSha) -> Result<ChangeSet, GitError> {
        let (from, to) = (base.clone(), head.clone());
        let difference = self.read(move |objects| Difference::between(objects, &from, &to)).await?;
        self.prefetch(difference.blobs()).await?;
        let (mirror, base, head) = (self.clone(), base.to_string(), head.to_string());
        blocking(move || mirror.assemble(base, head, difference)).await
    }

    /// What a plan to split the change is made from besides the change. Fetches the base's files, once for each base tree.
    pub async fn surroundings(
        &self,
        base: &CommitSha,
        head: &CommitSha,
        set: &ChangeSet,
    ) -> Result<Surroundings, GitError> {
        let tables = self.words();
        let (commit, folder) = (base.clone(), tables.clone());
        let uncounted = self
            .read(move |objects| match objects.tree_of(&commit)? {
                Some(tree) if !surroundings::table(&folder, tree).exists() => {
                    Ok(surroundings::blobs(objects, tree)?.into_iter().map(|(_, id)| id).collect())
                }
                _ => Ok(Vec::new()),
            })
            .await?;
        self.prefetch(uncounted).await?;
        let (mirror, base, head, set) = (self.clone(), base.clone(), head.clone(), set.clone());
        blocking(move || surroundings::load(&mirror.repository(), &base, Some(&head), &set, Some(&tables))).await
    }

    /// Whether slices, in order, give the head's tree; see [`proof`]. Writes nothing.
    pub async fn prove(
        &self,
        base: &CommitSha,
        head: &CommitSha,
        slices: Vec<Vec<TreeEdit>>,
    ) -> Result<Proof, GitError> {
        let (mirror, base, head) = (self.clone(), base.clone(), head.clone());
        blocking(move || {
            let objects = mirror.objects();
            let (base, head) = (objects.tree_of(&base)?, objects.tree_of(&head)?);
            let head_tree = |writer: &TreeWriter<'_>| match head {
                Some(tree) => Ok(tree),
                None => writer.apply(None, &[]),
            };
            proof::prove(mirror.repository().to_thread_local(), base, head_tree, &slices)
        })
        .await
    }

    /// The trees that the branches of slices would have. Fetches all files of both commits.
    pub async fn prefixes(&self, base: &CommitSha, head: &CommitSha, layers: Vec<Layer>) -> Result<Prefixes, GitError> {
        let (from, to) = (base.clone(), head.clone());
        let needed = self
            .read(move |objects| {
                let mut blobs = prefixes::blobs(objects, objects.tree_of(&from)?)?;
                blobs.extend(prefixes::blobs(objects, objects.tree_of(&to)?)?);
                Ok(blobs)
            })
            .await?;
        self.prefetch(needed).await?;
        let (mirror, base) = (self.clone(), base.clone());
        blocking(move || {
            let base = mirror.objects().tree_of(&base)?;
            Prefixes::of(mirror.repository().to_thread_local().with_object_memory(), base, &layers)
        })
        .await
    }

    fn assemble(&self, base: String, head: String, difference: Difference) -> Result<ChangeSet, GitError> {
        let objects = self.objects();
        let attributes = difference.attributes(&objects)?;
        Ok(assemble(Parts {
            base,
            head,
            files: difference.with_sizes(&objects)?,
            contents: self,
            attributes: &attributes,
            rewrites: Rewrites::Renames,
            limits: self.limits().change,
        }))
    }

    fn content(&self, file: &FileChange, version: Option<&FileVersion>) -> Result<Option<Bytes>, ContentsError> {
        let Some(version) = version else { return Ok(None) };
        let failed = |why: String| ContentsError { path: file.path.display(), why };
        match self.objects().version(version, self.limits().change.file_bytes) {
            Ok(Some(content)) => Ok(Some(content)),
            Ok(None) => Err(failed("it was not fetched".to_owned())),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

impl Contents for Mirror {
    fn base(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        self.content(file, file.old.as_ref())
    }

    fn head(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        self.content(file, file.new.as_ref())
    }
}
