//! The handout of a lecture, as PDF.

use axum::response::Response;

use super::wire::handout::*;
use super::{Caller, Id, Result};
use crate::app::School;
use crate::school::courses::handout::{self, HandoutReader};
use crate::surfaces::body::SentValue;
use crate::surfaces::language::Language;
use crate::surfaces::pdf;

/// Prints the steps of a lecture in large letters, for those who may read what it holds: its learners, also guests, and those who
/// teach it. Portrait A4, two steps on a page, each with its picture, its marks and its question, and a QR that leads to the review.
/// Neither right answers nor notes of the instructor are in it. `phone` and `system` choose among the pictures of a step as the page of
/// the phone does.
#[utoipa::path(get, path = "/api/lectures/{lecture_id}/handout", params(HandoutQuery),
    responses((status = 200, description = "The handout", content_type = "application/pdf", body = Vec<u8>)))]
pub async fn print(app: School, caller: Caller, Id(id): Id, query: HandoutQuery) -> Result<Response> {
    let language = query.language.map_or_else(Language::spoken, Language::from);
    let phones = [query.phone.plain(), query.system.plain()].into_iter().flatten().collect();
    let printed = handout::print(&app, &caller, id, HandoutReader { phones, language }).await?;
    Ok(pdf::answer("attachment", &printed.name, printed.bytes))
}
