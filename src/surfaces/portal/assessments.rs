//! Assessments and their results (3-23 … 3-32).

use super::wire::{Done, Pages, Paging};
use super::{Answer, Caller, Created, Id, Ids, Json, created, done};
use crate::app::School;
use crate::school::assessments::attempts::{self, ATTEMPTS_MAX, AssessmentAttempt, Grading, NewResult};
use crate::school::assessments::{self, Assessment, AssessmentChanges, AssessmentKind, NewAssessment};
use crate::surfaces::keys::*;

pub type Points = UpTo<1_000_000>;
pub type AttemptLimit = Within<1, ATTEMPTS_MAX>;

words!(pub enum AssessmentType for AssessmentKind { Quiz, Assignment, Midterm, Final, Exam });

body! {
    #[schema(example = json!({"course_id": 1, "class_id": null, "assessment_name": "중간 평가",
        "assessment_type": "MIDTERM", "assessment_desc": "1~4주차 내용", "start_date": "2025-04-21", "end_date": "2025-04-25",
        "total_score": 100, "pass_score": 60, "time_limit": 50, "attempt_limit": 2, "is_active": true}))]
    create pub struct PortalNewAssessment;
    #[schema(example = json!({"end_date": "2025-04-30", "attempt_limit": null}))]
    change pub struct PortalChangeAssessment for AssessmentChanges;
    beside {
        course_id: i64,
        /// For every class of the course when left out
        class_id: Option<i64>,
    }
    needed {
        assessment_name: Name => name,
        assessment_type: AssessmentType => kind,
    }
    optional {
        assessment_desc: Patch<Prose> => description,
        /// A day, which counts from its first instant, or an instant; null: open from the beginning
        start_date: Patch<DayOrInstant> => starts,
        /// A day, which counts to its last instant, or an instant; null: open without an end
        end_date: Patch<DayOrInstant> => ends,
        /// More than 0 (100), and not below a score that was given
        total_score: Option<AboveZero<1_000_000>> => total,
        /// The lowest score that passes (60)
        pass_score: Option<Points> => pass,
        /// In minutes; null is without a limit
        time_limit: Patch<Within<1, 100_000>> => minutes,
        /// null is without a limit
        attempt_limit: Patch<AttemptLimit> => attempts_allowed,
        /// Whether it is open to students and counts for their grades (true)
        is_active: Option<bool> => active,
        /// The weight among the assessments of the course (1)
        weight: Option<UpTo<1_000>> => weight,
        /// True (as usual) if a completion needs it to be passed
        is_required: Option<bool> => required,
    }
}

answer! {
    #[schema(example = json!({"assessment_id": 1, "course_id": 1, "class_id": null,
        "assessment_name": "중간 평가", "assessment_type": "MIDTERM", "assessment_desc": "1~4주차 내용",
        "start_date": "2025-04-20T15:00:00Z", "end_date": "2025-04-25T14:59:59Z", "total_score": 100.0, "pass_score": 60.0,
        "time_limit": 50, "attempt_limit": 2, "is_active": true, "weight": 1.0, "is_required": true,
        "created_at": "2025-04-01T10:00:00Z", "updated_at": "2025-04-01T10:00:00Z"}))]
    pub struct PortalAssessment from Assessment as a {
        assessment_id: i64 = a.id,
        course_id: i64 = a.course,
        class_id: Option<i64> = a.class,
        assessment_name: String = a.name,
        assessment_type: String = a.kind,
        assessment_desc: String = a.description,
        start_date: Option<Instant> = a.starts_ms.map(Instant),
        end_date: Option<Instant> = a.ends_ms.map(Instant),
        total_score: f64 = a.total,
        pass_score: f64 = a.pass,
        time_limit: Option<i64> = a.minutes,
        attempt_limit: Option<i64> = a.attempts_allowed,
        is_active: bool = a.active,
        weight: f64 = a.weight,
        is_required: bool = a.required,
        created_at: Instant = Instant(a.created_ms),
        updated_at: Instant = Instant(a.updated_ms),
    }

    pub struct OneAssessment from Assessment as a { assessment_id: i64 = a.id, assessment: PortalAssessment = a.into() }

    pub struct Assessments from Vec<Assessment> as rows { assessments: Vec<PortalAssessment> = each(rows) }

    pub struct PortalDeletedAssessment from i64 as id { assessment_id: i64 = id }
}

