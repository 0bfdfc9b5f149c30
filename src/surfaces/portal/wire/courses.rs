//! Courses and their classes.

use serde::Deserialize;
use utoipa::ToSchema;

use super::Paging;
use crate::school::Page;
use crate::school::classes::{Approval, Class, ClassChanges};
use crate::school::courses::{Course, CourseChanges, NewCourse, Rules};
use crate::surfaces::answer::{answer, each};
use crate::surfaces::texts::{Code, Day, Instant, Name, Percent, Prose, Within, named};

/// Reads the rules of a course (price, length, completion, weights) from a body; both bodies have the same keys.
macro_rules! rules {
    ($sent:expr) => {
        Rules {
            price: $sent.price.map(|n| n.0),
            minutes: $sent.minutes.map(|n| n.map(|n| n.0)),
            needed_rate: $sent.needed_rate.map(|n| n.0),
            late_after_min: $sent.late_after_min.map(|n| n.map(|n| n.0)),
            weight_attendance: $sent.weight_attendance.map(|n| n.0),
            weight_progress: $sent.weight_progress.map(|n| n.0),
            weight_assessment: $sent.weight_assessment.map(|n| n.0),
        }
    };
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"title": "생활체육 지도자 기초", "code": "ETH201", "description": "지도자의 첫걸음", "price": 0}))]
pub struct PortalNewCourse {
    pub title: Name,
    /// Letters, digits and hyphens; generated when left out
    pub code: Option<Code>,
    pub description: Option<Prose>,
    /// In won; 0 is free
    pub price: Option<Within<0, 1_000_000_000>>,
    /// The length in minutes, which certificates show in hours
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Within<0, 1_000_000>>)]
    pub minutes: Option<Option<Within<0, 1_000_000>>>,
    /// The attendance that a completion needs, in per cent (75)
    pub needed_rate: Option<Percent>,
    /// Minutes after the start at which joining is late; the school's own when null
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Within<0, 1_440>>)]
    pub late_after_min: Option<Option<Within<0, 1_440>>>,
    /// The parts of the total score (20, 20, 60)
    pub weight_attendance: Option<Within<0, 1_000>>,
    pub weight_progress: Option<Within<0, 1_000>>,
    pub weight_assessment: Option<Within<0, 1_000>>,
}

impl From<PortalNewCourse> for NewCourse {
    fn from(n: PortalNewCourse) -> NewCourse {
        NewCourse {
            code: n.code.map(String::from),
            title: n.title.into(),
            description: n.description.map(String::from).unwrap_or_default(),
            rules: rules!(n),
            ..NewCourse::default()
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"needed_rate": 80.0}))]
pub struct PortalChangeCourse {
    pub title: Option<Name>,
    pub code: Option<Code>,
    pub description: Option<Prose>,
    /// In won; 0 is free
    pub price: Option<Within<0, 1_000_000_000>>,
    /// The length in minutes, which certificates show in hours
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Within<0, 1_000_000>>)]
    pub minutes: Option<Option<Within<0, 1_000_000>>>,
    /// The attendance that a completion needs, in per cent (75)
    pub needed_rate: Option<Percent>,
    /// Minutes after the start at which joining is late; the school's own when null
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Within<0, 1_440>>)]
    pub late_after_min: Option<Option<Within<0, 1_440>>>,
    /// The parts of the total score (20, 20, 60)
    pub weight_attendance: Option<Within<0, 1_000>>,
    pub weight_progress: Option<Within<0, 1_000>>,
    pub weight_assessment: Option<Within<0, 1_000>>,
}

impl From<PortalChangeCourse> for CourseChanges {
    fn from(c: PortalChangeCourse) -> CourseChanges {
        CourseChanges {
            code: c.code.map(String::from),
            title: c.title.map(String::from),
            description: c.description.map(String::from),
            rules: rules!(c),
            ..CourseChanges::default()
        }
    }
}

answer! {
    #[schema(example = json!({"course_id": 1, "code": "ETH201", "title": "생활체육 지도자 기초",
        "description": "지도자의 첫걸음", "instructor_id": 10, "instructor_name": "박강사", "status": "PUBLISHED", "price": 0,
        "minutes": 960, "needed_rate": 75.0, "late_after_min": null, "weight_attendance": 20, "weight_progress": 20,
        "weight_assessment": 60, "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
    pub struct PortalCourse from Course as c {
        course_id: i64 = c.id,
        code: String = c.code,
        title: String = c.title,
        description: String = c.description,
        instructor_id: i64 = c.instructor,
        instructor_name: String = c.instructor_name,
        status: String = c.status,
        price: i64 = c.price,
        minutes: Option<i64> = c.minutes,
        needed_rate: f64 = c.needed_rate,
        late_after_min: Option<i64> = c.late_after_min,
        weight_attendance: i64 = c.weight_attendance,
        weight_progress: i64 = c.weight_progress,
        weight_assessment: i64 = c.weight_assessment,
        created_at: Instant = Instant(c.created_ms),
        updated_at: Instant = Instant(c.updated_ms),
    }
}

