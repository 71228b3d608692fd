//! `cargo bench --bench split -- --cases FILE...`: how well plans match what people really merged as separate pull requests.
//! The cases are tangles of real pull requests whose parts are known; see docs/SPLITTING.md.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and ends where something is wrong")]

mod case;
mod dump;
mod history;
mod oracle;
#[path = "../common/process.rs"]
#[expect(dead_code, reason = "common to all benches")]
mod process;
mod score;
mod size;
mod table;

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use case::{Case, Loaded};
use clap::Parser;
use history::History;
use oracle::Oracle;
use score::Score;
use seam::{
    config::llm_settings::LlmSettings,
    domain::plan::{Granularity, Strategy},
    github::client::install_crypto_provider,
    llm::{blocking::BlockingModel, connected::ConnectedModel, model::Model},
    split::{
        evidence::Feature,
        input::{Options, SplitInput},
        plan::plan_with,
        weights::Weights,
    },
};
use table::Table;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

#[derive(Parser)]
struct Arguments {
    /// Files of cases, one JSON object a line
    #[arg(long, num_args = 1.., required_unless_present = "sizes")]
    cases: Vec<PathBuf>,
    /// Measure speed and memory instead, on made changes of so many files
    #[arg(long, num_args = 1.., conflicts_with = "cases")]
    sizes: Vec<usize>,
    /// Predictions of another tool for the same cases, as NAME=FILE
    #[arg(long, num_args = 1..)]
    predictions: Vec<String>,
    /// Only these strategies
    #[arg(long, num_args = 1..)]
    strategies: Vec<String>,
    /// Measure what the author's commits are worth, clean and otherwise
    #[arg(long)]
    commits: bool,
    /// Ask models that know the answer, or mostly do, and the one that SEAM_LLM_PROVIDER names, if any
    #[arg(long)]
    advice: bool,
    /// Leave out each piece of evidence in turn
    #[arg(long)]
    ablation: bool,
    /// Show each repository by itself
    #[arg(long)]
    each: bool,
    /// Other weights than the embedded ones
    #[arg(long)]
    weights: Option<PathBuf>,
    /// Write the measures of all pairs there, for fitting weights
    #[arg(long)]
    dump: Option<PathBuf>,
    /// Where tables of words are kept between runs
    #[arg(long, default_value = concat!(env!("CARGO_TARGET_TMPDIR"), "/split"))]
    tables: PathBuf,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    if !arguments.sizes.is_empty() {
        return size::measure(&arguments.sizes);
    }
    let cases: Vec<Case> = arguments.cases.iter().flat_map(|file| case::read(file)).collect();
    if let Some(file) = &arguments.dump {
        return dump::write(file, &cases, &arguments.tables);
    }
    let weights =
        arguments.weights.as_ref().map(|file| Weights::parse(&std::fs::read_to_string(file).unwrap()).unwrap());
    let weights = weights.as_ref().unwrap_or(Weights::embedded());
    let mut table = Table::new(arguments.each);
    for (name, groups) in case::BASELINES {
        table.add(name, cases.iter().map(|case| Score::of(case, &groups(case))).collect());
    }
    for prediction in &arguments.predictions {
        let (name, file) = prediction.split_once('=').unwrap();
        table.add(name, case::predicted(&cases, file.as_ref()));
    }
    let ways = ways(&arguments, weights);
    let runtime = Runtime::new().unwrap();
    let measured = each(&cases, |case| {
        let mut loaded = case.load(&arguments.tables);
        ways.iter().map(|way| way.measure(case, &mut loaded, &runtime)).collect::<Vec<_>>()
    });
    for (at, way) in ways.iter().enumerate() {
        let of_way = measured.iter().map(|ways| &ways[at]);
        table.add(&way.name, of_way.clone().map(|(score, _)| score.clone()).collect());
        let took: Duration = of_way.map(|(_, took)| *took).sum();
        println!("{:<24} {} ms a plan", "", (took / u32::try_from(cases.len().max(1)).unwrap()).as_millis());
    }
}

/// One way to split, by name.
struct Way {
    name: String,
    options: Options,
    weights: Weights,
    history: History,
    advice: Advice,
}

