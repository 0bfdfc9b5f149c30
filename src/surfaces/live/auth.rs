//! Registering, signing in and out.

use axum::http::{HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::wire::MessageBody;
use super::wire::people::*;
use super::{Answer, Browser, Caller, ClientAddress, Created, Json, Result, created, device_cookie, ok};
use crate::app::School;
use crate::error::Error;
use crate::school::logins::{self, Device, Tokens};
use crate::school::people::{self, Person};
use crate::surfaces::extract::{self, device, set_cookie};
use crate::surfaces::headers::bearer;
use crate::surfaces::texts::login_name;

/// Registers a person for themselves, by e-mail or phone.
#[utoipa::path(post, path = "/api/auth/register", request_body = Register, responses((status = 201, body = User)),
    security(()))]
pub async fn register(app: School, ClientAddress(from): ClientAddress, Json(sent): Json<Register>) -> Created<User> {
    created(people::register(&app, sent.into(), from).await?)
}

/// Signs in by e-mail or phone.
#[utoipa::path(post, path = "/api/auth/login", params(CookieQuery), request_body = Login,
    responses((status = 200, body = LoggedIn)), security(()))]
pub async fn login(app: School, browser: Browser, Json(mut sent): Json<Login>) -> Result<Response> {
    let name = login_name(sent.name()?);
    let proofs =
        sent.device_proof.map(String::from).into_iter().chain(device_cookie::proofs(&browser.headers)).collect();
    let device = Device { name: device(&browser.headers), address: browser.address, proofs };
    let signed_in = logins::login(&app, &name, sent.password.into(), &device).await?;
    Ok(browser.logged_in(&app, signed_in))
}

/// Returns a new access token and a new refresh token. The old refresh token stays valid until the new one is first used.
/// Sent again within 30 s it returns the same new one; later it returns another, and the first one becomes void. A void
/// token, or an older one, ends the login.
#[utoipa::path(post, path = "/api/auth/refresh", params(CookieQuery), request_body = Refresh,
    responses((status = 200, body = LoggedIn)), security(()))]
pub async fn refresh(app: School, browser: Browser, Json(sent): Json<Refresh>) -> Result<Response> {
    let token = browser.kept_token(sent.refresh_token.map(String::from))?;
    let signed_in = logins::refresh(&app, &token).await?;
    Ok(browser.logged_in(&app, signed_in))
}

/// Signs in with the ticket of a re-entry QR, once.
#[utoipa::path(post, path = "/api/auth/ticket", params(CookieQuery), request_body = Ticket,
    responses((status = 200, body = LoggedIn)), security(()))]
pub async fn ticket(app: School, browser: Browser, Json(sent): Json<Ticket>) -> Result<Response> {
    let ticket = String::from(sent.ticket);
    let signed_in = logins::redeem(&app, &ticket, &device(&browser.headers), browser.address).await?;
    Ok(browser.logged_in(&app, signed_in))
}

/// Ends this login, by its access token or its refresh token.
#[utoipa::path(post, path = "/api/auth/logout", params(CookieQuery), request_body = Refresh,
    responses((status = 200, body = MessageBody)))]
pub async fn logout(app: School, browser: Browser, Json(sent): Json<Refresh>) -> Result<Response> {
    if let Some(token) = bearer(&browser.headers) {
        let caller = logins::caller(&app, token).await?;
        logins::logout(&app, &caller).await?;
    } else {
        let token = browser.kept_token(sent.refresh_token.map(String::from))?;
        logins::logout_by_token(&app, &token).await?;
    }
    Ok((browser.cookie("", 0), Json(MessageBody::from("로그아웃했습니다"))).into_response())
}

/// Returns the caller's profile.
#[utoipa::path(get, path = "/api/auth/me", responses((status = 200, body = User)))]
pub async fn me(app: School, caller: Caller) -> Answer<User> {
    ok(people::me(&app, &caller).await?)
}

/// Changes the caller's profile; a guest claims the account with a login name and a password.
#[utoipa::path(put, path = "/api/auth/me", request_body = ChangeMe, responses((status = 200, body = User)))]
pub async fn change_me(
    app: School,
    caller: Caller,
    ClientAddress(from): ClientAddress,
    Json(sent): Json<ChangeMe>,
) -> Answer<User> {
    ok(people::change_me(&app, &caller, sent.into(), from).await?)
}

type SetCookie = Option<AppendHeaders<[(header::HeaderName, HeaderValue); 1]>>;

impl Browser {
    /// Makes the answer of every way to sign in.
    pub fn logged_in(&self, app: &School, (person, tokens): (Person, Tokens)) -> Response {
        let cookie = self.with_cookie(app, &tokens);
        let device = self.cookie_name.and_then(|_| {
            device_cookie::remembering(app, self.is_https, &self.headers, person.id, &tokens.device_proof)
        });
        let device = device.map(|cookie| AppendHeaders([(header::SET_COOKIE, cookie)]));
        (cookie, device, Json(LoggedIn::from((person, tokens, self.cookie_name.is_none())))).into_response()
    }

    /// Puts the refresh token into a cookie that no script can read and no other site can send.
    pub fn with_cookie(&self, app: &School, tokens: &Tokens) -> SetCookie {
        self.cookie(&tokens.refresh, (tokens.refresh_expires_ms - app.now_ms()) / 1_000)
    }

    fn cookie(&self, token: &str, lives_s: i64) -> SetCookie {
        let cookie = set_cookie(cookie_text(self.cookie_name?), token, "/api", lives_s, self.is_https);
        cookie.map(|cookie| AppendHeaders([(header::SET_COOKIE, cookie)]))
    }

    fn kept_token(&self, sent: Option<String>) -> Result<String> {
        let from_cookie = || extract::cookie(&self.headers, cookie_text(self.cookie_name?)).map(str::to_owned);
        let is_missing = || match self.cookie_name {
            Some(_) => Error::SignInNeeded,
            None => Error::bad_as_sent("refresh_token", "it is needed"),
        };
        sent.or_else(from_cookie).ok_or_else(is_missing)
    }
}

fn cookie_text(cookie_name: CookieName) -> &'static str {
    match cookie_name {
        CookieName::Learn => "gyosil_learn",
        CookieName::Teach => "gyosil_teach",
        CookieName::Assist => "gyosil_assist",
    }
}
