//! The plan as people edit it: a block of YAML in a comment. They move files to other slices, rename, merge, reorder and
//! drop slices; what a slice is on GitHub (branch, labels, description) follows.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Deserialize;

use crate::{
    domain::plan::{HunkRange, Plan, Slice, SliceFile, SliceId},
    review::markdown::shorten,
};

const OPEN: &str = "```yaml\n";
const CLOSE: &str = "\n```";
/// Bytes of a title.
const MAX_TITLE: usize = 200;

const HEAD: &str = "\
# Move files to other slices, rename, merge, reorder or remove slices. Every file stays in exactly one.
# `on` names the slice that one stands on; without it, it stands on the base branch.
slices:
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    slices: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Of the plan; none for a new slice.
    id: Option<String>,
    title: Option<String>,
    on: Option<String>,
    files: Vec<File>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Whole(String),
    Cut(Cut),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cut {
    path: String,
    hunks: Vec<String>,
}

/// Why an edited sheet is no plan: a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("The comment has no block of YAML any more; `/split` writes a new one.")]
    Missing,
    #[error("The YAML cannot be read: {0}.")]
    Yaml(String),
    #[error("There is no slice left.")]
    Empty,
    #[error("Two slices have the id `{0}`.")]
    SameId(String),
    #[error("`{slice}` is to stand on `{on}`, and there is no slice of that id above it.")]
    Nowhere { slice: String, on: String },
    #[error("`{path}` has the hunk `{hunk}`, which cannot be read: it is written as in `-12,3 +12,4`.")]
    Hunk { path: String, hunk: String },
}

/// The block as it stands in the comment, fences included.
pub fn render(plan: &Plan) -> String {
    let mut text = format!("{OPEN}{HEAD}");
    for slice in &plan.slices {
        let _ = writeln!(text, "  - id: {}", slice.id);
        let _ = writeln!(text, "    title: {}", quoted(&slice.title));
        if let Some(on) = &slice.stands_on {
            let _ = writeln!(text, "    on: {on}");
        }
        text.push_str("    files:\n");
        for file in &slice.files {
            match &file.hunks {
                None => {
                    let _ = writeln!(text, "      - {}", quoted(&file.path));
                }
                Some(hunks) => {
                    let hunks: Vec<_> = hunks.iter().map(|hunk| quoted(&hunk.to_string())).collect();
                    let _ = writeln!(text, "      - {{ path: {}, hunks: [{}] }}", quoted(&file.path), hunks.join(", "));
                }
            }
        }
    }
    text.truncate(text.trim_end().len());
    text + CLOSE
}

/// A YAML text in double quotes, on one line, in which no fence can be closed.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '`' | '<' => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(character));
            }
            _ if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// The plan as the comment has it now. Whether every change still stands in exactly one slice is for whoever checks it.
pub fn read(comment: &str, plan: &Plan) -> Result<Plan, Unreadable> {
    let comment = comment.replace("\r\n", "\n");
    let text = comment.split_once(OPEN).and_then(|(_, rest)| rest.split_once(CLOSE)).map(|(text, _)| text);
    let text = text.ok_or(Unreadable::Missing)?;
    let sheet: Sheet = serde_saphyr::from_str(text).map_err(|error| {
        let message = error.to_string();
        Unreadable::Yaml(shorten(message.lines().next().unwrap_or_default().trim_end_matches('.'), 300).into_owned())
    })?;
    if sheet.slices.is_empty() {
        return Err(Unreadable::Empty);
    }
    let mut slices: Vec<Slice> = Vec::new();
    for (number, row) in sheet.slices.into_iter().enumerate() {
        let slice = slice(row, number + 1, plan, &slices)?;
        if slices.iter().any(|other| other.id == slice.id) {
            return Err(Unreadable::SameId(slice.id.0));
        }
        slices.push(slice);
    }
    let mut edited = Plan { slices, ..plan.clone() };
    follow_needs(&mut edited, plan);
    Ok(edited)
}

