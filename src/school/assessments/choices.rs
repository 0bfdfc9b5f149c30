//! Answers to the multiple choices of missions. Each is told at once to be right or wrong, and so counts once in an attempt. The
//! first one begins an attempt, unless minutes are allowed; the one that completes it hands the attempt in.

use super::choice_questions::{mission_of, number_of};
use super::grading;
use super::questions::{QuestionKind, read_options};
use super::sitting::{self, AttemptTrigger};
use crate::app::School;
use crate::db::{Filter, HeldTable, Tx, args, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{NewEvent, StoredAnswer};
use crate::school::once::{self, Key};
use crate::school::rights::{Caller, Role, Scope};
use crate::school::{Page, Window};

row! {
    struct ChoiceRow {
        id: i64,
        person: i64,
        name: String,
        mission: i64,
        question: i64,
        options: Option<String>,
        value: String,
        correct: bool,
        submitted_ms: i64,
        attempt_number: i64,
        attempt_closed_ms: Option<i64>,
        score: Option<f64>,
        total: f64,
        pass: f64,
    }
}

/// An answer to a multiple choice, and what its attempt has come to.
#[derive(Debug, Clone)]
pub struct Choice {
    pub id: i64,
    pub person: i64,
    pub name: String,
    pub mission: i64,
    pub question: i64,
    /// The number of the option, from 1.
    pub option: i64,
    pub is_right: bool,
    pub submitted_ms: i64,
    pub attempt_number: i64,
    /// Time at which all questions of the mission were answered.
    pub attempt_closed_ms: Option<i64>,
    /// `None` until then.
    pub score: Option<f64>,
    pub total: f64,
    pub passed: Option<bool>,
}

impl From<ChoiceRow> for Choice {
    fn from(row: ChoiceRow) -> Choice {
        let options = row.options.as_deref().map(read_options).unwrap_or_default();
        Choice {
            id: row.id,
            person: row.person,
            name: row.name,
            mission: row.mission,
            question: row.question,
            option: number_of(&options, &row.value).unwrap_or_default(),
            is_right: row.correct,
            submitted_ms: row.submitted_ms,
            attempt_number: row.attempt_number,
            attempt_closed_ms: row.attempt_closed_ms,
            score: row.score,
            total: row.total,
            passed: row.score.map(|score| score >= row.pass),
        }
    }
}

const COLUMNS: &str = "select w.id, e.person, p.name, a.id as mission, w.question, q.options, w.value,
    w.value = coalesce(q.answer, '') as correct, w.submitted_ms, t.number as attempt_number,
    t.submitted_ms as attempt_closed_ms, t.score, a.total, a.pass";
/// SQL: answers `w` of a person's enrollments `e`. `cross join` keeps SQLite from reading everyone's.
const OF_LEARNER: &str = "from enrollments e cross join attempts t cross join answers w cross join questions q
    cross join assessments a cross join people p";
/// SQL: answers `w` in the courses `c` of an instructor.
const OF_INSTRUCTOR: &str = "from courses c cross join assessments a cross join attempts t cross join answers w
    cross join questions q cross join enrollments e cross join people p";
/// SQL: all answers `w`, which are read in the order of their ids.
const OF_ALL: &str = "from answers w cross join questions q cross join assessments a cross join attempts t
    cross join enrollments e cross join people p";
/// SQL: an answer that its learner has handed in, to a multiple choice of a mission. Questions that were left out have a blank one.
const IS_CHOICE: &str = "t.enrollment = e.id and w.attempt = t.id and w.submitted_ms is not null and w.value <> ''
    and q.id = w.question and q.kind = 'MULTIPLE_CHOICE' and a.id = t.assessment and a.mission_type is not null
    and a.deleted_ms is null and p.id = e.person";

/// The choice of a learner.
#[derive(Debug, Clone, Copy)]
struct ChoiceRequest {
    person: i64,
    mission: i64,
    question: i64,
    option: i64,
    now_ms: i64,
}

/// Answers a question by the number of an option, from 1. Sent again with its key, it is carried out once: a reply that was lost
/// costs no try. Fails if the question is answered in the open attempt already, if that is over, or if no try is left.
pub async fn answer(app: &School, caller: &Caller, question: i64, option: i64, key: Option<Key>) -> Result<Choice> {
    caller.must_have(Scope::AssessmentTake)?;
    let mission = mission_of(app, question).await?;
    let request = ChoiceRequest { person: caller.id, mission, question, option, now_ms: app.now_ms() };
    let answered = app.group_commit.record(move |tx| {
        let key = key.clone();
        Box::pin(async move {
            let asked = ("choice", question, option);
            match once::claim(tx, request.person, key.as_ref(), asked, request.now_ms).await? {
                Some(StoredAnswer::Choice { answer }) => return Ok((Ok(answer), Vec::new())),
                Some(_) => return Err(Error::KeyReused),
                None => {}
            }
            let mut events = Vec::new();
            let outcome = request.answer_in(tx, &mut events).await;
            let (outcome, events) = sitting::settle(outcome, events)?;
            match &outcome {
                Ok(id) => {
                    once::settle(tx, request.person, key.as_ref(), &StoredAnswer::Choice { answer: *id }).await?;
                }
                Err(_) => once::release(tx, request.person, key.as_ref()).await?,
            }
            Ok((outcome, events))
        })
    });
    let id = answered.await??;
    let sql = format!("{COLUMNS} {OF_ALL} where w.id = $1 and {IS_CHOICE}");
    let row: Option<ChoiceRow> = app.db.maybe(sql, args![id]).await?;
    row.map(Choice::from).ok_or(Error::NotFound(Noun::Question))
}

impl ChoiceRequest {
    /// Writes the answer, and closes the attempt if it is the last one. Returns the id of the answer.
    async fn answer_in(self, tx: &mut Tx, events: &mut Vec<NewEvent>) -> Result<i64> {
        tx.hold(HeldTable::Assessments, self.mission).await?;
        // Looked for before an attempt begins: it may have been deleted meanwhile.
        let asked = "select id from questions where id = $1 and deleted_ms is null";
        tx.maybe::<(i64,)>(asked, args![self.question]).await?.ok_or(Error::NotFound(Noun::Question))?;
        let sits = (self.person, self.mission);
        let open = sitting::start_in(tx, sits, AttemptTrigger::ByAnswer, self.now_ms, events).await?;
        let question = open.questions.iter().find(|question| question.id == self.question);
        let question = question.ok_or(Error::NotFound(Noun::Question))?;
        let place = usize::try_from(self.option - 1).ok().filter(|_| question.kind == QuestionKind::MultipleChoice);
        let option = place.and_then(|place| question.options.get(place));
        let option = option.ok_or(Error::bad(Field::SelectedOption, "it has no such option"))?;
        let sql = "insert into answers (created_ms, updated_ms, attempt, question, value, submitted_ms)
            values ($1, $1, $2, $3, $4, $1) on conflict (attempt, question) do update
                set value = excluded.value, updated_ms = excluded.updated_ms, submitted_ms = excluded.submitted_ms
                where answers.submitted_ms is null
            returning id";
        let args = args![self.now_ms, open.attempt.id, self.question, &option.id];
        let (id,) = tx.maybe::<(i64,)>(sql, args).await?.ok_or(Error::ChoiceMade)?;
        let sql = "select count(*) from answers where attempt = $1 and submitted_ms is not null";
        let (answered,): (i64,) = tx.one(sql, args![open.attempt.id]).await?;
        if answered == open.questions.len() as i64 {
            events.push(grading::close(tx, &open.attempt, self.now_ms, None, self.now_ms).await?);
        }
        Ok(id)
    }
}

/// A choice among the answers of a list; all that the caller may see when nothing is named.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChoiceFilter {
    pub mission: Option<i64>,
    pub question: Option<i64>,
    pub person: Option<i64>,
}

