//! Answers of learners. The newest one of each counts, until the right one was shown.

use super::{StepQuestion, counting, of_json};
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{AnswerValue, Event, NewEvent, ProgressStatus, StoredAnswer};
use crate::school::once::{self, Key};
use crate::school::outline::{self, Item};
use crate::school::progress::{self, RecordedProgress, Report};
use crate::school::rights::Caller;
use crate::school::sessions::{self, Session};

/// Records the answer of a participant, in place of the one before it. The step counts as done. The row of the session is held: of an answer
/// and the showing of the right one, one is first.
pub async fn answer(
    app: &School,
    caller: &Caller,
    session: i64,
    item: i64,
    value: AnswerValue,
    key: Option<Key>,
) -> Result<RecordedProgress> {
    caller.must_be_student()?;
    let (school, caller, now_ms) = (app.clone(), caller.clone(), app.now_ms());
    app.group_commit
        .record_for(session, move |tx| {
            let (app, caller, key) = (school.clone(), caller.clone(), key.clone());
            Box::pin(async move {
                let asked = ("answer", session, item, value.stored());
                if let Some(done) = once::claim(tx, caller.id, key.as_ref(), asked, now_ms).await? {
                    return Ok((progress::repeat(tx, done, item).await?, Vec::new()));
                }
                let (recorded, events) = record(&app, tx, &caller, (session, item), value, now_ms).await?;
                let (progress, completed_ms) = (recorded.progress, recorded.completed_ms);
                once::settle(tx, caller.id, key.as_ref(), &StoredAnswer::Progress { progress, completed_ms }).await?;
                Ok((recorded, events))
            })
        })
        .await
}

async fn record(
    app: &School,
    tx: &mut Tx,
    caller: &Caller,
    (session, item): (i64, i64),
    value: AnswerValue,
    now_ms: i64,
) -> Result<(RecordedProgress, Vec<NewEvent>)> {
    tx.hold(HeldTable::Sessions, session).await?;
    let at = sessions::find_followed(tx, caller, session, now_ms).await?;
    at.must_be_open()?;
    sessions::must_have_participant(tx, session, caller.id).await?;
    let question = reached_question(tx, &at, item).await?;
    let value = question.accepted(value).ok_or_else(|| Error::bad(Field::Answer, "it does not fit the question"))?;
    if is_revealed(tx, session, item).await? {
        return Err(Error::AnswerShown);
    }
    let sql = "insert into step_answers (session, item, person, created_ms, updated_ms, value) values ($1, $2, $3, $4, $4, $5)
        on conflict (session, item, person) do update set updated_ms = excluded.updated_ms, value = excluded.value
            where step_answers.value <> excluded.value";
    let is_new = tx.run(sql, args![session, item, caller.id, now_ms, value.stored()]).await? > 0;
    let report = Report::of(item, ProgressStatus::Completed);
    let (recorded, mut events) = progress::record_step(app, tx, caller.id, report, Some(session), now_ms).await?;
    if is_new {
        let event = Event::StepAnswered { step: item, answers: counting::count(tx, session, item, &question).await? };
        events.push(NewEvent { session: Some(session), course: at.course, at_ms: now_ms, event });
    }
    Ok((recorded, events))
}

/// Finds the question of the step at which the session is, or of one before it.
pub(super) async fn reached_question(tx: &mut Tx, at: &Session, item: i64) -> Result<StepQuestion> {
    let step = outline::find_step(tx, at.course, Field::Step, item).await?;
    if !is_reached(tx, at, &step).await? {
        return Err(Error::bad(Field::Step, "the class is not there yet"));
    }
    of_json(step.question.as_deref()).ok_or(Error::NotFound(Noun::Question))
}

async fn is_reached(tx: &mut Tx, at: &Session, step: &Item) -> Result<bool> {
    match at.step {
        Some(current) if current == step.id => Ok(true),
        Some(current) => outline::is_before(tx, step.id, current).await,
        None => Ok(false),
    }
}

async fn is_revealed(tx: &mut Tx, session: i64, item: i64) -> Result<bool> {
    let sql = "select item from step_results where session = $1 and item = $2 and revealed_ms is not null";
    Ok(tx.maybe::<(i64,)>(sql, args![session, item]).await?.is_some())
}
