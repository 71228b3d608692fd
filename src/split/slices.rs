//! Writes groups down as slices: ids, branches, titles, descriptions, labels, and what stands on what.

use std::collections::{BTreeSet, HashMap};

use super::{
    description,
    group::Group,
    input::SplitInput,
    labels,
    layers::{edits_of, range_of},
    needs::Need,
    place::Place,
    reasons::common_folder,
    title::{About, Style},
};
use crate::{
    change::{
        change_set::{ChangeSet, RepoPath},
        surroundings::{AuthorCommit, Surroundings},
    },
    domain::plan::{Slice, SliceFile, SliceId},
};

/// A commit is what a slice is about when it brought so much of it.
const MOST_OF_IT: f64 = 0.6;
/// Commits whose words are quoted.
const MAX_COMMITS: usize = 10;
/// Characters of the part of a branch's name that says something.
const MAX_SLUG: usize = 40;

/// The slices of all groups. `order`: each with the group that it stands on.
pub fn write(input: SplitInput<'_>, groups: &[Group], needs: &[Need], order: &[(usize, Option<usize>)]) -> Vec<Slice> {
    let style = Style::of(&input.surroundings.history.subjects);
    let mut numbers = vec![0; groups.len()];
    for (number, (group, _)) in order.iter().enumerate() {
        numbers[*group] = number;
    }
    let number = |group: usize| numbers[group];
    let id = |group: usize| SliceId(format!("s{}", number(group) + 1));
    let slice = |&(at, on): &(usize, Option<usize>)| {
        let group = &groups[at];
        let title = title(input, &style, group);
        let mut needed: Vec<&Need> = needs.iter().filter(|need| need.group == at).collect();
        // A circle that could not become one is broken somewhere: what comes later cannot be needed.
        needed.retain(|need| number(need.needs) < number(at));
        needed.sort_by_key(|need| number(need.needs));
        let mut reasons = group.reasons.clone();
        reasons.extend(needed.iter().map(|need| format!("needs {}: {}", id(need.needs), need.why.join(", "))));
        Slice {
            id: id(at),
            description: String::new(),
            labels: labels::of(&places(input, group), &input.options.labels),
            branch: format!("seam/{}/{}-{}", input.options.branch, number(at) + 1, slug(&title)),
            title,
            files: files(input, group),
            depends_on: needed.iter().map(|need| id(need.needs)).collect(),
            stands_on: on.map(id),
            reasons,
            confidence: group.confidence,
            left_out: false,
        }
    };
    let mut slices: Vec<Slice> = order.iter().map(slice).collect();
    describe(&mut slices, input.set, input.surroundings);
    slices
}

/// What the pull requests of slices say: at first, and again when somebody edited the plan.
pub fn describe(slices: &mut [Slice], set: &ChangeSet, surroundings: &Surroundings) {
    let paths: HashMap<String, &RepoPath> = set.files.iter().map(|file| (file.path.display(), &file.path)).collect();
    let titles: HashMap<SliceId, String> = slices.iter().map(|slice| (slice.id.clone(), slice.title.clone())).collect();
    let of = slices.len();
    for (place, slice) in slices.iter_mut().enumerate() {
        let own = slice.files.iter().filter_map(|file| paths.get(&file.path).copied()).collect();
        let commits = commits_of(set, surroundings, own).take(MAX_COMMITS);
        let commits: Vec<_> = commits.map(|commit| (commit.subject.clone(), commit.body.clone())).collect();
        let needs: Vec<String> = slice.depends_on.iter().filter_map(|id| titles.get(id).cloned()).collect();
        let template = surroundings.template.as_deref();
        let told = description::Told { commits: &commits, template, needs: &needs, number: place + 1, of };
        slice.description = description::render(slice, &told);
    }
}

fn places(input: SplitInput<'_>, group: &Group) -> Vec<Place> {
    group.parts.iter().map(|part| Place::of(&input.set.files[part.file].path)).collect()
}

fn title(input: SplitInput<'_>, style: &Style, group: &Group) -> String {
    let places = places(input, group);
    let statuses: Vec<_> = group.parts.iter().map(|part| input.set.files[part.file].status).collect();
    let own = group.parts.iter().map(|part| &input.set.files[part.file].path).collect();
    let subject = commits_of(input.set, input.surroundings, own).max_by_key(|commit| commit.paths.len());
    let subject = subject.filter(|commit| commit.paths.len() as f64 >= MOST_OF_IT * group.parts.len() as f64);
    style.title(&About {
        places: &places,
        statuses: &statuses,
        special: group.special.as_ref(),
        names: &group.names,
        folder: common_folder(places.iter().map(|place| &place.folders[..])),
        subject: subject.map(|commit| commit.subject.as_str()).filter(|_| group.part.is_none()),
        part: group.part,
    })
}

/// The author's commits that touch nothing of the change but these files.
fn commits_of<'a>(
    set: &ChangeSet,
    surroundings: &'a Surroundings,
    own: BTreeSet<&RepoPath>,
) -> impl Iterator<Item = &'a AuthorCommit> {
    let all: BTreeSet<_> = set.files.iter().map(|file| &file.path).collect();
    surroundings.commits.iter().filter(move |commit| {
        let mut touched = commit.paths.iter().filter(|path| all.contains(path)).peekable();
        touched.peek().is_some() && touched.all(|path| own.contains(path))
    })
}

fn files(input: SplitInput<'_>, group: &Group) -> Vec<SliceFile> {
    let file = |part: &super::group::Part| {
        let file = &input.set.files[part.file];
        let edits = edits_of(file);
        SliceFile {
            path: file.path.display(),
            status: file.status,
            old_path: file.old_path.as_ref().map(|path| path.display()),
            hunks: part.edits.as_ref().map(|chosen| chosen.iter().map(|edit| range_of(edits[*edit])).collect()),
        }
    };
    group.parts.iter().map(file).collect()
}

/// Small letters, digits and dashes, for the name of a branch.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= MAX_SLUG {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "slice".to_owned() } else { slug.to_owned() }
}
