//! Co-teachers of a lecture.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::wire::teachers::*;
use super::{Answer, Caller, Id, Ids, Json, Result, ok};
use crate::app::School;
use crate::school::courses::teachers;

/// Lists those who teach a lecture (those who lead its lessons).
#[utoipa::path(get, path = "/api/lectures/{lecture_id}/teachers", responses((status = 200, body = Teachers)))]
pub async fn list(app: School, caller: Caller, Id(id): Id) -> Answer<Teachers> {
    ok(teachers::list(&app, &caller, id).await?)
}

/// Shares a lecture with a colleague, who leads its lessons from now on (its instructor). At most twenty; 200 if they are there already.
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/teachers", request_body = NewTeacher,
    responses((status = 201, body = Teachers), (status = 200, body = Teachers)))]
pub async fn share(app: School, caller: Caller, Id(id): Id, Json(sent): Json<NewTeacher>) -> Result<Response> {
    let shared = teachers::share(&app, &caller, id, sent.user_id).await?;
    let status = if shared.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Teachers::from(shared.teachers))).into_response())
}

/// Ends the sharing of a lecture with a co-teacher (its instructor; the co-teacher, of their own). Their sockets in its sessions close.
#[utoipa::path(delete, path = "/api/lectures/{lecture_id}/teachers/{user_id}", responses((status = 204)))]
pub async fn end(app: School, caller: Caller, Ids(id, person): Ids) -> Result<StatusCode> {
    teachers::end(&app, &caller, id, person).await?;
    Ok(StatusCode::NO_CONTENT)
}