answer! {
    pub struct OneCourse from Course as c {
        course_id: i64 = c.id,
        course: PortalCourse = c.into(),
    }
}

answer! {
    pub struct Courses from Page<Course> as page {
        paging: Paging = Paging::from(&page),
        courses: Vec<PortalCourse> = each(page.rows),
    }
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApprovalWord {
    Auto,
    Manual,
}

impl From<ApprovalWord> for Approval {
    fn from(word: ApprovalWord) -> Approval {
        match word {
            ApprovalWord::Auto => Approval::Auto,
            ApprovalWord::Manual => Approval::Manual,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"class_name": "1차", "capacity": 20, "start_date": "2025-03-03", "end_date": "2025-06-30",
    "approval": "MANUAL", "total_sessions": 16}))]
pub struct ClassSent {
    pub class_name: Name,
    /// Seats; null is without a limit
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Within<1, 1_000_000>>)]
    pub capacity: Option<Option<Within<1, 1_000_000>>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Day>)]
    pub start_date: Option<Option<Day>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Day>)]
    pub end_date: Option<Option<Day>>,
    pub approval: Option<ApprovalWord>,
    /// The number of planned meetings
    pub total_sessions: Option<Within<0, 1_000>>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"capacity": 25}))]
pub struct ChangeClass {
    pub class_name: Option<Name>,
    /// Seats; null is without a limit
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Within<1, 1_000_000>>)]
    pub capacity: Option<Option<Within<1, 1_000_000>>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Day>)]
    pub start_date: Option<Option<Day>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Day>)]
    pub end_date: Option<Option<Day>>,
    pub approval: Option<ApprovalWord>,
    /// The number of planned meetings
    pub total_sessions: Option<Within<0, 1_000>>,
}

/// Reads the plan of a class from a body; the bodies for creating and changing have the same keys.
macro_rules! plan {
    ($sent:expr, $name:expr) => {
        ClassChanges {
            name: $name,
            capacity: $sent.capacity.map(|n| n.map(|n| n.0)),
            starts: $sent.start_date.map(|day| day.map(|day| day.0)),
            ends: $sent.end_date.map(|day| day.map(|day| day.0)),
            approval: $sent.approval.map(Approval::from),
            total_sessions: $sent.total_sessions.map(|n| n.0),
        }
    };
}

impl From<ClassSent> for (String, ClassChanges) {
    fn from(n: ClassSent) -> (String, ClassChanges) {
        (n.class_name.into(), plan!(n, None))
    }
}

impl From<ChangeClass> for ClassChanges {
    fn from(c: ChangeClass) -> ClassChanges {
        plan!(c, c.class_name.map(String::from))
    }
}

answer! {
    #[schema(as = Class, example = json!({"class_id": 1, "course_id": 1, "class_name": "1차", "is_default": false, "capacity": 20,
        "start_date": "2025-03-03", "end_date": "2025-06-30", "approval": "MANUAL", "total_sessions": 16,
        "enrolled_count": 20, "waiting_count": 3, "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
    pub struct PortalClass from Class as k {
        class_id: i64 = k.id,
        course_id: i64 = k.course,
        class_name: String = k.name,
        is_default: bool = k.is_default,
        capacity: Option<i64> = k.capacity,
        start_date: Option<String> = k.starts,
        end_date: Option<String> = k.ends,
        approval: String = k.approval,
        total_sessions: i64 = k.total_sessions,
        enrolled_count: i64 = k.enrolled,
        waiting_count: i64 = k.waiting,
        created_at: Instant = Instant(k.created_ms),
        updated_at: Instant = Instant(k.updated_ms),
    }
}

answer! {
    pub struct OneClass from Class as k {
        class_id: i64 = k.id,
        class: PortalClass = k.into(),
    }
}

answer! {
    pub struct Classes from Page<Class> as page {
        paging: Paging = Paging::from(&page),
        classes: Vec<PortalClass> = each(page.rows),
    }
}
