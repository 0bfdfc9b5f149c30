//! Learning paths: from skills to courses.

use std::collections::BTreeMap;

use super::courses::LearningCourseLevel;
use super::wire::{Duration, Time};
use super::{Answer, Caller, Created, Json, Path, created, ok};
use crate::app::School;
use crate::school::courses::CourseLevel;
use crate::school::paths::{
    self, Adjustment, CourseState, Estimate, LearningPath, NewPath, NextCourse, Pace, PathChange, PathChangeKind,
    PathCourse, PathReason, PathSkill, TARGET_SKILLS_MAX,
};
use crate::surfaces::ids::TextId;
use crate::surfaces::keys::*;
use crate::surfaces::language::{translate, translate_with};

/// The score that a learner reports for a completed course.
pub struct PathScore {
    completed: i64,
    score: f64,
}

body! {
    #![serde(rename_all = "camelCase")]

    #[schema(example = json!({"title": "フルスタックエンジニアへの道", "targetSkills": ["1", "React"],
        "targetLevel": "intermediate"}))]
    pub struct LearningNewPath for NewPath;
    needed {
        title: Name => title,
        /// Ids or names of skills. One that no course teaches is kept, without a recommendation
        target_skills: BoundedList<Name, 1, { TARGET_SKILLS_MAX }> => skills,
        target_level: LearningCourseLevel => target,
    }

    #[schema(example = json!({"completedCourseId": "1", "performanceScore": 85}))]
    pub struct LearningPathScore for PathScore;
    needed {
        /// A course that the learner has completed
        completed_course_id: TextId => completed,
        /// From 85 on it raises what follows, below 70 it adds repetition
        performance_score: Percent => score,
    }
}

answer! {
    #![serde(rename_all = "camelCase")]

    pub struct LearningTargetSkill from (PathSkill, CourseLevel) as (skill, target) {
        id: TextId = TextId(skill.id),
        name: String = skill.name,
        /// The level of the highest completed course that teaches the skill; beginner if there is none
        current_level: String = current_level(skill.current),
        target_level: String = level(target),
    }

    #[schema(example = json!({"courseId": "1", "courseTitle": "TypeScript基礎コース", "priority": 95,
        "reason": "スキルギャップ: TypeScript", "order": 1, "estimatedDuration": {"minutes": 480, "display": "8時間"},
        "status": "not_started"}))]
    pub struct LearningPathCourse from (PathCourse, i64) as (course, order) {
        course_id: TextId = TextId(course.course),
        course_title: String = course.title,
        /// From 0 to 100
        priority: i64 = course.priority,
        reason: String = reason(&course.reason),
        order: i64 = order,
        estimated_duration: Duration = course.minutes.into(),
        /// not_started, in_progress or completed
        status: &'static str = status(course.state),
    }

    pub struct LearningPathView from LearningPath as path
        let target = path.target;
        let profile = |skill: &PathSkill, level: String| (skill.id.to_string(), level);
    {
        id: TextId = TextId(path.id),
        user_id: TextId = TextId(path.person),
        /// By the ids of the skills
        current_skill_level: BTreeMap<String, String> = path.skills.iter().map(|s| profile(s, current_level(s.current))).collect(),
        target_skill_level: BTreeMap<String, String> = path.skills.iter().map(|s| profile(s, level(target))).collect(),
        estimated_duration: Duration = path.minutes().into(),
        estimated_remaining_time: Duration = path.left_minutes().into(),
        /// The completed courses of the path, from 0 to 100 per cent of all
        progress_percentage: f64 = path.percentage(),
        completed_courses: Vec<TextId> = path.completed().map(|course| TextId(course.course)).collect(),
        total_courses: usize = path.courses.len(),
        completed_at: Option<Time> = path.completed_ms().map(Time),
        created_at: Time = Time(path.created_ms),
        updated_at: Time = Time(path.updated_ms),
        title: String = path.title,
        target_level: String = level(target),
        target_skills: Vec<LearningTargetSkill> = path.skills.into_iter().map(|skill| (skill, target).into()).collect(),
        recommended_courses: Vec<LearningPathCourse> = each(path.courses.into_iter().zip(1..).collect()),
    }

    pub struct MyLearningPath from LearningPath as path {
        id: TextId = TextId(path.id),
        progress_percentage: f64 = path.percentage(),
        completed_courses: usize = path.completed().count(),
        total_courses: usize = path.courses.len(),
        estimated_remaining_time: Duration = path.left_minutes().into(),
        created_at: Time = Time(path.created_ms),
        title: String = path.title,
    }

    pub struct MyLearningPaths from Vec<LearningPath> as all { paths: Vec<MyLearningPath> = each(all) }

    pub struct LearningNextCourse from PathCourse as course {
        course_id: TextId = TextId(course.course),
        course_title: String = course.title,
        reason: String = reason(&course.reason),
        priority: i64 = course.priority,
        estimated_duration: Duration = course.minutes.into(),
    }

    pub struct LearningNextOfPath from NextCourse as next {
        path_id: TextId = TextId(next.path),
        /// Null if there is none: all are completed, or what is left needs one that the learner is in
        next_course: Option<LearningNextCourse> = next.course.map(Into::into),
    }

    pub struct LearningPathChange from PathChange as change {
        /// course_added, course_removed or priority_updated
        r#type: &'static str = match change.kind {
            PathChangeKind::Added => "course_added",
            PathChangeKind::Removed => "course_removed",
            PathChangeKind::Updated => "priority_updated",
        },
        course_id: TextId = TextId(change.course),
        /// Of a course that was added or removed
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        reason: Option<String> = change.reason.as_ref().map(reason),
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        old_priority: Option<i64> = change.old_priority,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        new_priority: Option<i64> = change.new_priority,
    }

    pub struct LearningAdjustment from Adjustment as adjustment {
        path_id: TextId = TextId(adjustment.path),
        /// Whether anything was changed
        adjusted: bool = !adjustment.changes.is_empty(),
        progress_percentage: f64 = adjustment.percentage,
        changes: Vec<LearningPathChange> = each(adjustment.changes),
    }

    #[schema(example = json!({"hoursPerWeek": 5, "weeklyConsistency": 0.8, "isMeasured": false}))]
    pub struct LearningPace from Pace as pace {
        /// In a week with study
        hours_per_week: f64 = pace.hours_per_week,
        /// The share of weeks with study, from 0 to 1
        weekly_consistency: f64 = pace.weekly_consistency,
        /// True from seven days of study in eight weeks on; before that the pace is assumed
        is_measured: bool = pace.is_measured,
    }

    pub struct LearningEstimate from Estimate as estimate {
        path_id: TextId = TextId(estimate.path),
        total_estimated_time: Duration = estimate.minutes.into(),
        remaining_estimated_time: Duration = estimate.left_minutes.into(),
        /// Null if no course is left
        projected_completion_date: Option<Time> = estimate.completed_ms.map(Time),
        assumptions: LearningPace = estimate.pace.into(),
    }
}

