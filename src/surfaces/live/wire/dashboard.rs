//! The instructor's dashboard, and notifications.

use serde_json::value::RawValue;
use utoipa::IntoParams;

use super::help_pictures::HelpPicture;
use super::learning::{Analysis, HelpKindWord, rate};
use super::{Pagination, PersonRef, TitleRef};
use crate::rounding::rounded;
use crate::school::insight::{DayCount, Difficulty, Statistics, StudentSummary, Trend, WaitingCall};
use crate::school::notifications::{Notification, NotificationKind, NumberedNotification};
use crate::school::outline::Item;
use crate::surfaces::keys::*;
use crate::surfaces::language::{label, translate, translate_with};

answer! {
    pub struct StepState from (Item, String) as (item, state) {
        id: i64 = item.id,
        title: String = item.title,
        status: String = state,
    }

    #[schema(example = json!({"user_id": 1, "name": "김학생", "namesake": 1, "email": "student@example.com",
        "progress_rate": 0.25, "completed_subtasks": 5, "total_subtasks": 20, "current_subtask": {"id": 1001,
        "title": "친구 선택하기", "status": "IN_PROGRESS"}, "help_count": 3, "manual_help_count": 2,
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
        current_subtask: Option<StepState> = s.current.map(StepState::from),
        /// All requests, including automatic ones
        help_count: i64 = s.help_count,
        /// Requests that the student made and did not withdraw
        manual_help_count: i64 = s.manual_help_count,
        last_activity: Option<Instant> = s.last_activity_ms.map(Instant),
        enrolled_at: Instant = Instant(s.enrolled_ms),
    }

    pub struct Students from (i64, Page<StudentSummary>) as (lecture, page) {
        lecture_id: i64 = lecture,
        pagination: Pagination = Pagination::from(&page),
        students: Vec<StudentLine> = each(page.rows),
    }
}

query! {
    pub struct PendingQuery {
        /// Only the requests of this live session
        session_id: Option<i64>,
    }
}

answer! {
    #[schema(example = json!({"help_request_id": 5001, "user": {"id": 1, "name": "김학생"},
        "subtask": {"id": 1001, "title": "친구 선택하기"}, "lecture": {"id": 1, "title": "카카오톡 기초"}, "session_id": 1,
        "request_type": "MANUAL", "priority": "NORMAL", "stuck_duration_seconds": 45, "context_data": {}, "analysis": null,
        "suggestion": null, "is_hinted": false, "claimed_by": null, "picture": null, "created_at": "2025-10-28T10:10:00Z", "status": "ANALYZING"}))]
    pub struct PendingLine from (WaitingCall, i64) as (call, now_ms)
        let WaitingCall { request: p, picture } = call;
    {
        help_request_id: i64 = p.request,
        /// HIGH after two minutes, or at a second request on the step
        priority: String = priority(p.is_urgent(now_ms)).into(),
        user: PersonRef = (p.person, p.name).into(),
        subtask: TitleRef = (p.item, p.item_title).into(),
        lecture: TitleRef = (p.course, p.lecture_title).into(),
        session_id: Option<i64> = p.session,
        request_type: String = p.kind,
        stuck_duration_seconds: i64 = p.stuck_seconds,
        #[schema(value_type = Object)]
        context_data: Option<Box<RawValue>> = RawValue::from_string(p.context).ok(),
        analysis: Option<Analysis> = p.diagnosis.zip(p.confidence).map(Analysis::from),
        /// The answer of the analyser
        suggestion: Option<String> = p.suggestion,
        /// `true` if the student's phone shows the suggestion already, as a hint: the analyser was sure enough
        is_hinted: bool = p.is_hinted,
        /// The one of the session's staff who goes there
        claimed_by: Option<PersonRef> = p.claimed_by.zip(p.claimed_name).map(PersonRef::from),
        /// The picture of the learner's screen that the call carries
        picture: Option<HelpPicture> = picture.map(HelpPicture::from),
        created_at: Instant = Instant(p.created_ms),
        status: String = p.status,
    }

    pub struct PendingHelp from (Vec<PendingLine>, Vec<i64>) as (lines, visits) {
        pending_requests: Vec<PendingLine> = lines,
        /// Requests of the session that were answered with VISIT, and are neither settled nor open again; empty without
        /// `session_id`
        visits: Vec<i64> = visits,
    }

    pub struct DifficultyLine from Difficulty as d {
        subtask_id: i64 = d.item,
        subtask_title: String = d.title,
        /// All requests, including automatic ones
        help_count: i64 = d.help_count,
        average_stuck_time_seconds: i64 = d.stuck_seconds.round() as i64,
        /// Requests that students made and did not withdraw
        manual_help_count: i64 = d.manual_help_count,
        /// The number of students who made them
        helped_people: i64 = d.helped_people,
        /// The number of students who were stuck there
        stuck_people: i64 = d.stuck_people,
    }

    pub struct DayLine from DayCount as d {
        date: String = d.date,
        active_students: i64 = d.active,
        help_requests: i64 = d.helped,
        manual_help_requests: i64 = d.manual_helped,
    }

    #[schema(example = json!({"0-25%": 5, "26-50%": 8, "51-75%": 7, "76-100%": 5}))]
    pub struct Distribution from [i64; 4] as quarters {
        #[serde(rename = "0-25%")]
        first: i64 = quarters[0],
        #[serde(rename = "26-50%")]
        second: i64 = quarters[1],
        #[serde(rename = "51-75%")]
        third: i64 = quarters[2],
        #[serde(rename = "76-100%")]
        fourth: i64 = quarters[3],
    }

    pub struct LectureStatistics from (i64, Statistics) as (lecture, s) {
        lecture_id: i64 = lecture,
        total_students: i64 = s.students,
        average_progress_rate: f64 = rounded(s.average_progress, 2),
        /// All requests, including automatic ones
        total_help_requests: i64 = s.help_requests,
        /// Requests that students made and did not withdraw
        manual_help_requests: i64 = s.manual_help_requests,
        /// Students who have finished all steps
        finished_students: i64 = s.finished,
        /// Of those students; 0 also if there are none
        average_completion_time_minutes: i64 = s.completion_minutes.round() as i64,
        common_difficulties: Vec<DifficultyLine> = each(s.difficulties),
        daily_activity: Vec<DayLine> = each(s.days),
        progress_distribution: Distribution = s.quarters.into(),
    }
}

