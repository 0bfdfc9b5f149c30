//! Moves a school from SQLite to an empty PostgreSQL database: all of it, or nothing.
//!
//! The source is read as of one instant, and the target is written in one transaction, which is committed only if both sides have the
//! same rows and nobody has changed the source meanwhile. The tables are those that the databases have: no list names them.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row, SqliteConnection};

use self::table::{Batch, Digest, SchoolTable};
use super::{Db, ServingLock, Sharing, sqlite_migrations};
use crate::error::{Error, Result};

/// Longest wait for others who are writing to the target.
const LOCKED_WITHIN: Duration = Duration::from_secs(5);
const LOCKED_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// A table that both databases have alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedTable {
    pub name: String,
    pub rows: u64,
    /// Computed over all rows, alike on both sides.
    pub hash: String,
}

/// Moves the school at the address `from` to the one at `to`. No server may serve it meanwhile.
pub async fn move_school(from: &str, to: &str) -> Result<Vec<MovedTable>> {
    // Both get the tables of this version.
    Db::open(from).await?.close().await;
    let lock = ServingLock::take(to, Sharing::Alone).await?;
    Db::open(to).await?.close().await;
    let options = SqliteConnectOptions::from_str(from).map_err(Error::internal)?.pragma("query_only", "on");
    let source = options.connect().await.map_err(Error::internal)?;
    let options = PgConnectOptions::from_str(to).map_err(Error::internal)?.application_name("gyosil move");
    let target = options.connect().await.map_err(Error::internal)?;
    let moved = SchoolMove { source, target }.run().await;
    drop(lock);
    moved
}

struct SchoolMove {
    source: SqliteConnection,
    target: PgConnection,
}

impl SchoolMove {
    async fn run(mut self) -> Result<Vec<MovedTable>> {
        let version = self.version_of_source().await.map_err(Error::internal)?;
        sqlx::raw_sql("begin").execute(&mut self.source).await.map_err(Error::internal)?;
        let tables = table::of_sqlite(&mut self.source).await.map_err(Error::internal)?;
        self.must_have_the_same(&tables).await?;
        self.begin_alone(&tables).await?;
        self.must_be_empty(&tables).await?;
        let mut moved = Vec::new();
        for table in in_order(tables)? {
            let digest = self.copy(&table).await.map_err(|error| failed(&table, &error))?;
            let copied = self.digest_of_target(&table).await.map_err(|error| failed(&table, &error))?;
            if digest != copied {
                return Err(Error::internal(format!(
                    "the table {} is not the same on both sides ({} and {} rows): nothing was moved",
                    table.name, digest.rows, copied.rows
                )));
            }
            moved.push(MovedTable { name: table.name, rows: digest.rows, hash: digest.hash });
        }
        self.raise_sequences().await.map_err(Error::internal)?;
        sqlx::raw_sql("rollback").execute(&mut self.source).await.map_err(Error::internal)?;
        if self.version_of_source().await.map_err(Error::internal)? != version {
            let why = "the school was changed meanwhile: stop whatever serves or changes it. Nothing was moved";
            return Err(Error::internal(why));
        }
        self.commit().await?;
        moved.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(moved)
    }

    /// Returns a number that is another one after any other connection has changed the source.
    async fn version_of_source(&mut self) -> sqlx::Result<i64> {
        sqlx::raw_sql("pragma data_version").fetch_one(&mut self.source).await?.try_get(0)
    }

    async fn must_have_the_same(&mut self, tables: &[SchoolTable]) -> Result<()> {
        let found = table::of_postgres(&mut self.target).await.map_err(Error::internal)?;
        let other = tables.iter().find(|table| found.get(&table.name) != Some(&table.kinds()));
        match other {
            None => Ok(()),
            Some(table) => Err(Error::internal(format!("the table {} has other columns in PostgreSQL", table.name))),
        }
    }

    /// Begins the transaction of the target, and keeps all others from writing to it until the end. Fails if someone is just writing.
    async fn begin_alone(&mut self, tables: &[SchoolTable]) -> Result<()> {
        let names: Vec<String> = tables.iter().map(SchoolTable::quoted).collect();
        let lock = format!("begin; lock table {} in share row exclusive mode nowait", names.join(", "));
        let begun = Instant::now();
        loop {
            let locked = sqlx::raw_sql(AssertSqlSafe(lock.clone())).execute(&mut self.target).await;
            let Err(error) = locked else { return Ok(()) };
            sqlx::raw_sql("rollback").execute(&mut self.target).await.map_err(Error::internal)?;
            if begun.elapsed() > LOCKED_WITHIN {
                return Err(Error::internal(format!("PostgreSQL is in use: {error}. Nothing was moved")));
            }
            tokio::time::sleep(LOCKED_AGAIN_AFTER).await;
        }
    }

    /// Fails if the target has rows, other than those of a new school. Those are deleted: the source has them too.
    async fn must_be_empty(&mut self, tables: &[SchoolTable]) -> Result<()> {
        let new_school = digests_of_new_school(tables).await.map_err(Error::internal)?;
        for table in tables {
            let digest = self.digest_of_target(table).await.map_err(|error| failed(table, &error))?;
            if new_school.get(&table.name) != Some(&digest) {
                return Err(Error::internal(format!(
                    "the table {} has rows already: give a new, empty database. Nothing was moved",
                    table.name
                )));
            }
            if digest.rows > 0 {
                let delete = AssertSqlSafe(format!("delete from {}", table.quoted()));
                sqlx::raw_sql(delete).execute(&mut self.target).await.map_err(|error| failed(table, &error))?;
            }
        }
        Ok(())
    }

