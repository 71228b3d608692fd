//! `.seam.yml` in folders, rules that nobody knows, and an organisation's file that is broken.

use insta::assert_snapshot;
use seam::{
    config::{effective::Effective, folder_files::FolderFile, schema},
    domain::finding::Severity,
};

fn file(path: &str, text: &str) -> FolderFile {
    FolderFile::at(path, text.to_owned())
}

fn problems(effective: &Effective) -> String {
    effective.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_folder_inherits_and_may_switch_more_off() {
    let mut effective = Effective::of(None, Some("rules: {disable: [gen/a], severity: {gen/c: warning}}"));
    effective.add_folders(&[
        file(
            "pay/.seam.yml",
            "rules: {disable: [gen/b], severity: {gen/c: error}}\ninstructions: [Amounts are cents.]",
        ),
        file("pay/test/.seam.yml", "rules: {disable: ['py/*']}"),
    ]);
    assert_eq!(problems(&effective), "");
    let off = |path: &str| {
        let rules = ["gen/a", "gen/b", "py/x", "js/x"];
        rules.into_iter().filter(|rule| effective.policy.disables(path, rule)).collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(
        ["a.py", "pay/a.py", "pay/test/deep/a.py", "payments/a.py"].map(|path| format!("{path}: {}", off(path))).join("\n"),
        @"
    a.py: gen/a
    pay/a.py: gen/a gen/b
    pay/test/deep/a.py: gen/a gen/b py/x
    payments/a.py: gen/a
    "
    );
    assert_eq!(effective.policy.severity_of("pay/test/a.py", "gen/c"), Some(Severity::Error));
    assert_eq!(effective.policy.severity_of("a.py", "gen/c"), Some(Severity::Warning));
    assert_eq!(effective.policy.folders["pay"].instructions, ["Amounts are cents."]);
}

#[test]
fn a_folders_file_says_the_same_as_its_entry_in_the_repositorys() {
    let rules = "{rules: {disable: [gen/b]}, instructions: [x]}";
    let in_one = Effective::of(None, Some(&format!("folders: {{pay/in: {rules}}}")));
    let mut in_two = Effective::of(None, None);
    in_two.add_folders(&[file("pay/in/.seam.yml", rules)]);
    assert_eq!((problems(&in_one), problems(&in_two)), Default::default());
    assert_eq!(in_one.policy, in_two.policy);
}

#[test]
fn what_is_wrong_in_a_folders_file_is_said_with_its_line() {
    let mut effective = Effective::of(Some("locked: [rules.severity]"), None);
    effective.add_folders(&[
        file("a/.seam.yml", "rules:\n  disabled: [gen/b]\n"),
        file("b/.seam.yml", "review: {max_comments: 3}\n"),
        file("c/.seam.yml", "rules: [\n"),
        file("d/.seam.yml", "rules:\n  severity: {gen/b: error}\n"),
    ]);
    assert_snapshot!(problems(&effective), @"
    `a/.seam.yml`, line 2: `disabled` is no setting in `rules`; did you mean `disable`?
    `a/.seam.yml`: the file is not used; what holds above it is used
    `b/.seam.yml`, line 1: `review` is no setting; known are rules, instructions
    `b/.seam.yml`: the file is not used; what holds above it is used
    `c/.seam.yml`, line 1: it is no valid YAML: unclosed bracket '['
    `c/.seam.yml`: the file is not used; what holds above it is used
    `d/.seam.yml`, line 2: `rules.severity.gen/b` is locked by the organisation, whose value is used
    ");
    assert!(effective.policy.folders.is_empty());
}

#[test]
fn so_many_files_count_and_no_more() {
    let mut effective = Effective::of(None, None);
    let files: Vec<_> = (10..62).map(|n| file(&format!("f{n}/.seam.yml"), "rules: {disable: [gen/b]}")).collect();
    effective.add_folders(&files);
    assert_eq!(effective.policy.folders.len(), 50);
    assert_snapshot!(problems(&effective), @"`f60/.seam.yml`: not read: 50 such files count for one change, those nearest to the top first");
}

#[test]
fn rules_that_nobody_knows_are_named_with_the_nearest() {
    let known = || ["py/no-eval", "py/exec", "gen/todo"].map(str::to_owned).to_vec();
    let text = "rules:\n  disable: [py/no-evl, gen/todo, 'pz/*', 'py/*']\n  severity:\n    py/exce: error\n    whatever: info\n";
    let mut effective = Effective::of(None, Some(text));
    effective.add_folders(&[file("a/.seam.yml", "rules: {disable: [gen/tood]}")]);
    effective.tell_unknown_rules(known);
    assert_snapshot!(problems(&effective), @"
    `.github/seam.yml`, line 2: there is no rule `py/no-evl`; did you mean `py/no-eval`?
    `.github/seam.yml`, line 2: there is no rule `pz/*`; did you mean `py/*`?
    `.github/seam.yml`, line 4: there is no rule `py/exce`; did you mean `py/exec`?
    `.github/seam.yml`, line 5: there is no rule `whatever`
    `a/.seam.yml`, line 1: there is no rule `gen/tood`; did you mean `gen/todo`?
    ");
    assert!(effective.policy.disables("x.py", "py/exec"), "what is right in the file holds");
    let mut without = Effective::of(None, Some("review: {max_comments: 3}"));
    without.tell_unknown_rules(|| panic!("no rule is named, and nobody needs to know them"));
}

const GOOD: &str = "review: {max_comments: 3}\nlocked: [review]\n";
const OWN: &str = "review: {max_comments: 9}\nsplit: {max_files_per_pr: 5}\n";

#[test]
fn a_broken_file_of_the_organisation_unlocks_nothing() {
    let held = |organisation: &str, last_good: Option<&str>| {
        let effective = Effective::with_last_good(Some(organisation), last_good, Some(OWN));
        let policy = &effective.policy;
        format!("{} {}\n{}", policy.review.max_comments, policy.split.max_files_per_pr, problems(&effective))
    };
    // Its last good version is used, whatever is wrong with it.
    assert_snapshot!(held("review: [", Some(GOOD)), @"
    3 5
    `.github/seam.yml` of the organisation, line 1: it is no valid YAML: unclosed bracket '['
    `.github/seam.yml` of the organisation: the file is not used; its last good version is used
    `.github/seam.yml`, line 1: `review.max_comments` is locked by the organisation, whose value is used
    ");
    // Without one, what can be read of its locks holds.
    assert_snapshot!(held("revew: {}\nlocked: [review]\n", None), @"
    20 5
    `.github/seam.yml` of the organisation, line 1: `revew` is no setting; did you mean `review`?
    `.github/seam.yml` of the organisation: the file is not used; the defaults are used
    `.github/seam.yml`, line 1: `review.max_comments` is locked by the organisation, whose value is used
    ");
    // Where nobody knows what it locks, all of it is.
    assert_snapshot!(held("review: [", None), @"
    20 30
    `.github/seam.yml` of the organisation, line 1: it is no valid YAML: unclosed bracket '['
    `.github/seam.yml` of the organisation: the file is not used; the defaults are used, and the repository's own file is not, for it may be locked
    ");
}

#[test]
fn the_one_schema_covers_both_files() {
    let folder = &schema::policy()["$defs"]["FolderPolicy"];
    assert_eq!(folder, schema::folder());
    assert_eq!(folder["additionalProperties"], false);
    assert_eq!(folder["properties"]["rules"]["$ref"], "#/$defs/RulesPolicy");
}
