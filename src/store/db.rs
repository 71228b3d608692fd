//! The database behind one enum: SQLite with one writing connection and a pool of readers, or PostgreSQL.
//!
//! The concrete drivers stay visible inside the room (sqlx's `Any` loses types); SQL that reads the same on both is
//! written once and run through the macros below.

use std::{
    fs::OpenOptions, os::unix::fs::OpenOptionsExt as _, path::PathBuf, str::FromStr as _, sync::Arc, time::Duration,
};

use sqlx::{
    ConnectOptions as _, PgPool, Postgres, SqlitePool, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    error::StoreError,
    migrations,
    wakeups::{Bell, Wakeups},
};

/// Long enough for a busy moment, short enough that a webhook is answered 503 before GitHub gives up after 10 seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connected, migrated database. Clones share it.
#[derive(Clone, Debug)]
pub enum Db {
    Sqlite(SqliteDb),
    Postgres(PostgresDb),
}

#[derive(Clone, Debug)]
pub struct SqliteDb {
    /// One connection: SQLite has one writer at a time, and waiting in our own queue is fair and cheap.
    pub(super) writer: SqlitePool,
    pub(super) reader: SqlitePool,
    pub(super) bell: Arc<Bell>,
}

#[derive(Clone, Debug)]
pub struct PostgresDb {
    pub(super) writer: PgPool,
    pub(super) reader: PgPool,
    pub(super) bell: Arc<Bell>,
}

/// One statement with a clause that only PostgreSQL needs: rows are locked one by one there, while SQLite has one writer.
#[derive(Clone, Copy)]
pub(super) struct Locking {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

/// A transaction that writes.
pub(super) enum Tx {
    Sqlite(Transaction<'static, sqlx::Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs the same expression with the pool that reads, for either driver.
macro_rules! on_reader {
    ($db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::store::db::Db::Sqlite(db) => {
                let $pool = &db.reader;
                $body
            }
            $crate::store::db::Db::Postgres(db) => {
                let $pool = &db.reader;
                $body
            }
        }
    };
}

/// Runs the same expression with the pool that writes, for either driver: a statement by itself is a transaction.
macro_rules! on_writer {
    ($db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::store::db::Db::Sqlite(db) => {
                let $pool = &db.writer;
                $body
            }
            $crate::store::db::Db::Postgres(db) => {
                let $pool = &db.writer;
                $body
            }
        }
    };
}

/// Runs the same expression within a [`Tx`], for either driver.
macro_rules! on_tx {
    ($tx:expr, $connection:ident => $body:expr) => {
        match $tx {
            $crate::store::db::Tx::Sqlite(tx) => {
                let $connection = &mut **tx;
                $body
            }
            $crate::store::db::Tx::Postgres(tx) => {
                let $connection = &mut **tx;
                $body
            }
        }
    };
}

/// A [`Locking`] statement: what comes before the clause, the clause, what comes after it.
macro_rules! locking {
    ($before:literal, $clause:literal, $after:literal) => {
        $crate::store::db::Locking { sqlite: concat!($before, $after), postgres: concat!($before, $clause, $after) }
    };
}

pub(super) use {locking, on_reader, on_tx, on_writer};

impl Db {
    /// Connects to `sqlite://PATH` (made when missing, with its folders) or `postgres://...` and runs the migrations.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => SqliteDb::connect(url).await.map(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => PostgresDb::connect(url).await.map(Self::Postgres),
            _ => Err(StoreError::Url("it starts with neither sqlite:// nor postgres://".to_owned())),
        }
    }

    /// The file that [`Db::connect`] would make. `None`: it is there, or the database is a server's.
    pub fn not_made_yet(url: &str) -> Option<PathBuf> {
        let is_file = url.split_once(':').is_some_and(|(scheme, _)| scheme == "sqlite");
        let path = SqliteConnectOptions::from_str(url).ok().filter(|_| is_file)?.get_filename().to_owned();
        (!path.exists()).then_some(path)
    }

    /// `SQLite` or `PostgreSQL`, for people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// The database answers, and its tables are there.
    pub async fn ready(&self) -> Result<(), StoreError> {
        on_reader!(self, pool => {
            sqlx::query("select 1 from delivery limit 1").fetch_optional(pool).await?;
            Ok(())
        })
    }

    /// Tells of executions put in line, by this process or another one.
    pub fn wakeups(&self) -> Wakeups {
        match self {
            Self::Sqlite(db) => db.bell.hear(),
            Self::Postgres(db) => db.bell.hear(),
        }
    }

    /// Wakes the workers of this process; those of others hear of it by `NOTIFY`, or when they next look.
    pub(super) fn wake(&self) {
        match self {
            Self::Sqlite(db) => db.bell.ring(),
            Self::Postgres(db) => db.bell.ring(),
        }
    }

    /// Closes all connections; whoever still uses a clone gets an error.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => {
                db.reader.close().await;
                db.writer.close().await;
            }
            Self::Postgres(db) => db.writer.close().await,
        }
    }

    pub(super) fn pick(&self, statement: Locking) -> &'static str {
        match self {
            Self::Sqlite(_) => statement.sqlite,
            Self::Postgres(_) => statement.postgres,
        }
    }

    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            // Immediate: a transaction that starts by reading could not be made a writing one while another process writes.
            Self::Sqlite(db) => Tx::Sqlite(db.writer.begin_with("begin immediate").await?),
            Self::Postgres(db) => Tx::Postgres(db.writer.begin().await?),
        })
    }
}

impl Tx {
    pub(super) fn pick(&self, statement: Locking) -> &'static str {
        match self {
            Self::Sqlite(_) => statement.sqlite,
            Self::Postgres(_) => statement.postgres,
        }
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl SqliteDb {
    async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url).map_err(|error| StoreError::Url(error.to_string()))?;
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(StoreError::Url("a database in memory would forget what was accepted".to_owned()));
        }
        if let Some(folder) = options.get_filename().parent() {
            std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
        }
        // Payloads and outputs quote private code. What SQLite puts beside the file takes its mode.
        let mut private = OpenOptions::new();
        private.append(true).create(true).mode(0o600).open(options.get_filename()).map_err(sqlx::Error::Io)?;
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on disk before it is answered; many deliveries share one.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // 16 MiB of pages between two checkpoints: a busy line writes the same pages again and again.
            .pragma("wal_autocheckpoint", "4096")
            .busy_timeout(PATIENCE)
            .disable_statement_logging();
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_with(options.clone())
            .await?;
        // Another process may start at the same moment: it waits until all migrations are in.
        let mut tx = writer.begin_with("begin immediate").await?;
        migrations::sqlite().run(&mut *tx).await?;
        tx.commit().await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_lazy_with(options.pragma("query_only", "on"));
        Ok(Self { writer, reader, bell: Bell::new() })
    }
}

impl PostgresDb {
    async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| {
                StoreError::Url("it is not of the form postgres://user:password@host:port/database".to_owned())
            })?
            .disable_statement_logging();
        let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(PATIENCE).connect_with(options).await?;
        migrations::postgres().run(&pool).await?;
        let bell = Bell::new();
        bell.listen(&pool);
        Ok(Self { reader: pool.clone(), writer: pool, bell })
    }
}
