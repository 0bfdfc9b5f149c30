//! Questions of missions, and who reads them when: a learner those of the missions that ask them now, staff those of their courses.

use std::borrow::Cow;

use super::questions::QuestionKind;
use super::{Assessment, AssessmentKind};
use crate::app::School;
use crate::db::{Arg, Filter, Sql, Tx, args};
use crate::error::{Error, Noun, Result};
use crate::school::Window;
use crate::school::rights::{self, Caller, Role};

/// SQL: may the learner `$2` read the questions of mission `b` at the time `$3`? Not before it opens; and where minutes are allowed,
/// only while an attempt goes on, since reading takes its time too. Programs are sent without one.
const IS_READ_NOW: &str = "(b.starts_ms is null or b.starts_ms <= $3)
    and (b.minutes is null or b.mission_type = 'CODE_SUBMISSION' or (select t.id from enrollments o cross join attempts t
        where o.person = $2 and t.enrollment = o.id and t.assessment = b.id and t.submitted_ms is null and not t.by_hand
            and (t.expires_ms is null or t.expires_ms > $3) limit 1) is not null)";

/// Builds the part of a query that names the missions `m` whose questions the person `$2` may read at the time `$3`, with these
/// questions. `cross join` keeps SQLite from reading everyone's.
fn of_learner() -> String {
    format!(
        "from (select distinct b.id, b.unit, b.kind from enrollments e cross join classes k
            cross join courses c cross join assessments b
        where e.person = $2 and e.status in ('APPROVED', 'COMPLETED') and (e.expires_ms is null or e.expires_ms > $3)
            and k.id = e.class and c.id = k.course and c.deleted_ms is null and b.course = c.id
            and (b.class is null or b.class = e.class) and b.active and b.mission_type is not null
            and b.deleted_ms is null and {IS_READ_NOW}) m
        cross join questions q"
    )
}

/// SQL: the missions of the courses of the instructor `$2`, with their questions.
const OF_INSTRUCTOR: &str = "from (select b.id, b.unit, b.kind from courses c cross join assessments b
    where c.instructor = $2 and c.deleted_ms is null and b.course = c.id and b.mission_type is not null
        and b.deleted_ms is null) m cross join questions q";
/// SQL: all missions, with their questions, which are read in the order of their ids.
const OF_ALL: &str = "from questions q cross join (select b.id, b.unit, b.kind from assessments b
    join courses c on c.id = b.course and c.deleted_ms is null
    where b.mission_type is not null and b.deleted_ms is null) m";
const OF_KIND: &str = "q.assessment = m.id and q.kind = $1 and q.deleted_ms is null";

/// A choice among the questions of a list; all that the caller may see when nothing is named.
#[derive(Debug, Clone, Copy, Default)]
pub struct QuestionFilter {
    pub mission: Option<i64>,
    /// The midterm or the final of a unit.
    pub exam: Option<Exam>,
}

/// The midterm or the final of a unit. Both are kinds of missions.
#[derive(Debug, Clone, Copy)]
pub struct Exam {
    pub course: i64,
    pub unit: i64,
    pub kind: AssessmentKind,
}

/// The questions of a kind that a caller sees in a list.
pub(super) struct SeenQuestions {
    from: Cow<'static, str>,
    filter: Filter,
}

impl SeenQuestions {
    pub fn of(caller: &Caller, kind: QuestionKind, wanted: QuestionFilter, now_ms: i64) -> SeenQuestions {
        let (from, args) = match caller.role {
            Role::Student => (of_learner().into(), args![kind.word(), caller.id, now_ms]),
            Role::Instructor => (OF_INSTRUCTOR.into(), args![kind.word(), caller.id]),
            Role::Admin => (OF_ALL.into(), args![kind.word()]),
        };
        let filter = Filter::of(OF_KIND, args)
            .and("q.assessment = ?", wanted.mission)
            .and("m.unit = ?", wanted.exam.map(|exam| exam.unit))
            .and("m.kind = ?", wanted.exam.map(|exam| exam.kind.word()));
        SeenQuestions { from, filter }
    }

    pub fn count(&self) -> (Sql, Vec<Arg>) {
        self.filter.count(&self.from)
    }

    /// Returns the statement that reads a page of these columns, in the order in which the questions were made.
    pub fn page(&self, columns: &str, window: Window) -> (Sql, Vec<Arg>) {
        self.filter.page(&format!("{columns} {}", self.from), "q.id", window.limit, window.offset)
    }
}

fn is_read_now() -> String {
    format!("select b.id from assessments b where b.id = $1 and {IS_READ_NOW}")
}

/// Finds the mission of a question, for the staff of its course, and for learners who may read its questions now.
pub(super) async fn find_readable(tx: &mut Tx, caller: &Caller, mission: i64, now_ms: i64) -> Result<Assessment> {
    let found = super::find_visible(tx, caller, mission, now_ms).await;
    let found = found.map_err(|error| error.instead_of(Noun::Question))?;
    if caller.teaches(found.instructor) {
        return Ok(found);
    }
    let is_read: Option<(i64,)> = tx.maybe(is_read_now(), args![mission, caller.id, now_ms]).await?;
    is_read.map(|_| found).ok_or(Error::NotFound(Noun::Question))
}

/// Checks that the caller may see the questions that a list is asked for: those of an exam are for the staff of its course and for
/// those who are in it. Fails if the course has no such unit.
pub(super) async fn must_be_seen(app: &School, tx: &mut Tx, caller: &Caller, wanted: QuestionFilter) -> Result<()> {
    let Some(Exam { course, unit, .. }) = wanted.exam else { return Ok(()) };
    let access = rights::find_seen_course(tx, Some(caller), course).await?;
    let sql = "select id from units where id = $1 and course = $2 and deleted_ms is null";
    tx.maybe::<(i64,)>(sql, args![unit, course]).await?.ok_or(Error::NotFound(Noun::Unit))?;
    let may = caller.teaches(access.instructor) || rights::is_in(tx, caller, course, None, app.now_ms()).await?;
    if may { Ok(()) } else { Err(Error::NotYours) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn questions_are_listed_without_those_of_other_courses() {
        let of = |from: &str| format!("select q.id, q.text {from} where {OF_KIND} order by q.id limit 20");
        for (from, index) in
            [(&*of_learner(), "enrollments_person"), (OF_INSTRUCTOR, "courses_instructor"), (OF_ALL, "questions_kind")]
        {
            let plan = sqlite_plan(&of(from)).await;
            let scans: Vec<&String> =
                plan.iter().filter(|line| line.starts_with("SCAN") && *line != "SCAN m").collect();
            assert!(scans.is_empty() && plan.iter().any(|line| line.contains(index)), "{plan:?}");
            let reads_by_mission = plan.iter().any(|line| line.contains("questions_assessment"));
            assert_eq!(reads_by_mission, from != OF_ALL, "{plan:?}");
        }
        let plan = sqlite_plan(&is_read_now()).await;
        assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
        assert!(plan.iter().any(|line| line.starts_with("SEARCH t ") && line.contains("enrollment=?")), "{plan:?}");
    }
}
