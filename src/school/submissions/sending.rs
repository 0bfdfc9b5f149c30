//! Sending programs, changing one that waits, having one judged at once, and taking one back.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::settling::score;
use super::{Submission, SubmissionRow, SubmissionStatus, by_id, read};
use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};
use crate::event::{GradeScope, NewEvent};
use crate::school::assessments::code_questions::{self, AnsweredCodeQuestion};
use crate::school::assessments::languages;
use crate::school::enrollment::conditions::hold_enrollments_of_learner;
use crate::school::rights::{Caller, Scope};

/// Programs that may wait at once, of everyone. More are refused for a while.
pub const WAITING_MAX_PROGRAMS: i64 = 500;
const QUEUE_FULL_RETRY_S: u64 = 10;
/// Programs that one person may send for one question in 24 hours.
const DAY_MAX_PROGRAMS: i64 = 100;
/// Time that a caller waits for the judge.
const EVALUATED_WITHIN: Duration = Duration::from_secs(10);
/// Time between two looks meanwhile: another node may settle it.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Sends a program for a code question. It takes the place of the person's older one for the question that still waits. Fails
/// unless the person is in the course, the mission is open, a judge runs the language, and a try is left.
pub async fn send(app: &School, caller: &Caller, question: i64, code: String) -> Result<Submission> {
    caller.must_have(Scope::AssessmentTake)?;
    let (person, now_ms) = (caller.id, app.now_ms());
    let send = app.group_commit.record(move |tx| {
        let code = code.clone();
        Box::pin(async move { Ok((send_in(tx, person, question, code, now_ms).await?, Vec::new())) })
    });
    let id = send.await?;
    by_id(app, caller, id).await
}

async fn send_in(tx: &mut Tx, person: i64, question: i64, code: String, now_ms: i64) -> Result<i64> {
    let found = code_questions::hold_to_answer(tx, person, question, now_ms).await?;
    languages::must_run(tx, &found.question.language, now_ms).await?;
    must_have_tries(tx, person, &found, now_ms).await?;
    let waits = "person = $1 and question = $2 and status = 'QUEUED'";
    tx.hold_where(HeldTable::Submissions, waits, args![person, question]).await?;
    let (waiting,): (i64,) = tx.one(WAITING, args![]).await?;
    let sql = format!("update submissions set status = 'REPLACED', judged_ms = $3, settled_ms = $3 where {waits}");
    if waiting >= WAITING_MAX_PROGRAMS {
        return Err(Error::QueueFull { retry_after_s: QUEUE_FULL_RETRY_S });
    }
    tx.run(sql, args![person, question, now_ms]).await?;
    let sql = "insert into submissions (person, enrollment, question, language, code, status, submitted_ms)
        values ($1, $2, $3, $4, $5, 'QUEUED', $6) returning id";
    let args = args![person, found.enrollment, question, &found.question.language, code, now_ms];
    Ok(tx.one::<(i64,)>(sql, args).await?.0)
}

const WAITING: &str = "select count(*) from submissions where status = 'QUEUED'";

/// Fails if the person has sent as many programs for the question as its mission allows tries, or as one may in a day.
async fn must_have_tries(tx: &mut Tx, person: i64, of: &AnsweredCodeQuestion, now_ms: i64) -> Result<()> {
    let sql =
        "select count(*) from submissions where question = $1 and person = $2 and status in ('RUNNING', 'JUDGED')";
    let (used,): (i64,) = tx.one(sql, args![of.question.id, person]).await?;
    if let Some(allowed) = of.mission.attempts_allowed.filter(|allowed| used >= *allowed) {
        return Err(Error::NoAttemptsLeft { allowed });
    }
    let sql = "select submitted_ms from submissions where question = $1 and person = $2 and submitted_ms > $3
        order by id desc limit 1 offset $4";
    let args = args![of.question.id, person, now_ms - DAY_MS, DAY_MAX_PROGRAMS - 1];
    let Some((earliest_ms,)) = tx.maybe::<(i64,)>(sql, args).await? else { return Ok(()) };
    Err(Error::TooManyFailures { retry_after_s: (earliest_ms + DAY_MS - now_ms).unsigned_abs().div_ceil(1_000) })
}

/// Reads a program for one who changes it, and holds it after the enrollments of its learner.
async fn hold(tx: &mut Tx, caller: &Caller, id: i64) -> Result<SubmissionRow> {
    read(tx, caller, id).await?;
    hold_enrollments_of_learner(tx, "select enrollment from submissions where id = $1", id).await?;
    tx.hold(HeldTable::Submissions, id).await?;
    read(tx, caller, id).await
}

