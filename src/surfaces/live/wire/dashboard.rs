//! The instructor's dashboard, and notifications.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::learning::{Analysis, HelpKindWord, rate, two_digits};
use super::{Pagination, PersonRef, TitleRef};
use crate::school::insight::{OpenHelpRequest, Statistics, StudentSummary, Trend};
use crate::school::notifications::{Notification, NotificationKind};
use crate::surfaces::answer::answer;
use crate::surfaces::language::{translate, translate_with};
use crate::surfaces::texts::{Instant, Within};

#[derive(Serialize, ToSchema)]
pub struct StepState {
    pub id: i64,
    pub title: String,
    pub status: String,
}

answer! {
    #[schema(example = json!({"user_id": 1, "name": "김학생", "namesake": 1, "email": "student@example.com", "progress_rate": 0.25,
        "completed_subtasks": 5, "total_subtasks": 20,
        "current_subtask": {"id": 1001, "title": "친구 선택하기", "status": "IN_PROGRESS"}, "help_count": 3,
        "manual_help_count": 2,
        "last_activity": "2025-10-28T10:06:00Z", "enrolled_at": "2025-10-20T09:00:00Z"}))]
    pub struct StudentLine from StudentSummary as s {
        user_id: i64 = s.person,
        name: String = s.name,
        /// 1 for the first of this name in the lecture, 2 for the second …
        namesake: i64 = s.namesake,
        email: Option<String> = s.email,
        progress_rate: f64 = rate(s.completed, s.total),
        completed_subtasks: i64 = s.completed,
        total_subtasks: i64 = s.total,
        current_subtask: Option<StepState> =
            s.current.map(|(item, status)| StepState { id: item.id, title: item.title, status }),
        /// All requests, including automatic ones
        help_count: i64 = s.help_count,
        /// Requests that the student made and did not withdraw
        manual_help_count: i64 = s.manual_help_count,
        last_activity: Option<Instant> = s.last_activity_ms.map(Instant),
        enrolled_at: Instant = Instant(s.enrolled_ms),
    }
}

#[derive(Serialize, ToSchema)]
pub struct Students {
    pub lecture_id: i64,
    pub students: Vec<StudentLine>,
    pub pagination: Pagination,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PendingQuery {
    /// Only the requests of this live session
    pub session_id: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"help_request_id": 5001, "user": {"id": 1, "name": "김학생"},
    "subtask": {"id": 1001, "title": "친구 선택하기"}, "lecture": {"id": 1, "title": "카카오톡 기초"}, "session_id": 1,
    "request_type": "MANUAL", "priority": "NORMAL", "stuck_duration_seconds": 45, "context_data": {}, "analysis": null,
    "suggestion": null, "created_at": "2025-10-28T10:10:00Z", "status": "ANALYZING"}))]
pub struct PendingLine {
    pub help_request_id: i64,
    pub user: PersonRef,
    pub subtask: TitleRef,
    pub lecture: TitleRef,
    pub session_id: Option<i64>,
    pub request_type: String,
    /// HIGH after two minutes, or at a second request on the step
    pub priority: String,
    pub stuck_duration_seconds: i64,
    #[schema(value_type = Object)]
    pub context_data: Option<Box<RawValue>>,
    pub analysis: Option<Analysis>,
    /// The answer of the analyser that was not sure enough to be sent
    pub suggestion: Option<String>,
    pub created_at: Instant,
    pub status: String,
}

/// Returns the word for the priority of a call for help.
pub fn priority(urgent: bool) -> &'static str {
    if urgent { "HIGH" } else { "NORMAL" }
}

impl PendingLine {
    pub fn new(p: OpenHelpRequest, now_ms: i64) -> PendingLine {
        let urgent = p.is_urgent(now_ms);
        let analysis = p.diagnosis.zip(p.confidence);
        PendingLine {
            help_request_id: p.request,
            user: PersonRef { id: p.person, name: p.name },
            subtask: TitleRef { id: p.item, title: p.item_title },
            lecture: TitleRef { id: p.course, title: p.lecture_title },
            session_id: p.session,
            request_type: p.kind,
            priority: priority(urgent).into(),
            stuck_duration_seconds: p.stuck_seconds,
            context_data: RawValue::from_string(p.context).ok(),
            analysis: analysis
                .map(|(problem_diagnosis, confidence_score)| Analysis { problem_diagnosis, confidence_score }),
            suggestion: p.suggestion,
            created_at: Instant(p.created_ms),
            status: p.status,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct PendingHelp {
    pub pending_requests: Vec<PendingLine>,
}

#[derive(Serialize, ToSchema)]
pub struct DifficultyLine {
    pub subtask_id: i64,
    pub subtask_title: String,
    /// All requests, including automatic ones
    pub help_count: i64,
    pub average_stuck_time_seconds: i64,
    /// Requests that students made and did not withdraw
    pub manual_help_count: i64,
    /// The number of students who made them
    pub helped_people: i64,
    /// The number of students who were stuck there
    pub stuck_people: i64,
}

#[derive(Serialize, ToSchema)]
pub struct DayLine {
    pub date: String,
    pub active_students: i64,
    pub help_requests: i64,
    pub manual_help_requests: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"0-25%": 5, "26-50%": 8, "51-75%": 7, "76-100%": 5}))]
pub struct Distribution {
    #[serde(rename = "0-25%")]
    pub first: i64,
    #[serde(rename = "26-50%")]
    pub second: i64,
    #[serde(rename = "51-75%")]
    pub third: i64,
    #[serde(rename = "76-100%")]
    pub fourth: i64,
}

