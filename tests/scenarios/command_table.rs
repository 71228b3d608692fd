//! Every command, by whoever may or may not, in every place, on every kind of pull request: what a person sees, in few
//! lines. A line holds for all that stands before its colon; what is not named is the same everywhere.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use seam::commands::registry;

use crate::{
    fake_github::{
        acts::pull::Pull,
        model::accounts::{AccountKind, Role},
    },
    support::seam::{Seam, on_sqlite},
};

const PEOPLE: [&str; 6] = ["none", "read", "triage", "write", "admin", "author"];
const PLACES: [&str; 4] = ["conversation", "review body", "thread", "edited"];
const KINDS: [&str; 4] = ["own branch", "fork", "draft", "closed"];

/// A problem with a suggestion that can be committed.
const LOADS: &str = "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n";

/// What was seen, by person, place and kind.
type Seen = BTreeMap<(usize, usize, usize), String>;

macro_rules! on_one_database {
    ($name:ident, $body:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() {
            on_sqlite($body).await;
        }
    };
}

/// Who changes a pull request by the command, and so needs one for each time; for the others it stays as it was.
const NOBODY: &[&str] = &[];
const WRITERS: &[&str] = &["write", "admin"];
const WRITERS_AND_AUTHOR: &[&str] = &["write", "admin", "author"];

