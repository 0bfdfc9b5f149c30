//! Completion by itself: in a course that `completes_itself`, an enrollment is completed, and its certificate issued, in the
//! transaction in which the last thing that the rule asks for was done, on whichever surface that was.
//!
//! Where staff have recorded a completion they decide, and where they have recorded that there is none, or revoked one, they
//! decide for all enrollments of that person in the course: leaving and enrolling again changes nothing.

use super::standing::{UNDONE, UNPASSED};
use super::{CompletionStatus, GivenScores, insert, issue_unless_guest};
use crate::app::App;
use crate::db::{HeldTable, Tx, args, placeholders};
use crate::error::Result;
use crate::school::grades::DueEnrollments;
use crate::school::progress::units;

/// A statement takes only so many arguments.
const HELD_AT_ONCE_PEOPLE: usize = 1_000;

/// Completes those of the due enrollments that meet the rule: besides what staff must see done (attendance, required items,
/// required assessments), all units must be complete, and the course must ask for something. The transaction holds the
/// rows of the enrollments, and their grades are written.
pub(in crate::school) async fn complete_due(app: &App, tx: &mut Tx, due: &DueEnrollments) -> Result<()> {
    let now_ms = app.now_ms();
    let today = app.clock.date_of(now_ms);
    let (now, day) = (due.args.len() + 1, due.args.len() + 2);
    let units = "from units u where u.course = k.course and u.deleted_ms is null";
    let asked = "from assessments a where a.course = k.course and (a.class is null or a.class = e.class)
        and a.required and a.active and a.deleted_ms is null";
    let sql = format!(
        "select e.id, e.person from enrollments e join classes k on k.id = e.class
        join courses c on c.id = k.course and c.completes_itself and c.deleted_ms is null
        join people q on q.id = e.person and q.deleted_ms is null
        where {} and e.status = 'APPROVED' and (e.expires_ms is null or e.expires_ms > ${now})
            and (k.starts is null or k.starts <= ${day})
            and (e.attendance_score is null or e.attendance_score >= c.needed_rate)
            and (exists (select 1 {units}) or exists (select 1 {asked}))
            and not exists (select 1 from completions d join enrollments b on b.id = d.enrollment
                join classes l on l.id = b.class where b.person = e.person and l.course = k.course
                    and (b.id = e.id or d.status <> 'COMPLETED'))
            and not exists (select 1 {UNDONE}) and not exists (select 1 {UNPASSED})
            and not exists (select 1 {units} and {} is null) order by e.id",
        due.condition,
        units::completed_ms()
    );
    let found: Vec<(i64, i64)> = tx.all(sql, [due.args.clone(), args![now_ms, &today]].concat()).await?;
    if found.is_empty() {
        return Ok(());
    }
    // Issuing holds the people one by one; several are held in the order of their ids.
    let mut people: Vec<i64> = found.iter().map(|(_, person)| *person).collect();
    people.sort_unstable();
    for part in people.chunks(HELD_AT_ONCE_PEOPLE) {
        let (marks, ids) = placeholders(part, 1);
        tx.hold_where(HeldTable::People, &format!("id in ({marks})"), ids).await?;
    }
    for (enrollment, _) in found {
        insert(tx, enrollment, &today, CompletionStatus::Completed, GivenScores::default(), None, now_ms).await?;
        issue_unless_guest(app, tx, enrollment).await?;
    }
    Ok(())
}
