//! Sitting an assessment: a learner begins an attempt, answers while the server's clock runs, and hands it in once.
//!
//! All of it runs in the group commit, since a whole class does it in the same minute. A refusal is an outcome there and not a
//! failure: it undoes nothing, and what was found to be over stays closed.

use std::collections::HashMap;

use super::attempts::free_number;
use super::grading::{self, LearnerAttempt};
use super::questions::{self, GivenAnswer, Question};
use super::results::{self, AttemptResult};
use super::{Assessment, MissionType};
use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::{Arg, HeldTable, Tx, args, batch_size, placeholders, row_placeholders};
use crate::error::{Error, ErrorKind, Noun, Result};
use crate::event::NewEvent;
use crate::school::enrollment::conditions::must_not_be_unpaid;
use crate::school::rights::{Caller, Scope};

/// An attempt that goes on, with its questions and what was answered so far, as it was saved.
pub struct OpenAttempt {
    pub attempt: LearnerAttempt,
    pub questions: Vec<Question>,
    pub saved: HashMap<i64, String>,
}

/// Attempts of one assessment that a person may begin in 24 hours.
const DAY_MAX_ATTEMPTS: i64 = 50;

/// Begins an attempt, or goes on with the open one. Fails unless the caller is in the course and has a try left, outside of the
/// time of the assessment, and after `DAY_MAX_ATTEMPTS` in 24 hours.
pub async fn start(app: &School, caller: &Caller, assessment: i64) -> Result<OpenAttempt> {
    caller.must_have(Scope::AssessmentTake)?;
    let (person, now_ms) = (caller.id, app.now_ms());
    let started = app.group_commit.record(move |tx| {
        Box::pin(async move {
            let mut events = Vec::new();
            let outcome = start_in(tx, (person, assessment), AttemptTrigger::Asked, now_ms, &mut events).await;
            settle(outcome, events)
        })
    });
    started.await?
}

/// Returns a refusal as an outcome. Anything else that fails undoes the write.
pub(super) fn settle<T>(outcome: Result<T>, events: Vec<NewEvent>) -> Result<(Result<T>, Vec<NewEvent>)> {
    match outcome {
        Err(error) if matches!(error.kind(), ErrorKind::Busy | ErrorKind::Internal) => Err(error),
        Err(error @ Error::SomeoneWasFaster) => Err(error),
        outcome => Ok((outcome, events)),
    }
}

/// The reason why an attempt begins: its learner asks for it, or answers a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AttemptTrigger {
    Asked,
    ByAnswer,
}

/// Begins an attempt of a person, or goes on with the open one. Where minutes are allowed, an answer begins none: it would be one that
/// comes too late for the attempt before, and cost a try.
pub(super) async fn start_in(
    tx: &mut Tx,
    (person, id): (i64, i64),
    trigger: AttemptTrigger,
    now_ms: i64,
    events: &mut Vec<NewEvent>,
) -> Result<OpenAttempt> {
    tx.hold(HeldTable::Assessments, id).await?;
    let assessment = super::read(tx, id).await?;
    let enrollment = hold_enrollment(tx, &assessment, person, now_ms).await?;
    if assessment.questions == 0 {
        return Err(Error::GradedByStaff);
    }
    if assessment.mission() == Some(MissionType::CodeSubmission) {
        return Err(Error::AnsweredByCode);
    }
    let questions = questions::list(tx, id).await?;
    let open = grading::find_open(tx, id, person).await?;
    if let Some(attempt) = &open
        && attempt.is_overdue(now_ms)
    {
        events.push(grading::close_overdue(tx, attempt, now_ms).await?);
    }
    if let Some(attempt) = open.filter(|attempt| !attempt.is_overdue(now_ms)) {
        let saved = grading::answers_of(tx, attempt.id).await?;
        return Ok(OpenAttempt { attempt, questions, saved });
    }
    if !assessment.is_open_at(now_ms) {
        return Err(Error::OutsideWindow);
    }
    let number = free_number(tx, &assessment, enrollment, None).await?;
    if trigger == AttemptTrigger::ByAnswer && assessment.minutes.is_some() {
        return Err(if number == 1 { Error::NotFound(Noun::Question) } else { Error::AttemptOver });
    }
    must_not_be_many(tx, id, person, now_ms).await?;
    let attempt = begin(tx, &assessment, (person, enrollment), number, now_ms).await?;
    Ok(OpenAttempt { attempt, questions, saved: HashMap::new() })
}

