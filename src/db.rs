//! The only module that knows that there are two databases.
//!
//! The same SQL text, with `$1`, runs on both. `row!` reads a struct from a row, `args!` collects a statement's arguments.
//!
//! SQLite has one writer connection, whose transactions begin immediately, and a pool of readers that see a snapshot.
//! PostgreSQL runs at its default isolation: a read that is followed by a write of the same fact must be one guarded
//! statement, or come after the transaction has locked a row for it (`Tx::hold`).

mod failure;
mod health;
mod locks;
mod moving;
mod pool;
mod postgres;
mod rows;
mod serving;
mod sql;
mod sqlite;
mod statement;
mod transaction;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, PgConnection, Row, SqlSafeStr, SqliteConnection};

use self::health::Health;
use self::pool::{Limits, Pool};
use self::postgres::{PostgresServer, Purpose};
use self::rows::{FromAnyRow, Rows, Wanted};
use self::sqlite::{LOCKED_FOR_MAX, SqliteFile};
use self::statement::{BEGIN_WITHIN, ask, bound, rows, twice};
use crate::error::{Error, Result};
use crate::private;

pub use self::failure::SILENT;
pub use self::health::{Outlook, WriteState};
pub use self::locks::{HeldTable, TRIES, retry};
pub use self::moving::{MovedTable, move_school};
pub use self::serving::{ServingLock, Sharing};
pub use self::sql::{Arg, Filter, LISTED_MAX, Sql, batch_size, placeholders, row_placeholders};
pub use self::transaction::Tx;

const READERS: u32 = 4;
const PG_WRITERS: u32 = 6;
const PG_READERS: u32 = 9;
const PG_URGENT: u32 = 2;
/// Time that one statement may take over a network. Without an answer by then, it is given up and its connection is closed.
const GROUP_STATEMENT_WITHIN: Duration = Duration::from_secs(5);
const WRITE_WITHIN: Duration = Duration::from_secs(8);
const READ_WITHIN: Duration = Duration::from_secs(10);
/// Longest wait of one statement for a row that another transaction holds. Short for the group commit: all who write wait for it.
const GROUP_LOCK_WITHIN: Duration = Duration::from_secs(1);
const LOCK_WITHIN: Duration = Duration::from_millis(6_500);

pub struct Db {
    pools: Pools,
    pub health: Arc<Health>,
}

enum Pools {
    Sqlite {
        writer: Pool<SqliteConnection>,
        readers: Pool<SqliteConnection>,
    },
    Postgres {
        /// The group commit has a connection of its own, so that it never waits for one, even if all others hang.
        group: Pool<PgConnection>,
        writers: Pool<PgConnection>,
        readers: Pool<PgConnection>,
        /// A connection for beats alone, so that they do not wait for other writes.
        beats: Pool<PgConnection>,
        /// For what keeps nodes together, which waits for no reader.
        urgent: Pool<PgConnection>,
    },
}

/// The arguments of one statement.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Arg::from($value)),*] };
}
pub(crate) use args;