/// Changes the code of one's own program while it waits. It goes to the end of the queue.
pub async fn change(app: &School, caller: &Caller, id: i64, code: Option<String>) -> Result<Submission> {
    caller.must_have(Scope::AssessmentTake)?;
    let mut tx = app.db.begin().await?;
    let found = hold(&mut tx, caller, id).await?;
    if found.person != caller.id {
        return Err(Error::NotYours);
    }
    if found.status != SubmissionStatus::Queued.word() {
        return Err(Error::wrong_state(found.status));
    }
    let sql = "update submissions set code = $2, submitted_ms = $3 where id = $1 and status = 'QUEUED'";
    if let Some(code) = code
        && tx.run(sql, args![id, code, app.now_ms()]).await? == 0
    {
        return Err(Error::SomeoneWasFaster);
    }
    app.commit(tx, Vec::new()).await?;
    by_id(app, caller, id).await
}

/// Takes back one's own program while it waits. Staff delete any that does not run: then the best of the others counts.
pub async fn delete(app: &School, caller: &Caller, id: i64) -> Result<()> {
    caller.must_have(Scope::AssessmentRead)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let found = hold(&mut tx, caller, id).await?;
    let is_early = found.settled_ms.is_none() && found.status != SubmissionStatus::Queued.word();
    let is_own_waiting = found.person == caller.id && found.status == SubmissionStatus::Queued.word();
    if is_early || !(is_own_waiting || caller.teaches(found.instructor)) {
        return Err(Error::wrong_state(found.status));
    }
    let sql = "update submissions set deleted_ms = $2, settled_ms = coalesce(settled_ms, $2), judged_ms = coalesce(judged_ms, $2),
        status = case when status = 'QUEUED' then 'REPLACED' else status end where id = $1 and status = $3";
    if tx.run(sql, args![id, now_ms, &found.status]).await? == 0 {
        return Err(Error::SomeoneWasFaster);
    }
    let mut events = Vec::new();
    if let Some(attempt) = found.attempt {
        score(&mut tx, attempt, found.question, now_ms).await?;
        let sql = "select course from assessments where id = $1";
        let (course,): (i64,) = tx.one(sql, args![found.mission]).await?;
        events.push(NewEvent::grade_due(course, GradeScope::Learner(found.enrollment), now_ms));
    }
    app.commit(tx, events).await
}

/// Waits until a program is judged, for ten seconds at most. One that no judge could run is tried again. Fails if it was replaced,
/// and while no judge runs. Returns the program as it is then.
pub async fn evaluate(app: &School, caller: &Caller, id: i64) -> Result<Submission> {
    let latest = Instant::now() + EVALUATED_WITHIN;
    let mut found = by_id(app, caller, id).await?;
    if found.status == SubmissionStatus::Failed {
        retry(app, caller, id).await?;
        found = by_id(app, caller, id).await?;
    }
    loop {
        match found.status {
            SubmissionStatus::Replaced => return Err(Error::Replaced),
            SubmissionStatus::Queued if languages::offered(app).await?.is_empty() => {
                return Err(Error::NoJudge { retry_after_s: languages::NO_JUDGE_RETRY_S });
            }
            _ if found.is_settled || Instant::now() >= latest => return Ok(found),
            _ => {}
        }
        let judged = app.code_judged.notified();
        found = by_id(app, caller, id).await?;
        if !found.is_settled {
            let _ = timeout_at(latest.min(Instant::now() + LOOK_EVERY), judged).await;
            found = by_id(app, caller, id).await?;
        }
    }
}

/// Lets a program wait again that no judge could run. Fails if a newer one waits.
async fn retry(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let found = hold(&mut tx, caller, id).await?;
    let sql = "select id from submissions where person = $1 and question = $2 and status = 'QUEUED'";
    if tx.maybe::<(i64,)>(sql, args![found.person, found.question]).await?.is_some() {
        return Err(Error::Replaced);
    }
    let sql =
        "update submissions set status = 'QUEUED', tries = 0, judged_ms = null, settled_ms = null, summary = null,
        results = null where id = $1 and status = 'FAILED' and settled_ms is not null";
    tx.run(sql, args![id]).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn those_that_wait_are_counted_without_the_others() {
        let plan = sqlite_plan(WAITING).await;
        assert!(plan.len() == 1 && plan[0].contains("submissions_waiting"), "{plan:?}");
    }
}
