//! What the pull request of a slice says: what it is, why, which files, what else is to be known. A template that the
//! repository has is kept, and filled where it asks for a description.

use super::reasons::listed;
use crate::{
    domain::plan::{Slice, SliceFile},
    review::markdown::{code, prose, shorten},
};

/// Files that are listed by name.
const MAX_FILES: usize = 50;
/// Of the author's commit messages, characters that are quoted.
const MAX_WHY: usize = 2_000;
/// Bytes of a reason.
const MAX_REASON: usize = 500;

/// What a description is made from besides the slice.
pub struct Told<'a> {
    /// Subjects and bodies of the author's commits that are about this slice.
    pub commits: &'a [(String, String)],
    pub template: Option<&'a str>,
    /// The slices that this one needs: titles.
    pub needs: &'a [String],
    pub of: usize,
    pub number: usize,
}

/// Markdown. Names out of the repository stand in code, where they cannot become links or mentions.
pub fn render(slice: &Slice, told: &Told<'_>) -> String {
    let what = what(slice, told);
    let rest = [files(&slice.files), relation(told), checklist()].join("\n\n");
    match told.template {
        Some(template) if !template.trim().is_empty() => format!("{}\n\n{rest}\n", filled(template, &what)),
        _ => format!("{what}\n\n{rest}\n"),
    }
}

fn what(slice: &Slice, told: &Told<'_>) -> String {
    let mut paragraphs = Vec::new();
    if !slice.reasons.is_empty() {
        // They quote names and paths of the change.
        let harmless = |reason: &String| prose(&shorten(reason, MAX_REASON)).replace('\n', " ");
        let reasons: Vec<_> = slice.reasons.iter().map(|reason| format!("- {}", harmless(reason))).collect();
        paragraphs.push(format!("What belongs together here, and why:\n\n{}", reasons.join("\n")));
    }
    let why: Vec<String> = told.commits.iter().map(|(subject, body)| quoted(subject, body)).collect();
    if !why.is_empty() {
        let text: String = why.join("\n>\n").chars().take(MAX_WHY).collect();
        paragraphs.push(format!("From the commits:\n\n{text}"));
    }
    if paragraphs.is_empty() {
        paragraphs.push(format!("One part of a larger change: {}.", code(&slice.title)));
    }
    paragraphs.join("\n\n")
}

fn quoted(subject: &str, body: &str) -> String {
    let lines = std::iter::once(subject).chain(body.lines());
    // A person or an issue is named once, in the original; here the names lead nowhere.
    let harmless = |line: &str| line.replace('@', "@\u{200b}").replace('#', "#\u{200b}").replace('<', "&lt;");
    lines.map(|line| format!("> {}", harmless(line)).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn files(files: &[SliceFile]) -> String {
    let line = |file: &SliceFile| {
        let from = file.old_path.as_ref().map(|old| format!(" from {}", code(old))).unwrap_or_default();
        let hunks = file.hunks.as_ref().map(|hunks| format!(", {} of its hunks", hunks.len())).unwrap_or_default();
        format!("- {} {}{from}{hunks}", code(&file.path), file.status.as_str())
    };
    let mut lines: Vec<String> = files.iter().take(MAX_FILES).map(line).collect();
    if files.len() > MAX_FILES {
        lines.push(format!("- and {} more", files.len() - MAX_FILES));
    }
    let count = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) };
    format!("<details><summary>{count}</summary>\n\n{}\n\n</details>", lines.join("\n"))
}

fn relation(told: &Told<'_>) -> String {
    let place = format!("Slice {} of {}.", told.number, told.of);
    if told.needs.is_empty() {
        return format!("{place} It needs no other slice.");
    }
    let needs: Vec<_> = told.needs.iter().map(|title| code(title)).collect();
    format!("{place} It needs {}, to be merged before it.", listed(&needs))
}

fn checklist() -> String {
    "- [ ] The slice stands by itself: it builds, and its tests pass\n- [ ] Title and description say what a reviewer needs".to_owned()
}

/// The template with our text below its first heading, or above all where it has none.
fn filled(template: &str, text: &str) -> String {
    let template = template.trim_end();
    let heading = template.lines().position(|line| line.starts_with('#'));
    match heading {
        Some(at) => {
            let lines: Vec<&str> = template.lines().collect();
            let (above, below) = lines.split_at(at + 1);
            format!("{}\n\n{text}\n{}", above.join("\n"), below.join("\n"))
        }
        None => format!("{text}\n\n{template}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::SliceId;

    #[test]
    fn what_reasons_quote_stays_text() {
        let mut slice = Slice::new(SliceId("s1".to_owned()), String::new());
        slice.reasons = [
            "they stand below `a/`",
            "names the new `x` @octo/team ![y](https://example.com/y.png) `z`",
            "they stand below `<!-- What\nfollows -->\n# a` <!-- seam:slice:1/s1 --> `b`/`",
        ]
        .map(str::to_owned)
        .to_vec();
        let told = Told { commits: &[], template: None, needs: &[], of: 1, number: 1 };
        insta::assert_snapshot!(what(&slice, &told).replace('\u{200b}', "(gap)"), @r"
        What belongs together here, and why:

        - they stand below `a/`
        - names the new `x` @(gap)octo/team \![y](https://example.com/y.png) `z`
        - they stand below \`&lt;!-- What follows --> \# a`<(gap)!-- seam:slice:1/s1 -->`b`/`
        ");
    }
}