on_one_database!(ask, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/ask what does settings do?", NOBODY).await, @r"
    none: -1, “`/ask` needs read permission on this repository; you have no permission.”
    read triage write admin author | own branch fork draft: eyes, rocket, “A language model would answer this in words, and none is configured. What is known of the change without one:”
    read triage write admin author | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(config, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/config", NOBODY).await, @r"
    none: -1, “`/config` needs read permission on this repository; you have no permission.”
    read triage write admin author: eyes, rocket, “```yaml”
    ");
});

on_one_database!(describe, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/describe", NOBODY).await, @r"
    none: -1, “`/describe` needs read permission on this repository; you have no permission.”
    read triage write admin author | own branch fork draft: eyes, rocket, “**Title:** Change”
    read triage write admin author | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(describe_apply, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/describe apply", WRITERS_AND_AUTHOR).await, @r"
    none: -1, “`/describe apply` needs write permission on this repository, or to have opened this pull request; you have no …”
    read triage: -1, “`/describe apply` needs write permission on this repository, or to have opened this pull request; you have rea…”
    write admin author | own branch fork draft: eyes, rocket, another body
    write admin author | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(explain, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/explain", NOBODY).await, @r"
    none: -1, “`/explain` needs read permission on this repository; you have no permission.”
    read triage write admin author | conversation review body edited: eyes, confused, “`/explain` is used in the thread of a finding of Seam's, or with the name of a rule.”
    read triage write admin author | thread: eyes, rocket, “**`py/yaml-unsafe-load`** · Error · somebody could misuse it”
    ");
});

on_one_database!(fix, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/fix", WRITERS).await, @r"
    none: -1, “`/fix` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/fix` needs write permission on this repository; you have read permission.”
    write admin | conversation review body edited | own branch draft: eyes, confused, “`/fix` is used in the thread of a finding of Seam's; `/fix all` commits what all of them suggest.”
    write admin | conversation review body edited | fork: eyes, confused, “This pull request comes from a fork, where Seam may not push; its author can commit each suggestion with a cli…”
    write admin | conversation review body edited | closed: eyes, confused, “Pull request #N is closed.”
    write admin | thread | own branch draft: eyes, rocket, “Committed 1 suggestion in 1 file as SHA.”, a commit
    write admin | thread | fork: eyes, confused, “This pull request comes from a fork, where Seam may not push; its author can commit each suggestion with a cli…”
    write admin | thread | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(fix_all, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/fix all", WRITERS).await, @r"
    none: -1, “`/fix all` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/fix all` needs write permission on this repository; you have read permission.”
    write admin | own branch draft: eyes, rocket, “Committed 1 suggestion in 1 file as SHA.”, a commit
    write admin | fork: eyes, confused, “This pull request comes from a fork, where Seam may not push; its author can commit each suggestion with a cli…”
    write admin | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(help, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/help", NOBODY).await, @r"
    none: -1, “`/help` needs read permission on this repository; you have no permission.”
    read triage write admin author: eyes, rocket, “| | |”
    ");
});

on_one_database!(ignore, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/ignore", WRITERS).await, @r"
    none: -1, “`/ignore` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/ignore` needs write permission on this repository; you have read permission.”
    write admin | conversation review body edited: eyes, confused, “`/ignore` is used in the thread of a finding of Seam's.”
    write admin | thread: eyes, rocket, “1 finding dismissed: not raised again in this repository. Opening the thread again takes it back.”
    ");
});

on_one_database!(ignore_rule, async |seam: &mut Seam| {
    let pull = seam.shop.open_pull("settings", [("shop/settings.py", LOADS)]).await;
    pull.comment("ada", "/ignore rule py/yaml-unsafe-load").await;
    seam.settle().await;
    insta::assert_snapshot!(table(seam, "/ignore rule py/yaml-unsafe-load", NOBODY).await, @r"
    none: -1, “`/ignore rule` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/ignore rule` needs write permission on this repository; you have read permission.”
    write admin: eyes, confused, “This is proposed already, and waits to be merged: https://github.test/octo/shop/pull/2.”
    ");
});

on_one_database!(resolve, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/resolve", WRITERS).await, @r"
    none: -1, “`/resolve` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/resolve` needs write permission on this repository; you have read permission.”
    write admin: eyes, rocket, “1 finding dismissed: not raised again in this repository. Opening the thread again takes it back.”
    ");
});

on_one_database!(improve, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/improve", NOBODY).await, @r"
    none: -1, “`/improve` needs read permission on this repository; you have no permission.”
    read triage write admin author | own branch fork draft: eyes, rocket, “1 suggestion in the threads above can be committed with a click.”
    read triage write admin author | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(pause, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/pause", NOBODY).await, @r"
    none: -1, “`/pause` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/pause` needs write permission on this repository; you have read permission.”
    write admin: eyes, rocket, “Reviews are paused on this pull request: pushes are not reviewed until `/resume`. `/review` asks for one revie…”
    ");
});

on_one_database!(rerun, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/rerun", NOBODY).await, @r"
    none: -1, “`/rerun` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/rerun` needs write permission on this repository; you have read permission.”
    write admin: eyes, confused, “Nothing has failed on this pull request.”
    ");
});

on_one_database!(resume, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/resume", NOBODY).await, @r"
    none: -1, “`/resume` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/resume` needs write permission on this repository; you have read permission.”
    write admin: eyes, rocket, “Pushes to this pull request are reviewed again. `/review` asks for a review of what is there now.”
    ");
});

on_one_database!(review, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/review", NOBODY).await, @r"
    none: -1, “`/review` needs read permission on this repository; you have no permission.”
    read triage write admin author | own branch fork draft: eyes, rocket
    read triage write admin author | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(review_full, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/review full", NOBODY).await, @r"
    none: -1, “`/review full` needs read permission on this repository; you have no permission.”
    read triage write admin author | own branch fork draft: eyes, rocket
    read triage write admin author | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(split, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/split", NOBODY).await, @r"
    none: -1, “`/split` needs read permission on this repository; you have no permission.”
    read triage write admin author | own branch fork draft: eyes, rocket
    read triage write admin author | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(split_plan, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/split plan", NOBODY).await, @r"
    none: -1, “`/split plan` needs read permission on this repository; you have no permission.”
    read triage write admin author | own branch fork draft: eyes, rocket
    read triage write admin author | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(split_apply, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/split apply", NOBODY).await, @r"
    none: -1, “`/split apply` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/split apply` needs write permission on this repository; you have read permission.”
    write admin | own branch fork draft: eyes, confused, “There is no plan yet; `/split` makes one.”
    write admin | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(split_restack, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/split restack", NOBODY).await, @r"
    none: -1, “`/split restack` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/split restack` needs write permission on this repository; you have read permission.”
    write admin | own branch fork draft: eyes, confused, “Nothing of this branch is open as slices; `/split` plans them.”
    write admin | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(split_abandon, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/split abandon", NOBODY).await, @r"
    none: -1, “`/split abandon` needs write permission on this repository; you have no permission.”
    read triage author: -1, “`/split abandon` needs write permission on this repository; you have read permission.”
    write admin | own branch fork draft: eyes, confused, “Nothing of this branch is open as slices; `/split` plans them.”
    write admin | closed: eyes, confused, “Pull request #N is closed.”
    ");
});

on_one_database!(why, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/why", NOBODY).await, @r"
    none: -1, “`/why` needs read permission on this repository; you have no permission.”
    read triage write admin author | own branch fork: eyes, rocket, “The last review of SHA, compared with SHA, was execution N, started by `pull_request.opened` by `author`. It s…”
    read triage write admin author | draft: eyes, rocket, “The last review was execution N, started by `pull_request.converted_to_draft` by `ada`. It is skipped: a draft…”
    read triage write admin author | closed: eyes, rocket, “The last review was execution N, started by `pull_request.closed` by `ada`. It is skipped: pull request #N is …”
    ");
});

on_one_database!(a_word_that_is_no_command, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/deploy", NOBODY).await, @"everybody, everywhere: nothing");
});

on_one_database!(a_slip_of_the_keyboard, async |seam: &mut Seam| {
    insta::assert_snapshot!(table(seam, "/seam reviwe", NOBODY).await, @"everybody, everywhere: confused, “There is no command `/reviwe` here; did you mean `/review`?”");
});

#[test]
fn every_use_of_a_command_has_a_table() {
    let tables = include_str!("command_table.rs");
    for spec in registry::ALL {
        for way in spec.uses {
            let command = format!("/{} {}", spec.name, way.word);
            let command = command.trim_end();
            let is_there = tables.contains(&format!("table(seam, \"{command}\""))
                || tables.contains(&format!("table(seam, \"{command} "));
            assert!(is_there, "there is no table of {command}");
        }
    }
}

/// Everybody writes the command everywhere, and then Seam works.
async fn table(seam: &mut Seam, command: &str, changers: &[&str]) -> String {
    seam.github.without_limits();
    seam.github.without_descriptions();
    seam.github.world().add_account("none", AccountKind::User);
    let roles = [Role::Read, Role::Triage, Role::Write, Role::Admin, Role::Read];
    for (login, role) in PEOPLE[1..].iter().zip(roles) {
        seam.shop.set_role(login, role);
    }
    let set_of = |person: usize, place: usize| match PEOPLE[person] {
        login if changers.contains(&login) => format!("{login}-{place}"),
        _ => "shared".to_owned(),
    };
    let everywhere = (0..PEOPLE.len()).flat_map(|person| (0..PLACES.len()).map(move |place| (person, place)));
    let names: BTreeSet<String> = everywhere.clone().map(|(person, place)| set_of(person, place)).collect();
    let mut sets = BTreeMap::new();
    for name in names {
        let pulls = open_pulls(seam, &name).await;
        sets.insert(name, pulls);
    }
    seam.settle().await;
    for pulls in sets.values() {
        pulls[2].convert_to_draft().await;
        pulls[3].close().await;
    }
    seam.settle().await;
    let mut asked = Vec::new();
    for (person, place) in everywhere {
        for (kind, pull) in sets[&set_of(person, place)].iter().enumerate() {
            let before = pull.now();
            let id = write(seam, pull, PEOPLE[person], PLACES[place], command).await;
            asked.push(((person, place, kind), id, pull, before));
        }
    }
    seam.settle().await;
    let seen = asked.into_iter().map(|(who, id, pull, before)| {
        let mut seen = told(pull, id);
        if changers.contains(&PEOPLE[who.0]) {
            let now = pull.now();
            seen.extend((now.head_sha != before.head_sha).then(|| "a commit".to_owned()));
            seen.extend((now.body != before.body).then(|| "another body".to_owned()));
        }
        let words = if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") };
        (who, words)
    });
    compressed(&seen.collect())
}

/// One pull request of each kind, each with a problem that Seam raises a thread on.
async fn open_pulls(seam: &Seam, name: &str) -> Vec<Pull> {
    let mut pulls = Vec::new();
    for (index, kind) in KINDS.iter().enumerate() {
        let new = seam.shop.new_pull(&format!("{name}-{index}"), [("shop/settings.py", LOADS)]);
        let new = if *kind == "fork" { new.by_fork_of("author") } else { new.by("author") };
        pulls.push(new.open().await);
    }
    pulls
}

/// Somebody writes the command in that place; gives the id of what they wrote.
async fn write(seam: &Seam, pull: &Pull, login: &str, place: &str, command: &str) -> i64 {
    match place {
        "review body" => pull.review(login, command).await,
        "thread" => pull.reply(login, 0, command).await,
        "edited" => {
            seam.github.lose_webhooks();
            let id = pull.comment(login, "Hello.").await;
            seam.github.find_webhooks();
            pull.edit(login, id, &format!("Hello.\n{command}")).await;
            id
        }
        _ => pull.comment(login, command).await,
    }
}

/// The reactions to a comment, and the words that answer it, which their hidden mark tells.
fn told(pull: &Pull, id: i64) -> Vec<String> {
    let now = pull.now();
    let bodies = now.issue_comments.iter().map(|one| &one.body).chain(now.review_comments.iter().map(|one| &one.body));
    let answers =
        bodies.filter(|body| body.rsplit("<!-- seam:").next().is_some_and(|mark| mark.contains(&format!(":{id}:"))));
    let words = answers.map(|body| format!("“{}”", first_words(body)));
    pull.reactions(id).into_iter().chain(words).collect()
}

/// Below the quotation; what differs from run to run is made the same.
fn first_words(body: &str) -> String {
    let line = body.lines().find(|line| !line.is_empty() && !line.starts_with('>')).unwrap_or_default();
    let link = Regex::new(r"\[([Ee])xecution \d+\]\([^)]*\)").unwrap();
    let commit = Regex::new(r"\b[0-9a-f]{7}([0-9a-f]{33})?\b").unwrap();
    let page = Regex::new(r"http://127\.0\.0\.1:\d+").unwrap();
    let number = Regex::new("#\u{200b}?\\d+").unwrap();
    let line = commit.replace_all(&link.replace_all(line, "${1}xecution N"), "SHA").into_owned();
    let line = page.replace_all(&line, "https://github.test").into_owned();
    let line = number.replace_all(&line, "#N");
    let words: String = line.chars().take(110).collect();
    if words.len() < line.len() { format!("{words}…") } else { words }
}

/// People for whom all is the same share lines; so do places, and kinds.
fn compressed(seen: &Seen) -> String {
    let mut text = String::new();
    let of_person = |person: usize| -> Vec<&str> {
        (0..PLACES.len())
            .flat_map(|place| (0..KINDS.len()).map(move |kind| (place, kind)))
            .map(|(place, kind)| seen[&(person, place, kind)].as_str())
            .collect()
    };
    for people in groups(PEOPLE.len(), of_person) {
        let person = people[0];
        let of_place = |place: usize| -> Vec<&str> {
            (0..KINDS.len()).map(|kind| seen[&(person, place, kind)].as_str()).collect()
        };
        for places in groups(PLACES.len(), of_place) {
            for kinds in groups(KINDS.len(), |kind| seen[&(person, places[0], kind)].as_str()) {
                let parts = [(&people, &PEOPLE[..]), (&places, &PLACES[..]), (&kinds, &KINDS[..])];
                let parts = parts.iter().filter(|(chosen, all)| chosen.len() < all.len());
                let named =
                    parts.map(|(chosen, all)| chosen.iter().map(|&index| all[index]).collect::<Vec<_>>().join(" "));
                let named: Vec<String> = named.collect();
                let named = if named.is_empty() { "everybody, everywhere".to_owned() } else { named.join(" | ") };
                text.push_str(&format!("{named}: {}\n", seen[&(person, places[0], kinds[0])]));
            }
        }
    }
    text
}

/// The indices below `count` whose values are equal, together, in the order of their first ones.
fn groups<T: Ord>(count: usize, value: impl Fn(usize) -> T) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut taken = BTreeSet::new();
    for index in 0..count {
        if taken.contains(&index) {
            continue;
        }
        let same: Vec<usize> = (index..count).filter(|&other| value(other) == value(index)).collect();
        taken.extend(same.iter().copied());
        groups.push(same);
    }
    groups
}
