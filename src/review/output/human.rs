//! A review for a person at a terminal: each finding with the lines it is about, the range underlined, and the mend.

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet, renderer::DEFAULT_TERM_WIDTH};

use super::outcome::Outcome;
use crate::{
    domain::finding::{Finding, Severity, Suggestion},
    review::{
        ledger::{Coverage, count, groups},
        markdown::{shorten, visible},
    },
};

/// Longer excerpts are shown by their first line only; wider ones not at all.
const MOST_LINES: usize = 12;
const MOST_BYTES: usize = 2_000;
/// Of files that were not looked at, reasons that are named.
const MOST_REASONS: usize = 10;

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub colors: Colors,
    /// Columns.
    pub width: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    Plain,
    Ansi,
}

impl Default for Look {
    fn default() -> Self {
        Self { colors: Colors::Plain, width: DEFAULT_TERM_WIDTH }
    }
}

/// `head` gives the text of a file as it was reviewed; a finding of a file it does not give is shown without lines.
pub fn render(outcome: &Outcome<'_>, head: impl Fn(&str) -> Option<String>, look: Look) -> String {
    let renderer = match look.colors {
        Colors::Plain => Renderer::plain(),
        Colors::Ansi => Renderer::styled(),
    }
    .term_width(look.width);
    let mut text = String::new();
    let mut read: Option<(&str, Option<String>)> = None;
    for finding in &outcome.analysis.findings {
        if read.as_ref().is_none_or(|(path, _)| *path != finding.path) {
            read = Some((&finding.path, head(&finding.path)));
        }
        let source = read.as_ref().and_then(|(_, source)| source.as_deref());
        text.push_str(&render_finding(finding, source, &renderer));
        text.push_str("\n\n");
    }
    text.push_str(&render_end(outcome));
    text
}

fn render_finding(finding: &Finding, source: Option<&str>, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::NOTE,
    };
    let path = visible(&finding.path);
    let (title, rest) = first_sentence(&finding.message);
    let title = level.primary_title(visible(title)).id(visible(&finding.rule));
    let excerpt = source.and_then(|source| Excerpt::of(source, finding.start_line, finding.end_line));
    let mut group = match &excerpt {
        Some(excerpt) => {
            let range = AnnotationKind::Primary.span(excerpt.range_of(finding));
            let snippet = Snippet::source(&excerpt.text).line_start(excerpt.first_line).path(&path).annotation(range);
            title.element(snippet)
        }
        None => title.element(origin(&path, finding.start_line)),
    };
    for (number, paragraph) in rest.into_iter().flat_map(|rest| rest.split("\n\n")).enumerate() {
        let level = if number == 0 { Level::HELP } else { Level::NOTE };
        group = group.element(level.message(visible(paragraph.trim())));
    }
    let mut groups = vec![group];
    let mend = finding.suggestion.as_ref();
    let mended = mend.and_then(|mend| Excerpt::of(source?, mend.start_line, mend.end_line).map(|lines| (mend, lines)));
    if let Some((mend, lines)) = &mended {
        groups.push(render_mend(mend, lines, &path));
    }
    renderer.render(&groups)
}

fn origin(path: &str, line: u32) -> annotate_snippets::Origin<'_> {
    let origin = annotate_snippets::Origin::path(path);
    if line == 0 { origin } else { origin.line(line as usize) }
}

fn render_mend<'a>(mend: &'a Suggestion, lines: &'a Excerpt, path: &'a str) -> Group<'a> {
    let (title, span) = match mend.replacement.is_empty() {
        // The line end goes too.
        true => ("delete this", 0..lines.text.len()),
        false => ("write instead", 0..lines.text.trim_end_matches('\n').len()),
    };
    let snippet = Snippet::source(&lines.text).line_start(lines.first_line).path(path);
    Level::HELP.secondary_title(title).element(snippet.patch(Patch::new(span, mend.replacement.as_str())))
}

/// Some whole lines of a file.
struct Excerpt {
    text: String,
    first_line: usize,
}

impl Excerpt {
    fn of(source: &str, start: u32, end: u32) -> Option<Self> {
        let (start, end) = (start as usize, end as usize);
        if start == 0 || end < start {
            return None;
        }
        let most = (end - start + 1).min(MOST_LINES);
        let text: String = source.split_inclusive('\n').skip(start - 1).take(most).collect();
        (!text.trim().is_empty() && text.len() <= MOST_BYTES).then_some(Self { text, first_line: start })
    }

    /// Where the evidence stands; else from the first to the last character that is no space.
    fn range_of(&self, finding: &Finding) -> std::ops::Range<usize> {
        let evidence = finding.evidence.as_deref().map(str::trim).filter(|evidence| !evidence.is_empty());
        match evidence.and_then(|evidence| self.text.find(evidence).map(|at| at..at + evidence.len())) {
            Some(range) => range,
            None => {
                let start = self.text.len() - self.text.trim_start().len();
                start..self.text.trim_end().len()
            }
        }
    }
}

/// Rule messages are a sentence on what is wrong, and then what to do.
fn first_sentence(message: &str) -> (&str, Option<&str>) {
    let message = message.trim();
    match message.match_indices(['.', '\n']).find(|(at, _)| message[at + 1..].starts_with([' ', '\n'])) {
        Some((at, _)) => (&message[..at], Some(message[at + 1..].trim()).filter(|rest| !rest.is_empty())),
        None => (message.strip_suffix('.').unwrap_or(message), None),
    }
}

fn render_end(outcome: &Outcome<'_>) -> String {
    let (errors, warnings, notes) =
        (outcome.count(Severity::Error), outcome.count(Severity::Warning), outcome.count(Severity::Info));
    let parts = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let found: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(*n, what)).collect();
    let coverage = Coverage::of(&outcome.analysis.ledger);
    let mut text = match found.as_slice() {
        [] if coverage.files() == 0 => "Nothing to review.".to_owned(),
        [] if coverage.looked_at() == 0 => "Nothing was looked at.".to_owned(),
        [] => "No problems found.".to_owned(),
        found => format!("{}.", found.join(", ")),
    };
    let scores = outcome.scores();
    text.push_str(&format!(" {}\n", coverage.sentence()));
    if coverage.looked_at() > 0 {
        text.push_str(&format!("Security {} of 100, quality {} of 100.\n", scores.security, scores.quality));
    }
    let skipped = groups(&outcome.analysis.ledger);
    let skipped: Vec<_> = skipped.into_iter().filter(|group| group.is_left_out()).collect();
    for group in skipped.iter().take(MOST_REASONS) {
        let files = match group.rows.as_slice() {
            [row] => visible(&row.path),
            rows => count(rows.len(), "file"),
        };
        text.push_str(&format!("Skipped {files}: {}\n", visible(&shorten(group.reason, 300))));
    }
    let left: usize = skipped.iter().skip(MOST_REASONS).map(|group| group.rows.len()).sum();
    if left > 0 {
        text.push_str(&format!(
            "Skipped {} for other reasons; `--format json` names them.\n",
            count(left, "more file")
        ));
    }
    text
}
