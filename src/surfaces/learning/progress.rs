//! Progress in courses: beginning one, viewing its materials, completing its modules, and how far one is.

use super::feedback::LearningFeedback;
use super::wire::{Duration, ModulesDone, Time};
use super::{Answer, Caller, Json, Path, ok};
use crate::app::School;
use crate::event::ProgressStatus;
use crate::rounding::rounded;
use crate::school::assessments::results::{self, ResultFeedback};
use crate::school::once::Key;
use crate::school::progress::course::{self, CompletedUnit, CourseProgress, GradedAttempt, UnitCompletion, UnitReport};
use crate::school::progress::learner::LearnerEnrollment;
use crate::school::progress::summary::{self, LearningActivity, LearningSummary};
use crate::school::progress::{self, ItemProgress, ItemView};
use crate::surfaces::extract::SentOnce;
use crate::surfaces::ids::TextId;
use crate::surfaces::keys::*;

/// Minutes of one report: at most those of a day.
type MinutesSpent = Within<0, 1_440>;

body! {
    #![serde(rename_all = "camelCase")]

    #[schema(example = json!({"timeSpent": 15, "completed": true}))]
    pub struct LearningMaterialViewSent for ItemView;
    optional {
        /// Minutes since the last report
        time_spent: Option<MinutesSpent> => seconds = 60 * time_spent.plain().unwrap_or(0),
        completed: Option<bool> => is_done = completed.unwrap_or(false),
    }

    #[schema(example = json!({"timeSpent": 70, "materialsViewed": ["1", "2", "3"]}))]
    pub struct LearningModuleCompletionSent for UnitReport;
    optional {
        /// Minutes in the module, besides those that were reported for its materials
        time_spent: Option<MinutesSpent> => seconds = 60 * time_spent.plain().unwrap_or(0),
        /// Materials of the module that are done by this
        materials_viewed: Option<BoundedList<TextId, 0, 100>> => viewed = materials_viewed.plain().unwrap_or_default(),
    }
}

answer! {
    #![serde(rename_all = "camelCase")]

    pub struct LearningProgressCourse from &LearnerEnrollment as e {
        id: TextId = TextId(e.course),
        title: String = e.course_title.clone(),
    }

    pub struct LearningModuleCompletion from (CompletedUnit, Vec<i64>) as (unit, items) {
        module_id: TextId = TextId(unit.unit),
        module_title: String = unit.title,
        completed_at: Time = Time(unit.completed_ms),
        time_spent: Duration = Duration::of_seconds(unit.seconds),
        materials_viewed: Vec<TextId> = items.into_iter().map(TextId).collect(),
    }

    pub struct LearningAssessmentResult from (GradedAttempt, ResultFeedback) as (t, feedback) {
        assessment_id: TextId = TextId(t.assessment),
        assessment_title: String = t.title,
        score: f64 = t.score,
        max_score: f64 = t.total,
        /// The score out of 100
        normalized_score: f64 = results::normalized(t.score, t.total),
        passed: bool = t.score >= t.pass,
        attempt_number: i64 = t.number,
        submitted_at: Time = Time(t.submitted_ms),
        graded_at: Time = Time(t.graded_ms),
        feedback: LearningFeedback = feedback.into(),
    }

    pub struct LearningProgress from CourseProgress as p let e = p.enrollment; {
        id: TextId = TextId(e.id),
        user_id: TextId = TextId(e.person),
        course_id: TextId = TextId(e.course),
        course: LearningProgressCourse = (&e).into(),
        /// not_started, in_progress, completed, failed or expired
        status: String = e.status.to_lowercase(),
        enrolled_at: Time = Time(e.enrolled_ms),
        started_at: Option<Time> = e.started_ms.map(Time),
        completed_at: Option<Time> = e.completed_ms.map(Time),
        last_accessed_at: Option<Time> = e.accessed_ms.map(Time),
        progress_rate: ModulesDone = p.rate.into(),
        module_completions: Vec<LearningModuleCompletion> = each(p.units),
        assessment_results: Vec<LearningAssessmentResult> = each(p.results),
        /// The weighted score of the assessments, 0 to 100
        total_score: f64 = e.score.unwrap_or(0.0),
        certificate_id: Option<TextId> = e.certificate.map(TextId),
        expires_at: Option<Time> = e.expires_ms.map(Time),
    }

    #[schema(example = json!({"id": "1", "status": "in_progress", "startedAt": "2025-11-03T19:00:00.000Z",
        "lastAccessedAt": "2025-11-04T10:00:00.000Z"}))]
    pub struct LearningVisit from LearnerEnrollment as e {
        id: TextId = TextId(e.id),
        status: String = e.status.to_lowercase(),
        started_at: Option<Time> = e.started_ms.map(Time),
        last_accessed_at: Option<Time> = e.accessed_ms.map(Time),
    }

    #[schema(example = json!({"progressId": "1", "moduleId": "2", "completedAt": "2025-11-04T11:00:00.000Z",
        "timeSpent": {"minutes": 70, "display": "1時間10分"},
        "progressRate": {"completedCount": 4, "totalCount": 8, "percentage": 50}}))]
    pub struct LearningModuleCompleted from UnitCompletion as done {
        progress_id: TextId = TextId(done.enrollment),
        module_id: TextId = TextId(done.unit),
        completed_at: Time = Time(done.completed_ms),
        /// In the module and its materials, so far
        time_spent: Duration = Duration::of_seconds(done.seconds),
        progress_rate: ModulesDone = done.rate.into(),
    }

    #[schema(example = json!({"progressId": "1", "materialId": "3", "completed": true,
        "timeSpent": {"minutes": 15, "display": "15分"}, "startedAt": "2025-11-04T10:00:00.000Z",
        "completedAt": "2025-11-04T10:15:00.000Z"}))]
    pub struct LearningMaterialView from ItemProgress as p {
        progress_id: TextId = TextId(p.enrollment),
        material_id: TextId = TextId(p.item),
        completed: bool = p.status == ProgressStatus::Completed.word(),
        /// In the material, so far
        time_spent: Duration = Duration::of_seconds(p.seconds),
        started_at: Option<Time> = p.started_ms.map(Time),
        completed_at: Option<Time> = p.completed_ms.map(Time),
    }

    #[schema(example = json!({"type": "module_completed", "courseId": "1", "courseTitle": "TypeScript基礎コース",
        "moduleTitle": "型システム", "assessmentTitle": null, "timestamp": "2025-11-04T11:00:00.000Z"}))]
    pub struct RecentLearningActivity from LearningActivity as it {
        /// course_enrolled, module_completed, assessment_passed, assessment_failed, course_completed or certificate_earned
        #[serde(rename = "type")]
        kind: String = it.kind,
        course_id: TextId = TextId(it.course),
        course_title: String = it.course_title,
        module_title: Option<String> = it.unit_title,
        assessment_title: Option<String> = it.assessment_title,
        timestamp: Time = Time(it.at_ms),
    }

    pub struct LearningProgressSummary from LearningSummary as s let n = s.counts; {
        user_id: TextId = TextId(s.person),
        total_courses: i64 = n.courses,
        in_progress_courses: i64 = n.in_progress,
        completed_courses: i64 = n.completed,
        failed_courses: i64 = n.failed,
        expired_courses: i64 = n.expired,
        total_learning_time: Duration = Duration::of_seconds(n.seconds),
        certifications_earned: i64 = n.certificates,
        /// Of the courses that have a score, 0 to 100
        average_score: f64 = rounded(n.average_score.unwrap_or(0.0), 2),
        /// The newest first
        recent_activities: Vec<RecentLearningActivity> = each(s.activities),
    }
}