#[derive(Serialize, ToSchema)]
pub struct LectureStatistics {
    pub lecture_id: i64,
    pub total_students: i64,
    pub average_progress_rate: f64,
    /// All requests, including automatic ones
    pub total_help_requests: i64,
    /// Requests that students made and did not withdraw
    pub manual_help_requests: i64,
    pub average_completion_time_minutes: i64,
    pub common_difficulties: Vec<DifficultyLine>,
    pub daily_activity: Vec<DayLine>,
    pub progress_distribution: Distribution,
}

impl LectureStatistics {
    pub fn new(lecture_id: i64, s: Statistics) -> LectureStatistics {
        let [first, second, third, fourth] = s.quarters;
        let difficulties = s.difficulties.into_iter().map(|d| DifficultyLine {
            subtask_id: d.item,
            subtask_title: d.title,
            help_count: d.help_count,
            average_stuck_time_seconds: d.stuck_seconds.round() as i64,
            manual_help_count: d.manual_help_count,
            helped_people: d.helped_people,
            stuck_people: d.stuck_people,
        });
        let days = s.days.into_iter().map(|d| DayLine {
            date: d.date,
            active_students: d.active,
            help_requests: d.helped,
            manual_help_requests: d.manual_helped,
        });
        LectureStatistics {
            lecture_id,
            total_students: s.students,
            average_progress_rate: two_digits(s.average_progress),
            total_help_requests: s.help_requests,
            manual_help_requests: s.manual_help_requests,
            average_completion_time_minutes: s.completion_minutes.round() as i64,
            common_difficulties: difficulties.collect(),
            daily_activity: days.collect(),
            progress_distribution: Distribution { first, second, third, fourth },
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TrendQuery {
    pub lecture_id: i64,
    /// The number of days, including today (7)
    #[param(inline)]
    pub days: Option<Within<1, 366>>,
    /// The kind of the requests for help that are counted; all when left out
    pub request_type: Option<HelpKindWord>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"label": "평균 진행률", "data": [25, 30, 35, 38, 42, 45, 48]}))]
pub struct Dataset {
    pub label: String,
    pub data: Vec<i64>,
}

/// Data for Chart.js.
#[derive(Serialize, ToSchema)]
pub struct Chart {
    pub labels: Vec<String>,
    pub datasets: Vec<Dataset>,
}

impl From<Vec<Trend>> for Chart {
    fn from(days: Vec<Trend>) -> Chart {
        let progress = days.iter().map(|d| d.progress).collect();
        let helped = days.iter().map(|d| d.helped).collect();
        Chart {
            labels: days.into_iter().map(|d| d.label).collect(),
            datasets: vec![
                Dataset { label: translate("평균 진행률").into(), data: progress },
                Dataset { label: translate("도움 요청 수").into(), data: helped },
            ],
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotificationsQuery {
    /// true: only unread ones
    pub unread: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 1000, "type": "HELP_REQUEST", "message": "김학생님이 도움을 요청했습니다",
    "related_user": {"id": 1, "name": "김학생"}, "related_id": 5001, "is_read": false,
    "created_at": "2025-10-28T10:10:00Z"}))]
pub struct NotificationLine {
    pub id: i64,
    pub r#type: String,
    pub message: String,
    pub related_user: Option<PersonRef>,
    /// The id of the subject: a help request, an enrollment, a request for attendance, a certificate or a login
    pub related_id: Option<i64>,
    pub is_read: bool,
    pub created_at: Instant,
}

impl From<Notification> for NotificationLine {
    fn from(n: Notification) -> NotificationLine {
        let name = n.about_name.as_deref().unwrap_or(translate("누군가"));
        let message = match NotificationKind::parse(&n.kind) {
            Some(NotificationKind::HelpRequest) => translate_with("{}님이 도움을 요청했습니다", name),
            Some(NotificationKind::HelpEscalated) => translate_with("{}님에게 강사님의 도움이 필요합니다", name),
            Some(NotificationKind::HelpAnswered) => translate("도움말이 도착했습니다").into(),
            Some(NotificationKind::AttendanceRequested) => translate_with("{}님이 출석 인정을 요청했습니다", name),
            Some(NotificationKind::AttendanceDecided) => translate("출석 요청의 결과가 나왔습니다").into(),
            Some(NotificationKind::EnrollmentAdmitted) => translate("수강 신청이 승인되었습니다").into(),
            Some(NotificationKind::EnrollmentRefused) => translate("수강 신청이 승인되지 않았습니다").into(),
            Some(NotificationKind::CertificateIssued) => translate("수료증이 발급되었습니다").into(),
            Some(NotificationKind::LoginCopied) => {
                translate("내 로그인이 다른 곳에서도 쓰여 로그아웃했습니다. 비밀번호를 바꿔 주세요").into()
            }
            None => n.kind.clone(),
        };
        NotificationLine {
            id: n.id,
            r#type: n.kind,
            message,
            related_user: n.about.zip(n.about_name).map(|(id, name)| PersonRef { id, name }),
            related_id: Some(n.subject),
            is_read: n.read_ms.is_some(),
            created_at: Instant(n.created_ms),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"up_to": 1000}))]
pub struct NotificationsRead {
    /// The id of the newest one that was seen; all are marked when left out
    pub up_to: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct Notifications {
    pub notifications: Vec<NotificationLine>,
    pub pagination: Pagination,
}
