//! `seam split` where somebody can be asked about the seams that are open.

use serde_json::{Value, json};

use super::terminal::{Ran, Terminal};
use crate::support::model::FakeModel;

/// Two things by the evidence, `shop` and `docs`, each of pieces that are not surely one; a secret is among the added lines.
fn tangle() -> Terminal {
    let terminal = Terminal::in_repository(&[
        ("shop/till.py", "def total(items):\n    return sum(items)\n"),
        ("docs/help.md", "# Help\n\nAsk somebody.\n"),
        ("docs/faq.md", "# Questions\n\nNone so far.\n"),
    ]);
    let token = ["gh", "p_", "x8Kq2LmZ9vTn4RcW7yBd5HsJ3fGp6AeU1oXi"].concat();
    terminal.write(&[
        ("shop/basket.py", &format!("class BasketLedger:\n    def weigh_basket(self):\n        return 1\n\nTOKEN = '{token}'\n")),
        ("shop/till.py", "from basket import BasketLedger\n\ndef total(items):\n    return BasketLedger().weigh_basket() + sum(items)\n"),
        ("docs/help.md", "# Help\n\nTelephone the harbour office in Rotterdam.\n"),
        ("docs/faq.md", "# Questions\n\nWhere is the harbour office? In Rotterdam.\n"),
    ]);
    terminal
}

fn split(terminal: &Terminal, model: &FakeModel, more: &[&str]) -> Ran {
    let mut arguments = vec!["split"];
    arguments.extend(more);
    let variables = model.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    tokio::task::block_in_place(|| terminal.seam_with(&terminal.root(), &arguments, &variables))
}

