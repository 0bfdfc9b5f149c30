//! Attendance (seed 001): `/api/attendance/…`. It knows only 200, 400, 401, 403 and 500: what is not there, what was
//! done before and what cannot be done now are 400 here.

pub mod wire;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::wire::{Approval, Course, Done, Overview, Refusals, Request, Settled, StudentOverview};
use crate::app::School;
use crate::error::{Error, Kind};
use crate::school::attendance::{requests, views};
use crate::surfaces::extract::{extractors, refusal};

extractors!(Fault);

type Result<T, E = Fault> = std::result::Result<T, E>;

/// What went wrong, in this surface's dialect.
pub struct Fault(Error);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault(error)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = refusal(&self.0, wire::Refusal::from(&self.0));
        *response.status_mut() = match (&self.0, self.0.kind()) {
            (Error::NotFound(_), _) => StatusCode::BAD_REQUEST,
            (_, Kind::Conflict | Kind::TooLarge | Kind::NotJson) => StatusCode::BAD_REQUEST,
            (_, Kind::Busy) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => response.status(),
        };
        response
    }
}

pub fn router() -> OpenApiRouter<School> {
    OpenApiRouter::new()
        .routes(routes!(request))
        .routes(routes!(approve))
        .routes(routes!(student_view))
        .routes(routes!(professor_view))
}

/// 출석 요청 (학생): asks for a meeting to count as attended.
#[utoipa::path(
    post, path = "/api/attendance/request", tag = "attendance",
    request_body = Request,
    responses((status = 200, body = Done<Overview>), Refusals),
)]
async fn request(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<Request>,
) -> Result<Answer<Done<Overview>>> {
    let (code, reason) = (String::from(sent.lec_serial), String::from(sent.request_reason));
    let overview = requests::request(&app, &caller, &code, sent.session_number.0, &reason).await?;
    Ok(wire::done("출석 요청이 성공적으로 제출되었습니다.", Overview::of(overview, &app.clock)))
}

/// 출석 승인 (교수): decides requests, all of them or none.
#[utoipa::path(
    post, path = "/api/attendance/approve", tag = "attendance",
    request_body = Approval,
    responses((status = 200, body = Settled), Refusals),
)]
async fn approve(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<Approval>,
) -> Result<Answer<Settled>> {
    let code = String::from(sent.lec_serial);
    let decided = sent.attendance_records.0.into_iter().map(Into::into).collect();
    requests::decide(&app, &caller, &code, sent.session_number.0, decided).await?;
    Ok(wire::settled("출석 승인 처리가 완료되었습니다."))
}

/// 학생 출석 현황: one's own.
#[utoipa::path(
    post, path = "/api/attendance/student/view", tag = "attendance",
    request_body = Course,
    responses((status = 200, body = Done<Overview>), Refusals),
)]
async fn student_view(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<Course>,
) -> Result<Answer<Done<Overview>>> {
    let overview = views::mine(&app, &caller, &String::from(sent.lec_serial)).await?;
    Ok(wire::done("출석 현황 조회가 완료되었습니다.", Overview::of(overview, &app.clock)))
}

/// 교수 출석 현황: everyone in one's course.
#[utoipa::path(
    post, path = "/api/attendance/professor/view", tag = "attendance",
    request_body = Course,
    responses((status = 200, body = Done<Vec<StudentOverview>>), Refusals),
)]
async fn professor_view(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(sent): Json<Course>,
) -> Result<Answer<Done<Vec<StudentOverview>>>> {
    let everyone = views::of_course(&app, &caller, &String::from(sent.lec_serial)).await?;
    let everyone = everyone.into_iter().map(|one| StudentOverview::of(one, &app.clock)).collect();
    Ok(wire::done("전체 출석 현황 조회가 완료되었습니다.", everyone))
}
