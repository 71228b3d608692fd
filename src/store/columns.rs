//! Reading columns of either driver's rows: instead of deriving a row type per table and driver.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

use super::error::StoreError;

/// A column of a type that a driver knows.
pub(super) trait Get<T> {
    fn get(&self, column: &str) -> Result<T, StoreError>;
}

impl<T> Get<T> for SqliteRow
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    fn get(&self, column: &str) -> Result<T, StoreError> {
        Ok(self.try_get(column)?)
    }
}

impl<T> Get<T> for PgRow
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    fn get(&self, column: &str) -> Result<T, StoreError> {
        Ok(self.try_get(column)?)
    }
}

/// A row of either driver, with the types that our tables use.
pub(super) trait Columns:
    Get<i32>
    + Get<i64>
    + Get<Option<i64>>
    + Get<bool>
    + Get<String>
    + Get<Option<String>>
    + Get<Option<Vec<u8>>>
    + Get<Vec<u8>>
{
    /// Milliseconds since the epoch.
    fn time(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        let millis: i64 = self.get(column)?;
        DateTime::from_timestamp_millis(millis).ok_or_else(|| StoreError::unreadable(column, "no time"))
    }

    fn optional_time(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let millis: Option<i64> = self.get(column)?;
        Ok(millis.and_then(DateTime::from_timestamp_millis))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|error| StoreError::unreadable(column, error))
    }

    /// A unit variant by its serde name.
    fn variant<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let name: String = self.get(column)?;
        serde_json::from_value(Value::String(name)).map_err(|error| StoreError::unreadable(column, error))
    }

    fn optional_id<T>(&self, column: &str, id: impl FnOnce(i64) -> T) -> Result<Option<T>, StoreError> {
        let number: Option<i64> = self.get(column)?;
        Ok(number.map(id))
    }
}

impl Columns for SqliteRow {}
impl Columns for PgRow {}

/// PostgreSQL's text takes every character but NUL, and a payload's strings may hold it: both databases keep the same.
pub(super) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
