//! Programs that learners send for code questions: sending them, judging them, and what follows.
//!
//! A program waits in the queue (QUEUED), a judge takes it (RUNNING) and reports (JUDGED, or FAILED if no judge could run it), and
//! the server settles the report once: then it is shown. One that waits is REPLACED by a newer one of the same person and question.

pub mod judging;
pub mod sending;
pub mod settling;

use self::judging::{CaseResult, PASSED, read_results};
use crate::app::School;
use crate::db::{Filter, Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::words;
use crate::school::rights::{Caller, Role, Scope};
use crate::school::{Page, Window};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionStatus {
    Queued,
    Running,
    Judged,
    Failed,
    Replaced,
}
words!(SubmissionStatus {
    Queued = "QUEUED",
    Running = "RUNNING",
    Judged = "JUDGED",
    Failed = "FAILED",
    Replaced = "REPLACED",
});

row! {
    struct SubmissionRow {
        id: i64,
        person: i64,
        name: String,
        enrollment: i64,
        mission: i64,
        question: i64,
        instructor: i64,
        attempt: Option<i64>,
        language: String,
        code: String,
        status: String,
        points: Option<f64>,
        points_max: f64,
        passed: Option<bool>,
        summary: Option<String>,
        results: Option<String>,
        run_ms: Option<i64>,
        memory_kb: Option<i64>,
        submitted_ms: i64,
        judged_ms: Option<i64>,
        settled_ms: Option<i64>,
    }
}

/// A program that was sent, as one who asks for it sees it.
#[derive(Debug, Clone)]
pub struct Submission {
    pub id: i64,
    pub person: i64,
    pub name: String,
    pub mission: i64,
    pub question: i64,
    pub language: String,
    pub code: String,
    pub status: SubmissionStatus,
    /// Empty until the report is settled, as all below.
    pub points: Option<f64>,
    pub points_max: f64,
    pub passed: bool,
    pub summary: String,
    pub results: Vec<CaseResult>,
    pub run_ms: i64,
    pub memory_kib: i64,
    pub submitted_ms: i64,
    pub judged_ms: Option<i64>,
    /// Has all followed that follows from it?
    pub is_settled: bool,
}

const COLUMNS: &str = "select s.id, s.person, p.name, s.enrollment, q.assessment as mission, s.question, c.instructor, s.attempt,
    s.language, s.code, s.status, s.points, q.points as points_max, s.passed, s.summary, s.results, s.run_ms, s.memory_kb,
    s.submitted_ms, s.judged_ms, s.settled_ms";
/// SQL: programs `s` of a person. `cross join` keeps SQLite from reading everyone's.
const OF_LEARNER: &str =
    "from submissions s cross join questions q cross join assessments a cross join courses c cross join people p";
/// SQL: programs `s` in the courses `c` of an instructor.
const OF_INSTRUCTOR: &str =
    "from courses c cross join assessments a cross join questions q cross join submissions s cross join people p";
const IS_SEEN: &str = "q.id = s.question and a.id = q.assessment and a.deleted_ms is null and c.id = a.course
    and c.deleted_ms is null and p.id = s.person and s.deleted_ms is null";

impl SubmissionRow {
    /// Shows the program to the staff of its course, or to its learner, who is told of hidden cases only whether they were passed.
    fn shown_to(self, caller: &Caller) -> Result<Submission> {
        let status = SubmissionStatus::parse(&self.status);
        let status =
            status.ok_or_else(|| Error::internal(format!("a program of an unknown status: {}", self.status)))?;
        let is_settled = self.settled_ms.is_some();
        // A report that is not settled is not shown: its points count for nothing yet.
        let is_early = !is_settled && matches!(status, SubmissionStatus::Judged | SubmissionStatus::Failed);
        let mut results = self.results.as_deref().filter(|_| is_settled).map(read_results).unwrap_or_default();
        let (mut run_ms, mut memory_kib) = (self.run_ms.unwrap_or_default(), self.memory_kb.unwrap_or_default());
        if !caller.teaches(self.instructor) {
            results.iter_mut().filter(|case| !case.sample).for_each(hide);
            // The greatest of all could tell something of a hidden case.
            run_ms = results.iter().map(|case| case.ms).max().unwrap_or_default();
            memory_kib = results.iter().map(|case| case.kib).max().unwrap_or_default();
        }
        Ok(Submission {
            id: self.id,
            person: self.person,
            name: self.name,
            mission: self.mission,
            question: self.question,
            language: self.language,
            code: self.code,
            status: if is_early { SubmissionStatus::Running } else { status },
            points: self.points,
            points_max: self.points_max,
            passed: is_settled && self.passed.unwrap_or_default(),
            summary: self.summary.filter(|_| is_settled).unwrap_or_default(),
            results,
            run_ms: if is_settled { run_ms } else { 0 },
            memory_kib: if is_settled { memory_kib } else { 0 },
            submitted_ms: self.submitted_ms,
            judged_ms: self.judged_ms.filter(|_| is_settled),
            is_settled,
        })
    }
}

/// The word for a hidden case that was not passed, in whichever way.
const NOT_PASSED: &str = "NOT_PASSED";

fn hide(case: &mut CaseResult) {
    if case.outcome != PASSED {
        case.outcome = NOT_PASSED.to_owned();
    }
    (case.ms, case.kib) = (0, 0);
    case.detail.clear();
}

async fn read(tx: &mut Tx, caller: &Caller, id: i64) -> Result<SubmissionRow> {
    let found: Option<SubmissionRow> =
        tx.maybe(format!("{COLUMNS} {OF_LEARNER} where s.id = $1 and {IS_SEEN}"), args![id]).await?;
    let found = found.ok_or(Error::NotFound(Noun::Submission))?;
    let is_seen = found.person == caller.id || caller.teaches(found.instructor);
    if is_seen { Ok(found) } else { Err(Error::NotFound(Noun::Submission)) }
}

/// Finds a program, for the one who sent it and for the staff of its course.
pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<Submission> {
    caller.must_have(Scope::AssessmentRead)?;
    read(&mut app.db.read().await?, caller, id).await?.shown_to(caller)
}

/// Choice of the programs that a list shows; all that the caller may see when nothing is named.
#[derive(Debug, Clone, Copy, Default)]
pub struct SubmissionFilter {
    pub mission: Option<i64>,
    pub question: Option<i64>,
    pub person: Option<i64>,
}

/// Lists programs, the newest first: a student's are their own; staff see those in their courses.
pub async fn list(app: &School, caller: &Caller, wanted: SubmissionFilter, window: Window) -> Result<Page<Submission>> {
    caller.must_have(Scope::AssessmentRead)?;
    match caller.role {
        Role::Student => mine(app, caller, wanted, window).await,
        _ => of_all(app, caller, wanted, window).await,
    }
}

/// Lists the caller's own programs, the newest first.
pub async fn mine(app: &School, caller: &Caller, wanted: SubmissionFilter, window: Window) -> Result<Page<Submission>> {
    caller.must_have(Scope::AssessmentRead)?;
    let own = Filter::of(&format!("s.person = $1 and {IS_SEEN}"), args![caller.id]);
    page(app, caller, (OF_LEARNER, own), SubmissionFilter { person: None, ..wanted }, window).await
}

/// Lists the programs of all learners in one's own courses, the newest first (staff).
pub async fn of_all(
    app: &School,
    caller: &Caller,
    wanted: SubmissionFilter,
    window: Window,
) -> Result<Page<Submission>> {
    caller.must_be_staff()?;
    let from = match caller.role {
        Role::Admin => (OF_LEARNER, Filter::of(IS_SEEN, args![])),
        _ => {
            let own = "c.instructor = $1 and a.course = c.id and q.assessment = a.id and s.question = q.id";
            (OF_INSTRUCTOR, Filter::of(&format!("{own} and {IS_SEEN}"), args![caller.id]))
        }
    };
    page(app, caller, from, wanted, window).await
}

async fn page(
    app: &School,
    caller: &Caller,
    (from, filter): (&'static str, Filter),
    wanted: SubmissionFilter,
    window: Window,
) -> Result<Page<Submission>> {
    let filter = filter
        .and("q.assessment = ?", wanted.mission)
        .and("s.question = ?", wanted.question)
        .and("s.person = ?", wanted.person);
    let mut tx = app.db.read().await?;
    let (sql, args) = filter.count(from);
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = filter.page(&format!("{COLUMNS} {from}"), "s.id desc", window.limit, window.offset);
    let rows: Vec<SubmissionRow> = tx.all(sql, args).await?;
    let rows = rows.into_iter().map(|row| row.shown_to(caller)).collect::<Result<_>>()?;
    Ok(Page { rows, total, window })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn programs_are_listed_without_those_of_others() {
        for (from, own, index) in [
            (OF_LEARNER, "s.person = 1", "submissions_person"),
            (
                OF_INSTRUCTOR,
                "c.instructor = 1 and a.course = c.id and q.assessment = a.id and s.question = q.id",
                "courses_instructor",
            ),
        ] {
            let sql = format!("{COLUMNS} {from} where {own} and {IS_SEEN} order by s.id desc limit 20");
            let plan = sqlite_plan(&sql).await;
            assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
            assert!(plan[0].contains(index), "{plan:?}");
        }
        let all = format!("{COLUMNS} {OF_LEARNER} where {IS_SEEN} order by s.id desc limit 20");
        let plan = sqlite_plan(&all).await;
        let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE"));
        assert!(!sorts && plan.iter().filter(|line| line.starts_with("SCAN")).count() == 1, "{plan:?}");
    }
}
