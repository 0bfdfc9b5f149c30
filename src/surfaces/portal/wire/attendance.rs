//! Attendance marks, sheets and requests.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::Paging;
use crate::clock;
use crate::error::Error;
use crate::event::MarkKind;
use crate::school::Page;
use crate::school::attendance::requests::UndecidedRequest;
use crate::school::attendance::views::{AttendanceSheet, EnrollmentAttendance, HeldMeeting};
use crate::school::attendance::{BATCH_MAX_MARKS, Mark, MarkChanges, MarkTime, MarkedStudent, MeetingChoice, NewMark};
use crate::surfaces::answer::{answer, each};
use crate::surfaces::schemas::described;
use crate::surfaces::texts::{BoundedList, Day, Instant, Prose, Within, named};

/// An instant, or a time `HH:MM` on the day of the meeting.
#[derive(Debug, Clone)]
pub struct TimeSent(MarkTime);

described!(
    TimeSent,
    AnyOfBuilder::new()
        .item(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"))
        )
        .item(Instant::schema())
        .description(Some("A time of the day of the class, or an instant"))
        .examples(["09:00"])
);

impl<'de> Deserialize<'de> for TimeSent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TimeSent, D::Error> {
        let text = String::deserialize(deserializer)?;
        if clock::is_time_of_day(&text) {
            return Ok(TimeSent(MarkTime::Clock(text)));
        }
        let needed = "a time such as 09:30 or 2025-10-28T00:30:00Z is needed";
        Instant::parse(&text).map(|at| TimeSent(MarkTime::At(at.0))).ok_or_else(|| serde::de::Error::custom(needed))
    }
}

type SessionNumber = Within<1, 1_000>;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PortalAttendanceType {
    Present,
    Late,
    Absent,
    Excused,
    EarlyLeave,
}

impl From<PortalAttendanceType> for MarkKind {
    fn from(word: PortalAttendanceType) -> MarkKind {
        match word {
            PortalAttendanceType::Present => MarkKind::Present,
            PortalAttendanceType::Late => MarkKind::Late,
            PortalAttendanceType::Absent => MarkKind::Absent,
            PortalAttendanceType::Excused => MarkKind::Excused,
            PortalAttendanceType::EarlyLeave => MarkKind::EarlyLeave,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "class_date": "2025-03-03", "session_number": null, "attendance_type": "PRESENT",
    "check_in_time": "09:00", "check_out_time": "12:00", "absence_reason": null}))]
pub struct AttendanceSent {
    pub enrollment_id: i64,
    pub class_date: Day,
    /// The number of the meeting on a day with several; the first without a mark when left out
    pub session_number: Option<SessionNumber>,
    pub attendance_type: PortalAttendanceType,
    pub check_in_time: Option<TimeSent>,
    pub check_out_time: Option<TimeSent>,
    pub absence_reason: Option<Prose>,
}

/// Reads the mark from a body; the bodies for one mark and for many have the same keys.
macro_rules! mark {
    ($sent:expr) => {
        NewMark {
            kind: $sent.attendance_type.into(),
            check_in: $sent.check_in_time.map(|t| t.0),
            check_out: $sent.check_out_time.map(|t| t.0),
            reason: $sent.absence_reason.map(String::from),
        }
    };
}

/// Names the meeting of a mark: its day, and its number if it is given.
pub fn when(date: &Day, number: Option<SessionNumber>) -> MeetingChoice {
    MeetingChoice { date: date.0.clone(), number: number.map(|n| n.0) }
}

impl From<AttendanceSent> for NewMark {
    fn from(m: AttendanceSent) -> NewMark {
        mark!(m)
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"attendance_type": "EXCUSED", "absence_reason": "병원 진료"}))]
pub struct ChangeAttendance {
    pub attendance_type: Option<PortalAttendanceType>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<TimeSent>)]
    pub check_in_time: Option<Option<TimeSent>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<TimeSent>)]
    pub check_out_time: Option<Option<TimeSent>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Prose>)]
    pub absence_reason: Option<Option<Prose>>,
}

