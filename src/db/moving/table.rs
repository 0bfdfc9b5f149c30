//! A table of a school, as both databases have it: how its rows are read, compared and written.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, PgConnection, Row, SqliteConnection};

use crate::db::Arg;

const BATCH_MAX_ROWS: usize = 1_000;
const BATCH_MAX_BYTES: usize = 4 * 1024 * 1024;
/// The part of a hash that is shown.
const SHOWN_BYTES: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Int,
    Text,
    Real,
    Bool,
}

impl Kind {
    fn of(declared: &str) -> Option<Kind> {
        match declared.to_ascii_lowercase().as_str() {
            "integer" | "bigint" => Some(Kind::Int),
            "text" => Some(Kind::Text),
            "double precision" => Some(Kind::Real),
            "boolean" => Some(Kind::Bool),
            _ => None,
        }
    }

    fn array(self) -> &'static str {
        match self {
            Kind::Int => "bigint[]",
            Kind::Text => "text[]",
            Kind::Real => "double precision[]",
            Kind::Bool => "boolean[]",
        }
    }
}

pub struct Column {
    pub name: String,
    kind: Kind,
    /// The place in the primary key, from 1; 0 outside of it.
    key: i64,
}

pub struct SchoolTable {
    pub name: String,
    pub columns: Vec<Column>,
    pub refers_to: Vec<String>,
}

fn quote(name: &str) -> String {
    format!("\"{name}\"")
}

fn unknown(table: &str, column: &str, declared: &str) -> sqlx::Error {
    sqlx::Error::Protocol(format!("the column {table}.{column} has a type that cannot be moved: {declared}"))
}

/// Returns the tables of a school in SQLite.
pub async fn of_sqlite(source: &mut SqliteConnection) -> sqlx::Result<Vec<SchoolTable>> {
    let names = "select name from sqlite_schema
        where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name <> '_sqlx_migrations' order by name";
    let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut *source).await?;
    let mut tables = Vec::new();
    for name in names {
        let columns = "select name, type, pk from pragma_table_info($1)";
        let rows: Vec<(String, String, i64)> = sqlx::query_as(columns).bind(&name).fetch_all(&mut *source).await?;
        let column = |(column, declared, key): (String, String, i64)| match Kind::of(&declared) {
            Some(kind) => Ok(Column { name: column, kind, key }),
            None => Err(unknown(&name, &column, &declared)),
        };
        let columns = rows.into_iter().map(column).collect::<sqlx::Result<_>>()?;
        let others = "select distinct \"table\" from pragma_foreign_key_list($1)";
        let refers_to = sqlx::query_scalar(others).bind(&name).fetch_all(&mut *source).await?;
        tables.push(SchoolTable { name, columns, refers_to });
    }
    Ok(tables)
}

/// Returns the kinds of the columns of all tables in PostgreSQL, by table and column.
pub async fn of_postgres(target: &mut PgConnection) -> sqlx::Result<BTreeMap<String, BTreeMap<String, Kind>>> {
    let columns = "select table_name::text, column_name::text, data_type::text from information_schema.columns
        where table_schema = current_schema() and table_name <> '_sqlx_migrations'";
    let rows: Vec<(String, String, String)> = sqlx::query_as(columns).fetch_all(target).await?;
    let mut tables: BTreeMap<String, BTreeMap<String, Kind>> = BTreeMap::new();
    for (table, column, declared) in rows {
        // A table of someone else may have any columns.
        if let Some(kind) = Kind::of(&declared) {
            tables.entry(table).or_default().insert(column, kind);
        }
    }
    Ok(tables)
}

/// Reads the values of a row of either database.
macro_rules! values {
    ($table:expr, $row:expr) => {{
        let value = |(place, column): (usize, &Column)| {
            Ok(match column.kind {
                Kind::Int => Arg::Int($row.try_get(place)?),
                Kind::Text => Arg::Text($row.try_get(place)?),
                Kind::Real => Arg::Real($row.try_get(place)?),
                Kind::Bool => Arg::Bool($row.try_get(place)?),
            })
        };
        $table.columns.iter().enumerate().map(value).collect()
    }};
}

impl SchoolTable {
    pub fn quoted(&self) -> String {
        quote(&self.name)
    }

    pub fn kinds(&self) -> BTreeMap<String, Kind> {
        self.columns.iter().map(|column| (column.name.clone(), column.kind)).collect()
    }

    fn column_list(&self) -> String {
        self.columns.iter().map(|column| quote(&column.name)).collect::<Vec<_>>().join(", ")
    }

    /// The columns by which rows are ordered: those of the primary key, or all.
    fn key(&self) -> Vec<&Column> {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        if key.is_empty() { self.columns.iter().collect() } else { key }
    }

