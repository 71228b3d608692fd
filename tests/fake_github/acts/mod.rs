//! What people do: the model and the git repository change, and the App is told.

pub(crate) mod branches;
pub(crate) mod pull;
pub(crate) mod repo;
pub(crate) mod shown;
