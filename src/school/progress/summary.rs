//! Summary of what a person has learnt, in all of their courses.

use super::units;
use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::Result;
use crate::school::enrollment::conditions::IS_COMPLETED;
use crate::school::rights::{Caller, Scope};

/// Number of activities in a summary.
const ACTIVITIES: i64 = 10;

row! {
    /// Numbers of courses by `LearningStatus`, and what came of them.
    pub struct LearningCounts {
        pub courses: i64,
        pub in_progress: i64,
        pub completed: i64,
        pub failed: i64,
        pub expired: i64,
        /// Average of the assessment scores of all courses in which an attempt has a score.
        pub average_score: Option<f64>,
        /// Courses of which the person has a certificate that was not revoked: a course that they took in two classes counts once.
        pub certificates: i64,
        pub seconds: i64,
    }
}

row! {
    pub struct LearningActivity {
        /// A word, such as `module_completed`.
        pub kind: String,
        pub course: i64,
        pub course_title: String,
        pub unit_title: Option<String>,
        pub assessment_title: Option<String>,
        pub at_ms: i64,
    }
}

pub struct LearningSummary {
    pub person: i64,
    pub counts: LearningCounts,
    /// The newest first.
    pub activities: Vec<LearningActivity>,
}

/// Sums up the caller's own learning. A course counts once, by the newest enrollment in it.
pub async fn of_caller(app: &School, caller: &Caller) -> Result<LearningSummary> {
    caller.must_have(Scope::ProgressRead)?;
    let mut tx = app.db.read().await?;
    let counts = counts(&mut tx, caller.id, app.now_ms()).await?;
    let activities = activities(&mut tx, caller.id).await?;
    Ok(LearningSummary { person: caller.id, counts, activities })
}

async fn counts(tx: &mut Tx, person: i64, now_ms: i64) -> Result<LearningCounts> {
    tx.one(counted(), args![person, now_ms]).await
}

fn counted() -> String {
    format!(
        "with mine as (select e.id, {} as status,
                case when exists (select 1 from attempts t where t.enrollment = e.id and t.score is not null)
                    then e.assessment_score end as score,
                row_number() over (partition by k.course order by e.id desc) as nth
            from enrollments e join classes k on k.id = e.class
            where e.person = $1 and e.status in ('PENDING', 'APPROVED', 'COMPLETED', 'EXPIRED'))
        select count(*) as courses, count(*) filter (where status = 'IN_PROGRESS') as in_progress,
            count(*) filter (where status = 'COMPLETED') as completed, count(*) filter (where status = 'FAILED') as failed,
            count(*) filter (where status = 'EXPIRED') as expired, avg(score) as average_score,
            (select count(distinct k.course) from certificates f join enrollments e on e.id = f.enrollment
                join classes k on k.id = e.class
                where e.person = $1 and f.unit is null and f.revoked_ms is null) as certificates,
            (select cast(coalesce(sum(d.seconds), 0) as bigint) from study_days d
                join enrollments e on e.id = d.enrollment where e.person = $1) as seconds
        from mine where nth = 1",
        units::status_at("$2")
    )
}

/// Lists what the person did last. What was taken back is left out.
async fn activities(tx: &mut Tx, person: i64) -> Result<Vec<LearningActivity>> {
    tx.all(last_done(), args![person, ACTIVITIES]).await
}

/// Builds SQL: what a person did last. Every branch starts from their enrollments.
fn last_done() -> String {
    format!(
        "with mine as (select e.id, e.class, e.person, k.course, c.title, e.created_ms, e.completed_ms, e.status,
                e.failed_ms
            from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
            where e.person = $1 and e.status in ('PENDING', 'APPROVED', 'COMPLETED', 'EXPIRED'))
        select x.kind, x.course, x.course_title, x.unit_title, x.assessment_title, x.at_ms from (
            select 'course_enrolled' as kind, e.course, e.title as course_title, cast(null as text) as unit_title,
                cast(null as text) as assessment_title, e.created_ms as at_ms from mine e
            union all
            select 'course_completed', e.course, e.title, null, null, e.completed_ms from mine e
                where {IS_COMPLETED}
            union all
            select 'module_completed', e.course, e.title, u.title, null, {}
                from mine e cross join units u where u.course = e.course and u.deleted_ms is null
            union all
            select case when t.score >= a.pass then 'assessment_passed' else 'assessment_failed' end, e.course, e.title,
                null, a.name, coalesce(t.graded_ms, t.submitted_ms, t.created_ms)
                from mine e cross join attempts t join assessments a on a.id = t.assessment and a.deleted_ms is null
                where t.enrollment = e.id and t.score is not null
            union all
            select 'certificate_earned', e.course, e.title, null, null, f.created_ms
                from mine e cross join certificates f where f.enrollment = e.id and f.unit is null and f.revoked_ms is null) x
        where x.at_ms is not null order by x.at_ms desc, x.kind limit $2",
        units::completed_ms()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_scans;

    #[tokio::test]
    async fn a_summary_reads_no_table_from_end_to_end() {
        for sql in [counted(), last_done()] {
            let scans = sqlite_scans(&sql, &["mine", "x", "e", "n", "b", "CONSTANT ROW"]).await;
            assert!(scans.is_empty(), "{scans:?} of {sql}");
        }
    }
}
