//! Lectures that travel: copies, and files for other schools.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::wire::lectures::{CopyLecture, Lecture};
use super::wire::lesson_file::{read_lesson, write_lesson};
use super::{Caller, Created, Id, Json, created};
use crate::app::School;
use crate::error::Result;
use crate::school::courses::copying;
use crate::school::lesson_files::{self, FILE_MAX_BYTES};
use crate::surfaces::file_names::disposition;
use crate::surfaces::language::Language;
use crate::surfaces::schemas::described;

/// A lesson as a zip, in a body.
pub struct LessonContent;

described!(
    LessonContent,
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .min_length(Some(1))
        .max_length(Some(FILE_MAX_BYTES as usize))
);

/// Copies a lecture, with its tasks and steps, into a new one of the caller (those who lead it). Without a `title`, the copy has that of
/// the lecture with a mark. It has a code and a poster of its own, and no sessions, learners, classes, price, videos, missions or
/// assessments. Its pictures are the same ones, which stay as long as any step names them.
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/copy", request_body = CopyLecture,
    responses((status = 201, body = Lecture)))]
pub async fn copy(app: School, caller: Caller, Id(id): Id, Json(sent): Json<CopyLecture>) -> Created<Lecture> {
    let copied = copying::copy(&app, &caller, id, sent.into(), Language::spoken()).await?;
    created((copied, app.public_url.as_str()))
}

/// Returns a lecture as one file (those who lead it): a zip of `lesson.json` and its pictures, which `POST /api/lectures/import` takes in
/// this school or another. Nothing in it tells who made it, or where. The same lecture always gives the same bytes.
#[utoipa::path(get, path = "/api/lectures/{lecture_id}/file",
    responses((status = 200, description = "The file", content((LessonContent = "application/zip")))))]
pub async fn export(app: School, caller: Caller, Id(id): Id) -> Result<Response> {
    let file = lesson_files::export(&app, &caller, id, write_lesson).await?;
    let head = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, disposition("attachment", &file.title, "zip")),
    ];
    Ok((head, Body::from_stream(file.blocks)).into_response())
}

/// Makes a lecture of a file that was exported here or elsewhere (instructors). The body is the file itself, a zip of at most 200 MiB;
/// `docs/lesson-file.md` describes what is in it. The lecture is there once all of it is; a refusal names the place that cannot be used.
/// A person sends one file at a time.
#[utoipa::path(post, path = "/api/lectures/import",
    request_body(content((LessonContent = "application/zip"))),
    responses((status = 201, body = Lecture)))]
pub async fn import(app: School, caller: Caller, headers: HeaderMap, body: Body) -> Created<Lecture> {
    let upload = lesson_files::begin(&app, &caller).await?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let imported = upload.finish(length, &mut body.into_data_stream(), read_lesson).await?;
    created((imported, app.public_url.as_str()))
}
