//! PDFs, of which each page becomes a picture for a step.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::wire::slides::SlideShown;
use super::{Caller, Id};
use crate::app::School;
use crate::error::Result;
use crate::school::slides::{self, PDF_MAX_BYTES, Slide};
use crate::surfaces::extract::read_within;
use crate::surfaces::language::{Language, speaking_now};
use crate::surfaces::schemas::described;

/// Time for a PDF to come: 30 MiB at 2 Mbit/s.
const PDF_WITHIN: Duration = Duration::from_secs(120);

/// The file of a PDF, in a body.
pub struct PdfContent;

described!(
    PdfContent,
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .min_length(Some(1))
        .max_length(Some(PDF_MAX_BYTES))
);

/// Makes a picture of each page of a PDF, for the steps of a lecture (its instructor). The body is the PDF itself, of at most 30 MiB; the
/// first 150 pages are taken. Each line of the answer is the JSON of a page, sent as soon as its picture is stored. Blank pages at the
/// end get none. A person sends one PDF at a time. Whoever hangs up stops the work.
#[utoipa::path(post, path = "/api/lectures/{lecture_id}/pictures/pdf",
    request_body(content((PdfContent = "application/pdf"))),
    responses((status = 200, content_type = "application/x-ndjson", body = SlideShown)))]
pub async fn add(app: School, caller: Caller, Id(id): Id, body: Body) -> Result<Response> {
    let upload = slides::begin(&app, &caller, id).await?;
    let pdf = read_within(body, PDF_MAX_BYTES, PDF_WITHIN).await?;
    let language = Language::now();
    let lines = upload.finish(pdf).await?.map(move |slide| speaking_now(language, || line(slide)));
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(lines.map(Ok::<_, Infallible>))).into_response())
}

fn line(slide: Slide) -> Bytes {
    let mut line = serde_json::to_vec(&SlideShown::from(slide)).unwrap_or_default();
    line.push(b'\n');
    line.into()
}
