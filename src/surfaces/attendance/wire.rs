//! The JSON of this surface, with the keys of its seed. Where the seed spells a key in two ways (`lateSession` and
//! `lateSessions`), both are sent.

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Clock;
use crate::event::Attendance;
use crate::school::attendance::requests::{DECISIONS_MAX, Decided, Verdict};
use crate::school::attendance::views::{self, Pending};
use crate::surfaces::language::said;
use crate::surfaces::texts::{Code, Prose, Reason, Several, Within};

/// Every answer of this surface.
#[derive(Serialize, ToSchema)]
#[schema(as = AttendanceDone)]
pub struct Done<T> {
    pub success: bool,
    pub message: &'static str,
    pub data: T,
}

pub fn done<T>(message: &'static str, data: T) -> Answer<Done<T>> {
    Answer(Done { success: true, message: said(message), data })
}

/// … where there is nothing to say but that it was done.
#[derive(Serialize, ToSchema)]
#[schema(as = AttendanceSettled, example = json!({"success": true, "message": "출석 승인 처리가 완료되었습니다.", "data": null}))]
pub struct Settled {
    pub success: bool,
    pub message: &'static str,
    #[schema(value_type = Option<Object>)]
    pub data: Option<()>,
}

pub fn settled(message: &'static str) -> Answer<Settled> {
    Answer(Settled { success: true, message: said(message), data: None })
}

type SessionNumber = Within<1, 80>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AttendanceRequest, example = json!({"lecSerial": "ETH201", "sessionNumber": 3, "requestReason": "병원 진료로 인한 결석"}))]
pub struct Request {
    pub lec_serial: Code,
    pub session_number: SessionNumber,
    pub request_reason: Reason,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AttendanceApproval, example = json!({"lecSerial": "ETH201", "sessionNumber": 3, "attendanceRecords": [
    {"studentIdx": 1, "status": "APPROVED", "rejectReason": null},
    {"studentIdx": 2, "status": "REJECTED", "rejectReason": "증빙 서류 미제출"}]}))]
pub struct Approval {
    pub lec_serial: Code,
    pub session_number: SessionNumber,
    pub attendance_records: Several<Record, 1, { DECISIONS_MAX }>,
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

impl From<Record> for Decided {
    fn from(r: Record) -> Decided {
        let verdict = match r.status {
            VerdictWord::Approved => Verdict::Approved,
            VerdictWord::Rejected => Verdict::Rejected,
        };
        Decided { person: r.student_idx, verdict, reason: r.reject_reason.map(String::from) }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AttendanceCourse, example = json!({"lecSerial": "ETH201"}))]
pub struct Course {
    pub lec_serial: Code,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AttendanceSummary, example = json!({"totalSessions": 16, "attendedSessions": 12, "absentSessions": 3,
    "lateSessions": 1, "lateSession": 1, "attendanceRate": 81.25, "requiredAttendanceRate": 75.0}))]
pub struct Summary {
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
#[schema(as = AttendanceSession, example = json!({"sessionNumber": 3, "status": "결석", "date": "2025-03-10", "hasRequest": true}))]
pub struct Session {
    pub session_number: i64,
    pub status: &'static str,
    pub date: String,
    pub has_request: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AttendancePending, example = json!({"sessionNumber": 3, "requestReason": "병원 진료로 인한 결석",
    "requestDate": "2025-10-25T10:30:00", "status": "PENDING"}))]
pub struct PendingRequest {
    pub session_number: i64,
    pub request_reason: String,
    pub request_date: String,
    pub status: &'static str,
}

impl PendingRequest {
    fn of(p: Pending, clock: &Clock) -> PendingRequest {
        PendingRequest {
            session_number: p.number,
            request_reason: p.reason,
            request_date: clock.local(p.created_ms),
            status: "PENDING",
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AttendanceOverview)]
pub struct Overview {
    pub summary: Summary,
    pub sessions: Vec<Session>,
    pub pending_requests: Vec<PendingRequest>,
}

impl Overview {
    pub fn of(o: views::Overview, clock: &Clock) -> Overview {
        let late = o.count(|mark| mark == Attendance::Late);
        let absent = o.count(|mark| mark == Attendance::Absent);
        let summary = Summary {
            total_sessions: o.total(),
            attended_sessions: o.meetings.len() as i64 - late - absent,
            absent_sessions: absent,
            late_sessions: late,
            late_session: late,
            attendance_rate: o.student.rate.unwrap_or(0.0),
            required_attendance_rate: o.student.needed_rate,
        };
        let session = |meeting: &views::Attended| Session {
            session_number: meeting.number,
            status: in_korean(meeting.kind()),
            date: meeting.date.clone(),
            has_request: o.pending.iter().any(|request| request.number == meeting.number),
        };
        let sessions = o.meetings.iter().map(session).collect();
        let pending_requests = o.pending.into_iter().map(|p| PendingRequest::of(p, clock)).collect();
        Overview { summary, sessions, pending_requests }
    }
}

/// Translates a mark into the three words of the seed. «Excused» and «left early» count as present.
fn in_korean(mark: Attendance) -> &'static str {
    match mark {
        Attendance::Present | Attendance::Excused | Attendance::EarlyLeave => "출석",
        Attendance::Late => "지각",
        Attendance::Absent => "결석",
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AttendanceStudent, example = json!({"userIdx": 1, "userName": "김학생", "userEmail": "student1@example.com",
    "studentId": "20241001"}))]
pub struct StudentInfo {
    pub user_idx: i64,
    pub user_name: String,
    pub user_email: Option<String>,
    /// The student number; where nobody gave one, the `userIdx`
    pub student_id: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AttendanceOfStudent)]
pub struct StudentOverview {
    pub student_info: StudentInfo,
    #[serde(flatten)]
    pub overview: Overview,
}

impl StudentOverview {
    pub fn of(o: views::Overview, clock: &Clock) -> StudentOverview {
        let student = &o.student;
        let student_info = StudentInfo {
            user_idx: student.person,
            user_name: student.name.clone(),
            user_email: student.email.clone(),
            student_id: student.student_no.clone().unwrap_or_else(|| student.person.to_string()),
        };
        StudentOverview { student_info, overview: Overview::of(o, clock) }
    }
}