/// Finds the enrollment by which a person sits an assessment, and holds all that they have in the course. Fails with its state
/// unless it admits them.
pub(super) async fn hold_enrollment(tx: &mut Tx, assessment: &Assessment, person: i64, now_ms: i64) -> Result<i64> {
    let mine = "person = $1 and class in (select id from classes where course = $2)";
    tx.hold_where(HeldTable::Enrollments, mine, args![person, assessment.course]).await?;
    let (id, expires_ms) = find_admitted(tx, assessment, person).await?;
    if !assessment.active {
        return Err(Error::NotFound(Noun::Assessment));
    }
    if expires_ms.is_some_and(|expires| expires <= now_ms) { Err(Error::wrong_state("EXPIRED")) } else { Ok(id) }
}

/// Finds the enrollment by which a person is in the course or class of an assessment, and the end of their time in it. If none
/// admits them, fails with `PaymentNeeded`, or with the state of the newest.
async fn find_admitted(tx: &mut Tx, assessment: &Assessment, person: i64) -> Result<(i64, Option<i64>)> {
    let sql = "select e.id, e.status, e.expires_ms from enrollments e join classes k on k.id = e.class
        where e.person = $1 and k.course = $2 and ($3 is null or e.class = $3)
        order by case when e.status in ('APPROVED', 'COMPLETED') then 0 else 1 end, e.id desc limit 1";
    let args = args![person, assessment.course, assessment.class];
    let found: Option<(i64, String, Option<i64>)> = tx.maybe(sql, args).await?;
    let (id, status, expires_ms) = found.ok_or(Error::NotFound(Noun::Assessment))?;
    match status.as_str() {
        "APPROVED" | "COMPLETED" => Ok((id, expires_ms)),
        _ => {
            must_not_be_unpaid(tx, assessment.course, person).await?;
            Err(Error::wrong_state(status))
        }
    }
}

/// SQL: the times of the attempts of an assessment that a person has begun since, the newest first. `cross join` keeps SQLite from
/// reading everyone's attempts.
const BEGUN_SINCE: &str =
    "select t.created_ms from enrollments e cross join attempts t where e.person = $1 and t.enrollment = e.id
        and t.assessment = $2 and not t.by_hand and t.created_ms > $3 order by t.created_ms desc limit 1 offset $4";

/// Fails if a person has begun `DAY_MAX_ATTEMPTS` of the assessment in the last 24 hours.
async fn must_not_be_many(tx: &mut Tx, assessment: i64, person: i64, now_ms: i64) -> Result<()> {
    let args = args![person, assessment, now_ms - DAY_MS, DAY_MAX_ATTEMPTS - 1];
    let Some((earliest_ms,)) = tx.maybe::<(i64,)>(BEGUN_SINCE, args).await? else { return Ok(()) };
    Err(Error::TooManyFailures { retry_after_s: (earliest_ms + DAY_MS - now_ms).unsigned_abs().div_ceil(1_000) })
}

