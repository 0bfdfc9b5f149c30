//! Progress, logs and calls for help.

use super::help_pictures::HelpPicture;
use super::{PersonRef, TitleRef};
use crate::error::{Error, Result};
use crate::event::{HelpKind, ProgressStatus};
use crate::rounding::rounded;
use crate::school::activity::{BATCH_MAX_LOGS, LOG_MAX_BYTES, NewLog};
use crate::school::help::answers::{AnsweredCall, HelpAnswer, HelpType, NewHelpAnswer};
use crate::school::help::picture_rows::CallPicture;
use crate::school::help::{HelpRequest, NewHelpRequest, RequestReceipt};
use crate::school::outline::Item;
use crate::school::progress::RecordedProgress;
use crate::school::progress::views::{CurrentProgress, StepProgress, StudentCourseProgress};
use crate::surfaces::keys::*;
use crate::surfaces::language::{Language, translate};

query! {
    pub struct MyProgressQuery {
        /// The lecture; the one in which the caller was active last when left out
        lecture_id: Option<i64>,
    }
}

answer! {
    #[schema(example = json!({"id": 1000, "task_id": 100, "title": "카카오톡 앱 열기",
        "guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요", "status": "IN_PROGRESS"}))]
    pub struct MyStep from (Item, &'static str) as (item, state) {
        id: i64 = item.id,
        task_id: i64 = item.unit,
        title: String = item.title,
        guide_text: Option<String> = item.guide,
        status: String = state.into(),
    }

    #[schema(example = json!({"completed_subtasks": 5, "total_subtasks": 20, "completion_rate": 0.25}))]
    pub struct Summary from (i64, i64) as (completed, total) {
        completed_subtasks: i64 = completed,
        total_subtasks: i64 = total,
        completion_rate: f64 = rate(completed, total),
    }

    pub struct MyProgress from CurrentProgress as m {
        current_subtask: Option<MyStep> = m.current.map(MyStep::from),
        progress_summary: Summary = (m.completed, m.total).into(),
    }
}

/// Returns the share that is done, from 0 to 1 with two digits; 0 if there is nothing to do.
pub fn rate(done: i64, of: i64) -> f64 {
    if of == 0 { 0.0 } else { rounded(done as f64 / of as f64, 2) }
}

words!(pub enum ProgressWord for ProgressStatus { InProgress, Completed });

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"subtask_id": 1000, "status": "COMPLETED"}))]
pub struct UpdateProgress {
    pub subtask_id: i64,
    pub status: ProgressWord,
    /// The caller's own id; may be left out
    pub user_id: Option<i64>,
}

answer! {
    #[schema(example = json!({"subtask_id": 1000, "status": "COMPLETED", "completed_at": "2025-10-28T10:05:00Z",
        "next_subtask": {"id": 1001, "title": "친구 선택하기"}}))]
    pub struct ProgressUpdated from RecordedProgress as r {
        subtask_id: i64 = r.item,
        status: String = r.progress.word().into(),
        completed_at: Option<Instant> = r.completed_ms.map(Instant),
        next_subtask: Option<TitleRef> = r.next.as_ref().map(TitleRef::from),
    }

    #[schema(example = json!({"task_title": "메시지 보내기", "subtask_title": "카카오톡 앱 열기", "subtask_id": 1000,
        "status": "COMPLETED", "started_at": "2025-10-28T10:01:00Z", "completed_at": "2025-10-28T10:05:00Z"}))]
    pub struct ProgressLine from StepProgress as l {
        task_title: String = l.task_title,
        subtask_title: String = l.item_title,
        subtask_id: i64 = l.item,
        status: String = l.status,
        started_at: Option<Instant> = l.started_ms.map(Instant),
        completed_at: Option<Instant> = l.completed_ms.map(Instant),
    }

    pub struct StudentProgress from StudentCourseProgress as o {
        user: PersonRef = o.person.into(),
        lecture: TitleRef = o.course.into(),
        progress: Vec<ProgressLine> = each(o.lines),
    }
}

