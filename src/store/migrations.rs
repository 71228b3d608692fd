//! The migrations, embedded: the same versions for both databases. A released one is never edited.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

macro_rules! migrations {
    ($($version:literal $name:literal;)*) => {
        pub(super) fn sqlite() -> Migrator {
            migrator([$(($version, $name, include_str!(concat!("../../migrations/sqlite/", $name, ".sql")))),*])
        }

        pub(super) fn postgres() -> Migrator {
            migrator([$(($version, $name, include_str!(concat!("../../migrations/postgres/", $name, ".sql")))),*])
        }
    };
}

migrations! {
    1 "0001_deliveries_and_executions";
    2 "0002_upkeep_and_memory";
    5 "0005_organisation_policy_and_processes";
    6 "0006_once_and_after";
    8 "0008_dismissals_and_pauses";
    9 "0009_rounds";
    10 "0010_splits";
    11 "0011_silences";
}

fn migrator<const N: usize>(migrations: [(i64, &'static str, &'static str); N]) -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(migrations.into_iter().map(migration).collect())
}
