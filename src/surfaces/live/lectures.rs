//! Lectures: what an instructor teaches.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;

use super::wire::lectures::{ChangeLecture, Enrolled, Lecture, LectureDetail, Lectures, LecturesQuery, NewLecture};
use super::wire::{Pagination, Paging, Refusals, WHOLE_PAGE};
use super::{Anyone, Id, Json, Query, Result, SignedIn, made};
use crate::app::School;
use crate::school::courses;
use crate::school::enrollment::{self, Application};

/// The lectures that are taught, and those in the archive.
#[utoipa::path(
    get, path = "/api/lectures", tag = "live: lectures",
    params(LecturesQuery, Paging),
    responses((status = 200, body = Lectures), Refusals), security(()),
)]
pub async fn list(
    State(app): State<School>,
    Anyone(caller): Anyone,
    Query(query): Query<LecturesQuery>,
    Query(paging): Query<Paging>,
) -> Result<Answer<Lectures>> {
    let (window, page) = paging.window(WHOLE_PAGE);
    let filter = courses::Filter { instructor: query.instructor_id, is_active: query.is_active };
    let found = courses::list(&app, caller.as_ref(), filter, window).await?;
    let pagination = Pagination::of(window, page, found.total);
    Ok(Answer(Lectures {
        lectures: found.rows.into_iter().map(|c| Lecture::new(c, &app.public_url)).collect(),
        pagination,
    }))
}

/// A new lecture, published at once (instructors).
#[utoipa::path(
    post, path = "/api/lectures", tag = "live: lectures",
    request_body = NewLecture,
    responses((status = 201, body = Lecture), Refusals),
)]
pub async fn create(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Json(new): Json<NewLecture>,
) -> Result<(StatusCode, Answer<Lecture>)> {
    Ok(made(Lecture::new(courses::create(&app, &caller, new.into()).await?, &app.public_url)))
}

/// A lecture with its tasks.
#[utoipa::path(
    get, path = "/api/lectures/{lecture_id}", tag = "live: lectures",
    params(("lecture_id" = i64, Path)),
    responses((status = 200, body = LectureDetail), Refusals), security(()),
)]
pub async fn detail(State(app): State<School>, Anyone(caller): Anyone, Id(id): Id) -> Result<Answer<LectureDetail>> {
    Ok(Answer(LectureDetail::new(courses::detail(&app, caller.as_ref(), id).await?, &app.public_url)))
}

/// Changes what is named in the body (its instructor).
#[utoipa::path(
    put, path = "/api/lectures/{lecture_id}", tag = "live: lectures",
    params(("lecture_id" = i64, Path)),
    request_body = ChangeLecture,
    responses((status = 200, body = Lecture), Refusals),
)]
pub async fn change(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(changes): Json<ChangeLecture>,
) -> Result<Answer<Lecture>> {
    Ok(Answer(Lecture::new(courses::change(&app, &caller, id, changes.into()).await?, &app.public_url)))
}

/// Takes a lecture away that nobody has applied for; otherwise archive it.
#[utoipa::path(
    delete, path = "/api/lectures/{lecture_id}", tag = "live: lectures",
    params(("lecture_id" = i64, Path)),
    responses((status = 204), Refusals),
)]
pub async fn delete(State(app): State<School>, SignedIn(caller): SignedIn, Id(id): Id) -> Result<StatusCode> {
    courses::delete(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Teaches a lecture no more, and keeps it for those who learnt in it.
#[utoipa::path(
    post, path = "/api/lectures/{lecture_id}/archive", tag = "live: lectures",
    params(("lecture_id" = i64, Path)),
    responses((status = 200, body = Lecture), Refusals),
)]
pub async fn archive(State(app): State<School>, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Lecture>> {
    Ok(Answer(Lecture::new(courses::archive(&app, &caller, id).await?, &app.public_url)))
}

/// Takes a lecture out of the archive.
#[utoipa::path(
    post, path = "/api/lectures/{lecture_id}/restore", tag = "live: lectures",
    params(("lecture_id" = i64, Path)),
    responses((status = 200, body = Lecture), Refusals),
)]
pub async fn restore(State(app): State<School>, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Lecture>> {
    Ok(Answer(Lecture::new(courses::restore(&app, &caller, id).await?, &app.public_url)))
}

/// Gives the poster of a lecture another address; printed posters lead nowhere from now on (its instructor).
#[utoipa::path(
    post, path = "/api/lectures/{lecture_id}/poster-code", tag = "live: lectures",
    params(("lecture_id" = i64, Path)),
    responses((status = 200, body = Lecture), Refusals),
)]
pub async fn renew_poster(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<Lecture>> {
    Ok(Answer(Lecture::new(courses::renew_poster(&app, &caller, id).await?, &app.public_url)))
}

/// Applies for a lecture (students).
#[utoipa::path(
    post, path = "/api/lectures/{lecture_id}/enroll", tag = "live: lectures",
    params(("lecture_id" = i64, Path)),
    responses((status = 201, body = Enrolled), Refusals),
)]
pub async fn enroll(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<(StatusCode, Answer<Enrolled>)> {
    let application = Application { person: None, course: id, class: None };
    Ok(made(enrollment::apply(&app, &caller, application).await?.into()))
}
