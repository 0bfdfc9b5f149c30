//! Participants of a session: joining, leaving, and what the instructor does with them (removing, renaming, merging).

use axum::Json as Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::auth::with_cookie;
use super::wire::people::{CookieQuery, LoggedIn};
use super::wire::sessions::{
    GuestJoin, GuestJoined, Join, Merge, Merged, ParticipantJoined, ParticipantLeft, Participants, Reentry, Rename,
    Renamed, Scanned,
};
use super::{ClientAddress, Id, IdempotencyKey, Ids, Invited, IsHttps, Json, OurCookie, Result, SignedIn, qr};
use crate::app::School;
use crate::school::logins::TICKET_FOR_MS;
use crate::school::people::Level;
use crate::school::sessions::merging::{self, IfNameIsHere};
use crate::school::sessions::{joining, state};

/// Joins a session (students): its waiting room, or its current step.
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/join", request_body = Join,
    responses((status = 201, body = ParticipantJoined), (status = 200, description = "Was in already", body = ParticipantJoined)),
)]
pub async fn join(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<Join>,
) -> Result<(StatusCode, Answer<ParticipantJoined>)> {
    caller.must_be(sent.user_id)?;
    let joined = joining::join(&app, &caller, id).await?;
    let status = if joined.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Answer(ParticipantJoined::from(&joined))))
}

/// Joins a session as a guest, with a name and without an account.
#[utoipa::path(
    post, path = "/api/sessions/{session_code}/guest",
    params(("Idempotency-Key" = Option<String>, Header), Scanned, CookieQuery), request_body = GuestJoin,
    responses((status = 201, body = GuestJoined)), security(()),
)]
pub async fn guest(
    app: School,
    ClientAddress(from): ClientAddress,
    IsHttps(is_https): IsHttps,
    Invited(invitation): Invited,
    IdempotencyKey(key): IdempotencyKey,
    OurCookie(cookie_name): OurCookie,
    Json(sent): Json<GuestJoin>,
) -> Result<Response> {
    let guest = joining::Guest {
        name: sent.name.into(),
        age: sent.age.map(|a| a.0),
        digital_level: sent.digital_level.map(Level::from),
        if_name_is_here: sent.if_name_is_here.map_or(IfNameIsHere::Other, Into::into),
    };
    let (person, joined, tokens) = joining::join_as_guest(&app, &invitation, guest, key, from).await?;
    let cookie = with_cookie(&app, is_https, cookie_name, &tokens);
    let login = LoggedIn::new(person, tokens, cookie_name.is_none());
    let body = GuestJoined { login, participant: ParticipantJoined::from(&joined) };
    Ok((StatusCode::CREATED, cookie, Answer(body)).into_response())
}

/// Leaves a session; coming back is possible, even through a closed door.
#[utoipa::path(post, path = "/api/sessions/{session_id}/leave", responses((status = 200, body = ParticipantLeft)))]
pub async fn leave(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<ParticipantLeft>> {
    Ok(Answer(joining::leave(&app, &caller, id).await?.into()))
}

/// Lists the participants of a session (its instructor).
#[utoipa::path(get, path = "/api/sessions/{session_id}/participants", responses((status = 200, body = Participants)))]
pub async fn list(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<Participants>> {
    let (session, attendees) = state::participants(&app, &caller, id).await?;
    Ok(Answer(Participants::new(&session, attendees, |person| app.hub.presence.is_here(id, person))))
}

/// Removes a participant for good (its instructor).
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/participants/{user_id}/remove",
    responses((status = 200, body = ParticipantLeft)),
)]
pub async fn remove(app: School, SignedIn(caller): SignedIn, Ids(id, person): Ids) -> Result<Answer<ParticipantLeft>> {
    Ok(Answer(joining::remove(&app, &caller, id, person).await?.into()))
}

/// Renames a guest (its instructor).
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/participants/{user_id}/rename", request_body = Rename,
    responses((status = 200, body = Renamed)),
)]
pub async fn rename(
    app: School,
    SignedIn(caller): SignedIn,
    Ids(id, person): Ids,
    Json(sent): Json<Rename>,
) -> Result<Answer<Renamed>> {
    let name = String::from(sent.name);
    let renamed = joining::rename(&app, &caller, id, person, &name).await?;
    Ok(Answer(Renamed { user_id: renamed.id, name: renamed.name }))
}

/// Merges a guest into another one who is the same person (its instructor). The records of both belong to `into`, whose
/// earlier logins end.
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/participants/{user_id}/merge", request_body = Merge,
    responses((status = 200, body = Merged)),
)]
pub async fn merge(
    app: School,
    SignedIn(caller): SignedIn,
    Ids(id, person): Ids,
    Json(sent): Json<Merge>,
) -> Result<Answer<Merged>> {
    merging::merge(&app, &caller, id, person, sent.into).await?;
    Ok(Answer(Merged { user_id: person, into: sent.into }))
}

/// Decides that a guest is not the participant they claim to be: they stay a separate person (its instructor).
#[utoipa::path(post, path = "/api/sessions/{session_id}/participants/{user_id}/separate", responses((status = 204)))]
pub async fn separate(app: School, SignedIn(caller): SignedIn, Ids(id, person): Ids) -> Result<StatusCode> {
    merging::separate(&app, &caller, id, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a QR that signs a guest in on a new phone, once (its instructor).
#[utoipa::path(
    post, path = "/api/sessions/{session_id}/participants/{user_id}/reentry",
    responses((status = 200, body = Reentry)),
)]
pub async fn reentry(app: School, SignedIn(caller): SignedIn, Ids(id, person): Ids) -> Result<Answer<Reentry>> {
    let (session, ticket) = joining::reentry(&app, &caller, id, person).await?;
    let url = format!("{}#t={ticket}", session.join_url(&app.public_url));
    let qr_svg = qr::svg(&url, 6)?;
    Ok(Answer(Reentry { user_id: person, url, qr_svg, expires_in_seconds: TICKET_FOR_MS / 1_000 }))
}
