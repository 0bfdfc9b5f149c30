//! Courses and their classes. Seed 000 uses them, and does not say how they are created.

use super::wire::courses::{
    ChangeClass, ClassSent, Classes, Courses, OneClass, OneCourse, PortalChangeCourse, PortalNewCourse,
};
use super::wire::{Done, Pages};
use super::{Answer, Created, Id, Ids, Json, MaybeSignedIn, Query, SignedIn, created, done};
use crate::app::School;
use crate::school::{classes, courses};

/// Lists the published and archived courses.
#[utoipa::path(
    get, path = "/api/v1/courses", params(Pages), responses((status = 200, body = Done<Courses>)), security(()),
)]
pub async fn list(app: School, Query(pages): Query<Pages>) -> Answer<Courses> {
    done("과정 목록을 조회했습니다.", courses::list(&app, None, courses::CourseFilter::default(), pages.into()).await?)
}

/// Creates a course with its default class, which is published at once (instructors).
#[utoipa::path(
    post, path = "/api/v1/courses", request_body = PortalNewCourse, responses((status = 201, body = Done<OneCourse>)),
)]
pub async fn create(app: School, SignedIn(caller): SignedIn, Json(new): Json<PortalNewCourse>) -> Created<OneCourse> {
    created("과정이 등록되었습니다.", courses::create(&app, &caller, new.into()).await?)
}

/// Returns a course.
#[utoipa::path(
    get, path = "/api/v1/courses/{course_id}", responses((status = 200, body = Done<OneCourse>)), security(()),
)]
pub async fn view(app: School, MaybeSignedIn(caller): MaybeSignedIn, Id(id): Id) -> Answer<OneCourse> {
    done("과정을 조회했습니다.", courses::detail(&app, caller.as_ref(), id).await?.course)
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(
    put, path = "/api/v1/courses/{course_id}", request_body = PortalChangeCourse,
    responses((status = 200, body = Done<OneCourse>)),
)]
pub async fn change(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(changes): Json<PortalChangeCourse>,
) -> Answer<OneCourse> {
    done("과정이 수정되었습니다.", courses::change(&app, &caller, id, changes.into()).await?)
}

/// Lists the classes of a course.
#[utoipa::path(
    get, path = "/api/v1/courses/{course_id}/classes", params(Pages), responses((status = 200, body = Done<Classes>)),
    security(()),
)]
pub async fn classes(
    app: School,
    MaybeSignedIn(caller): MaybeSignedIn,
    Id(course): Id,
    Query(pages): Query<Pages>,
) -> Answer<Classes> {
    done("차수 목록을 조회했습니다.", classes::list(&app, caller.as_ref(), course, pages.into()).await?)
}

/// Adds a class to a course (its instructor).
#[utoipa::path(
    post, path = "/api/v1/courses/{course_id}/classes", request_body = ClassSent,
    responses((status = 201, body = Done<OneClass>)),
)]
pub async fn add_class(
    app: School,
    SignedIn(caller): SignedIn,
    Id(course): Id,
    Json(new): Json<ClassSent>,
) -> Created<OneClass> {
    let (name, plan) = new.into();
    created("차수가 등록되었습니다.", classes::create(&app, &caller, course, name, plan).await?)
}

/// Returns a class of a course.
#[utoipa::path(
    get, path = "/api/v1/courses/{course_id}/classes/{class_id}", responses((status = 200, body = Done<OneClass>)),
    security(()),
)]
pub async fn class(app: School, MaybeSignedIn(caller): MaybeSignedIn, Ids(course, class): Ids) -> Answer<OneClass> {
    done("차수를 조회했습니다.", classes::by_id(&app, caller.as_ref(), course, class).await?)
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(
    put, path = "/api/v1/courses/{course_id}/classes/{class_id}", request_body = ChangeClass,
    responses((status = 200, body = Done<OneClass>)),
)]
pub async fn change_class(
    app: School,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Json(sent): Json<ChangeClass>,
) -> Answer<OneClass> {
    done("차수가 수정되었습니다.", classes::change(&app, &caller, course, class, sent.into()).await?)
}
