//! Error messages in Korean, for the surfaces whose users read Korean; and the Korean words for marks and states.

use crate::error::{Error, UNAVAILABLE_RETRY_AFTER_S};
use crate::event::MarkKind;

pub fn message(error: &Error) -> String {
    use Error::*;
    match error {
        BadInput { field, .. } if field.is_empty() => "보내신 내용을 읽을 수 없습니다.".into(),
        BadInput { field, reason } => match reason.starts_with("missing field") {
            true => format!("{field}: 꼭 필요한 값입니다."),
            false => format!("{field}: 값이 올바르지 않습니다."),
        },
        TooLarge { limit_bytes } => format!("내용이 너무 큽니다. (최대 {limit_bytes}바이트)"),
        NotJson => "JSON 형식으로 보내 주세요. (Content-Type: application/json)".into(),
        NotFound(noun) => format!("{} 찾을 수 없습니다.", noun_of(noun)),
        NoSuchPath => "없는 주소입니다.".into(),
        WrongMethod => "이 주소에서는 쓸 수 없는 방식입니다.".into(),
        SignInNeeded => "인증이 필요합니다.".into(),
        TokenExpired => "로그인 시간이 지났습니다. 다시 인증해 주세요.".into(),
        WrongPassword => "아이디 또는 비밀번호가 맞지 않습니다.".into(),
        LoginEnded => "로그아웃되었습니다. 다시 로그인해 주세요.".into(),
        NotYours => "이 정보를 보거나 바꿀 권한이 없습니다.".into(),
        StaffOnly => "강사 권한이 필요합니다.".into(),
        AdminOnly => "관리자 권한이 필요합니다.".into(),
        StudentsOnly => "학생만 할 수 있습니다.".into(),
        SignupClosed => "강사 등록은 관리자가 합니다.".into(),
        DoorClosed => "강사가 교실 문을 닫았습니다.".into(),
        Removed => "강사가 이 교실에서 내보냈습니다.".into(),
        Refused => "이 과정의 수강 신청이 거부되었습니다.".into(),
        NotAdmitted => "먼저 수강 신청을 하고 승인을 받아야 합니다.".into(),
        ClassFull => "정원이 찼습니다.".into(),
        ClassEnded => "이미 끝난 차수입니다.".into(),
        AlreadyMarked => "이미 출결이 등록되어 있습니다. 등록된 출결을 수정해 주세요.".into(),
        AlreadyAttended => "이미 출석으로 인정된 회차입니다.".into(),
        AlreadyRequested => "이미 출석을 요청한 회차입니다. 결과를 기다려 주세요.".into(),
        NothingPending { person } => format!("학생 {person}번의 대기 중인 출석 요청이 없습니다."),
        TooManyRequests { most } => format!("아직 결정되지 않은 출석 요청이 {most}건 있습니다. 결과를 기다려 주세요."),
        Unpaid => "확인된 결제가 없습니다.".into(),
        RefundTooLarge { left } => format!("환불할 수 있는 금액은 {left}원입니다."),
        OutsideWindow => "평가 기간이 아닙니다.".into(),
        OverTime { minutes } => format!("제한 시간 {minutes}분을 넘었습니다."),
        NoAttemptsLeft { allowed } => format!("응시 횟수 {allowed}회를 모두 사용했습니다."),
        AttemptTaken { number } => {
            format!("{number}번째 응시 결과가 이미 등록되어 있습니다. 등록된 결과를 수정해 주세요.")
        }
        NotMet { missing } => {
            let missing: Vec<&str> = missing.iter().map(|part| requirement(part)).collect();
            format!("수료 조건을 채우지 못했습니다: {}", missing.join(", "))
        }
        GuestUnclaimed => "손님으로 참여한 분은 이름과 로그인 정보를 먼저 등록해야 합니다.".into(),
        WrongState { status } => format!("지금 상태({})에서는 할 수 없습니다.", state(status)),
        AlreadyEnrolled => "이미 신청했거나 수강 중인 차수입니다.".into(),
        AlreadyAnswered => "이미 처리되었습니다.".into(),
        EmailTaken => "이미 쓰이고 있는 이메일입니다.".into(),
        PhoneTaken => "이미 쓰이고 있는 전화번호입니다.".into(),
        CodeTaken => "이미 쓰이고 있는 코드입니다.".into(),
        NameIsHere => "같은 이름의 분이 이미 들어와 있습니다. 같은 분인지 알려 주세요.".into(),
        HasMoreThanThisClass => "이 분에게는 이 수업 밖의 기록이 있습니다. 다른 분을 이 분에게 합쳐 주세요.".into(),
        SessionFull { cap_people } => format!("교실이 가득 찼습니다. (최대 {cap_people}명)"),
        HasOpenEnrollments { count } => format!("수강생 {count}명이 있어 삭제할 수 없습니다."),
        StepInUse { .. } => "지금 수업에서 쓰고 있는 단계입니다.".into(),
        KeyReused => "이미 다른 요청에 쓰인 키입니다.".into(),
        SomeoneWasFaster => "방금 다른 사람이 먼저 처리했습니다.".into(),
        SetupOver => "이 링크는 이미 쓰였거나, 링크가 나온 뒤에 서버가 다시 시작되었습니다.".into(),
        ForeignPage => "다른 사이트의 페이지에서는 할 수 없습니다.".into(),
        TooManySockets { .. }
        | TooManyFailures { .. }
        | TooManyConnections { .. }
        | LogQuotaUsed { .. }
        | Busy { .. }
        | Unavailable { .. } => too_much(error),
        Internal(_) => "서버 오류가 발생했습니다.".into(),
    }
}