    pub fn select_of_sqlite(&self) -> String {
        let order: Vec<String> = self.key().iter().map(|column| quote(&column.name)).collect();
        format!("select {} from {} order by {}", self.column_list(), self.quoted(), order.join(", "))
    }

    /// The same rows in the same order: SQLite orders texts by their bytes, and begins with nulls.
    pub fn select_of_postgres(&self) -> String {
        let order = |column: &&Column| {
            let collation = if column.kind == Kind::Text { " collate \"C\"" } else { "" };
            format!("{}{collation} nulls first", quote(&column.name))
        };
        let order: Vec<String> = self.key().iter().map(order).collect();
        format!("select {} from {} order by {}", self.column_list(), self.quoted(), order.join(", "))
    }

    pub fn values_of_sqlite(&self, row: &SqliteRow) -> sqlx::Result<Vec<Arg>> {
        values!(self, row)
    }

    pub fn values_of_postgres(&self, row: &PgRow) -> sqlx::Result<Vec<Arg>> {
        values!(self, row)
    }
}

/// The number of the rows of a table, and a hash of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    pub rows: u64,
    pub hash: String,
}

#[derive(Default)]
pub struct RunningDigest {
    rows: u64,
    hash: Sha256,
}

impl RunningDigest {
    /// Adds a row as a line of text, in which each value has its kind and each text its length.
    pub fn add(&mut self, values: &[Arg]) {
        let mut line = String::new();
        for value in values {
            match value {
                Arg::Int(Some(number)) => line.push_str(&format!("i{number},")),
                Arg::Text(Some(text)) => line.push_str(&format!("t{}:{text},", text.len())),
                // All bits of it.
                Arg::Real(Some(number)) => line.push_str(&format!("r{:x},", number.to_bits())),
                Arg::Bool(Some(is)) => line.push_str(if *is { "b1," } else { "b0," }),
                Arg::Int(None) | Arg::Text(None) | Arg::Real(None) | Arg::Bool(None) => line.push_str("-,"),
            }
        }
        line.push('\n');
        self.hash.update(line);
        self.rows += 1;
    }

    pub fn end(self) -> Digest {
        let hash = self.hash.finalize();
        Digest { rows: self.rows, hash: hash.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}")).collect() }
    }
}

/// Rows on their way to PostgreSQL.
pub struct Batch<'t> {
    table: &'t SchoolTable,
    insert: String,
    rows: Vec<Vec<Arg>>,
    bytes: usize,
}

impl<'t> Batch<'t> {
    pub fn new(table: &'t SchoolTable) -> Batch<'t> {
        let arrays = table.columns.iter().enumerate().map(|(n, column)| format!("${}::{}", n + 1, column.kind.array()));
        let arrays: Vec<String> = arrays.collect();
        let insert = format!(
            "insert into {} ({}) select * from unnest({})",
            table.quoted(),
            table.column_list(),
            arrays.join(", ")
        );
        Batch { table, insert, rows: Vec::new(), bytes: 0 }
    }

    /// Adds a row, and tells whether the batch is full.
    pub fn add(&mut self, values: Vec<Arg>) -> bool {
        let bytes = |value: &Arg| match value {
            Arg::Text(Some(text)) => text.len(),
            _ => size_of::<i64>(),
        };
        self.bytes += values.iter().map(bytes).sum::<usize>();
        self.rows.push(values);
        self.rows.len() >= BATCH_MAX_ROWS || self.bytes >= BATCH_MAX_BYTES
    }

    /// Writes what has gathered, as one array for each column.
    pub async fn insert(&mut self, target: &mut PgConnection) -> sqlx::Result<()> {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut columns: Vec<Vec<Arg>> = self.table.columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let mut query = sqlx::query(AssertSqlSafe(self.insert.clone()));
        for (column, values) in self.table.columns.iter().zip(columns) {
            query = match column.kind {
                Kind::Int => query.bind(values.into_iter().map(Arg::int).collect::<Vec<_>>()),
                Kind::Text => query.bind(values.into_iter().map(Arg::text).collect::<Vec<_>>()),
                Kind::Real => query.bind(values.into_iter().map(Arg::real).collect::<Vec<_>>()),
                Kind::Bool => query.bind(values.into_iter().map(Arg::bool).collect::<Vec<_>>()),
            };
        }
        query.execute(target).await.map(drop)
    }
}

impl Arg {
    fn int(self) -> Option<i64> {
        if let Arg::Int(value) = self { value } else { None }
    }

    fn text(self) -> Option<String> {
        if let Arg::Text(value) = self { value } else { None }
    }

    fn real(self) -> Option<f64> {
        if let Arg::Real(value) = self { value } else { None }
    }

    fn bool(self) -> Option<bool> {
        if let Arg::Bool(value) = self { value } else { None }
    }
}
