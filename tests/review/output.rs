//! A review on a terminal, and for other programs.

use std::{fs, path::Path};

use insta::assert_snapshot;
use seam::{
    analysis::engine::Engine,
    domain::{
        finding::{Analysis, Category, Finding, Severity, Suggestion},
        ledger::Handled,
    },
    review::output::{
        github,
        human::{self, Colors, Look},
        json,
        outcome::Outcome,
        sarif,
    },
};
use serde_json::Value;

use super::table::{finding, row};

const APP: &str = "\
import sys

def run(text):
    result = eval(text)
    return result


def walk(items):
    for item in items:
        try:
            print(item)
        except Exception:
            pass
";

fn sample() -> Analysis {
    let mut eval = finding("app.py", 4, "eval(text)");
    eval.severity = Severity::Error;
    eval.message = "`eval` runs text as code. Use `ast.literal_eval` where only data is expected.".to_owned();
    eval.suggestion =
        Some(Suggestion { start_line: 4, end_line: 4, replacement: "    result = ast.literal_eval(text)".to_owned() });
    let mut swallowed = finding("app.py", 10, "except");
    swallowed.rule = "py/swallowed-exception".to_owned();
    swallowed.category = Category::Correctness;
    swallowed.end_line = 13;
    swallowed.evidence = None;
    swallowed.message = "Every error is swallowed here.".to_owned();
    swallowed.suggestion = Some(Suggestion { start_line: 12, end_line: 13, replacement: String::new() });
    let mut binary = finding("assets/huge file.bin", 0, "");
    binary.rule = "gen/large-binary".to_owned();
    binary.category = Category::Maintainability;
    binary.severity = Severity::Info;
    binary.message = "A binary of 12 MB was added.\nKeep it out of git.\n\nAlso here: `gen/other`.".to_owned();
    binary.cwe.clear();
    Analysis {
        findings: vec![eval, swallowed, binary],
        ledger: vec![
            row("app.py", Handled::Reviewed, None),
            row("assets/huge file.bin", Handled::Linted, Some("binary")),
            row("go.lock", Handled::Skipped, Some("excluded by `**/*.lock`")),
        ],
    }
}

fn outcome(analysis: &Analysis) -> Outcome<'_> {
    Outcome { base: "0a1b2c3", head: "work tree", analysis }
}

fn source(path: &str) -> Option<String> {
    (path == "app.py").then(|| APP.to_owned())
}

