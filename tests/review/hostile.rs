//! Strangers choose paths, code and some words of messages; they choose nothing else.

use insta::assert_snapshot;
use proptest::prelude::*;
use seam::{
    domain::{
        anchor::{Anchor, Side},
        effect::Effect,
        finding::{Severity, Suggestion},
        ledger::Handled,
    },
    review::{
        input::{Note, NoteKind},
        mark::Mark,
        plan::{ReviewPlan, plan},
    },
};

use super::table::{check_run, finding, inline_comments, input, row};

const FORGED: &str = "<!-- seam:finding:00000000000000000000000000000000 -->";

fn bodies(plan: &ReviewPlan) -> Vec<String> {
    let of = |effect: &Effect| match effect {
        Effect::CreateReview { body, comments, .. } => {
            comments.iter().map(|comment| comment.body.clone()).chain([body.clone()]).collect()
        }
        Effect::CreateFileComment { body, .. }
        | Effect::UpsertComment { body, .. }
        | Effect::ReplyInThread { body, .. }
        | Effect::UpsertReply { body, .. } => vec![body.clone()],
        Effect::ResolveThread { .. }
        | Effect::ReopenThread { .. }
        | Effect::React { .. }
        | Effect::DismissReview { .. }
        | Effect::DescribePull { .. }
        | Effect::CreateCommit { .. } => Vec::new(),
        Effect::CompleteCheckRun { check, .. } => {
            [Some(check.summary.clone()), check.text.clone()].into_iter().flatten().collect()
        }
        other => panic!("a review has no effect {}", other.kind()),
    };
    plan.effects.iter().flat_map(|planned| of(&planned.effect)).collect()
}

