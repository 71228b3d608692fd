//! The house stays as drawn: a room imports only from lower ranks.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Rooms by rank; `docs/ARCHITECTURE.md` says what lives where.
const RANKS: [&[&str]; 10] = [
    &["domain", "telemetry"],
    &["config", "change", "store"],
    &["github", "git", "llm", "mcp_client", "analysis", "commands", "sandbox"],
    &["review"],
    &["split", "effects"],
    &["tools"],
    &["workflow"],
    &["webhook", "api", "dashboard", "mcp_server"],
    &["app"],
    &["cli"],
];

fn rank(room: &str) -> Option<usize> {
    RANKS.iter().position(|rooms| rooms.contains(&room))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// Every `crate::ROOM` in a source text, whether in a `use`, in a `use crate::{a, b}` or in a path, with its line.
fn rooms_named(source: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    let bytes = source.as_bytes();
    for (at, _) in source.match_indices("crate::") {
        if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_' || bytes[at - 1] == b'$') {
            continue;
        }
        let line = source[..at].matches('\n').count() + 1;
        let rest = &source[at + "crate::".len()..];
        let word =
            |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            None => named.push((line, word(rest))),
            Some(group) => {
                let (mut depth, mut start) = (0, 0);
                for (index, character) in group.char_indices() {
                    match character {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            named.push((line, word(&group[start..index])));
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            named.push((line, word(&group[start..index])));
                            start = index + 1;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    named.retain(|(_, room)| !room.is_empty());
    named
}

#[test]
fn rooms_import_only_from_lower_ranks() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut breaches = Vec::new();
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).unwrap();
        let Some(room) = inside.components().next().filter(|_| inside.components().count() > 1) else { continue };
        let room = room.as_os_str().to_str().unwrap();
        let own = rank(room).unwrap_or_else(|| panic!("the room src/{room} has no rank in tests/house.rs"));
        for (line, other) in rooms_named(&fs::read_to_string(&file).unwrap()) {
            match rank(&other) {
                Some(theirs) if theirs < own || other == room => {}
                Some(theirs) => breaches.push(format!(
                    "src/{}:{line}: {room} (rank {own}) imports {other} (rank {theirs})",
                    inside.display()
                )),
                None => breaches.push(format!("src/{}:{line}: crate::{other} is no room", inside.display())),
            }
        }
    }
    assert!(breaches.is_empty(), "imports against the ranks:\n{}", breaches.join("\n"));
}

#[test]
fn the_page_of_commands_lists_what_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/COMMANDS.md")).unwrap();
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| `/")).collect();
    let uses = seam::commands::registry::ALL.into_iter().flat_map(|spec| spec.uses.iter().map(move |way| (spec, way)));
    let there: Vec<String> = uses
        .map(|(spec, way)| {
            let author = if way.author { " or author" } else { "" };
            format!("| `/{}` | {} | {}{author} |", way.usage(spec), way.help, way.role.as_str())
        })
        .collect();
    assert_eq!(listed.join("\n"), there.join("\n"), "docs/COMMANDS.md and src/commands differ");
}

#[test]
fn the_reader_of_imports_sees_groups_and_paths() {
    let source = "use crate::store;\nuse crate::{git::{a, b}, github::c};\nlet x = crate::cli::run();\nmycrate::no";
    let rooms: Vec<_> = rooms_named(source).into_iter().map(|(line, room)| format!("{line}:{room}")).collect();
    assert_eq!(rooms, ["1:store", "2:git", "2:github", "3:cli"]);
}
