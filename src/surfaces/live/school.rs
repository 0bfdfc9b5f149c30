//! Name and logo of the school, and the making of its first administrator.

use axum::Json as Answer;
use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::auth::logged_in;
use super::wire::people::{CookieQuery, LoggedIn};
use super::wire::school::{AboutSchool, Setup};
use super::{IsHttps, Json, OurCookie, Result};
use crate::app::School;
use crate::error::Error;
use crate::school::setup;
use crate::surfaces::extract::device;
use crate::web;

/// Returns the school's name and logo from the settings.
#[utoipa::path(get, path = "/api/school", responses((status = 200, body = AboutSchool)), security(()))]
pub async fn about(app: School) -> Answer<AboutSchool> {
    Answer(AboutSchool::new(&app.config.school_name, app.printer.logo.as_ref().map(|logo| logo.tag.as_str())))
}

/// Returns the picture of the logo.
#[utoipa::path(
    get, path = "/api/school/logo",
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"))),
        (status = 304, description = "As `If-None-Match` has it")), security(()),
)]
pub async fn logo(app: School, headers: HeaderMap) -> Result<Response> {
    let logo = app.printer.logo.as_ref().ok_or(Error::NotFound("Picture"))?;
    // May be cached for a day: a new logo has a new address.
    let head = [(header::CONTENT_TYPE, logo.mime), (header::CACHE_CONTROL, "public, max-age=86400")];
    web::tagged(&headers, &format!("\"{}\"", logo.tag), head, || Ok(logo.bytes.clone()))
}

/// Makes the first administrator, with the secret of the link that the server prints while there is none.
#[utoipa::path(
    post, path = "/api/setup", params(CookieQuery), request_body = Setup, responses((status = 200, body = LoggedIn)),
    security(()),
)]
pub async fn set_up(
    app: School,
    IsHttps(is_https): IsHttps,
    headers: HeaderMap,
    OurCookie(cookie_name): OurCookie,
    Json(sent): Json<Setup>,
) -> Result<Response> {
    let (secret, new) = sent.parted();
    let signed_in = setup::become_admin(&app, &secret, new, &device(&headers)).await?;
    Ok(logged_in(&app, is_https, &headers, cookie_name, signed_in))
}
