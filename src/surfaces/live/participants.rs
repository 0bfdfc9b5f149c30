//! Participants of a session: joining, leaving, and what the instructor does with them (removing, renaming, merging).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::wire::people::*;
use super::wire::sessions::*;
use super::{Answer, Browser, Caller, Created, Id, Ids, Invited, Json, Key, Result, ok, qr};
use crate::app::School;
use crate::school::sessions::{identity, joining, merging, state};
use crate::surfaces::body::SentValue;

/// Joins a session (students): its waiting room, or its current step.
#[utoipa::path(post, path = "/api/sessions/{session_id}/join", request_body = Join,
    responses((status = 201, body = ParticipantJoined), (status = 200, description = "Was in already", body = ParticipantJoined)))]
pub async fn join(app: School, caller: Caller, Id(id): Id, Json(sent): Json<Join>) -> Created<ParticipantJoined> {
    caller.must_be(sent.user_id)?;
    let joined = joining::join(&app, &caller, id).await?;
    let status = if joined.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(ParticipantJoined::from(&joined))))
}

/// Joins a session as a guest, with a name and without an account.
#[utoipa::path(post, path = "/api/sessions/{session_code}/guest", params(("session_code" = String, Path), Key, QrKey, CookieQuery),
    request_body = GuestJoin, responses((status = 201, body = GuestJoined)), security(()))]
pub async fn guest(
    app: School,
    Invited(invitation): Invited,
    key: Option<Key>,
    browser: Browser,
    Json(sent): Json<GuestJoin>,
) -> Result<Response> {
    let (person, joined, tokens) = joining::join_as_guest(&app, &invitation, sent.into(), key, browser.address).await?;
    let cookie = browser.with_cookie(&app, &tokens);
    let login = LoggedIn::from((person, tokens, browser.cookie_name.is_none()));
    let body = GuestJoined::from((login, ParticipantJoined::from(&joined)));
    Ok((StatusCode::CREATED, cookie, Json(body)).into_response())
}

/// Leaves a session; coming back is possible, even through a closed door.
#[utoipa::path(post, path = "/api/sessions/{session_id}/leave", responses((status = 200, body = ParticipantLeft)))]
pub async fn leave(app: School, caller: Caller, Id(id): Id) -> Answer<ParticipantLeft> {
    ok(joining::leave(&app, &caller, id).await?)
}

/// Lists the participants of a session (its instructor).
#[utoipa::path(get, path = "/api/sessions/{session_id}/participants", responses((status = 200, body = Participants)))]
pub async fn list(app: School, caller: Caller, Id(id): Id) -> Answer<Participants> {
    let (session, state::Roster { attendees, present }) = state::participants(&app, &caller, id).await?;
    let listed = |one: state::Attendee| {
        let is_here = present.contains_key(&one.person);
        ParticipantListed::from((one, &session, is_here))
    };
    ok((id, attendees.into_iter().map(listed).collect::<Vec<_>>()))
}

/// Removes a participant for good (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/participants/{user_id}/remove",
    responses((status = 200, body = ParticipantLeft)))]
pub async fn remove(app: School, caller: Caller, Ids(id, person): Ids) -> Answer<ParticipantLeft> {
    ok(joining::remove(&app, &caller, id, person).await?)
}

/// Renames a guest (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/participants/{user_id}/rename", request_body = Rename,
    responses((status = 200, body = Renamed)))]
pub async fn rename(app: School, caller: Caller, Ids(id, person): Ids, Json(sent): Json<Rename>) -> Answer<Renamed> {
    ok(joining::rename(&app, &caller, id, person, &sent.name.plain()).await?)
}

/// Merges a guest into another one who is the same person (its instructor). The records of both belong to `into`, whose
/// earlier logins end.
#[utoipa::path(post, path = "/api/sessions/{session_id}/participants/{user_id}/merge", request_body = Merge,
    responses((status = 200, body = MergeResult)))]
pub async fn merge(app: School, caller: Caller, Ids(id, person): Ids, Json(sent): Json<Merge>) -> Answer<MergeResult> {
    merging::merge(&app, &caller, id, person, sent.into).await?;
    ok((person, sent.into))
}

/// Decides that a guest is not the participant they claim to be: they stay a separate person (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/participants/{user_id}/separate", responses((status = 204)))]
pub async fn separate(app: School, caller: Caller, Ids(id, person): Ids) -> Result<StatusCode> {
    identity::separate(&app, &caller, id, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a QR that signs a guest in on a new phone, once (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/participants/{user_id}/reentry",
    responses((status = 200, body = Reentry)))]
pub async fn reentry(app: School, caller: Caller, Ids(id, person): Ids) -> Answer<Reentry> {
    let (session, ticket) = joining::reentry(&app, &caller, id, person).await?;
    let url = format!("{}#t={ticket}", session.join_url(&app.public_url));
    let qr_svg = qr::svg(&url, 6)?;
    ok((person, url, qr_svg))
}
