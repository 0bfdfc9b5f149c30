//! Progress, logs and calls for help.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{PersonRef, TitleRef};
use crate::error::{Error, Result};
use crate::event::{HelpKind, ProgressStatus};
use crate::school::activity::{BATCH_MAX_LOGS, LOG_MAX_BYTES, NewLog};
use crate::school::help::answers::{HelpAnswer, HelpType, NewHelpAnswer};
use crate::school::help::{HelpRequest, NewHelpRequest, RequestReceipt};
use crate::school::progress::RecordedProgress;
use crate::school::progress::views::{CurrentProgress, StepProgress, StudentCourseProgress};
use crate::surfaces::answer::answer;
use crate::surfaces::language::{Language, translate};
use crate::surfaces::texts::{AnyObject, BoundedList, Guide, Instant, Prose, Within, Word};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MyProgressQuery {
    /// The lecture; the one in which the caller was active last when left out
    pub lecture_id: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 1000, "task_id": 100, "title": "카카오톡 앱 열기",
    "guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요", "status": "IN_PROGRESS"}))]
pub struct MyStep {
    pub id: i64,
    pub task_id: i64,
    pub title: String,
    pub guide_text: Option<String>,
    pub status: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"completed_subtasks": 5, "total_subtasks": 20, "completion_rate": 0.25}))]
pub struct Summary {
    pub completed_subtasks: i64,
    pub total_subtasks: i64,
    pub completion_rate: f64,
}

#[derive(Serialize, ToSchema)]
pub struct MyProgress {
    pub current_subtask: Option<MyStep>,
    pub progress_summary: Summary,
}

impl From<CurrentProgress> for MyProgress {
    fn from(m: CurrentProgress) -> MyProgress {
        let current = m.current.map(|(item, status)| MyStep {
            id: item.id,
            task_id: item.unit,
            title: item.title,
            guide_text: item.guide,
            status: status.into(),
        });
        let summary = Summary {
            completed_subtasks: m.completed,
            total_subtasks: m.total,
            completion_rate: rate(m.completed, m.total),
        };
        MyProgress { current_subtask: current, progress_summary: summary }
    }
}

/// Returns the share that is done, from 0 to 1 with two digits; 0 if there is nothing to do.
pub fn rate(done: i64, of: i64) -> f64 {
    if of == 0 { 0.0 } else { two_digits(done as f64 / of as f64) }
}

pub fn two_digits(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProgressWord {
    InProgress,
    Completed,
}

impl From<ProgressWord> for ProgressStatus {
    fn from(word: ProgressWord) -> ProgressStatus {
        match word {
            ProgressWord::InProgress => ProgressStatus::InProgress,
            ProgressWord::Completed => ProgressStatus::Completed,
        }
    }
}

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
}

answer! {
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
}

answer! {
    pub struct StudentProgress from StudentCourseProgress as o {
        user: PersonRef = PersonRef { id: o.person.0, name: o.person.1 },
        lecture: TitleRef = TitleRef { id: o.course.0, title: o.course.1 },
        progress: Vec<ProgressLine> = o.lines.into_iter().map(ProgressLine::from).collect(),
    }
}

// Logs.

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 1, "subtask_id": 1000, "event_type": "CLICK",
    "event_data": {"x": 150, "y": 300, "element": "Button", "text": "확인"},
    "screen_info": {"package_name": "com.kakao.talk", "activity_name": "MainActivity", "screen_title": "친구 목록"},
    "timestamp": "2025-10-28T10:05:30Z"}))]
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
            data: self.event_data.map_or_else(|| "{}".into(), AnyObject::text),
            screen: self.screen_info.map(AnyObject::text),
            at_ms: self.timestamp.map(|t| t.0),
        };
        if log.text_bytes() > LOG_MAX_BYTES {
            let is_screen = log.screen.as_ref().is_some_and(|screen| screen.len() > log.data.len());
            let field = if is_screen { "screen_info" } else { "event_data" };
            return Err(Error::bad(format!("{place}{field}"), format!("a log has at most {LOG_MAX_BYTES} bytes")));
        }
        Ok(log)
    }
}

/// Checks and converts many logs. `list` is the name of the list in the body, for errors.
pub fn checked_logs(logs: Vec<Log>, list: &str) -> Result<Vec<NewLog>> {
    logs.into_iter().enumerate().map(|(n, log)| log.checked(&format!("{list}[{n}]."))).collect()
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"log_id": 50000, "message": "Log saved successfully"}))]
pub struct LogSaved {
    pub log_id: i64,
    pub message: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"logs": [
    {"event_type": "CLICK", "event_data": {"x": 150, "y": 300}, "timestamp": "2025-10-28T10:05:30Z"},
    {"event_type": "SCROLL", "event_data": {"dy": 120}, "timestamp": "2025-10-28T10:05:31Z"}]}))]
