//! Live sessions: creating, finding and controlling them.

use axum::Json as Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::wire::buttons::{Ended, Moved, NextStep, Paused, Resumed, SaidToAll, SayToAll, Start, Started, WithMessage};
use super::wire::sessions::{
    ChangeSession, Current, Door, Events, EventsQuery, MyActive, NewSession, NoneActive, Scanned, SessionFound,
    SessionListed, SessionMade, Sessions, Steps,
};
use super::wire::{PAGE_SIZE, PageQuery, Pagination, StepGuide};
use super::{ClientAddress, Id, IdempotencyKey, Invited, Json, MaybeSignedIn, Query, Result, SignedIn, frames, made};
use crate::app::School;
use crate::school::sessions::control::{self, Command};
use crate::school::sessions::{self, codes, state};

/// Opens a session with a code and a QR (its instructor).
#[utoipa::path(
    post, path = "/api/lectures/{lecture_id}/sessions", request_body = NewSession,
    responses((status = 201, body = SessionMade)),
)]
pub async fn create(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(new): Json<NewSession>,
) -> Result<(StatusCode, Answer<SessionMade>)> {
    let session = sessions::create(&app, &caller, id, new.into()).await?;
    Ok(made(SessionMade::new(session, &app.public_url)))
}

/// Lists the sessions of a lecture, the newest first (its instructor).
#[utoipa::path(
    get, path = "/api/lectures/{lecture_id}/sessions", params(PageQuery), responses((status = 200, body = Sessions)),
)]
pub async fn list(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Query(paging): Query<PageQuery>,
) -> Result<Answer<Sessions>> {
    let (window, page) = paging.window(PAGE_SIZE);
    let found = sessions::of_course(&app, &caller, id, window).await?;
    let pagination = Pagination::of(window, page, found.total);
    let results = found.rows.into_iter().map(|s| SessionListed::new(s, &app.public_url)).collect();
    Ok(Answer(Sessions { results, pagination }))
}

/// Finds the session of a code, before joining. Spaces and hyphens in the code do not matter.
#[utoipa::path(
    get, path = "/api/sessions/{session_code}", params(Scanned), responses((status = 200, body = SessionFound)),
    security(()),
)]
pub async fn by_code(
    app: School,
    MaybeSignedIn(caller): MaybeSignedIn,
    ClientAddress(from): ClientAddress,
    Invited(invitation): Invited,
) -> Result<Answer<SessionFound>> {
    Ok(Answer(codes::look_up(&app, &invitation, caller.as_ref(), from).await?.into()))
}

/// Changes the door, the title or the planned time of a session, by its id (its instructor).
#[utoipa::path(
    put, path = "/api/sessions/{session_code}", params(("session_code" = i64, Path, description = "The session's id")),
    request_body = ChangeSession, responses((status = 200, body = SessionMade)),
)]
pub async fn change(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<ChangeSession>,
) -> Result<Answer<SessionMade>> {
    let (title, scheduled) = (sent.title.map(String::from), sent.scheduled_at.map(|t| t.map(|t| t.0)));
    let open = sent.door.map(|door| door == Door::Open);
    let session = control::change(&app, &caller, id, title, scheduled, open).await?;
    Ok(Answer(SessionMade::new(session, &app.public_url)))
}

/// Starts the session (its instructor): everyone in the waiting room becomes active.
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/start", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = Start, responses((status = 200, body = Started)),
)]
pub async fn start(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<Start>,
) -> Result<Answer<Started>> {
    let command = Command::Start { first: sent.first_subtask_id, message: sent.message.map(String::from) };
    Ok(Answer(control::command(&app, &caller, id, command, key).await?.into()))
}

/// Moves the session to the next step, or to any other: every phone follows (its instructor).
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/next-step", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = NextStep, responses((status = 200, body = Moved)),
)]
pub async fn next_step(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<NextStep>,
) -> Result<Answer<Moved>> {
    let command = Command::NextStep { next: sent.next_subtask_id, message: sent.message.map(String::from) };
    Ok(Answer(control::command(&app, &caller, id, command, key).await?.into()))
}

/// Pauses the session (its instructor).
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/pause", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = WithMessage, responses((status = 200, body = Paused)),
)]
pub async fn pause(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<WithMessage>,
) -> Result<Answer<Paused>> {
    let command = Command::Pause { message: sent.message.map(String::from) };
    Ok(Answer(control::command(&app, &caller, id, command, key).await?.into()))
}

/// Resumes the session after a pause (its instructor).
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/resume", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = WithMessage, responses((status = 200, body = Resumed)),
)]
pub async fn resume(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<WithMessage>,
) -> Result<Answer<Resumed>> {
    let command = Command::Resume { message: sent.message.map(String::from) };
    Ok(Answer(control::command(&app, &caller, id, command, key).await?.into()))
}

/// Shows a message to everyone until the next command; the session stays at its step (its instructor).
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/message", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = SayToAll, responses((status = 200, body = SaidToAll)),
)]
pub async fn say(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<SayToAll>,
) -> Result<Answer<SaidToAll>> {
    let command = Command::Say { message: sent.message.into() };
    Ok(Answer(control::command(&app, &caller, id, command, key).await?.into()))
}

/// Ends the session; its students can still review its steps (its instructor).
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/end", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = WithMessage, responses((status = 200, body = Ended)),
)]
pub async fn end(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<WithMessage>,
) -> Result<Answer<Ended>> {
    let command = Command::End { message: sent.message.map(String::from) };
    Ok(Answer(control::command(&app, &caller, id, command, key).await?.into()))
}

/// Returns the state of a session (its instructor and its participants).
#[utoipa::path(get, path = "/api/sessions/{session_id}/current", responses((status = 200, body = Current)))]
pub async fn current(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Current>> {
    Ok(Answer(state::current(&app, &caller, id).await?.into()))
}

/// Lists the events of a session in their order; students get only the events for students.
#[utoipa::path(
    get, path = "/api/sessions/{session_id}/events", params(EventsQuery), responses((status = 200, body = Events)),
)]
pub async fn events(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Query(query): Query<EventsQuery>,
) -> Result<Answer<Events>> {
    let after = query.after.map_or(0, |after| after.0);
    let timeline = state::timeline(&app, &caller, id, after, query.limit.map(|l| l.0)).await?;
    let events = timeline.events.iter().filter_map(|e| frames::timeline_line(e, &timeline.names)).collect();
    Ok(Answer(Events { events, last_seq: timeline.last_seq }))
}

/// Lists all steps of the session's lecture, for reviewing.
#[utoipa::path(get, path = "/api/sessions/{session_id}/steps", responses((status = 200, body = Steps)))]
pub async fn steps(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Steps>> {
    let steps = state::steps(&app, &caller, id).await?;
    Ok(Answer(Steps { session_id: id, subtasks: steps.iter().map(StepGuide::from).collect() }))
}

/// Returns the open session that the caller is in.
#[utoipa::path(
    get, path = "/api/sessions/my-active",
    responses((status = 200, body = MyActive), (status = 404, description = "In none", body = NoneActive)),
)]
pub async fn my_active(app: School, SignedIn(caller): SignedIn) -> Result<Response> {
    Ok(match state::my_active(&app, &caller).await? {
        Some(active) => Answer(MyActive::from(active)).into_response(),
        None => (StatusCode::NOT_FOUND, Answer(NoneActive::default())).into_response(),
    })
}
