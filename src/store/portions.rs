//! Much work in small pieces: statements of few sizes, and long clean-ups that let others write in between.

use super::{
    db::{Db, on_writer},
    error::StoreError,
};

/// How many rows a statement takes at most. Rows are sent in few sizes, so that the texts of statements stay few and
/// prepared.
const ROWS: usize = 64;

/// Splits into slices of 64, 48, 32, 24, 16, 12, ... elements: most batches need one or two.
pub(super) fn portions<T>(mut rest: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let most = rest.len().min(ROWS);
        let power = 1 << most.checked_ilog2()?;
        let size = if most >= power + power / 2 { power + power / 2 } else { power };
        let (portion, others) = rest.split_at(size);
        rest = others;
        Some(portion)
    })
}

/// Runs a statement that takes a time until it finds no more rows.
pub(super) async fn repeat(db: &Db, sql: &'static str, before: i64) -> Result<u64, StoreError> {
    let mut total = 0;
    loop {
        let done = on_writer!(db, pool => sqlx::query(sql).bind(before).execute(pool).await?.rows_affected());
        total += done;
        if done == 0 {
            return Ok(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sent_in_few_sizes() {
        let rows: Vec<_> = (0..203).collect();
        let sizes: Vec<_> = portions(&rows).map(<[_]>::len).collect();
        assert_eq!(sizes, [64, 64, 64, 8, 3]);
        assert_eq!(portions(&rows).flatten().count(), 203);
    }
}
