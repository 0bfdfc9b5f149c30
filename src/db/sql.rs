//! Statements and their arguments.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, SqlSafeStr};

/// An argument of a statement. Every kind may be NULL, since PostgreSQL needs the type of a NULL too.
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

/// SQL: a literal, or a text that the program put together from literals (never from input).
#[derive(Clone)]
pub struct Sql(pub(super) Cow<'static, str>);

impl Sql {
    pub(super) fn changes(&self) -> bool {
        !self.0.trim_start().starts_with("select")
    }
}

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

/// Ids or texts that one statement lists: fewer than both databases accept.
pub const LISTED_MAX: usize = 8_192;

/// Returns `$4, $5, $6` for these ids or texts, and them as arguments. The length is rounded up to a power of two by repeating
/// the last one, so that few different statements are prepared.
pub fn placeholders<T: Clone + Default + Into<Arg>>(listed: &[T], first: usize) -> (String, Vec<Arg>) {
    let length = listed.len().max(1).next_power_of_two();
    let last = listed.last().cloned().unwrap_or_default();
    let values = (0..length).map(|i| listed.get(i).unwrap_or(&last).clone().into()).collect();
    let marks = (first..first + length).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    (marks, values)
}

/// Builds a `where` from optional conditions. Conditions without a value are left out, so that the others can use an index.
#[derive(Clone)]
pub struct Filter {
    pub text: String,
    pub args: Vec<Arg>,
}

impl Filter {
    /// Begins with a condition and the values of its `$1` ….
    pub fn of(text: &str, args: Vec<Arg>) -> Filter {
        Filter { text: text.to_owned(), args }
    }

    /// Adds a condition if there is a value, which takes the place of its `?`.
    pub fn and(mut self, condition: &str, value: Option<impl Into<Arg>>) -> Filter {
        if let Some(value) = value {
            self.args.push(value.into());
            let place = format!("${}", self.args.len());
            self.text.push_str(" and ");
            self.text.push_str(&condition.replace('?', &place));
        }
        self
    }

    /// Returns the statement that reads one page of the rows, and its arguments.
    pub fn page(&self, select: &str, order: &str, limit: i64, offset: i64) -> (Sql, Vec<Arg>) {
        let n = self.args.len();
        let sql = format!("{select} where {} order by {order} limit ${} offset ${}", self.text, n + 1, n + 2);
        (sql.into(), [self.args.clone(), vec![limit.into(), offset.into()]].concat())
    }

    /// Returns the statement that counts the rows, and its arguments.
    pub fn count(&self, from: &str) -> (Sql, Vec<Arg>) {
        (format!("select count(*) {from} where {}", self.text).into(), self.args.clone())
    }
}

/// Returns `($1, $2), ($3, $4)` for this many rows of this many columns.
pub fn row_placeholders(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let marks: Vec<String> = (1..=columns).map(|n| format!("${}", row * columns + n)).collect();
        format!("({})", marks.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Returns how many of these rows are written by the next statement: 64, 16, 4 or 1, so that few statements are prepared.
pub fn batch_size(rows: usize) -> usize {
    [64, 16, 4].into_iter().find(|size| *size <= rows).unwrap_or(1)
}
