//! Prerequisites: courses that one completes before another one. They may form a chain, but no circle.

use crate::db::{Arg, HeldTable, Tx, args};
use crate::error::{Error, Field, NeededCourse, Result};
use crate::school::enrollment::conditions::IS_COMPLETED;
use crate::school::rights::{self, Caller};

/// SQL: needed course `c` is asked of those who enroll. One that is archived or deleted admits nobody, so it is asked no more.
pub(in crate::school) const IS_ASKED: &str = "(c.status = 'PUBLISHED' and c.deleted_ms is null)";

/// Lets one transaction after the other change prerequisites: each sees the changes of those before it.
pub(super) async fn hold_changes(tx: &mut Tx) -> Result<()> {
    tx.hold(HeldTable::PrerequisiteChanges, 1).await
}

/// Makes these the courses that `course` needs. Fails if the caller does not see one of them, or if one of them needs `course`
/// itself, directly or through others, or if `course` is published and one of them is not. The caller of this function holds the
/// changes, or has just made the course.
pub(super) async fn set(tx: &mut Tx, caller: &Caller, course: i64, needed: &[i64]) -> Result<()> {
    for (n, id) in needed.iter().enumerate() {
        let place = (Field::Prerequisites, n);
        let found = rights::find_course(tx, *id).await.ok();
        if !found.is_some_and(|found| found.is_public() || caller.teaches(found.instructor)) {
            return Err(Error::bad(place, "there is no such course"));
        }
        if *id == course || needs(tx, *id, course).await? {
            return Err(Error::bad(place, "that course needs this one, so nobody could begin either"));
        }
    }
    tx.run("delete from course_prerequisites where course = $1", args![course]).await?;
    for id in needed.iter().copied() {
        let sql = "insert into course_prerequisites (course, needs) values ($1, $2) on conflict do nothing";
        tx.run(sql, args![course, id]).await?;
    }
    if rights::find_course(tx, course).await?.is_public() { must_be_published(tx, course).await } else { Ok(()) }
}

/// Is `wanted` among the courses that `course` needs, directly or through others?
async fn needs(tx: &mut Tx, course: i64, wanted: i64) -> Result<bool> {
    let sql = "with recursive chain (course) as (
            select needs from course_prerequisites where course = $1
            union select p.needs from course_prerequisites p join chain on p.course = chain.course)
        select course from chain where course = $2";
    Ok(tx.maybe::<(i64,)>(sql, args![course, wanted]).await?.is_some())
}

/// Fails if the course needs one that is not published, which nobody can complete.
pub(super) async fn must_be_published(tx: &mut Tx, course: i64) -> Result<()> {
    let sql =
        "select c.id, c.title from course_prerequisites p join courses c on c.id = p.needs and c.deleted_ms is null
        where p.course = $1 and c.status not in ('PUBLISHED', 'ARCHIVED') order by c.id";
    let unpublished = read_needed(tx, sql.to_owned(), args![course]).await?;
    if unpublished.is_empty() { Ok(()) } else { Err(Error::PrerequisitesUnpublished { unpublished }) }
}

/// Lists the courses that a course needs: all for its staff, and those that are asked of them for others. Deleted ones are left out.
pub(super) async fn of(tx: &mut Tx, course: i64, is_staff: bool) -> Result<Vec<i64>> {
    let sql = format!(
        "select c.id from course_prerequisites p join courses c on c.id = p.needs and c.deleted_ms is null
        where p.course = $1 and ($2 or {IS_ASKED}) order by c.id"
    );
    Ok(tx.all::<(i64,)>(sql, args![course, is_staff]).await?.into_iter().map(|(id,)| id).collect())
}

/// Fails unless the person has completed the courses that this one asks for.
pub(in crate::school) async fn must_be_completed(tx: &mut Tx, course: i64, person: i64) -> Result<()> {
    let sql = format!(
        "select c.id, c.title from course_prerequisites p join courses c on c.id = p.needs and {IS_ASKED}
        where p.course = $1 and not exists (select 1 from classes k join enrollments e on e.class = k.id
            where k.course = c.id and e.person = $2 and {IS_COMPLETED}) order by c.id"
    );
    let missing = read_needed(tx, sql, args![course, person]).await?;
    if missing.is_empty() { Ok(()) } else { Err(Error::PrerequisitesMissing { missing }) }
}

async fn read_needed(tx: &mut Tx, sql: String, args: Vec<Arg>) -> Result<Vec<NeededCourse>> {
    let found: Vec<(i64, String)> = tx.all(sql, args).await?;
    Ok(found.into_iter().map(|(id, title)| NeededCourse { id, title }).collect())
}
