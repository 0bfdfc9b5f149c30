//! Sending programs, changing one that waits, having one judged at once, and taking one back.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::settling::score;
use super::{Submission, SubmissionRow, SubmissionStatus, by_id, read};
use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};
use crate::event::{GradeScope, NewEvent, StoredAnswer};
use crate::places::Places;
use crate::school::assessments::code_questions::{self, AnsweredCodeQuestion};
use crate::school::assessments::languages;
use crate::school::enrollment::conditions::hold_enrollments_of_learner;
use crate::school::once::{self, Key};
use crate::school::rights::{Caller, Scope};

/// Programs that may wait at once, of everyone. More are refused for a while.
pub const WAITING_MAX_PROGRAMS: i64 = 500;
/// Programs of one person that may wait at once.
pub const WAITING_MAX_OF_PERSON: i64 = 20;
const QUEUE_FULL_RETRY_S: u64 = 10;
/// Runs of one program in all, after which it is not tried again when someone asks.
const RUNS_MAX: i64 = 10;
/// Programs that one person may send for one question in 24 hours.
const DAY_MAX_PROGRAMS: i64 = 100;
/// Time that a caller waits for the judge.
const EVALUATED_WITHIN: Duration = Duration::from_secs(10);
/// Requests of one person that may wait for the judge at once.
const EVALUATIONS_OF_PERSON_MAX: usize = 8;
/// Time between two looks meanwhile: another node may settle it.
const LOOK_EVERY: Duration = Duration::from_millis(500);

static EVALUATIONS: Places<i64> = Places::new(EVALUATIONS_OF_PERSON_MAX);

/// Sends a program for a code question. It takes the place of the person's older one for the question that still waits. Fails
/// unless the person is in the course, the mission is open, a judge runs the language, and a try is left. Sent again with its key, it
/// is carried out once: a reply that was lost costs no try.
pub async fn send(app: &School, caller: &Caller, question: i64, code: String, key: Option<Key>) -> Result<Submission> {
    caller.must_have(Scope::AssessmentTake)?;
    let (person, now_ms) = (caller.id, app.now_ms());
    let send = app.group_commit.record(move |tx| {
        let (code, key) = (code.clone(), key.clone());
        Box::pin(async move {
            match once::claim(tx, person, key.as_ref(), ("program", question, &code), now_ms).await? {
                Some(StoredAnswer::Program { submission }) => return Ok((submission, Vec::new())),
                Some(_) => return Err(Error::KeyReused),
                None => {}
            }
            let id = send_in(tx, person, question, code, now_ms).await?;
            once::settle(tx, person, key.as_ref(), &StoredAnswer::Program { submission: id }).await?;
            Ok((id, Vec::new()))
        })
    });
    let id = send.await?;
    by_id(app, caller, id).await
}

async fn send_in(tx: &mut Tx, person: i64, question: i64, code: String, now_ms: i64) -> Result<i64> {
    let found = code_questions::hold_to_answer(tx, person, question, now_ms).await?;
    languages::must_run(tx, &found.question.language, now_ms).await?;
    let waits = "person = $1 and question = $2 and status = 'QUEUED'";
    // Held before tries are counted: a judge may be taking the one that waits, which is a try then.
    tx.hold_where(HeldTable::Submissions, waits, args![person, question]).await?;
    must_have_tries(tx, person, &found, now_ms).await?;
    must_have_room(tx, person, question).await?;
    let sql = format!("update submissions set status = 'REPLACED', judged_ms = $3, settled_ms = $3 where {waits}");
    tx.run(sql, args![person, question, now_ms]).await?;
    let sql = "insert into submissions (person, enrollment, question, language, code, status, submitted_ms)
        values ($1, $2, $3, $4, $5, 'QUEUED', $6) returning id";
    let args = args![person, found.enrollment, question, &found.question.language, code, now_ms];
    Ok(tx.one::<(i64,)>(sql, args).await?.0)
}

/// Those that wait, of all and of a person, without the one that a newer one replaces.
const WAITING: &str = "select count(*), count(case when person = $1 then 1 end) from submissions
    where status = 'QUEUED' and (person <> $1 or question <> $2)";

