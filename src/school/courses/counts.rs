//! The numbers of courses of each status, level and category, by which the catalogue knows how many it has in all.

use std::collections::BTreeMap;

use crate::db::{Arg, Sql, Tx, args};
use crate::error::Result;

/// Status, level and category of a course.
pub(super) type CourseKind = (String, Option<String>, Option<String>);

/// Changes a course by this statement, and counts it with those of its new kind. The caller holds the course.
pub(super) async fn change(tx: &mut Tx, course: i64, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<()> {
    let before = kind_of(tx, course).await?;
    tx.run(sql, args).await?;
    recount(tx, course, before).await
}

/// Finds the kind of a course; `None` if it is deleted.
pub(super) async fn kind_of(tx: &mut Tx, course: i64) -> Result<Option<CourseKind>> {
    tx.maybe("select status, level, category from courses where id = $1 and deleted_ms is null", args![course]).await
}

/// Takes a course out of the kind that it had, if any, and adds it to the one that it has. These rows are held in their own
/// order, so that two transactions never wait for each other in a circle.
pub(super) async fn recount(tx: &mut Tx, course: i64, before: Option<CourseKind>) -> Result<()> {
    let after = kind_of(tx, course).await?;
    if before == after {
        return Ok(());
    }
    let by_kind: BTreeMap<CourseKind, bool> =
        [(before, false), (after, true)].into_iter().filter_map(|(kind, is_new)| Some((kind?, is_new))).collect();
    for ((status, level, category), is_new) in by_kind {
        if is_new {
            let sql = "insert into course_counts (status, level, category, courses) values ($1, $2, $3, 1)
                on conflict (status, coalesce(level, ''), coalesce(category, ''))
                do update set courses = course_counts.courses + 1";
            tx.run(sql, args![status, level, category]).await?;
            continue;
        }
        let of_kind =
            "status = $1 and coalesce(level, '') = coalesce($2, '') and coalesce(category, '') = coalesce($3, '')";
        let args = args![status, level, category];
        tx.run(format!("update course_counts set courses = courses - 1 where {of_kind}"), args.clone()).await?;
        tx.run(format!("delete from course_counts where courses = 0 and {of_kind}"), args).await?;
    }
    Ok(())
}
