//! Assessments and their results. Bodies list each key, and flatten no struct, so that an error names its field.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::Paging;
use crate::school::Page;
use crate::school::assessments::attempts::{ATTEMPTS_MAX, AssessmentAttempt, Grading, NewResult};
use crate::school::assessments::{Assessment, AssessmentChanges, AssessmentKind, NewAssessment, OpeningTime};
use crate::surfaces::answer::{answer, each};
use crate::surfaces::schemas::described;
use crate::surfaces::texts::{AboveZero, Day, Instant, Name, Prose, UpTo, Within, named};

pub type Points = UpTo<1_000_000>;
pub type Total = AboveZero<1_000_000>;
pub type Weight = UpTo<1_000>;
pub type Minutes = Within<1, 100_000>;
pub type AttemptLimit = Within<1, ATTEMPTS_MAX>;

/// A day of the school's zone, `YYYY-MM-DD`, or an instant.
#[derive(Debug, Clone)]
pub struct DayOrInstant(OpeningTime);

described!(
    DayOrInstant,
    AnyOfBuilder::new()
        .item(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
                .pattern(Some("^(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-[0-9]{2}-[0-9]{2}$"))
        )
        .item(Instant::schema())
        .description(Some("A day of the school's zone, or an instant; of the years 1970 to 9998"))
        .examples(["2025-10-28", "2025-10-28T10:00:00Z"])
);

impl<'de> Deserialize<'de> for DayOrInstant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = Day::parse(&text).filter(|day| ("1970".."9999").contains(&&day.0[..4]));
        let edge =
            day.map(|day| OpeningTime::Day(day.0)).or_else(|| Instant::parse(&text).map(|at| OpeningTime::At(at.0)));
        let needed = "a day such as 2025-10-28 or a time such as 2025-10-28T10:00:00Z is needed";
        edge.map(DayOrInstant).ok_or_else(|| D::Error::custom(needed))
    }
}

/// "Y" or "N"; a boolean is understood too.
#[derive(Debug, Clone, Copy)]
pub struct YesNo(bool);

described!(
    YesNo,
    AnyOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["Y", "N"])))
        .item(ObjectBuilder::new().schema_type(Type::Boolean))
        .examples(["Y", "N"])
);

impl<'de> Deserialize<'de> for YesNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(yes) => Ok(YesNo(yes)),
            Value::String(word) if word == "Y" => Ok(YesNo(true)),
            Value::String(word) if word == "N" => Ok(YesNo(false)),
            _ => Err(D::Error::custom("Y or N is needed")),
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssessmentType {
    Quiz,
    Assignment,
    Midterm,
    Final,
    Exam,
}

impl From<AssessmentType> for AssessmentKind {
    fn from(word: AssessmentType) -> AssessmentKind {
        match word {
            AssessmentType::Quiz => AssessmentKind::Quiz,
            AssessmentType::Assignment => AssessmentKind::Assignment,
            AssessmentType::Midterm => AssessmentKind::Midterm,
            AssessmentType::Final => AssessmentKind::Final,
            AssessmentType::Exam => AssessmentKind::Exam,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"course_id": 1, "class_id": null, "assessment_name": "중간 평가",
    "assessment_type": "MIDTERM", "assessment_desc": "1~4주차 내용", "start_date": "2025-04-21", "end_date": "2025-04-25",
    "total_score": 100, "pass_score": 60, "time_limit": 50, "attempt_limit": 2, "is_active": true}))]
pub struct PortalNewAssessment {
    pub course_id: i64,
    /// For every class of the course when left out
    pub class_id: Option<i64>,
    pub assessment_name: Name,
    pub assessment_type: AssessmentType,
    pub assessment_desc: Option<Prose>,
    /// A day, which counts from its first instant, or an instant
    pub start_date: Option<DayOrInstant>,
    /// A day, which counts to its last instant, or an instant
    pub end_date: Option<DayOrInstant>,
    /// More than 0 (100)
    pub total_score: Option<Total>,
    /// The lowest score that passes (60)
    pub pass_score: Option<Points>,
    /// In minutes
    pub time_limit: Option<Minutes>,
    pub attempt_limit: Option<AttemptLimit>,
    /// Whether it is open to students and counts for their grades (true)
    pub is_active: Option<bool>,
    /// The weight among the assessments of the course (1)
    pub weight: Option<Weight>,
    /// Whether a completion needs it to be passed (true)
    pub is_required: Option<bool>,
}

impl From<PortalNewAssessment> for NewAssessment {
    fn from(n: PortalNewAssessment) -> NewAssessment {
        let first = AssessmentChanges {
            description: n.assessment_desc.map(String::from),
            starts: Some(n.start_date.map(|edge| edge.0)),
            ends: Some(n.end_date.map(|edge| edge.0)),
            total: n.total_score.map(|points| points.0),
            pass: n.pass_score.map(|points| points.0),
            weight: n.weight.map(|weight| weight.0),
            required: n.is_required,
            minutes: Some(n.time_limit.map(|n| n.0)),
            attempts_allowed: Some(n.attempt_limit.map(|n| n.0)),
            active: n.is_active,
            ..AssessmentChanges::default()
        };
        let (name, kind) = (n.assessment_name.into(), n.assessment_type.into());
        NewAssessment { course: n.course_id, class: n.class_id, name, kind, first }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"end_date": "2025-04-30", "attempt_limit": null}))]
