//! `.github/seam.yml`, right and wrong.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use seam::{
    config::{
        effective::{Effective, Origin},
        policy::{Policy, Role, SplitOnPush},
        schema,
    },
    domain::finding::Severity,
};

fn problems(effective: &Effective) -> String {
    effective.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The settings that are not defaults, with where they come from.
fn changed(effective: &Effective) -> String {
    let changed = effective.origins.iter().filter(|(_, origin)| **origin != Origin::Default);
    changed.map(|(name, origin)| format!("{name}: {origin}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_given_means_the_defaults() {
    for nothing in ["", "# all quiet\n", "review:\n", "{}", "review: {on: {}, paths: }"] {
        let effective = Effective::of(Some(nothing), Some(nothing));
        assert_eq!((effective.policy, effective.problems.len()), (Policy::default(), 0), "{nothing:?}");
    }
    assert_eq!(Effective::of(None, None).policy, Policy::default());
}

#[test]
fn the_documented_file_is_the_default() {
    let documented = r#"
review:
  on: { opened: true, push: true, draft: false, push_without_pr: true }
  max_comments: 20            # inline, most severe first; the rest are in the check run
  min_severity: info          # info goes to the check run only
  request_changes: false
  paths: { exclude: ["**/node_modules/**", "**/vendor/**", "**/*.min.js", "**/*.lock"] }
  instructions: []            # [{paths: ["api/**"], text: "..."}]
  linters: {}                 # {ruff: auto}
rules: { disable: [], severity: {} }
split:
  on_push: suggest            # suggest | open | off
  strategy: hybrid
  granularity: file           # file | hunk
  max_files_per_pr: 30
  min_files: 8                # below this a push is not called big
  stack: auto                 # auto | native | chain | independent
  max_open_prs: 10
commands: { bare: true, allow: {} } # who may: { split: admin, "review full": write }
workflows: []                 # names of the operator's workflows to run here
"#;
    let effective = Effective::of(None, Some(documented));
    assert_eq!(problems(&effective), "");
    assert_eq!(effective.policy, Policy::default());
}

#[test]
fn a_repository_stands_over_its_organisation() {
    let organisation =
        "review: {max_comments: 5, min_severity: warning}\nsplit: {on_push: off}\ncommands: {allow: {split: admin}}";
    let repository = "review: {max_comments: 7}\nrules: {disable: [py/no-eval], severity: {js/x.y: error}}";
    let effective = Effective::of(Some(organisation), Some(repository));
    assert_eq!(problems(&effective), "");
    assert_snapshot!(changed(&effective), @"
    commands.allow.split: organisation
    review.max_comments: repository
    review.min_severity: organisation
    rules.disable: repository
    rules.severity.js/x.y: repository
    split.on_push: organisation
    ");
    let Policy { review, split, commands, rules, .. } = effective.policy;
    assert_eq!((review.max_comments, review.min_severity), (7, Severity::Warning));
    assert_eq!(split.on_push, SplitOnPush::Off);
    assert_eq!(commands.allow, BTreeMap::from([("split".to_owned(), Role::Admin)]));
    assert_eq!((rules.disable[0].as_str(), rules.severity["js/x.y"]), ("py/no-eval", Severity::Error));
}

#[test]
fn what_the_organisation_locks_stays() {
    let organisation = "review: {max_comments: 5}\nlocked: [review.max_comments, rules]";
    let repository =
        "review:\n  max_comments: 30\n  request_changes: true\nrules:\n  disable: [secret/any]\nlocked: []";
    let effective = Effective::of(Some(organisation), Some(repository));
    assert_snapshot!(problems(&effective), @"
    `.github/seam.yml`, line 2: `review.max_comments` is locked by the organisation, whose value is used
    `.github/seam.yml`, line 5: `rules.disable` is locked by the organisation, whose value is used
    `.github/seam.yml`, line 6: `locked` counts in the organisation's file only
    ");
    assert_eq!(effective.policy.review.max_comments, 5);
    assert!(effective.policy.review.request_changes);
    assert!(effective.policy.rules.disable.is_empty());
}

#[test]
fn every_fault_is_named_with_its_line_and_what_was_meant() {
    let wrong = r#"
review:
  max_coments: 3
  request_changes: yes
  on: [opened]
  max_comments: -1
  min_severity: fatal
  paths: {exclude: ["[a", "src/**", 7]}
  instructions: [{paths: [a], txt: b}]
splits: {}
workflows: everything
rules: {severity: {py/no-eval: critical}, disable: off}
unheard-of: 1
"#;
    let effective = Effective::of(None, Some(wrong));
    assert_snapshot!(problems(&effective), @"
    `.github/seam.yml`, line 3: `max_coments` is no setting in `review`; did you mean `max_comments`?
    `.github/seam.yml`, line 4: `review.request_changes` is `yes`; `true` or `false` is expected
    `.github/seam.yml`, line 5: `review.on` is a list; settings below it are expected, as in `key: value`
    `.github/seam.yml`, line 6: `review.max_comments` is `-1`; a whole number of 0 or more is expected
    `.github/seam.yml`, line 7: `review.min_severity` is `fatal`; one of warning, error, info is expected
    `.github/seam.yml`, line 8: `review.paths.exclude` is `7`; a text is expected; put it in quotes
    `.github/seam.yml`, line 8: `[a` is no glob: unclosed character class; missing ']'
    `.github/seam.yml`, line 9: `txt` is no setting in `review.instructions`; did you mean `text`?
    `.github/seam.yml`, line 9: `review.instructions.text` is missing
    `.github/seam.yml`, line 10: `splits` is no setting; did you mean `split`?
    `.github/seam.yml`, line 11: `workflows` is `everything`; a list is expected, as in `[a, b]`
    `.github/seam.yml`, line 12: `rules.severity.py/no-eval` is `critical`; one of warning, error, info is expected
    `.github/seam.yml`, line 12: `rules.disable` is `off`; a list is expected, as in `[a, b]`
    `.github/seam.yml`, line 13: `unheard-of` is no setting; known are review, rules, acceptance, split, commands, folders, workflows, locked
    `.github/seam.yml`: the file is not used; the organisation's settings and the defaults are used
    ");
    assert_eq!(effective.policy, Policy::default());
}

#[test]
fn a_broken_file_leaves_the_organisation_in_charge() {
    let effective = Effective::of(Some("review: {max_comments: 5}"), Some("review: [\n"));
    assert_snapshot!(problems(&effective), @"
    `.github/seam.yml`, line 1: it is no valid YAML: unclosed bracket '['
    `.github/seam.yml`: the file is not used; the organisation's settings and the defaults are used
    ");
    assert_eq!(effective.policy.review.max_comments, 5);
}

#[test]
fn a_slip_in_the_organisations_file_unlocks_nothing() {
    let effective = Effective::of(
        Some("reviw: {max_comments: 5}\nlocked: [review.max_comments, review.max_coments]"),
        Some("review: {max_comments: 30}"),
    );
    assert_snapshot!(problems(&effective), @"
    `.github/seam.yml` of the organisation, line 1: `reviw` is no setting; did you mean `review`?
    `.github/seam.yml` of the organisation, line 2: `review.max_coments` is locked, and is no setting; did you mean `review.max_comments`?
    `.github/seam.yml` of the organisation: the file is not used; the defaults are used
    `.github/seam.yml`, line 1: `review.max_comments` is locked by the organisation, whose value is used
    ");
    assert_eq!(effective.policy.review.max_comments, 20);
}

#[test]
fn the_published_schema_agrees_with_the_reader() {
    let schema = jsonschema::validator_for(schema::policy()).unwrap();
    let given = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).unwrap();
    for (text, is_good) in [
        ("review: {max_comments: 3}", true),
        ("locked: [rules]", true),
        ("review: {max_coments: 3}", false),
        ("split: {strategy: random}", false),
        ("rules: {severity: {a: error, b: nothing}}", false),
    ] {
        assert_eq!(schema.is_valid(&given(text)), is_good, "{text}");
        assert_eq!(
            Effective::of(None, Some(text)).problems.iter().all(|p| p.text.starts_with("`locked` counts")),
            is_good,
            "{text}"
        );
    }
}
