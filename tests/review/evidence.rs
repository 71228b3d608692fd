//! Nothing is said that the head does not prove.

use insta::assert_snapshot;
use seam::{
    domain::finding::{Finding, Source},
    review::evidence,
};

use super::table::finding;
use crate::analysis::sample::Sample;

const CART: &str = "def price(formula):\n    return eval(formula)  \n\nTOTAL = (1 +\n    2)\n";

/// Which of `findings` in a new file `cart.py` are kept, and what people are told.
fn kept(findings: Vec<Finding>) -> String {
    let sample = Sample::added("cart.py", CART);
    let mut analysis = sample.analyze();
    analysis.findings = findings;
    let left_out = evidence::keep_proven(&mut analysis, sample.changes(), &sample);
    let kept: Vec<_> = analysis.findings.iter().map(|finding| finding.message.as_str()).collect();
    let note = evidence::note(&left_out).map(|note| format!("\n{}", note.text)).unwrap_or_default();
    format!("{}{note}", kept.join(" "))
}

fn quoting(evidence: &str, lines: (u32, u32)) -> Finding {
    let mut finding = finding("cart.py", lines.0, evidence);
    (finding.end_line, finding.message) = (lines.1, format!("{}-{}", lines.0, lines.1));
    finding
}

#[test]
fn a_finding_whose_quoted_code_is_not_there_is_left_out() {
    let elsewhere = quoting("    return eval(formula)", (1, 1));
    let invented = quoting("    return exec(formula)", (2, 2));
    let beyond = quoting("2)", (5, 60));
    let backwards = quoting("2)", (5, 4));
    let nothing = quoting("  ", (2, 2));
    let mut no_file = quoting("eval(formula)", (2, 2));
    no_file.path = "other.py".to_owned();
    assert_snapshot!(kept(vec![elsewhere, invented, beyond, backwards, nothing, no_file]), @"6 findings left out, in `cart.py` and other files: the quoted code is not there.");
    assert_snapshot!(kept(vec![quoting("eval(x)", (2, 2))]), @"1 finding left out, in `cart.py`: the quoted code is not there.");
}

#[test]
fn what_is_there_is_kept_whatever_stands_at_the_ends_of_its_lines() {
    let one = quoting("    return eval(formula)", (2, 2));
    let part = quoting("eval(formula)", (1, 2));
    let lines = quoting("TOTAL = (1 +   \r\n    2)", (4, 5));
    assert_snapshot!(kept(vec![one, part, lines]), @"2-2 1-2 4-5");
}

#[test]
fn a_finding_on_the_whole_file_needs_the_file_and_a_secret_its_line() {
    let mut file = quoting("", (0, 0));
    file.evidence = None;
    let somewhere = quoting("eval(formula)", (0, 0));
    let nowhere = quoting("exec(formula)", (0, 0));
    let mut secret = quoting("", (2, 2));
    (secret.evidence, secret.source) = (None, Source::Secret);
    let mut beyond = secret.clone();
    (beyond.start_line, beyond.end_line) = (70, 70);
    let unquoted = Finding { source: Source::Rule, ..secret.clone() };
    assert_snapshot!(kept(vec![file, somewhere, nowhere, secret, beyond, unquoted]), @"
    0-0 0-0 2-2
    3 findings left out, in `cart.py`: the quoted code is not there.
    ");
}
