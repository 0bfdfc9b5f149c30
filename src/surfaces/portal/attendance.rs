//! Attendance, mark by mark (3-17 … 3-22), a class as a sheet, and the requests that wait.

use axum::extract::State;

use super::wire::attendance::{
    AttendanceMade, AttendanceSent, Attendances, BatchSent, ChangeAttendance, DayAttendances, OneAttendance,
    Registered, RequestsQuery, Sheet, WaitingRequests, when,
};
use super::wire::{Done, Pages, Refusals};
use super::{Answer, Id, Ids, Json, Query, Result, SignedIn, StatusCode, ThreeOfPath, done, made};
use crate::app::School;
use crate::error::Error;
use crate::school::attendance::{self, requests, views};
use crate::surfaces::extract::number;
use crate::surfaces::texts::Day;

/// 3-17 출결 등록 (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/attendance", tag = "portal: attendance",
    request_body = AttendanceSent,
    responses((status = 201, body = Done<AttendanceMade>), Refusals),
)]
pub async fn register(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<AttendanceSent>,
) -> Result<(StatusCode, Answer<Done<AttendanceMade>>)> {
    let (enrollment, when) = (sent.enrollment_id, when(&sent.class_date, sent.session_number));
    let mark = attendance::register(&app, &caller, enrollment, when, sent.into()).await?;
    Ok(made("출결이 등록되었습니다.", AttendanceMade { attendance_id: mark.id, attendance: mark.into() }))
}

/// 3-18 출결 조회 (one's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/attendance/{attendance_id}", tag = "portal: attendance",
    params(("attendance_id" = i64, Path)),
    responses((status = 200, body = Done<OneAttendance>), Refusals),
)]
pub async fn view(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<Done<OneAttendance>>> {
    let attendance = attendance::by_id(&app, &caller, id).await?.into();
    Ok(done("출결을 조회했습니다.", OneAttendance { attendance }))
}

/// 3-19 수강신청별 출결 목록 (one's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/attendance/enrollment/{enrollment_id}", tag = "portal: attendance",
    params(("enrollment_id" = i64, Path)),
    responses((status = 200, body = Done<Attendances>), Refusals),
)]
pub async fn of_enrollment(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<Done<Attendances>>> {
    let attendances = attendance::of_enrollment(&app, &caller, id).await?.into_iter().map(Into::into).collect();
    Ok(done("출결 목록을 조회했습니다.", Attendances { attendances }))
}

/// 3-20 출결 수정: what is named in the body (staff of the course).
#[utoipa::path(
    put, path = "/api/v1/attendance/{attendance_id}", tag = "portal: attendance",
    params(("attendance_id" = i64, Path)),
    request_body = ChangeAttendance,
    responses((status = 200, body = Done<OneAttendance>), Refusals),
)]
pub async fn change(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<ChangeAttendance>,
) -> Result<Answer<Done<OneAttendance>>> {
    let attendance = attendance::change(&app, &caller, id, sent.into()).await?.into();
    Ok(done("출결이 수정되었습니다.", OneAttendance { attendance }))
}

/// 3-21 과정 차수별 특정 일자 출결 목록 (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/attendance/course/{course_id}/class/{class_id}/date/{class_date}", tag = "portal: attendance",
    params(("course_id" = i64, Path), ("class_id" = i64, Path), ("class_date" = Day, Path), Pages),
    responses((status = 200, body = Done<DayAttendances>), Refusals),
)]
pub async fn of_day(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    ThreeOfPath([course, class, (_, date)]): ThreeOfPath,
    Query(pages): Query<Pages>,
) -> Result<Answer<Done<DayAttendances>>> {
    let class = (number(course)?, number(class)?);
    let Day(date) = Day::parse(&date).ok_or(Error::bad("class_date", "a day such as 2025-10-28 is needed"))?;
    let window = pages.window();
    let found = attendance::of_day(&app, &caller, class, &date, window).await?;
    Ok(done("출결 목록을 조회했습니다.", DayAttendances::of(found, window)))
}

/// 3-22 일괄 출결 등록: all of them, or none (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/attendance/batch", tag = "portal: attendance",
    request_body = BatchSent,
    responses((status = 201, body = Done<Registered>), Refusals),
)]
pub async fn register_all(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<BatchSent>,
) -> Result<(StatusCode, Answer<Done<Registered>>)> {
    let lines = sent.attendances.0.into_iter().enumerate().map(|(n, line)| line.line(n));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let (class, when) = ((sent.course_id, sent.class_id), when(&sent.class_date, sent.session_number));
    let processed = attendance::register_all(&app, &caller, class, when, lines).await?;
    Ok(made("출결이 일괄 등록되었습니다.", Registered { processed }))
}

/// 과정 차수별 출석부: its meetings, and everyone in it with their marks (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/attendance/course/{course_id}/class/{class_id}", tag = "portal: attendance",
    params(("course_id" = i64, Path), ("class_id" = i64, Path)),
    responses((status = 200, body = Done<Sheet>), Refusals),
)]
pub async fn sheet(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
) -> Result<Answer<Done<Sheet>>> {
    let sheet = views::sheet(&app, &caller, course, class).await?;
    Ok(done("출석부를 조회했습니다.", sheet.into()))
}

/// 대기 중인 출석 요청 목록: in the courses that one teaches, the oldest first; all for an admin.
#[utoipa::path(
    get, path = "/api/v1/attendance/requests", tag = "portal: attendance",
    params(RequestsQuery, Pages),
    responses((status = 200, body = Done<WaitingRequests>), Refusals),
)]
pub async fn waiting(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Query(query): Query<RequestsQuery>,
    Query(pages): Query<Pages>,
) -> Result<Answer<Done<WaitingRequests>>> {
    let window = pages.window();
    let found = requests::waiting(&app, &caller, query.course_id, window).await?;
    Ok(done("출석 요청 목록을 조회했습니다.", WaitingRequests::of(found, window)))
}