/// Declares a struct that is read from a row: each field from the column of its name.
macro_rules! row {
    ($(#[$about:meta])* $visible:vis struct $name:ident {
        $($(#[$about_field:meta])* $field_visible:vis $field:ident: $kind:ty),+ $(,)?
    }) => {
        $(#[$about])* $visible struct $name { $($(#[$about_field])* $field_visible $field: $kind),+ }
        $crate::db::row!(@read $name sqlx::sqlite::SqliteRow { $($field),+ });
        $crate::db::row!(@read $name sqlx::postgres::PgRow { $($field),+ });
    };
    (@read $name:ident $row:ty { $($field:ident),+ }) => {
        impl<'r> sqlx::FromRow<'r, $row> for $name {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                Ok($name { $($field: sqlx::Row::try_get(row, stringify!($field).trim_start_matches("r#"))?),+ })
            }
        }
    };
}
pub(crate) use row;

macro_rules! migrations {
    ($folder:literal: $($version:literal $name:literal),+) => {
        Migrator::with_migrations(vec![$(Migration::new(
            $version,
            $name.into(),
            MigrationType::Simple,
            include_str!(concat!("../migrations/", $folder, "/", $name, ".sql")).into_sql_str(),
            false,
        )),+])
    };
}

fn sqlite_migrations() -> Migrator {
    migrations!("sqlite": 1 "0001_school")
}

impl Db {
    pub async fn open(url: &str) -> Result<Db> {
        let health = Arc::new(Health::default());
        let pools = match url.starts_with("sqlite:") {
            true => Db::open_sqlite(url, &health).await?,
            false => Db::open_postgres(url, &health).await?,
        };
        Ok(Db { pools, health })
    }

    async fn open_sqlite(url: &str, health: &Arc<Health>) -> Result<Pools> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(Error::internal)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(LOCKED_FOR_MAX);
        close_to_others(options.get_filename())?;
        let first = sqlite::first_connection(&options, &sqlite_migrations()).await;
        let first = first.map_err(|e| Error::internal(format!("{url} cannot be opened: {e}")))?;
        let limits = Limits { connections: 1, statement: None };
        let writer = Pool::new(Arc::new(SqliteFile(options.clone())), limits, health.clone());
        let limits = Limits { connections: READERS, ..limits };
        let readers = Pool::new(Arc::new(SqliteFile(options.pragma("query_only", "on"))), limits, health.clone());
        // A writer and a reader open before the first connection closes: the last one that closes deletes the write-ahead log.
        drop((writer.lend().await?, readers.lend().await?));
        first.close().await.map_err(Error::internal)?;
        Ok(Pools::Sqlite { writer, readers })
    }

    async fn open_postgres(url: &str, health: &Arc<Health>) -> Result<Pools> {
        let options = PgConnectOptions::from_str(url).map_err(Error::internal)?.application_name("gyosil");
        let mut first = postgres::first_connection(&options).await?;
        postgres::migrate(&mut first, &migrations!("postgres": 1 "0001_school")).await?;
        first.close().await.map_err(Error::internal)?;
        let pool = |purpose, connections, statement: Duration, lock: Duration| {
            let limits = Limits { connections, statement: Some(statement) };
            Pool::new(Arc::new(PostgresServer::new(options.clone(), purpose, statement, lock)), limits, health.clone())
        };
        let group = pool(Purpose::Write, 1, GROUP_STATEMENT_WITHIN, GROUP_LOCK_WITHIN);
        let writers = pool(Purpose::Write, PG_WRITERS, WRITE_WITHIN, LOCK_WITHIN);
        let readers = pool(Purpose::Read, PG_READERS, READ_WITHIN, LOCK_WITHIN);
        let beats = pool(Purpose::Write, 1, GROUP_STATEMENT_WITHIN, GROUP_LOCK_WITHIN);
        let urgent = pool(Purpose::Read, PG_URGENT, GROUP_STATEMENT_WITHIN, GROUP_LOCK_WITHIN);
        Ok(Pools::Postgres { group, writers, readers, beats, urgent })
    }

    /// Whether the answer to a commit may be lost on the way.
    pub fn may_lose_answers(&self) -> bool {
        matches!(self.pools, Pools::Postgres { .. })
    }

    /// Begins a transaction that changes something. It ends with `App::commit`; if it is dropped, nothing is changed.
    pub async fn begin(&self) -> Result<Tx> {
        self.begin_write(false).await
    }

    /// Begins a transaction of the group commit, on its own connection.
    pub async fn begin_group(&self) -> Result<Tx> {
        self.begin_write(true).await
    }

    /// Begins a transaction by which a node shows that it is alive, on a connection of its own.
    pub async fn begin_beat(&self) -> Result<Tx> {
        match &self.pools {
            Pools::Postgres { beats, .. } => begin_postgres(beats).await,
            Pools::Sqlite { .. } => self.begin().await,
        }
    }

    async fn begin_write(&self, is_group: bool) -> Result<Tx> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => begin_sqlite(writer, "begin immediate").await,
            Pools::Postgres { group, .. } if is_group => begin_postgres(group).await,
            Pools::Postgres { writers, .. } => begin_postgres(writers).await,
        }
    }

    /// Begins a transaction that reads several things as of one instant.
    pub async fn read(&self) -> Result<Tx> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => begin_sqlite(readers, "begin").await,
            Pools::Postgres { readers, .. } => {
                let mut lent = readers.lend().await?;
                lent.mark_begun();
                let begin = "begin isolation level repeatable read read only";
                twice!(lent, Some(BEGIN_WITHIN), connection => sqlx::raw_sql(begin).execute(connection))?;
                Ok(Tx::Postgres(lent, None))
            }
        }
    }

    fn fetch(&self, sql: Sql, args: Vec<Arg>, wanted: Wanted, is_urgent: bool) -> BoxFuture<'_, Result<Rows>> {
        Box::pin(async move {
            match &self.pools {
                Pools::Sqlite { readers, .. } => {
                    let mut lent = readers.lend().await?;
                    ask!(lent, connection => rows!(sql, args, wanted, connection)).map(Rows::Sqlite)
                }
                Pools::Postgres { readers, urgent, .. } => {
                    let mut lent = if is_urgent { urgent } else { readers }.lend().await?;
                    let limit = lent.limit();
                    let rows = twice!(lent, limit, connection => rows!(sql.clone(), args.clone(), wanted, connection));
                    rows.map(Rows::Postgres)
                }
            }
        })
    }

    pub async fn all<T: FromAnyRow>(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Vec<T>> {
        self.fetch(sql.into(), args, Wanted::All, false).await?.all()
    }

    /// As `all`, over connections on which nothing else is read: looks by which nodes find what the others did, and whether they live.
    pub async fn all_urgent<T: FromAnyRow>(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Vec<T>> {
        self.fetch(sql.into(), args, Wanted::All, true).await?.all()
    }

    pub async fn maybe<T: FromAnyRow>(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Option<T>> {
        self.fetch(sql.into(), args, Wanted::First, false).await?.first()
    }

    pub async fn one<T: FromAnyRow>(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<T> {
        self.fetch(sql.into(), args, Wanted::First, false).await?.one()
    }

    /// Runs one statement that changes something, in a transaction of its own, and returns how many rows it changed. For a process
    /// without sockets, whose changes are told to nobody: all others end with `App::commit`.
    pub async fn change(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<u64> {
        let mut tx = self.begin().await?;
        let rows = tx.run(sql, args).await?;
        tx.commit().await.map(|()| rows)
    }

    /// As `change`, and returns the first row that the statement returns.
    pub async fn change_one<T: FromAnyRow>(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Option<T>> {
        let mut tx = self.begin().await?;
        let row = tx.maybe(sql, args).await?;
        tx.commit().await.map(|()| row)
    }

    /// Does a small write that shows that writes work, for a process that serves nobody.
    pub async fn write_heartbeat(&self, writer: &str, now_ms: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.write_heartbeat(writer, now_ms).await?;
        tx.commit().await
    }

    /// Records that writes get no answer, and returns the error for it.
    pub fn record_silence(&self, detail: &str) -> Error {
        self.health.failed(SILENT, detail);
        Error::Unavailable { why: SILENT, at_once: false }
    }

    /// Copies the whole SQLite database into one new file while the server goes on. Fails on PostgreSQL, or if the file exists.
    pub async fn backup(&self, file: &str) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let path = Path::new(file);
                private::new_file(path).map_err(|e| private::cannot_make(path, &e))?;
                let mut lent = writer.lend().await?;
                let copied = ask!(lent, connection => sqlx::query("vacuum into $1").bind(file).execute(connection));
                if copied.is_err() {
                    let _ = std::fs::remove_file(path);
                }
                copied.map(drop)
            }
            Pools::Postgres { .. } => Err(Error::internal("PostgreSQL is backed up with pg_dump")),
        }
    }

    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { group, writers, readers, beats, urgent } => {
                tokio::join!(group.close(), writers.close(), readers.close(), beats.close(), urgent.close());
            }
        }
    }
}

