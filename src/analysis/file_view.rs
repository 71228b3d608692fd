//! One changed file as the rules see it: its text, its added lines, and its syntax when somebody asks for it.

use std::{borrow::Cow, cell::OnceCell};

use crate::change::{change_set::FileChange, lines::Lines};

use super::{
    added_lines::AddedLines,
    language::{self, Language},
    limits::Limits,
    profile, symbols,
    syntax::{Syntax, SyntaxError},
};

pub struct FileView<'a> {
    pub change: &'a FileChange,
    /// As shown to people.
    pub path: String,
    /// What is not UTF-8 in the file is replaced here: line ends stay where they are.
    pub text: &'a str,
    pub lines: Lines<'a>,
    pub added: AddedLines,
    /// `None` when no grammar is to be used on it.
    pub language: Option<Language>,
    /// The bytes were UTF-8, so that `text` is what the file holds.
    pub is_exact: bool,
    is_test: bool,
    limits: &'a Limits,
    syntax: OnceCell<Result<Syntax, SyntaxError>>,
}

impl<'a> FileView<'a> {
    /// `text` is the file as `String::from_utf8_lossy` reads it.
    pub fn new(change: &'a FileChange, text: &'a Cow<'a, str>, limits: &'a Limits) -> Self {
        let path = change.path.display();
        Self {
            is_exact: matches!(text, Cow::Borrowed(_)),
            lines: Lines::of(text.as_bytes()),
            text,
            added: AddedLines::of(change),
            language: language::of_path(&path).filter(|language| language::has_rules(*language)),
            is_test: profile::is_test_path(&path),
            change,
            path,
            limits,
            syntax: OnceCell::new(),
        }
    }

    /// The file's name without its folders.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The parsed file. Parsed when first asked for; `None` where there is no grammar, or it took too long.
    pub fn syntax(&self) -> Option<&Syntax> {
        self.syntax_or_reason().and_then(Result::ok)
    }

    pub fn syntax_or_reason(&self) -> Option<Result<&Syntax, SyntaxError>> {
        let language = self.language?;
        let syntax = self.syntax.get_or_init(|| Syntax::parse(self.text, language, self.limits));
        Some(syntax.as_ref().map_err(|error| *error))
    }

    /// By its path or by where the byte stands, it is test code.
    pub fn is_test_at(&self, byte: usize) -> bool {
        self.is_test
            || self.language == Some(Language::Rust)
                && self.syntax().is_some_and(|syntax| profile::is_test_code(syntax, Language::Rust, self.text, byte))
    }

    /// By its path, it is test code.
    pub fn is_test_file(&self) -> bool {
        self.is_test
    }

    /// See [`symbols::enclosing`]; empty where there is no syntax.
    pub fn symbol_at(&self, byte: usize) -> String {
        self.syntax().map(|syntax| symbols::enclosing(syntax, self.text, byte)).unwrap_or_default()
    }

    /// The byte is part of a comment or of a text literal. Without a grammar a line that starts like a comment is one.
    pub fn is_prose_at(&self, byte: usize) -> bool {
        match self.syntax() {
            Some(syntax) => syntax.is_prose_at(byte),
            None => {
                let line = self.lines.at(byte);
                let text = self.line_text(line, line).trim_start();
                ["//", "# ", "*", "--", "/*", "<!--"].iter().any(|mark| text.starts_with(mark))
            }
        }
    }

    /// The text of lines `first..=last`, without the end of the last one.
    pub fn line_text(&self, first: u32, last: u32) -> &'a str {
        let lines = self.text.get(self.lines.bytes(first..last.saturating_add(1))).unwrap_or_default();
        let lines = lines.strip_suffix('\n').unwrap_or(lines);
        lines.strip_suffix('\r').unwrap_or(lines)
    }

    /// Each added line with its number.
    pub fn added_lines(&self) -> impl Iterator<Item = (u32, &str)> {
        let count = self.lines.count();
        self.added.iter().take_while(move |line| *line <= count).map(|line| (line, self.line_text(line, line)))
    }
}