/// Slices of piece numbers.
fn slices(of: &[(&[usize], &str)]) -> Value {
    let slice = |(pieces, why): &(&[usize], &str)| json!({ "pieces": pieces, "why": why });
    json!({ "slices": of.iter().map(slice).collect::<Vec<_>>() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_joins_what_evidence_leaves_apart() {
    let model = FakeModel::start().await;
    model.says(slices(&[(&[1, 2], "the help tells of the basket")]));
    let ran = split(&tangle(), &model, &[]);
    insta::assert_snapshot!(ran, @r"
    No split suggested: its 4 files are one logical change: `openai/glass` put it together: `the help tells of the basket`.

    ─ s1 change BasketLedger
      4 files, +10 -3, on base, 70 % sure, seam/main/1-change-basketledger
        `openai/glass` put it together: `the help tells of the basket`
        they change the same names: `BasketLedger`, `Rotterdam` and `harbour`
        `basket.py` and `till.py` name each other in what changed
        the same number of lines changed in each
          ~ docs/faq.md
          ~ docs/help.md
          + shop/basket.py
          ~ shop/till.py
        note: code without a test in the same slice
        warning: `shop/basket.py` line 5: This is a GitHub token. It starts with `ghp_`. Its checksum is wrong: it was made up or edited. Revoke it, and read it from the environment or a secret store: what was pushed stays in the history. (secret/github-token)

    `openai/glass` was asked: 1 of 1 slices are of its making.
    Proved: the slices in order give the head's tree ac15cd693875.
    exit 0
    ");
    let [asked] = &model.asked()[..] else { panic!("it was asked more than once") };
    insta::assert_snapshot!(serde_json::to_string_pretty(&asked.shown()).unwrap(), @r#"
    {
      "pieces": [
        {
          "piece": 1,
          "files": [
            {
              "path": "docs/faq.md",
              "status": "modified",
              "added": 1,
              "removed": 1
            },
            {
              "path": "docs/help.md",
              "status": "modified",
              "added": 1,
              "removed": 1
            }
          ],
          "lines": [
            "Where is the harbour office? In Rotterdam.",
            "Telephone the harbour office in Rotterdam."
          ]
        },
        {
          "piece": 2,
          "files": [
            {
              "path": "shop/basket.py",
              "status": "added",
              "added": 5,
              "removed": 0
            },
            {
              "path": "shop/till.py",
              "status": "modified",
              "added": 3,
              "removed": 1
            }
          ],
          "lines": [
            "class BasketLedger:",
            "def weigh_basket(self):",
            "return 1",
            "from basket import BasketLedger",
            "return BasketLedger().weigh_basket() + sum(items)"
          ]
        }
      ],
      "suggested": [
        [
          1
        ],
        [
          2
        ]
      ]
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_cuts_what_evidence_joins_and_its_words_are_only_words() {
    let model = FakeModel::start().await;
    let why = "harm`less`\n\n<!-- seam:review:1 --> @octo [click](https://example.com) \u{202E}";
    model.answers(move |shown| {
        let slice = |piece: &Value| json!({ "pieces": [piece["piece"]], "why": why });
        json!({ "slices": shown["pieces"].as_array().unwrap().iter().map(slice).collect::<Vec<_>>() })
    });
    let terminal = Terminal::in_repository(&[("README.md", "# Shop\n")]);
    terminal.write(&[
        ("billing/rates.py", "def rate_of_country(country):\n    return RATES_BY_COUNTRY[country]\n"),
        ("billing/tables.py", "RATES_BY_COUNTRY = {'dk': 25, 'de': 19}\n"),
        ("docs/billing.md", "# Billing\n\nHow invoices are made.\n"),
        ("docs/index.md", "# Index\n\nSee billing.\n"),
        ("report/totals.py", "from billing.rates import rate_of_country\n\n\ndef total(price):\n    return price * rate_of_country('dk')\n"),
    ]);
    let whole = split(&terminal, &model, &["--no-llm"]).out;
    assert!(whole.starts_with("No split suggested"), "{whole}");
    let ran = split(&terminal, &model, &["--format", "json"]);
    let plan: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(plan["validation"]["tree_identical"], true, "{ran}");
    let told = |slice: &Value| format!("{} {}\n", slice["files"].as_array().unwrap().len(), slice["reasons"][0]);
    let told: String = plan["slices"].as_array().unwrap().iter().map(told).collect();
    insta::assert_snapshot!(format!("{told}{}", plan["advice"]).replace('\u{200B}', "·"), @r#"
    3 "`openai/glass` put it together: `harm'less'\\n\\n<!-- seam:review:1 --> @octo [click](https://example.com) \\u{202e}`"
    2 "`openai/glass` put it together: `harm'less'\\n\\n<!-- seam:review:1 --> @octo [click](https://example.com) \\u{202e}`"
    "`openai/glass` was asked: 2 of 2 slices are of its making"
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_answer_the_plan_is_as_without_a_model() {
    let terminal = tangle();
    let model = FakeModel::start().await;
    let without = split(&terminal, &model, &["--no-llm"]).out;
    assert!(model.asked().is_empty(), "it was told not to ask");
    let mut told = Vec::new();
    let mut notes = |set: &dyn Fn(&FakeModel)| {
        set(&model);
        let ran = split(&terminal, &model, &[]);
        assert_eq!(ran.code, 0, "{ran}");
        let (notes, rest): (Vec<&str>, Vec<&str>) = ran.out.lines().partition(|line| line.contains("openai/glass"));
        assert_eq!(rest.join("\n"), without.trim_end());
        told.push(format!("{}\n  {}", notes.join("\n"), ran.err.trim_end()));
    };
    notes(&|model| {
        model.says(slices(&[(&[1], "")])).says(slices(&[(&[1, 2, 2], "")]));
    });
    notes(&|model| {
        model.says(slices(&[(&[1, 2, 3], "")])).says("I would rather not");
    });
    notes(&|model| {
        model.refuses(401, &[]);
    });
    notes(&|model| {
        model.refuses(429, &[("retry-after", "0")]).refuses(503, &[("retry-after", "0")]);
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    `openai/glass` has no part in this plan: its answer is not as asked.
      seam: the model's answer was not as asked: piece 2 is in two slices
    `openai/glass` has no part in this plan: its answer is not as asked.
      seam: the model's answer was not as asked: it is no JSON (expected value at line 1 column 1)
    `openai/glass` has no part in this plan: it refuses the question.
      seam: the model refused the question: 401 Unauthorized: {"error":{"message":"not like this"}}
    `openai/glass` has no part in this plan: it cannot answer now.
      seam: the model cannot answer now: 503 Service Unavailable: {"error":{"message":"not like this"}}
    "#);
    assert_eq!(model.asked().len(), 7, "once more where that may help");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_model_is_told_in_one_line() {
    let terminal = tangle();
    let half = |arguments: &[&str]| terminal.seam_with(&terminal.root(), arguments, &[("SEAM_LLM_PROVIDER", "openai")]);
    assert_eq!(half(&["split", "--strategy", "directory"]).code, 0, "nobody is to be asked");
    let ran = half(&["split"]);
    insta::assert_snapshot!(ran, @r"
    seam: SEAM_LLM_MODEL: is not given, and openai needs it; give the model's name as its provider writes it
    exit 2
    ");
}

/// A rotated key shows only lines that look like nothing; what says that they are one did not change.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_shown_wherever_it_stands() {
    let key = |letter: &str| {
        let body: String = (0..6).map(|line| format!("{}{line}\n", letter.repeat(63))).collect();
        let of = |end: &str| format!("-----{end} {} KEY-----\n", ["RSA", "PRIVATE"].join(" "));
        let (begin, end) = (of("BEGIN"), of("END"));
        format!("KEY = \"\"\"{begin}{body}{end}\"\"\"\nNAME = 'harbour {letter}'\n")
    };
    let token = ["gh", "p_", "x8Kq2LmZ9vTn4RcW7yBd5HsJ3fGp6AeU1oXi"].concat();
    let terminal = Terminal::in_repository(&[("shop/key.py", &key("a"))]);
    terminal.git(&["checkout", "--quiet", "-b", "topic"]);
    terminal.write(&[("shop/key.py", &key("b")), (&format!("docs/{token}.md"), "# Help with the office\n")]);
    terminal.git(&["add", "--all"]);
    terminal.git(&["commit", "--quiet", &format!("--message=Use {token} to log in")]);
    terminal.commit(&[("docs/faq.md", "# Questions on the harbour\n")]);
    let model = FakeModel::start().await;
    model.refuses(401, &[]);
    let ran = split(&terminal, &model, &["--base", "main", "--head", "topic"]);
    assert_eq!(ran.code, 0, "{ran}");
    let [asked] = &model.asked()[..] else { panic!("it was not asked once: {ran}") };
    insta::assert_snapshot!(asked.shown(), @r##"{"pieces":[{"piece":1,"files":[{"path":"docs/faq.md","status":"added","added":1,"removed":0}],"lines":["# Questions on the harbour"]},{"piece":2,"files":[{"path":"(a name with a secret in it)","status":"added","added":1,"removed":0}],"lines":["# Help with the office"]},{"piece":3,"files":[{"path":"shop/key.py","status":"modified","added":7,"removed":7}],"lines":[]}],"suggested":[[1,2,3]],"commits":["change"]}"##);
    let text = asked.body.to_string();
    assert!(!text.contains(&token) && !text.contains("bbbb"), "{text}");
}
