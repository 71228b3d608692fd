//! What a general check is, and the one list of them.

use std::{ops::Range, sync::LazyLock};

use regex::bytes::{Regex, RegexBuilder};

use crate::{
    analysis::{draft::Draft, file_view::FileView, language, rule_info::RuleInfo},
    change::contents::Contents,
};

use super::{
    debug_leftover, exec_bit, focused_test, homoglyph, invisible_character, large_or_binary_file, lockfile_injection,
    merge_conflict_marker, sensitive_file, skipped_test, suppression_added, symlink_out_of_tree, todo_without_issue,
    trojan_source_bidi,
};

/// What a check may look at beside the file.
pub struct Surroundings<'a> {
    pub contents: &'a dyn Contents,
}

/// A function over one file. It reports under its own rule, once for each place.
pub struct Check {
    pub rule: RuleInfo,
    /// Which files it can be run on.
    pub needs: Needs,
    pub run: for<'r> fn(&'r RuleInfo, &FileView<'_>, &Surroundings<'_>) -> Vec<Draft<'r>>,
}

/// What a check needs to know of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Its name, size, mode and status: also of binary files, symbolic links and huge ones.
    Name,
    /// Its added lines.
    Text,
    /// Its added lines, where a person wrote them: not of bundles, generated files and other people's code.
    HandWritten,
}

/// What the check of a rule needs; `None`: there is no such check.
pub fn needs_of(rule: &str) -> Option<Needs> {
    static NEEDS: LazyLock<Vec<(String, Needs)>> =
        LazyLock::new(|| all().into_iter().map(|check| (check.rule.id.to_string(), check.needs)).collect());
    NEEDS.iter().find(|(id, _)| id == rule).map(|(_, needs)| *needs)
}

/// Every general check.
pub fn all() -> Vec<Check> {
    vec![
        debug_leftover::check(),
        exec_bit::check(),
        focused_test::check(),
        homoglyph::check(),
        invisible_character::check(),
        large_or_binary_file::check(),
        lockfile_injection::check(),
        merge_conflict_marker::check(),
        sensitive_file::check(),
        skipped_test::check(),
        suppression_added::check(),
        symlink_out_of_tree::check(),
        todo_without_issue::check(),
        trojan_source_bidi::check(),
    ]
}

/// Endings of files of words: people mix scripts and directions in them for good reasons.
const WORDS: &[&str] = &[
    "md",
    "mdx",
    "rst",
    "txt",
    "adoc",
    "html",
    "htm",
    "svg",
    "xml",
    "json",
    "po",
    "pot",
    "arb",
    "strings",
    "xlf",
    "xliff",
    "resx",
    "properties",
    "csv",
    "tsv",
    "srt",
    "vtt",
    "ai",
    "eps",
];

/// The file holds words for people rather than code.
pub(super) fn is_words(path: &str) -> bool {
    language::ending(path).is_some_and(|ending| WORDS.contains(&ending))
}

/// A regex over bytes, whose classes are ASCII: it compiles ten times faster than one for all of Unicode.
pub(super) fn pattern(text: &str) -> Regex {
    RegexBuilder::new(text).unicode(false).build().expect("the patterns of the checks are constants, and compile")
}

/// A finding on one line, recognised by the line's text.
pub(super) fn on_line<'r>(rule: &'r RuleInfo, view: &FileView<'_>, line: u32) -> Draft<'r> {
    let text = view.line_text(line, line);
    let indent = text.len() - text.trim_start().len();
    Draft::new(rule, (line, line), view.lines.bytes(line..line + 1).start + indent, text.trim())
}

/// Places of a pattern in added lines that are code, not comment or text literal: the line, and the bytes of the file.
pub(super) fn in_code(view: &FileView<'_>, pattern: &Regex) -> Vec<(u32, Range<usize>)> {
    let mut places = Vec::new();
    for (line, text) in view.added_lines() {
        let start = view.lines.bytes(line..line + 1).start;
        for found in pattern.find_iter(text.as_bytes()) {
            let bytes = start + found.start()..start + found.end();
            let indent = text.as_bytes()[found.range()].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if !view.is_prose_at(bytes.start + indent) {
                places.push((line, bytes));
            }
        }
    }
    places
}
