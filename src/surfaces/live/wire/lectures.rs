//! Lectures, and what is in them.

use super::pictures::{PictureSent, PictureShown};
use super::sessions::SessionListed;
use super::step_questions::{QuestionSent, QuestionTaught};
use super::{Pagination, PersonRef};
use crate::school::courses::copying::NewCopy;
use crate::school::courses::{Course, CourseChanges, CourseDetail, CourseWithSessions, UnitBrief};
use crate::school::enrollment::Enrollment;
use crate::school::outline::{Item, ItemChanges, Unit, UnitChanges};
use crate::school::pictures;
use crate::school::rights::CourseRole;
use crate::school::step_questions;
use crate::surfaces::keys::*;

query! {
    pub struct LecturesQuery {
        /// Only the lectures of this instructor
        instructor_id: Option<i64>,
        /// Only the lectures that this person teaches, as their instructor or as a co-teacher; oneself, or anyone for administrators
        taught_by: Option<i64>,
        /// true: only published lectures; false: only archived ones
        is_active: Option<bool>,
        /// Number of its newest sessions that each lecture brings, for those who lead it; none when left out
        sessions: Option<Within<1, 100>>,
    }
}

query! {
    pub struct LectureQuery {
        /// Whether each task brings its subtasks, for those who are signed in (false)
        subtasks: Option<bool>,
    }
}

answer! {
    #[schema(example = json!({"id": 1, "code": "KAKAO1", "title": "카카오톡 기초", "description": "카카오톡 사용법을 배웁니다",
        "instructor": {"id": 10, "name": "박강사"}, "instructor_id": 10, "thumbnail_url": "https://example.com/kakao.png",
        "is_active": true, "auto_help": true, "my_role": "OWNER", "poster_code": "ACDEFGHJKMNP",
        "join_url": "http://192.168.0.10:8080/l/ACDEFGHJKMNP", "created_at": "2025-10-01T00:00:00Z"}))]
    pub struct Lecture from (CourseWithSessions, &str) as (listed, public_url)
    let CourseWithSessions { course: c, role, sessions } = listed;
    {
        id: i64 = c.id,
        /// The address of the poster, which leads to the current session; null for callers who do not lead the lecture
        join_url: Option<String> = c.poster_code.as_ref().map(|code| format!("{public_url}/l/{code}")),
        /// The code of the poster; null for callers who do not lead the lecture
        poster_code: Option<String> = c.poster_code,
        code: String = c.code,
        title: String = c.title,
        description: String = c.description,
        instructor: PersonRef = (c.instructor, c.instructor_name).into(),
        instructor_id: i64 = c.instructor,
        thumbnail_url: Option<String> = c.thumbnail_url,
        is_active: bool = c.status == "PUBLISHED",
        auto_help: bool = c.auto_help,
        /// OWNER for its instructor and administrators, CO_TEACHER for those with whom it is shared; null for everyone else
        my_role: Option<String> = role.map(|role| role.word().into()),
        created_at: Instant = Instant(c.created_ms),
        /// The newest first, in a list that was asked for them; null elsewhere, and for those who do not lead the lecture
        sessions: Option<Vec<SessionListed>> =
            sessions.map(|all| all.into_iter().map(|session| (session, public_url).into()).collect()),
    }

    pub struct Lectures from (Page<CourseWithSessions>, &str) as (page, public_url) {
        pagination: Pagination = Pagination::from(&page),
        lectures: Vec<Lecture> = page.rows.into_iter().map(|listed| (listed, public_url).into()).collect(),
    }
}

/// A lecture that the caller has made or changed themselves.
impl From<(Course, &str)> for Lecture {
    fn from((course, public_url): (Course, &str)) -> Lecture {
        Lecture::from((CourseWithSessions { course, role: Some(CourseRole::Owner), sessions: None }, public_url))
    }
}

body! {
    #[schema(example = json!({"title": "카카오톡 기초", "description": "카카오톡 사용법을 배웁니다",
        "thumbnail_url": "https://example.com/kakao.png"}))]
    create pub struct NewLecture;
    #[schema(example = json!({"title": "카카오톡 기초 (개정)", "auto_help": false}))]
    change pub struct ChangeLecture for CourseChanges;
    needed { title: Name => title, }
    optional {
        description: Option<Prose> => description,
        thumbnail_url: Patch<Url> => thumbnail_url,
        /// Letters, digits and hyphens; generated when left out
        code: Option<Code> => code,
    }
    changed {
        /// Whether sessions make automatic calls for help for students who are stuck
        auto_help: Option<bool> => auto_help,
    }
    others CourseChanges::default();
}

body! {
    #[schema(example = json!({"title": "카카오톡 기초 (오후반)"}))]
    pub struct CopyLecture for NewCopy;
    optional {
        /// The title of the lecture with a mark when left out
        title: Option<Name> => title,
    }
}