fn slice(row: Row, number: usize, plan: &Plan, before: &[Slice]) -> Result<Slice, Unreadable> {
    let id = SliceId(row.id.unwrap_or_else(|| free_id(plan, before)));
    let known = plan.slice(&id);
    let files = row.files.into_iter().map(|file| self::file(file, plan)).collect::<Result<Vec<_>, _>>()?;
    let title = row.title.map(|title| shorten(title.trim(), MAX_TITLE).replace(char::is_control, " "));
    let title = title.or_else(|| known.map(|slice| slice.title.clone())).unwrap_or_else(|| format!("Slice {number}"));
    let stands_on = match row.on {
        Some(on) if before.iter().any(|slice| slice.id.0 == on) => Some(SliceId(on)),
        Some(on) => return Err(Unreadable::Nowhere { slice: id.0, on }),
        None => None,
    };
    Ok(match known {
        Some(known) => Slice { title, files, stands_on, ..known.clone() },
        None => Slice {
            branch: branch(plan, &id),
            title,
            description: "A slice that a person made.".to_owned(),
            labels: Vec::new(),
            files,
            depends_on: Vec::new(),
            stands_on,
            reasons: vec!["a person put it together".to_owned()],
            confidence: 100,
            id,
        },
    })
}

fn free_id(plan: &Plan, before: &[Slice]) -> String {
    let taken = |id: &String| plan.slices.iter().chain(before).any(|slice| slice.id.0 == *id);
    (1..).map(|number| format!("n{number}")).find(|id| !taken(id)).expect("there are more numbers than slices")
}

/// Beside the branches of the other slices.
fn branch(plan: &Plan, id: &SliceId) -> String {
    let folder =
        plan.slices.first().and_then(|slice| slice.branch.rsplit_once('/')).map_or("seam", |(folder, _)| folder);
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    format!("{folder}/{}", id.0.chars().filter(plain).take(40).collect::<String>())
}

/// With the status that the plan knows; a path that it does not know is told of when the plan is checked.
fn file(file: File, plan: &Plan) -> Result<SliceFile, Unreadable> {
    let (path, hunks) = match file {
        File::Whole(path) => (path, None),
        File::Cut(Cut { path, hunks }) => (path, Some(hunks)),
    };
    let parse = |hunk: String| hunk.parse::<HunkRange>().map_err(|_| Unreadable::Hunk { path: path.clone(), hunk });
    let hunks = hunks.map(|hunks| hunks.into_iter().map(parse).collect::<Result<Vec<_>, _>>()).transpose()?;
    let known = plan.slices.iter().flat_map(|slice| &slice.files).find(|file| file.path == path);
    Ok(SliceFile {
        status: known.map_or(crate::domain::ledger::FileStatus::Modified, |file| file.status),
        old_path: known.and_then(|file| file.old_path.clone()),
        path,
        hunks,
    })
}