#[test]
fn people_see_the_lines_and_the_mend() {
    assert_snapshot!(human::render(&outcome(&sample()), source, Look::default()), @"
    error[py/no-eval]: `eval` runs text as code
     --> app.py:4:14
      |
    4 |     result = eval(text)
      |              ^^^^^^^^^^
      |
      = help: Use `ast.literal_eval` where only data is expected.
    help: write instead
      |
    4 |     result = ast.literal_eval(text)
      |              ++++++++++++

    warning[py/swallowed-exception]: Every error is swallowed here
      --> app.py:10:9
       |
    10 | /         try:
    11 | |             print(item)
    12 | |         except Exception:
    13 | |             pass
       | |________________^
       |
    help: delete this
       |
    12 -         except Exception:
    13 -             pass
       |

    note[gen/large-binary]: A binary of 12 MB was added
    --> assets/huge file.bin
     = help: Keep it out of git.
     = note: Also here: `gen/other`.

    1 error, 1 warning, 1 note. 3 files changed: 1 reviewed, 1 linted only, 1 skipped.
    Security 80 of 100, quality 91 of 100.
    Skipped go.lock: excluded by `**/*.lock`
    ");
}

#[test]
fn colors_change_nothing_but_colors() {
    let plain = human::render(&outcome(&sample()), source, Look::default());
    let styled = human::render(&outcome(&sample()), source, Look { colors: Colors::Ansi, ..Look::default() });
    assert!(styled.contains("\u{1b}["), "{styled}");
    assert_eq!(anstream::adapter::strip_str(&styled).to_string(), plain);
}

#[test]
fn nothing_found_is_said_in_two_lines() {
    let clean = Analysis { findings: Vec::new(), ledger: vec![row("app.py", Handled::Reviewed, None)] };
    assert_snapshot!(human::render(&outcome(&clean), source, Look::default()), @"
    No problems found. 1 file changed: 1 reviewed.
    Security 100 of 100, quality 100 of 100.
    ");
    let unseen = Analysis { findings: Vec::new(), ledger: vec![row("a.lock", Handled::Skipped, Some("excluded"))] };
    assert_snapshot!(human::render(&outcome(&unseen), source, Look::default()), @"
    Nothing was looked at. 1 file changed: 1 skipped.
    Skipped a.lock: excluded
    ");
}

#[test]
fn a_terminal_obeys_no_stranger() {
    let mut evil = finding("a\u{1b}[2J.py", 1, "x");
    evil.message = "look \u{1b}]0;owned\u{7} here\u{202e}".to_owned();
    let analysis =
        Analysis { findings: vec![evil], ledger: vec![row("b\u{1b}[2J", Handled::Skipped, Some("\u{1b}c"))] };
    let code = |_: &str| Some("x = '\u{1b}[31m'\r\u{202e}".to_owned());
    let text = human::render(&outcome(&analysis), code, Look::default());
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']), "{text:?}");
}

#[test]
fn wide_and_long_excerpts_are_bounded() {
    let mut long = finding("a.py", 1, "nothing");
    long.end_line = 50_000;
    let analysis = Analysis { findings: vec![long, finding("b.js", 1, "nothing")], ledger: Vec::new() };
    let code = |path: &str| Some(if path == "a.py" { "line\n".repeat(50_000) } else { "x".repeat(1_000_000) });
    assert!(human::render(&outcome(&analysis), code, Look::default()).len() < 3_000);
}

#[test]
fn json_is_the_documented_contract() {
    let analysis = sample();
    let text = json::render(&outcome(&analysis));
    let Value::Object(document) = serde_json::from_str(&text).unwrap() else { panic!("an object") };
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_snapshot!(document.keys().cloned().collect::<Vec<_>>().join(" "), @"version base head security_score quality_score findings ledger");
    assert_snapshot!(keys(&document["findings"][0]), @"rule severity category path start_line end_line message suggestion cwe fingerprint source");
    assert_snapshot!(keys(&document["findings"][0]["suggestion"]), @"start_line end_line replacement");
    assert_snapshot!(keys(&document["ledger"][0]), @"path status handled reason");
    assert_snapshot!(serde_json::to_string_pretty(&document["findings"][2]).unwrap(), @r#"
    {
      "rule": "gen/large-binary",
      "severity": "info",
      "category": "maintainability",
      "path": "assets/huge file.bin",
      "start_line": 0,
      "end_line": 0,
      "message": "A binary of 12 MB was added.\nKeep it out of git.\n\nAlso here: `gen/other`.",
      "suggestion": null,
      "cwe": [],
      "fingerprint": "365ca52513b8c3c6a27890c7d5a56e6f",
      "source": "rule"
    }
    "#);
}

#[test]
fn workflow_commands_are_one_line_each() {
    let mut analysis = sample();
    analysis.findings.push(Finding {
        path: "a,b:c\n.py".to_owned(),
        message: "100%\r\n::error::x".to_owned(),
        ..finding("", 3, "x")
    });
    assert_snapshot!(github::render(&outcome(&analysis)), @"
    ::error file=app.py,line=4,endLine=4,title=py/no-eval::`eval` runs text as code. Use `ast.literal_eval` where only data is expected.
    ::warning file=app.py,line=10,endLine=13,title=py/swallowed-exception::Every error is swallowed here.
    ::notice file=assets/huge file.bin,title=gen/large-binary::A binary of 12 MB was added.%0AKeep it out of git.%0A%0AAlso here: `gen/other`.
    ::warning file=a%2Cb%3Ac%0A.py,line=3,endLine=3,title=py/no-eval::100%25%0D%0A::error::x
    ");
}

#[test]
fn sarif_says_what_code_scanning_reads() {
    let engine = Engine::new();
    let analysis = sample();
    let log: Value = serde_json::from_str(&sarif::render(&outcome(&analysis), &engine.rules())).unwrap();
    let run = &log["runs"][0];
    assert_snapshot!(serde_json::to_string_pretty(&run["results"][0]).unwrap(), @r#"
    {
      "ruleId": "py/no-eval",
      "ruleIndex": 1,
      "level": "error",
      "message": {
        "text": "`eval` runs text as code. Use `ast.literal_eval` where only data is expected."
      },
      "locations": [
        {
          "physicalLocation": {
            "artifactLocation": {
              "uri": "app.py"
            },
            "region": {
              "startLine": 4,
              "endLine": 4
            }
          }
        }
      ],
      "partialFingerprints": {
        "seam/v1": "6508da816fcae68c9a59a402c0effa2d"
      },
      "fixes": [
        {
          "artifactChanges": [
            {
              "artifactLocation": {
                "uri": "app.py"
              },
              "replacements": [
                {
                  "deletedRegion": {
                    "startLine": 4,
                    "endLine": 4
                  },
                  "insertedContent": {
                    "text": "    result = ast.literal_eval(text)"
                  }
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
    assert_snapshot!(serde_json::to_string_pretty(&run["tool"]["driver"]["rules"][2]).unwrap(), @r#"
    {
      "id": "py/swallowed-exception",
      "shortDescription": {
        "text": "py/swallowed-exception"
      },
      "defaultConfiguration": {
        "level": "warning"
      },
      "properties": {
        "tags": [
          "external/cwe/cwe-095"
        ],
        "precision": "high"
      }
    }
    "#);
    let uris: Vec<_> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        .collect();
    assert_snapshot!(format!("{uris:?}"), @r#"[String("app.py"), String("app.py"), String("assets/huge%20file.bin")]"#);
    assert_snapshot!(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"], @r#""Skipped: excluded by `**/*.lock`""#);
}

#[test]
fn sarif_validates_against_the_official_schema() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/official/sarif/sarif-schema-2.1.0.json");
    let Ok(schema) = fs::read(&file) else {
        println!("off: {} is missing; scripts/fetch-official-data fetches it", file.display());
        return;
    };
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    // The official pattern of a language has a bracket too many and is no regular expression; Seam writes none.
    for owner in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{owner}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern");
    }
    let schema = jsonschema::validator_for(&schema).unwrap();
    let engine = Engine::new();
    for analysis in [sample(), Analysis::default()] {
        let log = serde_json::from_str(&sarif::render(&outcome(&analysis), &engine.rules())).unwrap();
        let errors: Vec<_> =
            schema.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
}
