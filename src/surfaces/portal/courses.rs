//! Courses and their classes: 000 uses them, and does not say where they come from.

use axum::extract::State;

use super::wire::courses::{ChangeClass, ChangeCourse, ClassSent, Classes, CourseSent, Courses, OneClass, OneCourse};
use super::wire::{Done, Pages, Refusals};
use super::{Answer, Anyone, Id, Ids, Json, Query, Result, SignedIn, StatusCode, done, made};
use crate::app::School;
use crate::school::{classes, courses};

/// The courses that are taught, and those in the archive.
#[utoipa::path(
    get, path = "/api/v1/courses", tag = "portal: courses",
    params(Pages),
    responses((status = 200, body = Done<Courses>), Refusals), security(()),
)]
pub async fn list(State(app): State<School>, Query(pages): Query<Pages>) -> Result<Answer<Done<Courses>>> {
    let window = pages.window();
    let found = courses::list(&app, None, courses::Filter::default(), window).await?;
    Ok(done("과정 목록을 조회했습니다.", Courses::of(found, window)))
}

/// A new course with its default class, published at once (instructors).
#[utoipa::path(
    post, path = "/api/v1/courses", tag = "portal: courses",
    request_body = CourseSent,
    responses((status = 201, body = Done<OneCourse>), Refusals),
)]
pub async fn create(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(new): Json<CourseSent>,
) -> Result<(StatusCode, Answer<Done<OneCourse>>)> {
    Ok(made("과정이 등록되었습니다.", courses::create(&app, &caller, new.into()).await?.into()))
}

/// One course.
#[utoipa::path(
    get, path = "/api/v1/courses/{course_id}", tag = "portal: courses",
    params(("course_id" = i64, Path)),
    responses((status = 200, body = Done<OneCourse>), Refusals), security(()),
)]
pub async fn view(State(app): State<School>, Anyone(caller): Anyone, Id(id): Id) -> Result<Answer<Done<OneCourse>>> {
    Ok(done("과정을 조회했습니다.", courses::detail(&app, caller.as_ref(), id).await?.course.into()))
}

/// Changes what is named in the body (its instructor).
#[utoipa::path(
    put, path = "/api/v1/courses/{course_id}", tag = "portal: courses",
    params(("course_id" = i64, Path)),
    request_body = ChangeCourse,
    responses((status = 200, body = Done<OneCourse>), Refusals),
)]
pub async fn change(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(changes): Json<ChangeCourse>,
) -> Result<Answer<Done<OneCourse>>> {
    Ok(done("과정이 수정되었습니다.", courses::change(&app, &caller, id, changes.into()).await?.into()))
}

/// The classes of a course.
#[utoipa::path(
    get, path = "/api/v1/courses/{course_id}/classes", tag = "portal: courses",
    params(("course_id" = i64, Path), Pages),
    responses((status = 200, body = Done<Classes>), Refusals), security(()),
)]
pub async fn classes(
    State(app): State<School>,
    Anyone(caller): Anyone,
    Id(course): Id,
    Query(pages): Query<Pages>,
) -> Result<Answer<Done<Classes>>> {
    let window = pages.window();
    let found = classes::list(&app, caller.as_ref(), course, window).await?;
    Ok(done("차수 목록을 조회했습니다.", Classes::of(found, window)))
}

/// One more class of a course (its instructor).
#[utoipa::path(
    post, path = "/api/v1/courses/{course_id}/classes", tag = "portal: courses",
    params(("course_id" = i64, Path)),
    request_body = ClassSent,
    responses((status = 201, body = Done<OneClass>), Refusals),
)]
pub async fn add_class(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(course): Id,
    Json(new): Json<ClassSent>,
) -> Result<(StatusCode, Answer<Done<OneClass>>)> {
    let (name, plan) = new.into();
    Ok(made("차수가 등록되었습니다.", classes::create(&app, &caller, course, name, plan).await?.into()))
}

/// One class of a course.
#[utoipa::path(
    get, path = "/api/v1/courses/{course_id}/classes/{class_id}", tag = "portal: courses",
    params(("course_id" = i64, Path), ("class_id" = i64, Path)),
    responses((status = 200, body = Done<OneClass>), Refusals), security(()),
)]
pub async fn class(
    State(app): State<School>,
    Anyone(caller): Anyone,
    Ids(course, class): Ids,
) -> Result<Answer<Done<OneClass>>> {
    Ok(done("차수를 조회했습니다.", classes::by_id(&app, caller.as_ref(), course, class).await?.into()))
}

/// Changes what is named in the body (its instructor).
#[utoipa::path(
    put, path = "/api/v1/courses/{course_id}/classes/{class_id}", tag = "portal: courses",
    params(("course_id" = i64, Path), ("class_id" = i64, Path)),
    request_body = ChangeClass,
    responses((status = 200, body = Done<OneClass>), Refusals),
)]
pub async fn change_class(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Ids(course, class): Ids,
    Json(sent): Json<ChangeClass>,
) -> Result<Answer<Done<OneClass>>> {
    Ok(done("차수가 수정되었습니다.", classes::change(&app, &caller, course, class, sent.into()).await?.into()))
}
