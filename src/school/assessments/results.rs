//! Results of learners, question by question, with what follows from them by skill.

use std::collections::HashMap;

use super::attempts::ATTEMPTS_MAX;
use super::counting::{PASSED_MS, THE_COUNTING_ONE_FIRST};
use super::grading::{close_if_overdue, close_overdue_of};
use super::questions::{self, Question};
use super::{Assessment, MissionType};
use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::rounding::rounded;
use crate::school::rights::{self, Caller, Scope};

row! {
    #[derive(Debug, Clone)]
    struct ResultRow {
        id: i64,
        assessment: i64,
        assessment_name: String,
        instructor: i64,
        person: i64,
        enrollment: i64,
        number: i64,
        total: f64,
        pass: f64,
        /// `None` if there is no limit, as for missions of code, whose tries are programs.
        attempts_allowed: Option<i64>,
        started_ms: Option<i64>,
        submitted_ms: Option<i64>,
        graded_ms: Option<i64>,
        score: Option<f64>,
        feedback: Option<String>,
        by_hand: bool,
        used: i64,
        /// Has the person passed, by this attempt or another one?
        has_passed: bool,
        open: i64,
    }
}

/// The person's attempts of the same assessment, in all their enrollments. `cross join` keeps SQLite from reading everyone's.
const SIBLINGS: &str = "from enrollments o cross join attempts s where o.person = e.person and s.enrollment = o.id
    and s.assessment = t.assessment";

/// Builds the query for one attempt.
fn one_attempt(condition: &str) -> String {
    format!(
        "select t.id, t.assessment, a.name as assessment_name, c.instructor, e.person, t.enrollment, t.number, a.total,
            a.pass, case when a.mission_type = 'CODE_SUBMISSION' then null else a.attempts_allowed end as attempts_allowed,
            t.started_ms, t.submitted_ms, t.graded_ms, t.score, t.feedback, t.by_hand,
            (select count(*) {SIBLINGS}) as used, {PASSED_MS} is not null as has_passed,
            (select count(*) {SIBLINGS} and s.submitted_ms is null and not s.by_hand) as open
        from attempts t join enrollments e on e.id = t.enrollment join assessments a on a.id = t.assessment
        join courses c on c.id = a.course where t.id = $1 {condition}"
    )
}

impl ResultRow {
    fn is_closed(&self) -> bool {
        self.by_hand || self.submitted_ms.is_some()
    }

    fn remaining(&self) -> Option<i64> {
        self.attempts_allowed.map(|allowed| (allowed - self.used).max(0))
    }

    /// Are right answers shown to the learner: have they passed, or no try left, and nothing open?
    fn shows_right_answers(&self) -> bool {
        self.open == 0 && (self.has_passed || self.remaining() == Some(0))
    }
}

/// A closed attempt.
#[derive(Debug, Clone)]
pub struct AttemptResult {
    pub id: i64,
    pub assessment: i64,
    pub assessment_name: String,
    pub person: i64,
    pub enrollment: i64,
    pub number: i64,
    /// `None` if there is no limit.
    pub remaining: Option<i64>,
    pub total: f64,
    pub pass: f64,
    /// `None` before it is graded, as are scores that staff have not given yet.
    pub score: Option<f64>,
    pub started_ms: Option<i64>,
    pub submitted_ms: Option<i64>,
    pub graded_ms: Option<i64>,
    pub answers: Vec<AnsweredQuestion>,
    pub feedback: ResultFeedback,
}

impl AttemptResult {
    pub fn passed(&self) -> Option<bool> {
        self.score.map(|score| score >= self.pass)
    }

    /// Returns the score on a scale to 100.
    pub fn normalized(&self) -> Option<f64> {
        self.score.map(|score| normalized(score, self.total))
    }

    pub fn took_ms(&self) -> Option<i64> {
        self.submitted_ms.zip(self.started_ms).map(|(end, start)| (end - start).max(0))
    }
}

/// Converts a score to a scale to 100, with two decimals.
pub fn normalized(score: f64, total: f64) -> f64 {
    rounded(100.0 * score / total, 2)
}

#[derive(Debug, Clone)]
pub struct AnsweredQuestion {
    pub question: i64,
    pub text: String,
    /// `None` if it was not answered, or by a program.
    pub answer: Option<String>,
    /// `None` while the learner may not see it.
    pub right_answer: Option<String>,
    pub is_right: bool,
    pub points: f64,
    pub earned: f64,
}

/// Feedback that follows from the answers. Nothing is said of questions without a skill.
#[derive(Debug, Clone)]
pub struct ResultFeedback {
    /// Words of staff.
    pub note: Option<String>,
    pub outcome: Outcome,
    pub skills: Vec<SkillOutcome>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    NotGraded,
    AllRight,
    Passed,
    /// The points that are missing.
    Failed(f64),
}