async fn begin(
    tx: &mut Tx,
    of: &Assessment,
    (person, enrollment): (i64, i64),
    number: i64,
    now_ms: i64,
) -> Result<LearnerAttempt> {
    let expires_ms = of.attempt_end_ms(now_ms);
    let sql =
        "insert into attempts (created_ms, updated_ms, enrollment, assessment, number, started_ms, minutes, expires_ms)
        values ($1, $1, $2, $3, $4, $1, $5, $6)";
    tx.run(sql, args![now_ms, enrollment, of.id, number, of.minutes, expires_ms]).await?;
    let sql = "update enrollments set started_ms = coalesce(started_ms, $2), accessed_ms = $2 where id = $1";
    tx.run(sql, args![enrollment, now_ms]).await?;
    let made = grading::find_open(tx, of.id, person).await?;
    made.ok_or_else(|| Error::internal("an attempt was lost"))
}

/// Answers of a learner by question, and the attempt that they belong to.
#[derive(Debug, Clone, Default)]
pub struct AnswerSheet {
    pub attempt: i64,
    pub answers: Vec<(i64, GivenAnswer)>,
    /// By the learner's own clock; it is kept and decides nothing.
    pub client_submitted_ms: Option<i64>,
}

pub struct SavedAnswers {
    pub attempt: LearnerAttempt,
    pub answered: i64,
    pub saved_ms: i64,
}

/// Saves answers while their attempt is open. Questions that are not named keep what was saved.
pub async fn save(app: &School, caller: &Caller, assessment: i64, sheet: AnswerSheet) -> Result<SavedAnswers> {
    caller.must_have(Scope::AssessmentTake)?;
    let request = AttemptRequest { person: caller.id, assessment, attempt: sheet.attempt, now_ms: app.now_ms() };
    let saved = app.group_commit.record(move |tx| {
        let answers = sheet.answers.clone();
        Box::pin(async move {
            let mut events = Vec::new();
            let outcome = save_in(tx, request, answers, &mut events).await;
            settle(outcome, events)
        })
    });
    saved.await?
}

/// An attempt as a request names it, the person who asks, and the time.
#[derive(Clone, Copy)]
struct AttemptRequest {
    person: i64,
    assessment: i64,
    attempt: i64,
    now_ms: i64,
}

impl AttemptRequest {
    /// Holds the attempt, and closes it if its time is over. Fails if the assessment was deleted, or the person has left the course
    /// while the attempt was open.
    async fn hold(self, tx: &mut Tx, events: &mut Vec<NewEvent>) -> Result<LearnerAttempt> {
        let assessment = super::read(tx, self.assessment).await?;
        let found = grading::hold(tx, self.attempt).await?;
        let is_own = |found: &LearnerAttempt| found.person == self.person && found.assessment == self.assessment;
        let mut found = found.filter(is_own).ok_or(Error::NotFound(Noun::Attempt))?;
        if found.is_overdue(self.now_ms) {
            events.push(grading::close_overdue(tx, &found, self.now_ms).await?);
            found.submitted_ms = found.expires_ms;
        }
        if found.is_open() {
            find_admitted(tx, &assessment, self.person).await?;
        }
        Ok(found)
    }
}

async fn save_in(
    tx: &mut Tx,
    request: AttemptRequest,
    answers: Vec<(i64, GivenAnswer)>,
    events: &mut Vec<NewEvent>,
) -> Result<SavedAnswers> {
    let attempt = request.hold(tx, events).await?;
    if !attempt.is_open() {
        return Err(Error::AttemptOver);
    }
    let questions = questions::list(tx, request.assessment).await?;
    let answers = questions::stored_answers(&questions, answers)?;
    must_not_be_final(tx, attempt.id, &answers).await?;
    write(tx, attempt.id, &answers, request.now_ms).await?;
    let (answered,) = tx.one("select count(*) from answers where attempt = $1", args![attempt.id]).await?;
    Ok(SavedAnswers { attempt, answered, saved_ms: request.now_ms })
}

