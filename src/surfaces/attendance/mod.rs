//! Attendance (seed 001): `/api/attendance/…`.

pub mod refusal;
pub mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::refusal::AttendanceRefusal;
use self::wire::*;
use crate::app::School;
use crate::error::Result;
use crate::school::attendance::{requests, views};
use crate::school::rights::Caller;
use crate::surfaces::body::SentValue;
use crate::surfaces::document::{group, surface};
use crate::surfaces::extract::Json;
use crate::surfaces::language::translate;

pub fn router() -> OpenApiRouter<School> {
    surface::<AttendanceRefusal>([
        group("attendance")
            .routes(routes!(request)) // /api/attendance/request
            .routes(routes!(approve)) // /api/attendance/approve
            .routes(routes!(student_view)) // /api/attendance/student/view
            .routes(routes!(professor_view)), // /api/attendance/professor/view
    ])
}

/// Answer with 200.
type Answer<T> = Result<Json<AttendanceDone<T>>>;

fn done<T>(message: &'static str, data: impl Into<T>) -> Answer<T> {
    Ok(Json(AttendanceDone { success: true, message: translate(message), data: data.into() }))
}

/// Asks for a meeting to count as attended (students).
#[utoipa::path(post, path = "/api/attendance/request", request_body = AttendanceRequest,
    responses((status = 200, body = AttendanceDone<AttendanceOverview>)))]
async fn request(app: School, caller: Caller, Json(sent): Json<AttendanceRequest>) -> Answer<AttendanceOverview> {
    let (code, number, reason) = (sent.lec_serial.plain(), sent.session_number.plain(), sent.request_reason.plain());
    let overview = requests::request(&app, &caller, &code, number, &reason).await?;
    done("출석 요청이 성공적으로 제출되었습니다.", (overview, &app.clock))
}

/// Decides requests, all of them or none (the instructor).
#[utoipa::path(post, path = "/api/attendance/approve", request_body = AttendanceApproval,
    responses((status = 200, body = AttendanceSettled)))]
async fn approve(app: School, caller: Caller, Json(sent): Json<AttendanceApproval>) -> Result<Json<AttendanceSettled>> {
    let (code, number) = (sent.lec_serial.plain(), sent.session_number.plain());
    requests::decide(&app, &caller, &code, number, sent.attendance_records.plain()).await?;
    Ok(Json("출석 승인 처리가 완료되었습니다.".into()))
}

/// Returns the student's own attendance.
#[utoipa::path(post, path = "/api/attendance/student/view", request_body = AttendanceCourse,
    responses((status = 200, body = AttendanceDone<AttendanceOverview>)))]
async fn student_view(app: School, caller: Caller, Json(sent): Json<AttendanceCourse>) -> Answer<AttendanceOverview> {
    let overview = views::own_attendance(&app, &caller, &sent.lec_serial.plain()).await?;
    done("출석 현황 조회가 완료되었습니다.", (overview, &app.clock))
}

/// Returns the attendance of everyone in a course of the instructor.
#[utoipa::path(post, path = "/api/attendance/professor/view", request_body = AttendanceCourse,
    responses((status = 200, body = AttendanceDone<Vec<AttendanceOfStudent>>)))]
async fn professor_view(
    app: School,
    caller: Caller,
    Json(sent): Json<AttendanceCourse>,
) -> Answer<Vec<AttendanceOfStudent>> {
    let everyone = views::of_course(&app, &caller, &sent.lec_serial.plain()).await?;
    let shown = everyone.into_iter().map(|one| (one, &app.clock).into());
    done("전체 출석 현황 조회가 완료되었습니다.", shown.collect::<Vec<_>>())
}
