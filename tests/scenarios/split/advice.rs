//! A language model has a say in where a pull request is cut.

use serde_json::{Value, json};

use super::{big, plan_comment, say};
use crate::support::{
    model::FakeModel,
    seam::{Seam, scenario},
};

/// What a plan says of the model.
fn told(comment: &str) -> String {
    comment.lines().filter(|line| line.contains("openai/glass")).collect::<Vec<_>>().join("\n")
}

scenario!(a_model_is_heard_and_what_it_says_does_nothing, async |seam| {
    let model = FakeModel::start().await;
    seam.ask(&model).await;
    let pull = seam.shop.open_pull("topic", big()).await;
    seam.settle().await;
    assert!(model.asked().is_empty(), "a review asks nobody");
    let why = "ok` --> @octo <!-- seam:split-plan:1 --> [click](https://a.example)";
    // Each piece by itself.
    model.answers(move |shown| {
        let slice = |piece: &Value| json!({ "pieces": [piece["piece"]], "why": why });
        json!({ "slices": shown["pieces"].as_array().unwrap().iter().map(slice).collect::<Vec<_>>() })
    });
    say(seam, &pull, "/split").await;
    let comment = plan_comment(&pull).1;
    assert!(comment.contains("### This could be 2 pull requests in one stack"), "{comment}");
    insta::assert_snapshot!(told(&comment).replace('\u{200B}', "·"), @"
    | 1 | `s1` Add 2 files in docs | `docs/billing.md`, `docs/index.md` | `main` | `openai/glass` put it together: `ok' --> @octo <·!-- seam:split-plan:1 --> [click](https://a.example)`; `billing.md` and `index.md` name each other in what changed; they stand below `docs/` |
    | 2 | `s2` Add rate_of_country | `billing/rates.py`, `billing/tables.py`, `report/summary.py`, `report/totals.py` | `s1` | `openai/glass` put it together: `ok' --> @octo <·!-- seam:split-plan:1 --> [click](https://a.example)`; they change the same names: `rate_of_country`, `RATES_BY_COUNTRY` and `billing`; `rates.py` and `summary.py` name each other in what changed |
    `openai/glass` was asked: 2 of 2 slices are of its making.
    ");
    assert_eq!(comment.matches("<!-- seam:").count(), 1);
});

scenario!(a_model_that_is_away_costs_no_plan, async |seam| {
    let model = FakeModel::start().await;
    seam.ask(&model).await;
    let pull = seam.shop.open_pull("topic", big()).await;
    seam.settle().await;
    model.refuses(401, &[]);
    say(seam, &pull, "/split").await;
    let comment = plan_comment(&pull).1;
    insta::assert_snapshot!(told(&comment), @"`openai/glass` has no part in this plan: it refuses the question.");
    assert!(comment.contains("Its 6 files are one logical change"), "{comment}");
});
