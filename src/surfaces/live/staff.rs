//! Staff of a session: helpers, hosts, and what they do for one learner.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::wire::learning::ProgressUpdated;
use super::wire::people::CookieQuery;
use super::wire::staff::*;
use super::{Answer, Browser, Caller, Created, Id, Ids, Json, Key, Path, Result, SentOnce, created, ok};
use crate::app::School;
use crate::school::progress::marking;
use crate::school::sessions::{helpers, messages, staff};
use crate::surfaces::body::SentValue;

/// Lists the staff of a session (its staff). The URL that makes helpers is for those who lead it.
#[utoipa::path(get, path = "/api/sessions/{session_id}/staff", responses((status = 200, body = StaffListed)))]
pub async fn list(app: School, caller: Caller, Id(id): Id) -> Answer<StaffListed> {
    let found = staff::list(&app, &caller, id).await?;
    ok((found, app.public_url.as_str()))
}

/// Makes a colleague a helper of a session, or hands the class over to them (its instructor and hosts).
#[utoipa::path(post, path = "/api/sessions/{session_id}/staff", request_body = Invite,
    responses((status = 200, body = StaffListed)))]
pub async fn invite(app: School, caller: Caller, Id(id): Id, Json(sent): Json<Invite>) -> Answer<StaffListed> {
    let found = staff::invite(&app, &caller, id, sent.user_id, sent.role.plain()).await?;
    ok((found, app.public_url.as_str()))
}

/// Ends the role of a helper or a host (the instructor and hosts; one's own, oneself).
#[utoipa::path(post, path = "/api/sessions/{session_id}/staff/{user_id}/remove", responses((status = 204)))]
pub async fn remove(app: School, caller: Caller, Ids(id, person): Ids) -> Result<StatusCode> {
    staff::remove(&app, &caller, id, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Comes to help in a session, with a name and the key of the helpers' QR, and without an account. The login ends with the session.
#[utoipa::path(post, path = "/api/sessions/{session_code}/helper", params(("session_code" = String, Path), Key, CookieQuery),
    request_body = HelperJoin, responses((status = 201, body = HelperJoined)), security(()))]
pub async fn helper(
    app: School,
    Path(code): Path<String>,
    key: Option<Key>,
    browser: Browser,
    Json(sent): Json<HelperJoin>,
) -> Result<Response> {
    let joined = helpers::join(&app, &code, sent.into(), key, browser.address).await?;
    let cookie = browser.with_cookie(&app, &joined.tokens);
    let body = HelperJoined::from((joined, browser.cookie_name.is_none()));
    Ok((StatusCode::CREATED, cookie, Json(body)).into_response())
}

/// Marks a step as done for a participant, as if they had said so themselves (the session's staff).
#[utoipa::path(post, path = "/api/sessions/{session_id}/participants/{user_id}/done", request_body = MarkDone,
    responses((status = 200, body = ProgressUpdated)))]
pub async fn done(
    app: School,
    caller: Caller,
    Ids(id, person): Ids,
    Json(sent): Json<MarkDone>,
) -> Answer<ProgressUpdated> {
    ok(marking::mark_done(&app, &caller, id, person, sent.subtask_id).await?)
}

/// Sends a message to one participant, in place of the one before it (the session's staff).
#[utoipa::path(post, path = "/api/sessions/{session_id}/participants/{user_id}/message", params(Key),
    request_body = SayToOne, responses((status = 201, body = MessageToOneSent)))]
pub async fn say_to_one(
    app: School,
    caller: Caller,
    Ids(id, person): Ids,
    SentOnce(sent, key): SentOnce<SayToOne>,
) -> Created<MessageToOneSent> {
    created(messages::send(&app, &caller, id, person, sent.message.into(), key).await?)
}

/// Praises one participant, who alone hears of it (the session's staff), or all (those who lead it).
#[utoipa::path(post, path = "/api/sessions/{session_id}/praise", params(Key), request_body = Praise,
    responses((status = 204)))]
pub async fn praise(
    app: School,
    caller: Caller,
    Id(id): Id,
    SentOnce(sent, key): SentOnce<Praise>,
) -> Result<StatusCode> {
    messages::praise(&app, &caller, id, sent.user_id, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts away a message that was sent to the caller.
#[utoipa::path(post, path = "/api/sessions/{session_id}/message-read", request_body = MessageRead,
    responses((status = 204)))]
pub async fn message_read(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<MessageRead>,
) -> Result<StatusCode> {
    messages::put_away(&app, &caller, id, sent.message_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Finds colleagues by a part of their name, at most twenty (instructors).
#[utoipa::path(get, path = "/api/colleagues", params(ColleaguesQuery), responses((status = 200, body = Colleagues)))]
pub async fn colleagues(app: School, caller: Caller, query: ColleaguesQuery) -> Answer<Colleagues> {
    let search = query.search.as_ref().map(|text| text.0.as_str());
    ok(staff::colleagues(&app, &caller, search).await?)
}
