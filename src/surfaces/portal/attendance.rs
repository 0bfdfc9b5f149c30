//! Attendance marks (3-17 … 3-22), the attendance sheet of a class, and waiting requests for attendance.

use super::wire::{Done, Pages, Paging};
use super::{Answer, Caller, Created, Id, Ids, Json, Path, created, done};
use crate::app::School;
use crate::error::{Error, Result};
use crate::event::MarkKind;
use crate::school::attendance::requests::{self, UndecidedRequest};
use crate::school::attendance::views::{self, AttendanceSheet, EnrollmentAttendance, HeldMeeting};
use crate::school::attendance::{self, BATCH_MAX_MARKS, Mark, MarkChanges, MarkedStudent, MeetingChoice, NewMark};
use crate::surfaces::keys::*;

type SessionNumber = Within<1, 1_000>;

words!(pub enum PortalAttendanceType for MarkKind { Present, Late, Absent, Excused, EarlyLeave });

body! {
    #[schema(example = json!({"enrollment_id": 1, "class_date": "2025-03-03", "session_number": null, "attendance_type": "PRESENT",
        "check_in_time": "09:00", "check_out_time": "12:00", "absence_reason": null}))]
    pub struct AttendanceSent for NewMark;
    beside {
        enrollment_id: i64,
        class_date: Day,
        /// The number of the meeting on a day with several; the first without a mark when left out
        session_number: Option<SessionNumber>,
    }
    needed { attendance_type: PortalAttendanceType => kind, }
    optional {
        check_in_time: Option<TimeSent> => check_in,
        check_out_time: Option<TimeSent> => check_out,
        absence_reason: Option<Prose> => reason,
    }
}

body! {
    #[schema(example = json!({"attendance_type": "EXCUSED", "absence_reason": "병원 진료"}))]
    pub struct ChangeAttendance for MarkChanges;
    optional {
        attendance_type: Option<PortalAttendanceType> => kind,
        check_in_time: Patch<TimeSent> => check_in,
        check_out_time: Patch<TimeSent> => check_out,
        absence_reason: Patch<Prose> => reason,
    }
}

body! {
    #[schema(example = json!({"course_id": 1, "class_id": 1, "class_date": "2025-03-03", "session_number": null, "attendances": [
        {"enrollment_id": 1, "attendance_type": "PRESENT"}, {"user_id": 2, "attendance_type": "ABSENT",
        "absence_reason": "감기"}]}))]
    pub struct PortalAttendanceBatch for MeetingChoice;
    beside {
        course_id: i64,
        class_id: i64,
        attendances: BoundedList<LineSent, 1, { BATCH_MAX_MARKS }>,
    }
    needed { class_date: Day => date, }
    optional {
        /// The number of the meeting on a day with several; each student's first without a mark when left out
        session_number: Option<SessionNumber> => number,
    }
}

body! {
    pub struct LineSent for NewMark;
    beside {
        /// The enrollment, or `user_id` instead
        enrollment_id: Option<i64>,
        /// The person, or `enrollment_id` instead
        user_id: Option<i64>,
    }
    needed { attendance_type: PortalAttendanceType => kind, }
    optional {
        check_in_time: Option<TimeSent> => check_in,
        check_out_time: Option<TimeSent> => check_out,
        absence_reason: Option<Prose> => reason,
    }
}

/// Returns the marks of a batch with their students. Fails if a line does not name one student in one way.
pub fn marks(lines: Vec<<LineSent as SentValue>::Plain>) -> Result<Vec<(MarkedStudent, NewMark)>> {
    let marked = |(n, line)| match line {
        (Some(id), None, mark) => Ok((MarkedStudent::Enrollment(id), mark)),
        (None, Some(id), mark) => Ok((MarkedStudent::Person(id), mark)),
        _ => Err(Error::bad_as_sent(format!("attendances[{n}]"), "either enrollment_id or user_id is needed")),
    };
    lines.into_iter().enumerate().map(marked).collect()
}

