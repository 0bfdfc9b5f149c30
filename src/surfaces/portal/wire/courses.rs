//! Courses and their classes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Paging;
use crate::school::classes::{Approval, Changes as ClassChanges, Class as ClassRow};
use crate::school::courses::{Changes, Course as CourseRow, NewCourse, Rules};
use crate::school::{Page, Window};
use crate::surfaces::texts::{Code, Day, Instant, Name, Percent, Prose, Within, named};

/// What a course asks of those who take it, as both bodies have it.
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
#[schema(as = PortalNewCourse, example = json!({"title": "생활체육 지도자 기초", "code": "ETH201", "description": "지도자의 첫걸음", "price": 0}))]
pub struct CourseSent {
    pub title: Name,
    /// Letters, digits and hyphens; made when left out
    pub code: Option<Code>,
    pub description: Option<Prose>,
    /// In won; 0 is free
    pub price: Option<Within<0, 1_000_000_000>>,
    /// How long it is, in minutes: a certificate says it in hours
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

impl From<CourseSent> for NewCourse {
    fn from(n: CourseSent) -> NewCourse {
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
#[schema(as = PortalChangeCourse, example = json!({"needed_rate": 80.0}))]
pub struct ChangeCourse {
    pub title: Option<Name>,
    pub code: Option<Code>,
    pub description: Option<Prose>,
    /// In won; 0 is free
    pub price: Option<Within<0, 1_000_000_000>>,
    /// How long it is, in minutes: a certificate says it in hours
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

impl From<ChangeCourse> for Changes {
    fn from(c: ChangeCourse) -> Changes {
        Changes {
            code: c.code.map(String::from),
            title: c.title.map(String::from),
            description: c.description.map(String::from),
            rules: rules!(c),
            ..Changes::default()
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = PortalCourse, example = json!({"course_id": 1, "code": "ETH201", "title": "생활체육 지도자 기초",
    "description": "지도자의 첫걸음", "instructor_id": 10, "instructor_name": "박강사", "status": "PUBLISHED", "price": 0,
    "minutes": 960, "needed_rate": 75.0, "late_after_min": null, "weight_attendance": 20, "weight_progress": 20,
    "weight_assessment": 60, "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
pub struct Course {
    pub course_id: i64,
    pub code: String,
    pub title: String,
    pub description: String,
    pub instructor_id: i64,
    pub instructor_name: String,
    pub status: String,
    pub price: i64,
    pub minutes: Option<i64>,
    pub needed_rate: f64,
    pub late_after_min: Option<i64>,
    pub weight_attendance: i64,
    pub weight_progress: i64,
    pub weight_assessment: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl From<CourseRow> for Course {
    fn from(c: CourseRow) -> Course {
        Course {
            course_id: c.id,
            code: c.code,
            title: c.title,
            description: c.description,
            instructor_id: c.instructor,
            instructor_name: c.instructor_name,
            status: c.status,
            price: c.price,
            minutes: c.minutes,
            needed_rate: c.needed_rate,
            late_after_min: c.late_after_min,
            weight_attendance: c.weight_attendance,
            weight_progress: c.weight_progress,
            weight_assessment: c.weight_assessment,
            created_at: Instant(c.created_ms),
            updated_at: Instant(c.updated_ms),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct OneCourse {
    pub course_id: i64,
    pub course: Course,
}

impl From<CourseRow> for OneCourse {
    fn from(c: CourseRow) -> OneCourse {
        OneCourse { course_id: c.id, course: c.into() }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Courses {
    pub courses: Vec<Course>,
    pub paging: Paging,
}

impl Courses {
    pub fn of(page: Page<CourseRow>, window: Window) -> Courses {
        let paging = Paging::of(window, page.total);
        Courses { courses: page.rows.into_iter().map(Course::from).collect(), paging }
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
    /// How many meetings are planned
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
    /// How many meetings are planned
    pub total_sessions: Option<Within<0, 1_000>>,
}

/// What both bodies say of a class.
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

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"class_id": 1, "course_id": 1, "class_name": "1차", "is_default": false, "capacity": 20,
    "start_date": "2025-03-03", "end_date": "2025-06-30", "approval": "MANUAL", "total_sessions": 16,
    "enrolled_count": 20, "waiting_count": 3, "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
pub struct Class {
    pub class_id: i64,
    pub course_id: i64,
    pub class_name: String,
    pub is_default: bool,
    pub capacity: Option<i64>,
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub approval: String,
    pub total_sessions: i64,
    pub enrolled_count: i64,
    pub waiting_count: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl From<ClassRow> for Class {
    fn from(k: ClassRow) -> Class {
        Class {
            class_id: k.id,
            course_id: k.course,
            class_name: k.name,
            is_default: k.is_default,
            capacity: k.capacity,
            start_date: k.starts,
            end_date: k.ends,
            approval: k.approval,
            total_sessions: k.total_sessions,
            enrolled_count: k.enrolled,
            waiting_count: k.waiting,
            created_at: Instant(k.created_ms),
            updated_at: Instant(k.updated_ms),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct OneClass {
    pub class_id: i64,
    pub class: Class,
}

impl From<ClassRow> for OneClass {
    fn from(k: ClassRow) -> OneClass {
        OneClass { class_id: k.id, class: k.into() }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Classes {
    pub classes: Vec<Class>,
    pub paging: Paging,
}

impl Classes {
    pub fn of(page: Page<ClassRow>, window: Window) -> Classes {
        let paging = Paging::of(window, page.total);
        Classes { classes: page.rows.into_iter().map(Class::from).collect(), paging }
    }
}
