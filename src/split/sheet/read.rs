//! Reads the block again, whoever edited it.

use serde::Deserialize;

use crate::review::markdown::shorten;

pub(super) const OPEN: &str = "```yaml\n";
pub(super) const CLOSE: &str = "\n```";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    slices: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// Of the plan; none for a new slice.
    pub(super) id: Option<String>,
    pub(super) title: Option<String>,
    pub(super) on: Option<String>,
    /// `false`: no pull request is opened for it.
    pub(super) open: Option<bool>,
    pub(super) files: Vec<File>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum File {
    Whole(String),
    Cut(Cut),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cut {
    pub(super) path: String,
    pub(super) hunks: Vec<String>,
}

/// Why an edited sheet is no plan: a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("The comment has no block of YAML any more; `/split` writes a new one.")]
    Missing,
    #[error("The YAML cannot be read: {0}.")]
    Yaml(String),
    #[error("There is no slice left to be opened.")]
    Empty,
    #[error("`{0}` cannot be the id of a slice: it takes letters, digits and `-`, 40 at most.")]
    Id(String),
    #[error("Two slices have the id `{0}`.")]
    SameId(String),
    #[error("`{slice}` is to stand on `{on}`, and there is no slice of that id above it.")]
    Nowhere { slice: String, on: String },
    #[error("`{path}` has the hunk `{hunk}`, which cannot be read: it is written as in `-12,3 +12,4`.")]
    Hunk { path: String, hunk: String },
}

/// The slices of the block in a comment, as they stand there.
pub(super) fn rows(comment: &str) -> Result<Vec<Row>, Unreadable> {
    let comment = comment.replace("\r\n", "\n");
    let text = comment.split_once(OPEN).and_then(|(_, rest)| rest.split_once(CLOSE)).map(|(text, _)| text);
    let text = text.ok_or(Unreadable::Missing)?;
    let sheet: Sheet = serde_saphyr::from_str(text).map_err(|error| {
        let message = error.to_string();
        Unreadable::Yaml(shorten(message.lines().next().unwrap_or_default().trim_end_matches('.'), 300).into_owned())
    })?;
    let opens = sheet.slices.iter().any(|row| row.open != Some(false));
    if opens { Ok(sheet.slices) } else { Err(Unreadable::Empty) }
}
