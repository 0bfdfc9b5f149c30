//! Lectures, and what is in them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Pagination, PersonRef};
use crate::school::courses::{Course, CourseChanges, CourseDetail, NewCourse, UnitBrief};
use crate::school::enrollment::Enrollment;
use crate::school::outline::{Item, ItemChanges, ItemKind, NewItem, NewUnit, Unit, UnitChanges};
use crate::surfaces::answer::answer;
use crate::surfaces::texts::{Code, Guide, Instant, Name, Position, Prose, Url, Word, named};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LecturesQuery {
    /// Only the lectures of this instructor
    pub instructor_id: Option<i64>,
    /// true: only published lectures; false: only archived ones
    pub is_active: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 1, "code": "KAKAO1", "title": "카카오톡 기초", "description": "카카오톡 사용법을 배웁니다",
    "instructor": {"id": 10, "name": "박강사"}, "instructor_id": 10, "thumbnail_url": "https://example.com/kakao.png",
    "is_active": true, "auto_help": true, "poster_code": "ACDEFGHJKMNP",
    "join_url": "http://192.168.0.10:8080/l/ACDEFGHJKMNP", "created_at": "2025-10-01T00:00:00Z"}))]
pub struct Lecture {
    pub id: i64,
    pub code: String,
    pub title: String,
    pub description: String,
    pub instructor: PersonRef,
    pub instructor_id: i64,
    pub thumbnail_url: Option<String>,
    pub is_active: bool,
    pub auto_help: bool,
    /// The code of the poster; null for callers who do not teach the lecture
    pub poster_code: Option<String>,
    /// The address of the poster, which leads to the current session; null for callers who do not teach the lecture
    pub join_url: Option<String>,
    pub created_at: Instant,
}

impl Lecture {
    pub fn new(c: Course, public_url: &str) -> Lecture {
        Lecture {
            id: c.id,
            join_url: c.poster_code.as_ref().map(|code| format!("{public_url}/l/{code}")),
            poster_code: c.poster_code,
            code: c.code,
            title: c.title,
            description: c.description,
            instructor: PersonRef { id: c.instructor, name: c.instructor_name },
            instructor_id: c.instructor,
            thumbnail_url: c.thumbnail_url,
            is_active: c.status == "PUBLISHED",
            auto_help: c.auto_help,
            created_at: Instant(c.created_ms),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Lectures {
    pub lectures: Vec<Lecture>,
    pub pagination: Pagination,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"title": "카카오톡 기초", "description": "카카오톡 사용법을 배웁니다",
    "thumbnail_url": "https://example.com/kakao.png"}))]
pub struct NewLecture {
    pub title: Name,
    pub description: Option<Prose>,
    pub thumbnail_url: Option<Url>,
    /// Letters, digits and hyphens; generated when left out
    pub code: Option<Code>,
}

impl From<NewLecture> for NewCourse {
    fn from(n: NewLecture) -> NewCourse {
        NewCourse {
            code: n.code.map(String::from),
            title: n.title.into(),
            description: n.description.map(String::from).unwrap_or_default(),
            thumbnail_url: n.thumbnail_url.map(String::from),
            ..NewCourse::default()
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"title": "카카오톡 기초 (개정)", "auto_help": false}))]
pub struct ChangeLecture {
    pub title: Option<Name>,
    pub description: Option<Prose>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Url>)]
    pub thumbnail_url: Option<Option<Url>>,
    pub code: Option<Code>,
    /// Whether sessions make automatic calls for help for students who are stuck
    pub auto_help: Option<bool>,
}

impl From<ChangeLecture> for CourseChanges {
    fn from(c: ChangeLecture) -> CourseChanges {
        CourseChanges {
            code: c.code.map(String::from),
            title: c.title.map(String::from),
            description: c.description.map(String::from),
            thumbnail_url: c.thumbnail_url.map(|u| u.map(String::from)),
            auto_help: c.auto_help,
            ..CourseChanges::default()
        }
    }
}

answer! {
    #[schema(example = json!({"id": 100, "title": "메시지 보내기", "order_index": 1, "subtask_count": 4}))]
    pub struct TaskBrief from UnitBrief as u {
        id: i64 = u.id,
        title: String = u.title,
        order_index: i64 = u.position,
        subtask_count: i64 = u.steps,
    }
}

#[derive(Serialize, ToSchema)]
pub struct LectureDetail {
    #[serde(flatten)]
    pub lecture: Lecture,
    pub tasks: Vec<TaskBrief>,
    pub enrolled_count: i64,
}

impl LectureDetail {
    pub fn new(d: CourseDetail, public_url: &str) -> LectureDetail {
        LectureDetail {
            lecture: Lecture::new(d.course, public_url),
            tasks: d.units.into_iter().map(TaskBrief::from).collect(),
            enrolled_count: d.enrolled,
        }
    }
}

