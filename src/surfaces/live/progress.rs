//! Progress of students.

use axum::Json as Answer;

use super::wire::learning::{MyProgress, MyProgressQuery, ProgressUpdated, StudentProgress, UpdateProgress};
use super::{IdempotencyKey, Ids, Json, Query, Result, SignedIn};
use crate::app::School;
use crate::school::progress;

/// Returns the caller's current step in a lecture.
#[utoipa::path(get, path = "/api/progress/me", params(MyProgressQuery), responses((status = 200, body = MyProgress)))]
pub async fn me(
    app: School,
    SignedIn(caller): SignedIn,
    Query(query): Query<MyProgressQuery>,
) -> Result<Answer<MyProgress>> {
    Ok(Answer(progress::views::current_progress(&app, &caller, query.lecture_id).await?.into()))
}

/// Reports that the caller is working on a step or has finished it; a finished step stays finished.
#[utoipa::path(
    post, path = "/api/progress/update", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = UpdateProgress, responses((status = 200, body = ProgressUpdated)),
)]
pub async fn update(
    app: School,
    SignedIn(caller): SignedIn,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<UpdateProgress>,
) -> Result<Answer<ProgressUpdated>> {
    caller.must_be(sent.user_id)?;
    let recorded = progress::report(&app, &caller, sent.subtask_id, sent.status.into(), None, key).await?;
    Ok(Answer(recorded.into()))
}

/// Lists every step of a lecture with the progress of one student (its instructor, and the student).
#[utoipa::path(
    get, path = "/api/progress/users/{user_id}/lectures/{lecture_id}",
    responses((status = 200, body = StudentProgress)),
)]
pub async fn of_student(
    app: School,
    SignedIn(caller): SignedIn,
    Ids(person, lecture): Ids,
) -> Result<Answer<StudentProgress>> {
    Ok(Answer(progress::views::of_student(&app, &caller, person, lecture).await?.into()))
}
