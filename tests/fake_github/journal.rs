//! What was asked of the fake, and what was wrong with it.

/// One request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method and path template, or the GraphQL operation: see [`super::faults`].
    pub(crate) call: String,
    /// The path as it came, with its query.
    pub(crate) path: String,
    pub(crate) status: u16,
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) asked: Vec<Asked>,
    /// The names of all calls that came, answered or not.
    pub(crate) arrived: Vec<String>,
    /// Requests nobody knows, and whatever does not fit GitHub's own descriptions.
    pub(crate) problems: Vec<String>,
}
