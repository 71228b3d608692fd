//! Table `schedule`: what is done again and again, by one process of all that share the database.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    columns::Get as _,
    db::{Db, on_writer},
    error::StoreError,
};

/// Makes sure that `name` is due at once and then every `every`; one that is known keeps its time, unless the new rhythm
/// brings it forward.
pub async fn ensure(db: &Db, name: &str, every: Duration, now: DateTime<Utc>) -> Result<(), StoreError> {
    const ENSURE: &str = "insert into schedule (name, every, next_at) values ($1, $2, $3)
        on conflict (name) do update set every = excluded.every,
            next_at = case when schedule.next_at > $3 + $2 then $3 + $2 else schedule.next_at end";
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX / 4);
    on_writer!(db, pool => {
        sqlx::query(ENSURE).bind(name).bind(every).bind(now.timestamp_millis()).execute(pool).await?;
        Ok(())
    })
}

/// What is due now. Each is told to one caller only, however many ask; what was missed is not made up for.
pub async fn take_due(db: &Db, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
    const TAKE: &str = "update schedule set next_at = $1 + every where next_at <= $1 returning name";
    on_writer!(db, pool => {
        let rows = sqlx::query(TAKE).bind(now.timestamp_millis()).fetch_all(pool).await?;
        let mut names = rows.iter().map(|row| row.get("name")).collect::<Result<Vec<String>, _>>()?;
        names.sort();
        Ok(names)
    })
}