/// Returns one's progress in a course (the learner's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/bc-006/learning/progress/{progress_id}",
    responses((status = 200, body = LearningProgress)))]
pub async fn view(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningProgress> {
    ok(course::of_enrollment(&app, &caller, id).await?)
}

/// Begins a course. Begun before, it stays so.
#[utoipa::path(post, path = "/api/v1/bc-006/learning/progress/{progress_id}/start",
    responses((status = 200, body = LearningVisit)))]
pub async fn start(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningVisit> {
    ok(course::start(&app, &caller, id).await?)
}

/// Records that the learner has opened the course.
#[utoipa::path(post, path = "/api/v1/bc-006/learning/progress/{progress_id}/access",
    responses((status = 200, body = LearningVisit)))]
pub async fn access(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningVisit> {
    ok(course::record_access(&app, &caller, id).await?)
}

/// Completes a module. What its criteria ask for must be done, before or by this; `LEARNING_005` says what is missing. Sent
/// again, it changes nothing and adds no time.
#[utoipa::path(post, path = "/api/v1/bc-006/learning/progress/{progress_id}/modules/{module_id}/complete",
    request_body = LearningModuleCompletionSent, responses((status = 200, body = LearningModuleCompleted)))]
pub async fn complete_module(
    app: School,
    caller: Caller,
    Path((TextId(id), TextId(module))): Path<(TextId, TextId)>,
    Json(sent): Json<LearningModuleCompletionSent>,
) -> Answer<LearningModuleCompleted> {
    ok(course::complete_unit(&app, &caller, (id, module), sent.into()).await?)
}

/// Records that a material was viewed, and for how long. It is the same progress as that of a step in a live session.
#[utoipa::path(post, path = "/api/v1/bc-006/learning/progress/{progress_id}/materials/{material_id}/view", params(Key),
    request_body = LearningMaterialViewSent, responses((status = 200, body = LearningMaterialView)))]
pub async fn view_material(
    app: School,
    caller: Caller,
    Path((TextId(id), TextId(material))): Path<(TextId, TextId)>,
    SentOnce(sent, key): SentOnce<LearningMaterialViewSent>,
) -> Answer<LearningMaterialView> {
    ok(progress::view_item(&app, &caller, (id, material), sent.into(), key).await?)
}

/// Sums up one's own learning in all courses.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/progress/summary",
    responses((status = 200, body = LearningProgressSummary)))]
pub async fn summary(app: School, caller: Caller) -> Answer<LearningProgressSummary> {
    ok(summary::of_caller(&app, &caller).await?)
}
