//! The only file that knows there are two databases.
//!
//! One SQL text with `$1` serves both. What a row becomes is said by `row!`, what goes in by `args!`.
//!
//! SQLite has one writer connection, whose transactions begin immediately, and a pool of readers that see a snapshot.
//! PostgreSQL runs its default isolation: a read that is followed by a write of the same fact must be one guarded
//! statement, or stand behind a row that the transaction has locked.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, FromRow, PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool, Transaction};

use crate::error::{Error, Result};
use crate::private;

const READERS: u32 = 4;
const PG_CONNECTIONS: u32 = 16;
const BUSY_FOR: Duration = Duration::from_secs(15);

pub enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A value on its way in. Every kind may be absent, since PostgreSQL wants to know of what kind a NULL is.
#[derive(Debug, Clone)]
pub enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Real(Option<f64>),
    Bool(Option<bool>),
}

macro_rules! from {
    ($($kind:ident($plain:ty)),+ $(,)?) => { $(
        impl From<$plain> for Arg { fn from(v: $plain) -> Arg { Arg::$kind(Some(v.into())) } }
        impl From<Option<$plain>> for Arg { fn from(v: Option<$plain>) -> Arg { Arg::$kind(v.map(Into::into)) } }
    )+ };
}
from!(Int(i64), Text(String), Text(&str), Text(&String), Real(f64), Bool(bool));

/// The arguments of one statement.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Arg::from($value)),*] };
}
pub(crate) use args;

/// A struct that is read from a row, column by field.
macro_rules! row {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> for $name {
            fn from_row(row: &'r sqlx::sqlite::SqliteRow) -> sqlx::Result<Self> {
                Ok($name { $($field: sqlx::Row::try_get(row, stringify!($field).trim_start_matches("r#"))?),+ })
            }
        }
        impl<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> for $name {
            fn from_row(row: &'r sqlx::postgres::PgRow) -> sqlx::Result<Self> {
                Ok($name { $($field: sqlx::Row::try_get(row, stringify!($field).trim_start_matches("r#"))?),+ })
            }
        }
    };
}
pub(crate) use row;

pub trait Fact: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Fact for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// SQL: a literal, or a text that was put together here from literals (never from what someone sent).
pub struct Sql(Cow<'static, str>);

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Sql {
        Sql(Cow::Borrowed(text))
    }
}

impl From<String> for Sql {
    fn from(text: String) -> Sql {
        Sql(Cow::Owned(text))
    }
}

impl SqlSafeStr for Sql {
    fn into_sql_str(self) -> sqlx::SqlStr {
        match self.0 {
            Cow::Borrowed(text) => text.into_sql_str(),
            Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
        }
    }
}

/// `$4, $5, $6` for these ids, and the ids as arguments. Lengths are rounded up to a power of two by repeating the
/// last, so that few statements are prepared.
pub fn among(ids: &[i64], first: usize) -> (String, Vec<Arg>) {
    let length = ids.len().max(1).next_power_of_two();
    let last = ids.last().copied().unwrap_or(0);
    let values = (0..length).map(|i| Arg::from(ids.get(i).copied().unwrap_or(last))).collect();
    let marks = (first..first + length).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    (marks, values)
}

/// A `where` that is put together: what nobody asked for is not in it, so that what they asked for finds its index.
#[derive(Clone)]
pub struct Which {
    pub text: String,
    pub args: Vec<Arg>,
}

impl Which {
    /// Of all for which `$1` … are these.
    pub fn of(text: &str, args: Vec<Arg>) -> Which {
        Which { text: text.to_owned(), args }
    }

    /// … and, where there is a value, for which it is `?`.
    pub fn and(mut self, condition: &str, value: Option<impl Into<Arg>>) -> Which {
        if let Some(value) = value {
            self.args.push(value.into());
            let place = format!("${}", self.args.len());
            self.text.push_str(" and ");
            self.text.push_str(&condition.replace('?', &place));
        }
        self
    }

    /// … a page of them: the statement, and what goes in.
    pub fn page(&self, select: &str, order: &str, limit: i64, offset: i64) -> (Sql, Vec<Arg>) {
        let n = self.args.len();
        let sql = format!("{select} where {} order by {order} limit ${} offset ${}", self.text, n + 1, n + 2);
        (sql.into(), [self.args.clone(), args![limit, offset]].concat())
    }