body! {
    #[schema(example = json!({"enrollment_id": 1, "attempt": 1, "score": 85.5, "pass_yn": "Y",
        "start_time": "2025-04-21T01:00:00Z", "end_time": "2025-04-21T01:45:00Z", "feedback": "잘하셨습니다"}))]
    pub struct PortalNewResult for NewResult;
    needed { enrollment_id: i64 => enrollment, }
    optional {
        /// The next one when left out
        attempt: Option<AttemptLimit> => number,
        /// From 0 to the assessment's total; left out, it is handed in and not graded yet
        score: Option<Points> => score,
        /// Judged by the score when left out; refused when it contradicts it
        pass_yn: Option<YesNo> => passed,
        start_time: Option<Instant> => started_ms,
        end_time: Option<Instant> => submitted_ms,
        feedback: Option<Prose> => feedback,
    }
}

body! {
    #[schema(example = json!({"score": 72.0, "pass_yn": "Y", "feedback": "조금만 더 연습해 보세요"}))]
    pub struct PortalGrading for Grading;
    needed { score: Points => score, }
    optional {
        /// Judged by the score when left out; refused when it contradicts it
        pass_yn: Option<YesNo> => passed,
        /// Stays as it is when left out; null clears it
        feedback: Patch<Prose> => feedback,
    }
}

answer! {
    #[schema(example = json!({"result_id": 1, "assessment_id": 1, "assessment_name": "중간 평가",
        "assessment_type": "MIDTERM", "total_score": 100.0, "pass_score": 60.0, "enrollment_id": 1, "user_id": 1,
        "user_name": "김학생", "attempt": 1, "score": 85.5, "pass_yn": "Y", "start_time": "2025-04-21T01:00:00Z",
        "end_time": "2025-04-21T01:45:00Z", "feedback": "잘하셨습니다", "graded_at": "2025-04-21T02:00:00Z",
        "created_at": "2025-04-21T02:00:00Z", "updated_at": "2025-04-21T02:00:00Z"}))]
    pub struct PortalResult from AssessmentAttempt as t {
        result_id: i64 = t.id,
        assessment_id: i64 = t.assessment,
        assessment_name: String = t.assessment_name.clone(),
        assessment_type: String = t.kind.clone(),
        total_score: f64 = t.total,
        pass_score: f64 = t.pass,
        enrollment_id: i64 = t.enrollment,
        user_id: i64 = t.person,
        user_name: String = t.name.clone(),
        attempt: i64 = t.number,
        score: Option<f64> = t.score,
        /// "Y" or "N"; null before it is graded
        pass_yn: Option<&'static str> = t.passed().map(|passed| if passed { "Y" } else { "N" }),
        start_time: Option<Instant> = t.started_ms.map(Instant),
        end_time: Option<Instant> = t.submitted_ms.map(Instant),
        feedback: Option<String> = t.feedback,
        graded_at: Option<Instant> = t.graded_ms.map(Instant),
        created_at: Instant = Instant(t.created_ms),
        updated_at: Instant = Instant(t.updated_ms),
    }

    pub struct OneResult from AssessmentAttempt as t { result_id: i64 = t.id, result: PortalResult = t.into() }

    pub struct Results from Vec<AssessmentAttempt> as attempts { results: Vec<PortalResult> = each(attempts) }
}

paged! { pub struct ResultsPage of AssessmentAttempt { paging: Paging, results: PortalResult } }

/// 3-23 평가 등록 (staff of the course).
#[utoipa::path(post, path = "/api/v1/assessments", request_body = PortalNewAssessment,
    responses((status = 201, body = Done<OneAssessment>)))]
pub async fn create(app: School, caller: Caller, Json(sent): Json<PortalNewAssessment>) -> Created<OneAssessment> {
    let (course, class, name, kind, first) = sent.parts();
    let new = NewAssessment { course, class, unit: None, name, kind, mission: None, first };
    created("평가가 등록되었습니다.", assessments::create(&app, &caller, new).await?)
}

