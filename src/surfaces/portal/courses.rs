//! Courses and their classes. Seed 000 uses them, and does not say how they are created.

use super::wire::{Done, Pages, Paging};
use super::{Answer, Caller, Created, Id, Ids, Json, created, done};
use crate::app::School;
use crate::school::classes::{self, Approval, Class, ClassChanges};
use crate::school::courses::{self, Course, CourseChanges};
use crate::surfaces::keys::*;

body! {
    #[schema(example = json!({"title": "생활체육 지도자 기초", "code": "ETH201", "description": "지도자의 첫걸음", "price": 0}))]
    create pub struct PortalNewCourse;
    #[schema(example = json!({"needed_rate": 80.0}))]
    change pub struct PortalChangeCourse for CourseChanges;
    needed { title: Name => title, }
    optional {
        /// Letters, digits and hyphens; generated when left out
        code: Option<Code> => code,
        description: Option<Prose> => description,
        /// In won; 0 is free
        price: Option<Within<0, 1_000_000_000>> => price,
        /// The length in minutes, which certificates show in hours
        minutes: Patch<Within<0, 1_000_000>> => minutes,
        /// The attendance that a completion needs, in per cent (75)
        needed_rate: Option<Percent> => needed_rate,
        /// Minutes after the start at which joining is late; the school's own when null
        late_after_min: Patch<Within<0, 1_440>> => late_after_min,
        /// The parts of the total score (20, 20, 60)
        weight_attendance: Option<Within<0, 1_000>> => weight_attendance,
        weight_progress: Option<Within<0, 1_000>> => weight_progress,
        weight_assessment: Option<Within<0, 1_000>> => weight_assessment,
    }
    others CourseChanges::default();
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

    pub struct OneCourse from Course as c { course_id: i64 = c.id, course: PortalCourse = c.into() }
}

paged! { pub struct Courses of Course { paging: Paging, courses: PortalCourse } }

words!(pub enum ApprovalWord for Approval { Auto, Manual });

body! {
    #[schema(example = json!({"class_name": "1차", "capacity": 20, "start_date": "2025-03-03", "end_date": "2025-06-30",
        "approval": "MANUAL", "total_sessions": 16}))]
    create pub struct ClassSent;
    #[schema(example = json!({"capacity": 25}))]
    change pub struct ChangeClass for ClassChanges;
    needed { class_name: Name => name, }
    optional {
        /// Seats; null is without a limit
        capacity: Patch<Within<1, 1_000_000>> => capacity,
        start_date: Patch<Day> => starts,
        end_date: Patch<Day> => ends,
        approval: Option<ApprovalWord> => approval,
        /// The number of planned meetings
        total_sessions: Option<Within<0, 1_000>> => total_sessions,
    }
}

answer! {
    #[schema(as = Class, example = json!({"class_id": 1, "course_id": 1, "class_name": "1차", "is_default": false, "capacity": 20,
        "start_date": "2025-03-03", "end_date": "2025-06-30", "approval": "MANUAL", "total_sessions": 16,
        "enrolled_count": 20, "pending_count": 1, "waiting_count": 3, "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
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
        /// Those of `enrolled_count` who wait for an approval
        pending_count: i64 = k.pending,
        waiting_count: i64 = k.waiting,
        created_at: Instant = Instant(k.created_ms),
        updated_at: Instant = Instant(k.updated_ms),
    }

    pub struct OneClass from Class as k { class_id: i64 = k.id, class: PortalClass = k.into() }
}

paged! { pub struct Classes of Class { paging: Paging, classes: PortalClass } }

/// Lists the published and archived courses.
#[utoipa::path(get, path = "/api/v1/courses", params(Pages), responses((status = 200, body = Done<Courses>)),
    security(()))]
pub async fn list(app: School, pages: Pages) -> Answer<Courses> {
    done("과정 목록을 조회했습니다.", courses::list(&app, None, courses::CourseFilter::default(), pages.into()).await?)
}

/// Creates a course with its default class, which is published at once (instructors).
#[utoipa::path(post, path = "/api/v1/courses", request_body = PortalNewCourse,
    responses((status = 201, body = Done<OneCourse>)))]
pub async fn create(app: School, caller: Caller, Json(sent): Json<PortalNewCourse>) -> Created<OneCourse> {
    let (title, first) = sent.parts();
    created("과정이 등록되었습니다.", courses::create(&app, &caller, title, first).await?)
}

/// Returns a course.
#[utoipa::path(get, path = "/api/v1/courses/{course_id}", responses((status = 200, body = Done<OneCourse>)),
    security(()))]
pub async fn view(app: School, caller: Option<Caller>, Id(id): Id) -> Answer<OneCourse> {
    done("과정을 조회했습니다.", courses::detail(&app, caller.as_ref(), id, false).await?.course)
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/api/v1/courses/{course_id}", request_body = PortalChangeCourse,
    responses((status = 200, body = Done<OneCourse>)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<PortalChangeCourse>,
) -> Answer<OneCourse> {
    done("과정이 수정되었습니다.", courses::change(&app, &caller, id, sent.into()).await?)
}

/// Lists the classes of a course.
#[utoipa::path(get, path = "/api/v1/courses/{course_id}/classes", params(Pages),
    responses((status = 200, body = Done<Classes>)), security(()))]
pub async fn classes(app: School, caller: Option<Caller>, Id(course): Id, pages: Pages) -> Answer<Classes> {
    done("차수 목록을 조회했습니다.", classes::list(&app, caller.as_ref(), course, pages.into()).await?)
}

/// Adds a class to a course (its instructor).
#[utoipa::path(post, path = "/api/v1/courses/{course_id}/classes", request_body = ClassSent,
    responses((status = 201, body = Done<OneClass>)))]
pub async fn add_class(app: School, caller: Caller, Id(course): Id, Json(sent): Json<ClassSent>) -> Created<OneClass> {
    let (name, plan) = sent.parts();
    created("차수가 등록되었습니다.", classes::create(&app, &caller, course, name, plan).await?)
}

/// Returns a class of a course.
#[utoipa::path(get, path = "/api/v1/courses/{course_id}/classes/{class_id}",
    responses((status = 200, body = Done<OneClass>)), security(()))]
pub async fn class(app: School, caller: Option<Caller>, Ids(course, class): Ids) -> Answer<OneClass> {
    done("차수를 조회했습니다.", classes::by_id(&app, caller.as_ref(), course, class).await?)
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/api/v1/courses/{course_id}/classes/{class_id}", request_body = ChangeClass,
    responses((status = 200, body = Done<OneClass>)))]
pub async fn change_class(
    app: School,
    caller: Caller,
    Ids(course, class): Ids,
    Json(sent): Json<ChangeClass>,
) -> Answer<OneClass> {
    done("차수가 수정되었습니다.", classes::change(&app, &caller, course, class, sent.into()).await?)
}
