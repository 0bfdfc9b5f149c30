//! Completion that is asked for, by itself or with the certificate. It gives what the rule gives, and is never forced.
//! A learner asks where the course completes its learners by itself; elsewhere its staff decide.

use super::automatic::{DECIDED, asks_for_something, units_are_complete};
use super::{CompletionStatus, GivenScores, insert, issue_unless_guest, must_be_after_start, must_be_due};
use crate::app::School;
use crate::db::{Tx, args};
use crate::error::{Error, Requirement, Result};
use crate::school::enrollment::conditions::hold_enrollments_of_learner;
use crate::school::enrollment::{self, Enrollment};
use crate::school::rights::{self, Caller, EnrollmentAccess};

/// Completes an enrollment, and issues the certificate, for its learner or for staff of the course. Fails with what is missing.
/// Once it is completed, it stays so. Where staff have recorded that it was not, or have revoked that it was, they decide.
pub async fn complete(app: &School, caller: &Caller, id: i64) -> Result<Enrollment> {
    let mut tx = app.db.begin().await?;
    rights::find_visible_enrollment(&mut tx, caller, id).await?;
    hold_enrollments_of_learner(&mut tx, "$1", id).await?;
    let access = rights::find_enrollment(&mut tx, id).await?;
    if !completes_itself(&mut tx, access.course).await? {
        caller.must_teach(access.instructor)?;
    }
    if !check_completion(app, &mut tx, &access).await? {
        complete_checked(app, &mut tx, id).await?;
    }
    let completed = enrollment::read(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(completed)
}

/// Returns true if the learner's own enrollment is completed, false if it may be completed now. Fails otherwise, with what is missing, or
/// because it is for staff to complete it.
pub(in crate::school) async fn check_own_completion(app: &School, tx: &mut Tx, id: i64) -> Result<bool> {
    let access = rights::find_enrollment(tx, id).await?;
    if !completes_itself(tx, access.course).await? && decided(tx, id).await?.is_none() {
        must_be_due(tx, id, false, None).await?;
        return Err(Error::AwaitsStaff);
    }
    check_completion(app, tx, &access).await
}

async fn completes_itself(tx: &mut Tx, course: i64) -> Result<bool> {
    Ok(tx.one::<(bool,)>("select completes_itself from courses where id = $1", args![course]).await?.0)
}

/// Returns true if the enrollment is completed, false if it may be completed now. Fails otherwise, with what is missing.
async fn check_completion(app: &School, tx: &mut Tx, access: &EnrollmentAccess) -> Result<bool> {
    let (id, now_ms) = (access.enrollment, app.now_ms());
    match decided(tx, id).await? {
        Some(status) if status == CompletionStatus::Completed.word() => return Ok(true),
        Some(status) => return Err(Error::wrong_state(status)),
        None => rights::must_learn(tx, access, now_ms).await?,
    }
    let today = app.clock.date_of(now_ms);
    must_be_after_start(tx, access.class, &today).await?;
    must_be_due(tx, id, false, None).await?;
    let sql = format!(
        "select {} and {} from enrollments e join classes k on k.id = e.class where e.id = $1",
        asks_for_something(),
        units_are_complete()
    );
    let (all_is_done,): (bool,) = tx.one(sql, args![id]).await?;
    if !all_is_done {
        return Err(Error::NotMet { missing: vec![Requirement::Progress] });
    }
    Ok(false)
}

/// Completes an enrollment that was found to meet the rule, and issues the certificate. The transaction holds the learner's enrollments
/// in the course.
pub(in crate::school) async fn complete_checked(app: &School, tx: &mut Tx, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let today = app.clock.date_of(now_ms);
    insert(tx, id, &today, CompletionStatus::Completed, GivenScores::default(), None, now_ms).await?;
    issue_unless_guest(app, tx, id).await.map(drop)
}

/// Returns what was recorded of this enrollment, or else what staff have recorded against another one of the learner in the
/// course.
async fn decided(tx: &mut Tx, enrollment: i64) -> Result<Option<String>> {
    let sql = format!(
        "select coalesce((select own.status from completions own where own.enrollment = e.id),
            (select d.status {DECIDED} order by d.id desc limit 1)) from enrollments e join classes k on k.id = e.class where e.id = $1"
    );
    Ok(tx.one::<(Option<String>,)>(sql, args![enrollment]).await?.0)
}
