//! Calls for help and their answers.

use super::wire::learning::*;
use super::wire::staff::Claim;
use super::{Answer, Caller, Created, Id, Json, Key, Result, SentOnce, created, ok};
use crate::app::School;
use crate::error::Error;
use crate::school::help::{self, answers, claims};
use crate::surfaces::body::SentValue;

/// Makes a call for help with a step (students).
#[utoipa::path(post, path = "/api/help/request", params(Key),
    request_body = AskHelp, responses((status = 201, body = HelpAsked)))]
pub async fn ask(app: School, caller: Caller, SentOnce(sent, key): SentOnce<AskHelp>) -> Created<HelpAsked> {
    caller.must_be(sent.user_id)?;
    created(help::ask(&app, &caller, sent.request(None), key).await?)
}

/// Returns a call for help with its newest answer.
#[utoipa::path(get, path = "/api/help/request/{help_request_id}", responses((status = 200, body = HelpView)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<HelpView> {
    ok(answers::view(&app, &caller, id).await?)
}

/// Answers a call by hand (the session's staff).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/respond", request_body = Respond,
    responses((status = 200, body = HelpView)))]
pub async fn respond(app: School, caller: Caller, Id(id): Id, Json(sent): Json<Respond>) -> Answer<HelpView> {
    ok(answers::respond(&app, &caller, id, sent.into()).await?)
}

/// Resolves a call (the session's staff, or the student who made it).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/resolve", responses((status = 200, body = HelpView)))]
pub async fn resolve(app: School, caller: Caller, Id(id): Id) -> Answer<HelpView> {
    ok(answers::resolve(&app, &caller, id).await?)
}

/// Withdraws a call while it waits (the student who made it).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/withdraw", responses((status = 200, body = HelpView)))]
pub async fn withdraw(app: School, caller: Caller, Id(id): Id) -> Answer<HelpView> {
    ok(answers::withdraw(&app, &caller, id).await?)
}

/// Claims an open call: one goes there, and nobody else does (the session's staff).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/claim", responses((status = 200, body = Claim)))]
pub async fn claim(app: School, caller: Caller, Id(id): Id) -> Answer<Claim> {
    ok(claims::claim(&app, &caller, id).await?)
}

/// Gives a claimed call back to all (who claimed it, and those who lead the session).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/release", responses((status = 200, body = Claim)))]
pub async fn release(app: School, caller: Caller, Id(id): Id) -> Answer<Claim> {
    ok(claims::release(&app, &caller, id).await?)
}

/// Rates an answer: 4 or more resolves the call, 2 or less calls the instructor.
#[utoipa::path(post, path = "/api/help/feedback", params(Key),
    request_body = Feedback, responses((status = 200, body = FeedbackTaken)))]
pub async fn feedback(app: School, caller: Caller, SentOnce(sent, key): SentOnce<Feedback>) -> Answer<FeedbackTaken> {
    ok(rate(&app, &caller, sent, key).await?)
}

/// Rates an answer to a call for help, for requests by HTTP and messages on a socket alike.
pub async fn rate(app: &School, caller: &Caller, sent: Feedback, key: Option<Key>) -> Result<FeedbackTaken, Error> {
    let (id, rating) = (sent.help_response_id, sent.rating.0);
    let text = sent.feedback_text.plain();
    let (request, _) = answers::feedback(app, caller, id, rating, text, key).await?;
    Ok((id, rating, request).into())
}