impl From<ChangeAttendance> for MarkChanges {
    fn from(c: ChangeAttendance) -> MarkChanges {
        MarkChanges {
            kind: c.attendance_type.map(MarkKind::from),
            check_in: c.check_in_time.map(|t| t.map(|t| t.0)),
            check_out: c.check_out_time.map(|t| t.map(|t| t.0)),
            reason: c.absence_reason.map(|t| t.map(String::from)),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"course_id": 1, "class_id": 1, "class_date": "2025-03-03", "session_number": null, "attendances": [
    {"enrollment_id": 1, "attendance_type": "PRESENT"}, {"user_id": 2, "attendance_type": "ABSENT",
    "absence_reason": "감기"}]}))]
pub struct PortalAttendanceBatch {
    pub course_id: i64,
    pub class_id: i64,
    pub class_date: Day,
    /// The number of the meeting on a day with several; each student's first without a mark when left out
    pub session_number: Option<SessionNumber>,
    pub attendances: BoundedList<LineSent, 1, { BATCH_MAX_MARKS }>,
}

#[derive(Deserialize, ToSchema)]
pub struct LineSent {
    /// The enrollment, or `user_id` instead
    pub enrollment_id: Option<i64>,
    /// The person, or `enrollment_id` instead
    pub user_id: Option<i64>,
    pub attendance_type: PortalAttendanceType,
    pub check_in_time: Option<TimeSent>,
    pub check_out_time: Option<TimeSent>,
    pub absence_reason: Option<Prose>,
}

impl LineSent {
    pub fn line(self, n: usize) -> Result<(MarkedStudent, NewMark), Error> {
        let student = match (self.enrollment_id, self.user_id) {
            (Some(id), None) => MarkedStudent::Enrollment(id),
            (None, Some(id)) => MarkedStudent::Person(id),
            _ => return Err(Error::bad(format!("attendances[{n}]"), "either enrollment_id or user_id is needed")),
        };
        Ok((student, mark!(self)))
    }
}

answer! {
    #[schema(example = json!({"processed": 20}))]
    pub struct Registered from usize as processed {
        processed: usize = processed,
    }
}

answer! {
    #[schema(example = json!({"attendance_id": 1, "enrollment_id": 1, "user_id": 1, "user_name": "김학생",
        "session_number": 3, "class_date": "2025-03-10", "attendance_type": "LATE",
        "check_in_time": "2025-03-10T00:15:00Z", "check_out_time": "2025-03-10T03:00:00Z", "absence_reason": null,
        "is_by_hand": false, "created_at": "2025-03-10T00:15:00Z", "updated_at": "2025-03-10T03:00:00Z"}))]
    pub struct PortalAttendance from Mark as m {
        attendance_id: i64 = m.id,
        enrollment_id: i64 = m.enrollment,
        user_id: i64 = m.person,
        user_name: String = m.name,
        session_number: i64 = m.number,
        class_date: String = m.date,
        attendance_type: String = m.kind,
        check_in_time: Option<Instant> = m.in_ms.map(Instant),
        check_out_time: Option<Instant> = m.out_ms.map(Instant),
        absence_reason: Option<String> = m.reason,
        is_by_hand: bool = m.by_hand,
        created_at: Instant = Instant(m.created_ms),
        updated_at: Instant = Instant(m.updated_ms),
    }
}

answer! {
    pub struct AttendanceMade from Mark as mark {
        attendance_id: i64 = mark.id,
        attendance: PortalAttendance = mark.into(),
    }
}

answer! {
    pub struct OneAttendance from Mark as mark {
        attendance: PortalAttendance = mark.into(),
    }
}

answer! {
    pub struct Attendances from Vec<Mark> as marks {
        attendances: Vec<PortalAttendance> = each(marks),
    }
}