answer! {
    #[schema(example = json!({"processed": 20}))]
    pub struct Registered from usize as processed { processed: usize = processed }

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

    pub struct AttendanceMade from Mark as mark { attendance_id: i64 = mark.id, attendance: PortalAttendance = mark.into() }

    pub struct OneAttendance from Mark as mark { attendance: PortalAttendance = mark.into() }

    pub struct Attendances from Vec<Mark> as marks { attendances: Vec<PortalAttendance> = each(marks) }

    #[schema(example = json!({"session_number": 3, "class_date": "2025-03-10"}))]
    pub struct PortalSheetMeeting from HeldMeeting as m {
        session_number: i64 = m.number,
        class_date: String = m.date,
    }

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

    pub struct PortalSheetStudent from (EnrollmentAttendance, Vec<Mark>) as (one, marks) {
        enrollment_id: i64 = one.student.enrollment,
        user_id: i64 = one.student.person,
        user_name: String = one.student.name,
        /// 1 for the first of this name in the course, 2 for the second …
        namesake: i64 = one.student.namesake,
        /// From 0 to 100; null while there was no meeting yet
        attendance_rate: Option<f64> = one.student.rate,
        /// The meetings that count for the student; a meeting without a mark counts as absence
        counted_session_numbers: Vec<i64> = one.meetings.iter().map(|meeting| meeting.number).collect(),
        attendances: Vec<PortalSheetMark> = each(marks),
    }

    pub struct PortalSheet from AttendanceSheet as sheet {
        /// The meetings of which anyone has a mark
        meetings: Vec<PortalSheetMeeting> = each(sheet.meetings),
        students: Vec<PortalSheetStudent> = each(sheet.lines),
    }

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

paged! { pub struct DayAttendances of Mark { paging: Paging, attendances: PortalAttendance } }
paged! { pub struct WaitingRequests of UndecidedRequest { paging: Paging, requests: PortalAttendanceRequest } }

query!(
    pub struct RequestsQuery {
        course_id: Option<i64>,
    }
);

/// 3-17 출결 등록 (staff of the course).
#[utoipa::path(post, path = "/api/v1/attendance", request_body = AttendanceSent,
    responses((status = 201, body = Done<AttendanceMade>)))]
pub async fn register(app: School, caller: Caller, Json(sent): Json<AttendanceSent>) -> Created<AttendanceMade> {
    let (enrollment, date, number, mark) = sent.parts();
    let meeting = MeetingChoice { date, number };
    created("출결이 등록되었습니다.", attendance::register(&app, &caller, enrollment, meeting, mark).await?)
}

/// 3-18 출결 조회 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/attendance/{attendance_id}", responses((status = 200, body = Done<OneAttendance>)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<OneAttendance> {
    done("출결을 조회했습니다.", attendance::by_id(&app, &caller, id).await?)
}

/// 3-19 수강신청별 출결 목록 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/attendance/enrollment/{enrollment_id}",
    responses((status = 200, body = Done<Attendances>)))]
pub async fn of_enrollment(app: School, caller: Caller, Id(id): Id) -> Answer<Attendances> {
    done("출결 목록을 조회했습니다.", attendance::of_enrollment(&app, &caller, id).await?)
}

/// 3-20 출결 수정: changes the keys that are in the body (staff of the course).
#[utoipa::path(put, path = "/api/v1/attendance/{attendance_id}", request_body = ChangeAttendance,
    responses((status = 200, body = Done<OneAttendance>)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<ChangeAttendance>,
) -> Answer<OneAttendance> {
    done("출결이 수정되었습니다.", attendance::change(&app, &caller, id, sent.into()).await?)
}

/// 3-21 과정 차수별 특정 일자 출결 목록 (staff of the course).
#[utoipa::path(get, path = "/api/v1/attendance/course/{course_id}/class/{class_id}/date/{class_date}",
    params(("class_date" = Day, Path), Pages), responses((status = 200, body = Done<DayAttendances>)))]
pub async fn of_day(
    app: School,
    caller: Caller,
    Path((course, class, Day(date))): Path<(i64, i64, Day)>,
    pages: Pages,
) -> Answer<DayAttendances> {
    done("출결 목록을 조회했습니다.", attendance::of_day(&app, &caller, (course, class), &date, pages.into()).await?)
}

/// 3-22 일괄 출결 등록: all of them, or none (staff of the course).
#[utoipa::path(post, path = "/api/v1/attendance/batch", request_body = PortalAttendanceBatch,
    responses((status = 201, body = Done<Registered>)))]
pub async fn register_all(app: School, caller: Caller, Json(sent): Json<PortalAttendanceBatch>) -> Created<Registered> {
    let (course, class, lines, meeting) = sent.parts();
    let registered = attendance::register_all(&app, &caller, (course, class), meeting, marks(lines)?).await?;
    created("출결이 일괄 등록되었습니다.", registered)
}

/// 과정 차수별 출석부: its meetings, and everyone in it with their marks (staff of the course).
#[utoipa::path(get, path = "/api/v1/attendance/course/{course_id}/class/{class_id}",
    responses((status = 200, body = Done<PortalSheet>)))]
pub async fn sheet(app: School, caller: Caller, Ids(course, class): Ids) -> Answer<PortalSheet> {
    done("출석부를 조회했습니다.", views::sheet(&app, &caller, course, class).await?)
}

/// 대기 중인 출석 요청 목록: of the courses that the caller teaches, the oldest first; all for an admin.
#[utoipa::path(get, path = "/api/v1/attendance/requests", params(RequestsQuery, Pages),
    responses((status = 200, body = Done<WaitingRequests>)))]
pub async fn waiting(app: School, caller: Caller, query: RequestsQuery, pages: Pages) -> Answer<WaitingRequests> {
    done("출석 요청 목록을 조회했습니다.", requests::waiting(&app, &caller, query.course_id, pages.into()).await?)
}