/// Returns the message of an error about a limit: too many or too much, at the moment or in all.
fn too_much(error: &Error) -> String {
    use Error::*;
    match error {
        TooManySockets { most } => {
            format!("이미 화면 {most}곳에서 열려 있습니다. 다른 화면을 하나 닫은 뒤 다시 해 주세요.")
        }
        TooManyFailures { retry_after_s } => format!("시도가 너무 많습니다. {retry_after_s}초 뒤에 다시 해 주세요."),
        Unavailable { .. } => format!("지금은 처리할 수 없습니다. {UNAVAILABLE_RETRY_AFTER_S}초 뒤에 다시 해 주세요."),
        TooManyConnections { retry_after_s } => {
            format!("같은 인터넷 주소에서 연결이 너무 많습니다. {retry_after_s}초 뒤에 다시 해 주세요.")
        }
        LogQuotaUsed { retry_after_s } => {
            format!("활동 기록이 너무 많아 지금은 더 받을 수 없습니다. {retry_after_s}초 뒤에 다시 보내 주세요.")
        }
        Busy { retry_after_s } => format!("지금은 접속이 많습니다. {retry_after_s}초 뒤에 다시 해 주세요."),
        _ => String::new(),
    }
}

/// Translates a noun, and adds the particle that it takes (을 or 를).
fn noun_of(noun: &str) -> &str {
    match noun {
        "Lecture" => "과정을",
        "Class" => "차수를",
        "Enrollment" => "수강 신청을",
        "User" => "사용자를",
        "Progress" => "진도를",
        "Subtask" | "Content" => "콘텐츠를",
        "Attendance" => "출결을",
        "Assessment" => "평가를",
        "Result" => "평가 결과를",
        "Completion" => "수료 정보를",
        "Certificate" => "수료증을",
        "Session" => "수업을",
        other => other,
    }
}

/// Names a part of the completion rule.
pub fn requirement(part: &str) -> &str {
    match part {
        "attendance" => "출석률",
        "progress" => "필수 학습",
        "assessment" => "필수 평가 합격",
        other => other,
    }
}

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

/// Names a state, of anything that has states.
fn state(status: &str) -> &str {
    match status {
        "WAITING" => "대기 중",
        "IN_PROGRESS" => "진행 중",
        "PAUSED" => "쉬는 중",
        "REVIEW_MODE" => "끝난 수업",
        "UNCONFIRMED" => "확인되지 않은 결제 있음",
        "CERTIFIED" => "수료증 발급됨",
        "INCOMPLETE" => "미수료",
        "REVOKED" => "수료 취소",
        "ARCHIVED" => "보관된 과정",
        "INACTIVE" => "쓰지 않는 평가",
        "GRADED" => "채점됨",
        other => enrolled(other),
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
