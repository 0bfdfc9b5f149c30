//! Answers to the questions of a session: for its staff at any time, for everyone when they are shown them.

use std::collections::BTreeMap;

use super::answering::reached_question;
use super::{StepQuestion, counting, of_json};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, retry};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{AnswerCounts, AnswerValue, Event, NewEvent, ShownResults};
use crate::school::outline::{self, Item};
use crate::school::rights::Caller;
use crate::school::sessions::{self, Session};

/// The question of a step in a session, with what staff know of it.
#[derive(Debug, Clone)]
pub struct QuestionState {
    pub item: i64,
    pub title: String,
    pub question: StepQuestion,
    pub shown: ShownResults,
    /// The right answer was shown, so that nobody answers any more.
    pub is_revealed: bool,
    pub answers: AnswerCounts,
}

/// Answers to a question as everyone in a session sees them.
#[derive(Debug, Clone)]
pub struct ShownQuestion {
    pub item: i64,
    pub shown: ShownResults,
    pub total: i64,
    /// `None` while they are hidden.
    pub answers: Option<AnswerCounts>,
    /// The right one, once it is shown.
    pub right: Option<AnswerValue>,
    /// The right one was shown, so that nobody answers any more.
    pub is_closed: bool,
}

impl ShownQuestion {
    pub fn of(
        (item, is_closed): (i64, bool),
        shown: ShownResults,
        answers: &AnswerCounts,
        right: Option<AnswerValue>,
    ) -> ShownQuestion {
        let is_shown = shown != ShownResults::Hidden;
        ShownQuestion {
            item,
            shown,
            total: answers.total,
            answers: is_shown.then(|| answers.clone()),
            right: right.filter(|_| shown == ShownResults::Answer),
            is_closed,
        }
    }
}

impl QuestionState {
    pub fn shown(&self) -> ShownQuestion {
        ShownQuestion::of((self.item, self.is_revealed), self.shown, &self.answers, self.question.answer)
    }
}

/// Shows everyone in a session the answers to the question of a step, or the right answer too, or hides both; for those who lead it.
/// Shown again, the numbers are those of now.
pub async fn show(
    app: &School,
    caller: &Caller,
    session: i64,
    item: i64,
    shown: ShownResults,
) -> Result<QuestionState> {
    retry(|| try_show(app, caller, session, item, shown)).await
}

async fn try_show(
    app: &School,
    caller: &Caller,
    session: i64,
    item: i64,
    shown: ShownResults,
) -> Result<QuestionState> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    tx.hold(HeldTable::Sessions, session).await?;
    let at = sessions::find_taught(&mut tx, caller, session).await?;
    let question = reached_question(&mut tx, &at, item).await?;
    if shown == ShownResults::Answer && question.answer.is_none() {
        return Err(Error::bad(Field::Shown, "the question has no right answer"));
    }
    let sql = "insert into step_results (session, item, shown, revealed_ms)
        values ($1, $2, $3, case when $3 = 'ANSWER' then $4 else null end)
        on conflict (session, item) do update set shown = excluded.shown,
            revealed_ms = coalesce(step_results.revealed_ms, excluded.revealed_ms)";
    tx.run(sql, args![session, item, shown.word(), now_ms]).await?;
    let step = outline::item_by_id(&mut tx, item).await?;
    let state = of_step(&mut tx, session, &step).await?;
    let state = state.ok_or(Error::NotFound(Noun::Question))?;
    let (answers, right) = (state.answers.clone(), state.shown().right);
    let event = Event::ResultsShown { step: item, shown, answers, right, is_closed: state.is_revealed };
    app.commit(tx, vec![NewEvent { session: Some(session), course: at.course, at_ms: now_ms, event }]).await?;
    Ok(state)
}

/// Reads what became of the question of a step in a session; `None` if it has none. A step without a question asks the database nothing.
pub(in crate::school) async fn of_step(tx: &mut Tx, session: i64, step: &Item) -> Result<Option<QuestionState>> {
    let Some(question) = of_json(step.question.as_deref()) else { return Ok(None) };
    let sql = "select shown, revealed_ms is not null from step_results where session = $1 and item = $2";
    let stored: Option<(String, bool)> = tx.maybe(sql, args![session, step.id]).await?;
    let (shown, is_revealed) = stored.unwrap_or_default();
    let answers = counting::count(tx, session, step.id, &question).await?;
    let shown = ShownResults::parse(&shown).unwrap_or(ShownResults::Hidden);
    Ok(Some(QuestionState { item: step.id, title: step.title.clone(), question, shown, is_revealed, answers }))
}

/// Lists the questions of a session with their answers, for its staff: all steps that have one, in order.
pub async fn of_session(app: &School, caller: &Caller, session: i64) -> Result<Vec<QuestionState>> {
    let mut tx = app.db.read().await?;
    let at = match sessions::find_taught_to_read(&mut tx, caller, session).await {
        Ok(at) => at,
        Err(_) => sessions::find_assisted(&mut tx, caller, session).await?.session,
    };
    read_all(&mut tx, &at).await
}

async fn read_all(tx: &mut Tx, at: &Session) -> Result<Vec<QuestionState>> {
    let sql = "select item, shown, revealed_ms is not null from step_results where session = $1";
    let shown: Vec<(i64, String, bool)> = tx.all(sql, args![at.id]).await?;
    let shown: BTreeMap<i64, (String, bool)> = shown.into_iter().map(|(item, s, is)| (item, (s, is))).collect();
    let mut found = counting::by_step(tx, at.id).await?;
    let mut all = Vec::new();
    for step in outline::steps(tx, at.course).await? {
        let Some(question) = of_json(step.question.as_deref()) else { continue };
        let answers = counting::counted(&question, found.remove(&step.id).unwrap_or_default());
        let (shown, is_revealed) = shown.get(&step.id).cloned().unwrap_or_default();
        let shown = ShownResults::parse(&shown).unwrap_or(ShownResults::Hidden);
        all.push(QuestionState { item: step.id, title: step.title, question, shown, is_revealed, answers });
    }
    Ok(all)
}
