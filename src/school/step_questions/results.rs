//! Answers to the questions of a session: for its staff at any time, for everyone when they are shown them.

use std::collections::HashMap;

use super::answering::reached_question;
use super::{StepQuestion, counting, of_json};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, retry, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{AnswerCounts, AnswerValue, Event, NewEvent, ShownResults};
use crate::school::outline::{self, IN_ORDER, ITEM, Item, STEPS};
use crate::school::rights::Caller;
use crate::school::sessions::{self, Session, SessionStatus};

/// The question of a step in a session, with what staff know of it.
#[derive(Debug, Clone)]
pub struct QuestionState {
    pub item: i64,
    pub title: String,
    pub question: StepQuestion,
    pub shown: ShownResults,
    /// The right answer was shown, so that nobody answers any more.
    pub is_revealed: bool,
    /// The answers until now.
    pub answers: AnswerCounts,
    /// The answers that everyone was shown; `None` before that.
    pub shown_answers: Option<AnswerCounts>,
}

row! {
    /// State of a question in a session. `question` is null until the session ends.
    #[derive(Default)]
    struct StoredResults {
        item: i64,
        shown: String,
        is_revealed: bool,
        answers: Option<String>,
        question: Option<String>,
    }
}

const RESULTS: &str = "select item, shown, revealed_ms is not null as is_revealed, answers, question from step_results";

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
    fn of(step: &Item, question: StepQuestion, stored: &StoredResults, answers: AnswerCounts) -> QuestionState {
        QuestionState {
            item: step.id,
            title: step.title.clone(),
            question,
            shown: ShownResults::parse(&stored.shown).unwrap_or(ShownResults::Hidden),
            is_revealed: stored.is_revealed,
            answers,
            shown_answers: stored.answers.as_deref().and_then(|answers| serde_json::from_str(answers).ok()),
        }
    }

    /// Returns what everyone in the session was shown.
    pub fn shown(&self) -> ShownQuestion {
        let answers = self.shown_answers.as_ref().unwrap_or(&self.answers);
        ShownQuestion::of((self.item, self.is_revealed), self.shown, answers, self.question.answer)
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
    at.must_be_open()?;
    let question = reached_question(&mut tx, &at, item).await?;
    if shown == ShownResults::Answer && question.answer.is_none() {
        return Err(Error::bad(Field::Shown, "the question has no right answer"));
    }
    let answers = counting::count(&mut tx, session, item, &question).await?;
    let sql = "insert into step_results (session, item, shown, revealed_ms, answers)
        values ($1, $2, $3, case when $3 = 'ANSWER' then $4 else null end, $5)
        on conflict (session, item) do update set shown = excluded.shown, answers = excluded.answers,
            revealed_ms = coalesce(step_results.revealed_ms, excluded.revealed_ms)";
    let stored = serde_json::to_string(&answers).map_err(Error::internal)?;
    tx.run(sql, args![session, item, shown.word(), now_ms, stored]).await?;
    let step = outline::item_by_id(&mut tx, item).await?;
    let state = of_step(&mut tx, session, &step).await?;
    let state = state.ok_or(Error::NotFound(Noun::Question))?;
    let event =
        Event::ResultsShown { step: item, shown, answers, right: state.shown().right, is_closed: state.is_revealed };
    app.commit(tx, vec![NewEvent { session: Some(session), course: at.course, at_ms: now_ms, event }]).await?;
    Ok(state)
}

/// Reads what became of the question of a step in a session; `None` if it has none. A step without a question asks the database nothing.
pub(in crate::school) async fn of_step(tx: &mut Tx, session: i64, step: &Item) -> Result<Option<QuestionState>> {
    if step.question.is_none() {
        return Ok(None);
    }
    let sql = format!("{RESULTS} where session = $1 and item = $2");
    let stored: StoredResults = tx.maybe(sql, args![session, step.id]).await?.unwrap_or_default();
    let Some(question) = of_json(stored.question.as_deref().or(step.question.as_deref())) else { return Ok(None) };
    let answers = counting::count(tx, session, step.id, &question).await?;
    Ok(Some(QuestionState::of(step, question, &stored, answers)))
}

/// Keeps the questions of a session that ends as they were asked in it: later changes of the lecture change nothing of its results.
pub(in crate::school) async fn keep_questions(tx: &mut Tx, at: &Session) -> Result<()> {
    let sql = format!(
        "insert into step_results (session, item, shown, question)
        select $1, i.id, 'HIDDEN', i.question from items i join units u on u.id = i.unit
            where u.course = $2 and {STEPS} and i.question is not null
        on conflict (session, item) do update set question = excluded.question"
    );
    tx.run(sql, args![at.id, at.course]).await.map(drop)
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
    let stored: Vec<StoredResults> = tx.all(format!("{RESULTS} where session = $1"), args![at.id]).await?;
    let mut stored: HashMap<i64, StoredResults> = stored.into_iter().map(|one| (one.item, one)).collect();
    let mut found = counting::by_step(tx, at.id).await?;
    let mut all = Vec::new();
    for step in steps_of(tx, at).await? {
        let stored = stored.remove(&step.id).unwrap_or_default();
        let Some(question) = of_json(stored.question.as_deref().or(step.question.as_deref())) else { continue };
        let answers = counting::counted(&question, found.remove(&step.id).unwrap_or_default());
        all.push(QuestionState::of(&step, question, &stored, answers));
    }
    Ok(all)
}

/// Lists the steps of a session's lecture; after its end those that had a question then, also if they are deleted.
async fn steps_of(tx: &mut Tx, at: &Session) -> Result<Vec<Item>> {
    if !at.has_status(SessionStatus::Review) {
        return outline::steps(tx, at.course).await;
    }
    let sql = format!(
        "{ITEM} where i.id in (select item from step_results where session = $1 and question is not null) {IN_ORDER}"
    );
    tx.all(sql, args![at.id]).await
}
