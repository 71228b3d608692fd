//! What the engine does with a change set as a whole.

use seam::{
    analysis::{engine::Engine, limits::Limits},
    change::change_set::FileKind,
    config::policy::Policy,
    domain::{
        finding::{Confidence, Severity},
        ledger::{FileStatus, Handled},
    },
};

use super::sample::Sample;

const EVAL: &str = "def run(text):\n    return eval(text)\n";

/// The ledger, one row a line.
fn ledger(sample: &Sample) -> String {
    let rows = sample.analyze().ledger;
    let reason = |reason: Option<String>| reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    rows.into_iter()
        .map(|row| format!("{} {:?}{}", row.path, row.handled, reason(row.reason)))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_problem_in_an_added_line_is_found() {
    let analysis = Sample::added("src/run.py", EVAL).analyze();
    let finding = &analysis.findings[0];
    assert_eq!((finding.rule.as_str(), finding.start_line, finding.end_line), ("py/eval-nonliteral", 2, 2));
    assert_eq!((finding.severity, finding.confidence), (Severity::Error, Confidence::High));
    assert_eq!(finding.evidence.as_deref(), Some("    return eval(text)"));
    assert_eq!(finding.cwe, [95]);
}

#[test]
fn only_added_lines_are_reported() {
    let head = format!("# a comment\n{EVAL}");
    assert_eq!(Sample::modified("src/run.py", EVAL, &head).findings(), "");
    let head = format!("{EVAL}    exec(text)\n");
    assert_eq!(Sample::modified("src/run.py", EVAL, &head).findings(), "3 py/eval-nonliteral error");
}

#[test]
fn a_change_deep_inside_did_not_bring_about_what_is_wrong_with_the_head() {
    let long = |line: &str| {
        format!("new Promise(async (resolve) => {{\n{}{line}  resolve(1);\n}});\n", "  work();\n".repeat(20))
    };
    let (base, head) = (long(""), long("  more();\n"));
    assert_eq!(Sample::added("src/a.js", &head).findings(), "1 js/async-promise-executor warning");
    assert_eq!(Sample::modified("src/a.js", &base, &head).findings(), "");
}

#[test]
fn a_finding_is_recognised_after_it_moved() {
    let fingerprint = |text: &str| Sample::added("src/run.py", text).analyze().findings[0].fingerprint.clone();
    let moved = format!("import os\n\n\n{EVAL}");
    let elsewhere = EVAL.replace("run", "go");
    assert_eq!(fingerprint(EVAL), fingerprint(&moved));
    assert_ne!(fingerprint(EVAL), fingerprint(&elsewhere));
}

#[test]
fn every_changed_file_is_in_the_ledger() {
    let long = "x = 1\n".repeat(300_000);
    let sample = Sample::added("a.py", EVAL)
        .and_added("b.md", "words\n")
        .and_added("gone.py", "")
        .with(|file| file.status = FileStatus::Removed)
        .and_added("logo.png", "")
        .with(|file| file.kind = FileKind::Binary)
        .and_added("vendor/x/y.py", EVAL)
        .and_added("third_party/z.py", EVAL)
        .and_added("api_pb.py", EVAL)
        .with(|file| file.generated = Some("`linguist-generated` in .gitattributes".to_owned()))
        .and_added("app.min.py", EVAL)
        .and_added("long.py", long);
    insta::assert_snapshot!(ledger(&sample), @r"
    a.py Reviewed
    b.md Linted: no syntax rules for this kind of file
    gone.py Skipped: removed: nothing is left to look at
    logo.png Skipped: binary: only its name, size and type were looked at
    vendor/x/y.py Skipped: excluded by `**/vendor/**` in review.paths.exclude
    third_party/z.py Linted: not written here (in third_party): no syntax rules
    api_pb.py Linted: generated (`linguist-generated` in .gitattributes): no syntax rules
    app.min.py Linted: minified: no syntax rules
    long.py Linted: too large to be parsed (1.7 MiB)
    ");
    assert_eq!(sample.findings(), "2 py/eval-nonliteral error\n0 gen/large-or-binary-file warning");
}

#[test]
fn a_policy_can_switch_rules_off_and_change_their_severity() {
    let sample = Sample::added("src/run.py", EVAL);
    let findings = |policy: &Policy| sample.analyze_with(policy).findings;
    let mut policy = Policy::default();
    policy.rules.severity.insert("py/eval-nonliteral".to_owned(), Severity::Info);
    assert_eq!(findings(&policy)[0].severity, Severity::Info);
    policy.review.min_severity = Severity::Warning;
    assert!(findings(&policy).is_empty());
    for rule in ["py/eval-nonliteral", "py/*"] {
        let mut policy = Policy::default();
        policy.rules.disable.push(rule.to_owned());
        assert!(findings(&policy).is_empty());
    }
    let mut policy = Policy::default();
    policy.review.paths.exclude.push("src/**".to_owned());
    assert!(findings(&policy).is_empty());
    assert_eq!(sample.analyze_with(&policy).ledger[0].handled, Handled::Skipped);
}

#[test]
fn test_files_have_their_own_profile() {
    assert_eq!(Sample::added("tests/test_run.py", EVAL).findings(), "");
}

#[test]
fn time_that_is_up_is_said_in_the_ledger() {
    let engine = Engine::with_limits(Limits { parse_time: std::time::Duration::ZERO, ..Limits::default() });
    let text = EVAL.repeat(5_000);
    let row = Sample::added("src/run.py", text).analyze_by(&engine).ledger.remove(0);
    assert_eq!(row.handled, Handled::Linted);
    insta::assert_snapshot!(row.reason.unwrap(), @"it could not be parsed in time: no syntax rules");
    let engine = Engine::with_limits(Limits { change_time: std::time::Duration::ZERO, ..Limits::default() });
    let analysis = Sample::added("src/run.py", EVAL).analyze_by(&engine);
    assert_eq!((analysis.ledger[0].handled, analysis.findings.len()), (Handled::Skipped, 0));
    insta::assert_snapshot!(analysis.ledger[0].reason.as_ref().unwrap(), @"the files before it took all the time that a change may take");
}