/// Fails if one of these answers changes one that its learner has been told to be right or wrong (`choices`). The caller holds the
/// enrollments of the learner.
async fn must_not_be_final(tx: &mut Tx, attempt: i64, answers: &[(i64, Option<String>)]) -> Result<()> {
    let sql = "select question, value from answers where attempt = $1 and submitted_ms is not null";
    let told: Vec<(i64, String)> = tx.all(sql, args![attempt]).await?;
    let changes = |(id, value): &(i64, String)| answers.iter().any(|(of, new)| of == id && new.as_ref() != Some(value));
    if told.iter().any(changes) { Err(Error::ChoiceMade) } else { Ok(()) }
}

/// Writes answers, and deletes those that were taken back.
async fn write(tx: &mut Tx, attempt: i64, answers: &[(i64, Option<String>)], now_ms: i64) -> Result<()> {
    let taken_back: Vec<i64> = answers.iter().filter(|(_, value)| value.is_none()).map(|(id, _)| *id).collect();
    if !taken_back.is_empty() {
        let (marks, ids) = placeholders(&taken_back, 2);
        let sql = format!("delete from answers where attempt = $1 and question in ({marks})");
        tx.run(sql, [args![attempt], ids].concat()).await?;
    }
    let given: Vec<(i64, &String)> = answers.iter().filter_map(|(id, value)| Some((*id, value.as_ref()?))).collect();
    let mut rest = given.as_slice();
    while !rest.is_empty() {
        let (part, after) = rest.split_at(batch_size(rest.len()));
        let values: Vec<Arg> =
            part.iter().flat_map(|(question, value)| args![now_ms, now_ms, attempt, *question, *value]).collect();
        let sql = format!(
            "insert into answers (created_ms, updated_ms, attempt, question, value) values {}
            on conflict (attempt, question) do update set value = excluded.value, updated_ms = excluded.updated_ms",
            row_placeholders(part.len(), 5)
        );
        tx.run(sql, values).await?;
        rest = after;
    }
    Ok(())
}

/// Hands an attempt in, with the last answers, and grades it. Handing in again what was handed in answers the same result,
/// since the first reply may have been lost; other answers are refused, because they would not count.
pub async fn submit(app: &School, caller: &Caller, assessment: i64, sheet: AnswerSheet) -> Result<AttemptResult> {
    caller.must_have(Scope::AssessmentTake)?;
    let request = AttemptRequest { person: caller.id, assessment, attempt: sheet.attempt, now_ms: app.now_ms() };
    let submitted = app.group_commit.record(move |tx| {
        let sheet = sheet.clone();
        Box::pin(async move {
            let mut events = Vec::new();
            let outcome = submit_in(tx, request, sheet, &mut events).await;
            settle(outcome, events)
        })
    });
    submitted.await??;
    results::read(app, request.attempt).await
}

async fn submit_in(tx: &mut Tx, request: AttemptRequest, sheet: AnswerSheet, events: &mut Vec<NewEvent>) -> Result<()> {
    let attempt = request.hold(tx, events).await?;
    let questions = questions::list(tx, request.assessment).await?;
    let answers = questions::stored_answers(&questions, sheet.answers)?;
    if !attempt.is_open() {
        let stored = grading::answers_of(tx, attempt.id).await?;
        let is_stored = |(id, value): &(i64, Option<String>)| {
            stored.get(id).map_or("", String::as_str) == value.as_deref().unwrap_or_default()
        };
        return if answers.iter().all(is_stored) { Ok(()) } else { Err(Error::AttemptOver) };
    }
    must_not_be_final(tx, attempt.id, &answers).await?;
    write(tx, attempt.id, &answers, request.now_ms).await?;
    events.push(grading::close(tx, &attempt, request.now_ms, sheet.client_submitted_ms, request.now_ms).await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn attempts_of_a_day_are_counted_without_those_of_others() {
        let plan = sqlite_plan(super::BEGUN_SINCE).await;
        assert!(plan[0].contains("SEARCH e") && plan[0].contains("enrollments_person (person=?"), "{plan:?}");
        assert!(plan[1].contains("SEARCH t") && plan[1].contains("(enrollment=? AND assessment=?)"), "{plan:?}");
    }
}
