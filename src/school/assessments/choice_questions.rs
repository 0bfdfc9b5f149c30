//! Multiple choices of missions, as their authors write them: five options, one of which is right.

use serde_json::json;

use super::mission_questions::{QuestionFilter, SeenQuestions, find_readable, must_be_seen};
use super::questions::{
    AnswerOption, GivenAnswer, MISSION_OPTIONS, NewOption, NewQuestion, QuestionKind, read_options,
};
use super::{Assessment, MissionType, authoring, missions};
use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::school::rights::{Caller, Scope};
use crate::school::{Page, Window};

/// The points of a question whose author names none.
const POINTS: f64 = 10.0;

#[derive(Debug, Clone)]
pub struct ChoiceQuestion {
    pub id: i64,
    pub mission: i64,
    pub text: String,
    options: Vec<AnswerOption>,
    /// The number of the right option, from 1; `None` in a learner's copy.
    pub right: Option<i64>,
    pub points: f64,
}

row! {
    struct ChoiceQuestionRow {
        id: i64,
        mission: i64,
        text: String,
        options: Option<String>,
        answer: Option<String>,
        points: f64,
    }
}

const COLUMNS: &str = "select q.id, q.assessment as mission, q.text, q.options, q.answer, q.points";

impl From<ChoiceQuestionRow> for ChoiceQuestion {
    fn from(row: ChoiceQuestionRow) -> ChoiceQuestion {
        let options = row.options.as_deref().map(read_options).unwrap_or_default();
        let right = number_of(&options, row.answer.as_deref().unwrap_or_default());
        ChoiceQuestion { id: row.id, mission: row.mission, text: row.text, options, right, points: row.points }
    }
}

/// Returns the number of an option, from 1, by its id.
pub(super) fn number_of(options: &[AnswerOption], id: &str) -> Option<i64> {
    (1..).zip(options).find(|(_, option)| option.id == id).map(|(number, _)| number)
}

impl ChoiceQuestion {
    /// Returns the text of an option, by its number from 1.
    pub fn option(&self, number: usize) -> String {
        self.options.get(number.wrapping_sub(1)).map(|option| option.text.clone()).unwrap_or_default()
    }
}

async fn read(tx: &mut Tx, id: i64) -> Result<ChoiceQuestion> {
    let of_mission = "(select a.mission_type from assessments a where a.id = q.assessment) is not null";
    let sql = format!(
        "{COLUMNS} from questions q where q.id = $1 and q.kind = 'MULTIPLE_CHOICE' and q.deleted_ms is null and {of_mission}"
    );
    let row: Option<ChoiceQuestionRow> = tx.maybe(sql, args![id]).await?;
    row.map(ChoiceQuestion::from).ok_or(Error::NotFound(Noun::Question))
}

/// Finds the mission of a question that someone answers.
pub(super) async fn mission_of(app: &School, id: i64) -> Result<i64> {
    Ok(read(&mut app.db.read().await?, id).await?.mission)
}

/// Finds a question for the staff of its course, and for learners who may read it now, who do not see which option is right.
pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<ChoiceQuestion> {
    caller.must_have(Scope::AssessmentRead)?;
    let mut tx = app.db.read().await?;
    let mut found = read(&mut tx, id).await?;
    let mission = find_readable(&mut tx, caller, found.mission, app.now_ms()).await?;
    if !caller.teaches(mission.instructor) {
        found.right = None;
    }
    Ok(found)
}

/// Lists questions: a student's are those of the missions that ask them now, staff see those of their courses, with the right options.
pub async fn list(
    app: &School,
    caller: &Caller,
    wanted: QuestionFilter,
    window: Window,
) -> Result<Page<ChoiceQuestion>> {
    caller.must_have(Scope::AssessmentRead)?;
    let mut tx = app.db.read().await?;
    must_be_seen(app, &mut tx, caller, wanted).await?;
    let seen = SeenQuestions::of(caller, QuestionKind::MultipleChoice, wanted, app.now_ms());
    let (sql, args) = seen.count();
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = seen.page(COLUMNS, window);
    let rows: Vec<ChoiceQuestionRow> = tx.all(sql, args).await?;
    let is_staff = caller.must_be_staff().is_ok();
    let shown = |row| {
        let question = ChoiceQuestion::from(row);
        ChoiceQuestion { right: question.right.filter(|_| is_staff), ..question }
    };
    Ok(Page { rows: rows.into_iter().map(shown).collect(), total, window })
}

