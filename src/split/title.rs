//! Titles in the repository's own style, learned from its history: conventional commits or not, capital or small letter,
//! `Add`, `Added` or `Adds`.

use super::{
    place::{Place, Role},
    special::Special,
};
use crate::domain::ledger::FileStatus;

/// Titles longer than this are cut by GitHub's lists.
const MAX_CHARS: usize = 72;
/// Of a folder that is named longer than this, only its own name is.
const MAX_FOLDER: usize = 30;
/// A style holds when this share of the history follows it.
const MOST: f64 = 0.5;
const TYPES: [&str; 12] =
    ["feat", "fix", "docs", "style", "refactor", "perf", "test", "tests", "build", "ci", "chore", "revert"];

/// How a repository writes its first lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    conventional: bool,
    scoped: bool,
    capital: bool,
    tense: Tense,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tense {
    Add,
    Added,
    Adds,
}

impl Style {
    pub fn of(subjects: &[String]) -> Self {
        let plain =
            || subjects.iter().filter(|subject| !subject.starts_with("Merge ") && !subject.starts_with("Revert "));
        let share = |is: &dyn Fn(&str) -> bool| {
            let all = plain().count().max(1) as f64;
            plain().filter(|subject| is(subject)).count() as f64 / all
        };
        let word = |subject: &str| {
            conventional(subject).map_or(subject, |(_, text)| text).split(' ').next().unwrap_or_default().to_owned()
        };
        let tense = if share(&|subject| word(subject).to_lowercase().ends_with("ed")) > MOST {
            Tense::Added
        } else if share(&|subject| ends_in_one_s(&word(subject).to_lowercase())) > MOST {
            Tense::Adds
        } else {
            Tense::Add
        };
        Self {
            conventional: share(&|subject| conventional(subject).is_some()) > MOST,
            scoped: share(&|subject| conventional(subject).is_some_and(|(kind, _)| kind.contains('('))) > MOST / 2.0,
            capital: subjects.is_empty() || share(&|subject| word(subject).starts_with(char::is_uppercase)) > MOST,
            tense,
        }
    }

    /// What a group is called.
    pub fn title(&self, about: &About<'_>) -> String {
        if let Some(subject) = about.subject {
            return shortened(subject.trim());
        }
        let mut text = match about.special {
            Some(Special::Moves) => format!("{} {}", self.verb("move"), self.object(about)),
            Some(Special::Layout) => format!("{} {}", self.verb("format"), self.object(about)),
            Some(Special::Renaming { from, to }) => format!("{} {from} to {to}", self.verb("rename")),
            None => format!("{} {}", self.verb(verb(about)), self.object(about)),
        };
        if let Some((at, of)) = about.part {
            text.push_str(&format!(" ({at}/{of})"));
        }
        if self.conventional {
            let scope = about.folder.as_ref().filter(|_| self.scoped).map(|folder| last_part(folder));
            let scope = scope.map_or(String::new(), |scope| format!("({scope})"));
            return shortened(&format!("{}{scope}: {}", kind(about), lower_first(&text)));
        }
        shortened(&if self.capital { upper_first(&text) } else { lower_first(&text) })
    }

    fn verb(&self, verb: &str) -> String {
        match self.tense {
            Tense::Add => verb.to_owned(),
            Tense::Added if verb.ends_with('e') => format!("{verb}d"),
            Tense::Added if verb == "format" => "formatted".to_owned(),
            Tense::Added => format!("{verb}ed"),
            Tense::Adds => format!("{verb}s"),
        }
    }

    fn object(&self, about: &About<'_>) -> String {
        let near =
            |folder: &String| if folder.len() > MAX_FOLDER { last_part(folder).to_owned() } else { folder.clone() };
        let within = about.folder.as_ref().map(|folder| format!(" in {}", near(folder))).unwrap_or_default();
        match (about.places, about.names) {
            ([only], _) if only.folders.join("/").len() > MAX_FOLDER => only.name.clone(),
            ([only], _) => only.path.clone(),
            (places, _) if matches!(about.special, Some(Special::Moves | Special::Layout)) => {
                format!("{} files{within}", places.len())
            }
            (_, [name, ..]) => format!("{name}{within}"),
            (places, []) => format!("{} files{within}", places.len()),
        }
    }
}

