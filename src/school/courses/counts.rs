//! The numbers of courses of each status, level and category, by which the catalogue knows how many it has in all.

use std::collections::BTreeMap;

use crate::db::{Arg, Sql, Tx, args};
use crate::error::Result;

/// Status, level and category of a course.
type Kind = (String, Option<String>, Option<String>);

/// Changes a course by this statement, and counts it with those of its new kind. The caller holds the course.
pub(super) async fn change(tx: &mut Tx, course: i64, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<()> {
    let before = kind_of(tx, course).await?;
    tx.run(sql, args).await?;
    moved(tx, course, before).await
}

/// Counts a new course.
pub(super) async fn add(tx: &mut Tx, course: i64) -> Result<()> {
    moved(tx, course, None).await
}

/// Finds the kind of a course; `None` if it is deleted.
async fn kind_of(tx: &mut Tx, course: i64) -> Result<Option<Kind>> {
    tx.maybe("select status, level, category from courses where id = $1 and deleted_ms is null", args![course]).await
}

/// Takes a course out of the kind that it had, and adds it to the one that it has. Kinds are changed in their order, so that two
/// transactions never wait for each other.
async fn moved(tx: &mut Tx, course: i64, before: Option<Kind>) -> Result<()> {
    let mut by_kind: BTreeMap<Kind, i64> = BTreeMap::new();
    for (kind, by) in [(before, -1), (kind_of(tx, course).await?, 1)] {
        if let Some(kind) = kind {
            *by_kind.entry(kind).or_default() += by;
        }
    }
    for ((status, level, category), by) in by_kind.into_iter().filter(|(_, by)| *by != 0) {
        let sql = "insert into course_counts (status, level, category, courses) values ($1, $2, $3, $4)
            on conflict (status, coalesce(level, ''), coalesce(category, ''))
            do update set courses = course_counts.courses + excluded.courses";
        tx.run(sql, args![status, level, category, by]).await?;
    }
    Ok(())
}
