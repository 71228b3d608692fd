//! Which names a file newly declares: what other slices may need.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    analysis::{language, limits::Limits, syntax::Syntax},
    change::words::{self, WordId},
};

/// Those of `wanted` that a text declares on one of `lines` (1-based, half open).
pub fn declared(path: &str, text: &str, lines: &[Range<u32>], wanted: &BTreeSet<WordId>) -> BTreeSet<WordId> {
    let limits = Limits::default();
    let mut found = BTreeSet::new();
    let Some(language) = language::of_path(path).filter(|_| text.len() <= limits.parse_bytes) else { return found };
    let Ok(syntax) = Syntax::parse(text, language, &limits) else { return found };
    let is_meant = |row: usize| lines.iter().any(|lines| lines.contains(&u32::try_from(row + 1).unwrap_or(u32::MAX)));
    syntax.walk(|node| {
        if let Some(name) = declaration(node)
            && let Some(text) = text.get(name.byte_range())
            && is_meant(name.start_position().row)
        {
            let word = words::id(text.as_bytes());
            if wanted.contains(&word) {
                found.insert(word);
            }
        }
    });
    found
}

/// The name that a node declares. All grammars say so in much the same words.
fn declaration(node: tree_sitter::Node<'_>) -> Option<tree_sitter::Node<'_>> {
    let kind = node.kind();
    let declares =
        ["_item", "_definition", "_declaration", "_declarator", "_spec", "_specifier", "_def", "_element", "_alias"]
            .iter()
            .any(|ending| kind.ends_with(ending))
            || matches!(kind, "class" | "module" | "method" | "singleton_method" | "enum_variant" | "enum_assignment");
    // `struct stat s;` declares no `stat`.
    let is_mention = kind.ends_with("_specifier") && node.child_by_field_name("body").is_none();
    if !declares || is_mention || !node.is_named() {
        return None;
    }
    if let Some(name) = node.child_by_field_name("name") {
        return Some(name);
    }
    // C puts the name inside of what it looks like: `int *f(void)`.
    let mut inner = node.child_by_field_name("declarator")?;
    while let Some(deeper) = inner.child_by_field_name("declarator") {
        inner = deeper;
    }
    Some(inner.child_by_field_name("name").unwrap_or(inner))
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;

    fn declares(path: &str, text: &str) -> Vec<bool> {
        let names = ["Basket", "checkout", "unknown"].map(|name| words::id(name.as_bytes()));
        let found = declared(path, text, from_ref(&(1..100)), &names.into());
        names.iter().map(|name| found.contains(name)).collect()
    }

    #[test]
    fn every_language_declares_types_and_functions() {
        for (path, text) in [
            ("a.rs", "pub struct Basket;\nimpl Basket { fn checkout(&self) { unknown() } }"),
            ("a.py", "class Basket:\n    def checkout(self):\n        unknown()\n"),
            ("a.js", "class Basket { checkout() { unknown() } }"),
            ("a.ts", "interface Basket {}\nconst checkout = () => unknown()"),
            ("a.go", "package a\ntype Basket struct{}\nfunc checkout() { unknown() }"),
            ("A.java", "class Basket { void checkout() { unknown(); } }"),
            ("a.c", "struct Basket { int x; };\nint *checkout(void) { return unknown(); }"),
            ("a.cpp", "class Basket {};\nvoid Shop::checkout() { unknown(); }"),
            ("a.cs", "class Basket { void checkout() { unknown(); } }"),
            ("a.rb", "class Basket\n  def checkout\n    unknown\n  end\nend\n"),
            ("a.php", "<?php class Basket { function checkout() { unknown(); } }"),
        ] {
            assert_eq!(declares(path, text), [true, true, false], "{path}");
        }
    }

    #[test]
    fn only_the_named_lines_count() {
        let wanted = [words::id(b"Basket")].into();
        assert!(declared("a.rs", "\nstruct Basket;", from_ref(&(1..2)), &wanted).is_empty());
        assert_eq!(declared("a.rs", "\nstruct Basket;", from_ref(&(2..3)), &wanted), wanted);
    }
}
