//! Rows that a transaction holds until it ends.

use std::future::Future;

use super::{Arg, Tx, args};
use crate::error::{Error, Result};

/// How often a write is tried in all, while it fails for a reason that may be over at once.
pub const TRIES: usize = 3;

/// Runs a transaction, and again if another one was in its way: the two waited for each other, the other one held a row for
/// too long, or it was faster to write what may exist only once. A try that fails writes nothing.
///
/// The group commit tries its writes again by itself, by the same bound.
pub async fn retry<T, F>(mut transaction: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    for _ in 1..TRIES {
        match transaction().await {
            Err(error) if error.may_succeed_at_once() || matches!(error, Error::SomeoneWasFaster) => {}
            outcome => return outcome,
        }
    }
    transaction().await
}

/// The tables whose rows are held, in the order in which a transaction must hold them. Two transactions that keep this
/// order, and hold the rows of one table in the order of their ids, never wait for each other in a circle.
///
/// A group of writes shares a transaction, and keeps the order only within each write. Two nodes whose groups wait for each
/// other are told so by PostgreSQL; one of them is undone and written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    Courses,
    Classes,
    Sessions,
    Assessments,
    Units,
    Items,
    HelpRequests,
    Enrollments,
    People,
    Logins,
    /// Its one row has the id 1.
    LogTotal,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Table::Courses => "courses",
            Table::Classes => "classes",
            Table::Sessions => "live_sessions",
            Table::Assessments => "assessments",
            Table::Units => "units",
            Table::Items => "items",
            Table::HelpRequests => "help_requests",
            Table::Enrollments => "enrollments",
            Table::People => "people",
            Table::Logins => "logins",
            Table::LogTotal => "log_total",
        }
    }
}

impl Tx {
    /// Holds a row: nobody else changes, deletes or holds it until the transaction ends, and what is read of it after this
    /// call stays true. SQLite has one writer, so every transaction that writes holds everything from its beginning.
    pub async fn hold(&mut self, table: Table, id: i64) -> Result<()> {
        self.hold_where(table, "id = $1", args![id]).await
    }

    /// Holds all rows that meet a condition, in the order of their ids. A row that begins to meet it while this call waits
    /// is not held.
    pub async fn hold_where(&mut self, table: Table, condition: &str, args: Vec<Arg>) -> Result<()> {
        self.must_keep_order(table);
        if let Tx::Postgres(..) = self {
            // `no key` since ids do not change: rows that refer to a held row can be written meanwhile.
            let sql = format!("select id from {} where {condition} order by id for no key update", table.name());
            self.all::<(i64,)>(sql, args).await?;
        }
        Ok(())
    }

    /// Marks that another write of a group begins.
    pub fn begin_write_of_group(&mut self) {
        self.held().clear();
    }

    /// Checks the order in debug builds. A table may be named again, for rows that are held already.
    fn must_keep_order(&mut self, table: Table) {
        if cfg!(debug_assertions) {
            let held = self.held();
            debug_assert!(held.contains(&table) || held.iter().all(|t| *t < table), "{table:?} after {held:?}");
            held.push(table);
        }
    }

    fn held(&mut self) -> &mut Vec<Table> {
        match self {
            Tx::Sqlite(lent) => &mut lent.held_tables,
            Tx::Postgres(lent, _) => &mut lent.held_tables,
        }
    }
}
