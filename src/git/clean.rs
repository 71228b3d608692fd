//! What git would store of a work tree's file: line ends, encodings and `$Id$` undone as `.gitattributes` and settings say.
//! Filter drivers are commands and are never run; what the one that everybody has (LFS) would give is computed instead.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _, path::Path};

use bytes::Bytes;
use gix::{
    attrs::{StateRef, search::Outcome},
    filter::plumbing::{
        Pipeline,
        pipeline::{CrlfRoundTripCheck, convert::ToGitOutcome},
    },
    objs::Find as _,
    worktree::{Index, stack::state::attributes::Source},
};

use super::error::GitError;
use crate::change::{change_set::RepoPath, lfs};

pub(super) struct Cleaner {
    repository: gix::Repository,
    index: Index,
    pipeline: Pipeline,
    attributes: gix::worktree::Stack,
    filter: Outcome,
}

impl Cleaner {
    pub(super) fn new(repository: &gix::Repository) -> Result<Self, GitError> {
        let index = repository.index_or_empty().map_err(GitError::corrupt)?;
        let stack =
            repository.attributes_only(&index, Source::WorktreeThenIdMapping).map_err(GitError::corrupt)?.detach();
        let mut options = gix::filter::Pipeline::options(repository).map_err(GitError::corrupt)?;
        options.drivers = Vec::new();
        options.crlf_roundtrip_check = CrlfRoundTripCheck::Skip;
        let pipeline = Pipeline::new(Default::default(), repository.object_hash(), options);
        let filter = stack.selected_attribute_matches(["filter"]);
        Ok(Self { repository: repository.clone(), index, pipeline, attributes: stack, filter })
    }

    /// `content` as git would store it at `path`. What cannot be converted stays as it is.
    pub(super) fn clean(&mut self, path: &RepoPath, content: Vec<u8>) -> Result<Bytes, GitError> {
        let relative = Path::new(OsStr::from_bytes(&path.0));
        let place = self
            .attributes
            .at_path(relative, None, &self.repository.objects)
            .map_err(|error| GitError::corrupt(format!("{}: {error}", path.display())))?;
        self.filter.reset();
        place.matching_attributes(&mut self.filter);
        let driver = self.filter.iter_selected().next().map(|found| found.assignment.state);
        if driver.is_some_and(|state| matches!(state, StateRef::Value(name) if name.as_bstr() == "lfs")) {
            return Ok(if lfs::is_pointer(&content) { content.into() } else { lfs::pointer(&content).into() });
        }
        let (index, objects) = (&self.index, &self.repository.objects);
        let mut stored = |buffer: &mut Vec<u8>| {
            let Some(entry) = index.entry_by_path(gix::bstr::BStr::new(&path.0)) else { return Ok(None) };
            let object = objects.try_find(&entry.id, buffer)?;
            Ok(object.filter(|object| object.kind == gix::objs::Kind::Blob).map(|_| ()))
        };
        let mut attributes = |_: &gix::bstr::BStr, found: &mut Outcome| {
            place.matching_attributes(found);
        };
        let converted = self.pipeline.convert_to_git(&content[..], relative, &mut attributes, &mut stored);
        Ok(match converted {
            Ok(ToGitOutcome::Buffer(converted)) => Bytes::copy_from_slice(converted),
            _ => content.into(),
        })
    }
}