pub struct PortalChangeAssessment {
    pub assessment_name: Option<Name>,
    pub assessment_type: Option<AssessmentType>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Prose>)]
    pub assessment_desc: Option<Option<Prose>>,
    /// null: open from the beginning
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<DayOrInstant>)]
    pub start_date: Option<Option<DayOrInstant>>,
    /// null: open without an end
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<DayOrInstant>)]
    pub end_date: Option<Option<DayOrInstant>>,
    /// Not below a score that was given
    pub total_score: Option<Total>,
    pub pass_score: Option<Points>,
    /// In minutes; null is without a limit
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Minutes>)]
    pub time_limit: Option<Option<Minutes>>,
    /// null is without a limit
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<AttemptLimit>)]
    pub attempt_limit: Option<Option<AttemptLimit>>,
    pub is_active: Option<bool>,
    pub weight: Option<Weight>,
    pub is_required: Option<bool>,
}

impl From<PortalChangeAssessment> for AssessmentChanges {
    fn from(c: PortalChangeAssessment) -> AssessmentChanges {
        AssessmentChanges {
            name: c.assessment_name.map(String::from),
            kind: c.assessment_type.map(AssessmentKind::from),
            description: c.assessment_desc.map(|text| text.map(String::from).unwrap_or_default()),
            starts: c.start_date.map(|edge| edge.map(|edge| edge.0)),
            ends: c.end_date.map(|edge| edge.map(|edge| edge.0)),
            total: c.total_score.map(|points| points.0),
            pass: c.pass_score.map(|points| points.0),
            weight: c.weight.map(|weight| weight.0),
            required: c.is_required,
            minutes: c.time_limit.map(|n| n.map(|n| n.0)),
            attempts_allowed: c.attempt_limit.map(|n| n.map(|n| n.0)),
            active: c.is_active,
        }
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
}

answer! {
    pub struct OneAssessment from Assessment as a {
        assessment_id: i64 = a.id,
        assessment: PortalAssessment = a.into(),
    }
}

answer! {
    pub struct Assessments from Vec<Assessment> as rows {
        assessments: Vec<PortalAssessment> = each(rows),
    }
}

#[derive(Serialize, ToSchema)]
pub struct PortalDeletedAssessment {
    pub assessment_id: i64,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"enrollment_id": 1, "attempt": 1, "score": 85.5, "pass_yn": "Y",
    "start_time": "2025-04-21T01:00:00Z", "end_time": "2025-04-21T01:45:00Z", "feedback": "잘하셨습니다"}))]
pub struct PortalNewResult {
    pub enrollment_id: i64,
    /// The next one when left out
    pub attempt: Option<AttemptLimit>,
    /// From 0 to the assessment's total; left out, it is handed in and not graded yet
    pub score: Option<Points>,
    /// Judged by the score when left out; refused when it contradicts it
    pub pass_yn: Option<YesNo>,
    pub start_time: Option<Instant>,
    pub end_time: Option<Instant>,
    pub feedback: Option<Prose>,
}

impl From<PortalNewResult> for NewResult {
    fn from(r: PortalNewResult) -> NewResult {
        NewResult {
            enrollment: r.enrollment_id,
            number: r.attempt.map(|n| n.0),
            score: r.score.map(|points| points.0),
            passed: r.pass_yn.map(|yes| yes.0),
            started_ms: r.start_time.map(|at| at.0),
            submitted_ms: r.end_time.map(|at| at.0),
            feedback: r.feedback.map(String::from),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"score": 72.0, "pass_yn": "Y", "feedback": "조금만 더 연습해 보세요"}))]
pub struct PortalGrading {
    pub score: Points,
    /// Judged by the score when left out; refused when it contradicts it
    pub pass_yn: Option<YesNo>,
    /// Stays as it is when left out; null clears it
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Prose>)]
    pub feedback: Option<Option<Prose>>,
}

impl From<PortalGrading> for Grading {
    fn from(g: PortalGrading) -> Grading {
        Grading {
            score: g.score.0,
            passed: g.pass_yn.map(|yes| yes.0),
            feedback: g.feedback.map(|text| text.map(String::from)),
        }
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
}

answer! {
    pub struct OneResult from AssessmentAttempt as t {
        result_id: i64 = t.id,
        result: PortalResult = t.into(),
    }
}

answer! {
    pub struct Results from Vec<AssessmentAttempt> as attempts {
        results: Vec<PortalResult> = each(attempts),
    }
}

answer! {
    pub struct ResultsPage from Page<AssessmentAttempt> as page {
        paging: Paging = Paging::from(&page),
        results: Vec<PortalResult> = each(page.rows),
    }
}
