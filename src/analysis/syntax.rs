//! One file, parsed: within a time budget, and with its depth known before anybody walks it recursively.

use std::{ops::ControlFlow, time::Instant};

use ast_grep_core::{
    AstGrep, Node,
    tree_sitter::{LanguageExt as _, StrDoc},
};
use tree_sitter::{ParseOptions, Parser, Tree, TreeCursor};

use super::{language::Language, limits::Limits};

pub type Document = StrDoc<Language>;
pub type SyntaxNode<'t> = Node<'t, Document>;

/// A parsed text.
pub struct Syntax {
    root: AstGrep<Document>,
    depth: usize,
}

/// Why there is no tree, in words for the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    #[error("it could not be parsed in time")]
    OutOfTime,
    #[error("its grammar does not load")]
    Grammar,
}

impl Syntax {
    pub fn parse(text: &str, language: Language, limits: &Limits) -> Result<Self, SyntaxError> {
        let mut parser = Parser::new();
        parser.set_language(&language.get_ts_language()).map_err(|_| SyntaxError::Grammar)?;
        let deadline = Instant::now() + limits.parse_time;
        let bytes = text.as_bytes();
        let tree = parser
            .parse_with_options(
                &mut |at, _| bytes.get(at..).unwrap_or_default(),
                None,
                Some(ParseOptions::new().progress_callback(&mut |_| {
                    if Instant::now() > deadline { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })),
            )
            .ok_or(SyntaxError::OutOfTime)?;
        let depth = depth(&tree);
        Ok(Self { root: AstGrep::doc(StrDoc { src: text.to_owned(), lang: language, tree }), depth })
    }

    pub fn root(&self) -> SyntaxNode<'_> {
        self.root.root()
    }

    pub fn tree(&self) -> &Tree {
        &self.root().get_doc().tree
    }

    /// Every node, in the order of the text.
    pub fn walk<'t>(&'t self, mut visit: impl FnMut(tree_sitter::Node<'t>)) {
        walk(self.tree(), |cursor, _| {
            visit(cursor.node());
            true
        });
    }

    /// Levels of the tree.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// What the parser could not make sense of: `ERROR` and missing nodes.
    pub fn errors(&self) -> usize {
        let mut errors = 0;
        walk(self.tree(), |cursor, _| {
            let node = cursor.node();
            errors += usize::from(node.is_error() || node.is_missing());
            // Only a subtree with an error in it is worth going into.
            node.has_error()
        });
        errors
    }

    /// The kinds of the nodes around a byte, from the innermost outwards.
    pub fn kinds_at(&self, byte: usize) -> Vec<&str> {
        let mut kinds = Vec::new();
        let mut cursor = self.tree().walk();
        loop {
            kinds.push(cursor.node().kind());
            if cursor.goto_first_child_for_byte(byte).is_none() || cursor.node().start_byte() > byte {
                break;
            }
        }
        kinds.reverse();
        kinds
    }

    /// The byte is part of a comment or of a text literal.
    pub fn is_prose_at(&self, byte: usize) -> bool {
        self.kinds_at(byte).iter().any(|kind| {
            kind.contains("comment")
                || kind.contains("string")
                || matches!(*kind, "jsx_text" | "char_literal" | "regex")
        })
    }
}

fn depth(tree: &Tree) -> usize {
    let mut deepest = 0;
    walk(tree, |_, depth| {
        deepest = deepest.max(depth);
        true
    });
    deepest
}

/// Visits nodes in the order of the text, without recursion; `visit` says whether to go into a node's children.
fn walk<'t>(tree: &'t Tree, mut visit: impl FnMut(&TreeCursor<'t>, usize) -> bool) {
    let mut cursor = tree.walk();
    let mut depth = 1;
    loop {
        if visit(&cursor, depth) && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            depth -= 1;
        }
    }
}
