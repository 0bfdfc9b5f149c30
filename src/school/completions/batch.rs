//! Completion of a whole class: each student is judged and completed in a transaction of their own, so that a student
//! who cannot be completed does not stop the others.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::{
    CompletionStatus, GivenScores, complete_enrollment, copy_grade, insert, issue_unless_guest, missing,
    must_be_after_start, others_are_due,
};
use crate::app::School;
use crate::db::{Tx, args, retry};
use crate::error::{Error, Field, Result};
use crate::school::dashboards::days;
use crate::school::enrollment::EnrollmentStatus;
use crate::school::enrollment::conditions::hold_enrollments_of_learner;
use crate::school::rights::{self, Caller};

pub const STUDENTS_MAX: usize = 5_000;

/// The time after which a batch judges nobody more, so that its caller gets the result before the request times out.
const JUDGED_FOR: Duration = Duration::from_secs(20);

pub struct BatchResult {
    pub processed: i64,
    /// Those of `processed` who got a certificate at once.
    pub issued: i64,
    /// Students who were not completed, and why.
    pub refused: Vec<(i64, Error)>,
    /// Students for whom there was no time: the caller asks for them again.
    pub remaining: Vec<i64>,
}

/// The result for one student.
enum StudentOutcome {
    Completed { issued: bool },
    Refused(Error),
}

/// The students whom a batch completes, and how.
#[derive(Debug, Clone)]
pub struct CompletionBatch {
    pub course: i64,
    pub class: i64,
    /// Today when left out.
    pub date: Option<String>,
    /// Everyone who is APPROVED in the class when left out.
    pub students: Option<Vec<i64>>,
    /// Gives them their certificates in the same step; guests get theirs when they claim their account.
    pub issue: bool,
}

/// Judges and completes as many students as there is time for.
pub async fn complete(app: &School, caller: &Caller, batch: CompletionBatch) -> Result<BatchResult> {
    complete_within(app, caller, batch, JUDGED_FOR).await
}

pub async fn complete_within(
    app: &School,
    caller: &Caller,
    batch: CompletionBatch,
    within: Duration,
) -> Result<BatchResult> {
    let begun = Instant::now();
    if batch.students.as_ref().is_some_and(|named| named.is_empty() || named.len() > STUDENTS_MAX) {
        return Err(Error::bad(Field::Students, format!("1 to {STUDENTS_MAX} students")));
    }
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, batch.course, batch.class).await?;
    let date = batch.date.unwrap_or_else(|| app.clock.date_of(app.now_ms()));
    must_be_after_start(&mut tx, batch.class, &date).await?;
    let sql = "select e.person, e.id, e.status from enrollments e where e.class = $1 order by e.id";
    let all: Vec<(i64, i64, String)> = tx.all(sql, args![batch.class]).await?;
    drop(tx);
    let approved =
        || all.iter().filter(|(.., status)| status == EnrollmentStatus::Approved.word()).map(|(person, ..)| *person);
    let students = batch.students.unwrap_or_else(|| approved().collect());
    let newest: HashMap<i64, i64> = all.iter().map(|(person, enrollment, _)| (*person, *enrollment)).collect();
    let mut result = BatchResult { processed: 0, issued: 0, refused: Vec::new(), remaining: Vec::new() };
    for (n, person) in students.iter().enumerate() {
        if begun.elapsed() >= within {
            result.remaining = students[n..].to_vec();
            break;
        }
        let outcome = match newest.get(person) {
            // A conflict must not end a batch that is partly done.
            Some(enrollment) => retry(|| complete_one(app, caller, *enrollment, &date, batch.issue)).await?,
            None => StudentOutcome::Refused(Error::NotInClass),
        };
        match outcome {
            StudentOutcome::Completed { issued } => {
                result.processed += 1;
                result.issued += i64::from(issued);
            }
            StudentOutcome::Refused(why) => result.refused.push((*person, why)),
        }
    }
    Ok(result)
}

async fn complete_one(
    app: &School,
    caller: &Caller,
    enrollment: i64,
    date: &str,
    issue: bool,
) -> Result<StudentOutcome> {
    let mut tx = app.db.begin().await?;
    hold_enrollments_of_learner(&mut tx, "$1", enrollment).await?;
    let access = rights::find_taught_enrollment(&mut tx, caller, enrollment).await?;
    if access.status != EnrollmentStatus::Approved.word() {
        return Ok(StudentOutcome::Refused(Error::wrong_state(access.status)));
    }
    let known = "select id, status from completions where enrollment = $1";
    let known: Option<(i64, String)> = tx.maybe(known, args![enrollment]).await?;
    if let Some((_, status)) = known.as_ref().filter(|(_, status)| status != CompletionStatus::Incomplete.word()) {
        return Ok(StudentOutcome::Refused(Error::wrong_state(status.clone())));
    }
    let missing = missing(&mut tx, enrollment).await?;
    if !missing.is_empty() {
        return Ok(StudentOutcome::Refused(Error::NotMet { missing }));
    }
    let now_ms = app.now_ms();
    days::sum_anew(&mut tx, [date.to_owned()].into(), &app.clock.date_of(now_ms)).await?;
    let mut events = Vec::new();
    match known {
        Some((id, _)) => {
            finish(&mut tx, id, enrollment, date, now_ms).await?;
            events.push(others_are_due(&access, now_ms));
        }
        None => {
            insert(&mut tx, enrollment, date, CompletionStatus::Completed, GivenScores::default(), None, now_ms)
                .await?;
        }
    }
    let issued = issue && issue_unless_guest(app, &mut tx, enrollment).await?;
    app.commit(tx, events).await?;
    Ok(StudentOutcome::Completed { issued })
}

/// Completes an enrollment that was recorded as INCOMPLETE and meets the rule by now.
async fn finish(tx: &mut Tx, id: i64, enrollment: i64, date: &str, now_ms: i64) -> Result<()> {
    let sql = "update completions set status = 'COMPLETED', date = $2, updated_ms = $3 where id = $1";
    tx.run(sql, args![id, date, now_ms]).await?;
    copy_grade(tx, id).await?;
    complete_enrollment(tx, enrollment, now_ms).await
}
