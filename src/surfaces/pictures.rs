//! Files of pictures, `/pictures/…`: of no dialect. Whoever was told the name of one may see it, without a token.

use axum::http::{HeaderMap, header};
use axum::response::Response;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Path;
use super::live::refusal::Refusal;
use super::refusals::Refusals;
use super::schemas::described;
use crate::app::School;
use crate::error::Result;
use crate::school::pictures::{self, FILE_MAX_BYTES};
use crate::web;

/// A name is never used twice, so that its content never changes.
const CACHED: &str = "public, max-age=31536000, immutable";

/// The file of a picture, in a body.
pub struct PictureContent;

described!(
    PictureContent,
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .min_length(Some(1))
        .max_length(Some(FILE_MAX_BYTES))
);

pub fn router() -> OpenApiRouter<School> {
    OpenApiRouter::new().routes(routes!(show)) // /pictures/{file}
}

/// Returns the picture of a step: `/pictures/9f3c….jpg`, or `/pictures/9f3c…-small.jpg` for the small one.
#[utoipa::path(get, path = "/pictures/{file}", tag = "pictures",
    params(("file" = String, Path, description = "The name of the picture, with -small or without, and .jpg or .png")),
    responses((status = 200, description = "The picture", content((PictureContent = "image/jpeg"), (PictureContent = "image/png"))), (status = 304, description = "As `If-None-Match` has it"), Refusals<Refusal>),
    security(()))]
async fn show(app: School, headers: HeaderMap, Path(file): Path<String>) -> Result<Response> {
    let picture = pictures::read(&app, &file).await?;
    let kind = if picture.is_png { "image/png" } else { "image/jpeg" };
    let head = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHED)];
    web::tagged(&headers, &format!("\"{file}\""), head, || Ok(picture.bytes))
}
