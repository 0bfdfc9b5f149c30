//! Calls for help and their answers.

use axum::Json as Answer;
use axum::http::StatusCode;

use super::wire::learning::{AskHelp, Feedback, FeedbackTaken, HelpAsked, HelpView, Respond};
use super::{Id, IdempotencyKey, Json, Result, SignedIn, made};
use crate::app::School;
use crate::error::Error;
use crate::school::help::{self, answers};
use crate::school::once::Key;
use crate::school::rights::Caller;
use crate::surfaces::language::translate;

/// Makes a call for help with a step (students).
#[utoipa::path(
    post, path = "/api/help/request", params(("Idempotency-Key" = Option<String>, Header)), request_body = AskHelp,
    responses((status = 201, body = HelpAsked)),
)]
pub async fn ask(
    app: School,
    SignedIn(caller): SignedIn,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<AskHelp>,
) -> Result<(StatusCode, Answer<HelpAsked>)> {
    caller.must_be(sent.user_id)?;
    Ok(made(help::ask(&app, &caller, sent.request(None), key).await?.into()))
}

/// Returns a call for help with its newest answer.
#[utoipa::path(get, path = "/api/help/request/{help_request_id}", responses((status = 200, body = HelpView)))]
pub async fn view(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<HelpView>> {
    let (request, response) = answers::view(&app, &caller, id).await?;
    Ok(Answer(HelpView::new(request, response)))
}

/// Answers a call by hand (the lecture's instructor).
#[utoipa::path(
    post, path = "/api/help/request/{help_request_id}/respond", request_body = Respond,
    responses((status = 200, body = HelpView)),
)]
pub async fn respond(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<Respond>,
) -> Result<Answer<HelpView>> {
    let (request, response) = answers::respond(&app, &caller, id, sent.into()).await?;
    Ok(Answer(HelpView::new(request, Some(response))))
}

/// Resolves a call (the lecture's instructor, or the student who made it).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/resolve", responses((status = 200, body = HelpView)))]
pub async fn resolve(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<HelpView>> {
    answers::resolve(&app, &caller, id).await?;
    let (request, response) = answers::view(&app, &caller, id).await?;
    Ok(Answer(HelpView::new(request, response)))
}

/// Withdraws a call while it waits (the student who made it).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/withdraw", responses((status = 200, body = HelpView)))]
pub async fn withdraw(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<HelpView>> {
    answers::withdraw(&app, &caller, id).await?;
    let (request, response) = answers::view(&app, &caller, id).await?;
    Ok(Answer(HelpView::new(request, response)))
}

/// Rates an answer: 4 or more resolves the call, 2 or less calls the instructor.
#[utoipa::path(
    post, path = "/api/help/feedback", params(("Idempotency-Key" = Option<String>, Header)), request_body = Feedback,
    responses((status = 200, body = FeedbackTaken)),
)]
pub async fn feedback(
    app: School,
    SignedIn(caller): SignedIn,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<Feedback>,
) -> Result<Answer<FeedbackTaken>> {
    Ok(Answer(rate(&app, &caller, sent, key).await?))
}

/// Rates an answer to a call for help, for requests by HTTP and messages on a socket alike.
pub async fn rate(app: &School, caller: &Caller, sent: Feedback, key: Option<Key>) -> Result<FeedbackTaken, Error> {
    let (id, rating) = (sent.help_response_id, sent.rating.0);
    let text = sent.feedback_text.map(String::from);
    let (request, _) = answers::feedback(app, caller, id, rating, text, key).await?;
    let message = translate("의견을 남겨 주셔서 고맙습니다").into();
    let (help_request_id, status) = (request.id, request.status);
    Ok(FeedbackTaken { help_response_id: id, help_request_id, rating, status, message })
}