    /// Copies the rows of a table, in the order of its key. Returns the digest of the source.
    async fn copy(&mut self, table: &SchoolTable) -> sqlx::Result<Digest> {
        let mut digest = table::RunningDigest::default();
        let mut batch = Batch::new(table);
        let select = AssertSqlSafe(table.select_of_sqlite());
        let mut rows = sqlx::raw_sql(select).fetch(&mut self.source);
        while let Some(row) = rows.try_next().await? {
            let values = table.values_of_sqlite(&row)?;
            digest.add(&values);
            if batch.add(values) {
                batch.insert(&mut self.target).await?;
            }
        }
        batch.insert(&mut self.target).await?;
        Ok(digest.end())
    }

    async fn digest_of_target(&mut self, table: &SchoolTable) -> sqlx::Result<Digest> {
        let mut digest = table::RunningDigest::default();
        // Prepared, so that values come in their exact form.
        let mut rows = sqlx::query(AssertSqlSafe(table.select_of_postgres())).fetch(&mut self.target);
        while let Some(row) = rows.try_next().await? {
            digest.add(&table.values_of_postgres(&row)?);
        }
        Ok(digest.end())
    }

    /// Raises the ids that PostgreSQL gives beyond all that the school has ever given.
    async fn raise_sequences(&mut self) -> sqlx::Result<()> {
        let given = "select name, seq from sqlite_sequence";
        let given: BTreeMap<String, i64> =
            sqlx::query_as(given).fetch_all(&mut self.source).await?.into_iter().collect();
        let identities = "select table_name::text, column_name::text from information_schema.columns
            where table_schema = current_schema() and is_identity = 'YES'";
        let identities: Vec<(String, String)> = sqlx::query_as(identities).fetch_all(&mut self.target).await?;
        for (name, column) in identities {
            let highest = AssertSqlSafe(format!("select max(\"{column}\") from \"{name}\""));
            let highest: Option<i64> = sqlx::query_scalar(highest).fetch_one(&mut self.target).await?;
            let last = highest.max(given.get(&name).copied());
            if let Some(last) = last.filter(|last| *last > 0) {
                let raise = "select setval(pg_get_serial_sequence($1, $2), $3)";
                sqlx::query(raise).bind(name).bind(column).bind(last).execute(&mut self.target).await?;
            }
        }
        Ok(())
    }

    async fn commit(mut self) -> Result<()> {
        let committed = sqlx::raw_sql("commit").execute(&mut self.target).await;
        committed.map_err(|error| {
            let advice = "move it again: if it was written, that is refused, since there are rows already";
            Error::internal(format!("PostgreSQL did not say whether the school was written ({error}): {advice}"))
        })?;
        // Plans are bad until PostgreSQL knows how much there is. It finds out by itself, a minute later.
        // About tables that are not the school's it would warn.
        let analyze = "set client_min_messages = error; analyze";
        if let Err(error) = sqlx::raw_sql(analyze).execute(&mut self.target).await {
            tracing::warn!(%error, "the tables could not be analysed; PostgreSQL does it by itself");
        }
        let _ = self.target.close().await;
        let _ = self.source.close().await;
        Ok(())
    }
}

fn failed(table: &SchoolTable, error: &sqlx::Error) -> Error {
    Error::internal(format!("the table {} could not be moved: {error}. Nothing was moved", table.name))
}

/// Makes a new school in memory, to know the rows that it begins with.
async fn digests_of_new_school(tables: &[SchoolTable]) -> sqlx::Result<BTreeMap<String, Digest>> {
    let mut new = SqliteConnectOptions::from_str("sqlite::memory:")?.connect().await?;
    sqlite_migrations().run(&mut new).await?;
    let mut digests = BTreeMap::new();
    for table in tables {
        let mut digest = table::RunningDigest::default();
        for row in sqlx::raw_sql(AssertSqlSafe(table.select_of_sqlite())).fetch_all(&mut new).await? {
            digest.add(&table.values_of_sqlite(&row)?);
        }
        digests.insert(table.name.clone(), digest.end());
    }
    new.close().await?;
    Ok(digests)
}

/// Orders tables so that each comes after those that it refers to.
fn in_order(mut waiting: Vec<SchoolTable>) -> Result<Vec<SchoolTable>> {
    let mut ordered: Vec<SchoolTable> = Vec::new();
    let mut done = BTreeSet::new();
    while !waiting.is_empty() {
        let (ready, rest): (Vec<SchoolTable>, Vec<SchoolTable>) =
            waiting.into_iter().partition(|table| table.refers_to.iter().all(|other| done.contains(other)));
        if ready.is_empty() {
            let names: Vec<String> = rest.into_iter().map(|table| table.name).collect();
            return Err(Error::internal(format!("these tables refer to each other in a circle: {}", names.join(", "))));
        }
        done.extend(ready.iter().map(|table| table.name.clone()));
        ordered.extend(ready);
        waiting = rest;
    }
    Ok(ordered)
}
