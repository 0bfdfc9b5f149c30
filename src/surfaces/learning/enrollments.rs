//! Enrolling in a course, leaving it, one's own courses, and how many people do.

use axum::http::StatusCode;

use super::wire::{Duration, ModulesDone, Time};
use super::{Answer, Caller, Created, Path, created, ok};
use crate::app::School;
use crate::error::Result;
use crate::school::enrollment::learning::{self, EnrollmentProgress};
use crate::school::enrollment::statistics::{self, EnrollmentStatistics};
use crate::school::progress::learner::LearnerEnrollment;
use crate::school::progress::units::LearningStatus;
use crate::surfaces::ids::TextId;
use crate::surfaces::keys::*;

words!(pub enum LearningStatusWord for LearningStatus in "snake_case" { NotStarted, InProgress, Completed, Failed, Expired });

query! {
    pub struct MyEnrollmentsQuery { status: Option<LearningStatusWord> }
}

query! {
    pub struct EnrollmentStatsQuery {
        /// The days of the trend, today included; 30 when left out
        days: Option<Within<1, 366>>,
    }
}

answer! {
    #![serde(rename_all = "camelCase")]

    pub struct LearningEnrolledCourse from &LearnerEnrollment as e {
        id: TextId = TextId(e.course),
        title: String = e.course_title.clone(),
        instructor_name: String = e.instructor_name.clone(),
    }

    #[schema(example = json!({"progressId": "1", "courseId": "1", "userId": "2",
        "course": {"id": "1", "title": "TypeScript基礎コース", "instructorName": "山田太郎"}, "status": "not_started",
        "isPending": false, "enrolledAt": "2025-11-03T18:00:00.000Z", "startedAt": null,
        "progressRate": {"completedCount": 0, "totalCount": 8, "percentage": 0}, "lastAccessedAt": null}))]
    pub struct LearningEnrollment from EnrollmentProgress as (e, rate) {
        progress_id: TextId = TextId(e.id),
        course_id: TextId = TextId(e.course),
        user_id: TextId = TextId(e.person),
        course: LearningEnrolledCourse = (&e).into(),
        status: String = e.status.to_lowercase(),
        /// Whether it waits for the payment, for an approval or for a seat
        is_pending: bool = e.is_pending,
        enrolled_at: Time = Time(e.enrolled_ms),
        started_at: Option<Time> = e.started_ms.map(Time),
        progress_rate: ModulesDone = rate.into(),
        last_accessed_at: Option<Time> = e.accessed_ms.map(Time),
    }

    pub struct MyLearningEnrollments from Vec<EnrollmentProgress> as all {
        enrollments: Vec<LearningEnrollment> = each(all),
    }

    pub struct LearningTrendDay from (String, i64) as (date, enrollments) { date: String = date, enrollments: i64 = enrollments }

    pub struct LearningEnrollmentStats from EnrollmentStatistics as s {
        course_id: TextId = TextId(s.course),
        total_enrollments: i64 = s.total,
        active_enrollments: i64 = s.active,
        completed_enrollments: i64 = s.completed,
        failed_enrollments: i64 = s.failed,
        /// The completed share of all, 0 to 1
        completion_rate: f64 = s.completion_rate,
        /// The time that those who completed it spent learning
        average_completion_time: Duration = Duration::from(s.completion_minutes),
        /// Each day, also those without an enrollment, oldest first
        enrollment_trend: Vec<LearningTrendDay> = each(s.trend),
    }
}

/// Enrolls oneself. A course with a price waits for its payment, and one without a free seat for a seat: `isPending`.
#[utoipa::path(post, path = "/api/v1/bc-006/learning/courses/{course_id}/enroll",
    responses((status = 201, body = LearningEnrollment)))]
pub async fn enroll(app: School, caller: Caller, Path(TextId(course)): Path<TextId>) -> Created<LearningEnrollment> {
    created(learning::enroll(&app, &caller, course).await?)
}

/// Leaves a course. What one has done there is there again when one comes back.
#[utoipa::path(delete, path = "/api/v1/bc-006/learning/courses/{course_id}/enroll", responses((status = 204)))]
pub async fn unenroll(app: School, caller: Caller, Path(TextId(course)): Path<TextId>) -> Result<StatusCode> {
    learning::unenroll(&app, &caller, course).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists one's own courses, the newest enrollment first.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/my-enrollments", params(MyEnrollmentsQuery),
    responses((status = 200, body = MyLearningEnrollments)))]
pub async fn mine(app: School, caller: Caller, query: MyEnrollmentsQuery) -> Answer<MyLearningEnrollments> {
    ok(learning::mine(&app, &caller, query.status.plain()).await?)
}

/// Counts the enrollments of a course (its instructor).
#[utoipa::path(get, path = "/api/v1/bc-006/learning/courses/{course_id}/enrollment-stats", params(EnrollmentStatsQuery),
    responses((status = 200, body = LearningEnrollmentStats)))]
pub async fn stats(
    app: School,
    caller: Caller,
    Path(TextId(course)): Path<TextId>,
    query: EnrollmentStatsQuery,
) -> Answer<LearningEnrollmentStats> {
    ok(statistics::of_course(&app, &caller, course, query.days.plain().unwrap_or(30)).await?)
}
