//! Progress of students.

use super::wire::learning::*;
use super::{Answer, Caller, Ids, Key, SentOnce, ok};
use crate::app::School;
use crate::school::progress;
use crate::surfaces::body::SentValue;

/// Returns the caller's current step in a lecture.
#[utoipa::path(get, path = "/api/progress/me", params(MyProgressQuery), responses((status = 200, body = MyProgress)))]
pub async fn me(app: School, caller: Caller, query: MyProgressQuery) -> Answer<MyProgress> {
    ok(progress::views::current_progress(&app, &caller, query.lecture_id).await?)
}

/// Reports that the caller is working on a step or has finished it; a finished step stays finished.
#[utoipa::path(post, path = "/api/progress/update", params(Key),
    request_body = UpdateProgress, responses((status = 200, body = ProgressUpdated)))]
pub async fn update(
    app: School,
    caller: Caller,
    SentOnce(sent, key): SentOnce<UpdateProgress>,
) -> Answer<ProgressUpdated> {
    caller.must_be(sent.user_id)?;
    let recorded = progress::report(&app, &caller, sent.subtask_id, sent.status.plain(), None, key).await?;
    ok(recorded)
}

/// Lists every step of a lecture with the progress of one student (its instructor, and the student).
#[utoipa::path(get, path = "/api/progress/users/{user_id}/lectures/{lecture_id}",
    responses((status = 200, body = StudentProgress)))]
pub async fn of_student(app: School, caller: Caller, Ids(person, lecture): Ids) -> Answer<StudentProgress> {
    ok(progress::views::of_student(&app, &caller, person, lecture).await?)
}