answer! {
    #[schema(example = json!({"id": 100, "title": "메시지 보내기", "order_index": 1, "subtask_count": 4}))]
    pub struct TaskBrief from (UnitBrief, Option<&[Item]>) as (u, steps) {
        id: i64 = u.id,
        title: String = u.title,
        order_index: i64 = u.position,
        subtask_count: i64 = u.steps,
        /// null without `subtasks=true`
        description: Option<String> = steps.map(|_| u.description),
        /// null without `subtasks=true`
        subtasks: Option<Vec<Subtask>> =
            steps.map(|all| all.iter().filter(|step| step.unit == u.id).cloned().map(Subtask::from).collect()),
    }

    pub struct LectureDetail from (CourseDetail, &str) as (d, public_url)
    let listed = CourseWithSessions { course: d.course, role: d.role, sessions: None };
    {
        #[serde(flatten)]
        lecture: Lecture = (listed, public_url).into(),
        tasks: Vec<TaskBrief> = d.units.into_iter().map(|unit| (unit, d.steps.as_deref()).into()).collect(),
        enrolled_count: i64 = d.enrolled,
    }

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

body! {
    #[schema(example = json!({"title": "메시지 보내기", "description": "친구에게 카카오톡 메시지를 보냅니다", "order_index": 1}))]
    create pub struct NewTask;
    #[schema(example = json!({"order_index": 2}))]
    change pub struct ChangeTask for UnitChanges;
    needed { title: Name => title, }
    optional {
        description: Option<Prose> => description,
        /// At the end when left out
        order_index: Option<Position> => position,
    }
    others UnitChanges::default();
}

answer! {
    pub struct Task from (Unit, Vec<Item>) as (unit, items) {
        id: i64 = unit.id,
        lecture_id: i64 = unit.course,
        title: String = unit.title,
        description: String = unit.description,
        order_index: i64 = unit.position,
        subtasks: Vec<Subtask> = items.into_iter().filter(Item::is_step).map(Subtask::from).collect(),
        created_at: Instant = Instant(unit.created_ms),
    }

    #[schema(example = json!({"id": 1000, "task_id": 100, "title": "카카오톡 앱 열기",
        "description": "홈 화면에서 카카오톡 앱을 찾아 엽니다", "order_index": 1, "target_action": "CLICK",
        "target_element_hint": "com.kakao.talk", "guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요",
        "voice_guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요", "pictures": [{"picture": "9f3c0a5d7be14e2f8a61c04d5e7f9b12",
        "url": "/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12.jpg", "small_url": "/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12-small.jpg",
        "width": 720, "height": 1600, "shown_on": "ALL", "alt": "홈 화면. 노란 카카오톡 그림이 아래에 있어요.",
        "marks": [{"kind": "RING", "x": 0.42, "y": 0.81, "to_x": null, "to_y": null, "size": 0.12, "number": null, "label": "여기"}]}],
        "in_other_app": false, "notes": null, "question": {"kind": "YES_NO", "text": "노란 그림이 보이시나요?", "options": [], "unit": "", "answer": null},
        "created_at": "2025-10-28T10:00:00Z"}))]
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
        pictures: Vec<PictureShown> = each(pictures::of_json(&i.pictures)),
        /// Whether the step is done in another app than the one that shows it
        in_other_app: bool = i.in_other_app,
        /// Notes of its teachers for themselves; null for callers who do not lead the lecture
        notes: Option<String> = i.notes,
        /// The question of the step; its right answer only for those who lead the lecture
        question: Option<QuestionTaught> = step_questions::of_json(i.question.as_deref()).map(QuestionTaught::from),
        created_at: Instant = Instant(i.created_ms),
    }
}

/// As many pictures as a step may have.
pub type StepPictures<P> = BoundedList<P, 0, 4>;

body! {
    #[schema(example = json!({"title": "카카오톡 앱 열기", "description": "홈 화면에서 카카오톡 앱을 찾아 엽니다", "order_index": 1,
        "target_action": "CLICK", "target_element_hint": "com.kakao.talk", "guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요",
        "voice_guide_text": "홈 화면에서 노란색 카카오톡 아이콘을 눌러주세요", "pictures": [], "in_other_app": false, "notes": "안경을 찾으시도록 잠시 기다리기"}))]
    create pub struct NewSubtask;
    #[schema(example = json!({"guide_text": "노란 카카오톡 그림을 한 번 눌러주세요"}))]
    change pub struct ChangeSubtask for ItemChanges;
    needed { title: Name => title, }
    optional {
        description: Option<Prose> => description,
        /// At the end when left out
        order_index: Option<Position> => position,
        target_action: Patch<Word> => target_action,
        target_element_hint: Patch<Name> => target_hint,
        guide_text: Patch<Guide> => guide,
        voice_guide_text: Patch<Guide> => voice,
        /// All pictures of the step from now on
        pictures: Option<StepPictures<PictureSent>> => pictures,
        /// Whether the step is done in another app than the one that shows it
        in_other_app: Option<bool> => in_other_app,
        /// Notes of the instructor for themselves: learners and helpers never get them
        notes: Patch<Guide> => notes,
        /// A question to answer on the phone
        question: Patch<QuestionSent> => question,
    }
    others ItemChanges::default();
}