/// Who is asked about open seams.
#[derive(Clone)]
enum Advice {
    Nobody,
    Oracle { errs: Option<usize> },
    Model(Arc<dyn Model>),
}

/// Strategies first, then those that follow commits, then what is left of the default one without each piece of evidence.
fn ways(arguments: &Arguments, weights: &Weights) -> Vec<Way> {
    let way = |name: String, strategy, granularity, weights: Weights| Way {
        name,
        options: Options { strategy, granularity, ..Options::default() },
        weights,
        history: History::Squash,
        advice: Advice::Nobody,
    };
    let wanted = |strategy: &Strategy| {
        arguments.strategies.is_empty() || arguments.strategies.iter().any(|name| name == strategy.as_str())
    };
    let mut ways = Vec::new();
    // A squash leaves no commits to follow.
    for strategy in Strategy::ALL.into_iter().filter(wanted).filter(|strategy| *strategy != Strategy::Commits) {
        ways.push(way(format!("{} files", strategy.as_str()), strategy, Granularity::File, weights.clone()));
        if strategy == Strategy::Hybrid {
            ways.push(way(format!("{} hunks", strategy.as_str()), strategy, Granularity::Hunk, weights.clone()));
        }
    }
    for strategy in [Strategy::Commits, Strategy::Hybrid].into_iter().filter(wanted).filter(|_| arguments.commits) {
        for (name, history) in History::KNOWN {
            let name = format!("{}, {name}", strategy.as_str());
            ways.push(Way { history, ..way(name, strategy, Granularity::File, weights.clone()) });
        }
    }
    for (name, advice) in advisors(arguments.advice) {
        let name = format!("hybrid, asked {name}");
        ways.push(Way { advice, ..way(name, Strategy::Hybrid, Granularity::File, weights.clone()) });
    }
    for left_out in Feature::ALL.into_iter().filter(|_| arguments.ablation) {
        let kept: Vec<_> = Feature::ALL.into_iter().filter(|feature| *feature != left_out).collect();
        let name = format!("without {}", left_out.as_str());
        ways.push(way(name, Strategy::Hybrid, Granularity::File, weights.only(&kept)));
    }
    ways
}

fn advisors(wanted: bool) -> Vec<(String, Advice)> {
    if !wanted {
        return Vec::new();
    }
    let oracle = |name: &str, errs| (name.to_owned(), Advice::Oracle { errs });
    let mut advisors = vec![
        oracle("an oracle", None),
        oracle("one wrong in 5", Some(5)),
        oracle("one wrong in 3", Some(3)),
        oracle("one wrong in 2", Some(2)),
    ];
    if let Some(settings) = LlmSettings::of_environment().unwrap() {
        install_crypto_provider();
        let model = ConnectedModel::new(&settings).unwrap();
        advisors.push((model.name().to_owned(), Advice::Model(Arc::new(model))));
    }
    advisors
}

impl Advice {
    fn model(&self, case: &Case, runtime: &Runtime) -> Option<BlockingModel> {
        let model: Arc<dyn Model> = match self {
            Self::Nobody => return None,
            Self::Oracle { errs } => Arc::new(Oracle::of(case, *errs)),
            Self::Model(model) => model.clone(),
        };
        Some(BlockingModel::new(model, runtime.handle().clone(), CancellationToken::new()))
    }
}

impl Way {
    fn measure(&self, case: &Case, loaded: &mut Loaded, runtime: &Runtime) -> (Score, Duration) {
        let Loaded { change, surroundings, pulls } = loaded;
        surroundings.commits = self.history.of(pulls);
        let started = Instant::now();
        let (model, options) = (self.advice.model(case, runtime), &self.options);
        let (set, contents) = (&change.set, &change.contents);
        let input = SplitInput { set, contents, surroundings, options, model: model.as_ref() };
        let plan = plan_with(input, &self.weights);
        (Score::of(case, &case.assigned(&plan)), started.elapsed())
    }
}

/// Does the work for every case, on all cores, and keeps the order.
pub(crate) fn each<T: Send>(cases: &[Case], work: impl Fn(&Case) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((at, case)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, cases.get(at)?)))
                {
                    let result = work(case);
                    done.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