// Logs.

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 1, "subtask_id": 1000, "event_type": "CLICK", "event_data": {"x": 150, "y": 300,
    "element": "Button", "text": "확인"}, "screen_info": {"package_name": "com.kakao.talk",
    "activity_name": "MainActivity", "screen_title": "친구 목록"}, "timestamp": "2025-10-28T10:05:30Z"}))]
pub struct Log {
    pub user_id: Option<i64>,
    pub subtask_id: Option<i64>,
    pub event_type: Word,
    pub event_data: Option<AnyObject>,
    pub screen_info: Option<AnyObject>,
    pub timestamp: Option<Instant>,
}

impl Log {
    /// Checks the length of a log, and converts it. An error names the field, with `place` before it: the log's path in the body.
    pub fn checked(self, place: &str) -> Result<NewLog> {
        let log = NewLog {
            item: self.subtask_id,
            kind: self.event_type.into(),
            data: self.event_data.map_or_else(|| "{}".into(), AnyObject::plain),
            screen: self.screen_info.map(AnyObject::plain),
            at_ms: self.timestamp.map(|t| t.0),
        };
        if log.text_bytes() > LOG_MAX_BYTES {
            let is_screen = log.screen.as_ref().is_some_and(|screen| screen.len() > log.data.len());
            let field = if is_screen { "screen_info" } else { "event_data" };
            return Err(Error::bad_as_sent(
                format!("{place}{field}"),
                format!("a log has at most {LOG_MAX_BYTES} bytes"),
            ));
        }
        Ok(log)
    }
}

/// Checks and converts many logs. `list` is the name of the list in the body, for errors.
pub fn checked_logs(logs: Vec<Log>, list: &str) -> Result<Vec<NewLog>> {
    logs.into_iter().enumerate().map(|(n, log)| log.checked(&format!("{list}[{n}]."))).collect()
}

answer! {
    #[schema(example = json!({"log_id": 50000, "message": "Log saved successfully"}))]
    pub struct LogSaved from i64 as first { log_id: i64 = first, message: String = "Log saved successfully".into() }

    #[schema(example = json!({"saved_count": 2, "message": "Logs saved successfully"}))]
    pub struct LogsSaved from i64 as count { saved_count: i64 = count, message: String = "Logs saved successfully".into() }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"logs": [
    {"event_type": "CLICK", "event_data": {"x": 150, "y": 300}, "timestamp": "2025-10-28T10:05:30Z"},
    {"event_type": "SCROLL", "event_data": {"dy": 120}, "timestamp": "2025-10-28T10:05:31Z"}]}))]
pub struct Logs {
    /// All logs are stored, or none
    pub logs: BoundedList<Log, 1, { BATCH_MAX_LOGS }>,
}

// Help.

words! {
    pub enum HelpKindWord for HelpKind {
        Manual,
        /// The app noticed by itself that the student is stuck: once per step
        Auto,
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 1, "subtask_id": 1001, "request_type": "MANUAL",
    "context_data": {"current_screen": "com.kakao.talk.MainActivity", "recent_actions": ["CLICK", "SCROLL"],
    "stuck_duration_seconds": 30}}))]
pub struct AskHelp {
    pub user_id: Option<i64>,
    pub subtask_id: i64,
    /// MANUAL when left out
    pub request_type: Option<HelpKindWord>,
    pub context_data: Option<AnyObject>,
}

#[derive(Deserialize, Default)]
struct Context {
    stuck_duration_seconds: Option<f64>,
}

const LONGEST_STUCK_S: f64 = 86_400.0;

impl AskHelp {
    pub fn request(self, in_session: Option<i64>) -> NewHelpRequest {
        let context = self.context_data.map_or_else(|| "{}".into(), AnyObject::plain);
        let stuck = serde_json::from_str::<Context>(&context).unwrap_or_default().stuck_duration_seconds;
        NewHelpRequest {
            item: self.subtask_id,
            kind: self.request_type.plain().unwrap_or(HelpKind::Manual),
            context,
            language: Language::now(),
            stuck_seconds: stuck.map(|s| s.clamp(0.0, LONGEST_STUCK_S) as i64),
            in_session,
        }
    }
}

