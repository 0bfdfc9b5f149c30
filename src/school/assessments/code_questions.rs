//! Questions of missions that are answered by a program: what it must do, in which language, within which limits, and the cases
//! by which a judge finds out whether it does.

use std::collections::HashMap;

use super::mission_questions::{QuestionFilter, SeenQuestions, find_readable, must_be_seen};
use super::questions::QuestionKind;
use super::{Assessment, MissionType, authoring, languages, missions, sitting};
use crate::app::School;
use crate::db::{Arg, HeldTable, Tx, args, batch_size, placeholders, row, row_placeholders};
use crate::error::{Error, Field, Noun, Result};
use crate::school::rights::{Caller, Scope};
use crate::school::{Page, Window};

pub const CASES_MAX: usize = 100;
pub const TIME_LIMIT_MAX_S: i64 = 20;
pub const MEMORY_LIMIT_MAX_MB: i64 = 1_024;
/// The limits and the points of a question whose author names none.
const TIME_LIMIT_S: i64 = 2;
const MEMORY_LIMIT_MB: i64 = 256;
const POINTS: f64 = 10.0;

row! {
    /// An input of a program, and the output that is right.
    #[derive(Debug, Clone)]
    pub struct TestCase {
        pub id: i64,
        pub question: i64,
        pub input: String,
        pub output: String,
        /// Shown to learners; of the others they are told only whether their program passed.
        pub sample: bool,
    }
}

row! {
    struct CodeQuestionRow {
        id: i64,
        mission: i64,
        text: String,
        example_input: Option<String>,
        example_output: Option<String>,
        language: Option<String>,
        time_limit_s: Option<i64>,
        memory_limit_mb: Option<i64>,
        points: f64,
    }
}

const COLUMNS: &str = "select q.id, q.assessment as mission, q.text, q.example_input, q.example_output, q.language,
    q.time_limit_s, q.memory_limit_mb, q.points";

#[derive(Debug, Clone)]
pub struct CodeQuestion {
    pub id: i64,
    pub mission: i64,
    pub text: String,
    pub example_input: String,
    pub example_output: String,
    pub language: String,
    pub time_limit_s: i64,
    pub memory_limit_mb: i64,
    pub points: f64,
    /// In the author's order; a learner's copy has the samples only.
    pub cases: Vec<TestCase>,
}

impl CodeQuestion {
    /// Returns the cases by which a program is judged: the author's, or else the example as the only one, with the id 0.
    pub fn judged_cases(&self) -> Vec<TestCase> {
        if !self.cases.is_empty() {
            return self.cases.clone();
        }
        let (input, output) = (self.example_input.clone(), self.example_output.clone());
        vec![TestCase { id: 0, question: self.id, input, output, sample: true }]
    }

    fn must_be_judgeable(&self) -> Result<()> {
        let has_case = !self.cases.is_empty() || !self.example_output.trim().is_empty();
        if has_case { Ok(()) } else { Err(Error::bad(Field::Case, "a test case or an example_output is needed")) }
    }
}

impl From<CodeQuestionRow> for CodeQuestion {
    fn from(row: CodeQuestionRow) -> CodeQuestion {
        CodeQuestion {
            id: row.id,
            mission: row.mission,
            text: row.text,
            example_input: row.example_input.unwrap_or_default(),
            example_output: row.example_output.unwrap_or_default(),
            language: row.language.unwrap_or_default(),
            time_limit_s: row.time_limit_s.unwrap_or(TIME_LIMIT_S),
            memory_limit_mb: row.memory_limit_mb.unwrap_or(MEMORY_LIMIT_MB),
            points: row.points,
            cases: Vec::new(),
        }
    }
}

/// The cases of a question that a reader gets. All may be a megabyte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cases {
    All,
    Samples,
}

/// Adds their cases to questions, in one query.
async fn add_cases(tx: &mut Tx, questions: &mut [CodeQuestion], read: Cases) -> Result<()> {
    let ids: Vec<i64> = questions.iter().map(|question| question.id).collect();
    let (marks, ids) = placeholders(&ids, 1);
    let which = if read == Cases::All { "" } else { "and sample" };
    let sql = format!(
        "select id, question, input, output, sample from test_cases where question in ({marks}) {which}
        order by position, id"
    );
    let mut cases: HashMap<i64, Vec<TestCase>> = HashMap::new();
    for case in tx.all::<TestCase>(sql, ids).await? {
        cases.entry(case.question).or_default().push(case);
    }
    for question in questions {
        question.cases = cases.remove(&question.id).unwrap_or_default();
    }
    Ok(())
}

/// Reads a code question without its cases.
async fn read_without_cases(tx: &mut Tx, id: i64) -> Result<CodeQuestion> {
    let sql = format!("{COLUMNS} from questions q where q.id = $1 and q.kind = 'CODE' and q.deleted_ms is null");
    let row: Option<CodeQuestionRow> = tx.maybe(sql, args![id]).await?;
    row.map(CodeQuestion::from).ok_or(Error::NotFound(Noun::Question))
}

