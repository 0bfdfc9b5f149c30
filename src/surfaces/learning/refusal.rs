//! Refusals of this surface: `{"error": {"code": "LEARNING_nnn", "message": …, "details": …}}`.

use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Type};

use crate::error::{Error, ErrorKind, Field, NeededCourse, Noun, Requirement, SurfaceWords};
use crate::surfaces::ids::TextId;
use crate::surfaces::language::{self, Language};
use crate::surfaces::refusals;
use crate::surfaces::schemas::described;

/// Words that are others here than in the school.
const WORDS: SurfaceWords = SurfaceWords {
    fields: &[
        (Field::CertificateExpiry, "expiryDate"),
        (Field::Item, "materialId"),
        (Field::PassScore, "passingScore"),
        (Field::TargetSkills, "targetSkills"),
        (Field::TotalScore, "maxScore"),
        (Field::Unit, "moduleId"),
        (Field::ViewedItems, "materialsViewed"),
    ],
    nouns: &[
        (Noun::Attempt, ["Attempt", "응시 기록을", "受験の記録"]),
        (Noun::Certificate, ["Certificate", "수료증을", "証明書"]),
        (Noun::Course, ["Course", "과정을", "コース"]),
        (Noun::Enrollment, ["Enrollment", "수강 신청을", "コース登録"]),
        (Noun::Item, ["Material", "학습 자료를", "教材"]),
        (Noun::Person, ["User", "사용자를", "ユーザー"]),
        (Noun::Progress, ["Progress", "진도를", "進捗"]),
        (Noun::Unit, ["Module", "모듈을", "モジュール"]),
    ],
};

pub fn refuse(error: &Error) -> Response {
    refusals::answer(error, LearningRefusal::from(error))
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"error": {"code": "LEARNING_008", "message": "title: 必ず入れてください。",
    "details": {"field": "title", "reason": "missing field `title`"}}}))]
pub struct LearningRefusal {
    pub error: LearningRefusalBody,
}

#[derive(Serialize, ToSchema)]
pub struct LearningRefusalBody {
    /// 001 not found · 002 already enrolled · 003 prerequisites not completed, or not published · 004 no attempts left, or outside the time of the assessment · 005 not all that is
    /// required is done · 006 people are enrolled · 007 no modules · 008 bad input · 009 not allowed · 010 not signed in · 011 not possible in
    /// this state · 012 the attempt is over or unknown · 013 too many requests · 014 unavailable
    pub code: &'static str,
    pub message: String,
    pub details: LearningRefusalDetails,
    /// With 003: the courses that are to be completed, or published, first
    #[serde(rename = "missingPrerequisites", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub missing_prerequisites: Option<Vec<TextId>>,
}

#[derive(Serialize)]
pub struct LearningRefusalDetails(Value);

described!(
    LearningRefusalDetails,
    AnyOfBuilder::new()
        .description(Some("A text with 002, 003, 006 and 007, otherwise an object"))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .item(ObjectBuilder::new())
);

/// The table of codes, as in the document above.
fn code(error: &Error) -> &'static str {
    match (error, error.kind()) {
        (Error::AlreadyEnrolled, _) => "LEARNING_002",
        (Error::PrerequisitesMissing { .. } | Error::PrerequisitesUnpublished { .. }, _) => "LEARNING_003",
        (Error::NoAttemptsLeft { .. } | Error::OutsideWindow, _) => "LEARNING_004",
        (Error::NotMet { .. } | Error::UnitNotDone { .. }, _) => "LEARNING_005",
        (Error::HasOpenEnrollments { .. }, _) => "LEARNING_006",
        (Error::NoUnits, _) => "LEARNING_007",
        (Error::OverTime { .. } | Error::AttemptOver | Error::NotFound(Noun::Attempt), _) => "LEARNING_012",
        (_, ErrorKind::NotFound) => "LEARNING_001",
        (_, ErrorKind::BadInput | ErrorKind::TooLarge | ErrorKind::NotJson | ErrorKind::WrongMethod) => "LEARNING_008",
        (_, ErrorKind::Forbidden) => "LEARNING_009",
        (_, ErrorKind::Unknown) => "LEARNING_010",
        (_, ErrorKind::Conflict) => "LEARNING_011",
        (_, ErrorKind::TooMany) => "LEARNING_013",
        (_, ErrorKind::Busy | ErrorKind::Internal) => "LEARNING_014",
    }
}

fn quoted_titles(courses: &[NeededCourse]) -> String {
    courses.iter().map(|course| format!("'{}'", course.title)).collect::<Vec<String>>().join(", ")
}

impl From<&Error> for LearningRefusal {
    fn from(error: &Error) -> LearningRefusal {
        let details = match error {
            Error::BadInput { place, fault } => {
                json!({ "field": place.name(WORDS), "reason": fault.text(Language::English, WORDS) })
            }
            Error::WrongState { status } => json!({ "status": status.0 }),
            Error::NotMet { missing } => json!({ "missing": Requirement::words(missing) }),
            Error::UnitNotDone { missing } => {
                let parts = |assessments: bool| -> Vec<Value> {
                    let parts = missing.iter().filter(|part| part.is_assessment == assessments);
                    parts.map(|part| json!({ "id": TextId(part.id), "title": part.title })).collect()
                };
                json!({ "missingMaterials": parts(false), "missingAssessments": parts(true) })
            }
            Error::AlreadyEnrolled => json!("User is already enrolled in this course"),
            Error::HasOpenEnrollments { count } => {
                json!(format!("Course has {count} active enrollments. Archive instead."))
            }
            Error::PrerequisitesMissing { missing } => {
                json!(format!("Must complete {} before enrolling", quoted_titles(missing)))
            }
            Error::PrerequisitesUnpublished { unpublished } => {
                json!(format!("Must publish {} first", quoted_titles(unpublished)))
            }
            Error::NoUnits => json!("At least one module is required"),
            _ => json!({}),
        };
        let missing_prerequisites = match error {
            Error::PrerequisitesMissing { missing: needed }
            | Error::PrerequisitesUnpublished { unpublished: needed } => {
                Some(needed.iter().map(|course| TextId(course.id)).collect())
            }
            _ => None,
        };
        let message = language::error(error, WORDS);
        let details = LearningRefusalDetails(details);
        LearningRefusal { error: LearningRefusalBody { code: code(error), message, details, missing_prerequisites } }
    }
}

impl refusals::DocumentedRefusal for LearningRefusal {
    const HAS_TEXT_IDS: bool = true;
    const STATUSES: &'static [(&'static str, &'static str)] = &[
        ("400", "LEARNING_008: what was sent cannot be read; `details.field` names where."),
        ("401", "LEARNING_010: no token, or one that is no longer good."),
        ("403", "LEARNING_009: not yours."),
        ("404", "LEARNING_001 (of an attempt LEARNING_012): not there."),
        ("409", "A wrong move; `code` says which."),
        ("413", "LEARNING_008: the body is larger than it may be; the message says the limit."),
        ("415", "LEARNING_008: not JSON."),
        ("429", "LEARNING_013: too many requests; `Retry-After` says when to try again."),
        ("503", "LEARNING_014: too busy; `Retry-After` says when to try again."),
    ];
}
