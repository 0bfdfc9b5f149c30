//! How many people enroll in a course, and how many of them complete it.

use super::conditions::IS_COMPLETED;
use crate::app::School;
use crate::clock::DaySpan;
use crate::db::{Tx, args};
use crate::error::Result;
use crate::school::courses::numbers::{ADMITTED, completion_rate};
use crate::school::insight::table_of;
use crate::school::rights::{self, Caller, Scope};

pub struct EnrollmentStatistics {
    pub course: i64,
    /// All who were admitted: active, completed and failed ones. Those who wait, were rejected or left are not counted.
    pub total: i64,
    pub active: i64,
    pub completed: i64,
    pub failed: i64,
    /// The completed share of all, from 0 to 1.
    pub completion_rate: f64,
    /// The time that those who completed the course spent learning, in minutes on average; 0 if no time was recorded.
    pub completion_minutes: i64,
    /// The number of new enrollments on each day, oldest first.
    pub trend: Vec<(String, i64)>,
}

/// Counts the enrollments in all classes of a course, and those of the last `days` days, today included.
pub async fn of_course(app: &School, caller: &Caller, course: i64, days: i64) -> Result<EnrollmentStatistics> {
    caller.must_have(Scope::CourseRead)?;
    let mut tx = app.db.read().await?;
    rights::find_taught_course(&mut tx, caller, course).await?;
    let (total, completed, failed): (i64, i64, i64) = tx.one(counts(), args![course]).await?;
    let (seconds,): (f64,) = tx.one(average_seconds(), args![course]).await?;
    Ok(EnrollmentStatistics {
        course,
        total,
        active: total - completed - failed,
        completed,
        failed,
        completion_rate: completion_rate(completed, total),
        completion_minutes: (seconds / 60.0).round() as i64,
        trend: count_by_day(&mut tx, course, app.clock.last_days(days)).await?,
    })
}

fn counts() -> String {
    format!(
        "select count(*), count(case when {IS_COMPLETED} then 1 end), count(e.failed_ms)
        from classes k join enrollments e on e.class = k.id where k.course = $1 and e.status in {ADMITTED}"
    )
}

fn average_seconds() -> String {
    format!(
        "select cast(coalesce(avg(x.seconds), 0) as double precision) from (
            select sum(d.seconds) as seconds from classes k join enrollments e on e.class = k.id and {IS_COMPLETED}
                join study_days d on d.enrollment = e.id where k.course = $1 group by e.id) x"
    )
}

async fn count_by_day(tx: &mut Tx, course: i64, days: Vec<DaySpan>) -> Result<Vec<(String, i64)>> {
    let (with, args) = table_of(&days, course);
    let counts: Vec<(i64, i64)> = tx.all(trend(&with), args).await?;
    Ok(days.into_iter().zip(counts).map(|(day, (_, count))| (day.date, count)).collect())
}

fn trend(with_days: &str) -> String {
    format!(
        "{with_days} select d.n, (select count(*) from classes k join enrollments e on e.class = k.id
            where k.course = $1 and e.created_ms >= d.starts and e.created_ms < d.ends and e.status in {ADMITTED})
        from days d order by d.n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::{sqlite_plan, sqlite_scans};

    #[tokio::test]
    async fn statistics_of_a_course_read_no_table_from_end_to_end() {
        let day = DaySpan { date: "2026-11-28".into(), label: "11/28".into(), starts_ms: 0, ends_ms: 1 };
        let trend = trend(&table_of(&[day], 1).0);
        for sql in [counts(), average_seconds(), trend.clone()] {
            let scans = sqlite_scans(&sql, &["x", "d", "CONSTANT ROW"]).await;
            assert!(scans.is_empty(), "{scans:?} of {sql}");
        }
        let plan = sqlite_plan(&trend).await;
        assert!(plan.iter().any(|line| line.contains("COVERING INDEX enrollments_days ")), "{plan:?}");
    }
}
