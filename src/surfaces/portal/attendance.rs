//! Attendance marks (3-17 … 3-22), the attendance sheet of a class, and waiting requests for attendance.

use super::wire::attendance::{
    AttendanceMade, AttendanceSent, Attendances, ChangeAttendance, DayAttendances, OneAttendance,
    PortalAttendanceBatch, PortalSheet, Registered, RequestsQuery, WaitingRequests, when,
};
use super::wire::{Done, Pages};
use super::{Answer, Created, Id, Ids, IdsAndDay, Json, Query, SignedIn, created, done};
use crate::app::School;
use crate::school::attendance::{self, requests, views};
use crate::surfaces::texts::Day;

/// 3-17 출결 등록 (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/attendance", request_body = AttendanceSent,
    responses((status = 201, body = Done<AttendanceMade>)),
)]
pub async fn register(
    app: School,
    SignedIn(caller): SignedIn,
    Json(sent): Json<AttendanceSent>,
) -> Created<AttendanceMade> {
    let (enrollment, when) = (sent.enrollment_id, when(&sent.class_date, sent.session_number));
    let mark = attendance::register(&app, &caller, enrollment, when, sent.into()).await?;
    created("출결이 등록되었습니다.", mark)
}

/// 3-18 출결 조회 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/attendance/{attendance_id}", responses((status = 200, body = Done<OneAttendance>)))]
pub async fn view(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<OneAttendance> {
    done("출결을 조회했습니다.", attendance::by_id(&app, &caller, id).await?)
}

/// 3-19 수강신청별 출결 목록 (the student's own; staff of the course).
#[utoipa::path(
    get, path = "/api/v1/attendance/enrollment/{enrollment_id}", responses((status = 200, body = Done<Attendances>)),
)]
pub async fn of_enrollment(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Answer<Attendances> {
    done("출결 목록을 조회했습니다.", attendance::of_enrollment(&app, &caller, id).await?)
}

/// 3-20 출결 수정: changes the keys that are in the body (staff of the course).
#[utoipa::path(
    put, path = "/api/v1/attendance/{attendance_id}", request_body = ChangeAttendance,
    responses((status = 200, body = Done<OneAttendance>)),
)]
pub async fn change(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<ChangeAttendance>,
) -> Answer<OneAttendance> {
    done("출결이 수정되었습니다.", attendance::change(&app, &caller, id, sent.into()).await?)
}

/// 3-21 과정 차수별 특정 일자 출결 목록 (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/attendance/course/{course_id}/class/{class_id}/date/{class_date}",
    params(("class_date" = Day, Path), Pages), responses((status = 200, body = Done<DayAttendances>)),
)]
pub async fn of_day(
    app: School,
    SignedIn(caller): SignedIn,
    IdsAndDay(course, class, Day(date)): IdsAndDay,
    Query(pages): Query<Pages>,
) -> Answer<DayAttendances> {
    done("출결 목록을 조회했습니다.", attendance::of_day(&app, &caller, (course, class), &date, pages.into()).await?)
}

/// 3-22 일괄 출결 등록: all of them, or none (staff of the course).
#[utoipa::path(
    post, path = "/api/v1/attendance/batch", request_body = PortalAttendanceBatch,
    responses((status = 201, body = Done<Registered>)),
)]
pub async fn register_all(
    app: School,
    SignedIn(caller): SignedIn,
    Json(sent): Json<PortalAttendanceBatch>,
) -> Created<Registered> {
    let lines = sent.attendances.0.into_iter().enumerate().map(|(n, line)| line.line(n));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let (class, when) = ((sent.course_id, sent.class_id), when(&sent.class_date, sent.session_number));
    let processed = attendance::register_all(&app, &caller, class, when, lines).await?;
    created("출결이 일괄 등록되었습니다.", processed)
}

/// 과정 차수별 출석부: its meetings, and everyone in it with their marks (staff of the course).
#[utoipa::path(
    get, path = "/api/v1/attendance/course/{course_id}/class/{class_id}",
    responses((status = 200, body = Done<PortalSheet>)),
)]
pub async fn sheet(app: School, SignedIn(caller): SignedIn, Ids(course, class): Ids) -> Answer<PortalSheet> {
    let sheet = views::sheet(&app, &caller, course, class).await?;
    done("출석부를 조회했습니다.", sheet)
}

/// 대기 중인 출석 요청 목록: of the courses that the caller teaches, the oldest first; all for an admin.
#[utoipa::path(
    get, path = "/api/v1/attendance/requests", params(RequestsQuery, Pages),
    responses((status = 200, body = Done<WaitingRequests>)),
)]
pub async fn waiting(
    app: School,
    SignedIn(caller): SignedIn,
    Query(query): Query<RequestsQuery>,
    Query(pages): Query<Pages>,
) -> Answer<WaitingRequests> {
    done("출석 요청 목록을 조회했습니다.", requests::waiting(&app, &caller, query.course_id, pages.into()).await?)
}
