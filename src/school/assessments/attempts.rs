//! Attempts: who tried an assessment, when, and with which result. A closed attempt is called a result.
//!
//! Whether an attempt is passed is never stored: it follows from the score.

use super::{Assessment, MissionType};
use crate::app::School;
use crate::db::{Filter, Tx, args, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{GradeScope, NewEvent};
use crate::patch::Patch;
use crate::school::enrollment::conditions::hold_enrollments_of_learner;
use crate::school::rights::{self, Caller};
use crate::school::{Page, Window};

/// The number of attempts that are allowed where the assessment itself sets no limit.
pub const ATTEMPTS_MAX: i64 = 1_000;

row! {
    #[derive(Debug, Clone)]
    pub struct AssessmentAttempt {
        pub id: i64,
        pub assessment: i64,
        pub assessment_name: String,
        pub kind: String,
        pub total: f64,
        pub pass: f64,
        pub enrollment: i64,
        pub person: i64,
        pub name: String,
        pub number: i64,
        pub started_ms: Option<i64>,
        pub submitted_ms: Option<i64>,
        pub graded_ms: Option<i64>,
        /// `None` before it is graded.
        pub score: Option<f64>,
        pub feedback: Option<String>,
        /// Was it recorded by staff?
        pub by_hand: bool,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

impl AssessmentAttempt {
    pub fn passed(&self) -> Option<bool> {
        self.score.map(|score| score >= self.pass)
    }
}

const ATTEMPT: &str = "select t.id, t.assessment, a.name as assessment_name, a.kind, a.total, a.pass, t.enrollment,
    e.person, q.name, t.number, t.started_ms, t.submitted_ms, t.graded_ms, t.score, t.feedback, t.by_hand, t.created_ms,
    t.updated_ms";
const FROM: &str = "from attempts t join assessments a on a.id = t.assessment and a.deleted_ms is null
    join enrollments e on e.id = t.enrollment join people q on q.id = e.person";
/// Only closed attempts are results: one that a learner sits is nobody's to grade.
const IS_CLOSED: &str = "(t.by_hand or t.submitted_ms is not null)";

async fn read(tx: &mut Tx, id: i64) -> Result<AssessmentAttempt> {
    let sql = format!("{ATTEMPT} {FROM} where t.id = $1 and {IS_CLOSED}");
    tx.maybe(sql, args![id]).await?.ok_or(Error::NotFound(Noun::Attempt))
}

pub struct NewResult {
    pub enrollment: i64,
    /// The next one, when none is named.
    pub number: Option<i64>,
    /// `None` if the attempt was submitted and is not graded yet.
    pub score: Option<f64>,
    /// The sender's opinion; refused if it contradicts the score.
    pub passed: Option<bool>,
    pub started_ms: Option<i64>,
    pub submitted_ms: Option<i64>,
    pub feedback: Option<String>,
}

/// Records a result, by staff. Holds the enrollments of the learner: of two results at once, the second one counts the first.
pub async fn record(app: &School, caller: &Caller, assessment: i64, new: NewResult) -> Result<AssessmentAttempt> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let assessment = super::hold_taught(&mut tx, caller, assessment).await?;
    hold_enrollments_of_learner(&mut tx, "$1", new.enrollment).await?;
    let access = rights::find_enrollment(&mut tx, new.enrollment).await?;
    if access.course != assessment.course {
        return Err(Error::bad(Field::Enrollment, "it is of another course"));
    }
    if assessment.class.is_some_and(|class| class != access.class) {
        return Err(Error::bad(Field::Enrollment, "it is of another class"));
    }
    access.must_be_in_class()?;
    if !assessment.active {
        return Err(Error::wrong_state("INACTIVE"));
    }
    assessment.must_agree(new.score, new.passed)?;
    assessment.must_be_in_time(new.started_ms, new.submitted_ms)?;
    let number = free_number(&mut tx, &assessment, new.enrollment, new.number).await?;
    let sql = "insert into attempts (created_ms, updated_ms, enrollment, assessment, number, started_ms, submitted_ms,
            graded_ms, score, feedback, by_hand) values ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, true) returning id";
    let graded_ms = new.score.map(|_| now_ms);
    let args = args![
        now_ms,
        new.enrollment,
        assessment.id,
        number,
        new.started_ms,
        new.submitted_ms,
        graded_ms,
        new.score,
        new.feedback
    ];
    let (id,): (i64,) = tx.one(sql, args).await?;
    let made = read(&mut tx, id).await?;
    let due = new.score.map(|_| NewEvent::grade_due(assessment.course, GradeScope::Learner(new.enrollment), now_ms));
    app.commit(tx, due.into_iter().collect()).await?;
    Ok(made)
}