/// A question with its five options, and the number of the right one, from 1.
pub struct NewChoiceQuestion {
    pub text: String,
    pub options: [String; MISSION_OPTIONS],
    pub right: i64,
    pub points: Option<f64>,
}

impl From<NewChoiceQuestion> for NewQuestion {
    fn from(new: NewChoiceQuestion) -> NewQuestion {
        let option = |(number, text): (usize, String)| NewOption { id: Some(number.to_string()), text };
        NewQuestion {
            kind: QuestionKind::MultipleChoice,
            text: new.text,
            options: (1..).zip(new.options).map(option).collect(),
            template: None,
            right: GivenAnswer::Option(new.right.to_string()),
            points: new.points.unwrap_or(POINTS),
            skill: None,
        }
    }
}

/// Adds a question to a mission of multiple choices. Fails once someone has tried the mission.
pub async fn create(app: &School, caller: &Caller, mission: i64, new: NewChoiceQuestion) -> Result<ChoiceQuestion> {
    caller.must_have(Scope::CourseUpdate)?;
    let mut tx = app.db.begin().await?;
    let of = missions::hold_taught(&mut tx, caller, mission, MissionType::MultipleChoice).await?;
    authoring::append(&mut tx, of, vec![new.into()], app.now_ms()).await?;
    let newest = "select id from questions where assessment = $1 order by position desc, id desc limit 1";
    let (id,) = tx.one::<(i64,)>(newest, args![mission]).await?;
    let made = read(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(made)
}

/// Changes of a question. A field that is left out stays as it is.
#[derive(Default)]
pub struct ChoiceQuestionChanges {
    pub text: Option<String>,
    pub option_1: Option<String>,
    pub option_2: Option<String>,
    pub option_3: Option<String>,
    pub option_4: Option<String>,
    pub option_5: Option<String>,
    pub right: Option<i64>,
    pub points: Option<f64>,
}

impl ChoiceQuestionChanges {
    fn apply_to(self, now: &ChoiceQuestion) -> ChoiceQuestion {
        let texts = [self.option_1, self.option_2, self.option_3, self.option_4, self.option_5];
        let with = |(option, text): (&AnswerOption, Option<String>)| AnswerOption {
            id: option.id.clone(),
            text: text.unwrap_or_else(|| option.text.clone()),
        };
        ChoiceQuestion {
            text: self.text.unwrap_or_else(|| now.text.clone()),
            options: now.options.iter().zip(texts).map(with).collect(),
            right: self.right.or(now.right),
            points: self.points.unwrap_or(now.points),
            ..*now
        }
    }
}

/// Changes a question. Fails once someone has tried its mission.
pub async fn change(app: &School, caller: &Caller, id: i64, changes: ChoiceQuestionChanges) -> Result<ChoiceQuestion> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let (of, before) = hold_to_change(&mut tx, caller, id).await?;
    let after = changes.apply_to(&before);
    let right = usize::try_from(after.right.unwrap_or(1)).map_err(Error::internal)?;
    let right = after.options.get(right.wrapping_sub(1)).ok_or(Error::NotFound(Noun::Question))?;
    let options = after.options.iter().map(|option| json!({ "id": option.id, "text": option.text }));
    let options = serde_json::Value::from_iter(options).to_string();
    let sql = "update questions set text = $2, options = $3, answer = $4, points = $5, updated_ms = $6 where id = $1";
    tx.run(sql, args![id, &after.text, options, &right.id, after.points, now_ms]).await?;
    if after.points != before.points {
        authoring::recount(&mut tx, of, now_ms).await?;
    }
    app.commit(tx, Vec::new()).await?;
    Ok(after)
}

/// Deletes a question. Fails once someone has tried its mission.
pub async fn delete(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let (of, _) = hold_to_change(&mut tx, caller, id).await?;
    authoring::delete(&mut tx, of, id, app.now_ms()).await?;
    app.commit(tx, Vec::new()).await
}

async fn hold_to_change(tx: &mut Tx, caller: &Caller, id: i64) -> Result<(Assessment, ChoiceQuestion)> {
    caller.must_have(Scope::CourseUpdate)?;
    let mission = read(tx, id).await?.mission;
    let of = missions::hold_taught(tx, caller, mission, MissionType::MultipleChoice).await;
    let of = of.map_err(|error| error.instead_of(Noun::Question))?;
    authoring::must_not_be_tried(tx, mission).await?;
    // Read again, since it is held only now.
    Ok((of, read(tx, id).await?))
}
