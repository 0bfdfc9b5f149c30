//! Writing the questions of an assessment. They are changed until someone has tried it.

use serde_json::{Value, json};

use super::questions::{NewQuestion, POINTS_DECIMALS, QUESTIONS_MAX, Question, list, sum};
use super::{Assessment, NewAssessment};
use crate::app::School;
use crate::db::{Tx, args, batch_size, row_placeholders};
use crate::error::{Error, Field, Result};
use crate::rounding::rounded;
use crate::school::rights::{Caller, Scope};
use crate::school::skills;

/// Creates an assessment with questions. Their points are its total, and the share of it that passes stays as it was said.
pub async fn create_assessment(
    app: &School,
    caller: &Caller,
    new: NewAssessment,
    questions: Vec<NewQuestion>,
) -> Result<(Assessment, Vec<Question>)> {
    caller.must_have(Scope::CourseUpdate)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let made = super::insert(&mut tx, caller, new, &app.clock, now_ms).await?;
    let made = if questions.is_empty() { made } else { append(&mut tx, made, questions, now_ms).await? };
    let questions = list(&mut tx, made.id).await?;
    app.commit(tx, vec![made.grade_due(now_ms)]).await?;
    Ok((made, questions))
}

/// Adds questions behind those that are there. Fails once someone has tried the assessment.
pub async fn add(
    app: &School,
    caller: &Caller,
    assessment: i64,
    questions: Vec<NewQuestion>,
) -> Result<(Assessment, Vec<Question>)> {
    caller.must_have(Scope::CourseUpdate)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let found = super::hold_taught(&mut tx, caller, assessment).await?;
    let changed = append(&mut tx, found, questions, now_ms).await?;
    let questions = list(&mut tx, assessment).await?;
    app.commit(tx, Vec::new()).await?;
    Ok((changed, questions))
}

/// Appends questions. The caller holds the row of the assessment, so that nobody begins an attempt meanwhile.
pub(super) async fn append(tx: &mut Tx, to: Assessment, new: Vec<NewQuestion>, now_ms: i64) -> Result<Assessment> {
    must_not_be_tried(tx, to.id).await?;
    must_have_room(&to, new.len())?;
    let checked = |(n, question): (usize, NewQuestion)| {
        let checked = question.checked().and_then(|question| question.of_mission(to.mission()));
        checked.map_err(|why| Error::bad((Field::Questions, n), why))
    };
    let new: Vec<Question> = new.into_iter().enumerate().map(checked).collect::<Result<_>>()?;
    let names: Vec<String> = new.iter().filter_map(|question| question.skill.clone()).collect();
    let ids = skills::ids_of(tx, Field::Questions, &names, now_ms).await?;
    insert(tx, to.id, &new, &mut ids.into_iter(), now_ms).await?;
    recount(tx, to, now_ms).await
}

pub(super) fn must_have_room(to: &Assessment, new: usize) -> Result<()> {
    let whole = to.questions as usize + new;
    if whole <= QUESTIONS_MAX {
        Ok(())
    } else {
        Err(Error::bad(Field::Questions, format!("at most {QUESTIONS_MAX} in all")))
    }
}

/// Fails once someone has tried the assessment. The caller holds its row, so that nobody begins meanwhile.
pub(super) async fn must_not_be_tried(tx: &mut Tx, assessment: i64) -> Result<()> {
    let tried = "select id from attempts where assessment = $1 limit 1";
    match tx.maybe::<(i64,)>(tried, args![assessment]).await? {
        Some(_) => Err(Error::AttemptsExist),
        None => Ok(()),
    }
}

/// Makes the total of an assessment the points of its questions, or 100 without any. The share of it that passes stays.
pub(super) async fn recount(tx: &mut Tx, of: Assessment, now_ms: i64) -> Result<Assessment> {
    let questions = list(tx, of.id).await?;
    let total = if questions.is_empty() { 100.0 } else { sum(questions.iter().map(|question| question.points)) };
    let pass = rounded(of.pass / of.total * total, POINTS_DECIMALS).min(total);
    super::set(tx, Assessment { total, pass, questions: questions.len() as i64, ..of }, now_ms).await
}

/// Returns the position for a question behind the others.
pub(super) async fn next_position(tx: &mut Tx, assessment: i64) -> Result<i64> {
    let sql = "select max(position) from questions where assessment = $1";
    let (last,): (Option<i64>,) = tx.one(sql, args![assessment]).await?;
    Ok(last.map_or(0, |last| last + 1))
}

async fn insert(
    tx: &mut Tx,
    assessment: i64,
    new: &[Question],
    skills: &mut impl Iterator<Item = i64>,
    now_ms: i64,
) -> Result<()> {
    let mut position = next_position(tx, assessment).await?;
    let mut rest = new;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(batch_size(rest.len()));
        let mut values = Vec::new();
        for q in part {
            let options: Vec<Value> = q.options.iter().map(|o| json!({ "id": o.id, "text": o.text })).collect();
            let options = (!options.is_empty()).then(|| json!(options).to_string());
            let skill = q.skill.as_ref().and_then(|_| skills.next());
            let (kind, template) = (q.kind.word(), q.template.clone());
            values.extend(args![
                now_ms, now_ms, assessment, position, kind, &q.text, options, &q.right, template, q.points, skill
            ]);
            position += 1;
        }
        let sql = format!(
            "insert into questions (created_ms, updated_ms, assessment, position, kind, text, options, answer, template,
                points, skill) values {}",
            row_placeholders(part.len(), 11)
        );
        tx.run(sql, values).await?;
        rest = after;
    }
    Ok(())
}

/// Deletes a question. The caller holds the row of the assessment, and nobody has tried it.
pub(super) async fn delete(tx: &mut Tx, of: Assessment, question: i64, now_ms: i64) -> Result<()> {
    let sql = "update questions set deleted_ms = $2, updated_ms = $2 where id = $1";
    tx.run(sql, args![question, now_ms]).await?;
    recount(tx, of, now_ms).await.map(drop)
}