/// Finds the number of the next attempt, or the wanted one if it is free. The caller holds the enrollments of the learner.
pub(super) async fn free_number(
    tx: &mut Tx,
    assessment: &Assessment,
    enrollment: i64,
    wanted: Option<i64>,
) -> Result<i64> {
    let allowed = assessment.sittings_allowed().unwrap_or(ATTEMPTS_MAX);
    // Attempts of the person's other enrollments count too: leaving the class and coming back gives no attempts back.
    // `cross join` keeps SQLite from reading everyone's attempts.
    let sql = "select t.number from enrollments e cross join attempts t where t.enrollment = e.id and t.assessment = $2
        and e.person = (select person from enrollments where id = $1) order by t.number";
    let taken: Vec<(i64,)> = tx.all(sql, args![enrollment, assessment.id]).await?;
    let is_free = |number: &i64| !taken.contains(&(*number,));
    if let Some(number) = wanted.filter(|number| !is_free(number)) {
        return Err(Error::AttemptTaken { number });
    }
    let next = wanted.unwrap_or(taken.last().map_or(1, |(last,)| last + 1));
    let used = i64::try_from(taken.len()).map_err(Error::internal)?;
    if used >= allowed || wanted.is_some_and(|number| number > allowed) {
        return Err(Error::NoAttemptsLeft { allowed });
    }
    // A high number was used first: the lower ones are still allowed.
    let next = if next > allowed { (1..=allowed).find(is_free) } else { Some(next) };
    next.ok_or(Error::NoAttemptsLeft { allowed })
}

pub struct Grading {
    pub score: f64,
    pub passed: Option<bool>,
    pub feedback: Patch<String>,
}

/// Grades an attempt, by staff, as often as they like: the last score counts. Fails for one whose score follows from programs: the
/// next one would write it again. Staff delete programs, or record a result of their own.
pub async fn grade(app: &School, caller: &Caller, id: i64, grading: Grading) -> Result<AssessmentAttempt> {
    caller.must_be_staff()?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let found = read(&mut tx, id).await?;
    let assessment = super::hold_taught(&mut tx, caller, found.assessment).await?;
    hold_enrollments_of_learner(&mut tx, "$1", found.enrollment).await?;
    if assessment.mission() == Some(MissionType::CodeSubmission) && !found.by_hand {
        return Err(Error::AnsweredByCode);
    }
    assessment.must_agree(Some(grading.score), grading.passed)?;
    let sql = "update attempts set score = $2, graded_ms = $3, updated_ms = $3,
        feedback = case when $4 then $5 else feedback end where id = $1";
    let is_named = grading.feedback.is_sent();
    tx.run(sql, args![id, grading.score, now_ms, is_named, grading.feedback.value()]).await?;
    let graded = read(&mut tx, id).await?;
    app.commit(tx, vec![NewEvent::grade_due(assessment.course, GradeScope::Learner(found.enrollment), now_ms)]).await?;
    Ok(graded)
}

/// Finds an attempt of the caller's own, or of a course that the caller teaches. Other students do not learn that it
/// exists.
pub async fn by_id(app: &School, caller: &Caller, assessment: i64, id: i64) -> Result<AssessmentAttempt> {
    let mut tx = app.db.read().await?;
    let found = read(&mut tx, id).await?;
    if found.assessment != assessment {
        return Err(Error::NotFound(Noun::Attempt));
    }
    rights::find_visible_enrollment(&mut tx, caller, found.enrollment)
        .await
        .map_err(|e| e.instead_of(Noun::Attempt))?;
    Ok(found)
}

/// Lists everyone's attempts, for the staff of the course, in the order in which they were recorded.
pub async fn of_assessment(
    app: &School,
    caller: &Caller,
    assessment: i64,
    window: Window,
) -> Result<Page<AssessmentAttempt>> {
    let mut tx = app.db.read().await?;
    super::find_taught(&mut tx, caller, assessment).await?;
    let filter = Filter::of(&format!("t.assessment = $1 and {IS_CLOSED}"), args![assessment]);
    let (sql, args) = filter.count("from attempts t");
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = filter.page(&format!("{ATTEMPT} {FROM}"), "t.id", window.limit, window.offset);
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

/// Lists the attempts of one's own enrollment, or of a student of one's own course, ordered by assessment and number.
pub async fn of_enrollment(app: &School, caller: &Caller, enrollment: i64) -> Result<Vec<AssessmentAttempt>> {
    let mut tx = app.db.read().await?;
    rights::find_visible_enrollment(&mut tx, caller, enrollment).await?;
    let sql = format!("{ATTEMPT} {FROM} where t.enrollment = $1 and {IS_CLOSED} order by t.assessment, t.number");
    tx.all(sql, args![enrollment]).await
}
