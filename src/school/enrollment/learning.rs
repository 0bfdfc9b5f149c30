//! Enrollments as a learner sees them: one course, how far they are in it, and whether they may begin.

use std::collections::HashMap;

use super::decisions::{Decision, decide};
use super::{Application, apply};
use crate::app::School;
use crate::db::{Filter, Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::school::progress::units::{ACCESSED_MS, LearningStatus, ProgressRate, STARTED_MS, progress_rate, status_at};
use crate::school::rights::{Caller, Scope};

row! {
    struct LearningRow {
        id: i64,
        person: i64,
        course: i64,
        course_title: String,
        instructor_name: String,
        status: String,
        is_pending: bool,
        enrolled_ms: i64,
        started_ms: Option<i64>,
        accessed_ms: Option<i64>,
    }
}

#[derive(Debug, Clone)]
pub struct LearningEnrollment {
    pub id: i64,
    pub person: i64,
    pub course: i64,
    pub course_title: String,
    pub instructor_name: String,
    pub status: LearningStatus,
    /// Does it wait for a payment, an approval or a seat?
    pub is_pending: bool,
    pub enrolled_ms: i64,
    pub started_ms: Option<i64>,
    pub accessed_ms: Option<i64>,
    pub rate: ProgressRate,
}

/// Enrolls the caller in the default class of a course. Fails if they are in any class of it, or apply for one.
pub async fn enroll(app: &School, caller: &Caller, course: i64) -> Result<LearningEnrollment> {
    caller.must_have(Scope::Enroll)?;
    if open_enrollment(&mut app.db.read().await?, course, caller.id).await?.is_some() {
        return Err(Error::AlreadyEnrolled);
    }
    let made = apply(app, caller, Application { person: None, course, class: None }).await?;
    let condition = Filter::of("e.id = $1", args![made.id]);
    let found = read_all(&mut app.db.read().await?, condition, app.now_ms()).await?;
    found.into_iter().next().ok_or(Error::NotFound(Noun::Enrollment))
}

/// Cancels the caller's enrollment in a course. What they have done there is kept. Fails if they have completed the course.
pub async fn unenroll(app: &School, caller: &Caller, course: i64) -> Result<()> {
    caller.must_have(Scope::Enroll)?;
    let found = open_enrollment(&mut app.db.read().await?, course, caller.id).await?;
    let id = found.ok_or(Error::NotFound(Noun::Enrollment))?;
    decide(app, caller, id, Decision::Cancel { reason: None }).await.map(drop)
}

/// Finds the enrollment that a person has in a course: the one in its default class, if there are several.
async fn open_enrollment(tx: &mut Tx, course: i64, person: i64) -> Result<Option<i64>> {
    let sql = "select e.id from enrollments e join classes k on k.id = e.class
        where k.course = $1 and e.person = $2 and e.status in ('PENDING', 'APPROVED', 'COMPLETED')
        order by k.is_default desc, e.id desc limit 1";
    Ok(tx.maybe::<(i64,)>(sql, args![course, person]).await?.map(|(id,)| id))
}

/// Lists the caller's enrollments, the newest first, in two queries. Rejected and cancelled ones are left out.
pub async fn mine(app: &School, caller: &Caller, status: Option<LearningStatus>) -> Result<Vec<LearningEnrollment>> {
    caller.must_have(Scope::Enroll)?;
    let mut tx = app.db.read().await?;
    let condition = "e.person = $1 and e.status not in ('REJECTED', 'CANCELLED') and c.deleted_ms is null";
    let all = read_all(&mut tx, Filter::of(condition, args![caller.id]), app.now_ms()).await?;
    Ok(all.into_iter().filter(|enrollment| status.is_none_or(|status| enrollment.status == status)).collect())
}

async fn read_all(tx: &mut Tx, condition: Filter, now_ms: i64) -> Result<Vec<LearningEnrollment>> {
    let n = condition.args.len() + 1;
    let sql = format!(
        "select e.id, e.person, k.course, c.title as course_title, q.name as instructor_name,
            {} as status, e.status = 'PENDING' as is_pending,
            e.created_ms as enrolled_ms, {STARTED_MS} as started_ms, {ACCESSED_MS} as accessed_ms
        from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        join people q on q.id = c.instructor where {} order by e.id desc",
        status_at(&format!("${n}")),
        condition.text
    );
    let rows: Vec<LearningRow> = tx.all(sql, [condition.args, args![now_ms]].concat()).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let rates = if ids.is_empty() { HashMap::new() } else { progress_rate(tx, &ids).await? };
    rows.into_iter().map(|row| row.with_rate(&rates)).collect()
}

impl LearningRow {
    fn with_rate(self, rates: &HashMap<i64, ProgressRate>) -> Result<LearningEnrollment> {
        let unknown = || Error::internal(format!("an enrollment {}", self.status));
        Ok(LearningEnrollment {
            status: LearningStatus::parse(&self.status).ok_or_else(unknown)?,
            rate: rates.get(&self.id).copied().unwrap_or_default(),
            id: self.id,
            person: self.person,
            course: self.course,
            course_title: self.course_title,
            instructor_name: self.instructor_name,
            is_pending: self.is_pending,
            enrolled_ms: self.enrolled_ms,
            started_ms: self.started_ms,
            accessed_ms: self.accessed_ms,
        })
    }
}
