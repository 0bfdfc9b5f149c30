//! Issuing of a certificate by the system that runs the courses: an enrollment that meets the rule is completed by it.

use super::{CompletionStatus, GivenScores, insert, must_be_after_start, must_be_due};
use crate::app::School;
use crate::db::args;
use crate::error::{Error, Field, Noun, Result};
use crate::school::certificates::{self, Certificate};
use crate::school::enrollment::EnrollmentStatus;
use crate::school::enrollment::conditions::hold_enrollments_of_learner;
use crate::school::rights::{self, Caller, Scope};

/// A certificate to issue.
#[derive(Debug, Clone)]
pub struct CertificateRequest {
    pub enrollment: i64,
    /// The learner and the course of the enrollment, if they are named: that of another one is not found.
    pub person: Option<i64>,
    pub course: Option<i64>,
    /// The assessment score to print; that of the grade when left out. It counts only where nothing is completed yet.
    pub score: Option<f64>,
    pub expires_ms: Option<i64>,
}

/// Issues the certificate of an enrollment, or finds the one that was issued before. True says that it is new.
pub async fn issue(app: &School, caller: &Caller, request: CertificateRequest) -> Result<(Certificate, bool)> {
    caller.must_have(Scope::System)?;
    let now_ms = app.now_ms();
    let enrollment = request.enrollment;
    let mut tx = app.db.begin().await?;
    hold_enrollments_of_learner(&mut tx, "$1", enrollment).await?;
    let access = rights::find_enrollment(&mut tx, enrollment).await?;
    let is_meant = |asked: Option<i64>, is: i64| asked.is_none_or(|id| id == is);
    if !is_meant(request.person, access.person) || !is_meant(request.course, access.course) {
        return Err(Error::NotFound(Noun::Enrollment));
    }
    let known = tx.maybe::<(i64,)>("select id from completions where enrollment = $1", args![enrollment]).await?;
    if known.is_none() {
        if access.status != EnrollmentStatus::Approved.word() {
            return Err(Error::wrong_state(access.status));
        }
        let today = app.clock.date_of(now_ms);
        must_be_after_start(&mut tx, access.class, &today).await?;
        must_be_due(&mut tx, enrollment, false, None).await?;
        let scores = GivenScores { assessment: request.score, ..GivenScores::default() };
        insert(&mut tx, enrollment, &today, CompletionStatus::Completed, scores, None, now_ms).await?;
    }
    let (issued, is_new) = certificates::issue_in(app, &mut tx, enrollment, request.expires_ms).await?;
    if is_new && request.expires_ms.is_some_and(|ms| ms <= now_ms) {
        return Err(Error::bad(Field::CertificateExpiry, "it is not in the future"));
    }
    app.commit(tx, Vec::new()).await?;
    Ok((issued, is_new))
}
