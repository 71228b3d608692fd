//! What a model is shown of a change, and in which shape it is to answer.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    analysis::shareable,
    domain::ledger::FileStatus,
    llm::model::Question,
    review::markdown::shorten,
    split::{input::SplitInput, strategy::Scene},
};

/// Bytes of changed lines in all, and of one line.
const MAX_LINES: usize = 48_000;
const MAX_LINE: usize = 160;
/// Files of a piece that are named, and commits.
const MAX_FILES: usize = 12;
const MAX_COMMITS: usize = 40;
const MAX_SUBJECT: usize = 100;

const TASK: &str = "\
Below is one large change of a repository. It is to be cut into pull requests that a reviewer can understand one by one: each one \
logical change with all that belongs to it (its tests, its documentation, its callers), and no two things in one. The files were \
put into numbered pieces already; each piece stays whole. `suggested` is how statistics would put pieces together: it is often \
right, sometimes cuts one thing in two, and sometimes joins what only looks alike. Of each piece you see its files, how many more \
it has, and `lines`, some of those that it adds; `commits` is what its authors wrote of their work, where that is known.

Say which pieces make up one pull request. Put every piece into exactly one. Keep to the suggestion where nothing speaks against \
it; where the whole is one logical change, answer with one. `why` is one short sentence for the reviewer.
";

#[derive(Serialize)]
struct Shown {
    pieces: Vec<Piece>,
    suggested: Vec<Vec<usize>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commits: Vec<String>,
}

#[derive(Serialize)]
struct Piece {
    piece: usize,
    files: Vec<File>,
    #[serde(skip_serializing_if = "is_zero")]
    more_files: usize,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct File {
    path: String,
    status: FileStatus,
    added: u32,
    removed: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// About pieces of blocks, which are numbered from 1, and the groups that evidence made of them.
pub(super) fn of(scene: &Scene<'_>, pieces: &[Vec<usize>], groups: &[Vec<usize>]) -> Question {
    let SplitInput { set, surroundings, options, .. } = scene.input;
    let mut left = MAX_LINES;
    let mut told = HashSet::new();
    let mut shown = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        // What one does not need is for those after it.
        let share = left / (pieces.len() - at);
        let piece = self::piece(scene, at + 1, piece, share, &mut told);
        left -= piece.lines.iter().map(String::len).sum::<usize>();
        shown.push(piece);
    }
    let numbers = |group: &Vec<usize>| -> Vec<usize> {
        (1..).zip(pieces).filter(|(_, piece)| group.contains(&piece[0])).map(|(number, _)| number).collect()
    };
    let commits = surroundings.commits.iter().take(MAX_COMMITS);
    let commits =
        commits.filter(|commit| set.files.first().is_some_and(|file| shareable::is_harmless(file, &commit.subject)));
    let shown = Shown {
        pieces: shown,
        suggested: groups.iter().map(numbers).filter(|numbers| !numbers.is_empty()).collect(),
        commits: commits.map(|commit| shorten(&commit.subject, MAX_SUBJECT).into()).collect(),
    };
    let data = serde_json::to_string_pretty(&shown).expect("a question is plain data");
    let (pieces, most) = (pieces.len(), options.max_files);
    let numbers =
        format!("The pieces have the numbers 1 to {pieces}. A pull request of more than {most} files is cut again.");
    Question { prompt: format!("{TASK}{numbers}\n\nThe change, as data:\n{data}"), schema: Some(schema()) }
}

/// Lines that were told before say nothing new.
fn piece(scene: &Scene<'_>, number: usize, blocks: &[usize], share: usize, told: &mut HashSet<String>) -> Piece {
    let SplitInput { set, contents, .. } = scene.input;
    let files = scene.blocks.files_of(blocks);
    let mut piece = Piece { piece: number, files: Vec::new(), more_files: 0, lines: Vec::new() };
    piece.more_files = files.len().saturating_sub(MAX_FILES);
    let shown = &files[..files.len().min(MAX_FILES)];
    let mut left = share;
    for (at, file) in shown.iter().enumerate() {
        let (change, facts) = (&set.files[*file], &scene.blocks.facts[*file]);
        let path = change.path.display();
        let path = if shareable::is_harmless(change, &path) { path } else { "(a name with a secret in it)".to_owned() };
        let (added, removed) = (facts.added_lines, facts.removed_lines);
        piece.files.push(File { path, status: change.status, added, removed });
        let mut room = left / (shown.len() - at);
        for line in shareable::added_lines(change, contents) {
            let line = shorten(line.trim(), MAX_LINE);
            if line.is_empty() || line.len() > room || !told.insert(line.to_string()) {
                continue;
            }
            (room, left) = (room - line.len(), left - line.len());
            piece.lines.push(line.into_owned());
        }
    }
    piece
}

/// Of the keywords of JSON Schema only those that every provider takes.
fn schema() -> Value {
    let slice = json!({
        "type": "object",
        "properties": {
            "pieces": { "type": "array", "items": { "type": "integer" } },
            "why": { "type": "string" },
        },
        "required": ["pieces", "why"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": { "slices": { "type": "array", "items": slice } },
        "required": ["slices"],
        "additionalProperties": false,
    })
}