/// Makes the database file if it is missing, and closes it and the files that SQLite keeps beside it to other users.
/// SQLite gives those files the mode of the database when it makes them.
fn close_to_others(database: &Path) -> Result<()> {
    private::open_file(database).map_err(|e| private::cannot_make(database, &e))?;
    for end in ["-wal", "-shm", "-journal"] {
        let mut beside = database.as_os_str().to_owned();
        beside.push(end);
        let beside = PathBuf::from(beside);
        private::close_file(&beside).map_err(|e| private::cannot_make(&beside, &e))?;
    }
    Ok(())
}

async fn begin_sqlite(pool: &Pool<SqliteConnection>, begin: &'static str) -> Result<Tx> {
    let mut lent = pool.lend().await?;
    lent.mark_begun();
    ask!(lent, connection => sqlx::raw_sql(begin).execute(connection))?;
    Ok(Tx::Sqlite(lent))
}

/// Begins a transaction and asks for its number at once, so that its outcome can be looked up later.
async fn begin_postgres(pool: &Pool<PgConnection>) -> Result<Tx> {
    let begin = "begin; select pg_current_xact_id()::text";
    let mut lent = pool.lend().await?;
    lent.mark_begun();
    let row = twice!(lent, Some(BEGIN_WITHIN), connection => sqlx::raw_sql(begin).fetch_one(connection))?;
    let number: String = row.try_get(0).map_err(Error::internal)?;
    Ok(Tx::Postgres(lent, number.parse().ok()))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Returns SQLite's plan for a statement: which indexes it uses, and which tables it reads from end to end.
    pub async fn sqlite_plan(sql: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite:{}", folder.path().join("gyosil.db").display())).await.unwrap();
        let lines: Vec<(i64, i64, i64, String)> = db.all(format!("explain query plan {sql}"), args![]).await.unwrap();
        lines.into_iter().map(|(.., line)| line).collect()
    }

    /// Returns the lines of SQLite's plan that read a table from end to end. `derived` names results of the statement itself.
    pub async fn sqlite_scans(sql: &str, derived: &[&str]) -> Vec<String> {
        let is_derived =
            |line: &str| line.starts_with("SCAN (") || derived.iter().any(|of| line == format!("SCAN {of}"));
        sqlite_plan(sql).await.into_iter().filter(|line| line.starts_with("SCAN") && !is_derived(line)).collect()
    }
}
