//! One bare repository on disk, changed by git plumbing: commits are made from paths and contents, with fixed people and
//! times, so that the same acts give the same commit ids and snapshots stay stable.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicI64, Ordering},
};

/// The first commit of every repository is made at this second; each later one a minute after the one before.
const FIRST_COMMIT: i64 = 1_772_000_000;

/// A commit to be made: what changes against its parent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commit {
    message: Option<String>,
    changes: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { path: String, mode: &'static str, content: Vec<u8> },
    Remove(String),
    Rename { from: String, to: String },
}

impl Commit {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn message(mut self, message: &str) -> Self {
        self.message = Some(message.to_owned());
        self
    }

    pub(crate) fn write(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write_mode(path, "100644", content)
    }

    pub(crate) fn executable(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write_mode(path, "100755", content)
    }

    pub(crate) fn symlink(self, path: &str, target: &str) -> Self {
        self.write_mode(path, "120000", target)
    }

    /// A submodule that stands at `commit` (40 hexadecimal digits).
    pub(crate) fn submodule(self, path: &str, commit: &str) -> Self {
        self.write_mode(path, "160000", commit)
    }

    pub(crate) fn remove(mut self, path: &str) -> Self {
        self.changes.push(Change::Remove(path.to_owned()));
        self
    }

    pub(crate) fn rename(mut self, from: &str, to: &str) -> Self {
        self.changes.push(Change::Rename { from: from.to_owned(), to: to.to_owned() });
        self
    }