answer! {
    #[schema(example = json!({"help_request_id": 5000, "status": "ANALYZING", "position": 2,
        "message": "분석 중입니다. 잠시만 기다려주세요."}))]
    pub struct HelpAsked from RequestReceipt as a {
        help_request_id: i64 = a.request,
        status: String = a.status,
        /// The number of open calls up to this one, itself included; 0 outside a session
        position: i64 = a.position,
        message: String = translate("분석 중입니다. 잠시만 기다려주세요.").into(),
    }

    #[schema(example = json!({"id": 3000, "answered_by": "GUIDE", "help_type": "TEXT",
        "help_content": "화면 상단의 '친구' 탭을 눌러보세요. 메시지를 보낼 친구를 찾을 수 있습니다.", "voice_guide_text": "화면 상단의 친구 탭을 눌러보세요",
        "picture": null}))]
    pub struct HelpResponse from (HelpAnswer, Option<CallPicture>) as (r, picture) {
        id: i64 = r.id,
        /// INSTRUCTOR, or GUIDE if the analyser answered
        answered_by: &'static str = answered_by(r.by_person.is_some()),
        help_type: String = r.r#type,
        help_content: String = r.content,
        voice_guide_text: Option<String> = r.voice,
        /// The picture of the call, if this answer sent it back with marks
        picture: Option<HelpPicture> = picture.filter(|p| r.with_picture && !p.marks.is_empty()).map(HelpPicture::from),
    }
}

/// Returns the word for who has answered: the instructor, or the analyser by itself.
pub fn answered_by(by_hand: bool) -> &'static str {
    if by_hand { "INSTRUCTOR" } else { "GUIDE" }
}

answer! {
    #[schema(example = json!({"problem_diagnosis": "사용자가 친구 탭을 찾지 못하고 있습니다", "confidence_score": 0.85}))]
    pub struct Analysis from (String, f64) as (diagnosis, confidence) {
        problem_diagnosis: String = diagnosis,
        confidence_score: f64 = confidence,
    }

    pub struct HelpView from AnsweredCall as call
        let AnsweredCall { request: r, answer: response, picture } = call;
    {
        help_request_id: i64 = r.id,
        status: String = r.status,
        request_type: String = r.kind,
        subtask_id: i64 = r.item,
        user_id: i64 = r.person,
        help_response: Option<HelpResponse> = response.map(|response| (response, picture.clone()).into()),
        /// The picture of the learner's screen that the call carries
        picture: Option<HelpPicture> = picture.map(HelpPicture::from),
        analysis: Option<Analysis> = r.diagnosis.zip(r.confidence).map(Analysis::from),
        /// The one of the session's staff who goes there
        claimed_by: Option<PersonRef> = r.claimed_by.zip(r.claimed_name).map(PersonRef::from),
        created_at: Instant = Instant(r.created_ms),
    }
}

words! {
    pub enum HelpTypeWord for HelpType {
        Text,
        Voice,
        /// The instructor comes to the student
        Visit,
    }
}

body! {
    #[schema(example = json!({"help_type": "TEXT", "help_content": "화면 위쪽의 '친구'를 눌러보세요",
        "voice_guide_text": "화면 위쪽의 친구를 눌러보세요"}))]
    pub struct Respond for NewHelpAnswer;
    needed {
        help_type: HelpTypeWord => help_type,
        help_content: Prose => content,
    }
    optional { voice_guide_text: Option<Guide> => voice, }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"help_response_id": 3000, "rating": 5, "feedback_text": "매우 도움이 되었습니다"}))]
pub struct Feedback {
    pub help_response_id: i64,
    pub rating: Within<1, 5>,
    pub feedback_text: Option<Prose>,
}

answer! {
    #[schema(example = json!({"help_response_id": 3000, "help_request_id": 5000, "rating": 5, "status": "RESOLVED",
        "message": "의견을 남겨 주셔서 고맙습니다"}))]
    pub struct FeedbackTaken from (i64, i64, HelpRequest) as (response, stars, request) {
        help_response_id: i64 = response,
        help_request_id: i64 = request.id,
        rating: i64 = stars,
        /// 4 or more resolves the request, 2 or less calls the instructor
        status: String = request.status,
        message: String = translate("의견을 남겨 주셔서 고맙습니다").into(),
    }
}
