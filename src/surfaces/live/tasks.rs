//! Tasks and their subtasks: the steps of a session.

use axum::Json as Answer;
use axum::http::StatusCode;

use super::wire::lectures::{ChangeSubtask, ChangeTask, NewSubtask, NewTask, Subtask, Task};
use super::{Id, Json, Result, SignedIn, made};
use crate::app::School;
use crate::school::outline;

/// Adds a task to a lecture (its instructor).
#[utoipa::path(
    post, path = "/api/lectures/{lecture_id}/tasks", request_body = NewTask, responses((status = 201, body = Task)),
)]
pub async fn add(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(new): Json<NewTask>,
) -> Result<(StatusCode, Answer<Task>)> {
    Ok(made(Task::new(outline::add_unit(&app, &caller, id, new.into()).await?, Vec::new())))
}

/// Returns a task with its subtasks.
#[utoipa::path(get, path = "/api/tasks/{task_id}", responses((status = 200, body = Task)))]
pub async fn detail(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Task>> {
    let (unit, items) = outline::find_unit(&app, &caller, id).await?;
    Ok(Answer(Task::new(unit, items)))
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/api/tasks/{task_id}", request_body = ChangeTask, responses((status = 200, body = Task)))]
pub async fn change(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(changes): Json<ChangeTask>,
) -> Result<Answer<Task>> {
    outline::change_unit(&app, &caller, id, changes.into()).await?;
    let (unit, items) = outline::find_unit(&app, &caller, id).await?;
    Ok(Answer(Task::new(unit, items)))
}

/// Deletes a task with its subtasks. Fails while a session is at one of them.
#[utoipa::path(delete, path = "/api/tasks/{task_id}", responses((status = 204)))]
pub async fn delete(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<StatusCode> {
    outline::delete_unit(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a step to a task (its instructor).
#[utoipa::path(
    post, path = "/api/tasks/{task_id}/subtasks", request_body = NewSubtask, responses((status = 201, body = Subtask)),
)]
pub async fn add_step(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(new): Json<NewSubtask>,
) -> Result<(StatusCode, Answer<Subtask>)> {
    Ok(made(outline::add_item(&app, &caller, id, new.into()).await?.into()))
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(
    put, path = "/api/subtasks/{subtask_id}", request_body = ChangeSubtask, responses((status = 200, body = Subtask)),
)]
pub async fn change_step(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(changes): Json<ChangeSubtask>,
) -> Result<Answer<Subtask>> {
    Ok(Answer(outline::change_item(&app, &caller, id, changes.into()).await?.into()))
}

/// Deletes a step. Fails while a session is at it.
#[utoipa::path(delete, path = "/api/subtasks/{subtask_id}", responses((status = 204)))]
pub async fn delete_step(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<StatusCode> {
    outline::delete_item(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
