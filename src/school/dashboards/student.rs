//! The dashboard of a learner: how far they are in each of their courses, what is left to do, and for how long.

use crate::app::School;
use crate::clock::days_between;
use crate::db::{Filter, args, row};
use crate::error::Result;
use crate::school::assessments::counting::PASSED_MS;
use crate::school::outline::IS_READY;
use crate::school::progress::watching::current;
use crate::school::rights::{Caller, Scope};
use crate::school::{Page, Window};

row! {
    struct LearnersCourseRow {
        enrollment: i64,
        course: i64,
        title: String,
        status: String,
        rate: Option<f64>,
        videos: i64,
        videos_done: i64,
        missions: i64,
        missions_left: i64,
        seconds: i64,
        accessed_ms: Option<i64>,
        expires_ms: Option<i64>,
    }
}

/// A course as its learner sees it.
#[derive(Debug)]
pub struct LearnersCourse {
    pub enrollment: i64,
    pub course: i64,
    pub title: String,
    /// Is the course completed?
    pub is_completed: bool,
    /// Per cent of the required items that are done.
    pub rate: f64,
    pub videos: i64,
    pub videos_done: i64,
    pub missions: i64,
    /// Those that the learner has not passed.
    pub missions_left: i64,
    pub seconds: i64,
    pub accessed_ms: Option<i64>,
    pub expires_ms: Option<i64>,
    /// Days from today to the day on which the access ends: 0 on that day and after it. `None` if it does not end.
    pub days_left: Option<i64>,
}

const VIDEOS: &str = "i.kind = 'VIDEO' and i.deleted_ms is null and u.deleted_ms is null";
/// SQL: the missions `a` of the course `k.course` that enrollment `e` is to pass.
const MISSIONS: &str = "from assessments a left join units u on u.id = a.unit where a.course = k.course
    and a.mission_type is not null and a.active and a.deleted_ms is null and u.deleted_ms is null
    and (a.class is null or a.class = e.class)";
const COURSES: &str = "from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course";

fn columns() -> String {
    format!(
        "select e.id as enrollment, k.course, c.title, e.status, e.progress_score as rate, e.expires_ms,
        (select count(*) from units u join items i on i.unit = u.id where u.course = k.course and {VIDEOS}
            and {IS_READY}) as videos,
        (select count(*) from item_progress p join items i on i.id = p.item join units u on u.id = i.unit
            where p.enrollment = e.id and p.status = 'COMPLETED' and {VIDEOS} and {IS_READY}) as videos_done,
        (select count(*) {MISSIONS}) as missions,
        (select count(*) {MISSIONS} and {PASSED_MS} is null) as missions_left,
        (select cast(coalesce(sum(d.seconds), 0) as bigint) from study_days d where d.enrollment = e.id) as seconds,
        (select max(p.updated_ms) from item_progress p where p.enrollment = e.id) as accessed_ms"
    )
}

/// Lists the caller's own courses, the newest enrollment first.
pub async fn courses(app: &School, caller: &Caller, window: Window) -> Result<Page<LearnersCourse>> {
    caller.must_have(Scope::ProgressRead)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.read().await?;
    let of_person = format!("{} and c.deleted_ms is null", current());
    let conditions = Filter::of(&of_person, args![caller.id, now_ms]);
    let (sql, args) = conditions.count(COURSES);
    let (total,) = tx.one(sql, args).await?;
    let select = format!("{} {COURSES}", columns());
    let (sql, args) = conditions.page(&select, "e.id desc", window.limit, window.offset);
    let rows: Vec<LearnersCourseRow> = tx.all(sql, args).await?;
    let today = app.clock.date_of(now_ms);
    let days_left = |ends_ms: i64| days_between(&today, &app.clock.date_of(ends_ms)).map(|days| days.max(0));
    let course = |row: LearnersCourseRow| LearnersCourse {
        enrollment: row.enrollment,
        course: row.course,
        title: row.title,
        is_completed: row.status == "COMPLETED",
        rate: row.rate.unwrap_or(0.0),
        videos: row.videos,
        videos_done: row.videos_done,
        missions: row.missions,
        missions_left: row.missions_left,
        seconds: row.seconds,
        accessed_ms: row.accessed_ms,
        expires_ms: row.expires_ms,
        days_left: row.expires_ms.and_then(days_left),
    };
    Ok(Page { rows: rows.into_iter().map(course).collect(), total, window })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_scans;

    #[tokio::test]
    async fn courses_of_a_learner_are_found_by_their_enrollments() {
        let sql = format!("{} {COURSES} where {} limit 20", columns(), current());
        assert!(sqlite_scans(&sql.replace("$1", "1").replace("$2", "5"), &[]).await.is_empty());
    }
}
