//! The one list of the syntax rules that are part of Seam. A test compares it with the folder.

/// One file of `rules/ast`.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedRule {
    /// The folder, which says for which languages the rule is.
    pub folder: &'static str,
    pub name: &'static str,
    pub yaml: &'static str,
}

macro_rules! embedded {
    ($($folder:literal: [$($name:literal),* $(,)?])*) => {
        &[$($(EmbeddedRule {
            folder: $folder,
            name: $name,
            yaml: include_str!(concat!("../../../rules/ast/", $folder, "/", $name, ".yml")),
        }),*),*]
    };
}

pub const RULES: &[EmbeddedRule] = embedded! {
    "python": [
        "eval-nonliteral",
    ]
};
