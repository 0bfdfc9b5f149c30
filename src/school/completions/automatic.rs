//! Completion by itself: in a course that `completes_itself`, an enrollment is completed, and its certificate issued, in the
//! transaction in which the last thing that the rule asks for was done, on whichever surface that was.
//!
//! Where a change concerns more enrollments than a transaction should judge, and where a class has not begun, the enrollments
//! wait in `completion_checks` (`checks`).
//!
//! Where staff have recorded a completion they decide, and where they have recorded that there is none, or revoked one, they
//! decide for all enrollments of that person in the course: leaving and enrolling again changes nothing.

use super::standing::{REQUIRED_ASSESSMENTS, UNDONE};
use super::{CompletionStatus, GivenScores, checks, insert, issue_unless_guest};
use crate::app::App;
use crate::db::{HeldTable, Tx, args, placeholders, row};
use crate::error::Result;
use crate::school::assessments::counting::PASSED_MS;
use crate::school::grades::DueEnrollments;
use crate::school::progress::units;

row! {
    struct FoundEnrollment {
        id: i64,
        person: i64,
        starts: Option<String>,
    }
}

/// Completes those of the due enrollments that meet the rule: besides what staff must see done (attendance, required items,
/// required assessments), all units that ask for something must be complete, and the course must ask for something. The
/// transaction holds the rows of the enrollments, and their grades are written.
pub(in crate::school) async fn complete_due(app: &App, tx: &mut Tx, due: &DueEnrollments) -> Result<()> {
    let now_ms = app.now_ms();
    let today = app.clock.date_of(now_ms);
    if due.may_be_many && checks::postpone_many(tx, due, &today).await? {
        return Ok(());
    }
    let mut found = find(tx, due, now_ms).await?;
    let has_begun = |one: &FoundEnrollment| one.starts.as_ref().is_none_or(|starts| *starts <= today);
    for early in found.extract_if(.., |one| !has_begun(one)) {
        checks::postpone(tx, early.id, early.starts.as_deref().unwrap_or(&today)).await?;
    }
    // Completing takes several statements each, and others wait for this transaction.
    for late in found.drain(found.len().min(checks::BATCH_MAX_ENROLLMENTS)..) {
        checks::postpone(tx, late.id, &today).await?;
    }
    // Issuing holds the people one by one; several are held in the order of their ids.
    let people: Vec<i64> = found.iter().map(|one| one.person).collect();
    if !people.is_empty() {
        let (marks, ids) = placeholders(&people, 1);
        tx.hold_where(HeldTable::People, &format!("id in ({marks})"), ids).await?;
    }
    for one in found {
        insert(tx, one.id, &today, CompletionStatus::Completed, GivenScores::default(), None, now_ms).await?;
        issue_unless_guest(app, tx, one.id).await?;
    }
    Ok(())
}

/// SQL: the units of the course `k.course` that ask for something of enrollment `e`.
fn asking_units() -> String {
    format!("from units u where u.course = k.course and u.deleted_ms is null and not {}", units::ASKS_NOTHING)
}

/// Builds SQL: does the course `k.course` ask for something of enrollment `e`? An empty one is completed by nobody.
pub(super) fn asks_for_something() -> String {
    format!("(exists (select 1 {}) or exists (select 1 {REQUIRED_ASSESSMENTS}))", asking_units())
}

/// Builds SQL: are all units of the course `k.course` complete that ask for something of enrollment `e`?
pub(super) fn units_are_complete() -> String {
    format!("not exists (select 1 {} and {} is null)", asking_units(), units::completed_ms())
}

/// SQL: the completions `d` that decide about enrollment `e` of class `k`: its own, and what staff have recorded against
/// another enrollment `b` of the person in the course.
pub(super) const DECIDED: &str = "from completions d join enrollments b on b.id = d.enrollment
    join classes l on l.id = b.class where b.person = e.person and l.course = k.course
        and (b.id = e.id or d.status <> 'COMPLETED')";

/// Finds those of the due enrollments that meet the rule, apart from the day on which their class begins.
async fn find(tx: &mut Tx, due: &DueEnrollments, now_ms: i64) -> Result<Vec<FoundEnrollment>> {
    let now = due.args.len() + 1;
    // Quick conditions come first and leave few rows: most courses do not complete themselves.
    let sql = format!(
        "with due as materialized (
            select e.id, e.person, e.class from enrollments e join classes k on k.id = e.class
            join courses c on c.id = k.course and c.completes_itself and c.deleted_ms is null
            where {} and e.status = 'APPROVED' and (e.expires_ms is null or e.expires_ms > ${now})
                and (e.attendance_score is null or e.attendance_score >= c.needed_rate))
        select e.id, e.person, k.starts from due e join classes k on k.id = e.class
        join people q on q.id = e.person and q.deleted_ms is null
        where {} and not exists (select 1 {DECIDED})
            and not exists (select 1 {UNDONE}) and not exists (select 1 {REQUIRED_ASSESSMENTS} and {PASSED_MS} is null)
            and {} order by e.id",
        due.condition,
        asks_for_something(),
        units_are_complete()
    );
    tx.all(sql, [due.args.clone(), args![now_ms]].concat()).await
}
