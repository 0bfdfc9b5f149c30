//! Tasks and their subtasks: the steps of a session.

use axum::http::StatusCode;

use super::wire::lectures::*;
use super::{Answer, Caller, Created, Id, Json, Result, created, ok};
use crate::app::School;
use crate::school::outline::{self, ItemKind};

/// Adds a task to a lecture (its instructor).
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/tasks", request_body = NewTask,
    responses((status = 201, body = Task)))]
pub async fn add(app: School, caller: Caller, Id(id): Id, Json(sent): Json<NewTask>) -> Created<Task> {
    let (title, first) = sent.parts();
    created((outline::add_unit(&app, &caller, id, title, first).await?, Vec::new()))
}

/// Returns a task with its subtasks: of a lecture with a price, only the outline to those who are not in it.
#[utoipa::path(get, path = "/api/tasks/{task_id}", responses((status = 200, body = Task)))]
pub async fn detail(app: School, caller: Caller, Id(id): Id) -> Answer<Task> {
    let (unit, items) = outline::find_unit(&app, Some(&caller), id).await?;
    ok((unit, items))
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/api/tasks/{task_id}", request_body = ChangeTask, responses((status = 200, body = Task)))]
pub async fn change(app: School, caller: Caller, Id(id): Id, Json(sent): Json<ChangeTask>) -> Answer<Task> {
    outline::change_unit(&app, &caller, id, sent.into()).await?;
    let (unit, items) = outline::find_unit(&app, Some(&caller), id).await?;
    ok((unit, items))
}

/// Deletes a task with its subtasks. Fails while a session is at one of them.
#[utoipa::path(delete, path = "/api/tasks/{task_id}", responses((status = 204)))]
pub async fn delete(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    outline::delete_unit(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a step to a task (its instructor).
#[utoipa::path(post, path = "/api/tasks/{task_id}/subtasks", request_body = NewSubtask,
    responses((status = 201, body = Subtask)))]
pub async fn add_step(app: School, caller: Caller, Id(id): Id, Json(sent): Json<NewSubtask>) -> Created<Subtask> {
    let (title, first) = sent.parts();
    created(outline::add_item(&app, &caller, id, ItemKind::Step, title, first).await?)
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/api/subtasks/{subtask_id}", request_body = ChangeSubtask,
    responses((status = 200, body = Subtask)))]
pub async fn change_step(app: School, caller: Caller, Id(id): Id, Json(sent): Json<ChangeSubtask>) -> Answer<Subtask> {
    ok(outline::change_item(&app, &caller, id, sent.into()).await?)
}

/// Deletes a step. Fails while a session is at it.
#[utoipa::path(delete, path = "/api/subtasks/{subtask_id}", responses((status = 204)))]
pub async fn delete_step(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    outline::delete_item(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