answer! {
    pub struct DayAttendances from Page<Mark> as page {
        paging: Paging = Paging::from(&page),
        attendances: Vec<PortalAttendance> = each(page.rows),
    }
}

answer! {
    #[schema(example = json!({"session_number": 3, "class_date": "2025-03-10"}))]
    pub struct PortalSheetMeeting from HeldMeeting as m {
        session_number: i64 = m.number,
        class_date: String = m.date,
    }
}

answer! {
    #[schema(example = json!({"attendance_id": 1, "session_number": 3, "class_date": "2025-03-10",
        "attendance_type": "LATE", "check_in_time": "2025-03-10T00:15:00Z", "check_out_time": "2025-03-10T03:00:00Z",
        "absence_reason": null}))]
    pub struct PortalSheetMark from Mark as m {
        attendance_id: i64 = m.id,
        session_number: i64 = m.number,
        class_date: String = m.date,
        attendance_type: String = m.kind,
        check_in_time: Option<Instant> = m.in_ms.map(Instant),
        check_out_time: Option<Instant> = m.out_ms.map(Instant),
        absence_reason: Option<String> = m.reason,
    }
}

#[derive(Serialize, ToSchema)]
pub struct PortalSheetStudent {
    pub enrollment_id: i64,
    pub user_id: i64,
    pub user_name: String,
    /// 1 for the first of this name in the course, 2 for the second …
    pub namesake: i64,
    /// From 0 to 100; null while there was no meeting yet
    pub attendance_rate: Option<f64>,
    /// The meetings that count for the student; a meeting without a mark counts as absence
    pub counted_session_numbers: Vec<i64>,
    pub attendances: Vec<PortalSheetMark>,
}

impl From<(EnrollmentAttendance, Vec<Mark>)> for PortalSheetStudent {
    fn from((one, marks): (EnrollmentAttendance, Vec<Mark>)) -> PortalSheetStudent {
        PortalSheetStudent {
            enrollment_id: one.student.enrollment,
            user_id: one.student.person,
            user_name: one.student.name,
            namesake: one.student.namesake,
            attendance_rate: one.student.rate,
            counted_session_numbers: one.meetings.iter().map(|meeting| meeting.number).collect(),
            attendances: marks.into_iter().map(PortalSheetMark::from).collect(),
        }
    }
}

answer! {
    pub struct PortalSheet from AttendanceSheet as sheet {
        /// The meetings of which anyone has a mark
        meetings: Vec<PortalSheetMeeting> = sheet.meetings.into_iter().map(PortalSheetMeeting::from).collect(),
        students: Vec<PortalSheetStudent> = sheet.lines.into_iter().map(PortalSheetStudent::from).collect(),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestsQuery {
    pub course_id: Option<i64>,
}

answer! {
    #[schema(example = json!({"course_id": 1, "course_title": "카카오톡 기초", "course_code": "KAKAO-1",
        "class_id": 1, "enrollment_id": 1, "user_id": 1, "user_name": "김학생", "namesake": 1, "session_number": 3, "class_date": "2025-03-10",
        "request_reason": "병원 진료", "created_at": "2025-03-11T01:30:00Z"}))]
    pub struct PortalAttendanceRequest from UndecidedRequest as w {
        course_id: i64 = w.course,
        course_title: String = w.title,
        course_code: String = w.code,
        class_id: i64 = w.class,
        enrollment_id: i64 = w.enrollment,
        user_id: i64 = w.person,
        user_name: String = w.name,
        /// 1 for the first of this name in the course, 2 for the second …
        namesake: i64 = w.namesake,
        session_number: i64 = w.number,
        /// null if there is no such meeting yet
        class_date: Option<String> = w.date,
        request_reason: String = w.reason,
        created_at: Instant = Instant(w.created_ms),
    }
}

answer! {
    pub struct WaitingRequests from Page<UndecidedRequest> as page {
        paging: Paging = Paging::from(&page),
        requests: Vec<PortalAttendanceRequest> = each(page.rows),
    }
}