/// Reads a code question with all its cases, for the judge and for verbs that have checked their caller.
pub(in crate::school) async fn read(tx: &mut Tx, id: i64) -> Result<CodeQuestion> {
    let mut found = read_without_cases(tx, id).await?;
    add_cases(tx, std::slice::from_mut(&mut found), Cases::All).await?;
    Ok(found)
}

/// A code question that a learner answers, and the enrollment by which they do.
pub struct AnsweredCodeQuestion {
    /// Without its cases.
    pub question: CodeQuestion,
    pub mission: Assessment,
    pub enrollment: i64,
}

/// Finds a code question for a person who answers it. Holds its mission, so that neither the question nor its cases change meanwhile,
/// and all their enrollments in its course. Fails unless the person is in the course, the mission is active and it is open now.
pub async fn hold_to_answer(tx: &mut Tx, person: i64, id: i64, now_ms: i64) -> Result<AnsweredCodeQuestion> {
    let mission = read_without_cases(tx, id).await?.mission;
    tx.hold(HeldTable::Assessments, mission).await?;
    let mission = super::read(tx, mission).await.map_err(|error| error.instead_of(Noun::Question))?;
    let enrollment = sitting::hold_enrollment(tx, &mission, person, now_ms).await;
    let enrollment = enrollment.map_err(|error| error.instead_of(Noun::Question))?;
    if !mission.is_open_at(now_ms) {
        return Err(Error::OutsideWindow);
    }
    Ok(AnsweredCodeQuestion { question: read_without_cases(tx, id).await?, mission, enrollment })
}

/// Finds a code question for the staff of its course, with all its cases, and for learners who may read it now, with the samples.
pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<CodeQuestion> {
    caller.must_have(Scope::AssessmentRead)?;
    let mut tx = app.db.read().await?;
    let mut found = read_without_cases(&mut tx, id).await?;
    let mission = find_readable(&mut tx, caller, found.mission, app.now_ms()).await?;
    let cases = if caller.teaches(mission.instructor) { Cases::All } else { Cases::Samples };
    add_cases(&mut tx, std::slice::from_mut(&mut found), cases).await?;
    Ok(found)
}

/// Lists code questions: a student's are those of the missions that ask them now, with the samples; staff see those of their courses.
pub async fn list(app: &School, caller: &Caller, wanted: QuestionFilter, window: Window) -> Result<Page<CodeQuestion>> {
    caller.must_have(Scope::AssessmentRead)?;
    let mut tx = app.db.read().await?;
    must_be_seen(app, &mut tx, caller, wanted).await?;
    let seen = SeenQuestions::of(caller, QuestionKind::Code, wanted, app.now_ms());
    let (sql, args) = seen.count();
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = seen.page(COLUMNS, window);
    let rows: Vec<CodeQuestionRow> = tx.all(sql, args).await?;
    let mut rows: Vec<CodeQuestion> = rows.into_iter().map(CodeQuestion::from).collect();
    let cases = if caller.must_be_staff().is_ok() { Cases::All } else { Cases::Samples };
    add_cases(&mut tx, &mut rows, cases).await?;
    Ok(Page { rows, total, window })
}

pub struct NewTestCase {
    pub input: String,
    pub output: String,
    pub sample: bool,
}

/// Changes of a code question. A field that is left out stays as it is; new cases take the place of all.
#[derive(Default)]
pub struct CodeQuestionChanges {
    pub text: Option<String>,
    pub example_input: Option<String>,
    pub example_output: Option<String>,
    pub language: Option<String>,
    pub time_limit_s: Option<i64>,
    pub memory_limit_mb: Option<i64>,
    pub points: Option<f64>,
    pub cases: Option<Vec<NewTestCase>>,
}

impl CodeQuestionChanges {
    fn apply_to(self, now: CodeQuestion) -> Result<CodeQuestion> {
        let case = |new: NewTestCase| TestCase {
            id: 0,
            question: now.id,
            input: new.input,
            output: new.output,
            sample: new.sample,
        };
        let changed = CodeQuestion {
            text: self.text.unwrap_or(now.text),
            example_input: self.example_input.unwrap_or(now.example_input),
            example_output: self.example_output.unwrap_or(now.example_output),
            language: self.language.map_or(now.language, |word| word.to_lowercase()),
            time_limit_s: self.time_limit_s.unwrap_or(now.time_limit_s),
            memory_limit_mb: self.memory_limit_mb.unwrap_or(now.memory_limit_mb),
            points: self.points.unwrap_or(now.points),
            cases: self.cases.map_or(now.cases, |cases| cases.into_iter().map(case).collect()),
            ..now
        };
        changed.must_be_judgeable().map(|()| changed)
    }
}

