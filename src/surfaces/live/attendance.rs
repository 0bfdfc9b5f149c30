//! Attendance marks of the meeting of a live session.

use axum::response::Response;

use super::wire::PersonRef;
use super::{Answer, Caller, Id, Json, Result, ok};
use crate::app::School;
use crate::event::MarkKind;
use crate::school::attendance::requests::{self, OwnMeeting, OwnRequest};
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

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"session_number": 1, "reason": "휴대폰이 안 됐어요"}))]
pub struct AskPresence {
    pub session_number: Within<1, 1_000>,
    pub reason: Reason,
}

answer! {
    #[schema(example = json!({"status": "PENDING", "reason": "휴대폰이 안 됐어요", "reject_reason": null,
        "requested_at": "2025-10-28T11:05:00Z"}))]
    pub struct PresenceRequest from OwnRequest as r {
        /// PENDING, APPROVED, REJECTED or WITHDRAWN
        status: String = r.status,
        reason: String = r.reason,
        reject_reason: Option<String> = r.reject_reason,
        requested_at: Instant = Instant(r.created_ms),
    }

    #[schema(example = json!({"session_number": 1, "class_date": "2025-10-28", "attendance_type": "LATE", "request": null,
        "may_ask": true}))]
    pub struct OwnAttendanceLine from OwnMeeting as m
    let may_ask = m.may_be_asked();
    {
        session_number: i64 = m.meeting.number,
        attendance_type: String = m.meeting.kind().word().into(),
        class_date: String = m.meeting.date,
        /// The last request for it
        request: Option<PresenceRequest> = m.request.map(PresenceRequest::from),
        /// Whether one may ask now that it counts as attended
        may_ask: bool = may_ask,
    }

    pub struct OwnAttendance from (i64, Vec<OwnMeeting>) as (lecture, meetings) {
        lecture_id: i64 = lecture,
        attendances: Vec<OwnAttendanceLine> = each(meetings),
    }
}

/// Lists the meetings of a lecture that one learns, and what became of one's requests (students).
#[utoipa::path(get, path = "/api/lectures/{lecture_id}/my-attendance", responses((status = 200, body = OwnAttendance)))]
pub async fn own(app: School, caller: Caller, Id(id): Id) -> Answer<OwnAttendance> {
    ok((id, requests::own(&app, &caller, id).await?))
}

/// Asks that a meeting counts as attended; the instructor decides (students).
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/my-attendance", request_body = AskPresence,
    responses((status = 200, body = OwnAttendance)))]
pub async fn ask(app: School, caller: Caller, Id(id): Id, Json(sent): Json<AskPresence>) -> Answer<OwnAttendance> {
    let (number, reason) = (sent.session_number.plain(), sent.reason.plain());
    ok((id, requests::request_in(&app, &caller, id, number, &reason).await?))
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
