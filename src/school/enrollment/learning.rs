//! Enrollments as a learner sees them: one course, how far they are in it, and whether they may begin.

use std::collections::HashMap;

use super::decisions::{Decision, decide};
use super::{Application, apply};
use crate::app::School;
use crate::db::{Filter, Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::school::progress::learner::{self, LearnerEnrollment};
use crate::school::progress::units::{LearningStatus, ProgressRate, progress_rate};
use crate::school::rights::{Caller, Scope};

/// An enrollment, and how far its learner is in the course.
pub type EnrollmentProgress = (LearnerEnrollment, ProgressRate);

/// Enrolls the caller in the default class of a course. Fails if they are in any class of it, or apply for one. An enrollment
/// whose time is over is renewed.
pub async fn enroll(app: &School, caller: &Caller, course: i64) -> Result<EnrollmentProgress> {
    caller.must_have(Scope::Enroll)?;
    let found = open_enrollment(&mut app.db.read().await?, course, caller.id, app.now_ms()).await?;
    if found.is_some_and(|found| !found.is_over) {
        return Err(Error::AlreadyEnrolled);
    }
    let made = apply(app, caller, Application { person: None, course, class: None }).await?;
    let mut tx = app.db.read().await?;
    let enrollment = learner::read(&mut tx, made.id, app.now_ms()).await?;
    let rate = progress_rate(&mut tx, &[made.id]).await?.remove(&made.id).unwrap_or_default();
    Ok((enrollment, rate))
}

/// Cancels the caller's enrollment in a course. What they have done there is kept. Fails if they have completed the course.
pub async fn unenroll(app: &School, caller: &Caller, course: i64) -> Result<()> {
    caller.must_have(Scope::Enroll)?;
    let found = open_enrollment(&mut app.db.read().await?, course, caller.id, app.now_ms()).await?;
    let found = found.ok_or(Error::NotFound(Noun::Enrollment))?;
    decide(app, caller, found.id, Decision::Cancel { reason: None }).await.map(drop)
}

row! {
    struct OpenEnrollment {
        id: i64,
        /// True if the time of its access is over.
        is_over: bool,
    }
}

/// Finds the enrollment that a person has in a course. Of several, one whose time is not over comes first, and then the one in the
/// default class.
async fn open_enrollment(tx: &mut Tx, course: i64, person: i64, now_ms: i64) -> Result<Option<OpenEnrollment>> {
    let sql = "select e.id, (e.status <> 'PENDING' and e.expires_ms is not null and e.expires_ms <= $3) as is_over
        from enrollments e join classes k on k.id = e.class
        where k.course = $1 and e.person = $2 and e.status in ('PENDING', 'APPROVED', 'COMPLETED')
        order by is_over, k.is_default desc, e.id desc limit 1";
    tx.maybe(sql, args![course, person, now_ms]).await
}

/// Lists the caller's enrollments, the newest first, in two queries. Rejected and cancelled ones are left out.
pub async fn mine(app: &School, caller: &Caller, status: Option<LearningStatus>) -> Result<Vec<EnrollmentProgress>> {
    caller.must_have(Scope::Enroll)?;
    let mut tx = app.db.read().await?;
    let condition = "e.person = $1 and e.status not in ('REJECTED', 'CANCELLED') and c.deleted_ms is null";
    let mut found = learner::read_all(&mut tx, Filter::of(condition, args![caller.id]), app.now_ms()).await?;
    found.retain(|enrollment| status.is_none_or(|status| enrollment.status == status.word()));
    let ids: Vec<i64> = found.iter().map(|enrollment| enrollment.id).collect();
    let rates = if ids.is_empty() { HashMap::new() } else { progress_rate(&mut tx, &ids).await? };
    let with_rate = |enrollment: LearnerEnrollment| {
        let rate = rates.get(&enrollment.id).copied().unwrap_or_default();
        (enrollment, rate)
    };
    Ok(found.into_iter().map(with_rate).collect())
}
