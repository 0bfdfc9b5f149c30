//! Attendance marks of a session's meeting.

use serde::Serialize;
use utoipa::ToSchema;

use super::PersonRef;
use crate::school::attendance::Mark;
use crate::surfaces::texts::Instant;

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"attendance_id": 1, "user": {"id": 1, "name": "김학생"}, "enrollment_id": 1, "session_number": 1,
    "class_date": "2025-10-28", "attendance_type": "PRESENT", "check_in_at": "2025-10-28T01:00:00Z",
    "check_out_at": null, "is_by_hand": false}))]
pub struct AttendanceLine {
    pub attendance_id: i64,
    pub user: PersonRef,
    pub enrollment_id: i64,
    pub session_number: i64,
    pub class_date: String,
    pub attendance_type: String,
    pub check_in_at: Option<Instant>,
    pub check_out_at: Option<Instant>,
    pub is_by_hand: bool,
}

#[derive(Serialize, ToSchema)]
pub struct SessionAttendance {
    pub session_id: i64,
    pub attendances: Vec<AttendanceLine>,
    pub total_count: i64,
}

impl SessionAttendance {
    pub fn of(session_id: i64, marks: Vec<Mark>) -> SessionAttendance {
        let line = |m: Mark| AttendanceLine {
            attendance_id: m.id,
            user: PersonRef { id: m.person, name: m.name },
            enrollment_id: m.enrollment,
            session_number: m.number,
            class_date: m.date,
            attendance_type: m.kind,
            check_in_at: m.in_ms.map(Instant),
            check_out_at: m.out_ms.map(Instant),
            is_by_hand: m.by_hand,
        };
        let attendances: Vec<AttendanceLine> = marks.into_iter().map(line).collect();
        SessionAttendance { session_id, total_count: attendances.len() as i64, attendances }
    }
}
