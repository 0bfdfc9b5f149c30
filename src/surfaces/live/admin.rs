//! Management of people and their logins by administrators.

use axum::Json as Answer;
use axum::http::StatusCode;

use super::wire::people::{NewPassword, NewRole, NewStudentNo, People, PeopleQuery, User};
use super::wire::{MessageBody, PAGE_SIZE, PageQuery, Pagination, message_body};
use super::{Id, Json, Query, Result, SignedIn};
use crate::app::School;
use crate::school::people;
use crate::school::rights::Role;

/// Lists the people of the school (administrators).
#[utoipa::path(get, path = "/api/admin/people", params(PeopleQuery, PageQuery), responses((status = 200, body = People)))]
pub async fn people(
    app: School,
    SignedIn(caller): SignedIn,
    Query(query): Query<PeopleQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Answer<People>> {
    let (window, page) = paging.window(PAGE_SIZE);
    let search = query.search.map(|s| s.0);
    let found = people::list(&app, &caller, query.role.map(Role::from), search.as_deref(), window).await?;
    let pagination = Pagination::of(window, page, found.total);
    Ok(Answer(People { results: found.rows.into_iter().map(User::from).collect(), pagination }))
}

/// Changes the role of a person (administrators).
#[utoipa::path(
    patch, path = "/api/admin/people/{user_id}/role", request_body = NewRole, responses((status = 200, body = User)),
)]
pub async fn role(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<NewRole>,
) -> Result<Answer<User>> {
    Ok(Answer(people::change_role(&app, &caller, id, sent.role.into()).await?.into()))
}

/// Sets the student number of a student (administrators).
#[utoipa::path(
    patch, path = "/api/admin/people/{user_id}/student-no", request_body = NewStudentNo,
    responses((status = 200, body = User)),
)]
pub async fn number(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<NewStudentNo>,
) -> Result<Answer<User>> {
    Ok(Answer(people::set_student_number(&app, &caller, id, sent.student_no.map(String::from)).await?.into()))
}

/// Sets a new password for a person who lost theirs; all their logins end (administrators).
#[utoipa::path(
    post, path = "/api/admin/people/{user_id}/password-reset", request_body = NewPassword,
    responses((status = 200, body = MessageBody)),
)]
pub async fn password_reset(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<NewPassword>,
) -> Result<Answer<MessageBody>> {
    people::reset_password(&app, &caller, id, sent.password.into()).await?;
    Ok(Answer(message_body("비밀번호를 바꾸었습니다")))
}

/// Erases the personal data of a person; their records stay without it (administrators).
#[utoipa::path(post, path = "/api/admin/people/{user_id}/erase", responses((status = 204)))]
pub async fn erase(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<StatusCode> {
    people::erase(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