/// Adds a code question to a mission. Fails unless its language is run here, and once someone has tried the mission.
pub async fn create(
    app: &School,
    caller: &Caller,
    (mission, text, language): (i64, String, String),
    mut first: CodeQuestionChanges,
) -> Result<CodeQuestion> {
    caller.must_have(Scope::CourseUpdate)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let of = missions::hold_taught(&mut tx, caller, mission, MissionType::CodeSubmission).await?;
    must_be_untouched(&mut tx, mission).await?;
    authoring::must_have_room(&of, 1)?;
    (first.text, first.language) = (Some(text), Some(language));
    let position = authoring::next_position(&mut tx, mission).await?;
    let sql = "insert into questions (created_ms, updated_ms, assessment, position, kind, text, points)
        values ($1, $1, $2, $3, 'CODE', '', $4) returning id";
    let (id,): (i64,) = tx.one(sql, args![now_ms, mission, position, POINTS]).await?;
    let new = first.apply_to(read(&mut tx, id).await?)?;
    languages::must_run(&mut tx, &new.language, now_ms).await?;
    write(&mut tx, &new, true, now_ms).await?;
    authoring::recount(&mut tx, of, now_ms).await?;
    let made = read(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(made)
}

/// Changes a code question. Fails once someone has tried its mission.
pub async fn change(app: &School, caller: &Caller, id: i64, changes: CodeQuestionChanges) -> Result<CodeQuestion> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let (of, before) = hold_to_change(&mut tx, caller, id).await?;
    let has_new_cases = changes.cases.is_some();
    let after = changes.apply_to(before.clone())?;
    if after.language != before.language {
        languages::must_run(&mut tx, &after.language, now_ms).await?;
    }
    write(&mut tx, &after, has_new_cases, now_ms).await?;
    if after.points != before.points {
        authoring::recount(&mut tx, of, now_ms).await?;
    }
    let changed = read(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(changed)
}

/// Deletes a code question. Fails once someone has tried its mission.
pub async fn delete(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let (of, _) = hold_to_change(&mut tx, caller, id).await?;
    authoring::delete(&mut tx, of, id, now_ms).await?;
    app.commit(tx, Vec::new()).await
}

async fn hold_to_change(tx: &mut Tx, caller: &Caller, id: i64) -> Result<(Assessment, CodeQuestion)> {
    caller.must_have(Scope::CourseUpdate)?;
    let mission = read_without_cases(tx, id).await?.mission;
    let of = missions::hold_taught(tx, caller, mission, MissionType::CodeSubmission).await;
    let of = of.map_err(|error| error.instead_of(Noun::Question))?;
    must_be_untouched(tx, mission).await?;
    // Read again, since it is held only now.
    Ok((of, read(tx, id).await?))
}

/// Fails once someone has sent a program for the mission, or has a result. The caller holds its row, as all do who send programs.
async fn must_be_untouched(tx: &mut Tx, mission: i64) -> Result<()> {
    authoring::must_not_be_tried(tx, mission).await?;
    match tx.maybe::<(i64,)>(SENT, args![mission]).await? {
        Some(_) => Err(Error::AttemptsExist),
        None => Ok(()),
    }
}

const SENT: &str =
    "select s.id from questions q cross join submissions s where q.assessment = $1 and s.question = q.id limit 1";

async fn write(tx: &mut Tx, q: &CodeQuestion, with_cases: bool, now_ms: i64) -> Result<()> {
    let sql =
        "update questions set text = $2, example_input = $3, example_output = $4, language = $5, time_limit_s = $6,
        memory_limit_mb = $7, points = $8, updated_ms = $9 where id = $1";
    let args = args![
        q.id,
        &q.text,
        &q.example_input,
        &q.example_output,
        &q.language,
        q.time_limit_s,
        q.memory_limit_mb,
        q.points,
        now_ms
    ];
    tx.run(sql, args).await?;
    if !with_cases {
        return Ok(());
    }
    tx.run("delete from test_cases where question = $1", args![q.id]).await?;
    let numbered: Vec<(i64, &TestCase)> = (0..).zip(&q.cases).collect();
    let mut rest = numbered.as_slice();
    while !rest.is_empty() {
        let (part, after) = rest.split_at(batch_size(rest.len()));
        let values: Vec<Arg> =
            part.iter().flat_map(|(n, case)| args![q.id, *n, &case.input, &case.output, case.sample]).collect();
        let marks = row_placeholders(part.len(), 5);
        let sql = format!("insert into test_cases (question, position, input, output, sample) values {marks}");
        tx.run(sql, values).await?;
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn programs_of_a_mission_are_found_without_those_of_others() {
        let plan = sqlite_plan(SENT).await;
        let has = |index: &str| plan.iter().any(|line| line.starts_with("SEARCH") && line.contains(index));
        assert!(has("questions_assessment") && has("submissions_question"), "{plan:?}");
    }
}