    fn write_mode(mut self, path: &str, mode: &'static str, content: impl AsRef<[u8]>) -> Self {
        self.changes.push(Change::Write { path: path.to_owned(), mode, content: content.as_ref().to_vec() });
        self
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Commit {
    fn from(files: [(&str, &str); N]) -> Self {
        files.iter().fold(Self::new(), |commit, (path, content)| commit.write(path, content))
    }
}

/// A bare repository.
#[derive(Debug)]
pub(crate) struct GitRepository {
    path: PathBuf,
    /// Seconds since the epoch of the next commit.
    next_commit: AtomicI64,
}

impl GitRepository {
    /// An empty one at `path`, served as GitHub serves its own: partial clones and any reachable or known commit may be
    /// asked for, and `refs/pull/` is read-only.
    pub(crate) fn create(path: PathBuf) -> Self {
        let repository = Self { path, next_commit: AtomicI64::new(FIRST_COMMIT) };
        run(
            Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main"]).arg(&repository.path),
            &[],
        );
        let mut config = std::fs::OpenOptions::new().append(true).open(repository.path.join("config")).unwrap();
        config
            .write_all(
                b"[uploadpack]\n\tallowFilter = true\n\tallowReachableSHA1InWant = true\n\tallowAnySHA1InWant = true\n\
                  [http]\n\treceivepack = true\n\
                  [receive]\n\thideRefs = refs/pull\n\
                  [gc]\n\tauto = 0\n[core]\n\tfsync = none\n",
            )
            .unwrap();
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a commit on top of `parents` (none for a first one; two for a merge) and points no branch at it.
    pub(crate) fn commit(&self, parents: &[&str], commit: impl Into<Commit>) -> String {
        let commit = commit.into();
        let time = self.next_commit.fetch_add(60, Ordering::SeqCst);
        let message = commit.message.unwrap_or_else(|| "Change".to_owned());
        let scratch = format!("refs/scratch/{time}");
        let mut stream = format!(
            "commit {scratch}\nauthor Ada <ada@example.com> {time} +0000\ncommitter Ada <ada@example.com> {time} +0000\n\
             data {}\n{message}\n",
            message.len()
        )
        .into_bytes();
        for (index, parent) in parents.iter().enumerate() {
            let verb = if index == 0 { "from" } else { "merge" };
            stream.extend_from_slice(format!("{verb} {parent}\n").as_bytes());
        }
        for change in &commit.changes {
            match change {
                Change::Write { path, mode: "160000", content } => {
                    let id = String::from_utf8_lossy(content);
                    stream.extend_from_slice(format!("M 160000 {id} {}\n", quoted(path)).as_bytes());
                }
                Change::Write { path, mode, content } => {
                    stream.extend_from_slice(
                        format!("M {mode} inline {}\ndata {}\n", quoted(path), content.len()).as_bytes(),
                    );
                    stream.extend_from_slice(content);
                    stream.push(b'\n');
                }
                Change::Remove(path) => stream.extend_from_slice(format!("D {}\n", quoted(path)).as_bytes()),
                Change::Rename { from, to } => {
                    stream.extend_from_slice(format!("R {} {}\n", quoted(from), quoted(to)).as_bytes());
                }
            }
        }
        stream.extend_from_slice(b"done\n");
        self.git_with(&["fast-import", "--quiet", "--done", "--date-format=raw"], &stream);
        self.git(&["rev-parse", &scratch])
    }

    /// Makes a commit of a tree that is there, and points no branch at it.
    pub(crate) fn commit_tree(&self, tree: &str, parent: &str, message: &str) -> String {
        let time = format!("{} +0000", self.next_commit.fetch_add(60, Ordering::SeqCst));
        let mut command = self.command(&["commit-tree", "-p", parent, "-m", message, tree]);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.com");
            command.env(format!("GIT_{role}_DATE"), &time);
        }
        String::from_utf8_lossy(&run(&mut command, &[])).trim().to_owned()
    }

    /// Makes a commit of a tree as the API does: by whoever asked.
    pub(crate) fn commit_of_tree(&self, tree: &str, parents: &[&str], message: &str, by: &str) -> String {
        let time = format!("{} +0000", self.next_commit.fetch_add(60, Ordering::SeqCst));
        let parents = parents.iter().flat_map(|parent| ["-p", parent]);
        let arguments: Vec<&str> = ["commit-tree", tree].into_iter().chain(parents).collect();
        let mut command = self.command(&arguments);
        let email = format!("{by}@users.noreply.github.com");
        for (role, name, email) in [("AUTHOR", by, email.as_str()), ("COMMITTER", "GitHub", "noreply@github.com")] {
            command.env(format!("GIT_{role}_NAME"), name).env(format!("GIT_{role}_EMAIL"), email);
            command.env(format!("GIT_{role}_DATE"), &time);
        }
        String::from_utf8_lossy(&run(&mut command, message.as_bytes())).trim().to_owned()
    }

    /// Stores a blob; gives its id.
    pub(crate) fn write_blob(&self, content: &[u8]) -> String {
        String::from_utf8_lossy(&self.git_with(&["hash-object", "-w", "--stdin"], content)).trim().to_owned()
    }

    /// A tree with other entries (mode and object; `None` takes one away); gives its id. A file takes the place of a folder,
    /// and the other way round.
    pub(crate) fn write_tree(&self, base: Option<&str>, changes: &[(String, Option<(String, String)>)]) -> String {
        let index = tempfile::NamedTempFile::new().expect("there is room for a temporary file");
        let index = index.path().with_extension("index");
        let with_index = |arguments: &[&str], input: &[u8]| {
            let mut command = self.command(arguments);
            command.env("GIT_INDEX_FILE", &index).env("GIT_WORK_TREE", self.path.parent().unwrap_or(&self.path));
            String::from_utf8_lossy(&run(&mut command, input)).trim().to_owned()
        };
        match base {
            Some(base) => with_index(&["read-tree", base], &[]),
            None => with_index(&["read-tree", "--empty"], &[]),
        };
        let none = "0".repeat(40);
        let mut lines = Vec::new();
        // What goes makes room first.
        for (path, entry) in changes
            .iter()
            .filter(|(_, entry)| entry.is_none())
            .chain(changes.iter().filter(|(_, entry)| entry.is_some()))
        {
            let (mode, id) = entry.as_ref().map_or(("0", none.as_str()), |(mode, id)| (mode, id));
            lines.extend_from_slice(format!("{mode} {id}\t{path}\0").as_bytes());
        }
        with_index(&["update-index", "--replace", "-z", "--index-info"], &lines);
        let tree = with_index(&["write-tree", "--missing-ok"], &[]);
        let _ = std::fs::remove_file(&index);
        tree
    }

    /// Points a ref (full name) at a commit, wherever it stood before.
    pub(crate) fn set_ref(&self, name: &str, commit: &str) {
        self.git(&["update-ref", name, commit]);
    }

    pub(crate) fn delete_ref(&self, name: &str) {
        self.git(&["update-ref", "-d", name]);
    }

    /// The full id of a commit, or `None` where there is none of that name.
    pub(crate) fn resolve(&self, revision: &str) -> Option<String> {
        self.lookup(&format!("{revision}^{{commit}}"))
    }

    /// The full id of any object: `COMMIT:PATH` names a blob or a tree.
    pub(crate) fn lookup(&self, revision: &str) -> Option<String> {
        let output = self.command(&["rev-parse", "--quiet", "--verify", revision]).output();
        let output = output.expect("git is installed");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The best common ancestor; `None` for unrelated histories.
    pub(crate) fn merge_base(&self, one: &str, other: &str) -> Option<String> {
        let output = self.command(&["merge-base", one, other]).output().expect("git is installed");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The commits of `head` that `base` does not have, oldest first.
    pub(crate) fn list(&self, base: &str, head: &str) -> Vec<String> {
        let text = self.git(&["rev-list", "--reverse", "--topo-order", &format!("{base}..{head}")]);
        text.lines().map(str::to_owned).collect()
    }

    /// Whether `older` is `newer` or one of its ancestors.
    pub(crate) fn is_ancestor(&self, older: &str, newer: &str) -> bool {
        self.merge_base(older, newer).as_deref() == Some(older)
    }

    /// Runs git here and gives what it printed, trimmed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&self.git_with(arguments, &[])).trim().to_owned()
    }

    /// Runs git here with `input`, and gives the bytes it printed.
    pub(crate) fn git_with(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        run(&mut self.command(arguments), input)
    }

    /// git in this repository, without anybody's configuration.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(&self.path).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }
}

/// A path as fast-import wants it: quoted where it could be misread.
fn quoted(path: &str) -> String {
    let mut text = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            0x20..=0x7e => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

fn run(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("git is installed");
    let mut stdin = child.stdin.take().expect("it is piped");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().expect("git can be waited for")
    });
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
