//! Management of people and their logins by administrators.

use axum::http::StatusCode;

use super::wire::people::*;
use super::wire::{MessageBody, PAGE_SIZE, PageQuery};
use super::{Answer, Caller, Id, Json, Result, ok};
use crate::app::School;
use crate::school::people;
use crate::surfaces::body::SentValue;

/// Lists the people of the school (administrators).
#[utoipa::path(get, path = "/api/admin/people", params(PeopleQuery, PageQuery),
    responses((status = 200, body = People)))]
pub async fn people(app: School, caller: Caller, query: PeopleQuery, paging: PageQuery) -> Answer<People> {
    let (role, search) = (query.role.plain(), query.search.as_ref().map(|text| text.0.as_str()));
    ok(people::list(&app, &caller, role, search, paging.window(PAGE_SIZE)).await?)
}

/// Changes the role of a person (administrators).
#[utoipa::path(patch, path = "/api/admin/people/{user_id}/role", request_body = NewRole,
    responses((status = 200, body = User)))]
pub async fn role(app: School, caller: Caller, Id(id): Id, Json(sent): Json<NewRole>) -> Answer<User> {
    ok(people::change_role(&app, &caller, id, sent.role.plain()).await?)
}

/// Sets the student number of a student (administrators).
#[utoipa::path(patch, path = "/api/admin/people/{user_id}/student-no", request_body = NewStudentNo,
    responses((status = 200, body = User)))]
pub async fn number(app: School, caller: Caller, Id(id): Id, Json(sent): Json<NewStudentNo>) -> Answer<User> {
    ok(people::set_student_number(&app, &caller, id, sent.student_no.plain()).await?)
}

/// Sets a new password for a person who lost theirs; all their logins end (administrators).
#[utoipa::path(post, path = "/api/admin/people/{user_id}/password-reset", request_body = NewPassword,
    responses((status = 200, body = MessageBody)))]
pub async fn password_reset(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<NewPassword>,
) -> Answer<MessageBody> {
    people::reset_password(&app, &caller, id, sent.password.into()).await?;
    ok("비밀번호를 바꾸었습니다")
}

/// Erases the personal data of a person; their records stay without it (administrators).
#[utoipa::path(post, path = "/api/admin/people/{user_id}/erase", responses((status = 204)))]
pub async fn erase(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    people::erasing::erase(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
