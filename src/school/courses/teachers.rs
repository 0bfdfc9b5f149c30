//! Co-teachers: colleagues with whom a course is shared. They lead its lessons; what they may do is asked in `rights::leads`.

use crate::app::School;
use crate::db::{HeldTable, args, retry, row};
use crate::error::{Error, Noun, Result};
use crate::failures::Attempts;
use crate::school::notifications::{self, NotificationKind};
use crate::school::rights::{self, Caller};
use crate::school::sessions::staff;

/// Co-teachers that a course may have, beside its instructor.
pub const CO_TEACHERS_MAX: i64 = 20;

row! {
    pub struct CourseTeacher {
        pub person: i64,
        pub name: String,
        pub is_owner: bool,
        /// Beginning of the sharing; of the instructor, of the course.
        pub since_ms: i64,
    }
}

const TEACHERS: &str = "select t.person, p.name, t.is_owner, t.since_ms from (
        select instructor as person, true as is_owner, created_ms as since_ms from courses where id = $1
        union all select person, false, created_ms from course_teachers where course = $1) t
    join people p on p.id = t.person order by t.is_owner desc, t.since_ms, t.person";

/// Lists those who teach a course, its instructor first, for those who lead it.
pub async fn list(app: &School, caller: &Caller, course: i64) -> Result<Vec<CourseTeacher>> {
    let mut tx = app.db.read().await?;
    rights::find_led_course(&mut tx, caller, course).await?;
    tx.all(TEACHERS, args![course]).await
}

/// Those who teach a course, after one was to be added.
pub struct SharedCourse {
    pub teachers: Vec<CourseTeacher>,
    /// Whether they were not among them before.
    pub is_new: bool,
}

/// Shares a course with a colleague, and notifies them. Someone who teaches it already stays as they are.
pub async fn share(app: &School, caller: &Caller, course: i64, person: i64) -> Result<SharedCourse> {
    let is_new = retry(|| try_share(app, caller, course, person)).await?;
    Ok(SharedCourse { teachers: list(app, caller, course).await?, is_new })
}

async fn try_share(app: &School, caller: &Caller, course: i64, person: i64) -> Result<bool> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    let access = rights::hold_taught_course(&mut tx, caller, course).await?;
    // Nobody makes a student of them, or erases them, until they are a teacher of the course.
    tx.hold(HeldTable::People, person).await?;
    staff::must_be_colleague(&mut tx, person).await?;
    if person == access.instructor || rights::is_shared_with(&mut tx, course, person).await? {
        return Ok(false);
    }
    let (count,): (i64,) = tx.one("select count(*) from course_teachers where course = $1", args![course]).await?;
    if count >= CO_TEACHERS_MAX {
        return Err(Error::TooManyTeachers { most: CO_TEACHERS_MAX });
    }
    app.failures.take_for_good(&Attempts::SharingsBy(caller.id), now_ms)?;
    let sql = "insert into course_teachers (course, person, created_ms) values ($1, $2, $3)";
    tx.run(sql, args![course, person, now_ms]).await?;
    notifications::notify(&mut tx, person, NotificationKind::LectureShared, caller.id, course, now_ms).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(true)
}

/// Ends the sharing of a course with a person, for those who teach it and for that person. Their sockets in its sessions close; what they
/// have made stays.
pub async fn end(app: &School, caller: &Caller, course: i64, person: i64) -> Result<()> {
    retry(|| try_end(app, caller, course, person)).await
}

async fn try_end(app: &School, caller: &Caller, course: i64, person: i64) -> Result<()> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    let is_own = person == caller.id;
    match is_own {
        true => rights::hold_led_course(&mut tx, caller, course).await?,
        false => rights::hold_taught_course(&mut tx, caller, course).await?,
    };
    tx.hold_where(HeldTable::Sessions, "course = $1 and status <> 'REVIEW_MODE'", args![course]).await?;
    let sql = "delete from course_teachers where course = $1 and person = $2";
    if tx.run(sql, args![course, person]).await? == 0 {
        return Err(Error::NotFound(Noun::Person));
    }
    let (events, closed) = staff::end_co_teacher(&mut tx, course, person, is_own, now_ms).await?;
    app.commit_and_close(tx, events, closed).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn the_teachers_of_a_course_are_found_without_those_of_others() {
        let plan = sqlite_plan(TEACHERS).await;
        assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{plan:?}");
    }
}
