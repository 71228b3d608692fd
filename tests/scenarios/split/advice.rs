//! A language model has a say in where a pull request is cut.

use serde_json::{Value, json};

use super::{big, plan_comment, say, visible};
use crate::support::{
    model::FakeModel,
    seam::{Seam, scenario},
};

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
    insta::assert_snapshot!(visible(&comment).replace('\u{200B}', "·"), @r#"
    ### This could be 2 pull requests in one stack

    | | Slice | Files | Stands on | Why |
    |--|--|--|--|--|
    | 1 | `s1` Add 2 files in docs | `docs/billing.md`, `docs/index.md` | `main` | `openai/glass` put it together: `ok' --> @octo <·!-- seam:split-plan:1 --> [click](https://a.example)`; `billing.md` and `index.md` name each other in what changed; they stand below `docs/` |
    | 2 | `s2` Add rate_of_country | `billing/rates.py`, `billing/tables.py`, `report/summary.py`, `report/totals.py` | `s1` | `openai/glass` put it together: `ok' --> @octo <·!-- seam:split-plan:1 --> [click](https://a.example)`; they change the same names: `rate_of_country`, `RATES_BY_COUNTRY` and `billing`; `rates.py` and `summary.py` name each other in what changed |

    `openai/glass` was asked: 2 of 2 slices are of its making.

    Proved: these slices, one after the other, give the branch's tree `6e3d0cb0779d`.

    <details><summary>2 notes</summary>

    - `s2`: code without a test in the same slice
    - Where the owner's plan has no drafts for private repositories, the slices become plain pull requests with the label `draft`.

    </details>

    <details><summary>Graph</summary>

    ```mermaid
    flowchart BT
      base(["main"])
      n0["s1 Add 2 files in docs"]
      n1["s2 Add rate_of_country"]
      n0 --> base
      n1 --> n0
    ```

    </details>

    `/split apply` opens these slices as draft pull requests, as the block below then stands: move files to other slices, rename, merge, reorder or leave out slices first, if you like.

    <details><summary>Edit this plan</summary>

    ```yaml
    # Move files to other slices; rename, merge and reorder slices. Every file stays in exactly one.
    # `on` names the slice that one stands on; without it, it stands on the base branch. `open: false` leaves one out.
    slices:
      - id: s1
        title: "Add 2 files in docs"
        files:
          - "docs/billing.md"
          - "docs/index.md"
      - id: s2
        title: "Add rate_of_country"
        on: s1
        files:
          - "billing/rates.py"
          - "billing/tables.py"
          - "report/summary.py"
          - "report/totals.py"
    ```

    </details>
    "#);
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
    let told: Vec<&str> = comment.lines().filter(|line| line.contains("openai/glass")).collect();
    insta::assert_snapshot!(told.join("\n"), @"`openai/glass` has no part in this plan: it refuses the question.");
    assert!(comment.contains("Its 6 files are one logical change"), "{comment}");
});
