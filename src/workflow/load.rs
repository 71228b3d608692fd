//! From a workflow file to a checked [`Definition`], or to all that is wrong with it.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use serde_saphyr::Spanned;

use super::{
    definition::{Definition, Graph, Work},
    duration::parse_duration,
    file::{self, NodeFile, RetryFile, WorkflowFile},
    graph::{self, Draft, Use},
    problem::{InvalidWorkflow, Problem},
    retry::RetryPolicy,
    template::Template,
    tool_inputs, trigger_file,
};
use crate::{
    config::{nearest::nearest, policy::Role},
    llm::model::Models,
    tools::registry::Registry,
};

/// Of one try, where the file does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10 * 60);
const MAX_NODES: usize = 200;
/// `parallel` within `parallel`.
const MAX_NESTING: usize = 3;
const TYPES: [&str; 3] = ["tool", "llm", "parallel"];
/// Names that mean something else in expressions and edges.
const RESERVED: [&str; 14] =
    ["input", "workflow", "item", "start", "true", "false", "none", "null", "and", "or", "not", "in", "is", "if"];

/// Reads and checks a file. `file` is only named in errors.
pub fn load(file: &str, text: &str, registry: &Registry) -> Result<Definition, InvalidWorkflow> {
    let invalid = |problems| InvalidWorkflow { file: file.to_owned(), problems };
    let read = file::read(text).map_err(|problem| invalid(vec![problem]))?;
    let mut loader = Loader {
        registry,
        problems: Vec::new(),
        ids: BTreeMap::new(),
        defaults: Defaults::default(),
        role: Role::Read,
    };
    let definition = loader.definition(file, text, &read);
    if loader.problems.is_empty() {
        Ok(definition)
    } else {
        loader.problems.sort_by_key(|problem| problem.line);
        Err(invalid(loader.problems))
    }
}

#[derive(Clone, Copy)]
struct Defaults {
    retry: RetryPolicy,
    timeout: Duration,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { retry: RetryPolicy::default(), timeout: DEFAULT_TIMEOUT }
    }
}

struct Loader<'a> {
    registry: &'a Registry,
    problems: Vec<Problem>,
    /// Every node's id with its line.
    ids: BTreeMap<String, u64>,
    defaults: Defaults,
    /// The most that one of its tools asks of a person.
    role: Role,
}