    /// … how many there are.
    pub fn count(&self, from: &str) -> (Sql, Vec<Arg>) {
        (format!("select count(*) {from} where {}", self.text).into(), self.args.clone())
    }
}

/// `($1, $2), ($3, $4)` for so many rows of so many columns.
pub fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let marks: Vec<String> = (1..=columns).map(|n| format!("${}", row * columns + n)).collect();
        format!("({})", marks.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// In how large parts so many rows are written: few sizes, so that few statements are prepared.
pub fn part_of(rows: usize) -> usize {
    [64, 16, 4].into_iter().find(|size| *size <= rows).unwrap_or(1)
}

macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Int(v) => query.bind(v),
                Arg::Text(v) => query.bind(v),
                Arg::Real(v) => query.bind(v),
                Arg::Bool(v) => query.bind(v),
            };
        }
        query
    }};
}

macro_rules! fetch {
    ($method:ident, $executor:expr, $sql:expr, $args:expr) => {
        bound!(sqlx::query_as($sql), $args).$method($executor).await.map_err(Error::from)
    };
}

impl Tx {
    pub async fn all<T: Fact>(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Vec<T>> {
        match self {
            Tx::Sqlite(tx) => fetch!(fetch_all, &mut **tx, sql.into(), args),
            Tx::Postgres(tx) => fetch!(fetch_all, &mut **tx, sql.into(), args),
        }
    }

    pub async fn maybe<T: Fact>(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Option<T>> {
        match self {
            Tx::Sqlite(tx) => fetch!(fetch_optional, &mut **tx, sql.into(), args),
            Tx::Postgres(tx) => fetch!(fetch_optional, &mut **tx, sql.into(), args),
        }
    }

    /// For a question that always has an answer: a count, a `returning`.
    pub async fn one<T: Fact>(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<T> {
        match self {
            Tx::Sqlite(tx) => fetch!(fetch_one, &mut **tx, sql.into(), args),
            Tx::Postgres(tx) => fetch!(fetch_one, &mut **tx, sql.into(), args),
        }
    }

    /// How many rows it changed.
    pub async fn run(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<u64> {
        match self {
            Tx::Sqlite(tx) => Ok(bound!(sqlx::query(sql.into()), args).execute(&mut **tx).await?.rows_affected()),
            Tx::Postgres(tx) => Ok(bound!(sqlx::query(sql.into()), args).execute(&mut **tx).await?.rows_affected()),
        }
    }

    /// Nobody else changes these rows until the transaction ends. `ids` is a `select id …` that is ordered by id, so that
    /// two who hold several never wait for each other in a circle. (SQLite has one writer: they are held already.)
    pub async fn hold(&mut self, ids: impl Into<Sql>, args: Vec<Arg>) -> Result<()> {
        if let Tx::Postgres(_) = self {
            let sql = format!("{} for no key update", ids.into().0);
            self.all::<(i64,)>(sql, args).await?;
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => Ok(tx.commit().await?),
            Tx::Postgres(tx) => Ok(tx.commit().await?),
        }
    }
}

impl Db {
    pub async fn open(url: &str) -> Result<Db> {
        let db = if url.starts_with("sqlite:") { Db::open_sqlite(url).await? } else { Db::open_postgres(url).await? };
        db.migrate().await?;
        Ok(db)
    }

    async fn open_sqlite(url: &str) -> Result<Db> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_FOR);
        close_to_others(options.get_filename())?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await
            .map_err(|e| Error::internal(format!("{url} cannot be opened: {e}")))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Db::Sqlite { writer, readers })
    }

    async fn open_postgres(url: &str) -> Result<Db> {
        let options = PgConnectOptions::from_str(url)?.application_name("gyosil");
        let host = options.get_host().to_owned();
        let pool = PgPoolOptions::new().max_connections(PG_CONNECTIONS).acquire_timeout(BUSY_FOR).connect_with(options);
        let pool = pool.await.map_err(|e| Error::internal(format!("the database at {host} cannot be reached: {e}")))?;
        Ok(Db::Postgres(pool))
    }

    async fn migrate(&self) -> Result<()> {
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
        match self {
            Db::Sqlite { writer, .. } => migrations!("sqlite": 1 "0001_school").run(writer).await,
            Db::Postgres(pool) => migrations!("postgres": 1 "0001_school").run(pool).await,
        }
        .map_err(Error::internal)
    }

    /// To change something. Ends with `App::commit`, or, dropped, changes nothing.
    pub async fn begin(&self) -> Result<Tx> {
        match self {
            Db::Sqlite { writer, .. } => Ok(Tx::Sqlite(writer.begin_with("begin immediate").await?)),
            Db::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// To read several things as of one instant.
    pub async fn read(&self) -> Result<Tx> {
        match self {
            Db::Sqlite { readers, .. } => Ok(Tx::Sqlite(readers.begin().await?)),
            Db::Postgres(pool) => {
                Ok(Tx::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?))
            }
        }
    }

    pub async fn all<T: Fact>(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Vec<T>> {
        match self {
            Db::Sqlite { readers, .. } => fetch!(fetch_all, readers, sql.into(), args),
            Db::Postgres(pool) => fetch!(fetch_all, pool, sql.into(), args),
        }
    }

    pub async fn maybe<T: Fact>(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Option<T>> {
        match self {
            Db::Sqlite { readers, .. } => fetch!(fetch_optional, readers, sql.into(), args),
            Db::Postgres(pool) => fetch!(fetch_optional, pool, sql.into(), args),
        }
    }

    pub async fn one<T: Fact>(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<T> {
        match self {
            Db::Sqlite { readers, .. } => fetch!(fetch_one, readers, sql.into(), args),
            Db::Postgres(pool) => fetch!(fetch_one, pool, sql.into(), args),
        }
    }

    /// Can it take a write? (for `/readyz`)
    pub async fn is_ready(&self) -> bool {
        let begun = tokio::time::timeout(Duration::from_secs(2), self.begin()).await;
        matches!(begun, Ok(Ok(_)))
    }

    /// A whole copy in one file, while the school goes on.
    pub async fn backup(&self, file: &str) -> Result<()> {
        match self {
            Db::Sqlite { writer, .. } => {
                let path = Path::new(file);
                private::new_file(path).map_err(|e| private::cannot_make(path, &e))?;
                let copied = sqlx::query("vacuum into $1").bind(file).execute(writer).await;
                if copied.is_err() {
                    let _ = std::fs::remove_file(path);
                }
                copied.map(drop).map_err(Error::from)
            }
            Db::Postgres(_) => Err(Error::internal("PostgreSQL is backed up with pg_dump")),
        }
    }

    pub async fn close(&self) {
        match self {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

/// The database and what SQLite keeps beside it, which gets the mode of the database when it is made.
fn close_to_others(database: &Path) -> Result<()> {
    if database.as_os_str().to_string_lossy().contains(":memory:") {
        return Ok(());
    }
    private::open_file(database).map_err(|e| private::cannot_make(database, &e))?;
    for end in ["-wal", "-shm", "-journal"] {
        let mut beside = database.as_os_str().to_owned();
        beside.push(end);
        let beside = PathBuf::from(beside);
        private::close_file(&beside).map_err(|e| private::cannot_make(&beside, &e))?;
    }
    Ok(())
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        match error {
            sqlx::Error::PoolTimedOut => Error::Busy { retry_after_s: 2 },
            sqlx::Error::Database(db) if db.is_unique_violation() => Error::SomeoneWasFaster,
            // Two waited for each other in a circle, or the same row moved under both: this one was undone.
            sqlx::Error::Database(db) if matches!(db.code().as_deref(), Some("40P01" | "40001")) => {
                Error::Busy { retry_after_s: 1 }
            }
            // A number that is smaller or larger than it can work with.
            sqlx::Error::Database(db) if db.code().as_deref() == Some("22003") => {
                Error::bad("", "a number is out of range")
            }
            // A text that PostgreSQL cannot keep: it holds a NUL.
            sqlx::Error::Database(db) if db.code().as_deref() == Some("22021") => Error::bad("", "no NUL in texts"),
            other => Error::internal(other),
        }
    }
}
