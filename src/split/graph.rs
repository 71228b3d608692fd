//! The slices as a graph that GitHub draws. Source: <https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/creating-diagrams>.

use crate::{
    domain::plan::{Plan, SliceId},
    review::markdown::shorten,
};

/// Slices beyond which a drawing is no help.
const MAX_SLICES: usize = 40;

/// A fenced block of Mermaid; `None` where there is nothing to draw.
pub(super) fn render(plan: &Plan, base: &str) -> Option<String> {
    if !(2..=MAX_SLICES).contains(&plan.slices.len()) {
        return None;
    }
    let mut text = format!("```mermaid\nflowchart BT\n  base([\"{}\"])\n", label(base));
    for (number, slice) in plan.slices.iter().enumerate() {
        text.push_str(&format!("  n{number}[\"{} {}\"]\n", label(&slice.id.0), label(&slice.title)));
    }
    for (number, slice) in plan.slices.iter().enumerate() {
        let place = |id: &SliceId| plan.slices.iter().position(|other| other.id == *id);
        let on = slice.stands_on.as_ref().and_then(place).map_or("base".to_owned(), |place| format!("n{place}"));
        text.push_str(&format!("  n{number} --> {on}\n"));
        for awaited in plan.awaited(slice).iter().filter_map(|awaited| place(&awaited.id)) {
            text.push_str(&format!("  n{number} -.-> n{awaited}\n"));
        }
    }
    Some(text + "```")
}

/// Letters, digits and what is harmless between two quotes.
fn label(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || " .,:-_/".contains(c) { c } else { ' ' };
    shorten(text, 60).chars().map(plain).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
