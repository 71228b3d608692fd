//! `seam split` on real repositories.

use serde_json::Value;

use super::terminal::{Ran, Terminal};

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran}"))
}

/// Each slice as `title: files (needs)`.
fn slices(ran: &Ran) -> String {
    let texts = |values: &Value, key: Option<&str>| {
        let text = |value: &Value| key.map_or(value, |key| &value[key]).as_str().unwrap().to_owned();
        values.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(" ")
    };
    let line = |slice: &Value| {
        let needs = texts(&slice["depends_on"], None);
        let needs = if needs.is_empty() { String::new() } else { format!(" (needs {needs})") };
        format!(
            "{} {}: {}{needs}",
            slice["id"].as_str().unwrap(),
            slice["title"].as_str().unwrap(),
            texts(&slice["files"], Some("path"))
        )
    };
    json(ran)["slices"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Two things at once: a basket with its user and its test, and a rewritten help page.
fn tangle() -> Terminal {
    let terminal = Terminal::in_repository(&[
        ("src/till.py", "def total(items):\n    return sum(items)\n"),
        ("tests/test_till.py", "from till import total\n\ndef test_total():\n    assert total([1]) == 1\n"),
        ("docs/help.md", "# Help\n\nAsk somebody.\n"),
        ("docs/faq.md", "# Questions\n\nNone so far.\n"),
    ]);
    terminal.write(&[
        ("src/basket.py", "class BasketLedger:\n    def weigh_basket(self):\n        return 1\n"),
        ("src/till.py", "from basket import BasketLedger\n\ndef total(items):\n    return BasketLedger().weigh_basket() + sum(items)\n"),
        ("tests/test_basket.py", "from basket import BasketLedger\n\ndef test_weigh_basket():\n    assert BasketLedger().weigh_basket() == 1\n"),
        ("docs/help.md", "# Help\n\nTelephone the harbour office in Rotterdam.\n"),
        ("docs/faq.md", "# Questions\n\nWhere is the harbour office? In Rotterdam.\n"),
    ]);
    terminal
}

#[test]
fn what_belongs_together_becomes_a_slice() {
    let ran = tangle().seam(&["split", "--format", "json"]);
    insta::assert_snapshot!(slices(&ran), @"
    s1 change BasketLedger: src/basket.py src/till.py tests/test_basket.py
    s2 document Rotterdam in docs: docs/faq.md docs/help.md
    ");
    let plan = json(&ran);
    assert_eq!((plan["version"].as_u64(), ran.code), (Some(1), 0));
    assert_eq!(plan["validation"]["is_valid"], true);
    assert_eq!(plan["validation"]["tree_identical"], true);
}

#[test]
fn a_person_sees_slices_and_why() {
    let terminal = tangle();
    terminal.git(&["checkout", "--quiet", "-b", "harbour"]);
    insta::assert_snapshot!(terminal.seam(&["split"]), @"
    2 slices in 2 independent parts (hybrid).

    ─ s1 change BasketLedger
      3 files, +10 -1, on base, 94 % sure, seam/harbour/1-change-basketledger
        they change the same names: `BasketLedger`, `weigh_basket` and `basket`
        `basket.py` and `till.py` name each other in what changed
        `test_basket.py` tests `basket.py`
          + src/basket.py
          ~ src/till.py
          + tests/test_basket.py

    ─ s2 document Rotterdam in docs
      2 files, +2 -2, on base, 95 % sure, seam/harbour/2-document-rotterdam-in-docs
        they change the same names: `Rotterdam`, `harbour` and `office`
        the same number of lines changed in each
        they stand below `docs/`
          ~ docs/faq.md
          ~ docs/help.md

    Proved: the slices in order give the head's tree 1a4e656432f3.
    exit 0
    ");
}

#[test]
fn one_thing_stays_one() {
    let terminal = Terminal::in_repository(&[("a.py", "x = 1\n")]);
    terminal.write(&[("a.py", "x = 2\n")]);
    insta::assert_snapshot!(terminal.seam(&["split"]), @"
    No split suggested: only one file changed.

    ─ s1 change a.py
      1 file, +1 -1, on base, 100 % sure, seam/main/1-change-a-py
          ~ a.py
        note: code without a test in the same slice

    Proved: the slices in order give the head's tree cf56f08c9cd9.
    exit 0
    ");
}

#[test]
fn every_strategy_gives_a_proved_plan() {
    let terminal = tangle();
    for strategy in ["hybrid", "semantic", "directory", "dependency", "codeowners", "commits"] {
        for granularity in ["file", "hunk"] {
            let ran =
                terminal.seam(&["split", "--strategy", strategy, "--granularity", granularity, "--format", "json"]);
            assert_eq!(
                (ran.code, &json(&ran)["validation"]["is_valid"]),
                (0, &Value::Bool(true)),
                "{strategy} {granularity}: {ran}"
            );
        }
    }
    let ran = terminal.seam(&["split", "--strategy", "directory", "--format", "json"]);
    insta::assert_snapshot!(slices(&ran), @"
    s1 change BasketLedger in src: src/basket.py src/till.py
    s2 add tests/test_basket.py: tests/test_basket.py (needs s1)
    s3 document Rotterdam in docs: docs/faq.md docs/help.md
    ");
}

/// What a slice needs is told by what its code can use: a page of the same name is no module, and a page that is read is needed.
#[test]
fn only_what_code_can_name_lies_below_it() {
    let planned = |page: &str| {
        let terminal = Terminal::in_repository(&[("README.md", "# Harbour\n")]);
        terminal.write(&[
            ("app/mooring.py", "class MooringPlan:\n    pass\n"),
            ("app/quay.py", &format!("from app.mooring import MooringPlan\n\nPAGE = \"{page}\"\n")),
            ("docs/mooring.md", "# Mooring\n\nHow ships are moored.\n"),
            ("docs/anchors.md", "# Anchors\n\nHow ships are anchored.\n"),
        ]);
        slices(&terminal.seam(&["split", "--strategy", "directory", "--format", "json"]))
    };
    insta::assert_snapshot!(planned("about:blank"), @"
    s1 add MooringPlan in app: app/mooring.py app/quay.py
    s2 add How in docs: docs/anchors.md docs/mooring.md
    ");
    insta::assert_snapshot!(planned("docs/mooring.md"), @"
    s1 add How in docs: docs/anchors.md docs/mooring.md
    s2 add MooringPlan in app: app/mooring.py app/quay.py (needs s1)
    ");
}

/// `billing` and `harbour` cut one file, and `report` comes between them: it uses the one, and the other uses it.
fn interleaved() -> Terminal {
    let desk = |first: &str, last: &str| {
        let between: String = (0..20).map(|number| format!("LINE_{number} = {number}\n")).collect();
        format!("def first():\n    return {first}\n\n{between}\ndef last():\n    return {last}\n")
    };
    let terminal = Terminal::in_repository(&[("billing/desk.py", &desk("0", "0"))]);
    terminal.write(&[
        ("billing/desk.py", &desk("invoice_ledger()", "mooring_berth(harbour_tide)")),
        ("billing/invoice.py", "def invoice_ledger():\n    return 1\n"),
        ("report/summary.py", "from billing.invoice import invoice_ledger\n\ndef summary_sheet():\n    return invoice_ledger()\n"),
        ("harbour/berth.py", "from report.summary import summary_sheet\n\ndef mooring_berth(harbour_tide):\n    return summary_sheet()\n"),
        ("harbour/tide.py", "def tide_table(harbour_tide):\n    return mooring_berth(harbour_tide)\n"),
    ]);
    terminal
}

const INTERLEAVED: [&str; 6] = ["split", "--strategy", "directory", "--granularity", "hunk", "--independent"];

#[test]
fn what_is_needed_comes_first_also_from_beside_a_stack() {
    let ran = interleaved().seam(&[&INTERLEAVED[..], &["--format", "json"]].concat());
    insta::assert_snapshot!(slices(&ran), @"
    s1 change invoice_ledger in billing: billing/desk.py billing/invoice.py
    s2 add report/summary.py: report/summary.py (needs s1)
    s3 change harbour_tide: billing/desk.py harbour/berth.py harbour/tide.py (needs s1 s2)
    ");
    let on: Vec<Value> =
        json(&ran)["slices"].as_array().unwrap().iter().map(|slice| slice["stands_on"].clone()).collect();
    assert_eq!(on, [Value::Null, Value::Null, "s1".into()]);
    let warnings: Vec<Value> = json(&ran)["validation"]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|problem| problem["severity"] == "warning")
        .map(|problem| problem["message"].clone())
        .collect();
    assert_eq!(warnings, ["it needs s1, to be merged before it", "it needs s2, to be merged before it"]);
}

#[test]
fn slices_stand_on_what_they_need_where_a_person_wants_it() {
    let terminal = tangle();
    terminal.write(&[(".github/seam.yml", "split: { stack: independent }\n")]);
    let on = |flags: &[&str]| {
        let ran = terminal.seam(&[&["split", "--strategy", "directory", "--format", "json"], flags].concat());
        let slices = json(&ran)["slices"].as_array().unwrap().clone();
        slices.iter().filter(|slice| !slice["stands_on"].is_null()).count()
    };
    assert_eq!((on(&[]), on(&["--as-needed"])), (0, 1));
    let both = terminal.seam(&["split", "--as-needed", "--independent"]);
    assert!(both.code == 2 && both.err.contains("cannot be used with"), "{both}");
}

#[test]
fn a_name_cannot_end_its_quotation() {
    let terminal = Terminal::in_repository(&[("CODEOWNERS", "billing/ @bill`ing\n"), ("docs/a.md", "a\n")]);
    terminal.write(&[("billing/a.py", "x = 1\n"), ("billing/b.py", "y = 2\n"), ("docs/a.md", "b\n")]);
    let ran = terminal.seam(&["split", "--strategy", "codeowners", "--format", "json"]);
    let slices = json(&ran)["slices"].as_array().unwrap().clone();
    let reasons: Vec<&str> = slices.iter().filter_map(|slice| slice["reasons"][0].as_str()).collect();
    insta::assert_snapshot!(reasons.join("\n"), @"
    owned by `@bill'ing`
    nobody owns them
    ");
}

#[test]
fn the_authors_commits_are_followed_past_a_merge_of_the_base() {
    let terminal = Terminal::in_repository(&[("README.md", "# Shop\n")]);
    terminal.git(&["config", "user.name", "Ada"]);
    terminal.git(&["config", "user.email", "ada@example.com"]);
    let commit = |message: &str, files: &[(&str, &str)]| {
        terminal.write(files);
        terminal.git(&["add", "--all"]);
        terminal.git(&["commit", "--quiet", "--message", message]);
    };
    terminal.git(&["checkout", "--quiet", "-b", "topic"]);
    commit("Weigh baskets", &[("basket.py", "x = 1\n"), ("scales.py", "y = 1\n")]);
    terminal.git(&["checkout", "--quiet", "main"]);
    commit("Something else", &[("other.py", "z = 1\n")]);
    terminal.git(&["checkout", "--quiet", "topic"]);
    terminal.git(&["merge", "--quiet", "--no-edit", "main"]);
    commit("Explain the harbour", &[("harbour.md", "# Harbour\n"), ("quay.md", "# Quay\n")]);
    let arguments = ["split", "--base", "main", "--head", "topic", "--strategy", "commits", "--format", "json"];
    let ran = terminal.seam(&arguments);
    insta::assert_snapshot!(slices(&ran), @"
    s1 Weigh baskets: basket.py scales.py
    s2 Explain the harbour: harbour.md quay.md
    ");
    let reason = &json(&ran)["slices"][0]["reasons"][0];
    insta::assert_snapshot!(reason.as_str().unwrap(), @"the author committed them together: `Weigh baskets`");
}

#[test]
fn a_shallow_clone_is_split_as_far_as_it_goes() {
    let terminal = Terminal::in_repository(&[("README.md", "# Shop\n")]);
    for text in ["# Till\n", "# Quay\n"] {
        terminal.commit(&[("README.md", text)]);
    }
    let origin = format!("file://{}", terminal.root().display());
    terminal.git(&["clone", "--quiet", "--depth=1", &origin, "shallow"]);
    let commit = |message: &str, files: &[(&str, &str)]| {
        terminal.write(files);
        terminal.git(&["-C", "shallow", "add", "--all"]);
        terminal.git(&["-C", "shallow", "commit", "--quiet", "--message", message]);
    };
    commit("Weigh baskets", &[("shallow/basket.py", "x = 1\n"), ("shallow/scales.py", "y = 1\n")]);
    commit("Explain the harbour", &[("shallow/harbour.md", "# Harbour\n"), ("shallow/quay.md", "# Quay\n")]);
    let arguments = ["split", "--base", "origin/main", "--head", "main", "--strategy", "commits", "--format", "json"];
    let ran = terminal.seam_in(&terminal.root().join("shallow"), &arguments);
    insta::assert_snapshot!(slices(&ran), @"
    s1 Weigh baskets: basket.py scales.py
    s2 Explain the harbour: harbour.md quay.md
    ");
}

#[test]
fn branches_are_made_and_the_original_is_untouched() {
    let terminal = tangle();
    terminal.git(&["config", "user.name", "Ada"]);
    terminal.git(&["config", "user.email", "ada@example.com"]);
    terminal.git(&["checkout", "--quiet", "-b", "harbour"]);
    terminal.git(&["add", "--all"]);
    terminal.git(&["commit", "--quiet", "--message=all of it"]);
    // Slices are in the name of whoever made the commit: nobody else is needed.
    terminal.git(&["config", "--unset", "user.name"]);
    terminal.git(&["config", "--unset", "user.email"]);
    let before = terminal.git(&["for-each-ref"]);
    let dry = terminal.seam(&[
        "split",
        "--base",
        "main",
        "--head",
        "harbour",
        "--create-branches",
        "--dry-run",
        "--strategy",
        "directory",
    ]);
    assert_eq!((dry.code, terminal.git(&["for-each-ref"])), (0, before.clone()));
    insta::assert_snapshot!(dry.err.replace(&terminal.git(&["rev-parse", "--short=7", "main"]), "BASE"), @"
    seam: would make seam/harbour/1-change-basketledger-in-src on BASE
    seam: would make seam/harbour/2-add-tests-test-basket-py on seam/harbour/1-change-basketledger-in-src
    seam: would make seam/harbour/3-document-rotterdam-in-docs on BASE
    ");
    let ran = terminal.seam(&[
        "split",
        "--base",
        "main",
        "--head",
        "harbour",
        "--create-branches",
        "--strategy",
        "directory",
    ]);
    assert_eq!(ran.code, 0, "{ran}");
    insta::assert_snapshot!(terminal.git(&["for-each-ref", "--format=%(refname:short) %(authorname) %(subject)", "refs/heads"]), @"
    harbour Ada all of it
    main Ada change
    seam/harbour/1-change-basketledger-in-src Ada change BasketLedger in src
    seam/harbour/2-add-tests-test-basket-py Ada add tests/test_basket.py
    seam/harbour/3-document-rotterdam-in-docs Ada document Rotterdam in docs
    ");
    assert!(terminal.git(&["for-each-ref"]).contains(&*before.lines().next().unwrap().to_owned()));
    assert_eq!(terminal.git(&["status", "--porcelain"]), "");
    // Merged by git itself, the branches are the head.
    terminal.git(&["config", "user.name", "Ada"]);
    terminal.git(&["config", "user.email", "ada@example.com"]);
    terminal.git(&["checkout", "--quiet", "--detach", "main"]);
    let branches = terminal.git(&["for-each-ref", "--format=%(refname)", "refs/heads/seam"]);
    for branch in branches.lines() {
        terminal.git(&["merge", "--quiet", "--no-edit", branch]);
    }
    assert_eq!(terminal.git(&["rev-parse", "HEAD^{tree}"]), terminal.git(&["rev-parse", "harbour^{tree}"]));
    let made = terminal.git(&["for-each-ref"]);
    let again = || {
        terminal.seam(&["split", "--base", "main", "--head", "harbour", "--create-branches", "--strategy", "directory"])
    };
    assert_eq!((again().code, terminal.git(&["for-each-ref"])), (0, made));
    terminal.git(&["branch", "--force", "seam/harbour/1-change-basketledger-in-src", "harbour"]);
    let ran = again();
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("already; delete or rename it first"), "{ran}");
}

#[test]
fn where_one_branch_cannot_be_made_none_is() {
    let terminal = tangle();
    terminal.git(&["config", "user.name", "Ada"]);
    terminal.git(&["config", "user.email", "ada@example.com"]);
    let refs = || terminal.git(&["for-each-ref", "--format=%(refname:short)"]);
    let make = || terminal.seam(&["split", "--create-branches", "--strategy", "directory"]);
    terminal.git(&["branch", "seam/main/2-add-tests-test-basket-py/old"]);
    insta::assert_snapshot!(make().err, @"seam: the branch seam/main/2-add-tests-test-basket-py cannot be made: there is seam/main/2-add-tests-test-basket-py/old, and git keeps branches as files in folders; delete or rename it first");
    assert_eq!(refs(), "main\nseam/main/2-add-tests-test-basket-py/old");
    terminal.git(&["branch", "--move", "seam/main/2-add-tests-test-basket-py/old", "seam"]);
    insta::assert_snapshot!(make().err, @"seam: the branch seam/main/1-change-basketledger-in-src cannot be made: there is seam, and git keeps branches as files in folders; delete or rename it first");
    terminal.git(&["branch", "--delete", "seam"]);
    // What is no branch can be in the way too; by then others are made.
    terminal.write(&[(".git/refs/heads/seam/main/2-add-tests-test-basket-py/x.lock", "")]);
    let ran = make();
    assert!(ran.err.contains("the branch seam/main/2-add-tests-test-basket-py cannot be made"), "{ran}");
    assert_eq!((ran.code, refs().as_str()), (2, "main"));
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let terminal = Terminal::in_empty_repository();
    terminal.write(&[("a.py", "x = 1\n")]);
    insta::assert_snapshot!(terminal.seam(&["split", "--create-branches", "--format", "json"]).err, @"seam: there is no commit yet that branches could start from; make the first one");
    insta::assert_snapshot!(terminal.seam(&["split", "--base", "nowhere"]), @r#"
    seam: "nowhere" names no commit here: there is no commit yet
    exit 2
    "#);
    assert_eq!(terminal.seam(&["split", "--max-files", "0"]).code, 2);
}
