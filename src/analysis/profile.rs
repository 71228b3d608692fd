//! Is it test code? There a literal password or a weak random number is no news.

use tree_sitter::Node;

use super::{language::Language, syntax::Syntax};

const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "__mocks__",
    "spec",
    "specs",
    "testdata",
    "test-data",
    "test_data",
    "testing",
    "testutil",
    "testutils",
    "fixtures",
    "e2e",
    "playwright",
    "cypress",
    "bench",
    "benches",
    "benchmarks",
    "mocks",
];

/// By its path, the file is test code.
pub fn is_test_path(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let in_folder = folders.split('/').any(|folder| TEST_FOLDERS.contains(&folder.to_ascii_lowercase().as_str()));
    in_folder || is_test_name(name)
}

fn is_test_name(name: &str) -> bool {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let lower = stem.to_ascii_lowercase();
    let marked = ["_test", "_tests", "_spec", ".test", ".spec", ".e2e", "-test", ".stories"];
    let by_type = matches!(ending, "java" | "kt" | "cs" | "scala" | "groovy" | "swift")
        && ["Test", "Tests", "Spec", "IT"].iter().any(|end| stem.ends_with(end));
    lower.starts_with("test_")
        || lower == "conftest"
        || (lower == "tests" || lower == "test")
        || marked.iter().any(|end| lower.ends_with(end))
        || by_type
}

/// The byte stands in test code inside an ordinary file: Rust's `#[cfg(test)]` modules and `#[test]` functions.
pub fn is_test_code(syntax: &Syntax, language: Language, text: &str, byte: usize) -> bool {
    if language != Language::Rust || !text.contains("test") {
        return false;
    }
    let mut cursor = syntax.tree().walk();
    loop {
        let node = cursor.node();
        if matches!(node.kind(), "mod_item" | "function_item" | "impl_item") && has_test_attribute(node, text) {
            return true;
        }
        if cursor.goto_first_child_for_byte(byte).is_none() || cursor.node().start_byte() > byte {
            return false;
        }
    }
}

fn has_test_attribute(item: Node<'_>, text: &str) -> bool {
    let mut before = item.prev_sibling();
    while let Some(node) = before.filter(|node| matches!(node.kind(), "attribute_item" | "line_comment")) {
        let attribute: String = text.get(node.byte_range()).unwrap_or_default().split_whitespace().collect();
        let is_test = attribute.starts_with("#[cfg(test)")
            || attribute.starts_with("#[cfg(all(test")
            || attribute.starts_with("#[test")
            || attribute.contains("::test]")
            || attribute.contains("::test(");
        if is_test {
            return true;
        }
        before = node.prev_sibling();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::limits::Limits;

    #[test]
    fn test_files_are_known_by_folder_and_by_name() {
        for path in
            ["tests/a.py", "src/__tests__/b.js", "pkg/server_test.go", "a.spec.ts", "conftest.py", "x/FooTest.java"]
        {
            assert!(is_test_path(path), "{path}");
        }
        for path in ["src/contest.py", "latest/a.go", "src/attest.rs", "app/testimony.js", "src/main/Latest.java"] {
            assert!(!is_test_path(path), "{path}");
        }
    }

    #[test]
    fn test_modules_of_rust_are_test_code() {
        let text = "fn a() { A }\n#[cfg(test)]\nmod t { fn b() { B } }\n#[tokio::test]\nasync fn c() { C }\n";
        let syntax = Syntax::parse(text, Language::Rust, &Limits::default()).unwrap();
        let is_test = |mark| is_test_code(&syntax, Language::Rust, text, text.find(mark).unwrap());
        assert_eq!((is_test("A }"), is_test("B }"), is_test("C }")), (false, true, true));
    }
}
