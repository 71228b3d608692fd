//! Random trees and what people do to them: the raw material of the properties.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{PermissionsExt as _, symlink},
    },
    path::Path,
};

use proptest::{collection::vec, prelude::*, sample::select};
use seam::domain::ids::CommitSha;

use super::git;

/// Path to mode (as git writes it) and content. A submodule's content is the commit it stands at.
pub(super) type Tree = BTreeMap<Vec<u8>, (&'static str, Vec<u8>)>;

/// A base and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) base: Tree,
    pub(super) head: Tree,
}

pub(super) fn pair() -> impl Strategy<Value = Pair> {
    (tree(3..14), vec((any::<prop::sample::Index>(), act()), 1..12), tree(0..3)).prop_map(|(base, acts, others)| {
        let mut head = base.clone();
        for (which, act) in acts {
            if !head.is_empty() {
                let path = which.get(&head.keys().cloned().collect::<Vec<_>>()).clone();
                act.perform(&mut head, &path);
            }
        }
        for (path, file) in others {
            put(&mut head, path, file);
        }
        Pair { base, head }
    })
}

#[derive(Clone, Debug)]
enum Act {
    Edit(Vec<Edit>),
    Remove,
    Move(Vec<u8>, Vec<Edit>),
    Copy(Vec<u8>, Vec<Edit>),
    Mode(&'static str),
}

#[derive(Clone, Debug)]
enum Edit {
    Insert(prop::sample::Index, Vec<u8>),
    Delete(prop::sample::Index),
    DropLastByte,
}

impl Act {
    fn perform(self, tree: &mut Tree, path: &[u8]) {
        let (mode, content) = tree[path].clone();
        match self {
            Self::Edit(edits) => {
                tree.insert(path.to_vec(), (mode, edit(mode, content, edits)));
            }
            Self::Remove => {
                tree.remove(path);
            }
            Self::Move(to, edits) => {
                tree.remove(path);
                put(tree, to, (mode, edit(mode, content, edits)));
            }
            Self::Copy(to, edits) => put(tree, to, (mode, edit(mode, content, edits))),
            Self::Mode(to) if mode != "160000" && !content.contains(&0) && (to != "120000" || !content.is_empty()) => {
                tree.insert(path.to_vec(), (to, content));
            }
            Self::Mode(_) => {}
        }
    }
}

/// Puts a file where neither it nor what is there turns a file into a folder.
fn put(tree: &mut Tree, path: Vec<u8>, file: (&'static str, Vec<u8>)) {
    let inside = |outer: &[u8], inner: &[u8]| inner.starts_with(outer) && inner.get(outer.len()) == Some(&b'/');
    if !tree.keys().any(|other| inside(other, &path) || inside(&path, other)) {
        tree.insert(path, file);
    }
}

fn edit(mode: &str, content: Vec<u8>, edits: Vec<Edit>) -> Vec<u8> {
    if mode == "160000" {
        return b"2".repeat(40);
    }
    let mut lines: Vec<Vec<u8>> = content.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for edit in edits {
        match edit {
            Edit::Insert(at, line) => lines.insert(at.index(lines.len() + 1), line),
            Edit::Delete(at) if !lines.is_empty() => drop(lines.remove(at.index(lines.len()))),
            Edit::DropLastByte => {
                lines.last_mut().map(Vec::pop);
            }
            Edit::Delete(_) => {}
        }
    }
    let content = lines.concat();
    if mode == "120000" && content.is_empty() { b"x".to_vec() } else { content }
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => vec(an_edit(), 1..6).prop_map(Act::Edit),
        2 => Just(Act::Remove),
        3 => (path(), vec(an_edit(), 0..4)).prop_map(|(path, edits)| Act::Move(path, edits)),
        2 => (path(), vec(an_edit(), 0..4)).prop_map(|(path, edits)| Act::Copy(path, edits)),
        1 => select(vec!["100644", "100755", "120000"]).prop_map(Act::Mode),
    ]
}

fn an_edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (any::<prop::sample::Index>(), line()).prop_map(|(at, line)| Edit::Insert(at, line)),
        3 => any::<prop::sample::Index>().prop_map(Edit::Delete),
        1 => Just(Edit::DropLastByte),
    ]
}

fn tree(files: std::ops::Range<usize>) -> impl Strategy<Value = Tree> {
    vec((path(), file()), files).prop_map(|files| {
        let mut tree = Tree::new();
        for (path, file) in files {
            put(&mut tree, path, file);
        }
        tree
    })
}

