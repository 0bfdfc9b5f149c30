//! Refusals of this surface. It has only the statuses 200, 400, 401, 403 and 500: «not found», «done before» and «not possible
//! now» are 400 here.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, ErrorKind, Field, Noun, SurfaceWords};
use crate::surfaces::language::{self, translate};
use crate::surfaces::refusals;

/// Words that are others here than in the school.
const WORDS: SurfaceWords = SurfaceWords {
    fields: &[(Field::Decisions, "attendanceRecords"), (Field::Meeting, "sessionNumber")],
    ..SurfaceWords::SCHOOL
};

pub fn refuse(error: &Error) -> Response {
    let mut response = refusals::answer(error, AttendanceRefusal::from(error));
    *response.status_mut() = match (error, error.kind()) {
        (Error::NotFound(_), _) => StatusCode::BAD_REQUEST,
        (_, ErrorKind::Conflict | ErrorKind::TooLarge | ErrorKind::NotJson) => StatusCode::BAD_REQUEST,
        (_, ErrorKind::Busy) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => response.status(),
    };
    response
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"success": false, "message": "인증이 필요합니다.", "data": null}))]
pub struct AttendanceRefusal {
    pub success: bool,
    pub message: String,
    #[schema(value_type = Option<Object>)]
    pub data: Option<()>,
}

impl From<&Error> for AttendanceRefusal {
    fn from(error: &Error) -> AttendanceRefusal {
        let own = match error {
            Error::BadInput { place, fault } => match &*place.name(WORDS) {
                "lecSerial" if fault.is_absence() => Some("강의 코드(lecSerial)는 필수입니다."),
                "sessionNumber" => Some("회차 번호(sessionNumber)는 1에서 80까지의 이 강의 회차여야 합니다."),
                "requestReason" if fault.is_absence() => Some("요청 사유(requestReason)는 필수입니다."),
                _ => None,
            },
            Error::StaffOnly => Some("교수 권한이 필요합니다."),
            Error::NotFound(Noun::Course) => Some("강의를 찾을 수 없습니다."),
            Error::NotYours => Some("이 강의를 수강하거나 담당하고 있지 않습니다."),
            _ => None,
        };
        let usual = || language::error(error, WORDS);
        let message = own.map_or_else(usual, |own| translate(own).into());
        AttendanceRefusal { success: false, message, data: None }
    }
}

impl refusals::DocumentedRefusal for AttendanceRefusal {
    const STATUSES: &'static [(&'static str, &'static str)] = &[
        ("400", "What was sent cannot be read, or cannot be done."),
        ("401", "No token, or one that is no longer good."),
        ("403", "Not yours."),
        ("500", "Something went wrong on our side."),
    ];
}