/// Returns the word for the priority of a call for help.
pub fn priority(urgent: bool) -> &'static str {
    if urgent { "HIGH" } else { "NORMAL" }
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

answer! {
    #[schema(example = json!({"label": "평균 진행률", "data": [25, 30, 35, 38, 42, 45, 48]}))]
    pub struct Dataset from (&'static str, Vec<i64>) as (named, numbers) {
        label: String = named.into(),
        data: Vec<i64> = numbers,
    }

    /// Data for Chart.js.
    pub struct Chart from Vec<Trend> as days {
        datasets: Vec<Dataset> = vec![
            (translate("평균 진행률"), days.iter().map(|d| d.progress).collect()).into(),
            (translate("도움 요청 수"), days.iter().map(|d| d.helped).collect()).into(),
        ],
        labels: Vec<String> = days.into_iter().map(|d| d.label).collect(),
    }
}

query! {
    pub struct NotificationsQuery {
        /// true: only unread ones
        unread: Option<bool>,
    }
}

answer! {
    #[schema(example = json!({"id": 1000, "type": "HELP_REQUEST", "message": "김학생님이 도움을 요청했습니다",
        "related_user": {"id": 1, "name": "김학생"}, "related_id": 5001, "is_read": false,
        "created_at": "2025-10-28T10:10:00Z"}))]
    pub struct NotificationLine from NumberedNotification as numbered
    let (n, day) = (numbered.notification, numbered.ends_on.as_deref().unwrap_or_default());
    let namesake = numbered.namesake;
    let name = &n.about_name.as_deref().map_or_else(|| translate("누군가").into(), |name| label(name, namesake));
    let message = match NotificationKind::parse(&n.kind) {
        Some(NotificationKind::HelpRequest) => translate_with("{}님이 도움을 요청했습니다", name),
        Some(NotificationKind::HelpEscalated) => translate_with("{}님에게 강사님의 도움이 필요합니다", name),
        Some(NotificationKind::HelpAnswered) => translate("도움말이 도착했습니다").into(),
        Some(NotificationKind::AttendanceRequested) => translate_with("{}님이 출석 인정을 요청했습니다", name),
        Some(NotificationKind::AttendanceDecided) => translate("출석 요청의 결과가 나왔습니다").into(),
        Some(NotificationKind::EnrollmentAdmitted) => translate("수강 신청이 승인되었습니다").into(),
        Some(NotificationKind::EnrollmentRefused) => translate("수강 신청이 승인되지 않았습니다").into(),
        Some(NotificationKind::CertificateIssued) => translate("수료증이 발급되었습니다").into(),
        Some(NotificationKind::PaymentConfirmed) => translate("결제가 확인되었습니다").into(),
        Some(NotificationKind::PaymentFailed) => translate("결제가 이루어지지 않았습니다").into(),
        Some(NotificationKind::PaymentRefunded) => translate("결제하신 금액을 돌려드렸습니다").into(),
        Some(NotificationKind::RefundRefused) => {
            translate_with("결제사가 환불을 거절했습니다. 결제사에 확인해 주세요 ({})", &n.data)
        }
        Some(NotificationKind::SessionHelp) => translate_with("{}님이 수업을 도와 달라고 하십니다", name),
        Some(NotificationKind::SessionHandedOver) => translate_with("{}님이 수업을 넘겨 드렸습니다", name),
        Some(NotificationKind::LectureShared) => translate_with("{}님과 강의를 함께 가르치게 되셨습니다", name),
        Some(NotificationKind::CodeJudged) => translate("제출한 코드의 채점이 끝났습니다").into(),
        Some(NotificationKind::AccessEndsIn7Days) => access_ends("{}에 수강 기간이 끝납니다", &n, day),
        Some(NotificationKind::AccessEndsIn1Day) => access_ends("수강 기간이 곧 끝납니다 ({})", &n, day),
        Some(NotificationKind::LoginCopied) => {
            translate("내 로그인이 다른 곳에서도 쓰여 로그아웃했습니다. 비밀번호를 바꿔 주세요").into()
        }
        None => n.kind.clone(),
    };
    {
        id: i64 = n.id,
        r#type: String = n.kind,
        message: String = message,
        related_user: Option<PersonRef> = n.about.zip(n.about_name).map(PersonRef::from),
        /// The id of the subject: a help request, an enrollment, a request for attendance, a certificate, a payment, a program, a
        /// session, a lecture or a login
        related_id: Option<i64> = Some(n.subject),
        is_read: bool = n.read_ms.is_some(),
        created_at: Instant = Instant(n.created_ms),
    }
}

/// Says in a sentence with the day when the time of a course ends.
fn access_ends(sentence: &str, n: &Notification, day: &str) -> String {
    format!("{}: {}", n.ending_course.as_deref().unwrap_or_default(), translate_with(sentence, day))
}

paged! { pub struct Notifications of NumberedNotification { pagination: Pagination, notifications: NotificationLine } }

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"up_to": 1000}))]
pub struct NotificationsRead {
    /// The id of the newest one that was seen; all are marked when left out
    pub up_to: Option<i64>,
}