impl Loader<'_> {
    fn definition(&mut self, name: &str, text: &str, file: &WorkflowFile) -> Definition {
        if !is_name(&file.name.value) {
            self.wrong(&file.name, None, "a workflow's name is made of a-z, 0-9, - and _");
        }
        self.defaults.retry = self.retry(file.retry.as_ref(), None);
        self.defaults.timeout = self.timeout(file.timeout.as_ref(), None);
        if file.nodes.is_empty() {
            self.problem(0, None, "a workflow needs at least one node");
        }
        let (trigger, problems) = trigger_file::check(file.on.as_ref());
        self.problems.extend(problems);
        let lane = file.lane.as_ref().and_then(|lane| {
            let template = self.template(&Value::String(lane.value.clone()), lane.referenced.line(), None)?;
            let uses = graph::uses(&template, lane.referenced.line(), "");
            self.unknown_names(uses.iter().filter(|using| using.root() != "input"), &[]);
            Some(template)
        });
        let (graph, unresolved) = self.graph(&file.nodes, file.edges.as_deref(), 0);
        let ids: Vec<String> = self.ids.keys().cloned().collect();
        self.unknown_names(unresolved.iter(), &ids.iter().map(String::as_str).collect::<Vec<_>>());
        Definition {
            name: file.name.value.clone(),
            description: file.description.trim().to_owned(),
            role: trigger.role.unwrap_or(self.role),
            trigger,
            lane,
            graph,
            file: name.to_owned(),
            text: text.into(),
        }
    }

    /// The nodes of one level, and what they use that this level does not have.
    fn graph(
        &mut self,
        nodes: &[Spanned<NodeFile>],
        edges: Option<&[Spanned<file::EdgeFile>]>,
        depth: usize,
    ) -> (Graph, Vec<Use>) {
        let mut drafts = Vec::new();
        for node in nodes {
            let line = node.referenced.line();
            let (id, node) = (&node.value.id, &node.value);
            if !is_identifier(&id.value) || RESERVED.contains(&id.value.as_str()) {
                self.wrong(id, Some(&id.value), "a node's id is made of a-z, 0-9 and _, and is no reserved word");
            }
            if let Some(first) = self.ids.insert(id.value.clone(), id.referenced.line()) {
                self.wrong(id, Some(&id.value), &format!("the id is taken by the node of line {first}"));
            }
            if self.ids.len() == MAX_NODES + 1 {
                self.wrong(id, Some(&id.value), &format!("a workflow has at most {MAX_NODES} nodes"));
            }
            let retry = self.retry(node.retry.as_ref(), Some(&id.value));
            let timeout = self.timeout(node.timeout.as_ref(), Some(&id.value));
            if node.kind.value == "parallel" {
                let keys = [
                    ("retry", node.retry.as_ref().map(|key| key.referenced.line())),
                    ("timeout", node.timeout.as_ref().map(|key| key.referenced.line())),
                ];
                for (key, at) in keys.into_iter().filter_map(|(key, at)| Some((key, at?))) {
                    self.problem(
                        at,
                        Some(&id.value),
                        &format!("{key:?} belongs to the nodes inside of a parallel one"),
                    );
                }
            }
            // A node that is wrong in itself keeps its place, so that no edge to it is called wrong as well.
            let nothing = || (Work::Parallel { for_each: None, body: Graph::default() }, Vec::new());
            let (work, uses) = self.work(node, line, depth).unwrap_or_else(nothing);
            drafts.push(Draft { id: id.value.clone(), line, work, retry, timeout, uses });
        }
        let mut edges_read = Vec::new();
        for edge in edges.unwrap_or_default() {
            let condition = edge.value.condition.as_ref().and_then(|condition| self.condition(condition));
            edges_read.push(graph::EdgeDraft {
                from: (edge.value.from.value.clone(), edge.value.from.referenced.line()),
                to: (edge.value.to.value.clone(), edge.value.to.referenced.line()),
                condition,
            });
        }
        let (graph, unresolved, problems) = graph::build(drafts, edges.map(|_| edges_read));
        self.problems.extend(problems);
        (graph, unresolved)
    }

    fn work(&mut self, node: &NodeFile, line: u64, depth: usize) -> Option<(Work, Vec<Use>)> {
        self.foreign_keys(node);
        match node.kind.value.as_str() {
            "tool" => self.tool(node, line),
            "llm" => self.llm(node, line),
            "parallel" => self.parallel(node, line, depth),
            other => {
                self.wrong(&node.kind, Some(&node.id.value), &unknown("type", other, TYPES));
                None
            }
        }
    }

    fn tool(&mut self, node: &NodeFile, line: u64) -> Option<(Work, Vec<Use>)> {
        let id = &node.id.value;
        let Some(tool) = &node.tool else {
            self.problem(line, Some(id), "a node of type tool needs the key \"tool\"");
            return None;
        };
        let none = BTreeMap::new();
        let inputs = node.inputs.as_ref().map_or(&none, |inputs| &inputs.value);
        match self.registry.get(&tool.value) {
            Some(info) => {
                self.role = self.role.max(info.role);
                for (line, message) in tool_inputs::check(&info.input, inputs, line) {
                    self.problem(line, Some(id), &message);
                }
            }
            None => {
                let names = self.registry.tools().map(|tool| tool.name);
                self.wrong(tool, Some(id), &unknown("tool", &tool.value, names));
            }
        }
        let mut uses = Vec::new();
        let mut pairs = Vec::new();
        for (name, value) in inputs {
            let template = self.template(&value.value, value.referenced.line(), Some(id))?;
            uses.extend(graph::uses(&template, value.referenced.line(), id));
            pairs.push((name.clone(), template));
        }
        Some((Work::Tool { tool: tool.value.clone(), inputs: Template::Map(pairs) }, uses))
    }

    fn llm(&mut self, node: &NodeFile, line: u64) -> Option<(Work, Vec<Use>)> {
        let id = &node.id.value;
        let Some(prompt) = &node.prompt else {
            self.problem(line, Some(id), "a node of type llm needs the key \"prompt\"");
            return None;
        };
        let at = prompt.referenced.line();
        let template = self.template(&Value::String(prompt.value.clone()), at, Some(id))?;
        let uses = graph::uses(&template, at, id);
        let work = Work::Llm {
            model: node.model.as_ref().map_or(Models::DEFAULT, |model| &model.value).to_owned(),
            prompt: template,
            schema: node.schema.as_ref().map(|schema| schema.value.clone()),
            default: node.default.as_ref().map(|default| default.value.clone()),
        };
        Some((work, uses))
    }

    fn parallel(&mut self, node: &NodeFile, line: u64, depth: usize) -> Option<(Work, Vec<Use>)> {
        let id = &node.id.value;
        let Some(nodes) = node.nodes.as_ref().filter(|nodes| !nodes.value.is_empty()) else {
            self.problem(line, Some(id), "a node of type parallel needs the key \"nodes\" with at least one node");
            return None;
        };
        if depth == MAX_NESTING {
            self.problem(line, Some(id), &format!("parallel nodes stand at most {MAX_NESTING} deep in each other"));
            return None;
        }
        let (body, mut uses) = self.graph(&nodes.value, None, depth + 1);
        let mut for_each = None;
        if let Some(items) = &node.for_each {
            uses.retain(|using| using.root() != "item");
            let at = items.referenced.line();
            let template = self.template(&items.value, at, Some(id))?;
            match &template {
                Template::One(_) | Template::List(_) | Template::Plain(Value::Array(_)) => {}
                _ => self.problem(at, Some(id), "for_each must be a list, or one ${...} that gives a list"),
            }
            uses.extend(graph::uses(&template, at, id));
            for_each = Some(template);
        }
        Some((Work::Parallel { for_each, body }, uses))
    }

    fn foreign_keys(&mut self, node: &NodeFile) {
        let keys = [
            ("tool", "tool", node.tool.as_ref().map(|k| k.referenced.line())),
            ("inputs", "tool", node.inputs.as_ref().map(|k| k.referenced.line())),
            ("model", "llm", node.model.as_ref().map(|k| k.referenced.line())),
            ("prompt", "llm", node.prompt.as_ref().map(|k| k.referenced.line())),
            ("schema", "llm", node.schema.as_ref().map(|k| k.referenced.line())),
            ("default", "llm", node.default.as_ref().map(|k| k.referenced.line())),
            ("for_each", "parallel", node.for_each.as_ref().map(|k| k.referenced.line())),
            ("nodes", "parallel", node.nodes.as_ref().map(|k| k.referenced.line())),
        ];
        let kind = node.kind.value.as_str();
        for (key, of, at) in keys {
            if let (Some(at), true) = (at, of != kind && TYPES.contains(&kind)) {
                let message = format!("the key {key:?} belongs to nodes of type {of}, and this is one of type {kind}");
                self.problem(at, Some(&node.id.value), &message);
            }
        }
    }

    fn condition(&mut self, condition: &Spanned<Value>) -> Option<(Template, u64)> {
        let line = condition.referenced.line();
        let template = self.template(&condition.value, line, None)?;
        if !matches!(template, Template::One(_) | Template::Plain(Value::Bool(_))) {
            self.problem(line, None, "a condition must be true, false, or one ${...} that gives one of them");
        }
        Some((template, line))
    }

    fn retry(&mut self, retry: Option<&Spanned<RetryFile>>, node: Option<&str>) -> RetryPolicy {
        let Some(retry) = retry else { return self.defaults.retry };
        let mut policy = RetryPolicy { is_usual: false, ..self.defaults.retry };
        let file = &retry.value;
        match file.max_attempts {
            Some(attempts @ 1..=50) => policy.max_attempts = attempts,
            Some(_) => self.wrong(retry, node, "max_attempts must be 1 to 50"),
            None => {}
        }
        match file.backoff_factor {
            Some(factor) if (1.0..=10.0).contains(&factor) => policy.backoff_factor = factor,
            Some(_) => self.wrong(retry, node, "backoff_factor must be 1 to 10"),
            None => {}
        }
        match file.max_delay.as_deref().map(parse_duration) {
            Some(Ok(delay)) => policy.max_delay = delay,
            Some(Err(message)) => self.wrong(retry, node, &format!("max_delay: {message}")),
            None => {}
        }
        policy
    }

    fn timeout(&mut self, timeout: Option<&Spanned<String>>, node: Option<&str>) -> Duration {
        let Some(timeout) = timeout else { return self.defaults.timeout };
        parse_duration(&timeout.value).unwrap_or_else(|message| {
            self.wrong(timeout, node, &format!("timeout: {message}"));
            self.defaults.timeout
        })
    }

    fn template(&mut self, value: &Value, line: u64, node: Option<&str>) -> Option<Template> {
        Template::parse(value).map_err(|error| self.problem(line, node, &error.to_string())).ok()
    }

    /// Checks `workflow.X`, and calls every name that nobody has unknown.
    fn unknown_names<'u>(&mut self, uses: impl Iterator<Item = &'u Use>, ids: &[&str]) {
        for using in uses {
            if let Some(message) = graph::unknown_name(using, ids) {
                self.problem(using.line, Some(&using.node).filter(|id| !id.is_empty()).map(String::as_str), &message);
            }
        }
    }

    fn wrong<T>(&mut self, at: &Spanned<T>, node: Option<&str>, message: &str) {
        self.problem(at.referenced.line(), node, message);
    }

    fn problem(&mut self, line: u64, node: Option<&str>, message: &str) {
        self.problems.push(Problem { line, node: node.map(str::to_owned), message: message.to_owned() });
    }
}

/// What to say of a name that is not among those that are known.
pub(super) fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("unknown {what} {name:?}; did you mean {near:?}?"),
        None if known.is_empty() => format!("unknown {what} {name:?}; there are none"),
        None => format!("unknown {what} {name:?}; expected one of {}", known.join(", ")),
    }
}

pub(super) fn is_identifier(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    id.len() <= 100 && id.chars().all(allowed) && id.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A workflow's or a command's name.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    !name.is_empty() && name.len() <= 60 && name.chars().all(allowed)
}
