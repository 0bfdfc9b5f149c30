//! Korean words for marks and states, as tables for spreadsheets show them. `translate` has them in the other languages.

use crate::event::MarkKind;

/// Names a mark, where all five marks have different names.
pub fn mark(mark: MarkKind) -> &'static str {
    match mark {
        MarkKind::Present => "출석",
        MarkKind::Late => "지각",
        MarkKind::Absent => "결석",
        MarkKind::Excused => "공결",
        MarkKind::EarlyLeave => "조퇴",
    }
}

pub fn enrolled(status: &str) -> &str {
    match status {
        "PENDING" => "승인 대기",
        "APPROVED" => "수강 중",
        "REJECTED" => "거부",
        "CANCELLED" => "취소",
        "COMPLETED" => "수료",
        other => other,
    }
}

pub fn completed(status: &str) -> &str {
    match status {
        "COMPLETED" => "수료",
        "INCOMPLETE" => "미수료",
        "REVOKED" => "취소",
        other => other,
    }
}
