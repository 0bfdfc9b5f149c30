//! Bodies that the instructor's buttons send, and the answers.

use super::TitleRef;
use super::sessions::TimerShown;
use crate::event::Event;
use crate::school::sessions::SessionStatus;
use crate::school::sessions::control::CommandOutcome;
use crate::surfaces::keys::*;
use crate::surfaces::language::translate;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"first_subtask_id": 1000, "message": "수업을 시작하겠습니다. 첫 번째 단계를 함께 진행해봅시다."}))]
pub struct Start {
    /// The lecture's first step when left out
    pub first_subtask_id: Option<i64>,
    pub message: Option<Prose>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"next_subtask_id": 1001, "message": "잘하셨습니다! 이제 다음 단계로 넘어갑니다."}))]
pub struct NextStep {
    /// Any step of the lecture; the one after the current when left out
    pub next_subtask_id: Option<i64>,
    pub message: Option<Prose>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"message": "잠시 쉬는 시간입니다. 5분 후 다시 시작하겠습니다."}))]
pub struct WithMessage {
    pub message: Option<Prose>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"message": "5분 뒤에 시작하겠습니다."}))]
pub struct SayToAll {
    pub message: Reason,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"seconds": 180}))]
pub struct SetTimer {
    /// From now on, at most two hours; null or left out ends the timer
    pub seconds: Option<Within<1, 7_200>>,
}

answer! {
    #[schema(example = json!({"session_id": 1, "timer": {"ends_at": "2025-10-28T10:08:00Z", "seconds": 180, "left_ms": 180000},
        "timestamp": "2025-10-28T10:05:00Z"}))]
    pub struct TimerSet from CommandOutcome as o
    let timer = if let Event::TimerChanged(timer) = o.event { timer } else { None };
    {
        session_id: i64 = o.session,
        timer: Option<TimerShown> = timer.map(|timer| (timer, o.at_ms).into()),
        timestamp: Instant = Instant(o.at_ms),
    }

    #[schema(example = json!({"session_id": 1, "instructor_message": "5분 뒤에 시작하겠습니다.",
        "timestamp": "2025-10-28T09:55:00Z"}))]
    pub struct MessageSent from CommandOutcome as o
    let message = if let Event::InstructorMessage { message } = o.event { message } else { String::new() };
    {
        session_id: i64 = o.session,
        instructor_message: String = message,
        timestamp: Instant = Instant(o.at_ms),
    }

    #[schema(example = json!({"session_id": 1, "status": "IN_PROGRESS", "started_at": "2025-10-28T10:00:00Z",
        "current_subtask": {"id": 1000, "title": "카카오톡 앱 열기"}, "active_participants": 12, "message": "수업이 시작되었습니다"}))]
    pub struct Started from CommandOutcome as o {
        session_id: i64 = o.session,
        status: String = SessionStatus::InProgress.word().into(),
        started_at: Option<Instant> = o.started_ms.map(Instant),
        current_subtask: Option<TitleRef> = o.current.as_ref().map(TitleRef::from),
        active_participants: i64 = o.active,
        message: String = translate("수업이 시작되었습니다").into(),
    }

    #[schema(example = json!({"session_id": 1, "previous_subtask": {"id": 1000, "title": "카카오톡 앱 열기"},
        "current_subtask": {"id": 1001, "title": "친구 선택하기"}, "timestamp": "2025-10-28T10:05:00Z"}))]
    pub struct StepChanged from CommandOutcome as o {
        session_id: i64 = o.session,
        previous_subtask: Option<TitleRef> = o.previous.as_ref().map(TitleRef::from),
        current_subtask: Option<TitleRef> = o.current.as_ref().map(TitleRef::from),
        timestamp: Instant = Instant(o.at_ms),
    }

    #[schema(example = json!({"session_id": 1, "action": "PAUSE", "message": "수업이 일시 정지되었습니다",
        "timestamp": "2025-10-28T10:15:00Z"}))]
    pub struct Paused from CommandOutcome as o
    let message = translate("수업이 일시 정지되었습니다").into();
    {
        session_id: i64 = o.session,
        action: String = "PAUSE".into(),
        message: String = message,
        timestamp: Instant = Instant(o.at_ms),
    }

    #[schema(example = json!({"session_id": 1, "action": "RESUME", "current_subtask": {"id": 1001, "title": "친구 선택하기"},
        "timestamp": "2025-10-28T10:20:00Z"}))]
    pub struct Resumed from CommandOutcome as o {
        session_id: i64 = o.session,
        action: String = "RESUME".into(),
        current_subtask: Option<TitleRef> = o.current.as_ref().map(TitleRef::from),
        timestamp: Instant = Instant(o.at_ms),
    }

    #[schema(example = json!({"session_id": 1, "status": "REVIEW_MODE", "ended_at": "2025-10-28T11:00:00Z",
        "duration_minutes": 60, "completed_participants": 10, "total_participants": 12, "message": "수업이 종료되었습니다"}))]
    pub struct Ended from CommandOutcome as o
    let (completed, total, minutes) = match o.event {
        Event::SessionEnded { completed, total, minutes, .. } => (completed, total, minutes),
        _ => (0, 0, 0),
    };
    {
        session_id: i64 = o.session,
        status: String = SessionStatus::Review.word().into(),
        ended_at: Instant = Instant(o.at_ms),
        duration_minutes: i64 = minutes,
        completed_participants: i64 = completed,
        total_participants: i64 = total,
        message: String = translate("수업이 종료되었습니다").into(),
    }
}
