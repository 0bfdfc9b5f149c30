//! Refusals of this surface, as Django REST framework writes them: `{"<field>": ["…"]}` for a bad value, otherwise
//! `{"detail": "…", "code": "…"}` with what belongs to the error beside it.

use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::schema::{AdditionalProperties, AnyOfBuilder, ArrayBuilder, ObjectBuilder, Type};

use crate::error::{Error, Field, Noun, Requirement, SurfaceWords};
use crate::surfaces::language::{self, Language};
use crate::surfaces::refusals;
use crate::surfaces::schemas::described;

/// Words that are others here than in the school.
const WORDS: SurfaceWords = SurfaceWords {
    fields: &[
        (Field::Class, "class_id"),
        (Field::Code, "submitted_code"),
        (Field::Course, "major_category_id"),
        (Field::Enrollment, "enrollment_id"),
        (Field::ExpiryDate, "expiry_date"),
        (Field::Item, "video_id"),
        (Field::Options, "option_1"),
        (Field::Unit, "minor_category_id"),
    ],
    nouns: &[
        (Noun::Assessment, ["Mission", "미션을", "ミッション"]),
        (Noun::Course, ["Major category", "대분류를", "大分類"]),
        (Noun::Enrollment, ["Enrollment", "수강 신청을", "受講登録"]),
        (Noun::Item, ["Video", "동영상을", "動画"]),
        (Noun::Person, ["User", "사용자를", "ユーザー"]),
        (Noun::Unit, ["Minor category", "소분류를", "小分類"]),
    ],
};

pub fn refuse(error: &Error) -> Response {
    refusals::answer(error, AcademyRefusal::from(error))
}

#[derive(Serialize)]
pub struct AcademyRefusal(Value);

described!(
    AcademyRefusal,
    AnyOfBuilder::new()
        .item(
            ObjectBuilder::new()
                .description(Some("What belongs to the error stands beside: `status`, `missing`, `left` …"))
                .property("detail", text())
                .property("code", text())
                .required("detail")
                .required("code")
                .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        )
        .item(
            ObjectBuilder::new()
                .description(Some("A bad value: its place in what was sent, and what is wrong there"))
                .additional_properties(Some(ArrayBuilder::new().items(text())))
        )
        .examples([json!({ "detail": "이미 쓰이고 있는 이메일입니다.", "code": "EMAIL_TAKEN" })])
);

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

impl From<&Error> for AcademyRefusal {
    fn from(error: &Error) -> AcademyRefusal {
        if let Error::BadInput { place, fault } = error {
            return AcademyRefusal(json!({ place.name(WORDS): [fault.text(Language::spoken(), WORDS)] }));
        }
        let mut body = json!({ "detail": language::error(error, WORDS), "code": error.code() });
        if let Some((key, value)) = beside(error) {
            body[key] = value;
        }
        AcademyRefusal(body)
    }
}

/// Returns what stands beside the text of an error, with its key.
fn beside(error: &Error) -> Option<(&'static str, Value)> {
    match error {
        Error::WrongState { status } => Some(("status", json!(status.0))),
        Error::NotMet { missing } => Some(("missing", json!(Requirement::words(missing)))),
        Error::UnitNotDone { missing } => {
            let kind = |is_assessment: bool| if is_assessment { "mission" } else { "video" };
            let parts = missing
                .iter()
                .map(|part| json!({ "id": part.id, "title": part.title, "kind": kind(part.is_assessment) }));
            Some(("missing", parts.collect()))
        }
        Error::RefundTooLarge { left } => Some(("left", json!(left))),
        Error::NoAttemptsLeft { allowed } => Some(("allowed", json!(allowed))),
        Error::HasOpenEnrollments { count } | Error::HasCourses { count } => Some(("count", json!(count))),
        _ => None,
    }
}

impl refusals::DocumentedRefusal for AcademyRefusal {
    const STATUSES: &'static [(&'static str, &'static str)] = &[
        ("400", "What was sent cannot be read: the key names the place."),
        (
            "401",
            "No token, or one that is no longer good: TOKEN_EXPIRED asks for a refresh, LOGIN_ENDED for a new login.",
        ),
        ("403", "Not yours."),
        ("404", "Not there."),
        ("409", "A wrong move; `code` says which, and `status` names the state that forbids it."),
        ("413", "The body is larger than it may be; the text says the limit."),
        ("415", "Not JSON."),
        ("429", "Too many requests; `Retry-After` says when to try again."),
        ("503", "Too busy; `Retry-After` says when to try again."),
    ];
}
