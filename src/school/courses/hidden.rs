//! Courses that are made out of sight, while what belongs to them comes.

use super::{Course, CourseChanges, CourseStatus, complete, insert_row};
use crate::db::{Tx, args};
use crate::error::{Error, Noun, Result};
use crate::school::rights::Caller;

/// Inserts a published course that nobody sees: its row is deleted until `show` is called, and for good if that never happens.
pub(in crate::school) async fn insert(tx: &mut Tx, caller: &Caller, title: &str, now_ms: i64) -> Result<i64> {
    let id = insert_row(tx, caller, title, None, CourseStatus::Published, now_ms).await?;
    tx.run("update courses set deleted_ms = $2 where id = $1", args![id, now_ms]).await?;
    Ok(id)
}

/// Lets everyone see a course that was inserted hidden.
pub(in crate::school) async fn show(
    tx: &mut Tx,
    caller: &Caller,
    id: i64,
    title: String,
    first: CourseChanges,
    now_ms: i64,
) -> Result<Course> {
    let sql = "update courses set deleted_ms = null, created_ms = $2, published_ms = $2 where id = $1 and deleted_ms is not null";
    if tx.run(sql, args![id, now_ms]).await? == 0 {
        return Err(Error::NotFound(Noun::Course));
    }
    complete(tx, caller, id, title, first, now_ms).await
}
