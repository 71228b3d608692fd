//! A person at a terminal, in a git repository of their own.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

pub(super) struct Terminal {
    folder: TempDir,
}

/// What a command left behind.
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Terminal {
    /// In a repository with one commit on `main`.
    pub(super) fn in_repository(files: &[(&str, &str)]) -> Self {
        let terminal = Self::in_empty_repository();
        terminal.commit(files);
        terminal
    }

    pub(super) fn in_empty_repository() -> Self {
        let terminal = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(terminal.root()).unwrap();
        terminal.git(&["init", "--quiet", "--initial-branch=main"]);
        terminal
    }

    pub(super) fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("work")
    }

    pub(super) fn write(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = self.root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    pub(super) fn commit(&self, files: &[(&str, &str)]) {
        self.write(files);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=change"]);
    }

    /// Always the same person at the same moment, so that commit ids are the same in every run.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let git = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .output()
            .unwrap();
        assert!(git.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&git.stderr));
        String::from_utf8(git.stdout).unwrap().trim().to_owned()
    }

    /// Runs `seam` at the top of the work tree.
    pub(super) fn seam(&self, arguments: &[&str]) -> Ran {
        self.seam_in(&self.root(), arguments)
    }

    pub(super) fn seam_in(&self, folder: &Path, arguments: &[&str]) -> Ran {
        self.seam_with(folder, arguments, &[])
    }

    pub(super) fn seam_with(&self, folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_seam"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", self.folder.path())
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(self.folder.path().to_str().unwrap(), "");
        Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}exit {}", self.out, self.err, self.code)
    }
}
