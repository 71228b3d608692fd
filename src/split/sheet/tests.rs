use super::{edit::edited, write::render};
use crate::domain::{
    ledger::FileStatus,
    plan::{Plan, Slice, SliceFile, SliceId},
};

fn plan() -> Plan {
    let slice = |id: &str, on: Option<&str>, paths: &[&str]| Slice {
        title: format!("Slice \"{id}\""),
        files: paths
            .iter()
            .map(|path| SliceFile { path: (*path).to_owned(), status: FileStatus::Added, old_path: None, hunks: None })
            .collect(),
        depends_on: on.map(|id| SliceId(id.to_owned())).into_iter().collect(),
        stands_on: on.map(|id| SliceId(id.to_owned())),
        confidence: 80,
        ..Slice::new(SliceId(id.to_owned()), format!("seam/topic/{id}-x"))
    };
    let mut slices =
        vec![slice("s1", None, &["a", "b`<!--c"]), slice("s2", Some("s1"), &["c"]), slice("s3", Some("s2"), &["d"])];
    slices[2].files[0].hunks = Some(vec!["-1,2 +1,3".parse().unwrap()]);
    Plan::of(slices)
}

#[test]
fn what_is_not_edited_is_the_same_plan() {
    let text = render(&plan());
    insta::assert_snapshot!(text, @r#"
    ```yaml
    # Move files to other slices; rename, merge and reorder slices. Every file stays in exactly one.
    # `on` names the slice that one stands on; without it, it stands on the base branch. `open: false` leaves one out.
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
    assert_eq!(edited(&format!("Before.\r\n\r\n{}\r\n\r\nAfter.", text.replace('\n', "\r\n")), &plan()), Ok(plan()));
}

#[test]
fn slices_are_merged_renamed_and_made() {
    let text = "```yaml\nslices:\n  - { id: s1, title: All, files: [a, c] }\n  - { files: [\"b`<!--c\"] }\n  - { id: s3, on: s1, files: [d] }\n```";
    let changed = edited(text, &plan()).unwrap();
    let told = |slice: &Slice| {
        let files: Vec<_> = slice.files.iter().map(|file| file.path.as_str()).collect();
        format!("{} {} {} {files:?} on {:?}", slice.id, slice.title, slice.branch, slice.stands_on)
    };
    insta::assert_snapshot!(changed.slices.iter().map(told).collect::<Vec<_>>().join("\n"), @r#"
    s1 All seam/topic/s1-x ["a", "c"] on None
    n1 Slice 2 seam/topic/slice-n1 ["b`<!--c"] on None
    s3 Slice "s3" seam/topic/s3-x ["d"] on Some(SliceId("s1"))
    "#);
}

#[test]
fn what_cannot_be_read_is_told_in_a_sentence() {
    let said = |yaml: &str| edited(&format!("```yaml\n{yaml}\n```"), &plan()).unwrap_err().to_string();
    assert!(said("slices: [").starts_with("The YAML cannot be read: "));
    assert!(said("slices: [{ id: s1, paths: [a] }]").contains("paths"));
    insta::assert_snapshot!([
        edited("nothing", &plan()).unwrap_err().to_string(),
        said("slices: []"),
        said("slices: [{ id: \"s1: `x`\", files: [a] }]"),
        said(&format!("slices: [{{ id: {}, files: [a] }}]", "s".repeat(9_000))),
        said("slices: [{ id: s1, files: [a] }, { id: s1, files: [c] }]"),
        said("slices: [{ id: s1, on: s2, files: [a] }, { id: s2, files: [c] }]"),
        said("slices: [{ id: s1, files: [{ path: a, hunks: [all] }] }]"),
    ].join("\n"), @r"
    The comment has no block of YAML any more; `/split` writes a new one.
    There is no slice left to be opened.
    `s1: `x`` cannot be the id of a slice: it takes letters, digits and `-`, 40 at most.
    `sssssssssssssssssssssssssssssssssssss…` cannot be the id of a slice: it takes letters, digits and `-`, 40 at most.
    Two slices have the id `s1`.
    `s1` is to stand on `s2`, and there is no slice of that id above it.
    `a` has the hunk `all`, which cannot be read: it is written as in `-12,3 +12,4`.
    ");
}
