//! Attendance marks of the meeting of a live session.

use axum::Json as Answer;
use axum::response::Response;

use super::wire::attendance::SessionAttendance;
use super::{Id, Result, SignedIn};
use crate::app::School;
use crate::event::MarkKind;
use crate::school::attendance::views;
use crate::surfaces::csv::{Table, cells};
use crate::surfaces::language::{korean, translate};

/// Lists the attendance of the session's meeting (its instructor).
#[utoipa::path(
    get, path = "/api/sessions/{session_id}/attendance", responses((status = 200, body = SessionAttendance)),
)]
pub async fn list(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<SessionAttendance>> {
    Ok(Answer(SessionAttendance::of(id, views::of_session(&app, &caller, id).await?)))
}

/// Returns the same attendance as a table for spreadsheets (its instructor).
#[utoipa::path(
    get, path = "/api/sessions/{session_id}/attendance.csv",
    responses((status = 200, content_type = "text/csv", body = String)),
)]
pub async fn sheet(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Response> {
    let mut table = Table::headed(["이름", "이메일", "회차", "날짜", "출결", "들어온 시각", "나간 시각", "사유"]);
    for mark in views::of_session(&app, &caller, id).await? {
        let kind = MarkKind::parse(&mark.kind).map_or("", |mark| translate(korean::mark(mark)));
        let clock = |ms: Option<i64>| ms.map(|ms| app.clock.local(ms).replace('T', " "));
        let (came, went) = (clock(mark.in_ms), clock(mark.out_ms));
        table.row(cells![mark.name, mark.email, mark.number, mark.date, kind, came, went, mark.reason]);
    }
    Ok(table.file(&format!("attendance-session-{id}")))
}
