//! The order of nodes: from the edges of a file or, where a level has none, from what its nodes use of each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    definition::{Graph, Incoming, Node, Work},
    load::unknown,
    problem::Problem,
    retry::RetryPolicy,
    template::Template,
};

/// What `workflow` has in expressions; [`super::engine`] fills it.
pub(super) const WORKFLOW_NAMES: [&str; 7] =
    ["session_id", "name", "attempt", "repository", "repository_id", "installation_id", "delivery_id"];
const NODE_NAMES: [&str; 2] = ["output", "skipped"];

/// A node whose order is not known yet.
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) line: u64,
    pub(super) work: Work,
    pub(super) retry: RetryPolicy,
    pub(super) timeout: Duration,
    /// Of the node and of all nodes inside it.
    pub(super) uses: Vec<Use>,
}

pub(super) struct EdgeDraft {
    pub(super) from: (String, u64),
    pub(super) to: (String, u64),
    pub(super) condition: Option<(Template, u64)>,
}

/// A name in an expression, and who names it.
#[derive(Clone)]
pub(super) struct Use {
    pub(super) line: u64,
    pub(super) node: String,
    path: Vec<String>,
}

impl Use {
    pub(super) fn root(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    fn problem(&self, message: String) -> Problem {
        Problem { line: self.line, node: Some(self.node.clone()).filter(|node| !node.is_empty()), message }
    }
}

pub(super) fn uses(template: &Template, line: u64, node: &str) -> Vec<Use> {
    template.references().into_iter().map(|path| Use { line, node: node.to_owned(), path }).collect()
}

/// What is wrong with a name that no node of any level answers to; `ids` are those of the whole file.
pub(super) fn unknown_name(using: &Use, ids: &[&str]) -> Option<String> {
    match (using.root(), using.path.get(1).map(String::as_str)) {
        ("input", _) => None,
        ("workflow", None) => Some(format!("write workflow.NAME; there are {}", WORKFLOW_NAMES.join(", "))),
        ("workflow", Some(name)) if WORKFLOW_NAMES.contains(&name) => None,
        ("workflow", Some(name)) => Some(unknown("name in workflow", name, WORKFLOW_NAMES)),
        ("item", _) => Some("item is there only inside a parallel node with for_each".to_owned()),
        (root, _) if ids.contains(&root) => {
            Some(format!("{root:?} stands inside a parallel node, and can be named only there"))
        }
        (root, _) => Some(unknown("name", root, ids.iter().copied().chain(["input", "workflow"]))),
    }
}

/// Orders the nodes of one level. Gives what they use that is not of this level, and what is wrong.
pub(super) fn build(drafts: Vec<Draft>, edges: Option<Vec<EdgeDraft>>) -> (Graph, Vec<Use>, Vec<Problem>) {
    let index: BTreeMap<String, usize> =
        drafts.iter().enumerate().map(|(index, draft)| (draft.id.clone(), index)).collect();
    let mut level = Level { index, drafts, incoming: Vec::new(), problems: Vec::new(), unresolved: Vec::new() };
    match edges {
        Some(edges) => level.follow_edges(edges),
        None => level.follow_uses(),
    }
    let order = level.order();
    level.check_uses(&order);
    level.finish(&order)
}

struct Level {
    index: BTreeMap<String, usize>,
    drafts: Vec<Draft>,
    /// Of each draft: where from, with the condition and what that uses.
    incoming: Vec<Vec<(Incoming, Vec<Use>)>>,
    problems: Vec<Problem>,
    unresolved: Vec<Use>,
}

impl Level {
    fn follow_edges(&mut self, edges: Vec<EdgeDraft>) {
        self.incoming.resize_with(self.drafts.len(), Vec::new);
        for EdgeDraft { from, to, condition } in edges {
            let source = self.end_of_edge(&from, true);
            let target = self.end_of_edge(&to, false);
            let (Some(source), Some(Some(target))) = (source, target) else { continue };
            let uses = condition.as_ref().map(|(template, line)| uses(template, *line, &to.0)).unwrap_or_default();
            let condition = condition.map(|(template, _)| template);
            self.incoming[target].push((Incoming { from: source, condition }, uses));
        }
        for (draft, incoming) in self.drafts.iter().zip(&self.incoming) {
            if incoming.is_empty() {
                let message =
                    "no edge leads to it: it would never run (an edge from \"start\" is expected for a first node)";
                let node = Some(draft.id.clone());
                self.problems.push(Problem { line: draft.line, node, message: message.to_owned() });
            }
        }
    }

