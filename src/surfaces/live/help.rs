//! Calls for help and their answers.

use super::wire::learning::*;
use super::{Answer, Caller, Created, Id, Json, Key, Result, SentOnce, created, ok};
use crate::app::School;
use crate::error::Error;
use crate::school::help::{self, answers};
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
    let (request, response) = answers::view(&app, &caller, id).await?;
    ok((request, response))
}

/// Answers a call by hand (the lecture's instructor).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/respond", request_body = Respond,
    responses((status = 200, body = HelpView)))]
pub async fn respond(app: School, caller: Caller, Id(id): Id, Json(sent): Json<Respond>) -> Answer<HelpView> {
    let (request, response) = answers::respond(&app, &caller, id, sent.into()).await?;
    ok((request, Some(response)))
}

/// Resolves a call (the lecture's instructor, or the student who made it).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/resolve", responses((status = 200, body = HelpView)))]
pub async fn resolve(app: School, caller: Caller, Id(id): Id) -> Answer<HelpView> {
    answers::resolve(&app, &caller, id).await?;
    let (request, response) = answers::view(&app, &caller, id).await?;
    ok((request, response))
}

/// Withdraws a call while it waits (the student who made it).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/withdraw", responses((status = 200, body = HelpView)))]
pub async fn withdraw(app: School, caller: Caller, Id(id): Id) -> Answer<HelpView> {
    answers::withdraw(&app, &caller, id).await?;
    let (request, response) = answers::view(&app, &caller, id).await?;
    ok((request, response))
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
