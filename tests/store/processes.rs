//! How many processes work on a database.

use seam::store::process;

use super::rows::at;
use crate::support::database::on_each_database;

on_each_database!(who_falls_silent_is_counted_no_longer, async |db| {
    assert_eq!(process::beat(&db, "one", at(0)).await.unwrap(), 1);
    assert_eq!(process::beat(&db, "two", at(10)).await.unwrap(), 2);
    assert_eq!(process::beat(&db, "one", at(15)).await.unwrap(), 2);
    // The second one was killed.
    assert_eq!(process::beat(&db, "one", at(85)).await.unwrap(), 2);
    assert_eq!(process::beat(&db, "one", at(86)).await.unwrap(), 1);
    assert_eq!(process::beat(&db, "three", at(90)).await.unwrap(), 2);
    process::leave(&db, "three").await.unwrap();
    assert_eq!(process::beat(&db, "one", at(91)).await.unwrap(), 1);
});
