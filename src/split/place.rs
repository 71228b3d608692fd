//! Where a changed file stands: what its path alone says of it.

use crate::{
    analysis::{language, profile},
    change::{
        change_set::RepoPath,
        words::{self, WordId},
    },
};

/// Names that say nothing; the folder's name speaks instead.
const GENERIC: [&str; 31] = [
    "mod",
    "index",
    "lib",
    "main",
    "init",
    "__init__",
    "test",
    "tests",
    "spec",
    "readme",
    "changelog",
    "package",
    "cargo",
    "utils",
    "util",
    "common",
    "types",
    "config",
    "setup",
    "mod_test",
    "build",
    "vite",
    "pom",
    "conftest",
    "helpers",
    "src",
    "java",
    "org",
    "composer",
    "gemfile",
    "program",
];
const SHORTEST_NAME: usize = 3;
/// Code that others import, and that no grammar is compiled in for.
const IMPORTED: [&str; 20] = [
    "clj", "dart", "erl", "ex", "exs", "fs", "groovy", "hs", "jl", "kt", "kts", "lua", "m", "ml", "mm", "scala",
    "svelte", "swift", "vb", "vue",
];

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Source,
    Test,
    Docs,
    Build,
    Ci,
}

#[derive(Clone, Debug)]
pub struct Place {
    pub path: String,
    /// Folders from the top.
    pub folders: Vec<String>,
    pub name: String,
    pub role: Role,
    /// Parts of all its words, in the order of ids, each once.
    pub parts: Vec<WordId>,
    /// What other files call it by: its name, or its folder's where that says more. `None` where neither says anything.
    pub key: Option<String>,
    /// The key without what marks tests: the same for a file and its test.
    pub subject: String,
}

impl Place {
    pub fn of(path: &RepoPath) -> Self {
        let path = path.display();
        let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
        let name = folders.pop().unwrap_or_default();
        let stem = stem(&name);
        let folder = folders.last().cloned().unwrap_or_default();
        let mut parts: Vec<_> = words::parts(path.as_bytes()).map(|part| words::id(&part)).collect();
        parts.sort_unstable();
        parts.dedup();
        let key = if is_generic(stem) || stem.len() < SHORTEST_NAME { &folder } else { stem };
        let key = Some(key.replace('-', "_")).filter(|key| key.len() >= SHORTEST_NAME && !is_generic(key));
        let about = if is_generic(stem) && !folder.is_empty() { &folder } else { stem };
        let subject = without_test_mark(about).to_lowercase().replace('-', "_");
        let role = role(&path, &name, &folders);
        Self { folders, name, role, parts, key, subject, path }
    }

    pub fn ending(&self) -> &str {
        language::ending(&self.name).unwrap_or(&self.name)
    }

    pub fn is_test(&self) -> bool {
        self.role == Role::Test
    }

    /// It is code that other code calls by its stem.
    pub fn is_imported(&self) -> bool {
        language::of_path(&self.name).is_some() || IMPORTED.contains(&self.ending())
    }

    /// Many files are called so.
    pub fn has_common_name(&self) -> bool {
        is_generic(stem(&self.name))
    }

    /// One is the test of the other.
    pub fn pairs_with(&self, other: &Self) -> bool {
        self.is_test() != other.is_test() && self.subject.len() >= SHORTEST_NAME && self.subject == other.subject
    }

    /// Folders that both are in, as a share of the deeper path.
    pub fn nearness(&self, other: &Self) -> f64 {
        let deeper = self.folders.len().max(other.folders.len());
        if deeper == 0 {
            return 0.5;
        }
        let common = self.folders.iter().zip(&other.folders).take_while(|(one, other)| one == other).count();
        common as f64 / deeper as f64
    }
}

fn stem(name: &str) -> &str {
    name.strip_prefix('.').unwrap_or(name).split('.').next().unwrap_or_default()
}

fn is_generic(name: &str) -> bool {
    GENERIC.iter().any(|generic| name.eq_ignore_ascii_case(generic))
}

/// `test_cart`, `cart_test`, `CartTest` and `CartIT` are about the cart.
fn without_test_mark(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    for mark in ["test_", "tests_"] {
        if lower.starts_with(mark) && name.len() > mark.len() {
            return &name[mark.len()..];
        }
    }
    for mark in ["_tests", "_test", "_spec", "tests", "test", "spec", "it"] {
        if lower.ends_with(mark) && name.len() > mark.len() && name.is_char_boundary(name.len() - mark.len()) {
            return &name[..name.len() - mark.len()];
        }
    }
    name
}

fn role(path: &str, name: &str, folders: &[String]) -> Role {
    let lower = name.to_ascii_lowercase();
    let top = folders.first().map_or("", String::as_str);
    let ending = language::ending(&lower).unwrap_or_default();
    let in_folder = |names: &[&str]| folders.iter().any(|folder| names.contains(&folder.to_ascii_lowercase().as_str()));
    if matches!(top, ".github" | ".gitlab" | ".circleci" | "ci" | ".buildkite")
        || matches!(lower.as_str(), ".travis.yml" | "appveyor.yml" | ".gitlab-ci.yml" | "jenkinsfile")
    {
        Role::Ci
    } else if profile::is_test_path(path) || in_folder(&["playground"]) {
        Role::Test
    } else if matches!(ending, "md" | "rst" | "txt" | "adoc" | "mdx") || in_folder(&["docs", "doc", "documentation"]) {
        Role::Docs
    } else if is_build(&lower) {
        Role::Build
    } else {
        Role::Source
    }
}

fn is_build(name: &str) -> bool {
    name.starts_with('.')
        || name.ends_with(".lock")
        || name.ends_with(".csproj")
        || name.ends_with(".gemspec")
        || matches!(
            name,
            "package.json"
                | "package-lock.json"
                | "pnpm-lock.yaml"
                | "cargo.toml"
                | "go.mod"
                | "go.sum"
                | "pom.xml"
                | "build.gradle"
                | "build.gradle.kts"
                | "setup.py"
                | "setup.cfg"
                | "pyproject.toml"
                | "tox.ini"
                | "makefile"
                | "dockerfile"
                | "gemfile"
                | "composer.json"
                | "cmakelists.txt"
                | "directory.packages.props"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_told_by_its_path_and_found_by_its_subject() {
        let pairs = [
            ("src/cart.py", "tests/test_cart.py", true),
            ("src/Cart.java", "test/CartTest.java", true),
            ("shop/cart/index.ts", "shop/__tests__/cart.spec.ts", true),
            ("src/cart.py", "src/till.py", false),
        ];
        for (one, other, paired) in pairs {
            assert_eq!(Place::of(&one.into()).pairs_with(&Place::of(&other.into())), paired, "{one} {other}");
        }
    }

    #[test]
    fn a_file_is_called_by_what_says_most() {
        let key = |path: &str| Place::of(&path.into()).key.unwrap_or_default();
        assert_eq!(
            [key("a/cart-item.ts"), key("cart/mod.rs"), key("src/main.rs"), key("x/y.c")],
            ["cart_item", "cart", "", ""]
        );
        assert_eq!(Place::of(&"a/b/c.rs".into()).nearness(&Place::of(&"a/x.rs".into())), 0.5);
    }
}
