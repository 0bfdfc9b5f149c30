//! The JSON of this surface, with the keys of its seed. Where the seed spells a key in two ways (`lateSession` and
//! `lateSessions`), both are sent.

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Clock;
use crate::event::MarkKind;
use crate::school::attendance::requests::{DECISIONS_MAX, DecidedRequest, RequestDecision};
use crate::school::attendance::views::{self, PendingRequest};
use crate::surfaces::language::translate;
use crate::surfaces::texts::{BoundedList, Code, Prose, Reason, Within};

/// Every answer of this surface.
#[derive(Serialize, ToSchema)]
pub struct AttendanceDone<T> {
    pub success: bool,
    pub message: &'static str,
    pub data: T,
}

pub fn done<T>(message: &'static str, data: T) -> Answer<AttendanceDone<T>> {
    Answer(AttendanceDone { success: true, message: translate(message), data })
}

/// An answer of this surface without data.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"success": true, "message": "출석 승인 처리가 완료되었습니다.", "data": null}))]
pub struct AttendanceSettled {
    pub success: bool,
    pub message: &'static str,
    #[schema(value_type = Option<Object>)]
    pub data: Option<()>,
}

pub fn settled(message: &'static str) -> Answer<AttendanceSettled> {
    Answer(AttendanceSettled { success: true, message: translate(message), data: None })
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

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub student_idx: i64,
    pub status: VerdictWord,
    pub reject_reason: Option<Prose>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VerdictWord {
    Approved,
    Rejected,
}

impl From<Record> for DecidedRequest {
    fn from(r: Record) -> DecidedRequest {
        let verdict = match r.status {
            VerdictWord::Approved => RequestDecision::Approved,
            VerdictWord::Rejected => RequestDecision::Rejected,
        };
        DecidedRequest { person: r.student_idx, verdict, reason: r.reject_reason.map(String::from) }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"lecSerial": "ETH201"}))]
pub struct AttendanceCourse {
    pub lec_serial: Code,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"totalSessions": 16, "attendedSessions": 12, "absentSessions": 3,
    "lateSessions": 1, "lateSession": 1, "attendanceRate": 81.25, "requiredAttendanceRate": 75.0}))]
pub struct AttendanceSummary {
    pub total_sessions: i64,
    pub attended_sessions: i64,
    pub absent_sessions: i64,
    pub late_sessions: i64,
    pub late_session: i64,
    pub attendance_rate: f64,
    pub required_attendance_rate: f64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"sessionNumber": 3, "status": "결석", "date": "2025-03-10", "hasRequest": true}))]
pub struct AttendanceSession {
    pub session_number: i64,
    pub status: &'static str,
    pub date: String,
    pub has_request: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"sessionNumber": 3, "requestReason": "병원 진료로 인한 결석",
    "requestDate": "2025-10-25T10:30:00", "status": "PENDING"}))]
pub struct AttendancePending {
    pub session_number: i64,
    pub request_reason: String,
    pub request_date: String,
    pub status: &'static str,
}

impl AttendancePending {
    fn of(p: PendingRequest, clock: &Clock) -> AttendancePending {
        AttendancePending {
            session_number: p.number,
            request_reason: p.reason,
            request_date: clock.local(p.created_ms),
            status: "PENDING",
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttendanceOverview {
    pub summary: AttendanceSummary,
    pub sessions: Vec<AttendanceSession>,
    pub pending_requests: Vec<AttendancePending>,
}

impl AttendanceOverview {
    pub fn of(o: views::EnrollmentAttendance, clock: &Clock) -> AttendanceOverview {
        let late = o.count(|mark| mark == MarkKind::Late);
        let absent = o.count(|mark| mark == MarkKind::Absent);
        let summary = AttendanceSummary {
            total_sessions: o.total(),
            attended_sessions: o.meetings.len() as i64 - late - absent,
            absent_sessions: absent,
            late_sessions: late,
            late_session: late,
            attendance_rate: o.student.rate.unwrap_or(0.0),
            required_attendance_rate: o.student.needed_rate,
        };
        let session = |meeting: &views::MeetingMark| AttendanceSession {
            session_number: meeting.number,
            status: in_korean(meeting.kind()),
            date: meeting.date.clone(),
            has_request: o.pending.iter().any(|request| request.number == meeting.number),
        };
        let sessions = o.meetings.iter().map(session).collect();
        let pending_requests = o.pending.into_iter().map(|p| AttendancePending::of(p, clock)).collect();
        AttendanceOverview { summary, sessions, pending_requests }
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

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"userIdx": 1, "userName": "김학생", "userEmail": "student1@example.com",
    "studentId": "20241001"}))]
pub struct AttendanceStudent {
    pub user_idx: i64,
    pub user_name: String,
    pub user_email: Option<String>,
    /// The student number, or the `userIdx` if there is none
    pub student_id: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttendanceOfStudent {
    pub student_info: AttendanceStudent,
    #[serde(flatten)]
    pub overview: AttendanceOverview,
}

impl AttendanceOfStudent {
    pub fn of(o: views::EnrollmentAttendance, clock: &Clock) -> AttendanceOfStudent {
        let student = &o.student;
        let student_info = AttendanceStudent {
            user_idx: student.person,
            user_name: student.name.clone(),
            user_email: student.email.clone(),
            student_id: student.student_no.clone().unwrap_or_else(|| student.person.to_string()),
        };
        AttendanceOfStudent { student_info, overview: AttendanceOverview::of(o, clock) }
    }
}
