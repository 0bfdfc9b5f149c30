//! Automatic marks: made when a person joins a live session, and when the session ends.

use super::MarkTarget;
use crate::app::School;
use crate::clock::MINUTE_MS;
use crate::db::{HeldTable, Tx, args};
use crate::error::Result;
use crate::event::{GradeScope, MarkKind, NewEvent};
use crate::school::sessions::{Session, SessionStatus};

/// Marks a person who joins a session: PRESENT in the waiting room and for `late_after_min` minutes after the start, then
/// LATE. Joining again changes nothing, and joining a session that is over makes no mark.
pub(in crate::school) async fn mark_participant(
    app: &School,
    tx: &mut Tx,
    session: &Session,
    (person, enrollment): (i64, i64),
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let Some(meeting) = session.meeting else { return Ok(Vec::new()) };
    // The session does not end meanwhile.
    tx.hold(HeldTable::Sessions, session.id).await?;
    let sql = "select status, started_ms from live_sessions where id = $1";
    let (status, started_ms): (String, Option<i64>) = tx.one(sql, args![session.id]).await?;
    if status == SessionStatus::Review.word() {
        return Ok(Vec::new());
    }
    let late_after_min = session.late_after_min.unwrap_or(app.config.clocks.late_after_min);
    let is_late = started_ms.is_some_and(|began_ms| now_ms > began_ms + late_after_min * MINUTE_MS);
    let kind = if is_late { MarkKind::Late } else { MarkKind::Present };
    let sql =
        "insert into marks (created_ms, updated_ms, enrollment, meeting, type, in_ms) values ($1, $1, $2, $3, $4, $1)
        on conflict do nothing";
    if tx.run(sql, args![now_ms, enrollment, meeting, kind.word()]).await? == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![target(session).event((person, enrollment), session.number.unwrap_or_default(), kind, now_ms)])
}

/// Sets the date of the meeting to the day on which its session begins.
pub(in crate::school) async fn set_meeting_date(
    app: &School,
    tx: &mut Tx,
    session: &Session,
    now_ms: i64,
) -> Result<()> {
    let sql = "update meetings set date = $2 where id = $1";
    tx.run(sql, args![session.meeting, app.clock.date_of(now_ms)]).await?;
    Ok(())
}

/// Completes the marks when a session ends. Applicants who were admitted by its start, and have no mark by any of their
/// enrollments in the class, become ABSENT; people who are still in it get the end as the time when they left. A session
/// that never began was no meeting: the marks that it made automatically are deleted.
pub(in crate::school) async fn complete_marks(tx: &mut Tx, session: &Session, now_ms: i64) -> Result<Vec<NewEvent>> {
    let Some(meeting) = session.meeting else { return Ok(Vec::new()) };
    let Some(began_ms) = session.started_ms else {
        let sql = "delete from marks where meeting = $1 and not by_hand and created_ms >= $2";
        tx.run(sql, args![meeting, session.created_ms]).await?;
        return Ok(vec![NewEvent::grade_due(session.course, GradeScope::Class(session.class), now_ms)]);
    };
    let sql = "insert into marks (created_ms, updated_ms, enrollment, meeting, type)
        select $1, $1, e.id, $2, 'ABSENT' from enrollments e where e.class = $3 and e.source = 'APPLIED'
            and e.approved_ms <= $4 and (e.status = 'APPROVED' or (e.status = 'COMPLETED' and e.completed_ms > $4))
            and not exists (select 1 from enrollments o cross join marks m
                where o.person = e.person and o.class = e.class and m.enrollment = o.id and m.meeting = $2)
        on conflict do nothing returning enrollment, (select e.person from enrollments e where e.id = enrollment)";
    let absent: Vec<(i64, i64)> = tx.all(sql, args![now_ms, meeting, session.class, began_ms]).await?;
    let sql = "update marks set updated_ms = $2, out_ms = coalesce((select p.left_ms from participants p
            where p.session = $3 and p.enrollment = marks.enrollment), $2)
        where meeting = $1 and out_ms is null and not by_hand and type <> 'ABSENT'";
    tx.run(sql, args![meeting, now_ms, session.id]).await?;
    let number = session.number.unwrap_or_default();
    let absence = |(enrollment, person)| target(session).event((person, enrollment), number, MarkKind::Absent, now_ms);
    let mut events: Vec<NewEvent> = absent.into_iter().map(absence).collect();
    // From now on the meeting counts for everyone in the class.
    events.push(NewEvent::grade_due(session.course, GradeScope::Class(session.class), now_ms));
    Ok(events)
}

fn target(session: &Session) -> MarkTarget {
    MarkTarget { session: Some(session.id), course: session.course }
}
