//! The JSON that `seam split --format json` prints: the plan itself.

use crate::domain::plan::Plan;

/// One indented document and a line end.
pub fn render(plan: &Plan) -> String {
    let mut text = serde_json::to_string_pretty(plan).expect("a plan is plain data");
    text.push('\n');
    text
}