/// Few names, so that files meet; among them what makes a parser stumble.
fn path() -> impl Strategy<Value = Vec<u8>> {
    let folder = select(vec![&b""[..], b"src/", b"src/deep/", b"a b/", b"\xc3\xbc/"]);
    let name = select(vec![
        &b"main.rs"[..],
        b"lib.rs",
        b"a.txt",
        b"b.txt",
        b"-dash",
        b"\xff\xfe",
        b"new\nline",
        b"quote\"",
        b"tab\t",
        b"UPPER",
        b"a.txt.bak",
        b"a-b",
        b"a.b",
        b"ab",
    ]);
    (folder, name).prop_map(|(folder, name)| [folder, name].concat())
}

fn file() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    prop_oneof![
        8 => text().prop_map(|text| ("100644", text)),
        1 => text().prop_map(|text| ("100755", text)),
        1 => vec(any::<u8>(), 0..300).prop_map(|bytes| ("100644", bytes)),
        1 => select(vec!["a.txt", "/etc/passwd", "../../x"]).prop_map(|target| ("120000", target.as_bytes().to_vec())),
        1 => Just(("160000", b"1".repeat(40))),
    ]
}

/// Few lines over and over, so that diffs are ambiguous; with CRLF, without an end, not UTF-8.
fn text() -> impl Strategy<Value = Vec<u8>> {
    (vec(line(), 0..60), any::<bool>()).prop_map(|(lines, ends)| {
        let mut text = lines.concat();
        if !ends && text.last() == Some(&b'\n') {
            text.pop();
        }
        text
    })
}

pub(super) fn line() -> impl Strategy<Value = Vec<u8>> {
    select(vec![
        &b"\n"[..],
        b"}\n",
        b"    }\n",
        b"fn f() {\n",
        b"    let x = 1;\n",
        b"\tcall(x);\n",
        b"    call(y);\n",
        b"// note\n",
        b"\r\n",
        b"windows\r\n",
        b"latin \xe9\n",
        b"-- dashes\n",
        b"++ pluses\n",
        b"@@ -1 +1 @@\n",
        b"\\ No newline\n",
        b"a rather long line, so that one line weighs more than the others do when similarity is measured\n",
    ])
    .prop_map(<[u8]>::to_vec)
}

impl Pair {
    pub(super) fn without_submodules(mut self) -> Self {
        self.base.retain(|_, (mode, _)| *mode != "160000");
        self.head.retain(|_, (mode, _)| *mode != "160000");
        self
    }

    /// Turns a checked-out base into the head; files that are the same are left alone.
    pub(super) fn lay_out(&self, root: &Path) {
        let place = |path: &[u8]| root.join(OsStr::from_bytes(path));
        for path in self.base.keys().filter(|path| self.base.get(*path) != self.head.get(*path)) {
            fs::remove_file(place(path)).unwrap();
            let mut folder = place(path);
            while folder.pop() && folder != root && fs::remove_dir(&folder).is_ok() {}
        }
        for (path, (mode, content)) in &self.head {
            if self.base.get(path) == self.head.get(path) {
                continue;
            }
            fs::create_dir_all(place(path).parent().unwrap()).unwrap();
            if *mode == "120000" {
                symlink(OsStr::from_bytes(content), place(path)).unwrap();
                continue;
            }
            fs::write(place(path), content).unwrap();
            let bits = if *mode == "100755" { 0o755 } else { 0o644 };
            fs::set_permissions(place(path), fs::Permissions::from_mode(bits)).unwrap();
        }
    }
}

/// Writes both trees as commits of a new repository, made by `init`.
pub(super) fn write(repository: &Path, pair: &Pair, init: &[&str]) -> (CommitSha, CommitSha) {
    let mut stream = Vec::new();
    for (name, tree) in [("base", &pair.base), ("head", &pair.head)] {
        stream.extend_from_slice(
            format!("commit refs/heads/{name}\ncommitter A <a@example.com> 1 +0000\ndata 0\n").as_bytes(),
        );
        for (path, (mode, content)) in tree {
            let path: String = path.iter().map(|byte| format!("\\{byte:03o}")).collect();
            if *mode == "160000" {
                stream.extend_from_slice(
                    format!("M {mode} {} \"{path}\"\n", String::from_utf8_lossy(content)).as_bytes(),
                );
            } else {
                stream.extend_from_slice(format!("M {mode} inline \"{path}\"\ndata {}\n", content.len()).as_bytes());
                stream.extend_from_slice(content);
                stream.push(b'\n');
            }
        }
    }
    stream.extend_from_slice(b"done\n");
    git::run(repository, init, &[]);
    git::run(repository, &["fast-import", "--quiet", "--done"], &stream);
    let commit = |name| git::text(repository, &["rev-parse", name]).parse().unwrap();
    (commit("base"), commit("head"))
}