pub struct Logs {
    /// All logs are stored, or none
    pub logs: BoundedList<Log, 1, { BATCH_MAX_LOGS }>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"saved_count": 2, "message": "Logs saved successfully"}))]
pub struct LogsSaved {
    pub saved_count: i64,
    pub message: String,
}

// Help.

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HelpKindWord {
    Manual,
    /// The app noticed by itself that the student is stuck: once per step
    Auto,
}

impl From<HelpKindWord> for HelpKind {
    fn from(word: HelpKindWord) -> HelpKind {
        match word {
            HelpKindWord::Manual => HelpKind::Manual,
            HelpKindWord::Auto => HelpKind::Auto,
        }
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
        let context = self.context_data.map_or_else(|| "{}".into(), AnyObject::text);
        let stuck = serde_json::from_str::<Context>(&context).unwrap_or_default().stuck_duration_seconds;
        NewHelpRequest {
            item: self.subtask_id,
            kind: self.request_type.map_or(HelpKind::Manual, HelpKind::from),
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
}

answer! {
    #[schema(example = json!({"id": 3000, "answered_by": "GUIDE", "help_type": "TEXT",
        "help_content": "화면 상단의 '친구' 탭을 눌러보세요. 메시지를 보낼 친구를 찾을 수 있습니다.",
        "voice_guide_text": "화면 상단의 친구 탭을 눌러보세요"}))]
    pub struct HelpResponse from HelpAnswer as r {
        id: i64 = r.id,
        /// INSTRUCTOR, or GUIDE if the analyser answered
        answered_by: &'static str = answered_by(r.by_person.is_some()),
        help_type: String = r.r#type,
        help_content: String = r.content,
        voice_guide_text: Option<String> = r.voice,
    }
}

/// Returns the word for who has answered: the instructor, or the analyser by itself.
pub fn answered_by(by_hand: bool) -> &'static str {
    if by_hand { "INSTRUCTOR" } else { "GUIDE" }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"problem_diagnosis": "사용자가 친구 탭을 찾지 못하고 있습니다", "confidence_score": 0.85}))]
pub struct Analysis {
    pub problem_diagnosis: String,
    pub confidence_score: f64,
}

#[derive(Serialize, ToSchema)]
pub struct HelpView {
    pub help_request_id: i64,
    pub status: String,
    pub request_type: String,
    pub subtask_id: i64,
    pub user_id: i64,
    pub help_response: Option<HelpResponse>,
    pub analysis: Option<Analysis>,
    pub created_at: Instant,
}

impl HelpView {
    pub fn new(r: HelpRequest, response: Option<HelpAnswer>) -> HelpView {
        let analysis = r.diagnosis.zip(r.confidence);
        HelpView {
            help_request_id: r.id,
            status: r.status,
            request_type: r.kind,
            subtask_id: r.item,
            user_id: r.person,
            help_response: response.map(HelpResponse::from),
            analysis: analysis
                .map(|(problem_diagnosis, confidence_score)| Analysis { problem_diagnosis, confidence_score }),
            created_at: Instant(r.created_ms),
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HelpTypeWord {
    Text,
    Voice,
    /// The instructor comes to the student
    Visit,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"help_type": "TEXT", "help_content": "화면 위쪽의 '친구'를 눌러보세요",
    "voice_guide_text": "화면 위쪽의 친구를 눌러보세요"}))]
pub struct Respond {
    pub help_type: HelpTypeWord,
    pub help_content: Prose,
    pub voice_guide_text: Option<Guide>,
}

impl From<Respond> for NewHelpAnswer {
    fn from(r: Respond) -> NewHelpAnswer {
        let help_type = match r.help_type {
            HelpTypeWord::Text => HelpType::Text,
            HelpTypeWord::Voice => HelpType::Voice,
            HelpTypeWord::Visit => HelpType::Visit,
        };
        NewHelpAnswer { help_type, content: r.help_content.into(), voice: r.voice_guide_text.map(String::from) }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"help_response_id": 3000, "rating": 5, "feedback_text": "매우 도움이 되었습니다"}))]
pub struct Feedback {
    pub help_response_id: i64,
    pub rating: Within<1, 5>,
    pub feedback_text: Option<Prose>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"help_response_id": 3000, "help_request_id": 5000, "rating": 5, "status": "RESOLVED",
    "message": "의견을 남겨 주셔서 고맙습니다"}))]
pub struct FeedbackTaken {
    pub help_response_id: i64,
    pub help_request_id: i64,
    pub rating: i64,
    /// 4 or more resolves the request, 2 or less calls the instructor
    pub status: String,
    pub message: String,
}