/// 3-24 평가 조회 (staff of the course; those in it, while it is active).
#[utoipa::path(get, path = "/api/v1/assessments/{assessment_id}",
    responses((status = 200, body = Done<OneAssessment>)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<OneAssessment> {
    done("평가를 조회했습니다.", assessments::by_id(&app, &caller, id).await?)
}

/// 3-25 과정 차수별 평가 목록: those of the whole course and those of this class (staff of the course; those in the
/// class see the active ones).
#[utoipa::path(get, path = "/api/v1/assessments/course/{course_id}/class/{class_id}",
    responses((status = 200, body = Done<Assessments>)))]
pub async fn of_class(app: School, caller: Caller, Ids(course, class): Ids) -> Answer<Assessments> {
    done("평가 목록을 조회했습니다.", assessments::of_class(&app, &caller, course, class).await?)
}

/// 3-26 평가 수정: changes the keys that are in the body (staff of the course).
#[utoipa::path(put, path = "/api/v1/assessments/{assessment_id}", request_body = PortalChangeAssessment,
    responses((status = 200, body = Done<OneAssessment>)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<PortalChangeAssessment>,
) -> Answer<OneAssessment> {
    done("평가가 수정되었습니다.", assessments::change(&app, &caller, id, sent.into()).await?)
}

/// 3-27 평가 삭제 (staff of the course).
#[utoipa::path(delete, path = "/api/v1/assessments/{assessment_id}",
    responses((status = 200, body = Done<PortalDeletedAssessment>)))]
pub async fn delete(app: School, caller: Caller, Id(assessment_id): Id) -> Answer<PortalDeletedAssessment> {
    assessments::delete(&app, &caller, assessment_id).await?;
    done("평가가 삭제되었습니다.", assessment_id)
}

/// 3-28 평가 결과 등록 (staff of the course).
#[utoipa::path(post, path = "/api/v1/assessments/{assessment_id}/results", request_body = PortalNewResult,
    responses((status = 201, body = Done<OneResult>)))]
pub async fn record(
    app: School,
    caller: Caller,
    Id(assessment): Id,
    Json(sent): Json<PortalNewResult>,
) -> Created<OneResult> {
    created("평가 결과가 등록되었습니다.", attempts::record(&app, &caller, assessment, sent.into()).await?)
}

/// 3-29 평가 결과 조회 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/assessments/{assessment_id}/results/{result_id}",
    responses((status = 200, body = Done<OneResult>)))]
pub async fn result(app: School, caller: Caller, Ids(assessment, id): Ids) -> Answer<OneResult> {
    done("평가 결과를 조회했습니다.", attempts::by_id(&app, &caller, assessment, id).await?)
}

/// 3-30 평가별 결과 목록 (staff of the course).
#[utoipa::path(get, path = "/api/v1/assessments/{assessment_id}/results", params(Pages),
    responses((status = 200, body = Done<ResultsPage>)))]
pub async fn results(app: School, caller: Caller, Id(assessment): Id, pages: Pages) -> Answer<ResultsPage> {
    done("평가 결과 목록을 조회했습니다.", attempts::of_assessment(&app, &caller, assessment, pages.into()).await?)
}

/// 3-31 수강신청별 평가 결과 목록 (the student's own; staff of the course).
#[utoipa::path(get, path = "/api/v1/assessments/results/enrollment/{enrollment_id}",
    responses((status = 200, body = Done<Results>)))]
pub async fn of_enrollment(app: School, caller: Caller, Id(enrollment): Id) -> Answer<Results> {
    done("평가 결과 목록을 조회했습니다.", attempts::of_enrollment(&app, &caller, enrollment).await?)
}

/// 3-32 평가 결과 채점 관리 (staff of the course).
#[utoipa::path(patch, path = "/api/v1/assessments/results/{result_id}/grade", request_body = PortalGrading,
    responses((status = 200, body = Done<OneResult>)))]
pub async fn grade(app: School, caller: Caller, Id(id): Id, Json(sent): Json<PortalGrading>) -> Answer<OneResult> {
    done("평가 결과가 채점되었습니다.", attempts::grade(&app, &caller, id, sent.into()).await?)
}