    /// `Some(None)` is the start.
    fn end_of_edge(&mut self, (name, line): &(String, u64), start: bool) -> Option<Option<usize>> {
        if start && name == "start" {
            return Some(None);
        }
        let found = self.index.get(name).copied();
        if found.is_none() {
            let known = self.index.keys().map(String::as_str).chain(start.then_some("start"));
            self.problems.push(Problem { line: *line, node: None, message: unknown("node", name, known) });
        }
        found.map(Some)
    }

    fn follow_uses(&mut self) {
        for draft in &self.drafts {
            let before: BTreeSet<usize> =
                draft.uses.iter().filter_map(|using| self.index.get(using.root()).copied()).collect();
            let from = |from| (Incoming { from, condition: None }, Vec::new());
            self.incoming.push(match before.is_empty() {
                true => vec![from(None)],
                false => before.into_iter().map(|index| from(Some(index))).collect(),
            });
        }
    }

    fn sources(&self, node: usize) -> impl Iterator<Item = usize> {
        self.incoming[node].iter().filter_map(|(incoming, _)| incoming.from)
    }

    /// Each node after all that it follows, and otherwise as in the file. Nodes of a cycle come last.
    fn order(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::new();
        let mut left: Vec<usize> = (0..self.drafts.len()).collect();
        while let Some(at) = left.iter().position(|node| self.sources(*node).all(|source| order.contains(&source))) {
            order.push(left.remove(at));
        }
        if let Some(first) = left.first() {
            let cycle = self.cycle(*first, &left);
            let names: Vec<&str> = cycle.iter().map(|node| self.drafts[*node].id.as_str()).collect();
            let draft = &self.drafts[cycle[0]];
            let message = format!("the nodes wait for each other in a cycle: {}", names.join(" -> "));
            self.problems.push(Problem { line: draft.line, node: Some(draft.id.clone()), message });
        }
        order.extend(left);
        order
    }

    /// Walks back from a node that waits until a node comes again; the first stands at both ends.
    fn cycle(&self, first: usize, waiting: &[usize]) -> Vec<usize> {
        let mut path = vec![first];
        loop {
            let last = path[path.len() - 1];
            let Some(source) = self.sources(last).find(|source| waiting.contains(source)) else { return path };
            path.push(source);
            if let Some(start) = path.iter().position(|node| *node == source).filter(|at| *at + 1 < path.len()) {
                let mut cycle = path.split_off(start);
                cycle.reverse();
                return cycle;
            }
        }
    }

    /// A name of this level must be that of a node that always stands before.
    fn check_uses(&mut self, order: &[usize]) {
        let mut ancestors: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.drafts.len()];
        for node in order {
            for source in self.sources(*node) {
                let of_source = ancestors[source].clone();
                ancestors[*node].extend(of_source);
                ancestors[*node].insert(source);
            }
        }
        for (node, incoming) in self.incoming.iter().enumerate() {
            let of_node = self.drafts[node].uses.iter().map(|using| (using, ancestors[node].clone()));
            let of_conditions = incoming.iter().flat_map(|(incoming, uses)| {
                let before = incoming
                    .from
                    .map_or_else(BTreeSet::new, |from| ancestors[from].iter().copied().chain([from]).collect());
                uses.iter().map(move |using| (using, before.clone()))
            });
            for (using, before) in of_node.chain(of_conditions) {
                let Some(target) = self.index.get(using.root()) else {
                    self.unresolved.push(using.clone());
                    continue;
                };
                let root = using.root();
                if *target == node {
                    self.problems.push(using.problem("a node cannot use its own output".to_owned()));
                } else if !before.contains(target) {
                    let message = format!("{root:?} does not always run before this: an edge from it is expected");
                    self.problems.push(using.problem(message));
                } else {
                    match using.path.get(1).map(String::as_str) {
                        None => self.problems.push(using.problem(format!("write {root}.output"))),
                        Some(name) if NODE_NAMES.contains(&name) => {}
                        Some(name) => self.problems.push(using.problem(unknown("name in a node", name, NODE_NAMES))),
                    }
                }
            }
        }
    }

    fn finish(self, order: &[usize]) -> (Graph, Vec<Use>, Vec<Problem>) {
        let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        let mut nodes: Vec<(usize, Node)> = (self.drafts.into_iter().zip(self.incoming).enumerate())
            .map(|(old, (draft, incoming))| {
                let moved = |(incoming, _): (Incoming, _)| Incoming {
                    from: incoming.from.map(|from| place[&from]),
                    condition: incoming.condition,
                };
                let Draft { id, work, retry, timeout, .. } = draft;
                let incoming = incoming.into_iter().map(moved).collect();
                (place[&old], Node { id, work, retry, timeout, incoming })
            })
            .collect();
        nodes.sort_by_key(|(place, _)| *place);
        (Graph { nodes: nodes.into_iter().map(|(_, node)| node).collect() }, self.unresolved, self.problems)
    }
}