/// Lists the caller's own answers, the newest first.
pub async fn mine(app: &School, caller: &Caller, wanted: ChoiceFilter, window: Window) -> Result<Page<Choice>> {
    caller.must_have(Scope::AssessmentRead)?;
    let own = Filter::of(&format!("e.person = $1 and {IS_CHOICE}"), args![caller.id]);
    list(app, OF_LEARNER, own, ChoiceFilter { person: None, ..wanted }, window).await
}

/// Lists the answers of all learners in one's own courses, the newest first (staff).
pub async fn of_all(app: &School, caller: &Caller, wanted: ChoiceFilter, window: Window) -> Result<Page<Choice>> {
    caller.must_be_staff()?;
    let (from, filter) = match caller.role {
        Role::Admin => (OF_ALL, Filter::of(IS_CHOICE, args![])),
        _ => {
            let own = "c.instructor = $1 and c.deleted_ms is null and a.course = c.id";
            (OF_INSTRUCTOR, Filter::of(&format!("{own} and {IS_CHOICE}"), args![caller.id]))
        }
    };
    list(app, from, filter, wanted, window).await
}

async fn list(
    app: &School,
    from: &'static str,
    filter: Filter,
    wanted: ChoiceFilter,
    window: Window,
) -> Result<Page<Choice>> {
    let filter = filter
        .and("a.id = ?", wanted.mission)
        .and("w.question = ?", wanted.question)
        .and("e.person = ?", wanted.person);
    let mut tx = app.db.read().await?;
    let (sql, args) = filter.count(from);
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = filter.page(&format!("{COLUMNS} {from}"), "w.id desc", window.limit, window.offset);
    let rows: Vec<ChoiceRow> = tx.all(sql, args).await?;
    Ok(Page { rows: rows.into_iter().map(Choice::from).collect(), total, window })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn answers_are_listed_without_those_of_others() {
        for (from, own, index) in [
            (OF_LEARNER, "e.person = 1", "enrollments_person"),
            (OF_INSTRUCTOR, "c.instructor = 1 and a.course = c.id", "courses_instructor"),
        ] {
            let sql = format!("{COLUMNS} {from} where {own} and {IS_CHOICE} order by w.id desc limit 20");
            let plan = sqlite_plan(&sql).await;
            assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
            assert!(plan[0].contains(index), "{plan:?}");
        }
        let all = format!("{COLUMNS} {OF_ALL} where {IS_CHOICE} order by w.id desc limit 20");
        let plan = sqlite_plan(&all).await;
        let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE"));
        assert!(!sorts && plan.iter().filter(|line| line.starts_with("SCAN")).count() == 1, "{plan:?}");
    }
}