/// What is known of a group that is to be called something.
pub struct About<'a> {
    pub places: &'a [Place],
    pub statuses: &'a [FileStatus],
    pub special: Option<&'a Special>,
    /// Names that the group is about, most telling first.
    pub names: &'a [String],
    /// The folder that all of it is in.
    pub folder: Option<String>,
    /// The first line of the one commit that this group is.
    pub subject: Option<&'a str>,
    /// Which part it is of something that was too large.
    pub part: Option<(usize, usize)>,
}

/// The kind of a conventional commit, and what it says.
fn conventional(subject: &str) -> Option<(&str, &str)> {
    let (kind, text) = subject.split_once(": ")?;
    let name = kind.split(['(', '!']).next().unwrap_or(kind);
    TYPES.contains(&name.to_lowercase().as_str()).then_some((kind, text.trim()))
}

fn ends_in_one_s(word: &str) -> bool {
    word.ends_with('s') && !word.ends_with("ss") && word.len() > 3
}

fn verb(about: &About<'_>) -> &'static str {
    let all = |status| about.statuses.iter().all(|other| *other == status);
    let roles = |role| about.places.iter().all(|place| place.role == role);
    if all(FileStatus::Added) {
        "add"
    } else if all(FileStatus::Removed) {
        "remove"
    } else if all(FileStatus::Renamed) {
        "move"
    } else if roles(Role::Docs) {
        "document"
    } else if roles(Role::Test) {
        "test"
    } else {
        "change"
    }
}

fn kind(about: &About<'_>) -> &'static str {
    let roles = |role| about.places.iter().all(|place| place.role == role);
    if roles(Role::Docs) {
        "docs"
    } else if roles(Role::Test) {
        "test"
    } else if roles(Role::Ci) {
        "ci"
    } else if roles(Role::Build) {
        "build"
    } else if about.special == Some(&Special::Layout) {
        "style"
    } else if about.special.is_some() {
        "refactor"
    } else if about.statuses.contains(&FileStatus::Added) {
        "feat"
    } else {
        "refactor"
    }
}

fn last_part(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MAX_CHARS {
        return line.to_owned();
    }
    let cut: String = line.chars().take(MAX_CHARS - 1).collect();
    let end = cut.rfind(' ').filter(|end| *end > MAX_CHARS / 2).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(subjects: &[&str], paths: &[&str], names: &[&str]) -> String {
        let subjects: Vec<String> = subjects.iter().map(|subject| (*subject).to_owned()).collect();
        let places: Vec<_> = paths.iter().map(|path| Place::of(&(*path).into())).collect();
        let folder = super::super::reasons::common_folder(places.iter().map(|place| &place.folders[..]));
        Style::of(&subjects).title(&About {
            places: &places,
            statuses: &vec![FileStatus::Modified; paths.len()],
            special: None,
            names: &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(),
            folder,
            subject: None,
            part: None,
        })
    }

    #[test]
    fn a_title_is_written_as_the_history_writes() {
        let (paths, names) = (["src/cart/a.rs", "src/cart/b.rs"], ["Basket"]);
        let title = |subjects: &[&str]| titled(subjects, &paths, &names);
        insta::assert_snapshot!(title(&[]), @"Change Basket in src/cart");
        insta::assert_snapshot!(title(&["add x", "fix y (#3)"]), @"change Basket in src/cart");
        insta::assert_snapshot!(title(&["Added x", "Fixed y"]), @"Changed Basket in src/cart");
        insta::assert_snapshot!(title(&["feat(api): x", "fix(ui): y", "Merge z"]), @"refactor(cart): change Basket in src/cart");
        insta::assert_snapshot!(titled(&[], &["docs/a.md"], &[]), @"Document docs/a.md");
        insta::assert_snapshot!(titled(&[], &["docs/a.md", "b.md"], &[]), @"Document 2 files");
    }
}
