//! Attendance, mark by mark.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Paging;
use crate::clock;
use crate::error::Error;
use crate::event::Attendance as Kind;
use crate::school::attendance::{Changes, Mark, Moment, NewMark, Who};
use crate::school::{Page, Window};
use crate::surfaces::texts::{Day, Instant, Prose, named};

/// An instant, or `HH:MM` on the day of the class.
#[derive(Debug, Clone, ToSchema)]
#[schema(value_type = String, examples("09:00"))]
pub struct TimeSent(Moment);

impl<'de> Deserialize<'de> for TimeSent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TimeSent, D::Error> {
        let text = String::deserialize(deserializer)?;
        if clock::is_time_of_day(&text) {
            return Ok(TimeSent(Moment::Clock(text)));
        }
        let at = serde_json::from_value::<Instant>(serde_json::Value::String(text));
        let needed = "a time such as 09:30 or 2025-10-28T00:30:00Z is needed";
        at.map(|at| TimeSent(Moment::At(at.0))).map_err(|_| serde::de::Error::custom(needed))
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "class_date": "2025-03-03", "attendance_type": "PRESENT",
    "check_in_time": "09:00", "check_out_time": "12:00", "absence_reason": null}))]
pub struct AttendanceSent {
    pub enrollment_id: i64,
    pub class_date: Day,
    /// PRESENT, LATE, ABSENT, EXCUSED or EARLY_LEAVE
    #[schema(value_type = String)]
    pub attendance_type: Kind,
    pub check_in_time: Option<TimeSent>,
    pub check_out_time: Option<TimeSent>,
    pub absence_reason: Option<Prose>,
}

/// What both bodies say of a mark.
macro_rules! mark {
    ($sent:expr) => {
        NewMark {
            kind: $sent.attendance_type,
            check_in: $sent.check_in_time.map(|t| t.0),
            check_out: $sent.check_out_time.map(|t| t.0),
            reason: $sent.absence_reason.map(String::from),
        }
    };
}

impl From<AttendanceSent> for NewMark {
    fn from(m: AttendanceSent) -> NewMark {
        mark!(m)
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"attendance_type": "EXCUSED", "absence_reason": "병원 진료"}))]
pub struct ChangeAttendance {
    #[schema(value_type = Option<String>)]
    pub attendance_type: Option<Kind>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub check_in_time: Option<Option<TimeSent>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub check_out_time: Option<Option<TimeSent>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub absence_reason: Option<Option<Prose>>,
}

impl From<ChangeAttendance> for Changes {
    fn from(c: ChangeAttendance) -> Changes {
        Changes {
            kind: c.attendance_type,
            check_in: c.check_in_time.map(|t| t.map(|t| t.0)),
            check_out: c.check_out_time.map(|t| t.map(|t| t.0)),
            reason: c.absence_reason.map(|t| t.map(String::from)),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PortalAttendanceBatch, example = json!({"course_id": 1, "class_id": 1, "class_date": "2025-03-03", "attendances": [
    {"enrollment_id": 1, "attendance_type": "PRESENT"}, {"user_id": 2, "attendance_type": "ABSENT",
    "absence_reason": "감기"}]}))]
pub struct BatchSent {
    pub course_id: i64,
    pub class_id: i64,
    pub class_date: Day,
    pub attendances: Vec<LineSent>,
}

#[derive(Deserialize, ToSchema)]
pub struct LineSent {
    /// Either this …
    pub enrollment_id: Option<i64>,
    /// … or this
    pub user_id: Option<i64>,
    /// PRESENT, LATE, ABSENT, EXCUSED or EARLY_LEAVE
    #[schema(value_type = String)]
    pub attendance_type: Kind,
    pub check_in_time: Option<TimeSent>,
    pub check_out_time: Option<TimeSent>,
    pub absence_reason: Option<Prose>,
}

impl LineSent {
    pub fn line(self, n: usize) -> Result<(Who, NewMark), Error> {
        let who = match (self.enrollment_id, self.user_id) {
            (Some(id), None) => Who::Enrollment(id),
            (None, Some(id)) => Who::Person(id),
            _ => return Err(Error::bad(format!("attendances[{n}]"), "either enrollment_id or user_id is needed")),
        };
        Ok((who, mark!(self)))
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"processed": 20}))]
pub struct Registered {
    pub processed: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PortalAttendance, example = json!({"attendance_id": 1, "enrollment_id": 1, "user_id": 1, "user_name": "김학생",
    "session_number": 3, "class_date": "2025-03-10", "attendance_type": "LATE",
    "check_in_time": "2025-03-10T00:15:00Z", "check_out_time": "2025-03-10T03:00:00Z", "absence_reason": null,
    "is_by_hand": false, "created_at": "2025-03-10T00:15:00Z", "updated_at": "2025-03-10T03:00:00Z"}))]
pub struct Attendance {
    pub attendance_id: i64,
    pub enrollment_id: i64,
    pub user_id: i64,
    pub user_name: String,
    pub session_number: i64,
    pub class_date: String,
    pub attendance_type: String,
    pub check_in_time: Option<Instant>,
    pub check_out_time: Option<Instant>,
    pub absence_reason: Option<String>,
    pub is_by_hand: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl From<Mark> for Attendance {
    fn from(m: Mark) -> Attendance {
        Attendance {
            attendance_id: m.id,
            enrollment_id: m.enrollment,
            user_id: m.person,
            user_name: m.name,
            session_number: m.number,
            class_date: m.date,
            attendance_type: m.kind,
            check_in_time: m.in_ms.map(Instant),
            check_out_time: m.out_ms.map(Instant),
            absence_reason: m.reason,
            is_by_hand: m.by_hand,
            created_at: Instant(m.created_ms),
            updated_at: Instant(m.updated_ms),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct AttendanceMade {
    pub attendance_id: i64,
    pub attendance: Attendance,
}

#[derive(Serialize, ToSchema)]
pub struct OneAttendance {
    pub attendance: Attendance,
}

#[derive(Serialize, ToSchema)]
pub struct Attendances {
    pub attendances: Vec<Attendance>,
}

#[derive(Serialize, ToSchema)]
pub struct DayAttendances {
    pub attendances: Vec<Attendance>,
    pub paging: Paging,
}

impl DayAttendances {
    pub fn of(page: Page<Mark>, window: Window) -> DayAttendances {
        let paging = Paging::of(window, page.total);
        DayAttendances { attendances: page.rows.into_iter().map(Attendance::from).collect(), paging }
    }
}
