//! Enrollments as their learners see them: in which course, and in which state.

use super::units::{ACCESSED_MS, STARTED_MS, status_at};
use crate::db::{Filter, Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::school::enrollment::conditions::IS_COMPLETED;

row! {
    /// An enrollment, as a learner sees it.
    pub struct LearnerEnrollment {
        pub id: i64,
        pub person: i64,
        pub course: i64,
        pub course_title: String,
        pub instructor_name: String,
        /// A word of `LearningStatus`.
        pub status: String,
        /// Does it wait for a payment, an approval or a seat?
        pub is_pending: bool,
        pub enrolled_ms: i64,
        pub started_ms: Option<i64>,
        pub accessed_ms: Option<i64>,
        pub completed_ms: Option<i64>,
        pub expires_ms: Option<i64>,
        /// The weighted score of the assessments.
        pub score: Option<f64>,
        pub certificate: Option<i64>,
    }
}

/// Reads the enrollments that meet a condition, the newest first.
pub async fn read_all(tx: &mut Tx, condition: Filter, now_ms: i64) -> Result<Vec<LearnerEnrollment>> {
    let sql = enrollments(&condition.text, condition.args.len() + 1);
    tx.all(sql, [condition.args, args![now_ms]].concat()).await
}

/// Builds SQL: the enrollments that meet a condition. `now` is the place of the time of now among the arguments.
fn enrollments(condition: &str, now: usize) -> String {
    format!(
        "select e.id, e.person, k.course, c.title as course_title, q.name as instructor_name, {} as status,
            e.status = 'PENDING' as is_pending, e.created_ms as enrolled_ms, {STARTED_MS} as started_ms,
            {ACCESSED_MS} as accessed_ms, case when {IS_COMPLETED} then e.completed_ms end as completed_ms, e.expires_ms,
            e.assessment_score as score,
            (select f.id from certificates f where f.enrollment = e.id and f.unit is null) as certificate
        from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        join people q on q.id = c.instructor where {condition} order by e.id desc",
        status_at(&format!("${now}"))
    )
}

/// Reads one enrollment.
pub async fn read(tx: &mut Tx, id: i64, now_ms: i64) -> Result<LearnerEnrollment> {
    let found = read_all(tx, Filter::of("e.id = $1", args![id]), now_ms).await?;
    found.into_iter().next().ok_or(Error::NotFound(Noun::Enrollment))
}

#[cfg(test)]
mod tests {
    use crate::db::tests::{sqlite_plan, sqlite_scans};

    #[tokio::test]
    async fn enrollments_of_a_person_are_found_without_those_of_others() {
        let sql = super::enrollments("e.person = $1 and c.deleted_ms is null", 2);
        assert!(sqlite_scans(&sql, &["b", "CONSTANT ROW"]).await.is_empty());
        let plan = sqlite_plan(&sql).await;
        assert!(plan.iter().any(|line| line.contains("enrollments_person (person=?")), "{plan:?}");
    }
}
