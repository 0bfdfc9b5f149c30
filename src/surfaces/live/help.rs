//! Calls for help and their answers.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;

use super::wire::Refusals;
use super::wire::learning::{AskHelp, Feedback, FeedbackTaken, HelpAsked, HelpView, Respond};
use super::{Id, Json, Once, Result, SignedIn, made};
use crate::app::School;
use crate::error::Error;
use crate::school::help::{self, answers};
use crate::school::once::Key;
use crate::school::rights::Caller;
use crate::surfaces::language::said;

/// Calls for help with a step (students).
#[utoipa::path(
    post, path = "/api/help/request", tag = "live: help",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = AskHelp,
    responses((status = 201, body = HelpAsked), Refusals),
)]
pub async fn ask(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Once(key): Once,
    Json(sent): Json<AskHelp>,
) -> Result<(StatusCode, Answer<HelpAsked>)> {
    caller.must_be(sent.user_id)?;
    Ok(made(help::ask(&app, &caller, sent.request(None), key).await?.into()))
}

/// How a call for help stands, with its newest answer.
#[utoipa::path(
    get, path = "/api/help/request/{help_request_id}", tag = "live: help",
    params(("help_request_id" = i64, Path)),
    responses((status = 200, body = HelpView), Refusals),
)]
pub async fn view(State(app): State<School>, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<HelpView>> {
    let (request, response) = answers::view(&app, &caller, id).await?;
    Ok(Answer(HelpView::new(request, response)))
}

/// Answers by hand (the lecture's instructor).
#[utoipa::path(
    post, path = "/api/help/request/{help_request_id}/respond", tag = "live: help",
    params(("help_request_id" = i64, Path)),
    request_body = Respond,
    responses((status = 200, body = HelpView), Refusals),
)]
pub async fn respond(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Json(sent): Json<Respond>,
) -> Result<Answer<HelpView>> {
    let (request, response) = answers::respond(&app, &caller, id, sent.into()).await?;
    Ok(Answer(HelpView::new(request, Some(response))))
}

/// Done (the lecture's instructor, or who asked).
#[utoipa::path(
    post, path = "/api/help/request/{help_request_id}/resolve", tag = "live: help",
    params(("help_request_id" = i64, Path)),
    responses((status = 200, body = HelpView), Refusals),
)]
pub async fn resolve(State(app): State<School>, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<HelpView>> {
    answers::resolve(&app, &caller, id).await?;
    let (request, response) = answers::view(&app, &caller, id).await?;
    Ok(Answer(HelpView::new(request, response)))
}

/// Takes a call back while it waits (who asked).
#[utoipa::path(
    post, path = "/api/help/request/{help_request_id}/withdraw", tag = "live: help",
    params(("help_request_id" = i64, Path)),
    responses((status = 200, body = HelpView), Refusals),
)]
pub async fn withdraw(State(app): State<School>, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<HelpView>> {
    answers::withdraw(&app, &caller, id).await?;
    let (request, response) = answers::view(&app, &caller, id).await?;
    Ok(Answer(HelpView::new(request, response)))
}

/// «It helped», or «not yet»: 4 and more resolve it, 2 and less call the instructor.
#[utoipa::path(
    post, path = "/api/help/feedback", tag = "live: help",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = Feedback,
    responses((status = 200, body = FeedbackTaken), Refusals),
)]
pub async fn feedback(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Once(key): Once,
    Json(sent): Json<Feedback>,
) -> Result<Answer<FeedbackTaken>> {
    Ok(Answer(rate(&app, &caller, sent, key).await?))
}

/// The same by HTTP and on a socket.
pub async fn rate(app: &School, caller: &Caller, sent: Feedback, key: Option<Key>) -> Result<FeedbackTaken, Error> {
    let (id, rating) = (sent.help_response_id, sent.rating.0);
    let text = sent.feedback_text.map(String::from);
    let (request, _) = answers::feedback(app, caller, id, rating, text, key).await?;
    let message = said("의견을 남겨 주셔서 고맙습니다").into();
    let (help_request_id, status) = (request.id, request.status);
    Ok(FeedbackTaken { help_response_id: id, help_request_id, rating, status, message })
}
