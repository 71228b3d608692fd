//! Trees on disk, for a program that looks at them.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use seam::{
    change::{
        assemble::Limits,
        tree_edit::{Becomes, TreeEdit},
    },
    domain::ids::CommitSha,
    git::{
        prefixes::Prefixes,
        work_tree::{Head, WorkTree},
    },
};

use super::git;

/// The trees from a base to a head, whose whole change is one slice.
fn prefixes(repository: &Path, base: &str, head: &str) -> Prefixes {
    let tree = WorkTree::discover(repository, Limits::default()).unwrap();
    let [base, head] = [base, head].map(|name| -> CommitSha { tree.resolve(name).unwrap() });
    let change = tree.changes(&base, &Head::Commit(head)).unwrap();
    let edit = |file: &seam::change::change_set::FileChange| TreeEdit {
        path: file.path.clone(),
        becomes: file.new.clone().map_or(Becomes::Gone, Becomes::Version),
    };
    let edits = change.set.files.iter().map(edit).collect();
    tree.prefixes(&base, &change, &[(None, edits)]).unwrap()
}

/// Every file and link with what it holds, a `*` for those that can be executed.
fn listing(folder: &Path) -> String {
    let (mut lines, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            let facts = fs::symlink_metadata(&path).unwrap();
            if facts.is_dir() {
                lines.push(format!("{name}/"));
                open.push(path);
            } else if facts.is_symlink() {
                lines.push(format!("{name} -> {}", fs::read_link(&path).unwrap().display()));
            } else {
                let star = if facts.permissions().mode() & 0o111 == 0 { "" } else { "*" };
                lines.push(format!("{name}{star}: {}", fs::read_to_string(&path).unwrap().trim()));
            }
        }
    }
    lines.sort();
    lines.join("\n")
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git::run(folder.path(), &["init", "--quiet", "--initial-branch=main"], &[]);
    folder
}

#[test]
fn a_tree_is_laid_out_with_modes_and_links_that_stay_inside() {
    let folder = repository();
    let root = folder.path();
    let commit = || {
        git::run(root, &["add", "--all"], &[]);
        git::run(root, &["commit", "--quiet", "--message=change"], &[]);
    };
    // A filter of the repository's own that must not be run.
    git::run(root, &["config", "filter.own.smudge", "touch smudged"], &[]);
    fs::create_dir_all(root.join("src/deep")).unwrap();
    for (path, text) in
        [(".gitattributes", "* filter=own"), ("src/a.txt", "first"), ("run.sh", "#!/bin/sh"), ("gone", "x")]
    {
        fs::write(root.join(path), text).unwrap();
    }
    fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    for (target, link) in [("../a.txt", "src/deep/in"), ("../../../etc", "src/deep/out"), ("/etc/passwd", "passwd")] {
        std::os::unix::fs::symlink(target, root.join(link)).unwrap();
    }
    commit();
    fs::remove_file(root.join("gone")).unwrap();
    fs::write(root.join("src/a.txt"), "second").unwrap();
    fs::write(root.join("new"), "here").unwrap();
    commit();
    let prefixes = prefixes(root, "HEAD~1", "HEAD");
    let shown = |slice| {
        let out = tempfile::tempdir().unwrap();
        prefixes.lay_out(slice, out.path(), &|| false).unwrap();
        listing(out.path())
    };
    insta::assert_snapshot!(format!("{}\n\n{}", shown(None), shown(Some(0))), @"
    .gitattributes: * filter=own
    gone: x
    run.sh*: #!/bin/sh
    src/
    src/a.txt: first
    src/deep/
    src/deep/in -> ../a.txt

    .gitattributes: * filter=own
    new: here
    run.sh*: #!/bin/sh
    src/
    src/a.txt: second
    src/deep/
    src/deep/in -> ../a.txt
    ");
    let out = tempfile::tempdir().unwrap();
    prefixes.lay_out(None, out.path(), &|| true).unwrap();
    assert_eq!(listing(out.path()), "");
}

#[test]
fn a_tree_that_is_none_writes_nothing_outside() {
    let folder = repository();
    let (root, outside) = (folder.path(), tempfile::tempdir().unwrap());
    let object = |kind: &str, bytes: &[u8]| {
        let id = git::run(root, &["hash-object", "-w", "--literally", "--stdin", "-t", kind], bytes);
        String::from_utf8(id).unwrap().trim().to_owned()
    };
    let entry = |mode: &str, name: &str, id: &str| {
        let id: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()).collect();
        [format!("{mode} {name}\0").as_bytes(), &id].concat()
    };
    let file = object("blob", b"written");
    let inner = object("tree", &entry("100644", "b", &file));
    let link = object("blob", b".");
    let way_out = object("blob", outside.path().to_str().unwrap().as_bytes());
    for (number, entries) in [
        [entry("120000", "a", &link), entry("40000", "a", &inner)],
        [entry("120000", "a", &way_out), entry("100644", "../up", &file)],
        [entry("40000", "..", &inner), entry("100644", "x", &file)],
        [entry("40000", ".git", &inner), entry("100644", "x", &file)],
        [entry("100644", "x", &file), entry("100644", "x", &file)],
    ]
    .into_iter()
    .enumerate()
    {
        let tree = object("tree", &entries.concat());
        let commit = git::text(root, &["commit-tree", &tree, "-m", "no tree"]);
        let out = tempfile::tempdir().unwrap();
        let place = out.path().join("place");
        fs::create_dir(&place).unwrap();
        assert!(prefixes(root, &commit, &commit).lay_out(None, &place, &|| false).is_err(), "{number}");
        let names: Vec<_> = fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["place"], "{number}");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
