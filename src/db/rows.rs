//! Rows as a database sent them, and the structs that are read from them.
//!
//! Statements return rows, and only then are structs read from them: so what talks to the database is compiled once, not
//! once more for each struct.

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::error::{Error, Result};

pub trait FromAnyRow: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}
impl<T> FromAnyRow for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

#[derive(Clone, Copy)]
pub enum Wanted {
    All,
    First,
}

pub enum Rows {
    Sqlite(Vec<SqliteRow>),
    Postgres(Vec<PgRow>),
}

impl Rows {
    pub fn all<T: FromAnyRow>(&self) -> Result<Vec<T>> {
        let read: sqlx::Result<Vec<T>> = match self {
            Rows::Sqlite(rows) => rows.iter().map(T::from_row).collect(),
            Rows::Postgres(rows) => rows.iter().map(T::from_row).collect(),
        };
        read.map_err(Error::internal)
    }

    pub fn first<T: FromAnyRow>(&self) -> Result<Option<T>> {
        let read = match self {
            Rows::Sqlite(rows) => rows.first().map(T::from_row),
            Rows::Postgres(rows) => rows.first().map(T::from_row),
        };
        read.transpose().map_err(Error::internal)
    }

    pub fn one<T: FromAnyRow>(&self) -> Result<T> {
        self.first()?.ok_or_else(|| Error::internal("a statement that always has a row returned none"))
    }
}
