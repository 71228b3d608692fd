//! What can go wrong between Seam and its database.

use std::sync::Arc;

/// Cheap to clone: one failed commit is told to everyone who shared it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Unreachable, out of space, or a statement was refused.
    #[error("the database did not do it: {0}")]
    Database(Arc<sqlx::Error>),
    #[error("the database could not be brought up to date: {0}")]
    Migration(Arc<sqlx::migrate::MigrateError>),
    /// The URL is not repeated: it may hold a password.
    #[error("the database URL is not usable: {0}")]
    Url(String),
    /// A row holds what this version of Seam cannot read.
    #[error("column {column} holds what cannot be read: {reason}")]
    Unreadable { column: String, reason: String },
    /// Too many deliveries wait to be stored: try again later.
    #[error("too many deliveries are waiting to be stored")]
    Full,
    /// The process is going down.
    #[error("the store has stopped")]
    Stopped,
}

impl StoreError {
    pub(super) fn unreadable(column: &str, reason: impl ToString) -> Self {
        Self::Unreadable { column: column.to_owned(), reason: reason.to_string() }
    }

    /// A constraint said that such a row is there already.
    pub(super) fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(error)
            if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation))
    }

    /// The database refused this very statement, and not because of what others do at the same moment: another row may
    /// well be stored.
    pub(super) fn is_about_the_data(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match &**error {
            sqlx::Error::Encode(_) => true,
            // PostgreSQL: data exceptions (class 22) and constraints (class 23).
            sqlx::Error::Database(error) => {
                error.is_check_violation()
                    || error.is_unique_violation()
                    || error.is_foreign_key_violation()
                    || error.code().is_some_and(|code| code.len() == 5 && code.starts_with("22"))
                    // SQLite: too big, and a wrong type.
                    || matches!(error.code().as_deref(), Some("18" | "20"))
            }
            _ => false,
        }
    }

    /// Two transactions got in each other's way, or the connection broke: the same again may well succeed.
    pub(super) fn is_passing(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match &**error {
            sqlx::Error::Io(_) => true,
            // PostgreSQL: serialization failure, deadlock, lock not available, shutting down. SQLite: busy, locked.
            sqlx::Error::Database(error) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01" | "55P03" | "57P01" | "57P02" | "5" | "6"))
            }
            _ => false,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(Arc::new(error))
    }
}
