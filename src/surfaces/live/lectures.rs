//! Lectures: what an instructor teaches.

use axum::http::StatusCode;

use super::wire::lectures::*;
use super::wire::{PageQuery, WHOLE_PAGE};
use super::{Answer, Caller, Created, Id, Json, Result, created, ok};
use crate::app::School;
use crate::school::courses;
use crate::school::enrollment::{self, Application};
use crate::surfaces::body::SentValue;

/// Lists the published and archived lectures, with their newest sessions if they are asked for.
#[utoipa::path(get, path = "/api/lectures", params(LecturesQuery, PageQuery),
    responses((status = 200, body = Lectures)), security(()))]
pub async fn list(app: School, caller: Option<Caller>, query: LecturesQuery, paging: PageQuery) -> Answer<Lectures> {
    let LecturesQuery { instructor_id: instructor, taught_by, is_active, .. } = query;
    let filter = courses::CourseFilter { instructor, taught_by, is_active };
    let window = paging.window(WHOLE_PAGE);
    let found = courses::list_with_sessions(&app, caller.as_ref(), filter, window, query.sessions.plain()).await?;
    ok((found, app.public_url.as_str()))
}

/// Creates a lecture, which is published at once (instructors).
#[utoipa::path(post, path = "/api/lectures", request_body = NewLecture, responses((status = 201, body = Lecture)))]
pub async fn create(app: School, caller: Caller, Json(sent): Json<NewLecture>) -> Created<Lecture> {
    let (title, first) = sent.parts();
    created((courses::create(&app, &caller, title, first).await?, app.public_url.as_str()))
}

/// Returns a lecture with its tasks, and their subtasks if they are asked for: of a lecture with a price, only their outline to
/// those who are not in it.
#[utoipa::path(get, path = "/api/lectures/{lecture_id}", params(LectureQuery),
    responses((status = 200, body = LectureDetail)), security(()))]
pub async fn detail(app: School, caller: Option<Caller>, Id(id): Id, query: LectureQuery) -> Answer<LectureDetail> {
    let found = courses::detail(&app, caller.as_ref(), id, query.subtasks.unwrap_or(false)).await?;
    ok((found, app.public_url.as_str()))
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/api/lectures/{lecture_id}", request_body = ChangeLecture,
    responses((status = 200, body = Lecture)))]
pub async fn change(app: School, caller: Caller, Id(id): Id, Json(sent): Json<ChangeLecture>) -> Answer<Lecture> {
    ok((courses::change(&app, &caller, id, sent.into()).await?, app.public_url.as_str()))
}

/// Deletes a lecture without open applications; archive it otherwise.
#[utoipa::path(delete, path = "/api/lectures/{lecture_id}", responses((status = 204)))]
pub async fn delete(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    courses::delete(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Archives a lecture: it is taught no more, and kept for those who learnt in it.
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/archive", responses((status = 200, body = Lecture)))]
pub async fn archive(app: School, caller: Caller, Id(id): Id) -> Answer<Lecture> {
    ok((courses::archive(&app, &caller, id).await?, app.public_url.as_str()))
}

/// Publishes an archived lecture again.
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/restore", responses((status = 200, body = Lecture)))]
pub async fn restore(app: School, caller: Caller, Id(id): Id) -> Answer<Lecture> {
    ok((courses::restore(&app, &caller, id).await?, app.public_url.as_str()))
}

/// Gives the poster of a lecture a new address; posters with the old one stop working (its instructor).
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/poster-code", responses((status = 200, body = Lecture)))]
pub async fn renew_poster(app: School, caller: Caller, Id(id): Id) -> Answer<Lecture> {
    ok((courses::renew_poster(&app, &caller, id).await?, app.public_url.as_str()))
}

/// Applies for a lecture (students).
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/enroll", responses((status = 201, body = Enrolled)))]
pub async fn enroll(app: School, caller: Caller, Id(id): Id) -> Created<Enrolled> {
    let application = Application { person: None, course: id, class: None };
    created(enrollment::apply(&app, &caller, application).await?)
}
