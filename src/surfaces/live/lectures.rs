//! Lectures: what an instructor teaches.

use axum::Json as Answer;
use axum::http::StatusCode;

use super::wire::lectures::{ChangeLecture, Enrolled, Lecture, LectureDetail, Lectures, LecturesQuery, NewLecture};
use super::wire::{PageQuery, Pagination, WHOLE_PAGE};
use super::{Id, Json, MaybeSignedIn, Query, Result, SignedIn, made};
use crate::app::School;
use crate::school::courses;
use crate::school::enrollment::{self, Application};

/// Lists the published and archived lectures.
#[utoipa::path(
    get, path = "/api/lectures", params(LecturesQuery, PageQuery), responses((status = 200, body = Lectures)),
    security(()),
)]
pub async fn list(
    app: School,
    MaybeSignedIn(caller): MaybeSignedIn,
    Query(query): Query<LecturesQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Answer<Lectures>> {
    let (window, page) = paging.window(WHOLE_PAGE);
    let filter = courses::CourseFilter { instructor: query.instructor_id, is_active: query.is_active };
    let found = courses::list(&app, caller.as_ref(), filter, window).await?;
    let pagination = Pagination::of(window, page, found.total);
    Ok(Answer(Lectures {
        lectures: found.rows.into_iter().map(|c| Lecture::new(c, &app.public_url)).collect(),
        pagination,
    }))
}

/// Creates a lecture, which is published at once (instructors).
#[utoipa::path(post, path = "/api/lectures", request_body = NewLecture, responses((status = 201, body = Lecture)))]
pub async fn create(
    app: School,
    SignedIn(caller): SignedIn,
    Json(new): Json<NewLecture>,
) -> Result<(StatusCode, Answer<Lecture>)> {
    Ok(made(Lecture::new(courses::create(&app, &caller, new.into()).await?, &app.public_url)))
}

/// Returns a lecture with its tasks.
#[utoipa::path(get, path = "/api/lectures/{lecture_id}", responses((status = 200, body = LectureDetail)), security(()))]
pub async fn detail(app: School, MaybeSignedIn(caller): MaybeSignedIn, Id(id): Id) -> Result<Answer<LectureDetail>> {
    Ok(Answer(LectureDetail::new(courses::detail(&app, caller.as_ref(), id).await?, &app.public_url)))
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(
    put, path = "/api/lectures/{lecture_id}", request_body = ChangeLecture, responses((status = 200, body = Lecture)),
)]
pub async fn change(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(changes): Json<ChangeLecture>,
) -> Result<Answer<Lecture>> {
    Ok(Answer(Lecture::new(courses::change(&app, &caller, id, changes.into()).await?, &app.public_url)))
}

/// Deletes a lecture without open applications; archive it otherwise.
#[utoipa::path(delete, path = "/api/lectures/{lecture_id}", responses((status = 204)))]
pub async fn delete(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<StatusCode> {
    courses::delete(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Archives a lecture: it is taught no more, and kept for those who learnt in it.
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/archive", responses((status = 200, body = Lecture)))]
pub async fn archive(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Lecture>> {
    Ok(Answer(Lecture::new(courses::archive(&app, &caller, id).await?, &app.public_url)))
}

/// Publishes an archived lecture again.
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/restore", responses((status = 200, body = Lecture)))]
pub async fn restore(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Lecture>> {
    Ok(Answer(Lecture::new(courses::restore(&app, &caller, id).await?, &app.public_url)))
}

/// Gives the poster of a lecture a new address; posters with the old one stop working (its instructor).
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/poster-code", responses((status = 200, body = Lecture)))]
pub async fn renew_poster(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Lecture>> {
    Ok(Answer(Lecture::new(courses::renew_poster(&app, &caller, id).await?, &app.public_url)))
}

/// Applies for a lecture (students).
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/enroll", responses((status = 201, body = Enrolled)))]
pub async fn enroll(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<(StatusCode, Answer<Enrolled>)> {
    let application = Application { person: None, course: id, class: None };
    Ok(made(enrollment::apply(&app, &caller, application).await?.into()))
}
