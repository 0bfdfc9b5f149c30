//! Attendance (seed 001): `/api/attendance/…`.

pub mod refusal;
pub mod wire;

use axum::Json as Answer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::refusal::AttendanceRefusal;
use self::wire::{
    AttendanceApproval, AttendanceCourse, AttendanceDone, AttendanceOfStudent, AttendanceOverview, AttendanceRequest,
    AttendanceSettled,
};
use crate::app::School;
use crate::error::Result;
use crate::school::attendance::{requests, views};
use crate::surfaces::document::surface;
use crate::surfaces::extract::{Json, SignedIn};

pub fn router() -> OpenApiRouter<School> {
    surface::<AttendanceRefusal>([(
        "attendance",
        OpenApiRouter::new()
            .routes(routes!(request)) // /api/attendance/request
            .routes(routes!(approve)) // /api/attendance/approve
            .routes(routes!(student_view)) // /api/attendance/student/view
            .routes(routes!(professor_view)), // /api/attendance/professor/view
    )])
}

/// 출석 요청 (학생): asks for a meeting to count as attended.
#[utoipa::path(
    post, path = "/api/attendance/request", request_body = AttendanceRequest, responses((status = 200, body = AttendanceDone<AttendanceOverview>)),
)]
async fn request(
    app: School,
    SignedIn(caller): SignedIn,
    Json(sent): Json<AttendanceRequest>,
) -> Result<Answer<AttendanceDone<AttendanceOverview>>> {
    let (code, reason) = (String::from(sent.lec_serial), String::from(sent.request_reason));
    let overview = requests::request(&app, &caller, &code, sent.session_number.0, &reason).await?;
    Ok(wire::done("출석 요청이 성공적으로 제출되었습니다.", AttendanceOverview::of(overview, &app.clock)))
}

/// 출석 승인 (교수): decides requests, all of them or none.
#[utoipa::path(
    post, path = "/api/attendance/approve", request_body = AttendanceApproval, responses((status = 200, body = AttendanceSettled)),
)]
async fn approve(
    app: School,
    SignedIn(caller): SignedIn,
    Json(sent): Json<AttendanceApproval>,
) -> Result<Answer<AttendanceSettled>> {
    let code = String::from(sent.lec_serial);
    let decided = sent.attendance_records.0.into_iter().map(Into::into).collect();
    requests::decide(&app, &caller, &code, sent.session_number.0, decided).await?;
    Ok(wire::settled("출석 승인 처리가 완료되었습니다."))
}

/// 학생 출석 현황: the student's own.
#[utoipa::path(
    post, path = "/api/attendance/student/view", request_body = AttendanceCourse,
    responses((status = 200, body = AttendanceDone<AttendanceOverview>)),
)]
async fn student_view(
    app: School,
    SignedIn(caller): SignedIn,
    Json(sent): Json<AttendanceCourse>,
) -> Result<Answer<AttendanceDone<AttendanceOverview>>> {
    let overview = views::own_attendance(&app, &caller, &String::from(sent.lec_serial)).await?;
    Ok(wire::done("출석 현황 조회가 완료되었습니다.", AttendanceOverview::of(overview, &app.clock)))
}

/// 교수 출석 현황: everyone in a course of the instructor.
#[utoipa::path(
    post, path = "/api/attendance/professor/view", request_body = AttendanceCourse,
    responses((status = 200, body = AttendanceDone<Vec<AttendanceOfStudent>>)),
)]
async fn professor_view(
    app: School,
    SignedIn(caller): SignedIn,
    Json(sent): Json<AttendanceCourse>,
) -> Result<Answer<AttendanceDone<Vec<AttendanceOfStudent>>>> {
    let everyone = views::of_course(&app, &caller, &String::from(sent.lec_serial)).await?;
    let everyone = everyone.into_iter().map(|one| AttendanceOfStudent::of(one, &app.clock)).collect();
    Ok(wire::done("전체 출석 현황 조회가 완료되었습니다.", everyone))
}