answer! {
    #[schema(example = json!({"enrollment_id": 500, "lecture_id": 1, "user_id": 1, "status": "APPROVED",
        "enrolled_at": "2025-10-28T10:00:00Z"}))]
    pub struct Enrolled from Enrollment as e {
        enrollment_id: i64 = e.id,
        lecture_id: i64 = e.course,
        user_id: i64 = e.person,
        status: String = e.status,
        enrolled_at: Instant = Instant(e.created_ms),
    }
}

// Tasks and subtasks.

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"title": "메시지 보내기", "description": "친구에게 카카오톡 메시지를 보냅니다", "order_index": 1}))]
pub struct NewTask {
    pub title: Name,
    pub description: Option<Prose>,
    /// At the end when left out
    pub order_index: Option<Position>,
}

impl From<NewTask> for NewUnit {
    fn from(n: NewTask) -> NewUnit {
        NewUnit {
            title: n.title.into(),
            description: n.description.map(String::from).unwrap_or_default(),
            position: n.order_index.map(|p| p.0),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"order_index": 2}))]
pub struct ChangeTask {
    pub title: Option<Name>,
    pub description: Option<Prose>,
    pub order_index: Option<Position>,
}

impl From<ChangeTask> for UnitChanges {
    fn from(c: ChangeTask) -> UnitChanges {
        UnitChanges {
            title: c.title.map(String::from),
            description: c.description.map(String::from),
            position: c.order_index.map(|p| p.0),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Task {
    pub id: i64,
    pub lecture_id: i64,
    pub title: String,
    pub description: String,
    pub order_index: i64,
    pub subtasks: Vec<Subtask>,
    pub created_at: Instant,
}

impl Task {
    pub fn new(unit: Unit, items: Vec<Item>) -> Task {
        Task {
            id: unit.id,
            lecture_id: unit.course,
            title: unit.title,
            description: unit.description,
            order_index: unit.position,
            subtasks: items.into_iter().filter(Item::is_step).map(Subtask::from).collect(),
            created_at: Instant(unit.created_ms),
        }
    }
}

answer! {
    #[schema(example = json!({"id": 1000, "task_id": 100, "title": "카카오톡 앱 열기",
        "description": "홈 화면에서 카카오톡 앱을 찾아 엽니다", "order_index": 1, "target_action": "CLICK",
        "target_element_hint": "com.kakao.talk", "guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요",
        "voice_guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요", "created_at": "2025-10-28T10:00:00Z"}))]
    pub struct Subtask from Item as i {
        id: i64 = i.id,
        task_id: i64 = i.unit,
        title: String = i.title,
        description: String = i.description,
        order_index: i64 = i.position,
        target_action: Option<String> = i.target_action,
        target_element_hint: Option<String> = i.target_hint,
        guide_text: Option<String> = i.guide,
        voice_guide_text: Option<String> = i.voice,
        created_at: Instant = Instant(i.created_ms),
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"title": "카카오톡 앱 열기", "description": "홈 화면에서 카카오톡 앱을 찾아 엽니다",
    "order_index": 1, "target_action": "CLICK", "target_element_hint": "com.kakao.talk",
    "guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요",
    "voice_guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요"}))]
pub struct NewSubtask {
    pub title: Name,
    pub description: Option<Prose>,
    /// At the end when left out
    pub order_index: Option<Position>,
    pub target_action: Option<Word>,
    pub target_element_hint: Option<Name>,
    pub guide_text: Option<Guide>,
    pub voice_guide_text: Option<Guide>,
}

impl From<NewSubtask> for NewItem {
    fn from(n: NewSubtask) -> NewItem {
        NewItem {
            description: n.description.map(String::from).unwrap_or_default(),
            position: n.order_index.map(|p| p.0),
            target_action: n.target_action.map(String::from),
            target_hint: n.target_element_hint.map(String::from),
            guide: n.guide_text.map(String::from),
            voice: n.voice_guide_text.map(String::from),
            ..NewItem::of(ItemKind::Step, n.title)
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"guide_text": "노란 카카오톡 그림을 한 번 눌러주세요"}))]
pub struct ChangeSubtask {
    pub title: Option<Name>,
    pub description: Option<Prose>,
    pub order_index: Option<Position>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Word>)]
    pub target_action: Option<Option<Word>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Name>)]
    pub target_element_hint: Option<Option<Name>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Guide>)]
    pub guide_text: Option<Option<Guide>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Guide>)]
    pub voice_guide_text: Option<Option<Guide>>,
}

impl From<ChangeSubtask> for ItemChanges {
    fn from(c: ChangeSubtask) -> ItemChanges {
        ItemChanges {
            title: c.title.map(String::from),
            description: c.description.map(String::from),
            position: c.order_index.map(|p| p.0),
            target_action: c.target_action.map(|t| t.map(String::from)),
            target_hint: c.target_element_hint.map(|t| t.map(String::from)),
            guide: c.guide_text.map(|t| t.map(String::from)),
            voice: c.voice_guide_text.map(|t| t.map(String::from)),
            ..ItemChanges::default()
        }
    }
}
