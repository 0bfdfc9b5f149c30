//! Live sessions: creating, finding and controlling them.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::wire::buttons::*;
use super::wire::sessions::*;
use super::wire::{PAGE_SIZE, PageQuery};
use super::{Answer, Caller, ClientAddress, Created, Id, Invited, Json, Key, Result, SentOnce, created, frames, ok};
use crate::app::School;
use crate::school::sessions::control::{self, Command};
use crate::school::sessions::{self, codes, state};
use crate::surfaces::body::SentValue;

/// Opens a session with a code and a QR (its instructor).
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/sessions", request_body = NewSession,
    responses((status = 201, body = SessionMade)))]
pub async fn create(app: School, caller: Caller, Id(id): Id, Json(sent): Json<NewSession>) -> Created<SessionMade> {
    let session = sessions::create(&app, &caller, id, sent.into()).await?;
    created((session, app.public_url.as_str()))
}

/// Lists the sessions of a lecture, the newest first (its instructor).
#[utoipa::path(get, path = "/api/lectures/{lecture_id}/sessions", params(PageQuery),
    responses((status = 200, body = Sessions)))]
pub async fn list(app: School, caller: Caller, Id(id): Id, paging: PageQuery) -> Answer<Sessions> {
    let found = sessions::of_course(&app, &caller, id, paging.window(PAGE_SIZE)).await?;
    ok((found, app.public_url.as_str()))
}

/// Finds the session of a code, before joining. Spaces and hyphens in the code do not matter.
#[utoipa::path(get, path = "/api/sessions/{session_code}", params(("session_code" = String, Path), QrKey),
    responses((status = 200, body = SessionFound)), security(()))]
pub async fn by_code(
    app: School,
    caller: Option<Caller>,
    ClientAddress(from): ClientAddress,
    Invited(invitation): Invited,
) -> Answer<SessionFound> {
    ok(codes::look_up(&app, &invitation, caller.as_ref(), from).await?)
}

/// Changes the door, the title or the planned time of a session, by its id (its instructor).
#[utoipa::path(put, path = "/api/sessions/{session_code}",
    params(("session_code" = i64, Path, description = "The session's id")), request_body = ChangeSession,
    responses((status = 200, body = SessionMade)))]
pub async fn change(app: School, caller: Caller, Id(id): Id, Json(sent): Json<ChangeSession>) -> Answer<SessionMade> {
    let session = control::change(&app, &caller, id, sent.into()).await?;
    ok((session, app.public_url.as_str()))
}

/// Starts the session (its instructor): everyone in the waiting room becomes active.
#[utoipa::path(post, path = "/api/sessions/{session_id}/start", params(Key),
    request_body = Start, responses((status = 200, body = Started)))]
pub async fn start(app: School, caller: Caller, Id(id): Id, SentOnce(sent, key): SentOnce<Start>) -> Answer<Started> {
    let command = Command::Start { first: sent.first_subtask_id, message: sent.message.plain() };
    ok(control::command(&app, &caller, id, command, key).await?)
}

/// Moves the session to the next step, or to any other: every phone follows (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/next-step", params(Key), request_body = NextStep,
    responses((status = 200, body = StepChanged)))]
pub async fn next_step(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<NextStep>,
) -> Answer<StepChanged> {
    let command = Command::NextStep { next: sent.next_subtask_id, message: sent.message.plain() };
    ok(control::command(&app, &caller, id, command, key).await?)
}

/// Pauses the session (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/pause", params(Key),
    request_body = WithMessage, responses((status = 200, body = Paused)))]
pub async fn pause(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<WithMessage>,
) -> Answer<Paused> {
    let command = Command::Pause { message: sent.message.plain() };
    ok(control::command(&app, &caller, id, command, key).await?)
}

/// Resumes the session after a pause (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/resume", params(Key),
    request_body = WithMessage, responses((status = 200, body = Resumed)))]
pub async fn resume(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<WithMessage>,
) -> Answer<Resumed> {
    let command = Command::Resume { message: sent.message.plain() };
    ok(control::command(&app, &caller, id, command, key).await?)
}

/// Shows a message to everyone until the next command; the session stays at its step (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/message", params(Key),
    request_body = SayToAll, responses((status = 200, body = MessageSent)))]
pub async fn say(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<SayToAll>,
) -> Answer<MessageSent> {
    let command = Command::ShowMessage { message: sent.message.into() };
    ok(control::command(&app, &caller, id, command, key).await?)
}

/// Starts a timer on all phones and walls, in place of the one before, or ends it (its instructor). It ends with the step.
#[utoipa::path(post, path = "/api/sessions/{session_id}/timer", params(Key),
    request_body = SetTimer, responses((status = 200, body = TimerSet)))]
pub async fn timer(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<SetTimer>,
) -> Answer<TimerSet> {
    let command = Command::SetTimer { seconds: sent.seconds.plain() };
    ok(control::command(&app, &caller, id, command, key).await?)
}

/// Lists what was noted about the session's steps (those who lead it).
#[utoipa::path(get, path = "/api/sessions/{session_id}/notes", responses((status = 200, body = Notes)))]
pub async fn notes(app: School, caller: Caller, Id(id): Id) -> Answer<Notes> {
    ok((id, state::noted_steps(&app, &caller, id).await?))
}

/// Ends the session; its students can still review its steps (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/end", params(Key),
    request_body = WithMessage, responses((status = 200, body = Ended)))]
pub async fn end(app: School, caller: Caller, Id(id): Id, SentOnce(sent, key): SentOnce<WithMessage>) -> Answer<Ended> {
    let command = Command::End { message: sent.message.plain() };
    ok(control::command(&app, &caller, id, command, key).await?)
}

/// Returns the state of a session (its instructor and its participants).
#[utoipa::path(get, path = "/api/sessions/{session_id}/current", responses((status = 200, body = Current)))]
pub async fn current(app: School, caller: Caller, Id(id): Id) -> Answer<Current> {
    ok(state::current(&app, &caller, id).await?)
}

/// Lists the events of a session in their order; students get only the events for students.
#[utoipa::path(get, path = "/api/sessions/{session_id}/events", params(EventsQuery),
    responses((status = 200, body = Events)))]
pub async fn events(app: School, caller: Caller, Id(id): Id, query: EventsQuery) -> Answer<Events> {
    let (after, limit) = (query.after.plain().unwrap_or(0), query.limit.plain());
    let timeline = state::timeline(&app, &caller, id, after, limit).await?;
    let lines = timeline.events.iter().filter_map(|event| frames::timeline_line(event, &timeline.names));
    ok((lines.collect::<Vec<_>>(), timeline.last_seq))
}

/// Lists all steps of the session's lecture, for reviewing.
#[utoipa::path(get, path = "/api/sessions/{session_id}/steps", responses((status = 200, body = Steps)))]
pub async fn steps(app: School, caller: Caller, Id(id): Id) -> Answer<Steps> {
    ok((id, state::steps(&app, &caller, id).await?))
}

/// Returns the open session that the caller is in, and those in which they help or lead for a colleague.
#[utoipa::path(get, path = "/api/sessions/my-active",
    responses((status = 200, body = MyActive), (status = 404, description = "In none", body = NoneActive)))]
pub async fn my_active(app: School, caller: Caller) -> Result<Response> {
    Ok(match state::my_active(&app, &caller).await? {
        Some(active) => Json(MyActive::from(active)).into_response(),
        None => (StatusCode::NOT_FOUND, Json(NoneActive::from(()))).into_response(),
    })
}