fn level(level: CourseLevel) -> String {
    level.word().to_lowercase()
}

fn current_level(current: Option<CourseLevel>) -> String {
    level(current.unwrap_or(CourseLevel::Beginner))
}

fn status(state: CourseState) -> &'static str {
    match state {
        CourseState::NotStarted => "not_started",
        CourseState::InProgress { .. } => "in_progress",
        CourseState::Completed { .. } => "completed",
    }
}

/// Says why a course is in a path, or is not any more.
fn reason(reason: &PathReason) -> String {
    match reason {
        PathReason::SkillGap(skill) => translate_with("부족한 기술: {}", skill),
        PathReason::Next => translate("학습 경로의 다음 과정").into(),
        PathReason::Prerequisite(title) => translate_with("'{}'보다 먼저 들어야 하는 과정입니다", title),
        PathReason::HighScore(skill) => translate_with("{} 성적이 우수해 추천합니다", skill),
        PathReason::LowScore(skill) => translate_with("{} 점수가 낮아 복습용으로 추천합니다", skill),
        PathReason::RepetitionOver(skill) => translate_with("{} 점수가 높아 복습이 필요 없습니다", skill),
        PathReason::After(title) => translate_with("'{}' 수료 후 이어지는 과정입니다", title),
    }
}

/// Creates a path of the courses that lead to the wanted level of these skills, for the caller.
#[utoipa::path(post, path = "/api/v1/bc-006/learning/paths", request_body = LearningNewPath,
    responses((status = 201, body = LearningPathView)))]
pub async fn create(app: School, caller: Caller, Json(sent): Json<LearningNewPath>) -> Created<LearningPathView> {
    created(paths::create(&app, &caller, sent.into()).await?)
}

/// A path with its progress (the caller's own; an admin sees all).
#[utoipa::path(get, path = "/api/v1/bc-006/learning/paths/{path_id}",
    responses((status = 200, body = LearningPathView)))]
pub async fn view(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningPathView> {
    ok(paths::find(&app, &caller, id).await?)
}

/// The caller's paths, the newest first.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/my-paths", responses((status = 200, body = MyLearningPaths)))]
pub async fn mine(app: School, caller: Caller) -> Answer<MyLearningPaths> {
    ok(paths::list_own(&app, &caller).await?)
}

/// The course to enroll in next: the first one that the learner is not in, has not completed, and may begin.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/paths/{path_id}/next-course",
    responses((status = 200, body = LearningNextOfPath)))]
pub async fn next_course(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningNextOfPath> {
    ok(paths::next_course(&app, &caller, id).await?)
}

/// Adjusts the caller's path to the score in a completed course. The same kind of score for the same course changes it once.
#[utoipa::path(post, path = "/api/v1/bc-006/learning/paths/{path_id}/adjust", request_body = LearningPathScore,
    responses((status = 200, body = LearningAdjustment)))]
pub async fn adjust(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    Json(sent): Json<LearningPathScore>,
) -> Answer<LearningAdjustment> {
    let PathScore { completed, score } = sent.into();
    ok(paths::adjust(&app, &caller, id, completed, score).await?)
}

/// How long the path still takes, at an assumed pace, or at the learner's own once it can be measured.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/paths/{path_id}/estimate",
    responses((status = 200, body = LearningEstimate)))]
pub async fn estimate(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningEstimate> {
    ok(paths::estimate(&app, &caller, id).await?)
}
