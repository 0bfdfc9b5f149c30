//! The JSON of this surface, with the keys of its seed. Where the seed spells a key in two ways (`lateSession` and
//! `lateSessions`), both are sent.

use serde::Serialize;

use crate::clock::Clock;
use crate::event::MarkKind;
use crate::school::attendance::requests::{DECISIONS_MAX, DecidedRequest, RequestDecision};
use crate::school::attendance::views::{AttendingStudent, EnrollmentAttendance, MeetingMark, PendingRequest};
use crate::surfaces::keys::*;
use crate::surfaces::language::translate;

/// Every answer of this surface.
#[derive(Serialize, ToSchema)]
pub struct AttendanceDone<T> {
    pub success: bool,
    pub message: &'static str,
    pub data: T,
}

type MeetingNumber = Within<1, 80>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"lecSerial": "ETH201", "sessionNumber": 3, "requestReason": "병원 진료로 인한 결석"}))]
pub struct AttendanceRequest {
    pub lec_serial: Code,
    pub session_number: MeetingNumber,
    pub request_reason: Reason,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"lecSerial": "ETH201", "sessionNumber": 3, "attendanceRecords": [
    {"studentIdx": 1, "status": "APPROVED", "rejectReason": null},
    {"studentIdx": 2, "status": "REJECTED", "rejectReason": "증빙 서류 미제출"}]}))]
pub struct AttendanceApproval {
    pub lec_serial: Code,
    pub session_number: MeetingNumber,
    pub attendance_records: BoundedList<Record, 1, { DECISIONS_MAX }>,
}

words!(pub enum VerdictWord for RequestDecision { Approved, Rejected });

body! {
    #[serde(rename_all = "camelCase")]
    pub struct Record for DecidedRequest;
    needed {
        student_idx: i64 => person,
        status: VerdictWord => verdict,
    }
    optional { reject_reason: Option<Prose> => reason, }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"lecSerial": "ETH201"}))]
pub struct AttendanceCourse {
    pub lec_serial: Code,
}

answer! {
    /// An answer of this surface without data.
    #[schema(example = json!({"success": true, "message": "출석 승인 처리가 완료되었습니다.", "data": null}))]
    pub struct AttendanceSettled from &'static str as text {
        success: bool = true,
        message: &'static str = translate(text),
        #[schema(value_type = Option<Object>)]
        data: Option<()> = None,
    }

    #[serde(rename_all = "camelCase")]
    #[schema(example = json!({"totalSessions": 16, "attendedSessions": 12, "absentSessions": 3,
        "lateSessions": 1, "lateSession": 1, "attendanceRate": 81.25, "requiredAttendanceRate": 75.0}))]
    pub struct AttendanceSummary from &EnrollmentAttendance as o
        let late = o.count(|mark| mark == MarkKind::Late);
        let absent = o.count(|mark| mark == MarkKind::Absent);
    {
        total_sessions: i64 = o.total(),
        attended_sessions: i64 = o.meetings.len() as i64 - late - absent,
        absent_sessions: i64 = absent,
        late_sessions: i64 = late,
        late_session: i64 = late,
        attendance_rate: f64 = o.student.rate.unwrap_or(0.0),
        required_attendance_rate: f64 = o.student.needed_rate,
    }

    #[serde(rename_all = "camelCase")]
    #[schema(example = json!({"sessionNumber": 3, "status": "결석", "date": "2025-03-10", "hasRequest": true}))]
    pub struct AttendanceSession from (&MeetingMark, &[PendingRequest]) as (meeting, pending) {
        session_number: i64 = meeting.number,
        status: &'static str = in_korean(meeting.kind()),
        date: String = meeting.date.clone(),
        has_request: bool = pending.iter().any(|request| request.number == meeting.number),
    }

    #[serde(rename_all = "camelCase")]
    #[schema(example = json!({"sessionNumber": 3, "requestReason": "병원 진료로 인한 결석",
        "requestDate": "2025-10-25T10:30:00", "status": "PENDING"}))]
    pub struct AttendancePending from (PendingRequest, &Clock) as (request, clock) {
        session_number: i64 = request.number,
        request_reason: String = request.reason,
        request_date: String = clock.local(request.created_ms),
        status: &'static str = "PENDING",
    }

    #[serde(rename_all = "camelCase")]
    pub struct AttendanceOverview from (EnrollmentAttendance, &Clock) as (o, clock) {
        summary: AttendanceSummary = (&o).into(),
        sessions: Vec<AttendanceSession> = o.meetings.iter().map(|m| (m, o.pending.as_slice()).into()).collect(),
        pending_requests: Vec<AttendancePending> = o.pending.into_iter().map(|one| (one, clock).into()).collect(),
    }

    #[serde(rename_all = "camelCase")]
    #[schema(example = json!({"userIdx": 1, "userName": "김학생", "userEmail": "student1@example.com",
        "studentId": "20241001"}))]
    pub struct AttendanceStudent from &AttendingStudent as student {
        user_idx: i64 = student.person,
        user_name: String = student.name.clone(),
        user_email: Option<String> = student.email.clone(),
        /// The student number, or the `userIdx` if there is none
        student_id: String = student.student_no.clone().unwrap_or_else(|| student.person.to_string()),
    }

    #[serde(rename_all = "camelCase")]
    pub struct AttendanceOfStudent from (EnrollmentAttendance, &Clock) as (o, clock) {
        student_info: AttendanceStudent = (&o.student).into(),
        #[serde(flatten)]
        overview: AttendanceOverview = (o, clock).into(),
    }
}

/// Translates a mark into the three words of the seed. «Excused» and «left early» count as present.
fn in_korean(mark: MarkKind) -> &'static str {
    match mark {
        MarkKind::Present | MarkKind::Excused | MarkKind::EarlyLeave => "출석",
        MarkKind::Late => "지각",
        MarkKind::Absent => "결석",
    }
}