/// What needed a slice that is gone needs the one that has most of its files now.
fn follow_needs(edited: &mut Plan, plan: &Plan) {
    let mut homes: BTreeMap<&str, SliceId> = BTreeMap::new();
    for slice in &edited.slices {
        homes.extend(slice.files.iter().map(|file| (file.path.as_str(), slice.id.clone())));
    }
    let mut successors: BTreeMap<SliceId, SliceId> = BTreeMap::new();
    for gone in plan.slices.iter().filter(|slice| edited.slice(&slice.id).is_none()) {
        let mut counts: BTreeMap<&SliceId, usize> = BTreeMap::new();
        for home in gone.files.iter().filter_map(|file| homes.get(file.path.as_str())) {
            *counts.entry(home).or_default() += 1;
        }
        if let Some((home, _)) = counts.into_iter().max_by_key(|(_, count)| *count) {
            successors.insert(gone.id.clone(), home.clone());
        }
    }
    let ids: Vec<SliceId> = edited.slices.iter().map(|slice| slice.id.clone()).collect();
    for slice in &mut edited.slices {
        let now = slice.depends_on.iter().map(|id| successors.get(id).unwrap_or(id).clone());
        let mut needs: Vec<SliceId> = now.filter(|id| ids.contains(id) && *id != slice.id).collect();
        needs.sort();
        needs.dedup();
        slice.depends_on = needs;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ledger::FileStatus,
        plan::{Granularity, Strategy, Validation},
    };

    fn plan() -> Plan {
        let slice = |id: &str, on: Option<&str>, paths: &[&str]| Slice {
            id: SliceId(id.to_owned()),
            title: format!("Slice \"{id}\""),
            description: String::new(),
            labels: Vec::new(),
            branch: format!("seam/topic/{id}-x"),
            files: paths
                .iter()
                .map(|path| SliceFile {
                    path: (*path).to_owned(),
                    status: FileStatus::Added,
                    old_path: None,
                    hunks: None,
                })
                .collect(),
            depends_on: on.map(|id| SliceId(id.to_owned())).into_iter().collect(),
            stands_on: on.map(|id| SliceId(id.to_owned())),
            reasons: Vec::new(),
            confidence: 80,
        };
        let mut slices = vec![
            slice("s1", None, &["a", "b`<!--c"]),
            slice("s2", Some("s1"), &["c"]),
            slice("s3", Some("s2"), &["d"]),
        ];
        slices[2].files[0].hunks = Some(vec!["-1,2 +1,3".parse().unwrap()]);
        Plan {
            version: Plan::VERSION,
            base: String::new(),
            head: String::new(),
            strategy: Strategy::Hybrid,
            granularity: Granularity::File,
            no_split: None,
            slices,
            validation: Validation::default(),
        }
    }

    #[test]
    fn what_is_not_edited_is_the_same_plan() {
        let text = render(&plan());
        insta::assert_snapshot!(text, @r#"
        ```yaml
        # Move files to other slices, rename, merge, reorder or remove slices. Every file stays in exactly one.
        # `on` names the slice that one stands on; without it, it stands on the base branch.
        slices:
          - id: s1
            title: "Slice \"s1\""
            files:
              - "a"
              - "b\x60\x3c!--c"
          - id: s2
            title: "Slice \"s2\""
            on: s1
            files:
              - "c"
          - id: s3
            title: "Slice \"s3\""
            on: s2
            files:
              - { path: "d", hunks: ["-1,2 +1,3"] }
        ```
        "#);
        assert_eq!(read(&format!("Before.\r\n\r\n{}\r\n\r\nAfter.", text.replace('\n', "\r\n")), &plan()), Ok(plan()));
    }

    #[test]
    fn slices_are_merged_renamed_and_made() {
        let text = "```yaml\nslices:\n  - { id: s1, title: All, files: [a, c] }\n  - { files: [\"b`<!--c\"] }\n  - { id: s3, on: s1, files: [d] }\n```";
        let edited = read(text, &plan()).unwrap();
        let told = |slice: &Slice| {
            let files: Vec<_> = slice.files.iter().map(|file| file.path.as_str()).collect();
            format!(
                "{} {} {} {files:?} needs {:?} on {:?}",
                slice.id, slice.title, slice.branch, slice.depends_on, slice.stands_on
            )
        };
        insta::assert_snapshot!(edited.slices.iter().map(told).collect::<Vec<_>>().join("\n"), @r#"
        s1 All seam/topic/s1-x ["a", "c"] needs [] on None
        n1 Slice 2 seam/topic/n1 ["b`<!--c"] needs [] on None
        s3 Slice "s3" seam/topic/s3-x ["d"] needs [SliceId("s1")] on Some(SliceId("s1"))
        "#);
    }

    #[test]
    fn what_cannot_be_read_is_told_in_a_sentence() {
        let said = |yaml: &str| read(&format!("```yaml\n{yaml}\n```"), &plan()).unwrap_err().to_string();
        assert!(said("slices: [").starts_with("The YAML cannot be read: "));
        assert!(said("slices: [{ id: s1, paths: [a] }]").contains("paths"));
        insta::assert_snapshot!([
            read("nothing", &plan()).unwrap_err().to_string(),
            said("slices: []"),
            said("slices: [{ id: s1, files: [a] }, { id: s1, files: [c] }]"),
            said("slices: [{ id: s1, on: s2, files: [a] }, { id: s2, files: [c] }]"),
            said("slices: [{ id: s1, files: [{ path: a, hunks: [all] }] }]"),
        ].join("\n"), @r"
        The comment has no block of YAML any more; `/split` writes a new one.
        There is no slice left.
        Two slices have the id `s1`.
        `s1` is to stand on `s2`, and there is no slice of that id above it.
        `a` has the hunk `all`, which cannot be read: it is written as in `-12,3 +12,4`.
        ");
    }
}
