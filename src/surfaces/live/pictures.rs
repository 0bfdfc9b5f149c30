//! Pictures for the steps of a lecture.

use axum::body::Body;

use super::wire::pictures::PictureTaken;
use super::{Caller, Created, Id, created};
use crate::app::School;
use crate::school::pictures::{self, FILE_MAX_BYTES};
use crate::surfaces::extract::read;
use crate::surfaces::pictures::PictureContent;

/// Takes a picture for the steps of a lecture (its instructor). The body is the file itself: PNG, JPEG or WebP, as its content tells, of at
/// most 10 MiB. It is kept upright, at most 1,600 pixels long, and without anything else that its file says. A picture that no step
/// names is removed after a day.
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/pictures",
    request_body(content((PictureContent = "image/png"), (PictureContent = "image/jpeg"), (PictureContent = "image/webp"))),
    responses((status = 201, body = PictureTaken)))]
pub async fn add(app: School, caller: Caller, Id(id): Id, body: Body) -> Created<PictureTaken> {
    let upload = pictures::begin(&app, &caller, id).await?;
    let file = read(body, FILE_MAX_BYTES).await?;
    created(upload.finish(file).await?)
}
