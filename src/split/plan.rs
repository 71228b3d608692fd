//! Makes the plan: evidence, groups, hunks, needs, order, words. What comes out is not yet proved; see [`super::check`].

use super::{
    blocks::Blocks,
    evidence::{Evidence, Feature},
    facts::{Facts, Reader, Texts},
    group::Group,
    grouping,
    hunks::Cutter,
    input::SplitInput,
    layers::{self, edits_of},
    needs::{Need, Needs},
    order::{circles, order},
    reasons::Told,
    slices,
    strategy::{self, Scene},
    weights::Weights,
};
use crate::domain::plan::{Granularity, Plan, SliceId, Strategy, Validation};

/// Cuts a change into slices.
pub fn plan(input: SplitInput<'_>) -> Plan {
    plan_with(input, Weights::embedded())
}

/// The same with other weights, for measuring.
pub fn plan_with(input: SplitInput<'_>, weights: &Weights) -> Plan {
    let SplitInput { set, surroundings, options, .. } = input;
    let mut reader = Reader::new(input.contents);
    let blocks = Blocks::of(input, &mut reader);
    let (mut groups, advice) = group(input, &blocks, &reader, weights);
    if options.granularity == Granularity::Hunk {
        let cutter = Cutter { set, contents: input.contents, frequencies: &surroundings.frequencies };
        cutter.cut(&mut groups, &blocks.facts, &mut reader);
    }
    let (groups, needs) = in_need(input, groups, &blocks.facts, &mut reader);
    let order = order(&groups, &needs, set, options.stacking);
    Plan {
        version: Plan::VERSION,
        base: set.base.clone(),
        head: set.head.clone(),
        strategy: options.strategy,
        granularity: options.granularity,
        stacking: options.stacking,
        no_split: no_split(input, &groups),
        advice,
        slices: slices::write(input, &groups, &needs, &order),
        validation: Validation::default(),
    }
}

fn group(
    input: SplitInput<'_>,
    blocks: &Blocks,
    reader: &Reader<'_>,
    weights: &Weights,
) -> (Vec<Group>, Option<String>) {
    let SplitInput { surroundings, options, .. } = input;
    let evidence = Evidence::of(&blocks.items, &surroundings.frequencies, &surroundings.history);
    let weights = &match options.strategy {
        Strategy::Semantic => weights.only(&[Feature::Edits, Feature::Words]),
        _ => weights.clone(),
    };
    let likelihoods = strategy::likelihoods(input, blocks, &evidence, weights);
    let scene = Scene { input, blocks, evidence: &evidence, likelihoods: &likelihoods, weights, reader };
    let told = Told { blocks, evidence: &evidence, weights, frequencies: &surroundings.frequencies, reader };
    grouping::groups(&scene, &told)
}

/// The needs between groups; those that need each other in a circle are made one, where they are not too large for it.
fn in_need(
    input: SplitInput<'_>,
    mut groups: Vec<Group>,
    whole: &[Facts],
    reader: &mut Reader<'_>,
) -> (Vec<Group>, Vec<Need>) {
    let SplitInput { set, contents, surroundings, options, .. } = input;
    loop {
        let facts: Vec<Vec<Facts>> = groups.iter().map(|group| part_facts(input, group, whole, reader)).collect();
        let needs = Needs { set, contents, frequencies: &surroundings.frequencies, reader }.find(&groups, &facts);
        let files = |circle: &[usize]| circle.iter().map(|group| groups[*group].parts.len()).sum::<usize>();
        let mut circles = circles(groups.len(), &needs);
        circles.retain(|circle| files(circle) <= options.max_files);
        if circles.is_empty() {
            return (groups, needs);
        }
        for circle in &circles {
            for other in &circle[1..] {
                let other = std::mem::replace(&mut groups[*other], Group::of_files(Vec::new()));
                groups[circle[0]].absorb(other, |file| edits_of(&set.files[file]).len());
            }
            groups[circle[0]].reasons.insert(0, "its parts need each other".to_owned());
        }
        groups.retain(|group| !group.parts.is_empty());
    }
}

/// What the slices of an edited plan need of each other now; nothing where it does not fit the change, which is told when it
/// is checked.
pub fn need_anew(input: SplitInput<'_>, plan: &mut Plan) {
    let groups = layers::groups(plan, input.set).unwrap_or_default();
    let mut reader = Reader::new(input.contents);
    let whole = Blocks::of(input, &mut reader).facts;
    let facts: Vec<Vec<Facts>> = groups.iter().map(|group| part_facts(input, group, &whole, &mut reader)).collect();
    let SplitInput { set, contents, surroundings, .. } = input;
    let needs = Needs { set, contents, frequencies: &surroundings.frequencies, reader: &reader }.find(&groups, &facts);
    let ids: Vec<SliceId> = plan.slices.iter().map(|slice| slice.id.clone()).collect();
    let circles = circles(groups.len(), &needs);
    for (at, slice) in plan.slices.iter_mut().enumerate() {
        // Of those that need each other in a circle the earlier have to do without the later.
        let is_circle = |need: &Need| {
            need.needs > at && circles.iter().any(|circle| circle.contains(&at) && circle.contains(&need.needs))
        };
        let own = needs.iter().filter(|need| need.group == at && !is_circle(need));
        slice.depends_on = own.map(|need| ids[need.needs].clone()).collect();
    }
}

fn part_facts(input: SplitInput<'_>, group: &Group, whole: &[Facts], reader: &mut Reader<'_>) -> Vec<Facts> {
    let facts = |part: &super::group::Part| match &part.edits {
        None => whole[part.file].clone(),
        Some(edits) => {
            let file = &input.set.files[part.file];
            let all = edits_of(file);
            let some: Vec<_> = edits.iter().map(|edit| all[*edit]).collect();
            reader.edits(&Texts::of(file, input.contents), &some)
        }
    };
    group.parts.iter().map(facts).collect()
}

/// Why the change is not to be cut.
fn no_split(input: SplitInput<'_>, groups: &[Group]) -> Option<String> {
    match groups {
        [] => Some("nothing changed".to_owned()),
        [only] if only.parts.len() == 1 => Some("only one file changed".to_owned()),
        [only] => {
            let why = only.reasons.first().map(|reason| format!(": {reason}")).unwrap_or_default();
            Some(match (input.options.strategy, input.surroundings) {
                (Strategy::Codeowners, around) if around.codeowners.is_none() => {
                    "the base has no CODEOWNERS to go by".to_owned()
                }
                (Strategy::Commits, around) if around.commits.len() < 2 => "there are no commits to go by".to_owned(),
                (Strategy::Hybrid | Strategy::Semantic, _) => {
                    format!("its {} files are one logical change{why}", only.parts.len())
                }
                (strategy, _) => format!("its {} files are one by `{}`{why}", only.parts.len(), strategy.as_str()),
            })
        }
        _ => None,
    }
}