/// Fails if as many programs wait as may, of everyone or of this person.
async fn must_have_room(tx: &mut Tx, person: i64, question: i64) -> Result<()> {
    let (all, own): (i64, i64) = tx.one(WAITING, args![person, question]).await?;
    let is_full = all >= WAITING_MAX_PROGRAMS || own >= WAITING_MAX_OF_PERSON;
    if is_full { Err(Error::QueueFull { retry_after_s: QUEUE_FULL_RETRY_S }) } else { Ok(()) }
}

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

/// Changes the code of one's own program while it waits, and while its mission can be answered. It goes to the end of the queue.
pub async fn change(app: &School, caller: &Caller, id: i64, code: Option<String>) -> Result<Submission> {
    caller.must_have(Scope::AssessmentTake)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let found = read(&mut tx, caller, id).await?;
    if found.person != caller.id {
        return Err(Error::NotYours);
    }
    let waits = |found: SubmissionRow| match found.status.as_str() {
        "QUEUED" => Ok(found.question),
        _ => Err(Error::wrong_state(found.status)),
    };
    code_questions::hold_to_answer(&mut tx, caller.id, waits(found)?, now_ms).await?;
    waits(hold(&mut tx, caller, id).await?)?;
    let sql = "update submissions set code = $2, submitted_ms = $3 where id = $1 and status = 'QUEUED'";
    if let Some(code) = code
        && tx.run(sql, args![id, code, now_ms]).await? == 0
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
/// while no judge runs its language, and if too many requests of the person wait. Returns the program as it is then.
pub async fn evaluate(app: &School, caller: &Caller, id: i64) -> Result<Submission> {
    let too_many = Error::TooManyWaiting { retry_after_s: EVALUATED_WITHIN.as_secs() };
    let _place = EVALUATIONS.take(caller.id).ok_or(too_many)?;
    let latest = Instant::now() + EVALUATED_WITHIN;
    if by_id(app, caller, id).await?.status == SubmissionStatus::Failed {
        queue_again(app, caller, id).await?;
    }
    loop {
        let mut judged = pin!(app.code_judged.notified());
        // Heard from now on, so that nothing is missed between the look and the wait.
        judged.as_mut().enable();
        let found = by_id(app, caller, id).await?;
        match found.status {
            SubmissionStatus::Replaced => return Err(Error::Replaced),
            SubmissionStatus::Queued => {
                languages::must_run(&mut app.db.read().await?, &found.language, app.now_ms()).await?;
            }
            _ => {}
        }
        if found.is_settled || Instant::now() >= latest {
            return Ok(found);
        }
        let _ = timeout_at(latest.min(Instant::now() + LOOK_EVERY), judged).await;
    }
}

/// Lets a program wait again that no judge could run. Fails if a newer one waits, if its learner could not send it now, and after so
/// many runs.
async fn queue_again(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let SubmissionRow { person, question, code, .. } = read(&mut tx, caller, id).await?;
    // The program of a person who was erased.
    if code.is_empty() {
        return Err(Error::wrong_state(SubmissionStatus::Failed.word()));
    }
    let answered = code_questions::hold_to_answer(&mut tx, person, question, now_ms).await?;
    languages::must_run(&mut tx, &answered.question.language, now_ms).await?;
    let found = hold(&mut tx, caller, id).await?;
    if found.status != SubmissionStatus::Failed.word() {
        // Someone else has asked meanwhile.
        return Ok(());
    }
    must_have_tries(&mut tx, person, &answered, now_ms).await?;
    must_have_room(&mut tx, person, question).await?;
    let sql = "select id from submissions where person = $1 and question = $2 and status = 'QUEUED'";
    if tx.maybe::<(i64,)>(sql, args![found.person, found.question]).await?.is_some() {
        return Err(Error::Replaced);
    }
    let sql = "update submissions set status = 'QUEUED', judged_ms = null, settled_ms = null, summary = null,
        results = null where id = $1 and status = 'FAILED' and settled_ms is not null and tries < $2";
    if tx.run(sql, args![id, RUNS_MAX]).await? == 0 {
        return Err(Error::wrong_state(found.status));
    }
    app.commit(tx, Vec::new()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn those_that_wait_are_counted_without_the_others() {
        let plan = sqlite_plan(&WAITING.replace("$1", "5").replace("$2", "6")).await;
        assert!(plan.len() == 1 && plan[0].contains("submissions_waiting"), "{plan:?}");
    }
}
