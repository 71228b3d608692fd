//! The evidence of a finding is checked against the tree before anything is posted: a finding whose quoted code is not
//! at its lines is dropped.

use crate::domain::finding::Finding;

/// Whether the finding's evidence stands at its lines of `head`. Findings without evidence (secrets, redacted) hold.
/// White space at line ends does not matter. `None`: the file is not there, or cannot be read.
pub fn holds(finding: &Finding, head: Option<&str>) -> bool {
    let Some(evidence) = &finding.evidence else { return true };
    let Some(head) = head else { return false };
    if finding.is_about_file() || finding.end_line < finding.start_line {
        return false;
    }
    let (start, end) = (finding.start_line as usize, finding.end_line as usize);
    let lines: Vec<&str> = head.lines().skip(start - 1).take(end - start + 1).map(str::trim_end).collect();
    let quoted: Vec<&str> = evidence.trim().lines().map(str::trim_end).collect();
    lines.len() == end - start + 1 && lines.join("\n").contains(&quoted.join("\n"))
}

/// Keeps the findings whose evidence holds; says how many did not. `head` gives the text of a file and is asked once per
/// run of findings in one file.
pub fn keep_proven(findings: &mut Vec<Finding>, mut head: impl FnMut(&str) -> Option<String>) -> usize {
    let before = findings.len();
    let mut read: Option<(String, Option<String>)> = None;
    findings.retain(|finding| {
        if finding.evidence.is_none() {
            return true;
        }
        if read.as_ref().is_none_or(|(path, _)| *path != finding.path) {
            read = Some((finding.path.clone(), head(&finding.path)));
        }
        holds(finding, read.as_ref().and_then(|(_, text)| text.as_deref()))
    });
    before - findings.len()
}
