//! Transactions on either database.

use futures_util::future::BoxFuture;
use sqlx::{PgConnection, SqliteConnection};

use super::args;
use super::locks::HeldTable;
use super::pool::LentConnection;
use super::rows::{FromAnyRow, Rows, Wanted};
use super::sql::{Arg, Sql};
use super::statement::{ask, bound, rows};
use crate::error::{Error, Result};

/// A transaction. If it is dropped without a commit, it is rolled back before its connection is lent again, or the
/// connection is closed. This also holds if its caller was cancelled in the middle of a statement or of `begin`.
pub enum Tx {
    Sqlite(LentConnection<SqliteConnection>),
    Postgres(LentConnection<PgConnection>, Option<u64>),
}

impl Tx {
    fn fetch(&mut self, sql: Sql, args: Vec<Arg>, wanted: Wanted) -> BoxFuture<'_, Result<Rows>> {
        Box::pin(async move {
            let changes = sql.changes();
            match self {
                Tx::Sqlite(lent) => {
                    if changes {
                        lent.mark_changed();
                    }
                    ask!(lent, connection => rows!(sql, args, wanted, connection)).map(Rows::Sqlite)
                }
                Tx::Postgres(lent, _) => {
                    if changes {
                        lent.mark_changed();
                    }
                    ask!(lent, connection => rows!(sql, args, wanted, connection)).map(Rows::Postgres)
                }
            }
        })
    }

    pub async fn all<T: FromAnyRow>(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Vec<T>> {
        self.fetch(sql.into(), args, Wanted::All).await?.all()
    }

    pub async fn maybe<T: FromAnyRow>(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Option<T>> {
        self.fetch(sql.into(), args, Wanted::First).await?.first()
    }

    /// Reads the row of a query that always has one: a count, a `returning`.
    pub async fn one<T: FromAnyRow>(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<T> {
        self.fetch(sql.into(), args, Wanted::First).await?.one()
    }

    fn execute(&mut self, sql: Sql, args: Vec<Arg>) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            match self {
                Tx::Sqlite(lent) => {
                    lent.mark_changing();
                    let done = ask!(lent, connection => bound!(sqlx::query(sql), args).execute(connection));
                    Ok(lent.mark_rows(done?.rows_affected()))
                }
                Tx::Postgres(lent, _) => {
                    lent.mark_changing();
                    let done = ask!(lent, connection => bound!(sqlx::query(sql), args).execute(connection));
                    Ok(lent.mark_rows(done?.rows_affected()))
                }
            }
        })
    }

    /// Runs a statement and returns how many rows it changed.
    pub async fn run(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<u64> {
        self.execute(sql.into(), args).await
    }

    /// Holds a row: nobody else changes, deletes or holds it until the transaction ends, and what is read of it after this
    /// call stays true. SQLite has one writer, so every transaction that writes holds everything from its beginning.
    pub async fn hold(&mut self, table: HeldTable, id: i64) -> Result<()> {
        self.hold_where(table, "id = $1", args![id]).await
    }

    /// Holds all rows that meet a condition, in the order of their ids. A row that begins to meet it while this call waits
    /// is not held.
    pub async fn hold_where(&mut self, table: HeldTable, condition: &str, args: Vec<Arg>) -> Result<()> {
        self.must_keep_order(table);
        if let Tx::Postgres(..) = self {
            // `no key` since ids do not change: rows that refer to a held row can be written meanwhile.
            let sql = format!("select id from {} where {condition} order by id for no key update", table.name());
            self.all::<(i64,)>(sql, args).await?;
        }
        Ok(())
    }

    /// Returns a condition for an insert, by which one transaction at a time inserts for a number. While another one has it, the
    /// condition is false at once in a transaction of the group commit, for which all who write wait; any other waits for its end.
    pub fn has_alone(&self, number: &str) -> String {
        match self {
            Tx::Sqlite(_) => format!("{number} is not null"),
            Tx::Postgres(lent, _) if lent.is_of_group() => format!("pg_try_advisory_xact_lock({number})"),
            Tx::Postgres(..) => format!("pg_advisory_xact_lock({number}) is not null"),
        }
    }

    /// Marks that another write of a group begins.
    pub fn begin_write_of_group(&mut self) {
        match self {
            Tx::Sqlite(lent) => lent.mark_write(),
            Tx::Postgres(lent, _) => lent.mark_write(),
        }
    }

    /// Tells whether the write that began last has changed nothing, and the transaction can go on without it.
    pub fn write_left_no_trace(&self) -> bool {
        match self {
            Tx::Sqlite(lent) => lent.write_left_no_trace(),
            Tx::Postgres(lent, _) => lent.write_left_no_trace(),
        }
    }

    /// Checks the order in debug builds. A table may be named again, for rows that are held already. `hold` calls it; an update
    /// that holds rows of a table in another way does so too.
    pub fn must_keep_order(&mut self, table: HeldTable) {
        if cfg!(debug_assertions) {
            let held = self.held();
            debug_assert!(held.contains(&table) || held.iter().all(|t| *t < table), "{table:?} after {held:?}");
            held.push(table);
        }
    }

    fn held(&mut self) -> &mut Vec<HeldTable> {
        match self {
            Tx::Sqlite(lent) => &mut lent.held_tables,
            Tx::Postgres(lent, _) => &mut lent.held_tables,
        }
    }

    /// Commits. If the answer is lost, PostgreSQL is asked over another connection whether the transaction was committed. If
    /// that is not answered either, nobody knows whether it was written: only a repetition under the same idempotency key is
    /// safe. SQLite runs in this process and always answers.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(mut lent) => {
                ask!(lent, connection => sqlx::raw_sql("commit").execute(connection))?;
                lent.mark_ended();
                Ok(())
            }
            Tx::Postgres(mut lent, number) => {
                if !lent.is_whole() {
                    return Err(Error::internal("a transaction that had failed was to be committed"));
                }
                let done = ask!(lent, connection => sqlx::raw_sql("commit").execute(connection));
                let Err(error) = done else {
                    lent.mark_ended();
                    return Ok(());
                };
                let (Error::Unavailable { why, .. }, Some(number), true) = (&error, number, lent.is_broken()) else {
                    return Err(error);
                };
                match lent.was_committed(number).await {
                    Some(true) => Ok(()),
                    Some(false) => Err(Error::Unavailable { why, at_once: true }),
                    None => Err(Error::Unavailable { why, at_once: false }),
                }
            }
        }
    }

    /// Does a small write that shows that writes work, for `/readyz`.
    pub(crate) async fn write_heartbeat(&mut self, writer: &str, now_ms: i64) -> Result<()> {
        let sql = "insert into heartbeat (writer, at_ms) values ($1, $2)
            on conflict (writer) do update set at_ms = excluded.at_ms";
        self.run(sql, args![writer, now_ms]).await.map(drop)
    }
}
