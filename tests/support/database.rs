//! One test body on both databases: `on_each_database!(name, async |db| { ... })` makes the tests `name::sqlite`, on a
//! fresh file, and `name::postgres`, on a fresh database of the server that `SEAM_TEST_DATABASE_URL` names.

use std::{env, io::Write as _, panic::AssertUnwindSafe, path::Path, str::FromStr as _, sync::Once};

use futures_util::FutureExt as _;
use seam::store::db::Db;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;

pub(crate) const SERVER: &str = "SEAM_TEST_DATABASE_URL";

macro_rules! on_each_database {
    ($(#[$attribute:meta])* $name:ident, $body:expr) => {
        mod $name {
            use super::*;

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                $crate::support::database::on_sqlite($body).await;
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                $crate::support::database::on_postgres($body).await;
            }
        }
    };
}

pub(crate) use on_each_database;

/// A database of its own. What connects to [`TestDatabase::url`] sees the same.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    kind: Kind,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { name: String },
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        // It need not outlive the machine, and most of a test would be waiting for the disk.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let url = format!("sqlite://{}", folder.path().join("seam.db").display());
        Self { url, kind: Kind::Sqlite { _folder: folder } }
    }

    /// `None`, and one line on the terminal, where no server is given.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = env::var(SERVER) else {
            static SAID: Once = Once::new();
            // Not `eprintln!`: the test harness would keep it to itself.
            SAID.call_once(|| {
                let _ = writeln!(std::io::stderr(), "note: PostgreSQL tests did not run: {SERVER} is not set");
            });
            return None;
        };
        let name = format!("seam_test_{}", uuid::Uuid::new_v4().simple());
        let options = PgConnectOptions::from_str(&server).unwrap();
        let mut connection = options.clone().connect().await.unwrap();
        connection.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let url = options.database(&name).to_url_lossy().to_string();
        Some(Self { url, kind: Kind::Postgres { name } })
    }

    /// Connects, migrated.
    pub(crate) async fn connect(&self) -> Db {
        Db::connect(&self.url).await.unwrap()
    }

    /// Files go by themselves; a server's database is dropped, whoever is still connected.
    pub(crate) async fn remove(self) {
        let Kind::Postgres { name } = self.kind else { return };
        let mut connection: PgConnection =
            PgConnectOptions::from_str(&env::var(SERVER).unwrap()).unwrap().connect().await.unwrap();
        connection.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
    }
}

pub(crate) async fn on_sqlite(body: impl AsyncFnOnce(Db)) {
    run(TestDatabase::sqlite(), body).await;
}

pub(crate) async fn on_postgres(body: impl AsyncFnOnce(Db)) {
    if let Some(database) = TestDatabase::postgres().await {
        run(database, body).await;
    }
}

async fn run(database: TestDatabase, body: impl AsyncFnOnce(Db)) {
    let db = database.connect().await;
    let ended = AssertUnwindSafe(body(db.clone())).catch_unwind().await;
    db.close().await;
    database.remove().await;
    if let Err(panic) = ended {
        std::panic::resume_unwind(panic);
    }
}
