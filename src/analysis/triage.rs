//! How far a changed file is looked at, decided before anything is parsed. Every answer but "in full" has its reason,
//! for the ledger.

use bytes::Bytes;

use crate::{
    change::{
        change_set::{FileChange, FileKind},
        contents::Contents,
    },
    domain::ledger::{FileStatus, Handled},
};

use super::{file_view::FileView, language, limits::Limits, policy_view::PolicyView};

/// Folders of code that somebody else wrote, or a tool.
const FOREIGN: &[&str] =
    &["node_modules", "vendor", "third_party", "third-party", "bower_components", "site-packages", "dist", "_build"];

/// Before the file is read.
#[derive(Debug, PartialEq, Eq)]
pub enum First {
    Skip(String),
    /// Name, size and mode are looked at; more of it there is not, or nobody reads it.
    NameOnly(Handled, String),
    Read,
}

pub fn first(file: &FileChange, path: &str, policy: &PolicyView<'_>, limits: &Limits) -> First {
    if let Some(glob) = policy.excluded_by(path) {
        return First::Skip(format!("excluded by `{glob}` in review.paths.exclude"));
    }
    if file.status == FileStatus::Removed {
        return First::Skip("removed: nothing is left to look at".to_owned());
    }
    let size = file.new.as_ref().map_or(0, |version| version.size);
    use Handled::{Linted, Skipped};
    // Whose text nobody read is not looked at: what was found there before is not known to be gone.
    match file.kind {
        FileKind::Binary => First::NameOnly(Skipped, "binary: only its name, size and type were looked at".to_owned()),
        FileKind::Submodule => First::NameOnly(Linted, "a submodule: its content is elsewhere".to_owned()),
        FileKind::LfsPointer => First::NameOnly(Skipped, "a Git LFS pointer: its content is elsewhere".to_owned()),
        FileKind::Symlink => First::NameOnly(Linted, "a symbolic link: only its target was looked at".to_owned()),
        FileKind::TooLarge => First::NameOnly(Skipped, format!("too large to be diffed ({})", human_size(size))),
        FileKind::Unreadable => First::NameOnly(Skipped, "it could not be read, or was too much to fetch".to_owned()),
        FileKind::Text if size > limits.read_bytes => {
            First::NameOnly(Skipped, format!("too large to be read ({})", human_size(size)))
        }
        FileKind::Text => First::Read,
    }
}

/// A binary file that is a text but for a few bytes, and not large.
pub fn nearly_text(file: &FileChange, contents: &dyn Contents, limits: &Limits) -> Option<Bytes> {
    const ODD: usize = 50;
    let size = file.new.as_ref()?.size;
    if file.kind != FileKind::Binary || size > limits.parse_bytes as u64 {
        return None;
    }
    let bytes = contents.head(file).ok()??;
    let odd = bytes.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    (odd * ODD < bytes.len()).then_some(bytes)
}

/// After it was read: why its syntax is not looked at.
#[derive(Debug, PartialEq, Eq)]
pub enum NoSyntax {
    /// Nobody wrote it by hand, or nobody here.
    NotHandWritten(String),
    /// There is no grammar for it, or it is too large for one.
    NotParsed(String),
}

/// `None` when its syntax is to be looked at.
pub fn no_syntax(view: &FileView<'_>, limits: &Limits) -> Option<NoSyntax> {
    if let Some(why) = &view.change.generated {
        return Some(NoSyntax::NotHandWritten(format!("generated ({why}): no syntax rules")));
    }
    if let Some(folder) = view.path.split('/').rev().skip(1).find(|folder| FOREIGN.contains(folder)) {
        return Some(NoSyntax::NotHandWritten(format!("not written here (in {folder}): no syntax rules")));
    }
    if is_minified(view) {
        return Some(NoSyntax::NotHandWritten("minified: no syntax rules".to_owned()));
    }
    if is_library(view) {
        return Some(NoSyntax::NotHandWritten("a library's file, by its banner: no syntax rules".to_owned()));
    }
    if view.language.is_none() {
        return Some(NoSyntax::NotParsed("no syntax rules for this kind of file".to_owned()));
    }
    let size = view.text.len();
    (size > limits.parse_bytes)
        .then(|| NoSyntax::NotParsed(format!("too large to be parsed ({})", human_size(size as u64))))
}

/// By its name, or because its lines are too long to have been written by hand.
fn is_minified(view: &FileView<'_>) -> bool {
    let name = view.name();
    let size = view.text.len();
    name.contains(".min.") || size > 1_000 && size / (view.lines.count().max(1) as usize) > 300
}

/// A large script that opens with a licence and a version was copied from its makers.
fn is_library(view: &FileView<'_>) -> bool {
    const LARGE: usize = 40_000;
    let is_script = matches!(language::ending(&view.path), Some("js" | "mjs" | "cjs" | "css"));
    let head: String = view.text.chars().take(600).collect::<String>().to_ascii_lowercase();
    is_script
        && view.text.len() > LARGE
        && head.trim_start().starts_with("/*")
        && (head.contains("licen") || head.contains("copyright"))
        && head.contains(|c: char| c.is_ascii_digit())
}

fn human_size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KiB", bytes / 1_024),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}
