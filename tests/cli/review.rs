//! `seam review` on real repositories.

use insta::assert_snapshot;
use serde_json::Value;

use super::terminal::{Ran, Terminal};

const CLEAN: &str = "def run(text):\n    return text\n";
const EVAL: &str = "def run(text):\n    return eval(text)\n";
const LEFTOVER: &str = "fn main() {\n    dbg!(1);\n}\n";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran}"))
}

/// What was found, one `rule path:line` each.
fn found(ran: &Ran) -> String {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let line =
        |finding: &Value| format!("{} {}:{}", text(finding, "rule"), text(finding, "path"), finding["start_line"]);
    json(ran)["findings"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_person_sees_the_lines() {
    let terminal = Terminal::in_repository(&[("app.py", CLEAN)]);
    terminal.write(&[("app.py", EVAL), ("src/new.rs", LEFTOVER)]);
    assert_snapshot!(terminal.seam(&["review"]), @"
    error[py/eval-nonliteral]: `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here
     --> app.py:2:5
      |
    2 |     return eval(text)
      |     ^^^^^^^^^^^^^^^^^
      |
      = help: Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.

    warning[gen/debug-leftover]: This looks left over from debugging
     --> src/new.rs:2:5
      |
    2 |     dbg!(1);
      |     ^^^^^^^^
      |
      = help: Remove it before the change is merged.

    1 error, 1 warning. 2 files changed: 2 reviewed.
    Security 80 of 100, quality 93 of 100.
    exit 1
    ");
}

#[test]
fn nothing_changed_is_said() {
    let terminal = Terminal::in_repository(&[("app.py", EVAL)]);
    assert_snapshot!(terminal.seam(&["review"]), @"
    Nothing to review. No file changed.
    exit 0
    ");
}

#[test]
fn clean_changes_end_well() {
    let terminal = Terminal::in_repository(&[("app.py", "")]);
    terminal.write(&[("app.py", CLEAN)]);
    assert_snapshot!(terminal.seam(&["review", "--fail-on", "warning"]), @"
    No problems found. 1 file changed: 1 reviewed.
    Security 100 of 100, quality 100 of 100.
    exit 0
    ");
}

#[test]
fn the_exit_code_obeys_fail_on() {
    let terminal = Terminal::in_repository(&[]);
    terminal.write(&[("main.rs", LEFTOVER)]);
    let code = |fail_on: &str| terminal.seam(&["review", "--fail-on", fail_on]).code;
    assert_eq!([code("error"), code("warning"), code("never")], [0, 1, 0]);
    terminal.write(&[("app.py", EVAL)]);
    assert_eq!([code("error"), code("warning"), code("never")], [1, 1, 0]);
}

#[test]
fn staged_means_what_a_commit_would_take() {
    let terminal = Terminal::in_repository(&[("app.py", CLEAN)]);
    terminal.write(&[("app.py", EVAL)]);
    terminal.git(&["add", "app.py"]);
    terminal.write(&[("app.py", CLEAN), ("main.rs", LEFTOVER)]);
    assert_snapshot!(found(&terminal.seam(&["review", "--staged", "--format", "json"])), @"py/eval-nonliteral app.py:2");
    assert_snapshot!(found(&terminal.seam(&["review", "--format", "json"])), @"gen/debug-leftover main.rs:2");
}

#[test]
fn a_branch_is_compared_where_it_left_the_base() {
    let terminal = Terminal::in_repository(&[("app.py", CLEAN)]);
    terminal.git(&["checkout", "--quiet", "-b", "feature"]);
    terminal.commit(&[("main.rs", LEFTOVER)]);
    terminal.git(&["checkout", "--quiet", "main"]);
    terminal.commit(&[("other.py", EVAL)]);
    let ran = terminal.seam(&["review", "--base", "main", "--head", "feature", "--format", "json"]);
    assert_snapshot!(found(&ran), @"gen/debug-leftover main.rs:2");
    assert_eq!(json(&ran)["base"], terminal.git(&["rev-parse", "main~1"]));
    assert_eq!(json(&ran)["head"], terminal.git(&["rev-parse", "feature"]));
}

#[test]
fn the_upstream_default_branch_is_the_base() {
    let upstream = Terminal::in_repository(&[("app.py", CLEAN)]);
    let terminal = Terminal::in_empty_repository();
    terminal.git(&["remote", "add", "origin", upstream.root().to_str().unwrap()]);
    terminal.git(&["fetch", "--quiet", "origin"]);
    terminal.git(&["reset", "--quiet", "--hard", "origin/main"]);
    terminal.commit(&[("app.py", EVAL)]);
    terminal.write(&[("main.rs", LEFTOVER)]);
    assert_snapshot!(found(&terminal.seam(&["review", "--format", "json"])), @"
    py/eval-nonliteral app.py:2
    gen/debug-leftover main.rs:2
    ");
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let terminal = Terminal::in_empty_repository();
    terminal.write(&[("app.py", EVAL), (".gitignore", "hidden.py\n"), ("hidden.py", EVAL)]);
    assert_snapshot!(found(&terminal.seam(&["review", "--format", "json"])), @"py/eval-nonliteral app.py:2");
    terminal.git(&["add", "--all"]);
    assert_snapshot!(found(&terminal.seam(&["review", "--staged", "--format", "json"])), @"py/eval-nonliteral app.py:2");
}

#[test]
fn folders_that_are_not_checked_out_are_as_they_were() {
    let terminal = Terminal::in_repository(&[]);
    terminal.commit(&[("a/app.py", CLEAN), ("b/one.py", CLEAN), ("b/deep/two.py", CLEAN)]);
    terminal.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "a"]);
    terminal.write(&[("a/app.py", EVAL)]);
    let said = "1 error. 1 file changed: 1 reviewed.";
    let ran = terminal.seam(&["review", "--base", "HEAD"]);
    assert!(ran.out.contains(said), "{ran}");
    terminal.git(&["add", "a/app.py"]);
    let ran = terminal.seam(&["review", "--staged"]);
    assert!(ran.out.contains(said), "{ran}");
}

#[test]
fn no_link_leads_to_settings_outside_of_the_repository() {
    let terminal = Terminal::in_repository(&[]);
    let outside = terminal.root().parent().unwrap().join("private.yml");
    std::fs::write(&outside, "password of the neighbour\n").unwrap();
    std::fs::create_dir(terminal.root().join(".github")).unwrap();
    std::os::unix::fs::symlink(&outside, terminal.root().join(".github/seam.yml")).unwrap();
    terminal.write(&[("app.py", EVAL)]);
    let ran = terminal.seam(&["review", "--format", "json"]);
    assert_snapshot!(ran.err, @"seam: .github/seam.yml is not read: a symbolic link leads to it");
    assert_snapshot!(found(&ran), @"
    gen/symlink-out-of-tree .github/seam.yml:0
    py/eval-nonliteral app.py:2
    ");
}

#[test]
fn a_conflict_that_is_not_solved_is_not_staged() {
    let terminal = Terminal::in_repository(&[("app.py", CLEAN)]);
    terminal.git(&["checkout", "--quiet", "-b", "other"]);
    terminal.commit(&[("app.py", EVAL)]);
    terminal.git(&["checkout", "--quiet", "-b", "mine", "HEAD~1"]);
    terminal.commit(&[("app.py", "x = 1\n")]);
    std::process::Command::new("git")
        .args(["-C", terminal.root().to_str().unwrap(), "merge", "--quiet", "other"])
        .output()
        .unwrap();
    assert_snapshot!(terminal.seam(&["review", "--staged"]), @"
    seam: app.py has a merge conflict: solve it and stage what shall be committed, or leave out --staged
    exit 2
    ");
}

#[test]
fn a_head_that_is_broken_is_not_taken_for_none() {
    let terminal = Terminal::in_repository(&[("app.py", CLEAN)]);
    let head = terminal.git(&["rev-parse", "HEAD"]);
    let (folder, name) = head.trim().split_at(2);
    std::fs::remove_file(terminal.root().join(".git/objects").join(folder).join(name)).unwrap();
    let ran = terminal.seam(&["review"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran}");
}

#[test]
fn a_path_narrows_the_review() {
    let terminal = Terminal::in_repository(&[("app.py", CLEAN)]);
    terminal.write(&[("app.py", EVAL), ("src/main.rs", LEFTOVER), ("src2/main.rs", LEFTOVER)]);
    assert_snapshot!(found(&terminal.seam(&["review", "src", "--format", "json"])), @"gen/debug-leftover src/main.rs:2");
    assert_snapshot!(found(&terminal.seam(&["review", "app.py", "--format", "json"])), @"py/eval-nonliteral app.py:2");
    let below = terminal.seam_in(&terminal.root().join("src"), &["review", "--format", "json"]);
    assert_eq!(json(&below)["findings"].as_array().unwrap().len(), 3, "{below}");
}

#[test]
fn the_repositorys_settings_count_and_their_faults_are_told() {
    let terminal = Terminal::in_repository(&[]);
    terminal.write(&[("app.py", EVAL), (".github/seam.yml", "rules: {disable: [py/eval-nonliteral]}\n")]);
    assert_snapshot!(terminal.seam(&["review"]), @"
    No problems found. 2 files changed: 1 reviewed, 1 linted only.
    Security 100 of 100, quality 100 of 100.
    exit 0
    ");
    terminal.write(&[(".github/seam.yml", "rules: {disabled: [py/eval-nonliteral]}\n")]);
    let ran = terminal.seam(&["review", "--format", "json"]);
    assert_snapshot!(ran.err, @"
    seam: `.github/seam.yml`, line 1: `disabled` is no setting in `rules`; did you mean `disable`?
    seam: `.github/seam.yml`: the file is not used; the organisation's settings and the defaults are used
    ");
    assert_snapshot!(found(&ran), @"py/eval-nonliteral app.py:2");
}

#[test]
fn machines_get_their_formats_on_standard_output_alone() {
    let terminal = Terminal::in_repository(&[]);
    terminal.write(&[("app.py", EVAL)]);
    let ran = terminal.seam(&["review", "--format", "json"]);
    assert_eq!((ran.err.as_str(), json(&ran)["version"].as_u64()), ("", Some(1)));
    let sarif = terminal.seam(&["review", "--format", "sarif"]);
    assert_eq!(json(&sarif)["runs"][0]["results"][0]["ruleId"], "py/eval-nonliteral");
    assert_snapshot!(json(&sarif)["runs"][0]["tool"]["driver"]["rules"][0]["properties"], @r#"{"tags":["security","external/cwe/cwe-095"],"precision":"high","security-severity":"8.0"}"#);
    assert_snapshot!(terminal.seam(&["review", "--format", "github"]), @"
    ::error file=app.py,line=2,endLine=2,title=py/eval-nonliteral::`eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.
    exit 1
    ");
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let terminal = Terminal::in_repository(&[]);
    let outside = terminal.root().parent().unwrap().to_owned();
    assert_snapshot!(terminal.seam(&["review", "--base", "no-such-branch"]), @r#"
    seam: "no-such-branch" names no commit here; `git branch --all` and `git log --oneline` list what there is
    exit 2
    "#);
    assert_snapshot!(terminal.seam(&["review", "no/such/folder"]), @"
    seam: no/such/folder is not there: name a file or a folder in a git work tree
    exit 2
    ");
    assert_snapshot!(terminal.seam_in(&outside, &["review"]), @"
    seam: . is in no git work tree: run it inside one, or name a folder in one
    exit 2
    ");
    assert_snapshot!(terminal.seam(&["review", "--head", "HEAD", "--staged"]), @"
    seam: the argument '--head <REV>' cannot be used with '--staged' (see `seam review --help`)
    exit 2
    ");
    assert_snapshot!(terminal.seam(&["review", "--stagd"]), @"
    seam: unexpected argument '--stagd' found; a similar argument exists: '--staged' (see `seam review --help`)
    exit 2
    ");
    assert_snapshot!(terminal.seam(&["review", "--format", "xml"]), @"
    seam: invalid value 'xml' for '--format <FORMAT>' [possible values: human, json, sarif, github] (see `seam review --help`)
    exit 2
    ");
    assert_snapshot!(terminal.seam(&["reviw"]), @"
    seam: unrecognized subcommand 'reviw'; a similar subcommand exists: 'review' (see `seam --help`)
    exit 2
    ");
}

#[test]
fn what_a_repository_does_not_have_is_said_with_the_way_to_it() {
    let terminal = Terminal::in_repository(&[]);
    terminal.commit(&[("a.py", "eval(x)\n")]);
    terminal.commit(&[("b.py", "exec(x)\n")]);
    let place = |name: &str| terminal.root().parent().unwrap().join(name);
    let source = format!("file://{}", terminal.root().display());
    for (name, how) in [("shallow", "--depth=1"), ("bare.git", "--bare"), ("partial", "--filter=blob:none")] {
        terminal.git(&["config", "uploadpack.allowFilter", "true"]);
        terminal.git(&["clone", "--quiet", "--no-checkout", how, &source, place(name).to_str().unwrap()]);
    }
    terminal.git(&["init", "--quiet", place("empty").to_str().unwrap()]);
    let review =
        |name: &str, arguments: &[&str]| terminal.seam_in(&place(name), &[&["review"], arguments].concat()).to_string();
    assert_snapshot!(review("empty", &["--head", "HEAD"]), @r#"
    seam: "HEAD" names no commit here: there is no commit yet
    exit 2
    "#);
    assert_snapshot!(review("shallow", &["--base", "HEAD~1"]), @r#"
    seam: "HEAD~1" names no commit here: the clone is shallow, and `git fetch --unshallow` brings the rest
    exit 2
    "#);
    for arguments in [&[][..], &["--staged"]] {
        let said = "seam: a bare repository has no files: name two commits with --base and --head\nexit 2";
        assert_eq!(review("bare.git", arguments), said);
    }
    assert!(review("bare.git", &["--base", "HEAD~1", "--head", "HEAD"]).contains("py/eval-nonliteral"));
    let partial = review("partial", &["--base", "HEAD~1", "--head", "HEAD"]);
    assert!(partial.contains("1 file could not be read; where the clone is partial"), "{partial}");
}