impl Outcome {
    pub(in crate::school) fn of(score: Option<f64>, total: f64, pass: f64) -> Outcome {
        match score {
            None => Outcome::NotGraded,
            Some(score) if score >= total => Outcome::AllRight,
            Some(score) if score >= pass => Outcome::Passed,
            Some(score) => Outcome::Failed(rounded(pass - score, 2)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillOutcome {
    pub name: String,
    pub questions: i64,
    pub right: i64,
}

row! {
    struct AnswerRow {
        question: i64,
        value: String,
        points: f64,
        correct: bool,
    }
}

/// Reads a closed attempt, for its own learner, who has just handed it in: also if the assessment was deleted since.
pub(super) async fn read(app: &School, id: i64) -> Result<AttemptResult> {
    let mut tx = app.db.read().await?;
    let row = tx.maybe(one_attempt(""), args![id]).await?.filter(ResultRow::is_closed);
    let row = row.ok_or(Error::NotFound(Noun::Attempt))?;
    let shows_right = row.shows_right_answers();
    with_answers(&mut tx, row, shows_right).await
}

/// Finds a result of the caller's own, or of a course that the caller teaches. Nobody else learns that it exists.
pub async fn by_id(app: &School, caller: &Caller, assessment: i64, id: i64) -> Result<AttemptResult> {
    caller.must_have(Scope::AssessmentRead)?;
    close_if_overdue_once(app, id).await?;
    let mut tx = app.db.read().await?;
    let row: Option<ResultRow> = tx.maybe(one_attempt("and a.deleted_ms is null"), args![id]).await?;
    let is_visible = |row: &ResultRow| row.person == caller.id || caller.teaches(row.instructor);
    let row = row.filter(|row| row.assessment == assessment && row.is_closed() && is_visible(row));
    let row = row.ok_or(Error::NotFound(Noun::Attempt))?;
    let shows_right = caller.teaches(row.instructor) || row.shows_right_answers();
    with_answers(&mut tx, row, shows_right).await
}

/// Closes an attempt whose time is over. Most are closed: these cost one read.
async fn close_if_overdue_once(app: &School, id: i64) -> Result<()> {
    let open = "select id from attempts where id = $1 and submitted_ms is null and not by_hand";
    match app.db.maybe::<(i64,)>(open, args![id]).await? {
        Some(_) => close_if_overdue(app, id).await,
        None => Ok(()),
    }
}

async fn with_answers(tx: &mut Tx, row: ResultRow, shows_right: bool) -> Result<AttemptResult> {
    let questions = questions::list(tx, row.assessment).await?;
    let sql = "select question, value, points, correct from answers where attempt = $1 and correct is not null";
    let answers: Vec<AnswerRow> = tx.all(sql, args![row.id]).await?;
    let answered: Vec<(&Question, &AnswerRow)> = questions
        .iter()
        .filter_map(|question| Some((question, answers.iter().find(|answer| answer.question == question.id)?)))
        .collect();
    let feedback = feedback_of(&row, &answered);
    let answers = answered.iter().map(|(question, answer)| AnsweredQuestion {
        question: question.id,
        text: question.text.clone(),
        answer: question.shown(&answer.value),
        right_answer: question.shown(&question.right).filter(|_| shows_right),
        is_right: answer.correct,
        points: question.points,
        earned: answer.points,
    });
    Ok(AttemptResult {
        answers: answers.collect(),
        feedback,
        remaining: row.remaining(),
        id: row.id,
        assessment: row.assessment,
        assessment_name: row.assessment_name,
        person: row.person,
        enrollment: row.enrollment,
        number: row.number,
        total: row.total,
        pass: row.pass,
        score: row.score,
        started_ms: row.started_ms,
        submitted_ms: row.submitted_ms,
        graded_ms: row.graded_ms,
    })
}

fn feedback_of(row: &ResultRow, answered: &[(&Question, &AnswerRow)]) -> ResultFeedback {
    let mut skills: Vec<SkillOutcome> = Vec::new();
    for (question, answer) in answered {
        let Some(name) = &question.skill else { continue };
        if !skills.iter().any(|skill| skill.name == *name) {
            skills.push(SkillOutcome { name: name.clone(), questions: 0, right: 0 });
        }
        for skill in skills.iter_mut().filter(|skill| skill.name == *name) {
            skill.questions += 1;
            skill.right += i64::from(answer.correct);
        }
    }
    ResultFeedback { note: row.feedback.clone(), outcome: Outcome::of(row.score, row.total, row.pass), skills }
}

row! {
    struct AttemptSkill {
        attempt: i64,
        name: String,
        questions: i64,
        correct: i64,
    }
}

/// Counts by skill what a person answered in their attempts in a course, by the id of the attempt.
pub(in crate::school) async fn skills_by_attempt(
    tx: &mut Tx,
    person: i64,
    course: i64,
) -> Result<HashMap<i64, Vec<SkillOutcome>>> {
    let sql = "select t.id as attempt, s.name, count(*) as questions,
            cast(sum(case when w.correct then 1 else 0 end) as bigint) as correct
        from enrollments o cross join classes k cross join attempts t cross join answers w
            join questions q on q.id = w.question and q.deleted_ms is null join skills s on s.id = q.skill
        where o.person = $1 and k.id = o.class and k.course = $2 and t.enrollment = o.id and t.score is not null
            and w.attempt = t.id and w.correct is not null
        group by t.id, s.id, s.name order by t.id, min(q.position), min(q.id)";
    let mut found: HashMap<i64, Vec<SkillOutcome>> = HashMap::new();
    for skill in tx.all::<AttemptSkill>(sql, args![person, course]).await? {
        let AttemptSkill { attempt, name, questions, correct: right } = skill;
        found.entry(attempt).or_default().push(SkillOutcome { name, questions, right });
    }
    Ok(found)
}

/// Closed attempts that a history lists at most: the newest ones.
const HISTORY_MAX_ATTEMPTS: i64 = 100;

row! {
    /// A closed attempt in a history.
    #[derive(Debug, Clone)]
    pub struct PastAttempt {
        pub id: i64,
        pub number: i64,
        pub score: Option<f64>,
        pub submitted_ms: Option<i64>,
        /// Is it the one that the grade is made of?
        pub counts: bool,
    }
}

row! {
    struct AttemptCounts {
        used: i64,
        closed: i64,
        best: f64,
        average: f64,
    }
}

/// A person's attempts of an assessment.
pub struct AttemptHistory {
    pub assessment: Assessment,
    /// The newest closed ones, the newest first.
    pub attempts: Vec<PastAttempt>,
    /// The number of all closed ones.
    pub closed: i64,
    /// The best of all scores, and their average; 0 before the first.
    pub best: f64,
    pub average: f64,
    /// `None` if there is no limit.
    pub remaining: Option<i64>,
    pub can_retake: bool,
}

/// SQL: a person's attempts of an assessment. `cross join` keeps SQLite from reading everyone's.
const OF_PERSON: &str = "from enrollments e cross join attempts t where e.person = $1 and t.enrollment = e.id
    and t.assessment = $2";

fn counts() -> String {
    format!(
        "select count(*) as used, count(case when t.by_hand or t.submitted_ms is not null then 1 end) as closed,
            cast(coalesce(max(t.score), 0) as double precision) as best,
            cast(coalesce(avg(t.score), 0) as double precision) as average {OF_PERSON}"
    )
}

fn newest_closed() -> String {
    format!(
        "select id, number, score, submitted_ms, score is not null and nth = 1 as counts from (
            select t.id, t.number, t.score, t.submitted_ms, t.by_hand,
                row_number() over (order by t.score is null, {THE_COUNTING_ONE_FIRST}) as nth
            from assessments a cross join enrollments e cross join attempts t
            where a.id = $2 and e.person = $1 and t.enrollment = e.id and t.assessment = a.id) ranked
        where by_hand or submitted_ms is not null order by id desc limit {HISTORY_MAX_ATTEMPTS}"
    )
}

/// Lists the caller's own newest closed attempts, the newest first, in a number of queries that does not depend on how many
/// there are.
pub async fn my_history(app: &School, caller: &Caller, assessment: i64) -> Result<AttemptHistory> {
    caller.must_have(Scope::AssessmentRead)?;
    close_overdue_of(app, assessment, caller.id).await?;
    let now_ms = app.now_ms();
    let mut tx = app.db.read().await?;
    let assessment = super::find_visible(&mut tx, caller, assessment, now_ms).await?;
    let AttemptCounts { used, closed, best, average } = tx.one(counts(), args![caller.id, assessment.id]).await?;
    let attempts = tx.all(newest_closed(), args![caller.id, assessment.id]).await?;
    let remaining = assessment.sittings_allowed().map(|allowed| (allowed - used).max(0));
    let is_sat = assessment.questions > 0 && assessment.mission() != Some(MissionType::CodeSubmission);
    let is_offered = assessment.active && is_sat && assessment.is_open_at(now_ms);
    let has_try_left = used < assessment.sittings_allowed().unwrap_or(ATTEMPTS_MAX);
    let (course, class) = (assessment.course, assessment.class);
    let can_retake = is_offered && has_try_left && rights::is_in(&mut tx, caller, course, class, now_ms).await?;
    let average = rounded(average, 2);
    Ok(AttemptHistory { assessment, attempts, closed, best, average, remaining, can_retake })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn a_result_is_found_without_the_results_of_others() {
        for sql in [one_attempt(""), counts(), newest_closed()] {
            let plan = sqlite_plan(&sql).await;
            let is_derived = |line: &String| line.contains("ranked") || line.contains("(subquery");
            let reads_others =
                |line: &String| line.starts_with("SCAN") && !is_derived(line) || line.contains("attempts_assessment");
            assert!(!plan.iter().any(reads_others), "{plan:?}");
        }
    }
}