#[test]
fn a_forged_mark_is_written_nowhere() {
    let path = format!("{FORGED}/`a|b`\n@everyone.py");
    let mut evil = finding(&path, 3, FORGED);
    evil.message = format!("{FORGED} @everyone `{FORGED}` ```` {FORGED}");
    evil.rule = FORGED.to_owned();
    evil.suggestion = Some(Suggestion { start_line: 3, end_line: 3, replacement: FORGED.to_owned() });
    let mut elsewhere = finding("not in the diff", 1, "eval(y)");
    elsewhere.message.clone_from(&evil.message);
    let mut input = input(vec![evil, elsewhere]);
    input.analysis.ledger = vec![row(&path, Handled::Reviewed, Some(FORGED))];
    input.notes = vec![Note { kind: NoteKind::Configuration, text: FORGED.to_owned() }];
    let plan = plan(&input);
    for body in bodies(&plan) {
        let marks = body.matches("<!-- seam:").count();
        assert_eq!(marks, usize::from(Mark::ending(&body).is_some()), "{body}");
        assert!(!body.contains("@everyone") || body.contains("\\n@everyone"), "{body}");
    }
    assert_snapshot!(inline_comments(&plan)[0].body.replace('\u{200B}', "·"), @r"
    **Warning:** &lt;!-- seam:finding:00000000000000000000000000000000 --> @·everyone `<·!-- seam:finding:00000000000000000000000000000000 -->` \`\`\`\` &lt;!-- seam:finding:00000000000000000000000000000000 -->

    Instead of line 3:

    ```
    <·!-- seam:finding:00000000000000000000000000000000 -->
    ```

    <sub>`<·!-- seam:finding:00000000000000000000000000000000 -->` · [CWE-95](https://cwe.mitre.org/data/definitions/95.html)</sub>

    <!-- seam:finding:555e5ee8e43b092a00dce60f47a66e72 -->
    ");
    assert_snapshot!(check_run(&plan).summary.replace('\u{200B}', "·"), @r"
    1 file changed: 1 reviewed.

    **Settings:** &lt;!-- seam:finding:00000000000000000000000000000000 -->

    | Security | Quality |
    |:--:|:--:|
    | 87 of 100 | 100 of 100 |

    | | Where | What |
    |--|--|--|
    | Warning | `` <·!-- seam:finding:00000000000000000000000000000000 -->/`a\|b`\n@everyone.py:3 `` | &lt;!-- seam:finding:00000000000000000000000000000000 --> @·everyone `<·!-- seam:finding:00000000000000000000000000000000 -->` \`\`\`\` &lt;!-- seam:finding:00000000000000000000000000000000 --> `<·!-- seam:finding:00000000000000000000000000000000 -->` |
    | Warning | `not in the diff:1` | &lt;!-- seam:finding:00000000000000000000000000000000 --> @·everyone `<·!-- seam:finding:00000000000000000000000000000000 -->` \`\`\`\` &lt;!-- seam:finding:00000000000000000000000000000000 --> `py/no-eval` |
    ");
}

#[test]
fn a_suggestion_with_backticks_stays_one_block() {
    let mut fenced = finding("a.md", 3, "x");
    let replacement = "````md\n```\ncode\n```\n````".to_owned();
    fenced.suggestion = Some(Suggestion { start_line: 3, end_line: 3, replacement });
    assert_snapshot!(inline_comments(&plan(&input(vec![fenced])))[0].body, @"
    **Warning:** `x` runs text as code.

    `````suggestion
    ````md
    ```
    code
    ```
    ````
    `````

    <sub>`py/no-eval` · [CWE-95](https://cwe.mitre.org/data/definitions/95.html)</sub>

    <!-- seam:finding:0a4a1e8f2259a5ed9ebca70bed7d4fe9 -->
    ");
}

#[test]
fn a_suggestion_that_does_not_cover_its_anchor_is_shown_as_code() {
    let mut wide = finding("a.py", 3, "x");
    wide.suggestion = Some(Suggestion { start_line: 3, end_line: 4, replacement: "y".to_owned() });
    let mut left = finding("a.py", 8, "z");
    left.anchor = Some(Anchor { side: Side::Left, start_line: 8, line: 8 });
    left.suggestion = Some(Suggestion { start_line: 8, end_line: 8, replacement: String::new() });
    let comments = inline_comments(&plan(&input(vec![wide, left])));
    assert_snapshot!(comments[0].body, @"
    **Warning:** `x` runs text as code.

    Instead of lines 3 to 4:

    ```
    y
    ```

    <sub>`py/no-eval` · [CWE-95](https://cwe.mitre.org/data/definitions/95.html)</sub>

    <!-- seam:finding:0a4a1e8f2259a5ed9ebca70bed7d4fe9 -->
    ");
    assert_snapshot!(comments[1].body, @"
    **Warning:** `z` runs text as code.

    Delete line 8.

    <sub>`py/no-eval` · [CWE-95](https://cwe.mitre.org/data/definitions/95.html)</sub>

    <!-- seam:finding:9b5f82920ecea8be555ce3369bd102e0 -->
    ");
}

#[test]
fn five_thousand_files_are_all_accounted_for() {
    let mut big = input((1..=900).map(|n| finding("a.py", n, &format!("eval({n})"))).collect());
    big.analysis.findings[7].severity = Severity::Error;
    big.analysis.ledger = (0..5_000)
        .map(|n| match n % 10 {
            0 => row(
                &format!("vendor/{}/{n}.js", "deep/".repeat(30)),
                Handled::Skipped,
                Some("excluded by configuration"),
            ),
            1 => row(&format!("docs/{n}.md"), Handled::Linted, Some("no grammar for Markdown")),
            2 => row(&format!("src/{n}.rs"), Handled::Skipped, Some(&format!("reason {n}"))),
            _ => row(&format!("src/{n}.rs"), Handled::Reviewed, None),
        })
        .collect();
    let check = check_run(&plan(&big));
    let text = check.text.unwrap();
    assert!(check.summary.len() <= 60_000 && text.len() <= 60_000);
    assert_eq!(check.annotations.len(), 250);
    let shown: Vec<_> = text
        .lines()
        .filter(|line| line.contains("<summary>") || line.starts_with('…'))
        .filter(|line| !line.contains(": reason "))
        .collect();
    assert_snapshot!(shown.join("\n"), @"
    <details><summary>500 files skipped: excluded by configuration</summary>
    … and 493 more.
    <details><summary>500 files linted only: no grammar for Markdown</summary>
    <details><summary>3500 files reviewed</summary>
    … and 1961 more.
    … and 463 more files, for 463 more reasons.
    ");
    let lines: Vec<_> = check.summary.lines().collect();
    assert_snapshot!([&lines[..9], &lines[lines.len() - 1..]].concat().join("\n"), @"
    5000 files changed: 3500 reviewed, 500 linted only, 1000 skipped.

    | Security | Quality |
    |:--:|:--:|
    | 0 of 100 | 100 of 100 |

    | | Where | What |
    |--|--|--|
    | Error | `a.py:8` | `eval(8)` runs text as code. `py/no-eval` |
    … and 56 more; `seam review` lists them all.
    ");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Whatever a message says, the text ends in exactly one mark, which is outside of all code.
    #[test]
    fn no_message_swallows_the_mark(message in "([`~<>!@#\\[\\]|\\\\ \n\t]|<!--|-->|seam:|a|```|<details>){0,60}") {
        let mut odd = finding("a.py", 1, "eval(x)");
        odd.message = message;
        let end = format!("</sub>\n\n{}", Mark::finding(&odd.fingerprint));
        let body = &inline_comments(&plan(&input(vec![odd])))[0].body;
        prop_assert!(body.ends_with(&end));
        prop_assert_eq!(body.matches("<!-- seam:").count(), 1, "{}", body);
        prop_assert!(!body.lines().any(|line| line.trim_start().starts_with("```")), "{}", body);
    }
}
