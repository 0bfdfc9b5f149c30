//! Pictures of the learner's screen with calls for help.

use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::wire::help_pictures::{HelpPictureTaken, SendBack};
use super::wire::learning::HelpView;
use super::{Answer, Caller, Created, Id, Json, Path, created, ok};
use crate::app::School;
use crate::error::Result;
use crate::school::help::pictures;
use crate::school::pictures::FILE_MAX_BYTES;
use crate::surfaces::extract::read_within;
use crate::surfaces::pictures::PictureContent;

/// Time in which a picture must come. A phone that sends more slowly gives its place to others, and tries again.
const COMES_WITHIN: Duration = Duration::from_secs(45);
/// No browser and no proxy keeps it.
const NOT_KEPT: &str = "private, no-store";

/// Takes a picture of the learner's screen for their own call (the student who made it, while it waits). The body is the file itself: PNG,
/// JPEG or WebP, as its content tells, of at most 10 MiB. It is kept upright, at most 1,600 pixels long, and without anything else that
/// its file says. It replaces the one before, and is deleted some days after the session.
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/picture",
    request_body(content((PictureContent = "image/png"), (PictureContent = "image/jpeg"), (PictureContent = "image/webp"))),
    responses((status = 201, body = HelpPictureTaken)))]
pub async fn add(app: School, caller: Caller, Id(id): Id, body: Body) -> Created<HelpPictureTaken> {
    let upload = pictures::begin(&app, &caller, id).await?;
    let file = read_within(body, FILE_MAX_BYTES, COMES_WITHIN).await?;
    created(upload.finish(file).await?)
}

/// Sends the picture of a call back with marks, as an answer to the call (the staff of its session).
#[utoipa::path(post, path = "/api/help/request/{help_request_id}/picture/marks", request_body = SendBack,
    responses((status = 200, body = HelpView)))]
pub async fn send_back(app: School, caller: Caller, Id(id): Id, Json(sent): Json<SendBack>) -> Answer<HelpView> {
    ok(pictures::send_back(&app, &caller, id, sent.into()).await?)
}

/// Returns a picture of a call, or the small one of `…-small.jpg` (the student who sent it, and the staff of its session).
#[utoipa::path(get, path = "/api/help/pictures/{file}",
    params(("file" = String, Path, description = "The name of the picture, with -small or without, and .jpg or .png")),
    responses((status = 200, description = "The picture", content((PictureContent = "image/jpeg"), (PictureContent = "image/png")))))]
pub async fn show(app: School, caller: Caller, Path(file): Path<String>) -> Result<Response> {
    let picture = pictures::read(&app, &caller, &file).await?;
    let kind = if picture.is_png { "image/png" } else { "image/jpeg" };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, NOT_KEPT)], picture.bytes).into_response())
}
