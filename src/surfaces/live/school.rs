//! Name, logo and time zone of the school, and the making of its first administrator.

use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::wire::people::*;
use super::{Answer, Browser, Json, Result, ok};
use crate::app::School;
use crate::config::{Config, UNNAMED_SCHOOL};
use crate::error::{Error, Noun};
use crate::school::people::NewPerson;
use crate::school::rights::Role;
use crate::school::setup;
use crate::surfaces::extract::device;
use crate::surfaces::keys::*;
use crate::web;

answer! {
    #[schema(example = json!({"name": "한빛 정보화교육장", "logo_url": "/api/school/logo?v=8c736521f6a3b9d0",
        "time_zone": "Asia/Seoul"}))]
    pub struct AboutSchool from (&Config, Option<&str>) as (config, logo) {
        /// `null` if the school has no name
        name: Option<String> = Some(config.school_name.clone()).filter(|name| name != UNNAMED_SCHOOL),
        /// `null` if it has none
        logo_url: Option<String> = logo.map(|tag| format!("/api/school/logo?v={tag}")),
        /// Where the school's days begin, as the IANA calls the zone
        time_zone: String = config.timezone.clone(),
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"secret": "Zm9yIHRoZSBmaXJzdCBvbmx5", "name": "박관리", "email": "admin@example.com",
    "password": "securePassword123"}))]
pub struct Setup {
    /// The part after `#` in the link that the server printed
    pub secret: Typed,
    pub name: Name,
    pub email: Option<Email>,
    pub phone: Option<Phone>,
    pub password: Password,
}

impl Setup {
    pub fn parted(self) -> (String, NewPerson) {
        let new = NewPerson {
            email: self.email.map(String::from),
            phone: self.phone.map(String::from),
            password: Some(self.password.into()),
            name: self.name.into(),
            nickname: None,
            role: Role::Admin,
            age: None,
            digital_level: None,
        };
        (self.secret.into(), new)
    }
}

/// Returns the school's name, logo and time zone from the settings.
#[utoipa::path(get, path = "/api/school", responses((status = 200, body = AboutSchool)), security(()))]
pub async fn about(app: School) -> Answer<AboutSchool> {
    ok((&app.config, app.printer.logo.as_ref().map(|logo| logo.tag.as_str())))
}

/// Returns the picture of the logo.
#[utoipa::path(get, path = "/api/school/logo",
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"))), (status = 304, description = "As `If-None-Match` has it")),
    security(()))]
pub async fn logo(app: School, headers: HeaderMap) -> Result<Response> {
    let logo = app.printer.logo.as_ref().ok_or(Error::NotFound(Noun::Picture))?;
    // May be cached for a day: a new logo has a new address.
    let head = [(header::CONTENT_TYPE, logo.mime), (header::CACHE_CONTROL, "public, max-age=86400")];
    web::tagged(&headers, &format!("\"{}\"", logo.tag), head, || Ok(logo.bytes.clone()))
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"secret": "Zm9yIHRoZSBmaXJzdCBvbmx5"}))]
pub struct SetupCheck {
    /// The part after `#` in the link that the server printed
    pub secret: Typed,
}

answer! {
    #[schema(example = json!({"is_open": true}))]
    pub struct SetupLink from bool as open {
        /// `false` if the link was used, or if the server has been restarted since it was printed
        is_open: bool = open,
    }
}

/// Tells whether the link that the server printed still makes an administrator.
#[utoipa::path(post, path = "/api/setup/check", request_body = SetupCheck,
    responses((status = 200, body = SetupLink)), security(()))]
pub async fn check_setup(app: School, Json(sent): Json<SetupCheck>) -> Answer<SetupLink> {
    ok(setup::is_open(&app, &String::from(sent.secret)).await?)
}

/// Makes the first administrator, with the secret of the link that the server prints while there is none.
#[utoipa::path(post, path = "/api/setup", params(CookieQuery), request_body = Setup,
    responses((status = 200, body = LoggedIn)), security(()))]
pub async fn set_up(app: School, browser: Browser, Json(sent): Json<Setup>) -> Result<Response> {
    let (secret, new) = sent.parted();
    let signed_in = setup::become_admin(&app, &secret, new, &device(&browser.headers)).await?;
    Ok(browser.logged_in(&app, signed_in))
}
