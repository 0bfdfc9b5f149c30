//! Attendance marks of the meeting of a live session.

use axum::response::Response;

use super::wire::PersonRef;
use super::{Answer, Caller, Id, Result, ok};
use crate::app::School;
use crate::event::MarkKind;
use crate::school::attendance::{Mark, views};
use crate::surfaces::csv::{Table, cells};
use crate::surfaces::keys::*;
use crate::surfaces::language::{korean, label, translate};

answer! {
    #[schema(example = json!({"attendance_id": 1, "user": {"id": 1, "name": "김학생"}, "enrollment_id": 1, "session_number": 1,
        "class_date": "2025-10-28", "attendance_type": "PRESENT", "check_in_at": "2025-10-28T01:00:00Z",
        "check_out_at": null, "is_by_hand": false}))]
    pub struct AttendanceLine from Mark as m {
        attendance_id: i64 = m.id,
        user: PersonRef = (m.person, m.name).into(),
        enrollment_id: i64 = m.enrollment,
        session_number: i64 = m.number,
        class_date: String = m.date,
        attendance_type: String = m.kind,
        check_in_at: Option<Instant> = m.in_ms.map(Instant),
        check_out_at: Option<Instant> = m.out_ms.map(Instant),
        is_by_hand: bool = m.by_hand,
    }

    pub struct SessionAttendance from (i64, Vec<Mark>) as (session, marks) {
        session_id: i64 = session,
        total_count: i64 = marks.len() as i64,
        attendances: Vec<AttendanceLine> = each(marks),
    }
}

/// Lists the attendance of the session's meeting (its instructor).
#[utoipa::path(get, path = "/api/sessions/{session_id}/attendance",
    responses((status = 200, body = SessionAttendance)))]
pub async fn list(app: School, caller: Caller, Id(id): Id) -> Answer<SessionAttendance> {
    let (marks, _) = views::of_session(&app, &caller, id).await?;
    ok((id, marks))
}

/// Returns the same attendance as a table for spreadsheets (its instructor).
#[utoipa::path(get, path = "/api/sessions/{session_id}/attendance.csv",
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn sheet(app: School, caller: Caller, Id(id): Id) -> Result<Response> {
    let mut table = Table::headed(["이름", "이메일", "회차", "날짜", "출결", "들어온 시각", "나간 시각", "사유"]);
    let (marks, namesakes) = views::of_session(&app, &caller, id).await?;
    for mark in marks {
        let name = label(&mark.name, namesakes.number(mark.course, mark.person));
        let kind = MarkKind::parse(&mark.kind).map_or("", |mark| translate(korean::mark(mark)));
        let clock = |ms: Option<i64>| ms.map(|ms| app.clock.local(ms).replace('T', " "));
        let (came, went) = (clock(mark.in_ms), clock(mark.out_ms));
        table.row(cells![name, mark.email, mark.number, mark.date, kind, came, went, mark.reason]);
    }
    Ok(table.file(&format!("attendance-session-{id}")))
}
