//! Missions, which are the assessments of a minor category.

use super::{Answer, Caller, Created, Id, Json, created, ok};
use crate::app::School;
use crate::school::assessments::attempts::ATTEMPTS_MAX;
use crate::school::assessments::missions::{self, MissionChanges};
use crate::school::assessments::{Assessment, MissionType};
use crate::surfaces::keys::*;

words!(pub enum AcademyMissionType for MissionType in "snake_case" { MultipleChoice, CodeSubmission });

body! {
    #[schema(example = json!({"minor_category_id": 1, "title": "중간 평가", "description": "변수와 자료형",
        "mission_type": "multiple_choice", "is_midterm": true, "is_final": false, "pass_percent": 60}))]
    create pub struct AcademyNewMission;
    #[schema(example = json!({"title": "기말 평가", "is_midterm": false, "is_final": true, "weight": 2}))]
    change pub struct AcademyMissionChanges for MissionChanges;
    needed {
        minor_category_id: i64 => unit,
        title: Name => name,
        /// Stays as it is once there are questions
        mission_type: AcademyMissionType => mission_type,
    }
    optional {
        description: Option<Prose> => description,
        is_midterm: Option<bool> => midterm,
        is_final: Option<bool> => last,
        /// The share of the points that passes (60)
        pass_percent: Option<Percent> => pass_percent,
        /// The number of tries of a learner (multiple choices: 3; code: without a limit). null is without a limit
        attempts_allowed: Patch<Within<1, { ATTEMPTS_MAX }>> => attempts_allowed,
        /// The weight among the missions of the course (1)
        weight: Option<UpTo<1_000>> => weight,
        /// True (as usual) if a completion needs it to be passed
        is_required: Option<bool> => required,
        /// Learners do not see one that is not
        is_active: Option<bool> => active,
    }
}

answer! {
    #[schema(example = json!({"id": 1, "minor_category_id": 1, "major_category_id": 1, "title": "중간 평가",
        "description": "변수와 자료형", "mission_type": "multiple_choice", "is_midterm": true, "is_final": false,
        "pass_percent": 60.0, "attempts_allowed": 3, "weight": 1.0, "is_required": true, "is_active": true,
        "question_count": 5, "total_points": 50.0, "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
    pub struct AcademyMission from Assessment as m
        let (is_midterm, is_final, pass_percent) = (m.is_midterm(), m.is_final(), m.pass_percent());
    {
        id: i64 = m.id,
        minor_category_id: Option<i64> = m.unit,
        major_category_id: i64 = m.course,
        title: String = m.name,
        description: String = m.description,
        /// multiple_choice or code_submission
        mission_type: String = m.mission_type.unwrap_or_default().to_lowercase(),
        is_midterm: bool = is_midterm,
        is_final: bool = is_final,
        pass_percent: f64 = pass_percent,
        attempts_allowed: Option<i64> = m.attempts_allowed,
        weight: f64 = m.weight,
        is_required: bool = m.required,
        is_active: bool = m.active,
        question_count: i64 = m.questions,
        /// The sum of the points of its questions; 100 without any
        total_points: f64 = m.total,
        created_at: Instant = Instant(m.created_ms),
        updated_at: Instant = Instant(m.updated_ms),
    }
}

/// Adds a mission to a minor category (staff of the course). Its questions are added one by one.
#[utoipa::path(post, path = "/missions/", request_body = AcademyNewMission,
    responses((status = 201, body = AcademyMission)))]
pub async fn create(app: School, caller: Caller, Json(sent): Json<AcademyNewMission>) -> Created<AcademyMission> {
    let (unit, name, mission_type, first) = sent.parts();
    created(missions::create(&app, &caller, (unit, name, mission_type), first).await?)
}

/// Returns a mission (staff of the course; those in it, while it is active).
#[utoipa::path(get, path = "/missions/{mission_id}/", responses((status = 200, body = AcademyMission)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<AcademyMission> {
    ok(missions::by_id(&app, &caller, id).await?)
}

/// Changes the keys that are in the body (staff of the course).
#[utoipa::path(put, path = "/missions/{mission_id}/", request_body = AcademyMissionChanges,
    responses((status = 200, body = AcademyMission)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyMissionChanges>,
) -> Answer<AcademyMission> {
    ok(missions::change(&app, &caller, id, sent.into()).await?)
}

/// Does what PUT does.
#[utoipa::path(patch, path = "/missions/{mission_id}/", request_body = AcademyMissionChanges,
    responses((status = 200, body = AcademyMission)))]
pub async fn patch(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyMissionChanges>,
) -> Answer<AcademyMission> {
    ok(missions::change(&app, &caller, id, sent.into()).await?)
}
